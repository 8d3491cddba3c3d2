//! The processes that are known to be some program. Plain bookkeeping.

use std::collections::{HashMap, VecDeque};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::deaths::is_over;

/// So many programs that are over are remembered: what they left behind may still run.
const LATE: usize = 256;

/// One program that was started once.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number in the record, when it is there.
    pub id: Option<u32>,
    /// Its file; of a script the script.
    pub file: Vec<u8>,
    /// Its arguments, each ended by a NUL; as far as they are known.
    pub words: Vec<u8>,
}

impl Run {
    /// Tells whether a process with these words, as the kernel tells them, is this program: of a script the kernel puts
    /// the interpreter first, and the script in place of its name.
    fn has(&self, words: &[u8]) -> bool {
        let rest = self.words.iter().position(|byte| *byte == 0).and_then(|end| self.words.get(end..));
        words == self.words
            || rest
                .is_some_and(|rest| words.strip_suffix(rest).is_some_and(|front| front.ends_with(&self.file)))
    }
}

/// A process.
#[derive(Debug)]
pub struct Member {
    /// Which program it is.
    pub run: Arc<Run>,
    /// Whether it became that program; else it was made by one that is it.
    pub is_main: bool,
    /// Its number inside.
    pub inside: Option<u32>,
    /// Tells when it is over.
    pub watch: Option<OwnedFd>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Members {
    by_process: HashMap<u32, Member>,
    /// Programs that are over or were replaced, with their processes, which may still be there.
    late: VecDeque<(u32, Arc<Run>)>,
}

impl Members {
    /// Returns a process.
    pub fn get(&self, process: u32) -> Option<&Member> {
        self.by_process.get(&process)
    }

    /// Returns the program that a process is, or was to its end.
    pub fn run(&self, process: u32) -> Option<Arc<Run>> {
        let late = || self.late.iter().rev().find(|(late, _)| *late == process).map(|(_, run)| run);
        self.get(process).map(|member| &member.run).or_else(late).cloned()
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.by_process.len()
    }

    /// Says what a process is from now on. What it was until now may have left others behind. Of whom nobody would hear the
    /// end nothing is kept: there is no limit to how many those are.
    pub fn put(&mut self, process: u32, mut member: Member) {
        if let Some(mut before) = self.by_process.remove(&process) {
            // Of another process that had the number nothing more is to be heard.
            let watch = before.watch.take().filter(|watch| !is_over(watch));
            member.watch = member.watch.or(watch);
            self.remember(process, &before);
        }
        if member.watch.is_some() {
            self.by_process.insert(process, member);
        }
    }

    /// Forgets a process that is over, but not yet its program.
    pub fn remove(&mut self, process: u32) -> Option<Member> {
        let member = self.by_process.remove(&process)?;
        self.remember(process, &member);
        Some(member)
    }

    fn remember(&mut self, process: u32, member: &Member) {
        if !member.is_main {
            return;
        }
        if self.late.len() >= LATE {
            self.late.pop_front();
        }
        self.late.push_back((process, Arc::clone(&member.run)));
    }

    /// Returns the latest program that is over and was started with these words.
    pub fn left_by(&self, words: &[u8]) -> Option<Arc<Run>> {
        self.late.iter().rev().map(|(_, run)| run).find(|run| run.has(words)).cloned()
    }

    /// Returns the processes that are over.
    pub fn over(&self) -> Vec<u32> {
        let is_dead = |member: &Member| member.watch.as_ref().is_some_and(is_over);
        self.by_process.iter().filter(|(_, member)| is_dead(member)).map(|(process, _)| *process).collect()
    }

    /// Forgets all, and returns those that became a program themselves.
    pub fn drain(&mut self) -> Vec<Member> {
        self.by_process.drain().map(|(_, member)| member).filter(|member| member.is_main).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch() -> Option<OwnedFd> {
        let me = rustix::process::getpid();
        Some(rustix::process::pidfd_open(me, rustix::process::PidfdFlags::empty()).unwrap())
    }

    fn member(id: u32, watch: Option<OwnedFd>) -> Member {
        let run = Run { id: Some(id), file: b"/bin/sh".to_vec(), words: Vec::new() };
        Member { run: Arc::new(run), is_main: true, inside: None, watch }
    }

    #[test]
    fn of_whom_the_end_is_not_heard_nothing_is_kept() {
        let mut members = Members::default();
        (10..5010).for_each(|process| members.put(process, member(process, None)));
        assert_eq!((members.len(), members.late.len()), (0, 0));
        // Whoever becomes another program is still the process that is waited for.
        members.put(7, member(1, watch()));
        members.put(7, member(2, None));
        assert_eq!((members.len(), members.run(7).and_then(|run| run.id)), (1, Some(2)));
        assert!(members.get(7).is_some_and(|member| member.watch.is_some()));
    }

    #[test]
    fn what_was_left_behind_is_known_by_its_words() {
        let mut members = Members::default();
        let run = |id, file: &[u8], words: &[u8]| {
            Arc::new(Run { id: Some(id), file: file.to_vec(), words: words.to_vec() })
        };
        let runs = [
            run(1, b"/usr/bin/daemon", b"daemon\0-d\0"),
            run(2, b"/opt/script", b"script\0-d\0"),
            run(3, b"/usr/bin/daemon", b"daemon\0-d\0"),
        ];
        for (process, one) in (10..).zip(&runs) {
            members
                .put(process, Member { run: Arc::clone(one), is_main: true, inside: None, watch: watch() });
            members.remove(process);
        }
        // A process that said so may make others until it is over.
        assert_eq!(members.run(11).and_then(|run| run.id), Some(2));
        let left = |words: &[u8]| members.left_by(words).and_then(|run| run.id);
        assert_eq!(left(b"daemon\0-d\0"), Some(3));
        assert_eq!(left(b"/bin/sh\0/opt/script\0-d\0"), Some(2));
        assert_eq!(left(b"daemon\0-x\0"), None);
        assert_eq!(left(b"other\0-d\0"), None);
    }
}
