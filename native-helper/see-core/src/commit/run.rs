//! Carries out a plan that was checked: stage, journal, apply, publish. A commit and an undo are the same here.

use std::path::PathBuf;

use crate::error::{ErrorCode, Result, SeeError};
use crate::monitor::{Monitor, Phase};
use crate::session::SessionState;
use crate::store::Store;

use super::apply;
use super::crash;
use super::finish;
use super::journal::{Header, Journal, Writer};
use super::places::Places;
use super::plan::Plan;
use super::record::CommitRecord;
use super::rooms::make_private;
use super::stage;
use super::step::Step;

/// What a plan is carried out for.
pub struct Purpose {
    /// The commit, in state applying.
    pub record: CommitRecord,
    /// Whether nothing of the session is left afterwards.
    pub whole: bool,
    /// The commit that it takes back.
    pub undone: Option<CommitRecord>,
}

/// Carries out a plan. When it fails, host and session are as before, unless the error is `recovery-needed`.
pub fn run(
    store: &Store,
    mut places: Places,
    stages: &[PathBuf],
    mut plan: Plan,
    purpose: Purpose,
    monitor: &dyn Monitor,
) -> Result<()> {
    let header = Header {
        commit: purpose.record.id.clone(),
        session: purpose.record.session.clone(),
        whole: purpose.whole,
        undoes: purpose.undone.as_ref().map(|undone| undone.id.clone()),
        bases: places.bases().to_vec(),
        rooms: plan.rooms.clone(),
        siblings: plan.siblings.clone(),
    };
    let begun = begin(store, &header, &purpose);
    let staged = begun.and_then(|mut writer| {
        crash::point();
        stages.iter().try_for_each(|stage| make_private(stage))?;
        stage::stage(&mut places, &mut plan, monitor)?;
        monitor.check_cancelled()?;
        monitor.progress(Phase::Journal, 0, None);
        let steps: Vec<Step> = plan.steps.iter().map(|planned| planned.step.clone()).collect();
        writer.plan(&steps, &plan.residue)?;
        Ok((writer, steps))
    });
    let (mut writer, steps) = match staged {
        Ok(staged) => staged,
        Err(cause) => {
            // Nothing on the host has changed; what was staged goes.
            let nothing = Journal { header, steps: None, residue: Vec::new(), left: None };
            return match finish::give_up(store, &mut places, &nothing) {
                Ok(()) => Err(cause),
                Err(error) => Err(recovery_needed(&cause, &error)),
            };
        }
    };
    let applied = apply::apply(&mut places, &plan.steps, monitor)
        .and_then(|()| apply::publish(&mut places, &plan.steps, monitor))
        .and_then(|()| apply::results(&mut places, &plan.results))
        .and_then(|left| writer.applied(&left).map(|()| left));
    let mut journal = Journal { header, steps: Some(steps), residue: plan.residue, left: None };
    match applied {
        Ok(left) => {
            crash::point();
            journal.left = Some(left);
            finish::finish(store, &mut places, &journal).map_err(|error| {
                let done = SeeError::internal("The changes are on the host.");
                recovery_needed(&done, &error)
            })
        }
        Err(cause) => {
            let reverted = apply::revert(&mut places, journal.steps.iter().flatten(), monitor);
            let reverted = reverted.and_then(|foreign| match foreign.first() {
                None => finish::give_up(store, &mut places, &journal),
                Some(path) => {
                    finish::set_aside(store, &journal).and(Err(finish::foreign(path, foreign.len())))
                }
            });
            match reverted {
                Ok(()) => Err(apply::rolled_back(cause)),
                Err(error) => Err(recovery_needed(&cause, &error)),
            }
        }
    }
}

/// Tells the store, then begins the journal: whatever happens from here on, recovery hears of it.
fn begin(store: &Store, header: &Header, purpose: &Purpose) -> Result<Writer> {
    let dir = super::commit_dir(store, &header.commit);
    make_private(&dir)?;
    store.insert_commit(&purpose.record)?;
    crash::point();
    if purpose.undone.is_none() {
        let from = [SessionState::Finished];
        store.move_session(&header.session, &from, SessionState::Committing)?;
    }
    crash::point();
    Writer::begin(&dir, header)
}

fn recovery_needed(cause: &SeeError, error: &SeeError) -> Box<SeeError> {
    let mut needed = SeeError::new(
        ErrorCode::RecoveryNeeded,
        format!("{} Putting everything back failed as well: {}", cause.message, error.message),
        "Mend the cause, then run any alcatraz command: it goes on with putting things back.",
    );
    needed.path.clone_from(&error.path);
    needed
}
