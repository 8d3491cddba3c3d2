//! What the methods of the review desk take and give: edited files, notes, a look by a virus scanner.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use see_core::commit::edit::Seen;
use see_core::error::Result;
use see_core::path::HostPath;
use see_core::store::Note;
use see_core::virus_scan::Scanned;
use serde::{Deserialize, Serialize};

use super::envelope::{bad_request, cut};
use super::messages::host_path;

/// A file's new content, and what it was when the person opened it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditParams {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    pub session: String,
    content: String,
    size: u64,
    mtime: String,
}

impl EditParams {
    pub fn host_path(&self) -> Result<HostPath> {
        host_path(&self.path, self.path_bytes.as_deref())
    }

    pub fn content(&self) -> Result<Vec<u8>> {
        BASE64.decode(&self.content).map_err(|_| bad_request("its content is not base64"))
    }

    pub fn seen(&self) -> Seen {
        Seen { size: self.size, mtime: self.mtime.clone() }
    }
}

/// A note; without a path it is on the session itself, with an empty text it is taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteParams {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    pub session: String,
    pub text: String,
}

impl NoteParams {
    pub fn host_path(&self) -> Result<Option<HostPath>> {
        self.path.as_deref().map(|path| host_path(path, self.path_bytes.as_deref())).transpose()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotesResult {
    notes: Vec<WireNote>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireNote {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    text: String,
    time: String,
}

impl From<Vec<Note>> for NotesResult {
    fn from(notes: Vec<Note>) -> Self {
        let wire = |note: Note| {
            let at = note.path.map(|path| path.to_ref());
            let (path, path_bytes) = at.map_or((None, None), |at| (Some(at.path), at.path_bytes));
            WireNote { path, path_bytes, text: note.text, time: note.time.to_rfc3339() }
        };
        Self { notes: notes.into_iter().map(wire).collect() }
    }
}

/// What a virus scanner found. `cut` counts the findings that are not told because there are too many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VirusesResult {
    files: u64,
    skipped: u64,
    findings: Vec<WireFinding>,
    cut: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireFinding {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    name: String,
}

impl From<Scanned> for VirusesResult {
    fn from(Scanned { files, skipped, findings }: Scanned) -> Self {
        const MOST: usize = 10_000;
        let wire = findings.into_iter().map(|finding| {
            let at = finding.path.to_ref();
            WireFinding { path: at.path, path_bytes: at.path_bytes, name: finding.name }
        });
        let mut findings = wire.collect();
        let cut = cut(&mut findings, MOST);
        Self { files, skipped, findings, cut }
    }
}
