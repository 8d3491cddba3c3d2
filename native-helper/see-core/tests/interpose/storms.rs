//! Many calls at once, hostile ones, and programs that are killed within them.

use see_core::interpose::calls::Level;
use see_core::read_set::access::Access;

use super::tracking::{self, See, compile};
use super::{entry, host, shell};

#[test]
fn a_storm_of_signals_does_not_stop_it() {
    let see = See::new();
    let program = compile(&see.host(), "storm", include_str!("../tracking/storm.c"), &["-pthread"]);
    let ran = see.run(Some(Level::Opens), &[program.to_str().unwrap()]);
    assert!(ran.status.success(), "{:?}", ran.status);
    assert!(ran.output.contains("opened 20000"), "{}", ran.output);
    assert!(ran.took < std::time::Duration::from_secs(60), "{:?}", ran.took);
}

#[test]
fn hostile_arguments_do_no_harm() {
    let see = See::new();
    std::fs::write(see.host().join("after"), "").unwrap();
    let program = compile(&see.host(), "hostile", include_str!("../tracking/hostile.c"), &["-pthread"]);
    let ran = see.run(Some(Level::Opens), &[program.to_str().unwrap()]);
    assert!(ran.status.success(), "{:?} {}", ran.status, ran.output);
    assert!(entry(&ran, &see.path("after")).access.has(Access::READ));
}

#[test]
fn killed_in_the_middle_of_calls() {
    let see = See::new();
    let script = "i=0; while [ $i -lt 200 ]; do (while :; do : < /etc/passwd; : < none$i; done) & p=$!; kill -9 $p; \
                  i=$((i+1)); done; wait; cat /etc/hosts >/dev/null";
    let ran = shell(&see, script);
    assert!(entry(&ran, &host("/etc/hosts")).access.has(Access::READ));
}

#[test]
fn many_short_processes_at_once() {
    let see = See::new();
    std::fs::write(see.host().join("in"), "text").unwrap();
    let mut makefile = String::from("all:");
    for i in 0..400 {
        makefile += &format!(" t{i}");
    }
    for i in 0..400 {
        makefile += &format!("\nt{i}: in\n\tcat in > t{i}");
    }
    std::fs::write(see.host().join("Makefile"), makefile + "\n").unwrap();
    let ran = see.run(Some(Level::Opens), &["make", "-s", "-j8"]);
    assert!(ran.status.success());
    assert!(entry(&ran, &see.path("in")).access.has(Access::READ));
    assert!((0..400).all(|i| entry(&ran, &see.path(&format!("t{i}"))).is_blind()));
    assert!(ran.reads.entries().len() < 2000, "{}", ran.reads.entries().len());
}

#[test]
fn what_runs_ends_when_nobody_can_answer_any_more() {
    use std::os::unix::process::ExitStatusExt as _;
    let process = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
    assert_eq!(tracking::without_listener(process).signal(), Some(9));
}
