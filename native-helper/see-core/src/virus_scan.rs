//! Lets ClamAV look at the files of a session that has finished. The scanner reads what strangers wrote, so it gets as
//! little as can be: as root it runs as nobody with the one right to read, in both modes without a network, and the names
//! that it is given are numbers.

use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::change::{ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;
use crate::session::Session;
use crate::store::Store;

/// Where programs of the system are, whatever the caller's environment says.
const PROGRAMS: [&str; 4] = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin"];
/// Where ClamAV keeps its signatures, unless somebody has set it up otherwise.
const SIGNATURES: &str = "/var/lib/clamav";
/// Larger files are not looked at; that is counted.
const LARGEST: u64 = 512 * 1024 * 1024;
/// What the scanner calls a file of which it looked at a part: it is packed too deep, holds too much, or takes too long.
const IN_PART: &str = "Heuristics.Limits.Exceeded";
/// How often a scan that goes on is asked whether it should.
const PAUSE: Duration = Duration::from_millis(100);

/// What a scanner said of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which file.
    pub path: HostPath,
    /// What the scanner calls it.
    pub name: String,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Files that were looked at, as a whole.
    pub files: u64,
    /// Files that were not: they are too large, or hold more than the scanner takes apart.
    pub skipped: u64,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Lets ClamAV look at every file whose content the session made or changed. Hold the session's lock.
///
/// Fails with `command-not-found` when ClamAV is not installed.
pub fn scan(store: &Store, session: &Session, changes: &ChangeSet, monitor: &dyn Monitor) -> Result<Scanned> {
    let scanner = find("clamscan").ok_or_else(|| {
        SeeError::new(
            ErrorCode::CommandNotFound,
            "ClamAV is not installed.",
            "Install it with your package manager (Debian, Ubuntu, Fedora: the package clamav), and let freshclam fetch \
             its signatures.",
        ).because(Reason::NoScanner)
        .with_fact("command", "clamscan")
    })?;
    let mut scanned = Scanned::default();
    let view = Numbers::make(&store.session_dir(&session.id).join("scan"))?;
    let mut files = Vec::new();
    for found in changes.found.iter().filter(|found| has_content(found)) {
        if found.change.size > LARGEST {
            scanned.skipped += 1;
            continue;
        }
        if let Some(place) = place(session, found) {
            view.add(files.len(), &place)?;
            files.push(&found.change.path);
        }
    }
    scanned.files = u64::try_from(files.len()).unwrap_or(u64::MAX);
    if files.is_empty() {
        return Ok(scanned);
    }
    monitor.progress(Phase::Scan, 0, Some(scanned.files));
    let said = run(command(&scanner, &view.dir)?, monitor)?;
    let (in_part, found): (Vec<_>, Vec<_>) =
        findings(&said, &view.dir, &files).into_iter().partition(|one| one.name.starts_with(IN_PART));
    let in_part = u64::try_from(in_part.len()).unwrap_or(u64::MAX);
    scanned.files = scanned.files.saturating_sub(in_part);
    scanned.skipped = scanned.skipped.saturating_add(in_part);
    scanned.findings = found;
    Ok(scanned)
}

/// Returns what the scanner's lines say: `DIR/NUMBER: NAME FOUND`.
fn findings(said: &str, dir: &Path, files: &[&HostPath]) -> Vec<Finding> {
    let read = |line: &str| {
        let (place, name) = line.strip_suffix(" FOUND")?.rsplit_once(": ")?;
        let number = Path::new(place).strip_prefix(dir).ok()?.to_str()?.parse::<usize>().ok()?;
        Some(Finding { path: (*files.get(number)?).clone(), name: name.to_owned() })
    };
    let mut found: Vec<Finding> = said.lines().filter_map(read).collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn has_content(found: &Found) -> bool {
    found.change.file_type == FileType::File
        && !matches!(found.change.kind, ChangeKind::Deleted | ChangeKind::Linked)
        && found.state == UpperState::Whole
        && found.change.size > 0
}

/// Returns where the layer holds a file. Every directory on the way is the layer's own: it has no symlinks there.
fn place(session: &Session, found: &Found) -> Option<PathBuf> {
    let layer = session.layers.get(usize::try_from(found.layer).ok()?)?;
    Some(layer.upper.join(found.upper.as_ref()?))
}

fn find(program: &str) -> Option<PathBuf> {
    PROGRAMS.iter().map(|place| Path::new(place).join(program)).find(|path| path.is_file())
}

/// Returns the command that scans a directory, with as few rights as it can do with.
fn command(scanner: &Path, dir: &Path) -> Result<Command> {
    let needed = |program: &str| {
        find(program).ok_or_else(|| {
            SeeError::new(
                ErrorCode::CommandNotFound,
                format!(
                    "The program {program} is missing, without which the scanner would have too many rights."
                ),
                "Install the package util-linux.",
            )
        })
    };
    let is_root = rustix::process::geteuid().is_root();
    let mut command = Command::new(needed("unshare")?);
    command.args(if is_root {
        &["--net", "--ipc"][..]
    } else {
        &["--user", "--map-current-user", "--net", "--ipc"]
    });
    if is_root {
        let rights = "-all,+dac_read_search";
        command.arg("--").arg(needed("setpriv")?).args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(format!("--inh-caps={rights}")).arg(format!("--ambient-caps={rights}"));
        command.arg(format!("--bounding-set={rights}"));
        // Without the fix-up, access(2) grants the right that open(2) grants: the scanner asks before it opens.
        command.args(["--securebits=+noroot,+no_setuid_fixup", "--no-new-privs"]);
    }
    command.arg("--").arg(scanner).args([
        "--recursive",
        "--follow-file-symlinks=2",
        "--infected",
        "--no-summary",
        // Else what is beyond a limit counts as looked at.
        "--alert-exceeds-max=yes",
    ]);
    command.args([format!("--max-filesize={LARGEST}"), format!("--max-scansize={LARGEST}")]);
    command.arg("--stdout").arg(dir);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(command)
}

/// Runs the scanner to its end; kills it when the work is not wanted any more.
fn run(mut command: Command, monitor: &dyn Monitor) -> Result<String> {
    let failed = |error: std::io::Error| {
        let message = format!("ClamAV could not be run: {error}.");
        SeeError::new(ErrorCode::Io, message, "Try again, or run clamscan yourself to see what is wrong.")
    };
    let mut child = command.spawn().map_err(failed)?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let out = std::thread::spawn(move || all_of(out));
    let err = std::thread::spawn(move || all_of(err));
    let status = wait(&mut child, monitor).and_then(|done| done.map_err(failed));
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    let status = status?;
    match status.code() {
        // 1: something was found.
        Some(0 | 1) => Ok(out),
        Some(2) if !has_signatures(Path::new(SIGNATURES)) => Err(SeeError::new(
            ErrorCode::ScannerFailed,
            "ClamAV has no signatures yet.",
            "Its service (clamav-freshclam) fetches them within minutes; where none runs, type: sudo freshclam",
        )),
        _ => {
            let words = [out, err].join("\n");
            let said = |line: &&str| !line.trim().is_empty();
            let last = words.lines().rev().find(said).unwrap_or("it said nothing");
            let shown = crate::path::escape_for_display(last.as_bytes());
            Err(SeeError::new(
                ErrorCode::ScannerFailed,
                format!("ClamAV failed ({status}): {shown}"),
                "Run clamscan yourself to see what is wrong.",
            ))
        }
    }
}

/// Tells whether a directory holds any of the files that ClamAV calls a database, or cannot be looked into.
fn has_signatures(dir: &Path) -> bool {
    const ENDINGS: [&str; 6] = ["cvd", "cld", "cud", "ndb", "hdb", "hsb"];
    let is_database =
        |path: &Path| path.extension().is_some_and(|end| ENDINGS.iter().any(|known| end == *known));
    match std::fs::read_dir(dir) {
        Ok(entries) => entries.flatten().any(|entry| is_database(&entry.path())),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}

fn all_of(stream: Option<impl std::io::Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What was said until the stream broke still counts; how the scanner ended decides.
        let _ = stream.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wait(child: &mut Child, monitor: &dyn Monitor) -> Result<std::io::Result<std::process::ExitStatus>> {
    loop {
        match child.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) => return Ok(Ok(status)),
            Err(error) => return Ok(Err(error)),
        }
        if let Err(cancelled) = monitor.check_cancelled() {
            // It may have ended by itself just now.
            let _ = child.kill();
            let _ = child.wait();
            return Err(cancelled);
        }
        std::thread::sleep(PAUSE);
    }
}

/// A private directory of symlinks with numbers for names, removed with this value.
struct Numbers {
    dir: PathBuf,
}

impl Numbers {
    fn make(dir: &Path) -> Result<Self> {
        // What a scan that was cut off has left.
        let cleared = match std::fs::remove_dir_all(dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => std::fs::DirBuilder::new().mode(0o700).create(dir),
        };
        cleared.map_err(|error| failed(dir, &error))?;
        Ok(Self { dir: dir.to_owned() })
    }

    fn add(&self, number: usize, place: &Path) -> Result<()> {
        symlink(place, self.dir.join(number.to_string())).map_err(|error| failed(&self.dir, &error))
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        // What stays is removed before the next scan, or with the session.
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn failed(dir: &Path, error: &std::io::Error) -> Box<SeeError> {
    let message = format!("{} cannot be made: {error}.", dir.display());
    SeeError::new(ErrorCode::Io, message, "Check the store's free space and rights.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_whether_there_are_signatures() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!has_signatures(dir.path()) && !has_signatures(&dir.path().join("none")));
        std::fs::write(dir.path().join("freshclam.dat"), "").unwrap();
        assert!(!has_signatures(dir.path()));
        std::fs::write(dir.path().join("daily.cld"), "").unwrap();
        assert!(has_signatures(dir.path()));
    }

    #[test]
    fn reads_what_the_scanner_says_and_nothing_else() {
        let paths = [HostPath::new(b"/a").unwrap(), HostPath::new(b"/b\n/c").unwrap()];
        let files: Vec<&HostPath> = paths.iter().collect();
        let said =
            "/s/1: Some.Thing-1 FOUND\n/s/0: OK\n/elsewhere/0: X FOUND\n/s/7: X FOUND\n/s/x: X FOUND\n";
        let found = findings(said, Path::new("/s"), &files);
        assert_eq!(found, [Finding { path: paths[1].clone(), name: "Some.Thing-1".to_owned() }]);
    }
}
