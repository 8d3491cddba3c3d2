//! What is asked of the engine, and what its processes tell each other. Plain data.

use serde::{Deserialize, Serialize};

use crate::cause::Limit;
use crate::error::SeeError;
use crate::path::HostPath;
use crate::policy::{Policy, Tightening};
use crate::session::{Frozen, Session};

use super::display::Wish;
use super::identity;
use super::plan::Tree;

/// What one of the descriptors 0 to 2 of a program is.
///
/// The caller's own descriptor never goes in: through `/proc/self/fd` a program could open the host's file behind it
/// anew, with other rights. So a terminal becomes a new pty, and anything else a pipe that is relayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// The SEE's own pty.
    Terminal,
    /// A pipe.
    Pipe,
}

/// A window's size in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Lines.
    pub rows: u16,
    /// Characters in a line.
    pub cols: u16,
}

/// Asks for a SEE and a program in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSpec {
    /// Program and arguments.
    pub command: Vec<Vec<u8>>,
    /// Working directory; the caller's when `None`.
    pub cwd: Option<Vec<u8>>,
    /// The whole environment of the caller.
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    /// Who called through sudo or pkexec.
    pub invoker: Option<u32>,
    /// A name for the session.
    pub name: Option<String>,
    /// The user to run as; `None` means whoever called, also through sudo or pkexec.
    pub run_as: Option<String>,
    /// What descriptors 0 to 2 are.
    pub channels: [Channel; 3],
    /// Size of the terminal.
    pub size: Option<Size>,
    /// Which permissions new files do not get.
    pub umask: u32,
    /// What a new session is allowed, and what is recorded of it.
    pub policy: Policy,
    /// Whether it is aborted as soon as its first program, and with it the session, has ended before the caller's eyes.
    pub throw_away: bool,
    /// Whether the caller is in the background of its terminal.
    pub behind: bool,
    /// The file that the caller's standard input comes from, when that is one.
    pub input: Option<HostPath>,
}

impl RunSpec {
    /// Returns a request to run `command` on a terminal, with this process's environment.
    pub fn new(command: Vec<Vec<u8>>) -> Self {
        use std::os::unix::ffi::OsStringExt as _;
        let env = std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec())).collect();
        Self {
            command,
            cwd: None,
            env,
            invoker: identity::invoker(),
            name: None,
            run_as: None,
            channels: [Channel::Terminal; 3],
            size: None,
            umask: current_umask(),
            policy: Policy::default(),
            throw_away: false,
            behind: false,
            input: None,
        }
    }

    /// Returns a request to do once more what a session did: the same command, directory, user and policy, with this
    /// process's environment.
    pub fn again(session: &Session) -> Self {
        let (uid, _) = session.run_as;
        let me = rustix::process::geteuid();
        // Root's process runs as its invoker what names nobody.
        let invoker = identity::invoker().filter(|_| me.is_root());
        let is_caller = uid == invoker.unwrap_or(me.as_raw());
        Self {
            cwd: Some(session.cwd.as_bytes().to_vec()),
            run_as: (!is_caller).then(|| uid.to_string()),
            policy: Policy { retry_of: Some(session.id.clone()), ..session.policy.clone() },
            ..Self::new(session.command.clone())
        }
    }
}

/// Returns this process's umask, without changing it: other threads may be making files.
fn current_umask() -> u32 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Umask:"));
    line.and_then(|value| u32::from_str_radix(value.trim(), 8).ok()).unwrap_or(0o022)
}

/// A program to start in a SEE, everything resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramSpec {
    /// Program and arguments.
    pub command: Vec<Vec<u8>>,
    /// Working directory, absolute.
    pub cwd: Vec<u8>,
    /// The whole environment.
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    /// User id, as seen inside.
    pub uid: u32,
    /// Group id, likewise.
    pub gid: u32,
    /// Every group; `None` keeps those of the caller (an ordinary user cannot choose).
    pub groups: Option<Vec<u32>>,
    /// What descriptors 0 to 2 are.
    pub channels: [Channel; 3],
    /// Size of the terminal.
    pub size: Option<Size>,
    /// Which permissions new files do not get.
    pub umask: u32,
    /// Soft and hard resource limits by number.
    pub limits: Vec<(u32, u64, u64)>,
    /// Signals that it ignores, as its caller does.
    #[serde(default)]
    pub ignored: Vec<i32>,
    /// Whether it begins in the background of its terminal.
    #[serde(default)]
    pub behind: bool,
    /// The file of the host that its standard input is relayed from, when that is one.
    #[serde(default)]
    pub input: Option<HostPath>,
}

/// What a supervisor is started with.
#[derive(Debug, Serialize, Deserialize)]
pub struct Start {
    /// Directory of the store.
    pub store: HostPath,
    /// The session, already in the store. Its lock's descriptor comes with this message.
    pub session: String,
    /// The tree to build.
    pub tree: Tree,
    /// What is allowed and recorded.
    pub policy: Policy,
    /// Whether nothing ran in the session before, so that a failed start leaves nothing to keep.
    pub fresh: bool,
    /// Its first program.
    pub program: ProgramSpec,
    /// Whether the connection stays, as the first client.
    pub attached: bool,
    /// Whether the session is aborted when its first program is the last to end and the first client is still there.
    pub throw_away: bool,
    /// The display that it gets.
    pub display: Option<Wish>,
}

/// A program on a terminal that was started in a session beside its own one, or after it, and still runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// Its number, by which it is attached to.
    pub number: u32,
    /// Program and arguments.
    pub command: Vec<Vec<u8>>,
}

/// From a client to a supervisor.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Ask {
    /// Show this connection a program's terminal: what was last seen, then what comes.
    Attach {
        /// Size of the client's window.
        size: Option<Size>,
        /// Which; the session's own when `None`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program: Option<u32>,
    },
    /// Which terminals can be attached to beside the session's own?
    Terminals,
    /// Start another program.
    Enter {
        /// Which.
        program: Box<ProgramSpec>,
    },
    /// The window has this size now.
    Resize {
        /// The size.
        size: Size,
    },
    /// Send this signal to the program.
    Signal {
        /// Its number.
        signal: i32,
        /// Whether it came from a key: then it is for the program's whole process group.
        #[serde(default)]
        group: bool,
    },
    /// Nobody reads what comes from standard output or standard error any more.
    CloseOutput {
        /// Whether it is standard error.
        error: bool,
    },
    /// Allow the session less.
    Tighten {
        /// What it is still allowed.
        to: Tightening,
    },
    /// Let the program that was stopped go on.
    Continue {
        /// Whether in the background of its terminal.
        #[serde(default)]
        behind: bool,
    },
    /// End every program.
    Stop,
    /// Let a frozen session go on, with as much again where nothing is said; or give one that runs more.
    Resume {
        /// What it may use.
        #[serde(flatten)]
        more: More,
    },
}

/// What a session may use from now on; what is left out stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct More {
    /// The most bytes that its layers may hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
    /// Whether they may hold any number.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unlimited: bool,
    /// The most bytes of memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// The most processes and threads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
}

/// From a supervisor to a client.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "tell", rename_all = "kebab-case")]
pub enum Tell {
    /// The program runs; output follows.
    Started {
        /// What descriptors 0 to 2 are.
        channels: [Channel; 3],
    },
    /// It could not be started, or what was asked cannot be done.
    Failed {
        /// Why.
        error: Box<SeeError>,
    },
    /// The program ended; everything it wrote came before this.
    Exited {
        /// Its status; 128+signal when a signal ended it.
        status: i32,
        /// Whether other programs still run in the SEE.
        others: bool,
        /// Whether some of them can still write to what the program wrote to: more output follows, until the connection ends.
        #[serde(default)]
        open: bool,
    },
    /// The session is allowed less now.
    Tightened,
    /// It goes on, or has more, as was asked for on this connection.
    Granted,
    /// Terminals beside the session's own, in the order in which their programs began.
    Terminals {
        /// Which.
        terminals: Vec<Entered>,
    },
    /// What the program shows reaches no clipboard from now on.
    ClipboardEnded,
    /// The program was stopped, by a key, itself or somebody else.
    Suspended,
    /// It was let go on, as was asked for.
    Continued {
        /// Whether in the background of its terminal.
        behind: bool,
    },
    /// All programs are gone and the layers are at rest.
    Stopped,
    /// Everything stands still until somebody decides.
    Frozen {
        /// Why.
        frozen: Frozen,
    },
    /// It goes on.
    Resumed,
}

/// From the supervisor to the init of its SEE.
#[derive(Debug, Serialize, Deserialize)]
pub enum Order {
    /// Start a program; the number is for the answers.
    Spawn(u32, Box<ProgramSpec>),
    /// Give up a start that takes too long; one that went well meanwhile stays.
    GiveUp(u32),
    /// Send a signal to a program, or to its whole process group.
    Signal(u32, i32, bool),
    /// Let a program that was stopped go on, in front of its terminal or behind.
    Continue(u32, bool),
    /// Send a signal to all.
    SignalAll(i32),
}

/// From the init to its supervisor.
#[derive(Debug, Serialize, Deserialize)]
pub enum Report {
    /// The SEE is made, with these limits that only making it showed. Descriptors: its mount name space, its network
    /// name space, its root directory, its list of mounts, its pid name space, and when calls are reported their listener.
    Ready(Vec<Limit>),
    /// It could not be made.
    Failed(Box<SeeError>),
    /// A program is being started: its number, and the process that leads its login session, by its number inside.
    Starting(u32, u32),
    /// The program runs. Descriptors: the pty's master when there is one, then the other ends of the pipes in order.
    Spawned(u32),
    /// The program could not be started.
    NotSpawned(u32, Box<SeeError>),
    /// The program was stopped.
    Stopped(u32),
    /// It was let go on, as was asked for: in front of its terminal or behind.
    Continued(u32, bool),
    /// Processes ended.
    Reaped {
        /// Programs and their statuses; 128+signal when a signal ended one.
        exited: Vec<(u32, i32)>,
        /// Whether no process is left but the init.
        empty: bool,
    },
}
