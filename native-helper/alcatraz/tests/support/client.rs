//! Talks to the real `alcatraz serve` over pipes, as the app does.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Lab;

/// No answer takes longer than this on a machine that still works.
const DEADLINE: Duration = Duration::from_secs(60);

pub struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    next: i64,
    /// What came in while something else was waited for.
    pub aside: VecDeque<Value>,
}

impl Client {
    /// Starts the helper and says hello.
    pub fn new(lab: &Lab) -> Self {
        let mut client = Self::silent(lab);
        let hello = client.ask("hello", json!({ "protocol": 1 }));
        assert_eq!(hello["protocol"], 1);
        client
    }

    /// Starts the helper and says nothing.
    pub fn silent(lab: &Lab) -> Self {
        Self::of(lab.command(["serve"]))
    }

    /// The same of a helper that is started in a way of its own.
    pub fn of(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                let Ok(line) = line else { return };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let stdin = child.stdin.take();
        Self { child, stdin, lines, next: 1, aside: VecDeque::new() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes raw bytes.
    pub fn write(&mut self, bytes: &[u8]) {
        self.stdin.as_mut().unwrap().write_all(bytes).unwrap();
    }

    /// Sends a request and returns its number.
    pub fn send(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next;
        self.next += 1;
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.write(format!("{message}\n").as_bytes());
        id
    }

    /// Tells what is not answered.
    pub fn order(&mut self, method: &str, params: Value) {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        self.write(format!("{message}\n").as_bytes());
    }

    pub fn cancel(&mut self, id: i64) {
        self.order("cancel", json!({ "request": id }));
    }

    /// The next message; every line must be one JSON-RPC message.
    pub fn read(&mut self) -> Value {
        let line = self.lines.recv_timeout(DEADLINE).expect("no message came");
        let message: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        message
    }

    /// The next message, if one comes in this time.
    pub fn read_within(&mut self, limit: Duration) -> Option<Value> {
        match self.lines.recv_timeout(limit) {
            Ok(line) => Some(serde_json::from_str(&line).unwrap()),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
        }
    }

    /// The first message that fits; others are put aside.
    pub fn wait_for(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(found) = self.aside.iter().position(&fits) {
            return self.aside.remove(found).unwrap();
        }
        let deadline = Instant::now() + DEADLINE;
        while Instant::now() < deadline {
            let message = self.read();
            if fits(&message) {
                return message;
            }
            self.aside.push_back(message);
        }
        panic!("it never came; put aside: {:?}", self.aside);
    }

    /// The reply to a request: result or error.
    pub fn reply(&mut self, id: i64) -> Value {
        self.wait_for(|message| message["id"] == id)
    }

    /// Asks and demands a result.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        let reply = self.reply(id);
        assert!(reply.get("result").is_some(), "{method}: {reply}");
        reply["result"].clone()
    }

    /// Asks and demands an error; returns its data.
    pub fn refused(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        let reply = self.reply(id);
        assert!(reply.get("error").is_some(), "{method}: {reply}");
        assert_eq!(reply["error"]["message"], reply["error"]["data"]["message"]);
        reply["error"]["data"].clone()
    }

    /// Waits until a `sessions` notification shows a session in this state.
    pub fn wait_for_state(&mut self, session: &str, state: &str) -> Value {
        self.wait_for(|message| {
            message["method"] == "sessions"
                && message["params"]["sessions"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|s| s["id"] == session && s["state"] == state))
        })
    }

    /// Closes stdin, demands that the helper ends well, and returns what it still said.
    pub fn close(mut self) -> Vec<Value> {
        drop(self.stdin.take());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
        let mut rest: Vec<Value> = self.aside.drain(..).collect();
        while let Ok(line) = self.lines.recv_timeout(DEADLINE) {
            rest.push(serde_json::from_str(&line).unwrap());
        }
        rest
    }

    /// Kills the helper, as a crash would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
