//! Does the steps of a journal, or takes them back. Between two steps anything may happen to the host; a host that
//! is not as the plan expects it stops the commit.

use std::collections::{HashMap, HashSet};

use crate::check::in_use;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;

use super::arrived::Arrived;
use super::away::{Away, Fate, Patience};
use super::crash;
use super::guests;
use super::held::Held;
use super::journal::{Header, Journal, Left};
use super::places::{Places, Role, Spot};
use super::plan::{Plan, Planned};
use super::rooms::is_beside;
use super::stat::{Identity, Stat};
use super::step::{Purpose, Step, changed};
use super::touched::Touched;

/// Inodes that our own steps changed: how they stood before is no measure any more.
#[derive(Default)]
struct Ours {
    objects: HashSet<Identity>,
    directories: HashSet<(u64, u64)>,
}

impl Ours {
    fn has(&self, object: &Stat) -> bool {
        self.objects.contains(&object.identity)
            || self.directories.contains(&(object.dev, object.identity.ino))
    }

    /// Tells whether an object is the expected one, and stands as expected where nothing of ours changed it.
    fn explains(&self, now: Option<Stat>, expected: &Stat) -> bool {
        now.is_some_and(|now| match self.has(expected) {
            true => now.identity == expected.identity,
            false => now.is_unchanged_since(expected),
        })
    }

    /// As `explains`, of a directory whose entries no step has changed so far.
    fn explains_untouched(&self, now: Option<Stat>, expected: &Stat) -> bool {
        self.explains(now, expected) && now.is_some_and(|now| now.mtime == expected.mtime)
    }
}

/// Does all steps. When it fails, some may have been done: `begun` tells how many were begun.
pub fn apply(places: &mut Places, plan: &Plan, begun: &mut usize, monitor: &dyn Monitor) -> Result<()> {
    let steps = &plan.steps;
    let total = u64::try_from(steps.len()).ok();
    let mut ours = Ours::default();
    let mut held = Held::new(plan);
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
            if !ours.explains(places.stat(spot)?, expected) {
                return Err(changed(places, spot));
            }
        }
        let is_untouched = |now: Option<Stat>, expected: &Stat| ours.explains_untouched(now, expected);
        if let Some(dir) = held.look(places, &planned.step, is_untouched)? {
            return Err(changed(places, &dir));
        }
        crash::gap();
        let mut holders = Vec::new();
        for name in planned.step.names() {
            holders.push(places.holder(name)?.number);
        }
        ours.directories.extend(&holders);
        let was_ours: Vec<bool> = planned.expects.iter().map(|(_, expected)| ours.has(expected)).collect();
        ours.objects.extend(planned.step.objects());
        *begun = done + 1;
        if let Err(error) = planned.step.apply(places) {
            if planned.step.was_refused(&error) {
                *begun = done;
            }
            return Err(error);
        }
        held.follow(&planned.step, &holders);
        look_again(places, planned, (&ours, &held), &was_ours)?;
    }
    monitor.progress(Phase::Apply, total.unwrap_or(0), total);
    crash::point();
    Ok(())
}

/// Looks at what a step took out of the way, now that nobody reaches it by its name any more: what the host did to it
/// between our last look and the step would be lost in the backup.
fn look_again(
    places: &mut Places,
    planned: &Planned,
    (ours, held): (&Ours, &Held<'_>),
    was_ours: &[bool],
) -> Result<()> {
    let Some((from, to)) = planned.step.displaces() else { return Ok(()) };
    for ((spot, expected), was_ours) in planned.expects.iter().zip(was_ours) {
        let Some(below) = spot.below(from) else { continue };
        let now = places.stat(&to.join(below))?;
        // The rename itself shows in the time of the last change of what was renamed.
        let is_as_expected = match below.is_empty() && !was_ours {
            true => now.is_some_and(|now| now.stands_like(expected)),
            false => ours.explains(now, expected),
        };
        if !(is_as_expected && held.is_as_known(places, &to.join(below), expected)?) {
            return Err(changed(places, spot));
        }
    }
    if planned.unwritten && in_use::is_written(places, to)? == Some(true) {
        return Err(written(places, from));
    }
    Ok(())
}

fn written(places: &Places, spot: &Spot) -> Box<SeeError> {
    let path = places.path(spot);
    SeeError::new(
        ErrorCode::RolledBack,
        format!("{} was opened for writing by a program of the host during the commit.", path.display()),
        "Close that program, or leave the file out, then commit again.",
    )
    .because(Reason::HostWrites)
    .with_path(&path)
}

/// What the host looks like after everything was taken back.
#[derive(Debug, Default)]
pub struct Reverted {
    /// The objects of the host that stand a little different: their time of change is that of the revert.
    pub left: Vec<Left>,
    /// Where somebody else changed the host meanwhile: theirs stays, ours is in the backup.
    pub foreign: Vec<HostPath>,
    /// What somebody else had put into new directories, and where it is now.
    pub guests: Vec<HostPath>,
    /// The steps that were not taken back, whether for that or because their tree is awaited.
    pub rest: Vec<Step>,
}

/// Takes steps back, the last one first, but for those in trees that are not there; they may have been done in part or
/// not at all.
pub fn revert(
    places: &mut Places,
    (journal, away): (&Journal, &Away),
    steps: &[Step],
    monitor: &dyn Monitor,
) -> Result<Reverted> {
    let there: Vec<&Step> = steps.iter().filter(|step| !away.bars(step)).collect();
    let known: HashSet<Identity> = steps.iter().flat_map(Step::objects).collect();
    places.forget();
    let mut overtaken = Vec::new();
    let mut arrived = Arrived::look(places, &journal.holdings, &there)?;
    for (done, step) in there.iter().rev().enumerate() {
        if done % 64 == 0 {
            monitor.progress(Phase::Recover, u64::try_from(done).unwrap_or(0), None);
        }
        crash::point();
        crash::gap();
        let taken_back = match arrived.is_theirs(step) {
            true => step.settle(places),
            false => step.revert(places, &known),
        };
        match taken_back {
            // Whatever stands in the way there, it is told below.
            Err(_) if away.patience == Patience::GivesUp => {}
            taken_back => taken_back?,
        }
        if arrived.came_back_changed(places, step)? {
            // Where that fails it is in the layer, with the session's work.
            let returned = return_to_host(places, step, &there);
            overtaken.extend(returned.err().map(|_| places.path(step.place())));
        }
    }
    crash::point();
    let header = &journal.header;
    let (guests, kept) = match guests::give_back(places, &there, &journal.holdings) {
        // It stays in the layer with the directory that it was put into.
        Err(error) if away.patience == Patience::GivesUp => {
            (Vec::new(), error.path.and_then(|path| path.to_host_path()))
        }
        given => (given?, None),
    };
    // The stages go.
    let is_lasting = |places: &Places, spot: &Spot| Ok(places.role(spot)? != Role::Stage);
    Touched::by(places, there.iter().copied(), is_lasting)?.write(places)?;
    let left = compare(places, header, away)?;
    overtaken.extend(kept);
    let mut reverted = Reverted { left, guests, foreign: overtaken, rest: Vec::new() };
    let homes = header.before.iter().filter(|seen| !away.has(&seen.at));
    let homes = homes.map(|seen| (seen.stat.identity, &seen.at)).collect();
    let is_reverted = |places: &mut Places, step: &Step| match step.is_reverted(places, &homes, &known) {
        Err(_) if away.patience == Patience::GivesUp => Ok(false),
        is_reverted => is_reverted,
    };
    for step in steps {
        match away.fate(step) {
            Some(Fate::Lost) => continue,
            Some(Fate::Awaited) => {}
            None if is_reverted(places, step)? => continue,
            None => reverted.foreign.push(places.path(step.place())),
        }
        reverted.rest.push(step.clone());
    }
    Ok(reverted)
}

/// Brings a file to the host once more that somebody wrote to right before it was taken back.
fn return_to_host(places: &mut Places, arrival: &Step, steps: &[&Step]) -> Result<()> {
    arrival.apply(places)?;
    let object = arrival.objects().first().copied();
    let belongs = |step: &&&Step| {
        matches!(step, Step::Link { .. } | Step::Marks { .. }) && step.objects().first().copied() == object
    };
    steps.iter().filter(belongs).try_for_each(|step| step.apply(places))
}

/// Returns the host's objects that stand different from how they stood before the commit, by our doing alone.
pub fn compare(places: &mut Places, header: &Header, away: &Away) -> Result<Vec<Left>> {
    let mut left = Vec::new();
    for seen in header.before.iter().filter(|seen| !away.has(&seen.at)) {
        // We put back all but the time of the last change; any other difference is somebody else's.
        let now = places.stat(&seen.at)?.filter(|now| now.stands_like(&seen.stat));
        let Some(stat) = now.filter(|now| *now != seen.stat) else { continue };
        if seen.has_kept_attributes(places)? {
            left.push(Left { at: seen.at.clone(), stat, before: Some(seen.stat) });
        }
    }
    Ok(left)
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

/// Returns the error for a commit that failed and was taken back; tells what somebody else had put into new directories.
pub fn rolled_back(cause: Box<SeeError>, guests: &[HostPath]) -> Box<SeeError> {
    let mut error = put_back(cause);
    if let Some(first) = guests.first() {
        let many = guests.len();
        error.message = format!(
            "{} What the host has put into new directories meanwhile stays there: {} ({many} in all).",
            error.message,
            first.display()
        );
    }
    error
}

fn put_back(cause: Box<SeeError>) -> Box<SeeError> {
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
