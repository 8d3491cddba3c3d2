//! What bytes are: text, an image, or something else, judged by how they begin. Knows no files.

use serde::{Deserialize, Serialize};

/// How much of a file is looked at to tell what it holds, in bytes.
pub const SAMPLE: usize = 64 * 1024;

/// How the content can be shown, judged from its first 64 KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContentKind {
    /// UTF-8, or UTF-16 with a byte order mark.
    Text,
    /// An image that a page can show.
    Image,
    /// Anything else.
    Binary,
    /// No bytes.
    Empty,
    /// No regular file.
    None,
}

/// Beginnings of files that tell what the rest is.
const MAGIC: [(&[u8], ContentKind, &str); 21] = [
    (b"\x89PNG\r\n\x1a\n", ContentKind::Image, "image/png"),
    (b"\xff\xd8\xff", ContentKind::Image, "image/jpeg"),
    (b"GIF87a", ContentKind::Image, "image/gif"),
    (b"GIF89a", ContentKind::Image, "image/gif"),
    (b"BM", ContentKind::Image, "image/bmp"),
    (b"%PDF-", ContentKind::Binary, "application/pdf"),
    (b"PK\x03\x04", ContentKind::Binary, "application/zip"),
    (b"\x1f\x8b", ContentKind::Binary, "application/gzip"),
    (b"\x7fELF", ContentKind::Binary, "application/x-executable"),
    (b"SQLite format 3\0", ContentKind::Binary, "application/vnd.sqlite3"),
    (b"BZh", ContentKind::Binary, "application/x-bzip2"),
    (b"\xed\xab\xee\xdb", ContentKind::Binary, "application/x-rpm"),
    (b"\xfd7zXZ\0", ContentKind::Binary, "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", ContentKind::Binary, "application/x-7z-compressed"),
    (b"\x28\xb5\x2f\xfd", ContentKind::Binary, "application/zstd"),
    (b"!<arch>\ndebian-binary", ContentKind::Binary, "application/vnd.debian.binary-package"),
    (b"\0\x01\0\0", ContentKind::Binary, "font/sfnt"),
    (b"OTTO", ContentKind::Binary, "font/sfnt"),
    (b"ttcf", ContentKind::Binary, "font/sfnt"),
    (b"wOF", ContentKind::Binary, "font/woff"),
    (b"#!", ContentKind::Text, "text/x-script"),
];

/// Tells from the beginning of a file how it can be shown, and its media type when that is plain.
pub fn judge(sample: &[u8]) -> (ContentKind, Option<&'static str>) {
    if sample.is_empty() {
        return (ContentKind::Empty, None);
    }
    if decode_utf16(sample).is_some() {
        return (ContentKind::Text, Some("text/plain"));
    }
    if sample.starts_with(b"RIFF") && sample.get(8..12) == Some(b"WEBP") {
        return (ContentKind::Image, Some("image/webp"));
    }
    let is_text = is_utf8_text(sample);
    for (magic, kind, mime) in MAGIC {
        // "BM" and "OTTO" begin many a text.
        let is_plain_word = kind == ContentKind::Image || mime.starts_with("font/");
        if sample.starts_with(magic) && !(is_text && is_plain_word) {
            // A script may carry bytes behind its lines.
            return (
                if kind == ContentKind::Text && !is_text { ContentKind::Binary } else { kind },
                Some(mime),
            );
        }
    }
    if sample.get(257..262) == Some(b"ustar") {
        return (ContentKind::Binary, Some("application/x-tar"));
    }
    if !is_text {
        let is_other_text = is_wide_text(sample) || is_narrow_text(sample);
        return if is_other_text {
            (ContentKind::Text, Some("text/plain"))
        } else {
            (ContentKind::Binary, None)
        };
    }
    (ContentKind::Text, Some(if is_svg(sample) { "image/svg+xml" } else { "text/plain" }))
}

/// Tells whether the first element of a text is a picture in SVG: a page that holds one is none.
fn is_svg(text: &[u8]) -> bool {
    let mut rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    let prologue: [(&[u8], &[u8]); 4] =
        [(b"<?", b"?>"), (b"<!--", b"-->"), (b"<!DOCTYPE svg [", b"]>"), (b"<!DOCTYPE svg", b">")];
    while let Some((_, end)) = prologue.iter().find(|(start, _)| rest.starts_with(start)) {
        let Some(at) = rest.windows(end.len()).position(|window| window == *end) else { return false };
        rest = rest.get(at + end.len()..).unwrap_or_default().trim_ascii_start();
    }
    let after = rest.strip_prefix(b"<svg").and_then(<[u8]>::first);
    after.is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b':'))
}

/// Tells whether bytes are UTF-8 without NUL; a character may be cut off at the end of a sample.
fn is_utf8_text(sample: &[u8]) -> bool {
    if sample.contains(&0) {
        return false;
    }
    match std::str::from_utf8(sample) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && sample.len() == SAMPLE,
    }
}

/// Tells whether bytes can be text of an older encoding: no control characters but those of texts.
fn is_narrow_text(sample: &[u8]) -> bool {
    sample.iter().all(|byte| *byte >= b' ' && *byte != 0x7f || b"\t\n\r\x0c\x1b".contains(byte))
}

/// Tells whether bytes look like UTF-16 without a byte order mark: of most letters one byte is zero, always the same
/// one, and the other is no control character.
fn is_wide_text(sample: &[u8]) -> bool {
    let pairs = sample.len() / 2;
    let letters = |zero: usize| {
        sample
            .chunks_exact(2)
            .filter(|pair| {
                pair.get(zero) == Some(&0) && pair.get(1 - zero).is_some_and(|b| is_narrow_text(&[*b]))
            })
            .count()
    };
    let nuls = sample.iter().filter(|byte| **byte == 0).count();
    // Another zero byte now and then is a letter of another script; many are none.
    pairs >= 2
        && [0, 1].into_iter().any(|zero| letters(zero) * 2 > pairs && nuls - letters(zero) <= pairs / 20)
}

/// Returns the UTF-8 bytes of a text: of UTF-8 itself, or of UTF-16 with a byte order mark; `None` for other bytes.
pub fn decode_text(bytes: Vec<u8>) -> Option<Vec<u8>> {
    if let Some(text) = decode_utf16(&bytes) {
        return Some(text.into_bytes());
    }
    (!bytes.contains(&0) && std::str::from_utf8(&bytes).is_ok()).then_some(bytes)
}

fn decode_utf16(bytes: &[u8]) -> Option<String> {
    let (rest, little) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        _ => return None,
    };
    let units = rest.chunks_exact(2).map(|pair| {
        let pair = <[u8; 2]>::try_from(pair).unwrap_or_default();
        if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .map(|c| (c != '\0').then_some(c))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_text_images_and_the_rest_apart() {
        let kind = |bytes: &[u8]| judge(bytes);
        assert_eq!(kind(b""), (ContentKind::Empty, None));
        assert_eq!(kind("größe\n".as_bytes()), (ContentKind::Text, Some("text/plain")));
        assert_eq!(kind(b"a\0b"), (ContentKind::Binary, None));
        assert_eq!(kind(b"caf\xe9\n"), (ContentKind::Text, Some("text/plain")));
        assert_eq!(kind(b"h\0i\0\n\0"), (ContentKind::Text, Some("text/plain")));
        assert_eq!(kind(b"\0h\0i\0\n"), (ContentKind::Text, Some("text/plain")));
        assert_eq!(kind(b"\x01\0\x02\0\x03\0"), (ContentKind::Binary, None));
        assert_eq!(kind(b"\x82\xb1\x01\x82"), (ContentKind::Binary, None));
        assert_eq!(kind(b"\xff\xfeh\0i\0"), (ContentKind::Text, Some("text/plain")));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n\0\0"), (ContentKind::Image, Some("image/png")));
        assert_eq!(kind(b"RIFF\x10\0\0\0WEBPVP8 "), (ContentKind::Image, Some("image/webp")));
        assert_eq!(kind(b"BMW is no bitmap"), (ContentKind::Text, Some("text/plain")));
        assert_eq!(kind(b"BM\x36\0\0\0\0\0"), (ContentKind::Image, Some("image/bmp")));
        assert_eq!(kind(b"<?xml?><svg/>"), (ContentKind::Text, Some("image/svg+xml")));
        assert_eq!(
            kind(b"\xef\xbb\xbf<!DOCTYPE svg [<!ENTITY a 'b'>]>\n<!-- x -->\n<svg >"),
            (ContentKind::Text, Some("image/svg+xml"))
        );
        assert_eq!(kind(b"<html><svg/></html>"), (ContentKind::Text, Some("text/plain")));
        assert_eq!(kind(b"<svgish>"), (ContentKind::Text, Some("text/plain")));
        assert_eq!(kind(b"\x7fELF\x02"), (ContentKind::Binary, Some("application/x-executable")));
        assert_eq!(kind(b"#!/bin/sh\n"), (ContentKind::Text, Some("text/x-script")));
        assert_eq!(kind(b"#!/bin/sh\n\xff\0"), (ContentKind::Binary, Some("text/x-script")));
        assert_eq!(kind(b"OTTO\0\x0a"), (ContentKind::Binary, Some("font/sfnt")));
        assert_eq!(kind(b"OTTO was here\n"), (ContentKind::Text, Some("text/plain")));
        let tar = [&[b'a'; 257][..], b"ustar\x0000"].concat();
        assert_eq!(kind(&tar), (ContentKind::Binary, Some("application/x-tar")));
    }

    #[test]
    fn a_character_cut_off_by_the_sample_is_still_text() {
        let mut sample = vec![b'a'; SAMPLE - 1];
        sample.push("é".as_bytes()[0]);
        assert_eq!(judge(&sample).0, ContentKind::Text);
        assert_eq!(judge(&sample[1..]).0, ContentKind::Text);
    }
}
