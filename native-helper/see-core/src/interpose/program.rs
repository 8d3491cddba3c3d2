//! What the kernel itself opens when a program is started: the interpreter of a script, the loader of a binary. Reads
//! the first bytes; they are hostile.

use std::fs::File;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};

/// The kernel looks at so many bytes for `#!`.
const SCRIPT_MOST: usize = 256;
const PT_INTERP: u64 = 3;
/// A loader's path is no longer than this, and there are no more headers.
const PATH_MOST: u64 = 4096;
const HEADERS_MOST: u64 = 512;

/// Who runs a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runner {
    /// The interpreter of a script; it may be a script too.
    Interpreter(Vec<u8>),
    /// The loader of a binary.
    Loader(Vec<u8>),
    /// A binary runs by itself.
    Itself,
    /// The kernel does not know how; shells take it for a script.
    Text,
}

/// Tells whether somebody may run this file.
pub fn may_run(file: &File) -> bool {
    file.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

const BINARY: &[u8] = b"\x7fELF";

/// Returns what else the kernel opens to run this file, and the bytes by which it tells that.
pub fn runner(file: &File) -> (Runner, Vec<u8>) {
    let mut head = vec![0; SCRIPT_MOST];
    let count = file.read_at(&mut head, 0).unwrap_or(0);
    head.truncate(count);
    let runner = if head.starts_with(BINARY) {
        loader(file, &head).map_or(Runner::Itself, Runner::Loader)
    } else {
        interpreter(&head).map_or(Runner::Text, Runner::Interpreter)
    };
    (runner, head)
}

/// Returns who the first line of a script says runs it.
fn interpreter(head: &[u8]) -> Option<Vec<u8>> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n' || *byte == 0).next()?;
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    line.split(blank).find(|word| !word.is_empty()).map(<[u8]>::to_vec)
}

/// Returns the loader that an ELF file of either width names, little-endian.
fn loader(file: &File, head: &[u8]) -> Option<Vec<u8>> {
    if *head.get(5)? != 1 {
        return None;
    }
    let is_wide = match head.get(4)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let (table, size, count) = if is_wide {
        (number(head, 32, 8)?, number(head, 54, 2)?, number(head, 56, 2)?)
    } else {
        (number(head, 28, 4)?, number(head, 42, 2)?, number(head, 44, 2)?)
    };
    if size < if is_wide { 56 } else { 32 } || size > 256 {
        return None;
    }
    let mut headers = vec![0; usize::try_from(size * count.min(HEADERS_MOST)).ok()?];
    file.read_exact_at(&mut headers, table).ok()?;
    let header =
        headers.chunks_exact(usize::try_from(size).ok()?).find(|h| number(h, 0, 4) == Some(PT_INTERP))?;
    let (offset, length) = if is_wide {
        (number(header, 8, 8)?, number(header, 32, 8)?)
    } else {
        (number(header, 4, 4)?, number(header, 16, 4)?)
    };
    let mut path = vec![0; usize::try_from(length.min(PATH_MOST)).ok()?];
    file.read_exact_at(&mut path, offset).ok()?;
    let end = path.iter().position(|byte| *byte == 0)?;
    path.truncate(end);
    Some(path)
}

fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    Some(field.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn of(bytes: &[u8]) -> Runner {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        runner(&file).0
    }

    #[test]
    fn scripts() {
        assert_eq!(of(b"#!/bin/sh\n"), Runner::Interpreter(b"/bin/sh".to_vec()));
        assert_eq!(of(b"#! \t/usr/bin/env python3 -x\n/x"), Runner::Interpreter(b"/usr/bin/env".to_vec()));
        for text in [&b"#!\n/bin/sh"[..], b"#!", b"", b"echo"] {
            assert_eq!(of(text), Runner::Text);
        }
    }

    #[test]
    fn binaries() {
        let shell = File::open("/bin/sh").unwrap();
        let Runner::Loader(path) = runner(&shell).0 else { panic!("no loader") };
        assert!(path.starts_with(b"/lib"), "{path:?}");
    }

    #[test]
    fn hostile_headers_do_no_harm() {
        let mut bytes = std::fs::read("/bin/true").unwrap();
        bytes.truncate(4096);
        for at in 0..128 {
            for value in [0, 0x7f, 0xff] {
                let mut bad = bytes.clone();
                bad[at] = value;
                let _ = of(&bad);
                let _ = of(&bad[..at]);
            }
        }
    }
}
