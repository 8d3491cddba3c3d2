//! Many rows of a change feed as one compact message: the paths as a walk through the folders, all else in columns.
//! A million changes are a tenth of what they are row by row, and the app makes no object for any of them.

use std::fmt::Write as _;

use see_core::change::{Aspect, Change, ChangeKind, FileType, Maker};

use super::messages::{FeedEvent, WalkProgram};

/// Fewer rows than these are told one by one.
const WORTH_WALKING: usize = 32;

/// Returns the message for all rows that fit into a walk, and the rest: renamed and linked objects, programs with
/// capabilities, paths that are no UTF-8, the root; or all when they are few.
pub fn pack(watch: u64, rows: Vec<Change>) -> (Option<FeedEvent>, Vec<Change>) {
    let (packed, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(fits);
    if packed.len() < WORTH_WALKING {
        return (None, packed.into_iter().chain(rest).collect());
    }
    let mut walk = Walk::default();
    for change in &packed {
        walk.add(change);
    }
    (Some(walk.done(watch)), rest)
}

fn fits(change: &Change) -> bool {
    let bytes = change.path.as_bytes();
    change.from.is_none() && !change.privileged && bytes.len() > 1 && std::str::from_utf8(bytes).is_ok()
}

/// A walk in the making.
#[derive(Default)]
struct Walk {
    count: u64,
    /// Where it stands.
    folder: Vec<String>,
    tokens: Vec<String>,
    kinds: Column,
    aspects: Column,
    types: Column,
    sizes: Column,
    modes: Column,
    by: Column,
    programs: Vec<WalkProgram>,
}

impl Walk {
    fn add(&mut self, change: &Change) {
        let text = String::from_utf8_lossy(change.path.as_bytes());
        let mut parts: Vec<&str> = text.split('/').skip(1).collect();
        let Some(name) = parts.pop() else { return };
        let shared = self.folder.iter().zip(&parts).take_while(|(a, b)| a == *b).count();
        for _ in shared..self.folder.len() {
            self.tokens.push("..".to_owned());
        }
        self.folder.truncate(shared);
        for part in parts.into_iter().skip(shared) {
            // A name with nothing after it leads into the folder.
            self.tokens.extend([part.to_owned(), String::new()]);
            self.folder.push(part.to_owned());
        }
        self.tokens.push(name.to_owned());
        self.count += 1;
        self.kinds.add(letter(change.kind));
        self.aspects.add(&aspects(&change.aspects));
        self.types.add(type_word(change.file_type));
        let size =
            if change.kind == ChangeKind::Deleted { change.size_before.unwrap_or(0) } else { change.size };
        self.sizes.add(&size.to_string());
        self.modes.add(&change.mode.to_string());
        let by =
            change.program.as_ref().map_or_else(|| "-".to_owned(), |maker| self.program(maker).to_string());
        self.by.add(&by);
    }

    fn program(&mut self, maker: &Maker) -> usize {
        let is_it = |known: &WalkProgram| known.program == *maker.name && known.program_id == maker.id;
        // Files of one folder mostly have one maker: the last.
        self.programs.iter().rposition(is_it).unwrap_or_else(|| {
            self.programs.push(WalkProgram { program: maker.name.as_ref().to_owned(), program_id: maker.id });
            self.programs.len() - 1
        })
    }

    fn done(self, watch: u64) -> FeedEvent {
        FeedEvent::Walk {
            watch,
            count: self.count,
            walk: self.tokens.join("/"),
            kinds: self.kinds.done(),
            aspects: self.aspects.done(),
            types: self.types.done(),
            sizes: self.sizes.done(),
            modes: self.modes.done(),
            by: self.by.done(),
            programs: self.programs,
        }
    }
}

/// A column: words, each with how often it comes in a row.
#[derive(Default)]
struct Column {
    text: String,
    last: String,
    times: u64,
}

impl Column {
    fn add(&mut self, word: &str) {
        if self.times > 0 && self.last == word {
            self.times += 1;
            return;
        }
        self.flush();
        word.clone_into(&mut self.last);
        self.times = 1;
    }

    fn flush(&mut self) {
        if self.times == 0 {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(&self.last);
        if self.times > 1 {
            // Writing to a string does not fail.
            let _ = write!(self.text, "*{}", self.times);
        }
    }

    fn done(mut self) -> String {
        self.flush();
        self.text
    }
}

fn letter(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => "A",
        ChangeKind::Modified => "M",
        ChangeKind::Deleted => "D",
        ChangeKind::Renamed => "R",
        ChangeKind::Replaced => "T",
        ChangeKind::Linked => "L",
    }
}

fn type_word(file_type: FileType) -> &'static str {
    match file_type {
        FileType::File => "file",
        FileType::Directory => "directory",
        FileType::Symlink => "symlink",
        FileType::Fifo => "fifo",
        FileType::Socket => "socket",
        FileType::Device => "device",
    }
}

fn aspects(aspects: &[Aspect]) -> String {
    let words: Vec<&str> = aspects
        .iter()
        .map(|aspect| match aspect {
            Aspect::Content => "content",
            Aspect::Mode => "mode",
            Aspect::Owner => "owner",
            Aspect::Xattrs => "xattrs",
            Aspect::Times => "times",
        })
        .collect();
    if words.is_empty() { "-".to_owned() } else { words.join("+") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use see_core::path::HostPath;

    use super::*;

    fn change(path: &str, kind: ChangeKind, file_type: FileType) -> Change {
        Change {
            path: HostPath::new(path.as_bytes()).unwrap(),
            kind,
            aspects: Vec::new(),
            file_type,
            from: None,
            size: 7,
            size_before: Some(9),
            mode: 0o644,
            uid: 0,
            gid: 0,
            privileged: false,
            program: None,
        }
    }

    #[test]
    fn walks_in_and_out_of_folders_and_counts_repetitions() {
        let mut walk = Walk::default();
        let folder = change("/opt", ChangeKind::Created, FileType::Directory);
        let mut files =
            ["/opt/a/b/x", "/opt/a/y", "/opt2/z"].map(|p| change(p, ChangeKind::Created, FileType::File));
        files[1].program = Some(Maker { name: Arc::from("/bin/sh"), id: Some(3) });
        files[2].kind = ChangeKind::Deleted;
        files[2].aspects = vec![Aspect::Content, Aspect::Mode];
        walk.add(&folder);
        files.iter().for_each(|file| walk.add(file));
        let FeedEvent::Walk { count, walk, kinds, aspects, types, sizes, modes, by, programs, .. } =
            walk.done(1)
        else {
            panic!("no walk");
        };
        assert_eq!(walk, "opt/opt//a//b//x/../y/../../opt2//z");
        assert_eq!((count, kinds.as_str(), aspects.as_str()), (4, "A*3 D", "-*3 content+mode"));
        assert_eq!((types.as_str(), sizes.as_str(), modes.as_str()), ("directory file*3", "7*3 9", "420*4"));
        assert_eq!((by.as_str(), programs.len()), ("-*2 0 -", 1));
    }

    #[test]
    fn leaves_out_what_does_not_fit_and_does_not_walk_for_a_few() {
        let mut rows: Vec<_> =
            (0..40).map(|n| change(&format!("/d/{n}"), ChangeKind::Created, FileType::File)).collect();
        rows.push(change("/", ChangeKind::Modified, FileType::Directory));
        rows[3].path = HostPath::new(b"/d/\xff").unwrap();
        rows[4].from = Some(HostPath::root());
        rows[5].privileged = true;
        let (walk, rest) = pack(1, rows.clone());
        assert!(matches!(walk, Some(FeedEvent::Walk { count: 37, .. })));
        assert_eq!(rest.len(), 4);
        let (none, all) = pack(1, rows.split_off(20));
        assert!(none.is_none() && all.len() == 21);
    }
}
