//! What the methods around a decision take and give: check, commit, undo, merges, ignore list, a second try.

use std::collections::BTreeMap;

use see_core::change::{ChangeKind, FileType, Summary};
use see_core::commit::selection::Selection;
use see_core::commit::tops::Tops;
use see_core::commit::{Deed, UndoSide};
use see_core::compare::{Comparison, Differing};
use see_core::error::Resolution;
use see_core::ignore::IgnoreList;
use see_core::merge::ByHand;
use see_core::path::{HostPath, PathRef};
use see_core::store::Store;
use serde::{Deserialize, Serialize};

use crate::wire::commit::WireCommit;

use super::envelope::{MOST_PATHS, cut};
use super::messages::{PathParam, host_path, slice_length};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitRequest {
    pub session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<PathParam>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<Vec<PathParam>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve: Option<Vec<ResolveParam>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include: Option<Vec<PathParam>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
}

impl CommitRequest {
    /// Returns the selection that is meant: with the store's own ignore list when the request brings none.
    pub fn selection(&self, store: &Store) -> see_core::error::Result<Selection> {
        let paths = |list: &Option<Vec<PathParam>>| -> see_core::error::Result<Tops> {
            list.iter().flatten().map(PathParam::to_host_path).collect()
        };
        let mut selection = Selection {
            only: self.only.is_some().then(|| paths(&self.only)).transpose()?,
            skip: paths(&self.skip)?,
            ignore: match &self.ignore {
                Some(patterns) => IgnoreList::new(patterns.iter().cloned())?,
                None => IgnoreList::of(store)?,
            },
            include: paths(&self.include)?,
            stamp: self.stamp.clone(),
            ..Selection::default()
        };
        for param in self.resolve.iter().flatten() {
            let path = param.host_path()?;
            selection.by_hand.extend(param.merged.clone().map(|MergedParam { stamp, content }| ByHand {
                path: path.clone(),
                stamp,
                content,
            }));
            selection.resolve.insert(path, param.choice);
        }
        Ok(selection)
    }
}

/// A commit that is only asked about: it has what a commit has, but for how it would be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CommitRequest", into = "CommitRequest")]
pub struct CheckRequest(CommitRequest);

impl CheckRequest {
    /// Returns the commit that is asked about.
    pub fn into_commit(self) -> CommitRequest {
        self.0
    }
}

impl TryFrom<CommitRequest> for CheckRequest {
    type Error = &'static str;

    fn try_from(commit: CommitRequest) -> Result<Self, Self::Error> {
        match (commit.dry_run, &commit.stamp) {
            (None, None) => Ok(Self(commit)),
            _ => Err("a check takes neither `dry_run` nor `stamp`"),
        }
    }
}

impl From<CheckRequest> for CommitRequest {
    fn from(check: CheckRequest) -> Self {
        check.into_commit()
    }
}

/// How one conflict is to be resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolveParam {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    pub choice: Resolution,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<MergedParam>,
}

/// What a person made of both versions of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergedParam {
    pub stamp: String,
    pub content: String,
}

impl ResolveParam {
    pub fn host_path(&self) -> see_core::error::Result<HostPath> {
        host_path(&self.path, self.path_bytes.as_deref())
    }
}

/// The patterns of the ignore list, as an answer and as an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patterns {
    pub patterns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryParams {
    pub session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cols: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompareParams {
    pub first: String,
    pub second: String,
}

/// A comparison, cut to what fits on a line; `cut` says how many paths are not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonResult {
    pub same: u64,
    pub first: Vec<PathRef>,
    pub second: Vec<PathRef>,
    pub differing: Vec<Differing>,
    pub cut: u64,
}

impl From<Comparison> for ComparisonResult {
    fn from(whole: Comparison) -> Self {
        let Comparison { same, mut first, mut second, mut differing } = whole;
        let cut =
            cut(&mut first, MOST_PATHS) + cut(&mut second, MOST_PATHS) + cut(&mut differing, MOST_PATHS);
        let cut = u64::try_from(cut).unwrap_or(u64::MAX);
        Self { same, first, second, differing, cut }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoParams {
    pub commit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve: Option<Vec<ResolveParam>>,
}

impl UndoParams {
    /// Returns the answers to conflicts.
    pub fn resolutions(&self) -> see_core::error::Result<Vec<(HostPath, Resolution)>> {
        self.resolve.iter().flatten().map(|param| Ok((param.host_path()?, param.choice))).collect()
    }
}

/// A place of a commit that is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoPlaceParams {
    pub commit: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

impl UndoPlaceParams {
    pub fn host_path(&self) -> see_core::error::Result<HostPath> {
        host_path(&self.path, self.path_bytes.as_deref())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoContentParams {
    pub commit: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    pub side: UndoSide,
    pub offset: u64,
    pub length: u64,
}

impl UndoContentParams {
    pub fn host_path(&self) -> see_core::error::Result<HostPath> {
        slice_length(self.length)?;
        host_path(&self.path, self.path_bytes.as_deref())
    }
}

/// What a commit did: the counts of all, and some of it path by path. `more` says how many paths are not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeedsResult {
    pub counts: Counts,
    pub changes: Vec<WireDeed>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
}

/// What came or went, counted with what came or went in directories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub created: u64,
    pub modified: u64,
    pub deleted: u64,
    pub renamed: u64,
    pub replaced: u64,
    pub linked: u64,
}

/// One path that a commit changed, and how many objects came or went with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireDeed {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    change: ChangeKind,
    r#type: FileType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_bytes: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    holds: u64,
}

impl From<Vec<Deed>> for DeedsResult {
    fn from(deeds: Vec<Deed>) -> Self {
        let mut counts = Summary::default();
        for deed in &deeds {
            let count = counts.count_of(deed.kind);
            *count = count.saturating_add(1);
            // What came with a directory that replaced another object is new all the same.
            let with =
                if deed.kind == ChangeKind::Deleted { &mut counts.deleted } else { &mut counts.created };
            *with = with.saturating_add(deed.holds);
        }
        let mut changes: Vec<_> = deeds.into_iter().map(WireDeed::from).collect();
        let more = u64::try_from(cut(&mut changes, MOST_PATHS)).unwrap_or(u64::MAX);
        Self { counts: counts.into(), changes, more }
    }
}

impl From<Summary> for Counts {
    fn from(of: Summary) -> Self {
        let Summary { created, modified, deleted, renamed, replaced, linked, bytes: _ } = of;
        Self { created, modified, deleted, renamed, replaced, linked }
    }
}

impl From<Deed> for WireDeed {
    fn from(deed: Deed) -> Self {
        let at = deed.path.to_ref();
        let from = deed.from.map(|from| from.to_ref());
        let (from, from_bytes) = from.map_or((None, None), |from| (Some(from.path), from.path_bytes));
        Self {
            path: at.path,
            path_bytes: at.path_bytes,
            change: deed.kind,
            r#type: deed.file_type,
            from,
            from_bytes,
            holds: deed.holds,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The commits of the past, and how many bytes their backups may take up together; without a limit as many as they do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitsResult {
    pub commits: Vec<WireCommit>,
    pub limit: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitParams {
    pub limit: Option<u64>,
}

/// The commits whose backups went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitResult {
    pub dropped: Vec<String>,
}
