//! Whether something is near its limit: said once when it comes near, and once when it has been well away from it for a while.
//! Pure.

use std::time::{Duration, Instant};

/// Four fifths of a limit are near it.
const NEAR: (u64, u64) = (4, 5);
/// Below three fifths is well away.
const AWAY: (u64, u64) = (3, 5);
/// So long it has to be well away: what swings is near all the time.
const CALM: Duration = Duration::from_secs(30);

/// How it stands with one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nearness {
    is_near: bool,
    calm_since: Option<Instant>,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It came near.
    Came,
    /// It went away again.
    Left,
}

impl Nearness {
    /// Tells whether it was said that it is near, and not yet that it is no longer.
    pub fn is_near(self) -> bool {
        self.is_near
    }

    /// Looks at what is used now.
    pub fn look(&mut self, used: u64, limit: u64, now: Instant) -> Option<Turn> {
        if is_near(used, limit) {
            self.calm_since = None;
            return (!std::mem::replace(&mut self.is_near, true)).then_some(Turn::Came);
        }
        if !self.is_near || used >= part(limit, AWAY) {
            self.calm_since = None;
            return None;
        }
        let since = *self.calm_since.get_or_insert(now);
        if now.saturating_duration_since(since) < CALM {
            return None;
        }
        *self = Self::default();
        Some(Turn::Left)
    }
}

/// Tells whether so much is near a limit.
pub fn is_near(used: u64, limit: u64) -> bool {
    used >= part(limit, NEAR)
}

/// Of little the part is exact, of much near enough.
fn part(limit: u64, (of, all): (u64, u64)) -> u64 {
    limit.checked_mul(of).map_or(limit / all * of, |much| much / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_when_it_comes_near_and_again_only_after_a_calm_while() {
        let mut nearness = Nearness::default();
        let begin = Instant::now();
        let mut look = |used, second| nearness.look(used, 100, begin + Duration::from_secs(second));
        assert_eq!(
            [look(79, 0), look(80, 1), look(100, 2), look(70, 3)],
            [None, Some(Turn::Came), None, None]
        );
        // What swings has not left, however low it falls in between.
        for second in (4..100).step_by(2) {
            assert_eq!((look(0, second), look(99, second + 1)), (None, None));
        }
        assert_eq!([look(59, 200), look(59, 229), look(59, 230)], [None, None, Some(Turn::Left)]);
        assert_eq!([look(79, 231), look(81, 232)], [None, Some(Turn::Came)]);
    }

    #[test]
    fn no_limit_is_too_small_or_too_large() {
        assert_eq!([is_near(6, 8), is_near(7, 8)], [true, true]);
        assert!(!is_near(u64::MAX / 2, u64::MAX) && is_near(u64::MAX, u64::MAX));
    }
}
