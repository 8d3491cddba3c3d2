mod place;
mod room;

use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use super::*;
use crate::cause::{LimitCause, SessionCause};
use crate::commit::record::{CommitRecord, CommitState};
use crate::layer::{Layer, MarkSpace};
use crate::path::HostPath;
use crate::policy::{Policy, Reads};
use crate::session::{Session, SessionState};
use crate::timestamp::Timestamp;

fn host_path(bytes: &[u8]) -> HostPath {
    HostPath::new(bytes).unwrap()
}

fn session(id: &str, name: Option<&str>) -> Session {
    Session {
        id: id.to_owned(),
        name: name.map(str::to_owned),
        state: SessionState::Starting,
        command: vec![b"/bin/echo".to_vec(), b"\xff\n".to_vec(), Vec::new()],
        cwd: host_path(b"/tmp/\xfe"),
        mode: Mode::System,
        owner_uid: 1000,
        run_as: (1000, 100),
        created: Timestamp::now(),
        ended: None,
        exit_status: None,
        why: None,
        layers: vec![Layer {
            index: 0,
            mount_point: host_path(b"/mnt/\xfd"),
            upper: PathBuf::from("/x/upper"),
            work: PathBuf::from("/x/work"),
            room: PathBuf::from("/x"),
            device: u64::MAX,
            same_mount: true,
            marks: MarkSpace::Trusted,
            began: Timestamp::now(),
            mounted: Timestamp::now(),
            masked: vec![host_path(b"/mnt/\xfd/x")],
            unnoted_masks: false,
            covered: None,
            untouched: false,
        }],
        limits: vec![LimitCause::UnlayeredKind { kind: "vfat".to_owned() }.at("/boot")],
        policy: Policy { reads: Reads::Lookups, ..Policy::default() },
        frozen: None,
        near: Vec::new(),
    }
}

fn commit(id: &str, state: CommitState) -> CommitRecord {
    CommitRecord {
        id: id.to_owned(),
        session: "aaaa".to_owned(),
        time: Timestamp::now(),
        command: vec![b"true".to_vec()],
        applied: 3,
        state,
        undid: None,
        undone_by: None,
        has_backup: true,
        backup: 4096,
    }
}

#[test]
fn is_made_closed_and_opens_again_with_the_same_id() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("new/store");
    let store = Store::open(Some(&root)).unwrap();
    assert_eq!(std::fs::metadata(&root).unwrap().permissions().mode() & 0o7777, 0o700);
    assert_eq!(store.id().len(), 8);
    assert!(store.id().bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(Store::open(Some(&root)).unwrap().id(), store.id());
    assert_eq!(std::fs::read_to_string(root.join("version")).unwrap(), format!("{}\n", schema::VERSION));
}

#[test]
fn keeps_every_byte_of_a_session() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    let mut kept = session("abcd", Some("tar it"));
    store.insert_session(&kept).unwrap();
    assert_eq!(store.session("abcd").unwrap(), kept);
    kept.state = SessionState::Running;
    kept.ended = Some(Timestamp::now());
    kept.exit_status = Some(130);
    kept.why = Some(SessionCause::NotRemoved { error: SeeError::internal("A test.") });
    kept.layers.clear();
    store.update_session(&kept).unwrap();
    let again = Store::open(Some(dir.path())).unwrap();
    assert_eq!(again.sessions().unwrap(), [kept]);
}

#[test]
fn finds_by_id_name_and_unique_prefix() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    for (id, name) in [("abc1", None), ("abd2", Some("abc")), ("xyz3", Some("old"))] {
        store.insert_session(&session(id, name)).unwrap();
    }
    let found = |key: &str| store.find_session(key).map(|session| session.id).map_err(|e| e.code);
    assert_eq!(found("abc1").unwrap(), "abc1");
    assert_eq!(found("abc").unwrap(), "abd2", "a name comes before the beginning of an id");
    assert_eq!(found("x").unwrap(), "xyz3");
    assert_eq!(found("ab"), Err(ErrorCode::AmbiguousSession));
    for nothing in ["q", "", "*", "AB", "ab?", "../x"] {
        assert_eq!(found(nothing), Err(ErrorCode::NoSuchSession), "{nothing:?}");
    }
}

#[test]
fn a_name_is_free_again_when_its_session_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    store.insert_session(&session("aaaa", Some("n"))).unwrap();
    assert_eq!(store.insert_session(&session("bbbb", Some("n"))).unwrap_err().code, ErrorCode::NameTaken);
    store.insert_session(&session("dddd", Some("m"))).unwrap();
    assert_eq!(store.update_session(&session("dddd", Some("n"))).unwrap_err().code, ErrorCode::NameTaken);
    assert_eq!(store.sessions().unwrap().len(), 2, "no session was pushed out");
    store.move_session("aaaa", &[SessionState::Starting], SessionState::Aborted).unwrap();
    store.insert_session(&session("bbbb", Some("n"))).unwrap();
    assert_eq!(store.find_session("n").unwrap().id, "bbbb");
    for bad in ["", "-x", " x", "a\nb", "\u{202e}x"] {
        let error = store.insert_session(&session("cccc", Some(bad))).unwrap_err();
        assert_eq!(error.code, ErrorCode::BadRequest, "{bad:?}");
    }
}

#[test]
fn moves_only_from_the_states_that_are_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    store.insert_session(&session("aaaa", None)).unwrap();
    let error = store.move_session("aaaa", &[SessionState::Finished], SessionState::Committing).unwrap_err();
    assert_eq!((error.code, error.facts.get("state")), (ErrorCode::WrongState, Some(&"starting".into())));
    store.finish_session("aaaa", Some(7), None).unwrap();
    store.move_session("aaaa", &[SessionState::Finished], SessionState::Committing).unwrap();
    let kept = store.session("aaaa").unwrap();
    assert_eq!((kept.state, kept.exit_status), (SessionState::Committing, Some(7)));
    assert_eq!(store.finish_session("zzzz", None, None).unwrap_err().code, ErrorCode::NoSuchSession);
}

#[test]
fn a_reason_is_told_and_taken_back_beside_what_others_write() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    store.insert_session(&session("aaaa", Some("name"))).unwrap();
    let other = Store::open(Some(dir.path())).unwrap();
    other.finish_session("aaaa", Some(7), None).unwrap();
    store.set_why("aaaa", &SessionCause::Overrun).unwrap();
    store.clear_why("aaaa", |why| *why == SessionCause::Killed).unwrap();
    let kept = other.session("aaaa").unwrap();
    assert_eq!((kept.state, kept.exit_status), (SessionState::Finished, Some(7)));
    assert_eq!(kept.why, Some(SessionCause::Overrun));
    store.clear_why("aaaa", |why| *why == SessionCause::Overrun).unwrap();
    assert_eq!(other.session("aaaa").unwrap().why, None);
}

#[test]
fn a_lock_has_one_holder_and_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    let lock = store.lock_session("aaaa").unwrap();
    let error = Store::open(Some(dir.path())).unwrap().lock_session("aaaa").unwrap_err();
    assert_eq!(error.code, ErrorCode::SessionBusy);
    assert_eq!(error.facts.get("pid"), Some(&std::process::id().into()));
    let inherited = SessionLock::inherit(lock.as_fd().try_clone_to_owned().unwrap()).unwrap();
    drop(lock);
    assert!(store.lock_session("aaaa").is_err(), "the inherited descriptor still holds it");
    drop(inherited);
    store.lock_session("aaaa").unwrap();
}

#[test]
fn rest_comes_when_the_lock_is_free() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    let lock = store.lock_session("aaaa").unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| store.wait_for_rest("aaaa"));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!waiting.is_finished());
        drop(lock);
        waiting.join().unwrap().unwrap();
    });
    store.lock_session("aaaa").unwrap();
}

#[test]
fn repairs_only_sessions_whose_supervisor_is_dead() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    for id in ["alive", "dead", "unmade"] {
        store.insert_session(&session(id, None)).unwrap();
    }
    for id in ["alive", "dead"] {
        store.move_session(id, &[SessionState::Starting], SessionState::Running).unwrap();
    }
    let _lock = store.lock_session("alive").unwrap();
    assert!(store.repair_dead_sessions().unwrap());
    let state = |id: &str| store.session(id).unwrap().state;
    assert_eq!(state("alive"), SessionState::Running);
    assert_eq!(state("dead"), SessionState::Finished);
    assert_eq!(store.session("dead").unwrap().why, Some(SessionCause::Killed));
    assert_eq!(state("unmade"), SessionState::Broken);
    assert_eq!(store.session("unmade").unwrap().why, Some(SessionCause::KilledEarly));
    assert!(!store.repair_dead_sessions().unwrap());
}

#[test]
fn a_session_is_undone_when_each_of_its_commits_is_and_stays_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    let owner = commit("part1", CommitState::Done).session;
    store.insert_session(&Session { state: SessionState::Committed, ..session(&owner, None) }).unwrap();
    let insert = |id: &str, undid: Option<&str>, undone_by: Option<&str>| {
        let (undid, undone_by) = (undid.map(str::to_owned), undone_by.map(str::to_owned));
        store.update_commit(&CommitRecord { undid, undone_by, ..commit(id, CommitState::Done) }).unwrap();
    };
    let undone = || store.undone_sessions().unwrap().len();
    insert("part1", None, None);
    insert("part2", None, None);
    assert_eq!(undone(), 0);
    insert("part1", None, Some("undo1"));
    insert("undo1", Some("part1"), None);
    assert_eq!(undone(), 0, "a part is still there");
    insert("part2", None, Some("undo2"));
    insert("undo2", Some("part2"), None);
    assert_eq!(undone(), 1);
    insert("undo2", Some("part2"), Some("redo2"));
    insert("redo2", Some("undo2"), None);
    assert_eq!(undone(), 0, "the undo was undone");
    insert("redo2", Some("undo2"), Some("part2"));
    undone();
    insert("undo2", Some("part2"), None);
    assert_eq!(undone(), 1);
    let half = CommitRecord { undid: Some("part2".to_owned()), ..commit("undo2", CommitState::Done) };
    store.update_commit(&CommitRecord { applied: half.applied + 1, ..half }).unwrap();
    assert_eq!(undone(), 0, "a part of it was left as it was");
    insert("undo2", Some("part2"), None);
    store.move_session(&owner, &[SessionState::Committed], SessionState::Finished).unwrap();
    assert_eq!(undone(), 0, "the rest waits for a decision");
}

#[test]
fn keeps_commits_and_settles_them_with_their_session() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    store.insert_session(&session("aaaa", None)).unwrap();
    let mut kept = commit("cafe1", CommitState::Applying);
    store.insert_commit(&kept).unwrap();
    store.insert_commit(&commit("cafe", CommitState::Done)).unwrap();
    assert_eq!(store.unsettled_commits().unwrap(), [kept.clone()]);
    kept.state = CommitState::Done;
    kept.undone_by = Some("cafe".to_owned());
    store.settle(&[&kept], Some(("aaaa", SessionState::Committed))).unwrap();
    assert_eq!(store.commit("cafe1").unwrap(), kept);
    assert_eq!(store.commit("cafe").unwrap().id, "cafe", "a whole id is never ambiguous");
    assert_eq!(store.session("aaaa").unwrap().state, SessionState::Committed);
    assert_eq!(store.commit("caf").unwrap_err().code, ErrorCode::NoSuchCommit);
    assert_eq!(store.commits().unwrap().len(), 2);
    let before = store.commit("cafe1").unwrap();
    kept.applied = 99;
    assert!(store.settle(&[&kept], Some(("nobody", SessionState::Committed))).is_err());
    assert_eq!(store.commit("cafe1").unwrap(), before, "all or nothing");
}

#[test]
fn brings_a_store_of_the_first_format_up_to_date_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    std::fs::create_dir(&root).unwrap();
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::write(root.join("version"), "1\n").unwrap();
    let db = Connection::open(root.join("alcatraz.db")).unwrap();
    db.pragma_update(None, "journal_mode", "WAL").unwrap();
    db.execute_batch(include_str!("../../tests/stores/version-1.sql")).unwrap();
    // Whoever has it open just now is waited for and not disturbed.
    let other = Connection::open(root.join("alcatraz.db")).unwrap();
    drop(db);
    let store = Store::open(Some(&root)).unwrap();
    assert_eq!(store.id(), "793690a7");
    let [waiting, committed] = ["z6de75adm3", "kw7eoe4qfa"].map(|id| store.session(id).unwrap());
    assert_eq!((waiting.state, waiting.name.as_deref()), (SessionState::Finished, Some("old")));
    assert_eq!(waiting.layers[0].upper, Path::new("/srv/store/layers/z6de75adm3/0/upper"));
    assert_eq!(waiting.policy, serde_json::from_str::<Policy>("{}").unwrap());
    assert_eq!((committed.state, committed.exit_status), (SessionState::Committed, Some(0)));
    let [commit] = <[_; 1]>::try_from(store.commits().unwrap()).unwrap();
    assert_eq!((commit.id.as_str(), commit.session.as_str()), ("x6plopdarz", "kw7eoe4qfa"));
    let count: i64 = other.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2);
    // It is of the newest format now, and stays so.
    assert_eq!(std::fs::read_to_string(root.join("version")).unwrap(), format!("{}\n", schema::VERSION));
    let mut changed = waiting;
    changed.policy = Policy { reads: Reads::Lookups, ..Policy::default() };
    store.update_session(&changed).unwrap();
    assert_eq!(Store::open(Some(&root)).unwrap().session("z6de75adm3").unwrap(), changed);
}

#[test]
fn refuses_a_newer_store_and_leaves_it_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(Some(dir.path())).unwrap());
    std::fs::write(dir.path().join("version"), format!("{}\n", schema::VERSION + 1)).unwrap();
    let error = Store::open(Some(dir.path())).unwrap_err();
    assert_eq!(error.code, ErrorCode::StoreTooNew);
    assert_eq!(error.facts.get("found"), Some(&(schema::VERSION + 1).into()));
    std::fs::remove_file(dir.path().join("version")).unwrap();
    let db = Connection::open(dir.path().join("alcatraz.db")).unwrap();
    db.pragma_update(None, "user_version", schema::VERSION + 1).unwrap();
    assert_eq!(Store::open(Some(dir.path())).unwrap_err().code, ErrorCode::StoreTooNew);
}

#[test]
fn many_openers_at_once_make_one_store() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    let ids: Vec<String> = std::thread::scope(|scope| {
        let openers: Vec<_> = (0..16)
            .map(|number| {
                let root = &root;
                scope.spawn(move || {
                    let store = Store::open(Some(root)).unwrap();
                    store.insert_session(&session(&format!("s{number}"), None)).unwrap();
                    store.id().to_owned()
                })
            })
            .collect();
        openers.into_iter().map(|opener| opener.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(Store::open(Some(&root)).unwrap().sessions().unwrap().len(), 16);
}

#[test]
fn tells_of_changes_by_another_connection() {
    let dir = tempfile::tempdir().unwrap();
    let watching = Store::open(Some(dir.path())).unwrap();
    let watch = watching.watch().unwrap();
    while watch.wait(Some(Duration::from_millis(1))) {}
    assert!(!watch.wait(Some(Duration::from_millis(20))));
    let other = Store::open(Some(dir.path())).unwrap();
    let new = session("aaaa", None);
    other.insert_session(&new).unwrap();
    assert!(watch.wait(Some(Duration::from_secs(5))));
    assert_eq!(watching.sessions().unwrap(), std::slice::from_ref(&new));
    // What no record tells is news all the same.
    while watch.wait(Some(Duration::from_millis(1))) {}
    other.tell_of_session("aaaa").unwrap();
    assert!(watch.wait(Some(Duration::from_secs(5))));
    assert_eq!(watching.sessions().unwrap(), std::slice::from_ref(&new));
}

#[test]
fn ids_are_well_formed_and_differ() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    let ids: std::collections::BTreeSet<_> = (0..1000).map(|_| store.new_id().unwrap()).collect();
    assert_eq!(ids.len(), 1000);
    for id in ids {
        assert!(id.len() == 10 && id.starts_with(|c: char| c.is_ascii_lowercase()), "{id}");
    }
}

#[test]
fn reasons_in_the_words_of_before_stay_as_they_were_said() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    store.insert_session(&session("aaaa", None)).unwrap();
    let db = Connection::open(dir.path().join("alcatraz.db")).unwrap();
    let text = r#"UPDATE sessions SET why = 'its supervisor was killed', limits = '[{"path":"/boot","why":"it is read-only"}]'"#;
    db.execute_batch(text).unwrap();
    let kept = store.session("aaaa").unwrap();
    assert_eq!(kept.why, Some(SessionCause::Said { why: "its supervisor was killed".to_owned() }));
    assert_eq!(kept.limits, [LimitCause::Said { why: "it is read-only".to_owned() }.at("/boot")]);
    store.update_session(&kept).unwrap();
    assert_eq!(store.session("aaaa").unwrap(), kept);
}
