use super::*;
use crate::read_set::access::Access;
use crate::read_set::entry::Looker;

struct Fake {
    now: Now,
    names: Option<NamesDigest>,
}

impl Host for Fake {
    fn now(&mut self, _path: &HostPath) -> Now {
        self.now
    }
    fn names(&mut self, _path: &HostPath) -> Option<NamesDigest> {
        self.names
    }
}

const T: Moment = Moment(1000);

fn object(ino: u64, kind: FileType, mtime: i64, ctime: i64) -> Object {
    Object { device: 1, ino, kind, size: 5, mtime: Moment(mtime), ctime: Moment(ctime) }
}

fn file(mtime: i64, ctime: i64) -> Object {
    object(1, FileType::File, mtime, ctime)
}

fn dir(mtime: i64) -> Object {
    object(2, FileType::Directory, mtime, mtime)
}

fn digest(names: &[&str]) -> NamesDigest {
    let mut digest = NamesDigest::default();
    names.iter().for_each(|name| digest.add(name.as_bytes(), rustix::fs::FileType::RegularFile));
    digest
}

fn verdict(
    access: Access,
    seen: Seen,
    then: Option<NamesDigest>,
    now: Now,
    names: Option<NamesDigest>,
) -> Option<ConflictReason> {
    let mut set = ReadSet::default();
    set.note(HostPath::root(), access, seen, T, Looker { thread: 1, program: 0 });
    let mut entry = set.entries()[0].clone();
    entry.names = then;
    judge(&entry, &mut Fake { now, names }).map(|breach| breach.reason)
}

#[test]
fn files_and_names() {
    use ConflictReason::{NameAppeared, NameVanished, ReadThenChanged, TypeChanged};
    let old = file(500, 600);
    let seen = Seen::Object(old);
    let (read, blind, lookup, append) = (Access::READ, Access::TRUNCATE, Access::LOOKUP, Access::APPEND);
    let other_inode = object(9, FileType::File, 500, 600);
    let cases = [
        ("unchanged", read, seen, Now::Object(old), None),
        ("content changed since", read, seen, Now::Object(file(2000, 2000)), Some(ReadThenChanged)),
        ("attributes changed since", read, seen, Now::Object(file(500, 2000)), Some(ReadThenChanged)),
        ("clock set back, still changed", read, seen, Now::Object(file(300, 400)), Some(ReadThenChanged)),
        ("size differs", read, seen, Now::Object(Object { size: 6, ..old }), Some(ReadThenChanged)),
        ("another file system", read, seen, Now::Object(Object { device: 2, ..old }), Some(ReadThenChanged)),
        ("another inode with the same stamps", read, seen, Now::Object(other_inode), Some(ReadThenChanged)),
        (
            "changed before the first read only",
            read,
            Seen::Object(file(990, 990)),
            Now::Object(file(990, 990)),
            None,
        ),
        ("a tie", read, Seen::Object(file(1000, 1000)), Now::Object(file(1000, 1000)), Some(ReadThenChanged)),
        ("mtime in the future", read, Seen::Object(file(9999, 600)), Now::Object(file(9999, 600)), None),
        ("executed, then changed", Access::EXEC, seen, Now::Object(file(2000, 2000)), Some(ReadThenChanged)),
        ("appended, then changed", append, seen, Now::Object(file(2000, 2000)), Some(ReadThenChanged)),
        (
            "written in place, then changed",
            Access::WRITE,
            seen,
            Now::Object(file(2000, 2000)),
            Some(ReadThenChanged),
        ),
        ("stat, then changed", Access::STAT, seen, Now::Object(file(2000, 2000)), Some(ReadThenChanged)),
        ("read, then gone", read, seen, Now::Absent, Some(NameVanished)),
        ("read, now a directory", read, seen, Now::Object(dir(2000)), Some(TypeChanged)),
        ("read, now behind a symlink", read, seen, Now::Unknown, Some(ReadThenChanged)),
        ("read, now what we committed", read, seen, Now::Ours, None),
        ("blind, changed", blind, seen, Now::Object(file(2000, 2000)), None),
        ("blind, gone", blind, seen, Now::Absent, None),
        ("blind on nothing, appeared", blind, Seen::Absent, Now::Object(file(2000, 2000)), None),
        ("emptied without creating, changed", blind | lookup, seen, Now::Object(file(2000, 2000)), None),
        ("emptied without creating, gone", blind | lookup, seen, Now::Absent, Some(NameVanished)),
        ("name only, content changed", lookup, seen, Now::Object(file(2000, 2000)), None),
        ("name only, replaced", lookup, seen, Now::Object(other_inode), None),
        ("name only, gone", lookup, seen, Now::Absent, Some(NameVanished)),
        ("absent, still", read, Seen::Absent, Now::Absent, None),
        ("absent, appeared", read, Seen::Absent, Now::Object(file(2000, 2000)), Some(NameAppeared)),
        ("absent, appeared with old stamps", read, Seen::Absent, Now::Object(file(1, 2)), Some(NameAppeared)),
        ("absent, now behind a symlink", read, Seen::Absent, Now::Unknown, Some(NameAppeared)),
        ("made exclusively, appeared", Access::EXCLUSIVE, Seen::Absent, Now::Object(old), Some(NameAppeared)),
    ];
    for (what, access, seen, now, wanted) in cases {
        assert_eq!(verdict(access, seen, None, now, None), wanted, "{what}");
    }
}

#[test]
fn directories() {
    use ConflictReason::{NameAppeared, NameVanished, ReadThenChanged, TypeChanged};
    let old = dir(500);
    let seen = Seen::Object(old);
    let (list, lookup) = (Access::LIST, Access::LOOKUP);
    let (ab, abc, ac, a) =
        (digest(&["a", "b"]), digest(&["a", "b", "c"]), digest(&["a", "c"]), digest(&["a"]));
    let replaced = object(7, FileType::Directory, 500, 500);
    let cases = [
        ("listed, unchanged", list, old, None, Now::Object(old), None, None),
        ("listed, a name more", list, old, Some(ab), Now::Object(dir(2000)), Some(abc), Some(NameAppeared)),
        ("listed, a name less", list, old, Some(ab), Now::Object(dir(2000)), Some(a), Some(NameVanished)),
        ("listed, a name renamed", list, old, Some(ab), Now::Object(dir(2000)), Some(ac), Some(NameAppeared)),
        ("listed, came and went", list, old, Some(ab), Now::Object(dir(2000)), Some(ab), None),
        ("listed, names then unknown", list, old, None, Now::Object(dir(2000)), Some(ab), Some(NameAppeared)),
        ("listed, names now unknown", list, old, Some(ab), Now::Object(dir(2000)), None, Some(NameAppeared)),
        (
            "listed in a tick of change",
            list,
            dir(1000),
            None,
            Now::Object(dir(1000)),
            Some(ab),
            Some(NameAppeared),
        ),
        ("entered only, changed inside", lookup, old, None, Now::Object(dir(2000)), None, None),
        ("opened only, changed inside", lookup | Access::OPEN, old, None, Now::Object(dir(2000)), None, None),
        ("entered only, replaced", lookup, old, None, Now::Object(replaced), None, Some(ReadThenChanged)),
        ("listed, replaced", list, old, Some(ab), Now::Object(replaced), Some(ab), Some(ReadThenChanged)),
        ("listed, gone", list, old, None, Now::Absent, None, Some(NameVanished)),
        ("listed, now a file", list, old, None, Now::Object(file(1, 1)), None, Some(TypeChanged)),
    ];
    assert_eq!(seen, Seen::Object(old));
    for (what, access, then, before, now, names, wanted) in cases {
        assert_eq!(verdict(access, Seen::Object(then), before, now, names), wanted, "{what}");
    }
}

#[test]
fn what_a_change_rests_on() {
    let mut set = ReadSet::default();
    let path = |name: &str| HostPath::new(name.as_bytes()).unwrap();
    let by = Looker { thread: 1, program: 0 };
    set.note(path("/blind"), Access::TRUNCATE, Seen::Absent, T, by);
    set.note(path("/read"), Access::READ, Seen::Absent, T, by);
    assert_eq!(basis(None, &path("/read")), Basis::Unrecorded);
    assert_eq!(basis(Some(&set), &path("/other")), Basis::Unrecorded);
    assert_eq!(basis(Some(&set), &path("/blind")), Basis::Blind);
    assert!(matches!(basis(Some(&set), &path("/read")), Basis::Seen(_)));
    let breaches = breaches(&set, &mut Fake { now: Now::Object(file(1, 1)), names: None });
    assert_eq!(breaches.len(), 1);
}
