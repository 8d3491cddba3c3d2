//! Tells changes as unified diffs of text and as facts for the rest. Names are always escaped; texts are, when they
//! go to a terminal.

use std::io::Write;
use std::time::Duration;

use similar::TextDiff;

use crate::change::{Aspect, ChangeKind, FileType};
use crate::changes::compare::is_label;
use crate::changes::found::{ChangeSet, Found};
use crate::content::{Description, Side, SideFacts, decode_text, describe, whole};
use crate::error::{ErrorCode, Result, SeeError};
use crate::path::{HostPath, escape_for_display, escape_text_for_display};
use crate::session::Session;

/// Longer files are told by facts only, in bytes.
pub const TEXT_LIMIT: u64 = 8 * 1024 * 1024;

/// How long one file's diff is refined before a coarser one is taken.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where the text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// To a terminal: control characters of the content are escaped.
    Terminal,
    /// To a file or a pipe: the content stays as it is.
    Plain,
}

/// Writes the diffs of the changes at and below the paths of `selection`; of all when it is empty. Fails with
/// `no-such-change` when a selected path has none.
pub fn unified(
    session: &Session,
    set: &ChangeSet,
    selection: &[HostPath],
    output: Output,
    out: &mut dyn Write,
) -> Result<()> {
    let mut told: Vec<&Found> = Vec::new();
    for path in selection {
        let within = set.within(path);
        if within.is_empty() {
            let message = format!("The session did not change {}.", path.display());
            let hint = "List its changes, and give a path from that list or a directory above it.";
            return Err(SeeError::new(ErrorCode::NoSuchChange, message, hint).with_path(path));
        }
        told.extend(within);
    }
    if selection.is_empty() {
        told.extend(&set.found);
    }
    told.sort_by(|a, b| a.change.path.cmp(&b.change.path));
    told.dedup_by(|a, b| a.change.path == b.change.path);
    for found in told {
        let text = tell(session, found, output)?;
        out.write_all(&text).map_err(|error| {
            let errno = rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO);
            SeeError::os("writing the diff of", &found.change.path, errno)
        })?;
    }
    Ok(())
}

/// Returns what there is to say of one change.
fn tell(session: &Session, found: &Found, output: Output) -> Result<Vec<u8>> {
    let change = &found.change;
    let sides = describe(session, found)?;
    let mut text = Vec::new();
    let path = change.path.display();
    let what = match change.kind {
        ChangeKind::Created => "created",
        ChangeKind::Modified => "modified",
        ChangeKind::Deleted => "deleted",
        ChangeKind::Replaced => "replaced",
        ChangeKind::Renamed => "renamed",
        ChangeKind::Linked => "linked",
    };
    let from = match (change.kind, &change.from) {
        (ChangeKind::Renamed, Some(from)) => format!(", from {}", from.display()),
        (ChangeKind::Linked, Some(from)) => format!(", the same as {}", from.display()),
        _ => String::new(),
    };
    line(&mut text, &format!("diff {path}"));
    line(&mut text, &format!("{what} {}{from}", type_name(change.file_type)));
    facts(&mut text, found, &sides);
    if tells_content(found) {
        content(&mut text, session, found, &sides, output)?;
    }
    Ok(text)
}

fn line(text: &mut Vec<u8>, words: &str) {
    text.extend_from_slice(words.as_bytes());
    text.push(b'\n');
}

fn type_name(kind: FileType) -> &'static str {
    match kind {
        FileType::File => "file",
        FileType::Directory => "directory",
        FileType::Symlink => "symlink",
        FileType::Fifo => "pipe",
        FileType::Socket => "socket",
        FileType::Device => "device",
    }
}

/// Tells whether the bytes of this change are worth a diff.
fn tells_content(found: &Found) -> bool {
    match found.change.kind {
        ChangeKind::Created | ChangeKind::Deleted => true,
        ChangeKind::Linked => false,
        ChangeKind::Modified | ChangeKind::Renamed | ChangeKind::Replaced => {
            found.change.aspects.contains(&Aspect::Content)
        }
    }
}

/// Adds lines for type, mode, owner, attributes and times.
fn facts(text: &mut Vec<u8>, found: &Found, sides: &Description) {
    let (before, after) = match (&sides.before, &sides.after) {
        (Some(before), Some(after)) => (before, after),
        (None, Some(only)) | (Some(only), None) => {
            line(text, &format!("mode {:04o}, owner {}", only.mode, owner(only)));
            for name in only.xattrs.iter().map(|attribute| attribute.name.as_bytes()) {
                if !is_label(name) {
                    line(text, &format!("attribute {}", escape_for_display(name)));
                }
            }
            return;
        }
        (None, None) => return,
    };
    if before.r#type != after.r#type {
        line(text, &format!("type {} -> {}", type_name(before.r#type), type_name(after.r#type)));
    }
    if before.mode != after.mode && after.r#type != FileType::Symlink {
        line(text, &format!("mode {:04o} -> {:04o}", before.mode, after.mode));
    }
    if (before.uid, before.gid) != (after.uid, after.gid) {
        line(text, &format!("owner {} -> {}", owner(before), owner(after)));
    }
    for old in &before.xattrs {
        let name = escape_for_display(old.name.as_bytes());
        match after.xattrs.iter().find(|new| new.name == old.name) {
            None => line(text, &format!("attribute {name} removed")),
            Some(new) if new.value != old.value => line(text, &format!("attribute {name} changed")),
            Some(_) => {}
        }
    }
    for new in after.xattrs.iter().filter(|new| before.xattrs.iter().all(|old| old.name != new.name)) {
        line(text, &format!("attribute {} added", escape_for_display(new.name.as_bytes())));
    }
    if found.change.aspects.contains(&Aspect::Times) {
        line(text, &format!("modified {} -> {}", before.mtime, after.mtime));
    }
}

fn owner(side: &SideFacts) -> String {
    let name = |name: &Option<String>, id: u32| match name {
        Some(name) => escape_for_display(name.as_bytes()),
        None => id.to_string(),
    };
    format!("{}:{}", name(&side.user, side.uid), name(&side.group, side.gid))
}

/// Adds the text diff, or how the contents relate.
fn content(
    text: &mut Vec<u8>,
    session: &Session,
    found: &Found,
    sides: &Description,
    output: Output,
) -> Result<()> {
    let is_file = |side: &Option<SideFacts>| side.as_ref().is_some_and(|side| side.r#type == FileType::File);
    for (word, side) in [("-target", &sides.before), ("+target", &sides.after)] {
        if let Some(target) = side.as_ref().and_then(|side| side.target.as_ref()) {
            line(text, &format!("{word} {}", escape_for_display(target.as_bytes())));
        }
    }
    if !is_file(&sides.before) && !is_file(&sides.after) {
        return Ok(());
    }
    let old = text_of(session, found, Side::Before, &sides.before)?;
    let new = text_of(session, found, Side::After, &sides.after)?;
    let (Some(old), Some(new)) = (old, new) else {
        let size = |side: &Option<SideFacts>| side.as_ref().map_or(0, |side| side.size);
        line(
            text,
            &match (is_file(&sides.before), is_file(&sides.after)) {
                (true, true) => {
                    format!("content differs: {} -> {} bytes", size(&sides.before), size(&sides.after))
                }
                (true, false) => format!("content lost: {} bytes", size(&sides.before)),
                _ => format!("content: {} bytes", size(&sides.after)),
            },
        );
        return Ok(());
    };
    let label = |path: Option<&HostPath>, there: bool| match path {
        Some(path) if there && output == Output::Terminal => path.display(),
        Some(path) if there => path.for_patch(),
        _ => "/dev/null".to_owned(),
    };
    let before = label(found.lower.as_ref(), is_file(&sides.before));
    let after = label(Some(&found.change.path), is_file(&sides.after));
    // Lines end with a line feed only: `diff_lines` would also split at carriage returns.
    let lines = |text| <[u8]>::split_inclusive(text, |b| *b == b'\n').collect::<Vec<_>>();
    let (old, new) = (lines(&old), lines(&new));
    let mut config = TextDiff::configure();
    let diff = config.newline_terminated(true).timeout(PATIENCE).diff_slices(&old, &new);
    let mut body = Vec::new();
    let written = diff.unified_diff().header(&before, &after).to_writer(&mut body);
    written.map_err(|error| SeeError::internal(format!("A diff could not be written: {error}.")))?;
    match output {
        Output::Plain => text.extend_from_slice(&body),
        Output::Terminal => text.extend_from_slice(escape_text_for_display(&body).as_bytes()),
    }
    Ok(())
}

/// Returns a side's text; empty when the side has no file, `None` when it is no text or too long.
fn text_of(
    session: &Session,
    found: &Found,
    side: Side,
    facts: &Option<SideFacts>,
) -> Result<Option<Vec<u8>>> {
    match facts {
        Some(facts) if facts.r#type == FileType::File && facts.size > TEXT_LIMIT => Ok(None),
        Some(facts) if facts.r#type == FileType::File => match whole(session, found, side, TEXT_LIMIT) {
            Ok(bytes) => Ok(bytes.and_then(decode_text)),
            Err(error) if error.code == ErrorCode::PermissionDenied => Ok(None),
            Err(error) => Err(error),
        },
        _ => Ok(Some(Vec::new())),
    }
}
