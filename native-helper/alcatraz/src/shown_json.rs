//! JSON that a terminal may show: control characters that JSON itself lets through (U+0080 to U+009F begin sequences as ESC does), and what
//! turns text around, are told by their numbers. For whoever parses it, it is the same.

use std::io::{Result, Write};

use see_core::path::is_deceptive;
use serde::Serialize;
use serde_json::ser::Formatter;

/// Writes a value.
pub fn write(out: &mut dyn Write, value: &impl Serialize) -> Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Shown)).map_err(Into::into)
}

/// Returns a value as text; nothing for one that cannot be told.
pub fn text(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    let told = write(&mut text, value);
    told.ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_default()
}

struct Shown;

impl Formatter for Shown {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> Result<()> {
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            // What is below a space is told by its number anyway.
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(|c: char| c.is_control() || is_deceptive(c)) {
            let (plain, from) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            let mut signs = from.chars();
            for unit in signs.next().into_iter().flat_map(|sign| sign.encode_utf16(&mut [0; 2]).to_vec()) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = signs.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_told_by_its_number() {
        let name = "n\u{9d}52;c;ZXZpbA==\u{9c}\u{7f}\u{202e}\u{e0041}\u{1b}\n\"\\é😀";
        let told = text(&[name]);
        assert_eq!(told, r#"["n\u009d52;c;ZXZpbA==\u009c\u007f\u202e\udb40\udc41\u001b\n\"\\é😀"]"#);
        assert_eq!(serde_json::from_str::<[String; 1]>(&told).unwrap(), [name]);
    }
}
