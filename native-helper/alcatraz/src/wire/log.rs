//! The JSON form of a session's record (`protocol/src/log.ts`).

use std::collections::HashMap;

use see_core::record::event::{Event, Kind, NetworkTry};
use see_core::record::log::Record;
use see_core::record::program::{Ended, Started};
use see_core::record::refused::Refused;
use serde::{Deserialize, Serialize};

/// What happened in a session, or since it was asked last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogResult {
    /// Programs, in the order of their start.
    pub programs: Vec<ProgramRun>,
    /// Ends of programs that were told of before.
    pub ended: Vec<Ended>,
    /// What was tried with the network, oldest first.
    pub network: Vec<NetworkTry>,
    /// What was refused, oldest first.
    pub refused: Vec<Refused>,
    /// How many events are not kept.
    pub dropped: Dropped,
    /// Whether everything could be recorded.
    pub complete: bool,
    /// Where to go on.
    pub next: u64,
}

/// How many events are not kept, of each kind. While the session runs there may be up to twice as many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dropped {
    /// Programs.
    pub programs: u64,
    /// Tries with the network.
    pub network: u64,
    /// Refused actions.
    pub refused: u64,
    /// Refused actions that ordinary programs try.
    pub tried: u64,
}

/// A program, and how it ended when that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramRun {
    /// Its start.
    #[serde(flatten)]
    pub start: Started,
    /// Its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

impl From<Record> for LogResult {
    fn from(record: Record) -> Self {
        let mut result = Self { next: record.next, ..Self::default() };
        let mut places = HashMap::new();
        for event in record.events {
            match event {
                Event::Network(tried) => result.network.push(tried),
                Event::Refused(refused) => result.refused.push(refused),
                Event::Program(start) => {
                    places.insert(start.id, result.programs.len());
                    result.programs.push(ProgramRun { start, ended: None });
                }
                Event::Ended(end) => {
                    let run = places.get(&end.id).and_then(|place| result.programs.get_mut(*place));
                    match run {
                        Some(run) => run.ended = Some(end),
                        None => result.ended.push(end),
                    }
                }
                Event::Near {} => {}
                Event::Dropped { kind, count } => match kind {
                    Kind::Programs => result.dropped.programs = count,
                    Kind::Network => result.dropped.network = count,
                    Kind::Refused => result.dropped.refused = count,
                    Kind::Tried => result.dropped.tried = count,
                },
            }
        }
        let Dropped { programs, network, refused, tried } = result.dropped;
        result.complete = !record.is_cut && programs + network + refused + tried == 0;
        result
    }
}
