//! What a tree shows as it is on the host: no layer and no overlay parts it, so what a program asks of an open file there, a lease for
//! instance, it asks of the host's.

use std::os::unix::fs::MetadataExt as _;

use rustix::fs::Access;

use crate::mounts::{Flags, Kind};
use crate::path::HostPath;

use super::plan::What;

/// Tells whether a part shows something so that is the caller's, and that programs of the host may write to.
pub(super) fn is_own(point: &HostPath, what: &What, flags: Flags) -> bool {
    let is_bare = matches!(what, What::File | What::ReadOnly(Kind::Plain));
    let path = point.as_path();
    // Where no owners are told, one rules over all.
    let rules = || {
        std::fs::symlink_metadata(path).is_ok_and(|meta| meta.uid() == rustix::process::geteuid().as_raw())
    };
    is_bare && !flags.read_only && (rules() || rustix::fs::access(path, Access::WRITE_OK).is_ok())
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn files_and_file_systems_without_owners_are_bare() {
        let dir = tempfile::tempdir().unwrap();
        let own = HostPath::new(dir.path().as_os_str().as_bytes()).unwrap();
        let writable = Flags::default();
        let parts = [What::File, What::ReadOnly(Kind::Plain), What::ReadOnly(Kind::Foreign), What::Copy];
        assert_eq!(parts.each_ref().map(|what| is_own(&own, what, writable)), [true, true, false, false]);
        let fixed = Flags { read_only: true, ..writable };
        assert_eq!(parts.each_ref().map(|what| is_own(&own, what, fixed)), [false; 4]);
    }
}
