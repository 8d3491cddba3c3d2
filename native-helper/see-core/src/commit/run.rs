//! Carries out a plan that was checked: stage, journal, apply, publish. A commit and an undo are the same here.

use crate::error::{ErrorCode, Result, SeeError};
use crate::monitor::{Monitor, Phase};
use crate::remove_tree::remove_dir;
use crate::session::SessionState;
use crate::store::Store;

use super::apply;
use super::arrived;
use super::away::{self, Patience};
use super::backups;
use super::crash;
use super::finish::{self, TakenBack};
use super::guests::{self, Holding};
use super::journal::{Header, Journal, Unapplied, Writer};
use super::loosen;
use super::places::Places;
use super::plan::Plan;
use super::record::CommitRecord;
use super::rooms::{make_private, make_stage};
use super::stage;
use super::step::Step;
use super::touched::Touched;

/// What a plan is carried out for.
pub struct Purpose<'a> {
    /// The commit, in state applying.
    pub record: CommitRecord,
    /// Whether nothing of the session is left afterwards.
    pub whole: bool,
    /// The commit that it takes back.
    pub undone: Option<CommitRecord>,
    /// Fails when what the check rests on, and no step looks at again, does not hold any more.
    pub still_holds: &'a dyn Fn() -> Result<()>,
}

/// Carries out a plan; returns the commits whose backups had to go for it. When it fails, host and session are as before,
/// unless the error is `recovery-needed`.
pub fn run(
    store: &Store,
    mut places: Places,
    mut plan: Plan,
    purpose: Purpose<'_>,
    monitor: &dyn Monitor,
) -> Result<Vec<String>> {
    loosen::loosen(&mut places, &mut plan)?;
    let header = Header {
        commit: purpose.record.id.clone(),
        session: purpose.record.session.clone(),
        whole: purpose.whole,
        undoes: purpose.undone.as_ref().map(|undone| undone.id.clone()),
        bases: places.bases().to_vec(),
        rooms: plan.rooms.clone(),
        before: plan.before.clone(),
        boot: away::this_boot(),
    };
    let mut journal = Journal::new(header);
    let dir = super::commit_dir(store, &journal.header.commit);
    make_private(&dir)?;
    if let Err(error) = store.insert_commit(&purpose.record) {
        // Nothing is known of it: nothing of it stays.
        remove_dir(&dir)?;
        return Err(error);
    }
    let written = write(store, &mut places, &journal.header, &mut plan, &purpose, monitor);
    let (writer, steps, holdings) = match written {
        Ok(written) => written,
        Err(cause) => {
            // Nothing on the host has changed; what was staged goes.
            return match finish::give_up(store, &mut places, &journal, Patience::Waits) {
                Ok(()) => Err(cause),
                Err(error) => Err(recovery_needed(&cause, &error)),
            };
        }
    };
    journal.steps = Some(steps);
    journal.holdings = holdings;
    journal.residue = std::mem::take(&mut plan.residue);
    let mut begun = 0;
    let applied = (purpose.still_holds)()
        .and_then(|()| apply::apply(&mut places, &plan, &mut begun, monitor))
        .and_then(|()| publish(&mut places, &plan, monitor))
        .and_then(|()| apply::results(&mut places, &plan))
        .map_err(Unapplied::Not)
        .and_then(|left| writer.applied(&left).map(|()| left));
    match applied {
        Ok(left) => {
            journal.left = Some(left);
            crash::point();
            finish::finish(store, &mut places, &journal).map_err(|error| {
                let done = SeeError::internal("The changes are on the host.");
                recovery_needed(&done, &error)
            })?;
            // The commit is done; a backup that could not be removed now is tried again after the next one.
            Ok(backups::enforce(store).unwrap_or_default())
        }
        // All is on the host. Were it taken back now, a record that is on the disk after all would say that it was not.
        Err(Unapplied::Unknown(error)) => Err(SeeError::new(
            ErrorCode::RecoveryNeeded,
            format!("The changes are on the host, but it could not be written down: {}", error.message),
            "Mend the cause, then run any alcatraz command: it finishes the commit, or takes all of it back.",
        )),
        Err(Unapplied::Not(cause)) => {
            match finish::take_back(store, &mut places, &journal, (Some(begun), Patience::Waits), monitor) {
                Ok(TakenBack { foreign, guests, kept, .. }) => match foreign.first() {
                    None => Err(apply::rolled_back(cause, &guests)),
                    Some(path) => Err(finish::foreign(&cause, (path, foreign.len()), &kept)),
                },
                Err(error) => Err(recovery_needed(&cause, &error)),
            }
        }
    }
}

/// Writes all that the steps changed to the disk.
fn publish(places: &mut Places, plan: &Plan, monitor: &dyn Monitor) -> Result<()> {
    monitor.progress(Phase::Publish, 0, None);
    let steps = plan.steps.iter().map(|planned| &planned.step);
    Touched::by(places, steps, |_, _| Ok(true))?.write(places)
}

/// Stages what the plan needs and writes the journal up to the end of the plan.
fn write(
    store: &Store,
    places: &mut Places,
    header: &Header,
    plan: &mut Plan,
    purpose: &Purpose<'_>,
    monitor: &dyn Monitor,
) -> Result<(Writer, Vec<Step>, Vec<Holding>)> {
    crash::point();
    if purpose.undone.is_none() {
        store.move_session(&header.session, &[SessionState::Finished], SessionState::Committing)?;
    }
    crash::point();
    let mut writer = Writer::begin(&super::commit_dir(store, &header.commit), header)?;
    crash::point();
    header.rooms.iter().try_for_each(|room| make_stage(places, room, &header.commit))?;
    crash::point();
    stage::stage(places, plan, monitor)?;
    monitor.check_cancelled()?;
    monitor.progress(Phase::Journal, 0, None);
    let steps: Vec<Step> = plan.steps.iter().map(|planned| planned.step.clone()).collect();
    let mut holdings = guests::holdings(places, steps.iter())?;
    holdings.extend(arrived::standings(places, steps.iter(), purpose.undone.is_some())?);
    writer.plan(&steps, &plan.residue, &holdings)?;
    Ok((writer, steps, holdings))
}

fn recovery_needed(cause: &SeeError, error: &SeeError) -> Box<SeeError> {
    let mut needed = SeeError::new(
        ErrorCode::RecoveryNeeded,
        format!("{} Putting everything back failed as well: {}", cause.message, error.message),
        match error.code {
            ErrorCode::DiskFull => {
                "Free some space, then run any alcatraz command: it goes on with putting things back."
            }
            _ => "Mend the cause, then run any alcatraz command: it goes on with putting things back.",
        },
    );
    needed.path.clone_from(&error.path);
    needed
}
