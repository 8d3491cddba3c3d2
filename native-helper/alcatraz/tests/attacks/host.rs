//! The host, whole, as facts to compare before and after: its mounts, processes, sockets, names and key rings. The
//! canaries add their own.

use std::collections::BTreeSet;

use crate::canaries::{Canary, Facts};

/// Returns how everything is now.
pub fn facts(canaries: &[Box<dyn Canary>]) -> Facts {
    let mut facts = Facts::new();
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    facts.insert("mounts".to_owned(), read("/proc/self/mountinfo"));
    facts.insert("processes".to_owned(), processes().join("\n"));
    for table in ["unix", "tcp", "udp", "tcp6", "udp6", "raw", "packet"] {
        facts.insert(format!("sockets/{table}"), sockets(table));
    }
    facts.insert("name".to_owned(), read("/proc/sys/kernel/hostname") + &read("/proc/sys/kernel/domainname"));
    for canary in canaries {
        canary.tell(&mut facts);
    }
    facts
}

/// Returns what differs, a line each.
pub fn differences(before: &Facts, after: &Facts) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    differs.map(|name| format!("{name}: {}", difference(before.get(name), after.get(name)))).collect()
}

/// Returns the lines that only one of two facts has.
fn difference(before: Option<&String>, after: Option<&String>) -> String {
    let lines = |fact: Option<&String>| -> BTreeSet<String> {
        fact.map(|fact| fact.lines().map(str::to_owned).collect()).unwrap_or_default()
    };
    let (before, after) = (lines(before), lines(after));
    let only = |these: &BTreeSet<String>, others: &BTreeSet<String>| -> Vec<String> {
        these.difference(others).cloned().collect()
    };
    format!("{:?} became {:?}", only(&before, &after), only(&after, &before))
}

/// Returns the processes of this machine: number and command line.
pub fn processes() -> Vec<String> {
    let numbers = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let mut all: Vec<u32> = numbers.collect();
    all.sort_unstable();
    let told = all.into_iter().filter_map(|number| {
        let words = std::fs::read(format!("/proc/{number}/cmdline")).ok()?;
        // Kernel threads and the dead have none. A supervisor unmounts after it told the end, which takes the disk a while.
        let counts = !words.is_empty() && !words.starts_with(b"alcatraz\0supervise\0");
        counts.then(|| format!("{number} {}", String::from_utf8_lossy(&words).replace('\0', " ")))
    });
    told.collect()
}

/// Returns the sockets that are bound, without what changes by itself.
fn sockets(table: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
    let rows = text.lines().skip(1).filter_map(|row| {
        let columns: Vec<&str> = row.split_whitespace().collect();
        match table {
            "unix" => columns.get(7).map(|name| (*name).to_owned()),
            "packet" => columns.get(3).map(|protocol| (*protocol).to_owned()),
            _ => Some(format!("{} {}", columns.get(1)?, columns.get(3)?)),
        }
    });
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    if table == "unix" {
        // Each connection to a server bears its name, and lasts a moment longer than who asked.
        rows.dedup();
    }
    rows.join("\n")
}
