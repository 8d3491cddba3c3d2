//! The form of the files that X libraries read cookies from: written for a nested display, read for the host's.

const COOKIE: &[u8] = b"MIT-MAGIC-COOKIE-1";
/// Addresses of this machine, and of any.
const LOCAL: u16 = 256;
const ANY: u16 = 0xffff;

/// Returns a file with one cookie, for any display.
pub(super) fn file_with(cookie: &[u8; 16]) -> Vec<u8> {
    let with_length = |bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).unwrap_or(0).to_be_bytes();
        [&length[..], bytes].concat()
    };
    let parts = [with_length(b""), with_length(b""), with_length(COOKIE), with_length(cookie)];
    [&ANY.to_be_bytes()[..], &parts.concat()].concat()
}

/// Returns the name and the cookie that open a display of this machine; both empty when the file has none for it.
pub(super) fn for_display(file: &[u8], number: u32) -> (Vec<u8>, Vec<u8>) {
    let number = number.to_string();
    let mut rest = file;
    while let Some(entry) = Entry::read(&mut rest) {
        let fits = entry.number.is_empty() || entry.number == number.as_bytes();
        if fits && [LOCAL, ANY].contains(&entry.family) && entry.kind == COOKIE {
            return (COOKIE.to_vec(), entry.cookie.to_vec());
        }
    }
    (Vec::new(), Vec::new())
}

struct Entry<'a> {
    family: u16,
    number: &'a [u8],
    kind: &'a [u8],
    cookie: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Reads the next entry; `None` at the end, and where the file is damaged.
    fn read(rest: &mut &'a [u8]) -> Option<Self> {
        let family = number(rest)?;
        let _address = counted(rest)?;
        Some(Self { family, number: counted(rest)?, kind: counted(rest)?, cookie: counted(rest)? })
    }
}

fn number(rest: &mut &[u8]) -> Option<u16> {
    let (number, after) = rest.split_first_chunk::<2>()?;
    *rest = after;
    Some(u16::from_be_bytes(*number))
}

fn counted<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(rest)?;
    let (text, after) = rest.split_at_checked(length.into())?;
    *rest = after;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_form_that_libraries_read() {
        let file = file_with(&[7; 16]);
        assert_eq!(&file[..8], [0xff, 0xff, 0, 0, 0, 0, 0, 18]);
        assert_eq!(&file[8..26], COOKIE);
        assert_eq!(file.len(), 26 + 2 + 16);
    }

    #[test]
    fn the_cookie_of_a_display_is_found() {
        let other = [&[1, 0, 0, 1, b'h', 0, 1, b'4', 0, 18][..], COOKIE, &[0, 1, 9]].concat();
        let file = [other.clone(), file_with(&[7; 16])].concat();
        assert_eq!(for_display(&file, 4), (COOKIE.to_vec(), vec![9]));
        assert_eq!(for_display(&file, 5), (COOKIE.to_vec(), vec![7; 16]));
        assert_eq!(for_display(&other, 5), (Vec::new(), Vec::new()));
        assert_eq!(for_display(&file[..20], 4), (Vec::new(), Vec::new()));
    }
}
