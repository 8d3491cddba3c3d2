//! Keeps a program from the clipboard of the user's terminal: takes the control sequences that set it, or ask for it, out of what is
//! shown. Reads them as terminals do, which skip most control characters within one. Knows no session.

const BEL: u8 = 0x07;
const CANCEL: u8 = 0x18;
const SUBSTITUTE: u8 = 0x1a;
const ESCAPE: u8 = 0x1b;
/// The two bytes of U+009D, which begins an operating system command as ESC and `]` do.
const LEAD: u8 = 0xc2;
const COMMAND: u8 = 0x9d;
/// A command that has not told its name within so many bytes is none that anybody needs.
const MOST_HELD: usize = 64;

/// Numbers of commands that are about the clipboard: xterm's, and kitty's.
const NUMBERS: [&[u8]; 2] = [b"52", b"5522"];
/// The number of iTerm's commands, and the words of those that are about the clipboard.
const WORDED: &[u8] = b"1337";
const WORDS: [&[u8]; 2] = [b"Copy", b"EndCopy"];

/// What goes to one terminal passes through one of these.
#[derive(Debug, Default)]
pub struct Sieve {
    /// Everything passes, for now.
    is_open: bool,
    state: State,
    /// What may be the beginning of such a sequence.
    held: Vec<u8>,
    /// What the command has told of itself.
    told: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Escape,
    Lead,
    Command,
    /// Within a command that is taken out.
    Taken,
}

impl Sieve {
    /// Returns one through which everything passes until it is closed.
    pub fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Takes out from now on what is about the clipboard. A sequence that the terminal has got a part of is ended there.
    pub fn close(&mut self, shown: &mut Vec<u8>) {
        if !std::mem::take(&mut self.is_open) || self.state == State::Text {
            return;
        }
        self.held.clear();
        if self.state != State::Taken {
            self.state = State::Text;
        }
        shown.extend([CANCEL, ESCAPE, b'\\']);
    }

    /// Adds to `shown` what may be shown of these bytes. The beginning of a sequence is held until it is known what it is.
    pub fn strain(&mut self, bytes: &[u8], shown: &mut Vec<u8>) {
        let mut strained = Vec::new();
        for byte in bytes {
            self.take(*byte, &mut strained);
        }
        shown.extend_from_slice(if self.is_open { bytes } else { &strained });
    }

    fn take(&mut self, byte: u8, shown: &mut Vec<u8>) {
        match (self.state, byte) {
            (State::Escape | State::Command | State::Taken, ESCAPE) | (State::Text, ESCAPE | LEAD) => {
                self.release(shown);
                self.held.push(byte);
                self.state = if byte == ESCAPE { State::Escape } else { State::Lead };
            }
            (State::Text, _) => shown.push(byte),
            (State::Escape, b']') | (State::Lead, COMMAND) => {
                self.held.push(byte);
                self.told.clear();
                self.state = State::Command;
            }
            (State::Escape | State::Command, _) if is_skipped(byte) => {
                if self.held.len() < MOST_HELD {
                    self.held.push(byte);
                }
            }
            (State::Command, BEL | CANCEL | SUBSTITUTE) | (State::Escape | State::Lead, _) => {
                self.release(shown);
                self.take(byte, shown);
            }
            (State::Command, _) => {
                self.held.push(byte);
                self.told.push(byte);
                match is_about_clipboard(&self.told) {
                    Some(false) => self.release(shown),
                    None if self.told.len() < MOST_HELD => {}
                    Some(true) | None => {
                        self.held.clear();
                        self.state = State::Taken;
                    }
                }
            }
            (State::Taken, BEL | CANCEL | SUBSTITUTE) => self.state = State::Text,
            (State::Taken, _) => {}
        }
    }

    fn release(&mut self, shown: &mut Vec<u8>) {
        shown.append(&mut self.held);
        self.state = State::Text;
    }
}

/// Tells whether terminals read on as if this byte were not there.
fn is_skipped(byte: u8) -> bool {
    matches!(byte, 0x00..0x20 | 0x7f) && !matches!(byte, BEL | CANCEL | SUBSTITUTE | ESCAPE)
}

/// Tells whether a command that begins like this is about the clipboard; `None` while that is open.
fn is_about_clipboard(told: &[u8]) -> Option<bool> {
    let digits = told.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = told.split_at_checked(digits)?;
    let number = number.iter().position(|byte| *byte != b'0').and_then(|first| number.get(first..));
    let (end, word) = rest.split_first()?;
    match number {
        _ if *end != b';' => Some(false),
        Some(number) if NUMBERS.contains(&number) => Some(true),
        Some(WORDED) if WORDS.iter().any(|known| word.starts_with(known)) => Some(true),
        Some(WORDED) if WORDS.iter().any(|known| known.starts_with(word)) => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of this, whatever pieces it comes in.
    fn shown(bytes: &[u8]) -> Vec<u8> {
        let strain = |pieces: &mut dyn Iterator<Item = &[u8]>| {
            let (mut sieve, mut shown) = (Sieve::default(), Vec::new());
            pieces.for_each(|piece| sieve.strain(piece, &mut shown));
            shown
        };
        let whole = strain(&mut std::iter::once(bytes));
        assert_eq!(strain(&mut bytes.chunks(1)), whole);
        whole
    }

    #[test]
    fn what_is_about_the_clipboard_is_taken_out() {
        for sequence in [
            &b"\x1b]52;c;ZXZpbA==\x07"[..],
            b"\x1b]52;c;?\x07",
            b"\x1b]0052;;ZXZpbA==\x07",
            b"\x1b\x00]\x015\x7f2\x02;c;ZXZpbA==\x07",
            b"\xc2\x9d52;c;ZXZpbA==\x07",
            b"\x1b]5522;type=write\x07",
            b"\x1b]1337;Copy=:ZXZpbA==\x07",
            b"\x1b]1337;CopyToClipboard=\x07",
        ] {
            let all = [b"before", sequence, b"after"].concat();
            assert_eq!(shown(&all), b"beforeafter", "{}", sequence.escape_ascii());
        }
        // Its end may be two bytes, which say nothing by themselves.
        assert_eq!(shown(b"a\x1b]52;c;ZXZpbA==\x1b\\b"), b"a\x1b\\b");
        // Handed through by a multiplexer, and one after the other.
        assert_eq!(shown(b"\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\"), b"\x1bPtmux;\x1b\x1b\\");
        assert_eq!(shown(b"\x1b]52;c;eA==\x1b]52;c;eA==\x07b"), b"b");
        // Numbers that never end are none that anybody needs.
        let long = [&b"\x1b]"[..], &[b'0'; 1000], b"52;c;eA==\x07b"].concat();
        assert_eq!(shown(&long), b"b");
    }

    #[test]
    fn what_passes_until_it_is_closed_is_ended_then() {
        for (before, after) in [
            (&b"a\x1b]52;c;eA==\x07b"[..], &b"\x1b]52;c;eA==\x07c"[..]),
            (b"a\x1b]52;c;ZXZ", b"pbA==\x07c"),
            (b"a\xc2", b"c"),
        ] {
            let (mut sieve, mut shown) = (Sieve::open(), Vec::new());
            sieve.strain(before, &mut shown);
            assert_eq!(shown, before);
            sieve.close(&mut shown);
            sieve.strain(after, &mut shown);
            let end: &[u8] = if before.ends_with(b"b") { b"" } else { b"\x18\x1b\\" };
            assert_eq!(shown, [before, end, b"c"].concat(), "{}", before.escape_ascii());
        }
    }

    #[test]
    fn everything_else_is_shown_as_it_is() {
        for text in [
            &b"plain, \xc3\xa4\xe2\x80\x9d\xc2\xa0 and \xff\x9d52;c;x"[..],
            b"\x1b]0;a title\x07\x1b]8;;https://example.org/52\x1b\\a link\x1b]8;;\x1b\\",
            b"\x1b]133;A\x07\x1b]1337;SetUserVar=a=YQ==\x07\x1b]4;52;red\x07\x1b]l52;c;x\x07",
            b"\x1b[52;1H\x1b[?52h\x1b(B\x1b7 52;c;x",
            b"\x1b]\x07\x1b]\x1b\\\x1b]52\x07\x1b]5\x18",
        ] {
            assert_eq!(shown(text), text, "{}", text.escape_ascii());
        }
    }
}
