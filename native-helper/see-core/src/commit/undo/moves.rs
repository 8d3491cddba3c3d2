//! Where names lie after directories above them were moved: what a step of a journal calls a place, and what the
//! place is called when all steps were done.

use crate::error::Result;

use super::super::places::{Places, Role, Spot};
use super::super::plan::Planned;
use super::super::step::{Purpose, Step};

/// Returns the steps that gave directories of the host another name: their index, from and to.
pub(super) fn moves_of_directories<'s>(
    places: &Places,
    steps: impl Iterator<Item = &'s Step>,
) -> Vec<(usize, Spot, Spot)> {
    use crate::change::FileType::Directory;
    let mut moves = Vec::new();
    for (index, step) in steps.enumerate() {
        match step {
            Step::Move { from, to, object, purpose } if object.kind == Directory => {
                let on_host = places.role(from).is_ok_and(|role| role == Role::Host);
                if *purpose != Purpose::Create || on_host {
                    moves.push((index, from.clone(), to.clone()));
                }
            }
            Step::Replace { at, new, backup, object, old } => {
                if old.kind == Directory {
                    moves.push((index, at.clone(), backup.clone()));
                }
                if object.kind == Directory {
                    moves.push((index, new.clone(), at.clone()));
                }
            }
            _ => {}
        }
    }
    moves
}

/// Returns where a name of the time of one step lies once all later steps were done.
pub(super) fn forward(spot: &Spot, index: usize, moves: &[(usize, Spot, Spot)]) -> Spot {
    let mut at = spot.clone();
    let later = moves.partition_point(|(step, _, _)| *step <= index);
    let mut last = None;
    for (step, from, to) in moves.iter().skip(later) {
        // Both ends of a replacement move at once.
        if last == Some(*step) {
            continue;
        }
        if let Some(rest) = at.below(from).map(<[u8]>::to_vec) {
            at = to.join(&rest);
            last = Some(*step);
        }
    }
    at
}

/// Returns the host's places that a plan leaves objects at, as they are named at the end, with all below them.
pub(super) fn results(places: &mut Places, steps: &[Planned]) -> Result<Vec<Spot>> {
    let mut spots = Vec::new();
    let moves = moves_of_directories(places, steps.iter().map(|planned| &planned.step));
    for (index, planned) in steps.iter().enumerate() {
        let spot = match &planned.step {
            Step::Move { from, to, purpose: Purpose::Create, .. }
            | Step::Replace { new: from, at: to, .. } => {
                below(places, from, &forward(to, index, &moves), &mut spots)?;
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
            spots.push(forward(spot, index, &moves));
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
