//! A file system that goes while a commit is cut off: all others are put back at once and are the host's own from then on; what
//! was done on it waits until it is back, or is settled when it was in memory and the machine has started anew.

use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use super::bench::{Bench, SESSION, Sight, assert_same, is_inside};
use super::crashes::{dies, quietly};
use crate::cause::SessionCause;
use crate::commit::{self, journal};
use crate::error::ErrorCode;
use crate::layer::{Covered, Layer, MarkSpace};
use crate::monitor::Unmonitored;
use crate::session::SessionState;

type Tree = BTreeMap<PathBuf, Sight>;

/// Returns a bench whose session changed what is on the disk and what is on a file system in memory at `z`.
fn make() -> Bench {
    let host = "echo a > a; echo b > b; echo c > c; echo d > d; ln d l; mkdir z; mount -t tmpfs -o mode=755 none z; \
                echo f > z/f; echo g > z/g";
    let program = "echo x > a; chmod 600 b; rm c; echo x > d; ln d l -f; echo n > n";
    let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
    let room = bench.host.join(format!("z/.alcatraz-{}", bench.store.id()));
    let at = |name: &str| {
        let path = room.join("layers").join(SESSION).join("1").join(name);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&path).unwrap();
        path
    };
    let (upper, work) = (at("upper"), at("work"));
    let mut session = bench.store.session(SESSION).unwrap();
    let covered = Covered::at(&bench.path("z"));
    assert!(covered.is_some_and(|covered| covered.is_in_memory()));
    session.layers.push(Layer {
        index: 1,
        mount_point: bench.path("z"),
        upper: upper.clone(),
        work,
        room,
        covered,
        ..bench.session_layer()
    });
    bench.store.update_session(&session).unwrap();
    let upper = upper.display();
    bench.on_host(&format!(
        "chmod 755 {upper}; touch -r z {upper}; echo x > {upper}/f; echo n > {upper}/n; mknod {upper}/g c 0 0"
    ));
    bench
}

/// Returns what is on the disk.
fn on_disk(bench: &Bench) -> Tree {
    bench.has().into_iter().filter(|(path, _)| !path.starts_with("z")).collect()
}

/// Lets a journal tell that it was written before the machine was started anew.
fn start_anew(bench: &Bench) {
    let record = bench.store.unsettled_commits().unwrap().remove(0);
    let dir = commit::commit_dir(&bench.store, &record.id);
    let mut journal = journal::read(&dir).unwrap().unwrap();
    journal.header.boot = Some("an earlier one".to_owned());
    match journal.steps {
        Some(steps) => journal::write_rest(&dir, &journal.header, &steps, &journal.holdings).unwrap(),
        None => drop(journal::Writer::begin(&dir, &journal.header).unwrap()),
    }
}

/// Lets a commit die at a point, and the file system at `z` go; tells whether its recovery had to wait for it. `None` when it did
/// not die.
fn goes(point: u64, comes_back: bool) -> Option<bool> {
    let bench = make();
    let (all, before) = (bench.has(), on_disk(&bench));
    if !dies(point, || drop(bench.commit().unwrap())) {
        bench.on_host("umount z");
        return None;
    }
    let what = format!("dead at {point}, comes back: {comes_back}");
    bench.on_host(
        "mkdir ../aside; mount --move z ../aside; mount -t tmpfs -o mode=755 other z; echo other > z/f",
    );
    let recovered = bench.recover();
    let waits = recovered.iter().find_map(commit::Recovered::waits);
    if let Some(error) = &waits {
        assert_eq!(error.code, ErrorCode::RecoveryNeeded, "{what}");
        assert_eq!(error.path, Some(bench.path("z").to_ref()), "{what}");
        assert_eq!(bench.state(), SessionState::Committing, "{what}");
        assert_eq!(bench.commit().unwrap_err().code, ErrorCode::RecoveryNeeded, "{what}");
        assert_same(&what, &on_disk(&bench), &before);
        // What was put back is the host's own again.
        bench.on_host("echo mine > a; echo mine > d; chmod 640 b; rm c; touch -d @1 .");
        let own = on_disk(&bench);
        assert!(bench.recover().iter().all(|recovered| recovered.waits().is_some()), "{what}");
        assert_same(&what, &on_disk(&bench), &own);
        match comes_back {
            true => bench.on_host("umount z; mount --move ../aside z"),
            false => start_anew(&bench),
        }
        for recovered in bench.recover() {
            assert!(recovered.failed.is_none() && recovered.foreign.is_empty(), "{what}: {recovered:?}");
        }
        assert_eq!(bench.state(), SessionState::Finished, "{what}");
        assert_same(&what, &on_disk(&bench), &own);
        let is_memory = |path: &PathBuf| path.starts_with("z");
        if comes_back {
            let there = bench.has().into_iter().filter(|(path, _)| is_memory(path)).collect();
            let then = all.into_iter().filter(|(path, _)| is_memory(path)).collect();
            assert_same(&what, &there, &then);
        }
    }
    assert!(bench.store.unsettled_commits().unwrap().is_empty(), "{what}");
    if !comes_back || waits.is_none() {
        assert_eq!(std::fs::read(bench.host.join("z/f")).unwrap(), b"other\n", "{what}");
        bench.on_host("umount ../aside");
    }
    bench.on_host("umount z");
    Some(waits.is_some())
}

#[test]
fn a_commit_that_waits_for_ever_can_be_given_up() {
    if !is_inside("away::a_commit_that_waits_for_ever_can_be_given_up") {
        return;
    }
    quietly(|| {
        let mut waited = 0;
        // Every moment is tried above.
        for point in (0..).step_by(7) {
            let bench = make();
            let before = on_disk(&bench);
            if !dies(point, || drop(bench.commit().unwrap())) {
                bench.on_host("umount z");
                break;
            }
            bench.on_host("umount -l z");
            let Some(error) = bench.recover().iter().find_map(commit::Recovered::waits) else { continue };
            waited += 1;
            let why = || bench.store.session(SESSION).unwrap().why;
            let id = error.facts["commit"].as_str().unwrap().to_owned();
            let told = matches!(why(), Some(SessionCause::CommitWaits { commit, .. }) if commit == id);
            assert!(told, "{:?}", why());
            assert!(error.hint.contains(&format!("alcatraz drop {id} --give-up")), "{error:?}");
            let settled = commit::give_up(&bench.store, &id, &Unmonitored).unwrap();
            assert_eq!(settled.given_up, bench.paths(&["z"]), "{point}: {settled:?}");
            assert!(settled.foreign.is_empty(), "{point}: {settled:?}");
            assert_eq!((bench.state(), why()), (SessionState::Finished, None), "{point}");
            assert_same(&format!("given up at {point}"), &on_disk(&bench), &before);
            let again = commit::give_up(&bench.store, &id, &Unmonitored);
            assert_eq!(again.unwrap_err().code, ErrorCode::WrongState, "{point}");
        }
        assert!(waited > 2, "{waited}");
    });
}

#[test]
fn an_undo_that_waits_is_told_with_the_commit_that_it_takes_back() {
    if !is_inside("away::an_undo_that_waits_is_told_with_the_commit_that_it_takes_back") {
        return;
    }
    quietly(|| {
        for point in (9..).step_by(7) {
            let bench = make();
            let done = bench.commit().unwrap().id;
            assert!(dies(point, || drop(bench.undo(&done).unwrap())), "no undo waited before {point}");
            bench.on_host("umount -l z");
            let Some(error) = bench.recover().iter().find_map(commit::Recovered::waits) else { continue };
            let told = commit::waiting_undos(&bench.store).unwrap();
            assert_eq!(told, [(done.clone(), error.clone())]);
            assert_eq!(bench.undo(&done).unwrap_err().message, error.message);
            commit::give_up(&bench.store, error.facts["commit"].as_str().unwrap(), &Unmonitored).unwrap();
            assert_eq!(commit::waiting_undos(&bench.store).unwrap(), []);
            return;
        }
    });
}

#[test]
fn what_a_commit_did_elsewhere_is_put_back_when_one_file_system_is_gone() {
    if is_inside("away::what_a_commit_did_elsewhere_is_put_back_when_one_file_system_is_gone") {
        quietly(|| {
            let waited =
                (0..).map_while(|point| goes(point, point % 2 == 0)).filter(|waited| *waited).count();
            assert!(waited > 20, "{waited}");
        });
    }
}
