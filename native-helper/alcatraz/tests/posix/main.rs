//! POSIX behaviour: every case of `cases/` natively and inside, on the same tree of files that lay there before, in both
//! privilege modes. What calls give must be equal, but for the differences of `differences.rs`, which the docs explain:
//! one that is not listed fails, and so does one that is listed and gone.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(missing_docs, reason = "tests")]

mod differences;
#[path = "../engine_lab/mod.rs"]
mod engine_lab;

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use differences::DIFFERENCES;
use engine_lab::{Lab, Mode, finish};

/// A group that the user is not in.
const OTHER_GROUP: u32 = 1;

#[test]
fn as_root() {
    compare(&Lab::new(Mode::System));
}

#[test]
fn as_an_ordinary_user() {
    compare(&Lab::new(Mode::User));
}

#[test]
fn differences_are_documented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compatibility.md");
    let text = std::fs::read_to_string(page).unwrap();
    for difference in DIFFERENCES {
        let row =
            text.lines().find(|line| line.starts_with(&format!("| {} ", difference.case.replace('_', " "))));
        let row = row.unwrap_or_else(|| panic!("docs/compatibility.md has no row for {}", difference.case));
        assert!(row.contains(difference.why), "{row} does not say why: {}", difference.why);
    }
}

fn compare(lab: &Lab) {
    let program = compile(lab);
    let cases = finish({
        let mut command = lab.as_user(&program);
        command.arg("names");
        command
    });
    let cases: Vec<&str> = cases.stdout.lines().collect();
    assert!(cases.len() >= 90, "only {} cases", cases.len());
    for place in ["native", "inside"] {
        for case in &cases {
            lay_out(&lab.home().join(place).join(case));
        }
        lab.give_all_to_user(place);
        for case in &cases {
            let dir = lab.home().join(place).join(case);
            // Changing owners takes the set-id bit away.
            std::fs::set_permissions(dir.join("tool"), std::fs::Permissions::from_mode(0o4755)).unwrap();
            std::os::unix::fs::chown(dir.join("grouped"), None, Some(OTHER_GROUP)).unwrap();
        }
    }
    let native = finish({
        let mut command = lab.as_user(&program);
        command.current_dir(lab.home().join("native"));
        command
    });
    let inside = finish({
        let mut command = lab.command(&["run", "--abort", "-q", "--"]);
        command.arg(&program).current_dir(lab.home().join("inside"));
        command
    });
    assert_eq!((native.status, inside.status), (0, 0), "{native:?} {inside:?}");
    assert!(native.stderr.is_empty(), "{}", native.stderr);
    let (native, inside) = (by_case(&native.stdout), by_case(&inside.stdout));
    assert_eq!(native.len(), cases.len());
    let differ: BTreeSet<&str> =
        cases.iter().copied().filter(|case| native.get(case) != inside.get(case)).collect();
    let expected: BTreeSet<&str> =
        DIFFERENCES.iter().filter(|known| known.modes.contains(&lab.mode)).map(|known| known.case).collect();
    let told = |case: &&str| {
        format!("{case}:\n  natively {:?}\n  inside   {:?}", native.get(*case), inside.get(*case))
    };
    let unexpected: Vec<String> = differ.difference(&expected).map(told).collect();
    assert!(unexpected.is_empty(), "{:?}: unexpected differences:\n{}", lab.mode, unexpected.join("\n"));
    let vanished: Vec<_> = expected.difference(&differ).collect();
    assert!(
        vanished.is_empty(),
        "{:?}: these are as natively now, so they are no difference: {vanished:?}",
        lab.mode
    );
}

/// Returns what each case printed.
fn by_case(output: &str) -> BTreeMap<&str, &str> {
    output.split("-- case ").skip(1).filter_map(|part| part.split_once('\n')).collect()
}

fn compile(lab: &Lab) -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/posix/cases");
    let files = std::fs::read_dir(sources).unwrap().map(|file| file.unwrap().path());
    let program = lab.dir().join("cases");
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-Wno-unused-result", "-o"]).arg(&program);
    compiler.args(files.filter(|file| file.extension().is_some_and(|kind| kind == "c")));
    assert!(compiler.status().unwrap().success());
    program
}

/// Makes what every case finds in its directory.
fn lay_out(dir: &Path) {
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).unwrap();
    for name in ["dir", "empty", "full"] {
        std::fs::create_dir_all(dir.join(name)).unwrap();
    }
    for (name, text) in [
        ("file", "content of file\n"),
        ("other", "other\n"),
        ("dir/inner", "inner\n"),
        ("full/one", "one\n"),
        ("pair1", "two names\n"),
        ("marked", "marked\n"),
        ("tool", "tool\n"),
        ("grouped", "grouped\n"),
    ] {
        write(name, text);
    }
    std::fs::hard_link(dir.join("pair1"), dir.join("pair2")).unwrap();
    symlink("file", dir.join("soft")).unwrap();
    let flags = rustix::fs::XattrFlags::empty();
    rustix::fs::setxattr(dir.join("marked"), "user.old", b"value", flags).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    rustix::fs::mknodat(rustix::fs::CWD, dir.join("pipe"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    std::fs::File::create(dir.join("hole")).unwrap().write_at(b"end", 1 << 20).unwrap();
    assert!(Command::new("cp").args(["/bin/cat"]).arg(dir.join("cat")).status().unwrap().success());
}
