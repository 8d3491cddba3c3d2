//! Changes for people: one line each, and a summary.

use std::io::Write;

use see_core::change::{Aspect, Change, ChangeKind, FileType, Summary};

use see_core::path::{HostPath, escape_for_display};

use crate::output::{Output, Style};
use crate::table::human_size;

use super::text::count_text;

/// Writes one line a change: letter, size, path, and what more there is to say.
pub fn write_changes<'a>(
    out: &mut dyn Write,
    output: Output,
    changes: impl Iterator<Item = &'a Change>,
) -> std::io::Result<()> {
    for change in changes {
        let (letter, style) = letter(change.kind);
        let size = if has_size(change) { human_size(change.size) } else { String::new() };
        let path = change.path.display();
        let mut more = details(change);
        if output.is_verbose() {
            let by = change
                .program
                .as_ref()
                .map_or("unknown".to_owned(), |by| escape_for_display(by.name.as_bytes()));
            more = if more.is_empty() { format!("by {by}") } else { format!("{more}, by {by}") };
        }
        let more = if more.is_empty() { more } else { output.paint(Style::Dim, &format!("  ({more})")) };
        writeln!(out, "{} {size:>11}  {path}{more}", output.paint(style, letter))?;
    }
    Ok(())
}

/// Writes one line for each directory whose entries could not be listed.
pub fn write_unlisted<'a>(
    out: &mut dyn Write,
    output: Output,
    unlisted: impl Iterator<Item = &'a HostPath>,
) -> std::io::Result<()> {
    let why = output.paint(Style::Dim, "  (cannot be listed: what changed in it is not shown)");
    for path in unlisted {
        writeln!(out, "{} {:>11}  {}{why}", output.paint(Style::Yellow, "?"), "", path.display())?;
    }
    Ok(())
}

/// Returns the summary on one line: `3 created, 1 deleted; 4.0 MiB`.
pub fn summary_text(summary: &Summary) -> String {
    let counts = [
        (summary.created, "created"),
        (summary.modified, "modified"),
        (summary.deleted, "deleted"),
        (summary.renamed, "renamed"),
        (summary.replaced, "replaced"),
        (summary.linked, "linked"),
    ];
    let told: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if told.is_empty() {
        return "nothing changed".to_owned();
    }
    format!("{}: {}; {}", count_text(summary.total(), "change"), told.join(", "), human_size(summary.bytes))
}

fn letter(kind: ChangeKind) -> (&'static str, Style) {
    match kind {
        ChangeKind::Created => ("A", Style::Green),
        ChangeKind::Modified => ("M", Style::Yellow),
        ChangeKind::Deleted => ("D", Style::Red),
        ChangeKind::Renamed => ("R", Style::Cyan),
        ChangeKind::Replaced => ("T", Style::Magenta),
        ChangeKind::Linked => ("L", Style::Blue),
    }
}

fn has_size(change: &Change) -> bool {
    change.kind != ChangeKind::Deleted && change.file_type == FileType::File
}

/// Returns what is worth saying beyond kind, size and path.
fn details(change: &Change) -> String {
    let mut parts = Vec::new();
    match (change.kind, &change.from) {
        (ChangeKind::Renamed, Some(from)) => parts.push(format!("from {}", from.display())),
        (ChangeKind::Linked, Some(from)) => parts.push(format!("same file as {}", from.display())),
        _ => {}
    }
    if change.kind != ChangeKind::Created {
        parts.extend(change.aspects.iter().map(|aspect| aspect_word(*aspect).to_owned()));
    }
    match change.file_type {
        FileType::File => {}
        FileType::Directory => parts.push("directory".to_owned()),
        FileType::Symlink => parts.push("symlink".to_owned()),
        FileType::Fifo => parts.push("fifo".to_owned()),
        FileType::Socket => parts.push("socket".to_owned()),
        FileType::Device => parts.push("device".to_owned()),
    }
    if change.mode & 0o6000 != 0 && change.kind != ChangeKind::Deleted {
        parts.push("runs with its owner's rights".to_owned());
    }
    if change.privileged {
        parts.push("runs with some of root's rights".to_owned());
    }
    parts.join(", ")
}

fn aspect_word(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Content => "content",
        Aspect::Mode => "mode",
        Aspect::Owner => "owner",
        Aspect::Xattrs => "attributes",
        Aspect::Times => "times",
    }
}
