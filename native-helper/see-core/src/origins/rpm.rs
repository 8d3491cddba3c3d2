//! What packages of rpm own, by the host's own `rpm`. A session's database is a stranger's file: it is read where nothing can be
//! changed, without a network and without rights, as somebody who inspects the session would.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

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
/// No database of a real machine says more.
const LONGEST: u64 = 512 * 1024 * 1024;

/// A package: its versions, and the paths that it owns, one a line.
#[derive(Debug, Default)]
struct Listed {
    versions: BTreeSet<Vec<u8>>,
    paths: Vec<u8>,
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
    for database in DATABASES {
        let Some(place) = HostPath::new(database.as_bytes()) else { continue };
        let is_changed = changes.within(&place).iter().any(|found| found.change.path != place);
        let is_there = std::fs::read_dir(database).is_ok_and(|mut entries| entries.next().is_some());
        if !is_changed && !is_there {
            continue;
        }
        monitor.check_cancelled()?;
        let hosts = if is_there {
            listed(store, session, &[HOST, database.as_bytes()].concat())?
        } else {
            Packages::new()
        };
        monitor.check_cancelled()?;
        let sessions = match is_changed {
            true => Some(listed(store, session, &[SESSION, database.as_bytes()].concat())?),
            false => None,
        };
        tell(owners, &hosts, sessions.as_ref());
    }
    Ok(())
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
            (Some(host), Some(Some(session))) => {
                let is_same = host.versions == session.versions;
                let state = if is_same { PackageState::Kept } else { PackageState::Changed };
                // What the new version no longer holds was the old one's.
                owners.add(&text, state, &[host.paths.as_slice(), &session.paths].concat());
            }
            (None, Some(Some(session))) => owners.add(&text, PackageState::Installed, &session.paths),
            (None, _) => {}
        }
    }
}

/// Asks `rpm` what a database holds, from where nothing can be changed. One that it cannot read holds nothing.
fn listed(store: &Store, session: &Session, database: &[u8]) -> Result<Packages> {
    use std::os::unix::ffi::OsStrExt as _;
    let failed = |e: std::io::Error| SeeError::internal(format!("The packages could not be listed: {e}."));
    let mut child = Command::new("/proc/self/exe")
        .arg("--store")
        .arg(store.root())
        .args([
            "--quiet",
            "inspect",
            &session.id,
            "--tty",
            "never",
            "--",
            RPM,
            "--query",
            "--all",
            "--dbpath",
        ])
        .arg(std::ffi::OsStr::from_bytes(database))
        .args(["--queryformat", FORMAT])
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let mut said = Vec::new();
    let read = child.stdout.take().map_or(Ok(0), |out| out.take(LONGEST).read_to_end(&mut said));
    child.wait().map_err(failed)?;
    read.map_err(failed)?;
    Ok(parse(&said))
}

fn parse(said: &[u8]) -> Packages {
    let mut packages = Packages::new();
    for line in said.split(|byte| *byte == b'\n') {
        let mut fields = line.splitn(3, |byte| *byte == b'\t');
        let (Some(name), Some(version), Some(path)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let listed = packages.entry(name.to_vec()).or_default();
        listed.versions.insert(version.to_vec());
        listed.paths.extend_from_slice(path);
        listed.paths.push(b'\n');
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_make_no_sense_own_nothing() {
        let packages = parse(b"a\t1-1\t/x\n\na\t1-1\t/y\tz\nnonsense\nb\t2\n");
        let a = packages.get(b"a".as_slice()).unwrap();
        assert_eq!((packages.len(), a.paths.as_slice(), a.versions.len()), (1, &b"/x\n/y\tz\n"[..], 1));
    }
}
