//! What real programs open, on the real kernel, is in the read set.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "interpose/beside.rs"]
mod beside;
#[path = "interpose/haste.rs"]
mod haste;
#[path = "interpose/links.rs"]
mod links;
#[path = "interpose/mounts.rs"]
mod mounts;
#[path = "interpose/storms.rs"]
mod storms;
mod tracking;

use see_core::interpose::calls::Level;
use see_core::path::HostPath;
use see_core::read_set::access::Access;
use see_core::read_set::entry::Entry;
use see_core::read_set::entry::Seen;
use tracking::{Ran, See, compile};

/// The process in the SEE begins here.
#[test]
fn inside() {
    tracking::inside();
}

fn host(path: &str) -> HostPath {
    HostPath::new(path.as_bytes()).unwrap()
}

fn entry<'a>(ran: &'a Ran, path: &HostPath) -> &'a Entry {
    ran.reads.get(path).unwrap_or_else(|| {
        let all: Vec<String> =
            ran.reads.entries().iter().map(|e| format!("{} {:?}", e.path.display(), e.access)).collect();
        panic!("{} is not recorded; output {:?}; recorded:\n{}", path.display(), ran.output, all.join("\n"))
    })
}

fn shell(see: &See, script: &str) -> Ran {
    let ran = see.run(Some(Level::Opens), &["/bin/sh", "-c", script]);
    assert!(ran.status.success(), "{script}: {}", ran.output);
    assert_eq!(ran.reads.missing(), None);
    ran
}

#[test]
fn what_is_about_to_be_changed_is_kept_as_it_was() {
    let see = See::new();
    for name in ["appended", "emptied", "replaced", "moved-over", "read", "cut", "mode"] {
        std::fs::write(see.host().join(name), format!("{name} was\n")).unwrap();
    }
    std::fs::write(see.host().join("binary"), b"a\0b").unwrap();
    shell(
        &see,
        "echo more >> appended; echo new > emptied; sed -i s/was/is/ replaced; echo x > t; mv t moved-over; \
         cat read; truncate -s 3 cut; echo y > made; echo z >> binary",
    );
    let kept = |name: &str| see_core::merge::bases::base(see.dir.path(), &see.path(name));
    for name in ["appended", "emptied", "replaced", "moved-over", "cut"] {
        assert_eq!(kept(name).unwrap().content.unwrap(), format!("{name} was\n").as_bytes(), "{name}");
    }
    assert_eq!(kept("binary").map(|base| (base.size, base.content)), Some((3, None)));
    for name in ["read", "made", "t", "mode"] {
        assert_eq!(kept(name), None, "{name}");
    }
}

#[test]
fn reads_execs_and_absent_names() {
    let see = See::new();
    std::fs::write(see.host().join("a"), "text").unwrap();
    let ran = shell(&see, "cat a; cat none; cat none/below; exit 0");
    assert_eq!(ran.output.trim_end(), "text");
    let a = entry(&ran, &see.path("a"));
    assert_eq!(a.access, Access::READ);
    let Seen::Object(object) = a.seen else { panic!("{a:?}") };
    use std::os::unix::fs::MetadataExt as _;
    let meta = std::fs::metadata(see.host().join("a")).unwrap();
    assert_eq!((object.ino, object.device, object.size), (meta.ino(), meta.dev(), 4));
    assert!(a.first > object.ctime && a.content == Some(a.first));
    assert_eq!(ran.reads.program(a.by.program), Some(&b"/usr/bin/cat"[..]));
    assert_eq!(entry(&ran, &see.path("none")).seen, Seen::Absent);
    assert_eq!(entry(&ran, &see.path("none/below")).seen, Seen::Absent);
    assert_eq!(entry(&ran, &host("/usr/bin/cat")).access, Access::EXEC);
    assert!(entry(&ran, &host("/etc/ld.so.cache")).access.has(Access::READ));
    // The loader is opened by the kernel; the symlinks on the way count.
    let loader = std::fs::canonicalize("/lib64/ld-linux-x86-64.so.2").unwrap();
    assert_eq!(entry(&ran, &host(loader.to_str().unwrap())).access, Access::EXEC);
    if std::fs::symlink_metadata("/lib64").unwrap().is_symlink() {
        assert!(matches!(entry(&ran, &host("/lib64")).seen, Seen::Object(_)));
    }
}

#[test]
fn what_would_be_made_in_a_directory_that_is_missing_depends_on_that_directory() {
    let see = See::new();
    std::fs::write(see.host().join("f"), "text").unwrap();
    let ran = shell(
        &see,
        "(echo x > n/m); mv f k/m; ln f l/m; cat r/m; (echo x >> p/q/m); ln -s f o/m; ln -s x lock; rm lock; \
         mkdir t/m; mkdir held; rmdir held; mkfifo pipe; rm pipe",
    );
    for name in ["n", "k", "l", "r/m", "p/q", "o", "lock", "t", "held", "pipe"] {
        assert_eq!(entry(&ran, &see.path(name)).seen, Seen::Absent, "{name}");
    }
    // mv and ln also ask whether what they would make is a directory.
    for name in ["n/m", "r", "p", "p/q/m", "t/m"] {
        assert!(ran.reads.get(&see.path(name)).is_none(), "{name}");
    }
    // What is there already is a directory to stand in: whatever is made in it meanwhile does not matter.
    std::fs::create_dir(see.host().join("d")).unwrap();
    let ran = shell(&see, "mkdir -p d/new");
    let (d, new) = (entry(&ran, &see.path("d")), entry(&ran, &see.path("d/new")));
    assert!(matches!(d.seen, Seen::Object(_)) && d.content.is_none() && d.listing().is_none(), "{d:?}");
    assert_eq!((new.seen, new.access), (Seen::Absent, Access::EXCLUSIVE));
}

#[test]
fn blind_writes_appends_and_changes() {
    let see = See::new();
    for name in ["blind", "append", "rw", "mode", "cut", "moved", "target", "gone"] {
        std::fs::write(see.host().join(name), "text").unwrap();
    }
    let script = "echo x > blind; cat blind; echo x >> append; cat append >/dev/null; exec 3<>rw; exec 3>&-; \
                  chmod 600 mode; echo n > new; cat new; mv moved target; set -C; echo y > excl; rm gone";
    let ran = shell(&see, script);
    let of = |name: &str| entry(&ran, &see.path(name));
    assert!(of("blind").is_blind(), "{:?}", of("blind"));
    assert_eq!(of("blind").access, Access::TRUNCATE);
    assert_eq!((of("append").access, of("append").content.is_some()), (Access::APPEND, true));
    assert!(of("rw").access.has(Access::WRITE) && of("rw").content.is_some());
    assert!(of("mode").content.is_some());
    assert!(of("new").is_blind() && of("new").seen == Seen::Absent);
    assert!(of("moved").content.is_some());
    // mv asks whether it is a directory: the name counts, the content does not.
    assert!(of("target").access.has(Access::TRUNCATE) && of("target").content.is_none());
    assert!(of("excl").access.has(Access::EXCLUSIVE) && of("excl").name.is_some());
    assert!(ran.reads.get(&see.path("gone")).is_none(), "a deletion alone reads nothing");
}

#[test]
fn own_work_is_no_read_of_the_host() {
    let see = See::new();
    std::fs::create_dir_all(see.host().join("d/sub")).unwrap();
    std::fs::write(see.host().join("d/sub/f"), "host").unwrap();
    std::fs::write(see.host().join("w"), "host").unwrap();
    let ran = shell(
        &see,
        "rm -r d; mkdir -p d/sub; sleep 0.2; cat d/sub/f; ls d; mkdir own; cat own/none; echo a > w; sleep 0.2; cat w; rm w; cat w; exit 0",
    );
    assert!(ran.reads.get(&see.path("d/sub/f")).is_none());
    assert!(ran.reads.get(&see.path("own/none")).is_none());
    assert!(entry(&ran, &see.path("w")).is_blind());
}

#[test]
fn a_renamed_directory_leads_to_the_old_files() {
    let see = See::new();
    std::fs::create_dir(see.host().join("old")).unwrap();
    std::fs::write(see.host().join("old/f"), "text").unwrap();
    std::fs::create_dir(see.host().join("other")).unwrap();
    std::fs::write(see.host().join("other/f"), "more").unwrap();
    let ran = shell(
        &see,
        "cat new/f; cat other/f; rm other/f; rmdir other; mv old other; mv other new; cat new/f; exit 0",
    );
    assert_eq!(ran.output.replace('\n', ""), "moretext");
    assert_eq!(entry(&ran, &see.path("new/f")).seen, Seen::Absent);
    assert_eq!(entry(&ran, &see.path("old/f")).access, Access::READ);
    assert_eq!(entry(&ran, &see.path("other/f")).access, Access::READ);
}

#[test]
fn content_below_copied_attributes_is_still_the_hosts() {
    let see = See::new();
    std::fs::write(see.host().join("big"), "text").unwrap();
    let ran = shell(&see, "mv big moved; sleep 0.2; cat moved; ln moved linked; cat linked");
    assert_eq!(ran.output.replace('\n', ""), "texttext");
    let big = entry(&ran, &see.path("big"));
    assert!(big.access.has(Access::WRITE) && big.content.is_some());
}

#[test]
fn listings_remember_the_names() {
    let see = See::new();
    std::fs::create_dir(see.host().join("d")).unwrap();
    std::fs::write(see.host().join("d/x"), "").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(50));
    let ran = shell(&see, "ls d >/dev/null");
    let d = entry(&ran, &see.path("d"));
    assert!(d.listing().is_some() && d.access.has(Access::LIST));
    assert_eq!(d.names.map(|names| names.count), Some(1));
}

#[test]
fn a_directory_that_is_opened_to_stand_in_it_is_not_listed() {
    let see = See::new();
    std::fs::create_dir(see.host().join("d")).unwrap();
    // Both open the directory that they stand in, to come back to it, and read no name there.
    let ran = shell(&see, "mkdir -p d/x/y e; echo > f; install -D f d/i/j");
    for name in ["", "d"] {
        let dir = ran.reads.get(&see.path(name));
        assert!(dir.is_none_or(|dir| dir.listing().is_none()), "{name}: {dir:?}");
    }
    let top = entry(&ran, &see.path(""));
    assert!(top.opened.is_some() && !top.access.has(Access::LIST), "{top:?}");
    let ran = shell(&see, "mkdir -p d/z; ls d > /dev/null; ls > /dev/null");
    assert!(entry(&ran, &see.path("d")).listing().is_some());
    assert!(entry(&ran, &see.path("")).listing().is_some());
}

#[test]
fn scripts_name_their_interpreters() {
    use std::os::unix::fs::PermissionsExt as _;
    let see = See::new();
    let script = |name: &str, text: String| {
        let path = see.host().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    };
    std::fs::copy("/bin/sh", see.host().join("mysh")).unwrap();
    let inner = script("inner", format!("#!{}\n. \"$1\"\n", see.host().join("mysh").display()));
    script("outer", format!("#! {}\necho ran\n", inner.display()));
    let ran = shell(
        &see,
        "./outer; echo '#!/bin/cat' > own; chmod +x own; ./own; echo \"#!$PWD/mysh\" > own; ./own",
    );
    assert!(ran.output.contains("ran"), "{}", ran.output);
    for name in ["outer", "inner", "mysh"] {
        assert!(entry(&ran, &see.path(name)).access.has(Access::EXEC), "{name}");
    }
    assert_eq!(entry(&ran, &host("/usr/bin/cat")).access, Access::EXEC);
}

#[test]
fn every_way_to_open_and_run() {
    let see = See::new();
    for name in
        ["open", "openat", "openat2", "inroot", "fchdir", "chrooted", "thread", "creat", "fdpath", "relative"]
    {
        std::fs::create_dir_all(see.host().join("d")).unwrap();
        std::fs::write(see.host().join("d").join(name), name).unwrap();
    }
    let source = include_str!("tracking/ways.c");
    let program = compile(&see.host(), "ways", source, &["-static", "-pthread"]);
    std::fs::copy("/bin/true", see.host().join("byfd")).unwrap();
    let ran = see.run(Some(Level::Opens), &[program.to_str().unwrap()]);
    assert!(ran.status.success(), "{:?}", ran.output);
    for name in ["open", "openat", "openat2", "inroot", "fchdir", "chrooted", "thread", "fdpath", "relative"]
    {
        assert!(entry(&ran, &see.path(&format!("d/{name}"))).access.has(Access::READ), "{name}");
    }
    assert_eq!(entry(&ran, &see.path("d/creat")).access, Access::TRUNCATE);
    assert!(entry(&ran, &see.path("d")).listing().is_some());
    assert!(entry(&ran, &see.path("byfd")).access.has(Access::EXEC));
    assert!(entry(&ran, &see.path("ways")).access.has(Access::EXEC));
}

#[test]
fn programs_of_32_bits() {
    let see = See::new();
    for name in
        ["open", "openat", "creat", "thread", "openat2", "inroot", "fchdir", "chrooted", "fdpath", "relative"]
    {
        std::fs::create_dir_all(see.host().join("d")).unwrap();
        std::fs::write(see.host().join("d").join(name), name).unwrap();
    }
    std::fs::copy("/bin/true", see.host().join("byfd")).unwrap();
    let program =
        compile(&see.host(), "ways32", include_str!("tracking/ways.c"), &["-m32", "-static", "-pthread"]);
    let ran = see.run(Some(Level::Opens), &[program.to_str().unwrap()]);
    assert!(ran.status.success(), "{:?}", ran.output);
    for name in ["open", "openat", "openat2", "fchdir", "thread", "chrooted"] {
        assert!(entry(&ran, &see.path(&format!("d/{name}"))).access.has(Access::READ), "{name}");
    }
    assert!(entry(&ran, &see.path("d")).listing().is_some());
}

#[test]
fn whoever_changes_a_directory_itself_is_seen() {
    let ways = [
        "perl -e 'chmod 0700, \"d\"'",
        "perl -e 'open(my $d, \"<\", \"d\"); chmod 0700, $d or die'",
        "perl -e 'open(my $d, \"<\", \"d\"); chown 1, 1, $d or die'",
        "perl -e 'chdir \"d\"; chmod 0700, \".\" or die'",
        // fsetxattr, fremovexattr
        "perl -e 'open(my $d, \"<\", \"d\"); my ($n, $v) = (\"user.x\", \"y\"); syscall(190, fileno($d), $n, $v, 1, 0) and die'",
        "perl -e 'open(my $d, \"<\", \"d\"); my $n = \"user.had\"; syscall(199, fileno($d), $n) and die'",
        // fchownat of a place that is only held (O_PATH), with AT_EMPTY_PATH
        "perl -e 'use Fcntl; sysopen(my $d, \"d\", 010000000) or die; my $n = \"\"; syscall(260, fileno($d), $n, 1, 1, 0x1000) and die'",
        "setfacl -m u:1:rx d",
    ];
    for way in ways {
        let see = See::new();
        std::fs::create_dir(see.host().join("d")).unwrap();
        tracking::run(
            std::process::Command::new("setfattr")
                .args(["-n", "user.had", "-v", "x"])
                .arg(see.host().join("d")),
        );
        let ran = shell(&see, way);
        assert!(entry(&ran, &see.path("d")).access.has(Access::WRITE), "{way}");
    }
    let see = See::new();
    std::fs::create_dir(see.host().join("d")).unwrap();
    std::fs::write(see.host().join("d/f"), "text").unwrap();
    std::fs::write(see.host().join("g"), "text").unwrap();
    let ran = shell(
        &see,
        "echo n > d/n; mkdir d/m; rm d/f; ls d >/dev/null; mv d e; \
         perl -e 'open(my $g, \">\", \"g\"); chmod 0600, $g or die'",
    );
    assert!(!entry(&ran, &see.path("d")).access.has(Access::WRITE));
    assert!(
        entry(&ran, &see.path("g")).is_blind(),
        "whoever empties a file looks at nothing by changing it further"
    );
}

#[test]
fn lookups_are_recorded_when_asked() {
    let see = See::new();
    std::fs::write(see.host().join("f"), "").unwrap();
    std::os::unix::fs::symlink("f", see.host().join("l")).unwrap();
    let script = "test -e f; test -r gone; readlink l; stat f";
    let ran = see.run(Some(Level::Lookups), &["/bin/sh", "-c", script]);
    assert!(ran.status.success());
    assert!(entry(&ran, &see.path("f")).access.has(Access::STAT));
    assert_eq!(entry(&ran, &see.path("gone")).seen, Seen::Absent);
    assert!(entry(&ran, &see.path("l")).content.is_some());
    let ran = shell(&See::new(), "test -r gone; exit 0");
    assert!(ran.reads.entries().iter().all(|e| e.path.name() != b"gone"));
}

#[test]
fn below_what_is_absent_a_path_without_end_is_not_kept() {
    let see = See::new();
    std::fs::write(see.host().join("f"), "text").unwrap();
    let far = "far/".repeat(850);
    std::os::unix::fs::symlink(format!("away/{}", "far/".repeat(200)), see.host().join("link")).unwrap();
    let ran =
        shell(&see, &format!("cat read/below; cat back/../f; cat link/{far}; cat 'long/{far}'; exit 0"));
    let absent = |name: &str| {
        let entry = entry(&ran, &see.path(name));
        assert_eq!(entry.seen, Seen::Absent, "{name}");
        entry
    };
    assert_eq!(absent("read/below").access, Access::READ);
    for name in ["back", "away"] {
        assert_eq!(absent(name).access, Access::LOOKUP, "{name}");
    }
    for name in ["f", "read", "long"] {
        assert!(ran.reads.get(&see.path(name)).is_none(), "{name}");
    }
    assert_eq!(absent(&format!("long/{far}")).access, Access::READ);
    let longest = ran.reads.entries().iter().map(|entry| entry.path.as_bytes().len()).max();
    assert!(longest < Some(4096), "{longest:?}");
}
