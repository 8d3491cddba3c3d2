//! Devices of the host that a session gets on request: which nodes stand for a kind of device. Looks at the host's /dev, opens
//! nothing.

use std::ffi::CStr;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

use serde::{Deserialize, Serialize};

use crate::cause::{Limit, LimitCause};
use crate::error::{ErrorCode, Reason, SeeError};
use crate::overlay_marks;
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
    /// Its access list, as the kernel writes it: who sits at a desk often has a right to its devices by that alone.
    #[serde(default)]
    pub access: Option<Vec<u8>>,
}

/// Where the nodes of a kind are.
fn places(device: Device) -> &'static [&'static str] {
    match device {
        Device::Gpu => &["/dev/dri", "/dev"],
        Device::Sound => &["/dev/snd"],
        Device::Camera => &["/dev"],
    }
}

/// Tells whether a name in one of a kind's places is of that kind. Nodes that set what the screen shows are not: neither
/// `card0` nor `nvidia-modeset`.
fn is_of(device: Device, place: &str, name: &[u8]) -> bool {
    let numbered = |start: &str| {
        let number = name.strip_prefix(start.as_bytes());
        number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
    };
    match (device, place) {
        (Device::Gpu, "/dev/dri") => numbered("renderD"),
        (Device::Gpu, _) => {
            numbered("nvidia") || matches!(name, b"nvidiactl" | b"nvidia-uvm" | b"nvidia-uvm-tools" | b"kfd")
        }
        (Device::Sound, _) => true,
        (Device::Camera, _) => numbered("video") || numbered("media"),
    }
}

/// Returns the nodes of these devices, and the kinds that this machine does not have.
pub fn find(devices: &[Device]) -> (Vec<Node>, Vec<Device>) {
    let (mut found, mut lacking) = (Vec::new(), Vec::new());
    for device in devices {
        let before = found.len();
        places(*device).iter().for_each(|place| found.extend(nodes(*device, place)));
        if found.len() == before {
            lacking.push(*device);
        }
    }
    (found, lacking)
}

/// The attribute that holds an access list.
pub const ACCESS_LIST: &CStr = c"system.posix_acl_access";

/// Returns an access list with the ids in it shifted, so that inside they are those of the host. `None` when it has a form that
/// is not known; who has a right by it has none then.
pub fn shifted(access: &[u8], shift: u32) -> Option<Vec<u8>> {
    const VERSION: [u8; 4] = 2_u32.to_le_bytes();
    const NAMED: [u16; 2] = [0x02, 0x08];
    let (version, entries) = access.split_at_checked(VERSION.len())?;
    let mut list = version.to_vec();
    for entry in entries.chunks(8) {
        let [tag0, tag1, perm0, perm1, id @ ..] = entry else { return None };
        let id = u32::from_le_bytes(id.try_into().ok()?);
        let is_named = NAMED.contains(&u16::from_le_bytes([*tag0, *tag1]));
        let id = if is_named { id.saturating_add(shift) } else { id };
        list.extend([*tag0, *tag1, *perm0, *perm1]);
        list.extend(id.to_le_bytes());
    }
    (version == VERSION).then_some(list)
}

/// What a kind that is lacking is missing from.
const PLACE: &str = "/dev";

/// Says that a session goes on without a kind of device.
pub fn without(device: Device) -> Limit {
    LimitCause::NoDevice { device }.at(PLACE)
}

fn nodes(device: Device, place: &str) -> impl Iterator<Item = Node> {
    let dir = HostPath::new(place.as_bytes());
    let entries = dir.iter().filter_map(|dir| std::fs::read_dir(dir.as_path()).ok()).flatten().flatten();
    let mut nodes: Vec<Node> = entries
        .filter_map(|entry| {
            use std::os::unix::ffi::OsStrExt as _;
            let meta = entry.metadata().ok()?;
            let name = entry.file_name();
            let is_node = meta.file_type().is_char_device() && is_of(device, place, name.as_bytes());
            let path = dir.as_ref()?.join(name.as_bytes());
            is_node.then(|| Node {
                path,
                number: (rustix::fs::major(meta.rdev()), rustix::fs::minor(meta.rdev())),
                mode: meta.mode() & 0o777,
                owner: (meta.uid(), meta.gid()),
                access: overlay_marks::get(&entry.path(), &ACCESS_LIST.to_owned()).ok().flatten(),
            })
        })
        .collect();
    nodes.sort_by(|a, b| a.path.cmp(&b.path));
    nodes.into_iter()
}

/// Refuses to go on without a kind of device.
pub fn missing(device: Device) -> Box<SeeError> {
    let name = device.name();
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("This machine has no device of this kind: {name}."),
        format!("Run without --device {name}, or go on where it is missing: --accept devices"),
    )
    .because(Reason::NoDevice)
    .with_fact("device", name)
    .with_fact("promise", Promise::Devices.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_access_lists_are_shifted_with_all_others() {
        let entry = |tag: u16, perm: u16, id: u32| {
            [&tag.to_le_bytes()[..], &perm.to_le_bytes(), &id.to_le_bytes()].concat()
        };
        let list = |shift: u32| {
            let nobody = u32::MAX;
            let entries = [
                entry(0x01, 6, nobody),
                entry(0x02, 6, 1000 + shift),
                entry(0x04, 6, nobody),
                entry(0x08, 4, 44 + shift),
                entry(0x10, 6, nobody),
                entry(0x20, 0, nobody),
            ];
            [&2_u32.to_le_bytes()[..], &entries.concat()].concat()
        };
        assert_eq!(shifted(&list(0), 7), Some(list(7)));
        assert_eq!(
            [shifted(&list(0)[..11], 7), shifted(b"\x03\0\0\0", 7), shifted(b"", 7)],
            [None, None, None]
        );
    }

    #[test]
    fn only_nodes_of_the_kind_are_chosen() {
        let chosen = |device: Device, place: &str, names: &[&str]| -> Vec<String> {
            let names = names.iter().filter(|name| is_of(device, place, name.as_bytes()));
            names.map(|name| (*name).to_owned()).collect()
        };
        let dri = ["card0", "renderD128", "renderD", "controlD64", "by-path"];
        assert_eq!(chosen(Device::Gpu, "/dev/dri", &dri), ["renderD128"]);
        let dev = [
            "nvidia0",
            "nvidia12",
            "nvidiactl",
            "nvidia-uvm",
            "nvidia-uvm-tools",
            "nvidia-modeset",
            "nvidia",
            "nvidia0x",
            "nvidia-nvswitch0",
            "nvidia-caps",
            "kfd",
            "kfd0",
            "video0",
            "video",
            "videodev",
            "media1",
            "mediatek",
            "sda",
            "mem",
        ];
        let gpu = ["nvidia0", "nvidia12", "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "kfd"];
        assert_eq!(chosen(Device::Gpu, "/dev", &dev), gpu);
        assert_eq!(chosen(Device::Camera, "/dev", &dev), ["video0", "media1"]);
        assert_eq!(chosen(Device::Sound, "/dev/snd", &["pcmC0D0p", "seq"]), ["pcmC0D0p", "seq"]);
    }
}
