//! A session's record for people: the tree of programs, what was tried with the network, what was refused. Everything that
//! programs said is escaped.

use std::collections::HashMap;

use see_core::path::escape_for_display;
use see_core::record::event::{Action, NetworkTry, Protocol, Verdict};
use see_core::record::program::{End, Ended};
use see_core::record::refused::{Refused, What};

use super::text::when_text;
use crate::wire::log::{LogResult, ProgramRun};

/// A deeper tree moves no further to the right.
const DEEPEST: usize = 24;

/// Returns the rows of the programs, every one below the one that started it: time, end, command.
pub fn programs(log: &LogResult) -> Vec<Vec<String>> {
    let mut below: HashMap<Option<u32>, Vec<&ProgramRun>> = HashMap::new();
    let known: std::collections::HashSet<u32> = log.programs.iter().map(|run| run.start.id).collect();
    for run in &log.programs {
        // Whose parent is not kept stands by itself. A parent is older: no circle can be.
        let parent = run.start.parent.filter(|parent| known.contains(parent) && *parent < run.start.id);
        below.entry(parent).or_default().push(run);
    }
    let mut rows = Vec::new();
    let mut todo: Vec<(&ProgramRun, usize)> = Vec::new();
    let take = |below: &mut HashMap<Option<u32>, Vec<_>>, id| {
        below.remove(&id).unwrap_or_default().into_iter().rev()
    };
    todo.extend(take(&mut below, None).map(|run| (run, 0)));
    while let Some((run, depth)) = todo.pop() {
        let indent = "  ".repeat(depth.min(DEEPEST));
        let time = when_text(&run.start.time);
        rows.push(vec![time, end_text(run.ended.as_ref()), format!("{indent}{}", command_text(run))]);
        todo.extend(take(&mut below, Some(run.start.id)).map(|run| (run, depth + 1)));
    }
    rows
}

fn end_text(ended: Option<&Ended>) -> String {
    match ended.map(|ended| ended.end) {
        None => "–".to_owned(),
        Some(End::Exited { status }) => format!("exit {status}"),
        Some(End::Killed { signal: Some(signal) }) => format!("signal {signal}"),
        Some(End::Killed { signal: None }) => "killed".to_owned(),
        Some(End::Replaced) => "became:".to_owned(),
        Some(End::Failed) => "not started".to_owned(),
        Some(End::Session) => "with session".to_owned(),
    }
}

/// Returns file and arguments on one line.
fn command_text(run: &ProgramRun) -> String {
    let mut words = vec![escape_for_display(run.start.program.as_bytes())];
    words.extend(run.start.args.iter().skip(1).map(|word| word_text(word)));
    if run.start.cut {
        words.push("…".to_owned());
    }
    words.join(" ")
}

/// Returns an argument so that it can be told from its neighbours.
fn word_text(word: &str) -> String {
    let escaped = escape_for_display(word.as_bytes());
    let is_plain =
        !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "'\"$`&|;<>()*?#".contains(c));
    if is_plain { escaped } else { format!("'{}'", escaped.replace('\'', "'\\''")) }
}

/// Returns the row of a try with the network: time, what, address, verdict, program.
pub fn network(tried: &NetworkTry) -> Vec<String> {
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
        if tried.program.is_empty() {
            "–".to_owned()
        } else {
            escape_for_display(tried.program.as_bytes())
        },
    ]
}

/// Returns the row of something refused: time, what, program.
pub fn refused(refused: &Refused) -> Vec<String> {
    let detail = escape_for_display(refused.detail.as_deref().unwrap_or_default().as_bytes());
    let what = match refused.what {
        What::Mount => format!("{detail}: changing mounts needs rights that it has not"),
        What::HiddenPlace => format!("{detail}: hidden from this session"),
        What::SetId => format!("{detail}: runs without its owner's rights"),
        What::KernelCall => format!("{detail}: reaches the kernel as a whole"),
        What::SocketFamily => format!("{detail}: sockets of this kind reach out of any session"),
        What::Device => format!("{detail}: this device is not in the session"),
        What::HostSocket => format!("{detail}: a socket of the host's programs"),
        What::Disk => format!("the session was frozen at a limit of disk space ({detail})"),
        What::Memory => {
            "the session ran out of the memory it was allowed, and the kernel ended a program".to_owned()
        }
        What::Processes => {
            "the session has as many processes as it may, and no more could be started".to_owned()
        }
    };
    let program = refused.program.as_deref().unwrap_or("–");
    vec![when_text(&refused.time), what, escape_for_display(program.as_bytes())]
}

/// Returns what is not kept: `3021 programs, 2 refused actions`.
pub fn dropped(log: &LogResult) -> Option<String> {
    let counts = [
        (log.dropped.programs, "starts of programs"),
        (log.dropped.network, "tries with the network"),
        (log.dropped.refused + log.dropped.tried, "refused actions"),
    ];
    let told: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

#[cfg(test)]
mod tests {
    use see_core::record::program::Start;

    use super::*;

    fn run(id: u32, parent: Option<u32>, args: &[&[u8]], end: Option<End>) -> ProgramRun {
        let args = args.iter().map(|arg| arg.to_vec()).collect();
        let start = Start { file: format!("/bin/{id}").into_bytes(), args, ..Start::default() };
        let time = "2026-01-31T12:00:00Z".to_owned();
        let ended = end.map(|end| Ended { id, time: time.clone(), end });
        ProgramRun { start: start.event(id, parent, None, time), ended }
    }

    #[test]
    fn every_program_stands_below_the_one_that_started_it() {
        let programs_told = vec![
            run(0, None, &[b"0"], None),
            run(1, Some(0), &[b"1", b"a b", b""], Some(End::Exited { status: 3 })),
            run(2, Some(0), &[b"2", b"\x1b[31m\n"], Some(End::Killed { signal: Some(9) })),
            run(3, Some(1), &[], Some(End::Replaced)),
            run(4, Some(9), &[b"4"], Some(End::Session)),
        ];
        let rows = programs(&LogResult { programs: programs_told, ..LogResult::default() });
        let told: Vec<String> = rows.iter().map(|row| format!("{}|{}", row[1], row[2])).collect();
        let wanted = [
            "–|/bin/0",
            "exit 3|  /bin/1 'a b' ''",
            "became:|    /bin/3",
            "signal 9|  /bin/2 '\\u{1b}[31m\\n'",
            "with session|/bin/4",
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_deep_chain_is_no_deep_recursion() {
        let chain = (0..50_000_u32).map(|id| run(id, id.checked_sub(1), &[], None)).collect();
        assert_eq!(programs(&LogResult { programs: chain, ..LogResult::default() }).len(), 50_000);
    }
}
