//! Where names lie after they, or directories above them, were moved: what a step of a journal calls a place, and what the
//! place is called when all steps were done.

use std::collections::HashMap;

use crate::change::FileType;
use crate::error::Result;

use super::super::places::{Places, Role, Spot};
use super::super::plan::Planned;
use super::super::stat::Identity;
use super::super::step::{Purpose, Step};

/// The names that the steps of a journal moved objects of the host away from, and when.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// Of directories, in order: with each goes all that lies below it.
    directories: Vec<(usize, Spot, Spot)>,
    /// Of everything else, by the name that it left; in order.
    others: HashMap<Spot, Vec<(usize, Spot)>>,
}

impl Moves {
    /// Reads the steps.
    pub(super) fn new<'s>(places: &Places, steps: impl Iterator<Item = &'s Step>) -> Self {
        let mut moves = Self::default();
        for (index, step) in steps.enumerate() {
            match step {
                Step::Move { from, to, object, purpose } => {
                    let on_host = places.role(from).is_ok_and(|role| role == Role::Host);
                    if *purpose != Purpose::Create || on_host {
                        moves.add(index, from, to, object);
                    }
                }
                Step::Replace { at, new, backup, object, old } => {
                    moves.add(index, at, backup, old);
                    moves.add(index, new, at, object);
                }
                _ => {}
            }
        }
        moves
    }

    fn add(&mut self, index: usize, from: &Spot, to: &Spot, object: &Identity) {
        match object.kind {
            FileType::Directory => self.directories.push((index, from.clone(), to.clone())),
            _ => self.others.entry(from.clone()).or_default().push((index, to.clone())),
        }
    }

    /// Returns where what a name meant at the time of one step lies once all later steps were done.
    pub(super) fn forward(&self, spot: &Spot, index: usize) -> Spot {
        let (mut at, mut index) = (spot.clone(), index);
        let later = self.directories.partition_point(|(step, _, _)| *step <= index);
        let mut last = None;
        for (step, from, to) in self.directories.iter().skip(later) {
            at = self.follow(at, &mut index, *step);
            // Both ends of a replacement move at once.
            if last == Some(*step) {
                continue;
            }
            if let Some(rest) = at.below(from).map(<[u8]>::to_vec) {
                at = to.join(&rest);
                (index, last) = (*step, Some(*step));
            }
        }
        self.follow(at, &mut index, usize::MAX)
    }

    /// Follows an object that is no directory from name to name, by the steps after `index` and before `end`.
    fn follow(&self, mut at: Spot, index: &mut usize, end: usize) -> Spot {
        while let Some((step, to)) =
            self.others.get(&at).and_then(|moves| moves.iter().find(|(step, _)| step > index && *step < end))
        {
            (*index, at) = (*step, to.clone());
        }
        at
    }
}

/// Returns the host's places that a plan leaves objects at, as they are named at the end, with all below them.
pub(super) fn results(places: &mut Places, steps: &[Planned]) -> Result<Vec<Spot>> {
    let mut spots = Vec::new();
    let moves = Moves::new(places, steps.iter().map(|planned| &planned.step));
    for (index, planned) in steps.iter().enumerate() {
        let spot = match &planned.step {
            Step::Move { from, to, purpose: Purpose::Create, .. }
            | Step::Replace { new: from, at: to, .. } => {
                below(places, from, &moves.forward(to, index), &mut spots)?;
                to
            }
            Step::Move { to, purpose: Purpose::Rename, .. } => to,
            Step::Link { at, .. }
            | Step::Attributes { at, .. }
            | Step::Rewrite { at, .. }
            | Step::SetTime { at, .. } => at,
            _ => continue,
        };
        if places.role(spot)? == Role::Host {
            spots.push(moves.forward(spot, index));
        }
    }
    Ok(spots)
}

/// Adds the places of all that lies below a directory now, as they will be below its new name.
fn below(places: &mut Places, from: &Spot, to: &Spot, spots: &mut Vec<Spot>) -> Result<()> {
    let mut todo = vec![(from.clone(), to.clone())];
    while let Some((from, to)) = todo.pop() {
        if !places.stat(&from)?.is_some_and(|stat| stat.is_dir()) {
            continue;
        }
        for name in places.names(&from)? {
            let (inner, place) = (from.join(&name), to.join(&name));
            spots.push(place.clone());
            todo.push((inner, place));
        }
    }
    Ok(())
}
