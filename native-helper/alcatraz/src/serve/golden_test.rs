//! Reads the golden examples that the app's tests read too: every message must survive the trip through our types.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use see_core::cause::{LimitCause, SessionCause};
use see_core::commit::UndoVersions;
use see_core::content::{Description, Slice};
use see_core::doctor::{Feature, Gap};
use see_core::engine::group_mend::Way;
use see_core::error::{ErrorCode, Reason, SeeError};
use see_core::merge::Preview;
use see_core::versions::Versions;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::wire::commit::{CheckResult, CommitResult, DiscardResult, UndoResult};
use crate::wire::log::LogResult;

use super::decisions::*;
use super::desk::{EditParams, NoteParams, NotesResult, VirusesResult};
use super::envelope::{Incoming, Outgoing};
use super::messages::*;
use super::methods;
use super::origins::{OriginsParams, OriginsResult};
use super::relay_messages::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    kind: String,
    #[serde(default)]
    method: Option<String>,
    message: Value,
}

fn protocol_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../protocol")
}

fn goldens() -> Vec<(String, Golden)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(protocol_dir().join("golden")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let list: Vec<Golden> =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        all.extend(list.into_iter().enumerate().map(|(i, golden)| (format!("{name}[{i}]"), golden)));
    }
    assert!(all.len() > 50, "the golden examples are missing");
    all
}

/// Parses `value` as `T` and returns what `T` writes, or what is wrong with it.
fn through<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, String> {
    let parsed: T = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
    serde_json::to_value(parsed).map_err(|e| e.to_string())
}

fn params_through(method: &str, params: &Value) -> Result<Value, String> {
    match method {
        "hello" => through::<HelloParams>(params),
        "doctor" | "sessions.list" | "history.list" => through::<Empty>(params),
        "sessions.run" => through::<RunRequest>(params),
        "sessions.tighten" => through::<TightenParams>(params),
        "sessions.stop" | "sessions.abort" | "sessions.terminals" | "changes.watch" => {
            through::<SessionParams>(params)
        }
        "sessions.log" => through::<LogParams>(params),
        "sessions.resume" => through::<ResumeParams>(params),
        "changes.unwatch" => through::<Watch>(params),
        "changes.discard" => through::<DiscardParams>(params),
        "changes.origins" => through::<OriginsParams>(params),
        "changes.edit" => through::<EditParams>(params),
        "changes.viruses" | "notes.get" => through::<SessionParams>(params),
        "notes.set" => through::<NoteParams>(params),
        "describe" => through::<DescribeParams>(params),
        "content" => through::<ContentParams>(params),
        "versions" | "merge.preview" => through::<DescribeParams>(params),
        "ignore.get" => through::<Empty>(params),
        "ignore.set" => through::<Patterns>(params),
        "hidden.get" => through::<Empty>(params),
        "hidden.set" => through::<Places>(params),
        "sessions.retry" => through::<RetryParams>(params),
        "sessions.compare" => through::<CompareParams>(params),
        "check" => through::<CheckRequest>(params),
        "commit" => through::<CommitRequest>(params),
        "history.undo" => through::<UndoParams>(params),
        "history.drop" => through::<CommitParams>(params),
        "history.changes" => through::<CommitParams>(params),
        "history.limit" => through::<LimitParams>(params),
        "history.versions" => through::<UndoPlaceParams>(params),
        "history.content" => through::<UndoContentParams>(params),
        "relays.open" => through::<OpenParams>(params),
        other => panic!("no such method: {other}"),
    }
}

fn result_through(method: &str, result: &Value) -> Result<Value, String> {
    match method {
        "hello" => through::<HelloResult>(result),
        "doctor" => through::<DoctorResult>(result),
        "sessions.list" => through::<SessionsResult>(result),
        "sessions.log" => through::<LogResult>(result),
        "sessions.run" | "sessions.stop" | "sessions.tighten" | "sessions.abort" | "sessions.retry"
        | "sessions.resume" => through::<SessionResult>(result),
        "sessions.terminals" => through::<TerminalsResult>(result),
        "sessions.compare" => through::<ComparisonResult>(result),
        "versions" => through::<Versions>(result),
        "merge.preview" => through::<Preview>(result),
        "ignore.get" | "ignore.set" => through::<Patterns>(result),
        "hidden.get" | "hidden.set" => through::<Places>(result),
        "changes.watch" => through::<Watch>(result),
        "changes.discard" => through::<DiscardResult>(result),
        "changes.origins" => through::<OriginsResult>(result),
        "changes.viruses" => through::<VirusesResult>(result),
        "notes.get" | "notes.set" => through::<NotesResult>(result),
        "changes.edit" | "changes.unwatch" | "history.drop" => through::<Empty>(result),
        "describe" => through::<Description>(result),
        "content" | "history.content" => through::<Slice>(result),
        "history.changes" => through::<DeedsResult>(result),
        "history.versions" => through::<UndoVersions>(result),
        "history.limit" => through::<LimitResult>(result),
        "check" => through::<CheckResult>(result),
        "commit" => through::<CommitResult>(result),
        "history.list" => through::<CommitsResult>(result),
        "history.undo" => through::<UndoResult>(result),
        "relays.open" => through::<RelayNumber>(result),
        other => panic!("no such method: {other}"),
    }
}

/// Every notification, and everything that an app tells.
const TOLD: [&str; 5] = ["feed", "progress", "relay", "relay-end", "sessions"];
const ORDERED: [&str; 5] = ["cancel", "relay.close", "relay.input", "relay.resize", "relay.seen"];

fn order_through(method: &str, params: &Value) -> Result<Value, String> {
    match method {
        "cancel" => through::<Cancel>(params),
        "relay.close" => through::<RelayNumber>(params),
        "relay.input" => through::<RelayData>(params),
        "relay.resize" => through::<RelayResize>(params),
        "relay.seen" => through::<RelaySeen>(params),
        other => panic!("no such order: {other}"),
    }
}

fn notification_through(method: &str, params: &Value) -> Result<Value, String> {
    match method {
        "sessions" => through::<SessionsResult>(params),
        "feed" => through::<FeedEvent>(params),
        "progress" => through::<Progress>(params),
        "relay" => through::<RelayData>(params),
        "relay-end" => through::<RelayEnd>(params),
        other => panic!("no such notification: {other}"),
    }
}

#[test]
fn every_golden_message_survives_our_types() {
    for (place, golden) in goldens() {
        let method = golden.method.as_deref();
        let message = &golden.message;
        match golden.kind.as_str() {
            "request" => {
                assert_eq!(through::<Incoming>(message).as_ref(), Ok(message), "{place}");
                assert_eq!(message["method"], method.unwrap(), "{place}");
                assert_eq!(
                    params_through(method.unwrap(), &message["params"]).as_ref(),
                    Ok(&message["params"]),
                    "{place}"
                );
            }
            "result" => {
                assert_eq!(through::<Outgoing>(message).as_ref(), Ok(message), "{place}");
                assert_eq!(
                    result_through(method.unwrap(), &message["result"]).as_ref(),
                    Ok(&message["result"]),
                    "{place}"
                );
            }
            "notification" => {
                assert_eq!(through::<Outgoing>(message).as_ref(), Ok(message), "{place}");
                assert_eq!(message["method"], method.unwrap(), "{place}");
                assert_eq!(
                    notification_through(method.unwrap(), &message["params"]).as_ref(),
                    Ok(&message["params"]),
                    "{place}"
                );
            }
            "error" => {
                assert_eq!(through::<Outgoing>(message).as_ref(), Ok(message), "{place}");
                let error: SeeError = serde_json::from_value(message["error"]["data"].clone()).unwrap();
                let sent = Outgoing::error(message["id"].as_i64(), error);
                assert_eq!(&serde_json::to_value(sent).unwrap(), message, "{place}");
            }
            "order" => {
                assert_eq!(through::<Incoming>(message).as_ref(), Ok(message), "{place}");
                assert_eq!(message["method"], method.unwrap(), "{place}");
                assert_eq!(
                    order_through(method.unwrap(), &message["params"]).as_ref(),
                    Ok(&message["params"]),
                    "{place}"
                );
            }
            other => panic!("{place}: no such kind: {other}"),
        }
    }
}

#[test]
fn the_goldens_cover_every_method_notification_and_error() {
    let all = goldens();
    let named = |kind: &str| -> BTreeSet<String> {
        all.iter().filter(|(_, g)| g.kind == kind).filter_map(|(_, g)| g.method.clone()).collect()
    };
    let ours: BTreeSet<String> = methods::NAMES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(named("request"), ours);
    assert_eq!(named("result"), ours);
    assert_eq!(named("notification"), TOLD.map(str::to_owned).into());
    assert_eq!(named("order"), ORDERED.map(str::to_owned).into());
    let codes: BTreeSet<String> = all
        .iter()
        .filter(|(_, g)| g.kind == "error")
        .map(|(_, g)| g.message["error"]["data"]["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes, our_words::<ErrorCode>());
}

#[test]
fn the_contract_of_the_app_lists_the_same_names() {
    let path = protocol_dir().join("generated/contract.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let contract: Value = serde_json::from_str(&text).unwrap();
    let keys =
        |name: &str| -> BTreeSet<String> { contract[name].as_object().unwrap().keys().cloned().collect() };
    assert_eq!(contract["protocol"], PROTOCOL_VERSION);
    assert_eq!(keys("methods"), methods::NAMES.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(keys("notifications"), TOLD.map(str::to_owned).into());
    assert_eq!(keys("orders"), ORDERED.map(str::to_owned).into());
    let list = |name: &str| -> BTreeSet<String> {
        contract[name].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(list("errors"), our_words::<ErrorCode>());
    assert_eq!(list("reasons"), our_words::<Reason>());
    assert_eq!(list("features"), our_words::<Feature>());
    assert_eq!(list("gaps"), our_words::<Gap>());
    assert_eq!(list("ways"), names_in_refusal::<Way>(json!({ "way": "?" })));
    assert_eq!(list("limits"), our_causes::<LimitCause>());
    assert_eq!(list("causes"), our_causes::<SessionCause>());
}

#[test]
fn requests_with_anything_unknown_in_them_are_refused() {
    for (place, golden) in goldens().into_iter().filter(|(_, golden)| golden.kind == "request") {
        let mut params = golden.message["params"].clone();
        params["sesion"] = json!("x");
        assert!(params_through(&golden.method.unwrap(), &params).is_err(), "{place}");
    }
}

/// Returns every name that an enum of the core has, found by asking serde which it knows.
fn our_words<T: DeserializeOwned>() -> BTreeSet<String> {
    names_in_refusal::<T>(json!("?"))
}

/// The same of an enum whose names are told as `what`, but for what only stores of before hold.
fn our_causes<T: DeserializeOwned>() -> BTreeSet<String> {
    names_in_refusal::<T>(json!({ "what": "?" })).into_iter().filter(|name| name != "said").collect()
}

fn names_in_refusal<T: DeserializeOwned>(unknown: Value) -> BTreeSet<String> {
    let refusal = serde_json::from_value::<T>(unknown).err().unwrap().to_string();
    let (_, names) = refusal.split_once("expected one of ").unwrap();
    names.split(", ").map(|name| name.trim_matches('`').to_owned()).collect()
}
