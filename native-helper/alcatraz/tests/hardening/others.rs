//! Other users of the machine: what they can reach of a session, and what they can put in the helper's way.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::engine_lab::{Lab, Mode, finish, finish_child};
use crate::machine;

const NOBODY: u32 = 65534;
const WORD: &str = "planted-word-51c2";

/// Runs a shell script as a user with no rights.
fn as_nobody(script: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "/bin/sh", "-c", script]);
    command.stdin(Stdio::null());
    command
}

/// What somebody outside tries who works together with a program inside: every process's view, and the store.
fn confederate(lab: &Lab) -> String {
    let home = lab.home();
    let script = format!(
        "for p in /proc/[0-9]*; do cat $p/root{0}/word $p/cwd/word; ls -l $p/fd; cat $p/environ; done; cat {0}/word; \
         ls -lR {1}; cat {1}/sessions/*/* {1}/layers/*/*/upper/word; {0}/tool -u; ls -d {1}/sessions/*/supervisor.sock",
        home.display(),
        lab.store().display()
    );
    let outcome = finish(as_nobody(&script));
    outcome.stdout
}

#[test]
fn a_confederate_outside_reaches_nothing_of_a_session() {
    if !machine::enter("others::a_confederate_outside_reaches_nothing_of_a_session") {
        return;
    }
    let lab = Lab::new(Mode::System);
    let plant =
        format!("echo {WORD} > word; chmod 666 word; cp /usr/bin/id tool; chmod 4755 tool; touch planted");
    // Natively the two can work together: the word is read, and the tool runs as root.
    let mut native = lab.as_user("/bin/sh".as_ref());
    native.args(["-c", &plant]);
    assert_eq!(finish(native).status, 0);
    let reached = confederate(&lab);
    assert!(reached.contains(WORD) && reached.lines().any(|line| line == "0"), "{reached}");
    for name in ["word", "tool", "planted"] {
        std::fs::remove_file(lab.home().join(name)).unwrap();
    }

    let mut session = lab.start("plant", &format!("{plant}; exec sleep 1000"));
    assert_eq!(lab.run(&["enter", "plant", "--", "test", "-e", "planted"]).status, 0);
    let reached = confederate(&lab);
    assert!(!reached.contains(WORD), "{reached}");
    assert!(!reached.contains("supervisor") && !reached.contains("upper"), "{reached}");
    assert!(!reached.lines().any(|line| line == "0"), "a planted tool ran as root: {reached}");
    assert_eq!(lab.run(&["stop", "plant"]).status, 0);
    session.wait().unwrap();
    let reached = confederate(&lab);
    assert!(!reached.contains(WORD) && !reached.contains("upper"), "{reached}");
}

#[test]
fn what_the_helper_makes_is_for_its_user_alone() {
    let lab = Lab::new(Mode::System);
    // With a caller that would let everybody write.
    let mut command = lab.as_user("/bin/sh".as_ref());
    command.args(["-c", "umask 0; exec \"$0\" run --keep -q -- /bin/sh -c ':> new'"]).arg(lab.binary());
    assert_eq!(finish(command).status, 0);
    for place in ["", "sessions", "layers"] {
        let dir = lab.store().join(place);
        closed(&dir);
        for entry in std::fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                closed(&entry.path());
            }
        }
    }
}

fn closed(path: &Path) {
    let mode = path.metadata().unwrap().mode();
    assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
}

#[test]
fn no_room_is_made_where_another_user_can_move_the_way() {
    if !machine::enter("others::no_room_is_made_where_another_user_can_move_the_way") {
        return;
    }
    let lab = Lab::new(Mode::System);
    let theirs = lab.dir().join("theirs");
    let ours = lab.dir().join("ours");
    for dir in [&theirs, &ours] {
        let point = dir.join("mount");
        std::fs::create_dir_all(&point).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "test"]).arg(&point).status().unwrap();
        assert!(mounted.success());
        std::fs::set_permissions(&point, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    chown(&theirs, Some(NOBODY), Some(NOBODY)).unwrap();
    let script = "echo new > \"$0\"/theirs/mount/new; echo new > \"$0\"/ours/mount/new";
    let dir = lab.dir().display().to_string();
    let outcome = lab.run(&["run", "--keep", "-q", "--name", "rooms", "--", "/bin/sh", "-c", script, &dir]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let has_room = |place: &Path| {
        let names = std::fs::read_dir(place.join("mount")).unwrap().map(|entry| entry.unwrap().file_name());
        names.into_iter().any(|name| name.to_string_lossy().starts_with(".alcatraz-"))
    };
    assert!(has_room(&ours), "a mount on a safe way has its layer on the same file system");
    assert!(!has_room(&theirs), "a room lies where another user can put something else in its way");
    // It works all the same, by copying.
    assert_eq!(lab.run(&["commit", "rooms"]).status, 0);
    for place in [&theirs, &ours] {
        assert_eq!(std::fs::read_to_string(place.join("mount/new")).unwrap(), "new\n");
        assert!(Command::new("umount").arg("--lazy").arg(place.join("mount")).status().unwrap().success());
    }
}

/// Puts a link to a directory of root's in the place of a directory of the user's, and back, again and again.
fn racer(lab: &Lab) -> Child {
    let script = format!(
        "cd {}; while :; do mv -T tree real && ln -s {} tree; rm tree && mv -T real tree; done",
        lab.dir().join("shared").display(),
        lab.dir().join("secret").display()
    );
    as_nobody(&script).stderr(Stdio::null()).spawn().unwrap()
}

fn lay_out_race(lab: &Lab) {
    for name in ["shared/tree", "secret"] {
        std::fs::create_dir_all(lab.dir().join(name)).unwrap();
        std::fs::write(lab.dir().join(name).join("file"), "untouched\n").unwrap();
    }
    for name in ["shared", "shared/tree", "shared/tree/file"] {
        chown(lab.dir().join(name), Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// The names in root's directory and what the file says.
fn secret(lab: &Lab) -> (usize, String) {
    let dir = lab.dir().join("secret");
    let names = std::fs::read_dir(&dir).unwrap().count();
    (names, std::fs::read_to_string(dir.join("file")).unwrap_or_else(|_| "gone".to_owned()))
}

#[test]
fn a_directory_swapped_during_a_commit_leads_nowhere() {
    const TRIES: usize = 12;
    let lab = Lab::new(Mode::System);
    lay_out_race(&lab);
    let untouched = (1, "untouched\n".to_owned());
    // Sessions that change the user's directory, made before the race begins.
    let script = "cd \"$0\"/shared/tree && echo new > new && echo changed > file && rm -f none";
    let dir = lab.dir().display().to_string();
    let names: Vec<String> = (0..TRIES).map(|number| format!("race{number}")).collect();
    for name in &names {
        let outcome = lab.run(&["run", "--keep", "-q", "--name", name, "--", "/bin/sh", "-c", script, &dir]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
    }
    let mut race = racer(&lab);
    for name in &names {
        // It may be refused, find a conflict or succeed: what it may not do is follow the link.
        let outcome = lab.run(&["commit", name]);
        assert!([0, 1, 3].contains(&outcome.status), "{outcome:?}");
        assert_eq!(secret(&lab), untouched, "the commit followed a link: {outcome:?}");
    }
    // A plain program that root runs does follow it.
    let plain = format!(
        "for n in $(seq 100000); do cp /bin/false {0}/shared/tree/new; [ -e {0}/secret/new ] && exit 0; done; exit 1",
        lab.dir().display()
    );
    let mut command = Command::new("/bin/sh");
    let child = command.args(["-c", &plain]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let outcome = finish_child(child);
    race.kill().unwrap();
    race.wait().unwrap();
    assert_eq!(outcome.status, 0, "the race was never won, so it proves nothing");
}
