//! When the quota, or what must stay free on a disk, comes near.

use std::collections::HashMap;
use std::time::Instant;

use crate::engine::finding::Finding;
use crate::engine::nearness::{self, Nearness, Turn};
use crate::engine::room::Kind;
use crate::session::{Near, Scarce};
use crate::timestamp::Timestamp;

use super::{Left, SHARE, Work};

/// How near a session is to its limits of disk space.
#[derive(Debug, Default)]
pub(super) struct Disks {
    quota: Nearness,
    /// By layer.
    floors: HashMap<(usize, Kind), Nearness>,
}

impl Work {
    /// Says what came near, and what is away again.
    pub(super) fn look_whether_near(&mut self) {
        let now = Instant::now();
        if let Some(quota) = self.bounds.quota {
            // What is estimated counts others' files too: it is measured first.
            let may_be = !nearness::is_near(self.used, quota) && nearness::is_near(self.estimate(), quota);
            if may_be && !self.nearness.quota.is_near() && self.measured.elapsed() > self.took * SHARE {
                self.measure();
            }
            let turn = self.nearness.quota.look(self.used, quota, now);
            self.say_turn(turn, Scarce::Quota, self.used, quota, None);
        }
        let left: Vec<_> = self.lacking().collect();
        for Left { index, kind, free, floor } in left {
            // What must stay free is the more of what is free the less there is. Where the session has nothing, others fill the disk.
            let is_own = nearness::is_near(floor, free) && self.floors.has_names(index);
            let nearness = self.nearness.floors.entry((index, kind)).or_default();
            let turn = match is_own || !nearness::is_near(floor, free) {
                true => nearness.look(floor, free, now),
                false => None,
            };
            let what = if kind == Kind::Bytes { Scarce::Disk } else { Scarce::Inodes };
            self.say_turn(turn, what, free, floor, self.names.get(index).cloned());
        }
    }

    fn say_turn(&self, turn: Option<Turn>, what: Scarce, used: u64, limit: u64, place: Option<String>) {
        match turn {
            Some(Turn::Came) => {
                let since = Timestamp::now().to_rfc3339();
                self.say(Finding::Near(Near { what, used, limit, place, hits: 0, since }));
            }
            Some(Turn::Left) => self.say(Finding::Away(what, place)),
            None => {}
        }
    }
}
