//! Refuses the rare calls that the system-call filter would refuse by itself, with the same errors, so that the record can
//! tell who tried: of what a filter refuses nobody is told. The filter leaves out exactly what is claimed here.

use std::sync::Arc;

use rustix::io::Errno;
use see_sys::seccomp::{
    OTHER_FAMILY, REFUSED, Refused as Forbidden, SOCKET, SOCKET_I386, SOCKETPAIR, SOCKETPAIR_I386,
};
use see_sys::seccomp_notify::{Arch, Listener, Notification, Wanted, When};

use crate::interpose::actor::{Actor, Answer};
use crate::interpose::calls::Reported;
use crate::record::refused::What;

use super::refusals::Refusals;

/// What families are called that programs have been seen to try. All others are one: there are more numbers than a record
/// has room for.
const FAMILIES: &[(u32, &str)] = &[
    (3, "AF_AX25"),
    (4, "AF_IPX"),
    (5, "AF_APPLETALK"),
    (9, "AF_X25"),
    (15, "AF_KEY"),
    (21, "AF_RDS"),
    (24, "AF_PPPOX"),
    (29, "AF_CAN"),
    (30, "AF_TIPC"),
    (31, "AF_BLUETOOTH"),
    (33, "AF_RXRPC"),
    (38, "AF_ALG"),
    (39, "AF_NFC"),
    (40, "AF_VSOCK"),
    (42, "AF_QIPCRTR"),
    (43, "AF_SMC"),
    (44, "AF_XDP"),
];

/// Whoever refuses. No call that it is asked about ever runs.
#[derive(Debug)]
pub struct Refuser {
    refusals: Arc<Refusals>,
}

impl Refuser {
    /// Returns one that tells the record.
    pub fn new(refusals: Arc<Refusals>) -> Self {
        Self { refusals }
    }

    /// Returns the calls to report.
    pub fn reported() -> Reported {
        let always = |number| Wanted { number, when: When::Always };
        let socket = |number| Wanted { number, when: OTHER_FAMILY };
        let native = REFUSED.iter().filter_map(Forbidden::native).map(always);
        let i386 = REFUSED.iter().flat_map(|call| call.i386).copied().map(always);
        Reported {
            x86_64: native.chain([SOCKET, SOCKETPAIR].map(socket)).collect(),
            i386: i386.chain([SOCKET_I386, SOCKETPAIR_I386].map(socket)).collect(),
        }
    }
}

impl Actor for Refuser {
    fn claims(&self) -> Reported {
        Self::reported()
    }

    fn act(&self, _: &Arc<Listener>, call: &Notification) -> Answer {
        let sockets = match call.arch {
            Arch::X86_64 => [SOCKET, SOCKETPAIR],
            Arch::I386 => [SOCKET_I386, SOCKETPAIR_I386],
        };
        if sockets.contains(&call.number) {
            let family = call.arguments.first().map_or(0, |family| *family as u32);
            self.refusals.refused(call.thread, What::SocketFamily, family_name(family));
            return Answer::Fail(Errno::AFNOSUPPORT);
        }
        let is_it = |one: &&Forbidden| match call.arch {
            Arch::X86_64 => one.native() == Some(call.number),
            Arch::I386 => one.i386.contains(&call.number),
        };
        let name = REFUSED.iter().find(is_it).map_or("unknown", |one| one.name);
        self.refusals.refused(call.thread, What::KernelCall, name);
        Answer::Fail(Errno::PERM)
    }
}

fn family_name(family: u32) -> &'static str {
    FAMILIES.iter().find(|(number, _)| *number == family).map_or("another family", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpose::calls::Level;

    #[test]
    fn nobody_else_wants_what_is_refused() {
        // An observer lets calls run.
        let observed = Reported::observed(Some(Level::Lookups));
        let others = [&observed, &crate::roll::reported(), &crate::makers::Witness::reported()];
        let network = crate::net::reported(true);
        let ours = Refuser::reported();
        for other in others.into_iter().chain([&network]) {
            for (ours, theirs) in [(&ours.x86_64, &other.x86_64), (&ours.i386, &other.i386)] {
                assert!(ours.iter().all(|one| theirs.iter().all(|other| other.number != one.number)));
            }
        }
    }

    #[test]
    fn families_have_names() {
        assert_eq!([family_name(40), family_name(99)], ["AF_VSOCK", "another family"]);
    }
}
