//! The JSON forms of records, one for the command line and the app (`protocol/src/*.ts`).

pub mod commit;
pub mod doctor;
pub mod log;
pub mod reads;
pub mod session;
