//! Random programs on a small tree, from a seed, and a model that says whether a set of changes tells it all.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use see_core::change::{Aspect, ChangeKind, FileType};
use see_core::changes::found::ChangeSet;
use see_core::path::HostPath;

use super::Node;

/// A small generator (xorshift); the seed tells the whole story.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn path(&mut self) -> PathBuf {
        let depth = 1 + self.below(3);
        (0..depth).map(|_| ["a", "b", "c", "d"][usize::try_from(self.below(4)).unwrap()]).collect()
    }
}

/// Does one random thing in `root`; many fail, as they do in real life. Returns what it tried.
pub fn act(dice: &mut Dice, root: &Path) -> String {
    let (one, two) = (dice.path(), dice.path());
    let (a, b) = (root.join(&one), root.join(&two));
    let number = dice.below(1000);
    let what = dice.below(18);
    let result = match what {
        0..=2 => write(&a, format!("{number}").as_bytes()),
        3 => {
            let old =
                fs::symlink_metadata(&a).ok().filter(|facts| facts.is_file()).and_then(|_| fs::read(&a).ok());
            old.map_or(Ok(()), |old| write(&a, &[&old[..], b"+"].concat()))
        }
        4 | 5 => fs::create_dir(&a),
        6 => fs::remove_file(&a),
        7 => fs::remove_dir_all(&a),
        8..=11 => fs::rename(&a, &b),
        12 => fs::hard_link(&a, &b),
        13 => symlink(format!("to{number}"), &a),
        14 if !a.is_symlink() => {
            fs::set_permissions(&a, fs::Permissions::from_mode(0o700 + (number as u32 % 8)))
        }
        15 if !a.is_symlink() => {
            let value = number.to_be_bytes();
            rustix::fs::lsetxattr(&a, "user.t", &value, rustix::fs::XattrFlags::empty()).map_err(Into::into)
        }
        16 => super::make_fifo(&a).map_err(Into::into),
        17 => {
            let flags = rustix::fs::RenameFlags::EXCHANGE;
            rustix::fs::renameat_with(rustix::fs::CWD, &a, rustix::fs::CWD, &b, flags).map_err(Into::into)
        }
        _ => Ok(()),
    };
    let done = if result.is_ok() { "" } else { " (failed)" };
    format!("{what} {} {} {number}{done}", one.display(), two.display())
}

/// Writes a file, but never waits for the reader of a pipe.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    options.open(path)?.write_all(bytes)
}

type Tree = BTreeMap<PathBuf, Node>;

/// Applies a set of changes to a picture of the host and returns what comes out: objects by what the rows say and,
/// where they say "see the layer", by what the session shows.
pub fn replay(set: &ChangeSet, root: &HostPath, host: &Tree, view: &Tree) -> Tree {
    let short =
        |path: &HostPath| PathBuf::from(String::from_utf8(path.below(root).unwrap().to_vec()).unwrap());
    let mut tree = host.clone();
    for found in set.found.iter().filter(|found| found.change.kind == ChangeKind::Deleted) {
        let lower = short(found.lower.as_ref().unwrap());
        assert!(tree.remove(&lower).is_some(), "deleted twice or never there: {found:?}");
    }
    // Take out all that moves, the deepest first, so that a move out of a moved directory is a move of its own.
    let mut moves: Vec<_> =
        set.found.iter().filter(|found| found.change.kind == ChangeKind::Renamed).collect();
    moves.sort_by_key(|found| {
        std::cmp::Reverse(short(found.change.from.as_ref().unwrap()).components().count())
    });
    let mut moving: Vec<(PathBuf, Tree)> = Vec::new();
    for found in moves {
        let from = short(found.change.from.as_ref().unwrap());
        let part: Tree = tree
            .iter()
            .filter(|(path, _)| path.starts_with(&from))
            .map(|(p, n)| (p.clone(), n.clone()))
            .collect();
        assert!(!part.is_empty(), "moved twice or never there: {found:?}");
        tree.retain(|path, _| !path.starts_with(&from));
        let part = part
            .into_iter()
            .map(|(path, node)| (path.strip_prefix(&from).unwrap().to_owned(), node))
            .collect();
        moving.push((short(&found.change.path), part));
    }
    moving.sort_by(|a, b| a.0.cmp(&b.0));
    let targets: Vec<_> = moving.iter().map(|(to, _)| to.clone()).collect();
    // What a moved directory lands on is gone with all that the rows need not tell: the moved one has the same names.
    for to in &targets {
        tree.retain(|path, _| !path.starts_with(to));
    }
    for (to, part) in moving {
        for (below, node) in part {
            let path = if below.as_os_str().is_empty() { to.clone() } else { to.join(below) };
            tree.insert(path, node);
        }
    }
    for found in &set.found {
        let path = short(&found.change.path);
        let Some(node) = view.get(&path) else {
            assert_eq!(found.change.kind, ChangeKind::Deleted, "not in the session: {found:?}");
            continue;
        };
        if found.change.kind == ChangeKind::Deleted {
            // A loss of the host's directory, below something that moved here.
            continue;
        }
        let mut node = node.clone();
        // What a row does not claim to differ stays as it was.
        if let (ChangeKind::Modified | ChangeKind::Renamed, Some(old)) = (found.change.kind, tree.get(&path))
        {
            let claims = |aspect| found.change.aspects.contains(&aspect);
            assert_eq!(old.kind, node.kind, "{found:?}");
            if !claims(Aspect::Content) {
                node.content.clone_from(&old.content);
            }
            if !claims(Aspect::Mode) {
                node.mode = old.mode;
            }
            if !claims(Aspect::Owner) {
                node.owner = old.owner;
            }
            if !claims(Aspect::Xattrs) {
                node.xattrs.clone_from(&old.xattrs);
            }
        }
        if found.change.file_type != FileType::Directory {
            tree.retain(|other, _| *other == path || !other.starts_with(&path));
        }
        tree.insert(path, node);
    }
    tree
}

/// Asserts that `Linked` rows name another name of the same inode.
pub fn assert_links(set: &ChangeSet, root: &HostPath, upper: &Path) {
    let short =
        |path: &HostPath| PathBuf::from(String::from_utf8(path.below(root).unwrap().to_vec()).unwrap());
    for found in set.found.iter().filter(|found| found.change.kind == ChangeKind::Linked) {
        let (path, from) = (short(&found.change.path), short(found.change.from.as_ref().unwrap()));
        // Inode numbers of the view do not tell: overlayfs shows those of the originals where it can.
        let ino = |path: &Path| fs::symlink_metadata(upper.join(path)).unwrap().ino();
        assert_eq!(ino(&path), ino(&from), "{found:?}");
    }
}
