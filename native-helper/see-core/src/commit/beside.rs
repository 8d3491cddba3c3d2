//! A name for an object beside another one that keeps its own: `NAME.alcatraz-<id>`.

/// No file has a longer name.
const NAME_MOST: usize = 255;
/// So many names are tried.
const TRIES: u32 = 1000;

/// Returns names beside one, the best first, that say by an id where the object comes from.
pub fn names_beside<'a>(name: &'a [u8], id: &'a str) -> impl Iterator<Item = Vec<u8>> + 'a {
    let short = id.get(..6).unwrap_or(id);
    (1..TRIES).map(move |serial| {
        let again = if serial > 1 { format!("-{serial}") } else { String::new() };
        with_ending(name, &format!(".alcatraz-{short}{again}"))
    })
}

/// Returns a name with an ending, cut before it where no file could have a name that long.
fn with_ending(name: &[u8], ending: &str) -> Vec<u8> {
    let mut stem = name.get(..NAME_MOST.saturating_sub(ending.len())).unwrap_or(name);
    if stem.len() < name.len() {
        // Not within a letter.
        if let Err(error) = std::str::from_utf8(stem) {
            if error.error_len().is_none() {
                stem = stem.get(..error.valid_up_to()).unwrap_or(stem);
            }
        }
    }
    [stem, ending.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beside_are_no_longer_than_names_can_be() {
        assert_eq!(with_ending(b"f", ".end"), b"f.end");
        let long = "\u{e9}".repeat(127);
        let cut = with_ending(long.as_bytes(), ".end");
        assert_eq!(cut, format!("{}.end", "\u{e9}".repeat(125)).as_bytes());
        assert_eq!(with_ending(&[b'x'; 255], ".end").len(), 255);
        assert_eq!(with_ending(&[0xff; 255], ".end").len(), 255);
    }
}
