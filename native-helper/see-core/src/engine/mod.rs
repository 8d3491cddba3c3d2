//! The overlay engine: makes SEEs, runs programs in them, brings them to rest, removes them. Works by processes of
//! its own (`alcatraz supervise`), so that it may be called from a program with many threads.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::cause::{Limit, LimitCause, SessionCause};
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::hiding::HidingList;
use crate::layer::Layer;
use crate::mounts;
use crate::net::doors;
use crate::net::policy::Net;
use crate::net::resolver::Resolver;
use crate::path::{HostPath, escape_for_display};
use crate::policy::{Clipboard, Policy, Promise, Tightening};
use crate::secrets;
use crate::session::{Session, SessionState};
use crate::store::Store;
use crate::timestamp::Timestamp;

mod bare;
mod birth;
pub(crate) mod bounds;
pub mod client;
mod covers;
pub mod devices;
pub mod dismantle;
pub(crate) mod display;
mod filesystems;
mod finding;
mod floors;
mod footprint;
mod foreign_group;
mod gauge;
mod group;
pub mod group_mend;
mod halted;
mod identity;
mod init;
mod inspection;
mod interposition;
mod kernel_places;
pub mod last_screen;
mod leader;
mod masks;
mod meter;
mod mirror;
mod nameless;
pub(crate) mod namespaces;
mod nearness;
mod plan;
mod program;
mod refusal;
pub mod request;
mod room;
pub(crate) mod rooms;
mod socket;
mod stream;
mod supervising;
pub mod supervisor;
mod tree;
pub mod trial;
mod unwritten;
mod user_tree;
mod view;
mod warden;
pub(crate) mod wire;

pub use identity::pkexec_person;
pub use inspection::{HOST, SESSION};
pub use interposition::reads_path;

use client::Client;
use display::Wish;
use identity::Identity;
use plan::Plan;
use request::{ProgramSpec, RunSpec, Start};
use room::Room;
use supervising::Supervising;

/// How often a SEE is made anew because the host's mounts changed while it was planned and made.
const TRIES: u32 = 5;

/// Makes a SEE and starts a program in it; returns when the program runs. Nobody is connected to its terminal yet.
pub fn launch(store: &Store, spec: RunSpec) -> Result<Session> {
    let (session, client) = begin(store, spec, false)?;
    drop(client);
    Ok(session)
}

/// Makes a SEE, starts a program in it, and returns the connection to its terminal and pipes.
pub fn launch_attached(store: &Store, spec: RunSpec) -> Result<(Session, Client)> {
    begin(store, spec, true)
}

fn begin(store: &Store, mut spec: RunSpec, attached: bool) -> Result<(Session, Client)> {
    let (program, identity) = resolve(store, &spec)?;
    spec.policy.display = display::settle(spec.policy.display, &program);
    bounds::check(&spec.policy, store.mode())?;
    doors::check(&spec.policy)?;
    Room::check_floor(directory_of(&program)?.as_path(), &spec.policy)?;
    let display = wish(&spec.policy, &program)?;
    let id = store.new_id()?;
    let lock = store.lock_session(&id)?;
    let mut session = Session {
        id: id.clone(),
        name: spec.name,
        state: SessionState::Starting,
        command: spec.command,
        cwd: directory_of(&program)?,
        mode: store.mode(),
        owner_uid: rustix::process::getuid().as_raw(),
        run_as: (identity.uid, identity.gid),
        created: Timestamp::now(),
        ended: None,
        exit_status: None,
        why: None,
        layers: Vec::new(),
        limits: Vec::new(),
        policy: spec.policy,
        frozen: None,
        near: Vec::new(),
    };
    let mut is_recorded = false;
    let made = over_steady_mounts(|| {
        // It gets going while the tree is planned here.
        let supervisor = Supervising::begin(&id)?;
        all_there(&session.policy)?;
        let Plan { mut tree, layers, limits, hidden } = plan_of(store, &session, &program)?;
        (session.layers, session.limits, session.policy.hidden) = (layers, limits, hidden);
        match is_recorded {
            false => store.insert_session(&session)?,
            true => store.update_session(&session)?,
        }
        is_recorded = true;
        tree.resolver = resolver(&session.policy);
        let start = Start {
            store: path_of(store.root())?,
            session: id.clone(),
            tree,
            policy: session.policy.clone(),
            fresh: true,
            program: program.clone(),
            attached,
            throw_away: spec.throw_away,
            display: display.clone(),
        };
        let made = supervisor.make(&start, &lock);
        if made.is_err() && store.session(&id)?.state == SessionState::Starting {
            dismantle::layers(&session)?;
            session.layers.clear();
        }
        made
    });
    match made {
        Ok(client) => {
            session.state = SessionState::Running;
            Ok((session, client))
        }
        Err(error) if is_recorded => {
            // A supervisor that came as far as the program has settled it.
            if store.session(&id)?.state == SessionState::Starting {
                give_up(store, session, SessionState::Broken, &error)?;
            }
            Err(error)
        }
        Err(error) => dismantle::traces(store, &session).and(Err(error)),
    }
}

/// Plans and makes something out of the host's mounts; anew when that failed and something was mounted or unmounted meanwhile.
fn over_steady_mounts<T>(mut make: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 1..TRIES {
        let before = mounts::text()?;
        match make() {
            Err(error) if error.code == ErrorCode::CannotIsolate && mounts::text()? != before => {}
            made => return made,
        }
    }
    make()
}

/// Leaves nothing of a session that could not begin but its record, in a state that says so.
fn give_up(store: &Store, mut session: Session, state: SessionState, error: &SeeError) -> Result<()> {
    dismantle::layers(&session)?;
    session.layers.clear();
    session.state = state;
    session.why = Some(SessionCause::Failed { error: Box::new(error.clone()) });
    session.ended = Some(Timestamp::now());
    store.update_session(&session)
}

/// Starts another program in a session: in its SEE when that lives, else in a new one around the same layers.
pub fn enter(store: &Store, session: &Session, spec: RunSpec) -> Result<Client> {
    let (program, _) = resolve(store, &spec)?;
    match session.state {
        SessionState::Running => match Client::enter(store, session, program.clone()) {
            // It may have ended just now.
            Err(error) if error.code == ErrorCode::WrongState => {
                enter_again(store, &store.session(&session.id)?, program)
            }
            other => other,
        },
        _ => enter_again(store, session, program),
    }
}

fn enter_again(store: &Store, session: &Session, program: ProgramSpec) -> Result<Client> {
    let lock = store.lock_session(&session.id)?;
    store.move_session(&session.id, &[SessionState::Finished], SessionState::Starting)?;
    let mut session = store.session(&session.id)?;
    // Whoever enters from somewhere without a display gets none, and a device that is gone is done without.
    let (display, without) = wish_again(&session.policy, &program);
    let started = over_steady_mounts(|| {
        let supervisor = Supervising::begin(&session.id)?;
        let mut plan = plan_of(store, &session, &program)?;
        plan.tree.resolver = resolver(&session.policy);
        let before = std::mem::take(&mut session.layers);
        (session.layers, session.limits, session.policy.hidden) = (plan.layers, plan.limits, plan.hidden);
        session.limits.extend(without.clone());
        store.update_session(&session).inspect_err(|_| {
            let is_new = |layer: &&Layer| before.iter().all(|known| known.index != layer.index);
            // What stays is removed when a layer is made in its place.
            session.layers.iter().filter(is_new).for_each(|layer| drop(dismantle::layer(layer)));
        })?;
        let start = Start {
            store: path_of(store.root())?,
            session: session.id.clone(),
            tree: plan.tree,
            policy: session.policy.clone(),
            fresh: false,
            program: program.clone(),
            attached: true,
            throw_away: false,
            display: display.clone(),
        };
        supervisor.make(&start, &lock)
    });
    // A supervisor that came as far as the program has settled it.
    if started.is_err() && store.session(&session.id)?.state == SessionState::Starting {
        store.move_session(&session.id, &[SessionState::Starting], SessionState::Finished)?;
    }
    started
}

/// Starts a program, a shell as a rule, that looks at the host's tree and at a session's side by side and can change
/// neither. For a process with one thread; the program ends with the connection. Returns also where changes of the session
/// cannot be shown.
pub fn inspect(store: &Store, session: &Session, spec: RunSpec) -> Result<(Client, Vec<HostPath>)> {
    // Not in the session's tree: many programs trust the files in the directory that they begin in.
    let (program, _) = resolve(store, &RunSpec { cwd: Some(b"/".to_vec()), ..spec })?;
    over_steady_mounts(|| {
        let (tree, lost) = inspection::tree(store, session)?;
        Ok((warden::start(&path_of(store.root())?, &session.id, &tree, program.clone())?, lost))
    })
}

/// Plans the tree of a session for a program: what it covers, what it hides.
fn plan_of(store: &Store, session: &Session, program: &ProgramSpec) -> Result<Plan> {
    let home = home_of(program);
    let needed: Vec<HostPath> = [directory_of(program)?].into_iter().chain(home.clone()).collect();
    let always = HidingList::of(store)?.and(&session.policy.always)?;
    let (devices, lacking) = devices::find(&session.policy.devices);
    let mut plan = plan::make(store, &session.id, session.layers.clone(), &needed, |mounts| {
        secrets::hidden(&session.policy, &always, home.as_ref(), mounts)
    })?;
    plan.tree.devices = devices;
    plan.limits.extend(lacking.into_iter().map(devices::without));
    plan.limits.extend(foreign_group::limit(session.mode, &directory_of(program)?));
    Ok(plan)
}

/// Refuses a new session devices that this machine does not have, unless that was accepted.
fn all_there(policy: &Policy) -> Result<()> {
    let (_, lacking) = devices::find(&policy.devices);
    let lacking = lacking.first().filter(|_| !policy.accept.contains(&Promise::Devices));
    lacking.map_or(Ok(()), |device| Err(devices::missing(*device)))
}

/// Returns what a session that was just entered goes on without: devices, its display, its clipboard.
pub fn lacking(session: &Session) -> impl Iterator<Item = &Limit> {
    session.limits.iter().filter(|limit| {
        use LimitCause::{ClipboardEnded, NoDevice, NoDisplay};
        matches!(limit.cause, NoDevice { .. } | NoDisplay { .. } | ClipboardEnded)
    })
}

/// Allows a session less than before, at once when it runs, and from its next program on when not.
pub fn tighten(store: &Store, session: &Session, to: &Tightening) -> Result<Session> {
    if session.state == SessionState::Running {
        match client::tighten(store, session, to) {
            // It may have ended just now.
            Err(error) if error.code == ErrorCode::WrongState => {}
            told => return told.and_then(|()| store.session(&session.id)),
        }
    }
    let _lock = store.lock_session(&session.id)?;
    let mut session = store.session(&session.id)?;
    if session.state != SessionState::Finished {
        return Err(SeeError::new(
            ErrorCode::WrongState,
            format!("Nothing can run in session {} any more.", session.id),
            "Only a session that runs, or that can be entered, can be allowed less.",
        )
        .with_fact("session", session.id.as_str())
        .with_fact("state", session.state.word()));
    }
    session.policy = session.policy.tighten(to)?;
    store.update_session(&session)?;
    Ok(session)
}

/// Returns how programs of a session with this policy ask for names, when they can.
fn resolver(policy: &Policy) -> Option<Resolver> {
    (policy.net != Net::None).then(Resolver::of_host)
}

/// Returns the display that a policy asks for; none when that was accepted by name.
fn wish(policy: &Policy, program: &ProgramSpec) -> Result<Option<Wish>> {
    let name = program.command.first().map(|name| escape_for_display(name)).unwrap_or_default();
    match Wish::of(policy, program, &format!("{name} (in an Alcatraz session)")) {
        Err(_) if policy.accept.contains(&Promise::Display) => Ok(None),
        other => other,
    }
}

/// Returns the display that a session which is entered again can have now, and what it goes on without.
fn wish_again(policy: &Policy, program: &ProgramSpec) -> (Option<Wish>, Option<Limit>) {
    let error = match wish(policy, program) {
        Ok(wish) => return (wish, None),
        Err(error) => error,
    };
    let alone = Policy { clipboard: Clipboard::None, ..policy.clone() };
    (wish(&alone, program).unwrap_or(None), Some(display::without(error)))
}

/// Settles sessions whose supervisor died. Readers of the list call it first.
pub fn repair(store: &Store) -> Result<bool> {
    store.repair_dead_sessions()
}

/// Returns what the program of a request needs, everything decided.
fn resolve(store: &Store, spec: &RunSpec) -> Result<(ProgramSpec, Identity)> {
    if spec.command.is_empty() {
        return Err(SeeError::new(
            ErrorCode::BadRequest,
            "There is no command to run.",
            "Give a command: alcatraz run -- COMMAND",
        ));
    }
    let identity = Identity::resolve(store.mode(), spec.run_as.as_deref(), spec.invoker)?;
    let cwd = match &spec.cwd {
        Some(cwd) => cwd.clone(),
        None => std::env::current_dir()
            .map(|dir| dir.as_os_str().as_bytes().to_vec())
            .map_err(|e| no_directory(b".", &e))?,
    };
    let place = HostPath::new(&cwd).ok_or_else(|| no_directory(&cwd, &"it is not absolute"))?;
    match std::fs::metadata(place.as_path()) {
        Ok(meta) if meta.is_dir() => {}
        Ok(_) => return Err(no_directory(&cwd, &"it is not a directory")),
        Err(e) => return Err(no_directory(&cwd, &e)),
    }
    let limits = (0..16).filter_map(|number| {
        let (soft, hard) = see_sys::process::limit(number).ok()?;
        Some((number, soft, hard))
    });
    let program = ProgramSpec {
        command: spec.command.clone(),
        cwd: place.into(),
        env: identity.adapt(spec.env.clone()),
        uid: identity.uid,
        gid: identity.gid,
        groups: identity.groups.clone(),
        channels: spec.channels,
        size: spec.size,
        umask: spec.umask,
        limits: limits.collect(),
        ignored: see_sys::signals::ignored_at_start(),
        behind: spec.behind,
        input: spec.input.clone(),
    };
    Ok((program, identity))
}

/// Returns the home directory of a program's user.
fn home_of(program: &ProgramSpec) -> Option<HostPath> {
    program.env.iter().find(|(name, _)| name == b"HOME").and_then(|(_, home)| HostPath::new(home))
}

fn directory_of(program: &ProgramSpec) -> Result<HostPath> {
    HostPath::new(&program.cwd).ok_or_else(|| SeeError::internal("A working directory is not absolute."))
}

fn no_directory(path: &[u8], why: &dyn std::fmt::Display) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::BadRequest,
        format!("The working directory {} cannot be used: {why}.", escape_for_display(path)),
        "Go to a directory that exists, then try again.",
    )
    .because(Reason::NoDirectory)
}

fn path_of(path: &Path) -> Result<HostPath> {
    HostPath::new(path.as_os_str().as_bytes())
        .ok_or_else(|| SeeError::internal("The store's path is not absolute."))
}
