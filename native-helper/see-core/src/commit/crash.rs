//! Where the tests let a commit die. In the product nothing is here.

/// A moment at which a crash is interesting.
#[cfg(not(test))]
#[inline(always)]
pub fn point() {}

/// The moment between the last look at what a step is about and the step.
#[cfg(not(test))]
#[inline(always)]
pub fn gap() {}

#[cfg(test)]
pub use armed::{
    Crashed, gap, interrupt, interrupt_gap, is_uninterrupted, point, survive_all, survive_until,
};

#[cfg(test)]
mod armed {
    use std::cell::{Cell, RefCell};

    type Meddler = (u64, Box<dyn FnOnce()>);

    thread_local! {
        static PASSED: Cell<u64> = const { Cell::new(0) };
        static DIES_AT: Cell<Option<u64>> = const { Cell::new(None) };
        static GAPS: Cell<u64> = const { Cell::new(0) };
        static MEDDLER: RefCell<Option<Meddler>> = const { RefCell::new(None) };
        /// As the meddler, but of gaps.
        static INTRUDER: RefCell<Option<Meddler>> = const { RefCell::new(None) };
    }

    /// What a test's commit dies of.
    pub struct Crashed;

    /// Dies when it is time.
    pub fn point() {
        let passed = PASSED.get();
        PASSED.set(passed + 1);
        let meddler = MEDDLER.with_borrow_mut(|meddler| meddler.take_if(|(when, _)| *when == passed));
        if let Some((_, meddle)) = meddler {
            meddle();
        }
        if DIES_AT.get() == Some(passed) {
            DIES_AT.set(None);
            std::panic::panic_any(Crashed);
        }
    }

    /// Meddles when it is time.
    pub fn gap() {
        let passed = GAPS.get();
        GAPS.set(passed + 1);
        let intruder = INTRUDER.with_borrow_mut(|intruder| intruder.take_if(|(when, _)| *when == passed));
        if let Some((_, meddle)) = intruder {
            meddle();
        }
    }

    /// Lets the next run die at the point with this number, counted from 0.
    pub fn survive_until(number: u64) {
        PASSED.set(0);
        DIES_AT.set(Some(number));
    }

    /// Lets the next run pass every point.
    pub fn survive_all() {
        PASSED.set(0);
        DIES_AT.set(None);
        MEDDLER.set(None);
        GAPS.set(0);
        INTRUDER.set(None);
    }

    /// Does something when the next run comes to the point with this number.
    pub fn interrupt(number: u64, meddle: impl FnOnce() + 'static) {
        survive_all();
        MEDDLER.set(Some((number, Box::new(meddle))));
    }

    /// Does something when the next run comes to the gap with this number.
    pub fn interrupt_gap(number: u64, meddle: impl FnOnce() + 'static) {
        survive_all();
        INTRUDER.set(Some((number, Box::new(meddle))));
    }

    /// Tells whether nobody has meddled since.
    pub fn is_uninterrupted() -> bool {
        MEDDLER.with_borrow(Option::is_some) || INTRUDER.with_borrow(Option::is_some)
    }
}
