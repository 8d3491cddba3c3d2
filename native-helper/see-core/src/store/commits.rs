//! The commit records. Writing one waits for the disk: a commit changes the host, and history must not forget it.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Row, params};

use crate::commit::record::{CommitRecord, CommitState};
use crate::error::{ErrorCode, Result, SeeError};
use crate::path::escape_for_display;
use crate::session::SessionState;
use crate::timestamp::Timestamp;

use super::rows::{damaged, join_arguments, nanoseconds, split_arguments};
use super::sessions::move_session;
use super::{Store, db_error};

const COLUMNS: &str = "id, session, time, command, applied, state, undid, undone_by, has_backup, backup";
const SEE_HISTORY: &str = "See the commits with: alcatraz history";

impl Store {
    /// Adds a commit.
    pub fn insert_commit(&self, commit: &CommitRecord) -> Result<()> {
        self.durably(|db| write(db, "INSERT INTO", commit))
    }

    /// Writes all of a commit's record anew.
    pub fn update_commit(&self, commit: &CommitRecord) -> Result<()> {
        self.spending(|| self.durably(|db| write(db, "REPLACE INTO", commit)))
    }

    /// Writes several commits' records anew and moves a session, all or nothing: the end of a commit or an undo.
    pub fn settle(&self, commits: &[&CommitRecord], session: Option<(&str, SessionState)>) -> Result<()> {
        const ANY: [SessionState; 7] = [
            SessionState::Starting,
            SessionState::Running,
            SessionState::Finished,
            SessionState::Committing,
            SessionState::Committed,
            SessionState::Aborted,
            SessionState::Broken,
        ];
        self.spending(|| {
            self.durably(|db| {
                for commit in commits {
                    write(db, "REPLACE INTO", commit)?;
                }
                session.map_or(Ok(()), |(id, state)| move_session(db, id, &ANY, state))
            })
        })
    }

    /// Returns the commit that `key` means: its id or the beginning of it.
    pub fn commit(&self, key: &str) -> Result<CommitRecord> {
        let missing = || {
            let shown = escape_for_display(key.as_bytes());
            SeeError::new(ErrorCode::NoSuchCommit, format!("There is no commit {shown}."), SEE_HISTORY)
                .with_fact("key", shown)
        };
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            return Err(missing());
        }
        let mut found = select(&self.db(), "WHERE id GLOB ?1 || '*' ORDER BY id LIMIT 2", [key])?;
        if found.len() > 1 && found.first().is_some_and(|first| first.id != key) {
            return Err(SeeError::new(
                ErrorCode::NoSuchCommit,
                format!("More than one commit begins with {key}."),
                "Give more letters of the one that you mean.",
            )
            .with_fact("key", key));
        }
        found.truncate(1);
        found.pop().ok_or_else(missing)
    }

    /// Returns every commit, the newest first.
    pub fn commits(&self) -> Result<Vec<CommitRecord>> {
        select(&self.db(), "ORDER BY time DESC, id", [])
    }

    /// Returns the committed sessions of which nothing is on the host any more: each of their commits was undone, whole, and that stands.
    pub fn undone_sessions(&self) -> Result<HashSet<String>> {
        let which = "WHERE state = 'done' AND session IN (SELECT id FROM sessions WHERE state = 'committed')";
        let commits = select(&self.db(), which, [])?;
        let applied: HashMap<&str, u64> =
            commits.iter().map(|commit| (commit.id.as_str(), commit.applied)).collect();
        // An undo that left something as it was has applied less.
        let is_whole = |commit: &CommitRecord, by: &str| applied.get(by) == Some(&commit.applied);
        let undone_by: HashMap<&str, &str> = commits
            .iter()
            .filter_map(|commit| Some((commit, commit.undone_by.as_deref()?)))
            .filter(|(commit, by)| is_whole(commit, by))
            .map(|(commit, by)| (commit.id.as_str(), by))
            .collect();
        let mut sessions: HashMap<&str, bool> = HashMap::new();
        for commit in commits.iter().filter(|commit| commit.undid.is_none()) {
            *sessions.entry(&commit.session).or_insert(true) &= is_undone(&commit.id, &undone_by);
        }
        Ok(sessions.into_iter().filter(|(_, undone)| *undone).map(|(id, _)| id.to_owned()).collect())
    }

    /// Returns the commits that were cut off or are under way: what recovery has to look at.
    pub fn unsettled_commits(&self) -> Result<Vec<CommitRecord>> {
        select(&self.db(), "WHERE state = 'applying' ORDER BY time, id", [])
    }

    /// Returns the commits whose backup was being removed when that was cut off.
    pub fn half_dropped_commits(&self) -> Result<Vec<CommitRecord>> {
        select(&self.db(), "WHERE has_backup = 0 AND backup > 0 ORDER BY time, id", [])
    }

    /// Returns how many bytes all backups may take up together; `None` when there is no limit.
    pub fn backup_limit(&self) -> Result<Option<u64>> {
        let limit: i64 = self
            .db()
            .query_row("SELECT backup_limit FROM store", [], |row| row.get(0))
            .map_err(|e| db_error(&e))?;
        let limit = u64::try_from(limit).map_err(|_| damaged())?;
        Ok((limit > 0).then_some(limit))
    }

    /// Sets how many bytes all backups may take up together.
    pub fn set_backup_limit(&self, limit: Option<u64>) -> Result<()> {
        let limit =
            i64::try_from(limit.unwrap_or(0)).map_err(|_| SeeError::internal("A size is too large."))?;
        self.durably(|db| {
            db.execute("UPDATE store SET backup_limit = ?1", [limit]).map_err(|e| db_error(&e))?;
            Ok(())
        })
    }
}

/// Tells whether a commit was undone and that stands: an undo can be undone, too.
fn is_undone(commit: &str, undone_by: &HashMap<&str, &str>) -> bool {
    let mut at = commit;
    let mut undone = false;
    // No chain is longer than there are commits, also in a damaged store where one leads back.
    for _ in 0..undone_by.len() {
        let Some(by) = undone_by.get(at) else { break };
        (at, undone) = (by, !undone);
    }
    undone
}

fn write(db: &Connection, how: &str, commit: &CommitRecord) -> Result<()> {
    let text = format!("{how} commits ({COLUMNS}) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)");
    let applied = i64::try_from(commit.applied).map_err(|_| SeeError::internal("A count is too large."))?;
    let backup = i64::try_from(commit.backup).map_err(|_| SeeError::internal("A size is too large."))?;
    let values = params![
        commit.id,
        commit.session,
        nanoseconds(commit.time)?,
        join_arguments(&commit.command),
        applied,
        state_word(commit.state),
        commit.undid,
        commit.undone_by,
        commit.has_backup,
        backup,
    ];
    db.execute(&text, values).map_err(|e| db_error(&e))?;
    Ok(())
}

fn select<P: rusqlite::Params>(db: &Connection, which: &str, values: P) -> Result<Vec<CommitRecord>> {
    let mut query =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM commits {which}")).map_err(|e| db_error(&e))?;
    let mut rows = query.query(values).map_err(|e| db_error(&e))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(|e| db_error(&e))? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<CommitRecord> {
    fn column<T: rusqlite::types::FromSql>(row: &Row<'_>, name: &str) -> Result<T> {
        row.get(name).map_err(|e| db_error(&e))
    }
    Ok(CommitRecord {
        id: column(row, "id")?,
        session: column(row, "session")?,
        time: Timestamp(column::<i64>(row, "time")?.into()),
        command: split_arguments(&column::<Vec<u8>>(row, "command")?),
        applied: u64::try_from(column::<i64>(row, "applied")?).map_err(|_| damaged())?,
        state: state_of(&column::<String>(row, "state")?)?,
        undid: column(row, "undid")?,
        undone_by: column(row, "undone_by")?,
        has_backup: column(row, "has_backup")?,
        backup: u64::try_from(column::<i64>(row, "backup")?).map_err(|_| damaged())?,
    })
}

fn state_word(state: CommitState) -> &'static str {
    match state {
        CommitState::Applying => "applying",
        CommitState::Done => "done",
        CommitState::Reverted => "reverted",
    }
}

fn state_of(word: &str) -> Result<CommitState> {
    match word {
        "applying" => Ok(CommitState::Applying),
        "done" => Ok(CommitState::Done),
        "reverted" => Ok(CommitState::Reverted),
        _ => Err(damaged()),
    }
}
