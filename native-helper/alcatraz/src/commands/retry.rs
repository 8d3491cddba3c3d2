//! `alcatraz retry`: a session's command once more, in a new session, and how the two results differ.

use see_core::compare::{Comparison, Difference, Differing};
use see_core::engine::{self, request::RunSpec};
use see_core::error::{ErrorCode, Result};
use see_core::path::PathRef;
use see_core::session::Session;
use see_core::store::Store;
use serde_json::{Map, json};

use crate::args::RetryArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::conflicts::shown;
use crate::present::text::count_text;
use crate::raw_terminal::is_elsewhere;
use crate::signals::Signals;
use crate::terminal_relay::{self, Outcome};
use crate::{actions, after_run};

pub fn run(context: &Context, args: &RetryArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let first = store.find_session(&args.session)?;
    let signals = Signals::collect(terminal_relay::channels(args.tty))?;
    let mut spec = RunSpec::again(&first);
    spec.name.clone_from(&args.name);
    spec.policy.allow(args.memory, args.processes);
    spec.channels = terminal_relay::channels(args.tty);
    spec.size = terminal_relay::window_size();
    spec.behind = is_elsewhere();
    let (session, client) = engine::launch_attached(&store, spec)?;
    let outcome = terminal_relay::relay(client, &signals, Some(session.handle()), session.policy.clipboard)?;
    signals.release()?;
    match outcome {
        Outcome::Left(status) => Ok(ExitStatus::of_program(status)),
        Outcome::Exited(status, others) => {
            let mut aside = Map::new();
            if !others {
                store.wait_for_rest(&session.id)?;
                if let Some(comparison) = tell(context, &store, &first, &session)? {
                    aside.insert("comparison".to_owned(), json!(comparison));
                }
            }
            after_run::finish(context, &store, &session.id, args.then, (status, !others), aside)
        }
    }
}

/// Tells how the two results differ, when the first one is still there.
fn tell(context: &Context, store: &Store, first: &Session, second: &Session) -> Result<Option<Comparison>> {
    let compared = actions::compare(store, &store.session(&first.id)?, second, &context.monitor());
    let comparison = match compared {
        Err(error) if error.code == ErrorCode::WrongState => {
            context.output.say(&format!("The results cannot be compared: {}", error.message));
            return Ok(None);
        }
        other => other?,
    };
    // A program is told at the end, with its session.
    lines(&comparison, first, second).iter().for_each(|line| context.output.say(line));
    Ok(Some(comparison))
}

fn lines(comparison: &Comparison, first: &Session, second: &Session) -> Vec<String> {
    let Comparison { same, first: gone, second: new, differing } = comparison;
    let same_text = count_text(*same, "change");
    if gone.is_empty() && new.is_empty() && differing.is_empty() {
        return vec![format!("Both sessions did the same: {same_text}.")];
    }
    let only =
        |session: &Session, path: &PathRef| format!("  {}  (only in {})", shown(path), session.handle());
    let mut lines = vec![format!("Compared with {}: {same_text} the same; these differ:", first.handle())];
    lines.extend(gone.iter().map(|path| only(first, path)));
    lines.extend(new.iter().map(|path| only(second, path)));
    lines.extend(differing.iter().map(|Differing { path, differences }| {
        let words: Vec<_> = differences.iter().map(|difference| word(*difference)).collect();
        format!("  {}  (differs: {})", shown(path), words.join(", "))
    }));
    lines
}

fn word(difference: Difference) -> &'static str {
    match difference {
        Difference::Kind => "kind of change",
        Difference::Type => "type",
        Difference::Content => "content",
        Difference::Mode => "mode",
        Difference::Owner => "owner",
        Difference::Xattrs => "attributes",
    }
}
