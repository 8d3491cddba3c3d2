//! The command line and the app's helper process.

fn main() {}
