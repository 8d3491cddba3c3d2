//! The meter on a small disk that the test mounts.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, poll};

use super::*;
use crate::layer::MarkSpace;
use crate::path::HostPath;
use crate::session::Scarce;

/// A disk in memory, and a process that stands for the first one of a session. Both go at the end.
struct Disk {
    dir: tempfile::TempDir,
    init: Child,
}

impl Disk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64m", "disk"]).arg(dir.path());
        assert!(mount.status().unwrap().success());
        std::fs::create_dir(dir.path().join("upper")).unwrap();
        let init = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        Self { dir, init }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn meter(&self, floor: u64) -> Meter {
        let layer = Layer {
            index: 0,
            mount_point: HostPath::new(self.path().as_os_str().as_encoded_bytes()).unwrap(),
            upper: self.path().join("upper"),
            work: self.path().join("work"),
            room: self.path().to_owned(),
            device: 0,
            same_mount: false,
            marks: MarkSpace::Trusted,
            began: Timestamp::now(),
            mounted: Timestamp::now(),
            masked: Vec::new(),
            unnoted_masks: false,
            covered: None,
            untouched: false,
        };
        let bounds = Bounds { quota: None, floor: Some(floor) };
        Meter::start(&[layer], Pid::from_child(&self.init), bounds, None).unwrap()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.init.kill();
        let _ = self.init.wait();
        let _ = Command::new("umount").arg("-l").arg(self.dir.path()).status();
    }
}

fn next(meter: &Meter) -> Finding {
    loop {
        if let Some(finding) = meter.next() {
            return finding;
        }
        poll(&mut [PollFd::new(meter, PollFlags::IN)], None).unwrap();
    }
}

#[test]
fn what_others_took_of_a_disk_is_held_against_a_session_only_when_it_has_written_there() {
    let disk = Disk::new();
    let meter = disk.meter(32 << 20);
    std::fs::write(disk.path().join("of-others"), vec![0; 40 << 20]).unwrap();
    assert_eq!(next(&meter), Finding::Hold);
    meter.held();
    assert_eq!(next(&meter), Finding::GoOn);
    // From its first file there on the floor counts.
    std::fs::write(disk.path().join("upper/own"), "").unwrap();
    assert_eq!(next(&meter), Finding::Hold);
    meter.held();
    let Finding::Reached(frozen) = next(&meter) else { panic!("it went on") };
    assert_eq!((frozen.why, frozen.limit), (FrozenWhy::Disk, 32 << 20));
}

#[test]
fn a_disk_that_fills_up_is_told_before_anything_stands_still() {
    let disk = Disk::new();
    std::fs::write(disk.path().join("of-others"), vec![0; 45 << 20]).unwrap();
    let meter = disk.meter(16 << 20);
    // Whoever has nothing there cannot fill it: that is not told, however often it looks.
    let while_it_looks = rustix::event::Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    assert_eq!(poll(&mut [PollFd::new(&meter, PollFlags::IN)], Some(&while_it_looks)), Ok(0));
    std::fs::write(disk.path().join("upper/own"), "").unwrap();
    let Finding::Near(near) = next(&meter) else { panic!("it was not told") };
    assert_eq!((near.what, near.limit, near.hits), (Scarce::Disk, 16 << 20, 0));
    assert!(near.used > 16 << 20 && near.place.is_some(), "{near:?}");
}
