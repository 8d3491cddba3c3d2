//! Turns the chosen changes into steps. First everything that leaves its place on the host leaves it, the deepest
//! first; then everything arrives, the shallowest first; then links; then times. So chains and swaps of names need
//! no special case. Only looks; nothing is changed here.

mod arrivals;
mod departures;
mod links;
mod merges;
mod times;

use std::collections::{BTreeMap, HashMap, HashSet};

use rustix::fs::StatVfsMountFlags;
use rustix::io::Errno;

use crate::change::ChangeKind;
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::layer::MarkSpace;
use crate::path::HostPath;
use crate::timestamp::Timestamp;

use super::attributes::{self, Attributes, MarkChange};
use super::journal::{Residue, Seen};
use super::merged::Piece;
use super::namespace::{Namespace, moves_host_object};
use super::places::{Places, Role, Spot};
use super::rooms::{Room, Rooms, is_beside};
use super::selection::Selection;
use super::stat::{Identity, Stat};
use super::step::Step;
use super::units::Units;
use super::view::View;

/// A step, and how host objects must stand right before it.
#[derive(Debug)]
pub struct Planned {
    /// What to do.
    pub step: Step,
    /// Host objects and how they were when the commit was checked.
    pub expects: Vec<(Spot, Stat)>,
    /// Whether nobody may have the object that it takes out of the way open for writing.
    pub unwritten: bool,
}

impl Planned {
    /// Returns a step that does not mind who has what open.
    pub fn new(step: Step, expects: Vec<(Spot, Stat)>) -> Self {
        Self { step, expects, unwritten: false }
    }
}

/// Something to make in the stage before the journal is written.
#[derive(Debug)]
pub enum Staged {
    /// A copy of an object with all below it.
    Copy {
        /// Of this.
        from: Spot,
        /// Here.
        to: Spot,
        /// The mark space when `from` lies in a layer.
        marks: Option<MarkSpace>,
    },
    /// A file that is put together from two.
    Merge {
        /// One: the host's.
        host: Spot,
        /// The other: the session's.
        session: Spot,
        /// Here.
        to: Spot,
        /// What it holds.
        pieces: Vec<Piece>,
        /// What it looks like.
        attributes: Attributes,
    },
    /// An empty directory with these attributes.
    Directory {
        /// Here.
        to: Spot,
        /// What it looks like.
        attributes: Attributes,
    },
}

impl Staged {
    /// Returns where it is made.
    pub fn spot(&self) -> &Spot {
        match self {
            Self::Copy { to, .. } | Self::Merge { to, .. } | Self::Directory { to, .. } => to,
        }
    }
}

/// What a commit will do.
#[derive(Debug, Default)]
pub struct Plan {
    /// What to make first.
    pub staged: Vec<Staged>,
    /// Staged objects by the stand-in that names them in the steps.
    pub stand_ins: HashMap<Identity, Spot>,
    /// The steps, in order.
    pub steps: Vec<Planned>,
    /// What to clear up in the layer when the session lives on.
    pub residue: Vec<Residue>,
    /// Objects on the host whose final state is to be remembered.
    pub results: Vec<Spot>,
    /// New objects that come straight out of a layer: their content must be on the disk first.
    pub sources: Vec<Spot>,
    /// The objects of the host, and those in backups, that are changed or moved, as they stand now.
    pub before: Vec<Seen>,
    /// The rooms for all that is changed.
    pub rooms: Vec<Room>,
    /// How objects stand whose marks go: their places tell it no more.
    pub marked: HashMap<Identity, Stat>,
}

impl Plan {
    /// Fails when the host lets nobody change what is to be changed, or only add to it: half of the steps would go, and could
    /// not be taken back.
    pub fn refuse_fixed(&self, places: &Places) -> Result<()> {
        // What goes with its directory into the backup is expected there.
        let below = self.steps.iter().flat_map(|planned| &planned.expects);
        let all = self.before.iter().map(|seen| (&seen.at, &seen.stat));
        for (at, _) in all.chain(below.map(|(at, stat)| (at, stat))).filter(|(_, stat)| stat.fixed) {
            if places.role(at)? == Role::Host {
                let path = places.path(at);
                return Err(SeeError::new(
                    ErrorCode::PermissionDenied,
                    format!("{} is immutable or may only be added to on the host.", path.display()),
                    "Take the attribute off (chattr -i -a), or leave out what is to be changed there.",
                )
                .because(Reason::Immutable)
                .with_path(&path));
            }
        }
        Ok(())
    }

    /// Fails when a file system lets nobody write to it, so that a dry run tells it, too.
    pub fn refuse_read_only(&self, places: &Places) -> Result<()> {
        for room in &self.rooms {
            // A room that is not there yet is made, or refused, when the commit is carried out.
            let mount = rustix::fs::statvfs(attributes::as_path(&room.path));
            if mount.is_ok_and(|mount| mount.f_flag.contains(StatVfsMountFlags::RDONLY)) {
                return Err(SeeError::os("changing", &places.path(&room.serves), Errno::ROFS));
            }
        }
        Ok(())
    }
}

/// Makes the plan of a commit.
pub fn plan<'p, 's>(
    view: &'p mut View<'s>,
    rooms: &'p mut Rooms<'s>,
    changes: &'p ChangeSet,
    chosen: &'p [bool],
    selection: &'p Selection,
) -> Result<Plan> {
    let mut namespace = Namespace::new(changes);
    let units = Units::find(view, changes, chosen, selection)?;
    let moves = changes.found.iter().map(|found| moves(&mut namespace, found)).collect();
    let mut planner = Planner {
        view,
        rooms,
        changes,
        chosen,
        selection,
        namespace,
        units,
        moves,
        plan: Plan::default(),
        doomed: HashSet::new(),
        gone: HashSet::new(),
        beside: HashSet::new(),
        parked: HashMap::new(),
        before: BTreeMap::new(),
        kept_times: BTreeMap::new(),
        dir_times: BTreeMap::new(),
        placed: HashMap::new(),
        marks: Vec::new(),
    };
    planner.leave()?;
    planner.arrive()?;
    planner.link()?;
    planner.finish()
}

struct Planner<'p, 'a> {
    view: &'p mut View<'a>,
    rooms: &'p mut Rooms<'a>,
    changes: &'p ChangeSet,
    chosen: &'p [bool],
    selection: &'p Selection,
    namespace: Namespace<'p>,
    units: Units,
    /// For each change, whether it brings an object of the host to another place.
    moves: Vec<bool>,
    plan: Plan,
    /// Host paths whose objects go into the backup with all that they hold then.
    doomed: HashSet<HostPath>,
    /// Host paths whose objects have left, by the steps so far.
    gone: HashSet<HostPath>,
    /// Host paths whose objects wait in the stage, and where.
    parked: HashMap<HostPath, Spot>,
    /// Names that versions of the SEE's take beside objects of the host.
    beside: HashSet<HostPath>,
    /// The objects of the host that are changed or moved, as they stand now.
    before: BTreeMap<Spot, Stat>,
    /// Directories whose times must survive a revert.
    kept_times: BTreeMap<Spot, (Identity, Timestamp)>,
    /// Directories of the host and the times that they end with.
    dir_times: BTreeMap<Spot, (Identity, Timestamp)>,
    /// Inodes of a layer that arrive on the host, and where first.
    placed: HashMap<Identity, Spot>,
    /// Marks to take off: where the object is at the end, which one it is, and what to change.
    marks: Vec<(Spot, Identity, MarkChange)>,
}

impl<'p, 'a> Planner<'p, 'a> {
    /// Returns the chosen changes with their indices.
    fn chosen(&self) -> impl Iterator<Item = (usize, &'p Found)> + use<'p, 'a> {
        let chosen = self.changes.found.iter().zip(self.chosen).enumerate();
        chosen.filter(|(_, (_, chosen))| **chosen).map(|(index, (found, _))| (index, found))
    }

    fn add(&mut self, step: Step, expects: Vec<(Spot, Stat)>) {
        self.plan.steps.push(Planned::new(step, expects));
    }

    /// Returns the directory's final name on the host, which the path has there when all is applied.
    fn final_spot(&mut self, found: &Found) -> Result<Spot> {
        self.view.host_spot(found.layer, &found.change.path)
    }

    /// Puts the steps for times and marks around the others.
    fn finish(mut self) -> Result<Plan> {
        for (at, object, change) in std::mem::take(&mut self.marks) {
            self.add(Step::Marks { at, object, change }, Vec::new());
        }
        // What stays in the layer keeps its times too: another commit will bring them to the host.
        for (at, (object, mtime)) in &self.kept_times {
            if self.view.places.role(at)? == Role::Upper {
                let step = Step::SetTime { at: at.clone(), object: *object, mtime: *mtime };
                self.plan.steps.push(Planned::new(step, Vec::new()));
            }
        }
        let keep = std::mem::take(&mut self.kept_times).into_iter();
        let keep =
            keep.map(|(at, (object, mtime))| Planned::new(Step::KeepTime { at, object, mtime }, Vec::new()));
        let mut steps: Vec<Planned> = keep.collect();
        steps.append(&mut self.plan.steps);
        for (at, (object, mtime)) in std::mem::take(&mut self.dir_times) {
            self.plan.results.push(at.clone());
            steps.push(Planned::new(Step::SetTime { at, object, mtime }, Vec::new()));
        }
        self.plan.steps = steps;
        // Making a room changes the directory that it lies in: later checks must know that it was us.
        for room in self.rooms.found() {
            let stat = self.view.places.stat(&room.serves)?;
            if let Some(stat) = stat.filter(|_| is_beside(&self.view.places, room)) {
                self.before.entry(room.serves.clone()).or_insert(stat);
                self.plan.results.push(room.serves.clone());
            }
        }
        for (at, stat) in std::mem::take(&mut self.before) {
            self.plan.before.push(Seen::new(&mut self.view.places, at, stat)?);
        }
        self.plan.rooms = self.rooms.found().to_vec();
        Ok(self.plan)
    }
}

/// Tells whether a change brings an object of the host to another place: a rename, or an object that outlives the
/// directory which was made anew around it.
fn moves(namespace: &mut Namespace<'_>, found: &Found) -> bool {
    let lives_on = found.change.kind == ChangeKind::Modified
        && found.state != UpperState::Whole
        && found.lower.is_some()
        && found.lower != namespace.before(&found.change.path);
    moves_host_object(found) || lives_on
}

/// Tells whether a layer's object stands for "deleted".
pub fn is_whiteout(places: &mut Places, spot: &Spot, space: MarkSpace) -> Result<bool> {
    use std::os::fd::AsFd as _;
    let dir = places.holder(spot)?;
    let name = spot.split().1;
    let facts = crate::own_files::facts_at(dir.as_fd(), name);
    let facts = facts.map_err(|errno| places.error("looking at", spot, errno))?;
    if facts.is_whiteout() {
        return Ok(true);
    }
    if !facts.is_file() || facts.size != 0 {
        return Ok(false);
    }
    let marks = crate::overlay_marks::marks_at(dir.as_fd(), name, space);
    Ok(marks.map_err(|errno| places.error("reading the marks of", spot, errno))?.whiteout)
}

fn vanished(path: &HostPath) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::Conflicts,
        format!("{} vanished from the host.", path.display()),
        "Check again, then commit again.",
    )
    .because(Reason::HostChanged)
    .with_path(path)
}
