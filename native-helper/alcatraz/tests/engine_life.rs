//! How SEEs live and end: killed clients and supervisors, leftover programs, entering again, and places that are not
//! made for it.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod engine_lab;

use std::process::Command;

use engine_lab::{Lab, Mode, both, finish, finish_child, wait_until};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

fn kill_hard(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

/// Processes of the host whose arguments hold `text`.
fn running(text: &str) -> usize {
    let mut list = Command::new("ps");
    list.args(["-eo", "args"]);
    finish(list).stdout.lines().filter(|line| line.starts_with(text)).count()
}

#[test]
fn a_program_outlives_its_client() {
    both(|lab| {
        let mut child =
            lab.start("lives", "while ! test -e stop; do sleep 0.05; done; echo done > result; exit 3");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(lab.state("lives").as_deref(), Some("running"));
        assert_eq!(lab.run(&["enter", "lives", "--", "touch", "stop"]).status, 0);
        wait_until("it ends", || lab.state("lives").as_deref() == Some("finished"));
        assert_eq!(lab.session("lives").unwrap()["exit_status"], 3);
        assert_eq!(lab.run(&["enter", "lives", "--", "cat", "result"]).stdout, "done\n");
        assert!(!lab.home().join("result").exists());
    });
}

#[test]
fn with_its_supervisor_the_whole_see_dies() {
    both(|lab| {
        let mark = format!("4{}", std::process::id());
        let child = lab.start("dies", &format!("echo kept > kept; setsid sleep {mark} & sleep {mark}"));
        wait_until("the sleepers run", || running(&format!("sleep {mark}")) >= 2);
        kill_hard(lab.supervisor("dies"));
        wait_until("every program is gone", || running(&format!("sleep {mark}")) == 0);
        assert_eq!(finish_child(child).status, 125);
        assert_eq!(lab.state("dies").as_deref(), Some("finished"));
        assert!(lab.session("dies").unwrap()["why"].as_str().unwrap().contains("killed"));
        // Nothing is lost.
        assert_eq!(lab.run(&["enter", "dies", "--", "cat", "kept"]).stdout, "kept\n");
    });
}

#[test]
fn programs_in_the_background_keep_the_see_alive_until_stop() {
    both(|lab| {
        let outcome = lab.run(&[
            "run",
            "--keep",
            "-q",
            "--name",
            "daemon",
            "--",
            "sh",
            "-c",
            "trap '' TERM HUP; sleep 1000 > /dev/null 2>&1 & echo up",
        ]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "up\n"), "{outcome:?}");
        assert_eq!(lab.state("daemon").as_deref(), Some("running"));
        assert_eq!(lab.session("daemon").unwrap()["exit_status"], 0);
        let before = std::time::Instant::now();
        assert_eq!(lab.run(&["stop", "daemon"]).status, 0);
        // It ignored the polite signal and was killed.
        assert!(before.elapsed() >= std::time::Duration::from_millis(1900));
        assert_eq!(lab.state("daemon").as_deref(), Some("finished"));
        assert_eq!(lab.session("daemon").unwrap()["exit_status"], 0);
    });
}

#[test]
fn stop_lets_programs_say_goodbye() {
    both(|lab| {
        let child = lab.start(
            "polite",
            "trap '' HUP; trap 'echo bye > bye; exit 8' TERM; touch ready; while :; do sleep 0.05; done",
        );
        wait_until("the trap is set", || {
            lab.run(&["enter", "polite", "--", "test", "-e", "ready"]).status == 0
        });
        assert_eq!(lab.run(&["stop", "polite"]).status, 0);
        assert_eq!(finish_child(child).status, 8);
        assert_eq!(lab.run(&["enter", "polite", "--", "cat", "bye"]).stdout, "bye\n");
        assert!(lab.session("polite").unwrap()["why"].is_null());
        // Who does not heed is killed, and that is said.
        let child = lab.start("rude", "trap '' HUP TERM; touch set; while :; do sleep 0.05; done");
        wait_until("the trap is set", || lab.run(&["enter", "rude", "--", "test", "-e", "set"]).status == 0);
        let stopped = lab.run(&["stop", "rude"]);
        assert!(stopped.stderr.starts_with("Killed the session rude"), "{stopped:?}");
        assert_eq!(finish_child(child).status, 137);
        assert_eq!(lab.session("rude").unwrap()["cause"]["what"], "unheeded");
    });
}

#[test]
fn one_enters_a_live_see_and_a_finished_one() {
    both(|lab| {
        let child = lab.start("both", "while ! test -e stop; do sleep 0.05; done");
        let seen = lab.run(&["enter", "both", "--", "sh", "-c", "echo x > made; ps -eo args; id -u; pwd"]);
        assert!(seen.stdout.contains("while ! test -e stop"), "{seen:?}");
        assert!(seen.stdout.contains(&lab.home().display().to_string()), "{seen:?}");
        assert_eq!(lab.run(&["enter", "both", "--", "sh", "-c", "exit 17"]).status, 17);
        assert_eq!(lab.run(&["enter", "both", "--", "nonsense-command"]).status, 127);
        assert_eq!(lab.run(&["enter", "both", "--", "touch", "stop"]).status, 0);
        assert_eq!(finish_child(child).status, 0);
        for round in 0..3 {
            // Right after another: coming to rest must not be in the way.
            let outcome = lab.run(&["enter", "both", "--", "sh", "-c", "cat made; echo more >> made"]);
            assert_eq!(outcome.stdout.lines().count(), 1 + round, "{outcome:?}");
        }
        assert!(!lab.home().join("made").exists());
    });
}

#[test]
fn a_directory_is_renamed_without_copying() {
    let lab = Lab::new(Mode::System);
    std::fs::create_dir(lab.home().join("big")).unwrap();
    let data = vec![1_u8; 50_000_000];
    std::fs::write(lab.home().join("big/file"), data).unwrap();
    lab.see_ok("mv big large && chmod 600 large/file && stat -c %s large/file | grep 50000000");
    assert!(lab.home().join("big/file").exists());
    let used = finish({
        let mut command = Command::new("du");
        command.arg("-sm").arg(lab.store());
        command
    });
    let megabytes: u32 = used.stdout.split_whitespace().next().unwrap().parse().unwrap();
    assert!(megabytes < 5, "{used:?}");
}

#[test]
fn an_ordinary_users_limits_are_facts_not_surprises() {
    let lab = Lab::new(Mode::User);
    let rows = lab.run(&["doctor", "--json"]);
    assert_eq!(rows.status, 0, "{rows:?}");
    let rows: serde_json::Value = serde_json::from_str(&rows.stdout).unwrap();
    let status = |feature: &str| {
        let row = rows["rows"].as_array().unwrap().iter().find(|row| row["feature"] == feature);
        row.unwrap_or_else(|| panic!("no row {feature}"))["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status("A whole SEE"), "full");
    // What the doctor says is what happens: `mv` falls back to copying, files of others stay as they are.
    assert_eq!(status("Renaming directories"), "partial");
    assert_eq!(status("Changes to files of other owners"), "partial");
    std::fs::create_dir(lab.dir().join("home/old")).unwrap();
    let owner = Command::new("chown").arg("--reference").arg(lab.home()).arg(lab.home().join("old")).status();
    assert!(owner.unwrap().success());
    lab.see_ok("mv old new && test -d new && ! test -e old");
    assert_ne!(lab.see("echo x > /etc/new-file").status, 0);
    assert_ne!(lab.see("rm /etc/passwd").status, 0);
    lab.see_ok(
        "echo x > /tmp/in-tmp && echo x > /var/tmp/in-var-tmp && mkdir /tmp/dir && mv /tmp/in-tmp /tmp/dir",
    );
    assert!(
        !std::path::Path::new("/tmp/in-tmp").exists()
            && !std::path::Path::new("/var/tmp/in-var-tmp").exists()
    );
}

#[test]
fn root_has_every_right_that_the_doctor_promises() {
    let lab = Lab::new(Mode::System);
    let rows = lab.run(&["doctor"]);
    assert_eq!(rows.status, 0, "{rows:?}");
    for feature in ["A whole SEE", "Renaming directories", "User namespaces", "System-call filter"] {
        assert!(rows.stdout.contains(&format!("full     {feature}")), "{feature}: {rows:?}");
    }
}

/// Runs a script as root in a mount name space of its own; `$ALC` is the binary.
fn in_own_mounts(lab: &Lab, script: &str) -> engine_lab::Outcome {
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation", "private", "sh", "-ec", script])
        .env("ALCATRAZ_STORE", lab.store())
        .env("ALC", lab.binary())
        .env_remove("SUDO_UID")
        .current_dir(lab.home());
    finish(command)
}

#[test]
fn every_mount_is_covered_and_read_only_ones_stay_so() {
    let lab = Lab::new(Mode::System);
    let script = "
        mkdir outer 'odd, name:x\\y' && mount -t tmpfs outer outer && mkdir outer/inner && mount -t tmpfs inner outer/inner
        mount -t tmpfs odd 'odd, name:x\\y'
        mkdir ro && mount -t tmpfs ro ro && echo r > ro/file && mount -o remount,ro ro
        mkdir shadow && mount -t tmpfs low shadow && touch shadow/low && mount -t tmpfs high shadow && touch shadow/high
        echo host > file && echo bound > bound && mount --bind bound file
        echo o > outer/o; echo i > outer/inner/i; echo d > 'odd, name:x\\y/d'
        mkfifo ro2 || true
        $ALC run --keep -q --name m -- sh -ec '
            echo x > outer/o; echo x > outer/inner/i; echo x > \"odd, name:x\\\\y/d\"; echo new > outer/inner/new
            ! echo x > ro/file; cat ro/file; ls shadow; cat file; ! echo x > file
            cat outer/inner/i'
        cat outer/o outer/inner/i 'odd, name:x\\y/d' bound
        ls -A outer/inner | grep -v alcatraz
        $ALC changes m | grep -c -e outer/o -e outer/inner/i -e outer/inner/new -e name:x
        $ALC enter m -- cat outer/inner/new
        $ALC abort m >&2
        ls -A outer/inner/.alcatraz-*/layers | wc -l";
    let outcome = in_own_mounts(&lab, script);
    let expected = "r\nhigh\nbound\nx\no\ni\nd\nbound\ni\n4\nnew\n0\n";
    assert_eq!(outcome.stdout, expected, "{outcome:?}");
}

#[test]
fn a_store_that_cannot_hold_layers_is_refused() {
    let lab = Lab::new(Mode::System);
    for place in ["mount -t tmpfs -o ro s place", "mount -t ramfs s place"] {
        let script = format!(
            "mkdir -p place && {place} && ALCATRAZ_STORE=$PWD/place/store $ALC run --keep -q -- true || echo $?; umount --lazy place"
        );
        let outcome = in_own_mounts(&lab, &script);
        assert!(outcome.stdout.starts_with("125\n"), "{place}: {outcome:?}");
        assert!(outcome.stderr.contains("Error: ") && outcome.stderr.contains("Hint: "), "{outcome:?}");
    }
}

#[test]
fn a_full_disk_is_said_and_nothing_is_lost() {
    let lab = Lab::new(Mode::System);
    let script = "
        mkdir small && mount -t tmpfs -o size=4m small small && cd small && echo keep > keep
        $ALC run --keep -q --floor 0 --name full -- sh -c 'echo first > first; dd if=/dev/zero of=fill bs=64k; echo last > last' || true
        cat keep; ls
        $ALC enter full -- cat first; echo $?
        $ALC abort full >&2; df --output=used . | tail -1 | tr -d ' '";
    let outcome = in_own_mounts(&lab, script);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(&lines[..2], ["keep", "keep"], "{outcome:?}");
    assert_eq!(&lines[2..4], ["first", "0"], "{outcome:?}");
    assert!(lines[4].parse::<u32>().unwrap() < 100, "{outcome:?}");
    // A store on a full file system: no SEE, and a word about the disk.
    let script = "
        mkdir tiny && mount -t tmpfs -o size=1m tiny tiny && dd if=/dev/zero of=tiny/fill bs=4k 2>/dev/null || true
        ALCATRAZ_STORE=$PWD/tiny/store $ALC run -q -- true || echo $?";
    let outcome = in_own_mounts(&lab, script);
    assert_eq!(outcome.stdout, "125\n", "{outcome:?}");
    assert!(outcome.stderr.contains("no room left"), "{outcome:?}");
}

#[test]
fn a_full_disk_elsewhere_keeps_nobody_from_working() {
    let lab = Lab::new(Mode::System);
    let script = "
        mkdir stick && mount -t tmpfs -o nr_inodes=40 stick stick && $ALC run --abort -q -- true
        i=0; while touch stick/$i; do i=$((i + 1)); done 2>/dev/null
        $ALC run --keep -q --name m -- sh -c 'echo x > file; echo y > stick/0; cat stick/0'
        $ALC commit m --only file -q >&2; cat file; wc -c < stick/0";
    let outcome = in_own_mounts(&lab, script);
    assert_eq!(outcome.stdout, "y\nx\n0\n", "{outcome:?}");
}

#[test]
fn a_kernel_without_user_namespaces_is_said_with_the_mend() {
    let lab = Lab::new(Mode::System);
    // In a name space of its own the limit is the test's to set: one more, which unshare itself takes.
    let inner =
        "unshare --user --map-user=1234 --map-group=1234 sh -c '$ALC run -q -- true; echo $?; $ALC doctor'";
    let script = format!("echo 1 > /proc/sys/user/max_user_namespaces; {inner}");
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "sh", "-c", &script])
        .env("ALCATRAZ_STORE", lab.store())
        .env("ALC", lab.binary())
        .current_dir("/");
    let outcome = finish(command);
    assert!(outcome.stdout.starts_with("125\n"), "{outcome:?}");
    for said in [&outcome.stderr, &outcome.stdout] {
        assert!(
            said.contains("as many user namespaces, or nested ones, as this machine allows"),
            "{outcome:?}"
        );
        assert!(said.contains("raise user.max_user_namespaces"), "{outcome:?}");
    }
}

#[test]
fn hostile_layers_are_removed_whole() {
    both(|lab| {
        let script = "i=0; mkdir deep; cd deep; perl -e 'for (1..3000) { mkdir \"d\"; chdir \"d\" or die }'; cd ..; \
                      mkdir locked; touch locked/x; chmod 0 locked; ln -s / link; mkfifo pipe; touch \"$(printf 'a\\nb\\377')\"";
        let outcome = lab.run(&["run", "--keep", "-q", "--name", "deep", "--", "sh", "-c", script]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let outcome = lab.run(&["abort", "deep"]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let left = std::fs::read_dir(lab.store().join("layers")).map(|d| d.count()).unwrap_or(0);
        assert_eq!(left, 0);
        lab.assert_untouched();
    });
}

#[test]
fn a_command_that_is_not_there_leaves_nothing() {
    both(|lab| {
        assert_eq!(lab.run(&["run", "-q", "--name", "gone", "--", "no-such-command"]).status, 127);
        assert_eq!(std::fs::read_dir(lab.store().join("layers")).map(|d| d.count()).unwrap_or(0), 0);
        // The name is free again.
        assert_eq!(lab.run(&["run", "--keep", "-q", "--name", "gone", "--", "true"]).status, 0);
        let mut command = lab.command(&["run", "-q", "--", "true"]);
        std::fs::create_dir(lab.dir().join("vanishing")).unwrap();
        command.current_dir(lab.dir().join("vanishing"));
        let supervisor = lab.state("gone");
        assert_eq!(supervisor.as_deref(), Some("finished"));
    });
}

#[test]
fn a_stranger_cannot_talk_to_a_supervisor() {
    let lab = Lab::new(Mode::System);
    let child = lab.start("private", "while ! test -e stop; do sleep 0.05; done");
    let stranger = Lab::new(Mode::User);
    let mut command = stranger.command(&["attach", "private"]);
    command.env("ALCATRAZ_STORE", lab.store());
    assert_ne!(finish(command).status, 0);
    let socket = std::fs::read_dir(lab.store().join("sessions")).unwrap().next().unwrap().unwrap().path();
    let mut ls = stranger.as_user("/bin/ls".as_ref());
    ls.arg(&socket);
    assert_ne!(finish(ls).status, 0);
    assert!(test_kill_process(Pid::from_raw(lab.supervisor("private")).unwrap()).is_ok());
    assert_eq!(lab.run(&["stop", "private"]).status, 0);
    finish_child(child);
}

#[test]
fn an_ordinary_user_can_work_beside_a_mount() {
    let lab = Lab::new(Mode::User);
    lab.write("small", "small\n");
    lab.write("doomed", "doomed\n");
    lab.write("large", &"x".repeat(2_000_000));
    let id = |which: &str| {
        let mut command = lab.as_user("/usr/bin/id".as_ref());
        command.arg(which);
        finish(command).stdout.trim().to_owned()
    };
    let (uid, gid) = (id("-u"), id("-g"));
    // A file system mounted right in the home directory, as people's own mounts are.
    let script = format!(
        "mkdir mnt && mount -t tmpfs -o uid={uid} mnt mnt && echo inner > mnt/inner
         run() {{ setpriv --reuid {uid} --regid {gid} --clear-groups env HOME=$PWD $ALC \"$@\"; }}
         run run --keep -q --name beside -- sh -ec '
            echo new > new; echo more >> small; rm doomed; mkdir dir; echo x > mnt/fresh; cat mnt/inner
            ! echo x >> large; head -c 3 large; echo'
         run enter beside -- cat new small mnt/fresh
         run changes beside | grep \"$PWD\" | sed \"s,$PWD/,,\" | tr -s ' ' | tr -d '()' 
         cat small doomed; ls"
    );
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation", "private", "sh", "-ec", &script])
        .env("ALCATRAZ_STORE", lab.store())
        .env("ALC", lab.binary())
        .current_dir(lab.home());
    let outcome = finish(command);
    let expected = "inner\nxxx\nnew\nsmall\nmore\nx\n\
                    A dir directory\nD doomed\nA 2 B mnt/fresh\nA 4 B new\nM 11 B small content\n\
                    small\ndoomed\ncanary\ndoomed\nlarge\nmnt\nsmall\nstore\n";
    assert_eq!(outcome.stdout, expected, "{outcome:?}");
}

#[test]
fn a_session_that_cannot_be_made_leaves_no_process_and_is_as_it_was() {
    let lab = Lab::new(Mode::User);
    lab.see_ok("echo kept > kept");
    let list: serde_json::Value = serde_json::from_str(&lab.run(&["list", "--json"]).stdout).unwrap();
    let id = list["sessions"][0]["id"].as_str().unwrap().to_owned();
    // Found out when the first process is there already.
    let (record, away) = {
        let dir = lab.store().join("sessions").join(&id);
        (dir.join("record"), dir.join("record-away"))
    };
    std::fs::rename(&record, &away).unwrap();
    std::fs::create_dir(&record).unwrap();
    let refused = lab.run(&["enter", &id, "--", "cat", "kept"]);
    assert_eq!((refused.status, refused.stdout.as_str()), (125, ""), "{refused:?}");
    let is_ours = |process: &std::fs::DirEntry| {
        std::fs::read_link(process.path().join("exe")).is_ok_and(|program| program == lab.binary())
    };
    wait_until("no process is left of it", || {
        !std::fs::read_dir("/proc").unwrap().flatten().any(|process| is_ours(&process))
    });
    std::fs::remove_dir(&record).unwrap();
    std::fs::rename(&away, &record).unwrap();
    assert_eq!(lab.run(&["enter", &id, "--", "cat", "kept"]).stdout, "kept\n");
}
