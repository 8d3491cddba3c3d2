//! What a program means to do with a path. Plain data.

use std::ops::{BitOr, BitOrAssign};

/// A set of intents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Access(u16);

impl Access {
    /// Looks the name up.
    pub const LOOKUP: Self = Self(1);
    /// Reads the content.
    pub const READ: Self = Self(1 << 1);
    /// Writes without emptying it first, or changes attributes: a read, then a write.
    pub const WRITE: Self = Self(1 << 2);
    /// Writes at the end: a read, then a write.
    pub const APPEND: Self = Self(1 << 3);
    /// Empties it, or puts something else in its place: blind.
    pub const TRUNCATE: Self = Self(1 << 4);
    /// Makes it, and only if it is not there.
    pub const EXCLUSIVE: Self = Self(1 << 5);
    /// Reads the names of a directory.
    pub const LIST: Self = Self(1 << 6);
    /// Runs it, or has it loaded by the kernel to run another.
    pub const EXEC: Self = Self(1 << 7);
    /// Asks for what the file system says of the object: size, times, mode.
    pub const STAT: Self = Self(1 << 8);
    /// Opens a directory so that its names can be read: a look-up, as long as nobody reads them. Has no name of its own.
    pub const OPEN: Self = Self(1 << 9);
    /// Brings another object to its place, or takes it from there: a rename. Has no name of its own.
    pub const REPLACE: Self = Self(1 << 10);

    const NAMES: [(Self, &'static str); 9] = [
        (Self::LOOKUP, "lookup"),
        (Self::READ, "read"),
        (Self::WRITE, "write"),
        (Self::APPEND, "append"),
        (Self::TRUNCATE, "truncate"),
        (Self::EXCLUSIVE, "exclusive"),
        (Self::LIST, "list"),
        (Self::EXEC, "exec"),
        (Self::STAT, "stat"),
    ];

    /// Tells whether one of these intents is in the set.
    pub fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Tells whether the content or the attributes of an object are seen.
    pub fn sees_content(self) -> bool {
        self.has(Self::READ | Self::WRITE | Self::APPEND | Self::EXEC | Self::STAT)
    }

    /// Tells whether what a file holds is about to change.
    pub fn changes_content(self) -> bool {
        self.has(Self::WRITE | Self::APPEND | Self::TRUNCATE)
    }

    /// Tells whether nothing of what was there before is seen.
    pub fn is_blind(self) -> bool {
        self.without(Self::REPLACE) == Self::TRUNCATE
    }

    /// Returns the set without these intents.
    pub(super) fn without(self, these: Self) -> Self {
        Self(self.0 & !these.0)
    }

    /// Returns the intents' names.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(one, _)| self.has(*one)).map(|(_, name)| name)
    }

    pub(super) fn bits(self) -> u16 {
        self.0
    }

    pub(super) fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
}

impl BitOr for Access {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Access {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
