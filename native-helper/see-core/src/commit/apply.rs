//! Does the steps of a journal, or takes them back. Between two steps anything may happen to the host; a host that
//! is not as the plan expects it stops the commit.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::change::FileType;
use crate::error::{ErrorCode, Result, SeeError};
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;

use super::crash;
use super::journal::{Header, Left};
use super::places::{Places, Role, Spot};
use super::plan::{Plan, Planned};
use super::rooms::is_beside;
use super::stage::{FEW, sync_dirs, sync_trees};
use super::stat::{Identity, Stat};
use super::step::{Purpose, Step, changed};

/// Inodes that our own steps changed: how they stood before is no measure any more.
#[derive(Default)]
struct Ours {
    objects: HashSet<Identity>,
    directories: HashSet<(u64, u64)>,
}

/// Does all steps. When it fails, some may have been done: `begun` tells how many were begun.
pub fn apply(places: &mut Places, plan: &Plan, begun: &mut usize, monitor: &dyn Monitor) -> Result<()> {
    let steps = &plan.steps;
    let total = u64::try_from(steps.len()).ok();
    let mut ours = Ours::default();
    // What was open since the plan may have got another name meanwhile.
    places.forget();
    // A room that was made since the plan changed the directory that it lies in.
    for room in plan.rooms.iter().filter(|room| is_beside(places, room)).collect::<Vec<_>>() {
        ours.directories.insert(places.dir(&room.serves)?.number);
    }
    for (done, planned) in steps.iter().enumerate() {
        if done % 64 == 0 {
            monitor.progress(Phase::Apply, u64::try_from(done).unwrap_or(0), total);
        }
        crash::point();
        for (spot, expected) in &planned.expects {
            let now = places.stat(spot)?;
            let is_ours = ours.objects.contains(&expected.identity)
                || ours.directories.contains(&(expected.dev, expected.identity.ino));
            let as_expected = now.is_some_and(|now| match is_ours {
                true => now.identity == expected.identity,
                false => now.is_unchanged_since(expected),
            });
            if !as_expected {
                return Err(changed(places, spot));
            }
        }
        for name in planned.step.names() {
            let number = places.holder(name)?.number;
            ours.directories.insert(number);
        }
        ours.objects.extend(planned.step.objects());
        *begun = done + 1;
        planned.step.apply(places)?;
    }
    monitor.progress(Phase::Apply, total.unwrap_or(0), total);
    crash::point();
    Ok(())
}

/// What the host looks like after everything was taken back.
#[derive(Debug, Default)]
pub struct Reverted {
    /// The objects of the host that stand a little different: their time of change is that of the revert.
    pub left: Vec<Left>,
    /// Where somebody else changed the host meanwhile: theirs stays, ours is in the backup.
    pub foreign: Vec<HostPath>,
}

/// Takes steps back, the last one first; they may have been done in part or not at all.
pub fn revert(
    places: &mut Places,
    header: &Header,
    steps: &[Step],
    monitor: &dyn Monitor,
) -> Result<Reverted> {
    let mut dirs = BTreeSet::new();
    places.forget();
    for (done, step) in steps.iter().rev().enumerate() {
        if done % 64 == 0 {
            monitor.progress(Phase::Recover, u64::try_from(done).unwrap_or(0), None);
        }
        crash::point();
        step.revert(places)?;
    }
    crash::point();
    for spot in steps.iter().flat_map(Step::names) {
        let dir = spot.parent();
        if places.role(&dir)? != Role::Stage && places.stat(&dir)?.is_some_and(|stat| stat.is_dir()) {
            dirs.insert(dir);
        }
    }
    sync_dirs(places, dirs)?;
    let mut reverted = Reverted { left: compare(places, header)?, foreign: Vec::new() };
    let homes = header.before.iter().map(|seen| (seen.stat.identity, &seen.at)).collect();
    for step in steps {
        if !step.is_reverted(places, &homes)? {
            reverted.foreign.push(places.path(step.place()));
        }
    }
    Ok(reverted)
}

/// Returns the host's objects that stand different from how they stood before the commit, by our doing alone.
pub fn compare(places: &mut Places, header: &Header) -> Result<Vec<Left>> {
    let mut left = Vec::new();
    for seen in &header.before {
        let now = places.stat(&seen.at)?.filter(|now| now.identity == seen.stat.identity);
        if let Some(stat) = now.filter(|now| stands_alike(now, &seen.stat) && *now != seen.stat) {
            left.push(Left { at: seen.at.clone(), stat, before: Some(seen.stat) });
        }
    }
    Ok(left)
}

/// Tells whether nothing but the time of its last change of attributes tells two looks at an object apart. We put
/// everything else back; a difference is somebody else's.
fn stands_alike(one: &Stat, other: &Stat) -> bool {
    let key = |stat: &Stat| (stat.mode, stat.uid, stat.gid, stat.mtime);
    key(one) == key(other) && (one.size == other.size || one.is_dir())
}

/// Writes all that the steps changed to the disk: few objects each on its own, else their file systems.
pub fn publish(places: &mut Places, steps: &[Planned], monitor: &dyn Monitor) -> Result<()> {
    monitor.progress(Phase::Publish, 0, None);
    let (mut dirs, mut files, mut moved) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for planned in steps {
        match &planned.step {
            Step::Attributes { at, object, .. }
            | Step::Marks { at, object, .. }
            | Step::SetTime { at, object, .. } => match object.kind {
                FileType::Directory => dirs.insert(at.clone()),
                FileType::File if places.stat(at)?.is_some_and(|stat| stat.identity == *object) => {
                    files.insert(at.clone())
                }
                // A later step gave it another name.
                FileType::File => moved.insert(at.base),
                _ => dirs.insert(at.parent()),
            },
            step => {
                dirs.extend(step.names().into_iter().map(Spot::parent));
                false
            }
        };
    }
    let mut there = BTreeSet::new();
    for dir in dirs {
        if places.stat(&dir)?.is_some_and(|stat| stat.is_dir()) {
            there.insert(dir);
        }
    }
    if there.len() + files.len() > FEW || !moved.is_empty() {
        moved.extend(there.iter().chain(&files).map(|spot| spot.base));
        return sync_trees(places, moved);
    }
    files.iter().try_for_each(|file| places.sync_file(file))?;
    there.iter().try_for_each(|dir| places.sync_dir(dir))
}

/// Looks at what the commit left: on the host, and of the host's in the backup.
pub fn results(places: &mut Places, plan: &Plan) -> Result<Vec<Left>> {
    let before: HashMap<Identity, Stat> =
        plan.before.iter().map(|seen| (seen.stat.identity, seen.stat)).collect();
    let backups = plan.steps.iter().filter_map(|planned| match &planned.step {
        Step::Move { to, purpose: Purpose::Remove, .. } => Some(to),
        Step::Replace { backup, .. } => Some(backup),
        _ => None,
    });
    let mut left = Vec::with_capacity(plan.results.len());
    for at in plan.results.iter().chain(backups) {
        if let Some(stat) = places.stat(at)? {
            left.push(Left { at: at.clone(), stat, before: before.get(&stat.identity).copied() });
        }
    }
    Ok(left)
}

/// Returns the error for a commit that failed and was taken back.
pub fn rolled_back(cause: Box<SeeError>) -> Box<SeeError> {
    if matches!(cause.code, ErrorCode::RolledBack | ErrorCode::Internal) {
        return cause;
    }
    let code = serde_json::to_value(cause.code).unwrap_or_default();
    let mut error = SeeError::new(
        ErrorCode::RolledBack,
        format!("{} Everything was put back.", cause.message),
        cause.hint.clone(),
    )
    .with_fact("cause", code);
    error.path.clone_from(&cause.path);
    for (name, value) in &cause.facts {
        error.facts.entry(name.clone()).or_insert_with(|| value.clone());
    }
    error
}
