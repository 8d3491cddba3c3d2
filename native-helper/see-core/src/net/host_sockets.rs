//! Sees when a program of the SEE asks for a UNIX socket of the host's programs, which no SEE reaches, and records that.
//! Decides nothing: of a file of the host's an overlay shows no socket to talk to, and names without a file are parted by
//! the network name space.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::asleep;
use crate::beneath::Root;
use crate::change;
use crate::interpose::tracee::{self, Place};
use crate::layer::Layer;
use crate::path::{HostPath, wire_text};
use crate::record::refused::What;
use crate::roll::{Refusals, Roll};

const AF_UNIX: u16 = 1;
const OVERLAY_MAGIC: u64 = 0x794c_7630;
/// A table of more sockets is not looked through: the SEE's own is as long as its programs make it.
const MOST_SOCKETS: usize = 64 << 10;

/// What sees it.
#[derive(Debug)]
pub struct HostSockets {
    roll: Arc<Roll>,
    refusals: Arc<Refusals>,
    /// Mount points and upper directories of the layers.
    layers: Vec<(HostPath, PathBuf)>,
}

/// What a UNIX address means.
#[derive(Debug, PartialEq, Eq)]
enum Name<'a> {
    File(&'a [u8]),
    /// Without the zero byte in front.
    Abstract(&'a [u8]),
}

impl HostSockets {
    /// Returns one for a session with these layers.
    pub fn new(roll: Arc<Roll>, refusals: Arc<Refusals>, layers: &[Layer]) -> Self {
        let layers = layers.iter().map(|layer| (layer.mount_point.clone(), layer.upper.clone())).collect();
        Self { roll, refusals, layers }
    }

    /// Takes notice of an address that a thread names; of other families nothing is told.
    pub fn see(&self, thread: u32, address: &[u8]) {
        let found = match parse(address) {
            Some(Name::File(raw)) => self.file(thread, raw),
            Some(Name::Abstract(name)) => abstract_name(thread, name),
            None => None,
        };
        if let Some(place) = found {
            self.refusals.refused(thread, What::HostSocket, &wire_text(&place).0);
        }
    }

    /// Returns the path of a socket that only the host has.
    fn file(&self, thread: u32, raw: &[u8]) -> Option<Vec<u8>> {
        let files = self.roll.files();
        let whole = match raw.first()? {
            b'/' => raw.to_vec(),
            _ => [&files.place(thread, Place::Cwd)?, b"/".as_slice(), raw].concat(),
        };
        let root = files.root_of(thread);
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let root = root.as_ref().unwrap_or(files.root());
        let path = match rustix::fs::openat2(root, as_path(&whole), flags, Mode::empty(), resolve) {
            Ok(file) => {
                let is_shown = is_socket(&rustix::fs::fstat(&file).ok()?)
                    && u64::try_from(rustix::fs::fstatfs(&file).ok()?.f_type).ok() == Some(OVERLAY_MAGIC);
                if !is_shown {
                    return None;
                }
                let told = tracee::link_path(format!("/proc/self/fd/{}", file.as_raw_fd()).as_bytes())?;
                let path = HostPath::new(&files.inner(told))?;
                if self.is_made_inside(&path) {
                    return None;
                }
                path
            }
            // Hidden, or in a place that is the session's own.
            Err(Errno::NOENT) => HostPath::new(&whole)?,
            Err(_) => return None,
        };
        // The program chose the name.
        let on_host = asleep::look(&path, false).ok()?;
        (on_host.file_type() == change::FileType::Socket).then(|| path.as_bytes().to_vec())
    }

    fn is_made_inside(&self, path: &HostPath) -> bool {
        let covering = self.layers.iter().filter(|(point, _)| path.is_within(point));
        let Some((point, upper)) = covering.max_by_key(|(point, _)| point.as_bytes().len()) else {
            return false;
        };
        let below = path.below(point).unwrap_or_default();
        let below = below.strip_prefix(b"/").unwrap_or(below);
        // Links that programs have left there lead nowhere.
        Root::open(upper)
            .and_then(|upper| upper.facts(as_path(below)))
            .is_ok_and(|facts| facts.file_type() == change::FileType::Socket)
    }
}

/// Returns a name that the host has and the thread's own network has not, with `@` in front.
fn abstract_name(thread: u32, name: &[u8]) -> Option<Vec<u8>> {
    // The kernel writes every zero byte so.
    let told = name.iter().map(|byte| if *byte == 0 { b'@' } else { *byte });
    let told: Vec<u8> = std::iter::once(b'@').chain(told).collect();
    let lists = |table: &str| lists(BufReader::new(File::open(table).ok()?), &told);
    // The SEE's table is read only for names that the host has.
    let is_hosts = lists("/proc/self/net/unix")? && !lists(&format!("/proc/{thread}/net/unix"))?;
    is_hosts.then_some(told)
}

/// Tells whether a table of the kernel's has this name; `None` when it cannot be read or is too long. Never holds more than a
/// line, which is short.
fn lists(mut table: impl BufRead, name: &[u8]) -> Option<bool> {
    let mut line = Vec::new();
    for _ in 0..MOST_SOCKETS {
        line.clear();
        if table.read_until(b'\n', &mut line).ok()? == 0 {
            return Some(false);
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        if line.strip_suffix(name).is_some_and(ends_field) {
            return Some(true);
        }
    }
    None
}

fn ends_field(before: &[u8]) -> bool {
    before.last() == Some(&b' ')
}

fn parse(address: &[u8]) -> Option<Name<'_>> {
    let (family, name) = address.split_first_chunk::<2>()?;
    if u16::from_ne_bytes(*family) != AF_UNIX {
        return None;
    }
    match name.split_first()? {
        (0, []) => None,
        (0, rest) => Some(Name::Abstract(rest)),
        _ => name.split(|byte| *byte == 0).next().map(Name::File),
    }
}

fn is_socket(stat: &rustix::fs::Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Socket
}

fn as_path(bytes: &[u8]) -> &Path {
    Path::new(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_mean_files_or_names() {
        let address = |name: &[u8]| [&AF_UNIX.to_ne_bytes(), name].concat();
        assert_eq!(parse(&address(b"/run/x\0junk")), Some(Name::File(b"/run/x")));
        assert_eq!(parse(&address(b"x")), Some(Name::File(b"x")));
        assert_eq!(parse(&address(b"\0x\0y")), Some(Name::Abstract(b"x\0y")));
        for nothing in [&address(b"")[..], &address(b"\0"), &[2, 0, 0, 80], &[1]] {
            assert_eq!(parse(nothing), None);
        }
    }

    #[test]
    fn tables_are_looked_through_as_far_as_they_are_reasonable() {
        let table = b"Num RefCount\n0: 2 @one\n1: 2 @one more\n2: 2 @three";
        let has = |name: &[u8]| lists(table.as_slice(), name);
        assert_eq!([has(b"@one"), has(b"@three")], [Some(true); 2]);
        assert_eq!([has(b"@on"), has(b"one"), has(b"@two")], [Some(false); 3]);
        let long = |lines: usize| [b"0: 2 @x\n".repeat(lines), b"0: 2 @last\n".to_vec()].concat();
        assert_eq!(lists(long(MOST_SOCKETS - 1).as_slice(), b"@last"), Some(true));
        assert_eq!(lists(long(MOST_SOCKETS).as_slice(), b"@last"), None);
        assert_eq!(lists(BufReader::new(std::io::repeat(b'\n')), b"@last"), None);
    }
}
