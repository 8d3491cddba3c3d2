//! The last hand in each path, as a tree of names: whoever moves a directory moves one name, however much lies below it. Keeps
//! where it was last, since paths come in order. Knows no notes.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What a name takes beside itself, and what a directory takes.
const NAME_BYTES: usize = 64;
const DIR_BYTES: usize = 400;

/// The directory of all.
const ROOT: u32 = 0;

/// The paths, and whose hand was the last in each.
#[derive(Debug)]
pub struct Tree {
    dirs: Vec<BTreeMap<Name, Place>>,
    /// Places in `dirs` that nothing leads to any more.
    free: Vec<u32>,
    held: usize,
    /// The path that was looked for last, and the directories on the way to it: where their paths end in it, and which they are.
    last: Vec<u8>,
    trail: Vec<(usize, u32)>,
}

/// What is known of a name.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    by: Option<u32>,
    /// The directory of what lies below.
    below: Option<u32>,
}

/// Most names are short: those need no memory of their own.
#[derive(Debug)]
enum Name {
    Short(u8, [u8; 22]),
    Long(Box<[u8]>),
}

impl Default for Tree {
    fn default() -> Self {
        Self { dirs: vec![BTreeMap::new()], free: Vec::new(), held: 0, last: Vec::new(), trail: Vec::new() }
    }
}

impl Tree {
    /// Returns some bytes more than it takes up.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Says whose hand an absolute path was in last.
    pub fn put(&mut self, path: &[u8], by: u32) {
        if let Some(place) = self.make(path) {
            place.by = Some(by);
        }
    }

    /// Returns whose it was.
    pub fn get(&mut self, path: &[u8]) -> Option<u32> {
        let (dir, name) = self.way(path, false)?;
        self.dirs.get(dir as usize)?.get(name)?.by
    }

    /// Hangs what lies below a path below another, where it takes the place of all that was. Neither path lies below the other.
    /// Tells whether that is anything.
    pub fn move_below(&mut self, from: &[u8], to: &[u8]) -> bool {
        let moved = self.hang(from, None);
        let replaced = self.hang(to, moved);
        self.remove(replaced);
        moved.is_some()
    }

    /// Lets what lies below two paths change places. Neither path lies below the other. Tells whether that is anything.
    pub fn exchange_below(&mut self, one: &[u8], other: &[u8]) -> bool {
        let first = self.hang(one, None);
        let second = self.hang(other, first);
        self.hang(one, second);
        first.is_some() || second.is_some()
    }

    /// Puts a directory below a path; returns the one that was there.
    fn hang(&mut self, path: &[u8], dir: Option<u32>) -> Option<u32> {
        std::mem::replace(&mut self.make(path)?.below, dir)
    }

    /// Forgets a directory that nothing leads to, and all below it.
    fn remove(&mut self, dir: Option<u32>) {
        let mut todo: Vec<u32> = dir.into_iter().collect();
        while let Some(dir) = todo.pop() {
            let Some(names) = self.dirs.get_mut(dir as usize).map(std::mem::take) else { continue };
            self.held -= DIR_BYTES;
            self.free.push(dir);
            for (name, place) in names {
                self.held -= NAME_BYTES + name.bytes().len();
                todo.extend(place.below);
            }
        }
    }

    /// Returns the place of a path, made when it is not there.
    fn make(&mut self, path: &[u8]) -> Option<&mut Place> {
        let (dir, name) = self.way(path, true)?;
        self.entry(dir, name)
    }

    fn entry(&mut self, dir: u32, name: &[u8]) -> Option<&mut Place> {
        let names = self.dirs.get_mut(dir as usize)?;
        if !names.contains_key(name) {
            self.held += NAME_BYTES + name.len();
            names.insert(Name::new(name), Place::default());
        }
        names.get_mut(name)
    }

    /// Returns the directory that holds a path, made when it is to be, and the path's name in it.
    fn way<'a>(&mut self, path: &'a [u8], make: bool) -> Option<(u32, &'a [u8])> {
        let same = self.last.iter().zip(path).take_while(|(a, b)| a == b).count();
        self.last.truncate(same);
        self.last.extend(path.get(same..)?);
        while self.trail.last().is_some_and(|(end, _)| *end > same || path.get(*end) != Some(&b'/')) {
            self.trail.pop();
        }
        loop {
            let (end, dir) = self.trail.last().copied().unwrap_or((0, ROOT));
            let rest = path.get(end + 1..)?;
            let Some(length) = rest.iter().position(|byte| *byte == b'/') else { return Some((dir, rest)) };
            let below = self.enter(dir, rest.get(..length)?, make)?;
            self.trail.push((end + 1 + length, below));
        }
    }

    /// Returns the directory of this name.
    fn enter(&mut self, dir: u32, name: &[u8], make: bool) -> Option<u32> {
        if let Some(below) = self.dirs.get(dir as usize)?.get(name).and_then(|place| place.below) {
            return Some(below);
        }
        if !make {
            return None;
        }
        let new = match self.free.pop() {
            Some(free) => free,
            None => {
                self.dirs.push(BTreeMap::new());
                u32::try_from(self.dirs.len() - 1).ok()?
            }
        };
        self.held += DIR_BYTES;
        self.entry(dir, name)?.below = Some(new);
        Some(new)
    }
}

impl Name {
    fn new(name: &[u8]) -> Self {
        let mut short = [0; 22];
        match (short.get_mut(..name.len()), u8::try_from(name.len())) {
            (Some(room), Ok(length)) => {
                room.copy_from_slice(name);
                Self::Short(length, short)
            }
            _ => Self::Long(name.into()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Short(length, name) => name.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(name) => name,
        }
    }
}

impl Borrow<[u8]> for Name {
    fn borrow(&self) -> &[u8] {
        self.bytes()
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Name {}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a tree is to do, done slowly.
    #[derive(Default)]
    struct Plain(BTreeMap<Vec<u8>, u32>);

    impl Plain {
        fn take(&mut self, path: &[u8]) -> Vec<(Vec<u8>, u32)> {
            let top = [path, b"/"].concat();
            let below: Vec<_> = self.0.keys().filter(|one| one.starts_with(&top)).cloned().collect();
            let rest = |one: Vec<u8>| (one[path.len()..].to_vec(), self.0.remove(&one).unwrap());
            below.into_iter().map(rest).collect()
        }

        fn put(&mut self, path: &[u8], below: Vec<(Vec<u8>, u32)>) -> bool {
            let any = !below.is_empty();
            self.0.extend(below.into_iter().map(|(rest, by)| ([path, &rest].concat(), by)));
            any
        }
    }

    /// Counts what a tree holds.
    fn held(tree: &Tree) -> usize {
        let (mut todo, mut held) = (vec![ROOT], 0);
        while let Some(dir) = todo.pop() {
            for (name, place) in &tree.dirs[dir as usize] {
                held += NAME_BYTES + name.bytes().len();
                held += place.below.map_or(0, |_| DIR_BYTES);
                todo.extend(place.below);
            }
        }
        held
    }

    #[test]
    fn it_holds_what_a_plain_list_would() {
        let (mut tree, mut plain) = (Tree::default(), Plain::default());
        let mut seed = 7_usize;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let mut path = || -> Vec<u8> {
            let depth = 1 + random(4);
            let name = |_| ["/a", "/b", "/a.b", "/a-name-that-is-longer-than-most-are"][random(4)];
            (0..depth).map(name).collect::<String>().into_bytes()
        };
        for by in 0..20_000 {
            let (one, other) = (path(), path());
            let apart = !one.starts_with(&[&other[..], b"/"].concat())
                && !other.starts_with(&[&one[..], b"/"].concat())
                && one != other;
            if apart && by % 3 == 0 {
                let (moved, replaced) = (plain.take(&one), plain.take(&other));
                if by % 2 == 0 {
                    let any = plain.put(&other, moved) | plain.put(&one, replaced);
                    assert_eq!(tree.exchange_below(&one, &other), any);
                } else {
                    let any = plain.put(&other, moved);
                    assert_eq!(tree.move_below(&one, &other), any);
                }
                // Whoever moves has a hand in both.
                for path in [&one, &other] {
                    tree.put(path, by);
                    plain.0.insert(path.clone(), by);
                }
            } else {
                tree.put(&one, by);
                plain.0.insert(one.clone(), by);
            }
            let seen = path();
            for path in [one, other, seen] {
                assert_eq!(tree.get(&path), plain.0.get(&path).copied());
            }
        }
        assert_eq!(tree.held(), held(&tree));
        assert!(plain.0.len() > 50, "{}", plain.0.len());
    }

    #[test]
    fn the_directory_of_all_is_a_path_too() {
        let mut tree = Tree::default();
        tree.put(b"/", 1);
        tree.put(b"/a", 2);
        assert_eq!([tree.get(b"/"), tree.get(b"/a"), tree.get(b"/b/c")], [Some(1), Some(2), None]);
    }
}
