//! What follows when the program of `run` has ended: the summary, then what was asked for on the command line, or the
//! question what to do. Everything is said on stderr: stdout is the program's.

use std::io::{BufRead as _, IsTerminal as _, Write};

use see_core::changes::found::ChangeSet;
use see_core::commit::selection::Selection;
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::ignore::IgnoreList;
use see_core::session::{Session, SessionState};
use see_core::store::Store;
use serde_json::{Map, Value, json};

use crate::actions;
use crate::args::Then;
use crate::commands::{commit, diff};
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::output;
use crate::present::changes::{summary_text, write_changes};
use crate::present::near::ran_out_lines;
use crate::raw_terminal::{forget_keys, made_plain};
use crate::signals;
use crate::wire::session::WireSession;

/// Ends a run: `status` is the program's, `alone` tells that no other program runs in the SEE, `aside` what else there is
/// to tell a program. Only a commit or abort that was asked for and failed changes the status.
pub fn finish(
    context: &Context,
    store: &Store,
    session: &str,
    then: Then,
    (status, alone): (i32, bool),
    mut aside: Map<String, Value>,
) -> Result<ExitStatus> {
    let program = ExitStatus::of_program(status);
    // Its supervisor aborts it at its end, and goes on clearing up, unless something speaks against it.
    let is_aborted = then.abort && store.session(session)?.state == SessionState::Aborted;
    if alone && !is_aborted {
        store.wait_for_rest(session)?;
    }
    let session = store.session(session)?;
    ran_out_lines(&session).iter().for_each(|line| context.output.say(line));
    let is_over = session.state == SessionState::Finished;
    let asked = if then.abort {
        // Ends what was left running, too.
        let aborted = if is_aborted { Ok(()) } else { actions::abort(store, &session).map(drop) };
        aborted.map(|()| context.output.say("Aborted; the host is as it was."))
    } else if then.commit && status == 0 {
        // Another program may still run in it: that is an error of the commit that was asked for.
        commit_all(context, store, &session).map(|commit| {
            aside.insert("commit".to_owned(), Value::String(commit));
        })
    } else if !is_over {
        // Another program still runs in it, or another process decided meanwhile.
        context.output.say(&undecided(&session));
        Ok(())
    } else if then.commit {
        context.output.say(&format!("The program ended with {status}, so nothing was committed."));
        context.output.say(&kept(&session, "was kept"));
        Ok(())
    } else {
        if then.keep || !is_with_a_person() || context.output.is_quiet() || context.output.json {
            context.output.say(&kept(&session, "was kept"));
        } else {
            ask(context, store, &session);
        }
        Ok(())
    };
    match asked {
        Ok(()) => {
            if context.output.json {
                let session = store.session(&session.id)?;
                aside.insert("session".to_owned(), json!(WireSession::from(&session)));
                output::json_aside(&aside);
            }
            Ok(program)
        }
        Err(error) => {
            context.output.error(&error);
            context.output.say(&kept(&session, "was kept"));
            // A program that failed tells more by its own status.
            Ok(if status == 0 { ExitStatus::CannotRun } else { program })
        }
    }
}

/// Tells a person at a terminal where the changes of a session are, after another program in it.
pub fn tell_kept(context: &Context, store: &Store, session: &str) -> Result<()> {
    if is_with_a_person() {
        let session = store.session(session)?;
        ran_out_lines(&session).iter().for_each(|line| context.output.say(line));
        context.output.say(&match session.state {
            SessionState::Finished => kept(&session, "is kept"),
            _ => undecided(&session),
        });
    }
    Ok(())
}

fn is_with_a_person() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Shows the summary and asks until something was decided.
fn ask(context: &Context, store: &Store, session: &Session) {
    let changes = match actions::scan(store, session, &context.monitor()) {
        Ok(changes) => changes,
        Err(error) => {
            context.output.error(&error);
            context.output.say(&kept(session, "was kept"));
            return;
        }
    };
    if changes.is_nothing() {
        match actions::abort(store, session) {
            Ok(_) => context.output.say(&format!(
                "Session {} changed nothing, so there is nothing to decide: it is over.",
                session.handle()
            )),
            Err(error) => {
                context.output.error(&error);
                context.output.say(&kept(session, "was kept"));
            }
        }
        return;
    }
    // What the program left on the screen must not hide the question, nor what was typed for it be an answer.
    let reset = made_plain();
    context.output.say(&format!(
        "{reset}\nSession {}: {}.",
        session.handle(),
        summary_text(&changes.summary())
    ));
    loop {
        let decided = match question() {
            Answer::Review => show(context, |out| list(out, context, &changes)),
            Answer::Diff => show(context, |out| diff::write(out, session, &changes)),
            Answer::Commit => commit_all(context, store, session).map(|_| true),
            Answer::Abort => actions::abort(store, session).map(|_| {
                context.output.say("Aborted; the host is as it was.");
                true
            }),
            Answer::Keep => {
                context.output.say(&kept(session, "was kept"));
                Ok(true)
            }
            Answer::Unclear => Ok(false),
        };
        match decided {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => context.output.error(&error),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Review,
    Diff,
    Commit,
    Abort,
    Keep,
    Unclear,
}

/// Asks once. No answer, or a signal instead, keeps the session: nothing is ever lost by closing a terminal.
fn question() -> Answer {
    let mut err = std::io::stderr().lock();
    let mut line = String::new();
    let ask = || {
        forget_keys();
        let _ = write!(err, "Review the changes (r), see the diff (d), commit (c), abort (a) or keep (K)? ");
        let _ = err.flush();
    };
    if signals::wait_for_answer(ask) && matches!(std::io::stdin().lock().read_line(&mut line), Ok(1..)) {
        return understand(&line);
    }
    let _ = writeln!(err);
    Answer::Keep
}

fn understand(line: &str) -> Answer {
    match line.trim().to_lowercase().as_str() {
        "r" | "review" => Answer::Review,
        "d" | "diff" => Answer::Diff,
        "c" | "commit" => Answer::Commit,
        "a" | "abort" => Answer::Abort,
        "" | "k" | "keep" => Answer::Keep,
        _ => Answer::Unclear,
    }
}

/// Commits everything; returns the commit's id.
fn commit_all(context: &Context, store: &Store, session: &Session) -> Result<String> {
    let selection = Selection { ignore: IgnoreList::of(store)?, ..Selection::default() };
    let result = actions::commit(store, session, &selection, false, &context.host_monitor()?)?;
    context.output.say(&commit::told(&result, false));
    Ok(result.commit)
}

fn list(out: &mut dyn Write, context: &Context, changes: &ChangeSet) -> Result<()> {
    write_changes(out, context.output, changes.found.iter().map(|found| &found.change)).map_err(unprintable)
}

/// Shows something long on stderr and goes on asking.
fn show(context: &Context, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<bool> {
    let mut out = std::io::BufWriter::new(std::io::stderr().lock());
    write(&mut out)?;
    out.flush().map_err(unprintable)?;
    drop(out);
    context.output.detail("");
    Ok(false)
}

fn unprintable(error: std::io::Error) -> Box<SeeError> {
    SeeError::new(ErrorCode::Io, format!("The answer cannot be printed: {error}."), "Look at the terminal.")
}

fn undecided(session: &Session) -> String {
    match session.state {
        SessionState::Starting | SessionState::Running => kept(session, "is not over yet"),
        state => format!("Session {} is {}: that was decided elsewhere.", session.handle(), state.word()),
    }
}

fn kept(session: &Session, how: &str) -> String {
    let id = session.handle();
    format!("Session {id} {how}. Next: alcatraz changes {id} · alcatraz commit {id} · alcatraz abort {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clear_answers_decide() {
        for (line, answer) in [
            ("r\n", Answer::Review),
            ("D\n", Answer::Diff),
            (" commit \n", Answer::Commit),
            ("a\n", Answer::Abort),
            ("\n", Answer::Keep),
            ("yes\n", Answer::Unclear),
            ("co\n", Answer::Unclear),
        ] {
            assert_eq!(understand(line), answer, "{line:?}");
        }
    }
}
