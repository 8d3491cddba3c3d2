//! `alcatraz serve`: JSON-RPC 2.0 on stdin and stdout for the app, one message a line. This file reads messages and
//! hands out the work; it knows no method. Ends when stdin ends; sessions live on.

use std::io::BufReader;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use see_core::engine::pkexec_person;
use see_core::error::{ErrorCode, Result, SeeError};
use serde_json::Value;

use crate::context::Context;
use crate::exit_status::ExitStatus;

use self::envelope::{Incoming, Outgoing, bad_request};
use self::line::{LINE_LIMIT, Line, read_line};
use self::messages::Cancel;
use self::methods::{Answer, Methods, parse};
use self::relay_messages::RelayNumber;
use self::requests::{Pool, RequestMonitor, Requests};
use self::session_list::SessionList;
use self::weight::Weight;
use self::writer::Writer;

mod alerts;
mod decisions;
mod desk;
mod envelope;
mod feed;
#[cfg(test)]
mod golden_test;
mod line;
mod mend;
mod messages;
mod methods;
mod news;
mod origins;
mod recent_scans;
mod relay_messages;
mod relays;
mod requests;
mod session_list;
mod unchanged;
mod walk;
mod weight;
mod writer;

/// Threads for work that answers at once, for orders to sessions, for work that may take long, and for reading files.
const QUICK_THREADS: usize = 2;
const CONTROL_THREADS: usize = 8;
const LONG_THREADS: usize = 2;
const READING_THREADS: usize = 4;

/// Serves one app until it closes stdin.
pub fn run(context: &Context) -> Result<ExitStatus> {
    // What was cut off is settled beside the work: it may take long, and the app waits for an answer to its greeting.
    let writer = Writer::start();
    if context.names_store && pkexec_person().is_some() {
        return Err(refuse_greeting(&writer, one_store()));
    }
    let store = match context.make_store_as_it_is() {
        Ok(store) => Arc::new(store),
        Err(error) => return Err(refuse_greeting(&writer, error)),
    };
    let mending = mend::Mending::start(Arc::clone(&store));
    let list = Arc::new(SessionList::new(Arc::clone(&store)));
    let news = news::News::gather(&store, Arc::clone(&list))?;
    let (to, wakes) = (writer.clone(), mending.clone());
    // Nothing is said to an app before it has said that it speaks the same protocol.
    let greeted = Box::new(move || news.begin(to, wakes));
    let server = Server {
        methods: Arc::new(Methods::new(store, list, writer.clone(), greeted)),
        writer,
        requests: Requests::default(),
        quick: Pool::start(QUICK_THREADS),
        control: Pool::start(CONTROL_THREADS),
        reading: Pool::start(READING_THREADS),
        long: Pool::start(LONG_THREADS),
    };
    let mut input = BufReader::with_capacity(64 * 1024, std::io::stdin().lock());
    while !server.writer.is_gone() {
        match read_line(&mut input, LINE_LIMIT) {
            Ok(Line::Whole(line)) => server.receive(&line),
            Ok(Line::TooLong) => {
                server.refuse(&bad_request(format_args!("it is longer than {LINE_LIMIT} bytes")))
            }
            Ok(Line::End) | Err(_) => break,
        }
    }
    server.finish();
    mending.end();
    Ok(ExitStatus::Done)
}

/// Says that whom pkexec serves names no place: root's files lie where root says.
fn one_store() -> Box<SeeError> {
    SeeError::new(
        ErrorCode::StoreUnusable,
        "Behind pkexec the store is the one of the whole machine.",
        "Leave out --store.",
    )
}

/// Answers the greeting with why nothing can be served, so that the app can say it in its own words.
fn refuse_greeting(writer: &Writer, error: Box<SeeError>) -> Box<SeeError> {
    if let Ok(Line::Whole(line)) = read_line(&mut std::io::stdin().lock(), LINE_LIMIT) {
        if let Ok(Incoming { id: Some(id), .. }) = serde_json::from_slice(&line) {
            writer.send(&Outgoing::error(Some(id), (*error).clone()));
            writer.flush();
        }
    }
    error
}

struct Server {
    methods: Arc<Methods>,
    writer: Writer,
    requests: Requests,
    quick: Pool,
    control: Pool,
    /// What waits for a disk holds up nothing else.
    reading: Pool,
    long: Pool,
}

impl Server {
    /// Takes one line: a request, a cancellation, or nonsense.
    fn receive(&self, line: &[u8]) {
        let message: Incoming = match serde_json::from_slice(line) {
            Ok(message) => message,
            Err(e) => return self.refuse(&bad_request(e)),
        };
        match message.id {
            Some(id) => self.start(id, message.method, message.params),
            None => {
                if let Err(error) = self.obey(&message.method, message.params) {
                    self.refuse(&error);
                }
            }
        }
    }

    /// Does what is not answered, in the order in which it comes: what is typed stays in order.
    fn obey(&self, order: &str, params: Value) -> Result<()> {
        let relays = self.methods.relays();
        match order {
            "cancel" => self.requests.cancel(parse::<Cancel>(params)?.request),
            "relay.input" => relays.input(&parse(params)?)?,
            "relay.resize" => relays.resize(&parse(params)?)?,
            "relay.seen" => relays.seen(&parse(params)?),
            "relay.close" => relays.close(parse::<RelayNumber>(params)?.relay),
            _ => return Err(bad_request("it is a notification that nobody knows")),
        }
        Ok(())
    }

    /// Queues the work of a request.
    fn start(&self, id: i64, method: String, params: Value) {
        let cancelled = match self.requests.begin(id) {
            Ok(flag) => flag,
            Err(e) => {
                self.writer.send(&Outgoing::error(Some(id), *e));
                return;
            }
        };
        let pool = match Weight::of(&method) {
            Weight::Quick => &self.quick,
            Weight::Control => &self.control,
            Weight::Reading => &self.reading,
            Weight::Long => &self.long,
        };
        let (methods, writer, requests) =
            (Arc::clone(&self.methods), self.writer.clone(), self.requests.clone());
        pool.submit(Box::new(move || {
            let (reply, then) = match answer(&methods, id, &method, params, cancelled, &writer) {
                Ok(answer) => (Outgoing::result(id, answer.result), answer.then),
                Err(error) => (Outgoing::error(Some(id), *error), None),
            };
            // Its number is free again before the app can know of the answer.
            requests.end(id);
            let turn = writer.turn();
            writer.send(&reply);
            drop(turn);
            if let Some(then) = then {
                then();
            }
        }));
    }

    /// Answers a message that has no number, or none that could be read.
    fn refuse(&self, error: &SeeError) {
        self.writer.send(&Outgoing::error(None, error.clone()));
    }

    /// Gives up what can be given up, and waits for what must not be cut off: a commit that has begun to apply.
    fn finish(self) {
        self.writer.hurry();
        self.requests.cancel_all();
        self.methods.end_watches();
        self.quick.finish();
        self.control.finish();
        self.reading.finish();
        self.long.finish();
        self.writer.flush();
    }
}

/// Does the work of a request. A panic in it is a bug, is told as one, and harms no other request.
fn answer(
    methods: &Methods,
    id: i64,
    method: &str,
    params: Value,
    cancelled: Arc<AtomicBool>,
    writer: &Writer,
) -> Result<Answer> {
    let monitor = RequestMonitor::new(id, cancelled, writer.clone());
    let work = std::panic::AssertUnwindSafe(|| methods.call(method, params, &monitor));
    std::panic::catch_unwind(work)
        .unwrap_or_else(|_| Err(SeeError::internal(format!("The work of {method} came to a sudden end."))))
}
