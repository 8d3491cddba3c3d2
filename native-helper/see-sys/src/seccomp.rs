//! The filter of system calls that name spaces do not cover: the native ones (x86-64, arm64), i386, and x32, which is
//! refused as a whole.
//! Written as classic BPF; knows numbers, not reasons of policy beyond the comments here.

use rustix::io::Errno;

use crate::bpf::{self, ALLOW, Instruction, argument_offset, at_least, equal, fail, load, verdict};
use crate::seccomp_notify::{Wanted, When};

/// A call that is refused whatever its arguments are.
#[derive(Clone, Copy, Debug)]
pub struct Refused {
    /// Its name.
    pub name: &'static str,
    native: Option<libc::c_long>,
    /// Its numbers for 32 bits.
    pub i386: &'static [u32],
}

impl Refused {
    /// Returns its number for this machine's own architecture.
    pub fn native(&self) -> Option<u32> {
        self.native.and_then(|number| u32::try_from(number).ok())
    }
}

const fn refused(name: &'static str, native: libc::c_long, i386: &'static [u32]) -> Refused {
    Refused { name, native: Some(native), i386 }
}

/// Refused with `EPERM`: what reaches the kernel as a whole, or objects that no name space parts.
/// Key rings; BPF; performance counters; io_uring (also: it would slip past interposition); another kernel;
/// files by handle; page-fault handlers; the system's accounting, swap and quota; modules; ports; old real mode.
pub const REFUSED: &[Refused] = &[
    refused("add_key", libc::SYS_add_key, &[286]),
    refused("request_key", libc::SYS_request_key, &[287]),
    refused("keyctl", libc::SYS_keyctl, &[288]),
    refused("bpf", libc::SYS_bpf, &[357]),
    refused("perf_event_open", libc::SYS_perf_event_open, &[336]),
    refused("io_uring_setup", libc::SYS_io_uring_setup, &[425]),
    refused("io_uring_enter", libc::SYS_io_uring_enter, &[426]),
    refused("io_uring_register", libc::SYS_io_uring_register, &[427]),
    refused("kexec_load", libc::SYS_kexec_load, &[283]),
    refused("kexec_file_load", libc::SYS_kexec_file_load, &[]),
    refused("open_by_handle_at", libc::SYS_open_by_handle_at, &[342]),
    refused("userfaultfd", libc::SYS_userfaultfd, &[374]),
    refused("acct", libc::SYS_acct, &[51]),
    refused("swapon", libc::SYS_swapon, &[87]),
    refused("swapoff", libc::SYS_swapoff, &[115]),
    refused("quotactl", libc::SYS_quotactl, &[131]),
    refused("quotactl_fd", libc::SYS_quotactl_fd, &[443]),
    refused("init_module", libc::SYS_init_module, &[128]),
    refused("finit_module", libc::SYS_finit_module, &[350]),
    refused("delete_module", libc::SYS_delete_module, &[129]),
    #[cfg(target_arch = "x86_64")]
    refused("iopl", libc::SYS_iopl, &[110]),
    #[cfg(target_arch = "x86_64")]
    refused("ioperm", libc::SYS_ioperm, &[101]),
    Refused { name: "vm86", native: None, i386: &[113, 166] },
];

/// `socket`, by its number for this machine's own architecture.
pub const SOCKET: u32 = libc::SYS_socket as u32;
/// `socket`, by its number for 32 bits.
pub const SOCKET_I386: u32 = 359;
/// `socketpair`, likewise: the kernel loads a family's module and makes sockets of it before it finds that they know no pairs.
pub const SOCKETPAIR: u32 = libc::SYS_socketpair as u32;
/// `socketpair`, by its number for 32 bits.
pub const SOCKETPAIR_I386: u32 = 360;
/// Hides the family in memory, where a filter cannot look. Programs since 2016 use `socket` itself.
const SOCKETCALL_I386: u32 = 102;

/// The last call that we know (`file_setattr`, Linux 6.17), by its number everywhere. Newer ones are not there, as in an older kernel:
/// nobody has looked at what they reach, and neither this filter nor a record of reads would see it. Nor are those between this one and
/// x32's, which some kernels take without x32's mark.
const LAST_KNOWN: u32 = 469;

/// Refused as by a kernel that was built without them: asynchronous I/O, whose contexts are counted for the whole machine.
const ABSENT: &[Refused] = &[
    refused("io_setup", libc::SYS_io_setup, &[245]),
    // As `REQUEUING`, in a call of its own, whose flags lie in memory.
    refused("futex_requeue", 456, &[456]),
];

/// The limit of core files is what the init gave. It is what keeps a crash from the host's own handler, which would run outside:
/// who sets it is told that it is set.
const SETRLIMIT: (u32, u32) = (libc::SYS_setrlimit as u32, 75);
const PRLIMIT: (u32, u32) = (libc::SYS_prlimit64 as u32, 340);
/// Which limit that is.
pub const CORE: u32 = 4;

/// `fcntl`, and for 32 bits also with larger files.
const FCNTL: (u32, [u32; 2]) = (libc::SYS_fcntl as u32, [55, 221]);
/// Leases and delegations: who has one holds up everybody who opens the file.
const LEASES: [u32; 2] = [1024, 1040];

/// `futex`, and for 32 bits also with the longer time.
const FUTEX: (u32, [u32; 2]) = (libc::SYS_futex as u32, [240, 422]);
/// What moves those who wait at one word to another one, when other processes may wait there: those of the host do, at the words of
/// a file that both have mapped, and would never be woken. Among threads of one process it is allowed.
const REQUEUING: [u32; 4] = [3, 4, 5, 12];

/// Reserving space is refused as by file systems that cannot: it would fill a disk in no time, before anybody who
/// watches a limit could look. Libraries write instead. Giving space back is allowed.
const FALLOCATE_I386: u32 = 324;
/// Punching holes, and cutting ranges out.
const GIVES_BACK: [u32; 2] =
    [(libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE) as u32, libc::FALLOC_FL_COLLAPSE_RANGE as u32];

/// The socket families that a network name space or a pid name space confines. Others (vsock, bluetooth, qrtr …) reach past it; and
/// the kernel's ciphers (alg) have written to the cached pages of files that were open for reading: those are the host's.
pub const FAMILIES: &[u32] = &[
    1,  // AF_UNIX
    2,  // AF_INET
    10, // AF_INET6
    16, // AF_NETLINK
    17, // AF_PACKET
];

/// Installs the filter for this process and all that it starts. Without `no_new_privs` the caller needs
/// CAP_SYS_ADMIN in its user name space.
///
/// A call that a supervisor is told of whenever this filter would refuse it is left to that supervisor, who must refuse it:
/// the kernel would not tell of it else. `without_leases`: as on file systems that have none.
pub fn install(told: &[Wanted], told_i386: &[Wanted], without_leases: bool) -> Result<(), Errno> {
    bpf::install(&filter(told, told_i386, without_leases), 0).map(drop)
}

/// Tells when a supervisor has to be told of `socket` or `socketpair`, to refuse what this filter would.
pub const OTHER_FAMILY: When = When::NoneOf(0, FAMILIES);

fn filter(told: &[Wanted], told_i386: &[Wanted], without_leases: bool) -> Vec<Instruction> {
    let is_told =
        |told: &[Wanted], number, when| told.iter().any(|one| one.number == number && one.when == when);
    // One instruction pair per number keeps every jump short.
    let refuse = |numbers: Vec<u32>, told: &[Wanted]| -> Vec<Instruction> {
        let ours = numbers.into_iter().filter(|number| !is_told(told, *number, When::Always));
        ours.flat_map(|number| [equal(number, 0, 1), fail(libc::EPERM)]).collect()
    };
    let families = |socket: u32, told: &[Wanted]| -> Vec<Instruction> {
        if is_told(told, socket, OTHER_FAMILY) {
            return Vec::new();
        }
        let count = u8::try_from(FAMILIES.len()).unwrap_or(u8::MAX);
        let mut block = vec![load(argument_offset(0))];
        block.extend(FAMILIES.iter().zip(0_u8..).map(|(family, place)| equal(*family, count - place, 0)));
        block.push(fail(libc::EAFNOSUPPORT));
        block.push(verdict(ALLOW));
        let length = u8::try_from(block.len()).unwrap_or(u8::MAX);
        let mut whole = vec![equal(socket, 0, length)];
        whole.append(&mut block);
        whole
    };

    let reserve = |fallocate: u32| -> Vec<Instruction> {
        let [punch, collapse] = GIVES_BACK;
        vec![
            equal(fallocate, 0, 5),
            load(argument_offset(1)),
            equal(punch, 2, 0),
            equal(collapse, 1, 0),
            fail(libc::EOPNOTSUPP),
            verdict(ALLOW),
        ]
    };

    let absent =
        |numbers: Vec<u32>| numbers.into_iter().flat_map(|number| [equal(number, 0, 1), fail(libc::ENOSYS)]);
    // `fail(0)`: the call does nothing and says that all is well.
    let keep_core = |setrlimit: u32, prlimit: u32| -> Vec<Instruction> {
        vec![
            equal(setrlimit, 0, 4),
            load(argument_offset(0)),
            equal(CORE, 0, 1),
            fail(0),
            verdict(ALLOW),
            equal(prlimit, 0, 13),
            load(argument_offset(1)),
            equal(CORE, 0, 10),
            // Without a new limit it only asks.
            load(argument_offset(2)),
            equal(0, 0, 2),
            load(argument_offset(2) + 4),
            equal(0, 6, 0),
            // The old one cannot be told by a filter.
            load(argument_offset(3)),
            equal(0, 0, 3),
            load(argument_offset(3) + 4),
            equal(0, 0, 1),
            fail(0),
            fail(libc::EPERM),
            verdict(ALLOW),
        ]
    };
    let no_leases = |fcntl: u32| -> Vec<Instruction> {
        let [lease, delegation] = LEASES;
        vec![
            equal(fcntl, 0, 5),
            load(argument_offset(1)),
            equal(lease, 1, 0),
            equal(delegation, 0, 1),
            fail(libc::EINVAL),
            verdict(ALLOW),
        ]
    };
    let keep_waiters = |futex: u32| -> Vec<Instruction> {
        let [a, b, c, d] = REQUEUING;
        vec![
            equal(futex, 0, 7),
            load(argument_offset(1)),
            equal(a, 3, 0),
            equal(b, 2, 0),
            equal(c, 1, 0),
            equal(d, 0, 1),
            fail(libc::ENOSYS),
            verdict(ALLOW),
        ]
    };

    let newer = || [at_least(LAST_KNOWN + 1, 0, 1), fail(libc::ENOSYS)];
    let mut native = newer().to_vec();
    native.extend(refuse(REFUSED.iter().filter_map(Refused::native).collect(), told));
    native.extend(absent(ABSENT.iter().filter_map(Refused::native).collect()));
    native.extend(keep_core(SETRLIMIT.0, PRLIMIT.0));
    native.extend(keep_waiters(FUTEX.0));
    native.extend(without_leases.then(|| no_leases(FCNTL.0)).into_iter().flatten());
    native.extend(reserve(u32::try_from(libc::SYS_fallocate).unwrap_or(u32::MAX)));
    native.extend([SOCKET, SOCKETPAIR].into_iter().flat_map(|call| families(call, told)));
    native.push(verdict(ALLOW));

    let mut i386 = newer().to_vec();
    i386.extend(refuse(REFUSED.iter().flat_map(|call| call.i386).copied().collect(), told_i386));
    i386.extend(absent(ABSENT.iter().flat_map(|call| call.i386).copied().collect()));
    i386.extend(keep_core(SETRLIMIT.1, PRLIMIT.1));
    i386.extend(FUTEX.1.into_iter().flat_map(keep_waiters));
    i386.extend(FCNTL.1.into_iter().filter(|_| without_leases).flat_map(no_leases));
    i386.extend([equal(SOCKETCALL_I386, 0, 1), fail(libc::ENOSYS)]);
    i386.extend(reserve(FALLOCATE_I386));
    i386.extend([SOCKET_I386, SOCKETPAIR_I386].into_iter().flat_map(|call| families(call, told_i386)));
    i386.push(verdict(ALLOW));

    bpf::by_architecture(native, i386)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::{ARCH_I386, ARCH_NATIVE, FAIL, KILL, X32_BIT, run};

    fn verdict(arch: u32, number: u32, first: u32) -> u32 {
        run(&filter(&[], &[], false), arch, number, [u64::from(first), 0, 0, 0, 0, 0])
    }

    #[test]
    fn refuses_and_allows_by_architecture() {
        let refused = FAIL | 1;
        assert_eq!(verdict(ARCH_NATIVE, libc::SYS_keyctl as u32, 0), refused);
        assert_eq!(verdict(ARCH_NATIVE, libc::SYS_read as u32, 0), ALLOW);
        assert_eq!(verdict(ARCH_NATIVE, libc::SYS_execve as u32, 0), ALLOW);
        assert_eq!(verdict(ARCH_I386, 288, 0), refused);
        assert_eq!(verdict(ARCH_I386, 166, 0), refused);
        assert_eq!(verdict(ARCH_I386, 250, 0), ALLOW);
        assert_eq!(verdict(ARCH_NATIVE, X32_BIT | 1, 0), FAIL | 38);
        assert_eq!(verdict(0x1234, 1, 0), KILL);
    }

    #[test]
    fn calls_that_are_newer_than_this_filter_are_not_there() {
        for arch in [ARCH_NATIVE, ARCH_I386] {
            assert_eq!(verdict(arch, LAST_KNOWN, 0), ALLOW);
            for number in [LAST_KNOWN + 1, 512, 520, 547, X32_BIT - 1] {
                assert_eq!(verdict(arch, number, 0), FAIL | 38, "{number}");
            }
        }
    }

    #[test]
    fn space_can_be_given_back_and_not_reserved() {
        for (arch, number) in [(ARCH_NATIVE, libc::SYS_fallocate as u32), (ARCH_I386, FALLOCATE_I386)] {
            let verdict =
                |mode: u64| run(&filter(&[], &[], false), arch, number, [3, mode, 0, 1 << 40, 0, 0]);
            for mode in [0, 1, 0x10, 0x11, 0x20, 0x40] {
                assert_eq!(verdict(mode), FAIL | libc::EOPNOTSUPP as u32, "{mode}");
            }
            assert_eq!([3, 8].map(verdict), [ALLOW, ALLOW]);
        }
    }

    #[test]
    fn the_limit_of_core_files_stays_and_who_sets_it_is_content() {
        let calls = [(ARCH_NATIVE, SETRLIMIT.0, PRLIMIT.0), (ARCH_I386, SETRLIMIT.1, PRLIMIT.1)];
        for (arch, setrlimit, prlimit) in calls {
            let ask = |number: u32, arguments: [u64; 4]| {
                let [a, b, c, d] = arguments;
                run(&filter(&[], &[], false), arch, number, [a, b, c, d, 0, 0])
            };
            assert_eq!([4, 3, 5].map(|what| ask(setrlimit, [what, 9, 0, 0])), [FAIL, ALLOW, ALLOW]);
            assert_eq!(ask(prlimit, [0, 4, 0, 9]), ALLOW);
            assert_eq!([9, 9 << 32].map(|new| ask(prlimit, [0, 4, new, 0])), [FAIL, FAIL]);
            assert_eq!([9, 9 << 32].map(|old| ask(prlimit, [1, 4, 9, old])), [FAIL | 1, FAIL | 1]);
            assert_eq!(ask(prlimit, [0, 7, 9, 9]), ALLOW);
        }
    }

    #[test]
    fn leases_are_had_or_not() {
        let [short, long] = FCNTL.1;
        for (arch, number) in [(ARCH_NATIVE, FCNTL.0), (ARCH_I386, short), (ARCH_I386, long)] {
            let ask = |without, what| run(&filter(&[], &[], without), arch, number, [3, what, 0, 0, 0, 0]);
            let asked = [1024, 1040, 1025, 1030, 4];
            assert_eq!(asked.map(|what| ask(false, what)), [ALLOW; 5]);
            assert_eq!(asked.map(|what| ask(true, what)), [FAIL | 22, FAIL | 22, ALLOW, ALLOW, ALLOW]);
        }
    }

    #[test]
    fn waiters_are_moved_within_a_process_alone() {
        let [short, long] = FUTEX.1;
        for (arch, number) in [(ARCH_NATIVE, FUTEX.0), (ARCH_I386, short), (ARCH_I386, long)] {
            for what in [0, 1, 6, 9, 10, 128 | 3, 128 | 4, 128 | 5, 128 | 12] {
                assert_eq!(verdict_of(arch, number, what), ALLOW, "{what}");
            }
            for what in REQUEUING {
                assert_eq!(verdict_of(arch, number, what), FAIL | 38, "{what}");
            }
        }
        assert_eq!(verdict(ARCH_NATIVE, 456, 0), FAIL | 38);
        assert_eq!(verdict(ARCH_I386, 245, 9), FAIL | 38);
    }

    fn verdict_of(arch: u32, number: u32, second: u32) -> u32 {
        run(&filter(&[], &[], false), arch, number, [0, u64::from(second), 0, 0, 0, 0])
    }

    #[test]
    fn confines_socket_families() {
        let refused = FAIL | libc::EAFNOSUPPORT as u32;
        let calls = [
            (ARCH_NATIVE, SOCKET),
            (ARCH_NATIVE, SOCKETPAIR),
            (ARCH_I386, SOCKET_I386),
            (ARCH_I386, SOCKETPAIR_I386),
        ];
        for (arch, call) in calls {
            for family in FAMILIES {
                assert_eq!(verdict(arch, call, *family), ALLOW, "{call} {family}");
            }
            for family in [0, 21, 29, 30, 31, 38, 40, 42, 44] {
                assert_eq!(verdict(arch, call, family), refused, "{call} {family}");
            }
        }
        assert_eq!(verdict(ARCH_I386, SOCKETCALL_I386, 1), FAIL | 38);
    }

    #[test]
    fn what_a_supervisor_is_told_of_is_left_to_it_and_nothing_else() {
        let always = |number| Wanted { number, when: When::Always };
        let told = [always(libc::SYS_keyctl as u32), Wanted { number: SOCKET, when: OTHER_FAMILY }];
        let ask = |arch, number, first| run(&filter(&told, &[], false), arch, number, [first, 0, 0, 0, 0, 0]);
        assert_eq!(ask(ARCH_NATIVE, libc::SYS_keyctl as u32, 0), ALLOW);
        assert_eq!(ask(ARCH_NATIVE, SOCKET, 40), ALLOW);
        assert_eq!(ask(ARCH_NATIVE, libc::SYS_bpf as u32, 0), FAIL | 1);
        assert_eq!(ask(ARCH_I386, 288, 0), FAIL | 1);
        assert_eq!(ask(ARCH_I386, SOCKET_I386, 40), FAIL | libc::EAFNOSUPPORT as u32);
        // Told only sometimes is not told.
        let sometimes = [
            Wanted { number: libc::SYS_keyctl as u32, when: When::NotZero(0) },
            Wanted { number: SOCKET, when: When::NoneOf(0, &[1]) },
        ];
        let ask =
            |number, first| run(&filter(&sometimes, &[], false), ARCH_NATIVE, number, [first, 0, 0, 0, 0, 0]);
        assert_eq!(ask(libc::SYS_keyctl as u32, 0), FAIL | 1);
        assert_eq!(ask(SOCKET, 40), FAIL | libc::EAFNOSUPPORT as u32);
    }
}
