//! Keeps a program from what the user's terminal does besides showing: takes control sequences that set the clipboard or ask for it,
//! and orders to the terminal or to the editor that holds it, out of what is shown. Reads them as terminals do, which skip most
//! control characters within one. Knows no session.

const BEL: u8 = 0x07;
const CANCEL: u8 = 0x18;
const SUBSTITUTE: u8 = 0x1a;
const ESCAPE: u8 = 0x1b;
/// The first of two bytes of U+009D, U+0090 and U+009F, which begin strings as ESC with `]`, `P` and `_` do.
const LEAD: u8 = 0xc2;
const COMMAND: u8 = 0x9d;
const DEVICE: u8 = 0x90;
const PROGRAM: u8 = 0x9f;
/// The second byte of U+009C, which ends them as ESC with `\` does, but not for every terminal.
const END: u8 = 0x9c;
/// A string that has not told what it is within so many bytes is none that anybody needs.
const MOST_HELD: usize = 256;

/// Numbers of commands that are about the clipboard: xterm's, and kitty's.
const NUMBERS: [&[u8]; 2] = [b"52", b"5522"];
/// The number of iTerm's commands, and the words of those that are about the clipboard.
const WORDED: &[u8] = b"1337";
const WORDS: [&[u8]; 2] = [b"Copy", b"EndCopy"];
/// Calls of functions of vim and emacs, when the terminal is a window of theirs.
const EDITORS: &[u8] = b"51";
/// xterm's font, whose answer has been typed into shells, and any setting of konsole's; programs only need the shape of the cursor.
const SETTINGS: &[u8] = b"50";
const SHAPE: &[u8] = b"CursorShape=";
/// Orders to kitty: it starts programs, opens editors and reads windows.
const ORDERS: &[u8] = b"@kitty-";
/// Pictures for kitty and its kin, and where one is: in shared memory, or in a file for a while. The terminal removes those, the host's, by
/// the name that it is told, and nothing of the session's lies there.
const PICTURE: &[u8] = b"G";
const REMOVED: [&[u8]; 2] = [b"t=s", b"t=t"];

/// What goes to one terminal passes through one of these.
#[derive(Debug, Default)]
pub struct Sieve {
    /// What is about the clipboard passes, for now.
    is_open: bool,
    state: State,
    /// The terminal may be within a string about the clipboard: it has got the beginning, and nothing yet that ends it for certain.
    is_within: bool,
    /// The byte before.
    last: u8,
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
    String(Kind),
    /// Within a string about the clipboard that passes.
    Passed,
    /// Within a string that is taken out.
    Taken,
}

/// What becomes of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Shown,
    /// It is about the clipboard.
    AsTheClipboard,
    Taken,
}

/// Whom a string is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The "operating system": clipboard, titles, colours, links.
    System,
    /// The device.
    Device,
    /// An "application program": pictures.
    Program,
}

impl Sieve {
    /// Returns one through which goes what is about the clipboard, until it is closed.
    pub fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Takes out from now on what is about the clipboard. A sequence that the terminal has got a part of is ended there.
    pub fn close(&mut self, shown: &mut Vec<u8>) {
        self.is_open = false;
        if std::mem::take(&mut self.is_within) {
            shown.extend([CANCEL, ESCAPE, b'\\']);
        }
        if self.state == State::Passed {
            self.state = State::Taken;
        }
    }

    /// Adds to `shown` what may be shown of these bytes. The beginning of a sequence is held until it is known what it is.
    pub fn strain(&mut self, bytes: &[u8], shown: &mut Vec<u8>) {
        for byte in bytes {
            self.take(*byte, shown);
            self.last = *byte;
        }
    }

    fn take(&mut self, byte: u8, shown: &mut Vec<u8>) {
        match (self.state, byte) {
            (State::Text, ESCAPE | LEAD) | (_, ESCAPE) if self.state != State::Lead => {
                self.release(shown);
                self.held.push(byte);
                self.state = if byte == ESCAPE { State::Escape } else { State::Lead };
            }
            (State::Text, _) => {
                shown.push(byte);
                self.is_within &= !ends(byte);
            }
            (State::Escape, b']') | (State::Lead, COMMAND) => self.begin(Kind::System, byte),
            (State::Escape, b'P') | (State::Lead, DEVICE) => self.begin(Kind::Device, byte),
            (State::Escape, b'_') | (State::Lead, PROGRAM) => self.begin(Kind::Program, byte),
            (State::Escape | State::String(_), _) if is_skipped(byte) => {
                if self.held.len() < MOST_HELD {
                    self.held.push(byte);
                }
            }
            (State::String(_), BEL | CANCEL | SUBSTITUTE) | (State::Escape | State::Lead, _) => {
                self.release(shown);
                self.take(byte, shown);
            }
            (State::String(kind), _) => {
                self.held.push(byte);
                self.told.push(byte);
                let fate = match kind {
                    Kind::System => fate_of_command(&self.told),
                    Kind::Device => begins(&self.told, ORDERS).map(taken_if),
                    Kind::Program => is_removed(&self.told).map(taken_if),
                };
                match fate {
                    Some(Fate::Shown) => self.release(shown),
                    Some(Fate::AsTheClipboard) if self.is_open => {
                        self.release(shown);
                        self.is_within = true;
                        self.state = State::Passed;
                    }
                    None if self.told.len() < MOST_HELD => {}
                    Some(Fate::AsTheClipboard | Fate::Taken) | None => {
                        self.held.clear();
                        self.state = State::Taken;
                    }
                }
            }
            (State::Passed, _) => {
                shown.push(byte);
                self.is_within &= !ends(byte);
                if ends(byte) || (self.last, byte) == (LEAD, END) {
                    self.state = State::Text;
                }
            }
            (State::Taken, _) if ends(byte) || (self.last, byte) == (LEAD, END) => self.state = State::Text,
            (State::Taken, _) => {}
        }
    }

    fn begin(&mut self, kind: Kind, byte: u8) {
        self.held.push(byte);
        self.told.clear();
        self.state = State::String(kind);
    }

    fn release(&mut self, shown: &mut Vec<u8>) {
        self.is_within &= self.held.first() != Some(&ESCAPE);
        shown.append(&mut self.held);
        self.state = State::Text;
    }
}

/// Tells whether a string ends with this byte, whatever terminal reads it.
fn ends(byte: u8) -> bool {
    matches!(byte, BEL | CANCEL | SUBSTITUTE)
}

/// Tells whether terminals read on as if this byte were not there.
fn is_skipped(byte: u8) -> bool {
    matches!(byte, 0x00..0x20 | 0x7f) && byte != ESCAPE && !ends(byte)
}

/// Tells what becomes of a command that begins like this; `None` while that is open.
fn fate_of_command(told: &[u8]) -> Option<Fate> {
    let digits = told.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = told.split_at_checked(digits)?;
    let number = number.iter().position(|byte| *byte != b'0').and_then(|first| number.get(first..));
    let (end, word) = rest.split_first()?;
    match number {
        _ if *end != b';' => Some(Fate::Shown),
        Some(EDITORS) => Some(Fate::Taken),
        Some(SETTINGS) => begins(word, SHAPE).map(|is_shape| taken_if(!is_shape)),
        Some(number) if NUMBERS.contains(&number) => Some(Fate::AsTheClipboard),
        Some(WORDED) if WORDS.iter().any(|known| word.starts_with(known)) => Some(Fate::AsTheClipboard),
        Some(WORDED) if WORDS.iter().any(|known| known.starts_with(word)) => None,
        _ => Some(Fate::Shown),
    }
}

fn taken_if(is_taken: bool) -> Fate {
    if is_taken { Fate::Taken } else { Fate::Shown }
}

/// Tells whether a picture is where the terminal removes it; `None` while that is open.
fn is_removed(told: &[u8]) -> Option<bool> {
    let Some(settings) = told.strip_prefix(PICTURE) else { return begins(told, PICTURE) };
    let end = settings.iter().position(|byte| *byte == b';')?;
    Some(settings.get(..end)?.split(|byte| *byte == b',').any(|setting| REMOVED.contains(&setting)))
}

/// Tells whether a text begins with this word; `None` while that is open.
fn begins(text: &[u8], word: &[u8]) -> Option<bool> {
    if text.starts_with(word) {
        Some(true)
    } else if word.starts_with(text) {
        None
    } else {
        Some(false)
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
            b"\x1b]52;c;ZXZpbA==\xc2\x9c",
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
    fn orders_to_the_terminal_or_its_editor_are_taken_out() {
        for sequence in [
            &b"\x1bP@kitty-cmd{\"cmd\":\"launch\"}\x1b"[..],
            b"\x1bP\x00@kitty-\x7fedit|0:/etc/passwd\x1b",
            b"\xc2\x90@kitty-cmd{}\x1b",
            b"\x1b]51;[\"call\",\"Tapi_x\",[]]\x1b",
            b"\x1b]51;Efind-file evil\x1b",
            b"\x1b]50;?\x1b",
            b"\x1b]050;Command=evil\x1b",
            b"\x1b_Gf=24,s=1,v=1,t=s;L3dvcms=\x1b",
            b"\xc2\x9fGt=t,f=100;L3RtcC90dHk=\x1b",
        ] {
            let all = [b"before", sequence, b"\\after"].concat();
            assert_eq!(shown(&all), b"before\x1b\\after", "{}", sequence.escape_ascii());
        }
    }

    #[test]
    fn what_is_about_the_clipboard_passes_until_it_is_closed() {
        for (before, after, end) in [
            (&b"a\x1b]52;c;eA==\x07b"[..], &b"\x1b]52;c;eA==\x07c"[..], &b""[..]),
            (b"a\x1b]1337;Copy=:ZXZ", b"pbA==\x07c", b"\x18\x1b\\"),
            (b"a\x1b]52;c;ZXZ\x1b\\b\x1b]51;x\x07", b"\xc2\x9d52;c;x\x07c", b""),
        ] {
            let (mut sieve, mut shown) = (Sieve::open(), Vec::new());
            sieve.strain(before, &mut shown);
            let orders = b"\x1b]51;x\x07";
            assert_eq!(shown, before.strip_suffix(orders).unwrap_or(before));
            let passed = shown.clone();
            sieve.close(&mut shown);
            sieve.strain(after, &mut shown);
            assert_eq!(shown, [&passed, end, b"c"].concat(), "{}", before.escape_ascii());
        }
        // Not every terminal takes U+009C for an end, nor has any got an end that was taken out: it gets one then.
        for (before, shown_before) in [
            (&b"a\x1b]52;c;ZXZ\xc2\x9cb"[..], &b"a\x1b]52;c;ZXZ\xc2\x9cb"[..]),
            (b"a\x1b]52;c;ZXZ\x1b]51;x\x07b", b"a\x1b]52;c;ZXZb"),
            (b"a\x1b]52;c;ZXZ\xc2\x9c\xc2\x9d51;x\x07b", b"a\x1b]52;c;ZXZ\xc2\x9cb"),
        ] {
            let (mut sieve, mut shown) = (Sieve::open(), Vec::new());
            before.chunks(1).for_each(|piece| sieve.strain(piece, &mut shown));
            assert_eq!(shown, shown_before, "{}", before.escape_ascii());
            sieve.close(&mut shown);
            sieve.strain(b"plain\x1b]52;c;eA==\x07c", &mut shown);
            assert_eq!(shown, [shown_before, b"\x18\x1b\\plainc"].concat());
        }
        // What the terminal has not got yet is decided by what holds at its end.
        let (mut sieve, mut shown) = (Sieve::open(), Vec::new());
        sieve.strain(b"a\x1b]5", &mut shown);
        sieve.close(&mut shown);
        sieve.strain(b"2;c;eA==\x07b", &mut shown);
        assert_eq!(shown, b"ab");
    }

    #[test]
    fn everything_else_is_shown_as_it_is() {
        for text in [
            &b"plain, \xc3\xa4\xe2\x80\x9d\xc2\xa0 and \xff\x9d52;c;x"[..],
            b"\x1b]0;a title\x07\x1b]8;;https://example.org/52\x1b\\a link\x1b]8;;\x1b\\",
            b"\x1b]133;A\x07\x1b]1337;SetUserVar=a=YQ==\x07\x1b]4;52;red\x07\x1b]l52;c;x\x07",
            b"\x1b[52;1H\x1b[?52h\x1b(B\x1b7 52;c;x",
            b"\x1b]\x07\x1b]\x1b\\\x1b]52\x07\x1b]5\x18",
            b"\x1bP$q m\x1b\\\x1bP1;2q#0;2;0;0;0\x1b\\\x1bP@kit\x1b\\\x1bP+q544e\x1b\\\xc2\x90x",
            b"\x1b_Ga=T,f=24,s=1,v=1,t=d;AAAA\x1b\\\x1b_Ga=d\x1b\\\x1b_other;t=s;\x1b\\\xc2\x9fx",
            b"\x1b]50;CursorShape=1\x07\x1b]50;Cur\x07\x1b]510;x\x07",
        ] {
            assert_eq!(shown(text), text, "{}", text.escape_ascii());
        }
    }
}
