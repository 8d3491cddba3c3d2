//! Reads the marks that overlayfs leaves in an upper directory (whiteouts, opaque and redirected directories,
//! copy-up origins, metacopies) and the attributes that are not marks. Never writes.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::os::fd::BorrowedFd;
use std::path::Path;

use rustix::io::{Errno, Result};
use see_sys::handle::FileHandle;

use crate::beneath::proc_path;
use crate::layer::MarkSpace;
use crate::own_files;
use crate::path::HostPath;

/// How a directory relates to the directory below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opacity {
    /// The lower entries shine through.
    #[default]
    Transparent,
    /// They do not (`opaque=y`).
    Opaque,
    /// They do, and plain files in it may be whiteouts by attribute (`opaque=x`).
    HoldsMarkedWhiteouts,
}

/// Where a copied-up object came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The inode with this handle.
    Handle(FileHandle),
    /// Some lower inode of a file system without handles.
    Unknown,
}

/// The marks of one object in an upper directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// `overlay.opaque`.
    pub opacity: Opacity,
    /// `overlay.redirect`: begins with `/` when it counts from the overlay's root, else it is a name in the
    /// lower directory of the same parent.
    pub redirect: Option<Vec<u8>>,
    /// `overlay.origin`.
    pub origin: Option<Origin>,
    /// `overlay.metacopy`: only attributes are here, the content is still below.
    pub metacopy: bool,
    /// `overlay.impure`: the directory holds copied-up objects.
    pub impure: bool,
    /// `overlay.whiteout`: the file stands for "deleted" when its directory says that it may.
    pub whiteout: bool,
    /// No mark, but found on the same way: the program gets capabilities of its file (`security.capability`).
    pub privileged: bool,
}

/// Reads the marks of the entry `name` of `dir`.
pub fn marks_at(dir: BorrowedFd<'_>, name: &[u8], space: MarkSpace) -> Result<Marks> {
    let mut marks = Marks::default();
    let listed = list_at(dir, name)?;
    if listed.is_empty() {
        return Ok(marks);
    }
    let path = proc_path(dir, name);
    for full in listed {
        marks.privileged |= full.as_bytes() == b"security.capability";
        let Some(mark) = full.as_bytes().strip_prefix(space.prefix().as_bytes()) else { continue };
        match mark {
            b"metacopy" => marks.metacopy = true,
            b"impure" => marks.impure = true,
            b"whiteout" => marks.whiteout = true,
            b"opaque" => {
                marks.opacity = match get_at(dir, name, &path, &full)?.as_deref() {
                    Some(b"y") => Opacity::Opaque,
                    Some(b"x") => Opacity::HoldsMarkedWhiteouts,
                    _ => Opacity::Transparent,
                }
            }
            b"redirect" => {
                marks.redirect = get_at(dir, name, &path, &full)?.filter(|value| is_redirect(value))
            }
            b"origin" => marks.origin = get_at(dir, name, &path, &full)?.map(|value| parse_origin(&value)),
            _ => {}
        }
    }
    Ok(marks)
}

/// Returns the names of all marks that the entry `name` of `dir` carries, for whoever takes them off.
pub fn mark_names_at(dir: BorrowedFd<'_>, name: &[u8], space: MarkSpace) -> Result<Vec<CString>> {
    let mut names = list_at(dir, name)?;
    names.retain(|full| is_mark(full.as_bytes(), space));
    Ok(names)
}

/// Tells whether this attribute is overlayfs's own. A doubled prefix (`trusted.overlay.overlay.x`) is not: it
/// stands for an attribute that a program set under overlayfs's name.
pub fn is_mark(name: &[u8], space: MarkSpace) -> bool {
    name.strip_prefix(space.prefix().as_bytes()).is_some_and(|rest| !rest.starts_with(b"overlay."))
}

/// Reads the extended attributes of the entry `name` of `dir` as a program in the SEE sees them: without marks,
/// escaped names unescaped.
pub fn attributes_at(
    dir: BorrowedFd<'_>,
    name: &[u8],
    space: MarkSpace,
) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let path = proc_path(dir, name);
    let mut found = BTreeMap::new();
    for full in list_at(dir, name)? {
        if is_mark(full.as_bytes(), space) {
            continue;
        }
        if let Some(value) = get_at(dir, name, &path, &full)? {
            found.insert(unescape(full.as_bytes(), space), value);
        }
    }
    Ok(found)
}

/// Returns the handle of the entry `name` of `dir`; `None` where there are no handles.
pub fn handle_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<Option<FileHandle>> {
    let name = CString::new(name).map_err(|_| Errno::INVAL)?;
    match own_files::handle_at(dir, &name) {
        Ok(handle) => Ok(Some(handle)),
        Err(Errno::OPNOTSUPP | Errno::OVERFLOW | Errno::NOSYS | Errno::PERM) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// Returns the host path that a redirect names: from the overlay's root `mount_point`, or beside `sibling_base`,
/// the lower directory of the same parent.
pub fn resolve_redirect(
    redirect: &[u8],
    mount_point: &HostPath,
    sibling_base: Option<&HostPath>,
) -> Option<HostPath> {
    match redirect.strip_prefix(b"/") {
        Some(rest) => HostPath::new(mount_point.join(rest).as_bytes()),
        None => sibling_base.map(|base| base.join(redirect)),
    }
}

/// Returns the name that a program gave an attribute that overlayfs escaped.
pub(crate) fn unescape(name: &[u8], space: MarkSpace) -> Vec<u8> {
    let prefix = space.prefix().as_bytes();
    match name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(b"overlay.")) {
        Some(rest) => [prefix, rest].concat(),
        None => name.to_vec(),
    }
}

/// A redirect is an absolute path of plain names, or one name; overlayfs takes nothing else.
fn is_redirect(value: &[u8]) -> bool {
    let good = |part: &[u8]| !part.is_empty() && part != b"." && part != b".." && !part.contains(&0);
    match value.strip_prefix(b"/") {
        Some(rest) => rest.split(|b| *b == b'/').all(good),
        None => good(value) && !value.contains(&b'/'),
    }
}

/// Understands `struct ovl_fb`: version, magic, length, flags, handle type, 16 bytes of uuid, handle.
fn parse_origin(value: &[u8]) -> Origin {
    let [0, 0xfb, length, _flags, kind, rest @ ..] = value else { return Origin::Unknown };
    match rest.get(16..) {
        Some(bytes) if !bytes.is_empty() && usize::from(*length) == value.len() => {
            Origin::Handle(FileHandle { kind: i32::from(*kind), bytes: bytes.to_vec() })
        }
        _ => Origin::Unknown,
    }
}

/// Returns the names of all attributes of an entry, by the quickest way that the kernel has.
pub(crate) fn list_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<Vec<CString>> {
    let mut buffer = [0_u8; 1024];
    let short = CString::new(name).map_err(|_| Errno::INVAL)?;
    match see_sys::xattr::list_at(dir, &short, &mut buffer) {
        Some(Ok(length)) => Ok(split(buffer.get(..length).unwrap_or_default())),
        Some(Err(Errno::OPNOTSUPP)) => Ok(Vec::new()),
        Some(Err(errno)) if errno != Errno::RANGE && errno != Errno::ACCESS => Err(errno),
        Some(Err(_)) | None => {
            own_files::list_at(dir, name, list(&proc_path(dir, name)), |place| listed(place, Follow::Yes))
        }
    }
}

fn split(bytes: &[u8]) -> Vec<CString> {
    bytes.split(|b| *b == 0).filter(|n| !n.is_empty()).filter_map(|n| CString::new(n).ok()).collect()
}

/// Returns the names of all attributes; none where the file system or the type has none.
pub(crate) fn list(path: &Path) -> Result<Vec<CString>> {
    listed(path, Follow::No)
}

/// Whether the last part of a path may be a symlink to go on from: the kernel's own, to an open object.
#[derive(Clone, Copy)]
enum Follow {
    Yes,
    No,
}

fn listed(path: &Path, follow: Follow) -> Result<Vec<CString>> {
    let ask = |buffer: &mut [u8]| match follow {
        Follow::Yes => rustix::fs::listxattr(path, buffer),
        Follow::No => rustix::fs::llistxattr(path, buffer),
    };
    let mut small = [0_u8; 1024];
    let mut large = Vec::new();
    let bytes = match ask(&mut small) {
        Ok(length) => small.get(..length).unwrap_or_default(),
        Err(Errno::RANGE) => {
            // 64 KiB is the kernel's limit for the whole list.
            large.resize(64 * 1024, 0);
            let length = ask(&mut large)?;
            large.get(..length).unwrap_or_default()
        }
        Err(Errno::OPNOTSUPP) => return Ok(Vec::new()),
        Err(errno) => return Err(errno),
    };
    Ok(split(bytes))
}

/// Returns the value of an attribute; `None` when it is gone or not for us to read.
pub(crate) fn get(path: &Path, name: &CString) -> Result<Option<Vec<u8>>> {
    none_when_refused(value(path, name))
}

/// Returns the value of an attribute of the entry `entry` of `dir`, which `path` reaches; `None` when it is gone or not for us
/// to read.
pub(crate) fn get_at(
    dir: BorrowedFd<'_>,
    entry: &[u8],
    path: &Path,
    name: &CString,
) -> Result<Option<Vec<u8>>> {
    let found = match value(path, name) {
        Err(Errno::ACCESS) => own_files::value(dir, entry, name.as_bytes()).map(Some),
        other => other,
    };
    none_when_refused(found)
}

fn none_when_refused(found: Result<Option<Vec<u8>>>) -> Result<Option<Vec<u8>>> {
    match found {
        Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::ACCESS | Errno::PERM) => Ok(None),
        other => other,
    }
}

fn value(path: &Path, name: &CString) -> Result<Option<Vec<u8>>> {
    let mut small = [0_u8; 512];
    match rustix::fs::lgetxattr(path, name, &mut small[..]) {
        Ok(length) => Ok(small.get(..length).map(<[u8]>::to_vec)),
        Err(Errno::RANGE) => {
            // 64 KiB is the kernel's limit for one value.
            let mut large = vec![0; 64 * 1024];
            let length = rustix::fs::lgetxattr(path, name, &mut large[..])?;
            large.truncate(length);
            Ok(Some(large))
        }
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
mod tests {
    use rustix::fs::{XattrFlags, setxattr};

    use super::*;
    use crate::beneath::Root;

    fn set(path: &Path, name: &str, value: &[u8]) {
        setxattr(path, name, value, XattrFlags::empty()).unwrap();
    }

    #[test]
    fn reads_marks_of_its_own_name_space_only() {
        let dir = tempfile::tempdir_in("/var/tmp").unwrap();
        let sub = dir.path().join("sub");
        std::fs::create_dir(&sub).unwrap();
        set(&sub, "user.overlay.opaque", b"y");
        set(&sub, "user.overlay.redirect", b"/usr/share");
        set(&sub, "user.overlay.impure", b"y");
        set(&sub, "user.overlay.overlay.opaque", b"inner");
        set(&sub, "user.mine", &[7; 2000]);
        let root = Root::open(dir.path()).unwrap();
        let marks = marks_at(root.as_fd(), b"sub", MarkSpace::User).unwrap();
        assert_eq!(marks.opacity, Opacity::Opaque);
        assert_eq!(marks.redirect.as_deref(), Some(&b"/usr/share"[..]));
        assert!(marks.impure && !marks.metacopy && marks.origin.is_none());
        assert_eq!(marks_at(root.as_fd(), b"sub", MarkSpace::Trusted).unwrap(), Marks::default());

        let seen = attributes_at(root.as_fd(), b"sub", MarkSpace::User).unwrap();
        let names: Vec<_> = seen.keys().map(Vec::as_slice).collect();
        assert_eq!(names, [&b"user.mine"[..], b"user.overlay.opaque"]);
        assert_eq!(seen[&b"user.mine"[..]].len(), 2000);
        assert_eq!(mark_names_at(root.as_fd(), b"sub", MarkSpace::User).unwrap().len(), 3);
    }

    #[test]
    fn survives_senseless_marks() {
        let dir = tempfile::tempdir_in("/var/tmp").unwrap();
        let root = Root::open(dir.path()).unwrap();
        for (i, bad) in [&b""[..], b"/", b"//a", b"a/b", b"..", b"/a/../b", b"a\0b"].iter().enumerate() {
            let name = format!("f{i}");
            std::fs::write(dir.path().join(&name), "").unwrap();
            set(&dir.path().join(&name), "user.overlay.redirect", bad);
            set(&dir.path().join(&name), "user.overlay.origin", bad);
            set(&dir.path().join(&name), "user.overlay.opaque", bad);
            let marks = marks_at(root.as_fd(), name.as_bytes(), MarkSpace::User).unwrap();
            assert_eq!((marks.redirect, marks.origin), (None, Some(Origin::Unknown)), "{bad:?}");
            assert_eq!(marks.opacity, Opacity::Transparent);
        }
        rustix::fs::symlinkat("nowhere", root.as_fd(), "link").unwrap();
        assert_eq!(marks_at(root.as_fd(), b"link", MarkSpace::User).unwrap(), Marks::default());
        assert_eq!(marks_at(root.as_fd(), b"gone", MarkSpace::User), Err(Errno::NOENT));
    }

    #[test]
    fn an_origin_names_the_inode_that_it_was_copied_from() {
        let dir = tempfile::tempdir_in("/var/tmp").unwrap();
        std::fs::write(dir.path().join("lower"), "").unwrap();
        let root = Root::open(dir.path()).unwrap();
        let handle = handle_at(root.as_fd(), b"lower").unwrap().unwrap();
        let mut value = vec![0, 0xfb, 0, 1, u8::try_from(handle.kind).unwrap()];
        value.extend_from_slice(&[0; 16]);
        value.extend_from_slice(&handle.bytes);
        value[2] = u8::try_from(value.len()).unwrap();
        assert_eq!(parse_origin(&value), Origin::Handle(handle));
        value[2] += 1;
        assert_eq!(parse_origin(&value), Origin::Unknown);
    }

    #[test]
    fn redirects_count_from_the_overlay_root_or_the_parents_lower_directory() {
        let mount = HostPath::new(b"/srv").unwrap();
        let base = HostPath::new(b"/srv/data").unwrap();
        let resolve = |redirect, base| resolve_redirect(redirect, &mount, base);
        assert_eq!(resolve(b"/a/b", None), HostPath::new(b"/srv/a/b"));
        assert_eq!(resolve(b"old", Some(&base)), HostPath::new(b"/srv/data/old"));
        assert_eq!(resolve(b"old", None), None);
    }
}
