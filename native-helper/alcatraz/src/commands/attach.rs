//! `alcatraz attach`: the terminal of a session's first program, shown here too. The app's terminal runs this.

use see_core::engine::client::Client;
use see_core::error::Result;

use crate::args::AttachArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::terminal_relay::{self, Outcome, Signals};

pub fn run(context: &Context, args: &AttachArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let signals = Signals::collect()?;
    let client = Client::attach(&store, &session, terminal_relay::window_size())?;
    Ok(match terminal_relay::relay(client, &signals)? {
        Outcome::HungUp => ExitStatus::of_program(129),
        Outcome::Exited(status, _) => ExitStatus::of_program(status),
    })
}
