//! Which steps of a commit stay when one of them is left as it is: a name that one step took is another one's to give back. Pure
//! but for the roles of places.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::change::FileType;
use crate::error::Result;

use super::super::super::places::{Places, Role, Spot};
use super::super::super::step::{Purpose, Step};

/// For each step those that stay with it.
#[derive(Debug)]
pub(super) struct Ties {
    with: HashMap<usize, Vec<usize>>,
}

impl Ties {
    /// Reads the steps of a commit.
    pub(super) fn new(places: &Places, steps: &[Step]) -> Result<Self> {
        let mut ties = Self { with: HashMap::new() };
        let mut by_name: BTreeMap<&Spot, Vec<usize>> = BTreeMap::new();
        // Also where steps work without a change of names.
        let mut by_place: BTreeMap<&Spot, Vec<usize>> = BTreeMap::new();
        for (index, step) in steps.iter().enumerate() {
            let place = match step {
                Step::Attributes { at, .. } | Step::Rewrite { at, .. } => Some(at),
                Step::Unlink { target, .. } => Some(target),
                _ => None,
            };
            for place in step.names().into_iter().chain(place) {
                by_place.entry(place).or_default().push(index);
            }
            for name in step.names() {
                let known = by_name.entry(name).or_default();
                if let Some(last) = known.last().copied() {
                    ties.add(last, index);
                    ties.add(index, last);
                }
                known.push(index);
            }
        }
        for (index, step) in steps.iter().enumerate() {
            match step {
                // What an object that stays where it is was given there, and what its other name gave it.
                Step::Attributes { at, .. } | Step::Rewrite { at, .. } | Step::Unlink { target: at, .. } => {
                    for other in by_name.get(at).into_iter().flatten() {
                        ties.add(*other, index);
                    }
                }
                Step::Move { from, to, object, purpose } if object.kind == FileType::Directory => {
                    if places.role(from)? == Role::Host {
                        ties.add_below(&by_place, from, |other| other < index, |other| (index, other));
                    }
                    if *purpose != Purpose::Remove {
                        let is_new = *purpose == Purpose::Create;
                        let is_name = |other: usize| other > index && stays_in(steps.get(other), is_new);
                        ties.add_below(&by_place, to, is_name, |other| (other, index));
                    }
                }
                Step::Replace { at, object, old, .. } => {
                    if old.kind == FileType::Directory {
                        ties.add_below(&by_place, at, |other| other < index, |other| (index, other));
                    }
                    if object.kind == FileType::Directory {
                        let is_name = |other: usize| other > index && stays_in(steps.get(other), true);
                        ties.add_below(&by_place, at, is_name, |other| (other, index));
                    }
                }
                _ => {}
            }
        }
        Ok(ties)
    }

    /// Returns all steps that stay with this one, itself among them.
    pub(super) fn with(&self, index: usize) -> HashSet<usize> {
        let (mut all, mut todo) = (HashSet::new(), vec![index]);
        while let Some(index) = todo.pop() {
            if all.insert(index) {
                todo.extend(self.with.get(&index).into_iter().flatten());
            }
        }
        all
    }

    fn add(&mut self, one: usize, stays_with_it: usize) {
        self.with.entry(one).or_default().push(stays_with_it);
    }

    /// Ties steps that work below a directory.
    fn add_below(
        &mut self,
        by_place: &BTreeMap<&Spot, Vec<usize>>,
        top: &Spot,
        is_meant: impl Fn(usize) -> bool,
        tie: impl Fn(usize) -> (usize, usize),
    ) {
        let from_top = by_place.range::<Spot, _>(top..);
        let from_top =
            from_top.take_while(|(spot, _)| spot.base == top.base && spot.path.0.starts_with(&top.path.0));
        for (_, steps) in from_top.filter(|(spot, _)| **spot != top && spot.below(top).is_some()) {
            for (one, other) in steps.iter().filter(|other| is_meant(**other)).map(|other| tie(*other)) {
                self.add(one, other);
            }
        }
    }
}

/// Tells whether a step brought an object of elsewhere into a directory, which cannot go while that stays; a new one not even
/// where it is only a further name.
fn stays_in(step: Option<&Step>, is_new: bool) -> bool {
    match step {
        Some(Step::Move { purpose: Purpose::Rename, .. }) => true,
        Some(Step::Link { .. }) => is_new,
        _ => false,
    }
}
