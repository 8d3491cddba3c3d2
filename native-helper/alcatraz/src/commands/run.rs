//! `alcatraz run`: a program in a new SEE, in the user's terminal.

use std::os::unix::ffi::OsStringExt;

use see_core::engine::{self, request::RunSpec};
use see_core::error::Result;
use see_core::net::policy as network;
use see_core::path::HostPath;
use see_core::policy::Display;
use see_core::session::{Mode, Session};
use serde_json::Map;

use crate::after_run;
use crate::args::{Net, RunArgs, Tty};
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::policy;
use crate::present::causes::limit_line;
use crate::present::text::count_text;
use crate::raw_terminal::is_elsewhere;
use crate::saved_choices;
use crate::signals::Signals;
use crate::terminal_relay::{self, Outcome};

pub fn run(context: &Context, args: &RunArgs) -> Result<ExitStatus> {
    policy::engine(args.engine)?;
    let store = context.make_store()?;
    let chosen = args.profile.as_deref().map(|name| saved_choices::with_profile(&store, name)).transpose()?;
    let args = chosen.as_ref().unwrap_or(args);
    policy::engine(args.engine)?;
    let signals = Signals::collect(terminal_relay::channels(args.tty))?;
    let mut spec = request(&args.command, args.run_as.as_deref(), args.tty);
    spec.name.clone_from(&args.name);
    spec.policy.reads = args.reads.reads();
    spec.policy.net = net(args.net);
    spec.policy.lan = args.lan;
    spec.policy.redirect.clone_from(&args.redirect);
    spec.policy.connect.clone_from(&args.connect);
    spec.throw_away = args.then.abort;
    policy::apply(&args.walls, &mut spec.policy)?;
    if spec.policy.display == Display::Host {
        context
            .output
            .say("The program can see and control every window on your display, and what you type there.");
    }
    let (session, client) = engine::launch_attached(&store, spec)?;
    tell_limits(context, &session);
    let outcome = terminal_relay::relay(client, &signals, Some(session.handle()), session.policy.clipboard)?;
    signals.release()?;
    match outcome {
        Outcome::Left(status) => Ok(ExitStatus::of_program(status)),
        Outcome::Exited(status, others) => {
            after_run::finish(context, &store, &session.id, args.then, (status, !others), Map::new())
        }
    }
}

/// Says what this session cannot do: of the directory that the program works in to everybody, else to whoever wants to
/// know more, as is what it is made of.
fn tell_limits(context: &Context, session: &Session) {
    let mode = if session.mode == Mode::System { "system" } else { "user" };
    let layers = count_text(u64::try_from(session.layers.len()).unwrap_or(u64::MAX), "layer");
    context.output.detail(&format!("Session {}, {mode} mode, {layers}.", session.id));
    for limit in &session.limits {
        let line = limit_line(limit);
        match HostPath::new(limit.path.as_bytes()).is_some_and(|place| session.cwd.is_within(&place)) {
            true => context.output.say(&line),
            false => context.output.detail(&line),
        }
    }
}

/// Returns the request for a program in this process's place.
pub(super) fn request(command: &[std::ffi::OsString], run_as: Option<&str>, tty: Tty) -> RunSpec {
    let mut spec = RunSpec::new(command.iter().cloned().map(OsStringExt::into_vec).collect());
    spec.run_as = run_as.map(str::to_owned);
    spec.channels = terminal_relay::channels(tty);
    spec.size = terminal_relay::window_size();
    spec.behind = is_elsewhere();
    spec.input = terminal_relay::input_file();
    spec
}

/// Returns the network that a word of the command line means.
pub(super) fn net(word: Net) -> network::Net {
    match word {
        Net::None => network::Net::None,
        Net::Web => network::Net::Web,
        Net::Full => network::Net::Full,
    }
}
