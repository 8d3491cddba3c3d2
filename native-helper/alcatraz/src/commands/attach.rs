//! `alcatraz attach`: the terminal of a session's own program, or of another that runs in it, shown here too; of an own one that
//! has ended, what it showed last.
//! The app's terminal runs this.

use rustix::stdio::stdout;
use see_core::engine::client::Client;
use see_core::engine::last_screen;
use see_core::engine::request::Channel;
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::session::SessionState;
use see_core::store::Store;

use crate::args::AttachArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::signals::Signals;
use crate::sink::Sink;
use crate::terminal_relay::{self, Outcome};

pub fn run(context: &Context, args: &AttachArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let signals = Signals::collect([Channel::Terminal; 3])?;
    let client = match Client::attach(&store, &session, terminal_relay::window_size(), args.program) {
        Ok(client) => client,
        Err(error) if error.code == ErrorCode::WrongState && args.program.is_none() => {
            return show_last(&store, &session.id, error);
        }
        Err(error) => return Err(error),
    };
    let asked = (!args.unasked).then_some(session.handle());
    Ok(match terminal_relay::relay(client, &signals, asked, session.policy.clipboard)? {
        Outcome::Left(status) => ExitStatus::of_program(status),
        Outcome::Exited(status, _) => ExitStatus::of_program(status),
    })
}

/// Shows the last screen of a session whose own program has ended, and ends as that did.
fn show_last(store: &Store, session: &str, error: Box<SeeError>) -> Result<ExitStatus> {
    let session = store.session(session)?;
    let is_kept =
        matches!(session.state, SessionState::Finished | SessionState::Starting | SessionState::Running);
    let Some(status) = session.exit_status.filter(|_| is_kept) else { return Err(error) };
    let mut shown = Sink::of(stdout(), session.policy.clipboard);
    shown.add(&last_screen::read(store, &session.id)?);
    // A reader that has gone misses nothing more.
    shown.flush(stdout());
    Ok(ExitStatus::of_program(status))
}
