//! Which calls of a SEE's programs wait for its supervisor, and who answers them there. Puts policy and interposer
//! together; knows neither processes nor mounts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::process::Pid;

use crate::error::Result;
use crate::interpose::actor::Actor;
use crate::interpose::calls::Reported;
use crate::interpose::supervisor::{Inside, Interposer, Recording};
use crate::interpose::witnesses::Witnesses;
use crate::makers::{self, MakerLog, Witness};
use crate::net::reach::Reach;
use crate::net::switchboard::Switchboard;
use crate::net::{self, HostSockets};
use crate::path::{HostPath, PathRef};
use crate::policy::Policy;
use crate::read_set::recorder::{Recorder, Start as Log};
use crate::record::event::Event;
use crate::record::log::{self, Log as Record};
use crate::record::refused::{self, Refused};
use crate::roll::{self, Deaths, Refusals, Refuser, Roll};
use crate::session::{Frozen, FrozenWhy, Near, Scarce, Session};
use crate::store::Store;

use super::plan::{Tree, What};
use super::program::candidates;
use super::request::{ProgramSpec, Start};
use super::wire;

/// `RLIMIT_NOFILE`.
const OPEN_FILES: u32 = 7;
/// So many are more than enough: every thread keeps directories at hand.
const MOST_OPEN_FILES: u64 = 16 * 1024;

/// What is reported, and what it is for.
#[derive(Debug)]
pub struct Interposition {
    reported: Reported,
}

impl Interposition {
    /// Returns what a session's policy asks for, before its SEE is made.
    pub fn of(policy: &Policy) -> Self {
        let mut reported = Reported::observed(policy.reads.level());
        if policy.reads.level().is_some() {
            reported.claim(Witness::reported());
        }
        reported.claim(net::reported(!policy.redirect.is_empty() || !policy.connect.is_empty()));
        reported.claim(roll::reported());
        reported.claim(Refuser::reported());
        Self { reported }
    }

    /// Returns the calls to report.
    pub fn reported(&self) -> &Reported {
        &self.reported
    }

    /// Opens what answers are kept in. `fresh` tells that nothing ran in the session before.
    pub fn prepare(&self, store: &Store, session: &Session, fresh: bool) -> Result<Logs> {
        raise_limit();
        let record = Arc::new(Record::open(&log::path(store, &session.id))?);
        if session.policy.reads.level().is_none() {
            return Ok(Logs { record, reads: None });
        }
        let log = if fresh { Log::New } else { Log::GoOn };
        let recorder = Recorder::open(&reads_path(store, &session.id), log).map(Arc::new)?;
        let makers = MakerLog::open(&makers::path(store, &session.id))?;
        Ok(Logs { record, reads: Some((recorder, makers)) })
    }

    /// Begins to answer.
    pub fn begin(
        self,
        logs: Logs,
        session: &Session,
        start: &Start,
        inside: Inside,
        reach: Arc<Reach>,
        init: Pid,
    ) -> Result<Answering> {
        let Logs { record, reads } = logs;
        let (recorder, maker_log) = reads.unzip();
        let root = inside.root.try_clone().map_err(|e| wire::broken(&e.to_string()))?;
        let pids = inside.pids.try_clone().map_err(|e| wire::broken(&e.to_string()))?;
        let init = init.as_raw_pid().unsigned_abs();
        let roll = Arc::new(Roll::new(Arc::clone(&record), root, init, pids)?);
        let hidden = session.policy.hidden.iter().filter_map(PathRef::to_host_path).collect();
        let refusals = Arc::new(Refusals::new(Arc::clone(&record), Arc::clone(&roll), hidden));
        let sockets = HostSockets::new(Arc::clone(&roll), Arc::clone(&refusals), &session.layers);
        let (log, known) = (Arc::clone(&record), Arc::clone(&roll));
        let board = Arc::new(Switchboard::new(&session.policy, reach, log, known, sockets)?);
        let refuser = Refuser::new(Arc::clone(&refusals));
        let actors: Vec<Arc<dyn Actor>> = vec![Arc::new(refuser), Arc::clone(&board) as Arc<dyn Actor>];
        let level = session.policy.reads.level();
        let recording = recorder.as_ref().zip(level).map(|(recorder, level)| Recording {
            layers: &session.layers,
            mirrored: mirrored(&start.tree),
            level,
            again: !start.fresh,
            recorder: Arc::clone(recorder),
        });
        let makers = maker_log.map(|log| Arc::new(Witness::new(log, Arc::clone(&roll), inside.namespace)));
        let witnesses =
            Witnesses { roll: Some(Arc::clone(&roll)), makers: makers.clone(), refusals: Some(refusals) };
        let interposer = Interposer::start(inside, recording.as_ref(), actors, witnesses)?;
        let deaths = Deaths::watch(Arc::clone(&roll))?;
        Ok(Answering { interposer, recorder, roll, board, makers, deaths, record })
    }
}

/// What answers are kept in.
#[derive(Debug)]
pub struct Logs {
    record: Arc<Record>,
    /// When reads are recorded: what was read, and who made what.
    reads: Option<(Arc<Recorder>, MakerLog)>,
}

/// Calls are being answered.
#[derive(Debug)]
pub struct Answering {
    interposer: Interposer,
    recorder: Option<Arc<Recorder>>,
    roll: Arc<Roll>,
    board: Arc<Switchboard>,
    makers: Option<Arc<Witness>>,
    deaths: Deaths,
    record: Arc<Record>,
}

impl Answering {
    /// Records what the start of a program will see, before it is started.
    pub fn starting(&mut self, program: &ProgramSpec) {
        let cwd = HostPath::new(&program.cwd).unwrap_or_else(HostPath::root);
        let candidates = candidates(program);
        self.roll.starting(cwd.as_bytes(), &candidates, &program.command);
        self.interposer.starting(&cwd, &candidates, program.input.as_ref());
    }

    /// Says which process, by its number inside, leads the login session of that program.
    pub fn led_by(&self, leader: u32) {
        self.roll.led_by(leader);
    }

    /// Says whether such a program runs, or failed to start.
    pub fn started(&self, is_running: bool) {
        self.interposer.started();
        self.roll.started(is_running);
    }

    /// Records that the session was frozen at a limit.
    pub fn frozen(&self, frozen: &Frozen) {
        let limit = match frozen.why {
            FrozenWhy::Quota => "quota",
            FrozenWhy::Disk if frozen.inodes.is_some() => "free inodes",
            FrozenWhy::Disk => "free space",
        };
        let detail = Some(limit.to_owned());
        let (time, what) = (frozen.since.clone(), refused::What::Disk);
        self.record.add(&Event::Refused(Refused { time, what, detail, program: None, program_id: None }));
        self.record.flush();
    }

    /// Records that the session ran out of something for the first time.
    pub fn ran_out(&self, near: &Near) {
        let what = match near.what {
            Scarce::Memory => refused::What::Memory,
            Scarce::Processes => refused::What::Processes,
            // At these it is frozen.
            Scarce::Quota | Scarce::Disk | Scarce::Inodes => return,
        };
        let time = near.since.clone();
        self.record.add(&Event::Refused(Refused {
            time,
            what,
            detail: None,
            program: None,
            program_id: None,
        }));
    }

    /// Records what left, as the kernel noted it: places, and whether TCP was spoken to them.
    pub fn left(&self, notes: Vec<(SocketAddr, bool)>) {
        self.board.add_notes(notes);
    }

    /// Brings what happened until now to where others read it.
    pub fn flush(&self) {
        self.record.flush();
    }

    /// Says that all that still runs ends with the session.
    pub fn closing(&self) {
        self.roll.closing();
    }

    /// Waits until nothing of the SEE runs any more, and brings what was recorded to the disk; of what only a decision
    /// would need, nothing when it has been taken.
    pub fn end(self, is_undecided: bool) -> Result<()> {
        let answered = self.interposer.join();
        drop(self.deaths);
        self.roll.close();
        self.record.finish();
        self.makers.iter().for_each(|makers| makers.finish());
        let recorded = match (self.recorder, is_undecided) {
            (Some(recorder), true) => recorder.finish(),
            (Some(recorder), false) => recorder.abandon(),
            (None, _) => Ok(()),
        };
        answered.and(recorded)
    }
}

fn mirrored(tree: &Tree) -> Vec<HostPath> {
    let parts = tree.parts.iter().filter(|part| matches!(part.what, What::Mirrored(_)));
    parts.map(|part| part.point.clone()).collect()
}

/// Lets this process have more files open: whoever called had fewer in mind. With what there is it works as well, slower.
fn raise_limit() {
    if let Ok((soft, hard)) = see_sys::process::limit(OPEN_FILES) {
        let wanted = hard.min(MOST_OPEN_FILES);
        if soft < wanted {
            let _ = see_sys::process::set_limit(OPEN_FILES, wanted, hard);
        }
    }
}

/// Returns where a session's read set is kept.
pub fn reads_path(store: &Store, session: &str) -> PathBuf {
    store.session_dir(session).join("reads")
}
