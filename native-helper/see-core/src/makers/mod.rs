//! Which program last had a hand in each path: noted before the call runs, kept beside the session, and told with the
//! changes. For the eyes of whoever reviews; nothing is decided by it.

mod calls;
mod coding;
mod log;
mod told;
mod tree;
mod witness;

pub use log::{MakerLog, path};
pub use told::{Hand, Makers, News};
pub use witness::Witness;
