//! Job control: what is stopped, goes on in front or behind, and what is left in the background, as a shell knows it.

use super::engine_lab::terminal::Terminal;
use super::engine_lab::{both, finish_child, wait_until};

const SHELL: [&str; 11] =
    ["run", "--keep", "-q", "--", "env", "PS1=ready> ", "bash", "--norc", "--noprofile", "--noediting", "-i"];

/// Types a line that the program repeats, and its end of input: it ends well, and the outer shell is there again.
fn answers_and_ends(terminal: &mut Terminal) {
    terminal.keys("two\r");
    terminal.expect("two\r\ntwo");
    terminal.keys("\x04");
    terminal.expect("outer> ");
    terminal.keys("echo status=$?\r");
    terminal.expect("\nstatus=0");
    terminal.expect("outer> ");
}

#[test]
fn job_control_is_the_inner_shells() {
    both(|lab| {
        let mut terminal = Terminal::start(lab, &SHELL);
        terminal.expect("ready> ");
        terminal.keys("sleep 100\r");
        terminal.expect("sleep 100");
        wait_until("sleep runs", || {
            let name = lab.newest_running();
            name.is_some_and(|id| {
                lab.run(&["enter", &id, "--", "sh", "-c", "ps -eo args | grep -q '^sleep 100'"]).status == 0
            })
        });
        terminal.keys("\x1a");
        terminal.expect("Stopped");
        terminal.expect("ready> ");
        terminal.keys("jobs\r");
        terminal.expect("Stopped                 sleep 100");
        terminal.expect("ready> ");
        terminal.keys("bg; kill %1; wait; echo ended=$?\r");
        terminal.expect("\nended=");
        terminal.expect("ready> ");
        terminal.keys("sh -c 'kill -TERM $$'; echo status=$?\r");
        terminal.expect("\nstatus=143");
        terminal.expect("ready> ");
        terminal.keys("exit 7\r");
        assert_eq!(terminal.end(), 7);
    });
}

#[test]
fn control_z_of_a_bare_program_gives_the_outer_shell_back() {
    both(|lab| {
        let mut terminal = Terminal::shell(lab);
        let run = |script: &str| format!("{} run --keep -q -- sh -c '{script}'\r", lab.binary().display());
        let is_stopped = |letter: char| {
            let Some(id) = lab.newest_running() else { return false };
            let found = lab.run(&["enter", &id, "--", "sh", "-c", "ps -eo stat,args | grep ' cat$'"]);
            found.stdout.starts_with(letter)
        };
        terminal.expect("outer> ");
        terminal.keys(&run("echo begun; exec cat"));
        terminal.expect("\nbegun");
        terminal.keys("one\r");
        terminal.expect("one\r\none");
        terminal.keys("\x1a");
        terminal.expect("Stopped");
        terminal.expect("outer> ");
        wait_until("the program is stopped", || is_stopped('T'));
        terminal.keys("echo $((20+3))\r");
        terminal.expect("\n23");
        terminal.expect("outer> ");
        terminal.keys("fg\r");
        wait_until("the program goes on", || is_stopped('S'));
        answers_and_ends(&mut terminal);
        // In the background it works on, and needs no terminal.
        terminal.keys(&run("echo again; while [ ! -e go ]; do sleep 0.05; done; exit 6"));
        terminal.expect("\nagain");
        terminal.keys("\x1a");
        terminal.expect("Stopped");
        terminal.expect("outer> ");
        terminal.keys("bg\r");
        terminal.expect("outer> ");
        let id = lab.newest_running().unwrap();
        assert_eq!(lab.run(&["enter", &id, "--", "touch", "go"]).status, 0);
        terminal.keys("wait %1; echo status=$?\r");
        terminal.expect("\nstatus=6");
        terminal.expect("outer> ");
        // A program that wants the key for itself gets it.
        terminal.keys(&run("stty raw; echo mine; dd bs=1 count=1 2>/dev/null | od -An -tx1"));
        terminal.expect("\nmine");
        terminal.keys("\x1a");
        terminal.expect("1a");
        terminal.expect("outer> ");
        terminal.keys("exit\r");
    });
}

#[test]
fn a_job_in_the_background_works_there_and_takes_keys_when_it_comes_to_the_front() {
    both(|lab| {
        let mut terminal = Terminal::shell(lab);
        let run = |script: &str| format!("{} run --keep -q -- sh -c '{script}'", lab.binary().display());
        terminal.expect("outer> ");
        // Begun there: it needs no terminal, and leaves the shell its own.
        terminal.keys(&format!("{} &\r", run("echo from be\"\"hind; exit 6")));
        terminal.expect("from behind");
        terminal.keys("wait %1; echo status=$?\r");
        terminal.expect("\nstatus=6");
        terminal.expect("outer> ");
        // As natively, a program that reads there is stopped, begun there or sent there.
        let until_stopped = "until [ -n \"$(jobs -s)\" ]; do sleep 0.05; done";
        terminal.keys(&format!("{} &\r", run("echo star\"\"ted; exec cat")));
        terminal.expect("started");
        terminal.keys(&format!("{until_stopped}; fg\r"));
        terminal.keys("one\r");
        terminal.expect("one\r\none");
        terminal.keys("\x1a");
        terminal.expect("Stopped");
        terminal.expect("outer> ");
        terminal.keys(&format!("bg; {until_stopped}; fg\r"));
        answers_and_ends(&mut terminal);
        // One that does not is not, and bash says nothing to a job that runs already when it comes to the front.
        let script = "echo be\"\"gun; while [ ! -e go ]; do sleep 0.05; done; exec cat";
        terminal.keys(&format!("{}\r", run(script)));
        terminal.expect("begun");
        terminal.keys("\x1a");
        terminal.expect("Stopped");
        terminal.expect("outer> ");
        terminal.keys("bg\r");
        terminal.expect("outer> ");
        terminal.keys("fg\r");
        let cooked = terminal.first.clone();
        wait_until("the keys are the program's", || {
            format!("{:?}", terminal.settings().local_modes) != cooked && terminal.unread() == 0
        });
        let id = lab.newest_running().unwrap();
        assert_eq!(lab.run(&["enter", &id, "--", "touch", "go"]).status, 0);
        answers_and_ends(&mut terminal);
        terminal.keys("exit\r");
    });
}

/// Catches the key as full-screen programs do: tidies up, then lets itself be stopped.
const FULL_SCREEN: &str = "$|=1; $SIG{TSTP}=sub{$key=1}; print \"be\", \"gun\\n\"; select(undef, undef, undef, 0.05) until $key; \
    print \"tidy\\n\"; $SIG{TSTP}=\"DEFAULT\"; kill TSTP=>$$; print \"redrawn\\n\"; $_=<STDIN>; print \"got $_\"; exit 9";

#[test]
fn a_program_that_stops_itself_gives_the_outer_shell_back() {
    both(|lab| {
        let mut terminal = Terminal::shell(lab);
        let run = |command: &str| format!("{} run --keep -q -- {command}\r", lab.binary().display());
        let comes_back = |terminal: &mut Terminal, status: &str| {
            terminal.expect("outer> ");
            terminal.keys("echo status=$?\r");
            terminal.expect(status);
            terminal.expect("outer> ");
        };
        terminal.expect("outer> ");
        for (command, keys) in [
            ("sh -c 'echo be\"\"gun; kill -STOP $$; echo redrawn; read line; echo got $line; exit 9'", ""),
            ("sh -c 'echo be\"\"gun; kill -TSTP $$; echo redrawn; read line; echo got $line; exit 9'", ""),
            (&format!("perl -e '{FULL_SCREEN}'"), "\x1a"),
        ] {
            terminal.keys(&run(command));
            terminal.expect("\nbegun");
            terminal.keys(keys);
            terminal.expect("Stopped");
            comes_back(&mut terminal, "status=1");
            terminal.keys("fg\r");
            terminal.expect("redrawn");
            terminal.keys("word\r");
            terminal.expect("got word");
            comes_back(&mut terminal, "\nstatus=9");
        }
        terminal.keys("exit\r");
    });
}

#[test]
fn a_program_that_stops_itself_where_no_shell_could_continue_it_goes_on() {
    both(|lab| {
        let script = "kill -STOP $$; echo on; exit 4";
        let mut terminal = Terminal::start(lab, &["run", "--keep", "-q", "--", "sh", "-c", script]);
        terminal.expect("on");
        assert_eq!(terminal.end(), 4);
    });
}

#[test]
fn without_a_terminal_a_program_stops_and_goes_on_as_natively() {
    both(|lab| {
        // Nobody is told, and whoever stopped it lets it go on.
        let script = "(until grep -q 'State:.T' /proc/$$/status; do sleep 0.05; done; kill -CONT $$) & kill -STOP $$; \
                      wait; echo on; exit 4";
        let outcome = lab.see(script);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (4, "on\n"), "{outcome:?}");
    });
}

#[test]
fn what_is_left_in_the_background_keeps_its_output() {
    both(|lab| {
        let leaves = "(while [ ! -e go ]; do sleep 0.05; done; echo la\"\"te; echo $? > st) & echo done";
        let lets_go = || {
            let id = lab.newest_running().unwrap();
            assert_eq!(lab.run(&["enter", &id, "--", "touch", "go"]).status, 0);
            wait_until("the session is over", || lab.newest_running().is_none());
            assert_eq!(lab.run(&["enter", &id, "--", "cat", "st"]).stdout, "0\n");
        };
        // A pipe has its end when the last writer is gone; whoever started the program has it back at once.
        let script = "{ \"$0\" run --keep -q -- sh -c \"$1\"; echo status=$? > back; } | cat";
        let mut shell = lab.as_user("/bin/sh".as_ref());
        shell.args(["-c", script]).arg(lab.binary()).arg(leaves).stdout(std::process::Stdio::piped());
        let child = shell.spawn().unwrap();
        let back = lab.home().join("back");
        wait_until("the shell goes on", || std::fs::read_to_string(&back).is_ok_and(|s| s == "status=0\n"));
        lets_go();
        assert_eq!(finish_child(child).stdout, "done\nlate\n");
        // So has a terminal.
        let mut terminal = Terminal::shell(lab);
        terminal.expect("outer> ");
        terminal.keys(&format!("{} run --keep -q -- sh -c '{leaves}'\r", lab.binary().display()));
        terminal.expect("\ndone");
        terminal.expect("outer> ");
        lets_go();
        terminal.expect("late");
        terminal.keys("exit\r");
    });
}

/// Sets the clipboard of the terminal, and shows two letters.
const COPIES: &str = "printf \"a\\033]52;c;ZXZpbA==\\007b.\\n\"";

#[test]
fn what_is_left_and_what_was_shown_last_do_not_reach_the_clipboard_either() {
    both(|lab| {
        let mut terminal = Terminal::shell(lab);
        terminal.expect("outer> ");
        let leaves = format!("(while [ ! -e go ]; do sleep 0.05; done; {COPIES}) & echo do\"\"ne");
        terminal.keys(&format!("{} run --keep -q -- sh -c '{leaves}'\r", lab.binary().display()));
        terminal.expect("\ndone");
        terminal.expect("outer> ");
        let id = lab.newest_running().unwrap();
        assert_eq!(lab.run(&["enter", &id, "--", "touch", "go"]).status, 0);
        assert!(terminal.expect("b.").ends_with('a'));
        terminal.keys("exit\r");
        let run = ["run", "--keep", "-q", "--name", "last", "--", "sh", "-c", COPIES];
        assert_eq!(Terminal::start(lab, &run).end(), 0);
        let mut terminal = Terminal::start(lab, &["attach", "last"]);
        assert_eq!(terminal.expect("b."), "a");
        assert_eq!(terminal.end(), 0);
    });
}
