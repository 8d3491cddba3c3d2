//! Odd callers: what they leave ignored, closed, limited or planted in the environment must not change what happens.

use std::os::unix::fs::PermissionsExt as _;

use crate::engine_lab::{Lab, Mode, Outcome, both, finish};

/// Runs the binary from a shell line in which `$0` is the binary.
fn from_shell(lab: &Lab, line: &str) -> Outcome {
    let mut command = lab.as_user("/bin/sh".as_ref());
    command.args(["-c", line]).arg(lab.binary());
    finish(command)
}

#[test]
fn a_caller_that_ignores_its_children() {
    both(|lab| {
        let line =
            "exec perl -e '$SIG{CHLD} = \"IGNORE\"; exec @ARGV' \"$0\" run --abort -q -- sh -c 'exit 3'";
        assert_eq!(from_shell(lab, line).status, 3);
    });
}

#[test]
fn a_caller_that_blocks_every_signal() {
    both(|lab| {
        let line = "exec perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(1 .. 31)); exec @ARGV' \
                    \"$0\" run --abort -q -- sh -c 'kill -TERM $$; exit 9'";
        assert_eq!(from_shell(lab, line).status, 143);
    });
}

#[test]
fn a_caller_that_closed_the_standard_descriptors() {
    both(|lab| {
        let outcome = from_shell(
            lab,
            "exec \"$0\" run --keep -q -- sh -c 'echo to stdout; echo new > new' 0<&- 1>&- 2>&-",
        );
        assert_eq!(outcome.status, 0, "{outcome:?}");
        // Nothing was written into a descriptor of the store's.
        let changes = lab.run(&["list", "--json"]);
        assert!(changes.stdout.contains("\"finished\""), "{changes:?}");
    });
}

#[test]
fn a_caller_that_forbids_writing() {
    both(|lab| {
        assert_eq!(lab.run(&["list"]).status, 0);
        let outcome = from_shell(lab, "ulimit -f 0; exec \"$0\" run --keep -q -- true");
        // It says what is wrong instead of dying of a signal, and the store is whole.
        assert!(outcome.status == 0 || (outcome.status == 125 && !outcome.stderr.is_empty()), "{outcome:?}");
        assert_eq!(lab.see_ok("echo works"), "works\n");
    });
}

#[test]
fn a_caller_with_few_descriptors() {
    both(|lab| {
        let outcome = from_shell(lab, "ulimit -n 12; exec \"$0\" run --abort -q -- true");
        assert!(outcome.status == 0 || (outcome.status == 125 && !outcome.stderr.is_empty()), "{outcome:?}");
        assert_eq!(lab.see_ok("echo works"), "works\n");
    });
}

#[test]
fn programs_planted_on_the_path_are_not_run() {
    both(|lab| {
        let planted = lab.home().join("planted");
        std::fs::create_dir(&planted).unwrap();
        let tools = "sh mount umount ip nft pasta passt newuidmap newgidmap unshare nsenter modprobe setpriv alcatraz \
                     fusermount fusermount3 iptables systemd-run cgcreate Xephyr Xwayland id getent env cp rm tar sync";
        for tool in tools.split_whitespace() {
            let file = planted.join(tool);
            std::fs::write(&file, format!("#!/bin/sh\necho {tool} >> {}/canary\n", lab.home().display()))
                .unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let line = format!(
            "export PATH={}:$PATH; \"$0\" doctor > /dev/null; \"$0\" run --commit -q -- /bin/true; \"$0\" list > /dev/null",
            planted.display()
        );
        let outcome = from_shell(lab, &line);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        lab.assert_untouched();
        // They would have been found.
        let found = from_shell(lab, &format!("PATH={}:$PATH; mount", planted.display()));
        assert_eq!(found.status, 0);
        assert_ne!(std::fs::read_to_string(lab.home().join("canary")).unwrap(), "untouched\n");
    });
}

/// Names of capabilities and their numbers: what reaches hardware, clock, kernel and audit.
const NEVER_NEEDED: &[(&str, u32)] = &[
    ("linux_immutable", 9),
    ("sys_module", 16),
    ("sys_rawio", 17),
    ("sys_pacct", 20),
    ("sys_boot", 22),
    ("sys_time", 25),
    ("sys_tty_config", 26),
    ("audit_write", 29),
    ("audit_control", 30),
    ("mac_override", 32),
    ("mac_admin", 33),
    ("syslog", 34),
    ("wake_alarm", 35),
    ("perfmon", 38),
    ("bpf", 39),
];

#[test]
fn the_helper_gives_up_what_it_never_needs() {
    let lab = Lab::new(Mode::System);
    let mut session = lab.start("rights", "exec sleep 1000");
    let status = std::fs::read_to_string(format!("/proc/{}/status", lab.supervisor("rights"))).unwrap();
    let set = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    };
    for (name, number) in NEVER_NEEDED {
        for kind in ["CapPrm:", "CapEff:", "CapBnd:", "CapInh:", "CapAmb:"] {
            assert_eq!(set(kind) & (1 << number), 0, "the supervisor has {name} ({kind})");
        }
    }
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    // Inside nothing changed: root there has all rights over its own.
    assert_eq!(lab.run(&["enter", "rights", "--", "sh", "-c", "su -s /bin/sh nobody -c true"]).status, 0);
    assert_eq!(lab.run(&["stop", "rights"]).status, 0);
    session.wait().unwrap();
}
