//! What a SEE reaches of the network, tried on a network of the test's own, as root and as an ordinary user. Each attack
//! is first shown to work on the host.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![allow(missing_docs, reason = "tests")]

mod engine_lab;

use std::process::Stdio;

use engine_lab::internet::{FAR_V4, FAR_V6, HOST_TOO, HOST_V4, Internet, NEAR_V4, NEAR_V6};
use engine_lab::{both, finish, finish_child, wait_until};

/// The answer to one place, in what a probe printed.
fn answer<'a>(printed: &'a str, place: &str) -> &'a str {
    let line = printed.lines().find_map(|line| line.strip_prefix(place));
    line.unwrap_or_else(|| panic!("{place} was not tried: {printed}")).trim()
}

fn assert_reached(printed: &str, places: &[&str]) {
    for place in places {
        assert!(answer(printed, place).starts_with('='), "{place} was not reached: {printed}");
    }
}

fn assert_refused(printed: &str, places: &[&str]) {
    for place in places {
        let told = answer(printed, place);
        // Who only waits in vain was not refused: there may be a way that is slow today.
        let is_refused = told.starts_with('!') && !told.contains("Timeout") && !told.contains("ETIMEDOUT");
        assert!(is_refused, "{place} was reached, or not refused: {printed}");
    }
}

#[test]
fn each_choice_reaches_what_it_says() {
    both(|lab| {
        let internet = Internet::new(lab);
        let web = ["tcp,far.example,80", "tcp,203.0.113.10,80", "tcp,2001:db8:1::10,80"];
        let more = [
            "tcp,203.0.113.10,7000",
            "tcp,2001:db8:1::10,7000",
            "udp,203.0.113.10,7000",
            "udp,2001:db8:1::10,7000",
        ];
        let near = [
            "tcp,10.11.0.1,80",
            "tcp,10.11.0.1,7000",
            "tcp,fd11::1,80",
            "udp,10.11.0.1,7000",
            "tcp,near.example,80",
        ];
        let all = [&web[..], &more, &near].concat();
        assert!([FAR_V4, FAR_V6, NEAR_V4, NEAR_V6].iter().all(|a| all.iter().any(|place| place.contains(a))));
        assert_reached(&internet.natively(lab, &all), &all);
        let tried = |options: &[&str]| internet.in_see(lab, options, &internet.probe(&all)).stdout;
        let printed = tried(&[]);
        assert_refused(&printed, &all);
        let printed = tried(&["--net", "web"]);
        assert_reached(&printed, &web);
        assert_refused(&printed, &[&more[..], &near].concat());
        let printed = tried(&["--net", "full"]);
        assert_reached(&printed, &[&web[..], &more].concat());
        assert_refused(&printed, &near);
        assert_reached(&tried(&["--net", "full", "--lan"]), &all);
        let printed = tried(&["--net", "web", "--lan"]);
        assert_reached(&printed, &["tcp,10.11.0.1,80", "tcp,near.example,80", "tcp,fd11::1,80"]);
        assert_refused(&printed, &["tcp,10.11.0.1,7000", "udp,10.11.0.1,7000"]);
    });
}

#[test]
fn what_leaves_is_in_the_record_also_when_nobody_looked() {
    both(|lab| {
        let internet = Internet::new(lab);
        // With an address in memory that no look goes to, as when another thread changes it after the look.
        let sends = "python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); \
                     s.sendmsg([b\"x\"], [], 0, (\"203.0.113.10\", 7000)); s.connect((\"203.0.113.10\", 7001)); s.send(b\"x\")'";
        let outcome = internet.in_see(lab, &["--net", "full", "--name", "quiet"], sends);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let log: serde_json::Value =
            serde_json::from_str(&lab.run(&["log", "quiet", "--json"]).stdout).unwrap();
        let of = |port: u16| -> Vec<&serde_json::Value> {
            log["network"].as_array().unwrap().iter().filter(|one| one["port"] == port).collect()
        };
        let [unseen] = of(7000)[..] else { panic!("{log:#}") };
        let facts = ["action", "protocol", "address", "verdict", "program"]
            .map(|name| unseen[name].as_str().unwrap());
        assert_eq!(facts, ["send", "udp", "203.0.113.10", "allowed", ""], "{log:#}");
        // What was seen is told once, with its program.
        let [seen] = of(7001)[..] else { panic!("{log:#}") };
        assert!(seen["program"].as_str().unwrap().contains("python3"), "{log:#}");
    });
}

#[test]
fn what_left_before_a_network_was_tightened_is_recorded_as_it_was_then() {
    both(|lab| {
        let internet = Internet::new(lab);
        let mut child = start_long(&internet, lab);
        let unseen = |port: u16| {
            let send = format!(
                "python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); \
                 s.sendmsg([b\"x\"], [], 0, (\"203.0.113.10\", {port}))'"
            );
            finish(internet.on_host(&lab.command(&["enter", "long", "--", "sh", "-c", &send])))
        };
        assert_eq!(unseen(7000).status, 0);
        let tightened = finish(internet.on_host(&lab.command(&["tighten", "long", "--net", "web"])));
        assert_eq!(tightened.status, 0, "{tightened:?}");
        unseen(7001);
        drop(child.stdin.take());
        assert_eq!(finish_child(child).status, 0);
        wait_until("the session is at rest", || lab.state("long").as_deref() == Some("finished"));
        let log: serde_json::Value =
            serde_json::from_str(&lab.run(&["log", "long", "--json"]).stdout).unwrap();
        let verdict = |port: u16| {
            let tries = log["network"].as_array().unwrap();
            tries
                .iter()
                .filter(|one| one["port"] == port)
                .map(|one| one["verdict"].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (verdict(7000), verdict(7001)),
            (vec!["allowed".into()], vec!["refused".into()]),
            "{log:#}"
        );
    });
}

#[test]
fn the_host_is_never_reached() {
    both(|lab| {
        let mut internet = Internet::new(lab);
        internet.serve_host(lab);
        let loopback = [
            "tcp,127.0.0.1,7000",
            "tcp,127.0.0.1,80",
            "tcp,::1,7000",
            "tcp,0.0.0.0,7000",
            "tcp,127.0.0.1,7000",
            "tcp,::ffff:127.0.0.1,7000",
            "tcp,localhost,7000",
            // A name beyond the router that leads back.
            "tcp,self.example,7000",
            "udp,127.0.0.1,7000",
        ];
        let own =
            ["tcp,10.11.0.2,7000", "tcp,198.51.100.7,7000", "tcp,198.51.100.7,80", "udp,198.51.100.7,7000"];
        assert!([HOST_V4, HOST_TOO].iter().all(|a| own.iter().any(|place| place.contains(a))));
        let all = [&loopback[..], &own].concat();
        assert_reached(&internet.natively(lab, &all), &all);
        for options in [&[][..], &["--net", "web"], &["--net", "full"]] {
            let printed = internet.in_see(lab, options, &internet.probe(&all)).stdout;
            assert_refused(&printed, &all);
        }
        let printed = internet.in_see(lab, &["--net", "full", "--lan"], &internet.probe(&all)).stdout;
        assert_refused(&printed, &loopback);
        assert_reached(&printed, &["tcp,198.51.100.7,7000"]);
        // The address that stands for the name server answers nothing else; nor does the router stand for the host.
        let places = ["tcp,169.254.1.53,7000", "udp,169.254.1.53,7000", "tcp,169.254.1.53,80"];
        assert_refused(&internet.in_see(lab, &["--net", "full"], &internet.probe(&places)).stdout, &places);
    });
}

#[test]
fn what_the_host_gets_later_is_its_own_too() {
    both(|lab| {
        let mut internet = Internet::new(lab);
        // Addresses of the Internet, which a session with a network may reach as long as they are not this machine's.
        let later = ["tcp,45.45.45.45,7000", "tcp,2600:bbbb::5,7000", "udp,45.45.45.45,7000"];
        let mut child = start_long(&internet, lab);
        internet
            .prepare_host("ip addr add 45.45.45.45/32 dev lo; ip -6 addr add 2600:bbbb::5/128 dev lo nodad");
        internet.serve_host_at(lab, &["45.45.45.45", "2600:bbbb::5"]);
        assert_reached(&internet.natively(lab, &later), &later);
        let probe = internet.probe(&later);
        let enter = || finish(internet.on_host(&lab.command(&["enter", "long", "--", "sh", "-c", &probe])));
        // The kernel tells of it, which takes a moment.
        wait_until("they are out of reach", || {
            let printed = enter().stdout;
            later.iter().all(|place| answer(&printed, place).starts_with('!'))
        });
        assert_reached(&enter_with(&internet, lab, "tcp,203.0.113.10,7000"), &["tcp,203.0.113.10,7000"]);
        drop(child.stdin.take());
        assert_eq!(finish_child(child).status, 0);
    });
}

#[test]
fn a_filter_that_cannot_be_set_for_a_moment_costs_no_network() {
    both(|lab| {
        let internet = Internet::new(lab);
        let at = lab.dir().join("nft");
        let fake = format!(
            "#!/bin/sh\nif [ -e {0}/fails ]; then touch {0}/failed; exit 1; fi\nexec {0}/real \"$@\"\n",
            at.display()
        );
        std::fs::create_dir(&at).unwrap();
        std::fs::write(at.join("fake"), fake).unwrap();
        internet.prepare_host(&format!(
            "cd {}; cp $(realpath /usr/sbin/nft) real; chmod 777 . fake real; mount --bind fake $(realpath /usr/sbin/nft)",
            at.display()
        ));
        let mut child = start_long(&internet, lab);
        std::fs::write(at.join("fails"), "").unwrap();
        internet.prepare_host("ip addr add 45.45.45.45/32 dev lo");
        wait_until("it failed", || at.join("failed").exists());
        std::fs::remove_file(at.join("fails")).unwrap();
        let far = "tcp,203.0.113.10,7000";
        wait_until("it goes on", || !answer(&enter_with(&internet, lab, far), far).starts_with('!'));
        assert_eq!(lab.session("long").unwrap()["policy"]["net"], "full");
        drop(child.stdin.take());
        assert_eq!(finish_child(child).status, 0);
    });
}

/// Starts the session `long`, with the whole network, whose program runs until its input ends.
fn start_long(internet: &Internet, lab: &engine_lab::Lab) -> std::process::Child {
    let mut command = internet.on_host(&lab.command(&[
        "run",
        "--keep",
        "-q",
        "--name",
        "long",
        "--net",
        "full",
        "--",
        "sh",
        "-c",
        "echo up; cat",
    ]));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut heard = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut heard, &mut line).unwrap();
    assert_eq!(line, "up\n");
    child
}

/// What a program prints that tries one place in the session that runs.
fn enter_with(internet: &Internet, lab: &engine_lab::Lab, place: &str) -> String {
    let probe = internet.probe(&[place]);
    finish(internet.on_host(&lab.command(&["enter", "long", "--", "sh", "-c", &probe]))).stdout
}

#[test]
fn the_walls_cannot_be_moved_from_inside() {
    both(|lab| {
        let internet = Internet::new(lab);
        let attacks = [
            "nft flush ruleset",
            "nft delete table inet alcatraz",
            "nft add rule inet alcatraz output accept",
            "ip addr add 10.11.0.9/24 dev up0",
            "ip link set up0 down",
            "ip route add 10.12.0.0/24 dev up0",
            "ip link add own2 type veth peer name own3",
            "ip link del up0",
            "echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter",
        ];
        // On a network of the attacker's own each of them works.
        for attack in attacks {
            let script = format!(
                "ip link set lo up; ip link add up0 type veth peer name up1; ip addr add 10.11.0.2/24 dev up0; ip link set up0 up; \
                 nft 'add table inet alcatraz; add chain inet alcatraz output'; {attack}"
            );
            let mut native = std::process::Command::new("unshare");
            native.args(["-n", "-m", "sh", "-ec", &script]);
            let outcome = finish(native);
            assert_eq!(outcome.status, 0, "{attack}: {outcome:?}");
        }
        let places = ["tcp,10.11.0.1,80", "tcp,203.0.113.10,7000", "raw,-,0", "packet,-,0"];
        let probe = internet.probe(&places);
        for shell in ["sh -c", "unshare -Ur sh -c", "unshare -U sh -c"] {
            let tries = attacks.map(|attack| format!("{shell} '{attack}' && echo 'done: {attack}'"));
            let script = format!("{{ {}; }} 2>/dev/null; {shell} '{probe}'", tries.join("; "));
            let printed = internet.in_see(lab, &["--net", "web"], &script).stdout;
            assert_refused(&printed, &places);
            assert!(!printed.contains("done:"), "{printed}");
        }
        // Nor by going back to the name space that the network belongs to.
        let script = format!("nsenter -U -n -t 1 {probe}; {probe}");
        assert_refused(&internet.in_see(lab, &["--net", "web"], &script).stdout, &places);
    });
}

#[test]
fn names_are_asked_for_as_on_the_host() {
    both(|lab| {
        let mut internet = Internet::new(lab);
        let script = "cat /etc/resolv.conf; getent ahostsv4 far.example | head -1; getent ahosts nowhere.example; \
                      echo x >> /etc/resolv.conf";
        let outcome = internet.in_see(lab, &["--net", "web"], script);
        let lines: Vec<&str> = outcome.stdout.lines().collect();
        assert_eq!(lines[0], "nameserver 169.254.1.53");
        assert_eq!(lines[1], "options timeout:2");
        assert!(lines[2].starts_with(FAR_V4), "{outcome:?}");
        assert_eq!(lines.len(), 3, "{outcome:?}");
        assert_ne!(outcome.status, 0);
        // A name server on the host's loopback, as systemd-resolved has it.
        internet.prepare_host("umount --lazy /etc/resolv.conf");
        let names = lab.dir().join("resolv.loopback");
        std::fs::write(&names, "nameserver 127.0.0.53\n").unwrap();
        internet.prepare_host(&format!("mount --bind {} /etc/resolv.conf", names.display()));
        internet.serve_loopback_names(lab);
        let printed = internet.in_see(lab, &["--net", "web"], "getent ahostsv4 far.example").stdout;
        assert!(printed.starts_with(FAR_V4), "{printed}");
    });
}

#[test]
fn a_network_is_tightened_while_it_is_used() {
    both(|lab| {
        let internet = Internet::new(lab);
        // Talks over one connection for as long as that goes, and says when it goes no more.
        let talk = "import socket,sys\n\
            s=socket.create_connection((\"203.0.113.10\",7000)); s.settimeout(2); s.recv(100); print(\"up\",flush=True)\n\
            for line in sys.stdin:\n\
            \x20try:\n\
            \x20 s.sendall(b\"x\"); print(s.recv(10).decode(),flush=True)\n\
            \x20except OSError: print(\"cut\",flush=True)\n";
        std::fs::write(lab.home().join("talk.py"), talk).unwrap();
        let mut command = internet.on_host(&lab.command(&[
            "run", "--keep", "-q", "--name", "talk", "--net", "full", "--", "python3", "talk.py",
        ]));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut heard = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = || {
            let mut line = String::new();
            std::io::BufRead::read_line(&mut heard, &mut line).unwrap();
            line
        };
        assert_eq!(line(), "up\n");
        Internet::tell(&mut child, "go\n");
        assert_eq!(line(), "x\n");
        let tighten = |net: &str| finish(internet.on_host(&lab.command(&["tighten", "talk", "--net", net])));
        assert_eq!(tighten("web").status, 0);
        Internet::tell(&mut child, "go\n");
        assert_eq!(line(), "cut\n");
        assert_eq!(lab.session("talk").unwrap()["policy"]["net"], "web");
        let places = ["tcp,203.0.113.10,80", "tcp,203.0.113.10,7000"];
        let probe = internet.probe(&places);
        let enter = || finish(internet.on_host(&lab.command(&["enter", "talk", "--", "sh", "-c", &probe])));
        let printed = enter().stdout;
        assert_reached(&printed, &places[..1]);
        assert_refused(&printed, &places[1..]);
        let wider = tighten("full");
        assert_eq!(wider.status, 2, "{wider:?}");
        assert!(wider.stderr.contains("never more"), "{wider:?}");
        assert_eq!(tighten("none").status, 0);
        assert_refused(&enter().stdout, &places);
        drop(child.stdin.take());
        assert_eq!(finish_child(child).status, 0);
        // It stays so for programs that come later.
        wait_until("the session is at rest", || lab.state("talk").as_deref() == Some("finished"));
        assert_refused(&enter().stdout, &places);
        assert_eq!(tighten("web").status, 2);
    });
}

#[test]
fn nothing_is_left_of_a_network() {
    both(|lab| {
        let internet = Internet::new(lab);
        assert_eq!(internet.in_see(lab, &["--net", "web"], "true").status, 0);
        wait_until("pasta is gone", || internet.carriers() == 0);
        let mut child = start_long(&internet, lab);
        assert_eq!(internet.carriers(), 1);
        let supervisor = rustix::process::Pid::from_raw(lab.supervisor("long")).unwrap();
        rustix::process::kill_process(supervisor, rustix::process::Signal::KILL).unwrap();
        wait_until("pasta died with its supervisor", || internet.carriers() == 0);
        child.wait().unwrap();
    });
}

#[test]
fn without_its_tools_a_network_is_refused_and_nothing_runs() {
    both(|lab| {
        let internet = Internet::new(lab);
        for (tool, package) in [("/usr/bin/pasta", "passt"), ("/usr/sbin/nft", "nftables")] {
            internet.prepare_host(&format!("mount --bind /dev/null $(realpath {tool})"));
            let outcome = internet.in_see(lab, &["--net", "web"], "touch ran; echo ran");
            assert_eq!((outcome.status, outcome.stdout.as_str()), (125, ""), "{outcome:?}");
            assert!(outcome.stderr.contains(&format!("apt install {package}")), "{outcome:?}");
            assert_eq!(internet.in_see(lab, &[], "echo ran").stdout, "ran\n");
            internet.prepare_host(&format!("umount --lazy $(realpath {tool})"));
        }
        internet.prepare_host("mount -t tmpfs none /dev/net");
        let outcome = internet.in_see(lab, &["--net", "web"], "echo ran");
        assert!(outcome.status == 125 && outcome.stderr.contains("modprobe tun"), "{outcome:?}");
        internet.prepare_host("umount --lazy /dev/net");
        // A host without a way out.
        internet.prepare_host("ip route del default; ip -6 route del default");
        let outcome = internet.in_see(lab, &["--net", "web"], "echo ran");
        assert_eq!((outcome.status, outcome.stdout.as_str()), (125, ""), "{outcome:?}");
        assert!(outcome.stderr.contains("could not be connected"), "{outcome:?}");
    });
}
