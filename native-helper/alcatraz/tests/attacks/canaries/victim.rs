//! A process of the attacker's user that says whether anybody has touched it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use std::os::unix::process::CommandExt as _;

use crate::engine_lab::Lab;
use crate::tools::Tools;

use super::files::SECRET;
use super::{Canary, Facts};

/// How long an untouched process may need for an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often one that does not answer is looked at.
const LOOK: Duration = Duration::from_millis(100);

pub struct Victim {
    child: Mutex<Child>,
    lines: Receiver<String>,
    binary: PathBuf,
    memory: String,
    descriptor: String,
}

impl Victim {
    pub fn start(lab: &Lab, tools: &Tools) -> Self {
        // A copy of its own, for attacks on the file of a running program.
        let binary = lab.home().join("victim");
        let copied = Command::new("cp").arg(tools.dir().join("victim")).arg(&binary).status();
        assert!(copied.unwrap().success());
        lab.give_to_user(&["victim"]);
        let mut command = lab.as_user(&binary);
        command.env("CANARY", lab.home().join("canary")).env("TOKEN", SECRET);
        let mut child =
            command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let first = lines.recv_timeout(PATIENCE).unwrap();
        let (memory, descriptor) = first.split_once(' ').unwrap();
        let (memory, descriptor) = (memory.to_owned(), descriptor.to_owned());
        Self { child: Mutex::new(child), lines, binary, memory, descriptor }
    }

    fn pid(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    fn answer(&self) -> String {
        let asked = self.child.lock().unwrap().stdin.as_mut().unwrap().write_all(b"?");
        if asked.is_err() {
            return "dead".to_owned();
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(LOOK) {
                Ok(line) => return line,
                Err(RecvTimeoutError::Timeout) if !self.is_stopped() && Instant::now() < deadline => {}
                Err(_) => return "silent".to_owned(),
            }
        }
    }

    /// Nobody need wait for one that stands still.
    fn is_stopped(&self) -> bool {
        self.read("status").lines().any(|line| line.starts_with("State:\tT"))
    }

    /// What the kernel says of it.
    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(Path::new("/proc").join(self.pid().to_string()).join(file))
            .unwrap_or_default()
    }
}

impl Canary for Victim {
    fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("VICTIM", self.pid().to_string()),
            ("VICTIM_MEMORY", self.memory.clone()),
            ("VICTIM_FD", self.descriptor.clone()),
        ]
    }

    fn tell(&self, facts: &mut Facts) {
        facts.insert("victim/answer".to_owned(), self.answer());
        for file in ["limits", "oom_score_adj", "coredump_filter"] {
            facts.insert(format!("victim/{file}"), self.read(file));
        }
        let allowed =
            self.read("status").lines().find(|line| line.starts_with("Cpus_allowed:")).map(str::to_owned);
        facts.insert("victim/processors".to_owned(), allowed.unwrap_or_default());
        // After the name in parentheses: priority, niceness, and the scheduling class.
        let stat = self.read("stat");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let at = |place: usize| fields.get(place).copied().unwrap_or_default();
        facts.insert("victim/turn".to_owned(), format!("nice {} class {}", at(16), at(38)));
        let disks = Command::new("ionice").args(["--pid", &self.pid().to_string()]).output().unwrap();
        facts.insert("victim/disks".to_owned(), String::from_utf8_lossy(&disks.stdout).into_owned());
        facts.insert(
            "victim/binary".to_owned(),
            std::fs::metadata(&self.binary).map(|m| m.len().to_string()).unwrap_or_default(),
        );
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}
