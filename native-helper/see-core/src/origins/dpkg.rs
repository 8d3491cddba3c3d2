//! What Debian's packages own, from dpkg's lists: the session's where it wrote its own, the host's otherwise. What the
//! session wrote is data of a stranger: a list only names paths.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::fd::AsFd as _;

use rustix::io::Errno;

use crate::beneath::{Root, names, open_file_at};
use crate::change::ChangeKind;
use crate::changes::found::ChangeSet;
use crate::content::{Side, whole};
use crate::error::{Result, SeeError};
use crate::monitor::Monitor;
use crate::path::{HostPath, wire_text};
use crate::session::Session;

use super::PackageState;
use super::owners::Owners;

/// Where dpkg keeps one list a package.
const LISTS: &[u8] = b"/var/lib/dpkg/info";
const ENDING: &[u8] = b".list";
/// No list of a real package comes near it; longer ones are not read.
const LONGEST: u64 = 32 * 1024 * 1024;

/// Returns the owners of the changed paths.
pub fn owners<'a>(session: &Session, changes: &'a ChangeSet, monitor: &dyn Monitor) -> Result<Owners<'a>> {
    let mut owners = Owners::new(changes);
    let Some(place) = HostPath::new(LISTS) else { return Ok(owners) };
    let hosts = Hosts::open(&place)?;
    let session_lists = changes
        .within(&place)
        .iter()
        .filter_map(|found| Some((package_of(found.change.path.name())?, found)))
        .collect::<BTreeMap<_, _>>();
    for (name, found) in &session_lists {
        monitor.check_cancelled()?;
        let text = wire_text(name).0;
        // A list that the session removed still tells whose the removed files are.
        if found.change.kind == ChangeKind::Deleted {
            owners.add(&text, PackageState::Removed, &hosts.list(name)?);
            continue;
        }
        let list = whole(session, found, Side::After, LONGEST)?.unwrap_or_default();
        if hosts.has(name) {
            // What the new version no longer holds was the old one's.
            let both = [list, hosts.list(name)?].join(&b'\n');
            owners.add(&text, PackageState::Changed, &both);
        } else {
            owners.add(&text, PackageState::Installed, &list);
        }
    }
    for name in hosts.packages.iter().filter(|name| !session_lists.contains_key(name.as_slice())) {
        monitor.check_cancelled()?;
        owners.add(&wire_text(name).0, PackageState::Kept, &hosts.list(name)?);
    }
    Ok(owners)
}

/// The host's lists.
struct Hosts {
    root: Option<Root>,
    /// Names of the packages, sorted.
    packages: Vec<Vec<u8>>,
    place: HostPath,
}

impl Hosts {
    /// Looks which there are; none on a machine without dpkg.
    fn open(place: &HostPath) -> Result<Self> {
        let failed = |errno| SeeError::os("reading", place, errno);
        let root = match Root::open_exact(place) {
            Ok(root) => Some(root),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::ACCESS) => None,
            Err(errno) => return Err(failed(errno)),
        };
        let mut packages = Vec::new();
        if let Some(root) = &root {
            let dir = root.dir(std::path::Path::new("")).map_err(failed)?;
            let found = names(dir.as_fd()).map_err(failed)?;
            packages.extend(found.iter().filter_map(|name| Some(package_of(name)?.to_vec())));
        }
        packages.sort();
        Ok(Self { root, packages, place: place.clone() })
    }

    fn has(&self, package: &[u8]) -> bool {
        self.packages.binary_search_by(|known| known.as_slice().cmp(package)).is_ok()
    }

    /// Returns a package's list; empty when it is gone meanwhile.
    fn list(&self, package: &[u8]) -> Result<Vec<u8>> {
        let Some(root) = &self.root else { return Ok(Vec::new()) };
        let name = [package, ENDING].concat();
        let (file, _) = match open_file_at(root.as_fd(), &name) {
            Ok(opened) => opened,
            Err(Errno::NOENT | Errno::INVAL | Errno::LOOP | Errno::ACCESS) => return Ok(Vec::new()),
            Err(errno) => return Err(SeeError::os("reading", &self.place.join(&name), errno)),
        };
        let mut list = Vec::new();
        file.take(LONGEST).read_to_end(&mut list).map_err(|error| {
            let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
            SeeError::os("reading", &self.place.join(&name), errno)
        })?;
        Ok(list)
    }
}

/// Returns the package that a file of dpkg's is the list of, as dpkg names it: with its architecture where it has more
/// than one.
fn package_of(name: &[u8]) -> Option<&[u8]> {
    name.strip_suffix(ENDING).filter(|package| !package.is_empty())
}
