//! What a session's terminal showed last, kept when the session has come to rest, so that it can be looked at later.
//! Raw bytes of a program: for a terminal to show, and for nothing else.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use crate::error::Result;
use crate::store::Store;

use super::rooms::io;

/// Returns where it is kept.
pub fn path(store: &Store, session: &str) -> PathBuf {
    store.session_dir(session).join("screen")
}

/// Keeps the screen of a session that comes to rest.
pub(super) fn keep(store: &Store, session: &str, bytes: &[u8]) -> Result<()> {
    let place = path(store, session);
    let written = File::options().write(true).create(true).truncate(true).mode(0o600).open(&place);
    written.and_then(|mut file| file.write_all(bytes)).map_err(|e| io("keeping", &place, &e))
}

/// Returns what was kept; nothing when the program had no terminal.
pub fn read(store: &Store, session: &str) -> Result<Vec<u8>> {
    let place = path(store, session);
    match std::fs::read(&place) {
        Ok(bytes) => Ok(bytes),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(io("reading", &place, &e)),
    }
}
