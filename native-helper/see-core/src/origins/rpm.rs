//! What packages of rpm own, by the host's own `rpm`. A session's database is a stranger's file: it is read where nothing can be
//! changed, without a network and without rights, as somebody who inspects the session would.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::Read as _;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::changes::found::ChangeSet;
use crate::engine::{HOST, SESSION};
use crate::error::{Result, SeeError};
use crate::monitor::Monitor;
use crate::path::{HostPath, wire_text};
use crate::session::{Session, SessionState};
use crate::store::Store;

use super::PackageState;
use super::owners::Owners;

/// Where databases are, by distribution.
const DATABASES: [&str; 2] = ["/var/lib/rpm", "/usr/lib/sysimage/rpm"];
const RPM: &str = "/usr/bin/rpm";
/// One line for each file: package, version, path.
const FORMAT: &str = "[%{=NAME}\\t%{=EVR}\\t%{FILENAMES}\\n]";
/// Runs a program with 1 GiB of memory and 30 seconds of processor time at most: a database may be made to cost more.
const BOUNDED: &str = "ulimit -v 1048576 && ulimit -t 30 && exec \"$@\"";
/// No database of a real machine says more.
const LONGEST: usize = 64 * 1024 * 1024;
/// Nor does one take longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a listing that goes on is asked whether it should.
const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// A package: its versions, and the paths that it owns, one a line.
#[derive(Debug, Default)]
struct Listed {
    versions: BTreeSet<Vec<u8>>,
    paths: Vec<u8>,
}

impl Listed {
    /// Tells whether both are of the same versions and own the same paths, whatever their order.
    fn is_same(&self, other: &Self) -> bool {
        self.versions == other.versions && (self.paths == other.paths || self.sorted() == other.sorted())
    }

    fn sorted(&self) -> BTreeSet<&[u8]> {
        self.paths.split(|byte| *byte == b'\n').collect()
    }
}

type Packages = BTreeMap<Vec<u8>, Listed>;

/// Adds the owners of the changed paths. While programs of the session run nothing is known.
pub fn add(
    owners: &mut Owners<'_>,
    store: &Store,
    session: &Session,
    changes: &ChangeSet,
    monitor: &dyn Monitor,
) -> Result<()> {
    if session.state != SessionState::Finished || !Path::new(RPM).is_file() {
        return Ok(());
    }
    let list = |top: &[u8], database: &HostPath| {
        let at = [top, database.as_bytes()].concat();
        listed(command(store, session, &at), PATIENCE, monitor)
    };
    for place in places(DATABASES.map(PathBuf::from)) {
        let is_changed = changes.within(&place).iter().any(|found| found.change.path != place);
        let is_there = std::fs::read_dir(place.as_path()).is_ok_and(|mut entries| entries.next().is_some());
        if !is_changed && !is_there {
            continue;
        }
        let hosts = if is_there { list(HOST, &place)? } else { Some(Packages::new()) };
        let sessions = if is_changed { list(SESSION, &place)?.map(Some) } else { Some(None) };
        // Of half of them every statement would be false.
        if let (Some(hosts), Some(sessions)) = (hosts, sessions) {
            tell(owners, &hosts, sessions.as_ref());
        }
    }
    Ok(())
}

/// Returns where the databases really are, each once: many distributions have a link from one place to the other.
fn places(databases: [PathBuf; 2]) -> BTreeSet<HostPath> {
    let real = |place: PathBuf| std::fs::canonicalize(&place).unwrap_or(place);
    databases.into_iter().filter_map(|place| HostPath::new(real(place).as_os_str().as_bytes())).collect()
}

/// Tells the owners, by the host's packages and by the session's where it has a database of its own.
fn tell(owners: &mut Owners<'_>, hosts: &Packages, sessions: Option<&Packages>) {
    let names: BTreeSet<&Vec<u8>> =
        hosts.keys().chain(sessions.into_iter().flat_map(Packages::keys)).collect();
    for name in names {
        let text = wire_text(name).0;
        let ours = sessions.map(|sessions| sessions.get(name));
        match (hosts.get(name), ours) {
            (Some(host), None) => owners.add(&text, PackageState::Kept, &host.paths),
            (Some(host), Some(None)) => owners.add(&text, PackageState::Removed, &host.paths),
            (Some(host), Some(Some(session))) if host.is_same(session) => {
                owners.add(&text, PackageState::Kept, &host.paths);
            }
            // What the new version no longer holds was the old one's.
            (Some(host), Some(Some(session))) => {
                owners.add(&text, PackageState::Changed, &[host.paths.as_slice(), &session.paths].concat());
            }
            (None, Some(Some(session))) => owners.add(&text, PackageState::Installed, &session.paths),
            (None, _) => {}
        }
    }
}

/// Returns the command that lets `rpm` say what a database holds, from where nothing can be changed.
fn command(store: &Store, session: &Session, database: &[u8]) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg("--store").arg(store.root());
    command.args(["--quiet", "inspect", &session.id, "--tty", "never", "--"]);
    command.args(["/bin/sh", "-c", BOUNDED, "sh", RPM, "--query", "--all", "--dbpath"]);
    command.arg(OsStr::from_bytes(database)).args(["--queryformat", FORMAT]).env("LC_ALL", "C");
    command
}

/// A process that ends with this value at the latest.
struct Asked(Child);

impl Drop for Asked {
    fn drop(&mut self) {
        // It has ended by itself as a rule.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads what a command lists. `None` when it fails, takes too long or says too much: then nothing is known.
fn listed(mut command: Command, patience: Duration, monitor: &dyn Monitor) -> Result<Option<Packages>> {
    let failed = |e: std::io::Error| SeeError::internal(format!("The packages could not be listed: {e}."));
    let deadline = Instant::now() + patience;
    monitor.check_cancelled()?;
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = Asked(command.spawn().map_err(failed)?);
    let Some(mut out) = child.0.stdout.take() else { return Ok(None) };
    let (mut packages, mut said, mut read) = (Packages::new(), Vec::new(), 0);
    let mut chunk = vec![0; 64 * 1024];
    loop {
        if !is_ready(out.as_fd(), deadline, monitor)? {
            return Ok(None);
        }
        let length = match out.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => length,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(failed(e)),
        };
        read += length;
        if read > LONGEST {
            return Ok(None);
        }
        let new = chunk.get(..length).unwrap_or_default();
        let whole = new.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (ends, begins) = new.split_at(whole);
        said.extend_from_slice(ends);
        if whole > 0 {
            take(&mut packages, &said);
            said.clear();
        }
        said.extend_from_slice(begins);
    }
    // It may have closed its output and stay.
    let process = i32::try_from(child.0.id()).ok().and_then(Pid::from_raw);
    let process = process.ok_or_else(|| SeeError::internal("A process without a number."))?;
    let end = pidfd_open(process, PidfdFlags::empty()).map_err(|e| failed(e.into()))?;
    if !is_ready(end.as_fd(), deadline, monitor)? {
        return Ok(None);
    }
    Ok(child.0.wait().map_err(failed)?.success().then_some(packages))
}

/// Waits until something can be read. Tells whether that was before the deadline.
fn is_ready(from: BorrowedFd<'_>, deadline: Instant, monitor: &dyn Monitor) -> Result<bool> {
    while Instant::now() < deadline {
        monitor.check_cancelled()?;
        match poll(&mut [PollFd::from_borrowed_fd(from, PollFlags::IN)], Some(&PAUSE)) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(true),
            Err(e) => return Err(SeeError::internal(format!("The packages could not be waited for: {e}."))),
        }
    }
    Ok(false)
}

/// Takes the packages of some lines.
fn take(packages: &mut Packages, lines: &[u8]) {
    for line in lines.split(|byte| *byte == b'\n') {
        let mut fields = line.splitn(3, |byte| *byte == b'\t');
        let (Some(name), Some(version), Some(path)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let listed = packages.entry(name.to_vec()).or_default();
        listed.versions.insert(version.to_vec());
        listed.paths.extend_from_slice(path);
        listed.paths.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use crate::change::{Change, ChangeKind, FileType};
    use crate::changes::found::{Found, UpperState};
    use crate::changes::stamp::Version;
    use crate::error::ErrorCode;
    use crate::monitor::{Phase, Unmonitored};

    use super::*;

    fn parsed(lines: &[u8]) -> Packages {
        let mut packages = Packages::new();
        take(&mut packages, lines);
        packages
    }

    #[test]
    fn lines_that_make_no_sense_own_nothing() {
        let packages = parsed(b"a\t1-1\t/x\n\na\t1-1\t/y\tz\nnonsense\nb\t2\n");
        let a = packages.get(b"a".as_slice()).unwrap();
        assert_eq!((packages.len(), a.paths.as_slice(), a.versions.len()), (1, &b"/x\n/y\tz\n"[..], 1));
    }

    /// Changes of these paths.
    fn changes(paths: &[&str]) -> ChangeSet {
        let found = |path: &&str| Found {
            change: Change {
                path: HostPath::new(path.as_bytes()).unwrap(),
                kind: ChangeKind::Created,
                aspects: Vec::new(),
                file_type: FileType::File,
                from: None,
                size: 0,
                size_before: None,
                mode: 0,
                uid: 0,
                gid: 0,
                privileged: false,
                program: None,
            },
            layer: 0,
            state: UpperState::Whole,
            upper: None,
            lower: None,
            is_linked: false,
            version: Version::default(),
        };
        ChangeSet { found: paths.iter().map(found).collect(), ..ChangeSet::default() }
    }

    #[test]
    fn a_package_is_told_by_its_version_and_by_what_it_owns() {
        let changes = changes(&["/gone", "/grown", "/more", "/new", "/old", "/same"]);
        let mut owners = Owners::new(&changes);
        let hosts = parsed(
            b"gone\t1\t/gone\ngrown\t1\t/grown\nsame\t1\t/same\nsame\t1\t/other\nup\t1\t/old\nfar\t1\t/far\n",
        );
        let sessions = parsed(
            b"grown\t1\t/grown\ngrown\t1\t/more\nsame\t1\t/other\nsame\t1\t/same\nup\t2\t/x\nnew\t1\t/new\n",
        );
        tell(&mut owners, &hosts, Some(&sessions));
        let told = |path: &str| {
            let owner = owners.of(&HostPath::new(path.as_bytes()).unwrap()).unwrap() as usize;
            (owners.packages[owner].name.as_str(), owners.packages[owner].state)
        };
        assert_eq!(told("/gone"), ("gone", PackageState::Removed));
        assert_eq!(told("/grown"), ("grown", PackageState::Changed));
        assert_eq!(told("/more"), ("grown", PackageState::Changed));
        assert_eq!(told("/new"), ("new", PackageState::Installed));
        assert_eq!(told("/old"), ("up", PackageState::Changed));
        assert_eq!(told("/same"), ("same", PackageState::Kept));
        assert_eq!(owners.packages.len(), 5);
        // Without a database of the session's own all is the host's.
        let mut owners = Owners::new(&changes);
        tell(&mut owners, &hosts, None);
        assert!(owners.packages.iter().all(|package| package.state == PackageState::Kept));
        assert_eq!(owners.packages.len(), 4);
    }

    #[test]
    fn a_database_that_is_linked_to_the_other_is_asked_once() {
        let dir = tempfile::tempdir().unwrap();
        let (link, real) = (dir.path().join("var/lib/rpm"), dir.path().join("usr/lib/sysimage/rpm"));
        std::fs::create_dir_all(&real).unwrap();
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink("../../usr/lib/sysimage/rpm", &link).unwrap();
        let real = real.canonicalize().unwrap();
        let expected = HostPath::new(real.as_os_str().as_bytes()).unwrap();
        assert_eq!(places([link, real]), BTreeSet::from([expected]));
        let [one, other] = ["one", "other"].map(|name| dir.path().join(name));
        assert_eq!(places([one, other]).len(), 2, "places that are not there");
    }

    /// Wants the work until it was asked once.
    struct Fickle(AtomicBool);

    impl Monitor for Fickle {
        fn progress(&self, _: Phase, _: u64, _: Option<u64>) {}

        fn is_cancelled(&self) -> bool {
            self.0.swap(true, Ordering::Relaxed)
        }
    }

    #[test]
    fn a_listing_that_fails_or_does_not_end_tells_nothing() {
        let ask = |script: &str, patience, monitor: &dyn Monitor| {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", BOUNDED, "sh", "/bin/sh", "-c", script]);
            listed(command, patience, monitor)
        };
        let within = |script: &str, patience| ask(script, patience, &Unmonitored).unwrap();
        let some = "printf 'a\\t1\\t/x\\nb\\t1\\t/y\\n'";
        assert_eq!(within(some, PATIENCE).unwrap().len(), 2);
        assert!(within(&format!("{some}; exit 1"), PATIENCE).is_none());
        assert!(within("head -c 80000000 /dev/zero", PATIENCE).is_none());
        let soon = Duration::from_millis(50);
        assert!(within("exec sleep 1000", soon).is_none());
        assert!(within("exec >&-; exec sleep 1000", soon).is_none());
        let cancelled = ask("exec sleep 1000", PATIENCE, &Fickle(AtomicBool::new(false))).unwrap_err();
        assert_eq!(cancelled.code, ErrorCode::Cancelled);
    }
}
