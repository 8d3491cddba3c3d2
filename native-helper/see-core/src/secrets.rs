//! Which places of the host a session does not see: those that a person named, and the usual ones that hold
//! credentials. Looks at the host, changes nothing; the engine covers what is found here.

pub mod usual;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::hiding::HidingList;
use crate::mounts::Mount;
use crate::path::HostPath;
use crate::policy::Policy;
use crate::unmade;

use self::usual::{homes, lived_in, of_the_machine, usual};

/// Where every session has its own.
const OWN: [&str; 2] = ["/proc", "/dev"];

/// What a session must not see, under every name that the host's mounts give it; none lies below another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// What is there.
    pub places: Vec<HostPath>,
    /// What the host may make while the session runs.
    pub unmade: Vec<HostPath>,
}

/// Returns the true paths that a session must not see. `home` is the home directory of its program; `always` are the places that no session sees unless it is said.
pub fn hidden(
    policy: &Policy,
    always: &HidingList,
    home: Option<&HostPath>,
    mounts: &[Mount],
) -> Result<Hidden> {
    let (mut found, mut gone) = (BTreeSet::new(), Vec::new());
    for asked in &policy.hide {
        let path = asked.to_host_path().ok_or_else(|| not_a_path("--hide", &asked.path))?;
        let Some(real) = real_path(&path)? else {
            // It was there when something was first hidden here: that it went since keeps nobody out of the session.
            if policy.hidden.is_empty() {
                return Err(nothing_there(&path));
            }
            gone.push(path);
            continue;
        };
        if real == HostPath::root() {
            return Err(not_a_path("--hide", "/"));
        }
        if OWN.iter().any(|own| HostPath::new(own.as_bytes()).is_some_and(|own| real.is_within(&own))) {
            return Err(its_own(&real));
        }
        found.insert(real);
    }
    let mut shown = Vec::new();
    for asked in &policy.show {
        let path = asked.to_host_path().ok_or_else(|| not_a_path("--show", &asked.path))?;
        shown.push(real_path(&path)?.unwrap_or(path));
    }
    let is_usual = policy.hides_usual_secrets();
    let there = is_usual.then(|| usual(homes(home)).chain(of_the_machine()));
    found.extend(that_are_there(always.paths().chain(there.into_iter().flatten()), &shown)?);
    let places = outermost(found.iter().flat_map(|path| names_of(path, mounts)).collect());
    let coming = is_usual.then(|| usual(lived_in(home)));
    let unmade = always.paths().chain(gone).chain(coming.into_iter().flatten());
    let unmade = unmade.filter(|place| !shown.contains(place));
    let unmade =
        unmade.filter_map(|place| unmade::first_missing(&place)).flat_map(|path| names_of(&path, mounts));
    let is_apart = |path: &HostPath| !places.iter().any(|place| path.is_within(place));
    let unmade = outermost(unmade.filter(is_apart).collect());
    Ok(Hidden { places, unmade })
}

/// Returns what these places lead to. In `shown` are those that a person wants to be seen: each shows the place that it names,
/// and no others below it.
fn that_are_there(places: impl Iterator<Item = HostPath>, shown: &[HostPath]) -> Result<Vec<HostPath>> {
    let mut found = Vec::new();
    let mut meant = BTreeSet::new();
    for place in places {
        let Some(real) = real_path(&place)?.filter(|real| *real != HostPath::root()) else { continue };
        if let Some(part) = shown.iter().find(|part| part.is_within(&real) && **part != real) {
            return Err(SeeError::new(
                ErrorCode::BadRequest,
                format!("A part of a hidden place cannot be shown: {}.", part.display()),
                format!("Show the whole of it: --show {}", real.display()),
            )
            .because(Reason::PartOfHidden)
            .with_path(part));
        }
        match shown.contains(&real) {
            true => meant.extend([real]),
            false => found.push(real),
        }
    }
    let holds = |outer: &HostPath| found.iter().filter(|real| real.is_within(outer)).cloned().collect();
    for outer in shown.iter().filter(|outer| !meant.contains(outer)) {
        let below: BTreeSet<HostPath> = holds(outer);
        if !below.is_empty() {
            return Err(holds_several(outer, &below));
        }
    }
    Ok(found)
}

/// Refuses to show every hidden place below a directory: each has to be named.
fn holds_several(outer: &HostPath, below: &BTreeSet<HostPath>) -> Box<SeeError> {
    const NAMED: usize = 5;
    let named: Vec<String> =
        below.iter().take(NAMED).map(|place| format!("--show {}", place.display())).collect();
    let more = if below.len() > NAMED { " …" } else { "" };
    SeeError::new(
        ErrorCode::BadRequest,
        format!("{} is not hidden itself, but places below it are.", outer.display()),
        format!("Name each that shall be seen: {}{more}", named.join(" ")),
    )
    .because(Reason::SeveralHidden)
    .with_path(outer)
}

/// Returns where a path really leads; `None` when there is nothing, or nothing that we can reach.
fn real_path(path: &HostPath) -> Result<Option<HostPath>> {
    match std::fs::canonicalize(path.as_path()) {
        Ok(real) => Ok(HostPath::new(real.as_os_str().as_bytes())),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied => Ok(None),
            _ => Err(SeeError::os(
                "finding",
                path,
                rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO),
            )),
        },
    }
}

/// Returns a path, the mounts below it, and what the host's other mounts of the same file systems call them.
fn names_of(path: &HostPath, mounts: &[Mount]) -> BTreeSet<HostPath> {
    let inside = mounts.iter().filter(|mount| mount.point.is_within(path)).map(|mount| mount.point.clone());
    let mut names: BTreeSet<HostPath> = inside.chain([path.clone()]).collect();
    for name in names.clone() {
        let Some(mount) = crate::mounts::covering(mounts, &name) else { continue };
        let (Some(root), Some(rest)) = (HostPath::new(&mount.root), name.below(&mount.point)) else {
            continue;
        };
        let on_disk = joined(&root, rest);
        for other in mounts.iter().filter(|other| other.device == mount.device && other.id != mount.id) {
            let Some(shown) = HostPath::new(&other.root) else { continue };
            if let Some(rest) = on_disk.below(&shown) {
                names.insert(joined(&other.point, rest));
            } else if shown.is_within(&on_disk) {
                names.insert(other.point.clone());
            }
        }
    }
    names
}

fn joined(base: &HostPath, rest: &[u8]) -> HostPath {
    if rest.is_empty() { base.clone() } else { base.join(rest) }
}

/// Leaves out what lies below another path of the set.
pub fn outermost(paths: BTreeSet<HostPath>) -> Vec<HostPath> {
    let mut kept: Vec<HostPath> = Vec::new();
    for path in paths {
        if !kept.last().is_some_and(|last| path.is_within(last)) {
            kept.push(path);
        }
    }
    kept
}

fn its_own(path: &HostPath) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::BadRequest,
        format!("{} cannot be hidden: every session has its own there.", path.display()),
        "Leave it out: what the host has there is not seen.",
    )
    .because(Reason::NeverHidden)
    .with_path(path)
}

fn nothing_there(path: &HostPath) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::BadRequest,
        format!("There is nothing to hide at {}.", path.display()),
        "Check the spelling; a place that you cannot reach needs no hiding.",
    )
    .because(Reason::NothingToHide)
    .with_path(path)
}

fn not_a_path(option: &str, text: &str) -> Box<SeeError> {
    let shown = crate::path::escape_for_display(text.as_bytes());
    SeeError::new(
        ErrorCode::BadRequest,
        format!("This place cannot be given to {option}: {shown}"),
        "Give the absolute path of a file or directory below /.",
    )
    .because(Reason::BadPlace)
    .with_fact("place", shown.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mounts::Flags;

    fn path(text: &str) -> HostPath {
        HostPath::new(text.as_bytes()).unwrap()
    }

    fn mount(id: u64, device: u64, root: &str, point: &str) -> Mount {
        Mount {
            id,
            device,
            root: root.into(),
            point: path(point),
            flags: Flags::default(),
            fs_type: "ext4".to_owned(),
            source: Vec::new(),
        }
    }

    #[test]
    fn a_place_is_hidden_under_every_name() {
        let mounts = [
            mount(1, 10, "/", "/"),
            mount(2, 10, "/home", "/mnt/homes"),
            mount(3, 10, "/home/a/.ssh", "/srv/keys"),
            mount(4, 20, "/", "/home/a/.ssh/stick"),
            mount(5, 20, "/deep", "/media/deep"),
            mount(6, 30, "/home", "/other"),
        ];
        let names = names_of(&path("/home/a/.ssh"), &mounts);
        let expected =
            ["/home/a/.ssh", "/home/a/.ssh/stick", "/media/deep", "/mnt/homes/a/.ssh", "/srv/keys"];
        assert_eq!(names, expected.iter().map(|text| path(text)).collect());
        let kept = outermost(names);
        assert!(!kept.contains(&path("/home/a/.ssh/stick")) && kept.contains(&path("/media/deep")));
    }

    #[test]
    fn what_is_named_must_be_there() {
        let dir = tempfile::tempdir().unwrap();
        let dir = HostPath::new(dir.path().canonicalize().unwrap().as_os_str().as_bytes()).unwrap();
        let ask = |name: &str| Policy { hide: vec![dir.join(name.as_bytes()).to_ref()], ..Policy::default() };
        std::fs::write(dir.join(b"key").as_path(), "k").unwrap();
        std::os::unix::fs::symlink("key", dir.join(b"link").as_path()).unwrap();
        let found = hidden(&ask("link"), &HidingList::default(), None, &[]).unwrap();
        assert_eq!(found, Hidden { places: vec![dir.join(b"key")], unmade: vec![] });
        assert_eq!(
            hidden(&ask("none"), &HidingList::default(), None, &[]).unwrap_err().code,
            ErrorCode::BadRequest
        );
        // Not again, where it has been hidden before: only what comes there later is covered.
        let again = Policy { hidden: vec![dir.join(b"none").to_ref()], ..ask("none") };
        let found = hidden(&again, &HidingList::default(), None, &[]).unwrap();
        assert_eq!(found, Hidden { places: vec![], unmade: vec![dir.join(b"none")] });
        let root = Policy { hide: vec![HostPath::root().to_ref()], ..Policy::default() };
        assert_eq!(hidden(&root, &HidingList::default(), None, &[]).unwrap_err().code, ErrorCode::BadRequest);
    }

    #[test]
    fn a_usual_place_can_be_shown_whole() {
        let dir = tempfile::tempdir().unwrap();
        let home = HostPath::new(dir.path().canonicalize().unwrap().as_os_str().as_bytes()).unwrap();
        for name in [b".ssh".as_slice(), b".aws"] {
            std::fs::create_dir(home.join(name).as_path()).unwrap();
        }
        let own = |shown: &[HostPath]| -> Result<Vec<HostPath>> {
            Ok(that_are_there(usual(homes(Some(&home))), shown)?
                .into_iter()
                .filter(|path| path.is_within(&home))
                .collect())
        };
        assert_eq!(own(&[]).unwrap(), [home.join(b".ssh"), home.join(b".aws")]);
        assert_eq!(own(&[home.join(b".ssh")]).unwrap(), [home.join(b".aws")]);
        assert!(own(&[home.join(b".ssh").join(b"config")]).is_err());
        // A directory above them is not what is hidden.
        for outer in [home.clone(), HostPath::root()] {
            let error = own(&[outer]).unwrap_err();
            assert!(error.code == ErrorCode::BadRequest && error.hint.contains("/.ssh"), "{error:?}");
        }
        assert_eq!(own(&[home.join(b".config")]).unwrap().len(), 2);
    }
}
