//! The review desk beside the changes themselves: where they come from, notes, edited files, a virus scanner.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use see_core::session::SessionState;
use see_core::store::Store;
use serde_json::{Value, json};

use crate::support::Lab;
use crate::support::client::Client;

mod support;

/// The rows of `changes.origins` as path and package.
fn owners(answer: &Value) -> Vec<(String, Option<String>)> {
    let package = |row: &Value| {
        let number = row["package"].as_u64()?;
        Some(answer["packages"][usize::try_from(number).unwrap()]["name"].as_str().unwrap().to_owned())
    };
    let rows = answer["rows"].as_array().unwrap();
    rows.iter().map(|row| (row["path"].as_str().unwrap().to_owned(), package(row))).collect()
}

#[test]
fn tells_when_each_change_was_made_and_begins_anew_with_the_first_page() {
    let lab = Lab::new();
    lab.write("gone", "host");
    let before = std::time::SystemTime::now();
    let id = lab.see("rm gone; echo x > made; touch -d 2001-02-03 made");
    let mut client = Client::new(&lab);
    assert_eq!(client.refused("changes.origins", json!({ "session": id, "from": 1 }))["code"], "bad-request");
    let next = json!({ "list": 1, "from": 1 });
    assert_eq!(
        client.refused("changes.origins", json!({ "session": id, "next": next }))["code"],
        "bad-request"
    );
    let answer = client.ask("changes.origins", json!({ "session": id }));
    assert_eq!(answer["total"], 2);
    let unix = before.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let year = 1970 + unix / 31_556_952;
    for row in answer["rows"].as_array().unwrap() {
        // Not the time that the program gave the file: when it was really written.
        let time = row["time"].as_str().unwrap_or_else(|| panic!("{row}"));
        assert!(time.starts_with(&year.to_string()), "{time}");
    }
    let next = json!({ "list": answer["list"], "from": 2 });
    let error = client.refused("changes.origins", json!({ "session": id, "next": next }));
    assert_eq!(error["code"], "bad-request", "it was told whole");
}

/// dpkg's own records: the host's of a package that is there, the session's of one that it installed.
#[test]
fn tells_which_package_owns_a_change() {
    let lab = Lab::new();
    if !rustix::process::geteuid().is_root() {
        return ordinary_user_owns_nothing(&lab);
    }
    // Changed inside the session only.
    let id = lab.see(
        "echo changed >> /usr/share/doc/dpkg/copyright; mkdir -p /opt/probe; echo x > /opt/probe/file; \
         printf '/.\\n/opt\\n/opt/probe\\n/opt/probe/file\\n' > /var/lib/dpkg/info/alcatraz-probe.list; \
         rm /bin/gzip /var/lib/dpkg/info/gzip.list",
    );
    let answer = Client::new(&lab).ask("changes.origins", json!({ "session": id }));
    let owners = owners(&answer);
    let of = |path: &str| {
        owners.iter().find(|(at, _)| at == path).unwrap_or_else(|| panic!("{path}: {owners:?}")).1.clone()
    };
    assert_eq!(of("/usr/share/doc/dpkg/copyright").as_deref(), Some("dpkg"));
    assert_eq!(of("/opt/probe/file").as_deref(), Some("alcatraz-probe"));
    assert_eq!(of("/opt/probe").as_deref(), Some("alcatraz-probe"));
    assert_eq!(of("/var/lib/dpkg/info/alcatraz-probe.list"), None);
    // Named below /bin by the package, and found below /usr/bin where /bin is a link.
    let gzip = owners.iter().find(|(path, _)| path.ends_with("bin/gzip")).unwrap();
    assert_eq!(gzip.1.as_deref(), Some("gzip"));
    let state = |name: &str| {
        let packages = answer["packages"].as_array().unwrap();
        packages.iter().find(|package| package["name"] == name).unwrap()["state"].clone()
    };
    assert_eq!(
        (state("dpkg"), state("alcatraz-probe"), state("gzip")),
        (json!("kept"), json!("installed"), json!("removed"))
    );
}

/// A package that rpm installed inside, into a database that only the session has.
#[test]
fn tells_which_package_of_rpm_owns_a_change() {
    let lab = Lab::new();
    if !rustix::process::geteuid().is_root() {
        return ordinary_user_owns_nothing(&lab);
    }
    lab.write(
        "probe.spec",
        "Name: alcatraz-probe\nVersion: 1\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n%description\nx\n\
         %install\nmkdir -p %{buildroot}/opt/probe\necho x > %{buildroot}/opt/probe/file\n%files\n/opt/probe\n",
    );
    let id = lab.see(
        "export HOME=$PWD; rpmbuild -bb --quiet --define \"_topdir $PWD/build\" probe.spec >&2
         rpm --install --force-debian --nodeps --dbpath /var/lib/rpm build/RPMS/noarch/*.rpm >&2; test -e /opt/probe/file",
    );
    let answer = Client::new(&lab).ask("changes.origins", json!({ "session": id }));
    let owners = owners(&answer);
    for path in ["/opt/probe", "/opt/probe/file"] {
        let owner = owners.iter().find(|(at, _)| at == path).unwrap_or_else(|| panic!("{path}: {owners:?}"));
        assert_eq!(owner.1.as_deref(), Some("alcatraz-probe"), "{path}");
    }
    let packages = answer["packages"].as_array().unwrap();
    let probe = packages.iter().find(|package| package["name"] == "alcatraz-probe").unwrap();
    assert_eq!(probe["state"], "installed");
    assert!(!std::path::Path::new("/opt/probe").exists(), "the host was changed");
}

fn ordinary_user_owns_nothing(lab: &Lab) {
    let id = lab.see("echo x > made");
    let answer = Client::new(lab).ask("changes.origins", json!({ "session": id }));
    assert!(owners(&answer).iter().all(|(_, package)| package.is_none()));
}

/// What the app knows of the session's side of a file before it is edited.
fn seen(client: &mut Client, id: &str, path: &str) -> (u64, String) {
    let told = client.ask("describe", json!({ "session": id, "path": path }));
    (told["after"]["size"].as_u64().unwrap(), told["after"]["mtime"].as_str().unwrap().to_owned())
}

#[test]
fn a_file_of_a_session_is_edited_and_committed_with_all_else_as_it_was() {
    for lab in [Lab::new(), Lab::ordinary()] {
        lab.write("old", "host\n");
        lab.write("mode", "host\n");
        let owner = std::fs::metadata(lab.work()).unwrap();
        for name in ["old", "mode"] {
            std::os::unix::fs::chown(lab.work().join(name), Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        let id = lab.see(
            "echo new > old; chmod 751 old; chmod 700 mode; mkdir d; echo x > d/made; setfattr -n user.tag -v hi d/made; \
             ln d/made d/twin; echo y > d/own; chmod 500 d",
        );
        let mut client = Client::new(&lab);
        let at = |name: &str| lab.work().join(name).to_str().unwrap().to_owned();
        let edit = |client: &mut Client, name: &str, text: &str| {
            let (size, mtime) = seen(client, &id, &at(name));
            json!({ "session": id, "path": at(name), "content": BASE64.encode(text), "size": size, "mtime": mtime })
        };
        for name in ["old", "mode", "d/own"] {
            let request = edit(&mut client, name, "edited\n");
            client.ask("changes.edit", request.clone());
            // The same once more is refused: it is not what it was.
            assert_eq!(client.refused("changes.edit", request)["code"], "bad-request", "{name}");
        }
        let two_names = edit(&mut client, "d/made", "edited\n");
        assert!(client.refused("changes.edit", two_names)["message"].as_str().unwrap().contains("2 names"));
        let mut elsewhere = edit(&mut client, "old", "x");
        elsewhere["path"] = json!("/etc/hostname");
        assert_eq!(client.refused("changes.edit", elsewhere)["code"], "no-such-change");
        assert_eq!((lab.read("old"), lab.read("mode")), ("host\n".into(), "host\n".into()));
        drop(client);

        let inside = lab.run(["enter", &id, "--", "/bin/sh", "-c", "cat old mode d/own"]);
        assert!(inside.text().contains("edited") && !inside.text().contains("host"), "{}", inside.text());
        lab.json(["commit", &id]);
        for name in ["old", "mode", "d/own"] {
            assert_eq!(lab.read(name), "edited\n", "{name}");
        }
        let mode =
            |name: &str| std::fs::metadata(lab.work().join(name)).unwrap().permissions().mode() & 0o7777;
        assert_eq!((mode("old"), mode("mode"), mode("d")), (0o751, 0o700, 0o500));
        std::fs::set_permissions(lab.work().join("d"), std::fs::Permissions::from_mode(0o700)).unwrap();
    }
}

#[test]
fn notes_stay_with_a_session_after_its_commit() {
    let lab = Lab::new();
    let id = lab.see("echo x > made");
    let path = lab.work().join("made");
    let mut client = Client::new(&lab);
    client.ask("notes.set", json!({ "session": id, "text": " keep the settings \n" }));
    let told = client.ask("notes.set", json!({ "session": id, "path": path, "text": "why?" }));
    assert_eq!(
        (&told["notes"][0]["text"], &told["notes"][0]["path"]),
        (&json!("keep the settings"), &Value::Null)
    );
    assert_eq!(told["notes"][1]["path"], path.to_str().unwrap());
    let long = json!({ "session": id, "text": "x".repeat(5000) });
    assert_eq!(client.refused("notes.set", long)["code"], "bad-request");
    lab.json(["commit", &id]);
    assert_eq!(client.ask("notes.get", json!({ "session": id })), told);
    let history = client.ask("history.list", json!({}));
    assert_eq!(
        (&history["commits"][0]["note"], &history["commits"][0]["notes"]),
        (&json!("keep the settings"), &json!(1))
    );
    client.ask("notes.set", json!({ "session": id, "path": path, "text": "" }));
    assert_eq!(client.ask("notes.get", json!({ "session": id }))["notes"].as_array().unwrap().len(), 1);
}

/// A signature of the test's own, where ClamAV keeps them; removed with this value.
struct Signature(std::path::PathBuf);

impl Signature {
    /// One that finds a file that holds this text.
    fn of(text: &str) -> Self {
        let file =
            std::path::Path::new("/var/lib/clamav").join(format!("alcatraz-{}.ndb", std::process::id()));
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(&file, format!("Alcatraz.Canary:0:*:{hex}\n")).expect("the test machine has ClamAV");
        Self(file)
    }
}

impl Drop for Signature {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The real scanner with one signature. Only root may put one there, so only root can try.
#[test]
fn a_virus_scanner_finds_what_a_session_made() {
    assert!(
        rustix::process::geteuid().is_root(),
        "run this test as root on a machine that you can throw away"
    );
    let canary = format!("alcatraz-canary-{}", std::process::id());
    let signature = Signature::of(&canary);
    for lab in [Lab::new(), Lab::ordinary()] {
        let id = lab.see(&format!(
            "echo fine > fine; mkdir -m 700 d; echo 'this is {canary} here' > \"$(printf 'd/two\\nlines')\"; \
             chmod 600 d/*; ln -s /etc/passwd link; mkfifo pipe; gzip -c d/* > packed.gz; cp packed.gz deep; \
             for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do gzip -c deep > deeper; mv deeper deep; done"
        ));
        let told = Client::new(&lab).ask("changes.viruses", json!({ "session": id }));
        let found: Vec<&str> =
            told["findings"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
        let at = |name: &str| lab.work().join(name).to_str().unwrap().to_owned();
        assert_eq!(found, [at("d/two\nlines"), at("packed.gz")], "{told}");
        // What is packed deeper than the scanner goes was not looked at, whatever lies in it.
        assert_eq!((&told["files"], &told["skipped"]), (&json!(3), &json!(1)));
        assert!(told["findings"][0]["name"].as_str().unwrap().starts_with("Alcatraz.Canary"));
        assert!(!lab.store().join("sessions").join(&id).join("scan").exists());
    }
    drop(signature);
}

/// A shell that sees both trees, may read what its user may, and can neither write nor run what the session made.
#[test]
fn an_inspection_shows_both_trees_and_changes_neither() {
    for lab in [Lab::new(), Lab::ordinary()] {
        lab.write("both", "host\n");
        lab.write("gone", "host\n");
        std::fs::create_dir(lab.work().join("old")).unwrap();
        let owner = std::fs::metadata(lab.work()).unwrap();
        for name in ["both", "gone", "old"] {
            std::os::unix::fs::chown(lab.work().join(name), Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        let id = lab.see(
            "echo session > both; rm gone; rmdir old; printf '#!/bin/sh\\necho ran > /tmp/ran\\n' > evil; chmod 755 evil",
        );
        lab.write("later", "host\n");
        let script = format!(
            "W={}; cat /host$W/both /session$W/both; ls /host$W; echo; ls /session$W
             for at in /host$W /session$W /etc /; do if echo x 2>/dev/null >$at/written; then echo wrote in $at; fi; done
             /session$W/evil 2>/dev/null || echo refused; echo x > /tmp/own && cat /tmp/own; ls -A /host{1} /session{1}
             grep -c -v 'lo:\\||' /proc/net/dev; grep CapPrm /proc/self/status; grep NoNewPrivs /proc/self/status; exit 5",
            lab.work().display(),
            lab.store().canonicalize().unwrap().display()
        );
        let touched = || {
            let layers = std::fs::read_dir(lab.store().join("layers").join(&id)).unwrap();
            layers.map(|layer| layer.unwrap().metadata().unwrap().modified().unwrap()).collect()
        };
        let before: Vec<_> = touched();
        let seen = lab.run(["inspect", &id, "--", "/bin/sh", "-c", &script]);
        assert!(!before.is_empty() && touched() == before, "whoever only looks sets no times");
        let is_root = rustix::process::geteuid().is_root() && owner.uid() == 0;
        // Root may read everything, and nothing else.
        let rights = if is_root { "4" } else { "0" };
        let store = lab.store().canonicalize().unwrap();
        let store = store.display();
        let expected = format!(
            "host\nsession\nboth\ngone\nlater\nold\n\nboth\nevil\nlater\nrefused\nx\n\
             /host{store}:\n\n/session{store}:\n0\nCapPrm:\t000000000000000{rights}\nNoNewPrivs:\t1\n"
        );
        assert_eq!(seen.text(), expected, "{}", seen.stderr);
        assert_eq!(seen.status, 5, "the program's own status");
        assert_eq!(lab.changes(&id).len(), 4, "the session is as it was");
        // Without a command a shell comes, which says where things are.
        let mut shell = lab.command(["inspect", &id]);
        shell.env("SHELL", "/bin/sh").stdin(std::process::Stdio::piped());
        shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut shell = shell.spawn().unwrap();
        std::io::Write::write_all(shell.stdin.as_mut().unwrap(), b"pwd; exit 6\n").unwrap();
        let shell = shell.wait_with_output().unwrap();
        assert_eq!((shell.status.code(), shell.stdout.as_slice()), (Some(6), &b"/\n"[..]));
        assert!(String::from_utf8_lossy(&shell.stderr).contains("the session below /session"));
        assert_eq!(lab.run(["inspect", &id, "--", "/no/such/program"]).status, 127);
        if is_root {
            // While a commit is at work, whose lock keeps the session as it is, there is nothing to look at.
            let store = Store::open(Some(&lab.store())).unwrap();
            let commits = lab.store().join("commits");
            std::fs::create_dir_all(&commits).unwrap();
            std::fs::set_permissions(&commits, std::fs::Permissions::from_mode(0o700)).unwrap();
            let lock = std::fs::File::create(commits.join("lock")).unwrap();
            rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
            store.move_session(&id, &[SessionState::Finished], SessionState::Committing).unwrap();
            let refused = lab.run(["--json", "inspect", &id, "--", "true"]);
            assert_eq!((refused.status, refused.error()["code"].as_str()), (125, Some("wrong-state")));
            store.move_session(&id, &[SessionState::Committing], SessionState::Finished).unwrap();
            drop(lock);
        }
        assert_eq!(lab.run(["abort", &id]).status, 0);
        let refused = lab.run(["inspect", &id, "--json", "--", "true"]);
        assert_eq!(refused.status, 125);
    }
}

/// While programs run, the layers are the kernel's: who wants to look goes in.
#[test]
fn a_session_that_runs_is_not_inspected() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let mut running = lab.command(["run", "--keep", "-q", "--", "/bin/sh", "-c", "read line; exit 7"]);
    running.stdin(std::process::Stdio::piped());
    let mut running = running.spawn().unwrap();
    let told = client.wait_for(|message| message["params"]["sessions"][0]["state"] == "running");
    let id = told["params"]["sessions"][0]["id"].as_str().unwrap();
    let refused = lab.run(["--json", "inspect", id, "--", "true"]);
    assert_eq!((refused.status, refused.error()["code"].as_str()), (125, Some("wrong-state")));
    drop(running.stdin.take());
    assert_eq!(running.wait().unwrap().code(), Some(7), "the program went on as if nobody had asked");
}

/// The app hears while a session runs that its quota is nearly used up, and the first thing that it was refused; each once.
#[test]
fn warnings_come_while_a_session_runs() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let script = "head -c 9000000 /dev/zero > large; echo > /dev/tcp/192.0.2.7/443; echo > /dev/tcp/192.0.2.8/80; read line";
    let mut running = lab.command(["run", "--keep", "-q", "--quota", "10M", "--", "/bin/bash", "-c", script]);
    running.stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    let mut running = running.spawn().unwrap();
    let told = client.wait_for(|message| {
        let session = &message["params"]["sessions"][0];
        session["near"][0].is_object() && session["alerts"]["refused"].is_object()
    });
    let (near, alerts) =
        (&told["params"]["sessions"][0]["near"][0], &told["params"]["sessions"][0]["alerts"]);
    assert_eq!((near["what"].as_str(), near["limit"].as_u64()), (Some("quota"), Some(10 << 20)));
    // Told when four fifths are used, however much of the file there is by then.
    assert!(near["used"].as_u64().unwrap() >= 8 << 20, "{near}");
    assert_eq!(
        (&alerts["refused"]["what"], &alerts["refused"]["detail"]),
        (&json!("network"), &json!("192.0.2.7:443"))
    );
    // A record that cannot be read keeps no list from anybody.
    let id = told["params"]["sessions"][0]["id"].as_str().unwrap();
    let record = lab.store().join("sessions").join(id).join("record");
    let aside = record.with_extension("aside");
    std::fs::rename(&record, &aside).unwrap();
    std::fs::create_dir(&record).unwrap();
    let mut other = Client::new(&lab);
    let next = lab.see("true");
    other.wait_for_state(&next, "finished");
    client.wait_for_state(&next, "finished");
    std::fs::remove_dir(&record).unwrap();
    std::fs::rename(&aside, &record).unwrap();
    drop(running.stdin.take());
    assert!(running.wait().is_ok());
}
