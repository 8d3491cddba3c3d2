//! Tries attacks: natively, where each must do its harm, and inside a SEE, where none may; the host is compared before
//! and after, and a program that could not even try fails the test.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::MetadataExt as _;
use std::process::{Command, Stdio};
use std::rc::Rc;

use crate::attack::{Attack, Harm, Launch, Rights};
use crate::canaries::Canary;
use crate::canaries::files::{Files, SECRET};
use crate::canaries::mounts::{Mounts, Places};
use crate::engine_lab::terminal::Terminal;
use crate::engine_lab::{Lab, Mode, Outcome, finish};
use crate::host;
use crate::tools::Tools;

/// What programs end with that could not try: see `programs/attack.h`. A shell that misses a command says 127.
const CANNOT: &[i32] = &[77, 126, 127];

/// A kind of attacks and what they are aimed at.
pub struct Area {
    pub attacks: &'static [Attack],
    /// What is there besides files, mounts and the kernel's settings, made anew for every attempt.
    pub canaries: fn(&Range) -> Vec<Box<dyn Canary>>,
}

/// A lab for attacks in one mode.
pub struct Range {
    pub mounts: Mounts,
    pub tools: Tools,
    pub lab: Rc<Lab>,
}

/// Tries all attacks of an area in both modes.
pub fn try_area(area: &Area) {
    let mut failures = Vec::new();
    for mode in [Mode::System, Mode::User] {
        let lab = Rc::new(Lab::new(mode));
        let mut programs: Vec<&str> = area.attacks.iter().map(|attack| attack.program).collect();
        programs.extend(["victim.c", "scribble.c", "connect.pl"]);
        programs.sort_unstable();
        programs.dedup();
        let tools = Tools::make(&lab.dir().join("tools"), &programs);
        let mounts = Mounts::make(&lab);
        // The store and its rooms are made now, so that no attempt changes the directories that they lie in.
        let first = lab.run(&["run", "--abort", "-q", "--", "true"]);
        assert_eq!(first.status, 0, "{first:?}");
        let range = Range { mounts, tools, lab };
        for attack in area.attacks {
            eprintln!("{mode:?}: {}", attack.name);
            failures.extend(
                range.natively(area, attack).err().map(|why| format!("{mode:?} {}: {why}", attack.name)),
            );
            failures.extend(
                range.inside(area, attack).err().map(|why| format!("{mode:?} {}: {why}", attack.name)),
            );
        }
    }
    assert!(failures.is_empty(), "{} of the attempts:\n{}", failures.len(), failures.join("\n"));
}

/// A session that is entered again.
const TWICE: &str = "twice";

/// What of an attempt is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Only,
    Plant,
    Use,
}

/// An attempt, and what it did to the host.
struct Attempt {
    outcome: Outcome,
    changed: Vec<String>,
}

impl Attempt {
    fn did_harm(&self, attack: &Attack) -> bool {
        match attack.harm {
            Harm::Host(what) => self.changed.iter().any(|line| line.starts_with(what)),
            Harm::Secret => self.outcome.stdout.contains(SECRET),
            Harm::Told => self.outcome.status == 0,
        }
    }
}

impl Range {
    /// Nothing stops it here: it must work, or it proves nothing.
    fn natively(&self, area: &Area, attack: &Attack) -> Result<(), String> {
        let attempt = self.attempt(area, attack, |command, _| {
            let mut native = match attack.rights {
                Rights::Anybody => self.lab.as_user(command[0].as_ref()),
                Rights::Root => Command::new(&command[0]),
            };
            native.args(&command[1..]);
            native
        });
        match attempt.did_harm(attack) {
            true => Ok(()),
            false => {
                Err(format!("harmless even natively: {:?}, changed: {:?}", attempt.outcome, attempt.changed))
            }
        }
    }

    /// Here the SEE stops it.
    fn inside(&self, area: &Area, attack: &Attack) -> Result<(), String> {
        let attempt = self.attempt(area, attack, |command, step| {
            let mut see = self.lab.as_user(&self.lab.binary());
            match step {
                Step::Only => see.args(["run", "--abort", "-q"]).args(attack.options),
                Step::Plant => see.args(["run", "--keep", "-q", "--name", TWICE]).args(attack.options),
                Step::Use => see.args(["enter", "-q", TWICE]),
            };
            see.arg("--").args(command);
            see
        });
        if attack.launch == Launch::Twice {
            let aborted = self.lab.run(&["abort", TWICE]);
            if aborted.status != 0 {
                return Err(format!("it could not be aborted: {aborted:?}"));
            }
        }
        if attempt.did_harm(attack) || !attempt.changed.is_empty() {
            return Err(format!("THE HOST WAS HARMED: {:?}, {:?}", attempt.outcome, attempt.changed));
        }
        let status = attempt.outcome.status;
        if status == 125 || CANNOT.contains(&status) {
            return Err(format!("could not try: {:?}", attempt.outcome));
        }
        Ok(())
    }

    fn attempt(&self, area: &Area, attack: &Attack, prepare: impl Fn(&[String], Step) -> Command) -> Attempt {
        let mut canaries: Vec<Box<dyn Canary>> =
            vec![Box::new(Files::lay_out(&self.lab, &self.tools)), Box::new(Places(self.mounts.place("")))];
        canaries.extend((area.canaries)(self));
        let user = std::fs::metadata(self.lab.home()).unwrap().uid();
        let before = host::facts(&canaries, user);
        let launch = |step: Step, words: &[&str]| {
            let words = [attack.arguments, words].concat();
            let mut command = prepare(&self.tools.command(attack.program, &words), step);
            command.env("HOME", self.lab.home()).env("LC_ALL", "C").current_dir(self.lab.home().join("work"));
            command.env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
            command.envs(canaries.iter().flat_map(|canary| canary.env()));
            self.launch(attack.launch, command)
        };
        let (outcome, terminal) = match attack.launch {
            Launch::Twice => {
                let (planted, _) = launch(Step::Plant, &["plant"]);
                // What could not be prepared is not tried.
                if planted.status == 0 { launch(Step::Use, &["use"]) } else { (planted, Vec::new()) }
            }
            _ => launch(Step::Only, &[]),
        };
        let mut changed = host::differences(&before, &host::facts(&canaries, user));
        changed.extend(terminal);
        self.mounts.restore();
        Attempt { outcome, changed }
    }

    /// Runs a command as an attack wants it. Returns also how the terminal that it got, if any, was left.
    fn launch(&self, launch: Launch, mut command: Command) -> (Outcome, Vec<String>) {
        let canary = self.lab.home().join("canary");
        match launch {
            Launch::Plain | Launch::Twice => (finish(command), Vec::new()),
            Launch::Input => {
                command.stdin(Stdio::from(File::open(canary).unwrap()));
                (finish(command), Vec::new())
            }
            Launch::Output => {
                let output = OpenOptions::new().append(true).open(canary).unwrap();
                let status = command.stdout(Stdio::from(output)).stderr(Stdio::null()).status().unwrap();
                (
                    Outcome {
                        status: status.code().unwrap_or(128),
                        stdout: String::new(),
                        stderr: String::new(),
                    },
                    Vec::new(),
                )
            }
            Launch::Descriptors => {
                let mut holder = Command::new("/bin/sh");
                holder.args(["-c", "exec 7< \"$CANARY\" 8< \"${CANARY%/*}\"; exec \"$@\"", "sh"]);
                holder.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
                copy_setting(&command, &mut holder);
                (finish(holder), Vec::new())
            }
            Launch::Terminal => {
                let mut terminal = Terminal::start_command(&command);
                let status = terminal.end();
                let outcome = Outcome { status, stdout: String::new(), stderr: terminal.seen.clone() };
                (outcome, terminal.changes())
            }
        }
    }
}

fn copy_setting(from: &Command, to: &mut Command) {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
    to.current_dir(from.get_current_dir().unwrap());
}
