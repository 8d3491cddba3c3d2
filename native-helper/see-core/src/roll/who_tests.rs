//! The roll with children of the test as its programs.

use std::time::Duration;

use see_sys::seccomp_notify::Arch;

use super::*;
use crate::record::log;

/// A roll of a SEE with this first process.
fn roll_of(init: u32) -> (tempfile::TempDir, Roll) {
    let room = tempfile::tempdir().unwrap();
    let log = Arc::new(Log::open(&room.path().join("record")).unwrap());
    let root = std::fs::File::open("/").unwrap().into();
    let names = std::fs::File::open("/proc/self/ns/pid").unwrap().into();
    (room, Roll::new(log, root, init, names).unwrap())
}

/// A roll that knows one child of this process as a program.
fn roll_with(child: u32) -> (tempfile::TempDir, Roll) {
    let (room, roll) = roll_of(1);
    let watch = roll.watch(child, None);
    let run = Arc::new(Run { id: Some(0), file: b"/bin/sh".to_vec(), words: Vec::new() });
    roll.lock().members.put(child, Member { run, is_main: true, inside: None, watch });
    (room, roll)
}

fn ends(room: &tempfile::TempDir, roll: &Roll) -> Vec<End> {
    roll.log.flush();
    let events = log::read(&room.path().join("record"), 0).unwrap().events;
    events
        .into_iter()
        .filter_map(|event| if let Event::Ended(told) = event { Some(told.end) } else { None })
        .collect()
}

fn shell(script: &str) -> std::process::Child {
    std::process::Command::new("/bin/sh")
        .args(["-c", script])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn what_is_over_when_the_session_closes_has_ended_by_itself() {
    for (script, end) in [
        ("read x; exit 3", End::Exited { status: 3 }),
        ("read x; kill -9 $$", End::Killed { signal: Some(9) }),
    ] {
        let mut child = shell(script);
        let (room, roll) = roll_with(child.id());
        // It is collected before anybody has looked: by its number alone nothing could be told any more.
        drop(child.stdin.take());
        child.wait().unwrap();
        if see_sys::pidfd::tells_end() {
            roll.closing();
            assert_eq!(ends(&room, &roll), [end]);
        }
    }
    let mut child = shell("read x");
    let (room, roll) = roll_with(child.id());
    roll.closing();
    child.kill().unwrap();
    child.wait().unwrap();
    roll.close();
    assert_eq!(ends(&room, &roll), [End::Session]);
}

#[test]
fn where_the_kernel_does_not_tell_an_exit_does() {
    let mut child = shell("read x");
    let (room, roll) = roll_with(child.id());
    let arguments = [0x105, 0, 0, 0, 0, 0];
    roll.see(&Notification { id: 0, thread: child.id(), arch: Arch::X86_64, number: 231, arguments });
    child.kill().unwrap();
    child.wait().unwrap();
    roll.close();
    assert_eq!(ends(&room, &roll), [End::Exited { status: 5 }]);
}

#[test]
fn roots_are_asked_for_once_somebody_may_have_another() {
    let me = std::process::id();
    let mut child = shell("read x");
    let (_room, roll) = roll_with(child.id());
    assert!(roll.files().root_of(me).is_none());
    let (arch, arguments) = (Arch::I386, [0; 6]);
    roll.see(&Notification { id: 0, thread: me, arch, number: 61, arguments });
    assert!(roll.files().root_of(me).is_some());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn only_whom_the_init_has_named_leads_the_session_of_what_it_starts() {
    let mut children = [shell("read x"), shell("read x")];
    let (_room, roll) = roll_of(std::process::id());
    let inside = |child: &std::process::Child| Facts::of(child.id()).and_then(|facts| facts.inside).unwrap();
    let [named, other] = &children;
    // Both are children of the init, as is whoever was left behind.
    let leads = |child: &std::process::Child| roll.leads(child.id(), Duration::ZERO);
    assert!(!leads(named));
    roll.starting(b"/", &[b"/bin/sh".to_vec()], &[b"sh".to_vec()]);
    assert!(!leads(named));
    roll.led_by(inside(named));
    assert!(leads(named) && !leads(other));
    roll.started(true);
    assert!(!leads(named));
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn who_asks_before_the_init_has_said_so_waits_for_that() {
    let mut child = shell("read x");
    let (_room, roll) = roll_of(std::process::id());
    let inside = Facts::of(child.id()).and_then(|facts| facts.inside).unwrap();
    roll.starting(b"/", &[b"/bin/sh".to_vec()], &[b"sh".to_vec()]);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| roll.leads(child.id(), Duration::from_secs(60)));
        roll.led_by(inside);
        assert!(asked.join().unwrap());
    });
    child.kill().unwrap();
    child.wait().unwrap();
}
