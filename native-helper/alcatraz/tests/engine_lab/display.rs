//! An X display of the host, of the test's own.
#![allow(clippy::unwrap_used, reason = "test support")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::{Lab, Outcome, finish};

/// Starts an X server without a screen of glass, and returns it and the name of its display when it takes connections.
pub fn x_server(arguments: &[&str]) -> (Child, String) {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (server, format!(":{}", line.trim()))
}

/// A display of the host that a test made, with a window on it.
pub struct Host {
    server: Child,
    window: Child,
    pub name: String,
    cookies: Option<String>,
}

impl Host {
    /// One that lets everybody in.
    pub fn new() -> Self {
        Self::with(&["-ac"])
    }

    pub fn with(access: &[&str]) -> Self {
        let (server, name) =
            x_server(&[&["-nolisten", "tcp", "-screen", "0", "1400x1000x24"], access].concat());
        let mut window = Command::new("xeyes");
        window.env("DISPLAY", &name);
        let cookies = access.iter().find(|word| word.starts_with('/')).map(|path| (*path).to_owned());
        window.envs(cookies.iter().map(|path| ("XAUTHORITY", path)));
        let window = window.spawn().unwrap();
        let host = Self { server, window, name, cookies };
        assert_eq!(host.xdotool(&["search", "--sync", "--onlyvisible", "--class", "XEyes"]).status, 0);
        host
    }

    pub fn xdotool(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new("xdotool");
        command.env("DISPLAY", &self.name).args(arguments);
        command.envs(self.cookies.iter().map(|path| ("XAUTHORITY", path)));
        finish(command)
    }

    /// Runs something in a session, or natively, with this display in its environment.
    pub fn run(&self, lab: &Lab, options: &[&str], script: &str) -> Outcome {
        let mut command =
            lab.command(&[&["run", "--keep", "-q"], options, &["--", "sh", "-c", script]].concat());
        command.env("DISPLAY", &self.name).env_remove("XAUTHORITY");
        finish(command)
    }

    pub fn native(&self, lab: &Lab, script: &str) -> Outcome {
        let mut command = lab.as_user("/bin/sh".as_ref());
        command.args(["-c", script]).env("DISPLAY", &self.name).env_remove("XAUTHORITY");
        finish(command)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for child in [&mut self.window, &mut self.server] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}
