//! Links of `/proc` that mean something else for each thread: `/proc/self/fd/3`, `/dev/stdin`.

use std::collections::VecDeque;

use crate::path::HostPath;

use super::found::Found;
use super::resolve::Reached;

/// Tells whether a path may lead through a link that means something else for each thread.
pub fn is_own_link(path: &[u8]) -> bool {
    let is_below =
        |top: &[u8]| path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
    is_below(b"/proc") || is_below(b"/dev")
}

/// Tells whether a path led to a link of `/proc` that means something else for each thread.
pub fn leads_to_own(reached: &Reached) -> bool {
    let path = reached.path.as_bytes();
    let own = [&b"/fd/"[..], b"/cwd", b"/root", b"/exe"];
    let is_link = path.starts_with(b"/proc/") && own.iter().any(|part| contains(path, part));
    let is_standard = [&b"/dev/fd/"[..], b"/dev/stdin", b"/dev/stdout", b"/dev/stderr"];
    reached.found == Found::Private && (is_link || is_standard.iter().any(|start| path.starts_with(start)))
}

/// Tells whether what is left of a path leads back up through a link of `/proc` that means something else for each thread.
pub fn leads_back_through_own(path: &HostPath, rest: &VecDeque<Vec<u8>>) -> bool {
    let mut before = rest.iter().take_while(|part| *part != b"..");
    path.as_bytes().starts_with(b"/proc")
        && rest.iter().any(|part| part == b"..")
        && before.any(|part| matches!(part.as_slice(), b"fd" | b"cwd" | b"root" | b"exe"))
}

fn contains(path: &[u8], part: &[u8]) -> bool {
    path.windows(part.len()).any(|window| window == part)
}

/// A link of `/proc` that a path goes through.
pub struct OwnLink {
    /// Where the supervisor finds it.
    pub link: Vec<u8>,
    /// What is left of the path, with its slash.
    pub rest: Vec<u8>,
    /// It is another process's, found through the `/proc` that the thread sees.
    pub is_others: bool,
}

/// Returns the link of `/proc` that a path goes through.
pub fn own_link(thread: u32, reached: &Reached) -> Option<OwnLink> {
    if reached.found != Found::Private {
        return None;
    }
    let mut parts = reached.path.as_bytes().split(|byte| *byte == b'/').skip(1).peekable();
    let (who, what): (&[u8], Vec<u8>) = match parts.next()? {
        b"dev" => match parts.next()? {
            b"fd" => (b"self", [b"fd/", parts.next()?].concat()),
            b"stdin" => (b"self", b"fd/0".to_vec()),
            b"stdout" => (b"self", b"fd/1".to_vec()),
            b"stderr" => (b"self", b"fd/2".to_vec()),
            _ => return None,
        },
        b"proc" => {
            let who = parts.next()?;
            if parts.next_if_eq(&&b"task"[..]).is_some() {
                parts.next()?;
            }
            match parts.next()? {
                b"fd" => (who, [b"fd/", parts.next()?].concat()),
                link @ (b"cwd" | b"root" | b"exe") => (who, link.to_vec()),
                _ => return None,
            }
        }
        _ => return None,
    };
    let link = match who {
        b"self" | b"thread-self" => format!("/proc/{thread}/").into_bytes(),
        // Another process, by its number inside: through the `/proc` that the thread sees.
        who if who.iter().all(u8::is_ascii_digit) => {
            [format!("/proc/{thread}/root/proc/").as_bytes(), who, b"/"].concat()
        }
        _ => return None,
    };
    let rest = parts.flat_map(|part| [b"/", part].concat()).collect();
    let is_others = who.iter().all(u8::is_ascii_digit);
    Some(OwnLink { link: [link, what].concat(), rest, is_others })
}
