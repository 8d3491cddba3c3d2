//! Random programs in a real overlay: what is told, applied to the host, gives what the program sees; and the live
//! feed tells the same as a scan.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod lab;

use std::time::Duration;

use lab::follow::Follower;
use lab::random::{Dice, act, assert_links, replay};
use lab::{Lab, snapshot};
use see_core::changes::scan;
use see_core::layer::MarkSpace;
use see_core::monitor::Unmonitored;

fn seeds(count: u64) -> std::ops::Range<u64> {
    match std::env::var("ALCATRAZ_TEST_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..count,
    }
}

fn prove(marks: MarkSpace, count: u64) {
    for seed in seeds(count) {
        let mut dice = Dice::new(seed);
        let mut lab = Lab::new(marks);
        let mut story: Vec<_> = (0..30).map(|_| act(&mut dice, &lab.host)).collect();
        story.push("-- session".to_owned());
        lab.mount();
        for round in 0..4 {
            story.extend((0..8).map(|_| act(&mut dice, &lab.view)));
            let (host, view) = (snapshot(&lab.host), snapshot(&lab.view));
            let set = scan(&lab.session(), &Unmonitored).unwrap();
            let tale = || format!("seed {seed} round {round}\n{}\n{set:#?}", story.join("\n"));
            let result = std::panic::catch_unwind(|| {
                assert_links(&set, &lab.path(""), &lab.upper);
                replay(&set, &lab.path(""), &host, &view)
            });
            let result = result.unwrap_or_else(|_| panic!("{}", tale()));
            assert_eq!(result, view, "{}", tale());
        }
    }
}

#[test]
fn changes_applied_to_the_host_give_the_session_in_system_mode() {
    if lab::is_inside("changes_applied_to_the_host_give_the_session_in_system_mode") {
        prove(MarkSpace::Trusted, 300);
    }
}

#[test]
fn changes_applied_to_the_host_give_the_session_in_user_mode() {
    if lab::is_inside("changes_applied_to_the_host_give_the_session_in_user_mode") {
        prove(MarkSpace::User, 80);
    }
}

#[test]
fn changes_applied_to_the_host_give_the_session_of_an_ordinary_user() {
    let name = "changes_applied_to_the_host_give_the_session_of_an_ordinary_user";
    if lab::is_inside_as_ordinary_user(name) {
        prove(MarkSpace::User, 40);
    }
}

#[test]
fn the_live_feed_tells_what_a_scan_tells() {
    if lab::is_inside("the_live_feed_tells_what_a_scan_tells") {
        follow(MarkSpace::Trusted, 40);
    }
}

#[test]
fn the_live_feed_of_an_ordinary_user_tells_what_a_scan_tells() {
    if lab::is_inside_as_ordinary_user("the_live_feed_of_an_ordinary_user_tells_what_a_scan_tells") {
        follow(MarkSpace::User, 15);
    }
}

fn follow(marks: MarkSpace, count: u64) {
    for seed in seeds(count) {
        let mut dice = Dice::new(seed + 1000);
        let mut lab = Lab::new(marks);
        let mut story: Vec<_> = (0..30).map(|_| act(&mut dice, &lab.host)).collect();
        lab.mount();
        story.push("-- session".to_owned());
        let mut follower = Follower::new(&lab);
        for _ in 0..6 {
            let count = 1 + dice.below(12);
            for _ in 0..count {
                story.push(act(&mut dice, &lab.view));
                if dice.below(4) == 0 {
                    std::thread::sleep(Duration::from_millis(dice.below(40)));
                }
            }
            follower.catch_up(&lab, &|| format!("seed {seed}\n{}", story.join("\n")));
        }
    }
}
