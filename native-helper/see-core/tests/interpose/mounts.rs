//! Programs that mount something of their own.

use see_core::interpose::calls::Level;
use see_core::read_set::access::Access;
use see_core::read_set::set::Missing;

use super::tracking::{See, compile};
use super::{entry, shell};

#[test]
fn mounts_of_its_own_lead_to_the_same_files() {
    let see = See::new();
    std::fs::create_dir_all(see.host().join("src/deep")).unwrap();
    std::fs::create_dir_all(see.host().join("dst")).unwrap();
    std::fs::write(see.host().join("src/deep/f"), "bound").unwrap();
    std::fs::write(see.host().join("single"), "single").unwrap();
    std::fs::write(see.host().join("over"), "").unwrap();
    std::fs::write(see.host().join("beside"), "beside").unwrap();
    let ran = shell(
        &see,
        "unshare -m sh -c 'mount --bind src dst && mount --bind single over && cat dst/deep/f over beside && ls dst'",
    );
    assert!(ran.output.contains("bound") && ran.output.contains("single"), "{}", ran.output);
    assert!(entry(&ran, &see.path("src/deep/f")).access.has(Access::READ));
    assert!(entry(&ran, &see.path("single")).access.has(Access::READ));
    // What no mount of its own is about, too.
    assert!(entry(&ran, &see.path("beside")).access.has(Access::READ));
    assert!(entry(&ran, &see.path("src")).listing().is_some());
    assert!(ran.reads.get(&see.path("dst/deep/f")).is_none());
}

/// What lacks in the record of a script that finds a file by the name `file`, with `kept/sub/file` the host's, as is `kept/sub/echo`.
fn missing(script: &str) -> Option<Missing> {
    recorded(script).1
}

/// The same, and whether the record has that file as read.
fn recorded(script: &str) -> (bool, Option<Missing>) {
    let see = See::new();
    std::fs::create_dir_all(see.host().join("kept/sub")).unwrap();
    std::fs::create_dir(see.host().join("at")).unwrap();
    std::fs::write(see.host().join("kept/sub/file"), "text").unwrap();
    std::fs::copy("/bin/echo", see.host().join("kept/sub/echo")).unwrap();
    std::os::unix::fs::symlink(see.host().join("at/file"), see.host().join("kept/sub/absolute")).unwrap();
    let ran = see.run(Some(Level::Opens), &["/bin/sh", "-c", script]);
    assert!(ran.status.success() && ran.output.contains("text"), "{script}: {}", ran.output);
    let file = ran.reads.get(&see.path("kept/sub/file"));
    (file.is_some_and(|entry| entry.access.has(Access::READ)), ran.reads.missing())
}

#[test]
fn a_root_directory_below_a_mount_of_its_own_makes_the_record_incomplete() {
    let read = |root: &str| {
        format!("perl -e 'chroot \"{root}\" or die; open($f, \"<\", \"/file\") or die; print <$f>'")
    };
    assert_eq!(missing(&read("kept/sub")), None);
    let bound = format!("mount --bind kept at && {}", read("at/sub"));
    assert_eq!(missing(&bound), Some(Missing::Blind));
    assert_eq!(
        missing(&format!("unshare -m sh -c '{}'", bound.replace('\'', "'\\''"))),
        Some(Missing::Blind)
    );
    // What holds nothing but the program's own.
    let own = format!("mount -t tmpfs t at && mkdir at/sub && echo text > at/sub/file && {}", read("at/sub"));
    assert_eq!(missing(&own), None);
}

#[test]
fn paths_that_count_from_below_a_later_mount_make_the_record_incomplete() {
    assert_eq!(missing("cd kept && mount -t tmpfs t . && cat sub/file"), Some(Missing::Blind));
    assert_eq!(missing("cd kept && mount --bind ../at . && exec 3< . && cat sub/file"), Some(Missing::Blind));
    assert_eq!(missing("mount -t tmpfs t at && cd kept && cat sub/file"), None);
    // A name space that is a copy has mounts of its own: of the former one only what the kernel shows means the same.
    let open = |dir: &str, path: &str| {
        format!(
            "perl -e 'open($d, \"<\", \"{dir}\") or die; syscall(272, 0x20000) and die; system(\"mount -t tmpfs t at\") and die; $p = \"{path}\"; \
             syscall(257, fileno($d), $p, 0) < 0 and die; print \"text\"'"
        )
    };
    assert_eq!(missing(&open("/proc", "self/status")), None);
}

#[test]
fn what_was_open_before_a_name_space_of_its_own_leads_to_the_same_files() {
    let relative = "perl -e '$p = \"sub/file\"; ($f = syscall(257, 3, $p, 0)) < 0 and die; print \"text\"'";
    for read in ["cat /proc/self/fd/3/sub/file", relative, "cd /proc/self/fd/3 && cat sub/file"] {
        for mount in ["mount -t tmpfs t at", "mount --bind at kept"] {
            let inside = format!("{mount} && {read}").replace('\'', "'\\''");
            let script = format!("exec 3< kept && unshare -m sh -c '{inside}'");
            assert_eq!(recorded(&script), (true, None), "{script}");
        }
    }
}

#[test]
fn what_leads_from_there_to_the_root_directory_of_another_name_space_makes_the_record_incomplete() {
    let run = "perl -e '$e = \"\"; $p = \"kept/sub/echo\"; $a = pack(\"ppQ\", \"echo\", \"text\", 0); $n = pack(\"Q\", 0); \
               syscall(322, 3, $p, $a, $n, 0); die'";
    for (open, read) in [
        ("kept/sub", "cat /proc/self/fd/3/absolute"),
        // The program's loader.
        (".", run),
        // Another process's link, through what may be another `/proc`.
        ("/", "sh -c 'exec 4< kept/sub; cat /proc/self/fd/3/proc/$$/fd/4/file'"),
    ] {
        let inside = format!("mount --bind kept/sub at && {read}").replace('\'', "'\\''");
        let script = format!("exec 3< {open} && unshare -m sh -c '{inside}'");
        assert_eq!(missing(&script), Some(Missing::Blind), "{script}");
    }
}

#[test]
fn what_is_open_below_a_later_mount_makes_the_record_incomplete() {
    let covered =
        |what: &str, then: &str| format!("exec 3< kept/sub{what} && mount --bind at kept/sub && {then}");
    let run = "perl -e '$e = \"\"; $a = pack(\"ppQ\", \"echo\", \"text\", 0); $n = pack(\"Q\", 0); \
               syscall(322, 3, $e, $a, $n, 0x1000); die'";
    for script in [
        covered("", "cat /proc/self/fd/3/file"),
        covered("/file", "cat /proc/self/fd/3"),
        covered("/echo", run),
        // fchmod
        covered("", "perl -e 'syscall(91, 3, 0700) and die; print \"text\"'"),
        "cd kept/sub && mount --bind ../../at . && cat /proc/self/cwd/file".to_owned(),
    ] {
        assert_eq!(missing(&script), Some(Missing::Blind), "{script}");
    }
}

#[test]
fn a_mount_that_no_path_leads_to_makes_the_record_incomplete() {
    let see = See::new();
    std::fs::write(see.host().join("f"), "text").unwrap();
    let source = "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <sys/syscall.h>\n#include <unistd.h>\n\
        int main(void) { int d = syscall(428, AT_FDCWD, \".\", 1); return d < 0 || openat(d, \"f\", 0) < 0; }";
    let program = compile(&see.host(), "detached", source, &[]);
    let ran = see.run(Some(Level::Opens), &[program.to_str().unwrap()]);
    assert!(ran.status.success());
    assert_eq!(ran.reads.missing(), Some(Missing::Blind));
}

#[test]
fn a_mount_table_that_is_too_long_makes_the_record_incomplete() {
    let see = See::new();
    std::fs::write(see.host().join("f"), "text").unwrap();
    // Of a place with such a name the kernel tells in four times as many bytes.
    let deep = see.host().join(["\t".repeat(200).as_str(); 15].join("/"));
    std::fs::create_dir_all(&deep).unwrap();
    let source = "#include <stdlib.h>\n#include <sys/mount.h>\nint main(int n, char **a) \
        { for (int i = atoi(a[2]); i--;) if (mount(a[1], a[1], 0, MS_BIND, 0)) return 2; return 0; }";
    let program = compile(&see.host(), "many", source, &[]);
    let missing = |count: u32| {
        let inside = format!("\"$0\" \"$1\" {count} && cat f");
        let script = format!("unshare -m sh -c '{inside}' \"$0\" \"$1\"");
        let words = ["/bin/sh", "-c", &script, program.to_str().unwrap(), deep.to_str().unwrap()];
        let ran = see.run(Some(Level::Opens), &words);
        assert!(ran.status.success() && ran.output.contains("text"), "{:?}", ran.status);
        assert!(count > 3 || entry(&ran, &see.path("f")).access.has(Access::READ));
        ran.reads.missing()
    };
    assert_eq!(missing(3), None);
    assert_eq!(missing(400), Some(Missing::Blind));
}
