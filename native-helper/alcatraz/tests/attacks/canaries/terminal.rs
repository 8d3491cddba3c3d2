//! A terminal of the user's on which nothing of an attacker's may appear.

use std::os::fd::OwnedFd;

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, ptsname, unlockpt};

use super::{Canary, Facts};

pub struct OtherTerminal {
    master: OwnedFd,
    _slave: OwnedFd,
    name: String,
}

impl OtherTerminal {
    pub fn open() -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = ioctl_tiocgptpeer(&master, flags).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        rustix::fs::fchmod(&slave, rustix::fs::Mode::from_raw_mode(0o622)).unwrap();
        rustix::io::ioctl_fionbio(&master, true).unwrap();
        Self { master, _slave: slave, name }
    }
}

impl Canary for OtherTerminal {
    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("USER_TERMINAL", self.name.clone())]
    }

    fn tell(&self, facts: &mut Facts) {
        let mut buffer = [0_u8; 256];
        let count = rustix::io::read(&self.master, &mut buffer).unwrap_or(0);
        facts.insert("terminal/shown".to_owned(), String::from_utf8_lossy(&buffer[..count]).into_owned());
    }
}
