//! Sees what a program tries that a wall will keep from it, as far as that is certain before the call runs: changes of mounts
//! without the right to, looks into hidden places by their names, and devices that only the host has.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags};
use see_sys::seccomp_notify::{Arch, Notification};

use crate::interpose::tracee::{self, Place};
use crate::path::{HostPath, wire_text};
use crate::record::event::Event;
use crate::record::log::Log;
use crate::record::refused::{Refused, What};
use crate::timestamp::Timestamp;

use super::process::Facts;
use super::who::Roll;

const AT_FDCWD: i32 = -100;
/// Where devices are.
const DEV: &str = "/dev";
/// `CAP_SYS_CHROOT` and `CAP_SYS_ADMIN`.
const CHANGE_ROOT: u8 = 18;
const ADMINISTER: u8 = 21;

/// The calls that need a capability: name, number for 64 bits, numbers for 32 bits, capability.
pub(super) const GUARDED: &[(&str, u32, &[u32], u8)] = &[
    ("mount", 165, &[21], ADMINISTER),
    ("umount", 166, &[22, 52], ADMINISTER),
    ("pivot_root", 155, &[217], ADMINISTER),
    ("move_mount", 429, &[429], ADMINISTER),
    ("chroot", 161, &[61], CHANGE_ROOT),
];
/// The calls that open: number for 64 bits, for 32 bits, whether a directory's descriptor comes first.
const OPENING: &[(u32, u32, bool)] = &[(2, 5, false), (257, 295, true), (437, 437, true)];

/// What sees it.
#[derive(Debug)]
pub struct Refusals {
    log: Arc<Log>,
    roll: Arc<Roll>,
    hidden: Vec<HostPath>,
}

impl Refusals {
    /// Returns one for a session with these hidden places.
    pub fn new(log: Arc<Log>, roll: Arc<Roll>, hidden: Vec<HostPath>) -> Self {
        Self { log, roll, hidden }
    }

    /// Takes notice of a call that waits.
    pub fn see(&self, call: &Notification) {
        let is = |wide: u32, narrow: &[u32]| match call.arch {
            Arch::X86_64 => call.number == wide,
            Arch::I386 => narrow.contains(&call.number),
        };
        if let Some((name, .., capability)) = GUARDED.iter().find(|row| is(row.1, row.2)) {
            // While it waits nobody can give it the right.
            if Facts::of(call.thread).is_some_and(|facts| !facts.has(*capability)) {
                self.refused(call.thread, What::Mount, name);
            }
        } else if !self.hidden.is_empty() {
            if let Some((.., at)) = OPENING.iter().find(|row| is(row.0, &[row.1])) {
                // `None`: the call fails by itself, or is about another place.
                let _ = self.open(call, *at);
            }
        }
    }

    /// Takes notice that a thread asks for something in `/dev` that the SEE has not.
    pub fn absent_in_dev(&self, thread: u32, path: &HostPath) {
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let of_host = || {
            let dev = rustix::fs::openat(CWD, DEV, flags | OFlags::DIRECTORY, Mode::empty()).ok()?;
            let below = Path::new(OsStr::from_bytes(path.as_bytes().strip_prefix(DEV.as_bytes())?.get(1..)?));
            let file = rustix::fs::openat2(dev, below, flags, Mode::empty(), resolve).ok()?;
            Some(FileType::from_raw_mode(rustix::fs::fstat(&file).ok()?.st_mode))
        };
        if matches!(of_host(), Some(FileType::BlockDevice | FileType::CharacterDevice)) {
            self.refused(thread, What::Device, &wire_text(path.as_bytes()).0);
        }
    }

    fn open(&self, call: &Notification, at: bool) -> Option<()> {
        let argument = |place: usize| call.arguments.get(place).copied().unwrap_or(0);
        let mut buffer = [0; 4096];
        let raw = tracee::read_path(call.thread, argument(usize::from(at)), &mut buffer).ok()?;
        let names_one = |hidden: &HostPath| raw.split(|byte| *byte == b'/').any(|part| part == hidden.name());
        if !self.hidden.iter().any(names_one) {
            return None;
        }
        let place = match argument(0) as u32 as i32 {
            fd if at && fd != AT_FDCWD => Place::Descriptor(fd),
            _ => Place::Cwd,
        };
        let path = match raw.first()? {
            b'/' => HostPath::new(raw)?,
            _ => HostPath::new(
                &[&self.roll.files().place(call.thread, place)?, b"/".as_slice(), raw].concat(),
            )?,
        };
        if self.hidden.iter().any(|hidden| path.is_within(hidden)) {
            self.refused(call.thread, What::HiddenPlace, &wire_text(path.as_bytes()).0);
        }
        Some(())
    }

    /// Records that a thread tried something that was refused.
    pub fn refused(&self, thread: u32, what: What, detail: &str) {
        let file = self.roll.file_of(thread).unwrap_or_default();
        let program = wire_text(&file).0;
        let program_id = self.roll.of(thread).and_then(|run| run.id);
        self.log.add_once((what, detail, file), || {
            let time = Timestamp::now().to_rfc3339();
            Event::Refused(Refused {
                time,
                what,
                detail: Some(detail.to_owned()),
                program: Some(program),
                program_id,
            })
        });
    }
}
