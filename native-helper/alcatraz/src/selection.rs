//! Turns what was typed into host paths and a selection of changes.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use see_core::commit::selection::Selection;
use see_core::commit::tops::Tops;
use see_core::ignore::IgnoreList;
use see_core::store::Store;

use crate::args::Ignoring;
use see_core::error::{ErrorCode, Resolution, Result, SeeError};
use see_core::path::{HostPath, escape_for_display};

/// Returns the host path that is meant; relative ones begin in the working directory. Symlinks are not followed.
pub fn host_path(typed: &Path) -> Result<HostPath> {
    let absolute = std::path::absolute(typed).ok();
    absolute.and_then(|path| HostPath::new(path.as_os_str().as_bytes())).ok_or_else(|| {
        let shown = escape_for_display(typed.as_os_str().as_bytes());
        SeeError::new(ErrorCode::BadRequest, format!("This is no path: {shown}"), "Give a path of the host.")
    })
}

/// Returns the selection that these options mean.
pub fn selection(only: &[PathBuf], skip: &[PathBuf], resolve: &[OsString]) -> Result<Selection> {
    let paths = |list: &[PathBuf]| list.iter().map(|path| host_path(path)).collect::<Result<Tops>>();
    Ok(Selection {
        only: if only.is_empty() { None } else { Some(paths(only)?) },
        skip: paths(skip)?,
        resolve: resolve.iter().map(|typed| resolution(typed)).collect::<Result<_>>()?,
        ..Selection::default()
    })
}

/// Returns the patterns that these options mean: the store's own, unless they are not wanted, and those for this time.
pub fn ignore_list(store: &Store, options: &Ignoring) -> Result<IgnoreList> {
    let saved = if options.no_ignore { IgnoreList::default() } else { IgnoreList::of(store)? };
    IgnoreList::new(saved.patterns().iter().chain(&options.patterns).cloned())
}

/// Returns the files that are to become the content of paths: `PATH=FILE`, taken apart at the first `=` after which
/// there is a file.
pub fn merged_files(typed: &[OsString]) -> Result<Vec<(HostPath, PathBuf)>> {
    let one = |typed: &OsString| {
        let bytes = typed.as_bytes();
        let cuts = bytes.iter().enumerate().filter(|(_, b)| **b == b'=').map(|(at, _)| at);
        let mut parts = cuts
            .filter_map(|cut| Some((bytes.get(..cut)?, Path::new(OsStr::from_bytes(bytes.get(cut + 1..)?)))));
        match parts.find(|(_, file)| file.is_file()) {
            Some((path, file)) => Ok((host_path(Path::new(OsStr::from_bytes(path)))?, file.to_owned())),
            None => Err(SeeError::new(
                ErrorCode::BadRequest,
                format!("This names no file: {}", escape_for_display(bytes)),
                "Write it as PATH=FILE, where FILE holds what PATH is to become.",
            )),
        }
    };
    typed.iter().map(one).collect()
}

/// Takes `PATH=CHOICE` apart at the last `=`.
fn resolution(typed: &OsStr) -> Result<(HostPath, Resolution)> {
    let bytes = typed.as_bytes();
    let parts = bytes
        .iter()
        .rposition(|b| *b == b'=')
        .and_then(|cut| Some((bytes.get(..cut)?, bytes.get(cut + 1..)?)));
    let choice = |word: &[u8]| match word {
        b"skip" => Some(Resolution::Skip),
        b"overwrite" => Some(Resolution::Overwrite),
        b"both" => Some(Resolution::Both),
        b"merge" => Some(Resolution::Merge),
        _ => None,
    };
    match parts.and_then(|(path, word)| Some((path, choice(word)?))) {
        Some((path, choice)) => Ok((host_path(Path::new(OsStr::from_bytes(path)))?, choice)),
        None => Err(SeeError::new(
            ErrorCode::BadRequest,
            format!("This is no resolution: {}", escape_for_display(bytes)),
            "Write it as PATH=skip, PATH=overwrite, PATH=both or PATH=merge.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_paths_become_host_paths() {
        let chosen = selection(&["/a/../b".into(), "/c/".into()], &["/d".into()], &[]).unwrap();
        let text: Vec<_> = chosen.only.unwrap().iter().map(HostPath::display).collect();
        assert_eq!(
            (text, chosen.skip.iter().next().unwrap().display()),
            (vec!["/b".to_owned(), "/c".to_owned()], "/d".to_owned())
        );
        assert!(host_path(Path::new("x")).unwrap().as_bytes().ends_with(b"/x"));
    }

    #[test]
    fn resolutions_are_cut_at_the_last_equals_sign() {
        let (path, choice) = resolution(OsStr::new("/a=b=both")).unwrap();
        assert_eq!((path.display().as_str(), choice), ("/a=b", Resolution::Both));
        for bad in ["/a", "/a=", "/a=mergé", "=skip"] {
            assert_eq!(resolution(OsStr::new(bad)).unwrap_err().code, ErrorCode::BadRequest, "{bad}");
        }
    }
}
