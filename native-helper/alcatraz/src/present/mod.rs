//! How records read for people: words, letters, colours. Everything that came out of a SEE is escaped here.

pub mod causes;
pub mod changes;
pub mod conflicts;
pub mod doctor;
pub mod log;
pub mod near;
pub mod text;
