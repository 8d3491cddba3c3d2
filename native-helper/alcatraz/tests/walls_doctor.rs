//! The doctor tries the walls from inside a SEE, as root and as an ordinary user.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod engine_lab;

use std::process::Command;

use engine_lab::{Lab, Mode, both, finish};
use serde_json::Value;

/// The promises of which the doctor speaks on every machine.
const PROMISES: &[&str] = &[
    "Files: what is written stays inside",
    "Processes of the host out of sight",
    "Settings of the kernel read-only",
    "No devices of the host",
    "Sockets of the host do not answer",
    "No network unless asked for",
    "Hidden places are empty",
    "Network by choice (web, full)",
    "Crashes are told to nobody outside",
    "Programs, network and reads recorded",
    "Ports that lead in, connections elsewhere",
    "Freezing at a limit of disk space",
    "Limit of processes",
    "Limit of memory",
    "Limits of your account left alone",
    "A display of its own for each session",
    "A clipboard shared with it on request",
    "Devices on request (gpu, sound, camera)",
];

/// What is done to the control groups of a machine, in a mount name space of its own.
const AWAY: &[&str] = &[
    "umount -l /sys/fs/cgroup/unified || umount -l /sys/fs/cgroup",
    "for at in /sys/fs/cgroup/unified /sys/fs/cgroup; do mountpoint -q $at && break; done
     mount --bind $at $at; mount -o remount,bind,ro $at",
];

#[test]
fn control_groups_that_are_not_offered_are_there_when_the_mend_was_typed() {
    let lab = Lab::new(Mode::System);
    let freezing = |script: &str| {
        let inner = lab.command(&["doctor", "--json"]);
        let mut command = Command::new("unshare");
        let script = format!("{script}\nexec \"$@\"");
        command.args(["-m", "--propagation", "private", "sh", "-ec", &script, "sh"]);
        command.arg(inner.get_program()).args(inner.get_args()).current_dir(lab.home());
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let outcome = finish(command);
        let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let rows = answer["rows"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == "freezing").unwrap().clone()
    };
    for away in AWAY {
        let row = freezing(away);
        assert_eq!((&row["status"], &row["facts"]["way"]), (&"partial".into(), &"mount".into()), "{row}");
        let mend = row["mend"].as_str().unwrap().replace("sudo ", "");
        let row = freezing(&format!("{away}\n{mend}"));
        assert_eq!(row["status"], "full", "{mend}: {row}");
    }
}

#[test]
fn every_promise_has_a_row_and_what_is_not_full_says_why_and_how_to_mend_it() {
    both(|lab| {
        let outcome = lab.run(&["doctor", "--json"]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let rows = answer["rows"].as_array().unwrap();
        for promise in PROMISES {
            let row = rows.iter().find(|row| row["feature"] == *promise);
            assert!(row.is_some(), "{promise}: {rows:?}");
        }
        for row in rows.iter().filter(|row| row["status"] != "full") {
            assert!(row["why"].is_string() && row["mend"].is_string(), "{row}");
            assert!(row["gap"].is_string() && (row["gap"] != "failed" || row["error"].is_object()), "{row}");
        }
        assert!(rows.iter().all(|row| row["id"].is_string()), "{rows:?}");
        // Walls stand in both modes, and calls are seen; only how firmly a limit is held may differ.
        let firm = [&PROMISES[..7], &PROMISES[9..11]].concat();
        for row in rows.iter().filter(|row| firm.iter().any(|promise| row["feature"] == *promise)) {
            assert_eq!(row["status"], "full", "{row}");
        }
        // Of what it aimed at nothing is left.
        let room = lab.home().join("room");
        assert!(lab.as_user("/bin/mkdir".as_ref()).arg(&room).status().unwrap().success());
        let mut again = lab.command(&["doctor"]);
        again.env("TMPDIR", &room);
        assert_eq!(finish(again).status, 0);
        assert_eq!(std::fs::read_dir(&room).unwrap().count(), 0);
    });
}
