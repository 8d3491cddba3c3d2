//! Classic BPF for seccomp: instructions, verdicts, and how a filter is installed. Knows no policy.

use rustix::io::Errno;

use crate::check;

const LOAD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_IF_EQUAL: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_IF_AT_LEAST: u16 = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const JUMP_IF_ANY_BIT: u16 = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN: u16 = 0x06; // BPF_RET | BPF_K

/// Verdict: the call runs.
pub(crate) const ALLOW: u32 = 0x7fff_0000;
/// Verdict: the call waits for whoever listens.
pub(crate) const NOTIFY: u32 = 0x7fc0_0000;
/// Verdict: the call fails, with the errno in the low bits.
pub(crate) const FAIL: u32 = 0x0005_0000;
/// Verdict: the whole process ends.
pub(crate) const KILL: u32 = 0x8000_0000;

/// Where the call's number is in `struct seccomp_data`.
pub(crate) const OFFSET_NUMBER: u32 = 0;
/// Where the architecture is.
pub(crate) const OFFSET_ARCH: u32 = 4;

/// `AUDIT_ARCH_*` of this build.
#[cfg(target_arch = "x86_64")]
pub(crate) const ARCH_NATIVE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
pub(crate) const ARCH_NATIVE: u32 = 0xc000_00b7;
/// `AUDIT_ARCH_I386`.
pub(crate) const ARCH_I386: u32 = 0x4000_0003;
/// Set in the numbers of x32 calls; no native number is as large.
pub(crate) const X32_BIT: u32 = 0x4000_0000;

/// One instruction, laid out as `struct sock_filter`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) code: u16,
    pub(crate) if_true: u8,
    pub(crate) if_false: u8,
    pub(crate) value: u32,
}

#[repr(C)]
struct Program {
    length: u16,
    filter: *const Instruction,
}

/// Returns where the low (first) half of an argument is; the high half is 4 further.
pub(crate) fn argument_offset(argument: u8) -> u32 {
    16 + 8 * u32::from(argument)
}

/// Loads the 32 bits at this offset.
pub(crate) fn load(offset: u32) -> Instruction {
    Instruction { code: LOAD, if_true: 0, if_false: 0, value: offset }
}

/// Ends with a verdict.
pub(crate) fn verdict(value: u32) -> Instruction {
    Instruction { code: RETURN, if_true: 0, if_false: 0, value }
}

/// Ends with the verdict that the call fails.
pub(crate) fn fail(errno: i32) -> Instruction {
    verdict(FAIL | u32::try_from(errno).unwrap_or(1))
}

/// Skips so many instructions when equal, or not.
pub(crate) fn equal(value: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction { code: JUMP_IF_EQUAL, if_true, if_false, value }
}

/// Skips so many instructions when at least as large, or not.
pub(crate) fn at_least(value: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction { code: JUMP_IF_AT_LEAST, if_true, if_false, value }
}

/// Skips so many instructions when one of these bits is set, or none.
pub(crate) fn any_bit(value: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction { code: JUMP_IF_ANY_BIT, if_true, if_false, value }
}

/// Joins the parts for both architectures: x32 calls fail with `ENOSYS`, calls of an unknown architecture kill. Each
/// part begins with the number loaded and always ends in a verdict.
pub(crate) fn by_architecture(native: Vec<Instruction>, i386: Vec<Instruction>) -> Vec<Instruction> {
    // Conditional jumps reach 255 instructions; this one leaps over a whole part, so it is unconditional (BPF_JA).
    let leap = |count: usize| Instruction {
        code: 0x05,
        if_true: 0,
        if_false: 0,
        value: u32::try_from(count).unwrap_or(u32::MAX),
    };
    let mut whole = vec![load(OFFSET_ARCH), equal(ARCH_NATIVE, 1, 0), leap(native.len() + 3)];
    whole.extend([load(OFFSET_NUMBER), at_least(X32_BIT, 0, 1), fail(libc::ENOSYS)]);
    whole.extend(native);
    whole.extend([equal(ARCH_I386, 1, 0), verdict(KILL), load(OFFSET_NUMBER)]);
    whole.extend(i386);
    whole
}

/// Installs a filter for this thread and all that it starts. Without `no_new_privs` the caller needs CAP_SYS_ADMIN in
/// its user name space. Returns what the kernel says: 0, or a listener's descriptor when `flags` ask for one.
pub(crate) fn install(filter: &[Instruction], flags: libc::c_ulong) -> Result<libc::c_long, Errno> {
    let length = u16::try_from(filter.len()).map_err(|_| Errno::TOOBIG)?;
    let program = Program { length, filter: filter.as_ptr() };
    // SAFETY: `program` is laid out as `struct sock_fprog` and means `length` instructions that outlive the call.
    let value =
        unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) };
    check(value)
}

/// Runs a filter as the kernel would.
#[cfg(test)]
pub(crate) fn run(filter: &[Instruction], arch: u32, number: u32, arguments: [u64; 6]) -> u32 {
    let (mut at, mut accumulator) = (0_usize, 0_u32);
    loop {
        let now = filter[at];
        at += 1;
        let jump = |taken: bool| usize::from(if taken { now.if_true } else { now.if_false });
        match now.code {
            LOAD => {
                accumulator = match now.value {
                    OFFSET_NUMBER => number,
                    OFFSET_ARCH => arch,
                    other if other >= 16 && other % 4 == 0 => {
                        let argument = arguments[(other as usize - 16) / 8];
                        (if other % 8 == 0 { argument } else { argument >> 32 }) as u32
                    }
                    other => panic!("loads {other}"),
                }
            }
            JUMP_IF_EQUAL => at += jump(accumulator == now.value),
            JUMP_IF_AT_LEAST => at += jump(accumulator >= now.value),
            JUMP_IF_ANY_BIT => at += jump(accumulator & now.value != 0),
            0x05 => at += now.value as usize,
            RETURN => return now.value,
            other => panic!("code {other}"),
        }
    }
}
