//! What a control group tells of a SEE's use: its processes and memory now, and how often a limit refused something. Reads the
//! kernel's files, knows no policy.

use std::path::{Path, PathBuf};

/// What was read of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What is used now.
    pub used: u64,
    /// How often it was not enough.
    pub hits: u64,
}

/// Reads the number of processes in a group of either version, `inner` below it: older kernels count what was refused where it was
/// tried, newer ones where the limit is.
pub fn processes(group: &Path, inner: &Path) -> Option<Reading> {
    let used = number(&read(group.join("pids.current"))?)?;
    let refused =
        |dir: &Path| read(dir.join("pids.events")).and_then(|text| field(&text, "max")).unwrap_or(0);
    Some(Reading { used, hits: refused(group).saturating_add(refused(inner)) })
}

/// Reads the memory of a group. Files of the page cache go back to the disk when others need their place: they do not count, and
/// are only asked for near the limit, for that costs the kernel more.
pub fn memory(group: &Path, is_second: bool, limit: u64) -> Option<Reading> {
    let [now, events] = match is_second {
        true => ["memory.current", "memory.events"],
        false => ["memory.usage_in_bytes", "memory.oom_control"],
    };
    let mut used = number(&read(group.join(now))?)?;
    if super::nearness::is_near(used, limit) {
        used = kept(used, &read(group.join("memory.stat"))?);
    }
    let events = read(group.join(events)).unwrap_or_default();
    // Who is ended because the whole machine has no memory left did not run out of its own.
    let is_own = match is_second {
        true => field(&events, "oom").is_some_and(|count| count > 0),
        false => {
            read(group.join("memory.failcnt")).and_then(|text| number(&text)).is_some_and(|count| count > 0)
        }
    };
    let hits = field(&events, "oom_kill").filter(|_| is_own).unwrap_or(0);
    Some(Reading { used, hits })
}

/// Returns what is in use without the files of the page cache.
pub fn kept(used: u64, stat: &str) -> u64 {
    let of = |name: &str| field(stat, name).unwrap_or(0);
    used.saturating_sub(of("active_file")).saturating_sub(of("inactive_file"))
}

fn read(file: PathBuf) -> Option<String> {
    std::fs::read_to_string(file).ok()
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// Returns the value of a line `name value`.
fn field(text: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(known, _)| *known == name).and_then(|(_, value)| number(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_read_and_the_page_cache_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let group = dir.path();
        let put = |name: &str, text: &str| std::fs::write(group.join(name), text).unwrap();
        put("memory.current", "1000\n");
        put("memory.stat", "anon 300\ninactive_file 400\nactive_file 200\nshmem 100\n");
        put("memory.events", "low 0\nhigh 0\nmax 9\noom 0\noom_kill 3\n");
        assert_eq!(memory(group, true, 10_000), Some(Reading { used: 1000, hits: 0 }));
        put("memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 3\noom_group_kill 1\n");
        assert_eq!(memory(group, true, 1000), Some(Reading { used: 400, hits: 3 }));
        assert_eq!(memory(group, false, 1000), None);
        put("memory.usage_in_bytes", "900\n");
        put("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        put("memory.failcnt", "7\n");
        assert_eq!(memory(group, false, 1000), Some(Reading { used: 300, hits: 2 }));
        let inner = group.join("in");
        std::fs::create_dir(&inner).unwrap();
        put("pids.current", "12\n");
        put("pids.events", "max 0\n");
        std::fs::write(inner.join("pids.events"), "max 4\n").unwrap();
        assert_eq!(processes(group, &inner), Some(Reading { used: 12, hits: 4 }));
    }
}
