//! Reads and writes another process's memory. The memory is hostile: it may be unmapped, and change while it is read.

use rustix::io::Errno;

use crate::last_errno;

const PAGE: u64 = 4096;
/// A buffer of 4096 bytes touches at most two pages; one more for longer ones is not needed here.
const PIECES: usize = 2;

/// Reads up to `buffer.len()` (at most 4096) bytes at `address` of the thread's memory. Returns how many could be
/// read, up to the first page that is not there. Fails with `EFAULT` when there is none at all.
pub fn read(thread: u32, address: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
    let wanted = buffer.len().min(PAGE as usize);
    let first = usize::try_from(PAGE - address % PAGE).unwrap_or(0).min(wanted);
    let piece =
        |base: u64, length: usize| libc::iovec { iov_base: base as *mut libc::c_void, iov_len: length };
    // One piece per page: the kernel stops in front of the first piece that it cannot read at all.
    let remote: [libc::iovec; PIECES] =
        [piece(address, first), piece(address.wrapping_add(first as u64), wanted - first)];
    let pieces = if first == wanted { 1 } else { PIECES };
    let local = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: wanted };
    let thread = i32::try_from(thread).map_err(|_| Errno::SRCH)?;
    // SAFETY: `local` means `wanted` writable bytes of `buffer`; `remote` names addresses of the other process only,
    // which the kernel checks; both outlive the call.
    let count =
        unsafe { libc::process_vm_readv(thread, &raw const local, 1, remote.as_ptr(), pieces as _, 0) };
    usize::try_from(count).map_err(|_| last_errno())
}

/// Writes bytes (at most 4096) at `address` of the thread's memory. Fails with `EFAULT` when they cannot all be written.
pub fn write(thread: u32, address: u64, bytes: &[u8]) -> Result<(), Errno> {
    let local = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let remote = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: bytes.len() };
    let thread = i32::try_from(thread).map_err(|_| Errno::SRCH)?;
    // SAFETY: the kernel reads from `bytes`, which outlives the call, and writes to addresses of the other process only,
    // which it checks.
    let count = unsafe { libc::process_vm_writev(thread, &raw const local, 1, &raw const remote, 1, 0) };
    match usize::try_from(count) {
        Ok(count) if count == bytes.len() => Ok(()),
        Ok(_) => Err(Errno::FAULT),
        Err(_) => Err(last_errno()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_all_or_says_so() {
        let me = std::process::id();
        let mut target = [0_u8; 4];
        assert_eq!(write(me, target.as_mut_ptr() as u64, &[1, 2]), Ok(()));
        assert_eq!(std::hint::black_box(target), [1, 2, 0, 0]);
        assert_eq!(write(me, 0, &[1]), Err(Errno::FAULT));
        assert_eq!(write(me, 0, &[]), Ok(()));
    }

    #[test]
    fn reads_up_to_the_first_missing_page() {
        let me = std::process::id();
        // SAFETY: a fresh anonymous mapping of three pages, the last of which is taken away again.
        let base = unsafe {
            let base = libc::mmap(
                std::ptr::null_mut(),
                3 * PAGE as usize,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            libc::memset(base, 7, 2 * PAGE as usize);
            libc::munmap(base.add(2 * PAGE as usize), PAGE as usize);
            base as u64
        };
        let mut buffer = [0; 4096];
        assert_eq!(read(me, base + 10, &mut buffer), Ok(4096));
        assert_eq!(buffer[4095], 7);
        assert_eq!(read(me, base + 2 * PAGE - 3, &mut buffer), Ok(3));
        assert_eq!(read(me, base + 2 * PAGE, &mut buffer), Err(Errno::FAULT));
        assert_eq!(read(me, 0, &mut buffer), Err(Errno::FAULT));
        assert_eq!(read(me, u64::MAX - 1, &mut buffer), Err(Errno::FAULT));
        // SAFETY: the two pages that are left of the mapping above.
        unsafe { libc::munmap(base as *mut libc::c_void, 2 * PAGE as usize) };
    }
}
