//! Follows a path as the kernel would for the program: part by part, symlinks, `..`, the program's own root directory.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::path::HostPath;
use crate::read_set::entry::Object;

use super::tree::{Dir, Found, Tree};
use super::view::{Sight, Table};

/// The kernel follows no more symlinks in one path.
const MOST_LINKS: u32 = 40;

/// Where a path leads.
#[derive(Clone, Debug)]
pub struct Reached {
    /// What is there.
    pub found: Found,
    /// The path without symlinks, in the program's mount table; below what is private, what was left to follow.
    pub path: HostPath,
    /// The directory that holds it; `None` for the root directory.
    pub dir: Option<Arc<Dir>>,
    /// Whether the path goes on beyond something that is no directory: the call fails.
    pub is_blocked: bool,
}

/// Follows `raw` from the directory `start`. `links` gets the symlinks of the host on the way. Returns `None` when it
/// cannot be told, or the call fails for a reason that is not the host's files.
pub fn walk(
    tree: &mut Tree,
    sight: &Sight,
    main: &Table,
    start: &HostPath,
    raw: &[u8],
    follows: bool,
    links: &mut Vec<(HostPath, Object)>,
) -> Option<Reached> {
    let table = &*sight.table;
    let mut at = if raw.first() == Some(&b'/') { sight.root.clone() } else { start.clone() };
    let follows = follows || raw.last() == Some(&b'/');
    let mut rest: VecDeque<Vec<u8>> = parts(raw);
    // A directory that is known by this very path has no symlink in it.
    if rest.len() > 1 && !rest.iter().any(|part| part == b"..") {
        let last = rest.pop_back()?;
        let above = with_rest(at.clone(), rest.clone());
        if tree.knows(table, &above) {
            at = above;
            rest.clear();
        }
        rest.push_back(last);
    }
    let mut followed = 0;
    while let Some(part) = rest.pop_front() {
        if part == b".." {
            if at != sight.root {
                at = at.parent().unwrap_or_else(HostPath::root);
            }
            continue;
        }
        let dir = tree.dir(table, main, &at)?;
        let path = at.join(&part);
        let found = tree.look(table, main, &dir, &path, &part);
        let is_last = rest.is_empty();
        match found {
            Found::Directory { .. } if !is_last => at = path,
            Found::Symlink { target, host } if !is_last || follows => {
                followed += 1;
                if followed > MOST_LINKS {
                    return None;
                }
                links.extend(host);
                if target.first() == Some(&b'/') {
                    at = sight.root.clone();
                }
                for part in parts(&target).into_iter().rev() {
                    rest.push_front(part);
                }
                if rest.is_empty() {
                    return here(tree, sight, main, at);
                }
            }
            Found::Private => {
                let path = with_rest(path, rest);
                return Some(Reached { found: Found::Private, path, dir: Some(dir), is_blocked: false });
            }
            Found::Absent { host } => {
                let host = host.map(|host| with_rest(host, rest));
                return Some(Reached {
                    found: Found::Absent { host },
                    path,
                    dir: Some(dir),
                    is_blocked: false,
                });
            }
            found => return Some(Reached { found, path, dir: Some(dir), is_blocked: !is_last }),
        }
        if rest.is_empty() {
            return here(tree, sight, main, at);
        }
    }
    here(tree, sight, main, at)
}

/// Returns a directory that was reached by its name alone: `/`, `.`, `a/..`.
fn here(tree: &mut Tree, sight: &Sight, main: &Table, path: HostPath) -> Option<Reached> {
    let Some(parent) = path.parent() else {
        let found = tree.top(&sight.table, main);
        return Some(Reached { found, path, dir: None, is_blocked: false });
    };
    let dir = tree.dir(&sight.table, main, &parent)?;
    let found = tree.look(&sight.table, main, &dir, &path, path.name());
    Some(Reached { found, path, dir: Some(dir), is_blocked: false })
}

fn parts(raw: &[u8]) -> VecDeque<Vec<u8>> {
    raw.split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .map(<[u8]>::to_vec)
        .collect()
}

fn with_rest(mut path: HostPath, rest: VecDeque<Vec<u8>>) -> HostPath {
    for part in rest {
        path = if part == b".." { path.parent().unwrap_or_else(HostPath::root) } else { path.join(&part) };
    }
    path
}
