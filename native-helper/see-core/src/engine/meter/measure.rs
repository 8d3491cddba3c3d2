//! How much layers hold and how much is free: estimated from the file systems, or measured whole.

use std::collections::HashSet;
use std::time::Instant;

use crate::engine::footprint::{self, INODE};
use crate::engine::nameless;
use crate::engine::room::{Kind, Room};

use super::{Left, MOST_OFTEN, Work};

impl Work {
    /// What is free of each file system, and its floor.
    pub(super) fn lacking(&self) -> impl Iterator<Item = Left> {
        let places = self.places.iter().zip(&self.free).enumerate();
        let counted = places.filter(|(_, (_, then))| then.is_some());
        let asked = counted
            .filter_map(|(index, (place, _))| Some((index, Room::free(place)?, self.floors.of(index)?)));
        asked.flat_map(|(index, free, floor)| {
            let bytes = Left { index, kind: Kind::Bytes, free: free.bytes, floor: floor.bytes };
            let inodes = free.inodes.zip(floor.inodes);
            let inodes = inodes.map(|(free, floor)| Left { index, kind: Kind::Inodes, free, floor });
            std::iter::once(bytes).chain(inodes)
        })
    }

    /// Returns the most that the layers can hold by now: what they held, and what became used since.
    pub(super) fn estimate(&self) -> u64 {
        let lost = self.places.iter().zip(&self.free).filter_map(|(place, then)| {
            let lost = (*then)?.lost(Room::free(place)?);
            Some(lost.bytes.saturating_add(lost.inodes.unwrap_or(0).saturating_mul(INODE)))
        });
        self.used.saturating_add(lost.sum())
    }

    /// Measures everything, but no longer than until a limit may be reached: then everything has to be held first.
    pub(super) fn measure(&mut self) {
        let estimate = self.estimate();
        let began = Instant::now();
        if let Some((used, free)) = self.measured_whole(estimate) {
            (self.used, self.free) = (used, free);
        }
        self.measured = Instant::now();
        self.took = began.elapsed();
    }

    fn measured_whole(&self, estimate: u64) -> Option<(u64, Vec<Option<Room>>)> {
        let mut next = Instant::now() + MOST_OFTEN;
        let mut goes_on = || {
            if self.held.is_some() || Instant::now() < next {
                return true;
            }
            next = Instant::now() + self.pause();
            !self.is_at_limit()
        };
        let free: Vec<_> = self
            .places
            .iter()
            .zip(&self.free)
            .map(|(place, then)| then.and_then(|_| Room::free(place)))
            .collect();
        let (mut sum, mut whole) = (0_u64, true);
        let mut seen = HashSet::new();
        for place in &self.places {
            match footprint::of(place, &mut seen, &mut goes_on) {
                Ok(Some((bytes, all))) => {
                    sum = sum.saturating_add(bytes);
                    whole &= all;
                }
                Ok(None) => return None,
                Err(_) => whole = false,
            }
        }
        // Without a quota nobody asks how much it is.
        if self.bounds.quota.is_some() {
            sum = sum.saturating_add(nameless::held_below(self.init, &mut goes_on)?);
        }
        // What a program keeps out of sight must not make it look small.
        Some((if whole { sum } else { sum.max(estimate) }, free))
    }
}
