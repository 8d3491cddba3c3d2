//! The store: where sessions, commits and layers are kept between runs, shared by every process of one user.
//! Knows records and locks; must not know how a SEE is made or what a commit does.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::escape_for_display;
use crate::remove_tree::remove_dir;
use crate::session::Mode;

mod commits;
pub mod lines;
mod location;
mod lock;
mod log_index;
mod notes;
mod reserve;
mod rows;
mod schema;
mod sessions;
mod watch;

use location::{Missing, Place};
use log_index::LogIndex;

pub use lock::{Rest, SessionLock};
pub use notes::Note;
pub use watch::StoreWatch;

/// An open store. Any number of threads and processes may have the same one open.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    id: String,
    mode: Mode,
    db: Mutex<Connection>,
    /// None of a store that is not there. It goes after the connection.
    index: Option<LogIndex>,
}

impl Store {
    /// Opens the store in `dir`, or in the default place for the caller's privilege; makes it when it is not there.
    ///
    /// Fails with `store-too-new` when a newer Alcatraz made it, with `store-unusable` when the place is not safe or
    /// cannot hold a store.
    pub fn open(dir: Option<&Path>) -> Result<Self> {
        let (wanted, mode) = wanted(dir)?;
        match location::enter(&wanted, mode, Missing::Make)? {
            Some(place) => Self::at(place, mode),
            None => Err(SeeError::internal("A store was to be made and was not.")),
        }
    }

    /// As [`Store::open`], for who only asks: where there is no store, the answer is that of an empty one, and none is made.
    pub fn look(dir: Option<&Path>) -> Result<Self> {
        let (wanted, mode) = wanted(dir)?;
        let place = location::enter(&wanted, mode, Missing::Leave)?;
        match place.filter(schema::is_there) {
            Some(place) => Self::at(place, mode),
            None => Ok(Self {
                root: wanted,
                id: String::new(),
                mode,
                db: Mutex::new(schema::empty()?),
                index: None,
            }),
        }
    }

    /// Works on the store as [`Store::open`] would open it; where there is none, on one that is made beside its place for the moment.
    pub fn try_out<T>(dir: Option<&Path>, work: impl FnOnce(&Self) -> T) -> Result<T> {
        let (wanted, _) = wanted(dir)?;
        let there = Self::look(dir)?;
        if there.index.is_some() {
            return Ok(work(&there));
        }
        let holder = wanted.ancestors().find(|part| part.is_dir()).unwrap_or(Path::new("/"));
        let trial = holder.join(format!(".alcatraz-trial-{}", std::process::id()));
        let tried = Self::open(Some(&trial)).map(|store| work(&store));
        remove_dir(&trial)?;
        tried
    }

    fn at(place: Place, mode: Mode) -> Result<Self> {
        let index = match LogIndex::hold(&place) {
            // Where nothing is written in its place (btrfs), a full disk has no room for what has its room already.
            Err(error) if error.code == ErrorCode::DiskFull && reserve::spend(&place.path) => {
                LogIndex::hold(&place)?
            }
            held => held?,
        };
        let (db, id) = schema::open(&place)?;
        reserve::fill(&place.path);
        Ok(Self { root: place.path, id, mode, db: Mutex::new(db), index: Some(index) })
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

    /// Fills the reserve again: there is more room than a moment ago.
    pub fn keep_reserve(&self) {
        if self.index.is_some() {
            reserve::fill(&self.root);
        }
    }

    /// Runs `work`, which brings something to its end or gives room back; when the disk is full, once more with the room of the
    /// reserve. It must leave nothing half done when it fails.
    fn spending<T>(&self, work: impl Fn() -> Result<T>) -> Result<T> {
        match work() {
            Err(error) if error.code == ErrorCode::DiskFull && reserve::spend(&self.root) => work(),
            done => done,
        }
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

/// Returns the place that is meant, absolute, and the privilege to use it with.
fn wanted(dir: Option<&Path>) -> Result<(PathBuf, Mode)> {
    let mode = if rustix::process::geteuid().is_root() { Mode::System } else { Mode::User };
    match dir {
        Some(dir) => std::path::absolute(dir).map(|dir| (dir, mode)).map_err(|e| {
            unusable(dir, format_args!("its place cannot be found: {e}"), location::OTHER_STORE)
        }),
        None => location::default_root(mode).map(|dir| (dir, mode)),
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

/// Returns the error for a store whose disk is full.
fn disk_full() -> Box<SeeError> {
    SeeError::new(
        ErrorCode::DiskFull,
        "There is no room left for the store's records.",
        "Free some space on the store's file system, then try again; nothing was lost.",
    )
}

/// Returns the error for what the database said.
fn db_error(error: &rusqlite::Error) -> Box<SeeError> {
    use rusqlite::ErrorCode as Db;
    let (code, message, hint) = match error.sqlite_error_code() {
        Some(Db::DiskFull) => return disk_full(),
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
