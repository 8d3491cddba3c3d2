//! JSON-RPC 2.0 envelopes (`protocol/src/rpc.ts`). Knows no method.

use see_core::error::{ErrorCode, SeeError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most paths that a message tells one by one. Of those that an error leaves out, the fact `paths` has the true number.
pub const MOST_PATHS: usize = 1000;

/// The most bytes that one list takes up in a message, so that three of them stay below the longest line: a program inside
/// chooses how long a path is, and of which characters.
pub const LIST_BYTES: usize = 4 * 1024 * 1024;

/// Cuts a list to what a message may hold of it; returns how many are left out.
pub fn cut<T: Serialize>(list: &mut Vec<T>, most: usize) -> usize {
    let fits = how_many_fit(list.iter().take(most));
    list.split_off(fits).len()
}

/// Returns how many of these, one after the other, a message may hold.
pub fn how_many_fit(list: impl Iterator<Item = impl Serialize>) -> usize {
    let mut room = LIST_BYTES;
    list.map_while(|one| {
        let bytes = serde_json::to_vec(&one).map_or(usize::MAX, |text| text.len().saturating_add(1));
        room = room.checked_sub(bytes)?;
        Some(())
    })
    .count()
}

/// The only value of `jsonrpc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Version {
    #[serde(rename = "2.0")]
    Two,
}

/// A message from the app: a request when it has an id, else a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incoming {
    /// Always 2.0.
    pub jsonrpc: Version,
    /// Number of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// What is asked for.
    pub method: String,
    /// Its arguments.
    pub params: Value,
}

/// A message to the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outgoing {
    /// The answer to a request.
    Result(ResultReply),
    /// The failure of a request; without an id when the request could not be read.
    Error(ErrorReply),
    /// News.
    Notification(Notification),
}

/// See [`Outgoing::Result`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultReply {
    jsonrpc: Version,
    id: i64,
    /// The answer.
    pub result: Value,
}

/// See [`Outgoing::Error`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorReply {
    jsonrpc: Version,
    id: Option<i64>,
    error: ErrorBody,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorBody {
    code: i64,
    message: String,
    data: SeeError,
}

/// See [`Outgoing::Notification`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    jsonrpc: Version,
    method: String,
    /// What it carries.
    pub params: Value,
}

impl Outgoing {
    /// Returns the answer to request `id`.
    pub fn result(id: i64, result: Value) -> Self {
        Self::Result(ResultReply { jsonrpc: Version::Two, id, result })
    }

    /// Returns the failure of request `id`. The number is what JSON-RPC prescribes; programs look at `data.code`.
    pub fn error(id: Option<i64>, mut error: SeeError) -> Self {
        let all = error.conflicts.len() + error.needs.len();
        if cut(&mut error.conflicts, MOST_PATHS) + cut(&mut error.needs, MOST_PATHS) > 0 {
            error.facts.insert("paths".to_owned(), all.into());
        }
        let code = match (error.code, id) {
            (ErrorCode::BadRequest, None) => -32700,
            (ErrorCode::BadRequest, Some(_)) => -32602,
            (ErrorCode::UnknownMethod, _) => -32601,
            (ErrorCode::Internal, _) => -32603,
            _ => -32000,
        };
        let body = ErrorBody { code, message: error.message.clone(), data: error };
        Self::Error(ErrorReply { jsonrpc: Version::Two, id, error: body })
    }

    /// Returns what is said instead of an answer that is longer than a line may be; `None` for news.
    pub fn instead(&self) -> Option<Self> {
        let id = match self {
            Self::Result(reply) => Some(reply.id),
            Self::Error(reply) => reply.id,
            Self::Notification(_) => return None,
        };
        Some(Self::error(id, *too_long("The answer")))
    }

    /// Returns news.
    pub fn notification(method: &str, params: Value) -> Self {
        Self::Notification(Notification { jsonrpc: Version::Two, method: method.to_owned(), params })
    }
}

/// Returns the error for a message that does not parse.
pub fn bad_request(why: impl std::fmt::Display) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::BadRequest,
        format!("The message cannot be understood: {why}."),
        "This is a bug in the program that sent it; please report it.",
    )
}

/// Returns the error for something that is too long to be said.
pub fn too_long(what: &str) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::Internal,
        format!("{what} is longer than the app can take."),
        "Look at the session with the alcatraz command, or leave out what has very long names.",
    )
}
