//! Brings a session's changes to the host, all or nothing, and takes a commit back.

pub mod record;
