//! Disk, processes and memory: a session is frozen or refused before it harms the host, as root and as an ordinary user.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod engine_lab;

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use engine_lab::{Lab, Mode, both, finish, finish_child, wait_until};
use serde_json::Value;

const MIB: u64 = 1 << 20;

/// Starts a named session that needs no terminal.
fn start(lab: &Lab, name: &str, options: &[&str], script: &str) -> Child {
    let mut arguments = vec!["run", "--keep", "--name", name];
    arguments.extend(options);
    arguments.extend(["--", "/bin/sh", "-c", script]);
    lab.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn frozen(lab: &Lab, name: &str) -> Option<Value> {
    lab.session(name).map(|session| session["frozen"].clone()).filter(Value::is_object)
}

fn wait_frozen(lab: &Lab, name: &str) -> Value {
    wait_until("the session is frozen", || frozen(lab, name).is_some());
    frozen(lab, name).unwrap()
}

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
        assert_eq!(lab.run(&["enter", "neighbour", "--", "touch", "go"]).status, 0);
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
fn limits_can_be_tightened_while_a_program_runs() {
    let lab = &Lab::new(Mode::System);
    let child = start(lab, "less", &["--processes", "100", "--floor", "1M"], "exec sleep 1000");
    wait_until("it runs", || lab.state("less").as_deref() == Some("running"));
    let tighten = |words: &[&str]| lab.run(&[&["tighten", "less"], words].concat());
    let crowd = "for i in $(seq 60); do sleep 1000 & made=\"$made $!\"; done; echo made; kill $made";
    let enter = || lab.run(&["enter", "less", "--", "sh", "-c", crowd]);
    assert_eq!(enter().stdout, "made\n");
    assert_eq!(tighten(&["--processes", "101"]).status, 2);
    // More than it began with, and less than is free.
    let disk = rustix::fs::statvfs(lab.store()).unwrap();
    let floor = (disk.f_bavail * disk.f_frsize / 2).to_string();
    let told = tighten(&["--processes", "20", "--memory", "256M", "--floor", &floor]);
    assert_eq!(told.status, 0, "{told:?}");
    assert!(!enter().stdout.contains("made"));
    let hog = lab.run(&["enter", "less", "--", "python3", "-c", "b'x' * 512_000_000; print('had it')"]);
    assert!(hog.status != 0 && hog.status != 125 && hog.stdout.is_empty(), "{hog:?}");
    let policy = lab.session("less").unwrap()["policy"].clone();
    assert_eq!((policy["processes"].as_u64(), policy["memory"].as_u64()), (Some(20), Some(256 * MIB)));
    assert_eq!(lab.run(&["stop", "less"]).status, 0);
    finish_child(child);
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
        let script = format!("while :; do head -c 200000 /dev/zero >> {}/fill; done", disk.0.display());
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

#[test]
fn an_ordinary_user_with_a_group_of_its_own_is_held_by_it() {
    let lab = Lab::new(Mode::User);
    let top = [Path::new("/sys/fs/cgroup/unified"), Path::new("/sys/fs/cgroup")]
        .into_iter()
        .find(|top| top.join("cgroup.procs").exists() && top.join("cgroup.controllers").exists())
        .unwrap();
    let group = top.join(format!("delegated-{}", std::process::id()));
    std::fs::create_dir(&group).unwrap();
    let owner = std::fs::metadata(lab.home()).unwrap().uid();
    for name in ["", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads"] {
        std::os::unix::fs::chown(group.join(name), Some(owner), Some(owner)).unwrap();
    }
    let mut command = Command::new("/bin/sh");
    let script = "echo $$ > \"$0/cgroup.procs\"; exec \"$@\"";
    command.args(["-c", script]).arg(&group);
    let inner = lab.command(&[
        "run",
        "--keep",
        "-q",
        "--name",
        "held",
        "--quota",
        "32M",
        "--",
        "/bin/sh",
        "-c",
        "cat /proc/self/cgroup > where; while :; do head -c 300000 /dev/zero >> fill; done",
    ]);
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(lab.home()).stdin(Stdio::null());
    for (name, value) in inner.get_envs().filter_map(|(name, value)| Some((name, value?))) {
        command.env(name, value);
    }
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_frozen(&lab, "held");
    let id = lab.session("held").unwrap()["id"].as_str().unwrap().to_owned();
    let events =
        std::fs::read_to_string(group.join(format!("alcatraz-see-{id}")).join("cgroup.events")).unwrap();
    assert!(events.contains("frozen 1"), "{events}");
    assert_eq!(lab.run(&["stop", "held"]).status, 0);
    finish_child(child);
    let inside = lab.run(&["diff", "held", &lab.home().join("where").display().to_string()]);
    assert!(inside.stdout.contains("+0::/\n"), "{inside:?}");
    wait_until("its group is gone", || std::fs::remove_dir(&group).is_ok());
}

/// A machine whose control groups are all of the second version, as far as a mount makes one of this. Controllers that the first
/// version has here are missing from it, as on a kernel without them; then that is said.
#[test]
fn where_control_groups_are_unified_a_session_has_one() {
    let lab = Lab::new(Mode::System);
    let top = Path::new("/sys/fs/cgroup");
    let mut tops = [top.join("unified"), top.to_owned()].into_iter();
    let unified = tops.find(|top| top.join("cgroup.controllers").exists()).unwrap();
    let was_there = unified.join("alcatraz").exists();
    let run = |options: &[&str], script: &str| {
        let inner = lab.command(&[&["run", "--keep"], options, &["--", "/bin/sh", "-c", script]].concat());
        let mut command = Command::new("unshare");
        let prepare = "mount --bind \"$0\" /sys/fs/cgroup && exec \"$@\"";
        command.args(["-m", "--propagation", "private", "sh", "-c", prepare]).arg(&unified);
        command.arg(inner.get_program()).args(inner.get_args()).current_dir(lab.home());
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let script = "cat /proc/self/cgroup > where; while :; do head -c 300000 /dev/zero >> fill; done";
    let child = run(&["-q", "--name", "unified", "--quota", "32M"], script).spawn().unwrap();
    wait_frozen(&lab, "unified");
    let id = lab.session("unified").unwrap()["id"].as_str().unwrap().to_owned();
    let group = unified.join("alcatraz").join(format!("alcatraz-see-{id}"));
    let events = std::fs::read_to_string(group.join("cgroup.events")).unwrap();
    assert!(events.contains("frozen 1"), "{events}");
    assert_eq!(lab.run(&["stop", "unified"]).status, 0);
    finish_child(child);
    let inside = lab.run(&["diff", "unified", &lab.home().join("where").display().to_string()]);
    assert!(inside.stdout.contains("+0::/\n"), "{inside:?}");
    let hog = finish(run(&["--memory", "64M"], &format!("{HOG} 512")));
    let controllers = std::fs::read_to_string(unified.join("cgroup.controllers")).unwrap();
    match controllers.split_whitespace().any(|controller| controller == "memory") {
        true => assert!(hog.status != 0 && hog.status != 125 && hog.stdout.is_empty(), "{hog:?}"),
        false => assert!(hog.status == 125 && hog.stderr.contains("--accept memory"), "{hog:?}"),
    }
    if !was_there {
        wait_until("the groups are gone", || std::fs::remove_dir(unified.join("alcatraz")).is_ok());
    }
}

#[test]
fn a_fork_bomb_ends_at_its_limit() {
    both(|lab| {
        let bomb = "perl -e '$| = 1; $n = 0; while (1) { my $p = fork; last unless defined $p; if (!$p) { sleep 1000 } $n++ } \
                    print \"$n $!\\n\"; kill 9, -getpgrp'";
        let outcome = lab.run(&["run", "--abort", "-q", "--processes", "64", "--", "sh", "-c", bomb]);
        let made: u64 = outcome.stdout.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0);
        assert!((40..64).contains(&made), "{outcome:?}");
        assert!(outcome.stdout.contains("temporarily unavailable"), "{outcome:?}");
        // The host was not in danger: without the option there is a limit, too.
        let usual = lab.run(&["run", "--abort", "-q", "--", "sh", "-c", bomb]);
        let made: u64 = usual.stdout.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0);
        assert!((1000..4096).contains(&made), "{usual:?}");
    });
}

/// Takes as many MiB as told, and says so.
const HOG: &str =
    "perl -e 'my $x = \"\"; $x .= \"x\" x 1048576 for 1..$ARGV[0]; print length($x) >> 20, \"\\n\"'";

#[test]
fn a_memory_hog_ends_at_its_limit() {
    let lab = Lab::new(Mode::System);
    let hog = |options: &[&str], size: u32| {
        let script = format!("{HOG} {size}");
        let mut arguments = vec!["run", "--abort", "-q"];
        arguments.extend(options);
        arguments.extend(["--", "sh", "-c", &script]);
        lab.run(&arguments)
    };
    assert_eq!(hog(&["--memory", "256M"], 16).stdout, "16\n");
    let outcome = hog(&["--memory", "64M"], 512);
    assert!(outcome.status != 0 && outcome.stdout.is_empty(), "{outcome:?}");
    assert_eq!(hog(&[], 512).stdout, "512\n");
}

#[test]
fn a_promise_that_cannot_be_kept_is_refused_unless_accepted_by_name() {
    let lab = Lab::new(Mode::User);
    let run = |options: &[&str]| {
        let script = format!("{HOG} 512");
        let mut arguments = vec!["run", "--keep", "--name", "hog"];
        arguments.extend(options);
        arguments.extend(["--", "sh", "-c", &script]);
        lab.run(&arguments)
    };
    // No group was given to this user.
    let refused = run(&["--memory", "64M"]);
    assert_eq!(refused.status, 125, "{refused:?}");
    assert!(refused.stderr.contains("--accept memory"), "{refused:?}");
    assert!(lab.session("hog").is_none());
    let accepted = run(&["--memory", "64M", "--accept", "memory"]);
    assert!(accepted.status != 0 && accepted.stdout.is_empty(), "{accepted:?}");
    let policy = lab.session("hog").unwrap()["policy"].clone();
    assert_eq!((policy["accept"][0].as_str(), policy["memory"].as_u64()), (Some("memory"), Some(64 * MIB)));
}
