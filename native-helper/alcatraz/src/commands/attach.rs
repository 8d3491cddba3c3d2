//! `alcatraz attach`: the terminal of a session's first program, shown here too; of a finished one, what it showed last.
//! The app's terminal runs this.

use std::io::Write as _;

use see_core::engine::client::Client;
use see_core::engine::last_screen;
use see_core::engine::request::Channel;
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::session::SessionState;
use see_core::store::Store;

use crate::args::AttachArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::terminal_relay::{self, Outcome, Signals};

pub fn run(context: &Context, args: &AttachArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let signals = Signals::collect([Channel::Terminal; 3])?;
    let client = match Client::attach(&store, &session, terminal_relay::window_size()) {
        Ok(client) => client,
        Err(error) if error.code == ErrorCode::WrongState => return show_last(&store, &session.id, error),
        Err(error) => return Err(error),
    };
    Ok(match terminal_relay::relay(client, &signals, &session.id)? {
        Outcome::HungUp => ExitStatus::of_program(129),
        Outcome::Exited(status, _) => ExitStatus::of_program(status),
    })
}

/// Shows the last screen of a finished session, and ends as its program did.
fn show_last(store: &Store, session: &str, error: Box<SeeError>) -> Result<ExitStatus> {
    let session = store.session(session)?;
    let (SessionState::Finished, Some(status)) = (session.state, session.exit_status) else {
        return Err(error);
    };
    let mut stdout = std::io::stdout().lock();
    // A reader that has gone misses nothing more.
    let _ = stdout.write_all(&last_screen::read(store, &session.id)?).and_then(|()| stdout.flush());
    Ok(ExitStatus::of_program(status))
}
