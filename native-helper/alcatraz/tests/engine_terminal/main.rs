//! The program's terminal is its own and feels like the user's: size, keys, job control, exit, and coming back to it.
#![allow(missing_docs, reason = "tests")]

use std::os::unix::fs::PermissionsExt as _;

#[path = "../engine_lab/mod.rs"]
mod engine_lab;
mod jobs;

use engine_lab::terminal::Terminal;
use engine_lab::{Lab, Mode, both, finish_child, wait_until};

#[test]
fn the_terminal_is_new_and_has_the_windows_size() {
    both(|lab| {
        let mut terminal = Terminal::start(
            lab,
            &["run", "--keep", "-q", "--", "sh", "-c", "tty; stty size; id -u; stat -c %u $(tty)"],
        );
        terminal.expect("/dev/pts/0");
        terminal.expect("31 97");
        terminal.expect("\n");
        // The terminal belongs to the user.
        let uid = terminal.expect("\r\n");
        assert_eq!(terminal.expect("\r\n"), uid);
        assert_eq!(terminal.end(), 0);
    });
}

#[test]
fn a_change_of_size_reaches_the_program() {
    both(|lab| {
        let script = "trap 'stty size; exit 4' WINCH; echo ready; while :; do sleep 0.05; done";
        let mut terminal = Terminal::start(lab, &["run", "--keep", "-q", "--", "sh", "-c", script]);
        terminal.expect("ready");
        terminal.resize(40, 120);
        terminal.expect("40 120");
        assert_eq!(terminal.end(), 4);
    });
}

#[test]
fn control_c_interrupts_the_program_only() {
    both(|lab| {
        let before = {
            let mut terminal = Terminal::start(lab, &["run", "--keep", "-q", "--", "sleep", "100"]);
            let before = terminal.first.clone();
            wait_until("the terminal is raw", || format!("{:?}", terminal.settings().local_modes) != before);
            terminal.keys("\x03");
            assert_eq!(terminal.end(), 130);
            assert_eq!(format!("{:?}", terminal.settings().local_modes), before, "not restored");
            before
        };
        let mut terminal = Terminal::start(lab, &["run", "--keep", "-q", "--", "sh", "-c", "echo on; cat"]);
        terminal.expect("on");
        assert_ne!(format!("{:?}", terminal.settings().local_modes), before);
        terminal.keys("typed\r");
        terminal.expect("typed\r\ntyped\r\n");
        terminal.keys("\x04");
        assert_eq!(terminal.end(), 0);
    });
}

#[test]
fn a_program_does_not_reach_the_clipboard_of_the_terminal() {
    both(|lab| {
        let script = r"printf 'a\033]52;c;ZXZpbA==\007b\033]0;title\007c\n'";
        let mut terminal = Terminal::start(lab, &["run", "--keep", "-q", "--", "sh", "-c", script]);
        assert_eq!(terminal.expect("c\r\n"), "ab\u{1b}]0;title\u{7}");
        assert_eq!(terminal.end(), 0);
        // What goes into a pipe is the program's own.
        let piped = lab.run(&["run", "--keep", "-q", "--", "sh", "-c", script]);
        assert!(piped.stdout.contains("]52;c;ZXZpbA=="), "{piped:?}");
        // Where it was allowed it passes, until that is taken back.
        let script = r"printf 'a\033]52;c;eA==\007b\n'; read go; printf 'c\033]52;c;eA==\007d\n'";
        let allowed =
            ["run", "--keep", "-q", "--name", "shared", "--clipboard", "out", "--accept", "display"];
        let mut terminal = Terminal::start(lab, &[&allowed[..], &["--", "sh", "-c", script]].concat());
        assert!(terminal.expect("b\r\n").contains("]52;c;eA=="));
        assert_eq!(lab.run(&["tighten", "shared", "--no-clipboard"]).status, 0);
        terminal.keys("\r");
        assert!(terminal.expect("d\r\n").ends_with('c'), "{:?}", terminal.seen);
        assert_eq!(terminal.end(), 0);
    });
}

#[test]
fn signals_that_the_caller_ignores_are_ignored_inside() {
    both(|lab| {
        for ignored in ["", "trap '' INT QUIT HUP TERM PIPE TSTP USR1; "] {
            let seen = |runner: &str| {
                let mut shell = lab.as_user("/bin/sh".as_ref());
                shell.args(["-c", &format!("{ignored}exec {runner} grep Sig /proc/self/status")]);
                engine_lab::finish(shell)
                    .stdout
                    .lines()
                    // What the C library keeps for itself, nobody can ask for.
                    .filter_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok())
                    .map(|ignored| ignored & !0x1_8000_0000)
                    .collect::<Vec<_>>()
            };
            let inside = seen(&format!("{} run --keep -q --", lab.binary().display()));
            assert!(inside.len() == 1 && (ignored.is_empty() || inside[0] != 0), "{inside:?}");
            assert_eq!(inside, seen(""));
        }
    });
}

#[test]
fn at_the_question_after_a_run_a_signal_keeps_the_session() {
    let lab = Lab::new(Mode::System);
    for key in ["\x03", "\x1c"] {
        let mut terminal =
            Terminal::start(&lab, &["run", "--name", "asked", "--", "sh", "-c", "echo x > f; exit 4"]);
        terminal.expect("keep (K)? ");
        terminal.keys(key);
        terminal.expect("was kept. Next: alcatraz changes");
        assert_eq!(terminal.end(), 4);
        assert_eq!(lab.state("asked").as_deref(), Some("finished"));
        assert_eq!(lab.run(&["abort", "asked"]).status, 0);
    }
}

#[test]
fn where_nothing_was_changed_nothing_is_asked() {
    let lab = Lab::new(Mode::System);
    let mut terminal = Terminal::start(&lab, &["run", "--name", "idle", "--", "sh", "-c", "exit 4"]);
    terminal.expect("Session idle changed nothing");
    assert_eq!(terminal.end(), 4);
    assert_eq!(lab.state("idle").as_deref(), Some("aborted"));
}

#[test]
fn a_frozen_session_is_left_so_by_the_key_that_interrupts() {
    let lab = Lab::new(Mode::System);
    let script = "head -c 8M /dev/zero > big; read line";
    let words = ["run", "--keep", "--quota", "1M", "--floor", "0", "--name", "ice", "--", "sh", "-c", script];
    let mut terminal = Terminal::start(&lab, &words);
    terminal.expect("or leave it so (k)?");
    // What is no answer is said so.
    terminal.insist("x", "or leave it so (k)?");
    terminal.keys("\x03");
    terminal.expect("It stays frozen.");
    assert_eq!(terminal.end(), 130);
    assert_eq!(lab.state("ice").as_deref(), Some("running"));
    assert_eq!(lab.run(&["abort", "ice"]).status, 0);
}

#[test]
fn the_question_after_a_run_is_seen_whatever_a_program_left_on_the_screen() {
    let lab = Lab::new(Mode::System);
    let hides = "echo x > evil; printf \"\\033[?1049h\\033[8mcontinue: \\033]0;\"";
    let mut terminal = Terminal::shell(&lab);
    terminal.expect("outer> ");
    terminal.keys(&format!("TERM=xterm {} run --name hides -- sh -c '{hides}'\r", lab.binary().display()));
    let before = terminal.expect("keep (K)? ");
    let plain = before.find("\x18\x1b\\\x1b[?47l").expect("the terminal was not put in order");
    assert!(before[plain..].contains("Session "), "{before:?}");
    terminal.keys("\r");
    terminal.expect("was kept");
    assert!(!lab.home().join("evil").exists());
    terminal.expect("outer> ");
    terminal.keys("exit\r");
}

#[test]
fn a_program_that_closes_its_terminal_is_not_hung_up_on() {
    both(|lab| {
        let script = "exec <&- >&- 2>&-; sleep 0.2; echo back >/dev/tty; exit 5";
        let mut terminal = Terminal::start(lab, &["run", "--keep", "-q", "--", "sh", "-c", script]);
        terminal.expect("back");
        assert_eq!(terminal.end(), 5);
    });
}

#[test]
fn the_terminal_is_restored_when_a_signal_ends_the_client() {
    let lab = Lab::new(Mode::System);
    let mut terminal = Terminal::start(&lab, &["run", "--keep", "-q", "--name", "hup", "--", "sleep", "100"]);
    let before = terminal.first.clone();
    wait_until("the terminal is raw", || format!("{:?}", terminal.settings().local_modes) != before);
    wait_until("it runs", || lab.state("hup").as_deref() == Some("running"));
    // The signal that a closing terminal sends; to the client, which setsid waits for.
    let children = format!("/proc/{0}/task/{0}/children", terminal.process());
    let client = std::fs::read_to_string(children).unwrap();
    // setsid may have replaced itself by the client.
    let client = client.split_whitespace().next().map_or(terminal.process(), |pid| pid.parse().unwrap());
    let pid = rustix::process::Pid::from_raw(i32::try_from(client).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    assert_eq!(terminal.end(), 129);
    assert_eq!(format!("{:?}", terminal.settings().local_modes), before, "not restored");
    assert_eq!(lab.state("hup").as_deref(), Some("running"));
    assert_eq!(lab.run(&["stop", "hup"]).status, 0);
}

#[test]
fn one_comes_back_to_a_terminal_and_sees_what_was_there() {
    both(|lab| {
        let script = "echo first words; read line; echo got $line; read line; exit 3";
        let mut first =
            Terminal::start(lab, &["run", "--keep", "-q", "--name", "talk", "--", "sh", "-c", script]);
        first.expect("first words");
        first.kill();
        let mut second = Terminal::start(lab, &["attach", "talk"]);
        second.expect("first words");
        let mut third = Terminal::start(lab, &["attach", "talk"]);
        third.expect("first words");
        second.keys("hello\r");
        // Both see it: one terminal, several windows.
        second.expect("got hello");
        third.expect("got hello");
        third.keys("\r");
        assert_eq!(second.end(), 3);
        assert_eq!(third.end(), 3);
        assert_eq!(lab.state("talk").as_deref(), Some("finished"));
        // What was there last is there for whoever comes later, until the session is decided on.
        let mut fourth = Terminal::start(lab, &["attach", "talk"]);
        fourth.expect("first words");
        fourth.expect("got hello");
        assert_eq!(fourth.end(), 3);
        assert_eq!(lab.run(&["abort", "talk"]).status, 0);
        let gone = lab.run(&["attach", "talk"]);
        assert!(gone.status == 125 && gone.stderr.contains("No program runs"), "{gone:?}");
    });
}

#[test]
fn a_second_programs_terminal_is_attached_to_by_its_number() {
    both(|lab| {
        // Beside the session's own program.
        let waits = "echo waits; read end";
        let mut own =
            Terminal::start(lab, &["run", "--keep", "-q", "--name", "two", "--", "sh", "-c", waits]);
        own.expect("waits");
        let script = "echo second words; read line; echo got $line; exit 4";
        let mut second = Terminal::start(lab, &["enter", "two", "--", "sh", "-c", script]);
        second.expect("second words");
        second.kill();
        let mut again = Terminal::start(lab, &["attach", "--program", "1", "two"]);
        again.expect("second words");
        again.keys("hello\r");
        again.expect("got hello");
        assert_eq!(again.end(), 4);
        let none = lab.run(&["attach", "--program", "7", "two"]);
        assert!(none.status == 125 && none.stderr.contains("No program runs"), "{none:?}");
        own.kill();
        let mut brief = Terminal::start(lab, &["enter", "two", "--", "true"]);
        brief.expect("Session two is not over yet. Next: alcatraz changes two");
        assert_eq!(brief.end(), 0);
        let mut own = Terminal::start(lab, &["attach", "two"]);
        own.keys("\r");
        assert_eq!(own.end(), 0);
        // After it: the own program's screen stays what it was.
        let mut own =
            Terminal::start(lab, &["run", "--keep", "-q", "--name", "one", "--", "echo", "first words"]);
        assert_eq!(own.end(), 0);
        let mut brief = Terminal::start(lab, &["enter", "one", "--", "true"]);
        brief.expect("Session one is kept. Next: alcatraz changes one");
        assert_eq!(brief.end(), 0);
        let mut later = Terminal::start(lab, &["enter", "one", "--", "sh", "-c", script]);
        later.expect("second words");
        later.kill();
        let mut screen = Terminal::start(lab, &["attach", "one"]);
        screen.expect("first words");
        assert_eq!(screen.end(), 0);
        let mut again = Terminal::start(lab, &["attach", "--program", "0", "one"]);
        again.expect("second words");
        again.keys("bye\r");
        again.expect("got bye");
        assert_eq!(again.end(), 4);
        let mut screen = Terminal::start(lab, &["attach", "one"]);
        screen.expect("first words");
        assert_eq!(screen.end(), 0);
    });
}

#[test]
fn the_screen_of_a_program_that_ends_at_once_is_never_missed() {
    let lab = Lab::new(Mode::System);
    for round in 0..20 {
        let name = format!("quick{round}");
        let mut program = lab.command(&["run", "--keep", "-q", "--tty", "always", "--name", &name]);
        program.args(["--", "echo", "here and gone"]);
        let program = program.stdout(std::process::Stdio::null()).spawn().unwrap();
        // From its record on it may be attached to, whatever it does just now.
        wait_until("the session is known", || lab.state(&name).is_some_and(|state| state != "starting"));
        let mut terminal = Terminal::start(&lab, &["attach", &name]);
        terminal.expect("here and gone");
        assert_eq!(terminal.end(), 0);
        assert_eq!(finish_child(program).status, 0);
    }
}

#[test]
fn a_terminal_can_be_demanded_and_refused() {
    both(|lab| {
        let on_pipes = |tty: &str| {
            lab.run(&[
                "run",
                "--keep",
                "-q",
                "--tty",
                tty,
                "--",
                "sh",
                "-c",
                "test -t 0; echo $?; test -t 1; echo $?",
            ])
        };
        assert_eq!(on_pipes("always").stdout, "0\r\n0\r\n");
        assert_eq!(on_pipes("never").stdout, "1\n1\n");
        assert_eq!(on_pipes("auto").stdout, "1\n1\n");
    });
}

#[test]
fn pipes_carry_everything_in_order_and_close() {
    both(|lab| {
        use std::process::Stdio;
        let mut command =
            lab.command(&["run", "--keep", "-q", "--", "sh", "-c", "cat; echo end >&2; exit 5"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let data: Vec<u8> = (0..3_000_000_u32).map(|n| b'a' + (n % 26) as u8).collect();
        let mut stdin = child.stdin.take().unwrap();
        let sent = data.clone();
        let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, &sent).unwrap());
        let outcome = finish_child(child);
        writer.join().unwrap();
        assert_eq!((outcome.status, outcome.stderr.as_str()), (5, "end\n"));
        assert!(outcome.stdout.as_bytes() == data, "{} bytes came back", outcome.stdout.len());
        // A reader that goes away ends the writer, as natively.
        let script = "\"$0\" run --keep -q -- sh -c 'yes; echo $? > status' | head -c 10";
        let mut shell = lab.as_user("/bin/sh".as_ref());
        shell.args(["-c", script]).arg(lab.binary()).stdout(Stdio::piped());
        assert_eq!(finish_child(shell.spawn().unwrap()).stdout, "y\ny\ny\ny\ny\n");
    });
}

#[test]
fn statuses_are_the_programs() {
    both(|lab| {
        for (script, status) in
            [("exit 0", 0), ("exit 1", 1), ("exit 255", 255), ("kill -SEGV $$", 139), ("kill -9 $$", 137)]
        {
            assert_eq!(lab.see(script).status, status, "{script}");
        }
        assert_eq!(lab.run(&["run", "-q", "--", "no-such-command"]).status, 127);
        assert_eq!(lab.run(&["run", "-q", "--", "./canary"]).status, 126);
        assert_eq!(lab.run(&["run", "-q", "--", "/"]).status, 126);
        lab.write("script", "#!/usr/bin/nosuch\n");
        let told = lab.run(&["run", "-q", "--", "sh", "-c", "chmod +x script; exec ./script"]);
        assert!(told.status == 126 || told.status == 127, "as the shell says: {told:?}");
        lab.write("script", "exit 9\n");
        assert_eq!(
            lab.run(&["run", "--keep", "-q", "--", "sh", "-c", "chmod +x script; ./script"]).status,
            9
        );
        let looking_in = |path: &str, name: &str| {
            let mut command = lab.command(&["run", "-q", "--", name]);
            command.env("PATH", path);
            engine_lab::finish(command).status
        };
        let home = lab.home().display().to_string();
        assert_eq!(looking_in("/nowhere", "true"), 127);
        assert_eq!(looking_in(&format!("/nowhere:{home}"), "canary"), 126);
        // What an account left in its path may be closed to another one.
        let closed = lab.home().join("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
        let path = format!("{}:/usr/bin:/bin", closed.display());
        assert_eq!((looking_in(&path, "no-such-command"), looking_in(&path, "true")), (127, 0));
    });
}

#[test]
fn signals_to_the_client_reach_the_program() {
    both(|lab| {
        let script = "trap 'echo caught; exit 6' TERM; echo ready > ready; while :; do sleep 0.05; done";
        let child = lab.start("traps", script);
        // setpriv replaced itself by the client: the child is the client in both modes.
        let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        wait_until("the trap is set", || {
            lab.run(&["enter", "traps", "--", "test", "-e", "ready"]).status == 0
        });
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let outcome = finish_child(child);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (6, "caught\n"));
    });
}
