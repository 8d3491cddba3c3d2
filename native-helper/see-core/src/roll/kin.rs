//! Which process a thread belongs to, and who made that: by a descriptor of it, where the kernel tells by that, else by what it
//! tells as text, which takes ten times as long. Knows no programs.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::process::Facts;

/// What is known of a thread that is there.
#[derive(Debug)]
pub struct Kin {
    /// Its process.
    pub process: u32,
    /// The process that made its process, or took it over.
    pub parent: u32,
    /// The number of its process inside.
    pub inside: Option<u32>,
    /// Its process, when it was asked by that.
    pub descriptor: Option<OwnedFd>,
}

impl Kin {
    /// Asks about a thread of a SEE with this pid name space.
    pub fn of(thread: u32, names: BorrowedFd<'_>) -> Option<Self> {
        Self::told(thread, names).or_else(|| Self::read(thread))
    }

    /// `None` as well for a thread that is not the first of its process.
    fn told(thread: u32, names: BorrowedFd<'_>) -> Option<Self> {
        let descriptor = open(thread)?;
        let parent = see_sys::pidfd::parent(descriptor.as_fd())?;
        let inside = Some(see_sys::pidfd::number_in(names, thread)?);
        Some(Self { process: thread, parent, inside, descriptor: Some(descriptor) })
    }

    fn read(thread: u32) -> Option<Self> {
        let Facts { process, parent, inside, .. } = Facts::of(thread)?;
        Some(Self { process, parent, inside, descriptor: None })
    }
}

/// Returns a descriptor of a process.
pub fn open(process: u32) -> Option<OwnedFd> {
    let number = Pid::from_raw(i32::try_from(process).ok()?)?;
    pidfd_open(number, PidfdFlags::empty()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_tell_the_same() {
        let names = std::fs::File::open("/proc/self/ns/pid").unwrap();
        let mut child =
            std::process::Command::new("/bin/cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let same = |kin: &Kin| (kin.process, kin.parent, kin.inside);
        let read = Kin::read(child.id()).unwrap();
        assert_eq!((read.process, read.parent), (child.id(), std::process::id()));
        assert_eq!(same(&Kin::of(child.id(), names.as_fd()).unwrap()), same(&read));
        if see_sys::kernel::is_since((6, 13)) {
            assert!(Kin::told(child.id(), names.as_fd()).is_some());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // Of another thread the process is told.
        let other = std::thread::spawn(move || {
            let thread = rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs();
            Kin::of(thread, names.as_fd()).unwrap().process
        });
        assert_eq!(other.join().unwrap(), std::process::id());
        assert!(Kin::read(u32::MAX).is_none());
    }
}
