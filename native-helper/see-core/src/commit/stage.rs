//! Brings what a commit needs onto the target file systems, on the disk and complete, before the first name changes.

use std::collections::{BTreeSet, HashMap};

use crate::change::FileType;
use crate::error::{Result, SeeError};
use crate::monitor::{Monitor, Phase};

use super::attributes;
use super::bytes::Bytes;
use super::copy;
use super::crash;
use super::places::{Places, Spot};
use super::plan::{Plan, Staged};
use super::stat::Identity;

/// Up to this many files are written to the disk one by one; more are cheaper with their whole file system.
pub const FEW: usize = 16;

/// Makes the staged objects, puts their identities into the steps, and writes everything new to the disk.
pub fn stage(places: &mut Places, plan: &mut Plan, monitor: &dyn Monitor) -> Result<()> {
    let total = u64::try_from(plan.staged.len()).ok();
    for (done, staged) in plan.staged.iter().enumerate() {
        monitor.check_cancelled()?;
        monitor.progress(Phase::Stage, u64::try_from(done).unwrap_or(0), total);
        match staged {
            Staged::Copy { from, to, marks } => copy::copy(places, from, to, true, *marks, monitor)?,
            Staged::Merge { host, session, to, pieces, attributes } => {
                copy::put_together(places, (host, session), to, pieces)?;
                attributes::write(places, to, None, attributes)?;
            }
            Staged::Directory { to, attributes } => {
                copy::make_dir(places, to)?;
                attributes::write(places, to, None, attributes)?;
            }
        }
        crash::point();
    }
    let mut identities: HashMap<Identity, Identity> = HashMap::new();
    for (stand_in, spot) in &plan.stand_ins {
        let stat = places.stat(spot)?;
        let stat = stat.ok_or_else(|| SeeError::internal("A staged object went away."))?;
        identities.insert(*stand_in, stat.identity);
    }
    if !identities.is_empty() {
        for planned in &mut plan.steps {
            planned.step.rename_objects(&identities);
        }
    }
    monitor.check_cancelled()?;
    let staged: Vec<Spot> = plan.staged.iter().map(|staged| staged.spot().clone()).collect();
    sync(places, &plan.sources, &staged)?;
    monitor.progress(Phase::Stage, total.unwrap_or(0), total);
    Ok(())
}

/// Writes new objects to the disk: few files each on its own, else the file systems that hold them.
fn sync(places: &mut Places, sources: &[Spot], staged: &[Spot]) -> Result<()> {
    let mut files = Vec::new();
    let mut is_many = sources.len() > FEW;
    for spot in sources.iter().take(FEW) {
        match places.stat(spot)?.map(|stat| stat.identity.kind) {
            Some(FileType::File) => files.push(spot),
            Some(FileType::Directory) => is_many = true,
            _ => {}
        }
    }
    if is_many {
        sync_trees(places, sources.iter().map(|spot| spot.base).collect())?;
    } else {
        for spot in files {
            places.sync_file(spot)?;
        }
    }
    // Copied files were written when they were copied; their names were not.
    sync_dirs(places, staged.iter().map(Spot::parent).collect())
}

/// Writes the entries of directories to the disk: few each on its own, else their file systems.
pub fn sync_dirs(places: &mut Places, dirs: BTreeSet<Spot>) -> Result<()> {
    if dirs.len() <= FEW {
        return dirs.iter().try_for_each(|dir| places.sync_dir(dir));
    }
    sync_trees(places, dirs.iter().map(|dir| dir.base).collect())
}

/// Writes the file systems of these trees to the disk.
pub fn sync_trees(places: &mut Places, bases: BTreeSet<u16>) -> Result<()> {
    let mut done = BTreeSet::new();
    for base in bases {
        let root = Spot { base, path: Bytes::default() };
        if done.insert(places.dir(&root)?.number.0) {
            places.sync_all(&root)?;
        }
    }
    Ok(())
}
