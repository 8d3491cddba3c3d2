//! A feed of changes, kept as the app keeps it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Lab;
use super::client::Client;

/// A mirror of one feed, kept as the app keeps it.
#[derive(Default)]
pub struct Mirror {
    pub watch: u64,
    pub rows: BTreeMap<String, Value>,
    settled: Option<Value>,
    /// How far the session's record was told to have grown.
    pub record: u64,
}

impl Mirror {
    pub fn open(client: &mut Client, session: &str) -> Self {
        let watch = client.ask("changes.watch", json!({ "session": session }))["watch"].as_u64().unwrap();
        assert!(
            client.aside.iter().all(|m| m["params"]["watch"] != watch),
            "the answer comes before the feed"
        );
        Self { watch, ..Self::default() }
    }

    /// Takes feed messages until a settled picture fits.
    pub fn until(&mut self, client: &mut Client, fits: impl Fn(&Self) -> bool) {
        let watch = self.watch;
        loop {
            let message = client.wait_for(|m| m["method"] == "feed" && m["params"]["watch"] == watch);
            let event = &message["params"];
            match event["event"].as_str().unwrap() {
                "reset" => self.rows.clear(),
                "rows" => {
                    for row in event["rows"].as_array().unwrap() {
                        self.rows.insert(key(row), row.clone());
                    }
                }
                "walk" => {
                    let paths = walked(event["walk"].as_str().unwrap());
                    assert_eq!(event["count"].as_u64().unwrap(), paths.len() as u64);
                    self.rows.extend(paths.into_iter().map(|path| (path, event.clone())));
                }
                "gone" => {
                    for path in event["paths"].as_array().unwrap() {
                        assert!(self.rows.remove(&key(path)).is_some(), "{path} was never told");
                    }
                }
                "settled" => {
                    assert_eq!(event["total"].as_u64().unwrap(), self.rows.len() as u64);
                    self.settled = Some(event.clone());
                    if fits(self) {
                        return;
                    }
                }
                "record" => self.record = event["next"].as_u64().unwrap(),
                other => panic!("{other}"),
            }
        }
    }

    pub fn has(&self, lab: &Lab, name: &str) -> bool {
        self.rows.contains_key(lab.work().join(name).to_str().unwrap())
    }

    pub fn is_live(&self) -> bool {
        self.settled.as_ref().is_some_and(|settled| settled["live"] == true)
    }
}

/// Returns the paths of a walk: `..` leads out of a folder, a name with nothing after it into one.
fn walked(walk: &str) -> Vec<String> {
    let (mut folder, mut paths) = (Vec::new(), Vec::new());
    let mut tokens = walk.split('/').peekable();
    while let Some(token) = tokens.next() {
        if token == ".." {
            folder.pop().unwrap();
        } else if tokens.next_if_eq(&"").is_some() {
            folder.push(token);
        } else {
            paths.push(format!("/{}", [&folder[..], &[token]].concat().join("/")));
        }
    }
    paths
}

fn key(path: &Value) -> String {
    match path.get("path_bytes") {
        Some(bytes) => format!("\0{}", bytes.as_str().unwrap()),
        None => path["path"].as_str().unwrap().to_owned(),
    }
}
