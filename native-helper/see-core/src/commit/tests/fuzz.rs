//! Hostile layers and damaged journals: whatever they say, nothing panics, and nothing outside of the host tree and the
//! session's own places changes.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use rustix::fs::XattrFlags;
use serde_json::Value;

use super::bench::{Bench, SESSION, assert_same, is_inside, look};
use super::cases::SYSTEM;
use super::operations::{Operation, operation};
use crate::commit::{self, journal, record::CommitState};
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::session::SessionState;

pub fn run<T: std::fmt::Debug>(
    cases: u32,
    inputs: impl Strategy<Value = T>,
    test: impl Fn(T) -> Result<(), TestCaseError>,
) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 1000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    match runner.run(&inputs, test) {
        Err(TestError::Fail(why, input)) => panic!("{why}\n{input:#?}"),
        other => other.unwrap(),
    }
}

/// Puts canaries beside the host tree, where paths that lead outside would end.
pub fn canaries(bench: &Bench) -> std::path::PathBuf {
    let outside = bench.dir.path().join("outside");
    std::fs::create_dir_all(outside.join("d")).unwrap();
    std::fs::write(outside.join("canary"), "alive").unwrap();
    std::fs::write(outside.join("d/canary"), "alive").unwrap();
    outside
}

/// One attribute of overlayfs on an object of a layer, with a value that no overlayfs would write.
#[derive(Clone, Debug)]
struct Mark(Operation, &'static str, Vec<u8>);

fn mark() -> impl Strategy<Value = Mark> {
    let name = prop::sample::select(vec![
        "redirect",
        "opaque",
        "origin",
        "metacopy",
        "impure",
        "nlink",
        "upper",
        "whiteout",
        "uuid",
        "protattr",
        "overlay.redirect",
    ]);
    let paths = [
        "../outside",
        "../../outside/canary",
        "/../outside/d",
        "/",
        "",
        ".",
        "..",
        "a/../../outside",
        "/a/b",
        "b",
        "outside",
        "/proc/self/root/etc",
        "a\0b",
        "y",
        "x",
    ];
    let words = prop::sample::select(paths.to_vec()).prop_map(|text| text.as_bytes().to_vec());
    let value = prop_oneof![words, prop::collection::vec(any::<u8>(), 0..64)];
    (operation(), name, value).prop_map(|(at, name, value)| Mark(at, name, value))
}

#[test]
fn hostile_layers_lead_nowhere() {
    if !is_inside("fuzz::hostile_layers_lead_nowhere") {
        return;
    }
    let operations = || prop::collection::vec(operation(), 0..20);
    let inputs = (operations(), operations(), prop::collection::vec(mark(), 1..8), any::<bool>());
    run(200, inputs, |(host, layer, marks, is_user)| {
        let space = if is_user { MarkSpace::User } else { MarkSpace::Trusted };
        let bench = Bench::in_memory(space);
        let outside = canaries(&bench);
        for operation in &host {
            operation.run(&bench.host);
        }
        bench.begin();
        for operation in &layer {
            operation.run(&bench.upper);
        }
        for Mark(at, name, value) in &marks {
            for path in at.paths() {
                let name = format!("{}{name}", space.prefix());
                // Fails where there is nothing, and where the file system allows no such attribute.
                let _ = rustix::fs::lsetxattr(bench.upper.join(path), name, value, XattrFlags::empty());
            }
        }
        std::os::unix::fs::symlink(&outside, bench.upper.join("trap")).unwrap();
        let canaries = look(&outside);
        let before = bench.has();
        match bench.commit() {
            Err(_) => assert_same("host", &bench.has(), &before),
            Ok(outcome) => {
                // The undo may be refused for what the layer claimed, but not by a fault of ours.
                if let Err(error) = bench.undo(&outcome.id) {
                    prop_assert_ne!(error.code, crate::error::ErrorCode::Internal, "{:?}", error);
                }
            }
        }
        assert_same("outside", &look(&outside), &canaries);
        Ok(())
    });
}

/// Returns a journal with one of its values replaced. The trees and rooms stay: they are what it is beneath.
fn damaged(bytes: &[u8], record: usize, leaf: usize, value: &Value) -> Vec<u8> {
    let (magic, mut rest) = bytes.split_at(16);
    let mut records: Vec<Value> = Vec::new();
    while rest.len() > 8 {
        let length = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        records.push(serde_json::from_slice(&rest[8..8 + length]).unwrap());
        rest = &rest[8 + length..];
    }
    let count = records.len();
    let mut leaves = Vec::new();
    collect(&mut records[record % count], &mut leaves);
    if !leaves.is_empty() {
        let at = leaf % leaves.len();
        *leaves[at] = value.clone();
    }
    let mut damaged = magic.to_vec();
    for record in &records {
        let body = serde_json::to_vec(record).unwrap();
        damaged.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
        damaged.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        damaged.extend_from_slice(&body);
    }
    damaged
}

pub fn collect<'v>(value: &'v mut Value, leaves: &mut Vec<&'v mut Value>) {
    match value {
        Value::Object(fields) => {
            let inner = fields.iter_mut().filter(|(name, _)| !matches!(name.as_str(), "bases" | "rooms"));
            inner.for_each(|(_, field)| collect(field, leaves));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| collect(item, leaves)),
        leaf => leaves.push(leaf),
    }
}

pub fn hostile_value() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec![
        "../outside/canary",
        "../../outside",
        "/outside",
        "..",
        ".",
        "",
        "/",
        "d/../../outside/d",
        "d//f",
        "d/",
        "\u{0}",
        "=AAAA",
        "==",
        "Create",
        "File",
        "Directory",
    ]);
    let numbers = [0, 1, 2, 3, u64::from(u16::MAX), u64::from(u32::MAX), u64::MAX];
    prop_oneof![
        text.prop_map(Value::from),
        prop::sample::select(numbers.to_vec()).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
    ]
}

#[test]
fn damaged_journals_lead_nowhere() {
    if !is_inside("fuzz::damaged_journals_lead_nowhere") {
        return;
    }
    let damages = prop::collection::vec((any::<usize>(), any::<usize>(), hostile_value()), 1..4);
    let inputs = (0..SYSTEM.len(), damages, any::<bool>(), any::<bool>());
    run(200, inputs, |(case, damages, is_cut_off, is_undone)| {
        let bench = Bench::fast_session(MarkSpace::Trusted, SYSTEM[case].0, SYSTEM[case].1);
        let outside = canaries(&bench);
        let outcome = bench.commit().map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        let path = journal::journal_path(&commit::commit_dir(&bench.store, &outcome.id));
        if !path.exists() {
            return Ok(());
        }
        let mut bytes = std::fs::read(&path).unwrap();
        for (record, leaf, value) in &damages {
            bytes = damaged(&bytes, *record, *leaf, value);
        }
        if is_cut_off {
            // As if it had been killed before the last record.
            let applied = bytes.windows(9).rposition(|window| window == b"{\"Applied").unwrap();
            bytes.truncate(applied - 8);
        }
        std::fs::write(&path, &bytes).unwrap();
        let canaries = look(&outside);
        if is_undone {
            let _ = bench.undo(&outcome.id);
        } else {
            let mut record = bench.store.commit(&outcome.id).unwrap();
            record.state = CommitState::Applying;
            bench.store.settle(&[&record], Some((SESSION, SessionState::Committing))).unwrap();
            // It may well be unable to make sense of it; then it says so.
            commit::recover(&bench.store, &Unmonitored).unwrap();
        }
        assert_same("outside", &look(&outside), &canaries);
        Ok(())
    });
}

#[test]
fn random_bytes_are_no_journal() {
    let inputs = prop::collection::vec(any::<u8>(), 0..400);
    run(2000, inputs, |bytes| {
        let mut whole = b"alcatraz jrnl 1\n".to_vec();
        whole.extend_from_slice(&bytes);
        prop_assert_eq!(journal::parse(&whole).0, None);
        prop_assert_eq!(journal::parse(&bytes).0, None);
        Ok(())
    });
}
