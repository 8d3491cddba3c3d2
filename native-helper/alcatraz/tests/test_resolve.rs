//! What can be done when a commit is not simple: leave out what is ignored, merge, try once more; in both privilege modes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use serde_json::{Value, json};

use crate::support::Lab;
use crate::support::client::Client;

mod support;

fn labs() -> [Lab; 2] {
    [Lab::new(), Lab::ordinary()]
}

/// Makes files as the lab's user would.
fn on_host(lab: &Lab, script: &str) {
    let outcome = lab.run(["run", "--commit", "-q", "--", "/bin/sh", "-ec", script]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
}

fn paths(lab: &Lab, list: &Value) -> Vec<String> {
    let base = format!("{}/", lab.work().display());
    let name = |it: &Value| it["path"].as_str().unwrap().strip_prefix(&base).unwrap().to_owned();
    list.as_array().map(|all| all.iter().map(name).collect()).unwrap_or_default()
}

#[test]
fn other_names_that_change_as_well_are_told_and_an_undo_can_keep_both() {
    for lab in labs() {
        on_host(&lab, "echo a > one; ln one two; mkdir d; ln one d/three");
        let id = lab.see("echo more >> one");
        let check = lab.json(["check", &id]);
        let file = &check["other_names"][0];
        assert_eq!(paths(&lab, &check["other_names"]), ["one"]);
        assert_eq!((paths(&lab, &file["names"]), &file["more"]), (vec!["two".to_owned()], &json!(1)));
        let people = lab.run(["check", &id]);
        assert!(people.text().contains("two, 1 more on the host, which changes as well"), "{people:?}");
        let result = lab.json(["commit", &id]);
        assert_eq!(paths(&lab, &result["other_names"]), ["one"]);
        assert_eq!(lab.read("d/three"), "a\nmore\n");

        let commit = result["commit"].as_str().unwrap();
        std::fs::write(lab.work().join("one"), "since\n").unwrap();
        let refused = lab.run(["undo", commit]);
        assert!(refused.stderr.contains("[skip, overwrite, both]"), "{refused:?}");
        let undone = lab.json(["undo", commit, "--resolve", "one=both"]);
        assert_eq!(undone["applied"], 1);
        let beside = format!("one.alcatraz-{}", &commit[..6]);
        assert_eq!((lab.read("two"), lab.read(&beside)), ("since\n".to_owned(), "a\n".to_owned()));
        assert_eq!(lab.json(["undo", undone["commit"].as_str().unwrap()])["applied"], 1);
        assert!(!lab.exists(&beside) && lab.read("one") == "since\n");
    }
}

#[test]
fn the_ignore_list_is_kept_and_leaves_its_paths_out() {
    for lab in labs() {
        assert_eq!(lab.json(["ignore"]), json!({ "patterns": [] }));
        assert_eq!(lab.json(["ignore", "*.log", "*.tmp"]), json!({ "patterns": ["*.log", "*.tmp"] }));
        assert_eq!(lab.json(["ignore", "--remove", "*.tmp"]), json!({ "patterns": ["*.log"] }));
        assert_eq!(lab.run(["ignore", "--remove", "*.tmp"]).status, 2);
        assert_eq!(lab.run(["ignore", "[a"]).status, 2);

        let id = lab.see("echo k > kept; echo l > a.log; mkdir d; echo l > d/b.log; echo c > d/cache");
        let check = lab.json(["check", &id, "--ignore", "cache"]);
        assert_eq!(paths(&lab, &check["ignored"]), ["a.log", "d/b.log", "d/cache"]);
        let people = lab.run(["check", &id]);
        assert!(people.text().contains("Ignored: ") && people.text().contains("a.log"), "{people:?}");
        assert!(lab.json(["check", &id, "--no-ignore"]).get("ignored").is_none());

        let result = lab.json(["commit", &id]);
        assert_eq!(paths(&lab, &result["ignored"]), ["a.log", "d/b.log"]);
        assert_eq!((&result["applied"], &result["skipped"]), (&json!(3), &json!(2)));
        assert!(
            lab.exists("kept") && lab.exists("d/cache") && !lab.exists("a.log") && !lab.exists("d/b.log")
        );
        // What was left out waits for another decision.
        assert_eq!(lab.state(&id), "finished");
        lab.json(["commit", &id, "--only", "a.log"]);
        assert!(lab.exists("a.log") && !lab.exists("d/b.log"), "a path that is named itself is meant");
        lab.json(["commit", &id, "--no-ignore"]);
        assert!(lab.exists("d/b.log"));
        assert_eq!(lab.state(&id), "committed");
    }
}

#[test]
fn the_app_shares_the_ignore_list_and_can_go_without_it() {
    for lab in labs() {
        lab.json(["ignore", "*.log"]);
        let id = lab.see("echo a > a.log; echo b > b.log; echo c > c");
        let mut client = Client::new(&lab);
        assert_eq!(client.ask("ignore.get", json!({})), json!({ "patterns": ["*.log"] }));
        let refused = client.refused("ignore.set", json!({ "patterns": ["[a"] }));
        assert_eq!(refused["code"], "bad-request");
        let check = client.ask("check", json!({ "session": id }));
        assert_eq!(paths(&lab, &check["ignored"]), ["a.log", "b.log"]);
        let a = json!({ "path": lab.work().join("a.log") });
        let check = client.ask("check", json!({ "session": id, "include": [a] }));
        assert_eq!(paths(&lab, &check["ignored"]), ["b.log"]);
        let check = client.ask("check", json!({ "session": id, "ignore": [] }));
        assert!(check.get("ignored").is_none());
        client.ask("ignore.set", json!({ "patterns": [] }));
        assert_eq!(lab.json(["ignore"]), json!({ "patterns": [] }));
        assert_eq!(client.ask("commit", json!({ "session": id }))["applied"], 3);
    }
}

#[test]
fn the_versions_of_a_contested_path_are_told() {
    for lab in labs() {
        on_host(&lab, "echo base > f; echo base > gone; echo only > read");
        let id = lab.see("echo inside >> f; rm gone; echo new > new; cat read");
        on_host(&lab, "echo host > f; echo theirs > new");
        let mut client = Client::new(&lab);
        let mut versions =
            |name: &str| client.ask("versions", json!({ "session": id, "path": lab.work().join(name) }));
        let f = versions("f");
        assert_eq!((&f["now"]["size"], &f["session"]["size"]), (&json!(5), &json!(12)));
        let gone = versions("gone");
        assert_eq!((&gone["now"]["size"], gone.get("session")), (&json!(5), None));
        let new = versions("new");
        assert_eq!((&new["now"]["size"], &new["session"]["size"]), (&json!(7), &json!(4)));
        // A path that the session did not change has the host's version only.
        let read = versions("read");
        assert_eq!((&read["now"]["size"], read.get("session")), (&json!(5), None));
        assert_eq!((&read["base"]["size"], &read["base"]["kept"]), (&json!(5), &json!(false)));
        let mut content = |name: &str, side: &str| {
            let path = lab.work().join(name);
            let ask = json!({ "session": id, "path": path, "side": side, "offset": 0, "length": 100 });
            let id = client.send("content", ask);
            client.reply(id)
        };
        assert_eq!(content("new", "now")["result"]["data"], "dGhlaXJzCg==");
        assert_eq!(content("new", "after")["result"]["data"], "bmV3Cg==");
        assert_eq!(content("new", "base")["error"]["data"]["code"], "no-such-change");
        // A root helper is no way to read whatever the host has, or to learn that it is there.
        lab.write("never-seen", "x");
        let params = json!({ "session": id, "path": lab.work().join("never-seen") });
        let refused = client.refused("versions", params);
        assert_eq!(refused["code"], "no-such-change");
        let mut content = |name: &str, side: &str| {
            let path = lab.work().join(name);
            let ask = json!({ "session": id, "path": path, "side": side, "offset": 0, "length": 100 });
            let id = client.send("content", ask);
            client.reply(id)
        };
        assert_eq!(content("read", "now")["error"]["data"]["code"], "no-such-change");
    }
}

#[test]
fn a_retry_does_it_once_more_and_compares() {
    for lab in labs() {
        on_host(&lab, "echo one > input; echo x > gone");
        let script = "cat input > output; echo same > same; ln -s input link; rm gone; \
                      test -e switch && echo 2 > second || echo 1 > first";
        let id = lab.see(script);
        let same = lab.run(["retry", &id, "--keep"]);
        assert_eq!(same.status, 0, "{same:?}");
        assert!(same.stderr.contains("Both sessions did the same: 5 changes."), "{}", same.stderr);
        on_host(&lab, "echo two > input; echo > switch");
        let again = lab.run(["retry", &id, "--keep", "--json", "--name", "again"]);
        assert_eq!(again.status, 0, "{again:?}");
        let told: Value = serde_json::from_str(again.stderr.lines().next().unwrap()).unwrap();
        let told = &told["comparison"];
        assert_eq!(told["same"], 3, "{told}");
        assert_eq!(paths(&lab, &told["first"]), ["first"]);
        assert_eq!(paths(&lab, &told["second"]), ["second"]);
        assert_eq!(paths(&lab, &told["differing"]), ["output"]);
        assert_eq!(told["differing"][0]["differences"], json!(["content"]));
        let list = lab.json(["list"]);
        let of = |name: &str| {
            let all = list["sessions"].as_array().unwrap();
            all.iter().find(|session| session["name"] == name || session["id"] == name).unwrap().clone()
        };
        assert_eq!(of("again")["policy"]["retry_of"], id);
        assert_eq!((&of("again")["command"], &of("again")["cwd"]), (&of(&id)["command"], &of(&id)["cwd"]));

        let mut client = Client::new(&lab);
        let third = client.ask("sessions.retry", json!({ "session": id, "rows": 24, "cols": 80 }));
        let third = third["session"]["id"].as_str().unwrap().to_owned();
        client.wait_for_state(&third, "finished");
        let params = json!({ "first": of("again")["id"], "second": third });
        let comparison = client.ask("sessions.compare", params);
        assert_eq!((&comparison["same"], &comparison["cut"]), (&json!(5), &json!(0)), "{comparison}");
        lab.json(["abort", "again"]);
        let gone = client.refused("sessions.compare", json!({ "first": "again", "second": third }));
        assert_eq!(gone["code"], "wrong-state");
    }
}

const TEXT: &str = "one\\ntwo\\nthree\\nfour\\nfive\\n";

#[test]
fn what_both_sides_appended_is_joined_by_the_commit() {
    for lab in labs() {
        on_host(&lab, "echo began > app.log");
        let id = lab.see("echo inside >> app.log; echo other > other");
        on_host(&lab, "echo host >> app.log");
        let check = lab.json(["check", &id]);
        assert_eq!(
            (&check["consistent"], paths(&lab, &check["joined"])),
            (&json!(true), vec!["app.log".into()])
        );
        let preview = lab.run(["diff", &id, "--merge", "app.log"]);
        assert_eq!((preview.status, preview.text().as_str()), (0, "began\nhost\ninside\n"), "{preview:?}");
        let people = lab.run(["commit", &id]);
        assert!(people.text().contains("Joined, since host and session both appended to it: "), "{people:?}");
        assert_eq!(lab.read("app.log"), "began\nhost\ninside\n");
        let newest = lab.json(["history"])["commits"][0]["id"].as_str().unwrap().to_owned();
        lab.json(["undo", &newest]);
        assert_eq!(lab.read("app.log"), "began\nhost\n");
    }
}

#[test]
fn changes_of_different_lines_are_merged_on_request() {
    for lab in labs() {
        on_host(&lab, &format!("printf '{TEXT}' > f"));
        let id = lab.see("sed -i s/one/ONE/ f");
        on_host(&lab, "sed -i s/five/FIVE/ f");
        let check = lab.run(["check", &id, "--json"]);
        let conflict = &check.json()["conflicts"][0];
        assert_eq!((check.status, &conflict["merge"]), (3, &json!("clean")), "{conflict}");
        assert!(conflict["choices"].as_array().unwrap().contains(&json!("merge")));
        let dry = lab.json(["commit", &id, "--resolve", "f=merge", "--dry-run"]);
        assert_eq!((&dry["commit"], &dry["applied"]), (&json!("dry-run"), &json!(1)));
        lab.json(["commit", &id, "--resolve", "f=merge"]);
        assert_eq!(lab.read("f"), "ONE\ntwo\nthree\nfour\nFIVE\n");
    }
}

#[test]
fn changes_of_the_same_line_are_merged_by_hand() {
    for lab in labs() {
        on_host(&lab, &format!("printf '{TEXT}' > f"));
        let id = lab.see("sed -i s/three/inside/ f");
        on_host(&lab, "sed -i s/three/host/ f; printf 'one\\ntwo\\nboth\\nfour\\nfive\\n' > by-hand");
        let check = lab.run(["check", &id, "--json"]).json();
        assert_eq!(check["conflicts"][0]["merge"], "by-hand");
        let refused = lab.run(["commit", &id, "--resolve", "f=merge", "--json"]);
        assert_eq!((refused.status, &refused.error()["code"]), (3, &json!("conflicts")));
        let marked = lab.run(["diff", &id, "--merge", "f"]);
        let expected = "one\ntwo\n<<<<<<< host\nhost\n||||||| before\nthree\n=======\ninside\n>>>>>>> session\nfour\nfive\n";
        assert_eq!((marked.status, marked.text().as_str()), (3, expected));
        let mut client = Client::new(&lab);
        let f = lab.work().join("f");
        let preview = client.ask("merge.preview", json!({ "session": id, "path": f }));
        assert_eq!((&preview["how"], &preview["hunks"][1]["what"]), (&json!("by-hand"), &json!("conflict")));
        let base = json!({ "session": id, "path": f, "side": "base", "offset": 0, "length": 100 });
        assert_eq!(client.ask("content", base)["size"], 24);
        let stale = json!([{ "path": f, "choice": "merge", "merged": { "stamp": "no", "content": "x\n" } }]);
        let refused = client.refused("commit", json!({ "session": id, "resolve": stale }));
        assert_eq!(refused["code"], "conflicts");
        lab.json(["commit", &id, "--merged", "f=by-hand"]);
        assert_eq!(lab.read("f"), "one\ntwo\nboth\nfour\nfive\n");
    }
}
