//! Which kernel this is, where nothing but its version tells what it can do.

/// Tells whether the kernel is this version (`(major, minor)`) or a later one.
pub fn is_since(version: (u32, u32)) -> bool {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    numbers(&release) >= version
}

fn numbers(release: &str) -> (u32, u32) {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_as_distributions_write_them() {
        assert_eq!(numbers("6.1.0-18-amd64"), (6, 1));
        assert_eq!(numbers("5.14-rc3"), (5, 14));
        assert_eq!(numbers("6.15+"), (6, 15));
        assert_eq!(numbers("odd"), (0, 0));
        assert!(is_since((4, 0)) && !is_since((1000, 0)));
    }
}
