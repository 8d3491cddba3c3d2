//! Making the SEE that a supervisor holds: its limits, its display, its first process, its network, and whoever answers its
//! calls. What fails leaves nothing behind.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::Signal;
use see_sys::signals::SignalQueue;

use crate::engine::birth::{await_ready, end_init, make_init};
use crate::engine::bounds::Bounds;
use crate::engine::display::Wish;
use crate::engine::interposition::Interposition;
use crate::engine::meter::Meter;
use crate::engine::plan::Tree;
use crate::engine::request::Start;
use crate::engine::{give_up, wire};
use crate::error::Result;
use crate::net::reach::Reach;
use crate::net::uplink::Uplink;
use crate::session::{Mode, SessionState};
use crate::store::{SessionLock, Store};

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
        let display = start.display.as_ref().map(Wish::show).transpose();
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
        // The SEE is being made meanwhile.
        let prepared = interposition.prepare(&store, &session, start.fresh);
        let settled = made.and_then(|(init, shell)| {
            let made = await_ready(control.as_fd(), init, shell)?;
            let resolver = start.tree.resolver.as_ref().map(|resolver| resolver.address);
            let begun = resolver
                .map(|resolver| Uplink::connect(made.network, &start.policy, resolver))
                .transpose()
                .and_then(|uplink| {
                    let filter = uplink.as_ref().map(|uplink| uplink.filter(&start.policy)).transpose()?;
                    let reach = Arc::new(Reach::new(filter));
                    let begin = |inside| {
                        interposition.begin(prepared?, &session, start, inside, Arc::clone(&reach), init)
                    };
                    Ok((uplink, made.inside.map(begin).transpose()?, reach))
                });
            match begun {
                Ok((uplink, answering, reach)) => {
                    Ok((init, made.mounts, made.limits, (uplink, reach), answering))
                }
                Err(error) => end_init(init).and(Err(error)),
            }
        });
        let (init, mounts, limits, (uplink, reach), answering) = match settled {
            Ok(settled) => settled,
            Err(error) => {
                match start.fresh {
                    true => give_up(&store, session, SessionState::Broken, &error)?,
                    false => store.finish_session(&session.id, None, None)?,
                }
                return Err(error);
            }
        };
        session.limits.extend(limits);
        let (bounds, display) = (bounds?, display?);
        let meter = Meter::start(&session.layers, frost::limits(&session), bounds.is_firm())?;
        Ok(Self {
            listener: None,
            store,
            session,
            lock: Some(lock),
            fresh: start.fresh,
            throw_away: start.throw_away,
            attached: true,
            control,
            init,
            answering,
            mounts: Some(mounts),
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
            is_held: false,
            overrun: false,
        })
    }
}
