//! What a tree shows as it is on the host: no layer and no overlay parts it, so what a program asks of an open file there, a lease for
//! instance, it asks of the host's.

use std::os::unix::fs::MetadataExt as _;

use crate::mounts::Kind;
use crate::path::HostPath;

use super::plan::What;

/// Tells whether a part may show files that are the caller's. Programs of the host may write to them by another mount where this one is
/// read-only.
pub(super) fn is_own(point: &HostPath, what: &What) -> bool {
    let me = rustix::process::geteuid();
    match what {
        // Some of these tell no owners and some do, so that their root does not tell whose a file is.
        What::ReadOnly(Kind::Plain) => true,
        What::File => {
            me.is_root()
                || std::fs::symlink_metadata(point.as_path()).is_ok_and(|meta| meta.uid() == me.as_raw())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn files_and_file_systems_without_layers_are_bare() {
        let dir = tempfile::tempdir().unwrap();
        let own = HostPath::new(dir.path().as_os_str().as_bytes()).unwrap();
        let parts = [What::File, What::ReadOnly(Kind::Plain), What::ReadOnly(Kind::Foreign), What::Copy];
        assert_eq!(parts.each_ref().map(|what| is_own(&own, what)), [true, true, false, false]);
    }
}
