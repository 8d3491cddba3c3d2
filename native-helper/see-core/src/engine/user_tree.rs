//! The tree of a SEE that has no privilege: one layer per directory that has no mounts below it, and directories of
//! the SEE's own above those. A user name space cannot take `/` itself as a lower layer.

use rustix::fs::{Access, AtFlags, CWD, FileType, Mode as Bits, OFlags};
use rustix::io::Errno;

use crate::cause::LimitCause;
use crate::error::{Result, SeeError};
use crate::mounts::{Flags, Kind};
use crate::path::HostPath;

use super::plan::{Planner, What};

/// Plans the whole tree.
pub(super) fn cover(planner: &mut Planner<'_>, needed: &[HostPath]) -> Result<()> {
    cover_directory(planner, &HostPath::root())?;
    for path in needed {
        cover_own_part(planner, path)?;
    }
    planner.plan.tree.parts.sort_by(|a, b| a.point.cmp(&b.point));
    Ok(())
}

fn cover_directory(planner: &mut Planner<'_>, dir: &HostPath) -> Result<()> {
    let mount = planner.mount_of(dir)?;
    if planner.plan.tree.hidden.contains(dir) {
        planner.add(dir.clone(), What::Directory { mode: 0o555 }, mount.flags);
        return Ok(());
    }
    match mount.kind() {
        Kind::Kernel => return Ok(()),
        Kind::Disk if !has_mounts_below(planner, dir) => return cover_leaf(planner, dir),
        Kind::File => {
            planner.add_file(dir.clone(), mount.flags);
            return Ok(());
        }
        Kind::Foreign | Kind::Plain if !has_mounts_below(planner, dir) => {
            if mount.point == *dir {
                return planner.cover_mount(&mount);
            }
            planner.add(dir.clone(), What::ReadOnly(mount.kind()), mount.flags);
            return Ok(());
        }
        _ => {}
    }
    if !may(dir, Access::EXEC_OK) {
        planner.add(dir.clone(), What::Directory { mode: 0 }, mount.flags);
        return Ok(());
    }
    let is_mirrored = may(dir, Access::WRITE_OK) && mount.kind() == Kind::Disk && !mount.flags.read_only;
    if is_mirrored {
        mirrored(planner, dir)?;
    } else {
        planner.add(dir.clone(), What::Directory { mode: native_mode(dir)? }, mount.flags);
    }
    for (name, kind) in entries(dir)? {
        let point = dir.join(&name);
        match kind {
            FileType::Directory => cover_directory(planner, &point)?,
            FileType::Symlink => {
                if let Ok(target) = rustix::fs::readlink(point.as_path(), Vec::new()) {
                    planner.add(point, What::Symlink(target.into_bytes()), Flags::default());
                }
            }
            FileType::RegularFile if is_mirrored && planner.can_copy(&point) => {
                planner.add(point, What::Copy, mount.flags);
            }
            FileType::RegularFile => planner.add_file(point, mount.flags),
            // Sockets, pipes and devices of the host have no place in a SEE.
            _ => {}
        }
    }
    Ok(())
}

/// A directory without mounts below it.
fn cover_leaf(planner: &mut Planner<'_>, dir: &HostPath) -> Result<()> {
    let mount = planner.mount_of(dir)?;
    if !may(dir, Access::EXEC_OK) {
        // Nothing in it can be reached natively either.
        planner.add(dir.clone(), What::Directory { mode: 0 }, mount.flags);
        return Ok(());
    }
    if mount.flags.read_only {
        planner.add(dir.clone(), What::ReadOnly(Kind::Disk), mount.flags);
        return Ok(());
    }
    if is_bare(planner, dir) {
        planner.add(dir.clone(), What::Directory { mode: native_mode(dir)? }, mount.flags);
        return Ok(());
    }
    layered(planner, dir)?;
    // The copy of a directory that belongs to somebody else cannot be made with one mapped id. A layer of its own
    // lets everybody's directories (/var/tmp) work right below.
    for (name, kind) in entries(dir).unwrap_or_default() {
        let point = dir.join(&name);
        if kind == FileType::Directory && is_open_to_us(&point) {
            layered(planner, &point)?;
        }
    }
    Ok(())
}

/// Tells whether a directory is empty, neither it nor its name can be changed by the user, and the session never could:
/// then one of the SEE's own stands for it, which costs no mount. (Every machine has some: /srv, /media, /opt.)
fn is_bare(planner: &Planner<'_>, dir: &HostPath) -> bool {
    let is_fixed = |dir: &HostPath| belongs_to_another(dir) && !may(dir, Access::WRITE_OK);
    let had_layer = planner.old.iter().any(|layer| layer.mount_point == *dir);
    !had_layer
        && is_fixed(dir)
        && dir.parent().is_some_and(|parent| is_fixed(&parent))
        && may(dir, Access::READ_OK)
        && entries(dir).is_ok_and(|entries| entries.is_empty())
}

/// Makes sure that a directory the user can change natively can be changed inside, when directories of others lie
/// between it and its layer: the outermost own directory on the way gets a layer of its own.
fn cover_own_part(planner: &mut Planner<'_>, path: &HostPath) -> Result<()> {
    let mut way = Vec::new();
    let mut at = Some(path.clone());
    while let Some(here) = at {
        at = here.parent();
        way.push(here);
    }
    way.reverse();
    let is_part = |planner: &Planner<'_>, here: &HostPath| {
        planner.plan.tree.parts.iter().any(|part| part.point == *here)
    };
    let Some(start) = way.iter().rposition(|here| is_part(planner, here)) else { return Ok(()) };
    let below: Vec<HostPath> = way.into_iter().skip(start + 1).collect();
    // Directly below a layer's root the kernel copies no other directory.
    let Some(first_own) = below.iter().position(|here| !belongs_to_another(here)) else { return Ok(()) };
    if first_own == 0 {
        return Ok(());
    }
    match below.get(first_own) {
        Some(own) if planner.mount_of(own)?.kind() == Kind::Disk && is_directory(own) => {
            layered(planner, own)
        }
        _ => Ok(()),
    }
}

fn layered(planner: &mut Planner<'_>, dir: &HostPath) -> Result<()> {
    let mount = planner.mount_of(dir)?;
    let known = planner.plan.layers.len();
    planner.add_layered(dir.clone(), &mount)?;
    if let Some(layer) = planner.plan.layers.get(known).filter(|_| !planner.is_view) {
        let mode = Bits::from_raw_mode(layer_mode(dir)?);
        rustix::fs::chmod(&layer.upper, mode)
            .map_err(|e| super::rooms::os("setting the mode of", &layer.upper, e))?;
    }
    Ok(())
}

/// A directory that the user may change and that has mounts below it.
fn mirrored(planner: &mut Planner<'_>, dir: &HostPath) -> Result<()> {
    layered(planner, dir)?;
    if let Some(part) = planner.plan.tree.parts.last_mut() {
        part.what = match &part.what {
            What::Layered(layer) => What::Mirrored(layer.clone()),
            // Without a layer there is only the directory of its own.
            _ => What::Directory { mode: native_mode(dir)? },
        };
    }
    planner.limit(dir, LimitCause::MountsBelow);
    Ok(())
}

/// Returns the mode for the root of a layer. What the session leaves in it must be found again, also where nobody but
/// the owner may list the directory. Inside, a listing fails all the same: half of it is the host's.
fn layer_mode(dir: &HostPath) -> Result<u32> {
    let mode = native_mode(dir)?;
    Ok(if belongs_to_another(dir) { mode | 0o400 } else { mode })
}

/// Returns the mode for a directory that will belong to the user inside: of somebody else's directory the user gets
/// as owner what the user has there natively, so that what fails natively fails inside.
fn native_mode(dir: &HostPath) -> Result<u32> {
    let stat = match rustix::fs::lstat(dir.as_path()) {
        Ok(stat) => stat,
        // Removed since it was listed: whoever builds the tree leaves it out.
        Err(Errno::NOENT | Errno::NOTDIR) => return Ok(0),
        Err(e) => return Err(SeeError::os("looking at", dir, e)),
    };
    let mode = stat.st_mode & 0o7777;
    if stat.st_uid == rustix::process::geteuid().as_raw() {
        return Ok(mode);
    }
    let own = [(Access::READ_OK, 0o400), (Access::WRITE_OK, 0o200), (Access::EXEC_OK, 0o100)];
    let bits = own.iter().filter(|(access, _)| may(dir, *access)).map(|(_, bit)| bit).sum::<u32>();
    Ok(mode & !0o700 | bits)
}

fn may(path: &HostPath, access: Access) -> bool {
    rustix::fs::accessat(CWD, path.as_path(), access, AtFlags::EACCESS).is_ok()
}

/// Tells whether the user may write in a directory of somebody else.
fn is_open_to_us(path: &HostPath) -> bool {
    let me = rustix::process::geteuid().as_raw();
    let stat = rustix::fs::lstat(path.as_path());
    // Asking for the bits first spares a question for each of hundreds of directories.
    let is_candidate = |stat: &rustix::fs::Stat| stat.st_uid != me && stat.st_mode & 0o022 != 0;
    stat.as_ref().is_ok_and(is_candidate) && may(path, Access::WRITE_OK | Access::EXEC_OK)
}

fn belongs_to_another(path: &HostPath) -> bool {
    rustix::fs::lstat(path.as_path()).is_ok_and(|stat| stat.st_uid != rustix::process::geteuid().as_raw())
}

fn is_directory(path: &HostPath) -> bool {
    rustix::fs::lstat(path.as_path())
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}

fn has_mounts_below(planner: &Planner<'_>, dir: &HostPath) -> bool {
    planner.mounts.iter().any(|mount| mount.point != *dir && mount.point.is_within(dir))
}

/// Returns the names in a directory and their types; of an unreadable one, nothing.
fn entries(dir: &HostPath) -> Result<Vec<(Vec<u8>, FileType)>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = match rustix::fs::openat(CWD, dir.as_path(), flags, Bits::empty()) {
        Ok(opened) => opened,
        Err(Errno::ACCESS | Errno::NOENT) => return Ok(Vec::new()),
        Err(e) => return Err(SeeError::os("reading", dir, e)),
    };
    let mut found = Vec::new();
    for entry in rustix::fs::Dir::new(opened).map_err(|e| SeeError::os("reading", dir, e))? {
        let entry = entry.map_err(|e| SeeError::os("reading", dir, e))?;
        let name = entry.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            let kind = match entry.file_type() {
                FileType::Unknown => rustix::fs::lstat(dir.join(&name).as_path())
                    .map_or(FileType::Unknown, |stat| FileType::from_raw_mode(stat.st_mode)),
                known => known,
            };
            found.push((name, kind));
        }
    }
    Ok(found)
}
