//! Finds what differs between a session's view and the host, from the layers' final state.

pub(crate) mod compare;
mod doings;
mod entry;
pub mod found;
mod ground;
mod judge;
pub mod layer_path;
mod links;
mod lost;
mod model;
mod moves;
mod room;
mod root;
mod rows;
pub mod stamp;
mod verdict;
pub mod watch;
mod waves;

use std::sync::Arc;

use crate::error::Result;
use crate::makers::Makers;
use crate::monitor::{Monitor, Phase};
use crate::session::Session;
use crate::store::Store;
use doings::Doings;
use found::{ChangeSet, Found};
use ground::Ground;
use links::in_light_of;
use model::{Model, Nobody};
use verdict::Telling;

/// Returns all that differs between the session's view and the host now. The session may be live. Reads only.
/// Fails with `cancelled` when the monitor says so.
pub fn scan(session: &Session, monitor: &dyn Monitor) -> Result<ChangeSet> {
    settle(Ground::open(session)?, monitor)
}

/// As [`scan`], without what the session's record shows to be the doing of the host.
pub fn scan_own(store: &Store, session: &Session, monitor: &dyn Monitor) -> Result<ChangeSet> {
    settle(recorded_ground(store, session)?, monitor)
}

/// As [`scan_own`], and with who made each change.
pub fn scan_recorded(store: &Store, session: &Session, monitor: &dyn Monitor) -> Result<ChangeSet> {
    let mut set = scan_own(store, session, monitor)?;
    let mut makers = Makers::of(store, &session.id);
    makers.refresh();
    makers.tell(&mut set);
    Ok(set)
}

fn recorded_ground(store: &Store, session: &Session) -> Result<Ground> {
    let mut ground = Ground::open(session)?;
    if session.policy.reads.level().is_some() {
        ground.doings = Some(Doings::new(crate::engine::reads_path(store, &session.id)));
    }
    Ok(ground)
}

fn settle(ground: Ground, monitor: &dyn Monitor) -> Result<ChangeSet> {
    let mut model = Model::new(ground, false)?;
    model.settle(monitor, &mut Nobody)?;
    let set = collect(model);
    let total = set.found.len() as u64;
    monitor.progress(Phase::Scan, total, Some(total));
    Ok(set)
}

/// Puts the rows of a settled model in order.
fn collect(mut model: Model) -> ChangeSet {
    let overrides = model.links.take_overrides();
    let mut rows: Vec<(Arc<Found>, bool)> = Vec::with_capacity(model.plain.len() + model.lone.len());
    for row in model.plain.take_all() {
        if overrides.contains_key(&row.found.change.path) {
            continue;
        }
        let moved = row.covers.as_deref().is_some_and(|host| model.links.is_source(host));
        rows.extend(in_light_of(&row, moved).map(|found| (found, row.telling == Telling::IfBelow)));
    }
    let lone = std::mem::take(&mut model.lone).into_iter();
    rows.extend(lone.map(|row| (row.found, false)));
    rows.extend(overrides.into_values().map(|found| (found, false)));
    rows.sort_unstable_by(|(a, _), (b, _)| a.change.path.cmp(&b.change.path));

    let mut found: Vec<Found> = Vec::with_capacity(rows.len());
    // From the end, so that what lies below a directory is decided before the directory.
    for (row, if_below) in rows.into_iter().rev() {
        let below = found.last().is_some_and(|next| next.change.path.is_within(&row.change.path));
        if !if_below || below {
            found.push(Arc::unwrap_or_clone(row));
        }
    }
    found.reverse();
    let astray = model.take_astray();
    ChangeSet {
        found,
        unlisted: model.unlisted().cloned().collect(),
        cut: model.cut().cloned().collect(),
        astray,
    }
}
