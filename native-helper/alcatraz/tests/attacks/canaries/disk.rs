//! A disk of the host's: a loop device on a file of the test's.

use std::path::PathBuf;
use std::process::Command;

use crate::engine_lab::Lab;

use super::{Canary, Facts};

pub struct Disk {
    image: PathBuf,
    device: String,
}

impl Disk {
    pub fn attach(lab: &Lab) -> Self {
        let image = lab.dir().join("disk.img");
        std::fs::write(&image, vec![b'-'; 65536]).unwrap();
        let output = Command::new("losetup").args(["--find", "--show"]).arg(&image).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        Self { image, device: String::from_utf8(output.stdout).unwrap().trim().to_owned() }
    }
}

impl Canary for Disk {
    fn env(&self) -> Vec<(&'static str, String)> {
        let number = self.device.trim_start_matches("/dev/loop");
        vec![("DISK", self.device.clone()), ("DISK_NUMBER", format!("7 {number}"))]
    }

    fn tell(&self, facts: &mut Facts) {
        let content = std::fs::read(&self.image).unwrap();
        facts.insert("disk".to_owned(), content.iter().filter(|byte| **byte != b'-').count().to_string());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("losetup").args(["--detach", &self.device]).status();
        let _ = std::fs::remove_file(&self.image);
    }
}
