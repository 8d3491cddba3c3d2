//! The trees of a cut-off commit that are not there: what was done in them waits until they are, and is settled when
//! they never will be.

use std::collections::BTreeMap;

use rustix::io::Errno;

use crate::beneath::Root;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::layer::Covered;
use crate::path::HostPath;

use super::bytes::Bytes;
use super::journal::Header;
use super::places::{Places, Role, Spot};
use super::step::Step;

/// What becomes of a tree that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It was in memory, and the machine has started anew since, or a person has given it up: nothing waits for it.
    Lost,
    /// It may come back.
    Awaited,
}

/// Whether what cannot be taken back now is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// It is tried again at the next start.
    #[default]
    Waits,
    /// A person has given it up: it stays as it is, and is told.
    GivesUp,
}

/// The trees that are not there, by their number.
#[derive(Debug, Default)]
pub struct Away {
    /// Whether they are waited for.
    pub patience: Patience,
    hosts: BTreeMap<u16, Fate>,
    /// Layers and stages that lie in them.
    inside: BTreeMap<u16, Fate>,
}

impl Away {
    /// Looks which trees of a commit are not there.
    pub fn look(places: &Places, header: &Header, patience: Patience) -> Result<Self> {
        let mut away = Self { patience, ..Self::default() };
        let restarted = header.boot.is_some() && header.boot != this_boot();
        let is_host = |(_, role): &(Spot, Role)| *role == Role::Host;
        let tops = places.bases().iter().zip(0_u16..).map(|(base, number)| (top(number), base.role));
        let (hosts, others): (Vec<_>, Vec<_>) = tops.partition(is_host);
        for (host, _) in &hosts {
            let covered = places.bases().get(usize::from(host.base)).and_then(|base| base.covered);
            // Whatever is there now, it is not what was in memory before.
            if restarted && covered.is_some_and(|covered| covered.is_in_memory()) {
                away.hosts.insert(host.base, Fate::Lost);
            } else if places.is_away(host)? {
                let is_awaited = patience == Patience::Waits;
                away.hosts.insert(host.base, if is_awaited { Fate::Awaited } else { Fate::Lost });
            }
        }
        for (other, _) in others {
            let path = places.path(&other);
            let around = hosts.iter().map(|(host, _)| (places.path(host), host.base));
            let nearest =
                around.filter(|(host, _)| path.is_within(host)).max_by_key(|(host, _)| host.as_bytes().len());
            if let Some(fate) = nearest.and_then(|(_, host)| away.hosts.get(&host)) {
                away.inside.insert(other.base, *fate);
            }
        }
        Ok(away)
    }

    /// Tells whether a spot lies in a tree of the host that is not there.
    pub fn has(&self, spot: &Spot) -> bool {
        self.hosts.contains_key(&spot.base)
    }

    /// Tells whether a step cannot be taken back now.
    pub fn bars(&self, step: &Step) -> bool {
        spots(step).into_iter().any(|spot| self.has(spot))
    }

    /// Returns what becomes of a step in a tree that is not there, or in what lies in one; `None` for any other.
    pub fn fate(&self, step: &Step) -> Option<Fate> {
        let of = |spot: &Spot| self.hosts.get(&spot.base).or_else(|| self.inside.get(&spot.base)).copied();
        spots(step).into_iter().filter_map(of).max()
    }

    /// Returns the tops of the host's trees that nothing waits for.
    pub fn given_up(&self, places: &Places) -> Vec<HostPath> {
        let lost = self.hosts.iter().filter(|(_, fate)| **fate == Fate::Lost);
        lost.map(|(number, _)| places.path(&top(*number))).collect()
    }

    /// Fails when a tree is awaited.
    pub fn refuse_awaited(&self, places: &Places) -> Result<()> {
        match self.hosts.iter().find(|(_, fate)| **fate == Fate::Awaited) {
            Some((number, _)) => Err(went_away(&places.path(&top(*number)))),
            None => Ok(()),
        }
    }
}

fn top(number: u16) -> Spot {
    Spot { base: number, path: Bytes::default() }
}

fn spots(step: &Step) -> Vec<&Spot> {
    let mut spots = step.names();
    spots.push(step.place());
    if let Step::Link { target, .. } | Step::Unlink { target, .. } = step {
        spots.push(target);
    }
    spots
}

/// Returns what tells this start of the machine from any other; `None` when the kernel does not tell.
pub fn this_boot() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim_end().to_owned())
}

/// Tells whether this is not what was covered. What cannot be opened for another reason than that it is not there is no
/// matter of what is mounted.
pub fn is_covered_away(covered: Option<Covered>, found: &std::result::Result<Root, Errno>) -> bool {
    let Some(covered) = covered else { return false };
    match found {
        Ok(root) => covered.is_away(Some(root.as_fd())),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => covered.is_away(None),
        Err(_) => false,
    }
}

/// Returns the error for a file system that was unmounted, or another one mounted: nothing is to be done beneath it.
pub fn went_away(point: &HostPath) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::Conflicts,
        format!("What was mounted on {} is not there any more.", point.display()),
        "Mount it again, then try again.",
    )
    .because(Reason::MountGone)
    .with_path(point)
}
