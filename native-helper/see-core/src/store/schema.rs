//! The store's format: its version, its tables, and how an older one is brought up to date. Knows no records.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{AtFlags, FlockOperation, Mode as Bits, OFlags, XattrFlags};
use rustix::io::Errno;

use crate::error::{ErrorCode, Result, SeeError};

use super::location::Place;
use super::{db_error, random, transact, unusable};

/// The format that this program writes. Raise it with every change of `MIGRATIONS`.
pub(super) const VERSION: i64 = 7;
const VERSION_FILE: &str = "version";
const DATABASE: &str = "alcatraz.db";
/// How long one process waits for another one's transaction.
const PATIENCE: Duration = Duration::from_secs(10);
/// A log of this length is folded in when the store is opened.
const LONG_LOG: u64 = 1 << 20;
/// A log of this length is worth folding in when nobody waits for it.
const NOTABLE_LOG: u64 = 1 << 18;

/// What brings a store from version `index` to `index + 1`.
const MIGRATIONS: [&str; VERSION as usize] = [
    "
    CREATE TABLE store (id TEXT NOT NULL) STRICT;
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY, name TEXT, state TEXT NOT NULL, command BLOB NOT NULL, cwd BLOB NOT NULL,
        mode TEXT NOT NULL, owner_uid INTEGER NOT NULL, run_uid INTEGER NOT NULL, run_gid INTEGER NOT NULL,
        created INTEGER NOT NULL, ended INTEGER, exit_status INTEGER, why TEXT,
        layers TEXT NOT NULL, limits TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX names ON sessions (name) WHERE name IS NOT NULL AND state NOT IN ('committed', 'aborted');
    CREATE TABLE commits (
        id TEXT PRIMARY KEY, session TEXT NOT NULL, time INTEGER NOT NULL, command BLOB NOT NULL,
        applied INTEGER NOT NULL, state TEXT NOT NULL, undid TEXT, undone_by TEXT, has_backup INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX unsettled ON commits (state) WHERE state = 'applying';
",
    "ALTER TABLE sessions ADD COLUMN policy TEXT NOT NULL DEFAULT '{}';",
    "ALTER TABLE sessions ADD COLUMN frozen TEXT;",
    "
    ALTER TABLE commits ADD COLUMN backup INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE store ADD COLUMN backup_limit INTEGER NOT NULL DEFAULT 21474836480;
",
    "
    CREATE TABLE notes (
        session TEXT NOT NULL, path BLOB NOT NULL, text TEXT NOT NULL, time INTEGER NOT NULL,
        PRIMARY KEY (session, path)
    ) STRICT, WITHOUT ROWID;
",
    // Why a session is limited or stands as it does is data, which older programs cannot read. What they wrote stays as it is:
    // one that still runs goes on writing it.
    "",
    "ALTER TABLE sessions ADD COLUMN near TEXT NOT NULL DEFAULT '[]';",
];

/// Opens the database of a store, makes or migrates it first when that is needed, and returns it with the store's id. The
/// index of its log is held already.
pub(super) fn open(place: &Place) -> Result<(Connection, String)> {
    match read_version(place)? {
        Some(VERSION) => refuse_without_records(place)?,
        _ => prepare(place)?,
    }
    let db = connect(&place.path, OpenFlags::empty())?;
    let id = db.query_row("SELECT id FROM store", [], |row| row.get(0)).map_err(|e| db_error(&e))?;
    Ok((db, id))
}

/// Returns a database in memory, for a store that is not there: it has no records, and whoever looks leaves nothing behind.
pub(super) fn empty() -> Result<Connection> {
    let db = Connection::open_in_memory().map_err(|e| db_error(&e))?;
    MIGRATIONS.iter().try_for_each(|step| db.execute_batch(step)).map_err(|e| db_error(&e))?;
    Ok(db)
}

/// Tells whether a store was made here, or was being made.
pub(super) fn is_there(place: &Place) -> bool {
    [VERSION_FILE, DATABASE]
        .iter()
        .any(|name| rustix::fs::statat(&place.dir, *name, AtFlags::SYMLINK_NOFOLLOW).is_ok())
}

fn refuse_without_records(place: &Place) -> Result<()> {
    match rustix::fs::statat(&place.dir, DATABASE, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => Err(unusable(
            &place.path,
            format_args!("its records ({DATABASE}) are missing"),
            "Put that file back, or move the store's directory away and start again; the layers in it hold the sessions' files.",
        )),
        _ => Ok(()),
    }
}

/// Makes or migrates the store, one process at a time. The version file comes last: it says that all is there.
fn prepare(place: &Place) -> Result<()> {
    let fail = |why: String| unusable(&place.path, why, "Name another store with --store or ALCATRAZ_STORE.");
    rustix::fs::flock(&place.dir, FlockOperation::LockExclusive)
        .map_err(|e| fail(format!("it cannot be locked: {e}")))?;
    // The lock ends with this function at the latest: every way out passes the unlock below or drops `place`.
    let done = prepare_locked(place);
    rustix::fs::flock(&place.dir, FlockOperation::Unlock)
        .map_err(|e| fail(format!("it cannot be unlocked: {e}")))?;
    done
}

fn prepare_locked(place: &Place) -> Result<()> {
    if read_version(place)? == Some(VERSION) {
        return Ok(());
    }
    can_hold_layers(place)?;
    for name in ["sessions", "layers", "commits"] {
        match rustix::fs::mkdirat(&place.dir, name, Bits::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => {
                return Err(unusable(
                    &place.path,
                    format_args!("{name} cannot be made in it: {e}"),
                    WRITABLE,
                ));
            }
        }
    }
    let mut db = connect(&place.path, OpenFlags::SQLITE_OPEN_CREATE)?;
    db.pragma_update(None, "journal_mode", "WAL").map_err(|e| db_error(&e))?;
    transact(&mut db, |db| {
        let found: i64 =
            db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(|e| db_error(&e))?;
        refuse_newer(&place.path, found)?;
        let done = usize::try_from(found).map_err(|_| damaged(&place.path))?;
        for step in MIGRATIONS.iter().skip(done) {
            db.execute_batch(step).map_err(|e| db_error(&e))?;
        }
        if found == 0 {
            let mut bytes = [0_u8; 4];
            random(&mut bytes)?;
            let id = format!("{:08x}", u32::from_be_bytes(bytes));
            db.execute("INSERT INTO store (id) VALUES (?1)", [id]).map_err(|e| db_error(&e))?;
        }
        db.pragma_update(None, "user_version", VERSION).map_err(|e| db_error(&e))
    })?;
    write_version(place)
}

const WRITABLE: &str = "Make it writable for you, or name another store with --store.";

/// Opens the database for this process. On closing, the log is left as it is: folding it in would cost a sync at
/// the end of every command.
fn connect(root: &Path, extra: OpenFlags) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let db = Connection::open_with_flags(root.join(DATABASE), flags | extra).map_err(|e| db_error(&e))?;
    let set_up = || {
        db.busy_timeout(PATIENCE)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        db.pragma_update(None, "synchronous", "NORMAL")?;
        db.pragma_update(None, "wal_autocheckpoint", 256)
    };
    set_up().map_err(|e| db_error(&e))?;
    if log_length(root) > LONG_LOG {
        // Nobody begins the log anew when each command writes to it once.
        match db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            // Without room to fold it in it stays as it is, and is as good.
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) => {}
            folded => folded.map_err(|e| db_error(&e))?,
        }
    }
    Ok(db)
}

/// Folds the log in when it has grown: whoever is the first to open the store reads all of it. Begins the next log too,
/// for that waits for the disk. When others are at work, or the disk fails, it stays as it is, and is as good.
pub(super) fn fold(db: &Connection, root: &Path) {
    if log_length(root) <= NOTABLE_LOG {
        return;
    }
    let _ = db
        .busy_timeout(Duration::ZERO)
        .and_then(|()| db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())))
        .and_then(|()| db.execute("UPDATE store SET id = id", []))
        .and(db.busy_timeout(PATIENCE));
}

fn log_length(root: &Path) -> u64 {
    std::fs::metadata(root.join(format!("{DATABASE}-wal"))).map_or(0, |facts| facts.len())
}

/// Returns the version that the store's version file tells; `None` when there is no such file.
fn read_version(place: &Place) -> Result<Option<i64>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = match rustix::fs::openat(&place.dir, VERSION_FILE, flags, Bits::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(e) => {
            return Err(unusable(&place.path, format_args!("its version cannot be read: {e}"), WRITABLE));
        }
    };
    let mut bytes = [0_u8; 24];
    let length = rustix::io::read(&file, &mut bytes[..])
        .map_err(|e| unusable(&place.path, format_args!("its version cannot be read: {e}"), WRITABLE))?;
    let text = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let found: i64 = text.and_then(|text| text.trim().parse().ok()).ok_or_else(|| damaged(&place.path))?;
    refuse_newer(&place.path, found)?;
    Ok(Some(found))
}

fn refuse_newer(root: &Path, found: i64) -> Result<()> {
    if found <= VERSION {
        return Ok(());
    }
    let text = root.display().to_string();
    Err(SeeError::new(
        ErrorCode::StoreTooNew,
        format!("A newer Alcatraz made the store {text} (version {found}; this one knows {VERSION})."),
        "Use that newer Alcatraz, or name another store with --store.",
    )
    .with_fact("store", text)
    .with_fact("found", found)
    .with_fact("supported", VERSION))
}

fn damaged(root: &Path) -> Box<SeeError> {
    unusable(root, "its version makes no sense", "Name another store with --store, or move this one away.")
}

/// Writes the version file whole or not at all.
fn write_version(place: &Place) -> Result<()> {
    let fail = |e: std::io::Error| {
        unusable(&place.path, format_args!("its version cannot be written: {e}"), WRITABLE)
    };
    let temporary = format!("{VERSION_FILE}.new");
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(&place.dir, &temporary, flags, Bits::RUSR | Bits::WUSR)
        .map_err(|e| fail(e.into()))?;
    let mut file = std::fs::File::from(file);
    file.write_all(format!("{VERSION}\n").as_bytes()).map_err(fail)?;
    file.sync_all().map_err(fail)?;
    rustix::fs::renameat(&place.dir, &temporary, &place.dir, VERSION_FILE).map_err(|e| fail(e.into()))?;
    rustix::fs::fsync(&place.dir).map_err(|e| fail(e.into()))
}

/// Fails when the file system of the store cannot keep what overlayfs writes: extended attributes, and a real
/// directory of its own (an overlay on an overlay is refused by the kernel).
fn can_hold_layers(place: &Place) -> Result<()> {
    const OVERLAYFS: i64 = 0x794c_7630;
    let is_root = rustix::process::geteuid().is_root();
    // For ordinary users tmpfs keeps attributes since Linux 6.6.
    let elsewhere = elsewhere(is_root || see_sys::kernel::is_since((6, 6)));
    let fail = |why: String| unusable(&place.path, why, elsewhere);
    let kind =
        rustix::fs::fstatfs(&place.dir).map_err(|e| fail(format!("its file system cannot be asked: {e}")))?;
    #[allow(clippy::unnecessary_cast, reason = "the field's type differs between platforms")]
    if kind.f_type as i64 == OVERLAYFS {
        return Err(fail("it lies on an overlay, which cannot hold layers".to_owned()));
    }
    let probe = if is_root { "trusted.alcatraz.probe" } else { "user.alcatraz.probe" };
    rustix::fs::fsetxattr(&place.dir, probe, b"1", XattrFlags::empty())
        .and_then(|()| rustix::fs::fremovexattr(&place.dir, probe))
        .map_err(|e| fail(format!("its file system keeps no extended attributes ({e})")))
}

/// Returns what to do where layers cannot lie.
fn elsewhere(is_kept_in_memory: bool) -> &'static str {
    match is_kept_in_memory {
        true => "Name a directory on a file system like ext4, btrfs, xfs or tmpfs with --store.",
        false => "Name a directory on a file system like ext4, btrfs or xfs with --store.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_helps_here_is_named() {
        assert!(elsewhere(true).contains("tmpfs") && !elsewhere(false).contains("tmpfs"));
        // What is named does hold layers.
        let is_root = rustix::process::geteuid().is_root();
        if is_root || see_sys::kernel::is_since((6, 6)) {
            let name = if is_root { "trusted.alcatraz.probe" } else { "user.alcatraz.probe" };
            let memory = tempfile::tempdir_in("/dev/shm").unwrap();
            rustix::fs::setxattr(memory.path(), name, b"1", XattrFlags::empty()).unwrap();
        }
    }
}
