//! Scans of real overlays: every kind of change to every type of object, told as a person would.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod lab;

use lab::Lab;
use see_core::change::{Aspect, ChangeKind, FileType};
use see_core::changes::found::{ChangeSet, UpperState};
use see_core::layer::MarkSpace;
use see_core::monitor::Unmonitored;

/// Returns the rows as lines: `kind path [<- from] [aspects]`, relative to the host tree.
fn lines(lab: &Lab, set: &ChangeSet) -> Vec<String> {
    let root = lab.path("");
    let short =
        |path: &see_core::path::HostPath| String::from_utf8_lossy(path.below(&root).unwrap()).into_owned();
    let line = |found: &see_core::changes::found::Found| {
        let change = &found.change;
        let mut line = format!("{:?} {}", change.kind, short(&change.path)).to_lowercase();
        if let Some(from) = &change.from {
            line += &format!(" <- {}", short(from));
        }
        if !change.aspects.is_empty() {
            let aspects: Vec<_> = change.aspects.iter().map(|a| format!("{a:?}").to_lowercase()).collect();
            line += &format!(" [{}]", aspects.join(" "));
        }
        line
    };
    set.found.iter().map(line).collect()
}

fn scan(lab: &Lab) -> ChangeSet {
    let set = see_core::changes::scan(&lab.session(), &Unmonitored).unwrap();
    assert!(set.found.windows(2).all(|pair| pair[0].change.path < pair[1].change.path), "{set:?}");
    for found in &set.found {
        let absent = found.state == UpperState::Absent;
        assert_eq!(absent, found.upper.is_none(), "{found:?}");
        assert_eq!(absent, found.change.kind == ChangeKind::Deleted, "{found:?}");
        if let Some(upper) = &found.upper {
            assert!(std::fs::symlink_metadata(lab.upper.join(upper)).is_ok(), "{found:?}");
        }
        assert!(found.change.aspects.is_sorted(), "{found:?}");
    }
    set
}

/// One case: host tree, what the program does, what is told.
struct Case(&'static str, &'static str, &'static [&'static str]);

fn check(marks: MarkSpace, cases: &[Case]) {
    let mut wrong = String::new();
    for Case(host, program, expected) in cases {
        let mut lab = Lab::new(marks);
        lab.on_host(host);
        lab.mount();
        lab.run(program);
        let live = lines(&lab, &scan(&lab));
        lab.unmount();
        let finished = lines(&lab, &scan(&lab));
        for (when, told) in [("live", live), ("finished", finished)] {
            if told != *expected {
                wrong += &format!("{when}: {host} / {program}\n  {told:?}\n  expected {expected:?}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What overlayfs tells in both privilege modes.
const BOTH: &[Case] = &[
    // created
    Case("", "echo hi > f", &["created f"]),
    Case("", "mkdir -p d/e; echo > d/e/f", &["created d", "created d/e", "created d/e/f"]),
    Case("mkdir d", "echo > d/f; ln -s f d/l; mkfifo d/p", &["created d/f", "created d/l", "created d/p"]),
    Case("", "echo > a; mv a b", &["created b"]),
    Case("", "echo > a; rm a", &[]),
    // modified
    Case("echo a > f", "echo b > f", &["modified f [content]"]),
    Case("echo a > f", "echo b >> f; chmod 600 f", &["modified f [content mode]"]),
    Case("echo a > f", "echo b > t; mv t f", &["modified f [content]"]),
    Case("echo a > f", "chmod 4711 f", &["modified f [mode]"]),
    Case("echo a > f", "setfattr -n user.x -v 1 f", &["modified f [xattrs]"]),
    Case("mkdir d", "chmod 700 d", &["modified d [mode]"]),
    Case("mkdir d", "setfattr -n user.x -v 1 d; touch d", &["modified d [xattrs]"]),
    Case("ln -s a l", "rm l; ln -s b l", &["modified l [content]"]),
    Case("mkfifo p", "chmod 600 p", &["modified p [mode]"]),
    // not a change
    Case("echo a > f", "echo a > f", &[]),
    Case("echo a > f", "touch f", &[]),
    Case("echo a > f", "exec 3<>f", &[]),
    Case("echo a > f; chmod 644 f", "chmod 600 f; chmod 644 f", &[]),
    Case("echo a > f", "rm f; echo a > f", &[]),
    Case("mkdir d; echo a > d/f", "echo > d/g; rm d/g", &[]),
    Case("mkdir d; echo a > d/f", "rm -r d; mkdir d; echo a > d/f", &[]),
    // times
    Case("echo a > f", "touch -d 2001-02-03 f", &["modified f [times]"]),
    Case("echo a > f", "touch -d 2101-02-03 f", &["modified f [times]"]),
    Case("echo a > f", "echo b > f; touch -d 2001-02-03 f", &["modified f [content]"]),
    Case("mkdir d", "touch -d 2001-02-03 d", &[]),
    // deleted
    Case("echo a > f", "rm f", &["deleted f"]),
    Case("mkdir -p d/e; echo > d/e/f", "rm -r d", &["deleted d", "deleted d/e", "deleted d/e/f"]),
    Case("mkdir d; echo > d/f; echo > d/g", "rm d/f", &["deleted d/f"]),
    Case("ln -s x l; mkfifo p", "rm l p", &["deleted l", "deleted p"]),
    // replaced
    Case("echo a > f", "rm f; mkdir f; echo > f/x", &["replaced f [content]", "created f/x"]),
    Case("mkdir d; echo > d/x", "rm -r d; echo > d", &["replaced d [content]", "deleted d/x"]),
    Case("echo a > f", "rm f; ln -s /etc f", &["replaced f [content]"]),
    Case("echo a > f", "rm f; mkfifo f", &["replaced f [content]"]),
    Case("ln -s a l", "rm l; echo > l", &["replaced l [content]"]),
    Case(
        "mkdir d; echo a > d/same; echo b > d/other; echo c > d/gone",
        "rm -r d; mkdir d; echo a > d/same; echo B > d/other; echo > d/new",
        &["replaced d", "deleted d/gone", "created d/new", "modified d/other [content]"],
    ),
    Case("mkdir d", "rmdir d; mkdir -m 700 d", &["replaced d [mode]"]),
    Case(
        "mkdir -p d/s; echo a > d/s/x; echo b > d/s/y",
        "rm -r d; mkdir -p d/s; echo a > d/s/x",
        &["replaced d", "replaced d/s", "deleted d/s/y"],
    ),
    // hard links of new files
    Case("", "echo > b; ln b a; ln b c", &["created a", "linked b <- a", "linked c <- a"]),
    Case("mkdir d", "echo > d/b; ln d/b a; rm d/b", &["created a"]),
    // names
    Case(
        "",
        "echo > $'n\\nl\\e[31m'; echo > $'\\xff'; echo > 'sp ace'",
        &["created n\nl\u{1b}[31m", "created sp ace", "created \u{fffd}"],
    ),
];

/// What needs the marks of system mode.
const SYSTEM: &[Case] = &[
    Case("echo a > f", "chown 1:2 f", &["modified f [owner]"]),
    Case("mkdir d", "chown 1:2 d", &["modified d [owner]"]),
    Case("ln -s a l", "chown -h 1:2 l", &["modified l [owner]"]),
    Case("mknod n c 1 3", "rm n", &["deleted n"]),
    Case("mknod n c 1 3", "rm n; mknod n c 1 5", &["modified n [content]"]),
    // renamed files
    Case("echo a > a", "mv a b", &["renamed b <- a"]),
    Case("echo a > a", "mv a b; echo x >> b; chmod 600 b", &["renamed b <- a [content mode]"]),
    Case("echo a > a", "echo x >> a; mv a b", &["renamed b <- a [content]"]),
    Case("echo a > a; chmod 644 a", "chmod 600 a; mv a b", &["renamed b <- a [mode]"]),
    Case("ln -s x l; mkfifo p", "mv l m; mv p q", &["renamed m <- l", "renamed q <- p"]),
    Case("echo a > a; echo b > b", "mv a b", &["renamed b <- a"]),
    Case("echo a > a; echo b > b", "mv a t; mv b a; mv t b", &["renamed a <- b", "renamed b <- a"]),
    Case("echo a > a; echo b > b", "mv b c; mv a b", &["renamed b <- a", "renamed c <- b"]),
    Case(
        "echo a > a; echo b > b; echo c > c",
        "mv a t; mv c a; mv b c; mv t b",
        &["renamed a <- c", "renamed b <- a", "renamed c <- b"],
    ),
    Case("echo a > a", "mv a b; echo new > a", &["replaced a [content]", "renamed b <- a"]),
    Case("echo a > a", "cp -p a t; mv a b; mv t a", &["replaced a", "renamed b <- a"]),
    Case("echo a > a", "mv a b; mv b a", &[]),
    Case("mkdir d; echo a > d/f", "mv d/f g; rm -r d", &["deleted d", "renamed g <- d/f"]),
    Case(
        "mkdir -p d/e; echo a > d/e/f",
        "mv d/e/f g; rm -r d; mkdir d",
        &["replaced d", "deleted d/e", "renamed g <- d/e/f"],
    ),
    Case("echo a > a; mkdir d", "mv a d/a", &["renamed d/a <- a"]),
    Case("echo a > a", "mkdir n; mv a n/a", &["created n", "renamed n/a <- a"]),
    Case("echo a > a; mkdir d; echo > d/x", "rm -r d; mv a d", &["renamed d <- a", "deleted d/x"]),
    Case(
        "echo a > a",
        "mv a b; mkdir a; echo > a/x",
        &["replaced a [content]", "created a/x", "renamed b <- a"],
    ),
    // renamed hard links of the host: no origin, but a redirect
    Case("echo a > a; ln a a2", "mv a b", &["renamed b <- a"]),
    Case("echo a > a; ln a a2", "chmod 600 a", &["modified a [mode]"]),
    Case("echo a > a; ln a a2", "echo x > a", &["modified a [content]"]),
    // renamed directories
    Case("mkdir d; echo a > d/f", "mv d e", &["renamed e <- d"]),
    Case(
        "mkdir d; echo a > d/f; echo b > d/g",
        "mv d e; rm e/f; echo > e/n; echo B > e/g",
        &["renamed e <- d", "deleted e/f", "modified e/g [content]", "created e/n"],
    ),
    Case("mkdir -p d/s; echo a > d/s/f", "mv d e; mv e/s e/t", &["renamed e <- d", "renamed e/t <- d/s"]),
    Case("mkdir -p d/s; echo a > d/s/f", "mv d/s t; rm -r d", &["deleted d", "renamed t <- d/s"]),
    Case("mkdir -p d/s; echo a > d/s/f", "mv d/s t; mv d e", &["renamed e <- d", "renamed t <- d/s"]),
    Case("mkdir d; echo a > d/f", "mv d e; mv e/f g", &["renamed e <- d", "renamed g <- d/f"]),
    Case("mkdir d; echo a > d/f", "mv d e; mv e d", &[]),
    Case("mkdir d; echo a > d/f", "mv d e; chmod 700 e", &["renamed e <- d [mode]"]),
    Case(
        "mkdir d; echo a > d/f",
        "mv d e; mkdir d; echo a > d/f",
        &["replaced d", "created d/f", "renamed e <- d"],
    ),
    Case(
        "mkdir a b; echo > a/x; echo > b/y",
        "mv a t; mv b a; mv t b",
        &["renamed a <- b", "renamed b <- a"],
    ),
    Case(
        "mkdir a b; echo > a/x; echo > b/x; echo > b/y",
        "rm -r b; mv a b",
        &["renamed b <- a", "deleted b/y"],
    ),
    Case(
        "mkdir d; echo > d/x",
        "mkdir n; mv d n/d; echo > n/d/y",
        &["created n", "renamed n/d <- d", "created n/d/y"],
    ),
    Case(
        "mkdir -p d/s; echo > d/s/x",
        "mv d/s t; rm -r d; mkdir d; mv t d/s; echo > d/y",
        &["replaced d", "modified d/s", "created d/y"],
    ),
    Case(
        "mkdir d; echo a > d/f",
        "mv d/f t; rm -r d; mkdir d; mv t d/f; echo > d/y",
        &["replaced d", "modified d/f", "created d/y"],
    ),
    Case(
        "mkdir -p a/s b/s t/s; echo > a/s/1; echo > b/s/2; echo > t/3",
        "rm -r b; mv a b; rm -r b/s; mv t b/s",
        &["renamed b <- a", "renamed b/s <- t", "deleted b/s/1", "deleted b/s/2"],
    ),
    // a directory and a file that change places
    Case("mkdir d; echo > d/x; echo > f", "mv d t; mv f d; mv t f", &["renamed d <- f", "renamed f <- d"]),
    // hard links of host files
    Case("echo a > a", "ln a b", &["linked b <- a"]),
    Case("echo a > b", "ln b a; echo x >> a", &["linked a <- b", "modified b [content]"]),
    Case("echo a > a", "ln a b; rm a", &["renamed b <- a"]),
    Case("echo a > a", "ln a b; ln a c; rm a", &["renamed b <- a", "linked c <- b"]),
    Case("echo a > a; echo b > b", "ln -f a b", &["linked b <- a"]),
    Case("echo a > a; ln a a2", "ln a b", &["linked b <- a"]),
    Case("mkdir d; echo a > d/f", "mv d e; ln e/f g", &["renamed e <- d", "linked g <- e/f"]),
];

/// What only the objects themselves tell, where overlayfs notes no origins.
const USER: &[Case] = &[
    Case("echo a > a", "mv a b", &["renamed b <- a"]),
    Case("echo a > a", "mv a b; chmod 600 b", &["renamed b <- a [mode]"]),
    Case("echo a > a; mkdir d", "mv a d/b", &["renamed d/b <- a"]),
    Case(
        "echo a > a; ln -s a l; touch -hd 2001-02-03 l",
        "mkdir n; mv a l n",
        &["created n", "renamed n/a <- a", "renamed n/l <- l"],
    ),
    Case("echo a > a", "mv a b; mv b a", &[]),
    Case("echo a > a", "mv a b; echo new > a", &["replaced a [content]", "renamed b <- a"]),
    Case(
        "echo a > a; echo bb > b; touch -d 2001-02-03 a b",
        "mv b c; mv a b",
        &["renamed b <- a", "renamed c <- b"],
    ),
    Case("mkdir d; echo a > d/f", "mv d/f g; rm -r d", &["deleted d", "renamed g <- d/f"]),
    Case(
        "echo a > a; echo bb > b; touch -d 2001-02-03 a; touch -d 2002-02-03 b",
        "mv a t; mv b a; mv t b",
        &["renamed a <- b", "renamed b <- a"],
    ),
    Case("echo a > a", "echo bb > a; touch -d 2001-02-03 a", &["modified a [content]"]),
    // What was changed since holds something else: it is no rename.
    Case("echo a > a", "mv a b; echo x >> b", &["deleted a", "created b"]),
    Case(
        "echo a > a",
        "mv a b; echo b > b; touch -r b t; touch -d '1 day ago' b",
        &["deleted a", "created b", "created t"],
    ),
    // What was copied with its time.
    Case(OLD, "cp -p a b; rm a", &["renamed b <- a"]),
    Case(OLD, "cp -p a b", &["created b"]),
    Case(OLD, "cp -p a b; rm a; echo c > b; touch -d '2001-02-03' b", &["deleted a", "created b"]),
    Case(OLD, "cp -p a a~; echo new > t; mv t a", &["modified a [content]", "created a~"]),
    Case(
        "mkdir d; echo a > d/f; touch -d 2001-02-03 d/f",
        "mv d e",
        &["deleted d", "created e", "renamed e/f <- d/f"],
    ),
    Case("echo a > a; touch -d 2001-02-03 a; ln a a2", "mv a b", &["renamed b <- a"]),
    Case("ln -s x l; touch -hd 2001-02-03 l", "mv l m", &["renamed m <- l"]),
    // Of two that look alike and hold the same, names tell; else nobody can.
    Case(
        "echo a > a; cp -p a b",
        "mkdir n; mv a b n",
        &["created n", "renamed n/a <- a", "renamed n/b <- b"],
    ),
    Case("echo a > a; cp -p a b", "mv a c; mv b d", &["deleted a", "deleted b", "created c", "created d"]),
    Case(
        "echo a > a; cp -p a b; echo b > b; touch -r a b",
        "mv a c; mv b d",
        &["renamed c <- a", "renamed d <- b"],
    ),
    // More than can be told apart.
    Case(
        "echo a > a1; for i in $(seq 2 17); do cp -p a1 a$i; done",
        "mkdir n; mv a* n; rm n/a2* n/a3 n/a4 n/a5 n/a6 n/a7 n/a8 n/a9",
        &[
            "deleted a1",
            "deleted a10",
            "deleted a11",
            "deleted a12",
            "deleted a13",
            "deleted a14",
            "deleted a15",
            "deleted a16",
            "deleted a17",
            "deleted a2",
            "deleted a3",
            "deleted a4",
            "deleted a5",
            "deleted a6",
            "deleted a7",
            "deleted a8",
            "deleted a9",
            "created n",
            "created n/a1",
            "created n/a10",
            "created n/a11",
            "created n/a12",
            "created n/a13",
            "created n/a14",
            "created n/a15",
            "created n/a16",
            "created n/a17",
        ],
    ),
];

/// A file that was written long before the session.
const OLD: &str = "echo a > a; touch -d 2001-02-03 a";

#[test]
fn tells_every_kind_of_change_in_system_mode() {
    if lab::is_inside("tells_every_kind_of_change_in_system_mode") {
        check(MarkSpace::Trusted, BOTH);
        check(MarkSpace::Trusted, SYSTEM);
    }
}

#[test]
fn tells_every_kind_of_change_in_user_mode() {
    if lab::is_inside("tells_every_kind_of_change_in_user_mode") {
        check(MarkSpace::User, BOTH);
    }
}

#[test]
fn tells_every_kind_of_change_of_an_ordinary_user() {
    if lab::is_inside_as_ordinary_user("tells_every_kind_of_change_of_an_ordinary_user") {
        check(MarkSpace::User, BOTH);
        check(MarkSpace::User, USER);
    }
}

#[test]
fn facts_of_rows_are_those_of_the_right_side() {
    if !lab::is_inside("facts_of_rows_are_those_of_the_right_side") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.on_host("echo four > big; mkdir d; echo abc > d/f; chmod 640 d/f");
    lab.mount();
    lab.run("chmod 600 big; rm -r d; ln -s target l; head -c 1000 /dev/zero > new; mv big moved");
    let set = scan(&lab);
    let get = |path: &str| set.get(&lab.path(path)).unwrap();

    let moved = get("moved");
    assert_eq!(
        (moved.state, moved.change.size, moved.change.size_before),
        (UpperState::AttributesOnly, 5, Some(5))
    );
    assert_eq!((moved.change.mode, moved.lower.as_ref()), (0o600, Some(&lab.path("big"))));
    let file = get("d/f");
    assert_eq!((file.change.size, file.change.size_before, file.change.mode), (0, Some(4), 0o640));
    assert_eq!((file.lower.as_ref(), file.change.file_type), (Some(&lab.path("d/f")), FileType::File));
    assert_eq!(get("l").change.file_type, FileType::Symlink);
    assert_eq!(get("l").change.size, 6);
    let new = get("new");
    assert_eq!(
        (new.state, new.change.size, new.change.size_before, &new.lower),
        (UpperState::Whole, 1000, None, &None)
    );
    let summary = set.summary();
    assert_eq!((summary.created, summary.deleted, summary.renamed, summary.bytes), (2, 2, 1, 1000));
    assert!(!moved.change.aspects.contains(&Aspect::Content));
}
