//! The versions of a contested path, for a person who has to decide: what it was, what the host has now, what the
//! session has. Also where nothing changed in the session, because it only looked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::change::FileType;
use crate::changes::found::Found;
use crate::content::{self, SLICE_LIMIT, SideFacts, Slice};
use crate::error::{ErrorCode, Result, SeeError};
use crate::merge::bases;
use crate::path::HostPath;
use crate::read_set::entry::Seen;
use crate::reads;
use crate::session::Session;
use crate::store::Store;

/// What a file was before the session changed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseFacts {
    /// Bytes.
    pub size: u64,
    /// When it had been changed last.
    pub mtime: String,
    /// Whether its content was kept.
    pub kept: bool,
}

/// The versions of one path, as far as there are any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// What it was before the session changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseFacts>,
    /// What the host has there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<SideFacts>,
    /// What the session made of it; absent where it deleted or changed nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SideFacts>,
}

/// Returns the versions of a path. `found` is the session's change there, when there is one.
///
/// Fails with `no-such-change` for a path that the session neither changed nor looked at: a helper with the rights of root
/// tells nothing of those.
pub fn versions(
    store: &Store,
    session: &Session,
    path: &HostPath,
    found: Option<&Found>,
) -> Result<Versions> {
    let met = seen(store, session, path)?;
    if found.is_none() && met.is_none() {
        let message = format!("The session has nothing to do with {}.", path.display());
        let hint = "See what it changed with: alcatraz changes SESSION";
        return Err(SeeError::new(ErrorCode::NoSuchChange, message, hint).with_path(path));
    }
    let base = match bases::base(&store.session_dir(&session.id), path) {
        Some(base) => {
            Some(BaseFacts { size: base.size, mtime: base.mtime.to_rfc3339(), kept: base.content.is_some() })
        }
        None => met.and_then(as_file),
    };
    let ours = found.map(|found| content::describe(session, found)).transpose()?;
    Ok(Versions { base, now: content::describe_host(session, path)?, session: ours.and_then(|d| d.after) })
}

/// Returns what the session met at a path, as far as that was recorded.
fn seen(store: &Store, session: &Session, path: &HostPath) -> Result<Option<Seen>> {
    let reads = reads::recorded(store, session)?;
    Ok(reads.as_ref().and_then(|reads| reads.get(path)).map(|entry| entry.seen))
}

fn as_file(seen: Seen) -> Option<BaseFacts> {
    match seen {
        Seen::Object(object) if object.kind == FileType::File => {
            let mtime = object.mtime.timestamp().to_rfc3339();
            Some(BaseFacts { size: object.size, mtime, kept: false })
        }
        Seen::Object(_) | Seen::Absent => None,
    }
}

/// Returns a slice of what a file was before the session changed it. Fails with `no-such-change` when that was not kept.
pub fn base_slice(
    store: &Store,
    session: &Session,
    path: &HostPath,
    offset: u64,
    length: u64,
) -> Result<Slice> {
    let content = bases::base(&store.session_dir(&session.id), path)
        .and_then(|base| base.content)
        .ok_or_else(|| {
            let message = format!("What {} was before the session is not kept.", path.display());
            SeeError::new(ErrorCode::NoSuchChange, message, "Compare the host's version with the session's.")
                .with_path(path)
        })?;
    let size = content.len() as u64;
    let index = |at: u64| usize::try_from(at.min(size)).unwrap_or(content.len());
    let end = offset.saturating_add(length.min(SLICE_LIMIT));
    let bytes = content.get(index(offset)..index(end)).unwrap_or_default();
    Ok(Slice { data: BASE64.encode(bytes), size, eof: end >= size })
}
