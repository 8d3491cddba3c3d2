//! Judges many names by two threads: work is cut into waves, whose verdicts fit in memory, and waves into stretches,
//! which the threads share.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::entry::DirKey;
use super::ground::scan_error;
use super::judge::Judge;
use super::verdict::{OpenDir, Verdict};
use crate::error::{Result, SeeError};

/// A directory that is open, and names in it.
pub type Listed = (DirKey, OpenDir, Vec<Box<[u8]>>);

/// How many names are judged before their verdicts are taken in.
const WAVE: usize = 8192;

/// With fewer names a second thread costs more than it helps.
const WORTH_A_THREAD: usize = 512;

/// A stretch of the names of one directory: index of the directory, first name, one behind the last.
type Stretch = (usize, usize, usize);

/// A verdict on one name: index of the directory, name, verdict.
type Judged = (usize, Box<[u8]>, Verdict);

/// Cuts the work into waves of stretches.
pub fn waves(work: &[Listed]) -> Vec<Vec<Stretch>> {
    let mut waves = Vec::new();
    let mut wave = Vec::new();
    let mut room = WAVE;
    for (at, (_, _, names)) in work.iter().enumerate() {
        let mut from = 0;
        while from < names.len() {
            if room == 0 {
                waves.push(std::mem::take(&mut wave));
                room = WAVE;
            }
            // Short enough for two threads to share a wave evenly.
            let to = names.len().min(from + room.min(WAVE / 16));
            room -= to - from;
            wave.push((at, from, to));
            from = to;
        }
    }
    waves.push(wave);
    waves
}

/// Judges the names of a wave. The order of the verdicts says nothing.
pub fn judge_wave(judge: &Judge<'_>, work: &[Listed], wave: &[Stretch]) -> Result<Vec<Judged>> {
    let next = AtomicUsize::new(0);
    let share = || {
        let mut verdicts = Vec::new();
        while let Some((at, from, to)) = wave.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Some((_, open, names)) = work.get(*at) else { continue };
            let source = judge.ground.source(open.layer)?;
            for name in names.get(*from..*to).unwrap_or_default() {
                let verdict = judge.judge(source, open, name);
                let verdict = verdict.map_err(|errno| scan_error(&open.view.join(name), errno))?;
                verdicts.push((*at, name.clone(), verdict));
            }
        }
        Ok(verdicts)
    };
    let names: usize = wave.iter().map(|(_, from, to)| to - from).sum();
    if names < WORTH_A_THREAD {
        return share();
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(share);
        let mut verdicts = share()?;
        let theirs = other.join().map_err(|_| SeeError::internal("A scanning thread failed."))??;
        verdicts.extend(theirs);
        Ok(verdicts)
    })
}
