//! How much room the backups of commits take up, and the limit that all together keep to.

use std::collections::HashMap;
use std::os::fd::AsFd as _;

use rustix::fs::{AtFlags, FileType, StatxFlags};

use crate::error::Result;
use crate::monitor::Monitor;
use crate::store::Store;

use super::bytes::Bytes;
use super::drop::drop_locked;
use super::journal::Header;
use super::lock::lock_host;
use super::places::{Places, Role, Spot, name};
use super::record::CommitState;

/// Sets how many bytes all backups may take up together, `None` for no limit; returns the commits whose backups went
/// at once for it.
pub fn limit_backups(store: &Store, limit: Option<u64>, monitor: &dyn Monitor) -> Result<Vec<String>> {
    let _host = lock_host(store, monitor)?;
    store.set_backup_limit(limit)?;
    enforce(store)
}

/// Removes backups, the oldest first, until all together are within the limit. That of the newest commit stays, however
/// large it is: what was just done can always be taken back.
pub fn enforce(store: &Store) -> Result<Vec<String>> {
    let Some(limit) = store.backup_limit()? else { return Ok(Vec::new()) };
    let mut kept = store.commits()?;
    kept.retain(|commit| commit.state == CommitState::Done && commit.has_backup);
    let mut total = kept.iter().fold(0_u64, |sum, commit| sum.saturating_add(commit.backup));
    let mut dropped = Vec::new();
    for commit in kept.into_iter().skip(1).rev() {
        if total <= limit {
            break;
        }
        total = total.saturating_sub(commit.backup);
        dropped.push(commit.id.clone());
        drop_locked(store, commit)?;
    }
    Ok(dropped)
}

/// Returns the bytes that a commit's backup takes up. What cannot be looked at is not counted: this is a measure of
/// room, and nothing else rests on it.
pub fn size(places: &mut Places, header: &Header) -> u64 {
    let mut total = 0_u64;
    // An inode with names elsewhere takes up its room there.
    let mut linked: HashMap<(u32, u32, u64), (u32, u64)> = HashMap::new();
    for room in &header.rooms {
        let Ok(base) = places.base(Role::Stage, &room.stage(&header.commit)) else { continue };
        let mut todo = vec![Spot { base, path: Bytes::default() }];
        while let Some(dir) = todo.pop() {
            for entry in places.names(&dir).unwrap_or_default() {
                let spot = dir.join(&entry);
                let Ok(holder) = places.holder(&spot) else { continue };
                let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
                let found = rustix::fs::statx(holder.as_fd(), name(&spot), flags, StatxFlags::BASIC_STATS);
                let Ok(stat) = found else { continue };
                let bytes = stat.stx_blocks.saturating_mul(512);
                if FileType::from_raw_mode(u32::from(stat.stx_mode)) == FileType::Directory {
                    todo.push(spot);
                } else if stat.stx_nlink > 1 {
                    let key = (stat.stx_dev_major, stat.stx_dev_minor, stat.stx_ino);
                    let (names, _) =
                        *linked.entry(key).and_modify(|(names, _)| *names += 1).or_insert((1, bytes));
                    if names < stat.stx_nlink {
                        continue;
                    }
                }
                total = total.saturating_add(bytes);
            }
        }
    }
    total
}
