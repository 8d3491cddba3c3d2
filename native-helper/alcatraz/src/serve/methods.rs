//! The methods: what each one asks of the core. Called from worker threads, many at once.

mod deciding;
mod running;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use see_core::changes::found::Found;
use see_core::content::{self, Side};
use see_core::doctor;
use see_core::engine::client;
use see_core::engine::request::More;
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::hiding::HidingList;
use see_core::ignore::IgnoreList;
use see_core::merge;
use see_core::origins;
use see_core::path::HostPath;
use see_core::session::Session;
use see_core::store::{Store, lines};
use see_core::versions;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::actions;
use crate::wire::doctor::WireRow;

use super::decisions::*;
use super::desk::{EditParams, NoteParams, NotesResult, VirusesResult};
use super::envelope::bad_request;
use super::feed::Feeds;
use super::messages::*;
use super::origins::{OriginLists, OriginsParams};
use super::recent_scans::RecentScans;
use super::relays::Relays;
use super::requests::RequestMonitor;
use super::session_list::SessionList;
use super::writer::Writer;

/// Every method.
pub const NAMES: [&str; 38] = [
    "hello",
    "doctor",
    "sessions.list",
    "sessions.run",
    "sessions.stop",
    "sessions.log",
    "sessions.tighten",
    "sessions.abort",
    "sessions.retry",
    "sessions.compare",
    "sessions.resume",
    "sessions.terminals",
    "changes.watch",
    "changes.unwatch",
    "changes.discard",
    "changes.origins",
    "changes.edit",
    "changes.viruses",
    "notes.get",
    "notes.set",
    "describe",
    "content",
    "versions",
    "merge.preview",
    "ignore.get",
    "ignore.set",
    "hidden.get",
    "hidden.set",
    "check",
    "commit",
    "history.list",
    "history.undo",
    "history.drop",
    "history.limit",
    "history.changes",
    "history.versions",
    "history.content",
    "relays.open",
];

/// What a method answers.
pub struct Answer {
    /// The result.
    pub result: Value,
    /// What must come after the answer was sent.
    pub then: Option<Then>,
}

/// Something to be done after an answer.
pub type Then = Box<dyn FnOnce() + Send>;

/// The methods and what they share.
pub struct Methods {
    store: Arc<Store>,
    list: Arc<SessionList>,
    feeds: Feeds,
    recent: RecentScans,
    origins: OriginLists,
    relays: Relays,
    greeted: AtomicBool,
    /// What waits for the first greeting.
    on_greeting: Mutex<Option<Then>>,
}

impl Methods {
    /// Returns the methods on this store. `on_greeting` comes after the answer to the first hello that fits.
    pub fn new(store: Arc<Store>, list: Arc<SessionList>, writer: Writer, on_greeting: Then) -> Self {
        Self {
            relays: Relays::new(writer.clone()),
            feeds: Feeds::new(Arc::clone(&store), writer),
            recent: RecentScans::default(),
            origins: OriginLists::default(),
            store,
            list,
            greeted: AtomicBool::new(false),
            on_greeting: Mutex::new(Some(on_greeting)),
        }
    }

    /// Returns the commands that run for the app.
    pub fn relays(&self) -> &Relays {
        &self.relays
    }

    /// Stops every feed and relay.
    pub fn end_watches(&self) {
        self.feeds.end_all();
        self.relays.close_all();
    }

    /// Does what a request asks for.
    pub fn call(&self, method: &str, params: Value, monitor: &RequestMonitor) -> Result<Answer> {
        if method != "hello" && NAMES.contains(&method) && !self.greeted.load(Ordering::Acquire) {
            return Err(mismatch(format!("{method} came before hello.")));
        }
        match method {
            "hello" => {
                let answer = reply(self.hello(&parse(params)?)?)?;
                let then = self.on_greeting.lock().unwrap_or_else(PoisonError::into_inner).take();
                Ok(Answer { then, ..answer })
            }
            "doctor" => {
                parse::<Empty>(params)?;
                let rows = doctor::rows(Some(self.store.root()))?;
                reply(DoctorResult { rows: rows.into_iter().map(WireRow::from).collect() })
            }
            "sessions.list" => parse::<Empty>(params).and_then(|_| reply(self.list_sessions()?)),
            "sessions.run" => self.run_program(parse(params)?),
            "sessions.stop" => self.with_session(&parse(params)?, actions::stop),
            "sessions.log" => {
                let params: LogParams = parse(params)?;
                let session = self.store.find_session(&params.session)?;
                reply(actions::log(&self.store, &session, params.since)?)
            }
            "sessions.tighten" => self.tighten(parse(params)?),
            "sessions.abort" => self.with_session(&parse(params)?, actions::abort),
            "sessions.retry" => self.retry(parse(params)?),
            "sessions.compare" => self.compare(&parse(params)?, monitor),
            "sessions.resume" => {
                let ResumeParams { session, quota, unlimited, memory, processes } = parse(params)?;
                let session = self.store.find_session(&session)?;
                let more = More { quota, unlimited, memory, processes };
                let session = actions::resume(&self.store, &session, more)?;
                reply(SessionResult { session: self.list.one(&session) })
            }
            "sessions.terminals" => {
                let session = self.store.find_session(&parse::<SessionParams>(params)?.session)?;
                reply(TerminalsResult::from(client::terminals(&self.store, &session)?))
            }
            "changes.watch" => self.watch(&parse(params)?),
            "changes.unwatch" => self.unwatch(&parse(params)?),
            "changes.discard" => self.discard(&parse(params)?, monitor),
            "changes.origins" => self.origins(&parse(params)?, monitor),
            "changes.edit" => {
                let params: EditParams = parse(params)?;
                let session = self.store.find_session(&params.session)?;
                let (path, content) = (params.host_path()?, params.content()?);
                actions::edit(&self.store, &session, &path, &content, &params.seen(), monitor)?;
                reply(Empty {})
            }
            "changes.viruses" => {
                let params: SessionParams = parse(params)?;
                let session = self.store.find_session(&params.session)?;
                reply(VirusesResult::from(actions::scan_for_viruses(&self.store, &session, monitor)?))
            }
            "notes.get" => self.notes(&parse::<SessionParams>(params)?.session),
            "notes.set" => {
                let params: NoteParams = parse(params)?;
                let session = self.store.find_session(&params.session)?;
                self.store.set_note(&session.id, params.host_path()?.as_ref(), &params.text)?;
                self.notes(&session.id)
            }
            "describe" => self.describe(&parse(params)?, monitor),
            "content" => self.content(&parse(params)?, monitor),
            "versions" => self.versions(&parse(params)?, monitor),
            "merge.preview" => self.merge_preview(&parse(params)?, monitor),
            "ignore.get" => parse::<Empty>(params).and_then(|_| self.ignored()),
            "ignore.set" => {
                let list = IgnoreList::new(parse::<Patterns>(params)?.patterns)?;
                let _held = lines::hold(&self.store)?;
                list.save(&self.store)?;
                self.ignored()
            }
            "hidden.get" => parse::<Empty>(params).and_then(|_| self.always_hidden()),
            "hidden.set" => {
                let list = HidingList::new(parse::<Places>(params)?.places)?;
                let _held = lines::hold(&self.store)?;
                list.save(&self.store)?;
                self.always_hidden()
            }
            "check" => self.check(parse(params)?, monitor),
            "commit" => self.commit(&parse(params)?, monitor),
            "history.list" => parse::<Empty>(params).and_then(|_| self.history()),
            "history.undo" => self.undo(&parse(params)?, monitor),
            "history.drop" => self.forget_backup(&parse(params)?, monitor),
            "history.limit" => self.limit_backups(&parse(params)?, monitor),
            "history.changes" => self.deeds(&parse(params)?),
            "history.versions" => self.undo_versions(&parse(params)?),
            "history.content" => self.undo_content(&parse(params)?),
            "relays.open" => self.open_relay(&parse(params)?),
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
        self.store.repair_dead_sessions()?;
        Ok(SessionsResult { sessions: self.list.all()?.0 })
    }

    fn with_session(
        &self,
        params: &SessionParams,
        work: impl FnOnce(&Store, &Session) -> Result<Session>,
    ) -> Result<Answer> {
        let session = work(&self.store, &self.store.find_session(&params.session)?)?;
        reply(SessionResult { session: self.list.one(&session) })
    }

    fn watch(&self, params: &SessionParams) -> Result<Answer> {
        let session = self.store.find_session(&params.session)?;
        actions::reviewable(&session)?;
        let (watch, begin) = self.feeds.open(&session)?;
        let answer = reply(Watch { watch })?;
        Ok(Answer { then: Some(begin), ..answer })
    }

    fn unwatch(&self, params: &Watch) -> Result<Answer> {
        self.feeds.end(params.watch);
        reply(Empty {})
    }

    fn discard(&self, params: &DiscardParams, monitor: &RequestMonitor) -> Result<Answer> {
        let paths = params.paths.iter().map(PathParam::to_host_path).collect::<Result<Vec<_>>>()?;
        let session = self.store.find_session(&params.session)?;
        reply(if params.dry_run == Some(true) {
            actions::look_at_discard(&self.store, &session, &paths, monitor)?
        } else {
            actions::discard(&self.store, &session, &paths, params.stamp.as_deref(), monitor)?
        })
    }

    fn origins(&self, params: &OriginsParams, monitor: &RequestMonitor) -> Result<Answer> {
        let session = self.store.find_session(&params.session)?;
        let look = || {
            let changes = actions::scan(&self.store, &session, monitor)?;
            origins::origins(&self.store, &session, &changes, monitor)
        };
        reply(self.origins.page(params.next, look)?)
    }

    /// Returns a session and its change at exactly this path: from the feed when there is one, else from a scan.
    fn find(&self, key: &str, path: &HostPath, monitor: &RequestMonitor) -> Result<(Session, Found)> {
        let session = self.store.find_session(key)?;
        actions::reviewable(&session)?;
        let found = match self.feeds.find(&session.id, path) {
            Some(found) => found,
            None => self.recent.find(&self.store, &session, path, monitor)?,
        };
        Ok((session, found))
    }

    fn describe(&self, params: &DescribeParams, monitor: &RequestMonitor) -> Result<Answer> {
        let path = params.host_path()?;
        let (session, found) = self.find(&params.session, &path, monitor)?;
        self.feeds.attend(&session.id, &path);
        reply(content::describe(&session, &found)?)
    }

    fn content(&self, params: &ContentParams, monitor: &RequestMonitor) -> Result<Answer> {
        let (session, found) = self.find(&params.session, &params.host_path()?, monitor)?;
        let (path, offset, length) = (&found.change.path, params.offset, params.length);
        reply(match params.side {
            AnySide::Before => content::slice(&session, &found, Side::Before, offset, length)?,
            AnySide::After => content::slice(&session, &found, Side::After, offset, length)?,
            AnySide::Now => content::slice_of_host(&session, path, offset, length)?,
            AnySide::Base => versions::base_slice(&self.store, &session, path, offset, length)?,
        })
    }

    /// Answers also for a path that the session only looked at.
    fn versions(&self, params: &DescribeParams, monitor: &RequestMonitor) -> Result<Answer> {
        let path = params.host_path()?;
        match self.find(&params.session, &path, monitor) {
            Ok((session, found)) => reply(versions::versions(&self.store, &session, &path, Some(&found))?),
            Err(error) if error.code == ErrorCode::NoSuchChange => {
                let session = self.store.find_session(&params.session)?;
                reply(versions::versions(&self.store, &session, &path, None)?)
            }
            Err(error) => Err(error),
        }
    }

    fn merge_preview(&self, params: &DescribeParams, monitor: &RequestMonitor) -> Result<Answer> {
        let (session, found) = self.find(&params.session, &params.host_path()?, monitor)?;
        reply(merge::preview(&self.store, &session, &found)?)
    }

    fn ignored(&self) -> Result<Answer> {
        reply(Patterns { patterns: IgnoreList::of(&self.store)?.patterns().to_vec() })
    }

    fn always_hidden(&self) -> Result<Answer> {
        reply(Places { places: HidingList::of(&self.store)?.places().to_vec() })
    }

    fn notes(&self, session: &str) -> Result<Answer> {
        let session = self.store.find_session(session)?;
        reply(NotesResult::from(self.store.notes(&session.id)?))
    }

    fn compare(&self, params: &CompareParams, monitor: &RequestMonitor) -> Result<Answer> {
        let (first, second) =
            (self.store.find_session(&params.first)?, self.store.find_session(&params.second)?);
        reply(ComparisonResult::from(actions::compare(&self.store, &first, &second, monitor)?))
    }
}

/// Parses the arguments of a method.
pub(super) fn parse<T: DeserializeOwned>(params: Value) -> Result<T> {
    serde_json::from_value(params).map_err(bad_request)
}

/// Returns an answer as JSON.
fn reply(answer: impl Serialize) -> Result<Answer> {
    let result = serde_json::to_value(answer)
        .map_err(|e| SeeError::internal(format!("An answer cannot be written: {e}.")))?;
    Ok(Answer { result, then: None })
}

fn mismatch(message: String) -> Box<SeeError> {
    SeeError::new(ErrorCode::ProtocolMismatch, message, "Update the app and the helper to the same version.")
}
