//! What a person can see of a tree, for comparing two. Knows no session.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// What a person can see of an object, times and links included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    pub kind: char,
    pub content: Vec<u8>,
    pub mode: u32,
    pub owner: (u32, u32),
    pub xattrs: BTreeMap<String, Vec<u8>>,
    pub mtime: (i64, i64),
    /// The first name, in order, of the same inode.
    pub first_name: PathBuf,
}

/// Reads a whole tree.
pub fn look(root: &Path) -> BTreeMap<PathBuf, Sight> {
    let mut firsts: BTreeMap<u64, PathBuf> = BTreeMap::new();
    let nodes = super::super::lab::snapshot(root);
    let mut sights = BTreeMap::new();
    // What is ours bears our name.
    let is_room = |path: &Path| path.to_string_lossy().split('/').any(|name| name.starts_with(".alcatraz-"));
    for (path, node) in nodes.into_iter().filter(|(path, _)| !is_room(path)) {
        let facts = std::fs::symlink_metadata(root.join(&path)).unwrap();
        let first_name = match facts.is_dir() {
            true => path.clone(),
            false => firsts.entry(facts.ino()).or_insert_with(|| path.clone()).clone(),
        };
        let xattrs = node.xattrs.into_iter();
        let xattrs =
            xattrs.map(|(name, value)| (String::from_utf8_lossy(&name).into_owned(), value)).collect();
        let (kind, content, mode, owner) = (node.kind, node.content, node.mode, node.owner);
        let mtime = (facts.mtime(), facts.mtime_nsec());
        sights.insert(path, Sight { kind, content, mode, owner, xattrs, mtime, first_name });
    }
    sights
}

/// Fails with the differences of two trees.
#[track_caller]
pub fn assert_same(what: &str, found: &BTreeMap<PathBuf, Sight>, expected: &BTreeMap<PathBuf, Sight>) {
    let mut text = String::new();
    for (path, sight) in expected {
        match found.get(path) {
            None => text += &format!("missing {}\n", path.display()),
            Some(other) if other != sight => {
                text += &format!("{}:\n  is     {other:?}\n  should {sight:?}\n", path.display());
            }
            Some(_) => {}
        }
    }
    for path in found.keys().filter(|path| !expected.contains_key(*path)) {
        text += &format!("too much: {}\n", path.display());
    }
    assert!(text.is_empty(), "{what}:\n{text}");
}
