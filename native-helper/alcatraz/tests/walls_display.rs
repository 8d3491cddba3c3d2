//! Displays: a program shows its windows on a display of its own, and neither sees the host's nor hears its keys.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod engine_lab;

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use engine_lab::{Lab, Mode, Outcome, both, finish, wait_until};

/// A display of the host that a test made, with a window on it.
struct Host {
    server: Child,
    window: Child,
    name: String,
    cookies: Option<String>,
}

impl Host {
    /// One that lets everybody in.
    fn new() -> Self {
        Self::with(&["-ac"])
    }

    fn with(access: &[&str]) -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "1400x1000x24"])
            .args(access)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let name = format!(":{}", line.trim());
        let mut window = Command::new("xeyes");
        window.env("DISPLAY", &name);
        let cookies = access.iter().find(|word| word.starts_with('/')).map(|path| (*path).to_owned());
        window.envs(cookies.iter().map(|path| ("XAUTHORITY", path)));
        let window = window.spawn().unwrap();
        let host = Self { server, window, name, cookies };
        assert_eq!(host.xdotool(&["search", "--sync", "--onlyvisible", "--class", "XEyes"]).status, 0);
        host
    }

    fn xdotool(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new("xdotool");
        command.env("DISPLAY", &self.name).args(arguments);
        command.envs(self.cookies.iter().map(|path| ("XAUTHORITY", path)));
        finish(command)
    }

    /// Runs something in a session, or natively, with this display in its environment.
    fn run(&self, lab: &Lab, options: &[&str], script: &str) -> Outcome {
        let mut command =
            lab.command(&[&["run", "--keep", "-q"], options, &["--", "sh", "-c", script]].concat());
        command.env("DISPLAY", &self.name).env_remove("XAUTHORITY");
        finish(command)
    }

    fn native(&self, lab: &Lab, script: &str) -> Outcome {
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

/// Tells which keys are held down on the display of its environment, as a key logger does.
const KEYS: &str = "python3 -c '
import ctypes
x = ctypes.CDLL(\"libX11.so.6\")
x.XOpenDisplay.restype = ctypes.c_void_p
d = x.XOpenDisplay(None)
keys = (ctypes.c_char * 32)()
x.XQueryKeymap(ctypes.c_void_p(d), keys) if d else exit(3)
print(\"heard\" if any(keys.raw) else \"silence\")'";

/// Looks for the other program's window, as something that takes pictures of windows does.
const SPY: &str = "xdotool search --class XEyes >/dev/null && echo seen";

#[test]
fn a_program_shows_windows_on_a_display_of_its_own() {
    both(|lab| {
        let host = Host::new();
        let script = "xdotool search --class XEyes; xeyes & xdotool search --sync --onlyvisible --class XEyes getwindowname; \
                      xdotool getdisplaygeometry; kill $!";
        let outcome = host.run(lab, &["--name", "own", "--display", "nested"], script);
        assert_eq!(outcome.stdout, "xeyes\n1280 800\n", "{outcome:?}");
        // Its window on the host says what it is.
        let mut child = lab
            .command(&[
                "run",
                "--keep",
                "-q",
                "--name",
                "titled",
                "--display",
                "nested",
                "--",
                "sleep",
                "1000",
            ])
            .env("DISPLAY", &host.name)
            .spawn()
            .unwrap();
        let title = ["search", "--sync", "--name", "^sleep \\(in an Alcatraz session\\)$"];
        let found = host.xdotool(&title);
        assert_eq!(found.status, 0, "{found:?}");
        wait_until("its program runs", || lab.state("titled").as_deref() == Some("running"));
        // With the session it goes.
        assert_eq!(lab.run(&["stop", "titled"]).status, 0);
        child.wait().unwrap();
        wait_until("the window is gone", || {
            host.xdotool(&["search", "--name", "in an Alcatraz session"]).status != 0
        });
        // And nothing of it counts as a change.
        let changes = lab.run(&["changes", "own"]);
        assert!(!changes.stdout.contains("X11-unix"), "{changes:?}");
    });
}

#[test]
fn the_hosts_display_is_out_of_reach() {
    both(|lab| {
        let host = Host::new();
        // A key that is held down while the pointer, and with it the focus, is beside every window.
        assert_eq!(host.xdotool(&["mousemove", "1390", "990", "keydown", "a"]).status, 0);
        // The attacks are real ones.
        assert_eq!(host.native(lab, KEYS).stdout, "heard\n");
        assert_eq!(host.native(lab, SPY).stdout, "seen\n");
        for options in [&["--display", "nested"][..], &["--display", "none"]] {
            let heard = host.run(lab, options, KEYS);
            assert!(!heard.stdout.contains("heard"), "{options:?}: {heard:?}");
            assert!(!host.run(lab, options, SPY).stdout.contains("seen"), "{options:?}");
            // Nor by the name of the host's display: its socket and its abstract name.
            for (name, attack) in [("heard", KEYS), ("seen", SPY)] {
                let direct = format!(
                    "export DISPLAY={}; unset XAUTHORITY; ls -A /tmp/.X11-unix >&2; {attack}",
                    host.name
                );
                let outcome = host.run(lab, options, &direct);
                assert!(!outcome.stdout.contains(name), "{options:?}: {outcome:?}");
            }
        }
        // Only who asks for it gets it, with a warning.
        let mut command = lab.command(&["run", "--keep", "--display", "host", "--", "sh", "-c", KEYS]);
        command.env("DISPLAY", &host.name).env_remove("XAUTHORITY");
        let outcome = finish(command);
        assert_eq!(outcome.stdout, "heard\n", "{outcome:?}");
        assert!(outcome.stderr.contains("every window"), "{outcome:?}");
    });
}

#[test]
fn only_a_program_that_the_desktop_knows_gets_a_display_unasked() {
    both(|lab| {
        let host = Host::new();
        lab.write("showy", "#!/bin/sh\nxdotool getdisplaygeometry\n");
        let program = lab.home().join("showy");
        assert_eq!(
            lab.as_user("/bin/chmod".as_ref()).arg("755").arg(&program).status().unwrap().code(),
            Some(0)
        );
        let run = |command: &[&str], display: Option<&str>| {
            let mut run = lab.command(&[&["run", "--keep", "-q", "--"], command].concat());
            run.env("HOME", lab.home()).env_remove("XAUTHORITY").env_remove("DISPLAY");
            run.envs(display.map(|display| ("DISPLAY", display)));
            finish(run)
        };
        let name = program.to_str().unwrap();
        assert_ne!(run(&[name], Some(&host.name)).status, 0);
        let share = lab.home().join(".local/share/applications");
        assert!(lab.as_user("/bin/mkdir".as_ref()).arg("-p").arg(&share).status().unwrap().success());
        let entry = format!("[Desktop Entry]\nType=Application\nName=Showy\nExec={name} %F\n");
        lab.write(".local/share/applications/showy.desktop", &entry);
        assert_eq!(run(&[name], Some(&host.name)).stdout, "1280 800\n");
        // Where there is no screen, nothing is missed.
        let blind = run(&[name], None);
        assert!(blind.status != 0 && blind.status != 125, "{blind:?}");
        assert_ne!(run(&["sh", "-c", name], Some(&host.name)).status, 0);
    });
}

/// A Wayland desktop without X.
struct Wayland {
    compositor: Child,
    room: PathBuf,
}

impl Wayland {
    fn new(lab: &Lab) -> Self {
        let room = lab.home().join("runtime");
        let made = lab.as_user("/bin/mkdir".as_ref()).args(["-m", "700"]).arg(&room).status();
        assert!(made.unwrap().success());
        let compositor = lab
            .as_user("/usr/bin/weston".as_ref())
            .args(["--backend=headless-backend.so", "--socket=desk", "--no-config", "--debug"])
            .args(["--width=1600", "--height=1200"])
            .env("XDG_RUNTIME_DIR", &room)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let desk = Self { compositor, room };
        wait_until("the compositor takes connections", || {
            std::os::unix::net::UnixStream::connect(desk.socket()).is_ok()
        });
        desk
    }

    fn socket(&self) -> PathBuf {
        self.room.join("desk")
    }

    /// Tells whether a program shows a window.
    fn has_window(&self, lab: &Lab) -> bool {
        let mut look = lab.as_user("/usr/bin/timeout".as_ref());
        look.args(["2", "weston-debug", "scene-graph"]);
        look.env("XDG_RUNTIME_DIR", &self.room).env("WAYLAND_DISPLAY", "desk");
        finish(look).stdout.contains("role xdg_toplevel")
    }

    fn command(&self, lab: &Lab, words: &[&str]) -> Command {
        let mut command = lab.command(words);
        command.env_remove("DISPLAY").env("XDG_RUNTIME_DIR", &self.room).env("WAYLAND_DISPLAY", "desk");
        command
    }
}

impl Drop for Wayland {
    fn drop(&mut self) {
        self.compositor.kill().unwrap();
        self.compositor.wait().unwrap();
    }
}

#[test]
fn a_display_that_wants_a_cookie_shows_it_too() {
    both(|lab| {
        // One cookie for any display, in the form that X libraries read.
        let cookie =
            [&[0xff, 0xff, 0, 0, 0, 0, 0, 18][..], b"MIT-MAGIC-COOKIE-1", &[0, 16], &[7; 16]].concat();
        let file = lab.home().join("cookies");
        std::fs::write(&file, cookie).unwrap();
        lab.give_to_user(&["cookies"]);
        let path = file.to_str().unwrap();
        let other = Host::new();
        let host = Host::with(&["-auth", path]);
        let words = ["run", "--keep", "-q", "--display", "nested", "--", "xdotool", "getdisplaygeometry"];
        let mut command = lab.command(&words);
        command.env("DISPLAY", &host.name).env("XAUTHORITY", path);
        assert_eq!(finish(command).stdout, "1280 800\n");
        drop(other);
    });
}

/// Something that was copied on a display, until another program copies.
struct Copied(Child);

impl Copied {
    fn on(host: &Host, text: &str) -> Self {
        let mut owner = Command::new("xclip")
            .args(["-selection", "clipboard", "-quiet", "-i"])
            .env("DISPLAY", &host.name)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        owner.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        wait_until("it is copied", || paste(host).as_deref() == Some(text));
        Self(owner)
    }

    /// Tells whether no other program has copied since.
    fn holds(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

/// What a person would paste on the host.
fn paste(host: &Host) -> Option<String> {
    let mut command = Command::new("xclip");
    command.args(["-selection", "clipboard", "-o"]).env("DISPLAY", &host.name);
    let outcome = finish(command);
    (outcome.status == 0).then_some(outcome.stdout)
}

/// Starts a named session on a nested display.
fn share(
    lab: &Lab,
    host: &Host,
    name: &str,
    options: &[&str],
    script: &str,
) -> (Child, Lines<BufReader<ChildStdout>>) {
    let words = [
        &["run", "--keep", "-q", "--name", name, "--display", "nested"],
        options,
        &["--", "sh", "-c", &format!("{INSIDE}\n{script}")],
    ];
    let mut command = lab.command(&words.concat());
    command.env("DISPLAY", &host.name).env_remove("XAUTHORITY").stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

/// Words for scripts: copies, and waits until something can be pasted.
const INSIDE: &str = "copy() { printf \"$1\" | xclip -selection clipboard -i >/dev/null; }
paste() { xclip -selection clipboard -o 2>/dev/null; }
await() { until [ \"$(paste)\" = \"$1\" ]; do sleep 0.05; done; }";

#[test]
fn text_goes_from_clipboard_to_clipboard_when_allowed() {
    both(|lab| {
        let host = Host::new();
        let mut first = Copied::on(&host, "of the host, é");
        let script = "await 'of the host, é'; echo in; copy 'ls\\033[201~\\r\\n'; await secret; echo again; \
                      while paste; do sleep 0.05; done; echo cleared; exec sleep 1000";
        let (mut child, mut lines) = share(lab, &host, "both", &["--clipboard", "both"], script);
        assert_eq!(lines.next().unwrap().unwrap(), "in");
        // What comes out cannot end a bracketed paste, nor a line.
        wait_until("it came out", || paste(&host).as_deref() == Some("ls[201~"));
        wait_until("who copied before has left", || !first.holds());
        let secret = Copied::on(&host, "secret");
        assert_eq!(lines.next().unwrap().unwrap(), "again");
        // A password that its keeper takes back is gone inside, too.
        drop(secret);
        let rest = lines.next().unwrap().unwrap();
        assert!(rest.ends_with("cleared"), "{rest}");
        // It can be cut while the session runs.
        assert_eq!(lab.run(&["tighten", "both", "--no-clipboard"]).status, 0);
        let _more = Copied::on(&host, "more");
        let inside = lab.run(&["enter", "both", "--", "xclip", "-selection", "clipboard", "-o"]);
        assert!(inside.status != 0 && inside.status != 125, "{inside:?}");
        assert_eq!(lab.run(&["stop", "both"]).status, 0);
        child.wait().unwrap();
    });
}

#[test]
fn text_goes_no_other_way_than_allowed() {
    let lab = &Lab::new(Mode::User);
    let host = Host::new();
    let mut first = Copied::on(&host, "first");
    let script = "await first; copy thief; await second; echo seen; exec sleep 1000";
    let (mut child, mut lines) = share(lab, &host, "in", &["--clipboard", "in"], script);
    wait_until("it has copied", || {
        lab.run(&["enter", "in", "--", "sh", "-c", "test \"$(xclip -selection clipboard -o)\" = thief"])
            .status
            == 0
    });
    assert!(first.holds());
    let mut second = Copied::on(&host, "second");
    assert_eq!(lines.next().unwrap().unwrap(), "seen");
    assert!(second.holds());
    assert_eq!(lab.run(&["stop", "in"]).status, 0);
    child.wait().unwrap();
    // Out alone: the host's is not seen, what is copied inside comes.
    let script = "paste && echo seen; copy mine; exec sleep 1000";
    let (mut child, lines) = share(lab, &host, "out", &["--clipboard", "out"], script);
    wait_until("it came out", || paste(&host).as_deref() == Some("mine"));
    assert_eq!(lab.run(&["stop", "out"]).status, 0);
    child.wait().unwrap();
    assert_eq!(lab.session("out").unwrap()["policy"]["clipboard"], "out");
    assert!(lines.map(Result::unwrap).all(|line| line != "seen"));
    // Nothing is shared unasked.
    let _host = Copied::on(&host, "again");
    let (mut child, mut lines) = share(lab, &host, "neither", &[], "paste || echo nothing; exec sleep 1000");
    assert_eq!(lines.next().unwrap().unwrap(), "nothing");
    assert_eq!(lab.run(&["stop", "neither"]).status, 0);
    child.wait().unwrap();
}

#[test]
fn on_wayland_without_x_it_is_a_window_of_xwayland() {
    both(|lab| {
        // Of a number that is taken a server complains: once into the connection to the compositor, which then waited for more.
        let taken = Host::new();
        let desk = Wayland::new(lab);
        assert!(!desk.has_window(lab));
        let script = "xeyes & xdotool search --sync --onlyvisible --class XEyes getwindowname; echo \"<$WAYLAND_DISPLAY>\"; \
                      kill $!; exec sleep 1000";
        let words = ["run", "--keep", "-q", "--name", "way", "--display", "nested", "--", "sh", "-c", script];
        let mut child = desk.command(lab, &words).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "xeyes");
        assert_eq!(lines.next().unwrap().unwrap(), "<>");
        wait_until("the desktop shows the window", || desk.has_window(lab));
        assert_eq!(lab.run(&["stop", "way"]).status, 0);
        child.wait().unwrap();
        wait_until("the window is gone", || !desk.has_window(lab));
        // The desktop itself is out of reach.
        let connect = format!(
            "python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect(\"{}\"); print(\"in\")'",
            desk.socket().display()
        );
        let mut native = lab.as_user("/bin/sh".as_ref());
        native.args(["-c", &connect]);
        assert_eq!(finish(native).stdout, "in\n");
        let inside = finish(
            desk.command(lab, &["run", "--keep", "-q", "--display", "nested", "--", "sh", "-c", &connect]),
        );
        assert!(inside.status != 125 && inside.stdout.is_empty(), "{inside:?}");
        // No clipboard can be shared with it, and that is said.
        let words = ["run", "--keep", "-q", "--display", "nested", "--clipboard", "in", "--", "true"];
        let refused = finish(desk.command(lab, &words));
        assert!(refused.status == 125 && refused.stderr.contains("--clipboard"), "{refused:?}");
        drop(taken);
    });
}

#[test]
fn without_a_display_it_is_refused_unless_accepted() {
    both(|lab| {
        let run = |options: &[&str]| {
            let mut command = lab.command(&[&["run", "--keep"], options, &["--", "echo", "ran"]].concat());
            command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
            finish(command)
        };
        let refused = run(&["--display", "nested"]);
        assert!(refused.status == 125 && refused.stderr.contains("--display none"), "{refused:?}");
        let accepted = run(&["--display", "nested", "--accept", "display"]);
        assert_eq!((accepted.status, accepted.stdout.as_str()), (0, "ran\n"), "{accepted:?}");
    });
}
