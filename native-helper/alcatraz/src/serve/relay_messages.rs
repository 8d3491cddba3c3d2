//! What `relays.open` takes and gives, and what is told of a relay and to it (`protocol/src/relay.ts`). Parsed strictly.

use std::collections::BTreeMap;

use see_core::engine::request::Size;
use see_core::error::Result;
use serde::{Deserialize, Serialize};

use super::envelope::bad_request;
use super::messages::window;

/// What is to be shown of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "shows", rename_all = "lowercase", deny_unknown_fields)]
pub enum Shows {
    /// The terminal of its own program, or of another that runs in it.
    Program {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<u32>,
    },
    /// A shell that looks at the machine and the session side by side.
    Inspection {},
    /// Another program, started in it.
    Started {
        command: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cwd: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        env: Option<BTreeMap<String, String>>,
    },
    /// Its changed files as an archive.
    Tar {},
    /// Its changes of texts, line by line.
    Patch {},
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenParams {
    pub session: String,
    pub what: Shows,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cols: Option<u16>,
}

impl OpenParams {
    /// Returns the terminal's size.
    pub fn size(&self) -> Result<Size> {
        const USUAL: Size = Size { rows: 24, cols: 80 };
        Ok(window(self.rows, self.cols)?.unwrap_or(USUAL))
    }

    /// Returns the words of the command line that shows it of the session with this whole id, which is no option.
    pub fn words(&self, session: &str) -> Result<Vec<String>> {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        Ok(match &self.what {
            Shows::Program { number: None } => words(&["attach", "--unasked", "--", session]),
            Shows::Program { number: Some(number) } => {
                words(&["attach", "--unasked", "--program", &number.to_string(), "--", session])
            }
            Shows::Inspection {} => words(&["inspect", "--", session]),
            Shows::Started { command, .. } => {
                let texts = command.iter().any(|word| word.contains('\0'));
                if command.is_empty() || texts {
                    return Err(bad_request("its command is empty or holds a NUL"));
                }
                [words(&["enter", "--unasked", "--", session]), command.clone()].concat()
            }
            Shows::Tar {} => words(&["export", "-o", "-", "--", session]),
            Shows::Patch {} => words(&["diff", "--", session]),
        })
    }
}

/// A relay, as an answer and as an order to close it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayNumber {
    pub relay: u64,
}

/// Bytes that it shows, or that are typed into it: base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayData {
    pub relay: u64,
    pub data: String,
}

/// How it ended; `said`: what it said besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayEnd {
    pub relay: u64,
    pub status: i32,
    pub said: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayResize {
    pub relay: u64,
    pub rows: u16,
    pub cols: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelaySeen {
    pub relay: u64,
    pub count: u64,
}
