//! What can be typed. Only words and their shapes; no meaning.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use see_core::net::policy::{Redirect, Reroute};
use see_core::policy::Reads;

/// Run software in a sandbox that sees your real machine; then commit what it changed, or abort it.
#[derive(Debug, Parser)]
#[command(name = "alcatraz", version, max_term_width = 100, propagate_version = true)]
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
    /// Directory that keeps sessions and commits
    #[arg(long, global = true, value_name = "DIR", env = "ALCATRAZ_STORE", hide_env_values = true)]
    pub store: Option<PathBuf>,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on stderr
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a program in a new SEE
    Run(RunArgs),
    /// Run another program in the SEE of a session, now or later
    Enter(EnterArgs),
    /// List the sessions and their states
    List,
    /// Show what a session changed
    Changes(ChangesArgs),
    /// Show the changes of text line by line, and facts for the rest
    Diff(DiffArgs),
    /// Show what a session has read
    Reads(SessionArg),
    /// Show what a session tried with the network, and what became of it
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
}

impl Command {
    /// Tells whether the exit status is that of a program.
    pub fn runs_program(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Enter(_) | Self::Retry(_) | Self::Attach(_))
    }
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Name of the session
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Run as this user (root inside is no root outside)
    #[arg(long = "as", value_name = "USER")]
    pub run_as: Option<String>,
    /// Network of the program
    #[arg(long, value_enum, default_value_t = Net::None)]
    pub net: Net,
    /// How much is recorded of what the program looks at
    #[arg(long, value_enum, default_value_t = ReadsArg::Opens)]
    pub reads: ReadsArg,
    /// Let the network reach this machine's neighbours too: private addresses, and its own
    #[arg(long)]
    pub lan: bool,
    /// Let this machine reach a server inside: who listens on INSIDE is found on OUTSIDE; may be repeated
    #[arg(long, value_name = "[ADDRESS:]OUTSIDE:INSIDE")]
    pub redirect: Vec<Redirect>,
    /// Send connections to one place to another one of this machine's network; may be repeated
    #[arg(long, value_name = "HOST:PORT=HOST:PORT")]
    pub connect: Vec<Reroute>,
    #[command(flatten)]
    pub walls: WallArgs,
    /// Whether the program gets a terminal
    #[arg(long, value_enum, default_value_t = Tty::Auto)]
    pub tty: Tty,
    #[command(flatten)]
    pub then: Then,
    /// Program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// What a session may see and use beyond the usual.
#[derive(Clone, Debug, Args)]
pub struct WallArgs {
    /// Hide this file or directory from the program; may be repeated
    #[arg(long, value_name = "PATH")]
    pub hide: Vec<PathBuf>,
    /// Leave this place visible although it usually holds secrets; may be repeated
    #[arg(long, value_name = "PATH")]
    pub show: Vec<PathBuf>,
    /// Freeze the session when its changes hold this many bytes (500M, 2G); then ask
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub quota: Option<u64>,
    /// Freeze the session when less than this is free on a disk (usually 1G, or a twentieth of a small disk; 0: never)
    #[arg(long, value_name = "SIZE", value_parser = size_or_zero)]
    pub floor: Option<u64>,
    /// The most processes and threads
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(8..))]
    pub processes: Option<u64>,
    /// The most bytes of memory (512M, 4G)
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// What the program can show windows on
    #[arg(long, value_enum, default_value_t = DisplayArg::None)]
    pub display: DisplayArg,
    /// Go on without this promise where it cannot be kept; may be repeated
    #[arg(long, value_enum, value_name = "PROMISE")]
    pub accept: Vec<PromiseArg>,
}

/// A promise that not every machine can keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PromiseArg {
    /// A limit of memory for all processes together
    Memory,
    /// A limit of processes for all users together
    Processes,
    /// A display; the program then gets none
    Display,
}

/// What a program can show windows on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DisplayArg {
    /// Nothing
    None,
    /// A display of its own, which is one window of yours
    Nested,
    /// Your own display: the program can then see and control every window on it
    Host,
}

/// Reads a number of bytes: digits, and K, M, G or T for the powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || "a size is a whole number of bytes, or of K, M, G or T, and more than nothing".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match text.get(digits.len()..).unwrap_or_default().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        "T" | "TB" | "TIB" => 1 << 40,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).filter(|size| (1..1 << 62).contains(size)).ok_or_else(wrong)
}

/// Reads a number of bytes like [`size`], or 0.
fn size_or_zero(text: &str) -> Result<u64, String> {
    if text == "0" { Ok(0) } else { size(text) }
}

/// Arguments of `resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// The most that its changes may hold from now on; without it a frozen session gets as much again
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub quota: Option<u64>,
}

/// What to do with the changes when the program has ended.
#[derive(Clone, Copy, Debug, Args)]
#[group(multiple = false)]
pub struct Then {
    /// Keep the session for later, without asking
    #[arg(long)]
    pub keep: bool,
    /// Commit without asking when the program ends with 0
    #[arg(long)]
    pub commit: bool,
    /// Abort without asking
    #[arg(long)]
    pub abort: bool,
}

/// Network of a SEE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Net {
    /// No network but a loopback of its own
    None,
    /// Names, and web servers: TCP to the ports 80 and 443
    Web,
    /// Everything but this machine and its neighbours
    Full,
}

/// Arguments of `tighten`.
#[derive(Debug, Args)]
pub struct TightenArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Network that is left
    #[arg(long, value_enum)]
    pub net: Option<Net>,
    /// Cut off this machine's neighbours
    #[arg(long)]
    pub no_lan: bool,
}

/// How much is recorded of what a program looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReadsArg {
    /// Nothing: any change of the host since the session began speaks against a commit
    Off,
    /// What is opened and run
    Opens,
    /// Also names and attributes that are only asked for
    Lookups,
}

impl ReadsArg {
    /// Returns what it means.
    pub fn reads(self) -> Reads {
        match self {
            Self::Off => Reads::Off,
            Self::Opens => Reads::Opens,
            Self::Lookups => Reads::Lookups,
        }
    }
}

/// Whether a program gets a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tty {
    /// When stdin and stdout are terminals
    Auto,
    /// Always
    Always,
    /// Never: stdin, stdout and stderr are handed over
    Never,
}

/// Arguments of `enter`.
#[derive(Debug, Args)]
pub struct EnterArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Run as this user
    #[arg(long = "as", value_name = "USER")]
    pub run_as: Option<String>,
    /// Whether the program gets a terminal
    #[arg(long, value_enum, default_value_t = Tty::Auto)]
    pub tty: Tty,
    /// Program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// A session.
#[derive(Debug, Args)]
pub struct SessionArg {
    /// Session: id, beginning of an id, or name
    pub session: String,
}

/// A commit.
#[derive(Debug, Args)]
pub struct CommitArg {
    /// Commit: id or beginning of an id
    pub commit: String,
}

/// Arguments of `undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Commit: id or beginning of an id
    pub commit: String,
    /// What to do where the host changed since: leave it as it is, or take it back all the same
    #[arg(long, value_name = "PATH=skip|overwrite")]
    pub resolve: Vec<OsString>,
}

/// Arguments of `drop`.
#[derive(Debug, Args)]
pub struct DropArgs {
    /// Commit: id or beginning of an id
    #[arg(required_unless_present = "limit")]
    pub commit: Option<String>,
    /// What all backups may take up together, the oldest go first: bytes, or with K, M, G or T; or none
    #[arg(long, value_name = "SIZE|none", conflicts_with = "commit", value_parser = limit)]
    pub limit: Option<Limit>,
}

/// A number of bytes, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(pub Option<u64>);

fn limit(text: &str) -> Result<Limit, String> {
    match text {
        "none" => Ok(Limit(None)),
        size_text => size(size_text).map(|bytes| Limit(Some(bytes))),
    }
}

/// Arguments of `changes`.
#[derive(Debug, Args)]
pub struct ChangesArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Show only this path and what lies below it
    pub path: Option<PathBuf>,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Print what this file would become when the host's version and the session's are merged
    #[arg(long, value_name = "PATH", conflicts_with = "paths")]
    pub merge: Option<PathBuf>,
    /// Show only these paths and what lies below them
    pub paths: Vec<PathBuf>,
}

/// Arguments of `discard`.
#[derive(Debug, Args)]
pub struct DiscardArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Throw away what changed at these paths and below them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// The archive; - for stdout
    #[arg(short, long, value_name = "FILE.tar")]
    pub output: PathBuf,
}

/// Arguments of `commit`.
#[derive(Debug, Args)]
pub struct CommitArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Commit only this path and what lies below it; may be repeated
    #[arg(long, value_name = "PATH")]
    pub only: Vec<PathBuf>,
    /// Leave this path and what lies below it out; may be repeated
    #[arg(long, value_name = "PATH")]
    pub skip: Vec<PathBuf>,
    /// What to do about a conflict: leave the path out, let the session's version win, keep both, or merge them
    #[arg(long, value_name = "PATH=skip|overwrite|both|merge")]
    pub resolve: Vec<OsString>,
    /// Give a file that is to be merged the content of FILE
    #[arg(long, value_name = "PATH=FILE")]
    pub merged: Vec<OsString>,
    #[command(flatten)]
    pub ignore: Ignoring,
    /// Plan and check, but change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    #[command(flatten)]
    pub ignore: Ignoring,
}

/// What a commit leaves out by itself.
#[derive(Debug, Args)]
pub struct Ignoring {
    /// Leave out what fits this pattern too, this time; may be repeated
    #[arg(long = "ignore", value_name = "GLOB")]
    pub patterns: Vec<String>,
    /// Leave nothing out because of the saved patterns
    #[arg(long)]
    pub no_ignore: bool,
}

/// Arguments of `ignore`.
#[derive(Debug, Args)]
pub struct IgnoreArgs {
    /// Patterns to add: *.log for a name, /var/log/** for a whole path
    #[arg(value_name = "GLOB")]
    pub add: Vec<String>,
    /// Pattern to remove; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub remove: Vec<String>,
}

/// Arguments of `retry`.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Name of the new session
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Whether the program gets a terminal
    #[arg(long, value_enum, default_value_t = Tty::Auto)]
    pub tty: Tty,
    #[command(flatten)]
    pub then: Then,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Command that the manual is of
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Arguments of `attach`.
#[derive(Debug, Args)]
pub struct AttachArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
}

/// Arguments of `probe`.
#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// Try the walls of the SEE that this runs in, at these targets
    #[arg(long, value_name = "JSON")]
    pub inside: Option<String>,
}

/// Arguments of `supervise`.
#[derive(Debug, Args)]
pub struct SuperviseArgs {
    /// Whole id of the session
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
    fn sizes_are_whole_numbers_with_a_letter() {
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("3k"), Ok(3072));
        assert_eq!(size("2G"), Ok(2 << 30));
        assert_eq!(size("1MiB"), Ok(1 << 20));
        for wrong in ["", "G", "0", "-1", "1.5G", "2X", "9999999999T", "1 G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!((size_or_zero("0"), size_or_zero("3k")), (Ok(0), Ok(3072)));
        assert!(size_or_zero("-1").is_err());
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
        assert_eq!(limit("none"), Ok(Limit(None)));
        assert_eq!(limit("3k"), Ok(Limit(Some(3072))));
        let cli = Cli::try_parse_from(["alcatraz", "list", "--json"]).unwrap();
        assert!(cli.global.json);
    }
}
