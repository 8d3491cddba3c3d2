//! Scans of layers that a hostile program, or a busy host, made as awkward as it could.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod lab;

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lab::Lab;
use lab::follow::Follower;
use rustix::fs::{Mode, OFlags, XattrFlags, lsetxattr};
use see_core::change::{Aspect, ChangeKind, FileType};
use see_core::changes::found::{ChangeSet, UpperState};
use see_core::error::ErrorCode;
use see_core::layer::{Layer, MarkSpace};
use see_core::monitor::{Monitor, Phase, Unmonitored};
use see_core::path::HostPath;

fn scan(lab: &Lab) -> ChangeSet {
    see_core::changes::scan(&lab.session(), &Unmonitored).unwrap()
}

fn kinds(lab: &Lab, set: &ChangeSet) -> Vec<(ChangeKind, String)> {
    let root = lab.path("");
    let name = |path: &HostPath| String::from_utf8_lossy(path.below(&root).unwrap()).into_owned();
    set.found.iter().map(|found| (found.change.kind, name(&found.change.path))).collect()
}

#[test]
fn a_chain_of_directories_without_end_is_cut_off_and_said_so() {
    if !lab::is_inside("a_chain_of_directories_without_end_is_cut_off_and_said_so") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.mount();
    let mut at = rustix::fs::open(&lab.view, OFlags::DIRECTORY, Mode::empty()).unwrap();
    let name = [b'n'; 250];
    for _ in 0..400 {
        rustix::fs::mkdirat(&at, &name[..], Mode::RWXU).unwrap();
        at = rustix::fs::openat(&at, &name[..], OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    drop(at);
    let set = scan(&lab);
    assert!((50..70).contains(&set.found.len()), "{}", set.found.len());
    assert_eq!(set.unlisted.len(), 1);
    assert_eq!(&set.found.last().unwrap().change.path, &set.unlisted[0]);
}

#[test]
fn more_names_than_there_is_room_for_are_not_listed_and_that_is_said() {
    if !lab::is_inside("more_names_than_there_is_room_for_are_not_listed_and_that_is_said") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.mount();
    lab.run("echo > other");
    // Each of them has a path of nearly 16 KiB, which is kept twice: all together more than is kept.
    let (deep, many, few) = ([b'n'; 250], 45_000, 100);
    let mut at = rustix::fs::open(&lab.view, OFlags::DIRECTORY, Mode::empty()).unwrap();
    for _ in 0..62 {
        rustix::fs::mkdirat(&at, &deep[..], Mode::RWXU).unwrap();
        at = rustix::fs::openat(&at, &deep[..], OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    let flags = OFlags::CREATE | OFlags::WRONLY;
    (0..many).for_each(|n| drop(rustix::fs::openat(&at, n.to_string(), flags, Mode::RUSR).unwrap()));

    let set = scan(&lab);
    assert_eq!(set.found.len(), 63, "the directories and the other file are told");
    assert_eq!(set.found.last().unwrap().change.path, lab.path("other"));
    assert_eq!(set.unlisted, [set.found[61].change.path.clone()]);
    assert_eq!(set.cut, set.unlisted);

    let mut follower = Follower::new(&lab);
    while !follower.settled {
        follower.take(Duration::from_secs(60));
    }
    assert_eq!((follower.rows.len(), &follower.untold.dirs, follower.untold.more), (63, &set.cut, 0));
    drop(follower);

    let gone = |n: i32| rustix::fs::unlinkat(&at, n.to_string(), rustix::fs::AtFlags::empty()).unwrap();
    (few..many).for_each(gone);
    let set = scan(&lab);
    assert_eq!((set.found.len(), set.unlisted.len()), (63 + 100, 0));
}

#[test]
fn pipes_devices_and_sockets_are_never_opened() {
    if !lab::is_inside("pipes_devices_and_sockets_are_never_opened") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    // A pipe without a writer would hold up whoever opens it.
    lab.on_host("mkfifo p r; echo > f; mknod n c 1 3; ln -s /dev/zero l");
    lab.mount();
    lab.run("chmod 600 p; mkfifo q; rm f; mkfifo f; mv r s; ln -s /dev/zero m");
    drop(std::os::unix::net::UnixListener::bind(lab.view.join("sock")).unwrap());
    let set = scan(&lab);
    let types: Vec<_> = set.found.iter().map(|found| (found.change.kind, found.change.file_type)).collect();
    use ChangeKind::{Created, Modified, Renamed, Replaced};
    use FileType::{Fifo, Socket, Symlink};
    let expected = [
        (Replaced, Fifo),
        (Created, Symlink),
        (Modified, Fifo),
        (Created, Fifo),
        (Renamed, Fifo),
        (Created, Socket),
    ];
    assert_eq!(types, expected);
}

#[test]
fn names_of_any_bytes_survive() {
    if !lab::is_inside("names_of_any_bytes_survive") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.mount();
    let mut names: Vec<Vec<u8>> =
        (1..=255_u8).filter(|b| *b != b'/' && *b != b'.').map(|b| vec![b]).collect();
    names.push(b"..\xff".to_vec());
    names.push(vec![b'x'; 255]);
    for name in &names {
        fs::write(lab.view.join(std::ffi::OsStr::from_bytes(name)), "").unwrap();
    }
    names.sort();
    let found: Vec<_> = scan(&lab).found.iter().map(|found| found.change.path.name().to_vec()).collect();
    assert_eq!(found, names);
}

#[test]
fn files_that_change_while_they_are_compared_do_no_harm() {
    if !lab::is_inside("files_that_change_while_they_are_compared_do_no_harm") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.on_host("for i in $(seq 40); do head -c 300000 /dev/zero > f$i; done; mkdir d; echo > d/x");
    lab.mount();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut round = 0_u64;
            while !done.load(Ordering::Relaxed) {
                round += 1;
                let path = lab.view.join(format!("f{}", 1 + round % 40));
                let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
                file.set_len(round % 2 * 300_000).unwrap();
                file.write_all_at(b"x", round % 300_000).unwrap();
                let (one, two) = (lab.view.join("d"), lab.view.join("e"));
                let _ = fs::rename(&one, &two).or_else(|_| fs::rename(&two, &one));
                let _ = fs::write(lab.view.join("t"), "");
                let _ = fs::rename(lab.view.join("t"), lab.view.join("u"));
                let _ = fs::remove_file(lab.view.join("u"));
            }
        });
        for _ in 0..60 {
            scan(&lab);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_giant_sparse_file_is_compared_at_once() {
    if !lab::is_inside("a_giant_sparse_file_is_compared_at_once") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::User);
    lab.on_host("truncate -s 5G same other; chmod 644 same");
    lab.mount();
    // In user mode a change of the mode copies the whole file.
    lab.run("chmod 600 same; printf x | dd of=other bs=1 seek=5000000000 conv=notrunc status=none");
    let set = scan(&lab);
    assert_eq!(set.get(&lab.path("same")).unwrap().change.aspects, [Aspect::Mode]);
    assert_eq!(set.get(&lab.path("other")).unwrap().change.aspects, [Aspect::Content]);
    assert_eq!(set.get(&lab.path("same")).unwrap().change.size, 5 << 30);
}

#[test]
fn what_the_host_did_meanwhile_is_told_from_the_sessions_point_of_view() {
    if !lab::is_inside("what_the_host_did_meanwhile_is_told_from_the_sessions_point_of_view") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.on_host("echo a > meta; echo b > content; echo c > gone; mkdir dir; echo d > dir/x");
    lab.mount();
    lab.run("chmod 600 meta; echo B > content; rm gone; echo new > fresh; mkdir newdir; echo n > newdir/n; chmod 700 dir");
    lab.unmount();
    lab.on_host("rm meta content gone; echo host > fresh; mkdir newdir; echo h > newdir/h; rm -r dir");
    let set = scan(&lab);
    use ChangeKind::{Created, Deleted, Modified, Replaced};
    let expected = [
        (Created, "content"),
        (Created, "dir"),
        (Modified, "fresh"),
        (Modified, "meta"),
        (Replaced, "newdir"),
        (Deleted, "newdir/h"),
        (Created, "newdir/n"),
    ];
    assert_eq!(kinds(&lab, &set), expected.map(|(kind, path)| (kind, path.to_owned())));
    // Nobody has its content any more: that is for the check to say.
    let meta = set.get(&lab.path("meta")).unwrap();
    assert_eq!((meta.state, meta.lower.as_ref()), (UpperState::AttributesOnly, Some(&lab.path("meta"))));
}

#[test]
fn marks_without_sense_do_no_harm() {
    if !lab::is_inside("marks_without_sense_do_no_harm") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.on_host("mkdir d; echo > d/f; echo > w; echo > plain");
    lab.mount();
    lab.run("mkdir a b c; echo > d/g; echo > o; echo > m");
    lab.unmount();
    let mark = |name: &str, mark: &str, value: &[u8]| {
        let name = lab.upper.join(name);
        lsetxattr(name, format!("trusted.overlay.{mark}"), value, XattrFlags::empty()).unwrap();
    };
    mark("a", "redirect", b"/d");
    mark("b", "redirect", b"/d");
    mark("c", "redirect", b"/nowhere/at/all");
    mark("o", "origin", b"\0\xfbjunk");
    mark("m", "metacopy", b"");
    mark("m", "redirect", b"/nowhere");
    // Whiteouts: of nothing, and as attributes.
    rustix::fs::mknodat(
        rustix::fs::CWD,
        lab.upper.join("nothing"),
        rustix::fs::FileType::CharacterDevice,
        Mode::empty(),
        0,
    )
    .unwrap();
    fs::write(lab.upper.join("d/f"), "").unwrap();
    mark("d/f", "whiteout", b"y");
    mark("d", "opaque", b"x");
    fs::write(lab.upper.join("w"), "").unwrap();
    mark("w", "whiteout", b"y");
    let set = scan(&lab);
    use ChangeKind::{Created, Deleted, Modified, Renamed};
    let expected = [
        (Renamed, "a"),
        (Renamed, "b"),
        (Created, "c"),
        (Deleted, "d/f"),
        (Created, "d/g"),
        (Created, "m"),
        (Created, "o"),
        // Its directory does not say that files may be whiteouts: it is an empty file.
        (Modified, "w"),
    ];
    assert_eq!(kinds(&lab, &set), expected.map(|(kind, path)| (kind, path.to_owned())));
}

#[test]
fn each_path_belongs_to_one_layer_and_rooms_to_none() {
    if !lab::is_inside("each_path_belongs_to_one_layer_and_rooms_to_none") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.on_host("mkdir inner .room outer; echo > inner/a; echo > .room/secret; echo > outer/b");
    lab.mount();
    // The outer overlay hides the room and the inner mount from the program; here it may even delete them.
    lab.run("rm -r inner .room outer; mkdir inner; echo > inner/wrong");
    lab.unmount();
    let second = lab.upper.with_file_name("second");
    fs::create_dir(&second).unwrap();
    fs::write(second.join("right"), "").unwrap();
    let mut session = lab.session();
    session.layers[0].room = lab.host.join(".room");
    let inner =
        Layer { index: 1, mount_point: lab.path("inner"), upper: second, ..session.layers[0].clone() };
    session.layers.push(inner);
    let set = see_core::changes::scan(&session, &Unmonitored).unwrap();
    use ChangeKind::{Created, Deleted};
    let expected = [(Created, "inner/right"), (Deleted, "outer"), (Deleted, "outer/b")];
    assert_eq!(kinds(&lab, &set), expected.map(|(kind, path)| (kind, path.to_owned())));
    assert_eq!(set.found[0].layer, 1);
}

#[test]
fn a_scan_can_be_cancelled() {
    struct Cancelled;
    impl Monitor for Cancelled {
        fn progress(&self, _: Phase, _: u64, _: Option<u64>) {}

        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let lab = Lab::new(MarkSpace::Trusted);
    fs::write(lab.upper.join("f"), "").unwrap();
    let error = see_core::changes::scan(&lab.session(), &Cancelled).unwrap_err();
    assert_eq!(error.code, ErrorCode::Cancelled);
}
