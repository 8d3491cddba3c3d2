//! Starts one program inside a SEE: a new terminal or pipes, the user's ids, limits and directory, then the program.
//! Runs in the SEE's init and in the process that becomes the program.

use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::fs::{Mode as Bits, OFlags};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal};
use rustix::pty::OpenptFlags;
use rustix::termios::Winsize;
use rustix::thread::{Gid, Uid};
use see_sys::process::{close_on_exec_from, execve, exit_now, fork_again};

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::path::escape_for_display;

use super::leader::{self, Line};
use super::refusal;
use super::request::{Channel, ProgramSpec, Size};

/// Bytes that a process's number takes.
const NUMBER: usize = size_of::<i32>();

/// A program that is about to begin. Another program of the SEE may hold it up: nobody waits for it.
pub struct Starting {
    /// Its leader.
    pub leader: Pid,
    /// Closed by the kernel when the process has become the program.
    heard: OwnedFd,
    /// The number of that process, then why it did not become the program.
    told: Vec<u8>,
    ends: Vec<OwnedFd>,
    orders: Option<OwnedFd>,
    is_given_up: bool,
}

/// A program that runs.
pub struct Started {
    /// Its process, inside.
    pub process: Pid,
    /// The supervisor's ends: the pty's master when there is one, then the pipes of descriptors 0, 1, 2 that are pipes.
    pub ends: Vec<OwnedFd>,
    /// Where its leader takes orders.
    pub orders: OwnedFd,
}

/// Begins to start a program. `terminals` is the root of the SEE's devpts; its leader says to `mouth` when the program,
/// by this number, is stopped.
pub fn start(
    number: u32,
    spec: &ProgramSpec,
    terminals: BorrowedFd<'_>,
    mouth: &OwnedFd,
) -> Result<Starting> {
    let Stdio { inside, ends, terminal } =
        Stdio::make(spec, terminals).map_err(|e| cannot("its terminal or pipes could not be made", e))?;
    let flags = PipeFlags::CLOEXEC | PipeFlags::NONBLOCK;
    let pipe = || pipe_with(flags).map_err(|e| cannot("a pipe could not be made", e));
    let ((heard, said), (ear, orders)) = (pipe()?, pipe()?);
    let Some(leader) = fork_again().map_err(|e| cannot("a process could not be made", e))? else {
        let line = Line { ear: &ear, mouth, number };
        let begun =
            leader::lead(terminal.as_ref(), line, spec.behind, || become_program(spec, &inside, &said));
        let status = begun.unwrap_or_else(|e| {
            tell(&said, &cannot("a login session could not be made", e));
            127
        });
        exit_now(status)
    };
    Ok(Starting { leader, heard, told: Vec::new(), ends, orders: Some(orders), is_given_up: false })
}

impl Starting {
    /// Returns how it went, once that is known: the program, or why there is none.
    pub fn outcome(&mut self) -> Option<Result<Started>> {
        let mut piece = [0_u8; 4096];
        loop {
            match rustix::io::read(&self.heard, &mut piece) {
                Ok(0) => break,
                Ok(count) => self.told.extend_from_slice(piece.get(..count).unwrap_or_default()),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return None,
                Err(e) => return Some(Err(cannot("its start could not be watched", e))),
            }
        }
        let error = self.told.get(NUMBER..).unwrap_or_default();
        Some(match (self.process(), serde_json::from_slice(error), self.orders.take()) {
            _ if self.is_given_up => Err(held_up()),
            (Some(process), _, Some(orders)) if error.is_empty() => {
                Ok(Started { process, ends: std::mem::take(&mut self.ends), orders })
            }
            (_, Ok(error), _) => Err(error),
            (_, Err(e), _) => {
                Err(SeeError::internal(format!("A program failed to start and said nothing clear: {e}.")))
            }
        })
    }

    /// Returns the process that becomes the program, once it has said its number.
    fn process(&self) -> Option<Pid> {
        self.told.first_chunk::<NUMBER>().and_then(|number| Pid::from_raw(i32::from_ne_bytes(*number)))
    }

    /// Ends the process, which is not the program yet.
    pub fn give_up(&mut self) {
        self.is_given_up = true;
        // Neither has been collected, so the numbers are their own.
        for process in self.process().into_iter().chain([self.leader]) {
            let _ = rustix::process::kill_process(process, Signal::KILL);
        }
    }
}

impl AsFd for Starting {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.heard.as_fd()
    }
}

/// The program's descriptors 0 to 2, and the other ends.
struct Stdio {
    inside: [OwnedFd; 3],
    ends: Vec<OwnedFd>,
    terminal: Option<OwnedFd>,
}

impl Stdio {
    fn make(spec: &ProgramSpec, terminals: BorrowedFd<'_>) -> std::result::Result<Self, Errno> {
        let mut ends = Vec::new();
        let slave = if spec.channels.contains(&Channel::Terminal) {
            let (master, slave) = open_terminal(spec, terminals)?;
            ends.push(master);
            Some(slave)
        } else {
            None
        };
        let mut one = |place: usize| -> std::result::Result<OwnedFd, Errno> {
            if let (Some(Channel::Terminal), Some(slave)) = (spec.channels.get(place), &slave) {
                return slave.try_clone().map_err(|_| Errno::MFILE);
            }
            let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
            // As root natively: the program's user may open /dev/stdout anew, which is this pipe.
            let owner = (Some(Uid::from_raw(spec.uid)), Some(Gid::from_raw(spec.gid)));
            rustix::fs::fchown(&reader, owner.0, owner.1)?;
            let (inside, outside) = if place == 0 { (reader, writer) } else { (writer, reader) };
            ends.push(outside);
            Ok(inside)
        };
        let inside = [one(0)?, one(1)?, one(2)?];
        Ok(Self { inside, ends, terminal: slave })
    }
}

/// Opens a new pty of the SEE: master and slave.
fn open_terminal(
    spec: &ProgramSpec,
    terminals: BorrowedFd<'_>,
) -> std::result::Result<(OwnedFd, OwnedFd), Errno> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let master = rustix::fs::openat(terminals, "ptmx", flags, Bits::empty())?;
    rustix::pty::unlockpt(&master)?;
    let slave = rustix::pty::ioctl_tiocgptpeer(
        &master,
        OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC,
    )?;
    rustix::fs::fchown(&slave, Some(Uid::from_raw(spec.uid)), None)?;
    rustix::termios::tcsetwinsize(&master, winsize(spec.size.unwrap_or(Size { rows: 24, cols: 80 })))?;
    Ok((master, slave))
}

/// Returns a size as the kernel wants it.
pub fn winsize(size: Size) -> Winsize {
    Winsize { ws_row: size.rows, ws_col: size.cols, ws_xpixel: 0, ws_ypixel: 0 }
}

/// In the program's process: becomes it, or says why not.
fn become_program(spec: &ProgramSpec, inside: &[OwnedFd; 3], said: &OwnedFd) {
    // A pipe that is empty takes this whole.
    let _ = rustix::io::write(said, &rustix::process::getpid().as_raw_nonzero().get().to_ne_bytes());
    let error = match prepare(spec, inside) {
        Ok(()) => run_command(spec),
        Err(error) => error,
    };
    tell(said, &error);
}

/// Says why there is no program.
fn tell(said: &OwnedFd, error: &SeeError) {
    let text = serde_json::to_vec(error).unwrap_or_default();
    let _ = rustix::io::write(said, &text);
}

fn prepare(spec: &ProgramSpec, inside: &[OwnedFd; 3]) -> Result<()> {
    for (fd, target) in inside.iter().zip(0..) {
        put_at(fd.as_fd(), target).map_err(|e| cannot("its descriptors could not be set up", e))?;
    }
    close_on_exec_from(3).map_err(|e| cannot("descriptors could not be closed", e))?;
    see_sys::signals::reset_all().map_err(|e| cannot("signals could not be reset", e))?;
    spec.ignored.iter().copied().for_each(see_sys::signals::ignore);
    for (resource, soft, hard) in &spec.limits {
        // What the session was started with cannot be exceeded later: nobody inside may raise a hard limit.
        let done = see_sys::process::limit(*resource).and_then(|(_, most)| {
            let hard = most.min(*hard);
            see_sys::process::set_limit(*resource, hard.min(*soft), hard)
        });
        done.map_err(|e| cannot("a resource limit could not be set", e))?;
    }
    rustix::process::umask(Bits::from_raw_mode(spec.umask));
    become_user(spec).map_err(|e| cannot("its user could not be taken on", e))?;
    rustix::process::chdir(spec.cwd.as_slice()).map_err(|e| {
        SeeError::new(
            ErrorCode::CannotIsolate,
            format!("The program cannot start in {}: {e}.", escape_for_display(&spec.cwd)),
            "Go to a directory that exists and that the program's user may enter.",
        )
        .because(Reason::NoDirectory)
        .with_fact("errno", e.raw_os_error())
    })
}

/// Puts a descriptor at a number from 0 to 2, open across the start of the program.
fn put_at(fd: BorrowedFd<'_>, target: RawFd) -> std::result::Result<(), Errno> {
    match target {
        0 => rustix::stdio::dup2_stdin(fd),
        1 => rustix::stdio::dup2_stdout(fd),
        _ => rustix::stdio::dup2_stderr(fd),
    }?;
    debug_assert!(fd.as_raw_fd() > 2, "the init keeps 0 to 2 on /dev/null");
    Ok(())
}

fn become_user(spec: &ProgramSpec) -> std::result::Result<(), Errno> {
    let Some(groups) = &spec.groups else { return Ok(()) };
    let groups: Vec<Gid> = groups.iter().copied().map(Gid::from_raw).collect();
    rustix::thread::set_thread_groups(&groups)?;
    let (user, group) = (Uid::from_raw(spec.uid), Gid::from_raw(spec.gid));
    rustix::thread::set_thread_res_gid(group, group, group)?;
    rustix::thread::set_thread_res_uid(user, user, user)
}

/// Finds the command as a shell does and becomes it.
fn run_command(spec: &ProgramSpec) -> Box<SeeError> {
    let c_string = |bytes: &[u8]| CString::new(bytes).map_err(|_| ());
    let arguments: std::result::Result<Vec<_>, ()> = spec.command.iter().map(|a| c_string(a)).collect();
    let environment: std::result::Result<Vec<_>, ()> =
        spec.env.iter().map(|(name, value)| c_string(&[name, b"=".as_slice(), value].concat())).collect();
    let (Ok(arguments), Ok(environment)) = (arguments, environment) else {
        return SeeError::new(
            ErrorCode::BadRequest,
            "An argument or a variable holds a NUL byte.",
            "Leave it out: no program can receive it.",
        );
    };
    let Some(name) = spec.command.first().filter(|name| !name.is_empty()) else {
        return refusal::not_found(b"");
    };
    let mut seen = (name.clone(), Errno::NOENT);
    for candidate in candidates(spec) {
        match attempt(&candidate, &arguments, &environment) {
            // A path that was given is meant, whatever is wrong with it.
            other if candidate == *name => return refusal::of(name, other),
            Errno::NOENT if refusal::is_there(&candidate) => seen = (candidate, Errno::NOENT),
            Errno::NOENT | Errno::NOTDIR => {}
            Errno::ACCESS if refusal::is_there(&candidate) => seen = (name.clone(), Errno::ACCESS),
            // A directory of the path that is closed to this user: nobody says that it is there.
            Errno::ACCESS => {}
            other => return refusal::of(&candidate, other),
        }
    }
    refusal::of(&seen.0, seen.1)
}

/// Returns the files that a command may mean, as a shell looks for them: the first that can be run is.
pub fn candidates(spec: &ProgramSpec) -> Vec<Vec<u8>> {
    let Some(name) = spec.command.first().filter(|name| !name.is_empty()) else { return Vec::new() };
    if name.contains(&b'/') {
        return vec![name.clone()];
    }
    let path = spec
        .env
        .iter()
        .find(|(name, _)| name == b"PATH")
        .map_or(&b"/usr/local/bin:/usr/bin:/bin"[..], |(_, v)| v);
    path.split(|b| *b == b':')
        .map(|dir| if dir.is_empty() { b"." } else { dir })
        .map(|dir| [dir, b"/".as_slice(), name].concat())
        .collect()
}

fn attempt(path: &[u8], arguments: &[CString], environment: &[CString]) -> Errno {
    let Ok(path) = CString::new(path) else { return Errno::INVAL };
    match execve(&path, arguments, environment) {
        // A script without a first line: shells have always run it by themselves.
        Errno::NOEXEC => {
            let shell = [c"/bin/sh".to_owned(), path];
            let arguments: Vec<CString> =
                shell.into_iter().chain(arguments.iter().skip(1).cloned()).collect();
            execve(c"/bin/sh", &arguments, environment)
        }
        other => other,
    }
}

fn held_up() -> Box<SeeError> {
    SeeError::new(
        ErrorCode::SessionBusy,
        "The program could not be started: something in the session held it up for too long.",
        "Stop what runs in the session, or try again.",
    )
    .because(Reason::HeldUp)
}

fn cannot(what: &str, errno: Errno) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The program could not be started: {what}: {errno}."),
        "Run `alcatraz doctor` to see what this machine can enforce.",
    )
    .with_fact("errno", errno.raw_os_error())
}
