//! What the doctor found, in the words of the command line. Exhaustive: a new thing to try and a new lack do not compile without
//! their words.

use see_core::doctor::{DoctorRow, Feature, Gap};
use see_core::engine::group_mend::Way;
use serde_json::Value;

use super::causes::{limit_mend, limit_words};

/// Returns what was tried.
pub fn feature_words(row: &DoctorRow) -> String {
    let words = match row.feature {
        Feature::UserNamespaces => "User namespaces",
        Feature::Store => "Store",
        Feature::WholeSee => "A whole SEE",
        Feature::ShiftedIds => "Root inside is nobody outside (id-mapped mounts)",
        Feature::NothingGotOut => "Nothing got out",
        Feature::DirectoryRenames => "Renaming directories",
        Feature::OtherOwners => "Changes to files of other owners",
        Feature::Processes => "Processes kept apart",
        Feature::NetworkOff => "Network off",
        Feature::NetworkByChoice => "Network by choice (web, full)",
        Feature::IpcAndName => "IPC and host name kept apart",
        Feature::ControlGroups => "Control groups kept apart",
        Feature::CallFilter => "System-call filter",
        Feature::Crashes => "Crashes are told to nobody outside",
        Feature::Recorded => "Programs, network and reads recorded",
        Feature::HandedIn => "Ports that lead in, connections elsewhere",
        Feature::Freezing => "Freezing at a limit of disk space",
        Feature::ProcessLimit => "Limit of processes",
        Feature::MemoryLimit => "Limit of memory",
        Feature::AccountLimits => "Limits of your account left alone",
        Feature::OwnDisplay => "A display of its own for each session",
        Feature::Clipboard => "A clipboard shared with it on request",
        Feature::Devices => "Devices on request (gpu, sound, camera)",
        Feature::DiskCommits => {
            return format!("Commits to {} ({}) by renaming", fact(row, "place"), fact(row, "kind"));
        }
        Feature::Place => return format!("Changes in {}", fact(row, "place")),
        Feature::RoomLeftBehind => return format!("Room left behind: {}", fact(row, "room")),
        Feature::WallFiles => "Files: what is written stays inside",
        Feature::WallProcesses => "Processes of the host out of sight",
        Feature::WallKernel => "Settings of the kernel read-only",
        Feature::WallDevices => "No devices of the host",
        Feature::WallSockets => "Sockets of the host do not answer",
        Feature::WallNetwork => "No network unless asked for",
        Feature::WallHidden => "Hidden places are empty",
    };
    words.to_owned()
}

/// Why something does not hold in full, as a part of a sentence, and what to do about it.
pub struct Words {
    pub why: String,
    pub mend: String,
}

const SUDO: &str = "Run Alcatraz with sudo.";
const REPORT: &str = "Please report this with the output of `uname -a`.";
const XEPHYR: &str = "sudo apt-get install xserver-xephyr";

/// Returns what is lacking; `None` when nothing is.
pub fn gap_words(row: &DoctorRow) -> Option<Words> {
    let told = |why: &str, mend: &str| Words { why: why.to_owned(), mend: mend.to_owned() };
    let gave_way = |why: String| Words { why, mend: REPORT.to_owned() };
    Some(match row.gap? {
        Gap::Failed => {
            let error = row.error.as_deref()?;
            told(&error.message, &error.hint)
        }
        Gap::CrashesToSocket => told(
            "the kernel hands them to a socket, whatever the limit of core files is (kernel.core_pattern)",
            "sudo sysctl kernel.core_pattern=core",
        ),
        Gap::CrashesToHandler => told(
            "your hard limit of core files is 0, with which the kernel hands them to its handler (kernel.core_pattern)",
            "Raise it to 1 or more (in /etc/security/limits.conf: `* hard core 1`) and log in again, or type: sudo sysctl \
             kernel.core_pattern=core",
        ),
        Gap::NoX11Tool => told("Xephyr, which shows it in a window, is not installed", XEPHYR),
        Gap::NoX11Display => told(
            "there is no X display of this machine here (DISPLAY)",
            "Start it in a desktop session that shows X windows.",
        ),
        Gap::DisplayRefuses => told(
            &format!("the display :{} takes no connection: {}", fact(row, "number"), fact(row, "said")),
            "Start it in the desktop session that shows this display.",
        ),
        Gap::OnlyWayland => told(
            "only Wayland can show it, and its clipboard cannot be shared: Xephyr is not installed",
            XEPHYR,
        ),
        Gap::NoDevice => told(
            &format!("this machine has no device of this kind: {}", fact(row, "devices")),
            "Plug it in, load its driver, or hand its nodes in /dev into the container that this runs in.",
        ),
        Gap::StopsBySignals => told(
            "no control group is offered, so a session that reaches a limit of disk space is stopped by signals, and ended when \
             a program wakes itself",
            &groups(row),
        ),
        Gap::NoProcessGroups => told(
            "no control group for processes is offered, so only each user inside is limited by itself",
            &groups(row),
        ),
        Gap::ProcessesByAccount => told(
            "this kernel counts the processes of a user as a whole, those outside included",
            &groups(row),
        ),
        Gap::NoMemoryGroups => told(
            "no control group for memory is offered, so only each process by itself is limited",
            &groups(row),
        ),
        Gap::AccountCounts => told(
            "the kernel counts descriptors that are being sent, pages of pipes and what epoll watches for your account as a whole, so a program \
             inside can leave too few to those outside",
            "Run Alcatraz with sudo, where root inside is nobody outside.",
        ),
        Gap::NoShift => unshifted("this kernel offers no shift", row),
        Gap::UnmappedPlace => {
            unshifted(&format!("what is mounted at {} cannot map ids", fact(row, "place")), row)
        }
        Gap::HostChanged => told(
            "a file of the host was changed from inside",
            "Do not use Alcatraz on this machine; please report this with the output of `uname -a`.",
        ),
        Gap::CommitCopies => told(
            "its root directory has no safe place for a private directory, so the layer is in the store and a commit copies",
            "Make the root directory of that file system writable for you alone, or put the store there with --store.",
        ),
        Gap::PlaceLimited => {
            let limit = row.limit.as_ref()?;
            told(&limit_words(limit), limit_mend(limit))
        }
        Gap::RenamesCopy => told(
            "the kernel cannot rename directories of the host for an ordinary user; `mv` copies them instead",
            SUDO,
        ),
        Gap::OwnIdOnly => told(
            "without privilege the kernel maps only your own id, so what you may write natively but do not own, or what is of \
             another group than your own first one, cannot be changed inside",
            SUDO,
        ),
        Gap::UnwritableInside => gave_way(format!(
            "a file that could be written natively cannot be written inside: {}",
            fact(row, "said")
        )),
        Gap::ProcessReached => gave_way("a process of the host can be signalled".to_owned()),
        Gap::KernelWritable => gave_way(format!("{} can be written", fact(row, "path"))),
        Gap::DeviceThere => gave_way(format!("{} is there", fact(row, "path"))),
        Gap::DeviceMade => gave_way("a device node that was made inside can be opened".to_owned()),
        Gap::SocketByPath => gave_way("a socket of the host answers by its path".to_owned()),
        Gap::SocketByName => gave_way("a socket of the host answers by its abstract name".to_owned()),
        Gap::InterfaceThere => gave_way(format!("the network interface {} is there", fact(row, "interface"))),
        Gap::HiddenRead => gave_way("what should be hidden can be read".to_owned()),
        Gap::HiddenFails => gave_way(format!("a hidden place is not empty but fails: {}", fact(row, "said"))),
        Gap::HiddenWritten => gave_way("a hidden place can be written".to_owned()),
        Gap::StoreGone => Words {
            why: format!(
                "its store {} is not there any more; what its sessions wrote may still lie in it",
                fact(row, "store")
            ),
            mend: format!("When you want nothing of that: rm -r {}", quoted(&fact(row, "room"))),
        },
    })
}

fn groups(row: &DoctorRow) -> String {
    let facts = row.facts.clone().into_iter().collect();
    serde_json::from_value(Value::Object(facts)).map_or_else(|_| String::new(), |way: Way| way.words())
}

fn unshifted(what: &str, row: &DoctorRow) -> Words {
    let is_new = row.facts.get("new-kernel").and_then(Value::as_bool) == Some(true);
    Words {
        why: format!(
            "{what}, so in every session root keeps the number 0; it can neither mount nor make user name spaces, and /proc and \
             /sys are read-only for it"
        ),
        mend: mend_of_shift(&fact(row, "place"), is_new).to_owned(),
    }
}

/// Returns what to do so that ids can be shifted; `place`: what is mounted there cannot map them, if that is known.
fn mend_of_shift(place: &str, is_new: bool) -> &'static str {
    match (place, is_new) {
        ("", true) => "Run Alcatraz outside of containers.",
        ("", false) => "Use a kernel since 6.3, outside of containers.",
        ("/", true) => "Run Alcatraz outside of containers, where the root lies on ext4, xfs or btrfs.",
        ("/", false) => {
            "Use a kernel since 6.3, outside of containers, where the root lies on ext4, xfs or btrfs."
        }
        (_, true) => "Unmount that place or stop the container that it belongs to.",
        (_, false) => {
            "Unmount that place or stop the container that it belongs to; or use a kernel since 6.3."
        }
    }
}

fn fact(row: &DoctorRow, name: &str) -> String {
    match row.facts.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// Returns a path as it is typed into a shell.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%".contains(c);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_named_only_where_another_one_helps_and_the_root_is_never_to_be_unmounted() {
        for place in ["", "/", "/mnt/disk"] {
            let mend = mend_of_shift(place, true);
            assert!(!mend.contains("kernel") && mend_of_shift(place, false).contains("kernel since 6.3"));
            assert_eq!(mend.contains("Unmount"), place == "/mnt/disk", "{mend}");
        }
    }
}
