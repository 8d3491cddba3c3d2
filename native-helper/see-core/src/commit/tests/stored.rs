//! Files of the store, damaged at will: the record of reads, who made what, the log, bases of merges, the policy and the
//! session's row. Reading them never panics; what makes no sense is an error with a code, and nothing outside changes.

use std::path::PathBuf;

use proptest::prelude::*;

use super::bench::{Bench, SESSION, assert_same, is_inside, look};
use super::fuzz::{canaries, collect, hostile_value, run};
use crate::error::{ErrorCode, Result};
use crate::layer::MarkSpace;
use crate::makers::{MakerLog, Makers};
use crate::merge::bases;
use crate::net::policy::Net;
use crate::policy::{Policy, Reads};
use crate::read_set::access::Access;
use crate::read_set::log as reads;
use crate::record::event::{Event, Kind};
use crate::record::log as record;
use crate::roll::Run;

/// What becomes of some bytes.
#[derive(Clone, Debug)]
enum Damage {
    Set(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Repeat(usize),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let at = any::<usize>;
    let one = prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, value)| Damage::Set(at, value)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => at().prop_map(Damage::Repeat),
    ];
    prop::collection::vec(one, 0..6)
}

fn damage(bytes: &mut Vec<u8>, damages: &[Damage]) {
    for damage in damages {
        let place = |at: &usize| at % (bytes.len() + 1);
        match damage {
            Damage::Set(at, value) => {
                let at = place(at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = *value;
                }
            }
            Damage::Cut(at) => bytes.truncate(place(at)),
            Damage::Insert(at, new) => {
                let at = place(at);
                bytes.splice(at..at, new.iter().copied());
            }
            Damage::Repeat(at) => bytes.extend_from_within(place(at)..),
        }
    }
}

/// Damages what is in the blocks of a log, behind `skip` bytes, and lets their lengths and sums say that all is well.
fn damage_inside(bytes: &[u8], skip: usize, damages: &[Damage]) -> Vec<u8> {
    let (mut whole, mut rest) = (bytes[..skip].to_vec(), &bytes[skip..]);
    while rest.len() > 8 {
        let length = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        let mut body = rest[8..8 + length].to_vec();
        damage(&mut body, damages);
        whole.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
        whole.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        whole.extend_from_slice(&body);
        rest = &rest[8 + length..];
    }
    whole
}

/// Fails for an error that says nothing to a person or a program.
fn is_data<T>(result: Result<T>) -> std::result::Result<(), TestCaseError> {
    if let Err(error) = result {
        prop_assert_ne!(error.code, ErrorCode::Internal, "{:?}", error);
        prop_assert!(!error.message.is_empty() && !error.hint.is_empty(), "{error:?}");
    }
    Ok(())
}

/// A session that has left one file of each kind, whose record of reads and bases a commit goes by.
fn bench() -> (Bench, PathBuf) {
    let bench = Bench::fast_session(
        MarkSpace::Trusted,
        "echo one > log; mkdir d; echo x > d/x; echo r > r",
        "echo two >> log; echo n > n; rm d/x",
    );
    bench.record(&[
        ("log", Access::APPEND),
        ("r", Access::READ),
        ("d", Access::LIST),
        ("n", Access::TRUNCATE),
    ]);
    let dir = bench.store.session_dir(SESSION);
    let makers = MakerLog::open(&dir.join("makers")).unwrap();
    let run = Run { id: Some(1), file: b"/bin/sh".to_vec(), words: Vec::new() };
    makers.hand(&run, b"/a/b");
    makers.moved(&run, b"/a/b", b"/a/c", false, true);
    makers.finish();
    let log = record::Log::open(&dir.join("record")).unwrap();
    log.add(&Event::Dropped { kind: Kind::Network, count: 3 });
    log.finish();
    (bench, dir)
}

#[test]
fn damaged_notes_of_a_session_do_no_harm() {
    if !is_inside("stored::damaged_notes_of_a_session_do_no_harm") {
        return;
    }
    let (bench, dir) = bench();
    let outside = canaries(&bench);
    let log = bench.path("log");
    let crate::read_set::entry::Seen::Object(seen) = super::bench::see(&bench.host.join("log")) else {
        panic!()
    };
    bases::Keeper::new(&dir).keep(&log, &seen);
    let base = std::fs::read_dir(dir.join("bases")).unwrap().next().unwrap().unwrap().path();
    let (reads_at, makers_at, record_at) = (dir.join("reads"), dir.join("makers"), dir.join("record"));
    let whole = [&reads_at, &makers_at, &record_at, &base].map(|path| std::fs::read(path).unwrap());
    let (host, canary) = (bench.has(), look(&outside));
    run(300, (damages(), any::<bool>()), |(damages, inside)| {
        let mut bad = whole.clone();
        bad.iter_mut().for_each(|bytes| damage(bytes, &damages));
        if inside {
            bad[0] = damage_inside(&whole[0], 8, &damages);
            bad[1] = damage_inside(&whole[1], 0, &damages);
        }
        for (path, bytes) in [&reads_at, &makers_at, &record_at, &base].into_iter().zip(&bad) {
            std::fs::write(path, bytes).unwrap();
        }
        let _ = reads::may_be_whole(&reads_at);
        is_data(reads::load(&reads_at))?;
        let _ = Makers::of(&bench.store, SESSION).refresh();
        is_data(record::read(&record_at, 0))?;
        let _ = bases::base(&dir, &log);
        // What the commit would do with them, without doing it.
        let tried = crate::commit::commit(
            &bench.store,
            SESSION,
            &crate::commit::selection::Selection::default(),
            true,
            &crate::monitor::Unmonitored,
        );
        is_data(tried)?;
        // Whoever goes on with them: a program that enters the session.
        is_data(reads::LogWriter::open(&reads_at, reads::Start::GoOn))?;
        is_data(MakerLog::open(&makers_at).map(|log| log.finish()))?;
        is_data(record::Log::open(&record_at).map(|log| log.finish()))?;
        Ok(())
    });
    assert_same("host", &bench.has(), &host);
    assert_same("outside", &look(&outside), &canary);
}

#[test]
fn damaged_policies_are_refused_or_mean_something() {
    let policy = Policy {
        reads: Reads::Lookups,
        net: Net::Full,
        lan: true,
        quota: Some(1),
        hide: vec![crate::path::HostPath::root().to_ref()],
        ..Policy::default()
    };
    let text = serde_json::to_vec(&policy).unwrap();
    run(2000, (damages(), any::<usize>(), hostile_value()), |(damages, leaf, value)| {
        let mut bad = text.clone();
        damage(&mut bad, &damages);
        let mut hostile: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let mut leaves = Vec::new();
        collect(&mut hostile, &mut leaves);
        let at = leaf % leaves.len();
        *leaves[at] = value;
        for bytes in [bad, serde_json::to_vec(&hostile).unwrap()] {
            if let Ok(policy) = serde_json::from_slice::<Policy>(&bytes) {
                let again = serde_json::from_slice::<Policy>(&serde_json::to_vec(&policy).unwrap()).unwrap();
                prop_assert_eq!(again, policy);
            }
        }
        Ok(())
    });
}

#[test]
fn a_damaged_row_of_a_session_is_an_error() {
    if !is_inside("stored::a_damaged_row_of_a_session_is_an_error") {
        return;
    }
    const COLUMNS: [&str; 10] =
        ["state", "command", "cwd", "mode", "created", "ended", "layers", "limits", "policy", "frozen"];
    let (bench, _) = bench();
    let outside = canaries(&bench);
    let (host, canary) = (bench.has(), look(&outside));
    let db = rusqlite::Connection::open(bench.store.root().join("alcatraz.db")).unwrap();
    let value = prop_oneof![
        hostile_value().prop_map(|value| value.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..40),
    ];
    run(300, (prop::sample::select(COLUMNS.to_vec()), value, any::<bool>()), |(column, value, is_text)| {
        let saved: rusqlite::types::Value =
            db.query_row(&format!("SELECT {column} FROM sessions"), [], |row| row.get(0)).unwrap();
        let value = if is_text {
            rusqlite::types::Value::Text(String::from_utf8_lossy(&value).into_owned())
        } else {
            rusqlite::types::Value::Blob(value)
        };
        // What the table itself refuses is no damage.
        let _ = db.execute(&format!("UPDATE sessions SET {column} = ?"), [value]);
        is_data(bench.store.session(SESSION))?;
        is_data(bench.store.sessions())?;
        let tried = crate::commit::commit(
            &bench.store,
            SESSION,
            &crate::commit::selection::Selection::default(),
            true,
            &crate::monitor::Unmonitored,
        );
        is_data(tried)?;
        db.execute(&format!("UPDATE sessions SET {column} = ?"), [saved]).unwrap();
        Ok(())
    });
    assert_same("host", &bench.has(), &host);
    assert_same("outside", &look(&outside), &canary);
    bench.commit().unwrap();
}
