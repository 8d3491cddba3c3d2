//! A small SEE for tests and measurements: the whole host below one overlay, entered by chroot, with the reading
//! recorded. Not the engine: no name spaces but mounts, no shifted ids.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{IoSlice, IoSliceMut, Read as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use see_core::interpose::calls::{Level, Reported};
use see_core::interpose::supervisor::{Inside, Interposer, Recording};
use see_core::interpose::witnesses::Witnesses;
use see_core::layer::{Layer, MarkSpace};
use see_core::path::HostPath;
use see_core::read_set::recorder::{Recorder, Start};
use see_core::read_set::set::ReadSet;
use see_core::timestamp::Timestamp;

const INSIDE: &str = "SEE_TEST_INSIDE";
const LEVEL: &str = "SEE_TEST_LEVEL";

/// What a run left.
pub struct Ran {
    pub status: std::process::ExitStatus,
    pub output: String,
    pub reads: ReadSet,
    pub took: std::time::Duration,
}

/// A place for one SEE; gone when dropped.
pub struct See {
    pub dir: tempfile::TempDir,
    merged: PathBuf,
    /// Whether attributes are copied without content.
    pub options: &'static str,
}

impl See {
    pub fn new() -> Self {
        let dir = tempfile::tempdir_in("/var/tmp").unwrap();
        for name in ["upper", "work", "merged", "host"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        let merged = dir.path().join("merged");
        Self { dir, merged, options: "metacopy=on,redirect_dir=on,index=off" }
    }

    /// A directory that is the test's own, at the same path on the host and in the SEE.
    pub fn host(&self) -> PathBuf {
        self.dir.path().join("host")
    }

    pub fn path(&self, name: &str) -> HostPath {
        HostPath::new(self.host().join(name).as_os_str().as_encoded_bytes()).unwrap()
    }

    pub fn layer(&self) -> Layer {
        Layer {
            index: 0,
            mount_point: HostPath::root(),
            upper: self.dir.path().join("upper"),
            work: self.dir.path().join("work"),
            room: self.dir.path().to_owned(),
            device: 0,
            same_mount: true,
            marks: MarkSpace::Trusted,
            began: Timestamp::now(),
            mounted: Timestamp::now(),
            masked: Vec::new(),
            unnoted_masks: false,
            covered: None,
            untouched: false,
        }
    }

    fn mount(&self) {
        let options = format!(
            "lowerdir=/,upperdir={},workdir={},{}",
            self.layer().upper.display(),
            self.layer().work.display(),
            self.options
        );
        run(Command::new("mount").args(["-t", "overlay", "overlay", "-o", &options]).arg(&self.merged));
        run(Command::new("mount").args(["-t", "proc", "proc"]).arg(self.merged.join("proc")));
        run(Command::new("mount").args(["--bind", "/dev"]).arg(self.merged.join("dev")));
    }

    fn unmount(&self) {
        run(Command::new("umount").args(["-R", "-l"]).arg(&self.merged));
    }

    /// Runs a command in the SEE with its reading recorded.
    pub fn run(&self, level: Option<Level>, command: &[&str]) -> Ran {
        self.run_then(level, command, |_, _| ())
    }

    /// The same, and does something while it runs.
    pub fn run_then(
        &self,
        level: Option<Level>,
        command: &[&str],
        then: impl FnOnce(&mut Child, &Recorder),
    ) -> Ran {
        self.mount();
        let recorder = Arc::new(Recorder::open(&self.dir.path().join("reads"), Start::New).unwrap());
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "inside", "--nocapture", "--test-threads=1"])
            .env(INSIDE, &self.merged)
            .env(LEVEL, level.map_or("off", |level| if level == Level::Opens { "opens" } else { "lookups" }))
            .env("SEE_TEST_CWD", self.host())
            .env("SEE_TEST_COMMAND", command.join("\u{1f}"))
            .env("LC_ALL", "C")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let interposer = level.map(|level| {
            let listener = receive(&ours);
            let recording = Recording {
                layers: &[self.layer()],
                mirrored: Vec::new(),
                level,
                again: false,
                recorder: Arc::clone(&recorder),
            };
            let started = Interposer::start(
                hand_over(listener, child.id()),
                Some(&recording),
                Vec::new(),
                Witnesses::default(),
            )
            .unwrap();
            rustix::io::write(&ours, b"g").unwrap();
            started
        });
        let start = std::time::Instant::now();
        then(&mut child, &recorder);
        let mut output = String::new();
        child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        // What the test harness inside says before it becomes the command.
        if let Some((_, own)) = output.split_once("test inside ... ") {
            output = own.to_owned();
        }
        let status = child.wait().unwrap();
        let took = start.elapsed();
        if let Some(interposer) = interposer {
            interposer.join().unwrap();
        }
        recorder.finish().unwrap();
        self.unmount();
        let reads = see_core::read_set::log::load(&self.dir.path().join("reads")).unwrap().unwrap();
        Ran { status, output, reads, took }
    }
}

/// What the process inside does before it becomes the command. To be called first by a test named `inside`.
pub fn inside() {
    let Some(root) = std::env::var_os(INSIDE) else { return };
    let level = match std::env::var(LEVEL).unwrap().as_str() {
        "off" => None,
        "opens" => Some(Level::Opens),
        _ => Some(Level::Lookups),
    };
    rustix::process::chroot(Path::new(&root)).unwrap();
    std::env::set_current_dir(std::env::var_os("SEE_TEST_CWD").unwrap()).unwrap();
    let stdin = std::io::stdin();
    if let Some(level) = level {
        let Reported { x86_64, i386 } = Reported::observed(Some(level));
        let listener = see_sys::seccomp_notify::install(&x86_64, &i386).unwrap();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let fds = [listener.as_fd()];
        assert!(ancillary.push(SendAncillaryMessage::ScmRights(&fds)));
        rustix::net::sendmsg(stdin.as_fd(), &[IoSlice::new(b"x")], &mut ancillary, SendFlags::empty())
            .unwrap();
        drop(listener);
        let mut byte = [0];
        assert_eq!(rustix::io::read(stdin.as_fd(), &mut byte), Ok(1));
    }
    let command = std::env::var("SEE_TEST_COMMAND").unwrap();
    let mut words = command.split('\u{1f}');
    let error = Command::new(words.next().unwrap())
        .args(words)
        .env_remove(INSIDE)
        .env_remove(LEVEL)
        .env_remove("SEE_TEST_COMMAND")
        .stdin(Stdio::null())
        .exec();
    panic!("{error}");
}

/// Hands over a process without a listener. Returns how it ended.
pub fn without_listener(mut process: Child) -> std::process::ExitStatus {
    let no_listener = std::fs::File::open("/dev/null").unwrap();
    let inside = hand_over(no_listener.into(), process.id());
    let interposer = Interposer::start(inside, None, Vec::new(), Witnesses::default()).unwrap();
    interposer.join().unwrap();
    process.wait().unwrap()
}

fn hand_over(listener: OwnedFd, process: u32) -> Inside {
    use std::os::unix::fs::MetadataExt as _;
    let flags = rustix::fs::OFlags::PATH | rustix::fs::OFlags::CLOEXEC;
    let root = rustix::fs::open(format!("/proc/{process}/root"), flags, rustix::fs::Mode::empty()).unwrap();
    let mounts = see_core::mounts::of_process(process, u64::MAX).unwrap();
    let namespace = std::fs::metadata(format!("/proc/{process}/ns/mnt")).unwrap().ino();
    let first = rustix::process::Pid::from_raw(i32::try_from(process).unwrap()).unwrap();
    let first = rustix::process::pidfd_open(first, rustix::process::PidfdFlags::empty()).unwrap();
    let pids = std::fs::File::open(format!("/proc/{process}/ns/pid")).unwrap().into();
    let mount_list = std::fs::File::open(format!("/proc/{process}/mountinfo")).unwrap();
    Inside { listener, root, mounts, mount_list, namespace, pids, first }
}

fn receive(socket: &std::os::unix::net::UnixStream) -> OwnedFd {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    rustix::net::recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)
        .unwrap();
    let mut fds = ancillary.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
        _ => None,
    });
    let fd = fds.next().expect("the process inside sent its listener");
    assert!(fd.as_raw_fd() > 2);
    fd
}

pub fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}

/// Builds a C program in `dir`.
pub fn compile(dir: &Path, name: &str, source: &str, flags: &[&str]) -> PathBuf {
    let file = dir.join(format!("{name}.c"));
    std::fs::write(&file, source).unwrap();
    let program = dir.join(name);
    run(Command::new("gcc").args(["-O1", "-w", "-o"]).arg(&program).arg(&file).args(flags));
    program
}
