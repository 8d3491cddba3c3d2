//! Removes a session's layers from the disk. They hold whatever a hostile program left.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::error::Result;
use crate::layer::Layer;
use crate::makers;
use crate::remove_tree::remove_dir;
use crate::session::Session;
use crate::store::Store;

use super::display;
use super::interposition::reads_path;
use super::last_screen;
use super::rooms::{self, io};

/// Removes every layer of a session, and the directories that only it used. The caller holds the session's lock.
pub fn layers(session: &Session) -> Result<()> {
    session.layers.iter().try_for_each(layer)?;
    unrecorded(session)
}

/// Removes, where no recorded layer is left, what was made in part and never recorded.
pub fn unrecorded(session: &Session) -> Result<()> {
    let rooms: BTreeSet<&Path> = session.layers.iter().map(|layer| layer.room.as_path()).collect();
    rooms.into_iter().try_for_each(|room| {
        remove_dir(&room.join("layers").join(&session.id))?;
        rooms::remove_empty(room);
        Ok(())
    })
}

/// Removes what is left of a session that never got a record.
pub fn traces(store: &Store, session: &Session) -> Result<()> {
    let rooms: BTreeSet<&Path> =
        session.layers.iter().map(|layer| layer.room.as_path()).chain([store.root()]).collect();
    for room in rooms {
        remove_dir(&room.join("layers").join(&session.id))?;
        rooms::remove_empty(room);
    }
    remove_dir(&store.session_dir(&session.id))
}

/// Removes what was kept for the check and for who reviews: of a session that was decided on nobody asks for it.
pub fn notes(store: &Store, session: &str) -> Result<()> {
    for file in [reads_path(store, session), makers::path(store, session), last_screen::path(store, session)]
    {
        match std::fs::remove_file(&file) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(io("removing", &file, &e)),
            _ => {}
        }
    }
    // It is there after a supervisor was killed.
    remove_dir(&store.session_dir(session).join(std::ffi::OsStr::from_bytes(display::PLACE)))
}

/// Removes one layer.
pub fn layer(layer: &Layer) -> Result<()> {
    // Where nothing was changed this is all that is in it.
    let _ = std::fs::remove_dir(layer.work.join("work"));
    remove_dir(&layer.work)?;
    remove_dir(&layer.upper)?;
    // The directories above them go when they are empty.
    let all = layer.room.join("layers");
    for dir in layer.upper.ancestors().skip(1).take_while(|dir| dir.starts_with(&all) && *dir != all) {
        if std::fs::remove_dir(dir).is_err() {
            break;
        }
    }
    rooms::remove_empty(&layer.room);
    Ok(())
}
