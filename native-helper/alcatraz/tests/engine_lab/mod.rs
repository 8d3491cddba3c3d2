//! Runs the real binary as root and as an ordinary user made for the test. Everything lies in a directory of the
//! test's own; nothing waits for ever.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "test support")]
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(missing_docs, reason = "test support")]

pub mod display;
pub mod host;
pub mod internet;
pub mod limits;
pub mod ports;
pub mod terminal;

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    System,
    User,
}

/// A store, a home with canaries, a binary that everybody can execute, and in user mode a user. All gone at the end.
pub struct Lab {
    pub mode: Mode,
    dir: tempfile::TempDir,
    user: Option<String>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a test in both modes.
pub fn both(test: impl Fn(&Lab)) {
    for mode in [Mode::System, Mode::User] {
        eprintln!("mode: {mode:?}");
        test(&Lab::new(mode));
    }
}

impl Lab {
    pub fn new(mode: Mode) -> Self {
        assert!(rustix::process::geteuid().is_root(), "these tests make users and mounts: run them as root");
        let dir = tempfile::Builder::new().prefix("alcatraz-lab-").tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let binary = dir.path().join("alcatraz");
        let built = env!("CARGO_BIN_EXE_alcatraz");
        if std::fs::hard_link(built, &binary).is_err() {
            // By a process of its own: a descriptor open for writing here could be inherited by the child of another
            // test for a moment, and the copy could not be run meanwhile (ETXTBSY).
            assert!(Command::new("cp").arg(built).arg(&binary).status().unwrap().success());
        }
        let home = dir.path().join("home");
        let user = match mode {
            Mode::System => {
                std::fs::create_dir(&home).unwrap();
                None
            }
            Mode::User => {
                // The directory's number: process ids repeat in pid name spaces.
                let number = std::os::unix::fs::MetadataExt::ino(&dir.path().metadata().unwrap());
                let name = format!("alct{number}");
                let made = Command::new("useradd")
                    .args(["-M", "-s", "/bin/sh", "-d"])
                    .arg(&home)
                    .arg(&name)
                    .status();
                assert!(made.unwrap().success(), "useradd {name}");
                let install = ["-d", "-m", "0755", "-o", &name, "-g", &name];
                assert!(Command::new("install").args(install).arg(&home).status().unwrap().success());
                Some(name)
            }
        };
        let lab = Self { mode, dir, user };
        lab.write("canary", "untouched\n");
        lab
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    pub fn binary(&self) -> PathBuf {
        self.dir.path().join("alcatraz")
    }

    pub fn store(&self) -> PathBuf {
        match self.mode {
            Mode::System => self.dir.path().join("store"),
            Mode::User => self.home().join("store"),
        }
    }

    /// Writes a file of the lab's user in the home directory.
    pub fn write(&self, name: &str, content: &str) {
        std::fs::write(self.home().join(name), content).unwrap();
        self.give_to_user(&[name]);
    }

    /// Makes the lab's user the owner of these in the home directory.
    pub fn give_to_user(&self, names: &[&str]) {
        if let Some(user) = &self.user {
            let paths = names.iter().map(|name| self.home().join(name));
            let owner = format!("{user}:{user}");
            assert!(Command::new("chown").arg(owner).args(paths).status().unwrap().success());
        }
    }

    /// The same for a whole tree.
    pub fn give_all_to_user(&self, name: &str) {
        if let Some(user) = &self.user {
            let owner = format!("{user}:{user}");
            let mut chown = Command::new("chown");
            chown.args(["--recursive", "--no-dereference", &owner]).arg(self.home().join(name));
            assert!(chown.status().unwrap().success());
        }
    }

    pub fn assert_untouched(&self) {
        assert_eq!(std::fs::read_to_string(self.home().join("canary")).unwrap(), "untouched\n");
    }

    /// A command that runs `program` as the lab's user, in the home directory, with the lab's store.
    pub fn as_user(&self, program: &Path) -> Command {
        let mut command = match &self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("/usr/bin/setpriv");
                command.args(["--reuid", user, "--regid", user, "--init-groups"]).arg(program);
                command
            }
        };
        command
            .env("ALCATRAZ_STORE", self.store())
            .env("HOME", self.home())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env_remove("XDG_DATA_HOME")
            .env_remove("SUDO_UID")
            .env_remove("PKEXEC_UID")
            .current_dir(self.home())
            .stdin(Stdio::null());
        command
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.as_user(&self.binary());
        command.args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        finish(self.command(arguments))
    }

    /// Runs a shell script in a new SEE and keeps its session.
    pub fn see(&self, script: &str) -> Outcome {
        self.run(&["run", "--keep", "-q", "--", "/bin/sh", "-c", script])
    }

    /// The same, and demands that the script ends with 0; returns what it printed.
    pub fn see_ok(&self, script: &str) -> String {
        let outcome = self.see(script);
        assert_eq!(outcome.status, 0, "{script}: {outcome:?}");
        outcome.stdout
    }

    /// Starts a named session with a script, and waits until the script has made `mark` in the SEE's home.
    pub fn start(&self, name: &str, script: &str) -> Child {
        let script = format!("touch .started; {script}");
        let child = self
            .command(&["run", "--keep", "-q", "--name", name, "--", "/bin/sh", "-c", &script])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until("the session runs", || self.state(name).as_deref() == Some("running"));
        wait_until("the script runs", || {
            self.run(&["enter", name, "--", "test", "-e", ".started"]).status == 0
        });
        child
    }

    /// The state of the session with this name.
    pub fn state(&self, name: &str) -> Option<String> {
        self.session(name).and_then(|session| session["state"].as_str().map(str::to_owned))
    }

    /// The id of the newest session, when it runs.
    pub fn newest_running(&self) -> Option<String> {
        let outcome = self.run(&["list", "--json"]);
        let list: serde_json::Value = serde_json::from_str(&outcome.stdout).ok()?;
        let newest = &list["sessions"][0];
        (newest["state"] == "running").then(|| newest["id"].as_str().map(str::to_owned))?
    }

    pub fn session(&self, name: &str) -> Option<serde_json::Value> {
        let outcome = self.run(&["list", "--json"]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let list: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        list["sessions"].as_array().unwrap().iter().find(|s| s["name"] == name).cloned()
    }

    /// The process id of a session's supervisor.
    pub fn supervisor(&self, name: &str) -> i32 {
        let id = self.session(name).unwrap()["id"].as_str().unwrap().to_owned();
        let text = std::fs::read_to_string(self.store().join("sessions").join(id).join("lock")).unwrap();
        text.trim().parse().unwrap()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // Sessions that a failed test left running.
        if let Ok(sessions) = std::fs::read_dir(self.store().join("sessions")) {
            for session in sessions.flatten() {
                let id = session.file_name();
                let _ = finish({
                    let mut command = self.command(&["stop"]);
                    command.arg(id);
                    command
                });
            }
        }
        if let Some(user) = &self.user {
            // A supervisor may still be unmounting; a user with processes is not removed.
            let gone = || {
                Command::new("userdel").arg(user).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
            };
            let deadline = Instant::now() + PATIENCE;
            while !gone() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// Runs a command to its end, or kills it when that takes too long.
pub fn finish(mut command: Command) -> Outcome {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    finish_child(child)
}

pub fn finish_child(mut child: Child) -> Outcome {
    let read = |mut from: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let stdout = child.stdout.take().map(|out| read(Box::new(out)));
    let stderr = child.stderr.take().map(|err| read(Box::new(err)));
    let status = wait_for(&mut child);
    let text = |thread: Option<std::thread::JoinHandle<String>>| {
        thread.map(|t| t.join().unwrap()).unwrap_or_default()
    };
    Outcome { status, stdout: text(stdout), stderr: text(stderr) }
}

/// The exit status of a child, 128+signal as shells tell it.
pub fn wait_for(child: &mut Child) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().or_else(|| status.signal().map(|s| 128 + s)).unwrap();
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the command did not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
