//! A screen with a window on it, a key that is held down, and something that was copied. The server and the window are there for all
//! attempts of a test; they end with its machine.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::engine_lab::display::x_server;
use crate::engine_lab::{finish, wait_until};
use crate::host::processes;

use super::files::SECRET;
use super::{Canary, Facts};

/// The name of the display, and what runs for it.
static STARTED: OnceLock<(String, [Child; 2])> = OnceLock::new();

pub struct Screen(&'static str);

impl Screen {
    pub fn show() -> Self {
        let screen = Self(&STARTED.get_or_init(start).0);
        let mut copy = screen.tool("xclip", &["-selection", "clipboard", "-i"]);
        let mut copy =
            copy.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        copy.stdin.take().unwrap().write_all(SECRET.as_bytes()).unwrap();
        assert!(copy.wait().unwrap().success());
        wait_until("it is copied", || screen.copied() == SECRET);
        // Who held what was copied before leaves when it hears of it, and must not be missed later.
        wait_until("nobody else holds it", || {
            processes().iter().filter(|process| process.contains("xclip -selection clipboard -i")).count()
                == 1
        });
        screen
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env("DISPLAY", self.0);
        command
    }

    fn copied(&self) -> String {
        finish(self.tool("xclip", &["-selection", "clipboard", "-o"])).stdout
    }
}

fn start() -> (String, [Child; 2]) {
    let (server, name) = x_server(&["-ac", "-listen", "tcp", "-screen", "0", "640x480x24"]);
    let screen = Screen(Box::leak(name.into_boxed_str()));
    let window = screen.tool("xeyes", &[]).stderr(Stdio::null()).spawn().unwrap();
    // The pointer, and with it the focus, is beside every window.
    for step in [
        &["search", "--sync", "--onlyvisible", "--name", "^xeyes$"][..],
        &["mousemove", "630", "470", "keydown", "a"],
    ] {
        assert_eq!(finish(screen.tool("xdotool", step)).status, 0);
    }
    (screen.0.to_owned(), [server, window])
}

impl Canary for Screen {
    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("SCREEN", self.0.to_owned()), ("WINDOW", "xeyes".to_owned())]
    }

    fn tell(&self, facts: &mut Facts) {
        facts.insert("screen/copied".to_owned(), self.copied());
    }
}
