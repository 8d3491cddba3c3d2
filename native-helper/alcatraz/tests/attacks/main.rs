//! The attack suite: programs that try to get out of a SEE, by the ways that others have fallen to. Each is run
//! natively first, where it must do its harm to a canary, and then inside, in both privilege modes, where it must not.
//! A row of `table/` and a small file in `programs/` make an attack.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_in_result,
    reason = "tests"
)]
#![allow(missing_docs, reason = "tests")]

mod attack;
mod canaries;
#[path = "../engine_lab/mod.rs"]
mod engine_lab;
mod host;
mod machine;
mod range;
mod table;
mod tools;

use std::collections::BTreeSet;

use attack::Attack;
use range::{Area, try_area};

/// Every area by the name of its test.
const AREAS: &[(&str, &Area)] = &[
    ("files", &table::files::AREA),
    ("processes", &table::processes::AREA),
    ("devices", &table::devices::AREA),
    ("kernel", &table::kernel::AREA),
    ("ipc", &table::ipc::AREA),
    ("sockets", &table::sockets::AREA),
    ("terminal", &table::terminal::AREA),
    ("display", &table::display::AREA),
    ("network", &table::network::AREA),
    ("secrets", &table::secrets::AREA),
    ("resources", &table::resources::AREA),
    ("again", &table::again::AREA),
];

fn area(name: &str) {
    if machine::enter(name) {
        let (_, area) = AREAS.iter().find(|(known, _)| *known == name).unwrap();
        try_area(area);
    }
}

#[test]
fn files() {
    area("files");
}

#[test]
fn processes() {
    area("processes");
}

#[test]
fn devices() {
    area("devices");
}

#[test]
fn kernel() {
    area("kernel");
}

#[test]
fn ipc() {
    area("ipc");
}

#[test]
fn sockets() {
    area("sockets");
}

#[test]
fn terminal() {
    area("terminal");
}

#[test]
fn display() {
    area("display");
}

#[test]
fn network() {
    area("network");
}

#[test]
fn secrets() {
    area("secrets");
}

#[test]
fn resources() {
    area("resources");
}

#[test]
fn again() {
    area("again");
}

#[test]
fn the_suite_is_whole() {
    let all: Vec<&Attack> = AREAS.iter().flat_map(|(_, area)| area.attacks).collect();
    assert!(all.len() >= 100, "only {} attacks", all.len());
    let names: BTreeSet<&str> = all.iter().map(|attack| attack.name).collect();
    assert_eq!(names.len(), all.len(), "two attacks have one name");
    assert!(all.iter().all(|attack| !attack.source.is_empty()));
    let files = std::fs::read_dir(tools::source_dir()).unwrap();
    let files: BTreeSet<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let used: BTreeSet<String> = all.iter().map(|attack| attack.program.to_owned()).collect();
    let helpers = ["attack.h", "victim.c", "scribble.c"].map(str::to_owned);
    let unused: Vec<&String> = files.difference(&used).filter(|file| !helpers.contains(file)).collect();
    assert!(unused.is_empty(), "no attack uses {unused:?}");
}
