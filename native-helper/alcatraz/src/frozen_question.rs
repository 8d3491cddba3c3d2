//! The question on the user's terminal when a session was frozen: go on, stop, or leave it so. Keys belong to the
//! question until it is answered, then to the program again. Without a terminal only says what to type elsewhere.

use see_core::engine::request::{Ask, More};
use see_core::session::Frozen;

use crate::present::text::frozen_text;
use crate::raw_terminal::made_plain;

/// What can be answered.
const CHOICES: &str = "Go on with as much again (r), stop its programs (s), or leave it so (k)?";

/// Returns what to type elsewhere.
fn later(session: &str) -> String {
    format!("Go on: alcatraz resume {session} [--quota SIZE] · throw away: alcatraz abort {session}")
}

/// What keys mean.
#[derive(Debug)]
pub enum Answer {
    /// They are the program's: nothing was asked.
    NotAsked,
    /// Nothing: show the question again.
    Unclear(Vec<u8>),
    /// The session stays as it is, without this terminal. Show this last.
    Leave(Vec<u8>),
    /// Send this.
    Ask(Ask),
}

/// The question, open or not.
pub struct Question {
    /// `None` when somebody else asks.
    session: Option<String>,
    /// Whether a person can answer here.
    asks: bool,
    open: bool,
}

impl Question {
    /// Returns the question for a session, not asked yet; for none when somebody else asks it.
    pub fn new(session: Option<&str>, asks: bool) -> Self {
        Self { session: session.map(str::to_owned), asks, open: false }
    }

    /// Opens it; returns what to show.
    pub fn open(&mut self, frozen: &Frozen) -> Vec<u8> {
        let Some(session) = &self.session else { return Vec::new() };
        self.open = true;
        let why = frozen_text(frozen);
        let what = if self.asks { CHOICES.to_owned() } else { later(session) };
        self.lines(&[&format!("Session {session} is frozen: {why}. Nothing is lost."), &what])
    }

    /// Tells whether it stands on the program's terminal: then nothing of the program's may be shown there.
    pub fn is_asked(&self) -> bool {
        self.open && self.asks
    }

    /// Closes it: somebody decided, here or elsewhere. Returns what to show.
    pub fn close(&mut self) -> Vec<u8> {
        if !std::mem::take(&mut self.open) {
            return Vec::new();
        }
        self.lines(&["It goes on."])
    }

    /// Returns what typed keys mean.
    pub fn answer(&self, typed: &[u8]) -> Answer {
        let Some(session) = self.session.as_ref().filter(|_| self.is_asked()) else {
            return Answer::NotAsked;
        };
        match typed.first() {
            Some(b'r' | b'R') => Answer::Ask(Ask::Resume { more: More::default() }),
            Some(b's' | b'S') => Answer::Ask(Ask::Stop),
            // What everybody tries: the key that interrupts, too.
            Some(b'k' | b'K' | 0x03) => Answer::Leave(self.lines(&["It stays frozen.", &later(session)])),
            _ => Answer::Unclear(self.lines(&[CHOICES])),
        }
    }

    /// Returns lines for a terminal that is the program's, where a line's end needs both characters.
    fn lines(&self, lines: &[&str]) -> Vec<u8> {
        let end = if self.asks { "\r\n" } else { "\n" };
        let text: String = lines.iter().map(|line| format!("{line}{end}")).collect();
        if self.asks { format!("{}{end}{text}", made_plain()).into_bytes() } else { text.into_bytes() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use see_core::session::FrozenWhy;

    #[test]
    fn keys_are_the_programs_unless_something_was_asked() {
        let frozen = Frozen {
            why: FrozenWhy::Quota,
            used: 2048,
            limit: 1024,
            free: None,
            inodes: None,
            place: None,
            since: "2026-01-31T12:00:00Z".to_owned(),
        };
        let mut question = Question::new(Some("k3v7m2xq4a"), true);
        assert!(matches!(question.answer(b"r"), Answer::NotAsked));
        let shown = String::from_utf8(question.open(&frozen)).unwrap();
        assert!(shown.contains("hold 2.0 KiB, and its quota is 1.0 KiB"), "{shown}");
        assert!(
            matches!(question.answer(b"r"), Answer::Ask(Ask::Resume { more }) if more == More::default())
        );
        assert!(matches!(question.answer(b"s"), Answer::Ask(Ask::Stop)));
        assert!(
            matches!(question.answer(b"\r"), Answer::Unclear(again) if again.ends_with(b"leave it so (k)?\r\n"))
        );
        for leaves in [b"k", b"\x03"] {
            assert!(
                matches!(question.answer(leaves), Answer::Leave(said) if said.ends_with(b"abort k3v7m2xq4a\r\n"))
            );
        }
        assert!(!question.close().is_empty() && question.close().is_empty());
        assert!(matches!(question.answer(b"s"), Answer::NotAsked));
        let mut mute = Question::new(Some("k3v7m2xq4a"), false);
        assert!(String::from_utf8(mute.open(&frozen)).unwrap().contains("alcatraz resume k3v7m2xq4a"));
        assert!(matches!(mute.answer(b"r"), Answer::NotAsked));
        let mut elsewhere = Question::new(None, true);
        assert!(elsewhere.open(&frozen).is_empty() && elsewhere.close().is_empty());
        assert!(matches!(elsewhere.answer(b"s"), Answer::NotAsked));
    }
}
