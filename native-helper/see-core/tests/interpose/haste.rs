//! Programs that replace, move or remove at once what they have just read.

use see_core::interpose::calls::Level;
use see_core::read_set::access::Access;
use see_core::read_set::entry::Seen;

use super::tracking::{See, compile};
use super::{entry, shell};

#[test]
fn a_read_is_recorded_whatever_the_program_does_next() {
    let see = See::new();
    for i in 0..200 {
        std::fs::write(see.host().join(format!("f{i}")), "text").unwrap();
        std::fs::write(see.host().join(format!("g{i}")), "text").unwrap();
    }
    // Each file is read and at once replaced, moved away, emptied or gone behind a changed working directory.
    let script = "i=0; while [ $i -lt 200 ]; do read x < f$i; case $((i % 4)) in 0) echo y > t; mv t f$i;; \
                  1) mv f$i moved$i;; 2) : > f$i;; 3) cd /; read x < \"$OLDPWD/g$i\"; cd \"$OLDPWD\";; esac; i=$((i+1)); done";
    let ran = shell(&see, script);
    for i in 0..200 {
        let name = if i % 4 == 3 { format!("g{i}") } else { format!("f{i}") };
        let read = entry(&ran, &see.path(&name));
        assert!(read.access.has(Access::READ) && read.content.is_some(), "{name}: {read:?}");
    }
}

#[test]
fn a_read_through_a_link_that_is_gone_at_once_is_recorded() {
    let see = See::new();
    for i in 0..200 {
        for name in ["f", "g"] {
            std::fs::write(see.host().join(format!("{name}{i}")), "text").unwrap();
        }
        std::os::unix::fs::symlink(format!("f{i}"), see.host().join(format!("l{i}"))).unwrap();
    }
    // First through links of the host, then through its own.
    let source = "#include <fcntl.h>\n#include <stdio.h>\n#include <unistd.h>\n\
        int main(void) { char l[9], g[9]; int i; \
        for (i = 0; i < 200; i++) { sprintf(l, \"l%d\", i); close(open(l, 0)); unlink(l); } \
        for (i = 0; i < 200; i++) { sprintf(g, \"g%d\", i); symlink(g, \"own\"); close(open(\"own\", 0)); unlink(\"own\"); } \
        return 0; }";
    let program = compile(&see.host(), "links", source, &[]);
    let ran = see.run(Some(Level::Opens), &[program.to_str().unwrap()]);
    assert!(ran.status.success());
    for name in (0..200).flat_map(|i| [format!("f{i}"), format!("g{i}")]) {
        let read = entry(&ran, &see.path(&name));
        assert!(read.access.has(Access::READ) && read.content.is_some(), "{name}: {read:?}");
    }
    assert_eq!(ran.reads.missing(), None);
}

#[test]
fn what_was_absent_before_a_directory_came_and_went_is_recorded() {
    let see = See::new();
    let source = "#include <fcntl.h>\n#include <stdio.h>\n#include <sys/stat.h>\n#include <unistd.h>\n\
        int main(void) { char d[9]; for (int i = 0; i < 200; i++) { \
        sprintf(d, \"d%d\", i); close(open(d, 0)); mkdir(d, 0700); rmdir(d); } return 0; }";
    let program = compile(&see.host(), "directories", source, &[]);
    let ran = see.run(Some(Level::Opens), &[program.to_str().unwrap()]);
    assert!(ran.status.success());
    for i in 0..200 {
        let read = entry(&ran, &see.path(&format!("d{i}")));
        assert_eq!(read.seen, Seen::Absent, "{read:?}");
    }
}

#[test]
fn names_that_are_not_there_are_known_as_absent_however_busy_their_directory_is() {
    let see = See::new();
    std::fs::create_dir(see.host().join("d")).unwrap();
    let source = "#include <fcntl.h>\n#include <stdio.h>\n#include <unistd.h>\n\
        int main(void) { char name[16]; \
        for (int i = 0; i < 200; i++) { sprintf(name, \"d/none%d\", i); close(open(name, O_RDONLY)); usleep(500); } \
        return 0; }";
    let program = compile(&see.host(), "asks", source, &[]);
    let passing = see.host().join("d/passing");
    let ran = see.run_then(Some(Level::Opens), &[program.to_str().unwrap()], |child, _| {
        while child.try_wait().unwrap().is_none() {
            std::fs::write(&passing, "").unwrap();
            std::fs::remove_file(&passing).unwrap();
        }
    });
    assert!(ran.status.success());
    for i in 0..200 {
        let asked = entry(&ran, &see.path(&format!("d/none{i}")));
        assert_eq!(asked.seen, Seen::Absent, "{asked:?}");
    }
}
