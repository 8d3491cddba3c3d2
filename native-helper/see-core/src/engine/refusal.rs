//! Why a command did not become a program, as a person can act on it. Looks at the file as the program's user does, in the
//! session.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::error::{ErrorCode, Reason, SeeError};
use crate::path::escape_for_display;

/// As much of a file as the kernel looks at for the name of its interpreter.
const HEAD: usize = 256;

/// Returns what is wrong with the file of a command that the kernel refused.
pub fn of(name: &[u8], errno: Errno) -> Box<SeeError> {
    let shown = escape_for_display(name);
    let told = |why: &str, hint: &str| {
        SeeError::new(ErrorCode::CommandNotExecutable, format!("{shown} cannot be executed: {why}."), hint)
            .with_fact("command", shown.clone())
            .with_fact("errno", errno.raw_os_error())
    };
    match (errno, file(name)) {
        (Errno::NOENT | Errno::NOTDIR, None) => not_found(name),
        (Errno::NOENT, Some(_)) => match interpreter(name) {
            Some(needed) => told(
                &format!("its interpreter {needed} is not there"),
                "Install that, or mend the first line of the file.",
            )
            .with_fact("interpreter", needed),
            None => told("what loads it is not there", "Get the program for this system."),
        }
        .because(Reason::NoInterpreter),
        (Errno::ACCESS, Some(file)) if file.is_dir() => {
            told("it is a directory", "Name a program in it.").because(Reason::IsDirectory)
        }
        (Errno::ACCESS, Some(file)) if file.is_file() && file.permissions().mode() & 0o111 == 0 => told(
            "it is not marked as a program",
            "Mark it with chmod +x, or name what runs it first: sh FILE",
        )
        .because(Reason::NotMarked),
        _ => told(&errno.to_string(), "Check its permissions and that it is a program for this machine."),
    }
}

/// Returns the error for a command that is nowhere.
pub fn not_found(name: &[u8]) -> Box<SeeError> {
    let shown = escape_for_display(name);
    SeeError::new(
        ErrorCode::CommandNotFound,
        format!("The command {shown} was not found."),
        "Check the spelling, or give the path of the program.",
    )
    .with_fact("command", shown)
}

/// Tells whether a path names a file.
pub fn is_there(path: &[u8]) -> bool {
    file(path).is_some()
}

fn file(name: &[u8]) -> Option<Metadata> {
    // A word without a slash was looked for in several places.
    name.contains(&b'/').then(|| std::fs::metadata(OsStr::from_bytes(name)).ok()).flatten()
}

/// Returns what the first line of a script says that runs it.
fn interpreter(path: &[u8]) -> Option<String> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = rustix::fs::open(path, flags, Mode::empty()).ok()?;
    let mut head = [0_u8; HEAD];
    let count = rustix::io::read(&file, &mut head).ok()?;
    let line = head.get(..count)?.strip_prefix(b"#!")?.split(|b| *b == b'\n').next()?;
    // A carriage return belongs to the name, and is shown: it is why many a script does not run.
    line.split(|b| matches!(b, b' ' | b'\t')).find(|word| !word.is_empty()).map(escape_for_display)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(path: &std::path::Path, errno: Errno) -> (Option<Reason>, String) {
        let error = of(path.as_os_str().as_bytes(), errno);
        (error.reason, error.message)
    }

    #[test]
    fn a_file_that_is_there_is_not_told_as_missing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        let (none, said) = reason(&file, Errno::NOENT);
        assert!(none.is_none() && said.ends_with("was not found."), "{said}");
        for (content, needed) in [
            (&b"#! /usr/bin/nosuch -x\n"[..], "its interpreter /usr/bin/nosuch is"),
            (b"#!/bin/sh\r\necho", "its interpreter /bin/sh\\r is"),
            (b"\x7fELF", "what loads it is"),
        ] {
            std::fs::write(&file, content).unwrap();
            let (why, said) = reason(&file, Errno::NOENT);
            assert!(why == Some(Reason::NoInterpreter) && said.contains(needed), "{said}");
        }
        assert_eq!(reason(&file, Errno::ACCESS).0, Some(Reason::NotMarked));
        assert_eq!(reason(dir.path(), Errno::ACCESS).0, Some(Reason::IsDirectory));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(reason(&file, Errno::ACCESS).0, None);
        assert!(is_there(file.as_os_str().as_bytes()) && !is_there(b"file"));
    }
}
