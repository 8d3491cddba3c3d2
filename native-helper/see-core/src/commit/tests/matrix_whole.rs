//! The whole case matrix: whatever the session did or looked at × whatever the host has by then. Counts the pairs, and fails
//! when one was not tried.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::bench::is_inside;
use super::matrix::{self, Change, Host};
use super::matrix_reads::{self, Look};
use crate::layer::MarkSpace;

/// An enum with the list of all its cases: none can be left out.
macro_rules! every {
    ($(#[$about:meta])* pub enum $name:ident { $($case:ident,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($case,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$case,)*];
        }
    };
}
pub(super) use every;

/// What the session did, and what the host has.
pub type Pair = (String, String);

pub fn pair(session: &impl Debug, host: &Host) -> Pair {
    (format!("{session:?}"), format!("{host:?}"))
}

#[test]
fn every_change_and_every_look_meets_every_state_of_the_host() {
    if !is_inside("matrix_whole::every_change_and_every_look_meets_every_state_of_the_host") {
        return;
    }
    let meet = |host| {
        let changes = Change::ALL.iter().map(move |change| pair(change, host));
        changes.chain(Look::ALL.iter().map(move |look| pair(look, host)))
    };
    let wanted: BTreeSet<Pair> = Host::ALL.iter().flat_map(meet).collect();
    let tried = [matrix::try_all(MarkSpace::Trusted), matrix_reads::try_all()].concat();
    println!(
        "{} changes, {} looks, {} states: {} pairs",
        Change::ALL.len(),
        Look::ALL.len(),
        Host::ALL.len(),
        tried.len()
    );
    assert_eq!(tried.len(), wanted.len(), "a pair was tried twice, or not at all");
    assert_eq!(tried.into_iter().collect::<BTreeSet<_>>(), wanted, "the matrix has a gap");
}
