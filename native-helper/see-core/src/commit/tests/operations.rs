//! Small things that programs do, on a handful of paths: what the property test is made of.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, lchown, symlink};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rustix::fs::{AtFlags, CWD, OFlags, RenameFlags, Timespec, Timestamps, XattrFlags};

use crate::read_set::access::Access;

/// No clock shows an earlier time: what has one was given it.
pub const TODAY: i64 = 1_500_000_000;

/// One system call, or a few that no program does by halves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Write(PathBuf, u16),
    Append(PathBuf, u16),
    MakeDir(PathBuf),
    Unlink(PathBuf),
    RemoveTree(PathBuf),
    Rename(PathBuf, PathBuf),
    Exchange(PathBuf, PathBuf),
    Link(PathBuf, PathBuf),
    Symlink(PathBuf, u16),
    Fifo(PathBuf),
    Mode(PathBuf, u16),
    Owner(PathBuf, u16),
    Attribute(PathBuf, u16),
    Time(PathBuf, u16),
    Read(PathBuf),
    List(PathBuf),
}

/// What a program learns from an operation that succeeded: the bytes that it read, or the names.
pub type Lesson = Vec<u8>;

/// What a call means to do with a file, and with a directory; and whether it follows a symlink.
pub type Meaning = (Access, Access, bool);

impl Operation {
    /// Does it; `None` when the system refuses.
    pub fn run(&self, root: &Path) -> Option<Lesson> {
        let at = |path: &Path| root.join(path);
        let quiet = |done: bool| done.then(Vec::new);
        match self {
            Self::Write(path, token) => quiet(write(&at(path), format!("{token};").as_bytes())),
            Self::Append(path, token) => {
                let old = fs::symlink_metadata(at(path)).ok().filter(fs::Metadata::is_file);
                let old = old.and_then(|_| fs::read(at(path)).ok())?;
                let new = [&old[..], format!("+{token};").as_bytes()].concat();
                write(&at(path), &new).then_some(old)
            }
            Self::MakeDir(path) => quiet(fs::create_dir(at(path)).is_ok()),
            Self::Unlink(path) => quiet(fs::remove_file(at(path)).is_ok()),
            Self::RemoveTree(path) => quiet(fs::remove_dir_all(at(path)).is_ok()),
            Self::Rename(from, to) => quiet(fs::rename(at(from), at(to)).is_ok()),
            Self::Exchange(one, other) => {
                let flags = RenameFlags::EXCHANGE;
                quiet(rustix::fs::renameat_with(CWD, at(one), CWD, at(other), flags).is_ok())
            }
            Self::Link(from, to) => quiet(fs::hard_link(at(from), at(to)).is_ok()),
            Self::Symlink(path, token) => quiet(symlink(format!("to{token}"), at(path)).is_ok()),
            Self::Fifo(path) => quiet(super::lab::make_fifo(&at(path)).is_ok()),
            Self::Mode(path, bits) => {
                let bits = fs::Permissions::from_mode(0o700 | u32::from(bits % 64));
                quiet(!at(path).is_symlink() && fs::set_permissions(at(path), bits).is_ok())
            }
            Self::Owner(path, id) => {
                let id = Some(u32::from(*id % 4));
                quiet(lchown(at(path), id, id).is_ok())
            }
            Self::Attribute(path, token) => {
                let value = token.to_be_bytes();
                quiet(rustix::fs::lsetxattr(at(path), "user.t", &value, XattrFlags::empty()).is_ok())
            }
            Self::Time(path, token) => {
                // Long ago: a time that was set on purpose, as an archiver does.
                let stamp = Timespec { tv_sec: 1_000_000_000 + i64::from(*token), tv_nsec: 0 };
                let times = Timestamps { last_access: stamp, last_modification: stamp };
                let is_file = fs::symlink_metadata(at(path)).is_ok_and(|facts| facts.is_file());
                let flags = AtFlags::SYMLINK_NOFOLLOW;
                quiet(is_file && rustix::fs::utimensat(CWD, at(path), &times, flags).is_ok())
            }
            Self::Read(path) => {
                fs::symlink_metadata(at(path)).ok().filter(fs::Metadata::is_file)?;
                fs::read(at(path)).ok()
            }
            Self::List(path) => {
                fs::symlink_metadata(at(path)).ok().filter(fs::Metadata::is_dir)?;
                let entries = fs::read_dir(at(path)).ok()?;
                let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
                names.sort();
                Some(names.join("/".as_ref()).into_encoded_bytes())
            }
        }
    }

    /// Returns the calls of it that an interposer that records opens would report, and what each means to do.
    pub fn reported(&self, root: &Path) -> Vec<(PathBuf, Meaning)> {
        let name = |access| (access, Access::LOOKUP, false);
        let change = |follows| (Access::WRITE, Access::WRITE, follows);
        let open = |access| (access, Access::LIST, true);
        match self {
            Self::Write(path, _) => vec![(path.clone(), name(Access::TRUNCATE))],
            Self::Append(path, _) => {
                let is_file = fs::symlink_metadata(root.join(path)).is_ok_and(|facts| facts.is_file());
                let calls = [(path.clone(), open(Access::READ)), (path.clone(), name(Access::TRUNCATE))];
                if is_file { calls.to_vec() } else { Vec::new() }
            }
            Self::Read(path) => {
                let is_file = fs::symlink_metadata(root.join(path)).is_ok_and(|facts| facts.is_file());
                if is_file { vec![(path.clone(), open(Access::READ))] } else { Vec::new() }
            }
            Self::List(path) => {
                let is_dir = fs::symlink_metadata(root.join(path)).is_ok_and(|facts| facts.is_dir());
                if is_dir { vec![(path.clone(), open(Access::READ))] } else { Vec::new() }
            }
            Self::RemoveTree(path) => {
                // Every directory in it is opened to list it.
                let (mut dirs, mut todo) = (Vec::new(), vec![path.clone()]);
                while let Some(dir) = todo.pop() {
                    if fs::symlink_metadata(root.join(&dir)).is_ok_and(|facts| facts.is_dir()) {
                        let entries = fs::read_dir(root.join(&dir)).into_iter().flatten().flatten();
                        todo.extend(entries.map(|entry| dir.join(entry.file_name())));
                        dirs.push((dir, open(Access::READ)));
                    }
                }
                dirs
            }
            // What is not there gets no other name, whatever that is.
            Self::Rename(from, _) | Self::Exchange(from, _) | Self::Link(from, _)
                if fs::symlink_metadata(root.join(from)).is_err() =>
            {
                vec![(from.clone(), name(Access::WRITE))]
            }
            Self::Rename(from, to) => {
                let is_dir = |path: &Path| fs::symlink_metadata(root.join(path)).is_ok_and(|f| f.is_dir());
                let has_room = to.parent().is_none_or(is_dir) && !is_dir(to);
                let leaves = if has_room { Access::WRITE | Access::REPLACE } else { Access::WRITE };
                // A directory never takes the place of a file.
                let over = if is_dir(from) { Access::LOOKUP } else { Access::REPLACE };
                vec![(from.clone(), name(leaves)), (to.clone(), name(Access::TRUNCATE | over))]
            }
            Self::Exchange(one, other) if fs::symlink_metadata(root.join(other)).is_err() => {
                vec![
                    (one.clone(), name(Access::WRITE)),
                    (other.clone(), name(Access::WRITE | Access::REPLACE)),
                ]
            }
            Self::Exchange(one, other) => {
                let exchanged = name(Access::WRITE | Access::REPLACE);
                vec![(one.clone(), exchanged), (other.clone(), exchanged)]
            }
            Self::Link(from, to) => {
                vec![(from.clone(), name(Access::WRITE)), (to.clone(), name(Access::EXCLUSIVE))]
            }
            Self::Mode(path, _) if root.join(path).is_symlink() => Vec::new(),
            Self::Mode(path, _) => vec![(path.clone(), change(true))],
            Self::Owner(path, _) | Self::Attribute(path, _) => vec![(path.clone(), change(false))],
            Self::Time(path, _) => {
                let is_file = fs::symlink_metadata(root.join(path)).is_ok_and(|facts| facts.is_file());
                if is_file { vec![(path.clone(), change(false))] } else { Vec::new() }
            }
            Self::MakeDir(path) | Self::Symlink(path, _) | Self::Fifo(path) => {
                vec![(path.clone(), name(Access::EXCLUSIVE))]
            }
            Self::Unlink(_) => Vec::new(),
        }
    }

    /// Returns what its calls see: of each object what the criterion counts, and the symlinks that lead to one also when it is
    /// written blind.
    pub fn sights(&self, root: &Path) -> Vec<String> {
        let sights = self.reported(root).into_iter();
        sights.map(|(path, (file, directory, _))| see(root, &path, file, directory)).collect()
    }

    /// Tells whether it changes something.
    pub fn changes(&self) -> bool {
        !matches!(self, Self::Read(_) | Self::List(_))
    }

    /// Returns the paths that it is about.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Write(path, _)
            | Self::Append(path, _)
            | Self::MakeDir(path)
            | Self::Unlink(path)
            | Self::RemoveTree(path)
            | Self::Symlink(path, _)
            | Self::Fifo(path)
            | Self::Mode(path, _)
            | Self::Owner(path, _)
            | Self::Time(path, _)
            | Self::Read(path)
            | Self::List(path)
            | Self::Attribute(path, _) => vec![path],
            Self::Rename(one, other) | Self::Exchange(one, other) | Self::Link(one, other) => {
                vec![one, other]
            }
        }
    }
}

/// Returns what somebody sees of an object who means to do this with a file, or that with a directory.
fn see(root: &Path, path: &Path, file: Access, directory: Access) -> String {
    let at = root.join(path);
    // A symlink on the way counts as a whole, whoever owns it included: a known limit.
    let link = |dir: &Path| {
        let facts = fs::symlink_metadata(root.join(dir)).ok()?;
        Some((fs::read_link(root.join(dir)).ok()?, facts.uid(), facts.gid()))
    };
    let way: Vec<_> = path.ancestors().skip(1).filter_map(link).collect();
    if !way.is_empty() {
        return format!("{path:?} by {way:?}");
    }
    let facts = fs::symlink_metadata(&at);
    // Whoever makes something is told another reason where a part of its path is no directory.
    let is_barred = facts.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::NotADirectory);
    if is_barred && file.has(Access::TRUNCATE | Access::EXCLUSIVE) {
        return format!("{path:?} cannot be made");
    }
    if file.is_blind() {
        return String::new();
    }
    let Ok(facts) = facts else { return format!("{path:?} is not there") };
    let kind = facts.file_type();
    // A directory counts as a whole when it is changed: a known limit.
    let content = if kind.is_dir() && directory.has(Access::LIST | Access::WRITE) {
        let mut names: Vec<_> =
            fs::read_dir(&at).into_iter().flatten().flatten().map(|e| e.file_name()).collect();
        names.sort();
        format!("{names:?}")
    } else if kind.is_file() && file.sees_content() {
        format!("{:?}", fs::read(&at).ok())
    } else if kind.is_symlink() {
        format!("{:?}", fs::read_link(&at).ok())
    } else {
        String::new()
    };
    let sees_attributes = if kind.is_dir() { directory.has(Access::WRITE) } else { file.sees_content() };
    let attributes = sees_attributes.then(|| {
        let mut value = [0; 16];
        let tag = rustix::fs::lgetxattr(&at, "user.t", &mut value[..]).map(|length| value[..length].to_vec());
        // A time that was set counts with the rest of a file: a known limit.
        let time = Some(facts.mtime()).filter(|time| kind.is_file() && *time < TODAY);
        (facts.mode(), facts.uid(), facts.gid(), tag, time)
    });
    format!("{path:?} {kind:?} {content} {attributes:?}")
}

/// Writes a file, but never waits for the reader of a pipe and follows no symlink.
fn write(path: &Path, bytes: &[u8]) -> bool {
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOFOLLOW).bits()).unwrap();
    let open = fs::OpenOptions::new().write(true).create(true).truncate(true).custom_flags(flags).open(path);
    open.and_then(|mut file| file.write_all(bytes)).is_ok()
}

fn path() -> impl Strategy<Value = PathBuf> {
    let name = prop::sample::select(vec!["a", "b", "c"]);
    prop::collection::vec(name, 1..=3).prop_map(|names| names.iter().collect())
}

/// Any operation.
pub fn operation() -> impl Strategy<Value = Operation> {
    use Operation as Op;
    let token = any::<u16>;
    prop_oneof![
        4 => (path(), token()).prop_map(|(path, token)| Op::Write(path, token)),
        2 => (path(), token()).prop_map(|(path, token)| Op::Append(path, token)),
        4 => path().prop_map(Op::MakeDir),
        2 => path().prop_map(Op::Unlink),
        2 => path().prop_map(Op::RemoveTree),
        5 => (path(), path()).prop_map(|(from, to)| Op::Rename(from, to)),
        1 => (path(), path()).prop_map(|(one, other)| Op::Exchange(one, other)),
        2 => (path(), path()).prop_map(|(from, to)| Op::Link(from, to)),
        1 => (path(), token()).prop_map(|(path, token)| Op::Symlink(path, token)),
        1 => path().prop_map(Op::Fifo),
        1 => (path(), token()).prop_map(|(path, bits)| Op::Mode(path, bits)),
        1 => (path(), token()).prop_map(|(path, id)| Op::Owner(path, id)),
        1 => (path(), token()).prop_map(|(path, token)| Op::Attribute(path, token)),
        1 => (path(), token()).prop_map(|(path, token)| Op::Time(path, token)),
        2 => path().prop_map(Op::Read),
        1 => path().prop_map(Op::List),
    ]
}
