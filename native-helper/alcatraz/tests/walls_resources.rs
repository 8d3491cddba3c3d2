//! Processes, memory and control groups: a session is limited or refused before it harms the host, as root and as an ordinary
//! user.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod engine_lab;

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use engine_lab::limits::{MIB, start, wait_frozen};
use engine_lab::{Lab, Mode, both, finish, finish_child, wait_until};

#[test]
fn limits_can_be_tightened_while_a_program_runs() {
    let lab = &Lab::new(Mode::System);
    let child = start(lab, "less", &["--processes", "100", "--floor", "1M"], "exec sleep 1000");
    wait_until("it runs", || lab.state("less").as_deref() == Some("running"));
    let tighten = |words: &[&str]| lab.run(&[&["tighten", "less"], words].concat());
    // What is left of it holds no output: the client would wait for that.
    let crowd =
        "for i in $(seq 60); do sleep 1000 >/dev/null 2>&1 & made=\"$made $!\"; done; echo made; kill $made";
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
    // Who mounts the hierarchy from a user name space of its own can change the group that it lives in, and make others.
    let attack = "mkdir -p groups && unshare -UrmC sh -c 'mount -t cgroup2 none groups && for i in $(seq 50); do \
                  mkdir groups/evil && rmdir groups/evil && echo made; mkdir groups/evil; echo 0 > groups/cgroup.freeze; \
                  echo max > groups/pids.max; done; ls groups/cgroup.procs'";
    let mut native = Command::new("/bin/sh");
    native.args(["-c", script]).arg(&group).args(["setpriv", "--reuid"]).arg(owner.to_string());
    native.args(["--clear-groups", "--inh-caps=-all", "sh", "-c", &format!("{attack}; rmdir groups")]);
    native.current_dir(lab.home());
    let native = finish(native);
    assert!(native.stdout.contains("made\n") && group.join("evil").exists(), "{native:?}");
    std::fs::remove_dir(group.join("evil")).unwrap();
    let fill = format!(
        "cat /proc/self/cgroup > where; {{ {attack}; }} > tried 2> why; while :; do head -c 300000 /dev/zero >> fill; done"
    );
    let inner = lab
        .command(&["run", "--keep", "-q", "--name", "held", "--quota", "32M", "--", "/bin/sh", "-c", &fill]);
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
    let written = |name: &str| lab.run(&["diff", "held", &lab.home().join(name).display().to_string()]);
    assert!(written("where").stdout.contains("+0::/\n"));
    let tried = written("tried");
    assert!(
        tried.stdout.contains("+groups/cgroup.procs\n") && !tried.stdout.contains("made"),
        "{tried:?} {:?}",
        written("why")
    );
    // Nothing of what it made is left either.
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
