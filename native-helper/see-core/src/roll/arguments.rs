//! The arguments that a program is about to be started with, from the memory of the thread that starts it. Hostile: as
//! much as fits is kept, and what cannot be read ends them.

use see_sys::memory;
use see_sys::seccomp_notify::Arch;

/// Most bytes of all arguments together.
const MOST: usize = 2048;
/// Most arguments.
const MOST_ARGUMENTS: usize = 256;
/// So many bytes are read at once.
const PIECE: usize = 1024;

/// Returns the arguments at `address`, and whether there are more than these, or longer ones.
pub fn read(thread: u32, arch: Arch, address: u64) -> (Vec<Vec<u8>>, bool) {
    let width = if arch == Arch::I386 { 4 } else { 8 };
    let mut raw = [0; MOST_ARGUMENTS * 8];
    let wanted = raw.get_mut(..MOST_ARGUMENTS * width).unwrap_or_default();
    let count = memory::read(thread, address, wanted).unwrap_or(0);
    let pointers = raw.get(..count).unwrap_or_default().chunks_exact(width).map(|bytes| {
        let mut word = [0; 8];
        word.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        u64::from_le_bytes(word)
    });
    let mut window = Window { thread, start: 0, bytes: Vec::new() };
    let mut arguments = Vec::new();
    let mut left = MOST;
    for pointer in pointers {
        if pointer == 0 {
            return (arguments, false);
        }
        let Some((argument, is_whole)) = window.string(pointer, left) else { return (arguments, true) };
        left -= argument.len().min(left);
        arguments.push(argument);
        if !is_whole {
            return (arguments, true);
        }
    }
    (arguments, count > 0)
}

/// Returns as many of these arguments as are kept, and whether there are more.
pub fn bounded(arguments: &[Vec<u8>]) -> (Vec<Vec<u8>>, bool) {
    let mut left = MOST;
    let mut kept = Vec::new();
    for argument in arguments.iter().take(MOST_ARGUMENTS) {
        let length = argument.len().min(left);
        kept.push(argument.get(..length).unwrap_or_default().to_vec());
        if length < argument.len() {
            return (kept, true);
        }
        left -= length;
    }
    (kept, arguments.len() > MOST_ARGUMENTS)
}

/// A piece of a thread's memory: strings of arguments lie one behind the other.
struct Window {
    thread: u32,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// Returns the string at an address, at most `most` bytes of it, and whether that is all of it.
    fn string(&mut self, address: u64, most: usize) -> Option<(Vec<u8>, bool)> {
        let mut string = Vec::new();
        loop {
            let rest = self.from(address.wrapping_add(string.len() as u64))?;
            let end = rest.iter().position(|byte| *byte == 0);
            string.extend_from_slice(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
            if string.len() > most {
                string.truncate(most);
                return Some((string, false));
            }
            if end.is_some() {
                return Some((string, true));
            }
        }
    }

    /// Returns what is known of the memory from an address on, at least one byte.
    fn from(&mut self, address: u64) -> Option<&[u8]> {
        let place = address.checked_sub(self.start).and_then(|place| usize::try_from(place).ok());
        let is_known = place.is_some_and(|place| place < self.bytes.len());
        if !is_known {
            self.bytes.resize(PIECE, 0);
            let count = memory::read(self.thread, address, &mut self.bytes).unwrap_or(0);
            self.bytes.truncate(count);
            self.start = address;
        }
        let place = usize::try_from(address - self.start).ok()?;
        self.bytes.get(place..).filter(|rest| !rest.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arguments: &[Vec<u8>]) -> (Vec<Vec<u8>>, bool) {
        let strings: Vec<std::ffi::CString> =
            arguments.iter().map(|argument| std::ffi::CString::new(argument.clone()).unwrap()).collect();
        let pointers: Vec<u64> = strings.iter().map(|string| string.as_ptr() as u64).chain([0]).collect();
        read(std::process::id(), Arch::X86_64, pointers.as_ptr() as u64)
    }

    #[test]
    fn all_that_fits_is_read() {
        let few = vec![b"ls".to_vec(), Vec::new(), b"a\n\x1b[31m\xff".to_vec()];
        assert_eq!(of(&few), (few, false));
        let (long, is_cut) = of(&[b"x".to_vec(), vec![b'y'; 5000]]);
        assert_eq!((long[1].len(), is_cut), (MOST - 1, true));
        let (many, is_cut) = of(&vec![b"a".to_vec(); 1000]);
        assert_eq!((many.len(), is_cut), (MOST_ARGUMENTS, true));
        let just = vec![b"a".to_vec(); MOST_ARGUMENTS - 1];
        assert_eq!(of(&just), (just, false));
    }

    #[test]
    fn memory_that_is_not_there_ends_them() {
        assert_eq!(read(std::process::id(), Arch::X86_64, 0), (Vec::new(), false));
        let pointers = [16_u64, 0];
        assert_eq!(read(std::process::id(), Arch::X86_64, pointers.as_ptr() as u64), (Vec::new(), true));
    }
}
