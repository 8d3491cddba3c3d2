//! The store: where sessions, commits and layers are kept between runs, shared by every process of one user.
//! Knows records and locks; must not know how a SEE is made or what a commit does.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::escape_for_display;
use crate::session::Mode;

mod commits;
pub mod lines;
mod location;
mod lock;
mod notes;
mod rows;
mod schema;
mod sessions;
mod watch;

pub use lock::SessionLock;
pub use notes::Note;
pub use watch::StoreWatch;

/// An open store. Any number of threads and processes may have the same one open.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    id: String,
    mode: Mode,
    db: Mutex<Connection>,
}

impl Store {
    /// Opens the store in `dir`, or in the default place for the caller's privilege; makes it when it is not there.
    ///
    /// Fails with `store-too-new` when a newer Alcatraz made it, with `store-unusable` when the place is not safe or
    /// cannot hold a store.
    pub fn open(dir: Option<&Path>) -> Result<Self> {
        let mode = if rustix::process::geteuid().is_root() { Mode::System } else { Mode::User };
        let wanted = match dir {
            Some(dir) => dir.to_owned(),
            None => location::default_root(mode)?,
        };
        let place = location::enter(&wanted, mode)?;
        let (db, id) = schema::open(&place)?;
        Ok(Self { root: place.path, id, mode, db: Mutex::new(db) })
    }

    /// Returns the store's directory, absolute and without symlinks.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the store's random name of eight hex digits, made with the store.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the privilege that this process uses the store with.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the directory of a session: its lock, its supervisor's socket and its log.
    pub fn session_dir(&self, session: &str) -> PathBuf {
        self.root.join("sessions").join(session)
    }

    /// Returns a new random id: ten lower-case letters and digits, a letter first.
    pub fn new_id(&self) -> Result<String> {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut bytes = [0_u8; 10];
        random(&mut bytes)?;
        let digits = bytes.iter().enumerate().map(|(place, byte)| {
            let choices = if place == 0 { 26 } else { LETTERS.len() };
            LETTERS.get(usize::from(*byte) % choices).copied().unwrap_or(b'a')
        });
        Ok(digits.map(char::from).collect())
    }

    /// Returns a handle that tells when any process changes the store.
    pub fn watch(&self) -> Result<StoreWatch> {
        StoreWatch::new(&self.root)
    }

    /// Tidies up, so that the next process has less to read. For one that nobody waits for.
    pub fn tidy_up(&self) {
        schema::fold(&self.db(), &self.root);
    }

    /// Locks the connection. A panic of another holder left no transaction behind: those roll back when dropped.
    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` as one transaction that is on disk when this returns.
    fn durably<T>(&self, work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut db = self.db();
        db.pragma_update(None, "synchronous", "FULL").map_err(|e| db_error(&e))?;
        let done = transact(&mut db, work);
        db.pragma_update(None, "synchronous", "NORMAL").map_err(|e| db_error(&e))?;
        done
    }
}

/// Runs `work` as one transaction, rolled back when it fails.
fn transact<T>(db: &mut Connection, work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T>) -> Result<T> {
    let transaction =
        db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(|e| db_error(&e))?;
    let value = work(&transaction)?;
    transaction.commit().map_err(|e| db_error(&e))?;
    Ok(value)
}

/// Fills `bytes` from the kernel's random source.
fn random(bytes: &mut [u8]) -> Result<()> {
    let got = rustix::rand::getrandom(&mut *bytes, rustix::rand::GetRandomFlags::empty());
    match got {
        Ok(count) if count == bytes.len() => Ok(()),
        _ => Err(SeeError::internal("The kernel gave no random bytes.")),
    }
}

/// Returns the error for a store in `place` that cannot be used.
fn unusable(place: &Path, why: impl std::fmt::Display, mend: &str) -> Box<SeeError> {
    use std::os::unix::ffi::OsStrExt as _;
    let text = escape_for_display(place.as_os_str().as_bytes());
    SeeError::new(ErrorCode::StoreUnusable, format!("The store {text} cannot be used: {why}."), mend)
        .with_fact("store", text)
}

/// Returns the error for what the database said.
fn db_error(error: &rusqlite::Error) -> Box<SeeError> {
    use rusqlite::ErrorCode as Db;
    let (code, message, hint) = match error.sqlite_error_code() {
        Some(Db::DiskFull) => (
            ErrorCode::DiskFull,
            "There is no room left for the store's records.".to_owned(),
            "Free some space on the store's file system, then try again; nothing was lost.",
        ),
        Some(Db::DatabaseBusy | Db::DatabaseLocked) => (
            ErrorCode::StoreUnusable,
            "The store stayed busy for too long.".to_owned(),
            "Another Alcatraz process is working on it; try again in a moment.",
        ),
        Some(Db::ReadOnly | Db::CannotOpen | Db::PermissionDenied) => (
            ErrorCode::StoreUnusable,
            format!("The store's records cannot be written: {error}."),
            "Make the store's directory writable for you, or name another one with --store.",
        ),
        Some(Db::DatabaseCorrupt | Db::NotADatabase) => (
            ErrorCode::StoreUnusable,
            format!("The store's records are damaged: {error}."),
            "Move the store's directory away and start again; the layers in it hold the sessions' files.",
        ),
        _ => (
            ErrorCode::StoreUnusable,
            format!("The store's records failed: {error}."),
            "Look at the system's log for disk errors, then try again.",
        ),
    };
    SeeError::new(code, message, hint)
}

#[cfg(test)]
mod tests;
