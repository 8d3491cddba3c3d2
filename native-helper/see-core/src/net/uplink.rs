//! What connects a SEE's network to the host's: a packet filter that is set first, then pasta, an unprivileged process
//! that carries what passes. Held by the supervisor; when it is dropped, or dies, nothing passes any more.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Access, MemfdFlags, OFlags};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use crate::engine::wire;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::policy::Policy;

use super::host;
use super::news::News;
use super::plumber::{Job, TUN, find};
use super::policy::Net;
use super::rules::{self, Filter};

/// Arguments of pasta: nothing is forwarded in or out by itself, no address stands for the host, no service of its own.
const CLOSED: &[&str] = &[
    "--foreground",
    "--quiet",
    "--config-net",
    "--netns-only",
    "--no-netns-quit",
    "--tcp-ports",
    "none",
    "--udp-ports",
    "none",
    "--tcp-ns",
    "none",
    "--udp-ns",
    "none",
    "--no-map-gw",
    "--no-dhcp",
    "--no-dhcpv6",
    "--no-ra",
];

/// How long a program has that connects the network: many times what it takes on a busy machine.
const LONGEST: Timespec = Timespec { tv_sec: 20, tv_nsec: 0 };
/// How often a filter is tried before the network is off: a moment without processes, or with another hand at the filter, passes.
const TRIES: u32 = 5;
/// How long after a failure; each time as long again.
const PAUSE: Duration = Duration::from_millis(500);

/// A connected network.
#[derive(Debug)]
pub struct Uplink {
    network: OwnedFd,
    nft: PathBuf,
    resolver: IpAddr,
    pasta: Option<Pasta>,
    news: News,
    /// How often the filter could not be set, and when to try again.
    failed: Option<(u32, Instant)>,
}

impl Uplink {
    /// Connects a network as a policy says. `resolver` is where programs inside ask for names.
    pub fn connect(network: OwnedFd, policy: &Policy, resolver: IpAddr) -> Result<Self> {
        let (pasta, nft) = (tool("pasta", "passt")?, tool("nft", "nftables")?);
        tunnel()?;
        // Before it is asked which addresses there are: none is missed.
        let news = News::listen().map_err(|e| cannot("changes of addresses could not be heard", &e))?;
        let mut uplink = Self { network, nft, resolver, pasta: None, news, failed: None };
        uplink.nft(rules::NOTES.to_owned())?;
        uplink.set_filter(policy)?;
        uplink.pasta = Some(Pasta::start(uplink.network.as_fd(), pasta, resolver)?);
        Ok(uplink)
    }

    /// Allows from now on what `policy` says, also to what is connected already. When that fails nothing passes at all.
    pub fn change(&mut self, policy: &Policy) -> Result<()> {
        let set = self.set_filter(policy);
        if set.is_err() || policy.net == Net::None {
            self.pasta = None;
        }
        self.failed = None;
        set
    }

    /// Returns what becomes readable when this machine has got another address: then the same policy means another filter.
    pub fn news(&self) -> BorrowedFd<'_> {
        self.news.as_fd()
    }

    /// Returns when to try again what could not be done.
    pub fn again_at(&self) -> Option<Instant> {
        self.failed.map(|(_, at)| at)
    }

    /// Takes notice of that, and returns the filter that holds; none while it has to be tried again, and until then nothing passes.
    /// Fails when it was tried often enough: the network is off.
    pub fn heed_news(&mut self, policy: &Policy) -> Result<Option<Filter>> {
        self.news.take();
        let failed = match self.filter(policy).and_then(|filter| self.set(&filter).map(|()| filter)) {
            Ok(filter) => {
                self.failed = None;
                self.carry(Signal::CONT);
                return Ok(Some(filter));
            }
            Err(error) => error,
        };
        let tries = self.failed.map_or(1, |(tries, _)| tries + 1);
        if tries >= TRIES {
            self.pasta = None;
            self.failed = None;
            return Err(failed);
        }
        // It stands still, so that what is connected lasts.
        self.carry(Signal::STOP);
        self.failed = Some((tries, Instant::now() + PAUSE * tries));
        Ok(None)
    }

    fn carry(&self, signal: Signal) {
        let pasta = self.pasta.as_ref().and_then(|pasta| i32::try_from(pasta.child.id()).ok());
        // One that has ended carries nothing either.
        let _ = pasta.and_then(Pid::from_raw).map(|pasta| kill_process(pasta, signal));
    }

    /// Returns the filter that a policy means.
    pub fn filter(&self, policy: &Policy) -> Result<Filter> {
        let near = host::near().map_err(|e| cannot("this machine's addresses are not known", &e))?;
        Ok(Filter { net: policy.net, lan: policy.lan, near, resolver: self.resolver })
    }

    fn set_filter(&self, policy: &Policy) -> Result<()> {
        self.set(&self.filter(policy)?)
    }

    fn set(&self, filter: &Filter) -> Result<()> {
        self.nft(rules::text(filter)).map(drop)
    }

    /// Returns what left, or tried to, since this was connected: places, and whether TCP was spoken to them. The kernel noted it, so no
    /// program can have it otherwise.
    pub fn notes(&self) -> Result<Vec<(SocketAddr, bool)>> {
        self.nft(rules::TELL_NOTES.to_owned()).map(|told| rules::notes(&told))
    }

    /// Has nft do this in the network, and returns what it said.
    fn nft(&self, rules: String) -> Result<String> {
        let job = Job::Filter { program: self.nft.clone(), rules };
        // What it says goes to files: neither can hold up the other.
        let file = || rustix::fs::memfd_create("nft", MemfdFlags::CLOEXEC).map(File::from);
        let (mut told, mut said) =
            file().and_then(|told| Ok((told, file()?))).map_err(|e| cannot("no memory", &e))?;
        let copy = |file: &File| file.try_clone().map(Stdio::from).map_err(|e| cannot("no descriptor", &e));
        let mut child = begin(&job, self.network.as_fd(), copy(&told)?, copy(&said)?)?;
        let status = end_within(&mut child, LONGEST).map_err(|e| cannot("nft is lost", &e))?;
        let read = |file: &mut File| {
            let mut text = String::new();
            file.rewind().and_then(|()| file.read_to_string(&mut text)).map(|_| text)
        };
        match status.success() {
            true => read(&mut told).map_err(|e| cannot("nft could not be heard", &e)),
            false => {
                let said = read(&mut said).map_err(|e| cannot("nft could not be heard", &e))?;
                Err(cannot("its packet filter could not be set", &last_line(&said)))
            }
        }
    }
}

/// The process that carries packets.
#[derive(Debug)]
struct Pasta {
    child: Child,
    /// What it has to say, unread and never waited for: it only matters while it starts.
    _said: OwnedFd,
}

impl Pasta {
    fn start(network: BorrowedFd<'_>, program: PathBuf, resolver: IpAddr) -> Result<Self> {
        let (ready, tells) = pipe_with(PipeFlags::CLOEXEC).map_err(|e| cannot("no pipe", &e))?;
        let (said, says) = pipe_with(PipeFlags::CLOEXEC).map_err(|e| cannot("no pipe", &e))?;
        // A pipe that nobody empties must not stop it.
        rustix::fs::fcntl_setfl(&says, OFlags::NONBLOCK).map_err(|e| cannot("no pipe", &e))?;
        let mut arguments: Vec<String> = CLOSED.iter().copied().map(str::to_owned).collect();
        let own = if rustix::process::geteuid().is_root() { &["--runas", "0:0"][..] } else { &[] };
        arguments.extend(own.iter().copied().map(str::to_owned));
        // The network is its descriptor 0, and it tells on 1 that it is set up.
        let told = ["--netns", "/proc/self/fd/0", "--pid", "/proc/self/fd/1", "--dns-forward"];
        arguments.extend(told.into_iter().map(str::to_owned).chain([resolver.to_string()]));
        let parent = rustix::process::getpid().as_raw_nonzero().into();
        let job = Job::Attach { program, arguments, parent };
        let child = begin(&job, network, Stdio::from(tells), Stdio::from(says))?;
        let mut pasta = Self { child, _said: said };
        let mut byte = [0; 1];
        let is_ready = loop {
            if !is_readable(&ready, LONGEST).map_err(|e| cannot("pasta could not be heard", &e))? {
                return Err(cannot("pasta is not ready", &Errno::TIMEDOUT));
            }
            match rustix::io::read(&ready, &mut byte) {
                Ok(count) => break count > 0,
                Err(Errno::INTR) => {}
                Err(e) => return Err(cannot("pasta could not be heard", &e)),
            }
        };
        if is_ready {
            return Ok(pasta);
        }
        let why = last_line(&pasta.words());
        Err(SeeError::new(
            ErrorCode::CannotIsolate,
            format!("The network of the SEE could not be connected: {why}."),
            "Look whether this machine has a network, and run `alcatraz doctor`; or choose --net none.",
        )
        .because(Reason::NoNetwork))
    }

    /// Waits for its end and returns what it said.
    fn words(&mut self) -> String {
        // It has closed its output: it ended, or soon will.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let mut said = vec![0; 16 * 1024];
        let count = rustix::io::read(&self._said, &mut said).unwrap_or(0);
        String::from_utf8_lossy(said.get(..count).unwrap_or_default()).into_owned()
    }
}

impl Drop for Pasta {
    fn drop(&mut self) {
        // It holds nothing that would have to be saved. Either may find that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a process to end, and ends it when that takes too long: whoever waits has a session to look after.
fn end_within(child: &mut Child, longest: Timespec) -> std::io::Result<ExitStatus> {
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
    let end = pidfd_open(id, PidfdFlags::empty())?;
    if !is_readable(&end, longest)? {
        // It may have ended just now.
        let _ = child.kill();
        child.wait()?;
        return Err(Errno::TIMEDOUT.into());
    }
    child.wait()
}

/// Tells whether something becomes readable, or ends, in time.
fn is_readable(what: &OwnedFd, longest: Timespec) -> std::result::Result<bool, Errno> {
    let until = Instant::now() + Duration::try_from(longest).unwrap_or_default();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match poll(&mut [PollFd::new(what, PollFlags::IN)], Timespec::try_from(left).ok().as_ref()) {
            Err(Errno::INTR) => {}
            other => return other.map(|ready| ready > 0),
        }
    }
}

/// Starts the process that does a job in a network.
fn begin(job: &Job, network: BorrowedFd<'_>, stdout: Stdio, stderr: Stdio) -> Result<Child> {
    let (ours, theirs) = UnixStream::pair().map_err(|e| cannot("no connection", &e))?;
    let child = Command::new("/proc/self/exe")
        .arg0("alcatraz")
        .arg("plumb")
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .map_err(|e| cannot("no process", &e))?;
    wire::send(ours.as_fd(), job, &[network])?;
    Ok(child)
}

/// Returns the path of a program that the system must have, or the error that says which package brings it.
fn tool(name: &str, package: &str) -> Result<PathBuf> {
    find(name).ok_or_else(|| {
        SeeError::new(
            ErrorCode::CannotIsolate,
            format!("The network of the SEE could not be connected: {name} is not installed."),
            format!("Install it: sudo apt install {package} (elsewhere the package {package} too); or choose --net none."),
        ).because(Reason::ToolMissing)
        .with_fact("package", package)
    })
}

/// Fails when the device that interfaces are made with is not there, or not for this user.
fn tunnel() -> Result<()> {
    let (why, mend) = match rustix::fs::access(TUN, Access::READ_OK | Access::WRITE_OK) {
        Ok(()) => return Ok(()),
        Err(Errno::ACCESS) => ("is for root alone", "sudo chmod 666 /dev/net/tun"),
        Err(_) => ("does not exist", "sudo modprobe tun"),
    };
    Err(SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The network of the SEE could not be connected: {TUN} {why}."),
        format!("Make it usable: {mend}; or choose --net none."),
    )
    .because(Reason::TunnelMissing))
}

/// Returns the last line that says something; pasta complains about a missing system log between the lines.
fn last_line(said: &str) -> String {
    let mut lines =
        said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains("to syslog"));
    lines.next_back().unwrap_or("no reason was given").trim_end_matches('.').to_owned()
}

fn cannot(what: &str, why: &dyn std::fmt::Display) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The network of the SEE could not be connected: {what}: {why}."),
        "Run `alcatraz doctor` to see what this machine can enforce; or choose --net none.",
    )
    .because(Reason::NoNetwork)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_ever_for_a_program() {
        let short = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        let mut stuck = Command::new("sleep").arg("100").spawn().unwrap();
        let ended = end_within(&mut stuck, short).unwrap_err();
        assert_eq!(ended.kind(), std::io::ErrorKind::TimedOut);
        assert!(stuck.try_wait().unwrap().is_some(), "it lives on");
        let mut quick = Command::new("true").spawn().unwrap();
        assert!(end_within(&mut quick, LONGEST).unwrap().success());
    }
}
