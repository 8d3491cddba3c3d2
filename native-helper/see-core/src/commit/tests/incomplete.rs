//! A record that is not all of what the session looked at: a check says so, and falls back to the safe side.

use super::bench::{Bench, SESSION, is_inside, tick};
use crate::change::Aspect;
use crate::check::{Checked, check};
use crate::commit::selection::Selection;
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::read_set::log;
use crate::read_set::set::Missing;
use crate::session::SessionState;

fn checked(bench: &Bench) -> Checked {
    let session = bench.store.session(SESSION).unwrap();
    let changes = crate::changes::scan_own(&bench.store, &session, &Unmonitored).unwrap();
    assert!(changes.found.iter().all(|found| found.change.aspects == [Aspect::Content]));
    check(&bench.store, &session, &changes, &Selection::default(), &Unmonitored).unwrap()
}

/// The host changes a file after the session began and before the session first looked at it, as far as is recorded.
#[test]
fn what_the_host_changed_since_the_session_began_counts_where_a_look_may_lack() {
    if !is_inside("incomplete::what_the_host_changed_since_the_session_began_counts_where_a_look_may_lack") {
        return;
    }
    let mut bench = Bench::on(std::path::Path::new("/dev/shm"), MarkSpace::Trusted, "echo f > f; echo g > g");
    bench.begin();
    bench.on_host("echo other > f");
    tick();
    bench.record(&[("f", Access::READ | Access::APPEND), ("g", Access::READ | Access::APPEND)]);
    bench.enter("echo more >> f; echo more >> g");
    let whole = checked(&bench);
    assert_eq!((whole.conflicts.len(), whole.missing), (0, None));
    let reads = crate::engine::reads_path(&bench.store, SESSION);
    let set = log::load(&reads).unwrap().unwrap();
    for missing in [Missing::CutOff, Missing::TooMany, Missing::Blind] {
        let mut set = set.clone();
        set.set_missing(Some(missing));
        log::save(&reads, &set).unwrap();
        assert_safe(&bench, missing);
    }
    let cut = std::fs::read(&reads).unwrap();
    std::fs::write(&reads, &cut[..cut.len() - 3]).unwrap();
    assert_safe(&bench, Missing::CutOff);
    std::fs::remove_file(&reads).unwrap();
    assert_safe(&bench, Missing::CutOff);
    // It looks cut off as long as the session runs, and goes on.
    log::save(&reads, &set).unwrap();
    std::fs::write(&reads, &cut[..cut.len() - 3]).unwrap();
    bench.store.move_session(SESSION, &[SessionState::Finished], SessionState::Running).unwrap();
    assert_eq!(checked(&bench).missing, None);
}

#[track_caller]
fn assert_safe(bench: &Bench, missing: Missing) {
    let found = checked(bench);
    let paths: Vec<HostPath> = found.conflicts.iter().map(|c| c.path.to_host_path().unwrap()).collect();
    assert_eq!((paths, found.missing), (vec![bench.path("f")], Some(missing)));
}
