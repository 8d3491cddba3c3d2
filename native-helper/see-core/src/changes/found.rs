//! A change together with where its new state lies: what diff, check and commit work from.

use crate::change::{Change, Summary};
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::path::HostPath;

use super::layer_path::LayerPath;
use super::model::DEEPEST;
use super::stamp::Version;

/// What the layer holds for a changed path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpperState {
    /// Nothing (a whiteout, or hidden by an opaque or deleted directory): a deletion.
    Absent,
    /// The whole object: content and attributes. For a directory: all of it, nothing of the host shines through.
    Whole,
    /// Attributes only; the content is still that of `lower` (metacopy).
    AttributesOnly,
    /// A directory whose entries lie on top of the entries of `lower`.
    MergedDirectory,
}

/// One change and its sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What is told to people.
    pub change: Change,
    /// Index into `Session::layers`.
    pub layer: u32,
    /// What the layer holds.
    pub state: UpperState,
    /// Where in the layer, relative to `Layer::upper`; `None` when `state` is `Absent`.
    pub upper: Option<LayerPath>,
    /// The host's object that the new state is based on: the same path when modified or deleted, the old
    /// path when renamed, the shared inode's path when linked to an object of the host; `None` when created.
    pub lower: Option<HostPath>,
    /// Whether what the layer holds has more than one name there; not told of directories.
    pub is_linked: bool,
    /// Another one when anything was written since, on either side, though all else is as it was; not told of directories.
    pub version: Version,
}

/// All changes of a session at one time.
///
/// Invariants: sorted by path, each path once. A directory that is new lists every entry below it as created; a
/// deleted or replaced directory lists every lost entry below it as deleted; a renamed directory lists, below its
/// new path, only what differs from the host's directory at the old path (and `lower` of such a row is a path below
/// the old one: that is how it is told from a loss of the host's directory at the new path, which is listed too).
///
/// A path may be the `from` of one row and the `path` of another (chains, swaps). When the host's object of a path is
/// renamed away and the SEE made another one there, that one is `Replaced`, even when nothing about it differs.
/// A directory that was deleted and made anew is `Replaced` when anything at or below it differs; entries with the
/// same name are compared with the host's. What lives on inside it without data of its own (`AttributesOnly`,
/// `MergedDirectory`) is listed always, as `Modified` without aspects when nothing differs.
///
/// Of the names of one upper inode the one that the host knows, or that was renamed, or the first, keeps its kind;
/// the others are `Linked`, their `from` is the path of that one in the SEE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The changes.
    pub found: Vec<Found>,
    /// Directories whose entries are not all listed: deeper than any program can name, (in user mode) closed to us by
    /// their permission bits, or with more in them than there is room for. Whether anything differs below them is not known.
    pub unlisted: Vec<HostPath>,
    /// The latter of these.
    pub cut: Vec<HostPath>,
    /// Mount points whose file systems went away, where the session had changed something: that waits for them.
    pub astray: Vec<HostPath>,
}

impl ChangeSet {
    /// Tells whether the session differs from the host nowhere, as far as can be known.
    pub fn is_nothing(&self) -> bool {
        self.found.is_empty() && self.unlisted.is_empty() && self.astray.is_empty()
    }

    /// Returns the change of exactly this path.
    pub fn get(&self, path: &HostPath) -> Option<&Found> {
        let index = self.found.binary_search_by(|f| f.change.path.cmp(path)).ok()?;
        self.found.get(index)
    }

    /// Fails when one of the chosen changes would bring to the host, or take away there, what is not listed.
    pub fn refuse_unseen(&self, chosen: &[bool]) -> Result<()> {
        // What is closed to us cannot be taken along either, which the plan finds out.
        let is_deep = |dir: &&HostPath| dir.as_bytes().len() > DEEPEST;
        for dir in self.cut.iter().chain(self.unlisted.iter().filter(is_deep)) {
            let holders = std::iter::successors(Some(dir.clone()), HostPath::parent);
            let mut rows =
                holders.filter_map(|at| self.found.binary_search_by(|f| f.change.path.cmp(&at)).ok());
            let Some(row) = rows.next() else { continue };
            let is_chosen = chosen.get(row).copied().unwrap_or(false);
            let state = self.found.get(row).map(|found| found.state);
            if is_chosen && matches!(state, Some(UpperState::Whole | UpperState::Absent)) {
                let is_cut = self.cut.contains(dir);
                let why = if is_cut {
                    "holds more names than can be listed (some 2.5 million, fewer with long paths)"
                } else {
                    "is too deep to be listed"
                };
                let message = format!("{} {why}; it is not committed unseen.", dir.display());
                let hint = if is_cut {
                    "Leave it out (--skip PATH) and commit the rest: then there is more room. Or make it fewer files first, \
                     in the session: alcatraz enter SESSION -- tar -cf ALL.tar PATH"
                } else {
                    "Leave out (--skip PATH) the directory that all of it lies in, or take it away: alcatraz discard SESSION PATH"
                };
                return Err(SeeError::new(ErrorCode::BadRequest, message, hint)
                    .because(Reason::UnlistedNames)
                    .with_path(dir));
            }
        }
        Ok(())
    }

    /// Returns the changes at and below `path`.
    pub fn within(&self, path: &HostPath) -> &[Found] {
        let start = self.found.partition_point(|f| f.change.path < *path);
        let rest = self.found.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|f| f.change.path.is_within(path)).count();
        rest.get(..count).unwrap_or_default()
    }

    /// Returns the counts by kind.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for found in &self.found {
            summary.add(&found.change);
        }
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{ChangeKind, FileType};

    fn path(text: &str) -> HostPath {
        HostPath::new(text.as_bytes()).unwrap()
    }

    fn found(at: &str, kind: ChangeKind, state: UpperState) -> Found {
        let change = Change {
            path: path(at),
            kind,
            aspects: Vec::new(),
            file_type: FileType::Directory,
            from: None,
            size: 0,
            size_before: None,
            mode: 0o755,
            uid: 0,
            gid: 0,
            privileged: false,
            program: None,
        };
        Found {
            change,
            layer: 0,
            state,
            upper: None,
            lower: None,
            is_linked: false,
            version: Version::default(),
        }
    }

    #[test]
    fn what_is_not_listed_is_not_committed_unseen() {
        let deep = |at: &str| {
            HostPath::new([at.as_bytes(), &b"/deep".repeat(DEEPEST / 5)].concat().as_slice()).unwrap()
        };
        let set = |at: &str| ChangeSet {
            found: vec![
                found("/gone", ChangeKind::Deleted, UpperState::Absent),
                found("/kept", ChangeKind::Modified, UpperState::MergedDirectory),
                found("/new", ChangeKind::Created, UpperState::Whole),
                found("/new/full", ChangeKind::Created, UpperState::Whole),
            ],
            unlisted: vec![path(at), deep(at)],
            ..ChangeSet::default()
        };
        let refused = |at: &str, chosen: [bool; 4]| {
            let for_room = ChangeSet { cut: vec![path(at)], ..set(at) };
            let told = [set(at), for_room]
                .map(|set| set.refuse_unseen(&chosen).err().map(|error| (error.code, error.hint.clone())));
            let codes = told.each_ref().map(|told| told.as_ref().map(|(code, _)| *code));
            assert_eq!(codes[0], codes[1]);
            assert!(codes[0].is_none() || told[0] != told[1], "each says what helps");
            codes[0] == Some(ErrorCode::BadRequest)
        };
        assert!(refused("/gone", [true; 4]));
        assert!(refused("/gone/deep/below", [true; 4]), "it goes with what holds it");
        assert!(refused("/new/full", [true; 4]));
        assert!(!refused("/new/full", [true, true, true, false]), "left out");
        assert!(!refused("/kept", [true; 4]), "what is not listed stays in the layer");
        assert!(!refused("/elsewhere", [true; 4]));
    }
}
