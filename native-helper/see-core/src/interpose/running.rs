//! What the start of a program sees: its file, and what the kernel opens to run it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::atomic::Ordering;

use crate::beneath::Root;
use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::read_set::entry::{Moment, Object, Seen};
use crate::read_set::set::Missing;

use super::found::Found;
use super::look::{AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, Context, Intent, Named};
use super::observer::Observer;
use super::program::{Runner, may_run, runner};
use super::tracee::{self, Place};
use super::view::Sight;

/// A script's interpreter may be a script; the kernel goes no deeper.
const DEEPEST_SCRIPT: u32 = 5;

impl Observer {
    /// Records what the start of a program will see: the first of these paths that is there is run. For the moment in
    /// which the process that starts it does not let itself be looked into.
    pub fn starting(&mut self, cwd: &HostPath, candidates: &[Vec<u8>]) {
        self.shared.starting.fetch_add(1, Ordering::SeqCst);
        for path in candidates {
            let program = Some(self.shared.recorder.program(path));
            let context = Context { thread: 0, at: Moment::now(), call: None, program, deferred: None };
            let sight = self.shared.main.clone();
            match self.run_file(&context, &sight, cwd, path, true) {
                Some(Ran::Text) => {
                    self.run_file(&context, &sight, cwd, b"/bin/sh", true);
                    return;
                }
                Some(Ran::Program) => return,
                Some(Ran::Nothing) | None => {}
            }
        }
    }

    /// Records that a file of the host, which somebody outside has opened, is read to a program that is about to be started.
    pub fn relayed(&self, file: &HostPath, program: &[u8]) {
        let program = Some(self.shared.recorder.program(program));
        let context = Context { thread: 0, at: Moment::now(), call: None, program, deferred: None };
        let above = file.parent().and_then(|above| Root::open_exact(&above).ok());
        let name = Path::new(OsStr::from_bytes(file.name()));
        if let Some(facts) = above.and_then(|above| above.facts(name).ok()) {
            let seen = Seen::Object(self.settled(&context, file, &Object::from(&facts)));
            self.record(&context, file.clone(), Access::READ, seen);
        }
    }

    /// Says that a program whose start was announced runs, or failed to start.
    pub fn started(&self) {
        self.shared.starting.fetch_sub(1, Ordering::SeqCst);
    }

    /// Records a program and what the kernel opens to run it.
    pub(super) fn exec(&mut self, context: &Context<'_, '_>, named: &Named<'_>, flags: u64) -> Option<()> {
        let thread = context.thread;
        let follows = flags & AT_SYMLINK_NOFOLLOW == 0;
        if self.start_first(context, named, follows) {
            self.shared.programs.forget(thread);
            return Some(());
        }
        // The first bytes of programs may come from a slow disk.
        context.pass_turn();
        let (sight, start, path) = if named.path.is_empty() && flags & AT_EMPTY_PATH != 0 {
            let mut sight = self.sight(context, self.shared.is_remounted.load(Ordering::SeqCst))?;
            let link = Place::Descriptor(named.dir).link(thread);
            let told = tracee::link_path(link.as_bytes())?;
            let file = self.shared.begin(&mut sight, &told, link.as_bytes())?;
            (sight, file.clone(), file.as_bytes().to_vec())
        } else {
            let (sight, start) = self.place(context, named)?;
            (sight, start, named.path.to_vec())
        };
        self.run_file(context, &sight, &start, &path, follows);
        self.shared.programs.forget(thread);
        Some(())
    }

    /// Records a program file and, when it is one, who the kernel opens to run it.
    pub(super) fn run_file(
        &mut self,
        context: &Context<'_, '_>,
        sight: &Sight,
        start: &HostPath,
        path: &[u8],
        follows: bool,
    ) -> Option<Ran> {
        self.run_by((context, sight, start), path, follows, 0)
    }

    fn run_by(
        &mut self,
        (context, sight, start): (&Context<'_, '_>, &Sight, &HostPath),
        path: &[u8],
        follows: bool,
        depth: u32,
    ) -> Option<Ran> {
        let intent = Intent::of(Access::EXEC, follows);
        let mut next = path.to_vec();
        let mut ran = Ran::Nothing;
        for deep in depth..DEEPEST_SCRIPT {
            let reached = self.note(context, sight, start, &next, intent)?;
            let (Found::Other { .. }, Some(dir)) = (&reached.found, &reached.dir) else { return Some(ran) };
            let Some(file) = self.tree.program(dir, reached.path.name()) else { return Some(ran) };
            if !may_run(&file) {
                return Some(ran);
            }
            let (runner, head) = runner(&file);
            ran = Ran::Program;
            // Whether it is run so or by itself, or whether one of several is switched off, only the kernel knows: all count.
            let registered = self.shared.registered.interpreters(&next, &head);
            let is_registered = !registered.is_empty();
            for path in registered {
                if sight.loses(&path) {
                    self.lose(Missing::Blind);
                    return Some(ran);
                }
                self.run_by((context, sight, start), &path, true, deep + 1);
            }
            if let Runner::Interpreter(path) | Runner::Loader(path) = &runner {
                if sight.loses(path) {
                    self.lose(Missing::Blind);
                    return Some(ran);
                }
            }
            match runner {
                Runner::Interpreter(path) => next = path,
                Runner::Loader(path) => {
                    self.note(context, sight, start, &path, intent)?;
                    return Some(ran);
                }
                Runner::Itself => return Some(ran),
                Runner::Text => return Some(if is_registered { ran } else { Ran::Text }),
            }
        }
        Some(ran)
    }
}

/// What a path turned out to be that was to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran {
    /// No file.
    Nothing,
    /// Something that the kernel runs.
    Program,
    /// Something that only a shell runs.
    Text,
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    use super::*;
    use crate::interpose::binfmt::Registered;
    use crate::read_set::log;
    use crate::read_set::recorder::{Recorder, Start};

    #[test]
    fn what_is_registered_for_a_program_counts_as_run_and_what_it_is_fed_with_as_read() {
        let room = tempfile::tempdir().unwrap();
        let list = room.path().join("list");
        std::fs::create_dir(&list).unwrap();
        let put = |name: &str, text: &str| {
            let path = room.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
            HostPath::new(path.as_os_str().as_encoded_bytes()).unwrap()
        };
        let (program, second, input) =
            (put("program", "MAGIC and more"), put("second", "text"), put("input", "text"));
        let first = put("first", &format!("#!{}\n", second.display()));
        let rule = format!("enabled\ninterpreter {}\nflags: \noffset 0\nmagic 4d41474943\n", first.display());
        std::fs::write(list.join("rule"), rule).unwrap();
        let log = room.path().join("reads");
        let recorder = Arc::new(Recorder::open(&log, Start::New).unwrap());
        let mut observer = Observer::rehearsed(Arc::clone(&recorder), Registered::at(&list));
        observer.relayed(&input, b"program");
        observer.starting(&HostPath::root(), &[program.as_bytes().to_vec()]);
        recorder.finish().unwrap();
        let seen = log::load(&log).unwrap().unwrap();
        for path in [&program, &first, &second] {
            assert_eq!(seen.get(path).map(|entry| entry.access), Some(Access::EXEC), "{}", path.display());
        }
        assert_eq!(seen.get(&input).map(|entry| entry.access), Some(Access::READ));
        assert!(seen.get(&HostPath::new(b"/bin/sh").unwrap()).is_none());
    }
}
