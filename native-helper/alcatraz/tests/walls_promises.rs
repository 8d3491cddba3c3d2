//! What a run was asked for by name and cannot be kept refuses it, option by option, unless that was accepted by name. Devices:
//! `devices_are_there_on_request_alone`.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod engine_lab;

use std::net::TcpListener;
use std::process::Command;

use engine_lab::{Lab, Mode, Outcome, both, finish};

/// A promise that a machine does not let be kept.
struct Row<'a> {
    /// What is done to the machine, as the session's command sees it.
    machine: &'a str,
    options: &'a str,
    /// What the refusal says.
    says: &'a str,
    /// The name by which it can be accepted.
    accept: Option<&'a str>,
    modes: &'a [Mode],
}

const ALL: &[Mode] = &[Mode::System, Mode::User];

/// Runs a session on a machine that was changed in a mount name space of its own.
fn run(lab: &Lab, machine: &str, options: &str) -> Outcome {
    let words: Vec<&str> = options.split(' ').collect();
    let inner = lab.command(&[&["run", "--keep"], &words[..], &["--", "echo", "ran"]].concat());
    let mut command = Command::new("unshare");
    command.args(["-m", "--propagation", "private", "sh", "-ec", &format!("{machine}\nexec \"$@\""), "sh"]);
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(lab.home());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "SUDO_UID", "PKEXEC_UID", "XDG_DATA_HOME"] {
        command.env_remove(name);
    }
    finish(command)
}

#[test]
fn what_cannot_be_kept_refuses_the_run() {
    both(|lab| {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = taken.local_addr().map(|at| format!("--redirect {}:8080", at.port())).unwrap();
        let row = |machine, options, says, accept| Row { machine, options, says, accept, modes: ALL };
        let without = |tool: &str| format!("mount --bind /dev/null \"$(realpath {tool})\"");
        let (pasta, nft) = (without("/usr/bin/pasta"), without("/usr/sbin/nft"));
        let no_groups = "mount -t tmpfs none /sys/fs/cgroup";
        let rows = [
            row(&pasta, "--net web", "apt install passt", None),
            row(&nft, "--net full", "apt install nftables", None),
            row("", &taken, "another program has it", Some("ports")),
            Row { modes: &[Mode::User], ..row("", "--redirect 81:8080", "_port_start=81", Some("ports")) },
            row("", "--redirect 203.0.113.9:8081:8080", "no such address", Some("ports")),
            row("", "--connect no..name:80=127.0.0.1:81", "cannot be found", None),
            row("", "--display nested", "--display none", Some("display")),
            row("", "--display host", "--display none", Some("display")),
            row("", "--clipboard in", "no display of its own", Some("display")),
            row(no_groups, "--memory 64M", "control group", Some("memory")),
            // Without privilege the session's own user name space counts them.
            Row {
                modes: &[Mode::System],
                ..row(no_groups, "--processes 64", "control group", Some("processes"))
            },
            row("", "--hide /not/there", "nothing to hide", None),
            row("", "--hide /proc/sys", "cannot be hidden", None),
            row("", "--redirect 8081:80 --redirect 8081:81", "two servers", None),
            row("", "--floor 1000000T", "cannot stay free", Some("floor")),
            row("", "--memory 1K", "cannot live", None),
            row("", "--as no-such-user", "no user", None),
            Row { modes: &[Mode::User], ..row("", "--as root", "Only root", None) },
        ];
        for row in rows.iter().filter(|row| row.modes.contains(&lab.mode)) {
            let refused = run(lab, row.machine, row.options);
            assert_eq!((refused.status, refused.stdout.as_str()), (125, ""), "{}: {refused:?}", row.options);
            assert!(refused.stderr.contains(row.says), "{}: {refused:?}", row.options);
            let Some(name) = row.accept else { continue };
            assert!(refused.stderr.contains(&format!("--accept {name}")), "{}: {refused:?}", row.options);
            let accepted = run(lab, row.machine, &format!("{} --accept {name}", row.options));
            assert_eq!((accepted.status, accepted.stdout.as_str()), (0, "ran\n"), "{accepted:?}");
        }
        // Nothing was run; what could only be found while the session was made is told where sessions are listed.
        let kept = lab.run(&["list", "--json"]);
        let list: serde_json::Value = serde_json::from_str(&kept.stdout).unwrap();
        let sessions = list["sessions"].as_array().unwrap();
        assert!(
            sessions.iter().all(|session| match session["state"].as_str() {
                Some("broken") => session["why"].is_string(),
                state => state == Some("finished"),
            }),
            "{list}"
        );
    });
}
