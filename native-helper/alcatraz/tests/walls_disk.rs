//! Disk: a session is frozen before it harms the host, as root and as an ordinary user.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod engine_lab;

use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use engine_lab::limits::{MIB, frozen, start, wait_frozen};
use engine_lab::terminal::Terminal;
use engine_lab::{Lab, Mode, both, finish, finish_child, wait_until};
use serde_json::Value;

#[test]
fn a_disk_filler_is_frozen_at_its_quota_and_goes_on_when_told() {
    both(|lab| {
        // At full speed, in one write after another, by ever new processes.
        let script = "while :; do head -c 3000000 /dev/zero >> fill; done";
        let child = start(lab, "filler", &["--quota", "40M"], script);
        let told = wait_frozen(lab, "filler");
        assert_eq!((told["why"].as_str(), told["limit"].as_u64()), (Some("quota"), Some(40 * MIB)), "{told}");
        let used = told["used"].as_u64().unwrap();
        assert!((39 * MIB..1024 * MIB).contains(&used), "{told}");
        assert!(lab.run(&["list"]).stdout.contains("frozen"));
        // Nothing goes in while it stands still.
        let entered = lab.run(&["enter", "filler", "--", "true"]);
        assert!(entered.status == 125 && entered.stderr.contains("frozen"), "{entered:?}");
        let small = lab.run(&["resume", "filler", "--quota", "1M"]);
        assert!(small.status == 2 && small.stderr.contains("already"), "{small:?}");
        assert!(frozen(lab, "filler").is_some());
        // What cannot be written down is not done, and can be asked for again.
        let database = lab.store().join("alcatraz.db");
        let sql = |text: &str| {
            let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
            let mut python = Command::new("python3");
            assert!(python.args(["-c", script]).arg(&database).arg(text).status().unwrap().success());
        };
        sql("CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT json('{'); END");
        let unwritten = [["resume", "filler"], ["resume", "filler"]].map(|words| lab.run(&words));
        sql("DROP TRIGGER full");
        for outcome in unwritten {
            assert!(outcome.status != 0 && outcome.stderr.contains("malformed"), "{outcome:?}");
        }
        // As much again, then what was said.
        for more in [None, Some(100 * MIB)] {
            let used = frozen(lab, "filler").unwrap()["used"].as_u64().unwrap();
            let quota = more.map(|more| (used + more).to_string());
            let options = quota.as_ref().map_or(vec![], |quota| vec!["--quota", quota]);
            let resumed = lab.run(&[&["resume", "filler"][..], &options].concat());
            assert_eq!(resumed.status, 0, "{resumed:?}");
            // A quota counts as reached a hundredth before.
            let least = (used + more.unwrap_or(40 * MIB)) / 100 * 98;
            wait_until("it is frozen again", || {
                frozen(lab, "filler").is_some_and(|told| told["used"].as_u64().unwrap() >= least)
            });
        }
        assert_eq!(lab.run(&["abort", "filler"]).status, 0);
        let outcome = finish_child(child);
        assert!(outcome.stderr.contains("is frozen: its changes hold"), "{outcome:?}");
        assert!(!lab.home().join("fill").exists());
        assert_eq!(lab.state("filler").as_deref(), Some("aborted"));
    });
}

#[test]
fn the_question_of_a_frozen_session_is_seen_whatever_the_program_left_on_the_screen() {
    let lab = Lab::new(Mode::System);
    let script =
        "printf '\\033[?1049h\\033[8mpress r: '; while :; do head -c 3000000 /dev/zero >> fill; done";
    let mut command =
        lab.command(&["run", "--keep", "--name", "hides", "--quota", "20M", "--", "sh", "-c", script]);
    command.env("TERM", "xterm");
    let mut terminal = Terminal::start_command(&command);
    let before = terminal.expect("or leave it so (k)?");
    let plain = before.find("\x18\x1b\\\x1b[?47l").expect("the terminal was not put in order");
    assert!(before[..plain].contains("press r") && before[plain..].contains("is frozen"), "{before:?}");
    // What is typed before the question stands there is no answer.
    wait_until("it is stopped", || {
        terminal.keys("s");
        lab.state("hides").as_deref() == Some("finished")
    });
    terminal.end();
}

#[test]
fn what_others_write_to_the_same_disk_is_not_held_against_a_session() {
    both(|lab| {
        let script = "head -c 8000000 /dev/zero > own; echo > ready; while ! test -e go; do :; done; \
                      head -c 20000000 /dev/zero > more; sync more; echo > end";
        let child = start(lab, "neighbour", &["--quota", "60M"], script);
        let written = |name: &str| lab.run(&["changes", "neighbour"]).stdout.contains(&format!("/{name}"));
        wait_until("the session has written", || written("ready"));
        let disk = lab.home().join("of-others");
        let filled = Command::new("head").args(["-c", "100000000", "/dev/zero"]).output().unwrap().stdout;
        let mut file = std::fs::File::create(&disk).unwrap();
        std::io::Write::write_all(&mut file, &filled).unwrap();
        file.sync_all().unwrap();
        // It may stand still for the moment in which it is measured, since so much went.
        wait_until("it can be entered", || lab.run(&["enter", "neighbour", "--", "touch", "go"]).status == 0);
        let outcome = finish_child(child);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let log: Value = serde_json::from_str(&lab.run(&["log", "neighbour", "--json"]).stdout).unwrap();
        assert_eq!(log["refused"], serde_json::json!([]), "it was frozen: {log:#}");
        assert!(written("end"));
    });
}

#[test]
fn a_quota_can_be_tightened_while_a_program_runs() {
    both(|lab| {
        let script = "head -c 20000000 /dev/zero > fill; touch filled; while :; do sleep 0.05; done";
        let child = start(lab, "tight", &[], script);
        wait_until("it runs", || lab.state("tight").as_deref() == Some("running"));
        wait_until("it has written", || {
            lab.run(&["enter", "tight", "--", "test", "-e", "filled"]).status == 0
        });
        assert_eq!(lab.run(&["resume", "tight"]).status, 4);
        assert_eq!(lab.run(&["resume", "tight", "--quota", "10M"]).status, 0);
        let told = wait_frozen(lab, "tight");
        assert_eq!(told["limit"].as_u64(), Some(10 * MIB));
        assert_eq!(lab.session("tight").unwrap()["policy"]["quota"].as_u64(), Some(10 * MIB));
        // What was written is kept, and can be looked at and thrown away.
        assert_eq!(lab.run(&["stop", "tight"]).status, 0);
        finish_child(child);
        assert!(frozen(lab, "tight").is_none());
        assert!(lab.run(&["changes", "tight"]).stdout.contains("fill"));
    });
}

#[test]
fn space_cannot_be_reserved_at_once() {
    both(|lab| {
        let native = finish({
            let mut command = lab.as_user("/usr/bin/fallocate".as_ref());
            command.args(["-l", "1M", "reserved"]);
            command
        });
        assert_eq!(native.status, 0, "{native:?}");
        assert_ne!(lab.see("fallocate -l 1M here").status, 0);
        // Libraries write instead, and holes can be made.
        lab.see_ok("fallocate -x -l 1M here && test $(stat -c %s here) = 1048576");
        lab.see_ok("head -c 1000000 /dev/urandom > full; fallocate -p -l 500000 full");
    });
}

/// A small disk that a test made. Gone at the end.
struct Disk(PathBuf);

impl Disk {
    fn new(lab: &Lab, options: &str) -> Self {
        let place = lab.dir().join("disk");
        std::fs::create_dir(&place).unwrap();
        let owner = std::fs::metadata(lab.home()).unwrap();
        let options = format!("{options},mode=755,uid={},gid={}", owner.uid(), owner.gid());
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "disk"]).arg(&place);
        assert!(mount.status().unwrap().success());
        Self(place)
    }

    fn free(&self) -> u64 {
        let stat = rustix::fs::statvfs(&self.0).unwrap();
        stat.f_bavail * stat.f_frsize
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_session_is_frozen_before_a_disk_is_full() {
    both(|lab| {
        let disk = Disk::new(lab, "size=256m");
        let place = disk.0.display();
        // Also when all that it ever has there is a file without a name. At the speed of a fast disk: that of memory leaves a busy
        // machine a few hundredths of a second.
        let script = match lab.mode {
            Mode::System => format!(
                "exec python3 -c 'import os, time; fd = os.open(\"{place}\", os.O_TMPFILE | os.O_RDWR)\nwhile True: os.write(fd, bytes(200000)); time.sleep(0.001)'"
            ),
            Mode::User => format!("while :; do head -c 200000 /dev/zero >> {place}/fill; done"),
        };
        let child = start(lab, "full", &["--floor", "96M"], &script);
        let told = wait_frozen(lab, "full");
        assert_eq!(told["why"], "disk", "{told}");
        assert_eq!(told["place"].as_str(), disk.0.to_str(), "{told}");
        let free = disk.free();
        assert!(free > 16 * MIB && free < 96 * MIB, "{free}");
        // It may have half of what is left, and is frozen again.
        assert_eq!(lab.run(&["resume", "full"]).status, 0);
        wait_until("it is frozen again", || {
            frozen(lab, "full").is_some_and(|told| told["limit"].as_u64().unwrap() < 49 * MIB)
        });
        assert!(disk.free() > MIB, "{}", disk.free());
        assert_eq!(lab.run(&["abort", "full"]).status, 0);
        finish_child(child);
        wait_until("the space is free again", || disk.free() > 250 * MIB);
    });
}

#[test]
fn a_session_is_frozen_before_a_disk_has_no_room_for_files() {
    let lab = &Lab::new(Mode::System);
    let place = lab.dir().join("disk");
    std::fs::create_dir(&place).unwrap();
    // Slowly in the end: that it is frozen counts here, not how fast.
    let files =
        "for (1..20000) { select undef, undef, undef, 0.02 if $_ > 9400; open my $f, q(>), $_ or exit 9 }";
    let script = format!("cd {} && exec perl -e '{files}'", place.display());
    // In a name space of its own: a disk that is nearly full freezes every session that has it.
    let owner = std::fs::metadata(lab.home()).unwrap();
    let options = format!("size=64m,nr_inodes=10000,mode=755,uid={},gid={}", owner.uid(), owner.gid());
    let mount = format!("mount -t tmpfs -o {options} disk \"$0\" && exec \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["-m", "--propagation", "private", "sh", "-c", &mount]).arg(&place);
    let run = lab.command(&["run", "--keep", "--name", "files", "--", "/bin/sh", "-c", &script]);
    let child = within(command, &run).spawn().unwrap();
    let told = wait_frozen(lab, "files");
    assert_eq!((told["why"].as_str(), told["limit"].as_u64()), (Some("disk"), Some(500)), "{told}");
    assert!(told["inodes"].as_u64().is_some_and(|free| free > 0 && free < 500), "{told}");
    assert!(told["free"].is_null(), "{told}");
    let mut command = Command::new("nsenter");
    command.arg("-m").arg("-t").arg(child.id().to_string());
    let aborted = finish(within(command, &lab.command(&["abort", "files"])));
    assert_eq!(aborted.status, 0, "{aborted:?}");
    let outcome = finish_child(child);
    assert!(outcome.stderr.contains("more files fit on"), "{outcome:?}");
}

/// Has `inner` run by `command`.
fn within(mut command: Command, inner: &Command) -> Command {
    command.arg(inner.get_program()).args(inner.get_args());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    inner.get_current_dir().map(|dir| command.current_dir(dir));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn files_without_a_name_count_for_the_quota() {
    both(|lab| {
        let script = "exec 3> gone; rm gone; head -c 80000000 /dev/zero >&3; while :; do sleep 1000; done";
        let child = start(lab, "nameless", &["--quota", "40M"], script);
        let told = wait_frozen(lab, "nameless");
        assert_eq!(told["why"], "quota", "{told}");
        assert!(told["used"].as_u64().unwrap() >= 39 * MIB, "{told}");
        assert_eq!(lab.run(&["abort", "nameless"]).status, 0);
        finish_child(child);
    });
}

/// Holds up whoever starts `slow`: takes a lease of it, and keeps it when the kernel asks for it back. Writes nothing then.
const HOLDER: &str = "\
import fcntl, os, signal
signal.signal(signal.SIGIO, lambda *_: open('asked', 'w').close())
slow = os.open('slow', os.O_RDWR)
fcntl.fcntl(slow, fcntl.F_SETLEASE, fcntl.F_WRLCK)
open('leased', 'w').close()
while True:
    signal.pause()
";

#[test]
fn a_start_that_is_held_up_holds_up_neither_limits_nor_stop() {
    // Where signals freeze, for the first process has to send them.
    let lab = Lab::new(Mode::User);
    lab.write("holder.py", HOLDER);
    let script = "cp /bin/true slow; head -c 20000000 /dev/zero > fill; exec python3 holder.py";
    let child = start(&lab, "held", &[], script);
    let has_made = |name: &str| lab.run(&["changes", "held"]).stdout.contains(&format!("/{name}"));
    wait_until("it holds the program", || has_made("leased"));
    let mut entered = lab.command(&["enter", "held", "--", "./slow"]).stderr(Stdio::null()).spawn().unwrap();
    wait_until("the start is held up", || has_made("asked"));
    // Half a minute from now the kernel, or the supervisor, ends that: a limit that waits for it finds no start to be stopped.
    assert_eq!(lab.run(&["resume", "held", "--quota", "10M"]).status, 0);
    wait_frozen(&lab, "held");
    // Who waits for a start does not take for its answer what all are told.
    assert!(entered.try_wait().unwrap().is_none());
    assert_eq!(lab.run(&["stop", "held"]).status, 0);
    finish_child(child);
    assert_ne!(finish_child(entered).status, 0);
    let session = lab.session("held").unwrap();
    assert_eq!((session["state"].as_str(), &session["why"]), (Some("finished"), &Value::Null), "{session}");
}

/// Who asks a supervisor something hears what became of that, not that somebody else let the session go on meanwhile.
#[test]
fn a_question_is_answered_by_its_own_answer() {
    let lab = Lab::new(Mode::System);
    let child =
        start(&lab, "asked", &["--quota", "20M"], "head -c 30000000 /dev/zero > fill; exec sleep 1000");
    wait_frozen(&lab, "asked");
    let id = lab.session("asked").unwrap()["id"].as_str().unwrap().to_owned();
    let place = lab.store().join("sessions").join(id).join("supervisor.sock");
    let mut asker = std::os::unix::net::UnixStream::connect(place).unwrap();
    // A frame: its kind, its length, a message.
    let mut ask = |message: &[u8]| {
        let length = u32::try_from(message.len()).unwrap().to_le_bytes();
        asker.write_all(&[&[1], &length[..], message].concat()).unwrap();
    };
    // Says nothing, but is in when the next one is.
    ask(br#"{"ask":"continue"}"#);
    assert_eq!(lab.run(&["resume", "asked", "--quota", "1G"]).status, 0);
    // Nothing is frozen any more, and nothing more is asked for.
    ask(br#"{"ask":"resume"}"#);
    let mut head = [0; 5];
    asker.read_exact(&mut head).unwrap();
    let mut answer = vec![0; u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize];
    asker.read_exact(&mut answer).unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(
        (answer["tell"].as_str(), answer["error"]["code"].as_str()),
        (Some("failed"), Some("wrong-state"))
    );
    assert_eq!(lab.run(&["abort", "asked"]).status, 0);
    finish_child(child);
}

/// A program that has the kernel wake it by SIGCONT every millisecond, and writes.
const WAKER: &str = r#"
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
/* A stop throws a pending SIGCONT away, and the timer with it: so there are several, set anew at each awakening. */
enum { TIMERS = 16 };
static timer_t timers[TIMERS];
static void set(int signal) {
    for (int i = 0; i < TIMERS; i++) {
        struct itimerspec often = { { 0, 1000000 + i * 130000 }, { 0, 1000000 + i * 130000 } };
        timer_settime(timers[i], 0, &often, 0);
    }
}
int main(void) {
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGCONT };
    for (int i = 0; i < TIMERS; i++) if (timer_create(CLOCK_MONOTONIC, &event, &timers[i])) return 9;
    struct sigaction action = { .sa_handler = set, .sa_flags = SA_RESTART };
    if (sigaction(SIGCONT, &action, 0)) return 9;
    set(0);
    static char block[1 << 20];
    int fd = open("fill", O_WRONLY | O_CREAT | O_APPEND, 0600);
    for (;;) if (write(fd, block, sizeof block) < 0) return 8;
}
"#;

#[test]
fn a_program_cannot_wake_itself() {
    both(|lab| {
        // On a disk that is as fast as memory, so that nothing but us holds it up.
        let disk = Disk::new(lab, "size=3g");
        let whole = disk.free();
        let source = lab.dir().join("waker.c");
        std::fs::write(&source, WAKER).unwrap();
        let built =
            Command::new("cc").arg("-o").arg(lab.dir().join("waker")).arg(&source).arg("-lrt").status();
        assert!(built.unwrap().success());
        let script = format!("cd {}; exec {}/waker", disk.0.display(), lab.dir().display());
        let child = start(lab, "waker", &["--quota", "32M"], &script);
        if lab.mode == Mode::System {
            wait_frozen(lab, "waker");
        } else {
            // Where only signals can stop it, it may go on; then it is ended. Or a stop threw all its wakers away: then it stands
            // still, for which twenty looks at a disk that it would fill within each of them are proof enough.
            let mut still = (0, 0);
            let mut ended = false;
            wait_until("it is ended, or stands still", || {
                let (free, session) = (disk.free(), lab.session("waker").unwrap_or_default());
                let is_still = session["frozen"].is_object() && free == still.0;
                still = (free, if is_still { still.1 + 1 } else { 0 });
                ended = session["state"] == "finished";
                still.1 == 20 || ended
            });
            if ended {
                let why = lab.session("waker").unwrap()["why"].as_str().unwrap_or_default().to_owned();
                assert!(why.contains("went on writing although it was frozen"), "{why}");
            }
        }
        let bytes = whole - disk.free();
        assert!(bytes < 2048 * MIB, "{bytes}");
        assert_eq!(lab.run(&["abort", "waker"]).status, 0);
        finish_child(child);
    });
}
