//! Writes what a session changed as a tar archive (POSIX pax format): names below the root, with owners, permissions,
//! times and extended attributes. Deletions have no place in an archive; they are counted.

use std::fs::File;
use std::io::{Read as _, Write};

use crate::change::{ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found};
use crate::content::{self, Held};
use crate::error::{ErrorCode, Result, SeeError};
use crate::monitor::{Monitor, Phase};
use crate::session::Session;

const BLOCK: usize = 512;
/// The longest name and the largest number that the plain header holds.
const NAME: usize = 100;
const OCTAL_LIMIT: u64 = 0o7_777_777;
const SIZE_LIMIT: u64 = 0o77_777_777_777;

/// What went into an archive, and what could not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Entries of the archive.
    pub entries: u64,
    /// Deletions.
    pub deleted: u64,
    /// Sockets and devices.
    pub other: u64,
    /// What was gone before it could be read: programs of the session still run, or it was discarded.
    pub gone: u64,
}

/// What became of a change.
enum Entry {
    Written,
    Gone,
    /// An archive cannot hold such an object.
    Other,
}

/// Writes the session's version of all that it changed.
pub fn export(
    session: &Session,
    changes: &ChangeSet,
    out: &mut dyn Write,
    monitor: &dyn Monitor,
) -> Result<Exported> {
    let mut exported = Exported::default();
    let total = u64::try_from(changes.found.len()).ok();
    for (done, found) in changes.found.iter().enumerate() {
        monitor.check_cancelled()?;
        monitor.progress(Phase::Stage, u64::try_from(done).unwrap_or(u64::MAX), total);
        if found.change.kind == ChangeKind::Deleted {
            exported.deleted += 1;
            continue;
        }
        match entry(session, changes, found, out)? {
            Entry::Written => exported.entries += 1,
            Entry::Gone => exported.gone += 1,
            Entry::Other => exported.other += 1,
        }
    }
    // Two empty blocks end an archive.
    out.write_all(&[0; 2 * BLOCK]).map_err(|e| failed(&e))?;
    Ok(exported)
}

/// Writes one entry.
fn entry(session: &Session, changes: &ChangeSet, found: &Found, out: &mut dyn Write) -> Result<Entry> {
    let change = &found.change;
    let Some(kind) = kind(change.file_type) else { return Ok(Entry::Other) };
    let Some(held) = content::held(session, found)? else { return Ok(Entry::Gone) };
    let mut name = change.path.relative().into_os_string().into_encoded_bytes();
    if name.is_empty() {
        name.push(b'.');
    }
    if kind == b'5' {
        name.push(b'/');
    }
    let first = change.from.as_ref().filter(|from| change.kind == ChangeKind::Linked && **from < change.path);
    let first = match first.and_then(|from| changes.get(from)) {
        Some(first) if is_in(session, first)? => Some(&first.change.path),
        _ => None,
    };
    let (kind, link) = match first {
        Some(from) => (b'1', from.relative().into_os_string().into_encoded_bytes()),
        None => (kind, held.target.clone().unwrap_or_default()),
    };
    let size = if kind == b'0' { held.size } else { 0 };
    let extra = extended(&held, &name, &link, size);
    if !extra.is_empty() {
        let length = u64::try_from(extra.len()).unwrap_or(u64::MAX);
        write(out, &header(b"pax", b"", b'x', length, &held))?;
        write_padded(out, &extra)?;
    }
    write(out, &header(&name, &link, kind, size, &held))?;
    if let (b'0', Some(file)) = (kind, held.file) {
        copy(file, size, out)?;
    }
    Ok(Entry::Written)
}

/// Tells whether an object whose row comes before is in the archive: rows are sorted.
fn is_in(session: &Session, found: &Found) -> Result<bool> {
    let is_written = found.change.kind != ChangeKind::Deleted && kind(found.change.file_type).is_some();
    Ok(is_written && content::held(session, found)?.is_some())
}

/// Returns how an archive says what an object is; `None` when it can hold none of that kind.
fn kind(file_type: FileType) -> Option<u8> {
    match file_type {
        FileType::File => Some(b'0'),
        FileType::Symlink => Some(b'2'),
        FileType::Directory => Some(b'5'),
        FileType::Fifo => Some(b'6'),
        FileType::Socket | FileType::Device => None,
    }
}

/// Returns the pax records of what the plain header cannot hold.
fn extended(held: &Held, name: &[u8], link: &[u8], size: u64) -> Vec<u8> {
    let mut records = Vec::new();
    let mut add = |key: &[u8], value: &[u8]| {
        // The length counts itself.
        let rest = key.len() + value.len() + 3;
        let mut length = rest + 1;
        while length != rest + length.to_string().len() {
            length = rest + length.to_string().len();
        }
        records.extend_from_slice(format!("{length} ").as_bytes());
        records.extend_from_slice(key);
        records.push(b'=');
        records.extend_from_slice(value);
        records.push(b'\n');
    };
    if name.len() > NAME || !name.is_ascii() {
        add(b"path", name);
    }
    if link.len() > NAME || !link.is_ascii() {
        add(b"linkpath", link);
    }
    if size > SIZE_LIMIT {
        add(b"size", size.to_string().as_bytes());
    }
    for (key, id) in [(&b"uid"[..], held.uid), (&b"gid"[..], held.gid)] {
        if u64::from(id) > OCTAL_LIMIT {
            add(key, id.to_string().as_bytes());
        }
    }
    let (seconds, nanos) = held.mtime.parts();
    if nanos != 0 || !(0..=0o77_777_777_777).contains(&seconds) {
        add(b"mtime", format!("{seconds}.{nanos:09}").as_bytes());
    }
    for (key, value) in &held.xattrs {
        add(&[b"SCHILY.xattr.", escaped(key).as_slice()].concat(), value);
    }
    records
}

/// A keyword ends at the first `=`: GNU tar writes, and reads, the one in a name as `%3D`.
fn escaped(name: &[u8]) -> Vec<u8> {
    let each = name.iter().map(|byte| match byte {
        b'%' => &b"%25"[..],
        b'=' => b"%3D",
        byte => std::slice::from_ref(byte),
    });
    each.flatten().copied().collect()
}

fn header(name: &[u8], link: &[u8], kind: u8, size: u64, held: &Held) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    put(&mut block, 0, name.get(..name.len().min(NAME)).unwrap_or_default());
    let octal =
        |value: u64, limit: u64, width: usize| format!("{:0width$o}", if value > limit { 0 } else { value });
    put(&mut block, 100, octal(u64::from(held.mode), OCTAL_LIMIT, 7).as_bytes());
    put(&mut block, 108, octal(u64::from(held.uid), OCTAL_LIMIT, 7).as_bytes());
    put(&mut block, 116, octal(u64::from(held.gid), OCTAL_LIMIT, 7).as_bytes());
    put(&mut block, 124, octal(size, SIZE_LIMIT, 11).as_bytes());
    let seconds = u64::try_from(held.mtime.parts().0).unwrap_or(0);
    put(&mut block, 136, octal(seconds, SIZE_LIMIT, 11).as_bytes());
    put(&mut block, 148, b"        ");
    put(&mut block, 156, &[kind]);
    put(&mut block, 157, link.get(..link.len().min(NAME)).unwrap_or_default());
    put(&mut block, 257, b"ustar\x0000");
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    put(&mut block, 148, format!("{sum:06o}\0 ").as_bytes());
    block
}

fn put(block: &mut [u8; BLOCK], at: usize, bytes: &[u8]) {
    if let Some(field) = block.get_mut(at..at + bytes.len()) {
        field.copy_from_slice(bytes);
    }
}

/// Copies exactly `size` bytes: a file that has shrunk since is filled up, so that the archive stays whole.
fn copy(mut file: File, size: u64, out: &mut dyn Write) -> Result<()> {
    let copied = std::io::copy(&mut (&mut file).take(size), out).map_err(|e| failed(&e))?;
    std::io::copy(&mut std::io::repeat(0).take(size - copied), out).map_err(|e| failed(&e))?;
    pad(out, size)
}

fn write_padded(out: &mut dyn Write, bytes: &[u8]) -> Result<()> {
    write(out, bytes)?;
    pad(out, u64::try_from(bytes.len()).unwrap_or(0))
}

fn pad(out: &mut dyn Write, size: u64) -> Result<()> {
    let rest = usize::try_from(size % 512).unwrap_or(0);
    let fill = [0; BLOCK];
    if rest == 0 { Ok(()) } else { write(out, fill.get(rest..).unwrap_or_default()) }
}

fn write(out: &mut dyn Write, bytes: &[u8]) -> Result<()> {
    out.write_all(bytes).map_err(|e| failed(&e))
}

fn failed(error: &std::io::Error) -> Box<SeeError> {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::Io,
    };
    SeeError::new(code, format!("The archive cannot be written: {error}."), "Choose another place for it.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes;
    use crate::commit::tests::bench::{Bench, SESSION, run_in};
    use crate::commit::tests::lab::is_inside;
    use crate::layer::MarkSpace;
    use crate::monitor::Unmonitored;

    #[test]
    fn attributes_keep_their_names() {
        if !is_inside("export::tests::attributes_keep_their_names") {
            return;
        }
        let program = "echo new > f; python3 -c 'import os; [os.setxattr(\"f\", f\"user.{n}\", b\"=%\") for n in [\"a=b\", \"c%3Dd\", \"e\"]]'";
        let bench = Bench::fast_session(MarkSpace::Trusted, "true", program);
        let below = bench.host.strip_prefix("/").unwrap().display();
        let look = "import os; t = [(n, os.getxattr(\"f\", n)) for n in sorted(os.listxattr(\"f\"))]; assert t == [(f\"user.{n}\", b\"=%\") for n in [\"a=b\", \"c%3Dd\", \"e\"]], t";
        unpacked(&bench, &format!("cd {below}; python3 -c '{look}'"));
    }

    /// Exports the session, unpacks that into an empty directory and runs a script there.
    fn unpacked(bench: &Bench, script: &str) {
        let session = bench.store.session(SESSION).unwrap();
        let changes = changes::scan_own(&bench.store, &session, &Unmonitored).unwrap();
        let mut archive = Vec::new();
        export(&session, &changes, &mut archive, &Unmonitored).unwrap();
        let empty = tempfile::tempdir().unwrap();
        std::fs::write(empty.path().join("all.tar"), &archive).unwrap();
        run_in(empty.path(), &format!("tar --xattrs -xf all.tar; {script}"));
    }

    #[test]
    fn a_further_name_of_a_file_that_is_in_no_archive_brings_its_content() {
        if !is_inside("export::tests::a_further_name_of_a_file_that_is_in_no_archive_brings_its_content") {
            return;
        }
        let program = "ln f z; echo new > a; ln a b; python3 -c 'import socket as s; s.socket(s.AF_UNIX).bind(\"s\")'; ln s t";
        let bench = Bench::fast_session(MarkSpace::Trusted, "echo text > f", program);
        let below = bench.host.strip_prefix("/").unwrap().display();
        unpacked(&bench, &format!("cd {below}; grep -qx text z; grep -qx new b; [ a -ef b ]"));
    }
}
