//! What `serve` runs for an app that has not the rights to: terminals and exports, over its connection; and what a helper that
//! pkexec has started for a person takes from that person, and what it does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::support::Lab;
use crate::support::client::Client;

mod support;

/// A user of every machine who is nobody's own.
const PERSON: &str = "1";
/// A variable that whoever reads a person's environment for itself would have, too.
const CANARY: &str = "ALCATRAZ_TEST_CANARY";

/// The helper as pkexec starts it: root's, with next to nothing in its environment.
fn behind_pkexec(lab: &Lab, arguments: &[&str]) -> Client {
    let mut command = lab.command(arguments);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", "/root").env("USER", "root");
    command.env("ALCATRAZ_STORE", lab.store()).env("PKEXEC_UID", PERSON);
    // What the app sets for pkexec's own words, and pkexec passes on.
    command.env("LC_ALL", "C").env("LANGUAGE", "ours");
    Client::of(command)
}

/// A lab whose work directory everybody may use, and a helper in it.
fn persons() -> (Lab, Client) {
    let lab = Lab::new();
    for (place, mode) in [(lab.work().parent().unwrap(), 0o711), (&lab.work(), 0o777)] {
        std::fs::set_permissions(place, PermissionsExt::from_mode(mode)).unwrap();
    }
    let mut client = behind_pkexec(&lab, &["serve"]);
    client.ask("hello", json!({ "protocol": 1 }));
    (lab, client)
}

fn run(client: &mut Client, lab: &Lab, script: &str, more: Value) -> String {
    let mut params =
        json!({ "command": ["/bin/sh", "-c", script], "cwd": lab.work(), "rows": 24, "cols": 80 });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.ask("sessions.run", params)["session"]["id"].as_str().unwrap().to_owned()
}

/// What an ended session's program wrote into `told`, line by line.
fn told(client: &mut Client, lab: &Lab, session: &str) -> Vec<String> {
    client.wait_for_state(session, "finished");
    let slice = client.ask(
        "content",
        json!({ "session": session, "path": lab.work().join("told"), "side": "after", "offset": 0, "length": 65536 }),
    );
    let text = String::from_utf8(BASE64.decode(slice["data"].as_str().unwrap()).unwrap()).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn open(client: &mut Client, session: &str, what: Value) -> Value {
    let params = json!({ "session": session, "what": what, "rows": 24, "cols": 80 });
    client.ask("relays.open", params)["relay"].clone()
}

/// Collects what a relay shows until this is in it, or until its end.
fn shown(client: &mut Client, relay: &Value, wanted: Option<&str>) -> String {
    let mut text = Vec::new();
    loop {
        let message = client.wait_for(|message| {
            ["relay", "relay-end"].iter().any(|name| message["method"] == *name)
                && message["params"]["relay"] == *relay
        });
        if message["method"] == "relay-end" {
            assert!(wanted.is_none(), "{wanted:?} never came: {}", String::from_utf8_lossy(&text));
            assert_eq!(message["params"]["status"], 0, "{message}: {}", String::from_utf8_lossy(&text));
            return String::from_utf8_lossy(&text).into_owned();
        }
        let bytes = BASE64.decode(message["params"]["data"].as_str().unwrap()).unwrap();
        client.order("relay.seen", json!({ "relay": relay, "count": bytes.len() }));
        text.extend(bytes);
        let so_far = String::from_utf8_lossy(&text);
        if wanted.is_some_and(|wanted| so_far.contains(wanted)) {
            return so_far.into_owned();
        }
    }
}

fn type_in(client: &mut Client, relay: &Value, text: &str) {
    client.order("relay.input", json!({ "relay": relay, "data": BASE64.encode(text) }));
}

#[test]
fn a_program_is_seen_and_typed_to_over_the_apps_own_connection() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let script = "echo early; read -r line; stty size; echo \"got <$line>\"; read -r line; echo ended > told";
    let session = run(&mut client, &lab, script, json!({}));
    let relay = open(&mut client, &session, json!({ "shows": "program" }));
    shown(&mut client, &relay, Some("early"));
    client.order("relay.resize", json!({ "relay": relay, "rows": 31, "cols": 97 }));
    type_in(&mut client, &relay, "typed\r");
    let text = shown(&mut client, &relay, Some("got <typed>"));
    assert!(text.contains("31 97"), "{text}");

    // One that is closed leaves the program running, and takes no more.
    client.order("relay.close", json!({ "relay": relay }));
    let end =
        client.wait_for(|message| message["method"] == "relay-end" && message["params"]["relay"] == relay);
    assert_ne!(end["params"]["status"], 0);
    type_in(&mut client, &relay, "nobody reads this\r");
    let again = open(&mut client, &session, json!({ "shows": "program" }));
    shown(&mut client, &again, Some("got <typed>"));
    type_in(&mut client, &again, "\r");
    client.wait_for_state(&session, "finished");
    client.close();
}

#[test]
fn a_terminal_that_was_closed_leaves_nothing_open() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let session = run(&mut client, &lab, "echo early; read -r line", json!({}));
    // Each look at a session is a terminal of its own.
    for _ in 0..3 {
        let relay = open(&mut client, &session, json!({ "shows": "program" }));
        shown(&mut client, &relay, Some("early"));
        client.order("relay.close", json!({ "relay": relay }));
        client.wait_for(|message| message["method"] == "relay-end" && message["params"]["relay"] == relay);
    }
    let opened = format!("/proc/{}/fd", client.pid());
    let terminals = || {
        let all = std::fs::read_dir(&opened).unwrap().flatten();
        all.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to.ends_with("ptmx"))).count()
    };
    // The thread that types ends a moment after its terminal.
    let begun = Instant::now();
    while terminals() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "{} are open", terminals());
        client.ask("sessions.list", json!({}));
    }
    client.ask("sessions.abort", json!({ "session": session }));
    client.close();
}

#[test]
fn a_flood_waits_for_its_reader_and_keeps_nothing_else_waiting() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let session = run(&mut client, &lab, "yes 'a flood of words'", json!({}));
    let relay = open(&mut client, &session, json!({ "shows": "program" }));
    let mut bytes = 0;
    // So long nothing comes only where it is held back.
    while let Some(message) = client.read_within(Duration::from_millis(700)) {
        if message["method"] == "relay" {
            bytes += message["params"]["data"].as_str().unwrap().len() * 3 / 4;
        }
        assert!(bytes < 2 * 1024 * 1024, "nobody has seen it, and more comes");
    }
    assert!(bytes >= 512 * 1024, "{bytes}");
    client.ask("sessions.list", json!({}));
    client.order("relay.seen", json!({ "relay": relay, "count": bytes }));
    client.wait_for(|message| message["method"] == "relay");
    client.ask("sessions.abort", json!({ "session": session }));
    client.close();
}

#[test]
fn other_programs_looks_and_exports_come_over_it_too() {
    let lab = Lab::new();
    lab.write("old", "one\n");
    let mut client = Client::new(&lab);
    let session = run(&mut client, &lab, "echo two >> old; echo new > new", json!({}));
    client.wait_for_state(&session, "finished");

    let place = lab.work();
    let started =
        json!({ "shows": "started", "command": ["/bin/sh", "-c", "pwd; cat new; tty"], "cwd": place });
    let relay = open(&mut client, &session, started);
    let text = shown(&mut client, &relay, None);
    assert!(text.starts_with(place.to_str().unwrap()) && text.contains("new\r\n/dev/pts/"), "{text}");

    let relay = open(&mut client, &session, json!({ "shows": "inspection" }));
    shown(&mut client, &relay, Some("This machine is below /host"));
    type_in(&mut client, &relay, &format!("cat /session{0}/new /host{0}/new; exit 0\r", place.display()));
    let text = shown(&mut client, &relay, None);
    assert!(text.contains("No such file"), "{text}");

    let relay = open(&mut client, &session, json!({ "shows": "patch" }));
    let text = shown(&mut client, &relay, None);
    assert!(text.contains("+two") && text.contains("+new"), "{text}");
    let relay = open(&mut client, &session, json!({ "shows": "tar" }));
    assert!(shown(&mut client, &relay, None).contains("ustar"));

    let refused = client.refused("relays.open", json!({ "session": "nobody", "what": { "shows": "tar" } }));
    assert_eq!(refused["code"], "no-such-session");
    client.close();
}

#[test]
fn behind_pkexec_a_program_is_the_persons_whatever_the_person_says() {
    let (lab, mut client) = persons();
    let script = "id -u > told; env >> told";
    let env = json!({
        "SUDO_UID": "0", "PKEXEC_UID": "0", "HOME": "/root", "TERM": "dumb", "PATH": "/opt/own:/usr/bin:/bin",
        "LD_LIBRARY_PATH": "/tmp/planted", "XDG_CONFIG_HOME": "/opt/settings", CANARY: "here",
    });
    let session = run(&mut client, &lab, script, json!({ "env": env }));
    let lines = told(&mut client, &lab, &session);
    let has = |line: &str| lines.iter().any(|told| told == line);
    assert_eq!(lines[0], PERSON);
    // What is the person's own reaches the person's program as it is; what says who that is, the helper knows better.
    assert!(has("TERM=dumb") && has("PATH=/opt/own:/usr/bin:/bin") && has("LD_LIBRARY_PATH=/tmp/planted"));
    assert!(has("XDG_CONFIG_HOME=/opt/settings"), "{lines:?}");
    assert!(has(&format!("{CANARY}=here")) && !has("HOME=/root") && !has("USER=root"), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("SUDO_") || line.starts_with("PKEXEC_")), "{lines:?}");

    let error = client.refused(
        "sessions.run",
        json!({ "command": ["true"], "cwd": lab.work(), "env": { "A": "x".repeat(1024 * 1024) } }),
    );
    assert_eq!(error["code"], "bad-request");
    client.close();
}

#[test]
fn behind_pkexec_another_users_program_gets_what_tells_of_the_seat_alone() {
    let (lab, mut client) = persons();
    let env = json!({ "TERM": "dumb", "LC_TIME": "C.UTF-8", "PATH": "/tmp/planted", "LD_PRELOAD": "/tmp/planted.so", CANARY: "here" });
    let session = run(&mut client, &lab, "id -u > told; env >> told", json!({ "as": "root", "env": env }));
    let first = told(&mut client, &lab, &session);
    let env = json!({ "TERM": "vt100", "PYTHONSTARTUP": "/tmp/planted" });
    let again = client.ask("sessions.retry", json!({ "session": session, "env": env }))["session"].clone();
    let second = told(&mut client, &lab, again["id"].as_str().unwrap());
    for (lines, term) in [(&first, "TERM=dumb"), (&second, "TERM=vt100")] {
        assert_eq!(lines[0], "0", "{lines:?}");
        assert!(lines.iter().any(|line| line == term), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("planted") || line.contains(CANARY)), "{lines:?}");
        assert!(lines.iter().any(|line| line == "HOME=/root"), "{lines:?}");
        assert!(
            !lines.iter().any(|line| line.starts_with("LC_ALL=") || line.starts_with("LANGUAGE=")),
            "{lines:?}"
        );
    }
    client.close();
}

#[test]
fn behind_pkexec_no_process_of_ours_has_a_persons_variables() {
    let (lab, mut client) = persons();
    let script = "while ! test -e go; do sleep 0.05; done";
    let env = json!({ CANARY: "here", "TERM": "dumb" });
    let session = run(&mut client, &lab, script, json!({ "env": env }));
    let started = json!({ "shows": "started", "command": ["/bin/sh", "-c", "id -u; env; touch go"], "env": env, "cwd": lab.work() });
    let relay = open(&mut client, &session, started);
    let text = shown(&mut client, &relay, Some(&format!("{CANARY}=here")));
    assert!(text.starts_with(&format!("{PERSON}\r\n")), "{text}");
    let ours = environments_of(client.pid());
    // The helper at least, and the session's supervisor.
    assert!(ours.len() >= 2, "{ours:?}");
    assert!(!ours.iter().any(|environment| environment.contains(CANARY)), "{ours:?}");
    client.wait_for_state(&session, "finished");
    client.close();
}

/// The environments of all processes that run the helper's own program.
fn environments_of(helper: u32) -> Vec<String> {
    let program = std::fs::read_link(format!("/proc/{helper}/exe")).unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    processes
        .filter(|place| std::fs::read_link(place.join("exe")).is_ok_and(|exe| exe == program))
        .filter_map(|place| std::fs::read(place.join("environ")).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

#[test]
fn behind_pkexec_nobody_says_where_the_store_lies() {
    let (lab, client) = persons();
    client.close();
    let planted = lab.work().parent().unwrap().join("planted");
    let named = planted.to_str().unwrap();
    let mut client = behind_pkexec(&lab, &["--store", named, "serve"]);
    let error = client.refused("hello", json!({ "protocol": 1 }));
    assert_eq!(error["code"], "store-unusable");
    assert!(!planted.exists());
    // Whom nobody has called through pkexec, may.
    let mut client = Client::of(lab.command(["--store", named, "serve"]));
    client.ask("hello", json!({ "protocol": 1 }));
    client.close();
}

#[test]
fn what_runs_for_the_app_ends_with_it() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let session = run(&mut client, &lab, "while ! test -e go; do sleep 0.05; done", json!({}));
    open(&mut client, &session, json!({ "shows": "program" }));
    let (begun, closing) = (Instant::now(), client);
    closing.close();
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(lab.state(&session), "running");
    lab.run(["stop", &session]);
}
