//! Points in time: nanoseconds of a file system's clock, and their RFC 3339 text.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Nanoseconds since 1970-01-01T00:00:00Z. Compare only stamps of the same file system: clocks differ in
/// granularity, and a tie means "cannot tell".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub i128);

impl Timestamp {
    /// Returns the stamp of a `timespec`-like pair of seconds and nanoseconds.
    pub fn from_parts(seconds: i64, nanoseconds: i64) -> Self {
        Self(i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds))
    }

    /// Returns the current time of the system's clock.
    pub fn now() -> Self {
        Self(OffsetDateTime::now_utc().unix_timestamp_nanos())
    }

    /// Returns whole seconds and the nanoseconds beyond them, for `utimensat`.
    pub fn parts(self) -> (i64, i64) {
        let seconds = self.0.div_euclid(1_000_000_000);
        let nanoseconds = self.0.rem_euclid(1_000_000_000);
        (i64::try_from(seconds).unwrap_or(i64::MAX), i64::try_from(nanoseconds).unwrap_or(0))
    }

    /// Returns RFC 3339 text in UTC; a stamp beyond year 9999 becomes the epoch.
    pub fn to_rfc3339(self) -> String {
        OffsetDateTime::from_unix_timestamp_nanos(self.0)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .format(&Rfc3339)
            .unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned())
    }
}
