//! Paths that each stand for themselves and all below them. Knows fast which others they cover: a person ticks thousands in a list
//! of a million.

use crate::path::HostPath;

/// The paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tops {
    /// All, in order.
    named: Vec<HostPath>,
    /// Those that lie below no other one.
    highest: Vec<HostPath>,
}

impl Tops {
    /// Tells whether a path is one of these, or lies below one.
    pub fn covers(&self, path: &HostPath) -> bool {
        // What lies below a path comes right after it: between a path and what covers it stands nothing that is not covered too.
        let after = self.highest.partition_point(|top| top <= path);
        after.checked_sub(1).and_then(|last| self.highest.get(last)).is_some_and(|top| path.is_within(top))
    }

    /// Tells whether a path is one of these.
    pub fn names(&self, path: &HostPath) -> bool {
        self.named.binary_search(path).is_ok()
    }

    /// Returns all, in order.
    pub fn iter(&self) -> impl Iterator<Item = &HostPath> {
        self.named.iter()
    }
}

impl From<Vec<HostPath>> for Tops {
    fn from(mut named: Vec<HostPath>) -> Self {
        named.sort_unstable();
        named.dedup();
        let mut highest: Vec<HostPath> = Vec::new();
        for path in &named {
            if highest.last().is_none_or(|top| !path.is_within(top)) {
                highest.push(path.clone());
            }
        }
        Self { named, highest }
    }
}

impl FromIterator<HostPath> for Tops {
    fn from_iter<I: IntoIterator<Item = HostPath>>(paths: I) -> Self {
        Vec::from_iter(paths).into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn path(text: &str) -> HostPath {
        HostPath::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_path_covers_itself_and_what_lies_below() {
        let all = ["/", "/a", "/a-b", "/a/b", "/a/b/c", "/a/c", "/ab", "/b/a"].map(path);
        for chosen in 0..1_u32 << all.len() {
            let list: Vec<_> = all
                .iter()
                .enumerate()
                .filter(|(at, _)| chosen & (1 << at) != 0)
                .map(|(_, path)| path.clone())
                .rev()
                .collect();
            let tops = Tops::from(list.clone());
            for path in &all {
                assert_eq!(
                    tops.covers(path),
                    list.iter().any(|top| path.is_within(top)),
                    "{list:?} {path:?}"
                );
                assert_eq!(tops.names(path), list.contains(path));
            }
        }
    }

    #[test]
    fn many_are_told_of_many() {
        let paths: Vec<_> = (0..100_000).map(|i| path(&format!("/d/{i}"))).collect();
        let start = Instant::now();
        let tops = Tops::from(paths.clone());
        assert!(paths.iter().all(|path| tops.covers(&path.join(b"x")) && !tops.names(&path.join(b"x"))));
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
}
