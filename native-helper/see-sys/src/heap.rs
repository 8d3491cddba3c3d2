//! The heap of this process.

/// Gives memory that was freed back to the kernel, as far as whole pages of it are free: the allocator keeps it else, for ever.
pub fn give_back() {
    // SAFETY: it takes no pointer, and locks what the allocator's other calls lock.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
}
