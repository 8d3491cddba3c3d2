//! How long ago something was looked at on the host. Says nothing of calls: those are over when they are over.

/// Returns the coarse monotonic clock's time.
pub fn milliseconds() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::MonotonicCoarse);
    u64::try_from(now.tv_sec * 1000 + now.tv_nsec / 1_000_000).unwrap_or(0)
}
