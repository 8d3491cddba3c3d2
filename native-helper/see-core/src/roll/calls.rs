//! The system calls by which programs begin and end, or get another view of paths, by their numbers. A table.

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
    /// What paths mean may change for somebody: mounts, roots, name spaces.
    Remount,
}

const ROWS: &[(Call, u32, u32)] =
    &[(Call::Exec, 59, 11), (Call::ExecAt, 322, 358), (Call::Exit, 231, 252), (Call::Remount, 308, 346)]; // setns

/// Returns the calls to report, those that need a right included. Every process that a script forks ends by an exit that
/// would wait: it does so only where the kernel does not tell afterwards how a process ended.
pub fn reported() -> Reported {
    let wanted = |number| Wanted { number, when: When::Always };
    let guarded = || GUARDED.iter();
    let tells_end = see_sys::pidfd::tells_end();
    let rows = || ROWS.iter().filter(move |row| !(tells_end && row.0 == Call::Exit));
    Reported {
        x86_64: rows().map(|row| row.1).chain(guarded().map(|row| row.1)).map(wanted).collect(),
        i386: rows()
            .map(|row| row.2)
            .chain(guarded().flat_map(|row| row.2.iter().copied()))
            .map(wanted)
            .collect(),
    }
}

/// Returns what a reported call is, when it is one of these.
pub fn call(call: &Notification) -> Option<Call> {
    let is = |wide, narrow: &[u32]| match call.arch {
        Arch::X86_64 => wide == call.number,
        Arch::I386 => narrow.contains(&call.number),
    };
    let row = ROWS.iter().find(|row| is(row.1, &[row.2])).map(|row| row.0);
    // All that needs a right is about mounts and roots.
    row.or_else(|| GUARDED.iter().any(|row| is(row.1, row.2)).then_some(Call::Remount))
}
