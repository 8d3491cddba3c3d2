//! A further filter of system calls, on top of [`crate::seccomp`], for a process that runs outside and is talked to by hostile
//! programs: it needs no other processes, no name spaces, and no network but perhaps one. A table; knows not what it serves.

use rustix::io::Errno;

use crate::bpf::{self, ALLOW, Instruction, any_bit, argument_offset, equal, fail, load, verdict};
use crate::seccomp;

/// Refused with `EPERM`: what reaches into other processes, what makes or enters name spaces, mounts and roots, the machine's
/// clock and name, watches over whole file systems, device nodes, and the memory of others on other processors.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_mknodat,
    libc::SYS_personality,
    libc::SYS_reboot,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mknod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// The socket families of a server on this machine alone, and those of one that reaches its display by a network.
const LOCAL: &[u32] = &[1];
const NETWORKED: &[u32] = &[1, 2, 10, 16];

/// `CLONE_NEW…`: name spaces, of time too.
const NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u32
    | 0x80;

/// Installs the filter of sessions and this one, for this process and all that it becomes, which have no rights to gain any more.
pub fn install(is_networked: bool) -> Result<(), Errno> {
    seccomp::install(&[], &[], false)?;
    bpf::install(&filter(is_networked), 0).map(drop)
}

fn filter(is_networked: bool) -> Vec<Instruction> {
    let numbers = REFUSED.iter().filter_map(|number| u32::try_from(*number).ok());
    let mut native: Vec<_> = numbers.flat_map(|number| [equal(number, 0, 1), fail(libc::EPERM)]).collect();
    let number = |call: libc::c_long| u32::try_from(call).unwrap_or(u32::MAX);
    // Its flags lie in memory. Libraries use `clone` then.
    native.extend([equal(number(libc::SYS_clone3), 0, 1), fail(libc::ENOSYS)]);
    native.extend([
        equal(number(libc::SYS_clone), 0, 4),
        load(argument_offset(0)),
        any_bit(NAMESPACES, 0, 1),
        fail(libc::EPERM),
        verdict(ALLOW),
    ]);
    let families = if is_networked { NETWORKED } else { LOCAL };
    let count = u8::try_from(families.len()).unwrap_or(u8::MAX);
    for call in [seccomp::SOCKET, seccomp::SOCKETPAIR] {
        native.extend([equal(call, 0, count.saturating_add(3)), load(argument_offset(0))]);
        native.extend(families.iter().zip(0_u8..).map(|(family, place)| equal(*family, count - place, 0)));
        native.extend([fail(libc::EAFNOSUPPORT), verdict(ALLOW)]);
    }
    native.push(verdict(ALLOW));
    // Nothing of it is built for 32 bits.
    bpf::by_architecture(native, vec![fail(libc::EPERM)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::{ARCH_I386, ARCH_NATIVE, FAIL, run};

    #[test]
    fn a_server_reaches_no_other_process_name_space_or_network() {
        let ask = |is_networked, number: libc::c_long, first: u64| {
            run(&filter(is_networked), ARCH_NATIVE, number as u32, [first, 0, 0, 0, 0, 0])
        };
        let refused = FAIL | 1;
        for number in REFUSED {
            assert_eq!(ask(true, *number, 0), refused, "{number}");
        }
        for number in [libc::SYS_read, libc::SYS_execve, libc::SYS_wait4, libc::SYS_setuid] {
            assert_eq!(ask(false, number, 0), ALLOW, "{number}");
        }
        let thread = (libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND) as u64;
        assert_eq!(ask(false, libc::SYS_clone, thread), ALLOW);
        for flag in [libc::CLONE_NEWUSER, libc::CLONE_NEWNS, libc::CLONE_NEWNET, 0x80] {
            assert_eq!(ask(false, libc::SYS_clone, thread | flag as u64), refused, "{flag:x}");
        }
        assert_eq!(ask(false, libc::SYS_clone3, 0), FAIL | 38);
        let strange = FAIL | libc::EAFNOSUPPORT as u32;
        let families = |is_networked| [1, 2, 10, 16, 17, 40].map(|f| ask(is_networked, libc::SYS_socket, f));
        assert_eq!(families(false), [ALLOW, strange, strange, strange, strange, strange]);
        assert_eq!(families(true), [ALLOW, ALLOW, ALLOW, ALLOW, strange, strange]);
        assert_eq!(run(&filter(true), ARCH_I386, 3, [0; 6]), refused);
    }
}
