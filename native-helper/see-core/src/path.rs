//! Host paths as bytes, and how they cross the wire and reach a screen. Never touches the file system.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

/// So many bytes of two paths are compared at once.
const ALIKE: usize = 16;

/// An absolute, normal path of the host: begins with `/`, no empty, `.` or `..` part, no trailing `/`
/// (except the root itself), no NUL. Ordered by component, so that a directory comes right before what lies below it.
/// Its serde form is for our own processes: an array of bytes, checked again when read. [`PathRef`] is for the app.
/// A clone shares the bytes: a session of a million changes names each path in several tables.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct HostPath(Arc<[u8]>);

impl TryFrom<Vec<u8>> for HostPath {
    type Error = &'static str;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Self::Error> {
        Self::new(&bytes).filter(|path| *path.0 == *bytes).ok_or("not an absolute, normal path")
    }
}

impl From<HostPath> for Vec<u8> {
    fn from(path: HostPath) -> Self {
        path.0.to_vec()
    }
}

impl HostPath {
    /// Returns the root directory, `/`.
    pub fn root() -> Self {
        Self(Arc::from(&b"/"[..]))
    }

    /// Returns the path that these bytes name, made normal without looking at the file system;
    /// `None` when they are relative, hold a NUL, or climb above the root.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if bytes.first() != Some(&b'/') || bytes.contains(&0) {
            return None;
        }
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in bytes.split(|b| *b == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    parts.pop()?;
                }
                name => parts.push(name),
            }
        }
        let mut out = Vec::with_capacity(bytes.len());
        for part in parts {
            out.push(b'/');
            out.extend_from_slice(part);
        }
        if out.is_empty() {
            out.push(b'/');
        }
        Some(Self(out.into()))
    }

    /// Returns the bytes, as on disk.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the path as the standard library wants it.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }

    /// Returns the path relative to the root directory: `usr/bin`, or `.` for the root.
    pub fn relative(&self) -> PathBuf {
        match self.0.get(1..) {
            Some(rest) if !rest.is_empty() => PathBuf::from(OsStr::from_bytes(rest)),
            _ => PathBuf::from("."),
        }
    }

    /// Returns the path of the entry `name` in this directory. `name` must be one component.
    pub fn join(&self, name: &[u8]) -> Self {
        let mut out = Vec::with_capacity(self.0.len() + 1 + name.len());
        out.extend_from_slice(&self.0);
        if out.len() > 1 {
            out.push(b'/');
        }
        out.extend_from_slice(name);
        Self(out.into())
    }

    /// Returns the directory that holds this entry; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.0.len() == 1 {
            return None;
        }
        let cut = self.0.iter().rposition(|b| *b == b'/')?;
        Some(Self(self.0.get(..cut.max(1))?.into()))
    }

    /// Returns the last component; empty for the root.
    pub fn name(&self) -> &[u8] {
        let cut = self.0.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
        self.0.get(cut..).unwrap_or_default()
    }

    /// Tells whether this is `ancestor` or lies below it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        self.below(ancestor).is_some()
    }

    /// Returns the part below `ancestor`, without a leading `/`; empty when both are the same.
    pub fn below(&self, ancestor: &Self) -> Option<&[u8]> {
        if ancestor.0.len() == 1 {
            return self.0.get(1..);
        }
        let rest = self.0.strip_prefix(&*ancestor.0)?;
        match rest.first() {
            None => Some(rest),
            Some(b'/') => rest.get(1..),
            Some(_) => None,
        }
    }

    /// Returns the path with control, direction-changing and invisible characters and invalid UTF-8
    /// escaped, on one line: fit for a terminal.
    pub fn display(&self) -> String {
        escape_for_display(&self.0)
    }

    /// Returns the path as `patch` and `git apply` read it in a patch: one that is not plain text in quotes, and one with a space
    /// with a tab behind it.
    pub fn for_patch(&self) -> String {
        use std::fmt::Write as _;
        let is_plain = |c: char| !c.is_control() && !is_deceptive(c) && c != '"' && c != '\\';
        if let Some(text) = std::str::from_utf8(&self.0).ok().filter(|text| text.chars().all(is_plain)) {
            let end = if text.contains(' ') { "\t" } else { "" };
            return format!("{text}{end}");
        }
        let mut out = String::from("\"");
        for byte in self.0.iter() {
            match byte {
                b'"' | b'\\' => out.extend(['\\', char::from(*byte)]),
                b' '..=b'~' => out.push(char::from(*byte)),
                _ => drop(write!(out, "\\{byte:03o}")),
            }
        }
        out.push('"');
        out
    }

    /// Returns the wire form: UTF-8 text, and the true bytes when they are not UTF-8.
    pub fn to_ref(&self) -> PathRef {
        PathRef::from(self)
    }
}

impl Ord for HostPath {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Paths of one session mostly begin alike.
        let alike = self.0.chunks_exact(ALIKE).zip(other.0.chunks_exact(ALIKE)).take_while(|(a, b)| a == b);
        let from = ALIKE * alike.count();
        // By component is by byte, with `/` before every other byte: no name holds a NUL.
        let differing = self.0.iter().skip(from).zip(other.0.iter().skip(from)).find(|(a, b)| a != b);
        let rank = |byte: u8| if byte == b'/' { 0 } else { byte };
        match differing {
            Some((a, b)) => rank(*a).cmp(&rank(*b)),
            None => self.0.len().cmp(&other.0.len()),
        }
    }
}

impl PartialOrd for HostPath {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for HostPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

/// A path as it crosses the wire (`protocol/src/path.ts`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathRef {
    /// UTF-8 text, invalid bytes replaced.
    pub path: String,
    /// Base64 of the bytes, exactly when they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
}

impl From<&HostPath> for PathRef {
    fn from(path: &HostPath) -> Self {
        let (path, path_bytes) = wire_text(path.as_bytes());
        Self { path, path_bytes }
    }
}

impl PathRef {
    /// Returns the host path that is meant; `None` when it is not absolute or the base64 is broken.
    pub fn to_host_path(&self) -> Option<HostPath> {
        match &self.path_bytes {
            None => HostPath::new(self.path.as_bytes()),
            Some(encoded) => HostPath::new(&BASE64.decode(encoded).ok()?),
        }
    }
}

/// Returns bytes as wire text: lossy UTF-8, and base64 of the bytes when something was lost.
pub fn wire_text(bytes: &[u8]) -> (String, Option<String>) {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => (text.to_owned(), None),
        Cow::Owned(text) => (text, Some(BASE64.encode(bytes))),
    }
}

/// Returns text that a terminal shows as it is: invalid UTF-8 as `\xNN`, control characters, line
/// breaks, bidirectional controls and zero-width characters as escapes, `\` doubled.
pub fn escape_for_display(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '\\' => out.push_str("\\\\"),
                c if c.is_control() || is_deceptive(c) => {
                    let _ = write!(out, "\\u{{{:x}}}", c as u32);
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Returns text of several lines that a terminal shows as it is: line breaks, tabs and `\` stay, all else as in
/// [`escape_for_display`].
pub fn escape_text_for_display(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if (c.is_control() && c != '\n' && c != '\t') || is_deceptive(c) {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            } else {
                out.push(c);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Tells whether a character changes text direction, breaks a line unseen, or may be left away by a screen: what Unicode calls
/// `Default_Ignorable_Code_Point` (zero width, fillers, variation selectors, tags), annotations, and the blank Braille pattern.
pub fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_and_refuses() {
        assert_eq!(HostPath::new(b"//usr/./lib/../bin/").unwrap().as_bytes(), b"/usr/bin");
        assert_eq!(HostPath::new(b"/").unwrap(), HostPath::root());
        for bad in [&b"usr"[..], b"", b"/..", b"/a/../..", b"/a\0b"] {
            assert!(HostPath::new(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn knows_its_family() {
        let path = HostPath::new(b"/usr/bin/foo").unwrap();
        assert_eq!(path.parent().unwrap().as_bytes(), b"/usr/bin");
        assert_eq!(path.name(), b"foo");
        assert_eq!(path.below(&HostPath::new(b"/usr").unwrap()), Some(&b"bin/foo"[..]));
        assert_eq!(path.below(&HostPath::root()), Some(&b"usr/bin/foo"[..]));
        assert!(!path.is_within(&HostPath::new(b"/us").unwrap()));
        assert_eq!(HostPath::root().parent(), None);
        assert_eq!(HostPath::root().join(b"etc").as_bytes(), b"/etc");
    }

    #[test]
    fn orders_a_directory_right_before_its_content() {
        let mut paths: Vec<_> =
            [&b"/a-b"[..], b"/a/c", b"/a"].iter().map(|p| HostPath::new(p).unwrap()).collect();
        paths.sort();
        let sorted: Vec<_> = paths.iter().map(HostPath::as_bytes).collect();
        assert_eq!(sorted, [&b"/a"[..], b"/a/c", b"/a-b"]);
        // However much of two paths is alike.
        for length in 0..40 {
            let of = |end: &str| HostPath::new(format!("/{}{end}", "x".repeat(length)).as_bytes()).unwrap();
            let rising = ["a", "a/0", "a/c", "a-b", "b"].map(of);
            assert!(rising.is_sorted_by(|a, b| a < b), "{length}");
        }
    }

    #[derive(serde::Deserialize)]
    struct Golden {
        escaped: Vec<(String, String)>,
        examples: Vec<Example>,
    }

    #[derive(serde::Deserialize)]
    struct Example {
        bytes: String,
        shown: String,
    }

    #[test]
    fn escapes_exactly_the_characters_of_the_golden_table() {
        let table = include_str!("../../../protocol/text/escapes.json");
        let golden: Golden = serde_json::from_str(table).unwrap();
        let number = |text: &String| u32::from_str_radix(text, 16).unwrap();
        let ranges: Vec<_> =
            golden.escaped.iter().map(|(first, last)| number(first)..=number(last)).collect();
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let wanted = ranges.iter().any(|range| range.contains(&u32::from(c)));
            assert_eq!(escape_for_display(text.as_bytes()) != text, wanted, "{:x}", u32::from(c));
        }
        for Example { bytes, shown } in golden.examples {
            assert_eq!(escape_for_display(&BASE64.decode(bytes).unwrap()), shown);
        }
    }

    #[test]
    fn survives_the_wire_and_the_terminal() {
        let path = HostPath::new(b"/tmp/\xff\x1b[31m\n\xe2\x80\xae").unwrap();
        assert_eq!(path.to_ref().to_host_path().unwrap(), path);
        assert_eq!(path.display(), "/tmp/\\xff\\u{1b}[31m\\n\\u{202e}");
        let text = escape_text_for_display(b"a\\\tb\n\x1b[2J\r\xff\n");
        assert_eq!(text, "a\\\tb\n\\u{1b}[2J\\u{d}\\xff\n");
        let plain = HostPath::new("/tmp/é".as_bytes()).unwrap();
        assert_eq!(plain.to_ref().path_bytes, None);
    }
}
