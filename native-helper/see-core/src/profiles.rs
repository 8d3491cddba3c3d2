//! Saved choices for a run: options of the command line by name, one list for a store.

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::escape_for_display;
use crate::store::{Store, lines};

/// The file in the store.
const FILE: &str = "profiles";
/// The longest name, in bytes.
const LONGEST: usize = 64;

/// Some options, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What it is called.
    pub name: String,
    /// The options, as they are typed behind `run`.
    pub options: Vec<String>,
}

/// All of a store, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles(Vec<Profile>);

impl Profiles {
    /// Returns those of a store; none when it has no list.
    pub fn of(store: &Store) -> Result<Self> {
        let items = lines::read(store, FILE)?;
        let read: std::result::Result<Vec<Profile>, _> =
            items.iter().map(|item| serde_json::from_str(item)).collect();
        read.map(Self).map_err(|error| lines::broken(store, FILE, &error))
    }

    /// Makes these the list of a store.
    pub fn save(&self, store: &Store) -> Result<()> {
        let items: std::result::Result<Vec<String>, _> = self.0.iter().map(serde_json::to_string).collect();
        lines::save(store, FILE, &items.map_err(|error| lines::broken(store, FILE, &error))?)
    }

    /// Returns all of them.
    pub fn all(&self) -> &[Profile] {
        &self.0
    }

    /// Returns the one of this name.
    pub fn find(&self, name: &str) -> Result<&Profile> {
        self.0.iter().find(|profile| profile.name == name).ok_or_else(|| unknown(name))
    }

    /// Adds one, in the place of another of its name.
    pub fn put(&mut self, profile: Profile) -> Result<()> {
        let Profile { name, .. } = &profile;
        let is_text = !name.chars().any(char::is_control) && name.trim() == name;
        if name.is_empty() || name.len() > LONGEST || name.starts_with('-') || !is_text {
            return Err(SeeError::new(
                ErrorCode::BadRequest,
                format!("This cannot be a profile's name: {}", escape_for_display(name.as_bytes())),
                format!("Use 1 to {LONGEST} bytes of visible characters that do not begin with a dash."),
            ));
        }
        self.0.retain(|other| other.name != profile.name);
        self.0.push(profile);
        Ok(())
    }

    /// Takes one away.
    pub fn remove(&mut self, name: &str) -> Result<()> {
        self.find(name)?;
        self.0.retain(|profile| profile.name != name);
        Ok(())
    }
}

fn unknown(name: &str) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::BadRequest,
        format!("There is no profile {}.", escape_for_display(name.as_bytes())),
        "See them with: alcatraz profile",
    )
}
