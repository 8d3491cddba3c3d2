//! What the kernel tells of a process or thread. Their numbers are this process's. What the process itself may choose (its
//! name, its words, its groups) is hostile, and read no further than it can be used.

use std::fs::File;
use std::io::Read as _;

/// No words that anybody is known by are longer: see [`super::arguments`].
const MOST_WORDS: u64 = 8192;
/// What the kernel tells is seldom longer.
const USUAL_TEXT: usize = 4096;

/// Facts of one thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its process.
    pub process: u32,
    /// The process that made its process, or took it over.
    pub parent: u32,
    /// The number of its process inside.
    pub inside: Option<u32>,
    /// User and group that count for files.
    pub ids: (u32, u32),
    /// Its other groups.
    pub groups: Vec<u32>,
    /// Its effective capabilities.
    pub capabilities: u64,
}

impl Facts {
    /// Returns the facts of a thread that is there.
    pub fn of(thread: u32) -> Option<Self> {
        Self::parse(&String::from_utf8_lossy(&tell(thread, "status")?))
    }

    fn parse(status: &str) -> Option<Self> {
        let mut facts = Self::default();
        for line in status.lines() {
            let Some((name, value)) = line.split_once(':') else { continue };
            let mut numbers = value.split_ascii_whitespace().filter_map(|number| number.parse::<u32>().ok());
            match name {
                "Tgid" => facts.process = numbers.next()?,
                "PPid" => facts.parent = numbers.next()?,
                // Ours, the SEE's, and of name spaces further in. Only who is in none has ours alone.
                "NStgid" => {
                    let ours = numbers.next();
                    facts.inside = numbers.next().or(ours);
                }
                "Uid" => facts.ids.0 = numbers.nth(3)?,
                "Gid" => facts.ids.1 = numbers.nth(3)?,
                "Groups" => facts.groups = numbers.collect(),
                "CapEff" => facts.capabilities = u64::from_str_radix(value.trim(), 16).ok()?,
                _ => {}
            }
        }
        (facts.process != 0).then_some(facts)
    }

    /// Tells whether it has a capability.
    pub fn has(&self, capability: u8) -> bool {
        self.capabilities >> capability & 1 == 1
    }
}

/// Returns what a file of the kernel's says of a thread, with as few reads as it takes: its size is not known before.
fn tell(thread: u32, file: &str) -> Option<Vec<u8>> {
    let file = File::open(format!("/proc/{thread}/{file}")).ok()?;
    let mut told = Vec::with_capacity(USUAL_TEXT);
    file.take(u64::MAX).read_to_end(&mut told).ok()?;
    Some(told)
}

/// Returns the wait status of a process that is over but not yet collected; `None` when it cannot be told.
pub fn wait_status(process: u32) -> Option<i32> {
    let stat = tell(process, "stat")?;
    let stat = String::from_utf8_lossy(&stat);
    // The name may hold anything, also brackets and blanks.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let is_over = matches!(fields.next()?, "Z" | "X");
    fields.next_back().filter(|_| is_over)?.parse().ok()
}

/// Returns the words that a process says it was started with, each ended by a NUL; `None` when it tells none, or more than
/// anybody is known by: it may have laid them over all its memory.
pub fn words(process: u32) -> Option<Vec<u8>> {
    let file = File::open(format!("/proc/{process}/cmdline")).ok()?;
    let mut words = Vec::new();
    file.take(MOST_WORDS + 1).read_to_end(&mut words).ok()?;
    (1..=MOST_WORDS).contains(&(words.len() as u64)).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_of_this_process() {
        let me = std::process::id();
        let facts = Facts::of(me).unwrap();
        assert_eq!((facts.process, facts.inside.is_some()), (me, true));
        assert_eq!(facts.ids.0, rustix::process::geteuid().as_raw());
        assert_eq!(facts.has(0), rustix::process::geteuid().is_root());
        assert_eq!(Facts::of(u32::MAX), None);
        assert_eq!(wait_status(me), None);
    }

    #[test]
    fn a_number_inside_is_the_sessions_own_also_further_in() {
        let inside = |told: &str| Facts::parse(&format!("Tgid:\t7\nNStgid:\t{told}\n")).unwrap().inside;
        assert_eq!(["7", "7\t3", "7\t3\t1"].map(inside), [Some(7), Some(3), Some(3)]);
    }

    #[test]
    fn a_process_that_is_over_tells_how_it_ended() {
        let mut child = std::process::Command::new("/bin/sh").args(["-c", "exit 3"]).spawn().unwrap();
        rustix::process::waitid(
            rustix::process::WaitId::Pid(rustix::process::Pid::from_child(&child)),
            rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT,
        )
        .unwrap();
        assert_eq!(wait_status(child.id()), Some(3 << 8));
        child.wait().unwrap();
    }

    #[test]
    fn words_without_end_are_nobodys() {
        let of = |argument: &str| {
            let mut command = std::process::Command::new("/bin/sh");
            command.args(["-c", "echo; read x"]).args(vec![argument; 8]);
            let piped = std::process::Stdio::piped;
            let mut child = command.stdin(piped()).stdout(piped()).spawn().unwrap();
            // Once it says something it is the program.
            child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
            let words = words(child.id());
            drop(child.stdin.take());
            child.wait().unwrap();
            words
        };
        assert!(of("few").is_some_and(|words| words.starts_with(b"/bin/sh\0-c\0echo; read x\0few\0")));
        assert_eq!(of(&"many".repeat(10_000)), None);
    }

    #[test]
    fn a_name_that_is_no_text_hides_nothing() {
        let told = std::thread::spawn(|| {
            rustix::thread::set_name(c"\xff\xfe").unwrap();
            Facts::of(rustix::thread::gettid().as_raw_nonzero().get() as u32)
        });
        assert_eq!(told.join().unwrap().map(|facts| facts.process), Some(std::process::id()));
    }
}
