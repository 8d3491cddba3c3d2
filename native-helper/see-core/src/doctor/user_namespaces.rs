//! Why this machine refuses user name spaces, and what to do about it. Looks at what the kernel and distributions have
//! switches for; called only after a try has failed.

use rustix::io::Errno;

use crate::error::{ErrorCode, SeeError};

/// The switches: file, the value that forbids, why, mend.
const SWITCHES: &[(&str, &str, &str, &str)] = &[
    (
        "/proc/sys/user/max_user_namespaces",
        "0",
        "this machine allows no user namespaces (user.max_user_namespaces is 0)",
        "sudo sysctl user.max_user_namespaces=10000",
    ),
    (
        "/proc/sys/kernel/unprivileged_userns_clone",
        "0",
        "this machine allows user namespaces only to root (kernel.unprivileged_userns_clone is 0)",
        "sudo sysctl kernel.unprivileged_userns_clone=1",
    ),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "AppArmor allows user namespaces only to programs with a profile \
         (kernel.apparmor_restrict_unprivileged_userns is 1)",
        "Install the profile that comes with Alcatraz (assets/apparmor/alcatraz says how; in a source tree \
         `npm start` does), or: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    ),
];

/// Returns the error for a user name space that could not be made or is of no use, with the mend.
pub fn refused(errno: Errno) -> Box<SeeError> {
    let forbids =
        |file: &str, value: &str| std::fs::read_to_string(file).is_ok_and(|text| text.trim() == value);
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
