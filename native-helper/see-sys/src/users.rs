//! The user data base of the host, asked as every program asks it (NSS).

use std::ffi::{CStr, CString};

/// A user, as the data base tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Login name.
    pub name: CString,
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
    /// Every group, the primary one included.
    pub groups: Vec<u32>,
    /// Home directory.
    pub home: CString,
    /// Login shell.
    pub shell: CString,
}

/// The most bytes that the strings of one user may have.
const LIMIT: usize = 1 << 20;

/// Returns the user with this id.
pub fn by_id(uid: u32) -> Option<User> {
    // SAFETY: `fill` passes pointers that are valid for the length given with them.
    lookup(|entry, buffer, length, found| unsafe { libc::getpwuid_r(uid, entry, buffer, length, found) })
}

/// Returns the user with this name.
pub fn by_name(name: &CStr) -> Option<User> {
    lookup(|entry, buffer, length, found| {
        // SAFETY: as above, and `name` is a C string.
        unsafe { libc::getpwnam_r(name.as_ptr(), entry, buffer, length, found) }
    })
}

fn lookup(
    ask: impl Fn(*mut libc::passwd, *mut libc::c_char, usize, *mut *mut libc::passwd) -> libc::c_int,
) -> Option<User> {
    let mut buffer: Vec<libc::c_char> = vec![0; 4096];
    loop {
        // SAFETY: an all-zero `passwd` is valid: null pointers and zeros.
        let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        match ask(&raw mut entry, buffer.as_mut_ptr(), buffer.len(), &raw mut found) {
            libc::ERANGE if buffer.len() < LIMIT => buffer.resize(buffer.len() * 4, 0),
            0 if !found.is_null() => return Some(user_of(&entry)),
            _ => return None,
        }
    }
}

fn user_of(entry: &libc::passwd) -> User {
    let text = |pointer: *const libc::c_char| -> CString {
        if pointer.is_null() {
            return CString::default();
        }
        // SAFETY: the data base filled in a C string in a buffer that is still alive.
        unsafe { CStr::from_ptr(pointer) }.to_owned()
    };
    let name = text(entry.pw_name);
    let groups = groups_of(&name, entry.pw_gid);
    User {
        uid: entry.pw_uid,
        gid: entry.pw_gid,
        groups,
        home: text(entry.pw_dir),
        shell: text(entry.pw_shell),
        name,
    }
}

fn groups_of(name: &CStr, primary: u32) -> Vec<u32> {
    let mut groups: Vec<libc::gid_t> = vec![0; 64];
    loop {
        let mut count = libc::c_int::try_from(groups.len()).unwrap_or(libc::c_int::MAX);
        // SAFETY: `groups` has room for `count` ids; `name` is a C string.
        let told = unsafe { libc::getgrouplist(name.as_ptr(), primary, groups.as_mut_ptr(), &raw mut count) };
        let count = usize::try_from(count).unwrap_or(0);
        if told >= 0 {
            groups.truncate(count);
            return groups;
        }
        if count <= groups.len() {
            return vec![primary];
        }
        groups.resize(count, 0);
    }
}
