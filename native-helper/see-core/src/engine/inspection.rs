//! What somebody sees who inspects a session: this machine as it is below `/host`, and with the session's changes below
//! `/session`. Every other name leads to the machine's own, so that its programs work. Decided before anything is mounted.

use std::os::unix::ffi::OsStringExt as _;

use crate::error::{Result, SeeError};
use crate::mounts::Flags;
use crate::path::HostPath;
use crate::session::Session;
use crate::store::Store;

use super::plan::{self, Part, Tree, What};

/// Where this machine's tree is.
pub const HOST: &[u8] = b"/host";
/// Where the session's tree is.
pub const SESSION: &[u8] = b"/session";
const MEMORY: &[u8] = b"/tmp";
/// What the kernel shows, made anew.
const KERNEL: [&[u8]; 3] = [b"/proc", b"/sys", b"/dev"];

/// Plans the tree. Returns also the mount points below which changes of the session cannot be shown.
pub fn tree(store: &Store, session: &Session) -> Result<(Tree, Vec<HostPath>)> {
    let (host, seen, memory) = (path(HOST)?, path(SESSION)?, path(MEMORY)?);
    let own = |point: HostPath, what: What| Part { point, what, flags: Flags::default(), below: None };
    let mut tree = Tree { is_view: true, ..Tree::default() };
    tree.parts.push(own(HostPath::root(), What::Directory { mode: 0o755 }));
    tree.parts.push(own(memory.clone(), What::Scratch));
    for name in names()? {
        let point = HostPath::root().join(&name);
        let is_taken = [&host, &seen, &memory].contains(&&point) || KERNEL.contains(&point.as_bytes());
        if !is_taken {
            tree.parts.push(own(point, What::Symlink([&b"host/"[..], &name].concat())));
        }
    }
    let (machine, _) = plan::view(store, &session.id, Vec::new())?;
    add(&mut tree, machine, &host, Flags { read_only: true, ..Flags::default() });
    // Nothing that the session made is run.
    let flags = Flags { read_only: true, no_suid: true, no_exec: true };
    let (inside, lost) = plan::view(store, &session.id, session.layers.clone())?;
    add(&mut tree, inside, &seen, flags);
    Ok((tree, lost))
}

/// Adds a tree below a directory, with these flags beside its own.
fn add(tree: &mut Tree, other: Tree, below: &HostPath, flags: Flags) {
    let shown = |part: Part| Part {
        below: Some(below.clone()),
        flags: Flags {
            read_only: part.flags.read_only || flags.read_only,
            no_suid: part.flags.no_suid || flags.no_suid,
            no_exec: part.flags.no_exec || flags.no_exec,
        },
        ..part
    };
    tree.parts.extend(other.parts.into_iter().map(shown));
    let hidden = other.hidden.iter().filter_map(|place| place.below(&HostPath::root()));
    tree.hidden.extend(hidden.map(|rest| below.join(rest)));
}

/// Returns the names in the host's root directory.
fn names() -> Result<Vec<Vec<u8>>> {
    let failed = |e: std::io::Error| {
        let errno = rustix::io::Errno::from_io_error(&e).unwrap_or(rustix::io::Errno::IO);
        SeeError::os("reading", &HostPath::root(), errno)
    };
    let entries = std::fs::read_dir("/").map_err(failed)?;
    entries.map(|entry| entry.map(|entry| entry.file_name().into_vec()).map_err(failed)).collect()
}

fn path(bytes: &[u8]) -> Result<HostPath> {
    HostPath::new(bytes).ok_or_else(|| SeeError::internal("A path that is not absolute."))
}
