//! Three-way merge of texts, line by line: what the host changed and what the session changed, told apart by the base
//! that both began with. Pure; knows no files.

use std::ops::Range;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// How long the lines of one version are lined up before a coarser result is taken.
const PATIENCE: Duration = Duration::from_secs(1);

/// One stretch of a merged text. The texts of all hunks, one after the other, make each version whole again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase", deny_unknown_fields)]
pub enum Hunk {
    /// Nobody changed it.
    Same {
        /// The lines.
        text: String,
    },
    /// Only the host changed it.
    Host {
        /// What it was.
        base: String,
        /// What the host made of it.
        host: String,
    },
    /// Only the session changed it.
    Session {
        /// What it was.
        base: String,
        /// What the session made of it.
        session: String,
    },
    /// Both made the same change.
    Both {
        /// What it was.
        base: String,
        /// What both made of it.
        text: String,
    },
    /// Both changed it, each in its own way.
    Conflict {
        /// What it was.
        base: String,
        /// What the host made of it.
        host: String,
        /// What the session made of it.
        session: String,
    },
}

impl Hunk {
    /// Returns what a merge makes of it by itself; `None` when a person has to decide.
    pub fn merged(&self) -> Option<&str> {
        match self {
            Self::Same { text } | Self::Both { text, .. } => Some(text),
            Self::Host { host, .. } => Some(host),
            Self::Session { session, .. } => Some(session),
            Self::Conflict { .. } => None,
        }
    }
}

/// Returns the merged text; `None` when a hunk has to be decided.
pub fn text(hunks: &[Hunk]) -> Option<String> {
    hunks.iter().map(Hunk::merged).collect()
}

/// Returns the text with what cannot be merged between marks, as version control tools write it.
pub fn marked_text(hunks: &[Hunk]) -> String {
    let mut text = String::new();
    for hunk in hunks {
        let Hunk::Conflict { base, host, session } = hunk else {
            text.push_str(hunk.merged().unwrap_or_default());
            continue;
        };
        let parts = [("<<<<<<< host", host), ("||||||| before", base), ("=======", session)];
        for (mark, part) in parts {
            text.push_str(mark);
            text.push('\n');
            text.push_str(part);
            if !part.is_empty() && !part.ends_with('\n') {
                text.push('\n');
            }
        }
        text.push_str(">>>>>>> session\n");
    }
    text
}

/// Merges two versions of a text.
pub fn merge(base: &str, host: &str, session: &str) -> Vec<Hunk> {
    let [base, host, session] =
        [base, host, session].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let [theirs, ours] =
        [&host, &session].map(|version| equal_stretches(&base, version, Instant::now() + PATIENCE));
    let mut hunks = Vec::new();
    let (mut at_base, mut at_host, mut at_session) = (0, 0, 0);
    let end = Anchor { base: base.len()..base.len(), host: host.len(), session: session.len() };
    for anchor in anchors(&theirs, &ours).into_iter().chain([end]) {
        let was = join(&base, at_base..anchor.base.start);
        let theirs = join(&host, at_host..anchor.host);
        let ours = join(&session, at_session..anchor.session);
        if let Some(hunk) = differing(was, theirs, ours) {
            hunks.push(hunk);
        }
        let length = anchor.base.len();
        if length > 0 {
            hunks.push(Hunk::Same { text: join(&base, anchor.base.clone()) });
        }
        at_base = anchor.base.end;
        at_host = anchor.host + length;
        at_session = anchor.session + length;
    }
    hunks
}

/// Returns the hunk between two stretches that all three versions share; `None` when there is nothing.
fn differing(base: String, host: String, session: String) -> Option<Hunk> {
    if base.is_empty() && host.is_empty() && session.is_empty() {
        return None;
    }
    Some(match (host == base, session == base, host == session) {
        (true, true, _) => Hunk::Same { text: base },
        (true, false, _) => Hunk::Session { base, session },
        (false, true, _) => Hunk::Host { base, host },
        (false, false, true) => Hunk::Both { base, text: host },
        (false, false, false) => Hunk::Conflict { base, host, session },
    })
}

/// Lines of the base that another version has as well, and where they begin there.
struct Stretch {
    base: Range<usize>,
    other: usize,
}

/// Lines that all three versions have.
struct Anchor {
    base: Range<usize>,
    host: usize,
    session: usize,
}

fn equal_stretches(base: &[&str], other: &[&str], deadline: Instant) -> Vec<Stretch> {
    let steps = capture_diff_slices_deadline(Algorithm::Myers, base, other, Some(deadline));
    let equal = steps.into_iter().filter_map(|step| match step {
        DiffOp::Equal { old_index, new_index, len } => {
            Some(Stretch { base: old_index..old_index + len, other: new_index })
        }
        _ => None,
    });
    equal.collect()
}

/// Returns where lines of the base are in both other versions, in order.
fn anchors(theirs: &[Stretch], ours: &[Stretch]) -> Vec<Anchor> {
    let (mut theirs, mut ours) = (theirs.iter().peekable(), ours.iter().peekable());
    let mut anchors = Vec::new();
    while let (Some(their), Some(our)) = (theirs.peek(), ours.peek()) {
        let start = their.base.start.max(our.base.start);
        let end = their.base.end.min(our.base.end);
        if start < end {
            anchors.push(Anchor {
                base: start..end,
                host: their.other + (start - their.base.start),
                session: our.other + (start - our.base.start),
            });
        }
        if their.base.end < our.base.end {
            theirs.next();
        } else {
            ours.next();
        }
    }
    anchors
}

fn join(lines: &[&str], range: Range<usize>) -> String {
    lines.get(range).unwrap_or_default().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, host: &str, session: &str) -> Option<String> {
        let hunks = merge(base, host, session);
        // Whatever is made of them, the hunks hold each version whole.
        let version = |pick: fn(&Hunk) -> &str| hunks.iter().map(pick).collect::<String>();
        let base_of = |hunk: &Hunk| match hunk {
            Hunk::Same { text } => text.clone(),
            Hunk::Host { base, .. } | Hunk::Session { base, .. } | Hunk::Both { base, .. } => base.clone(),
            Hunk::Conflict { base, .. } => base.clone(),
        };
        assert_eq!(hunks.iter().map(base_of).collect::<String>(), base);
        assert_eq!(
            version(|hunk| match hunk {
                Hunk::Same { text } | Hunk::Both { text, .. } => text,
                Hunk::Session { base, .. } => base,
                Hunk::Host { host, .. } | Hunk::Conflict { host, .. } => host,
            }),
            host
        );
        assert_eq!(
            version(|hunk| match hunk {
                Hunk::Same { text } | Hunk::Both { text, .. } => text,
                Hunk::Host { base, .. } => base,
                Hunk::Session { session, .. } | Hunk::Conflict { session, .. } => session,
            }),
            session
        );
        text(&hunks)
    }

    #[test]
    fn changes_in_different_places_are_joined() {
        let base = "a\nb\nc\nd\ne\n";
        assert_eq!(merged(base, "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n").unwrap(), "A\nb\nc\nd\nE\n");
        assert_eq!(merged(base, base, "a\nc\nd\ne\n").unwrap(), "a\nc\nd\ne\n");
        assert_eq!(merged(base, "x\na\nb\nc\nd\ne\n", base).unwrap(), "x\na\nb\nc\nd\ne\n");
        assert_eq!(merged(base, "a\nb\n", "0\na\nb\nc\nd\ne\n").unwrap(), "0\na\nb\n");
    }

    #[test]
    fn the_same_change_counts_once() {
        assert_eq!(merged("a\nb\n", "a\nB\n", "a\nB\n").unwrap(), "a\nB\n");
        assert_eq!(merged("", "new\n", "new\n").unwrap(), "new\n");
        assert_eq!(merged("", "", "").unwrap(), "");
    }

    #[test]
    fn changes_of_the_same_lines_or_of_neighbours_are_for_a_person() {
        for (base, host, session) in [
            ("a\n", "b\n", "c\n"),
            ("a\nb\n", "A\nb\n", "a\nB\n"),
            ("a\n", "a\nhost\n", "a\nsession\n"),
            ("a\nb\n", "a\n", "a\nB\n"),
            ("", "x\n", "y\n"),
        ] {
            assert_eq!(merged(base, host, session), None, "{base:?} {host:?} {session:?}");
        }
    }

    #[test]
    fn a_last_line_without_an_end_is_a_line() {
        assert_eq!(merged("a\nb", "A\nb", "a\nb").unwrap(), "A\nb");
        assert_eq!(merged("a\nb\nc", "A\nb\nc", "a\nb\nc\n").unwrap(), "A\nb\nc\n");
    }

    #[test]
    fn what_cannot_be_merged_is_marked() {
        let hunks = merge("a\nb\nc\n", "a\nhost\nc\n", "a\nsession\nc\n");
        let expected = "a\n<<<<<<< host\nhost\n||||||| before\nb\n=======\nsession\n>>>>>>> session\nc\n";
        assert_eq!(marked_text(&hunks), expected);
    }

    #[test]
    fn random_changes_keep_every_version() {
        let mut seed = 7_u64;
        let mut roll = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..500 {
            let base: Vec<u64> = (0..roll(12)).map(|_| roll(4)).collect();
            let mut version = || {
                let mut lines = base.clone();
                for _ in 0..roll(4) {
                    let at = usize::try_from(roll(lines.len() as u64 + 1)).unwrap();
                    match roll(3) {
                        0 => lines.insert(at, roll(6)),
                        1 if at < lines.len() => drop(lines.remove(at)),
                        _ if at < lines.len() => lines[at] = roll(6),
                        _ => {}
                    }
                }
                lines.iter().map(|line| format!("{line}\n")).collect::<String>()
            };
            let (host, session) = (version(), version());
            let base: String = base.iter().map(|line| format!("{line}\n")).collect();
            let result = merged(&base, &host, &session);
            if host == base {
                assert_eq!(result.as_deref(), Some(session.as_str()));
            }
            if session == base {
                assert_eq!(result.as_deref(), Some(host.as_str()));
            }
        }
    }
}
