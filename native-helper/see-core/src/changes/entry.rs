//! What the model keeps of a layer's directories and their names: plain data that `model.rs` fills and takes back.

use std::collections::HashMap;
use std::path::PathBuf;

use super::verdict::{LostTree, Seat};
use crate::path::HostPath;

/// Names a directory of the model for as long as it lives; never given twice.
pub type DirKey = u64;

/// A name of a directory.
pub type Spot = (DirKey, Box<[u8]>);

/// A directory of a layer.
pub struct Dir {
    /// Index of its layer.
    pub layer: u32,
    /// Its path in the SEE.
    pub view: HostPath,
    /// Its path in the layer.
    pub relative: PathBuf,
    /// How it sits on the host.
    pub seat: Seat,
    /// Its seat hangs on what else is found, so that it may have to be judged again.
    pub is_provisional: bool,
    /// What its names contributed.
    pub entries: HashMap<Box<[u8]>, Entry>,
}

/// What one name contributed.
#[derive(Default)]
pub struct Entry {
    /// A row of its own.
    pub has_row: bool,
    /// The directory that it is.
    pub sub: Option<DirKey>,
    /// What has to do with other names.
    pub special: Option<Box<Special>>,
}

/// The rarer contributions.
#[derive(Default)]
pub struct Special {
    /// Host objects that are not in their places any more.
    pub displaced: Vec<HostPath>,
    /// Lost trees of the host.
    pub trees: Vec<LostTree>,
    /// Rows of what these held.
    pub tree_rows: Vec<HostPath>,
    /// Host objects of these that are not in their places any more: where on the host, where in the SEE.
    pub tree_displaced: Vec<(HostPath, HostPath)>,
    /// Bytes of paths that these take up.
    pub tree_kept: usize,
    /// Directories of these that were not gone through, because there was no room for what is in them.
    pub tree_cut: Vec<HostPath>,
    /// The upper inode, when other names may have to do with it.
    pub node: Option<u64>,
    /// Where on the host the directory came from.
    pub moved_from: Option<HostPath>,
    /// Host directories on whose moves the verdict depends.
    pub asked: Vec<HostPath>,
}
