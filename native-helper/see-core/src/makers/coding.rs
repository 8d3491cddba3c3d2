//! How notes become bytes: variable-length numbers; of a path only what differs from the one before. Pure; takes any bytes
//! without harm.

/// A note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note<'a> {
    /// The next program: its number in the record, and its file.
    Program(Option<u32>, &'a [u8]),
    /// A program, by its place among those, had a hand in this path.
    Hand(u32, &'a [u8]),
    /// A program moves this path to that one.
    Move(u32, &'a [u8], &'a [u8]),
    /// A program lets two paths change places.
    Exchange(u32, &'a [u8], &'a [u8]),
    /// From here on notes are missing.
    Full,
}

const PROGRAM: u8 = 1;
const HAND: u8 = 2;
const MOVE: u8 = 3;
const EXCHANGE: u8 = 4;
const FULL: u8 = 5;

/// Writes notes. Every block stands by itself.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    last: Vec<u8>,
}

impl Writer {
    /// Adds a note.
    pub fn put(&mut self, note: Note<'_>) {
        match note {
            Note::Program(id, file) => {
                self.bytes.push(PROGRAM);
                self.number(id.map_or(0, |id| u64::from(id) + 1));
                self.number(file.len() as u64);
                self.bytes.extend_from_slice(file);
            }
            Note::Hand(by, path) => self.paths(HAND, by, &[path]),
            Note::Move(by, from, to) => self.paths(MOVE, by, &[from, to]),
            Note::Exchange(by, one, other) => self.paths(EXCHANGE, by, &[one, other]),
            Note::Full => self.bytes.push(FULL),
        }
    }

    fn paths(&mut self, kind: u8, by: u32, paths: &[&[u8]]) {
        self.bytes.push(kind);
        self.number(u64::from(by));
        for path in paths {
            let same = path.iter().zip(&self.last).take_while(|(a, b)| a == b).count();
            self.number(same as u64);
            let rest = path.get(same..).unwrap_or_default();
            self.number(rest.len() as u64);
            self.bytes.extend_from_slice(rest);
            self.last.truncate(same);
            self.last.extend_from_slice(rest);
        }
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// Returns how many bytes wait.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the notes since as a block: length, checksum, notes. Empty when there are none.
    pub fn take_block(&mut self) -> Vec<u8> {
        let notes = std::mem::take(&mut self.bytes);
        self.last.clear();
        if notes.is_empty() {
            return notes;
        }
        let mut block = Vec::with_capacity(notes.len() + 8);
        block.extend_from_slice(&u32::try_from(notes.len()).unwrap_or(u32::MAX).to_le_bytes());
        block.extend_from_slice(&crc32fast::hash(&notes).to_le_bytes());
        block.extend_from_slice(&notes);
        block
    }
}

/// Calls `take` with every note of the whole blocks at the start of these bytes. Returns how many bytes those were; `None`
/// in place of that when what follows is damaged.
pub fn read(bytes: &[u8], mut take: impl FnMut(Note<'_>)) -> Option<usize> {
    let mut done = 0;
    loop {
        let Some((head, rest)) = bytes.get(done..).unwrap_or_default().split_first_chunk::<8>() else {
            return Some(done);
        };
        let [a, b, c, d, e, f, g, h] = *head;
        let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
        let Some(notes) = rest.get(..length) else { return Some(done) };
        if crc32fast::hash(notes) != u32::from_le_bytes([e, f, g, h]) {
            return None;
        }
        let mut reader = Reader { rest: notes, last: Vec::new() };
        while !reader.rest.is_empty() {
            reader.note(&mut take)?;
        }
        done += 8 + length;
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    last: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn note(&mut self, take: &mut impl FnMut(Note<'_>)) -> Option<()> {
        let (kind, rest) = self.rest.split_first()?;
        self.rest = rest;
        match *kind {
            PROGRAM => {
                let id = self.number()?.checked_sub(1).map(u32::try_from).transpose().ok()?;
                let length = self.number()?;
                let file = self.bytes(length)?;
                take(Note::Program(id, file));
            }
            HAND => {
                let by = self.by()?;
                self.path()?;
                take(Note::Hand(by, &self.last));
            }
            MOVE | EXCHANGE => {
                let by = self.by()?;
                self.path()?;
                let first = self.last.clone();
                self.path()?;
                let is_move = *kind == MOVE;
                take(if is_move {
                    Note::Move(by, &first, &self.last)
                } else {
                    Note::Exchange(by, &first, &self.last)
                });
            }
            FULL => take(Note::Full),
            _ => return None,
        }
        Some(())
    }

    fn by(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn path(&mut self) -> Option<()> {
        let same = usize::try_from(self.number()?).ok().filter(|same| *same <= self.last.len())?;
        let length = self.number()?;
        let rest = self.bytes(length)?;
        self.last.truncate(same);
        self.last.extend_from_slice(rest);
        Some(())
    }

    fn bytes(&mut self, length: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(bytes)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: [Note<'_>; 6] = [
        Note::Program(Some(0), b"/bin/sh"),
        Note::Program(None, b""),
        Note::Hand(0, b"/home/a/b"),
        Note::Move(1, b"/home/a/b", b"/home/a/c"),
        Note::Exchange(200, b"/home", b"/x\xff"),
        Note::Full,
    ];

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::default();
        let mut bytes = Vec::new();
        for part in NOTES.chunks(2) {
            part.iter().for_each(|note| writer.put(*note));
            bytes.extend(writer.take_block());
        }
        let mut count = 0;
        let read_to = read(&bytes, |note| {
            assert_eq!(note, NOTES[count]);
            count += 1;
        });
        assert_eq!((read_to, count), (Some(bytes.len()), NOTES.len()));
        // What is still being written waits.
        assert!(read(&bytes[..bytes.len() - 1], |_| ()).is_some_and(|end| end < bytes.len()));
    }

    #[test]
    fn damage_does_no_harm() {
        let mut writer = Writer::default();
        NOTES.iter().for_each(|note| writer.put(*note));
        let block = writer.take_block();
        for at in 0..block.len() {
            for value in [0, 0x7f, 0xff] {
                let mut bad = block.clone();
                bad[at] = value;
                let _ = read(&bad, |_| ());
                let notes = bad.get(8..).unwrap();
                bad = [
                    &u32::try_from(notes.len()).unwrap().to_le_bytes()[..],
                    &crc32fast::hash(notes).to_le_bytes(),
                    notes,
                ]
                .concat();
                let _ = read(&bad, |_| ());
            }
        }
    }
}
