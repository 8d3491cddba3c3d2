//! What a SEE may use: its limits from the policy, and how this machine holds them: by a control group where it lets us
//! make one, else by resource limits. Refuses what cannot be held and was asked for by name.

use std::os::fd::BorrowedFd;

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::policy::{Policy, Promise};
use crate::session::{Mode, Scarce};

use super::gauge::Reading;
use super::group::{Group, PREFIX, Powers};
use super::group_mend::{Need, way};
use super::request::ProgramSpec;

/// The part of the machine's memory that a SEE may use, when nothing else was asked for.
const USUAL_MEMORY: (u64, u64) = (4, 5);
/// `RLIMIT_NPROC`, `RLIMIT_DATA`.
const PROCESSES: u32 = 6;
const DATA: u32 = 2;

/// The limits of one SEE, held.
#[derive(Debug)]
pub struct Bounds {
    group: Group,
    powers: Powers,
    processes: u64,
    memory: Option<u64>,
    /// The limit of memory that the group has.
    most_memory: u64,
}

/// How much is used of something that the group limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Of what.
    pub what: Scarce,
    /// The limit.
    pub limit: u64,
    /// What is used now, and how often it was not enough.
    pub reading: Reading,
}

impl Bounds {
    /// Makes what holds the limits of a session.
    pub fn make(mode: Mode, session: &str, policy: &Policy) -> Result<Self> {
        let group = Group::make(mode, &format!("{PREFIX}{session}"));
        let powers = group.powers();
        let processes = policy.most_processes();
        let failed = |what: &str, e: rustix::io::Errno| {
            SeeError::new(
                ErrorCode::CannotIsolate,
                format!("The session's {what} could not be limited: {e}."),
                "Run `alcatraz doctor` to see what this machine can enforce.",
            )
        };
        group.limit_processes(processes).map_err(|e| failed("processes", e))?;
        let most_memory = policy.memory.or_else(usual_memory).unwrap_or(u64::MAX);
        if most_memory < u64::MAX {
            group.limit_memory(most_memory).map_err(|e| failed("memory", e))?;
        }
        Ok(Self { group, powers, processes, memory: policy.memory, most_memory })
    }

    /// Tells how much is used of what the group counts.
    pub fn uses(&self) -> Vec<Use> {
        let processes = self.group.processes().map(|reading| (Scarce::Processes, self.processes, reading));
        let memory =
            self.group.memory(self.most_memory).map(|reading| (Scarce::Memory, self.most_memory, reading));
        let uses = processes.into_iter().chain(memory);
        uses.map(|(what, limit, reading)| Use { what, limit, reading }).collect()
    }

    /// Tells whether the group counts anything.
    pub fn counts(&self) -> bool {
        self.powers.processes || self.powers.memory
    }

    /// Holds other limits of processes and memory from now on.
    pub fn change(&mut self, policy: &Policy) -> Result<()> {
        let failed = |promise: Promise, why: &str| {
            SeeError::new(
                ErrorCode::CannotIsolate,
                format!("The limit of {} could not be changed: {why}.", promise.name()),
                "Stop some of the session's programs, or end the session.",
            )
            .with_fact("promise", promise.name())
        };
        let lacking = |promise| {
            failed(
                promise,
                "there is no control group, and running programs keep the limits that they began with",
            )
            .because(Reason::FixedLimit)
        };
        let processes = policy.most_processes();
        if processes != self.processes {
            if !self.powers.processes {
                return Err(lacking(Promise::Processes));
            }
            self.group.limit_processes(processes).map_err(|e| failed(Promise::Processes, &e.to_string()))?;
            self.processes = processes;
        }
        if policy.memory != self.memory {
            if !self.powers.memory {
                return Err(lacking(Promise::Memory));
            }
            let most = policy.memory.into_iter().chain(usual_memory()).min().unwrap_or(u64::MAX);
            self.group.limit_memory(most).map_err(|e| match e {
                rustix::io::Errno::BUSY => {
                    failed(Promise::Memory, "its programs use more already").because(Reason::UsedAlready)
                }
                e => failed(Promise::Memory, &e.to_string()),
            })?;
            (self.memory, self.most_memory) = (policy.memory, most);
        }
        Ok(())
    }

    /// Runs `make` so that what it starts, in the control group that it is given, belongs to the SEE.
    pub fn inside<T>(&self, make: impl FnOnce(Option<BorrowedFd<'_>>) -> Result<T>) -> Result<T> {
        let failed = |e| SeeError::internal(format!("The session's control group could not be used: {e}."));
        self.group.enter().map_err(failed)?;
        let made = make(self.group.birthplace());
        self.group.leave().map_err(failed)?;
        made
    }

    /// Tells whether nothing inside can undo a freeze.
    pub fn is_firm(&self) -> bool {
        self.powers.freezes
    }

    /// Returns what freezes everything, in a way that nothing inside undoes, when a 1 is written to it.
    pub fn freezer(&self) -> Option<std::fs::File> {
        self.group.freezer()
    }

    /// Freezes everything or lets it go on. Returns whether that could be done here; else signals have to do it.
    pub fn freeze(&self, frozen: bool) -> bool {
        self.group.freeze(frozen).is_ok()
    }

    /// Gives a program the resource limits for what the group does not hold.
    pub fn adapt(&self, program: &mut ProgramSpec) {
        let mut limit =
            |resource: u32, most: u64| match program.limits.iter_mut().find(|(known, ..)| *known == resource)
            {
                Some((_, soft, hard)) => (*soft, *hard) = ((*soft).min(most), (*hard).min(most)),
                None => program.limits.push((resource, most, most)),
            };
        if !self.powers.processes {
            limit(PROCESSES, self.processes);
        }
        if let (false, Some(memory)) = (self.powers.memory, self.memory) {
            limit(DATA, memory);
        }
    }
}

/// Refuses limits that were asked for and that this machine cannot hold, unless that was accepted by name.
pub fn check(policy: &Policy, mode: Mode) -> Result<()> {
    policy.check_limits()?;
    let asked = |promise| match promise {
        Promise::Memory => policy.memory.is_some(),
        Promise::Processes => policy.processes.is_some(),
        // Their own modules say so.
        Promise::Display | Promise::Devices | Promise::Ports | Promise::Floor => false,
    };
    let wanted = [Promise::Memory, Promise::Processes].into_iter();
    let wanted: Vec<_> =
        wanted.filter(|promise| asked(*promise) && !policy.accept.contains(promise)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let powers = powers(mode);
    match wanted.into_iter().find_map(|promise| lack(promise, mode, powers).map(|why| (promise, why))) {
        None => Ok(()),
        Some((promise, why)) => {
            let name = promise.name();
            let need = if promise == Promise::Memory { Need::Memory } else { Need::Processes };
            Err(SeeError::new(
                ErrorCode::CannotIsolate,
                format!("The limit of {name} cannot be kept here: {why}."),
                format!("{} Or go on without that promise: --accept {name}", way(mode, need).words()),
            )
            .because(Reason::NoLimit)
            .with_fact("promise", name))
        }
    }
}

/// Returns what a group can do here, by making one.
pub fn powers(mode: Mode) -> Powers {
    Group::make(mode, &format!("{PREFIX}trial-{}", std::process::id())).powers()
}

/// Returns why a promise cannot be kept; `None` when it can.
pub fn lack(promise: Promise, mode: Mode, powers: Powers) -> Option<&'static str> {
    match promise {
        Promise::Display | Promise::Devices | Promise::Ports | Promise::Floor => None,
        Promise::Memory if powers.memory => None,
        Promise::Memory => {
            Some("no control group for memory is offered, so only each process by itself is limited")
        }
        Promise::Processes if powers.processes || (mode == Mode::User && counts_by_user_namespace()) => None,
        Promise::Processes if mode == Mode::System => {
            Some("no control group for processes is offered, so only each user inside is limited by itself")
        }
        Promise::Processes => {
            Some("this kernel counts the processes of a user as a whole, those outside included")
        }
    }
}

/// Since Linux 5.14 each user name space has its own count of processes.
fn counts_by_user_namespace() -> bool {
    see_sys::kernel::is_since((5, 14))
}

/// Most of the machine's memory: the kernel then looks for room inside the SEE before it looks outside.
fn usual_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = total.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes.saturating_mul(1024) / USUAL_MEMORY.1 * USUAL_MEMORY.0)
}
