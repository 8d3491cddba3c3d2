//! Numbers of bytes as people write them.

/// Reads a number of bytes: digits, and K, M, G or T for the powers of 1024.
pub fn size(text: &str) -> Result<u64, String> {
    let wrong = || "a size is a whole number of bytes, or of K, M, G or T, and more than nothing".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match text.get(digits.len()..).unwrap_or_default().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        "T" | "TB" | "TIB" => 1 << 40,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).filter(|size| (1..1 << 62).contains(size)).ok_or_else(wrong)
}

/// Reads a number of bytes like [`size`], or 0.
pub fn size_or_zero(text: &str) -> Result<u64, String> {
    if text == "0" { Ok(0) } else { size(text) }
}

/// A number of bytes, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(pub Option<u64>);

pub fn limit(text: &str) -> Result<Limit, String> {
    match text {
        "none" => Ok(Limit(None)),
        size_text => size(size_text).map(|bytes| Limit(Some(bytes))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_whole_numbers_with_a_letter() {
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("3k"), Ok(3072));
        assert_eq!(size("2G"), Ok(2 << 30));
        assert_eq!(size("1MiB"), Ok(1 << 20));
        for wrong in ["", "G", "0", "-1", "1.5G", "2X", "9999999999T", "1 G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!((size_or_zero("0"), size_or_zero("3k")), (Ok(0), Ok(3072)));
        assert!(size_or_zero("-1").is_err());
        assert_eq!(limit("none"), Ok(Limit(None)));
        assert_eq!(limit("3k"), Ok(Limit(Some(3072))));
    }
}
