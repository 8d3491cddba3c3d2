//! Symlinks, and ways up.

use see_core::interpose::calls::Level;
use see_core::read_set::access::Access;
use see_core::read_set::entry::Seen;

use super::tracking::See;
use super::{entry, shell};

#[test]
fn a_new_symlink_gives_an_old_name_a_new_meaning() {
    let see = See::new();
    std::fs::create_dir(see.host().join("real")).unwrap();
    std::fs::write(see.host().join("real/f"), "text").unwrap();
    let ran = shell(&see, "cat link/f; cat link/f; ln -s real link; cat link/f");
    assert_eq!(ran.output.trim_end(), "text");
    assert_eq!(entry(&ran, &see.path("real/f")).access, Access::READ);
}

#[test]
fn symlinks_dots_and_working_directories() {
    let see = See::new();
    std::fs::create_dir_all(see.host().join("a/b")).unwrap();
    std::fs::write(see.host().join("a/f"), "text").unwrap();
    std::os::unix::fs::symlink("../f", see.host().join("a/b/l")).unwrap();
    std::os::unix::fs::symlink(see.host().join("a/b"), see.host().join("abs")).unwrap();
    std::fs::write(see.host().join("a/b/g"), "text").unwrap();
    let ran =
        shell(&see, "cat abs/l; cd a/b; cat g; cd ..; cat ../a/b/../none; cat </proc/self/cwd/f; exit 0");
    assert_eq!(ran.output.replace('\n', ""), "texttexttext");
    for name in ["abs", "a/b/l", "a/f", "a/b/g"] {
        assert!(entry(&ran, &see.path(name)).access.has(Access::READ), "{name}");
    }
    assert_eq!(entry(&ran, &see.path("a/none")).seen, Seen::Absent);
}

#[test]
fn the_way_up_from_a_symlink_that_the_host_replaced_begins_where_it_led() {
    let see = See::new();
    std::fs::create_dir_all(see.host().join("real/deep")).unwrap();
    std::fs::write(see.host().join("real/f"), "text").unwrap();
    std::os::unix::fs::symlink("real/deep", see.host().join("link")).unwrap();
    let script = "ls link/ && kill -STOP $$ && cat link/../f";
    let ran = see.run_then(Some(Level::Opens), &["/bin/sh", "-c", script], |child, _| {
        let child = rustix::process::Pid::from_child(child);
        rustix::process::waitpid(Some(child), rustix::process::WaitOptions::UNTRACED).unwrap();
        std::fs::remove_file(see.host().join("link")).unwrap();
        std::fs::create_dir(see.host().join("link")).unwrap();
        rustix::process::kill_process(child, rustix::process::Signal::CONT).unwrap();
    });
    assert!(ran.output.contains("text"), "{}", ran.output);
    assert!(entry(&ran, &see.path("real/f")).access.has(Access::READ));
    assert!(ran.reads.get(&see.path("f")).is_none());
}
