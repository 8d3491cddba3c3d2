//! Mounts of the host: a shared one, one that covers a secret, a read-only one, and the kernel's list of program formats.

use std::path::PathBuf;
use std::process::Command;

use crate::engine_lab::Lab;

use super::files::SECRET;
use super::{Canary, Facts};

/// Made once for a lab: they belong to the machine.
pub struct Mounts {
    dir: PathBuf,
}

impl Mounts {
    pub fn make(lab: &Lab) -> Self {
        let mounts = Self { dir: lab.dir().join("mounts") };
        for name in ["shared", "covered", "read-only", "formats", "queues"] {
            std::fs::create_dir_all(mounts.place(name)).unwrap();
        }
        // Whose mounts its copies in other name spaces see.
        mounts.mount(&["-t", "tmpfs", "canary"], "shared");
        mounts.mount(&["--make-shared"], "shared");
        std::fs::create_dir(mounts.place("shared").join("place")).unwrap();
        std::fs::write(mounts.place("covered").join("secret"), format!("{SECRET}\n")).unwrap();
        mounts.mount(&["-t", "tmpfs", "canary"], "covered");
        mounts.mount(&["-t", "tmpfs", "canary"], "read-only");
        mounts.mount(&["-t", "binfmt_misc", "canary"], "formats");
        mounts.mount(&["-t", "mqueue", "canary"], "queues");
        mounts
    }

    pub fn place(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Makes the read-only mount writable, or read-only again.
    pub fn open_read_only(&self, writable: bool) {
        self.mount(&["-o", if writable { "remount,bind,rw" } else { "remount,bind,ro" }], "read-only");
    }

    fn mount(&self, arguments: &[&str], name: &str) {
        let done = Command::new("mount").args(arguments).arg(self.place(name)).status().unwrap();
        assert!(done.success(), "mount {arguments:?} {name}");
    }

    /// Undoes what attacks that succeeded did.
    pub fn restore(&self) {
        let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        let place = self.place("shared/place");
        for _ in table.lines().filter(|line| line.contains(&format!(" {} ", place.display()))) {
            // Lazily: a session that starts beside it may hold it for a moment.
            assert!(Command::new("umount").arg("--lazy").arg(&place).status().unwrap().success());
        }
    }
}

impl Drop for Mounts {
    fn drop(&mut self) {
        let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let points = table.lines().filter_map(|line| line.split(' ').nth(4)).map(PathBuf::from);
        for point in points.filter(|point| point.starts_with(&self.dir)).collect::<Vec<_>>().iter().rev() {
            let _ = Command::new("umount").arg("--lazy").arg(point).status();
        }
    }
}

/// Those of them that every attacker knows.
pub struct Places(pub PathBuf);

impl Canary for Places {
    fn env(&self) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.0.join(name).display().to_string();
        vec![("SHARED_PLACE", path("shared/place")), ("COVERED", path("covered"))]
    }

    /// They are in the table of mounts.
    fn tell(&self, _facts: &mut Facts) {}
}

/// The kernel's list of program formats, where it is mounted. One for all machines: only one area may be aimed at it.
pub struct Formats(pub PathBuf);

impl Canary for Formats {
    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("FORMATS", self.0.display().to_string())]
    }

    fn tell(&self, facts: &mut Facts) {
        facts.insert("formats".to_owned(), self.0.join("alcatraz-canary").exists().to_string());
    }
}

impl Drop for Formats {
    fn drop(&mut self) {
        let format = self.0.join("alcatraz-canary");
        if format.exists() {
            let _ = std::fs::write(format, "-1");
        }
    }
}
