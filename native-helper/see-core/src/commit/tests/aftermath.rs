//! A host that goes on after a commit was cut off, before anything is recovered: what it does then is not lost, and all else
//! is as before the commit.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;

use super::bench::{Bench, assert_same, is_inside, run_in};
use super::crashes::{dies, quietly};
use crate::commit::crash;
use crate::error::ErrorCode;
use crate::layer::MarkSpace;
use crate::session::SessionState;

/// Host tree, program, what the host does after the crash, what holds after the recovery whatever became of the commit, and
/// what holds where it was taken back.
const AFTERMATHS: &[(&str, &str, &str, &str, &str)] = &[
    // A file that keeps its inode, and gets other attributes at the same time.
    (
        "echo g > g; ln g l",
        "echo hh > g; chmod 600 g; setfattr -n user.s -v s g",
        "echo mine >> l; setfattr -n user.h -v h l",
        "grep -q mine g; grep -q mine l; getfattr -n user.h g",
        "[ $(stat -c %a g) = 644 ]; [ -z \"$(getfattr -n user.s g 2> /dev/null)\" ]",
    ),
    ("echo g > g; ln g l", "echo hh > g", "echo mine > l", "[ $(cat g) = mine ]", "true"),
    ("echo g > g; ln g l", "echo hh > g", "chmod 640 l", "[ $(stat -c %a g) = 640 ]", "[ $(cat g) = g ]"),
    // One that only gets other attributes.
    (
        "echo g > g; setfattr -n user.o -v o g",
        "chmod 600 g; setfattr -n user.o -v s g",
        "echo mine >> g; setfattr -n user.h -v h g",
        "grep -q mine g; getfattr -n user.h g",
        "[ $(stat -c %a g) = 644 ]; [ $(getfattr --only-values -n user.o g) = o ]",
    ),
    (
        "echo g > g",
        "chmod 600 g; chown 7:7 g",
        "chmod 640 g",
        "[ $(stat -c %a g) = 640 ]",
        "[ $(stat -c %u g) = 0 ]",
    ),
    // New directories.
    (
        "echo g > g",
        "mkdir -p d/e; echo n > d/n; echo h > g",
        "[ ! -d d ] || { echo mine > d/e/mine; mkdir d/m; echo mine > d/m/n; }",
        "[ ! -d d ] || { grep -q mine d/e/mine; grep -q mine d/m/n; }",
        "[ $(cat g) = g ]; [ ! -e d/n ]",
    ),
    (
        "echo d > d",
        "rm d; mkdir d; echo n > d/n; mkdir z; echo z > z/z",
        "[ ! -d d ] || echo mine > d/mine",
        "[ ! -d d ] || grep -q mine d/mine",
        "[ $(cat d) = d ]; [ ! -e d.alcatraz-kept ] || grep -q mine d.alcatraz-kept/mine",
    ),
    (
        "mkdir d; echo o > d/o",
        "rm -r d; mkdir d; echo n > d/n; mkdir z",
        "[ ! -e d/n ] || echo mine > d/mine",
        "[ ! -e d/n ] || grep -q mine d/mine",
        "[ $(cat d/o) = o ]; [ ! -e d/n ]",
    ),
];

/// Lets a commit die at a point, and the host go on; the recovery dies at each of its own points first when `stubborn`. Tells
/// whether the commit was taken back; `None` when it did not die.
fn goes_on(row: usize, point: u64, stubborn: bool, apart: bool) -> Option<bool> {
    let (host, program, meanwhile, kept, former) = AFTERMATHS[row];
    let bench = match apart {
        true => Bench::apart(MarkSpace::Trusted, host, program, false),
        false => Bench::fast_session(MarkSpace::Trusted, host, program),
    };
    let layer = bench.layer();
    if !dies(point, || drop(bench.commit().unwrap())) {
        return None;
    }
    let what = format!("{host} | {program} | {meanwhile} dead at {point}, stubborn: {stubborn}");
    bench.on_host(meanwhile);
    let mut deaths = 0;
    while stubborn && dies(deaths, || drop(bench.recover())) {
        deaths += 1;
    }
    bench.recover();
    assert!(bench.store.unsettled_commits().unwrap().is_empty(), "{what}");
    let holds = |script: &str| bench.on_host(&format!("# {what}\nexec > /dev/null\n{script}"));
    holds(kept);
    if bench.state() == SessionState::Committed {
        return Some(false);
    }
    assert_eq!(bench.state(), SessionState::Finished, "{what}");
    holds(former);
    assert_same(&what, &bench.layer(), &layer);
    Some(true)
}

#[test]
fn what_the_host_does_between_a_crash_and_the_recovery_stays() {
    if !is_inside("aftermath::what_the_host_does_between_a_crash_and_the_recovery_stays") {
        return;
    }
    quietly(|| {
        for row in 0..AFTERMATHS.len() {
            let outcomes = (0..).map_while(|point| goes_on(row, point, point % 4 == 0, false));
            assert!(outcomes.filter(|taken_back| *taken_back).count() > 3, "{row}");
        }
    });
}

/// What a host's file gets between a crash and the recovery is no work of ours: a later commit of the same session asks first.
#[test]
fn what_the_host_adds_to_a_file_after_a_crash_is_not_taken_away_by_the_next_commit() {
    if !is_inside(
        "aftermath::what_the_host_adds_to_a_file_after_a_crash_is_not_taken_away_by_the_next_commit",
    ) {
        return;
    }
    quietly(|| {
        for program in ["chmod 600 g", "echo hh > g", "mv g k; chmod 600 k"] {
            let mut met = [0, 0];
            // Every moment is tried above.
            for point in (0..).step_by(5) {
                let bench = Bench::fast_session(MarkSpace::Trusted, "echo g > g", program);
                if !dies(point, || drop(bench.commit().unwrap())) {
                    break;
                }
                // A file that is on its way, or that the session has taken away, is not there for the host.
                bench.on_host("for f in g k; do [ ! -f $f ] || setfattr -n user.h -v mine $f; done");
                let is_theirs = "[ $(cat g) = g ]; [ $(getfattr --only-values -n user.h g) = mine ]";
                let added = bench.has().values().any(|sight| sight.xattrs.contains_key("user.h"));
                bench.recover();
                if bench.state() == SessionState::Committed || !added {
                    continue;
                }
                let outcome = bench.commit();
                if bench.state() == SessionState::Finished {
                    assert_eq!(outcome.unwrap_err().code, ErrorCode::Conflicts, "{program} dead at {point}");
                    bench.on_host(&format!("exec > /dev/null; {is_theirs}"));
                    met[0] += 1;
                } else {
                    // It was put on the session's own file, which is the layer's again, and came to the host with it.
                    let kept = bench.has().values().any(|sight| sight.xattrs.contains_key("user.h"));
                    assert!(kept, "{program} dead at {point}: taken away");
                    met[1] += 1;
                }
            }
            assert!(met[0] > 0, "{program}: {met:?}");
        }
    });
}

#[test]
fn what_the_host_puts_into_a_copied_directory_stays() {
    if !is_inside("aftermath::what_the_host_puts_into_a_copied_directory_stays") {
        return;
    }
    quietly(|| {
        let outcomes = (0..).map_while(|point| goes_on(5, point, false, true));
        assert!(outcomes.filter(|taken_back| *taken_back).count() > 3);
    });
}

#[test]
fn a_commit_that_is_taken_back_tells_what_the_host_put_into_its_directories() {
    if !is_inside("aftermath::a_commit_that_is_taken_back_tells_what_the_host_put_into_its_directories") {
        return;
    }
    let (mut told, mut point) = (0, 0);
    loop {
        let bench =
            Bench::fast_session(MarkSpace::Trusted, "echo g > g", "mkdir d; echo n > d/n; echo h > g");
        let (host, layer) = (bench.host.clone(), bench.layer());
        crash::interrupt(point, move || {
            run_in(&host, "[ ! -d d ] || { echo mine > d/mine; echo c > g; }");
        });
        let outcome = bench.commit();
        let is_over = crash::is_uninterrupted();
        crash::survive_all();
        if is_over {
            break;
        }
        if let Err(error) = outcome {
            assert_eq!(error.code, ErrorCode::RolledBack, "{error:?}");
            assert!(error.message.contains("/d/mine (1 in all)"), "{error:?}");
            bench.on_host("[ $(cat d/mine) = mine ]; [ $(cat g) = c ]; [ ! -e d/n ]");
            assert_same("layer", &bench.layer(), &layer);
            told += 1;
        }
        point += 1;
    }
    assert!(told > 0, "{point}");
}

/// Host tree, program, and the file that a program of the host writes to once the commit has put it in place.
const WRITTEN: &[(&str, &str, &str)] = &[
    ("echo g > g; echo z > z", "echo hh >> g; echo zz >> z", "g"),
    ("echo g > g; echo z > z", "mv g t; sed s/g/h/ t > g; rm t; echo zz >> z", "g"),
    ("echo z > z", "echo n > n; ln n nn; echo zz >> z", "n"),
    ("mkdir g; echo o > g/o; echo z > z", "rm -r g; echo n > g; echo zz >> z", "g"),
];

/// A line that the host adds to what the commit has put there is still there after the recovery, in a file of the same inode,
/// so that whoever has it open goes on with it; the path is told, and what it displaced is kept.
#[test]
fn what_a_program_of_the_host_writes_to_a_file_that_was_put_in_place_stays() {
    if !is_inside("aftermath::what_a_program_of_the_host_writes_to_a_file_that_was_put_in_place_stays") {
        return;
    }
    quietly(|| {
        for (number, marks) in (0..).zip([MarkSpace::Trusted, MarkSpace::User].into_iter().cycle()).take(8) {
            let (host, program, name) = WRITTEN[number / 2];
            // One appends, and one only holds it open: what it writes comes after the recovery.
            for waits in [false, true] {
                let (mut met, mut point) = (0, 0);
                loop {
                    let what = format!("{marks:?} {host} | {program} dead at {point}, waits: {waits}");
                    let bench = Bench::fast_session(marks, host, program);
                    let (at, old) = (bench.host.join(name), bench.has());
                    if !dies(point, || drop(bench.commit().unwrap())) {
                        break;
                    }
                    let is_placed = std::fs::read(&at).is_ok_and(|now| {
                        old.get(std::path::Path::new(name)).is_none_or(|sight| sight.content != now)
                    });
                    point += 1;
                    if !is_placed {
                        continue;
                    }
                    let mut writer = std::fs::File::options().append(true).open(&at).unwrap();
                    let ino = writer.metadata().unwrap().ino();
                    if !waits {
                        writer.write_all(b"mine\n").unwrap();
                        drop(writer);
                        writer = std::fs::File::open("/dev/null").unwrap();
                    }
                    let (mut deaths, mut recovered) = (0, Vec::new());
                    while point % 4 == 0 && dies(deaths, || recovered = bench.recover()) {
                        deaths += 1;
                    }
                    recovered.extend(bench.recover());
                    if waits {
                        writer.write_all(b"mine\n").unwrap();
                    }
                    bench.recover();
                    assert!(std::fs::read_to_string(&at).unwrap().ends_with("mine\n"), "{what}");
                    assert_eq!(std::fs::metadata(&at).unwrap().ino(), ino, "{what}");
                    if bench.state() == SessionState::Committed {
                        continue;
                    }
                    met += 1;
                    bench.on_host("[ $(cat z) = z ]");
                    let told: Vec<_> = recovered.iter().flat_map(|one| one.foreign.clone()).collect();
                    assert!(told.contains(&bench.path(name)), "{what}: {told:?}");
                    let marked = std::process::Command::new("getfattr")
                        .args(["-d", "-m", "overlay"])
                        .arg(&at)
                        .output()
                        .unwrap();
                    assert!(marked.stdout.is_empty(), "{what}: {marked:?}");
                    if old.contains_key(std::path::Path::new(name)) {
                        let kept: Vec<_> = recovered.iter().flat_map(|one| one.kept.clone()).collect();
                        let kept = std::str::from_utf8(kept[0].as_bytes()).unwrap().to_owned();
                        bench.on_host(&format!("grep -rqx -e g -e o {kept}"));
                    }
                }
                assert!(met > 0, "{marks:?} {host} | {program}: {point} points");
            }
        }
    });
}

/// The same where the commit fails by itself, and where the write comes between the last look and the step that takes it back.
#[test]
fn a_commit_that_fails_takes_nothing_back_that_the_host_has_written_to() {
    if !is_inside("aftermath::a_commit_that_fails_takes_nothing_back_that_the_host_has_written_to") {
        return;
    }
    let (mut gap, mut met) = (0, 0);
    loop {
        let program = "echo h >> g; echo zz >> z";
        let bench = Bench::fast_session(MarkSpace::Trusted, "echo g > g; echo z > z", program);
        let host = bench.host.clone();
        crash::interrupt_gap(gap, move || run_in(&host, "echo mine >> g; echo mine >> z"));
        let outcome = bench.commit();
        let meddled = !crash::is_uninterrupted();
        crash::survive_all();
        if !meddled {
            break;
        }
        let has = ["g", "z"].map(|name| std::fs::read_to_string(bench.host.join(name)).unwrap());
        assert!(has.iter().all(|text| text.ends_with("mine\n")), "{gap}: {has:?}");
        let is_done = has.iter().filter(|text| text.lines().count() == 3).count();
        match outcome {
            Ok(_) => assert_eq!(is_done, 2, "{gap}: {has:?}"),
            // One was in place, and keeps what the session did; the other one was not touched.
            Err(error) if error.code == ErrorCode::RecoveryNeeded => {
                assert_eq!(is_done, 1, "{gap}: {has:?}");
                assert!(error.message.contains("Everything was put back, but for"), "{}", error.message);
                assert_eq!(bench.state(), SessionState::Finished);
                met += 1;
            }
            Err(error) => assert_eq!((error.code, is_done), (ErrorCode::RolledBack, 0), "{gap}: {has:?}"),
        }
        gap += 1;
    }
    assert!(met > 0, "{gap}");
    quietly(|| {
        let programs =
            ["echo h >> g; echo zz >> z", "rm g; echo n > n; ln n nn; echo zz >> z", "mkdir d; echo n > n"];
        for program in programs {
            let new = || Bench::fast_session(MarkSpace::Trusted, "echo g > g; echo z > z", program);
            // The last point at which a commit that dies is taken back: all is in place.
            let is_taken_back = |point: &u64| {
                let bench = new();
                let died = dies(*point, || drop(bench.commit()));
                bench.recover();
                died && bench.state() == SessionState::Finished
            };
            let last = (0..).take_while(is_taken_back).last().unwrap();
            let mut gap = 0;
            // The recovery meets the writer between each look and the step that takes something back.
            loop {
                let bench = new();
                assert!(dies(last, || drop(bench.commit())));
                let host = bench.host.clone();
                crash::interrupt_gap(gap, move || {
                    run_in(&host, "for f in g n z; do [ ! -f $f ] || echo mine >> $f; done");
                });
                let before = bench.has();
                bench.recover();
                let meddled = !crash::is_uninterrupted();
                crash::survive_all();
                if !meddled {
                    break;
                }
                for name in ["g", "n", "z"].map(std::path::Path::new) {
                    let now = bench.has().get(name).map(|sight| sight.content.clone());
                    let has_line = now.is_some_and(|now| now.ends_with(b"mine\n"));
                    // What had gone home before the writer came was not there for it.
                    let was_gone = !before.contains_key(name) || (name.as_os_str() == "n" && gap > 1);
                    assert!(has_line || was_gone, "{program} in gap {gap}: {name:?} {:?}", bench.has());
                }
                gap += 1;
            }
            assert!(gap > 1, "{program}");
        }
    });
}
