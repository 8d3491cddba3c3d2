//! Displays: a program shows its windows on a display of its own, and neither sees the host's nor hears its keys.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod engine_lab;

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use engine_lab::display::Host;
use engine_lab::{Lab, Mode, both, finish, wait_until};

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

/// Returns the process that shows the windows of a program that was started by this name.
fn server_of(program: &str) -> PathBuf {
    let title = format!("-title\0{program} (in an Alcatraz session)\0");
    let has_title = |process: &PathBuf| {
        std::fs::read(process.join("cmdline"))
            .is_ok_and(|words| words.windows(title.len()).any(|part| part == title.as_bytes()))
    };
    let all = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.join("ns").exists()).find(has_title).unwrap()
}

#[test]
fn who_shows_the_windows_has_nothing_of_the_host() {
    both(|lab| {
        let host = Host::new();
        lab.write("onlooker", "#!/bin/sh\necho shown\nread x\nXAUTHORITY=/dev/null xdotool getdisplaygeometry || echo refused\n");
        let program = lab.home().join("onlooker");
        assert!(lab.as_user("/bin/chmod".as_ref()).arg("755").arg(&program).status().unwrap().success());
        let words = ["run", "--keep", "-q", "--display", "nested", "--", program.to_str().unwrap()];
        let mut command = lab.command(&words);
        command.env("DISPLAY", &host.name).env_remove("XAUTHORITY");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "shown");
        let server = server_of(program.to_str().unwrap());
        let status = std::fs::read_to_string(server.join("status")).unwrap();
        for fact in ["NoNewPrivs:\t1", "Seccomp:\t2", "Seccomp_filters:\t2", "CapEff:\t0000000000000000"] {
            assert!(status.contains(fact), "{fact}: {status}");
        }
        let limits = std::fs::read_to_string(server.join("limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().rev().nth(1), Some("1"), "{core}");
        let own: &[&str] = if lab.mode == Mode::User { &["user"] } else { &[] };
        for name in [&["mnt", "pid", "ipc", "net", "uts"], own].concat() {
            let of = |process: PathBuf| std::fs::read_link(process.join("ns").join(name)).unwrap();
            assert_ne!(of(server.clone()), of("/proc/self".into()), "{name}");
        }
        let names = |dir: &str| -> Vec<String> {
            let entries = std::fs::read_dir(server.join("root").join(dir)).unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        let usual = [
            "authority",
            "bin",
            "cookies",
            "dev",
            "etc",
            "lib",
            "lib32",
            "lib64",
            "libx32",
            "sbin",
            "tmp",
            "usr",
        ];
        assert!(names("").iter().all(|name| usual.contains(&name.as_str())), "{:?}", names(""));
        assert_eq!(names("dev"), ["null", "urandom"]);
        let of_host = format!("X{}", host.name.trim_start_matches(':'));
        let sockets = names("tmp/.X11-unix");
        assert!(sockets.len() == 2 && sockets.contains(&of_host), "{sockets:?}");
        // It knows its cookie, and asks for it.
        drop(child.stdin.take());
        assert_eq!(lines.next().unwrap().unwrap(), "refused");
        child.wait().unwrap();
    });
}

/// Has the server of the display copy a segment of shared memory that it names by number, and says what is in it.
const SEGMENT: &str = "\
import ctypes, sys
x, ext = ctypes.CDLL('libX11.so.6'), ctypes.CDLL('libXext.so.6')
Pointer, Number = ctypes.c_void_p, ctypes.c_ulong
x.XOpenDisplay.restype = x.XDefaultVisual.restype = x.XCreateGC.restype = x.XGetImage.restype = Pointer
x.XDefaultRootWindow.restype = x.XCreatePixmap.restype = Number
ext.XShmCreateImage.restype = Pointer
class Segment(ctypes.Structure):
    _fields_ = [('seg', Number), ('id', ctypes.c_int), ('at', ctypes.c_void_p), ('read_only', ctypes.c_int)]
class Image(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ('width', 'height', 'offset', 'format')] + [('data', ctypes.c_void_p)]
display = Pointer(x.XOpenDisplay(None))
if not ext.XShmQueryExtension(display): sys.exit('the display shares no memory')
root = Number(x.XDefaultRootWindow(display))
depth = x.XDefaultDepth(display, 0)
segment = Segment(0, int(sys.argv[1]), None, 1)
image = Pointer(ext.XShmCreateImage(display, Pointer(x.XDefaultVisual(display, 0)), depth, 2, None, ctypes.byref(segment), 8, 1))
ext.XShmAttach(display, ctypes.byref(segment))
pixmap = Number(x.XCreatePixmap(display, root, 8, 1, depth))
gc = Pointer(x.XCreateGC(display, pixmap, Number(0), None))
ext.XShmPutImage(display, pixmap, gc, image, 0, 0, 0, 0, 8, 1, 0)
got = x.XGetImage(display, pixmap, 0, 0, 8, 1, Number(0xffffffff), 2)
print(ctypes.string_at(Image.from_address(got).data, 32).replace(bytes(1), b'').decode('latin-1'))
";

#[test]
fn memory_that_programs_of_the_host_share_is_out_of_reach_of_the_display() {
    // In system mode the server is nobody, who may attach nothing that is not for everybody.
    let lab = &Lab::new(Mode::User);
    let host = Host::new();
    lab.write("segment.py", SEGMENT);
    let make = "import ctypes; c = ctypes.CDLL(None); c.shmat.restype = ctypes.c_void_p; n = c.shmget(0, 4096, 0o1600); \
                ctypes.memmove(c.shmat(n, None, 0), b'CAN CANARY CAN CANARY CAN CANARY', 32); print(n)";
    let mut command = lab.as_user("/usr/bin/python3".as_ref());
    command.args(["-c", make]);
    let number = finish(command).stdout.trim().to_owned();
    let script = format!("/usr/bin/python3 segment.py {number}");
    let native = host.native(lab, &script);
    let inside = host.run(lab, &["--display", "nested"], &script);
    let mut remove = lab.as_user("/usr/bin/ipcrm".as_ref());
    remove.args(["-m", &number]);
    assert_eq!(finish(remove).status, 0);
    assert!(native.stdout.contains("CAN"), "{native:?}");
    assert!(inside.stderr.contains("shares no memory") && inside.stdout.is_empty(), "{inside:?}");
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
