//! Conflicts and needs for people.

use see_core::error::{Conflict, ConflictReason, Need, Resolution};
use see_core::path::{PathRef, escape_for_display};

use super::text::count_text;
use crate::wire::commit::SharedFile;

/// So many paths are told one by one where they are not the point.
const FEW: usize = 5;

/// Returns one line a conflict: the path, why the criterion does not hold for it, and what can be chosen.
pub fn conflict_lines(conflicts: &[Conflict]) -> Vec<String> {
    let line = |conflict: &Conflict| {
        let why = match conflict.reason {
            ConflictReason::NameAppeared if conflict.listing => {
                "the host has new names in it, which the session listed"
            }
            ConflictReason::NameVanished if conflict.listing => {
                "names in it that the session listed are gone"
            }
            ConflictReason::ReadThenChanged => "the host changed it after the session read it",
            ConflictReason::NameAppeared => "the host has something here now",
            ConflictReason::NameVanished => "the host has nothing here any more",
            ConflictReason::WriteThenChanged => "the host changed it too",
            ConflictReason::TypeChanged => "the host has an object of another type here now",
            ConflictReason::InUse => "a program of the host has it open for writing",
        };
        let aside = if conflict.only_read { "; the session only looked" } else { "" };
        let word = |choice: &Resolution| match (choice, conflict.only_read) {
            // There is nothing to leave out.
            (Resolution::Skip, true) => "skip: commit all the same",
            _ => choice_word(*choice),
        };
        let choices: Vec<_> = conflict.choices.iter().map(word).collect();
        let choices = if choices.is_empty() { String::new() } else { format!("  [{}]", choices.join(", ")) };
        format!("  {}  ({why}{aside}){choices}", shown(&conflict.path))
    };
    conflicts.iter().map(line).collect()
}

/// Returns a choice as `--resolve` takes it.
fn choice_word(choice: Resolution) -> &'static str {
    match choice {
        Resolution::Skip => "skip",
        Resolution::Overwrite => "overwrite",
        Resolution::Both => "both",
        Resolution::Merge => "merge",
    }
}

/// Returns one line a need: the path and what it cannot do without.
pub fn need_lines(needs: &[Need]) -> Vec<String> {
    needs.iter().map(|need| format!("  {}  (needs {})", shown(&need.path), shown(&need.needs))).collect()
}

/// Returns lines on what needed no decision: files that were joined, and paths that the ignore list leaves out.
pub fn aside_lines(joined: &[PathRef], ignored: &[PathRef]) -> Vec<String> {
    let list = |paths: &[PathRef]| {
        let mut words: Vec<_> = paths.iter().take(FEW).map(shown).collect();
        if paths.len() > FEW {
            words.push(format!("and {} more", paths.len() - FEW));
        }
        words.join(", ")
    };
    let line =
        |what: &str, paths: &[PathRef]| (!paths.is_empty()).then(|| format!("{what}: {}.", list(paths)));
    [line("Joined, since host and session both appended to it", joined), line("Ignored", ignored)]
        .into_iter()
        .flatten()
        .collect()
}

/// Returns lines on files that a commit changes under other names of the host, too.
pub fn other_names_lines(files: &[SharedFile]) -> Vec<String> {
    let line = |file: &SharedFile| {
        let mut names: Vec<_> = file.names.iter().take(FEW).map(shown).collect();
        let hidden = u64::try_from(file.names.len().saturating_sub(FEW)).unwrap_or(u64::MAX);
        match hidden.saturating_add(file.more) {
            0 => {}
            more if names.is_empty() => names.push(count_text(more, "other name")),
            more => names.push(format!("{more} more")),
        }
        format!(
            "{} is one file with {} on the host, which changes as well.",
            shown(&file.path),
            names.join(", ")
        )
    };
    let mut lines: Vec<_> = files.iter().take(FEW).map(line).collect();
    if files.len() > FEW {
        lines.push(format!("So it is with {} more.", files.len() - FEW));
    }
    lines
}

/// Returns a path for people.
pub fn shown(path: &PathRef) -> String {
    path.to_host_path().map_or_else(|| escape_for_display(path.path.as_bytes()), |path| path.display())
}
