//! The session records. Who may move a session from state to state is decided by its callers, under its lock.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::cause::SessionCause;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::path::{HostPath, escape_for_display};
use crate::policy::Policy;
use crate::session::{Session, SessionState};
use crate::timestamp::Timestamp;

use super::rows::{
    StoredLayer, StoredLimit, damaged, from_json, from_word, join_arguments, nanoseconds, split_arguments,
    stored_cause, to_json, to_word,
};
use super::{Store, db_error, transact};

const COLUMNS: &str = "id, name, state, command, cwd, mode, owner_uid, run_uid, run_gid, created, ended, \
                       exit_status, why, layers, limits, policy, frozen, near";
const NAME_LIMIT: usize = 64;
const SEE_LIST: &str = "See the sessions with: alcatraz list";

impl Store {
    /// Adds a session. Take its lock first. Fails with `name-taken` when a session that is not over has its name.
    pub fn insert_session(&self, session: &Session) -> Result<()> {
        if let Some(name) = &session.name {
            check_name(name)?;
        }
        write(&self.db(), How::Insert, session)
    }

    /// Writes all of a session's record anew.
    pub fn update_session(&self, session: &Session) -> Result<()> {
        self.spending(|| {
            transact(&mut self.db(), |db| {
                require(db, &session.id)?;
                write(db, How::Update, session)
            })
        })
    }

    /// Moves a session to `state` if it is in one of `from`; else fails with `wrong-state` (fact `state`).
    pub fn move_session(&self, id: &str, from: &[SessionState], state: SessionState) -> Result<()> {
        transact(&mut self.db(), |db| move_session(db, id, from, state))
    }

    /// Records that the first program ended: the session is finished, its changes wait for a decision.
    pub fn finish_session(
        &self,
        id: &str,
        exit_status: Option<i32>,
        why: Option<&SessionCause>,
    ) -> Result<()> {
        self.end_session(id, SessionState::Finished, exit_status, why)
    }

    /// Records that the first program ended and nobody wants what it did. A crash of the machine may still bring the
    /// session back, finished and whole, as long as nothing of it was removed.
    pub fn abort_session(&self, id: &str, exit_status: Option<i32>) -> Result<()> {
        self.end_session(id, SessionState::Aborted, exit_status, None)
    }

    fn end_session(
        &self,
        id: &str,
        state: SessionState,
        exit_status: Option<i32>,
        why: Option<&SessionCause>,
    ) -> Result<()> {
        self.spending(|| transact(&mut self.db(), |db| end(db, id, state, exit_status, why)))
    }

    /// Records why a session could not be made or is damaged.
    pub fn break_session(&self, id: &str, why: &SessionCause) -> Result<()> {
        let why = to_json(why)?;
        let ended = nanoseconds(Timestamp::now())?;
        let text =
            "UPDATE sessions SET state = 'broken', why = ?2, ended = coalesce(ended, ?3) WHERE id = ?1";
        let changed =
            self.spending(|| self.db().execute(text, params![id, why, ended]).map_err(|e| db_error(&e)))?;
        if changed == 0 { Err(missing(id)) } else { Ok(()) }
    }

    /// Tells why a session stands as it does, and leaves all else of its record to others.
    pub fn set_why(&self, id: &str, why: &SessionCause) -> Result<()> {
        let why = to_json(why)?;
        let text = "UPDATE sessions SET why = ?2 WHERE id = ?1 AND why IS NOT ?2";
        self.db().execute(text, params![id, why]).map_err(|e| db_error(&e))?;
        Ok(())
    }

    /// Says that something of a session is another that its record does not tell: who watches the store looks again.
    pub fn tell_of_session(&self, id: &str) -> Result<()> {
        // A row that is written as it was leaves no mark. Nobody sees what stands there in between.
        transact(&mut self.db(), |db| {
            let text = "UPDATE sessions SET created = created + ?2 WHERE id = ?1";
            for step in [1, -1] {
                db.execute(text, params![id, step]).map_err(|e| db_error(&e))?;
            }
            Ok(())
        })
    }

    /// Takes a reason back that is meant; any other stays.
    pub fn clear_why(&self, id: &str, is_meant: impl Fn(&SessionCause) -> bool) -> Result<()> {
        transact(&mut self.db(), |db| {
            let text = "SELECT why FROM sessions WHERE id = ?1 AND why IS NOT NULL";
            let why: Option<String> =
                db.query_row(text, [id], |row| row.get(0)).optional().map_err(|e| db_error(&e))?;
            if why.is_some_and(|why| is_meant(&stored_cause(why))) {
                db.execute("UPDATE sessions SET why = NULL WHERE id = ?1", [id]).map_err(|e| db_error(&e))?;
            }
            Ok(())
        })
    }

    /// Returns the session with exactly this id.
    pub fn session(&self, id: &str) -> Result<Session> {
        select(&self.db(), "WHERE id = ?1", [id])?.pop().ok_or_else(|| missing(id))
    }

    /// Returns the session that `key` means: its id, its name, or the beginning of its id. A name means the session
    /// that is not over, else the newest that had it.
    pub fn find_session(&self, key: &str) -> Result<Session> {
        let db = self.db();
        let named = "WHERE id = ?1 OR name = ?1 \
                     ORDER BY id = ?1 DESC, state IN ('committed', 'aborted'), created DESC LIMIT 1";
        if let Some(session) = select(&db, named, [key])?.pop() {
            return Ok(session);
        }
        let is_prefix = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !is_prefix {
            return Err(missing(key));
        }
        let mut found = select(&db, "WHERE id GLOB ?1 || '*' ORDER BY id LIMIT 5", [key])?;
        match (found.pop(), found.is_empty()) {
            (None, _) => Err(missing(key)),
            (Some(session), true) => Ok(session),
            (Some(last), false) => {
                let ids: Vec<_> = found.iter().chain([&last]).map(|session| session.id.as_str()).collect();
                Err(SeeError::new(
                    ErrorCode::AmbiguousSession,
                    format!("More than one session begins with {key}: {}.", ids.join(", ")),
                    "Give more letters of the one that you mean.",
                )
                .with_fact("key", key))
            }
        }
    }

    /// Returns every session, the newest first.
    pub fn sessions(&self) -> Result<Vec<Session>> {
        select(&self.db(), "ORDER BY created DESC, id", [])
    }

    /// Returns the sessions whose commit was cut off, and those that are over and still have layers.
    pub fn cut_off_sessions(&self) -> Result<Vec<Session>> {
        let cut_off = "WHERE state = 'committing' OR (state IN ('committed', 'aborted') AND layers <> '[]')";
        select(&self.db(), cut_off, [])
    }

    /// Settles sessions whose supervisor died without a word: one that ran is finished, one that was being made is
    /// broken. Returns whether there was any.
    pub fn repair_dead_sessions(&self) -> Result<bool> {
        let alive = {
            let db = self.db();
            let mut query = db
                .prepare_cached("SELECT id FROM sessions WHERE state IN ('starting', 'running')")
                .map_err(|e| db_error(&e))?;
            let ids = query.query_map([], |row| row.get::<_, String>(0)).map_err(|e| db_error(&e))?;
            ids.collect::<rusqlite::Result<Vec<_>>>().map_err(|e| db_error(&e))?
        };
        let mut repaired = false;
        for id in alive {
            let Some(_lock) = self.try_lock_session(&id)? else { continue };
            // Only now is the state certain: its supervisor may have finished in between.
            match self.session(&id)?.state {
                SessionState::Starting => {
                    self.break_session(&id, &SessionCause::KilledEarly)?;
                }
                SessionState::Running => {
                    self.finish_session(&id, None, Some(&SessionCause::Killed))?;
                }
                _ => continue,
            }
            repaired = true;
        }
        Ok(repaired)
    }
}

/// Moves a session to `state` within a transaction.
pub(super) fn move_session(
    db: &Connection,
    id: &str,
    from: &[SessionState],
    state: SessionState,
) -> Result<()> {
    let found: SessionState = from_word(&require(db, id)?)?;
    if !from.contains(&found) {
        let word = to_word(&found)?;
        return Err(SeeError::new(
            ErrorCode::WrongState,
            format!("The session {id} is {word}; this cannot be done with it."),
            SEE_LIST,
        )
        .with_fact("session", id)
        .with_fact("state", word));
    }
    db.execute("UPDATE sessions SET state = ?2 WHERE id = ?1", params![id, to_word(&state)?])
        .map_err(|e| db_error(&e))?;
    Ok(())
}

fn end(
    db: &Connection,
    id: &str,
    state: SessionState,
    exit_status: Option<i32>,
    why: Option<&SessionCause>,
) -> Result<()> {
    let ended = nanoseconds(Timestamp::now())?;
    let why = why.map(to_json).transpose()?;
    require(db, id)?;
    db.execute(
        "UPDATE sessions SET state = ?5, ended = ?2, exit_status = coalesce(exit_status, ?3), why = ?4, \
         frozen = NULL \
         WHERE id = ?1",
        params![id, ended, exit_status, why, to_word(&state)?],
    )
    .map_err(|e| db_error(&e))?;
    Ok(())
}

/// Returns the state word of a session that must be there.
fn require(db: &Connection, id: &str) -> Result<String> {
    db.query_row("SELECT state FROM sessions WHERE id = ?1", [id], |row| row.get(0))
        .optional()
        .map_err(|e| db_error(&e))?
        .ok_or_else(|| missing(id))
}

enum How {
    Insert,
    Update,
}

fn write(db: &Connection, how: How, session: &Session) -> Result<()> {
    let layers = session.layers.iter().map(StoredLayer::new).collect::<Result<Vec<_>>>()?;
    let values = params![
        session.id,
        session.name,
        to_word(&session.state)?,
        join_arguments(&session.command),
        session.cwd.as_bytes(),
        to_word(&session.mode)?,
        session.owner_uid,
        session.run_as.0,
        session.run_as.1,
        nanoseconds(session.created)?,
        session.ended.map(nanoseconds).transpose()?,
        session.exit_status,
        session.why.as_ref().map(to_json).transpose()?,
        to_json(&layers)?,
        to_json(&session.limits)?,
        to_json(&session.policy)?,
        session.frozen.as_ref().map(to_json).transpose()?,
        to_json(&session.near)?,
    ];
    let places = "(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18)";
    let text = match how {
        How::Insert => format!("INSERT INTO sessions ({COLUMNS}) VALUES {places}"),
        How::Update => format!("UPDATE sessions SET ({COLUMNS}) = {places} WHERE id = ?1"),
    };
    db.execute(&text, values).map_err(|e| match (&session.name, e.sqlite_error_code()) {
        (Some(name), Some(rusqlite::ErrorCode::ConstraintViolation)) => SeeError::new(
            ErrorCode::NameTaken,
            format!("Another session is named {}.", escape_for_display(name.as_bytes())),
            "Choose another name, or commit or abort that session first.",
        )
        .with_fact("name", name.as_str()),
        _ => db_error(&e),
    })?;
    Ok(())
}

fn select<P: rusqlite::Params>(db: &Connection, which: &str, values: P) -> Result<Vec<Session>> {
    let mut query =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM sessions {which}")).map_err(|e| db_error(&e))?;
    let mut rows = query.query(values).map_err(|e| db_error(&e))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(|e| db_error(&e))? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<Session> {
    fn column<T: rusqlite::types::FromSql>(row: &Row<'_>, name: &str) -> Result<T> {
        row.get(name).map_err(|e| db_error(&e))
    }
    let word = |name: &str| column::<String>(row, name);
    let layers: Vec<StoredLayer> = from_json(&word("layers")?)?;
    let limits: Vec<StoredLimit> = from_json(&word("limits")?)?;
    let policy: Policy = from_json(&word("policy")?)?;
    Ok(Session {
        id: column(row, "id")?,
        name: column(row, "name")?,
        state: from_word(&word("state")?)?,
        command: split_arguments(&column::<Vec<u8>>(row, "command")?),
        cwd: HostPath::new(&column::<Vec<u8>>(row, "cwd")?).ok_or_else(damaged)?,
        mode: from_word(&word("mode")?)?,
        owner_uid: column(row, "owner_uid")?,
        run_as: (column(row, "run_uid")?, column(row, "run_gid")?),
        created: Timestamp(column::<i64>(row, "created")?.into()),
        ended: column::<Option<i64>>(row, "ended")?.map(|time| Timestamp(time.into())),
        exit_status: column(row, "exit_status")?,
        why: column::<Option<String>>(row, "why")?.map(stored_cause),
        layers: layers.into_iter().map(|layer| layer.into_layer(&policy)).collect::<Result<_>>()?,
        limits: limits.into_iter().map(StoredLimit::into).collect(),
        policy,
        frozen: column::<Option<String>>(row, "frozen")?.map(|text| from_json(&text)).transpose()?,
        near: from_json(&word("near")?)?,
    })
}

/// Returns the error for a key that means no session.
fn missing(key: &str) -> Box<SeeError> {
    let shown = escape_for_display(key.as_bytes());
    SeeError::new(ErrorCode::NoSuchSession, format!("There is no session {shown}."), SEE_LIST)
        .with_fact("key", shown)
}

/// Refuses names that are empty, too long, begin like an option, or cannot be typed.
fn check_name(name: &str) -> Result<()> {
    let fits = !name.is_empty() && name.len() <= NAME_LIMIT && !name.starts_with('-');
    if fits && escape_for_display(name.as_bytes()) == name && name.trim() == name {
        return Ok(());
    }
    Err(SeeError::new(
        ErrorCode::BadRequest,
        format!("This cannot be a session's name: {}", escape_for_display(name.as_bytes())),
        format!("Use 1 to {NAME_LIMIT} bytes of visible characters that do not begin with a dash."),
    )
    .because(Reason::BadName)
    .with_fact("limit", NAME_LIMIT))
}
