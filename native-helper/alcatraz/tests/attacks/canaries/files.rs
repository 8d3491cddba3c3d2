//! Files: of the attacker's user, of root, set-id programs and a device node. Every fact of the tree counts.

use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{Mode, OFlags};

use crate::engine_lab::Lab;
use crate::tools::Tools;

use super::{Canary, Facts};

/// Whose content the program must not tell.
pub const SECRET: &str = "alcatraz-secret-7f3a";

pub struct Files {
    root: PathBuf,
    home: PathBuf,
    store: PathBuf,
    tools: PathBuf,
}

impl Files {
    /// Puts the files of a lab as they are before an attack.
    pub fn lay_out(lab: &Lab, tools: &Tools) -> Self {
        let files = Self {
            root: lab.dir().to_owned(),
            home: lab.home(),
            store: lab.store(),
            tools: tools.dir().to_owned(),
        };
        files.clear();
        let home = &files.home;
        std::fs::create_dir_all(home.join("tree/below")).unwrap();
        std::fs::create_dir(home.join("work")).unwrap();
        for file in ["canary", "tree/one", "tree/below/two", ".profile"] {
            std::fs::write(home.join(file), "untouched\n").unwrap();
        }
        lab.give_to_user(&["canary", "tree", "tree/one", "tree/below", "tree/below/two", ".profile", "work"]);
        let root = &files.root;
        std::fs::write(root.join("protected"), "untouched\n").unwrap();
        for (name, mode) in [("set-id", 0o4755), ("capable", 0o755)] {
            std::fs::copy(tools.dir().join("scribble"), root.join(name)).unwrap();
            std::fs::set_permissions(root.join(name), PermissionsExt::from_mode(mode)).unwrap();
        }
        // CAP_DAC_OVERRIDE, permitted and effective, in the second version of the format.
        let capability = [1, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let flags = rustix::fs::XattrFlags::empty();
        rustix::fs::setxattr(root.join("capable"), "security.capability", &capability, flags).unwrap();
        let node = root.join("node");
        assert!(
            Command::new("mknod").arg(&node).args(["c", "1", "5", "-m", "666"]).status().unwrap().success()
        );
        files
    }

    /// Removes what attacks left and what will be made anew.
    fn clear(&self) {
        for name in ["protected", "set-id", "capable", "node"] {
            let _ = std::fs::remove_file(self.root.join(name));
        }
        for entry in std::fs::read_dir(&self.home).unwrap().flatten() {
            if entry.path() == self.store {
                continue;
            }
            let is_dir = entry.file_type().unwrap().is_dir();
            let removed = if is_dir {
                std::fs::remove_dir_all(entry.path())
            } else {
                std::fs::remove_file(entry.path())
            };
            removed.unwrap();
        }
    }

    fn walk(&self, path: &Path, facts: &mut Facts) {
        // The kernel's own file systems among the mounts have facts of their own.
        let is_kernels = path.ends_with("mounts/formats") || path.ends_with("mounts/queues");
        if path == self.store || path == self.tools || path.ends_with("alcatraz") || is_kernels {
            return;
        }
        let meta = std::fs::symlink_metadata(path).unwrap();
        let name = path.strip_prefix(&self.home).or_else(|_| path.strip_prefix(&self.root)).unwrap();
        let mut fact = format!(
            "{:o} {}:{} inode {} links {} size {} changed {}.{}",
            meta.mode(),
            meta.uid(),
            meta.gid(),
            meta.ino(),
            meta.nlink(),
            meta.size(),
            meta.ctime(),
            meta.ctime_nsec(),
        );
        if meta.is_file() {
            let content = std::fs::read(path).unwrap();
            let told = if content.len() < 200 {
                String::from_utf8_lossy(&content).into_owned()
            } else {
                digest(&content)
            };
            fact += &format!(" {told:?} {}", flags_of(path));
        }
        if meta.is_dir() {
            let mut entries: Vec<_> =
                std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
            entries.sort();
            // Where Alcatraz keeps its layers is its own affair: rooms come with a session and go with it.
            entries.retain(|entry| !is_room(entry));
            if self.store.parent() == Some(path) || is_top(path, &meta) {
                fact = format!("{:o} {}:{} {} entries", meta.mode(), meta.uid(), meta.gid(), entries.len());
            }
            entries.iter().for_each(|entry| self.walk(entry, facts));
        }
        facts.insert(format!("files/{}", name.display()), fact);
    }
}

/// Tells whether a directory is the top of its file system, where rooms are.
fn is_top(path: &Path, meta: &std::fs::Metadata) -> bool {
    let above = path.parent().and_then(|above| std::fs::symlink_metadata(above).ok());
    above.is_some_and(|above| above.dev() != meta.dev())
}

fn is_room(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".alcatraz-"))
}

fn digest(content: &[u8]) -> String {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    format!("{:x}", hasher.finish())
}

/// The extended attributes' names, and the inode's own flags where the file system has any.
fn flags_of(path: &Path) -> String {
    let mut names = [0_u8; 1024];
    let length = rustix::fs::llistxattr(path, names.as_mut_slice()).unwrap_or(0);
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    let flags = rustix::fs::ioctl_getflags(file.as_fd()).map_or(0, |flags| flags.bits());
    format!("{:?} {flags:x}", String::from_utf8_lossy(&names[..length]))
}

impl Canary for Files {
    fn env(&self) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.root.join(name).display().to_string();
        vec![
            ("CANARY", self.home.join("canary").display().to_string()),
            ("PROTECTED", path("protected")),
            ("SET_ID_TOOL", path("set-id")),
            ("CAPABLE_TOOL", path("capable")),
            ("NODE", path("node")),
        ]
    }

    fn tell(&self, facts: &mut Facts) {
        // An attacker's own work is no harm.
        let mut all = Facts::new();
        self.walk(&self.root, &mut all);
        facts.extend(all.into_iter().filter(|(name, _)| !name.starts_with("files/work")));
    }
}
