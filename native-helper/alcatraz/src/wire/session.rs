//! The JSON form of a session (`protocol/src/session.ts`).

use see_core::cause::{Limit, LimitCause, SessionCause};
use see_core::error::Result;
use see_core::path::wire_text;
use see_core::policy::Policy;
use see_core::session::{Frozen, Mode, Near, Session, SessionState};
use see_core::store::Store;
use serde::{Deserialize, Serialize};

use crate::present::causes::{limit_words, session_words};

/// A session, without what only the engine needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireSession {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub state: SessionState,
    /// Program and arguments as text.
    pub command: Vec<String>,
    /// Working directory as text.
    pub cwd: String,
    /// Privilege.
    pub mode: Mode,
    /// When it was made.
    pub created: String,
    /// When its last program ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Exit status of its first program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_status: Option<i32>,
    /// Why it is broken, or ended as it did, in the words of the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The same for who has words of their own; a session of before has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<SessionCause>,
    /// What it cannot change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Vec<WireLimit>>,
    /// What it is allowed, and what is recorded of it.
    pub policy: Policy,
    /// Why it stands still, while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Frozen>,
    /// The limits that it is near to, or has run into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<Near>,
    /// What a person should hear of while it runs: only the app is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<Alerts>,
    /// Whether what was committed of it has been undone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undone: bool,
    /// Whether it has ended and changed nothing: only the app is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchanged: bool,
}

/// A place where a session is limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireLimit {
    /// Where, escaped for display.
    pub path: String,
    /// Why, in the words of the command line.
    pub why: String,
    /// Why, for who has words of their own; a session of before has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<LimitCause>,
}

impl From<&Limit> for WireLimit {
    fn from(Limit { path, cause }: &Limit) -> Self {
        let is_said = matches!(cause, LimitCause::Said { .. });
        Self { path: path.clone(), why: limit_words(cause), cause: (!is_said).then(|| cause.clone()) }
    }
}

/// What a person should hear of while a session runs: the first of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {
    /// Something was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// What was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Which wall it was.
    pub what: Wall,
    /// The place, the call, or the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The program's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}

/// A wall that refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wall {
    /// The network's.
    Network,
    /// Around mounts.
    Mount,
    /// Around hidden places.
    HiddenPlace,
    /// Around owner's rights.
    SetId,
}

impl WireSession {
    /// Returns all sessions of a store, with what became of their commits.
    pub fn all(store: &Store) -> Result<Vec<Self>> {
        let undone = store.undone_sessions()?;
        let wire = |session: &Session| Self { undone: undone.contains(&session.id), ..session.into() };
        Ok(store.sessions()?.iter().map(wire).collect())
    }
}

impl From<&Session> for WireSession {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.clone(),
            name: session.name.clone(),
            state: session.state,
            command: command_text(&session.command),
            cwd: wire_text(session.cwd.as_bytes()).0,
            mode: session.mode,
            created: session.created.to_rfc3339(),
            ended: session.ended.map(see_core::timestamp::Timestamp::to_rfc3339),
            exit_status: session.exit_status,
            why: session.why.as_ref().map(session_words),
            cause: session.why.clone().filter(|cause| !matches!(cause, SessionCause::Said { .. })),
            limits: (!session.limits.is_empty())
                .then(|| session.limits.iter().map(WireLimit::from).collect()),
            policy: session.policy.clone(),
            frozen: session.frozen.clone(),
            near: session.near.clone(),
            alerts: None,
            undone: false,
            unchanged: false,
        }
    }
}

/// Returns program and arguments as text, invalid bytes replaced.
pub fn command_text(command: &[Vec<u8>]) -> Vec<String> {
    command.iter().map(|argument| wire_text(argument).0).collect()
}

/// The session as the answer of `changes` begins with it.
#[derive(Clone, Debug, Serialize)]
pub struct SessionHead {
    id: String,
    name: Option<String>,
    state: SessionState,
    command: Vec<String>,
    mode: Mode,
    created: String,
}

impl From<&Session> for SessionHead {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.clone(),
            name: session.name.clone(),
            state: session.state,
            command: command_text(&session.command),
            mode: session.mode,
            created: session.created.to_rfc3339(),
        }
    }
}
