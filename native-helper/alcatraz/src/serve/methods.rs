//! The methods: what each one asks of the core. Called from worker threads, many at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use see_core::error::{ErrorCode, Result, SeeError};
use see_core::store::Store;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::wire::commit::WireCommit;
use crate::wire::session::WireSession;

use super::envelope::bad_request;
use super::feed::Feeds;
use super::messages::*;
use super::requests::RequestMonitor;
use super::writer::Writer;

/// Every method.
pub const NAMES: [&str; 15] = [
    "hello",
    "doctor",
    "sessions.list",
    "sessions.run",
    "sessions.stop",
    "sessions.abort",
    "changes.watch",
    "changes.unwatch",
    "describe",
    "content",
    "check",
    "commit",
    "history.list",
    "history.undo",
    "history.drop",
];

/// How long the work of a method may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Answers at once, or at least without reading whole layers.
    Quick,
    /// May take minutes.
    Long,
}

/// The methods and what they share.
pub struct Methods {
    store: Arc<Store>,
    feeds: Feeds,
    greeted: AtomicBool,
}

impl Methods {
    /// Returns the methods on this store.
    pub fn new(store: Arc<Store>, writer: Writer) -> Self {
        Self { feeds: Feeds::new(Arc::clone(&store), writer), store, greeted: AtomicBool::new(false) }
    }

    /// Tells how long a method may take.
    pub fn weight(method: &str) -> Weight {
        match method {
            "sessions.stop" | "sessions.abort" | "check" | "commit" | "history.undo" | "history.drop" => {
                Weight::Long
            }
            _ => Weight::Quick,
        }
    }

    /// Stops every feed.
    pub fn end_watches(&self) {
        self.feeds.end_all();
    }

    /// Does what a request asks for.
    pub fn call(&self, method: &str, params: Value, monitor: &RequestMonitor) -> Result<Value> {
        if method != "hello" && NAMES.contains(&method) && !self.greeted.load(Ordering::Acquire) {
            return Err(mismatch(format!("{method} came before hello.")));
        }
        match method {
            "hello" => reply(self.hello(&parse(params)?)?),
            "sessions.list" => parse::<Empty>(params).and_then(|_| reply(self.list_sessions()?)),
            "history.list" => parse::<Empty>(params).and_then(|_| reply(self.list_commits()?)),
            _ => Err(SeeError::new(
                ErrorCode::UnknownMethod,
                format!("There is no method {}.", see_core::path::escape_for_display(method.as_bytes())),
                "Update the app and the helper to the same version.",
            )
            .with_fact("method", method)),
        }
    }

    fn hello(&self, params: &HelloParams) -> Result<HelloResult> {
        if params.protocol != PROTOCOL_VERSION {
            let error = mismatch(format!(
                "The app speaks protocol {}, the helper {PROTOCOL_VERSION}.",
                params.protocol
            ));
            return Err(error.with_fact("theirs", params.protocol).with_fact("ours", PROTOCOL_VERSION));
        }
        self.greeted.store(true, Ordering::Release);
        Ok(HelloResult {
            protocol: PROTOCOL_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mode: self.store.mode(),
            store: self.store.root().to_string_lossy().into_owned(),
        })
    }

    fn list_sessions(&self) -> Result<SessionsResult> {
        Ok(SessionsResult { sessions: self.store.sessions()?.iter().map(WireSession::from).collect() })
    }

    fn list_commits(&self) -> Result<CommitsResult> {
        let commits = crate::commands::history::done(&self.store)?;
        Ok(CommitsResult { commits: commits.iter().map(WireCommit::from).collect() })
    }
}

/// Parses the arguments of a method.
fn parse<T: DeserializeOwned>(params: Value) -> Result<T> {
    serde_json::from_value(params).map_err(bad_request)
}

/// Returns an answer as JSON.
fn reply(answer: impl Serialize) -> Result<Value> {
    serde_json::to_value(answer).map_err(|e| SeeError::internal(format!("An answer cannot be written: {e}.")))
}

fn mismatch(message: String) -> Box<SeeError> {
    SeeError::new(ErrorCode::ProtocolMismatch, message, "Update the app and the helper to the same version.")
}
