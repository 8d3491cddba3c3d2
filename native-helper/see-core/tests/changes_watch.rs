//! The live feed under load: floods, growing files, receivers that do not read.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod lab;

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use lab::Lab;
use lab::follow::Follower;
use see_core::changes::watch::Watcher;
use see_core::layer::MarkSpace;

fn lab(host: &str) -> Lab {
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.on_host(host);
    lab.mount();
    lab
}

#[test]
fn a_flood_of_files_arrives_whole() {
    if !lab::is_inside("a_flood_of_files_arrives_whole") {
        return;
    }
    let lab = lab("mkdir -p old/a; for i in $(seq 200); do echo $i > old/a/$i; done");
    let mut follower = Follower::new(&lab);
    for round in 0..10 {
        for i in 0..500 {
            let dir = lab.view.join(format!("new{round}/{}", i % 25));
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join(format!("{i}")), "content").unwrap();
        }
        follower.take(Duration::ZERO);
    }
    fs::rename(lab.view.join("new3"), lab.view.join("moved")).unwrap();
    fs::remove_dir_all(lab.view.join("new4")).unwrap();
    fs::rename(lab.view.join("old"), lab.view.join("older")).unwrap();
    fs::write(lab.view.join("older/a/7"), "changed").unwrap();
    fs::remove_file(lab.view.join("older/a/8")).unwrap();
    follower.catch_up(&lab, &String::new);
    assert!(follower.rows.len() > 4500);
    fs::remove_dir_all(lab.view.join("moved")).unwrap();
    fs::remove_dir_all(lab.view.join("older")).unwrap();
    follower.catch_up(&lab, &String::new);
}

#[test]
fn a_growing_file_is_seen_to_grow() {
    if !lab::is_inside("a_growing_file_is_seen_to_grow") {
        return;
    }
    let lab = lab("echo start > log");
    let mut follower = Follower::new(&lab);
    let mut log = fs::OpenOptions::new().append(true).open(lab.view.join("log")).unwrap();
    let mut sizes = std::collections::BTreeSet::new();
    let deadline = Instant::now() + Duration::from_secs(120);
    while sizes.len() < 6 {
        assert!(Instant::now() < deadline, "seen only {sizes:?}");
        log.write_all(b"another line\n").unwrap();
        follower.take(Duration::from_millis(20));
        sizes.extend(follower.rows.get(&lab.path("log")).map(|row| row.size));
    }
    follower.catch_up(&lab, &String::new);
}

#[test]
fn what_is_written_anew_at_the_same_size_is_told_again() {
    use see_core::changes::watch::WatchEvent;
    if !lab::is_inside("what_is_written_anew_at_the_same_size_is_told_again") {
        return;
    }
    let lab = lab("echo host > old; echo gone > gone");
    fs::write(lab.view.join("new"), "one").unwrap();
    fs::write(lab.view.join("old"), "one").unwrap();
    fs::create_dir(lab.view.join("dir")).unwrap();
    fs::remove_file(lab.view.join("gone")).unwrap();
    let mut follower = Follower::new(&lab);
    follower.catch_up(&lab, &String::new);
    // By their names in the layer and on the host: no notice of the kernel tells of the latter.
    let files =
        [(lab.view.join("new"), "two"), (lab.upper.join("old"), "two"), (lab.host.join("gone"), "back\n")];
    for (file, text) in files {
        let path = lab.path(file.file_name().unwrap().to_str().unwrap());
        follower.watcher.attend(&path);
        fs::OpenOptions::new().write(true).open(&file).unwrap().write_all(text.as_bytes()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            assert!(Instant::now() < deadline, "nothing was told of {path:?}");
            match follower.watcher.next(Duration::from_millis(50)) {
                Some(WatchEvent::Rows(rows)) => {
                    assert!(rows.iter().all(|row| row.path == path), "others are told, too: {rows:?}");
                    break;
                }
                Some(WatchEvent::Settled { .. }) | None => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_receiver_that_does_not_read_gets_the_difference_only() {
    if !lab::is_inside("a_receiver_that_does_not_read_gets_the_difference_only") {
        return;
    }
    let lab = lab("");
    let mut follower = Follower::new(&lab);
    for round in 0..20 {
        for i in 0..300 {
            fs::write(lab.view.join(format!("f{i}")), format!("{round}")).unwrap();
        }
        for i in 0..300 {
            fs::remove_file(lab.view.join(format!("f{i}"))).unwrap();
        }
    }
    fs::write(lab.view.join("last"), "x").unwrap();
    // Longer than the thread needs to take all in: what came and went in the meantime is never told.
    std::thread::sleep(Duration::from_millis(500));
    follower.catch_up(&lab, &String::new);
    assert_eq!(follower.rows.len(), 1);
    assert!(follower.events < 100, "{} events", follower.events);
}

#[test]
fn the_end_of_a_session_is_told_and_dropping_ends_the_thread() {
    if !lab::is_inside("the_end_of_a_session_is_told_and_dropping_ends_the_thread") {
        return;
    }
    let lab = lab("echo a > a");
    fs::write(lab.view.join("a"), "b").unwrap();
    let watcher = Watcher::start(&lab.session()).unwrap();
    let live = |watcher: &Watcher| loop {
        use see_core::changes::watch::WatchEvent;
        match watcher.next(Duration::from_secs(120)) {
            Some(WatchEvent::Settled { live, .. }) => return live,
            Some(WatchEvent::Failed(error)) => panic!("{error:?}"),
            None => panic!("nothing was told"),
            Some(_) => {}
        }
    };
    assert!(live(&watcher));
    // What was done last is in the list when its end is told, also what no notice told: a write by another name.
    fs::write(lab.upper.join("a"), "longer than before").unwrap();
    watcher.set_live(false);
    assert!(!live(&watcher));
    assert_eq!(watcher.find(&lab.path("a")).map(|found| found.change.size), Some(18));
    assert!(watcher.find(&lab.path("a")).is_some());
    assert!(watcher.find(&lab.path("b")).is_none());
    for i in 0..20_000 {
        fs::write(lab.view.join(format!("f{i}")), "").unwrap();
    }
    // Never read: dropping it must not wait for room in the channel.
    let unread = Watcher::start(&lab.session()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(unread);
    drop(watcher);
    // A thread that was joined may still be listed for a moment.
    let watching = || {
        let tasks = fs::read_dir("/proc/self/task").unwrap();
        let mut names =
            tasks.map(|task| fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default());
        names.any(|name| name.starts_with("watch-"))
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    while watching() {
        assert!(Instant::now() < deadline, "a thread goes on watching");
        std::thread::sleep(Duration::from_millis(10));
    }
}
