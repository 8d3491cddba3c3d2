//! Why this machine refuses user name spaces, and what to do about it. Looks at what the kernel and distributions have
//! switches for; called only after a try has failed.

use std::path::Path;

use rustix::io::Errno;

use crate::error::{ErrorCode, SeeError};

/// The switches: file below `/proc/sys`, the value that forbids, why, mend.
const SWITCHES: &[(&str, &str, &str, &str)] = &[
    (
        "user/max_user_namespaces",
        "0",
        "this machine allows no user namespaces (user.max_user_namespaces is 0)",
        "sudo sysctl user.max_user_namespaces=10000",
    ),
    (
        "kernel/unprivileged_userns_clone",
        "0",
        "this machine allows user namespaces only to root (kernel.unprivileged_userns_clone is 0)",
        "sudo sysctl kernel.unprivileged_userns_clone=1",
    ),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "AppArmor allows user namespaces only to programs with a profile \
         (kernel.apparmor_restrict_unprivileged_userns is 1)",
        "Install the profile that comes with Alcatraz (assets/apparmor/alcatraz says how; in a source tree \
         `npm start` does), or: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    ),
];

/// Returns the error for a user name space that could not be made or is of no use, with the mend.
pub fn refused(errno: Errno) -> Box<SeeError> {
    refused_by(Path::new("/proc/sys"), errno)
}

fn refused_by(switches: &Path, errno: Errno) -> Box<SeeError> {
    let value = |file: &str| std::fs::read_to_string(switches.join(file));
    let forbids = |file: &str, wrong: &str| value(file).is_ok_and(|text| text.trim() == wrong);
    let found = SWITCHES.iter().find(|(file, value, ..)| forbids(file, value));
    let (why, mend) = match found {
        Some((_, _, why, mend)) => ((*why).to_owned(), (*mend).to_owned()),
        None if errno == Errno::NOSPC || errno == Errno::USERS => (
            "there are as many user namespaces, or nested ones, as this machine allows".to_owned(),
            "Stop other sandboxes, or raise user.max_user_namespaces.".to_owned(),
        ),
        None if errno == Errno::INVAL => (
            "this kernel is built without user namespaces".to_owned(),
            "Use a kernel with CONFIG_USER_NS=y.".to_owned(),
        ),
        None => (
            format!("something around this process forbids user namespaces ({errno}), as containers do"),
            "Run Alcatraz outside of the container, or with sudo.".to_owned(),
        ),
    };
    SeeError::new(ErrorCode::NoUserNamespaces, format!("The SEE could not be made: {why}."), mend)
        .with_fact("errno", errno.raw_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_that_forbids_is_named_with_what_to_type() {
        let machine = tempfile::tempdir().unwrap();
        for dir in ["user", "kernel"] {
            std::fs::create_dir(machine.path().join(dir)).unwrap();
        }
        let told = || {
            let error = refused_by(machine.path(), Errno::PERM);
            assert_eq!(error.code, ErrorCode::NoUserNamespaces);
            (error.message.clone(), error.hint.clone())
        };
        assert!(told().0.contains("as containers do"));
        let mends = [
            "sudo sysctl user.max_user_namespaces=10000",
            "sudo sysctl kernel.unprivileged_userns_clone=1",
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        ];
        for ((file, wrong, why, _), mend) in SWITCHES.iter().zip(mends) {
            let place = machine.path().join(file);
            std::fs::write(&place, format!("{wrong}\n")).unwrap();
            let (message, hint) = told();
            assert!(message.contains(why) && hint.ends_with(mend), "{message} {hint}");
            std::fs::remove_file(place).unwrap();
        }
    }
}
