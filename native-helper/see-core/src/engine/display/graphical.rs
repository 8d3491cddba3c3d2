//! Is a program one that shows windows? The desktop's own entries know: those of applications that need no terminal.

use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::open_plain;

/// So much of an entry is read.
const LONGEST: u64 = 256 * 1024;
/// Programs that run others: an entry that begins with one says nothing about it.
const RUNNERS: [&[u8]; 5] = [b"env", b"sh", b"bash", b"python3", b"flatpak"];

/// Tells whether an entry in these directories starts this program, by its name.
pub(super) fn is_graphical(program: &[u8], directories: &[PathBuf]) -> bool {
    let name = base_name(program);
    if RUNNERS.contains(&name) {
        return false;
    }
    let entries = directories.iter().filter_map(|dir| fs::read_dir(dir.join("applications")).ok()).flatten();
    entries.flatten().any(|entry| {
        entry.path().extension() == Some(OsStr::new("desktop"))
            && entry_text(&entry.path()).is_some_and(|text| starts(&text, name))
    })
}

fn entry_text(path: &Path) -> Option<Vec<u8>> {
    let (mut text, file) = (Vec::new(), open_plain(path, None)?);
    file.take(LONGEST).read_to_end(&mut text).ok()?;
    Some(text)
}

/// Tells whether an entry starts this program, without a terminal.
fn starts(entry: &[u8], name: &[u8]) -> bool {
    let main = entry
        .split(|byte| *byte == b'\n')
        .skip_while(|line| line.trim_ascii() != b"[Desktop Entry]")
        .skip(1)
        .take_while(|line| !line.starts_with(b"["));
    let (mut fits, mut in_terminal) = (false, false);
    for line in main {
        let Some(at) = line.iter().position(|byte| *byte == b'=') else { continue };
        let (key, value) = line.split_at(at);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        match key.trim_ascii() {
            b"Exec" => {
                let word = value.split(u8::is_ascii_whitespace).next().unwrap_or_default();
                fits = base_name(word.strip_prefix(b"\"").unwrap_or(word)) == name;
            }
            b"Terminal" => in_terminal = value == b"true",
            _ => {}
        }
    }
    fits && !in_terminal
}

fn base_name(path: &[u8]) -> &[u8] {
    let name = Path::new(OsStr::from_bytes(path)).file_name().map_or(path, OsStr::as_bytes);
    name.strip_suffix(b"\"").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_whether_its_program_shows_windows() {
        let entry = b"[Desktop Entry]\nType=Application\nExec=\"/usr/bin/eyes\" --wide %f\nTerminal=false\n\n[Desktop Action x]\nExec=other\nTerminal=true\n";
        assert!(starts(entry, b"eyes"));
        assert!(!starts(entry, b"other"));
        assert!(!starts(b"[Desktop Entry]\nExec=vim %F\nTerminal=true\n", b"vim"));
        assert!(!starts(b"Exec=eyes\n", b"eyes"));
    }

    #[test]
    fn a_program_is_known_by_its_name() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("applications")).unwrap();
        let entry = dir.path().join("applications/eyes.desktop");
        fs::write(entry, "[Desktop Entry]\nExec=eyes %u\n").unwrap();
        fs::write(dir.path().join("applications/env.desktop"), "[Desktop Entry]\nExec=env A=b eyes\n")
            .unwrap();
        let known = |program: &[u8]| is_graphical(program, &[dir.path().to_owned()]);
        assert!(known(b"eyes") && known(b"/usr/bin/eyes"));
        assert!(!known(b"env") && !known(b"ears"));
    }
}
