//! The host beside a lab, as facts to compare before and after a scenario: mounts, settings of the kernel, key rings, and what
//! processes and sockets of the lab are left. What other programs of the machine do all the time is not compared.
#![allow(clippy::unwrap_used, reason = "test support")]

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Lab, PATIENCE};

pub type Facts = BTreeMap<String, String>;

/// Settings that are readings: the kernel counts in them.
const COUNTERS: [&str; 12] = [
    "fs/aio-nr",
    "fs/dentry-state",
    "fs/file-nr",
    "fs/inode-nr",
    "fs/inode-state",
    "fs/quota",
    "kernel/ns_last_pid",
    "kernel/pty/nr",
    "kernel/random",
    "kernel/sched_domain",
    "kernel/spl",
    "net/netfilter/nf_conntrack_count",
];
/// Where other programs on the same machine mount what they need.
const OF_OTHERS: [&str; 3] = [" /tmp/", " /var/tmp/", " /home/"];

/// Returns how the host is now; `but`: beginnings of paths below the home that the host itself changes meanwhile.
pub fn facts(lab: &Lab, but: &[&str]) -> Facts {
    let mut facts = Facts::new();
    let base = lab.dir().to_str().unwrap();
    let lines = |path: &str| -> Vec<String> {
        std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
    };
    let is_told = |line: &&String| line.contains(base) || !OF_OTHERS.iter().any(|place| line.contains(place));
    facts.insert("mounts".into(), lines("/proc/self/mountinfo").iter().filter(is_told).cloned().collect());
    // The third word of a key is how often it is used just now.
    let key = |line: &String| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != 2)
            .map(|(_, word)| *word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    facts.insert("keys".into(), lines("/proc/keys").iter().map(key).collect::<Vec<_>>().join("\n"));
    let sockets = lines("/proc/net/unix");
    let mut sockets: Vec<_> = sockets.iter().filter_map(|line| line.split_whitespace().nth(7)).collect();
    sockets.retain(|name| name.starts_with(base));
    sockets.sort_unstable();
    facts.insert("sockets".into(), sockets.join("\n"));
    facts.insert("processes".into(), processes(lab).join("\n"));
    settings(Path::new("/proc/sys"), &mut facts);
    files(lab, &lab.home(), but, &mut facts);
    facts
}

/// Waits until the host is as it was: a session takes its mounts down after it told its end.
pub fn wait_as_before(lab: &Lab, before: &Facts, but: &[&str]) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let differ = differences(before, &facts(lab, but));
        if differ.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "the host is not as it was: {}", differ.join("\n"));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Returns what differs, a line each.
fn differences(before: &Facts, after: &Facts) -> Vec<String> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| before.get(*name) != after.get(*name));
    names
        .iter()
        .map(|name| format!("{name}: {:?} became {:?}", before.get(*name), after.get(*name)))
        .collect()
}

/// The lab's own: their environment names it.
fn processes(lab: &Lab) -> Vec<String> {
    let base = lab.dir().as_os_str().as_bytes();
    let own = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let environment = std::fs::read(entry.path().join("environ")).ok()?;
        let words = std::fs::read(entry.path().join("cmdline")).ok().filter(|words| !words.is_empty())?;
        let is_own = environment.windows(base.len()).any(|part| part == base);
        is_own.then(|| String::from_utf8_lossy(&words).replace('\0', " "))
    });
    let mut own: Vec<String> = own.collect();
    own.sort_unstable();
    own
}

fn settings(dir: &Path, facts: &mut Facts) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        let name = path.strip_prefix("/proc/sys").unwrap().to_str().unwrap().to_owned();
        if COUNTERS.contains(&name.as_str()) || name.ends_with("/stat") {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            settings(&path, facts);
        } else {
            // Some can only be written.
            let value = std::fs::read(&path)
                .map_or_else(|error| error.kind().to_string(), |value| format!("{value:?}"));
            facts.insert(format!("setting {name}"), value);
        }
    }
}

fn files(lab: &Lab, dir: &Path, but: &[&str], facts: &mut Facts) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path: PathBuf = entry.path();
        let name = path.strip_prefix(lab.home()).unwrap().to_str().unwrap().to_owned();
        if path == lab.store() || but.iter().any(|part| name.starts_with(part)) {
            continue;
        }
        let meta = path.symlink_metadata().unwrap();
        let content =
            if meta.is_file() { format!(" {:?}", std::fs::read(&path).unwrap()) } else { String::new() };
        let told =
            format!("{:o} {}:{} {}.{}", meta.mode(), meta.uid(), meta.gid(), meta.mtime(), meta.mtime_nsec());
        facts.insert(format!("file {name}"), told + &content);
        if meta.is_dir() {
            files(lab, &path, but, facts);
        }
    }
}
