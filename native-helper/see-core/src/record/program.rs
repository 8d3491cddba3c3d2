//! Events about programs: started, ended. Plain data; texts come from hostile programs, as text of the wire.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::path::wire_text;

/// A process became a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Its number in this session, from 0.
    pub id: u32,
    /// Who started it: the program that its process, or the process that made its process, was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// Its process, by its number inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// When, RFC 3339.
    pub time: String,
    /// Its file; of a script the script.
    pub program: String,
    /// Base64 of that, exactly when it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_bytes: Option<String>,
    /// Its arguments, beginning with the name that it was given.
    pub args: Vec<String>,
    /// Base64 of the arguments, each ended by a NUL, exactly when some are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args_bytes: Option<String>,
    /// Whether there were more, or longer, arguments than are kept.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
    /// Its working directory, when it was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What a program is started with, as bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Its file.
    pub file: Vec<u8>,
    /// Its arguments.
    pub args: Vec<Vec<u8>>,
    /// Whether there were more than these.
    pub cut: bool,
    /// Its working directory.
    pub cwd: Option<Vec<u8>>,
}

impl Start {
    /// Returns the event.
    pub fn event(&self, id: u32, parent: Option<u32>, pid: Option<u32>, time: String) -> Started {
        let (program, program_bytes) = wire_text(&self.file);
        let texts: Vec<(String, Option<String>)> = self.args.iter().map(|arg| wire_text(arg)).collect();
        let is_text = texts.iter().all(|(_, bytes)| bytes.is_none());
        let args_bytes = (!is_text).then(|| {
            let joined: Vec<u8> = self.args.iter().flat_map(|arg| arg.iter().copied().chain([0])).collect();
            BASE64.encode(joined)
        });
        let args = texts.into_iter().map(|(text, _)| text).collect();
        let cwd = self.cwd.as_deref().map(|cwd| wire_text(cwd).0);
        Started { id, parent, pid, time, program, program_bytes, args, args_bytes, cut: self.cut, cwd }
    }
}

/// A program is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Its number.
    pub id: u32,
    /// When, RFC 3339.
    pub time: String,
    /// How.
    #[serde(flatten)]
    pub end: End,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "lowercase")]
pub enum End {
    /// By itself.
    Exited {
        /// With this status.
        status: u8,
    },
    /// By a signal.
    Killed {
        /// Which, where the kernel told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<u8>,
    },
    /// Its process became another program.
    Replaced,
    /// It could not be started after all.
    Failed,
    /// With its session.
    Session,
}
