//! The system calls by which programs begin and end, by their numbers. A table.

use see_sys::seccomp_notify::{Arch, Notification, Wanted, When};

use crate::interpose::calls::Reported;

use super::refusals::GUARDED;

/// What a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// execve(path, arguments, …).
    Exec,
    /// execveat(directory, path, arguments, …, flags).
    ExecAt,
    /// exit_group(status).
    Exit,
}

const ROWS: &[(Call, u32, u32)] = &[(Call::Exec, 59, 11), (Call::ExecAt, 322, 358), (Call::Exit, 231, 252)];

/// Returns the calls to report, those that need a right included.
pub fn reported() -> Reported {
    let wanted = |number| Wanted { number, when: When::Always };
    let guarded = || GUARDED.iter();
    Reported {
        x86_64: ROWS.iter().map(|row| row.1).chain(guarded().map(|row| row.1)).map(wanted).collect(),
        i386: ROWS
            .iter()
            .map(|row| row.2)
            .chain(guarded().flat_map(|row| row.2.iter().copied()))
            .map(wanted)
            .collect(),
    }
}

/// Returns what a reported call is, when it is one of these.
pub fn call(call: &Notification) -> Option<Call> {
    let number = |row: &&(Call, u32, u32)| match call.arch {
        Arch::X86_64 => row.1 == call.number,
        Arch::I386 => row.2 == call.number,
    };
    ROWS.iter().find(number).map(|row| row.0)
}
