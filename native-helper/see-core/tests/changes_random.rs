//! Random programs in a real overlay: what is told, applied to the host, gives what the program sees; and the live
//! feed tells the same as a scan.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod lab;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use lab::random::{Dice, act, assert_links, replay};
use lab::{Lab, snapshot};
use see_core::change::Change;
use see_core::changes::scan;
use see_core::changes::watch::{WatchEvent, Watcher};
use see_core::layer::MarkSpace;
use see_core::monitor::Unmonitored;
use see_core::path::HostPath;

fn seeds(count: u64) -> std::ops::Range<u64> {
    match std::env::var("ALCATRAZ_TEST_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..count,
    }
}

fn prove(marks: MarkSpace, count: u64) {
    for seed in seeds(count) {
        let mut dice = Dice::new(seed);
        let mut lab = Lab::new(marks);
        let mut story: Vec<_> = (0..30).map(|_| act(&mut dice, &lab.host)).collect();
        story.push("-- session".to_owned());
        lab.mount();
        for round in 0..4 {
            story.extend((0..8).map(|_| act(&mut dice, &lab.view)));
            let (host, view) = (snapshot(&lab.host), snapshot(&lab.view));
            let set = scan(&lab.session(), &Unmonitored).unwrap();
            let tale = || format!("seed {seed} round {round}\n{}\n{set:#?}", story.join("\n"));
            let result = std::panic::catch_unwind(|| {
                assert_links(&set, &lab.path(""), &lab.upper);
                replay(&set, &lab.path(""), &host, &view)
            });
            let result = result.unwrap_or_else(|_| panic!("{}", tale()));
            assert_eq!(result, view, "{}", tale());
        }
    }
}

#[test]
fn changes_applied_to_the_host_give_the_session_in_system_mode() {
    if lab::is_inside("changes_applied_to_the_host_give_the_session_in_system_mode") {
        prove(MarkSpace::Trusted, 150);
    }
}

#[test]
fn changes_applied_to_the_host_give_the_session_in_user_mode() {
    if lab::is_inside("changes_applied_to_the_host_give_the_session_in_user_mode") {
        prove(MarkSpace::User, 80);
    }
}

/// Follows a feed as the app does.
struct Follower {
    watcher: Watcher,
    rows: BTreeMap<HostPath, Change>,
    settled: bool,
}

impl Follower {
    fn new(lab: &Lab) -> Self {
        Self { watcher: Watcher::start(&lab.session()).unwrap(), rows: BTreeMap::new(), settled: false }
    }

    /// Takes one event in.
    fn take(&mut self, timeout: Duration) {
        match self.watcher.next(timeout) {
            Some(WatchEvent::Reset) => {
                self.rows.clear();
                self.settled = false;
            }
            Some(WatchEvent::Rows(rows)) => {
                assert!(rows.len() <= 2000);
                self.rows.extend(rows.into_iter().map(|row| (row.path.clone(), row)));
                self.settled = false;
            }
            Some(WatchEvent::Gone(paths)) => {
                for path in paths {
                    assert!(self.rows.remove(&path).is_some(), "{path:?} was not there");
                }
                self.settled = false;
            }
            Some(WatchEvent::Settled { total, summary, .. }) => {
                assert_eq!((total, summary.total()), (self.rows.len() as u64, self.rows.len() as u64));
                let mut counted = see_core::change::Summary::default();
                self.rows.values().for_each(|row| counted.add(row));
                assert_eq!(counted, summary);
                self.settled = true;
            }
            Some(WatchEvent::Failed(error)) => panic!("{error:?}"),
            None => {}
        }
    }

    /// Follows until the feed tells what a scan tells; fails when it does not within the time of several rounds.
    fn catch_up(&mut self, lab: &Lab, tale: &dyn Fn() -> String) {
        let truth = scan(&lab.session(), &Unmonitored).unwrap();
        let truth: BTreeMap<_, _> =
            truth.found.into_iter().map(|f| (f.change.path.clone(), f.change)).collect();
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.settled || self.rows != truth {
            assert!(Instant::now() < deadline, "{}\ntold {:#?}\ntrue {truth:#?}", tale(), self.rows);
            self.take(Duration::from_millis(50));
        }
    }
}

#[test]
fn the_live_feed_tells_what_a_scan_tells() {
    if !lab::is_inside("the_live_feed_tells_what_a_scan_tells") {
        return;
    }
    for seed in seeds(40) {
        let mut dice = Dice::new(seed + 1000);
        let mut lab = Lab::new(MarkSpace::Trusted);
        let mut story: Vec<_> = (0..30).map(|_| act(&mut dice, &lab.host)).collect();
        lab.mount();
        story.push("-- session".to_owned());
        let mut follower = Follower::new(&lab);
        for _ in 0..6 {
            let count = 1 + dice.below(12);
            for _ in 0..count {
                story.push(act(&mut dice, &lab.view));
                if dice.below(4) == 0 {
                    std::thread::sleep(Duration::from_millis(dice.below(40)));
                }
            }
            follower.catch_up(&lab, &|| format!("seed {seed}\n{}", story.join("\n")));
        }
    }
}
