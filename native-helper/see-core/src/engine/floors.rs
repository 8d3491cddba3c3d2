//! How much must stay free on each file system that a session may write to. What others do to one on which it has nothing is not
//! held against it. Knows layers and processes, no limits of size.

use std::path::{Path, PathBuf};

use rustix::process::Pid;

use super::nameless;
use super::room::{Kind, Room};

/// When a directory was last changed.
type Changed = (i64, i64);

/// The floors of all layers, by their place in the list.
#[derive(Debug)]
pub struct Floors {
    places: Vec<Place>,
    init: Pid,
}

#[derive(Debug)]
struct Place {
    upper: PathBuf,
    device: Option<u64>,
    /// How it was while no program ran yet; `None` when something was in it, or nobody can tell.
    unwritten: Option<Changed>,
    /// What must stay free where the session has written.
    firm: Room,
    /// What must stay free now.
    now: Room,
    is_eased: bool,
}

impl Floors {
    /// Returns those of these layers. No program below `init` may run yet.
    pub fn begin(uppers: &[PathBuf], init: Pid, floor: Option<u64>) -> Self {
        let place = |upper: &PathBuf| {
            let firm = Room::floor(upper, floor);
            Place {
                upper: upper.clone(),
                device: rustix::fs::stat(upper).ok().map(|stat| stat.st_dev),
                unwritten: when_empty(upper),
                firm,
                now: firm,
                is_eased: false,
            }
        };
        Self { places: uppers.iter().map(place).collect(), init }
    }

    /// Asks for other floors.
    pub fn set(&mut self, floor: Option<u64>) {
        for place in &mut self.places {
            place.firm = Room::floor(&place.upper, floor);
            (place.now, place.is_eased) = (place.firm, false);
        }
    }

    /// Returns what must stay free of the file system of a layer.
    pub fn of(&self, index: usize) -> Option<Room> {
        self.places.get(index).map(|place| place.now)
    }

    /// Looks where the session has written by now: there the whole floor counts again.
    pub fn look(&mut self) {
        for index in 0..self.places.len() {
            if self.places.get(index).is_some_and(|place| place.is_eased) && self.has_names(index) {
                let place = self.places.get_mut(index);
                place.into_iter().for_each(|place| (place.now, place.is_eased) = (place.firm, false));
            }
        }
    }

    /// With everything held: decides whether the session may have a part in it that so little is free. If not, half of that
    /// must stay free before it is looked at again.
    pub fn is_its_doing(&mut self, index: usize, kind: Kind, free: u64) -> bool {
        if self.has_names(index) || nameless::may_be_held_below(self.init) {
            return true;
        }
        if let Some(place) = self.places.get_mut(index) {
            place.is_eased = true;
            match kind {
                Kind::Bytes => place.now.bytes = free / 2,
                Kind::Inodes => place.now.inodes = Some(free / 2),
            }
        }
        false
    }

    /// Tells whether the session has made or changed anything on the file system of a layer, by whatever layer there.
    pub fn has_names(&self, index: usize) -> bool {
        let Some(device) = self.places.get(index).and_then(|place| place.device) else { return true };
        // Whatever is changed below, its directory is copied into the top of the layer first.
        let has_changed = |place: &Place| {
            place.unwritten.is_none_or(|before| changed(&place.upper).is_none_or(|now| now != before))
        };
        self.places.iter().any(|place| place.device == Some(device) && has_changed(place))
    }
}

fn changed(upper: &Path) -> Option<Changed> {
    let stat = rustix::fs::lstat(upper).ok()?;
    Some((stat.st_ctime, i64::try_from(stat.st_ctime_nsec).ok()?))
}

/// Returns when an empty directory was last changed.
fn when_empty(upper: &Path) -> Option<Changed> {
    let changed = changed(upper)?;
    std::fs::read_dir(upper).ok()?.next().is_none().then_some(changed)
}
