//! Starting programs in a SEE: one after the other, so that calls of each are known for its own, and none for ever. What runs
//! there already may hold a start up; limits and `stop` hold meanwhile.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::engine::request::{Order, ProgramSpec};
use crate::engine::stream::Program;
use crate::error::Result;

use super::{Client, FIRST, Supervisor};

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
        self.programs.insert(number, Program::new(number, &spec));
        self.starts.waiting.push_back((number, spec));
        self.start_next()
    }

    /// Takes notice of who leads the login session of a program that is being started.
    pub(super) fn note_leader(&self, number: u32, leader: u32) {
        if self.starts.under_way.as_ref().is_some_and(|start| start.number == number) {
            self.answering.iter().for_each(|answering| answering.led_by(leader));
        }
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
        // Nobody waits any more for what only gone clients asked for: `rm` must not begin half a minute after its Ctrl-C.
        let is_wanted = |number| {
            let asks = |client: &Client| client.program == Some(number) && !client.gone;
            number == FIRST || self.clients.iter().any(asks)
        };
        let (next, unwanted) = first_wanted(&mut self.starts.waiting, is_wanted);
        for number in unwanted {
            self.programs.remove(&number);
        }
        let Some((number, spec)) = next else { return Ok(()) };
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

/// Takes the first that is wanted off a queue, and those before it, which are not.
fn first_wanted<T>(
    waiting: &mut VecDeque<(u32, T)>,
    is_wanted: impl Fn(u32) -> bool,
) -> (Option<(u32, T)>, Vec<u32>) {
    let mut unwanted = Vec::new();
    while let Some((number, one)) = waiting.pop_front() {
        if is_wanted(number) {
            return (Some((number, one)), unwanted);
        }
        unwanted.push(number);
    }
    (None, unwanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_whose_asker_is_gone_is_passed_over() {
        let mut waiting = VecDeque::from([(1, "gone"), (2, "gone too"), (3, "waits"), (4, "after")]);
        assert_eq!(first_wanted(&mut waiting, |number| number > 2), (Some((3, "waits")), vec![1, 2]));
        assert_eq!(first_wanted(&mut waiting, |_| false), (None, vec![4]));
        assert!(waiting.is_empty());
    }
}
