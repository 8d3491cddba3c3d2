//! A supervisor's process, from here: started before it is needed, given its request, collected.

use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use super::client::Client;
use super::request::Start;
use super::wire;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::store::SessionLock;

/// A supervisor's process that waits for its request. It ends when this is dropped before.
pub struct Supervising {
    connection: Option<UnixStream>,
    child: Child,
}

impl Supervising {
    /// Starts the process.
    pub fn begin(session: &str) -> Result<Self> {
        let (connection, theirs) = UnixStream::pair().map_err(|e| no_supervisor("no connection", &e))?;
        let child = Command::new("/proc/self/exe")
            .arg0("alcatraz")
            .args(["supervise", session])
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| no_supervisor("no process", &e))?;
        Ok(Self { connection: Some(connection), child })
    }

    /// Sends the request and waits until the program runs.
    pub fn make(mut self, start: &Start, lock: &SessionLock) -> Result<Client> {
        let Some(connection) = self.connection.take() else {
            return Err(SeeError::internal("A supervisor was used twice."));
        };
        wire::send(connection.as_fd(), start, &[lock.as_fd()])?;
        Client::started(connection)
    }
}

impl Drop for Supervising {
    fn drop(&mut self) {
        // Unasked, it ends. Either way it leaves its own child behind at once, and somebody has to collect it.
        self.connection = None;
        let _ = self.child.wait();
    }
}

fn no_supervisor(what: &str, error: &dyn std::fmt::Display) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The session's supervisor could not be started: {what}: {error}."),
        "Check how many processes and open files you may have (ulimit -a).",
    )
    .because(Reason::NoProcesses)
}
