//! What a commit of many small files takes, against a plain loop of renames with its writes to the disk. Reported,
//! never asserted.

use std::time::Instant;

use super::bench::{Bench, is_inside};
use crate::layer::MarkSpace;

const FILES: usize = 10_000;

#[test]
fn ten_thousand_small_files() {
    if !is_inside("speed::ten_thousand_small_files") {
        return;
    }
    let make = format!("mkdir -p d; for i in $(seq {FILES}); do echo $i > d/$i; done");
    let plain = Bench::new(MarkSpace::Trusted, &format!("{make}; mkdir new; mv d new/; mkdir d"));
    rustix::fs::sync();
    let begun = Instant::now();
    let dir = |path: &str| std::fs::File::open(plain.host.join(path)).unwrap();
    rustix::fs::syncfs(dir("new/d")).unwrap();
    for number in 1..=FILES {
        let (from, to) = (format!("new/d/{number}"), format!("d/{number}"));
        std::fs::rename(plain.host.join(from), plain.host.join(to)).unwrap();
    }
    dir("d").sync_all().unwrap();
    dir("new/d").sync_all().unwrap();
    let loop_time = begun.elapsed();

    let bench = Bench::session(MarkSpace::Trusted, "mkdir d", &make);
    rustix::fs::sync();
    let begun = Instant::now();
    let outcome = bench.commit().unwrap();
    let commit_time = begun.elapsed();
    let begun = Instant::now();
    bench.undo(&outcome.id).unwrap();
    let undo_time = begun.elapsed();
    println!(
        "{FILES} files: rename loop {loop_time:?}, commit {commit_time:?} ({:.2}x), undo {undo_time:?}",
        commit_time.as_secs_f64() / loop_time.as_secs_f64()
    );
    assert_eq!(usize::try_from(outcome.applied).unwrap(), FILES);
}
