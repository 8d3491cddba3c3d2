//! Clipboards: text goes from a session's to the host's and back as far as it was allowed, and no program inside holds the host's up.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod engine_lab;

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use engine_lab::display::Host;
use engine_lab::terminal::Terminal;
use engine_lab::{Lab, Mode, both, finish, wait_until};

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

/// Copies, and when it is asked for the text it takes its display for itself alone and says that the text is there: who fetches it
/// waits for ever.
const HOLDER: &str = "\
import ctypes, signal
x = ctypes.CDLL('libX11.so.6')
Number, Pointer = ctypes.c_ulong, ctypes.c_void_p
x.XOpenDisplay.restype = Pointer
x.XDefaultRootWindow.restype = x.XCreateSimpleWindow.restype = x.XInternAtom.restype = Number
display = Pointer(x.XOpenDisplay(None))
root = Number(x.XDefaultRootWindow(display))
window = Number(x.XCreateSimpleWindow(display, root, 0, 0, 1, 1, 0, Number(0), Number(0)))
clipboard = Number(x.XInternAtom(display, b'CLIPBOARD', 0))
x.XSetSelectionOwner(display, clipboard, window, Number(0))
SELECTION_REQUEST, SELECTION_NOTIFY = 30, 31
event = (ctypes.c_ulong * 24)()
while event[0] & 0xffffffff != SELECTION_REQUEST:
    x.XNextEvent(display, event)
x.XGrabServer(display)
_, _, _, _, _, requestor, selection, target, wanted, time = event[:10]
answer = (ctypes.c_ulong * 24)(SELECTION_NOTIFY, 0, 0, 0, requestor, selection, target, wanted, time)
x.XSendEvent(display, Number(requestor), 0, Number(0), answer)
x.XSync(display, 0)
print('held', flush=True)
signal.pause()
";

#[test]
fn a_program_that_holds_its_display_up_loses_the_clipboard() {
    let lab = &Lab::new(Mode::User);
    let host = Host::new();
    lab.write("holder.py", HOLDER);
    let (mut child, mut lines) =
        share(lab, &host, "held", &["--clipboard", "both"], "exec /usr/bin/python3 holder.py");
    assert_eq!(lines.next().unwrap().unwrap(), "held");
    wait_until("it is shared no longer", || {
        lab.session("held").unwrap()["policy"]["clipboard"].as_str().is_none_or(|way| way == "none")
    });
    let told = lab.session("held").unwrap();
    assert!(told["limits"].to_string().contains("clipboard"), "{told}");
    // Who copies and pastes on the host waits for nobody.
    let _copied = Copied::on(&host, "later");
    assert_eq!(lab.run(&["stop", "held"]).status, 0);
    child.wait().unwrap();
}

#[test]
fn a_terminal_that_comes_when_less_was_just_allowed_reaches_no_clipboard() {
    both(|lab| {
        let script = r"echo up; read go; printf 'c\033]52;c;eA==\007d\n'; read go";
        let words = ["run", "--keep", "-q", "--name", "late", "--clipboard", "out", "--accept", "display"];
        let mut first = Terminal::start(lab, &[&words[..], &["--", "sh", "-c", script]].concat());
        first.expect("up");
        assert_eq!(lab.run(&["tighten", "late", "--no-clipboard"]).status, 0);
        // Who is about to attach has read this before, and so a full disk leaves it.
        let before = "import sqlite3, sys\n\
            with sqlite3.connect(sys.argv[1]) as db:\n\
            \tdb.execute(\"UPDATE sessions SET policy = json_set(policy, '$.clipboard', 'out')\")";
        let mut python = lab.as_user("/usr/bin/python3".as_ref());
        python.args(["-c", before]).arg(lab.store().join("alcatraz.db"));
        let written = finish(python);
        assert_eq!(written.status, 0, "{written:?}");
        assert_eq!(lab.session("late").unwrap()["policy"]["clipboard"], "out");
        let mut attached = Terminal::start(lab, &["attach", "late"]);
        attached.expect("up");
        first.keys("\r");
        assert!(attached.expect("d\r\n").ends_with('c'), "{:?}", attached.seen);
        let copied = ["enter", "-q", "late", "--", "printf", r"e\033]52;c;eA==\007f\n"];
        assert!(Terminal::start(lab, &copied).expect("f\r\n").ends_with('e'));
        first.keys("\r");
        assert_eq!(first.end(), 0);
    });
}
