//! Starting programs in a SEE: one after the other, so that calls of each are known for its own, and none for ever. What runs
//! there already may hold a start up; limits and `stop` hold meanwhile.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::engine::request::{Order, ProgramSpec};
use crate::engine::stream::Program;
use crate::error::Result;

use super::Supervisor;

/// A start that takes longer is given up.
const LATE: Duration = Duration::from_secs(30);

/// Programs that were asked for and do not run yet.
#[derive(Debug, Default)]
pub(super) struct Starts {
    waiting: VecDeque<(u32, ProgramSpec)>,
    under_way: Option<UnderWay>,
}

#[derive(Debug)]
struct UnderWay {
    number: u32,
    since: Instant,
    is_given_up: bool,
}

impl Starts {
    /// Returns when the start that is under way takes too long.
    pub(super) fn late_at(&self) -> Option<Instant> {
        self.under_way.as_ref().filter(|start| !start.is_given_up).map(|start| start.since + LATE)
    }

    /// Counts the time of a start anew: nothing starts while everything stands still.
    pub(super) fn begin_anew(&mut self) {
        self.under_way.iter_mut().for_each(|start| start.since = Instant::now());
    }
}

impl Supervisor {
    /// Starts a program when those before it run.
    pub(super) fn start_program(&mut self, number: u32, mut spec: ProgramSpec) -> Result<()> {
        self.bounds.adapt(&mut spec);
        self.display.iter().for_each(|display| display.adapt(&mut spec));
        self.programs.insert(number, Program::new(number, spec.channels));
        self.starts.waiting.push_back((number, spec));
        self.start_next()
    }

    /// Takes notice of how the start that is under way went.
    pub(super) fn note_start(&mut self, is_running: bool) -> Result<()> {
        self.starts.under_way = None;
        self.answering.iter().for_each(|answering| answering.started(is_running));
        self.start_next()
    }

    fn start_next(&mut self) -> Result<()> {
        if self.starts.under_way.is_some() {
            return Ok(());
        }
        let Some((number, spec)) = self.starts.waiting.pop_front() else { return Ok(()) };
        self.starts.under_way = Some(UnderWay { number, since: Instant::now(), is_given_up: false });
        self.answering.iter_mut().for_each(|answering| answering.starting(&spec));
        self.order(&Order::Spawn(number, Box::new(spec)))
    }

    pub(super) fn give_up_late_start(&mut self) -> Result<()> {
        let is_late = !self.is_held && self.starts.late_at().is_some_and(|at| Instant::now() >= at);
        let Some(start) = self.starts.under_way.as_mut().filter(|_| is_late) else { return Ok(()) };
        start.is_given_up = true;
        let number = start.number;
        self.order(&Order::GiveUp(number))
    }
}
