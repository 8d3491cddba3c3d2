//! What the start of a program sees: its file, and what the kernel opens to run it.

use std::sync::atomic::Ordering;

use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::read_set::entry::Moment;
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
        let intent = Intent::of(Access::EXEC, follows);
        let mut next = path.to_vec();
        let mut ran = Ran::Nothing;
        for _ in 0..DEEPEST_SCRIPT {
            let reached = self.note(context, sight, start, &next, intent)?;
            let (Found::Other { .. }, Some(dir)) = (&reached.found, &reached.dir) else { return Some(ran) };
            let Some(file) = self.tree.program(dir, reached.path.name()) else { return Some(ran) };
            if !may_run(&file) {
                return Some(ran);
            }
            let runner = runner(&file);
            ran = Ran::Program;
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
                Runner::Text => return Some(Ran::Text),
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
