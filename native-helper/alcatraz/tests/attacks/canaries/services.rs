//! Programs of the user's that run commands or hand out keys for whoever reaches their socket: the real ones.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::engine_lab::{Lab, wait_until};

use super::{Canary, Facts};

pub struct Services {
    running: Vec<Child>,
    agent: PathBuf,
    bus: PathBuf,
    bus_abstract: String,
    tmux: PathBuf,
}

impl Services {
    pub fn start(lab: &Lab) -> Self {
        let place = |name: &str| lab.home().join(name);
        let (agent, bus, tmux) = (place("agent"), place("bus"), place("tmux"));
        let unique = lab.dir().file_name().unwrap().to_string_lossy().into_owned();
        let bus_abstract = format!("unix:abstract={unique}-bus");
        let start = |program: &str, arguments: &[&str]| {
            let mut command: Command = lab.as_user(program.as_ref());
            command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let text = |path: &PathBuf| path.display().to_string();
        let running = vec![
            start("/usr/bin/ssh-agent", &["-D", "-a", &text(&agent)]),
            start(
                "/usr/bin/dbus-daemon",
                &["--session", "--nofork", "--nosyslog", &format!("--address=unix:path={}", text(&bus))],
            ),
            start(
                "/usr/bin/dbus-daemon",
                &["--session", "--nofork", "--nosyslog", &format!("--address={bus_abstract}")],
            ),
            start("/usr/bin/tmux", &["-S", &text(&tmux), "-D"]),
        ];
        wait_until("the user's services listen", || {
            let table = std::fs::read_to_string("/proc/net/unix").unwrap();
            let listens =
                |name: &str| table.lines().any(|line| line.contains("00010000") && line.ends_with(name));
            listens(&text(&agent))
                && listens(&text(&bus))
                && listens(&format!("{unique}-bus"))
                && listens(&text(&tmux))
        });
        Self { running, agent, bus, bus_abstract, tmux }
    }
}

impl Canary for Services {
    fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("SSH_AUTH_SOCK", self.agent.display().to_string()),
            ("BUS", format!("unix:path={}", self.bus.display())),
            ("BUS_ABSTRACT", self.bus_abstract.clone()),
            ("TMUX_SOCKET", self.tmux.display().to_string()),
        ]
    }

    fn tell(&self, _facts: &mut Facts) {}
}

impl Drop for Services {
    fn drop(&mut self) {
        for service in &mut self.running {
            let _ = service.kill();
            let _ = service.wait();
        }
    }
}
