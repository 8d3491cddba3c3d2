//! Who a program runs as, and how its environment follows. Reads the host's user data base.

use std::ffi::CString;

use see_sys::users::{self, User};

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::path::escape_for_display;
use crate::session::Mode;

use super::namespaces::SHIFT;

/// The user that a program gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
    /// All groups; `None` keeps the caller's.
    pub groups: Option<Vec<u32>>,
    /// The data base's entry, when the program is not simply the caller.
    user: Option<User>,
}

impl Identity {
    /// Returns the user named `wanted`; else the invoker, who called through sudo or pkexec; else the caller.
    pub fn resolve(mode: Mode, wanted: Option<&str>, invoker: Option<u32>) -> Result<Self> {
        let me = rustix::process::geteuid().as_raw();
        let caller = || Self {
            uid: me,
            gid: rustix::process::getegid().as_raw(),
            groups: caller_groups(mode),
            user: None,
        };
        if let Some(name) = wanted {
            let user = find(name)?;
            if mode == Mode::User && user.uid != me {
                return Err(SeeError::new(
                    ErrorCode::PermissionDenied,
                    format!("Only root can run a program as {}.", escape_for_display(name.as_bytes())),
                    "Leave out --as, or run Alcatraz with sudo.",
                )
                .because(Reason::OnlyRoot));
            }
            return if user.uid == me { Ok(caller()) } else { Self::of(user) };
        }
        if mode == Mode::User {
            return Ok(caller());
        }
        match invoker {
            Some(uid) if uid != me => {
                Self::of(users::by_id(uid).ok_or_else(|| no_such_user(&uid.to_string()))?)
            }
            _ => Ok(caller()),
        }
    }

    fn of(user: User) -> Result<Self> {
        if user.uid >= SHIFT.1 || user.gid >= SHIFT.1 {
            return Err(SeeError::new(
                ErrorCode::NoSuchUser,
                format!("The ids of {} are too large for a SEE.", user.name.to_string_lossy()),
                format!("Use a user whose ids are below {}.", SHIFT.1),
            ));
        }
        Ok(Self { uid: user.uid, gid: user.gid, groups: Some(user.groups.clone()), user: Some(user) })
    }

    /// Returns the environment for the program: the caller's, with what names the user put right.
    pub fn adapt(&self, mut env: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<(Vec<u8>, Vec<u8>)> {
        let Some(user) = &self.user else { return env };
        env.retain(|(name, _)| !name.starts_with(b"SUDO_") && !name.starts_with(b"PKEXEC_"));
        let mut set = |name: &[u8], value: &CString| {
            env.retain(|(known, _)| known != name);
            env.push((name.to_vec(), value.as_bytes().to_vec()));
        };
        set(b"HOME", &user.home);
        set(b"USER", &user.name);
        set(b"LOGNAME", &user.name);
        set(b"SHELL", &user.shell);
        // Where sudo was called these may be root's. Behind pkexec the person's program has the person's alone.
        let others: &[&[u8]] = match pkexec_person() == Some(user.uid) {
            true => &[],
            false => &[b"MAIL", b"XDG_DATA_HOME", b"XDG_CONFIG_HOME", b"XDG_CACHE_HOME"],
        };
        env.retain(|(known, _)| known != b"XDG_RUNTIME_DIR" && !others.contains(&known.as_slice()));
        let runtime = format!("/run/user/{}", user.uid);
        if std::fs::metadata(&runtime).is_ok_and(|meta| meta.is_dir()) {
            env.push((b"XDG_RUNTIME_DIR".to_vec(), runtime.into_bytes()));
        }
        env
    }
}

/// Returns the user who called this process through sudo or pkexec. Only its own environment tells that: what comes with a
/// request is the caller's to choose.
pub fn invoker() -> Option<u32> {
    number("SUDO_UID").or_else(|| number("PKEXEC_UID"))
}

/// Returns the person for whom pkexec started this process as root. What that side asks for then comes from somebody with other
/// rights.
pub fn pkexec_person() -> Option<u32> {
    let is_root = rustix::process::geteuid().is_root();
    number("PKEXEC_UID").filter(|_| is_root)
}

fn number(name: &str) -> Option<u32> {
    std::env::var(name).ok()?.parse().ok()
}

/// Returns the groups of this process; an ordinary user's name space cannot choose, so they are simply kept.
fn caller_groups(mode: Mode) -> Option<Vec<u32>> {
    match mode {
        Mode::User => None,
        Mode::System => Some(
            rustix::process::getgroups()
                .unwrap_or_default()
                .into_iter()
                .map(rustix::process::Gid::as_raw)
                .collect(),
        ),
    }
}

fn find(name: &str) -> Result<User> {
    let by_name = CString::new(name).ok().and_then(|name| users::by_name(&name));
    by_name.or_else(|| name.parse().ok().and_then(users::by_id)).ok_or_else(|| no_such_user(name))
}

fn no_such_user(name: &str) -> Box<SeeError> {
    let shown = escape_for_display(name.as_bytes());
    SeeError::new(
        ErrorCode::NoSuchUser,
        format!("There is no user {shown} on this machine."),
        "Give a name or number that `getent passwd` shows.",
    )
    .with_fact("user", shown)
}
