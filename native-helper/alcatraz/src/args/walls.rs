//! The words of what a session may see and use, when it begins and later.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use see_core::policy::{FEWEST_PROCESSES, Reads};

use super::size::{Limit, limit, size, size_or_zero};

/// What a session may see and use beyond the usual.
#[derive(Clone, Debug, Args)]
pub struct WallArgs {
    /// Hide this file or directory from the program; may be repeated
    #[arg(long, value_name = "PATH")]
    pub hide: Vec<PathBuf>,
    /// Leave this place visible although it usually holds secrets or is always hidden; may be repeated
    #[arg(long, value_name = "PATH")]
    pub show: Vec<PathBuf>,
    /// Freeze the session when its changes hold this many bytes (500M, 2G); then ask
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub quota: Option<u64>,
    /// Freeze the session when less than this is free on a disk (usually 1G, or a twentieth of a small disk; 0: never)
    #[arg(long, value_name = "SIZE", value_parser = size_or_zero)]
    pub floor: Option<u64>,
    /// The most processes and threads
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(FEWEST_PROCESSES..))]
    pub processes: Option<u64>,
    /// The most bytes of memory (512M, 4G)
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// What the program can show windows on
    #[arg(long, value_enum, default_value_t = DisplayArg::Auto)]
    pub display: DisplayArg,
    /// Which way text may be copied between a nested display's clipboard and yours
    #[arg(long, value_enum, default_value_t = ClipboardArg::None)]
    pub clipboard: ClipboardArg,
    /// Let the program use this kind of devices; may be repeated
    #[arg(long = "device", value_enum, value_name = "DEVICE")]
    pub devices: Vec<DeviceArg>,
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
    /// Devices that this machine does not have
    Devices,
    /// Ports of this machine that are taken or not for you; the program that asks for one gets the error
    Ports,
    /// Room on a disk that has less already; half of what is left then stays free
    Floor,
}

/// Which way text may be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClipboardArg {
    /// Neither
    None,
    /// The program can read whatever you copy while it runs
    In,
    /// The program can set what you paste
    Out,
    /// Both
    Both,
}

/// A kind of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeviceArg {
    /// What computes pictures
    Gpu,
    /// Speakers and microphones
    Sound,
    /// Cameras
    Camera,
}

/// What a program can show windows on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DisplayArg {
    /// Nested for a program that the desktop knows as one that shows windows, where there is a display; else none
    Auto,
    /// Nothing
    None,
    /// A display of its own, which is one window of yours
    Nested,
    /// Your own display: the program can then see and control every window on it
    Host,
}

/// Arguments of `resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// The most that its changes may hold from now on (500M, 2G), or `none`; without it a frozen session gets as much again
    #[arg(long, value_name = "SIZE", value_parser = limit)]
    pub quota: Option<Limit>,
    /// The most memory that its programs may use from now on, where a control group holds them
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// The most processes and threads from now on, where a control group holds them
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(FEWEST_PROCESSES..))]
    pub processes: Option<u64>,
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
    /// Share the clipboard no longer
    #[arg(long)]
    pub no_clipboard: bool,
    /// The most bytes that its changes may hold (500M, 2G)
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub quota: Option<u64>,
    /// How much must stay free on each disk
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub floor: Option<u64>,
    /// The most processes and threads
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(FEWEST_PROCESSES..))]
    pub processes: Option<u64>,
    /// The most bytes of memory
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
}

/// Arguments of `hidden`.
#[derive(Debug, Args)]
pub struct HiddenArgs {
    /// Files or directories that every session finds empty from now on
    #[arg(value_name = "PATH")]
    pub add: Vec<PathBuf>,
    /// Place to take from the list; may be repeated
    #[arg(long, value_name = "PATH")]
    pub remove: Vec<PathBuf>,
}

/// Arguments of `profile`.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// Profile to take away; may be repeated
    #[arg(long, value_name = "PROFILE")]
    pub remove: Vec<String>,
    /// Profile to show, or to save these options of `run` as
    #[arg(value_name = "PROFILE")]
    pub name: Option<String>,
    /// Options as they are typed behind `run`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
    pub options: Vec<String>,
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
