//! Where in its layer an object lies. Mostly that is the end of its path in the SEE, whose bytes it shares then: a session of a
//! million changes keeps no path twice.

use std::ffi::OsStr;
use std::fmt;
use std::ops::Deref;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::path::HostPath;

/// A path relative to a layer's own directory; `.` is that directory.
#[derive(Clone)]
pub struct LayerPath {
    whole: HostPath,
    /// Where in the bytes of `whole` it begins; at their end it is `.`.
    start: u32,
}

impl LayerPath {
    /// Returns the path of the layer's own directory.
    pub fn top(view: &HostPath) -> Self {
        Self { whole: view.clone(), start: u32::MAX }
    }

    /// Returns the path of `name` in a directory of the layer; `view` is its path in the SEE.
    pub fn of(view: &HostPath, dir: &Path, name: &[u8]) -> Self {
        let path = dir.join(OsStr::from_bytes(name));
        let bytes = path.as_os_str().as_bytes();
        let above = view.as_bytes().strip_suffix(bytes).filter(|above| above.ends_with(b"/"));
        match above.and_then(|above| u32::try_from(above.len()).ok()) {
            Some(start) => Self { whole: view.clone(), start },
            // Moved, or below a directory that was.
            None => Self { whole: HostPath::root().join(bytes), start: 1 },
        }
    }
}

impl Deref for LayerPath {
    type Target = Path;

    fn deref(&self) -> &Path {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        match self.whole.as_bytes().get(start..) {
            Some(rest) if !rest.is_empty() => Path::new(OsStr::from_bytes(rest)),
            _ => Path::new("."),
        }
    }
}

impl AsRef<Path> for LayerPath {
    fn as_ref(&self) -> &Path {
        self
    }
}

impl PartialEq for LayerPath {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for LayerPath {}

impl fmt::Debug for LayerPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_end_of_the_path_in_the_see_or_a_path_of_its_own() {
        let view = |text: &str| HostPath::new(text.as_bytes()).unwrap();
        let path =
            |at: &str, dir: &str, name: &str| LayerPath::of(&view(at), Path::new(dir), name.as_bytes());
        let told = |path: &LayerPath| path.to_str().unwrap().to_owned();
        assert_eq!(told(&path("/home/ann/x", "home/ann", "x")), "home/ann/x");
        assert_eq!(told(&path("/mnt/disk/x", "", "x")), "x");
        assert_eq!(told(&path("/mnt/disk/dir/x", "dir", "x")), "dir/x");
        // The directory was moved: its place in the layer is the old one. Not every end of a text is the end of a path.
        assert_eq!(told(&path("/new/x", "old", "x")), "old/x");
        assert_eq!(told(&path("/threshold/x", "old/x", "x")), "old/x/x");
        assert_eq!(told(&path("/threshold/x", "hold", "x")), "hold/x");
        assert_eq!(told(&LayerPath::top(&view("/"))), ".");
        assert_eq!(path("/a/x", "a", "x"), path("/b/x", "a", "x"));
    }
}
