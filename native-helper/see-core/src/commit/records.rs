//! Records one after the other in a file, each with its length and a checksum, and how such a file ends: what a crash cut off is
//! told from damage, and from what a later version wrote. Knows nothing of what they say.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Result, SeeError};

/// No record is longer; a length beyond it is damage.
const LONGEST: usize = 256 << 20;
/// What stands before each: its length, and its checksum.
const HEAD: usize = 8;
/// What was never written is blank. No record has so many blank bytes in a row, and none ends with one.
const BLANK: [u8; HEAD] = [0; HEAD];

/// How a file of records ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With its last record.
    Whole,
    /// What comes behind its last good record may not have reached the disk: it was never known to be there.
    Torn,
    /// Something else than a crash happened to it.
    Damaged,
    /// With something that a later version wrote.
    Newer,
}

/// Returns a record as it stands in the file.
pub fn encode(record: &impl Serialize) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(record).map_err(|e| SeeError::internal(format!("A record: {e}.")))?;
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= LONGEST);
    let length = length.ok_or_else(|| SeeError::internal("A journal record is too long."))?;
    Ok([&length.to_le_bytes()[..], &crc32fast::hash(&body).to_le_bytes(), &body].concat())
}

/// Takes the next record off the front; else tells how they end.
pub fn next<R: DeserializeOwned>(rest: &mut &[u8]) -> std::result::Result<R, Ending> {
    if rest.is_empty() {
        return Err(Ending::Whole);
    }
    let (body, after) = split(rest).ok_or_else(|| ending(rest))?;
    let record = serde_json::from_slice(body).map_err(|_| Ending::Newer)?;
    *rest = after;
    Ok(record)
}

/// Parts the bytes of the next record from what follows, when it is there and not damaged.
fn split(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (sum, after) = after.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length > 0)?;
    let (body, after) = after.split_at_checked(length)?;
    (crc32fast::hash(body) == u32::from_le_bytes(*sum)).then_some((body, after))
}

/// Tells how a file ends of which this is behind the last good record.
fn ending(rest: &[u8]) -> Ending {
    let length = rest.first_chunk::<4>().map_or(0, |length| u32::from_le_bytes(*length));
    let is_cut_off = match rest.get(HEAD..) {
        // Where the length is wrong, there are other records behind it, and blank bytes in what stands before each.
        Some(body) => usize::try_from(length).is_ok_and(|length| body.len() < length) && !body.contains(&0),
        None => true,
    };
    if is_cut_off || is_blank(rest) { Ending::Torn } else { Ending::Damaged }
}

/// Tells whether a part of these bytes was never written.
fn is_blank(bytes: &[u8]) -> bool {
    bytes.last() == Some(&0) || bytes.windows(HEAD).any(|bytes| bytes == BLANK)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many records these bytes have, and how they end.
    fn read(bytes: &[u8]) -> (usize, Ending) {
        let (mut rest, mut count) = (bytes, 0);
        loop {
            match next::<String>(&mut rest) {
                Ok(_) => count += 1,
                Err(ending) => return (count, ending),
            }
        }
    }

    #[test]
    fn what_was_cut_off_is_told_from_damage() {
        let words = ["one", "and another one", "three"];
        let records: Vec<Vec<u8>> = words.iter().map(|word| encode(word).unwrap()).collect();
        let bytes = records.concat();
        assert_eq!(read(&bytes), (3, Ending::Whole));
        let bounds = [0, records[0].len(), bytes.len() - records[2].len()];
        for length in 0..bytes.len() {
            let before = bounds.iter().filter(|bound| **bound <= length).count() - 1;
            let is_whole = bounds.contains(&length);
            let expected = if is_whole { Ending::Whole } else { Ending::Torn };
            assert_eq!(read(&bytes[..length]), (before, expected), "{length}");
            let mut blank = bytes.clone();
            blank[length..].fill(0);
            assert_eq!(read(&blank), (before, Ending::Torn), "{length}");
        }
        // Damage before the last record.
        for place in 0..bounds[2] {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[place] ^= 1 << bit;
                assert_eq!(read(&damaged).1, Ending::Damaged, "{place} {bit}");
            }
        }
        let newer = [bytes, encode(&7).unwrap()].concat();
        assert_eq!(read(&newer), (3, Ending::Newer));
    }
}
