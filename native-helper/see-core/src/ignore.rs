//! The ignore list: patterns of paths that commits leave out by themselves. One list for a store, in a text file of one
//! pattern a line, so that command line and app share it.

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::path::{HostPath, escape_for_display};
use crate::store::{Store, lines};

/// The file in the store.
const FILE: &str = "ignore";
/// Most patterns in a list.
const MOST: usize = 1000;
/// Longest pattern, in bytes.
const LONGEST: usize = 4096;

/// A list of patterns.
///
/// A pattern without `/` is of a name, wherever it is (`*.log`); one with `/` is of a whole path (`/var/log/**`). What
/// it means of a directory holds for all below. `*` and `?` stop at `/`, `**` does not; `[a-z]` and `{a,b}` are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreList {
    patterns: Vec<String>,
}

impl IgnoreList {
    /// Returns the list of these patterns, each once. Fails with `bad-request` for what is none.
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut list = Self::default();
        for pattern in patterns {
            check(&pattern)?;
            if !list.patterns.contains(&pattern) {
                list.patterns.push(pattern);
            }
        }
        if list.patterns.len() > MOST {
            let message = format!("The ignore list would have more than {MOST} patterns.");
            return Err(SeeError::new(ErrorCode::BadRequest, message, "Use fewer, wider patterns.")
                .because(Reason::ManyPatterns)
                .with_fact("most", MOST));
        }
        Ok(list)
    }

    /// Returns the list of a store; empty when it has none.
    pub fn of(store: &Store) -> Result<Self> {
        Self::new(lines::read(store, FILE)?).map_err(|error| lines::broken(store, FILE, &error))
    }

    /// Makes this the list of a store.
    pub fn save(&self, store: &Store) -> Result<()> {
        lines::save(store, FILE, &self.patterns)
    }

    /// Returns the patterns.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Tells whether a path, or a directory above it, fits a pattern.
    pub fn covers(&self, path: &HostPath) -> bool {
        let mut at = Some(path.clone());
        while let Some(place) = at {
            let fits = |pattern: &String| match pattern.contains('/') {
                true => fast_glob::glob_match(pattern, place.as_bytes()),
                false => fast_glob::glob_match(pattern, place.name()),
            };
            if self.patterns.iter().any(fits) {
                return true;
            }
            at = place.parent().filter(|above| *above != HostPath::root());
        }
        false
    }
}

fn check(pattern: &str) -> Result<()> {
    let shown = || escape_for_display(pattern.as_bytes());
    let refuse = |why: String| {
        let hint = "Write a pattern like *.log or /var/log/**.";
        Err(SeeError::new(ErrorCode::BadRequest, format!("This is no pattern: {} ({why}).", shown()), hint)
            .because(Reason::BadPattern)
            .with_fact("pattern", shown()))
    };
    if pattern.is_empty() || pattern.len() > LONGEST {
        return refuse(format!("it has 1 to {LONGEST} bytes"));
    }
    if pattern.trim() != pattern || pattern.chars().any(char::is_control) {
        return refuse("it begins or ends with a space, or has a control character".to_owned());
    }
    if pattern.starts_with('!') {
        return refuse("it cannot be turned around with !".to_owned());
    }
    if pattern.contains('/') && !pattern.starts_with(['/', '*']) {
        return refuse("a pattern of a whole path begins with / or **".to_owned());
    }
    fast_glob::validate(pattern).or_else(|error| refuse(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(patterns: &[&str]) -> IgnoreList {
        IgnoreList::new(patterns.iter().map(|p| (*p).to_owned())).unwrap()
    }

    fn path(text: &[u8]) -> HostPath {
        HostPath::new(text).unwrap()
    }

    #[test]
    fn names_fit_anywhere_and_paths_as_a_whole() {
        let logs = list(&["*.log", "node_modules"]);
        for covered in ["/a.log", "/x/y/z.log", "/x/node_modules", "/x/node_modules/deep/file", "/x/d.log/in"]
        {
            assert!(logs.covers(&path(covered.as_bytes())), "{covered}");
        }
        for free in ["/", "/a.log.gz", "/log", "/x/node_modules2/file"] {
            assert!(!logs.covers(&path(free.as_bytes())), "{free}");
        }
        let places = list(&["/var/log/**", "/home/*/.cache", "**/tmp/*.o"]);
        for covered in ["/var/log/a/b", "/home/ann/.cache/x/y", "/x/tmp/a.o"] {
            assert!(places.covers(&path(covered.as_bytes())), "{covered}");
        }
        for free in ["/var/logs", "/home/ann/x/.cache", "/x/tmp/b/a.o"] {
            assert!(!places.covers(&path(free.as_bytes())), "{free}");
        }
        assert!(list(&["*.log"]).covers(&path(b"/\xff\xfe.log")));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for bad in ["", " x", "a\nb", "!*.log", "[a", "{a,b", "var/log", "x\u{1b}"] {
            let error = IgnoreList::new([bad.to_owned()]).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest, "{bad:?}");
        }
        assert_eq!(list(&["*.a", "*.b", "*.a"]).patterns(), ["*.a", "*.b"]);
    }

    #[test]
    fn hostile_names_cost_little() {
        let pattern = format!("{}b", "*a".repeat(200));
        let name = [b"/".as_slice(), &b"a".repeat(250)].concat();
        assert!(!list(&[&pattern]).covers(&path(&name)));
    }

    #[test]
    fn a_list_is_kept_in_the_store() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(Some(&dir.path().join("store"))).unwrap();
        assert_eq!(IgnoreList::of(&store).unwrap(), IgnoreList::default());
        let saved = list(&["*.log", "/var/**"]);
        saved.save(&store).unwrap();
        assert_eq!(IgnoreList::of(&store).unwrap(), saved);
        IgnoreList::default().save(&store).unwrap();
        assert_eq!(IgnoreList::of(&store).unwrap(), IgnoreList::default());
        std::fs::write(store.root().join("ignore"), "[a\n").unwrap();
        assert_eq!(IgnoreList::of(&store).unwrap_err().code, ErrorCode::StoreUnusable);
    }
}
