//! What a hostile first program can prepare for the next one in its session: places that mounts and covers lie on, and what is
//! behind them.

use std::path::PathBuf;
use std::process::Command;

use crate::engine_lab::Lab;

use super::files::SECRET;
use super::{Canary, Facts};

pub struct Again(PathBuf);

impl Again {
    pub fn lay_out(lab: &Lab) -> Self {
        let again = Self(lab.home().join("again"));
        for dir in ["place/mnt", "victim/mnt", "deep/private"] {
            std::fs::create_dir_all(again.0.join(dir)).unwrap();
        }
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "canary"]).arg(again.0.join("place/mnt")).status();
        assert!(mount.unwrap().success());
        std::fs::write(again.0.join("deep/private/key"), format!("{SECRET}\n")).unwrap();
        for file in ["place/mnt/canary", "victim/mnt/canary"] {
            std::fs::write(again.0.join(file), "untouched\n").unwrap();
        }
        lab.give_all_to_user("again");
        again
    }
}

impl Canary for Again {
    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("AGAIN", self.0.display().to_string())]
    }

    /// It is among the files.
    fn tell(&self, _facts: &mut Facts) {}
}

impl Drop for Again {
    fn drop(&mut self) {
        // Wherever an attack that succeeded has moved it.
        let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let points = table.lines().filter_map(|line| line.split(' ').nth(4)).map(PathBuf::from);
        for point in points.filter(|point| point.starts_with(&self.0)).collect::<Vec<_>>().iter().rev() {
            let _ = Command::new("umount").arg("--lazy").arg(point).status();
        }
    }
}
