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

/// Lets nobody else change a list between what is read of it and what is saved, until it is dropped.
pub struct Held(std::fs::File);

/// Waits until nobody else changes a list of the store.
pub fn hold(store: &Store) -> Result<Held> {
    let held = std::fs::File::open(store.root()).and_then(|dir| {
        rustix::fs::flock(&dir, rustix::fs::FlockOperation::LockExclusive)?;
        Ok(Held(dir))
    });
    held.map_err(|error| broken(store, "", &error))
}

impl Drop for Held {
    fn drop(&mut self) {
        // Closing it lets go as well.
        let _ = rustix::fs::flock(&self.0, rustix::fs::FlockOperation::Unlock);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_who_add_to_a_list_at_once_none_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        Store::open(Some(dir.path())).unwrap();
        let add = |who: usize| {
            let store = Store::open(Some(dir.path())).unwrap();
            for n in 0..8 {
                let _held = hold(&store).unwrap();
                let mut items = read(&store, "some").unwrap();
                items.push(format!("{who} {n}"));
                save(&store, "some", &items).unwrap();
            }
        };
        std::thread::scope(|scope| {
            (0..4).for_each(|who| {
                scope.spawn(move || add(who));
            });
        });
        assert_eq!(read(&Store::open(Some(dir.path())).unwrap(), "some").unwrap().len(), 32);
    }
}
