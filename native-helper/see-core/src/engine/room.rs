//! How much room a file system has: bytes and inodes, and how much of both must stay free. Knows layers, no session.

use std::collections::HashSet;
use std::path::Path;

use crate::cause::{Limit, LimitCause};
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::layer::Layer;
use crate::policy::{Policy, Promise};

/// What a file system can run out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Space.
    Bytes,
    /// Places for files, empty ones too.
    Inodes,
}

/// An amount of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Space.
    pub bytes: u64,
    /// Inodes; `None` where the file system makes them as it needs them.
    pub inodes: Option<u64>,
}

impl Room {
    /// Returns what is free for ordinary users.
    pub fn free(place: &Path) -> Option<Self> {
        let stat = rustix::fs::statvfs(place).ok()?;
        Some(Self {
            bytes: stat.f_bavail.saturating_mul(stat.f_frsize),
            inodes: (stat.f_files > 0).then_some(stat.f_favail),
        })
    }

    /// Returns how much must stay free: so many bytes, or as many as is usual.
    pub fn floor(place: &Path, bytes: Option<u64>) -> Self {
        /// One GiB, and as many inodes as belong to that where each has 16 KiB.
        const MOST: (u64, u64) = (1 << 30, 1 << 16);
        let Ok(stat) = rustix::fs::statvfs(place) else { return Self { bytes: 0, inodes: None } };
        let free = stat.f_bavail.saturating_mul(stat.f_frsize);
        let size = stat.f_blocks.saturating_mul(stat.f_frsize);
        // On a disk that is as good as full already, half of what is left may be used.
        let usual = |all: u64, most: u64| (all / 20).min(most);
        Self {
            bytes: match bytes {
                Some(asked) if asked <= free => asked,
                asked => asked.unwrap_or_else(|| usual(size, MOST.0)).min(free / 2),
            },
            inodes: (stat.f_files > 0).then(|| usual(stat.f_files, MOST.1).min(stat.f_favail / 2)),
        }
    }

    /// Refuses to begin where less is free already than was asked for by name, on the disk that a program begins on; unless that
    /// was accepted by name.
    pub fn check_floor(place: &Path, policy: &Policy) -> Result<()> {
        let floor = policy.floor.filter(|_| !policy.accept.contains(&Promise::Floor));
        const FLOOR: &str = Promise::Floor.name();
        let stat = rustix::fs::statvfs(place).ok();
        let free = stat.map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
        match floor.zip(free) {
            Some((floor, free)) if free < floor => Err(SeeError::new(
                ErrorCode::BadRequest,
                format!("So much cannot stay free: {floor} bytes, when {free} are free on the disk that the program begins on."),
                format!("Make room, or ask for less with --floor. Or go on, and half of what is left stays free: --accept {FLOOR}"),
            )
            .because(Reason::LittleRoom)
            .with_fact("free", free)
            .with_fact("promise", FLOOR)),
            _ => Ok(()),
        }
    }

    /// Says on which disks less is free already than was asked for by name: they do not freeze the session at once.
    pub fn lacking(layers: &[Layer], floor: Option<u64>) -> Vec<Limit> {
        let mut known = HashSet::new();
        let is_lacking = |layer: &&Layer| {
            let free = Self::free(&layer.upper).map(|free| free.bytes);
            floor.zip(free).is_some_and(|(floor, free)| free < floor)
                && rustix::fs::stat(&layer.upper).is_ok_and(|stat| known.insert(stat.st_dev))
        };
        let limit = |layer: &Layer| LimitCause::LittleRoom.at(layer.mount_point.display());
        layers.iter().filter(is_lacking).map(limit).collect()
    }

    /// Returns what this lost until `now`.
    pub fn lost(self, now: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_sub(now.bytes),
            inodes: self.inodes.zip(now.inodes).map(|(then, now)| then.saturating_sub(now)),
        }
    }
}
