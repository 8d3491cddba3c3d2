//! Runs the real binary on a store of the test's own. Everything that a test touches lies in its temporary directory.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(missing_docs, reason = "test support")]

pub mod client;
pub mod mirror;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A store and a directory of canaries, both removed at the end.
pub struct Lab {
    dir: tempfile::TempDir,
    user: Option<User>,
}

/// An ordinary user who lives as long as the test.
struct User {
    name: String,
}

impl User {
    fn new() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("alctest{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let made =
            Command::new("useradd").args(["--no-create-home", "--user-group", &name]).status().unwrap();
        assert!(made.success(), "useradd {name}");
        Self { name }
    }
}

impl Drop for User {
    fn drop(&mut self) {
        // A supervisor that has told of its end may need a moment more; a user with processes is not removed.
        for _ in 0..100 {
            let removed = Command::new("userdel").arg(&self.name).stderr(Stdio::null()).status();
            if removed.is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Lab {
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("alcatraz-test-").tempdir().unwrap();
        std::fs::create_dir(dir.path().join("work")).unwrap();
        Self { dir, user: None }
    }

    /// The same for an ordinary user, made for the test when it runs as root.
    pub fn ordinary() -> Self {
        let mut lab = Self::new();
        if rustix::process::geteuid().is_root() {
            let user = User::new();
            let owner = format!("{0}:{0}", user.name);
            let owned = Command::new("chown").arg("-R").arg(owner).arg(lab.dir.path()).status().unwrap();
            assert!(owned.success());
            // The build's directory may be closed to others.
            // By a process of its own: a descriptor open for writing here could be inherited by the child of another
            // test for a moment, and the copy could not be run meanwhile (ETXTBSY).
            let mut copy = Command::new("cp");
            copy.arg(env!("CARGO_BIN_EXE_alcatraz")).arg(lab.dir.path().join("alcatraz"));
            assert!(copy.status().unwrap().success());
            lab.user = Some(user);
        }
        lab
    }

    /// The store's directory.
    pub fn store(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    /// The directory that programs may change: the canaries live here.
    pub fn work(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join("work")
    }

    /// The binary with these arguments, in the work directory, not started yet.
    pub fn command<I, S>(&self, arguments: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = match &self.user {
            None => Command::new(env!("CARGO_BIN_EXE_alcatraz")),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", &user.name, "--regid", &user.name, "--init-groups"]);
                command.arg(self.dir.path().join("alcatraz")).env("HOME", self.work());
                command
            }
        };
        command
            .args(arguments)
            .env("ALCATRAZ_STORE", self.store())
            .env_remove("NO_COLOR")
            .current_dir(self.work())
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary to its end.
    pub fn run<I, S>(&self, arguments: I) -> Outcome
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.command(arguments).output().unwrap().into()
    }

    /// Runs the binary with `--json`, demands success and returns its answer.
    pub fn json<I, S>(&self, arguments: I) -> Value
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let outcome: Outcome = self.command(arguments).arg("--json").output().unwrap().into();
        assert_eq!(outcome.status, 0, "{outcome:?}");
        outcome.json()
    }

    /// Runs a shell script in a new SEE, keeps its session, demands that it ends with 0, and returns the session's id.
    pub fn see(&self, script: &str) -> String {
        let outcome = self.run(["run", "--keep", "-q", "--", "/bin/sh", "-ec", script]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        self.newest()
    }

    /// The id of the newest session.
    pub fn newest(&self) -> String {
        let list = self.json(["list"]);
        list["sessions"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The state of a session.
    pub fn state(&self, session: &str) -> String {
        let list = self.json(["list"]);
        let all = list["sessions"].as_array().unwrap();
        let found = all.iter().find(|s| s["id"] == session || s["name"] == session).unwrap();
        found["state"].as_str().unwrap().to_owned()
    }

    /// Path, kind of change: what `changes` tells, of the work directory only.
    pub fn changes(&self, session: &str) -> Vec<(String, String)> {
        let work = self.work();
        let answer = self.json([OsStr::new("changes"), OsStr::new(session), work.as_os_str()]);
        let base = format!("{}/", work.display());
        let all = answer["changes"].as_array().unwrap().iter();
        all.map(|change| {
            let path = change["path"].as_str().unwrap();
            (
                path.strip_prefix(&base).unwrap_or(path).to_owned(),
                change["change"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
    }

    pub fn write(&self, name: impl AsRef<Path>, content: &str) {
        std::fs::write(self.work().join(name), content).unwrap();
    }

    pub fn read(&self, name: impl AsRef<Path>) -> String {
        std::fs::read_to_string(self.work().join(name)).unwrap()
    }

    pub fn exists(&self, name: impl AsRef<Path>) -> bool {
        self.work().join(name).symlink_metadata().is_ok()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // A test that failed half-way leaves programs running; nothing may outlive it.
        let Ok(output) = self.command(["list", "--json"]).output() else { return };
        let Ok(list) = serde_json::from_slice::<Value>(&output.stdout) else { return };
        for session in list["sessions"].as_array().into_iter().flatten() {
            if matches!(session["state"].as_str(), Some("running" | "starting")) {
                let _ = self.command(["stop", session["id"].as_str().unwrap_or_default()]).output();
            }
        }
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Outcome {
    pub fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    /// The one JSON document of stdout.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The one JSON document of stderr.
    pub fn error(&self) -> Value {
        let document: Value = serde_json::from_str(&self.stderr).unwrap_or_else(|e| panic!("{e}: {self:?}"));
        document["error"].clone()
    }
}
