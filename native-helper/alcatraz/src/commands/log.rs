//! `alcatraz log`: what happened in a session, as far as it was recorded.

use see_core::error::Result;
use see_core::path::escape_for_display;
use see_core::record::event::{Action, NetworkTry, Protocol, Verdict};

use crate::actions;
use crate::args::SessionArg;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::when_text;
use crate::table::Table;

pub fn run(context: &Context, args: &SessionArg) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let log = actions::log(&store, &session)?;
    if context.output.json {
        context.output.json(&log)?;
        return Ok(ExitStatus::Done);
    }
    if log.network.is_empty() {
        context.output.say("No program of this session tried to use the network.");
    } else {
        let mut table = Table::new(&["TIME", "TRIED", "ADDRESS", "VERDICT", "PROGRAM"]);
        log.network.iter().for_each(|tried| table.row(row(tried)));
        context.output.print(|out| table.write(out))?;
    }
    if !log.complete {
        context.output.say("There was more than could be recorded: this list is not complete.");
    }
    Ok(ExitStatus::Done)
}

fn row(tried: &NetworkTry) -> Vec<String> {
    let action = match tried.action {
        Action::Bind => "listen",
        Action::Connect => "connect",
        Action::Send => "send",
    };
    let protocol = match tried.protocol {
        Protocol::Tcp => " tcp",
        Protocol::Udp => " udp",
        Protocol::Other => "",
    };
    let verdict = match tried.verdict {
        Verdict::Local => "inside".to_owned(),
        Verdict::Allowed => "allowed".to_owned(),
        Verdict::Refused => "refused".to_owned(),
        Verdict::Redirected => {
            let instead = tried.instead.as_deref().unwrap_or_default();
            format!("redirected to {}", escape_for_display(instead.as_bytes()))
        }
    };
    vec![
        when_text(&tried.time),
        format!("{action}{protocol}"),
        std::net::SocketAddr::new(tried.address, tried.port).to_string(),
        verdict,
        tried.program.clone(),
    ]
}
