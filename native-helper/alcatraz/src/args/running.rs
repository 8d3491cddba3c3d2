//! The words of what runs programs: `run`, `enter`, `inspect`, `retry`, `attach`.

use std::ffi::OsString;

use clap::{Args, ValueEnum};
use see_core::net::policy::{Redirect, Reroute};
use see_core::policy::FEWEST_PROCESSES;

use super::size::size;
use super::walls::{Net, ReadsArg, WallArgs};

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Name of the session
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Begin with these saved choices (alcatraz profile); what else is typed here counts more
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
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
    /// How the SEE is made
    #[arg(long, value_enum, default_value_t = Engine::Auto)]
    pub engine: Engine,
    /// Whether the program gets a terminal
    #[arg(long, value_enum, default_value_t = Tty::Auto)]
    pub tty: Tty,
    #[command(flatten)]
    pub then: Then,
    /// Program and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
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

impl Then {
    /// Tells whether it was said.
    pub fn is_chosen(self) -> bool {
        self.keep || self.commit || self.abort
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

/// How a SEE is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The best that this version has
    Auto,
    /// Layers of the kernel's overlay file system
    Overlay,
    /// Without name spaces and mounts: not in this version
    Interpose,
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
    /// Whoever shows this asks what a frozen session needs
    #[arg(long, hide = true)]
    pub unasked: bool,
    /// Program and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Run as this user
    #[arg(long = "as", value_name = "USER")]
    pub run_as: Option<String>,
    /// Whether the program gets a terminal
    #[arg(long, value_enum, default_value_t = Tty::Auto)]
    pub tty: Tty,
    /// Program and its arguments; your shell when left out
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Arguments of `retry`.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Name of the new session
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The most processes and threads, instead of what the first one had
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(FEWEST_PROCESSES..))]
    pub processes: Option<u64>,
    /// The most bytes of memory (512M, 4G), instead of what the first one had
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// Whether the program gets a terminal
    #[arg(long, value_enum, default_value_t = Tty::Auto)]
    pub tty: Tty,
    #[command(flatten)]
    pub then: Then,
}

/// Arguments of `attach`.
#[derive(Debug, Args)]
pub struct AttachArgs {
    /// Another program than the session's own, by its number
    #[arg(long, value_name = "NUMBER")]
    pub program: Option<u32>,
    /// Whoever shows this asks what a frozen session needs
    #[arg(long)]
    pub unasked: bool,
    /// Session: id, beginning of an id, or name
    pub session: String,
}

/// Arguments of `supervise`.
#[derive(Debug, Args)]
pub struct SuperviseArgs {
    /// Whole id of the session
    pub session: String,
}

/// Arguments of `relayed`.
#[derive(Debug, Args)]
pub struct RelayedArgs {
    /// The command, as it would be typed
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
