//! A machine of a test's own, as far as name spaces give one: its own processes, mounts, network, IPC and host name, on
//! the real kernel with root's real rights. So the whole of it can be compared before and after, whoever else works on
//! the machine, and an attack that succeeds natively meets nobody else's processes and settings.

use std::process::Command;

const INSIDE: &str = "ALCATRAZ_TEST_MACHINE";

/// Runs the test `name` of this binary in a machine of its own. Returns whether this process is the one in there.
pub fn enter(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        see_sys::loopback::bring_up().unwrap();
        leave_mounts_of_other_tests();
        return true;
    }
    assert!(
        rustix::process::geteuid().is_root(),
        "the attacks need a machine of their own: run them as root"
    );
    // A shell as process 1 collects orphans.
    let status = Command::new("unshare")
        .args([
            "--mount",
            "--propagation",
            "private",
            "--net",
            "--ipc",
            "--uts",
            "--pid",
            "--fork",
            "--kill-child",
        ])
        .args(["--mount-proc", "sh", "-c", "\"$0\" \"$@\"; exit $?"])
        .arg(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, "yes")
        .status()
        .unwrap();
    assert!(status.success(), "{name} failed in its own machine: see above");
    false
}

/// Lets go of the copies of mounts that other tests have just now: they would vanish with their directories, whenever
/// those tests end.
fn leave_mounts_of_other_tests() {
    let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let points =
        table.lines().filter_map(|line| line.split(' ').nth(4)).filter(|point| point.contains("/alcatraz-"));
    for point in points.collect::<Vec<_>>().iter().rev() {
        // One that has vanished already needs nothing.
        let _ = Command::new("umount").args(["--lazy", point]).stderr(std::process::Stdio::null()).status();
    }
}
