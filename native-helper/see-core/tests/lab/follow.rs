//! Follows a live feed as the app does.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use see_core::change::{Change, Summary};
use see_core::changes::scan;
use see_core::changes::watch::{Untold, WatchEvent, Watcher};
use see_core::monitor::Unmonitored;
use see_core::path::HostPath;

use super::Lab;

/// Follows a feed as the app does.
pub struct Follower {
    pub watcher: Watcher,
    pub rows: BTreeMap<HostPath, Change>,
    pub untold: Untold,
    pub settled: bool,
    pub events: usize,
}

impl Follower {
    pub fn new(lab: &Lab) -> Self {
        Self {
            watcher: Watcher::start(&lab.session()).unwrap(),
            rows: BTreeMap::new(),
            untold: Untold::default(),
            settled: false,
            events: 0,
        }
    }

    /// Takes one event in.
    pub fn take(&mut self, timeout: Duration) {
        let event = self.watcher.next(timeout);
        self.events += usize::from(event.is_some());
        match event {
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
            Some(WatchEvent::Settled { total, summary, untold, .. }) => {
                self.untold = untold;
                assert_eq!((total, summary.total()), (self.rows.len() as u64, self.rows.len() as u64));
                let mut counted = Summary::default();
                self.rows.values().for_each(|row| counted.add(row));
                assert_eq!(counted, summary);
                self.settled = true;
            }
            Some(WatchEvent::Failed(error)) => panic!("{error:?}"),
            None => {}
        }
    }

    /// Follows until the feed tells what a scan tells; fails when it does not within the time of several rounds.
    pub fn catch_up(&mut self, lab: &Lab, tale: &dyn Fn() -> String) {
        let truth = scan(&lab.session(), &Unmonitored).unwrap();
        let truth: BTreeMap<_, _> =
            truth.found.into_iter().map(|f| (f.change.path.clone(), f.change)).collect();
        let deadline = Instant::now() + Duration::from_secs(120);
        while !self.settled || self.rows != truth {
            assert!(Instant::now() < deadline, "{}\ntold {:#?}\ntrue {truth:#?}", tale(), self.rows);
            self.take(Duration::from_millis(50));
        }
    }
}
