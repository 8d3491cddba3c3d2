//! The attackers' programs, ready to run: C is compiled, scripts are copied.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A directory of programs that everybody may run.
pub struct Tools {
    dir: PathBuf,
}

impl Tools {
    /// Makes those that `programs` names.
    pub fn make(dir: &Path, programs: &[&str]) -> Self {
        std::fs::create_dir(dir).unwrap();
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut compilers = Vec::new();
        for program in programs {
            let source = source_dir().join(program);
            match program.strip_suffix(".c") {
                Some(name) => {
                    let mut compiler = Command::new("cc");
                    compiler.args(["-O1", "-Wall", "-o"]).arg(dir.join(name)).arg(source);
                    compilers.push((program, compiler.spawn().unwrap()));
                }
                None => {
                    std::fs::copy(source, dir.join(program)).unwrap();
                }
            }
        }
        for (program, mut compiler) in compilers {
            assert!(compiler.wait().unwrap().success(), "{program} does not compile");
        }
        Self { dir: dir.to_owned() }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns the command that runs a program: interpreter and file, or the compiled file.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Vec<String> {
        let path = |name: &str| self.dir.join(name).display().to_string();
        let mut command = match program.rsplit_once('.') {
            Some((name, "c")) => vec![path(name)],
            Some((_, "sh")) => vec!["/bin/sh".to_owned(), path(program)],
            Some((_, "pl")) => vec!["/usr/bin/perl".to_owned(), path(program)],
            _ => panic!("{program}: neither C nor shell nor perl"),
        };
        command.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        command
    }
}

pub fn source_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/programs")
}
