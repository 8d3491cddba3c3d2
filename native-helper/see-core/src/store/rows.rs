//! How values are written in the database's columns. Bytes stay bytes; the lists of a session are JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::cause::{Limit, LimitCause, SessionCause};
use crate::error::{Result, SeeError};
use crate::layer::{Covered, Layer, MarkSpace};
use crate::path::{HostPath, PathRef};
use crate::policy::Policy;
use crate::timestamp::Timestamp;

/// A layer as the store keeps it: paths are base64 of their bytes, because JSON cannot hold all of them.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredLayer {
    index: u32,
    mount_point: String,
    upper: String,
    work: String,
    room: String,
    device: u64,
    same_mount: bool,
    marks: MarkSpace,
    began: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mounted: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    masked: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unnoted_masks: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    covered: Option<Covered>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    untouched: bool,
}

impl StoredLayer {
    pub fn new(layer: &Layer) -> Result<Self> {
        Ok(Self {
            index: layer.index,
            mount_point: BASE64.encode(layer.mount_point.as_bytes()),
            upper: encode(&layer.upper),
            work: encode(&layer.work),
            room: encode(&layer.room),
            device: layer.device,
            same_mount: layer.same_mount,
            marks: layer.marks,
            began: nanoseconds(layer.began)?,
            mounted: Some(nanoseconds(layer.mounted)?),
            masked: Some(layer.masked.iter().map(|path| BASE64.encode(path.as_bytes())).collect()),
            unnoted_masks: layer.unnoted_masks,
            covered: layer.covered,
            untouched: layer.untouched,
        })
    }

    /// Returns the layer of a session with this policy.
    pub fn into_layer(self, policy: &Policy) -> Result<Layer> {
        let room = path(&self.room)?;
        let masked = match &self.masked {
            Some(masked) => masked.iter().map(|text| host_path(text)).collect::<Result<_>>()?,
            // A record that does not tell: its own room was masked, and what the session was not to see; there was more.
            None => HostPath::new(room.as_os_str().as_bytes())
                .into_iter()
                .chain(policy.hidden.iter().filter_map(PathRef::to_host_path))
                .collect(),
        };
        let unnoted_masks = self.unnoted_masks || self.masked.is_none();
        Ok(Layer {
            index: self.index,
            mount_point: host_path(&self.mount_point)?,
            upper: path(&self.upper)?,
            work: path(&self.work)?,
            room,
            device: self.device,
            same_mount: self.same_mount,
            marks: self.marks,
            began: Timestamp(self.began.into()),
            mounted: Timestamp(self.mounted.unwrap_or(self.began).into()),
            masked,
            unnoted_masks,
            covered: self.covered,
            untouched: self.untouched,
        })
    }
}

/// A limit as the store keeps it: as data, or in the words that versions before the sixth had for it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum StoredLimit {
    Told(Limit),
    Said { path: String, why: String },
}

impl From<StoredLimit> for Limit {
    fn from(stored: StoredLimit) -> Self {
        match stored {
            StoredLimit::Told(limit) => limit,
            StoredLimit::Said { path, why } => LimitCause::Said { why }.at(path),
        }
    }
}

/// Reads why a session stands as it does; versions before the sixth kept the words that they had for it.
pub(super) fn stored_cause(text: String) -> SessionCause {
    serde_json::from_str(&text).unwrap_or(SessionCause::Said { why: text })
}

fn encode(path: &Path) -> String {
    BASE64.encode(path.as_os_str().as_bytes())
}

fn decode(text: &str) -> Result<Vec<u8>> {
    BASE64.decode(text).map_err(|_| damaged())
}

fn host_path(text: &str) -> Result<HostPath> {
    HostPath::new(&decode(text)?).ok_or_else(damaged)
}

fn path(text: &str) -> Result<PathBuf> {
    Ok(PathBuf::from(OsString::from_vec(decode(text)?)))
}

/// Returns the nanoseconds as a database integer; they last until the year 2262.
pub(super) fn nanoseconds(time: Timestamp) -> Result<i64> {
    i64::try_from(time.0).map_err(|_| SeeError::internal("A time is too far away to be kept."))
}

/// Joins arguments, which cannot hold a NUL, each ended by one.
pub(super) fn join_arguments(arguments: &[Vec<u8>]) -> Vec<u8> {
    arguments.iter().flat_map(|argument| argument.iter().copied().chain([0])).collect()
}

/// Takes apart what [`join_arguments`] joined.
pub(super) fn split_arguments(joined: &[u8]) -> Vec<Vec<u8>> {
    joined
        .strip_suffix(&[0])
        .map(|all| all.split(|b| *b == 0).map(<[u8]>::to_vec).collect())
        .unwrap_or_default()
}

/// Returns a value as JSON text, or as the bare word when it is an enumeration's name.
pub(super) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| SeeError::internal(format!("A record cannot be written: {e}.")))
}

/// Reads what [`to_json`] wrote.
pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| damaged())
}

/// Returns an enumeration's name without the quotes of its JSON form.
pub(super) fn to_word(value: &impl Serialize) -> Result<String> {
    Ok(to_json(value)?.trim_matches('"').to_owned())
}

/// Reads what [`to_word`] wrote.
pub(super) fn from_word<T: DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::from(word)).map_err(|_| damaged())
}

/// Returns the error for a record that cannot be understood.
pub(super) fn damaged() -> Box<SeeError> {
    SeeError::new(
        crate::error::ErrorCode::StoreUnusable,
        "A record of the store makes no sense.",
        "The store was damaged; its layers still hold the sessions' files.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_of_a_version_before_keeps_its_room_and_hidden_places_out_of_sight() {
        let at = |text: &str| HostPath::new(text.as_bytes()).unwrap();
        let text = format!(
            r#"{{"index":0,"mount_point":"{}","upper":"","work":"","room":"{}","device":1,"same_mount":true,"marks":"trusted","began":7}}"#,
            BASE64.encode("/m"),
            BASE64.encode("/m/room")
        );
        let policy = Policy { hidden: vec![at("/m/key").to_ref()], ..Policy::default() };
        let layer = from_json::<StoredLayer>(&text).unwrap().into_layer(&policy).unwrap();
        assert_eq!((&layer.masked, layer.mounted), (&vec![at("/m/room"), at("/m/key")], layer.began));
        // Written anew it still says that it does not know all.
        let again = to_json(&StoredLayer::new(&layer).unwrap()).unwrap();
        let again = from_json::<StoredLayer>(&again).unwrap().into_layer(&Policy::default()).unwrap();
        assert!(layer.unnoted_masks && again == layer, "{again:?}");
    }
}
