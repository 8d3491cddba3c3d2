//! Small pieces of text for people: states, times, commands.

use see_core::path::escape_for_display;
use see_core::read_set::set::Missing;
use see_core::session::{Frozen, FrozenWhy, Scarce, Session, SessionState};

use crate::table::human_size;

/// Returns where a session stands.
pub fn state_text(session: &Session) -> String {
    let word = session.state.word();
    match (session.state, session.exit_status) {
        _ if session.frozen.is_some() => "frozen".to_owned(),
        // Whatever else ends a session takes the reason away, or leaves a status.
        (SessionState::Aborted, None) if session.why.is_some() => "did not start".to_owned(),
        (SessionState::Finished, Some(KILLED)) if is_out_of_memory(session) => {
            format!("{word} (out of memory)")
        }
        (SessionState::Finished, Some(status)) if status != 0 => format!("{word} ({status})"),
        _ => word.to_owned(),
    }
}

/// What a program leaves that the kernel ended.
const KILLED: i32 = 128 + 9;

fn is_out_of_memory(session: &Session) -> bool {
    session.ran_out().any(|near| near.what == Scarce::Memory)
}

/// Returns why a session stands still.
pub fn frozen_text(frozen: &Frozen) -> String {
    let limit = human_size(frozen.limit);
    match frozen.why {
        FrozenWhy::Quota => {
            format!("its changes hold {}, and its quota is {limit}", human_size(frozen.used))
        }
        FrozenWhy::Disk => {
            let place = frozen.place.as_deref().unwrap_or("a disk");
            match frozen.inodes {
                Some(free) => {
                    format!(
                        "only {free} more files fit on {place}, and room for {} is to stay free",
                        frozen.limit
                    )
                }
                None => {
                    let free = human_size(frozen.free.unwrap_or(0));
                    format!("only {free} are free for {place}, and {limit} are to stay free")
                }
            }
        }
    }
}

/// Returns an RFC 3339 time without its fraction and zone letters: `2026-01-31 12:00:00`, in UTC.
pub fn when_text(rfc3339: &str) -> String {
    rfc3339.chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

/// Returns a command on one line, quoted where a shell would need it, escaped for a terminal.
pub fn command_text(command: &[Vec<u8>]) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-+./:=@%,".contains(b);
    let words = command.iter().map(|word| {
        let text = escape_for_display(word);
        if !word.is_empty() && word.iter().all(plain) {
            text
        } else {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Returns why a read set is not complete.
pub fn missing_text(missing: Missing) -> &'static str {
    match missing {
        Missing::CutOff => "it was cut off, so what was read last may be missing",
        Missing::TooMany => "there were more paths than can be recorded",
        Missing::Blind => "the kernel did not let some calls be looked at",
    }
}

/// Returns a count with its noun: `1 change`, `2 changes`.
pub fn count_text(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Returns what to say of commits whose backups went for want of room; nothing when there are none.
pub fn dropped_text(dropped: &[String]) -> String {
    match dropped {
        [] => String::new(),
        _ => format!(
            " To stay within the limit of backups, these cannot be undone any more: {}.",
            dropped.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_quoted_and_escaped() {
        let command = [&b"/bin/sh"[..], b"-c", b"echo 'a b'", b"", b"\x1b[31m\xff"].map(<[u8]>::to_vec);
        assert_eq!(command_text(&command), r"/bin/sh -c 'echo '\''a b'\''' '' '\u{1b}[31m\xff'");
    }

    #[test]
    fn times_lose_what_people_do_not_need() {
        assert_eq!(when_text("2026-01-31T12:00:00.123456789Z"), "2026-01-31 12:00:00");
    }

    #[test]
    fn counts_have_the_right_noun() {
        assert_eq!(
            [0, 1, 2].map(|count| count_text(count, "change")),
            ["0 changes", "1 change", "2 changes"]
        );
    }
}
