//! Turns what was typed into host paths.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use see_core::error::{ErrorCode, Result, SeeError};
use see_core::path::{HostPath, escape_for_display};

/// Returns the host path that is meant; relative ones begin in the working directory. Symlinks are not followed.
pub fn host_path(typed: &Path) -> Result<HostPath> {
    let absolute = std::path::absolute(typed).ok();
    absolute.and_then(|path| HostPath::new(path.as_os_str().as_bytes())).ok_or_else(|| {
        let shown = escape_for_display(typed.as_os_str().as_bytes());
        SeeError::new(ErrorCode::BadRequest, format!("This is no path: {shown}"), "Give a path of the host.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_paths_become_host_paths() {
        assert_eq!(host_path(Path::new("/a/../b/")).unwrap().display(), "/b");
        assert!(host_path(Path::new("x")).unwrap().as_bytes().ends_with(b"/x"));
    }
}
