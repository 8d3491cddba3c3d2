//! What can be typed. Only words and their shapes; no meaning.

mod deciding;
mod reviewing;
mod running;
mod size;
mod tools;
mod walls;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use see_core::error::ErrorCode;

use crate::exit_status::ExitStatus;

pub use self::deciding::{CheckArgs, CommitArgs, DiscardArgs, DropArgs, IgnoreArgs, Ignoring, UndoArgs};
pub use self::reviewing::{ChangesArgs, DiffArgs, ExportArgs, ListArgs};
pub use self::running::{
    AttachArgs, Engine, EnterArgs, InspectArgs, RelayedArgs, RetryArgs, RunArgs, SuperviseArgs, Then, Tty,
};
pub use self::size::Limit;
pub use self::tools::{CompletionsArgs, ManArgs, ProbeArgs};
pub use self::walls::{
    ClipboardArg, DeviceArg, DisplayArg, HiddenArgs, Net, ProfileArgs, PromiseArg, ResumeArgs, TightenArgs,
    WallArgs,
};

/// Run software in a sandbox that sees your real machine; then commit what it changed, or abort it.
#[derive(Debug, Parser)]
#[command(
    name = "alcatraz",
    version,
    max_term_width = 100,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Print one JSON document on stdout, and errors as JSON on stderr
    #[arg(long, global = true)]
    pub json: bool,
    /// Directory that keeps sessions and commits; or name it in ALCATRAZ_STORE
    #[arg(long, global = true, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on stderr: what a session is made of and cannot do here, each step of the work, what was set right by the way
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
}

impl Global {
    /// Tells whether any of them was typed.
    pub fn is_given(&self) -> bool {
        self.json || self.quiet || self.verbose || self.store.is_some()
    }

    /// Tells whether the store was named with an option.
    pub fn names_store(&self) -> bool {
        self.store.is_some()
    }

    /// Returns the directory that was named for the store. Not read by clap: every usage line would then show it.
    pub fn store(&self) -> Option<PathBuf> {
        let named = || std::env::var_os("ALCATRAZ_STORE").filter(|dir| !dir.is_empty());
        self.store.clone().or_else(|| named().map(PathBuf::from))
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a program in a new session (a SEE)
    Run(RunArgs),
    /// Run another program in a session that there is, now or later
    Enter(EnterArgs),
    /// Look at this machine and at a session side by side, in a shell that can change neither
    Inspect(InspectArgs),
    /// List the sessions and their states, what waits for you first
    List(ListArgs),
    /// Show what a session changed
    Changes(ChangesArgs),
    /// Show the changes of text line by line, and facts for the rest
    Diff(DiffArgs),
    /// Show what a session has read
    Reads(SessionArg),
    /// Show the programs that a session started, what it tried with the network, and what was refused
    Log(SessionArg),
    /// Tell whether a commit would be consistent with the host
    Check(CheckArgs),
    /// Bring a session's changes to the host, all or nothing
    Commit(CommitArgs),
    /// Throw some of a session's changes away
    Discard(DiscardArgs),
    /// Write the changed files to a tar archive
    Export(ExportArgs),
    /// Throw a session's changes away
    Abort(SessionArg),
    /// Run a session's command once more, in a new session, and compare what both did
    Retry(RetryArgs),
    /// Show or change the patterns of paths that commits leave out
    Ignore(IgnoreArgs),
    /// Show or change the places that every session finds empty
    Hidden(HiddenArgs),
    /// Show or save choices for a run by name
    Profile(ProfileArgs),
    /// End the programs of a session; its changes stay
    Stop(SessionArg),
    /// Let a frozen session go on, or change its quota
    Resume(ResumeArgs),
    /// Allow a session less from now on
    Tighten(TightenArgs),
    /// List the commits
    History,
    /// Take a commit back
    Undo(UndoArgs),
    /// Forget the backup of a commit, which then cannot be undone; or limit what all backups take up
    Drop(DropArgs),
    /// Show what this machine can enforce, and how to mend the rest
    Doctor,
    /// Speak JSON-RPC on stdin and stdout, for the app
    Serve,
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual, of all or of one command, for man(1)
    Man(ManArgs),
    /// Show the terminal of a session here
    #[command(hide = true)]
    Attach(AttachArgs),
    /// Try what this machine can enforce
    #[command(hide = true)]
    Probe(ProbeArgs),
    /// Make a SEE and look after it until its program ends
    #[command(hide = true)]
    Supervise(SuperviseArgs),
    /// Enter a SEE's network and become the program that works there
    #[command(hide = true)]
    Plumb,
    /// Open what a user has closed to himself
    #[command(hide = true)]
    Reach,
    /// Be a command on the terminal that stdout is, with an environment for its program on stdin
    #[command(hide = true)]
    Relayed(RelayedArgs),
}

impl Command {
    /// Returns the session that it is about, as it was typed.
    pub fn session(&self) -> Option<&str> {
        Some(match self {
            Self::Reads(args) | Self::Log(args) | Self::Abort(args) | Self::Stop(args) => &args.session,
            Self::Enter(args) => &args.session,
            Self::Inspect(args) => &args.session,
            Self::Changes(args) => &args.session,
            Self::Diff(args) => &args.session,
            Self::Check(args) => &args.session,
            Self::Commit(args) => &args.session,
            Self::Discard(args) => &args.session,
            Self::Export(args) => &args.session,
            Self::Retry(args) => &args.session,
            Self::Resume(args) => &args.session,
            Self::Tighten(args) => &args.session,
            Self::Attach(args) => &args.session,
            _ => return None,
        })
    }

    /// Returns how the command ends when it fails with an error of this kind.
    pub fn status_of(&self, code: ErrorCode) -> ExitStatus {
        match self {
            Self::Run(_) | Self::Enter(_) | Self::Inspect(_) | Self::Attach(_) => {
                ExitStatus::of_program_error(code)
            }
            // Which session is meant is a question as of all other commands; then it is a run.
            Self::Retry(_) => match ExitStatus::of_error(code) {
                ExitStatus::Failed => ExitStatus::of_program_error(code),
                known => known,
            },
            _ => ExitStatus::of_error(code),
        }
    }
}

/// A session.
#[derive(Debug, Args)]
pub struct SessionArg {
    /// Session: id, beginning of an id, or name
    pub session: String,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_words_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn everything_after_the_command_belongs_to_it() {
        for line in
            [&["alcatraz", "run", "ls", "--json", "-q"][..], &["alcatraz", "run", "--", "ls", "--json", "-q"]]
        {
            let cli = Cli::try_parse_from(line).unwrap();
            assert!(!cli.global.json && !cli.global.quiet);
            let Command::Run(run) = cli.command else { panic!("not a run") };
            assert_eq!(run.command, ["ls", "--json", "-q"]);
        }
        for line in [&["alcatraz", "drop"][..], &["alcatraz", "drop", "--limit", "0"]] {
            assert!(Cli::try_parse_from(line).is_err(), "{line:?}");
        }
        let cli = Cli::try_parse_from(["alcatraz", "list", "--json"]).unwrap();
        assert!(cli.global.json);
        // A misspelt option is never taken for the program.
        for line in [&["alcatraz", "run", "--kep", "ls"][..], &["alcatraz", "enter", "x", "--bogus", "ls"]] {
            assert!(Cli::try_parse_from(line).is_err(), "{line:?}");
        }
    }
}
