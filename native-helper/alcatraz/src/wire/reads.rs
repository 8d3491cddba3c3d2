//! The JSON form of a read set. Entries are made one by one while they are written: there may be a million.

use see_core::change::FileType;
use see_core::path::{PathRef, wire_text};
use see_core::policy::Reads;
use see_core::read_set::access::Access;
use see_core::read_set::entry::{Entry, Seen};
use see_core::read_set::set::{Missing, ReadSet};
use see_core::reads;
use see_core::session::Session;
use serde::{Serialize, Serializer};

/// One path.
#[derive(Serialize)]
pub struct WireRead {
    /// Which.
    #[serde(flatten)]
    pub path: PathRef,
    /// When it was first looked at.
    pub first_seen: String,
    /// In one word, what of it was seen.
    pub seen: &'static str,
    /// Everything that was done with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<&'static str>,
    /// What was there; `absent` when nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<&'static str>,
    /// The program that looked first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}

/// What was recorded.
#[derive(Serialize)]
pub struct Recorded<'a> {
    /// How much was recorded.
    pub tracking: Reads,
    /// Why it is not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    #[serde(rename = "reads", serialize_with = "one_by_one")]
    set: Sorted<'a>,
}

struct Sorted<'a> {
    set: &'a ReadSet,
    entries: Vec<&'a Entry>,
}

impl<'a> Recorded<'a> {
    /// Returns the answer, sorted by path.
    pub fn new(session: &Session, set: &'a ReadSet) -> Self {
        let mut entries: Vec<&Entry> = set.entries().iter().collect();
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Self {
            tracking: session.policy.reads,
            missing: set.missing().filter(|missing| !reads::go_on(session, *missing)),
            set: Sorted { set, entries },
        }
    }

    /// Returns the entries.
    pub fn reads(&self) -> impl Iterator<Item = WireRead> {
        self.set.reads()
    }
}

impl Sorted<'_> {
    fn reads(&self) -> impl Iterator<Item = WireRead> {
        self.entries.iter().map(|entry| WireRead {
            path: entry.path.to_ref(),
            first_seen: entry.name.unwrap_or(entry.first).timestamp().to_rfc3339(),
            seen: seen_word(entry),
            access: entry.access.names().collect(),
            found: Some(match entry.seen {
                Seen::Absent => "absent",
                Seen::Object(object) => type_word(object.kind),
            }),
            program: self.set.program(entry.by.program).map(|program| wire_text(program).0),
        })
    }
}

fn one_by_one<S: Serializer>(sorted: &Sorted<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(sorted.reads())
}

fn seen_word(entry: &Entry) -> &'static str {
    let writes = Access::WRITE | Access::APPEND | Access::TRUNCATE | Access::EXCLUSIVE;
    if entry.access.has(writes) {
        "written"
    } else if entry.listing().is_some() {
        "directory"
    } else if entry.content.is_some() {
        "read"
    } else {
        "name"
    }
}

fn type_word(kind: FileType) -> &'static str {
    match kind {
        FileType::File => "file",
        FileType::Directory => "directory",
        FileType::Symlink => "symlink",
        FileType::Fifo => "fifo",
        FileType::Socket => "socket",
        FileType::Device => "device",
    }
}

/// What the changes of a session rest on, where nothing was recorded.
#[derive(Serialize)]
pub struct Derived {
    tracking: Reads,
    /// The entries, sorted by path.
    pub reads: Vec<WireRead>,
}

impl Derived {
    /// Returns the answer.
    pub fn new(mut reads: Vec<reads::Read>) -> Self {
        reads.sort_by(|a, b| a.path.cmp(&b.path));
        let reads = reads.iter().map(|read| WireRead {
            path: read.path.to_ref(),
            first_seen: read.first_seen.to_rfc3339(),
            seen: match read.what {
                reads::Seen::Written => "written",
                reads::Seen::Read => "read",
                reads::Seen::Name => "name",
                reads::Seen::Directory => "directory",
            },
            access: Vec::new(),
            found: None,
            program: None,
        });
        Self { tracking: Reads::Off, reads: reads.collect() }
    }
}
