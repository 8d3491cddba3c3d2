//! The places that every session finds empty: one list for a store, so that command line and app share it. `--show` leaves one
//! visible for a run.

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::path::{HostPath, escape_for_display};
use crate::store::{Store, lines};

/// The file in the store.
const FILE: &str = "hidden";
/// Most places in a list.
const MOST: usize = 1000;

/// A list of absolute paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HidingList {
    places: Vec<String>,
}

impl HidingList {
    /// Returns the list of these places, each once. Fails with `bad-request` for what is none.
    pub fn new(places: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut list = Self::default();
        for place in places {
            check(&place)?;
            if !list.places.contains(&place) {
                list.places.push(place);
            }
        }
        if list.places.len() > MOST {
            let message = format!("The list would have more than {MOST} places.");
            return Err(SeeError::new(
                ErrorCode::BadRequest,
                message,
                "Hide the directories that hold them.",
            )
            .because(Reason::ManyPlaces)
            .with_fact("most", MOST));
        }
        Ok(list)
    }

    /// Returns the list of a store; empty when it has none.
    pub fn of(store: &Store) -> Result<Self> {
        Self::new(lines::read(store, FILE)?).map_err(|error| lines::broken(store, FILE, &error))
    }

    /// Makes this the list of a store.
    pub fn save(&self, store: &Store) -> Result<()> {
        lines::save(store, FILE, &self.places)
    }

    /// Returns this list with more places.
    pub fn and(self, more: &[String]) -> Result<Self> {
        Self::new(self.places.into_iter().chain(more.iter().cloned()))
    }

    /// Returns the places as they were given.
    pub fn places(&self) -> &[String] {
        &self.places
    }

    /// Returns the paths.
    pub fn paths(&self) -> impl Iterator<Item = HostPath> {
        self.places.iter().filter_map(|place| HostPath::new(place.as_bytes()))
    }
}

fn check(place: &str) -> Result<()> {
    let path = HostPath::new(place.as_bytes()).filter(|path| *path != HostPath::root());
    if path.is_some() && !place.chars().any(char::is_control) {
        return Ok(());
    }
    Err(SeeError::new(
        ErrorCode::BadRequest,
        format!("This is no place that can be hidden: {}", escape_for_display(place.as_bytes())),
        "Give the absolute path of a file or directory below /.",
    )
    .because(Reason::BadPlace)
    .with_fact("place", escape_for_display(place.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_places_below_the_root_are_taken() {
        let list = |places: &[&str]| HidingList::new(places.iter().map(|place| (*place).to_owned()));
        assert_eq!(list(&["/a", "/b c", "/a"]).unwrap().places(), ["/a", "/b c"]);
        for wrong in ["", "a/b", "/", "~/x", "/a\nb"] {
            assert_eq!(list(&[wrong]).unwrap_err().code, ErrorCode::BadRequest, "{wrong:?}");
        }
    }

    #[test]
    fn a_store_keeps_its_list() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(Some(dir.path())).unwrap();
        assert_eq!(HidingList::of(&store).unwrap(), HidingList::default());
        let list = HidingList::new(["/home/a/diary".to_owned()]).unwrap();
        list.save(&store).unwrap();
        assert_eq!(HidingList::of(&store).unwrap(), list);
    }
}
