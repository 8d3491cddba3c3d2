//! Which process of a SEE is which program: who started it, with what, and how it ended. Sees the starts of
//! programs before they happen, and never holds one up.

mod arguments;
mod calls;
mod deaths;
mod file;
mod kin;
mod members;
mod process;
mod refusals;
mod refuser;
mod who;

pub use calls::reported;
pub use deaths::Deaths;
pub use file::Files;
pub use members::Run;
pub use refusals::Refusals;
pub use refuser::Refuser;
pub use who::Roll;
