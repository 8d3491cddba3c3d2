//! Bytes that are mostly text, in a journal that is JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path, a name or a value. Written as text when it is UTF-8, else as `=` and base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) if !text.starts_with('=') => to.serialize_str(text),
            _ => to.serialize_str(&format!("={}", BASE64.encode(&self.0))),
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match text.strip_prefix('=') {
            None => Ok(Self(text.into_bytes())),
            Some(encoded) => BASE64.decode(encoded).map(Self).map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survive_the_journal() {
        for bytes in [&b"etc/passwd"[..], b"", b"=odd", b"\xff\0\x01", "é\n".as_bytes()] {
            let written = serde_json::to_string(&Bytes(bytes.to_vec())).unwrap();
            assert_eq!(serde_json::from_str::<Bytes>(&written).unwrap().0, bytes, "{written}");
        }
    }
}
