//! Sessions that reach a limit.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test support")]

use std::process::{Child, Stdio};

use serde_json::Value;

use super::{Lab, wait_until};

pub const MIB: u64 = 1 << 20;

/// Starts a named session that needs no terminal.
pub fn start(lab: &Lab, name: &str, options: &[&str], script: &str) -> Child {
    let mut arguments = vec!["run", "--keep", "--name", name];
    arguments.extend(options);
    arguments.extend(["--", "/bin/sh", "-c", script]);
    lab.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub fn frozen(lab: &Lab, name: &str) -> Option<Value> {
    lab.session(name).map(|session| session["frozen"].clone()).filter(Value::is_object)
}

pub fn wait_frozen(lab: &Lab, name: &str) -> Value {
    wait_until("the session is frozen", || frozen(lab, name).is_some());
    frozen(lab, name).unwrap()
}
