//! Devices of the host that a session gets on request: which nodes stand for a kind of device. Looks at the host's /dev, opens
//! nothing.

use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::HostPath;
use crate::policy::{Device, Promise};

/// A node to make inside, with the rights that it has on the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Where it is, on the host and inside.
    pub path: HostPath,
    /// Major and minor number.
    pub number: (u32, u32),
    /// Its permissions.
    pub mode: u32,
    /// Its owner and group.
    pub owner: (u32, u32),
}

/// Where the nodes of a kind are, and how their names begin. Nodes that set what the screen shows are not among them.
fn places(device: Device) -> &'static [(&'static str, &'static str)] {
    match device {
        Device::Gpu => &[("/dev/dri", "renderD"), ("/dev", "nvidia"), ("/dev", "kfd")],
        Device::Sound => &[("/dev/snd", "")],
        Device::Camera => &[("/dev", "video"), ("/dev", "media")],
    }
}

/// Returns the nodes of these devices. Fails for a kind that this machine does not have, unless that was accepted.
pub fn find(devices: &[Device], accept: &[Promise]) -> Result<Vec<Node>> {
    let mut found = Vec::new();
    for device in devices {
        let before = found.len();
        places(*device).iter().for_each(|(dir, start)| found.extend(nodes(dir, start)));
        if found.len() == before && !accept.contains(&Promise::Devices) {
            return Err(missing(*device));
        }
    }
    Ok(found)
}

fn nodes(dir: &str, start: &str) -> impl Iterator<Item = Node> {
    let (dir, start) = (HostPath::new(dir.as_bytes()), start.as_bytes().to_vec());
    let entries = dir.iter().filter_map(|dir| std::fs::read_dir(dir.as_path()).ok()).flatten().flatten();
    let mut nodes: Vec<Node> = entries
        .filter_map(|entry| {
            use std::os::unix::ffi::OsStrExt as _;
            let meta = entry.metadata().ok()?;
            let name = entry.file_name();
            let is_node = meta.file_type().is_char_device() && name.as_bytes().starts_with(&start);
            let path = dir.as_ref()?.join(name.as_bytes());
            is_node.then(|| Node {
                path,
                number: (rustix::fs::major(meta.rdev()), rustix::fs::minor(meta.rdev())),
                mode: meta.mode() & 0o777,
                owner: (meta.uid(), meta.gid()),
            })
        })
        .collect();
    nodes.sort_by(|a, b| a.path.cmp(&b.path));
    nodes.into_iter()
}

fn missing(device: Device) -> Box<SeeError> {
    let name = device.name();
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("This machine has no device of this kind: {name}."),
        format!("Run without --device {name}, or go on where it is missing: --accept devices"),
    )
    .with_fact("promise", Promise::Devices.name())
}
