//! What the flags of an open say about its intent. Pure.

use crate::read_set::access::Access;

const ACCESS_MODE: u32 = 0o3;
const WRITE_ONLY: u32 = 0o1;
const CREATE: u32 = 0o100;
const EXCLUSIVE: u32 = 0o200;
const TRUNCATE: u32 = 0o1000;
const APPEND: u32 = 0o2000;
const DIRECTORY: u32 = 0o200_000;
const NO_FOLLOW: u32 = 0o400_000;
const PATH: u32 = 0o10_000_000;
const TEMPORARY: u32 = 0o20_000_000;

/// All bits that matter here.
const MATTER: u32 =
    ACCESS_MODE | CREATE | EXCLUSIVE | TRUNCATE | APPEND | DIRECTORY | NO_FOLLOW | PATH | TEMPORARY;

/// What `creat` means.
pub const CREAT: u64 = (CREATE | WRITE_ONLY | TRUNCATE) as u64;

/// The flags of an open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFlags(u32);

impl OpenFlags {
    /// Returns the flags without what does not matter.
    pub fn new(raw: u64) -> Self {
        Self(raw as u32 & MATTER)
    }

    /// Returns the bits, as part of a cache's key.
    pub fn bits(self) -> u32 {
        self.0
    }

    fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }

    /// Tells whether a symlink at the end is followed.
    pub fn follows(self) -> bool {
        !(self.has(NO_FOLLOW) || self.has(CREATE) && self.has(EXCLUSIVE))
    }

    /// Returns the intent towards what is no directory.
    pub fn access(self) -> Access {
        if self.has(PATH | TEMPORARY | DIRECTORY) {
            // The last two fail on it, or make a file without a name in a directory.
            return Access::LOOKUP;
        }
        if self.has(CREATE) && self.has(EXCLUSIVE) {
            return Access::EXCLUSIVE;
        }
        let reads = self.0 & ACCESS_MODE != WRITE_ONLY;
        if self.has(TRUNCATE) {
            // Without O_CREAT it works only when the name is there.
            return if self.has(CREATE) { Access::TRUNCATE } else { Access::TRUNCATE | Access::LOOKUP };
        }
        let writes = self.0 & ACCESS_MODE != 0;
        let write = if self.has(APPEND) { Access::APPEND } else { Access::WRITE };
        match (reads, writes) {
            (true, false) => Access::READ,
            (false, _) => write,
            (true, true) => Access::READ | write,
        }
    }

    /// Tells whether nothing is made or changed.
    pub fn only_reads(self) -> bool {
        self.0 & ACCESS_MODE == 0 && !self.has(CREATE | TRUNCATE | TEMPORARY)
    }

    /// Tells whether an object with a name is made or written to.
    pub fn makes_or_writes(self) -> bool {
        !self.only_reads() && !self.has(PATH | TEMPORARY)
    }

    /// Tells whether what is not there is made.
    pub fn creates(self) -> bool {
        self.has(CREATE)
    }

    /// Tells whether what is there makes it fail.
    pub fn is_exclusive(self) -> bool {
        self.has(CREATE) && self.has(EXCLUSIVE)
    }

    /// Tells whether what is there is only read.
    pub fn only_creates(self) -> bool {
        self.0 & ACCESS_MODE == 0 && !self.has(TRUNCATE)
    }

    /// Returns the intent towards a directory.
    pub fn directory_access(self) -> Access {
        let only_reads = self.0 & ACCESS_MODE == 0 && !self.has(CREATE | PATH | TEMPORARY);
        if only_reads { Access::LOOKUP | Access::OPEN } else { Access::LOOKUP }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents() {
        let (rdonly, wronly, rdwr) = (0, 1, 2);
        let to_list = Access::LOOKUP | Access::OPEN;
        let cases = [
            (rdonly, Access::READ, to_list),
            (rdonly | DIRECTORY, Access::LOOKUP, to_list),
            (rdonly | PATH, Access::LOOKUP, Access::LOOKUP),
            (rdonly | PATH | DIRECTORY, Access::LOOKUP, Access::LOOKUP),
            (wronly, Access::WRITE, Access::LOOKUP),
            (wronly | CREATE, Access::WRITE, Access::LOOKUP),
            (wronly | APPEND | CREATE, Access::APPEND, Access::LOOKUP),
            (wronly | TRUNCATE | CREATE, Access::TRUNCATE, Access::LOOKUP),
            (wronly | TRUNCATE, Access::TRUNCATE | Access::LOOKUP, Access::LOOKUP),
            (rdwr, Access::READ | Access::WRITE, Access::LOOKUP),
            (rdwr | TRUNCATE | CREATE, Access::TRUNCATE, Access::LOOKUP),
            (wronly | CREATE | EXCLUSIVE, Access::EXCLUSIVE, Access::LOOKUP),
            (rdwr | TEMPORARY | DIRECTORY, Access::LOOKUP, Access::LOOKUP),
        ];
        for (raw, file, directory) in cases {
            let flags = OpenFlags::new(raw.into());
            assert_eq!((flags.access(), flags.directory_access()), (file, directory), "{raw:o}");
        }
        assert!(OpenFlags::new(0).follows());
        assert!(!OpenFlags::new(u64::from(NO_FOLLOW)).follows());
        assert_eq!(OpenFlags::new(CREAT).access(), Access::TRUNCATE);
    }
}
