//! Small things that programs do, on a handful of paths: what the property test is made of.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, lchown, symlink};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rustix::fs::{CWD, OFlags, RenameFlags, XattrFlags};

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
}

/// What a program learns from an operation that succeeded: the bytes that it read.
pub type Lesson = Vec<u8>;

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
        }
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
            | Self::Attribute(path, _) => vec![path],
            Self::Rename(one, other) | Self::Exchange(one, other) | Self::Link(one, other) => {
                vec![one, other]
            }
        }
    }
}

/// Writes a file, but never waits for the reader of a pipe and follows no symlink.
fn write(path: &Path, bytes: &[u8]) -> bool {
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
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
    ]
}
