//! The filter of system calls that name spaces do not cover: the native ones (x86-64, arm64), i386, and x32, which is
//! refused as a whole.
//! Written as classic BPF; knows numbers, not reasons of policy beyond the comments here.

use rustix::io::Errno;

use crate::bpf::{self, ALLOW, Instruction, argument_offset, equal, fail, load, verdict};

/// Refused with `EPERM`: what reaches the kernel as a whole, or objects that no name space parts.
/// Key rings; BPF; performance counters; io_uring (also: it would slip past interposition); another kernel;
/// files by handle; page-fault handlers; the system's accounting, swap and quota; modules; ports.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_open_by_handle_at,
    libc::SYS_userfaultfd,
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
];

/// The same calls by their i386 numbers, and `vm86`, `vm86old`.
const REFUSED_I386: &[u32] = &[
    286, 287, 288, // add_key, request_key, keyctl
    357, // bpf
    336, // perf_event_open
    425, 426, 427, // io_uring_*
    283, // kexec_load
    342, // open_by_handle_at
    374, // userfaultfd
    51,  // acct
    87, 115, // swapon, swapoff
    131, 443, // quotactl, quotactl_fd
    128, 350, 129, // init_module, finit_module, delete_module
    110, 101, // iopl, ioperm
    113, 166, // vm86old, vm86
];

const SOCKET_I386: u32 = 359;
/// Hides the family in memory, where a filter cannot look. Programs since 2016 use `socket` itself.
const SOCKETCALL_I386: u32 = 102;

/// Reserving space is refused as by file systems that cannot: it would fill a disk in no time, before anybody who
/// watches a limit could look. Libraries write instead. Giving space back is allowed.
const FALLOCATE_I386: u32 = 324;
/// Punching holes, and cutting ranges out.
const GIVES_BACK: [u32; 2] =
    [(libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE) as u32, libc::FALLOC_FL_COLLAPSE_RANGE as u32];

/// The socket families that a network name space, a pid name space or the caller's own memory confines. Others
/// (vsock, bluetooth, qrtr …) reach past it.
const FAMILIES: &[u32] = &[
    1,  // AF_UNIX
    2,  // AF_INET
    10, // AF_INET6
    16, // AF_NETLINK
    17, // AF_PACKET
    38, // AF_ALG
];

/// Installs the filter for this process and all that it starts. Without `no_new_privs` the caller needs
/// CAP_SYS_ADMIN in its user name space.
pub fn install() -> Result<(), Errno> {
    bpf::install(&filter(), 0).map(drop)
}

fn filter() -> Vec<Instruction> {
    // One instruction pair per number keeps every jump short.
    let refuse = |numbers: &[u32]| -> Vec<Instruction> {
        numbers.iter().flat_map(|number| [equal(*number, 0, 1), fail(libc::EPERM)]).collect()
    };
    let families = |socket: u32| -> Vec<Instruction> {
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

    let refused: Vec<u32> = REFUSED.iter().filter_map(|number| u32::try_from(*number).ok()).collect();
    let mut native = refuse(&refused);
    native.extend(reserve(u32::try_from(libc::SYS_fallocate).unwrap_or(u32::MAX)));
    native.extend(families(u32::try_from(libc::SYS_socket).unwrap_or(u32::MAX)));
    native.push(verdict(ALLOW));

    let mut i386 = refuse(REFUSED_I386);
    i386.extend([equal(SOCKETCALL_I386, 0, 1), fail(libc::ENOSYS)]);
    i386.extend(reserve(FALLOCATE_I386));
    i386.extend(families(SOCKET_I386));
    i386.push(verdict(ALLOW));

    bpf::by_architecture(native, i386)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::{ARCH_I386, ARCH_NATIVE, FAIL, KILL, X32_BIT, run};

    const SOCKET_NATIVE: u32 = libc::SYS_socket as u32;

    fn verdict(arch: u32, number: u32, first: u32) -> u32 {
        run(&filter(), arch, number, [u64::from(first), 0, 0, 0, 0, 0])
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
    fn space_can_be_given_back_and_not_reserved() {
        for (arch, number) in [(ARCH_NATIVE, libc::SYS_fallocate as u32), (ARCH_I386, FALLOCATE_I386)] {
            let verdict = |mode: u64| run(&filter(), arch, number, [3, mode, 0, 1 << 40, 0, 0]);
            for mode in [0, 1, 0x10, 0x11, 0x20, 0x40] {
                assert_eq!(verdict(mode), FAIL | libc::EOPNOTSUPP as u32, "{mode}");
            }
            assert_eq!([3, 8].map(verdict), [ALLOW, ALLOW]);
        }
    }

    #[test]
    fn confines_socket_families() {
        for family in FAMILIES {
            assert_eq!(verdict(ARCH_NATIVE, SOCKET_NATIVE, *family), ALLOW, "{family}");
            assert_eq!(verdict(ARCH_I386, SOCKET_I386, *family), ALLOW, "{family}");
        }
        let refused = FAIL | libc::EAFNOSUPPORT as u32;
        for family in [0, 29, 31, 40, 42, 44] {
            assert_eq!(verdict(ARCH_NATIVE, SOCKET_NATIVE, family), refused, "{family}");
            assert_eq!(verdict(ARCH_I386, SOCKET_I386, family), refused, "{family}");
        }
        assert_eq!(verdict(ARCH_I386, SOCKETCALL_I386, 1), FAIL | 38);
    }
}
