//! The exit statuses, a contract with scripts (`CLI.md`).

use std::process::ExitCode;

use see_core::error::ErrorCode;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done.
    Done,
    /// It failed; nothing changed, or what changed was rolled back.
    Failed,
    /// The words make no sense.
    Usage,
    /// Conflicts; nothing was committed.
    Conflicts,
    /// No such session or commit, or not in a state for this.
    NoSuchOrWrongState,
    /// The program could not be run because the SEE could not be made.
    CannotRun,
    /// The program is there but cannot be executed.
    NotExecutable,
    /// The program is not there.
    NotFound,
    /// The program's own: its exit status, or 128 and the signal that ended it.
    Program(u8),
}

impl ExitStatus {
    /// Returns the status for an error of a command.
    pub fn of_error(code: ErrorCode) -> Self {
        match code {
            ErrorCode::BadRequest => Self::Usage,
            ErrorCode::Conflicts => Self::Conflicts,
            ErrorCode::NoSuchSession
            | ErrorCode::AmbiguousSession
            | ErrorCode::WrongState
            | ErrorCode::SessionBusy
            | ErrorCode::NoSuchCommit
            | ErrorCode::NotUndoable => Self::NoSuchOrWrongState,
            _ => Self::Failed,
        }
    }

    /// Returns the status for an error of `run` and `enter`, before the program could start.
    pub fn of_program_error(code: ErrorCode) -> Self {
        match code {
            ErrorCode::CommandNotFound => Self::NotFound,
            ErrorCode::CommandNotExecutable => Self::NotExecutable,
            _ => Self::CannotRun,
        }
    }

    /// Returns the status after printing an answer: a reader that went away wanted no more of it.
    pub fn of_printing(result: &std::io::Result<()>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Self::Done,
            Err(_) => Self::Failed,
        }
    }

    /// Returns the status of a program, as a session keeps it: 0 to 255.
    pub fn of_program(status: i32) -> Self {
        Self::Program(u8::try_from(status & 0xff).unwrap_or(u8::MAX))
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Done => 0,
            ExitStatus::Failed => 1,
            ExitStatus::Usage => 2,
            ExitStatus::Conflicts => 3,
            ExitStatus::NoSuchOrWrongState => 4,
            ExitStatus::CannotRun => 125,
            ExitStatus::NotExecutable => 126,
            ExitStatus::NotFound => 127,
            ExitStatus::Program(status) => status,
        })
    }
}
