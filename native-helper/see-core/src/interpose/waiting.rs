//! A call that waits for us, and the turn to receive the next one. Whatever happens while it is looked at, it runs in the end,
//! unless somebody else decides that.

use std::cell::{Cell, RefCell};

use see_sys::seccomp_notify::{Listener, Notification, Turn};

/// A call that runs when this is dropped, unless somebody else decides that.
#[derive(Debug)]
pub struct Waiting<'a> {
    listener: &'a Listener,
    /// What it is.
    pub call: Notification,
    turn: RefCell<Option<Turn<'a>>>,
    is_answered: Cell<bool>,
}

impl<'a> Waiting<'a> {
    /// Takes a call, and the turn in which it was received.
    pub fn new(listener: &'a Listener, call: Notification, turn: Turn<'a>) -> Self {
        Self { listener, call, turn: RefCell::new(Some(turn)), is_answered: Cell::new(false) }
    }

    /// Takes a call that somebody decides once it was looked at.
    pub fn decided(listener: &'a Listener, call: Notification) -> Self {
        Self { listener, call, turn: RefCell::default(), is_answered: Cell::new(true) }
    }

    /// Tells whether what was read of its thread was read of this thread: it still waits.
    pub fn still_waits(&self) -> bool {
        self.listener.is_waiting(self.call.id)
    }

    /// Lets it run. Tells whether it waited until now.
    pub fn let_run(&self) -> bool {
        // An error means that the listener is closed: the kernel answers every call itself then.
        !self.is_answered.replace(true) && self.listener.let_run(self.call.id).unwrap_or(false)
    }

    /// Lets another thread receive calls while this one is looked at.
    pub fn pass_turn(&self) {
        self.turn.take();
    }

    /// Tells whether no other call has been received since.
    pub fn is_latest(&self) -> bool {
        self.turn.borrow().is_some()
    }

    /// Lets it run unless it does already; returns the turn, when it is still here.
    pub fn finish(self) -> Option<Turn<'a>> {
        self.let_run();
        self.turn.take()
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.let_run();
    }
}
