//! Making the SEE that a supervisor holds: its limits, its display, its first process, its network, and whoever answers its
//! calls. What fails leaves no process behind; whoever asked settles the session, or tries again.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::Signal;
use see_sys::signals::SignalQueue;

use crate::engine::birth::{await_ready, make_init};
use crate::engine::bounds::Bounds;
use crate::engine::display;
use crate::engine::interposition::Interposition;
use crate::engine::meter::{Meter, hurry};
use crate::engine::namespaces::Shell;
use crate::engine::plan::Tree;
use crate::engine::request::Start;
use crate::engine::room::Room;
use crate::engine::unwritten::Unwritten;
use crate::engine::wire::{self, Outbox};
use crate::error::Result;
use crate::net::reach::Reach;
use crate::net::uplink::Uplink;
use crate::session::Mode;
use crate::store::{SessionLock, Store};

use super::scarce::Counted;
use super::starts::Starts;
use super::{FIRST, Supervisor, frost};

impl Supervisor {
    /// Makes the SEE.
    pub(super) fn begin(start: &Start, lock: OwnedFd) -> Result<Self> {
        let signals =
            SignalQueue::collect(&[Signal::TERM.as_raw(), Signal::INT.as_raw(), Signal::HUP.as_raw()])
                .map_err(wire::gone)?;
        let (control, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
                .map_err(wire::gone)?;
        let interposition = Interposition::of(&start.policy);
        let reported = interposition.reported();
        let mode = if rustix::process::geteuid().is_root() { Mode::System } else { Mode::User };
        let bounds = Bounds::make(mode, &start.session, &start.policy);
        let place = start.store.join(b"sessions").join(start.session.as_bytes()).join(display::PLACE);
        let display = start.display.as_ref().map(|wish| wish.show(place)).transpose();
        let made = display.as_ref().map_err(Clone::clone).and_then(|display| {
            let bounds = bounds.as_ref().map_err(Clone::clone)?;
            let screen = display.as_ref().map(|display| display.screen().clone());
            let tree = Tree { screen, ..start.tree.clone() };
            bounds.inside(|group| {
                make_init(&start.store, &start.session, &tree, reported, theirs.as_fd(), group)
            })
        });
        drop(theirs);
        // The SEE's root has its set-id programs; this process has no use for any.
        rustix::thread::set_no_new_privs(true).map_err(wire::gone)?;
        let store = Store::open(Some(start.store.as_path()))?;
        let lock = SessionLock::inherit(lock)?;
        let mut session = store.session(&start.session)?;
        // What ran out before stays told; nothing is near yet.
        session.near.retain(|near| near.hits > 0);
        // The SEE is being made meanwhile.
        let prepared = interposition.prepare(&store, &session, start.fresh);
        let (init, shell) = made?;
        session.limits.extend(shell.as_ref().and_then(Shell::limit));
        let made = await_ready(control.as_fd(), &init, shell)?;
        session.limits.extend(made.limits);
        let resolver = start.tree.resolver.as_ref().map(|resolver| resolver.address);
        let connect = |resolver| Uplink::connect(made.network, &start.policy, resolver);
        let uplink = resolver.map(connect).transpose()?;
        let filter = uplink.as_ref().map(|uplink| uplink.filter(&start.policy)).transpose()?;
        let reach = Arc::new(Reach::new(filter));
        let (bounds, display) = (bounds?, display?);
        session.limits.extend(Room::lacking(&session.layers, start.policy.floor));
        let unwritten = Unwritten::watch(&session.layers);
        let meter = Meter::start(&session.layers, init.pid(), frost::limits(&session), bounds.freezer())?;
        // Last: whoever answers calls is only done when the init has ended.
        let begin =
            |inside| interposition.begin(prepared?, &session, start, inside, Arc::clone(&reach), init.pid());
        let answering = made.inside.map(begin).transpose()?;
        hurry();
        Ok(Self {
            listener: None,
            store,
            session,
            lock: Some(lock),
            fresh: start.fresh,
            throw_away: start.throw_away,
            attached: true,
            control,
            orders: Outbox::default(),
            starts: Starts::default(),
            init: init.keep(),
            answering,
            mounts: Some(made.mounts),
            unwritten,
            uplink,
            reach,
            signals,
            programs: BTreeMap::new(),
            clients: Vec::new(),
            next_number: FIRST + 1,
            empty: false,
            kill_at: None,
            hung_up: false,
            failed: None,
            bounds,
            display,
            meter,
            counted: Counted::default(),
            is_held: false,
            overrun: false,
            unheeded: false,
        })
    }
}
