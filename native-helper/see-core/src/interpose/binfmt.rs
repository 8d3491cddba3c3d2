//! Programs that the kernel starts by an interpreter because somebody has registered that (`binfmt_misc`): which one it opens.
//! Only reads the kernel's list.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{CWD, Mode, OFlags, RawDir};

/// Where the kernel tells them.
const LIST: &str = "/proc/sys/fs/binfmt_misc";
const BINFMT_FS: u64 = 0x4249_4e4d;
/// The kernel takes no longer registration.
const RULE_MOST: u64 = 16 * 1024;

/// What is registered on this machine.
#[derive(Debug)]
pub struct Registered {
    list: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The names and numbers of the entries that were read: the kernel gives each registration a number of its own.
    entries: Vec<(Box<[u8]>, u64)>,
    rules: Arc<[Rule]>,
}

/// One registration.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    interpreter: Vec<u8>,
    sign: Sign,
}

/// What tells its programs.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sign {
    /// These bytes, as far as the mask has their bits, that far from the beginning.
    Magic { offset: usize, magic: Vec<u8>, mask: Vec<u8> },
    /// What follows the last dot of the name.
    Extension(Vec<u8>),
}

impl Registered {
    /// Returns what is registered here.
    pub fn here() -> Self {
        Self { list: PathBuf::from(LIST), known: Mutex::default() }
    }

    /// Returns the interpreters that the kernel may open to run a file of this name that begins so. Also one that is switched off
    /// at the moment: what was not read after all does no harm.
    pub fn interpreters(&self, name: &[u8], head: &[u8]) -> Vec<Vec<u8>> {
        let rules = self.rules();
        rules.iter().filter(|rule| rule.sign.is_of(name, head)).map(|rule| rule.interpreter.clone()).collect()
    }

    fn rules(&self) -> Arc<[Rule]> {
        // Nothing is remembered half: after a panic what is known is as good as before.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = self.entries();
        if entries != known.entries {
            let read = |name: &[u8]| rule(&self.text(name)?);
            known.rules = entries.iter().filter_map(|(name, _)| read(name)).collect();
            known.entries = entries;
        }
        Arc::clone(&known.rules)
    }

    /// Returns what the list has; nothing where it is not mounted: then the kernel has none.
    fn entries(&self) -> Vec<(Box<[u8]>, u64)> {
        let is_list =
            |path: &Path| rustix::fs::statfs(path).is_ok_and(|told| told.f_type as u64 == BINFMT_FS);
        if self.list == Path::new(LIST) && !is_list(&self.list) {
            return Vec::new();
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let Ok(dir) = rustix::fs::openat(CWD, &self.list, flags, Mode::empty()) else { return Vec::new() };
        let mut buffer = Vec::with_capacity(4096);
        let mut list = RawDir::new(dir, buffer.spare_capacity_mut());
        let mut entries = Vec::new();
        while let Some(Ok(entry)) = list.next() {
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b".." | b"register" | b"status") {
                entries.push((Box::from(name), entry.ino()));
            }
        }
        entries
    }

    fn text(&self, name: &[u8]) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        let file = File::open(self.list.join(OsStr::from_bytes(name))).ok()?;
        file.take(RULE_MOST).read_to_end(&mut text).ok()?;
        Some(text)
    }
}

impl Sign {
    fn is_of(&self, name: &[u8], head: &[u8]) -> bool {
        match self {
            Self::Extension(extension) => {
                name.rsplit(|byte| *byte == b'.').next() == Some(extension) && name.contains(&b'.')
            }
            Self::Magic { offset, magic, mask } => {
                let Some(there) = head.get(*offset..offset.saturating_add(magic.len())) else { return false };
                let masks = mask.iter().copied().chain(std::iter::repeat(0xff));
                there.iter().zip(magic).zip(masks).all(|((there, magic), mask)| (there ^ magic) & mask == 0)
            }
        }
    }
}

/// Reads what the kernel tells of one.
fn rule(text: &[u8]) -> Option<Rule> {
    let field = |name: &[u8]| text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name));
    let interpreter = field(b"interpreter ")?.to_vec();
    if let Some(extension) = field(b"extension .") {
        return Some(Rule { interpreter, sign: Sign::Extension(extension.to_vec()) });
    }
    let offset = std::str::from_utf8(field(b"offset ")?).ok()?.parse().ok()?;
    let magic = bytes_of(field(b"magic ")?)?;
    let mask = field(b"mask ").map_or(Some(Vec::new()), bytes_of)?;
    Some(Rule { interpreter, sign: Sign::Magic { offset, magic, mask } })
}

/// Reads bytes that are written as two digits each.
fn bytes_of(hex: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    hex.chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
impl Registered {
    /// Returns what these files tell, in the place of the kernel's.
    pub fn at(list: &Path) -> Self {
        Self { list: list.to_owned(), known: Mutex::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_by_their_beginning_or_their_name() {
        let list = tempfile::tempdir().unwrap();
        let add = |name: &str, text: &str| std::fs::write(list.path().join(name), text).unwrap();
        add("status", "enabled\n");
        add("register", "");
        add("jar", "enabled\ninterpreter /usr/bin/jexec\nflags: \noffset 0\nmagic 504b0304\n");
        add(
            "qemu",
            "enabled\ninterpreter /usr/bin/qemu\nflags: OCF\noffset 1\nmagic 454c46ff\nmask fffffff0\n",
        );
        add("text", "disabled\ninterpreter /opt/my run\nflags: \nextension .mine\n");
        let known = Registered::at(list.path());
        let of = |name: &str, head: &[u8]| known.interpreters(name.as_bytes(), head);
        assert_eq!(of("a", b"PK\x03\x04rest"), [b"/usr/bin/jexec"]);
        assert_eq!(of("a", b"\x7fELF\xf3"), [b"/usr/bin/qemu"]);
        assert_eq!(of("a.b.mine", b""), [b"/opt/my run"]);
        for (name, head) in [("mine", &b"PK\x03"[..]), ("a.mine.x", b"ELF\xff"), ("", b"")] {
            assert!(of(name, head).is_empty(), "{name}");
        }
        // Another one of the same name is another file.
        std::fs::rename(list.path().join("jar"), list.path().join("old")).unwrap();
        add("jar", "enabled\ninterpreter /other\nflags: \noffset 0\nmagic 504b\n");
        std::fs::remove_file(list.path().join("old")).unwrap();
        assert_eq!(of("a", b"PK"), [b"/other"]);
        assert!(Registered::at(&list.path().join("none")).interpreters(b"a.mine", b"PK").is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_no_rule() {
        for text in ["", "enabled\n", "interpreter /x\n", "interpreter /x\noffset a\nmagic 00\n"] {
            assert_eq!(rule(text.as_bytes()), None);
        }
        for magic in ["0", "0g", "\u{e9}"] {
            assert_eq!(rule(format!("interpreter /x\noffset 0\nmagic {magic}\n").as_bytes()), None);
        }
        let far = Sign::Magic { offset: usize::MAX, magic: vec![1], mask: Vec::new() };
        assert!(!far.is_of(b"", b"\x01"));
    }
}
