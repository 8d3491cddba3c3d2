//! Where a path begins that counts from something that a thread has open: the kernel tells its path, and that may lead elsewhere by
//! the mounts that the thread sees.

use std::sync::atomic::Ordering;

use rustix::io::Errno;

use crate::path::HostPath;
use crate::read_set::set::Missing;

use super::observer::Shared;
use super::view::{Sight, Target};

impl Shared {
    /// Returns where a path begins that counts from what a link of `/proc` leads to (`link`, for which the kernel told `told`), and
    /// makes the sight the one by which that is found. Once something was mounted that may lie where no path of its name leads: what
    /// is seen there is not known then.
    pub(super) fn begin(&self, sight: &mut Sight, told: &[u8], link: &[u8]) -> Option<HostPath> {
        let Self { main, tables, is_remounted, recorder, .. } = self;
        let start = sight.inner(told);
        if !is_remounted.load(Ordering::SeqCst) {
            return start;
        }
        let is_in = |sight: &Sight, start: &HostPath| tables.counts_from(sight, start, link);
        match start.as_ref().map(|start| is_in(sight, start)) {
            Some(Ok(true)) => return start,
            // The call fails as well, or its thread is gone.
            Some(Err(Errno::NOENT | Errno::SRCH)) => return None,
            _ => {}
        }
        // It may have been opened before the thread went into a name space of its own. What the SEE's shows means the same as long as
        // nothing was mounted there, and what the kernel shows always does.
        let shown = main.inner(told).filter(|shown| {
            let is_kernels = main.table.around(shown).is_some_and(|point| point.target == Target::Kernel);
            (is_kernels || tables.are_as_at_first()) && is_in(main, shown) == Ok(true)
        });
        match shown {
            Some(_) => *sight = Sight { is_borrowed: true, ..main.clone() },
            None if start.is_some() => recorder.lose(Missing::Blind),
            None => {}
        }
        shown
    }
}
