//! Reads messages, one a line, from a peer that may send anything. Holds no more than one line of the longest size.

use std::io::BufRead;

/// The longest line that is read, in bytes.
pub const LINE_LIMIT: usize = 16 * 1024 * 1024;

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A whole line without its end.
    Whole(Vec<u8>),
    /// A line that was longer than the limit; its bytes are gone.
    TooLong,
    /// The peer has closed its end. A last line without an end was cut off and does not count.
    End,
}

/// Returns the next line of at most `limit` bytes.
pub fn read_line(input: &mut impl BufRead, limit: usize) -> std::io::Result<Line> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let chunk = match input.fill_buf() {
            Ok(chunk) => chunk,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        if chunk.is_empty() {
            return Ok(Line::End);
        }
        let end = chunk.iter().position(|b| *b == b'\n');
        let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
        too_long = too_long || line.len() + part.len() > limit;
        if too_long {
            line = Vec::new();
        } else {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(if too_long { Line::TooLong } else { Line::Whole(line) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn splits_lines_and_drops_a_cut_off_one() {
        let mut input = BufReader::with_capacity(3, &b"one\n\ntwo\ncut"[..]);
        let mut read = || read_line(&mut input, 100).unwrap();
        assert_eq!(read(), Line::Whole(b"one".to_vec()));
        assert_eq!(read(), Line::Whole(Vec::new()));
        assert_eq!(read(), Line::Whole(b"two".to_vec()));
        assert_eq!(read(), Line::End);
    }

    #[test]
    fn skips_what_is_too_long_and_reads_on() {
        let mut text = vec![b'x'; 1000];
        text.extend_from_slice(b"\n12345678\n123456789\nok\n");
        let mut input = BufReader::with_capacity(7, &text[..]);
        let mut read = || read_line(&mut input, 8).unwrap();
        assert_eq!(read(), Line::TooLong);
        assert_eq!(read(), Line::Whole(b"12345678".to_vec()));
        assert_eq!(read(), Line::TooLong);
        assert_eq!(read(), Line::Whole(b"ok".to_vec()));
    }
}
