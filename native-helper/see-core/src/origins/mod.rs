//! Where the changes of a session come from, beside the program: the package that owns each path, and when each was made
//! last. Read from the layers and from the records of the package managers.

use std::path::{Path, PathBuf};

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use serde::{Deserialize, Serialize};

use crate::beneath::Root;
use crate::changes::found::{ChangeSet, Found};
use crate::error::Result;
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;
use crate::session::Session;
use crate::store::Store;
use crate::timestamp::Timestamp;

mod dpkg;
mod owners;
mod rpm;

/// What became of a package in a session, by the record of what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageState {
    /// Its record is the host's.
    Kept,
    /// Only the session has it.
    Installed,
    /// Both have it, and the session's is another one.
    Changed,
    /// Only the host has it.
    Removed,
}

/// A package of which something changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of protocol/src/origins.ts, where they are told")]
pub struct Package {
    pub name: String,
    pub state: PackageState,
}

/// Where one change comes from, as far as that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Which change.
    pub path: HostPath,
    /// Index into [`Origins::packages`].
    pub package: Option<u32>,
    /// When the layer's object was changed last.
    pub time: Option<Timestamp>,
}

/// Where all changes come from, in the order of the changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// Packages that own a changed path.
    pub packages: Vec<Package>,
    /// One for each change.
    pub rows: Vec<Origin>,
}

/// Returns where the changes come from.
pub fn origins(
    store: &Store,
    session: &Session,
    changes: &ChangeSet,
    monitor: &dyn Monitor,
) -> Result<Origins> {
    let mut owners = dpkg::owners(session, changes, monitor)?;
    rpm::add(&mut owners, store, session, changes, monitor)?;
    let uppers: Vec<Option<Root>> =
        session.layers.iter().map(|layer| Root::open(&layer.upper).ok()).collect();
    let total = u64::try_from(changes.found.len()).ok();
    let mut rows = Vec::with_capacity(changes.found.len());
    for (done, found) in changes.found.iter().enumerate() {
        if done % 1024 == 0 {
            monitor.check_cancelled()?;
            monitor.progress(Phase::Scan, u64::try_from(done).unwrap_or(u64::MAX), total);
        }
        let path = found.change.path.clone();
        let package = owners.of(&path);
        rows.push(Origin { path, package, time: time(session, &uppers, found) });
    }
    Ok(Origins { packages: owners.packages, rows })
}

/// Returns when the layer's object of a change was changed last: for a deletion, the mark that hides the host's. Of what
/// a directory above hides or what is gone again meanwhile, nothing is known.
fn time(session: &Session, uppers: &[Option<Root>], found: &Found) -> Option<Timestamp> {
    let index = usize::try_from(found.layer).ok()?;
    let upper = uppers.get(index)?.as_ref()?;
    let place = match &found.upper {
        Some(place) => place.to_path_buf(),
        None => below(&found.change.path, &session.layers.get(index)?.mount_point)?,
    };
    upper.facts(&place).ok().map(|facts| facts.ctime)
}

fn below(path: &HostPath, mount_point: &HostPath) -> Option<PathBuf> {
    path.below(mount_point).map(|bytes| Path::new(OsStr::from_bytes(bytes)).to_owned())
}
