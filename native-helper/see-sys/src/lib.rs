//! The system calls that Alcatraz needs and no library wraps well. The only crate where `unsafe` is
//! allowed; it must not know what a session, a layer or a commit is.
#![allow(unsafe_code)]

pub mod handle;
