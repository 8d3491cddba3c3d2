//! Takes back what a step did to an inode in place. Between a commit that was cut off and its recovery the host may have
//! changed the same inode: what is neither as it was before the step nor as the step left it is the host's, and stays.

use std::collections::BTreeSet;

use rustix::process::geteuid;

use crate::change::FileType;
use crate::error::Result;

use super::attributes::{self, Attributes};
use super::bytes::Bytes;
use super::copy;
use super::loosen::LENT;
use super::places::{Places, Spot};
use super::stat::Identity;

const SPECIAL: u32 = 0o7000;
/// A change of owner takes these away, until the step sets them again.
const SET_ID: u32 = 0o6000;
const CAPABILITY: &[u8] = b"security.capability";

/// Whose the content of a file is that a step writes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// What it was before the step.
    Former,
    /// What the step wrote, or its revert, in part or whole.
    Ours,
    /// Somebody wrote to it since.
    Theirs,
}

/// Tells whose content a file has. One that is only shorter than it was counts as cut off by us.
pub fn content(places: &mut Places, at: &Spot, new: &Spot, former: &Spot) -> Result<Content> {
    if copy::is_alike(places, former, at)? {
        return Ok(Content::Former);
    }
    for source in [new, former] {
        if places.stat(source)?.is_some() && copy::is_cut_off(places, at, source)? {
            return Ok(Content::Ours);
        }
    }
    Ok(Content::Theirs)
}

/// Takes back attributes that a step changed from `before` to `after`, in part or whole. `content` says whose the time
/// of change is when it is neither of both.
pub fn attributes(
    places: &mut Places,
    at: &Spot,
    object: Identity,
    (before, after): (&Attributes, &Attributes),
    content: Content,
) -> Result<()> {
    let now = attributes::read(places, at, None)?;
    // What we moved in and out of a directory changed its time as well.
    let is_time_ours = content != Content::Theirs || object.kind == FileType::Directory;
    let wanted = Attributes {
        mode: mode(now.mode, before, after),
        uid: former(now.uid, before.uid, after.uid),
        gid: former(now.gid, before.gid, after.gid),
        mtime: if is_time_ours { before.mtime } else { former(now.mtime, before.mtime, after.mtime) },
        xattrs: xattrs(&now, before, after),
    };
    attributes::write(places, at, Some(object), &wanted)
}

/// Tells whether permission bits are those of a step that opens an object up or closes it again: it changes no other bits.
pub fn is_same_but_open(now: u32, other: u32) -> bool {
    now & !LENT == other & !LENT
}

/// Returns what a value was when the step has changed it, else what it is.
fn former<T: PartialEq>(now: T, before: T, after: T) -> T {
    if now == after { before } else { now }
}

fn mode(now: u32, before: &Attributes, after: &Attributes) -> u32 {
    // An ordinary user's commit lets itself write, in steps of their own.
    let slack = if geteuid().is_root() { 0 } else { LENT };
    let rights = |mode: u32| mode & !SPECIAL & !slack;
    let special = |mode: u32| mode & SPECIAL;
    let owner_changes = (before.uid, before.gid) != (after.uid, after.gid);
    let cut = if owner_changes { SPECIAL & !SET_ID } else { SPECIAL };
    // Owner, ACL and mode are set one after the other: each part may be of either side.
    let sides = [before.mode, after.mode];
    let is_ours = sides.iter().any(|side| rights(*side) == rights(now))
        && sides.iter().any(|side| special(*side) & cut == now & cut)
        && now & SET_ID & !(before.mode | after.mode) == 0;
    if is_ours { before.mode } else { now }
}

fn xattrs(
    now: &Attributes,
    before: &Attributes,
    after: &Attributes,
) -> std::collections::BTreeMap<Bytes, Bytes> {
    let sides = [now, before, after];
    let names: BTreeSet<&Bytes> = sides.iter().flat_map(|side| side.xattrs.keys()).collect();
    let value = |name: &Bytes| {
        let [now, before, after] = sides.map(|side| side.xattrs.get(name));
        let is_between = now.is_none() && name.0 == CAPABILITY;
        if now == after || is_between { before } else { now }
    };
    let pairs = names.into_iter().filter_map(|name| Some((name.clone(), value(name)?.clone())));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::timestamp::Timestamp;

    fn some(mode: u32, uid: u32, xattrs: &[(&str, &str)]) -> Attributes {
        let pair = |(name, value): &(&str, &str)| (Bytes((*name).into()), Bytes((*value).into()));
        let xattrs: BTreeMap<_, _> = xattrs.iter().map(pair).collect();
        Attributes { mode, uid, gid: 0, mtime: Timestamp(0), xattrs }
    }

    #[test]
    fn permissions_between_both_sides_are_ours() {
        let (before, after) = (some(0o4755, 0, &[]), some(0o700, 1, &[]));
        for ours in [0o4755, 0o700, 0o755, 0o4700] {
            assert_eq!(mode(ours, &before, &after), 0o4755, "{ours:o}");
        }
        for theirs in [0o2755, 0o711, 0o4711, 0o1755] {
            assert_eq!(mode(theirs, &before, &after), theirs, "{theirs:o}");
        }
        // Without a change of owner nobody but the host takes the bit off.
        assert_eq!(mode(0o755, &before, &some(0o4700, 0, &[])), 0o755);
    }

    #[test]
    fn attributes_that_the_host_set_since_stay() {
        let before = some(0, 0, &[("user.a", "1"), ("user.b", "1"), ("security.capability", "c")]);
        let after = some(0, 0, &[("user.a", "2"), ("user.n", "2"), ("security.capability", "d")]);
        let now = some(0, 0, &[("user.a", "3"), ("user.n", "2"), ("user.h", "3")]);
        let wanted =
            some(0, 0, &[("user.a", "3"), ("user.b", "1"), ("user.h", "3"), ("security.capability", "c")]);
        assert_eq!(xattrs(&now, &before, &after), wanted.xattrs);
    }
}
