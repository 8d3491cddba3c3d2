//! Small lists of a store, each a text file of one item a line: people mend them by hand. Knows no item.

use std::io::Write as _;

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::escape_for_display;

use super::Store;

/// Returns the items of a list; none when the store has no such file.
pub fn read(store: &Store, name: &str) -> Result<Vec<String>> {
    match std::fs::read_to_string(store.root().join(name)) {
        Ok(text) => Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(broken(store, name, &error)),
    }
}

/// Writes a list: whole or not at all, whoever else saves it at the same time.
pub fn save(store: &Store, name: &str, items: &[String]) -> Result<()> {
    let file = store.root().join(name);
    let text: String = items.iter().map(|item| format!("{item}\n")).collect();
    let fresh = file.with_extension(store.new_id()?);
    let written = (|| {
        let mut new = std::fs::OpenOptions::new().write(true).create_new(true).open(&fresh)?;
        let put = new.write_all(text.as_bytes()).and_then(|()| new.sync_all());
        put.and_then(|()| std::fs::rename(&fresh, &file)).inspect_err(|_| {
            let _ = std::fs::remove_file(&fresh);
        })
    })();
    written.map_err(|error| broken(store, name, &error))
}

/// Returns the error of a list that cannot be used.
pub fn broken(store: &Store, name: &str, error: &dyn std::fmt::Display) -> Box<SeeError> {
    use std::os::unix::ffi::OsStrExt as _;
    let shown = escape_for_display(store.root().join(name).as_os_str().as_bytes());
    SeeError::new(
        ErrorCode::StoreUnusable,
        format!("The list {shown} cannot be used: {error}"),
        "Mend the file, one item a line, or remove it.",
    )
}
