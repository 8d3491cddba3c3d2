//! What people note on sessions and on single changes, so that it is there when a decision is made and looked back at.

use rusqlite::params;

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::path::HostPath;
use crate::timestamp::Timestamp;

use super::rows::{damaged, nanoseconds};
use super::{Store, db_error};

/// The longest note, in bytes, and the most notes on one session and its changes.
const LONGEST: usize = 4096;
const MOST: i64 = 1000;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The change that it is on; `None` for the session itself.
    pub path: Option<HostPath>,
    /// What was noted.
    pub text: String,
    /// When.
    pub time: Timestamp,
}

impl Store {
    /// Returns the notes on a session and on its changes, the session's first, then by path.
    pub fn notes(&self, session: &str) -> Result<Vec<Note>> {
        let db = self.db();
        let mut query = db
            .prepare_cached("SELECT path, text, time FROM notes WHERE session = ?1 ORDER BY path")
            .map_err(|e| db_error(&e))?;
        let rows = query
            .query_map([session], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get::<_, i64>(2)?)))
            .map_err(|e| db_error(&e))?;
        let mut notes = Vec::new();
        for row in rows {
            let (path, text, time) = row.map_err(|e| db_error(&e))?;
            let path = match path.as_slice() {
                [] => None,
                bytes => Some(HostPath::new(bytes).ok_or_else(damaged)?),
            };
            notes.push(Note { path, text, time: Timestamp(time.into()) });
        }
        Ok(notes)
    }

    /// Notes something on a session, or on its change at a path; an empty text takes the note away.
    pub fn set_note(&self, session: &str, path: Option<&HostPath>, text: &str) -> Result<()> {
        let path = path.map_or(&[][..], HostPath::as_bytes);
        let text = text.trim();
        if text.len() > LONGEST {
            let message = format!("The note is longer than {LONGEST} bytes.");
            return Err(SeeError::new(ErrorCode::BadRequest, message, "Make it shorter.")
                .because(Reason::LongNote)
                .with_fact("most", LONGEST));
        }
        let time = nanoseconds(Timestamp::now())?;
        self.durably(|db| {
            if text.is_empty() {
                db.execute("DELETE FROM notes WHERE session = ?1 AND path = ?2", params![session, path])
                    .map_err(|e| db_error(&e))?;
                return Ok(());
            }
            let others: i64 = db
                .query_row(
                    "SELECT count(*) FROM notes WHERE session = ?1 AND path <> ?2",
                    params![session, path],
                    |row| row.get(0),
                )
                .map_err(|e| db_error(&e))?;
            if others >= MOST {
                let message = format!("There are {MOST} notes on this session already.");
                return Err(SeeError::new(ErrorCode::BadRequest, message, "Take others away first.")
                    .because(Reason::ManyNotes)
                    .with_fact("most", MOST));
            }
            db.execute(
                "REPLACE INTO notes (session, path, text, time) VALUES (?1, ?2, ?3, ?4)",
                params![session, path, text, time],
            )
            .map_err(|e| db_error(&e))?;
            Ok(())
        })
    }
}
