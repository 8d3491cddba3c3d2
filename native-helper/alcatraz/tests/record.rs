//! The record of a session: every program with its arguments, who started it and how it ended, in both modes.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod engine_lab;

use engine_lab::{Lab, Mode, both, finish_child, wait_until};
use serde_json::{Value, json};

fn log(lab: &Lab, session: &str) -> Value {
    serde_json::from_str(&lab.run(&["log", session, "--json"]).stdout).unwrap()
}

fn run_named(lab: &Lab, name: &str, options: &[&str], script: &str) -> Value {
    let arguments = [&["run", "--keep", "--name", name], options, &["--", "sh", "-c", script]].concat();
    let outcome = lab.run(&arguments);
    assert!(outcome.status < 125, "{outcome:?}");
    // What runs in the background goes on when the first program has ended.
    wait_until("it ends", || lab.state(name).as_deref() == Some("finished"));
    log(lab, name)
}

/// The run whose arguments are these.
fn find<'a>(log: &'a Value, args: &[&str]) -> &'a Value {
    let runs = log["programs"].as_array().unwrap();
    let found = runs.iter().find(|run| run["args"] == json!(args));
    found.unwrap_or_else(|| panic!("{args:?} is not there: {runs:#?}"))
}

fn end(run: &Value) -> Value {
    let mut end = run["ended"].clone();
    if let Some(end) = end.as_object_mut() {
        assert!(end.remove("time").is_some() && end.remove("id") == Some(run["id"].clone()));
    }
    end
}

#[test]
fn every_program_is_told_with_its_parent_and_its_end() {
    both(|lab| {
        lab.write("mine", "#!/bin/sh\nexit 4\n");
        lab.give_to_user(&["mine"]);
        let mine = lab.home().join("mine");
        std::fs::set_permissions(&mine, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let script = "true one; ./mine 'a b'; (false; echo sub); sh -c 'kill -9 $$'; env sh -c 'exit 5'; \
                      ./none; perl -e 'exec \"no-such-program\"'; sh -c 'cat /dev/null & exec sleep 0'; \
                      /bin/true \"$(printf '\\033[31m\\n')\" \"$(printf '\\377')\"; exit 6";
        let log = run_named(lab, "tree", &[], script);
        assert_eq!(log["complete"], true, "{log:#}");
        let first = find(&log, &["sh", "-c", script]);
        assert_eq!((first["id"].clone(), first.get("parent")), (json!(0), None));
        assert!(["/usr/bin/sh", "/bin/sh"].contains(&first["program"].as_str().unwrap()), "{first}");
        assert_eq!(first["cwd"], json!(lab.home()));
        assert_eq!(end(first), json!({"end": "exited", "status": 6}));
        assert!(first["pid"].as_u64().unwrap() > 1);

        let script_run = find(&log, &["./mine", "a b"]);
        assert_eq!(script_run["program"], json!(mine));
        assert_eq!(
            (script_run["parent"].clone(), end(script_run)),
            (json!(0), json!({"end": "exited", "status": 4}))
        );

        let killed = find(&log, &["sh", "-c", "kill -9 $$"]);
        assert_eq!(end(killed), json!({"end": "killed", "signal": 9}));
        let env = find(&log, &["env", "sh", "-c", "exit 5"]);
        assert_eq!(end(env), json!({"end": "replaced"}));
        let inner = find(&log, &["sh", "-c", "exit 5"]);
        assert_eq!((inner["parent"].clone(), inner["pid"].clone()), (env["id"].clone(), env["pid"].clone()));
        assert_eq!(end(inner), json!({"end": "exited", "status": 5}));
        // What is not there was not started, and whoever wanted it goes on.
        let perl = find(&log, &["perl", "-e", "exec \"no-such-program\""]);
        assert_eq!(perl["ended"]["end"], "exited", "{perl}");
        assert!(!log["programs"].to_string().contains("/none\""), "{log:#}");
        // Arguments are data, also when they are no text.
        let runs = log["programs"].as_array().unwrap();
        let hostile = runs.iter().find(|run| run["args"].to_string().contains("\\u001b")).unwrap();
        assert_eq!(hostile["args"], json!(["/bin/true", "\u{1b}[31m", "\u{fffd}"]));
        assert_eq!(hostile["args_bytes"], "L2Jpbi90cnVlABtbMzFtAP8A");
        for run in runs {
            assert_eq!(run.get("parent").is_none(), run["id"] == 0, "{run}");
            assert!(run.get("ended").is_some(), "{run}");
        }

        let text = lab.run(&["log", "tree"]).stdout;
        assert!(text.contains("exit 4      ") && text.contains("/mine 'a b'"), "{text}");
        assert!(text.contains("\\u{1b}[31m") && !text.contains('\u{1b}'), "{text}");
    });
}

#[test]
fn a_session_that_is_stopped_or_entered_again_goes_on_with_its_record() {
    both(|lab| {
        let child = lab.start("again", "setsid sleep 1000 & while ! test -e go; do sleep 0.05; done; exit 0");
        let has_sleeper = |log: &Value| log.to_string().contains(r#"["sleep","1000"]"#);
        wait_until("the sleeper is there", || has_sleeper(&log(lab, "again")));
        let running = log(lab, "again");
        assert!(find(&running, &["sleep", "1000"]).get("ended").is_none(), "{running:#}");
        assert_eq!(lab.run(&["enter", "again", "--", "touch", "go"]).status, 0);
        assert_eq!(lab.run(&["stop", "again"]).status, 0);
        finish_child(child);
        wait_until("it ends", || lab.state("again").as_deref() == Some("finished"));
        assert_eq!(lab.run(&["enter", "again", "--", "touch", "later"]).status, 0);
        let log = log(lab, "again");
        let sleeper = end(find(&log, &["sleep", "1000"]));
        // Whichever is seen first: the signal, or the end of the whole session.
        let ends = [json!({"end": "killed", "signal": 15}), json!({"end": "session"})];
        assert!(ends.contains(&sleeper), "{log:#}");
        let (go, later) = (find(&log, &["touch", "go"]), find(&log, &["touch", "later"]));
        assert!(later["id"].as_u64() > go["id"].as_u64(), "{log:#}");
        assert_eq!((go.get("parent"), later.get("parent")), (None, None));
    });
}

#[test]
fn without_reads_programs_are_told_all_the_same() {
    both(|lab| {
        let log = run_named(lab, "off", &["--reads", "off"], "true; exit 2");
        assert_eq!(end(find(&log, &["sh", "-c", "true; exit 2"])), json!({"end": "exited", "status": 2}));
    });
}

/// Path below the home, file name of the program, and number of its run.
fn makers(lab: &Lab, session: &str) -> Vec<(String, String, Value)> {
    let told: Value = serde_json::from_str(&lab.run(&["changes", session, "--json"]).stdout).unwrap();
    let home = format!("{}/", lab.home().display());
    let changes = told["changes"].as_array().unwrap().iter();
    let below = changes.filter_map(|change| {
        let path = change["path"].as_str().unwrap().strip_prefix(&home)?.to_owned();
        let program = change["program"].as_str().unwrap_or("unknown");
        Some((path, program.rsplit('/').next().unwrap().to_owned(), change["program_id"].clone()))
    });
    below.collect()
}

#[test]
fn every_change_names_the_program_that_made_it() {
    both(|lab| {
        for name in ["gone", "moved", "mode", "old/in", "old/deep/file"] {
            std::fs::create_dir_all(lab.home().join(name).parent().unwrap()).unwrap();
            lab.write(name, "host\n");
        }
        lab.give_all_to_user("old");
        lab.give_to_user(&["gone", "moved", "mode"]);
        let script = "touch by-touch; cp by-touch by-cp; ln -s /tmp link; mkdir -p made/deep; mkdir -p made/deep; \
                      rm gone; mv moved to; chmod 600 mode; echo x > by-shell; perl -e 'open F, \">>\", \"by-cp\"; print F 1'; \
                      cat by-shell 2>/dev/null > made/redirected; ln -s made way; tee way/deep/through < mode > /dev/null; \
                      (sleep 0.01; echo sub > by-subshell) & wait; mkdir tree; touch tree/file; mv tree trunk; \
                      sed -i s/host/see/ old/deep/file; rmdir none; touch none/none; ln by-touch hard; rm -r old/in; true";
        run_named(lab, "makers", &[], script);
        let found = makers(lab, "makers");
        let who = |path: &str| {
            let change = found.iter().find(|(one, ..)| one == path);
            change.map(|(_, program, _)| program.as_str()).unwrap_or_else(|| panic!("{path}: {found:#?}"))
        };
        let wanted = [
            ("by-touch", "touch"),
            ("by-cp", "perl"),
            ("link", "ln"),
            ("made", "mkdir"),
            ("made/deep", "mkdir"),
            ("gone", "rm"),
            ("to", "mv"),
            ("mode", "chmod"),
            ("by-shell", "sh"),
            ("made/redirected", "sh"),
            ("made/deep/through", "tee"),
            ("by-subshell", "sh"),
            ("trunk", "mv"),
            ("trunk/file", "touch"),
            ("old/deep/file", "sed"),
            ("old/in", "rm"),
        ];
        for (path, program) in wanted {
            assert_eq!(who(path), program, "{path}: {found:#?}");
        }
        assert!(found.iter().all(|(_, program, _)| program != "unknown"), "{found:#?}");
        let log = log(lab, "makers");
        let touch = find(&log, &["touch", "tree/file"]);
        let change = found.iter().find(|(path, ..)| path == "trunk/file").unwrap();
        assert_eq!(change.2, touch["id"]);
        let text = lab.run(&["-v", "changes", "makers"]).stdout;
        assert!(text.contains("/trunk/file  (by /usr/bin/touch)"), "{text}");
    });
}

#[test]
fn a_program_that_was_left_behind_is_known_and_without_reads_nobody_is() {
    both(|lab| {
        let leaves = "(while kill -0 $$ 2>/dev/null; do :; done; echo x > late) & exit 0";
        let log = run_named(lab, "daemon", &[], &format!("sh -c '{leaves}'; exit 0"));
        let id = find(&log, &["sh", "-c", leaves])["id"].clone();
        assert_eq!(makers(lab, "daemon"), [("late".to_owned(), "sh".to_owned(), id)], "{log:#}");
        run_named(lab, "off", &["--reads", "off"], "echo x > f");
        assert_eq!(makers(lab, "off"), [("f".to_owned(), "unknown".to_owned(), Value::Null)]);
    });
}

#[test]
fn nobody_leaves_the_record_or_passes_for_another() {
    both(|lab| {
        // Left behind, and says that it is a program that is over: its words are as long as that one's.
        lab.write(
            "evil.p",
            "$p = $$; exit if fork; 1 while getppid == $p; $0 = \"touch\\0decoy\"; open F, '>', 'lied'; print F 1;",
        );
        // From memory, by several names; by a file that is deleted; by a process that shares its memory; by another thread.
        let other_ways = "import os, shutil, subprocess, threading
shutil.copy('/usr/bin/touch', 'own')
memory, own = os.memfd_create('hidden', 0), os.open('own', os.O_RDONLY)
os.write(memory, open('own', 'rb').read())
os.remove('own')
ways = {'memory': memory, 'deleted': own, 'proc': f'/proc/self/fd/{memory}', 'dev': f'/dev/fd/{own}', 'pid': None}
for name, way in ways.items():
    if os.fork() == 0: os.execve(way or f'/proc/{os.getpid()}/fd/{memory}', ['touch', 'by-' + name], os.environ)
    os.wait()
subprocess.run(['touch', 'by-vfork'])
threading.Thread(target=lambda: os.execvp('touch', ['touch', 'by-thread'])).start()
";
        lab.write("ways.py", other_ways);
        let log = run_named(lab, "liar", &[], "touch decoy; perl evil.p; /usr/bin/python3 ways.py; true");
        let found = makers(lab, "liar");
        let of = |path: &str| found.iter().find(|(one, ..)| one == path).unwrap();
        assert_eq!(of("lied").1, "unknown", "{log:#}");
        let ways =
            ["memory", "deleted", "proc", "dev", "pid", "vfork", "thread"].map(|way| format!("by-{way}"));
        for path in ways.iter().map(String::as_str).chain(["decoy"]) {
            assert_eq!(of(path).2, find(&log, &["touch", path])["id"], "{path}: {log:#}");
        }
    });
}

#[test]
fn what_is_refused_is_told_with_who_tried() {
    both(|lab| {
        lab.write("secret", "canary\n");
        lab.give_to_user(&["secret"]);
        let secret = lab.home().join("secret");
        let script = "cat secret; perl -e 'syscall(165, 0, 0, 0, 0, 0)'; perl -e 'syscall(165, 0, 0, 0, 0, 0)'; \
                      su --version > /dev/null; true";
        let log = run_named(lab, "refused", &["--hide", secret.to_str().unwrap()], script);
        let refused = log["refused"].as_array().unwrap();
        let of = |what: &str| -> Vec<&Value> { refused.iter().filter(|one| one["what"] == what).collect() };
        let hidden = of("hidden-place");
        assert_eq!(hidden.len(), 1, "{log:#}");
        assert_eq!(hidden[0]["detail"], json!(secret));
        assert_eq!(hidden[0]["program_id"], find(&log, &["cat", "secret"])["id"]);
        // Root inside may try, and gains rights.
        let details =
            |what: &str| -> Vec<Value> { of(what).iter().map(|one| one["detail"].clone()).collect() };
        let (mounts, set_ids) = (details("mount"), details("set-id"));
        match lab.mode {
            Mode::System => assert!(mounts.is_empty() && set_ids.is_empty(), "{log:#}"),
            Mode::User => {
                assert_eq!((mounts, set_ids), (vec![json!("mount")], vec![json!("/usr/bin/su")]), "{log:#}")
            }
        }
        let text = lab.run(&["log", "refused"]).stdout;
        assert!(text.contains("/secret: hidden from this session"), "{text}");
    });
}

#[test]
fn what_the_filter_refuses_devices_and_sockets_of_the_host_are_told_with_who_asked() {
    both(|lab| {
        let _listening = std::os::unix::net::UnixListener::bind(lab.home().join("host.sock")).unwrap();
        let name = format!("alcatraz-record-{}-{:?}", std::process::id(), lab.mode);
        let address =
            <std::os::unix::net::SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(&name)
                .unwrap();
        let _named = std::os::unix::net::UnixListener::bind_addr(&address).unwrap();
        let device = std::fs::read_dir("/dev").unwrap().find_map(|entry| {
            use std::os::unix::fs::FileTypeExt as _;
            let (entry, inside) =
                (entry.unwrap(), ["null", "zero", "full", "random", "urandom", "tty", "ptmx"]);
            let kind = entry.file_type().unwrap();
            let is_other = !inside.iter().any(|known| entry.file_name() == *known);
            (is_other && (kind.is_char_device() || kind.is_block_device())).then(|| entry.path())
        });
        let device = device.unwrap_or_else(|| panic!("this machine has no other device"));
        let script = format!(
            "perl -e '
                syscall(250, 0, 0) == -1 && $!{{EPERM}} or die \"keyctl: $!\";
                for (40, 70..99) {{ !socket(V, $_, 1, 0) && $!{{EAFNOSUPPORT}} or die \"family $_: $!\" }}
                syscall(317, 1, 8, 0) == -1 && $!{{EBUSY}} or die \"a listener: $!\";
                open(D, \"<\", \"{device}\") and die \"device\";
                for (\"host.sock\", \"\\0{name}\") {{
                    socket(U, 1, 1, 0) or die \"socket: $!\";
                    connect(U, pack(\"Sa*\", 1, $_)) and die \"connected to $_\";
                }}
                socket(L, 1, 1, 0) && bind(L, pack(\"Sa*\", 1, \"own.sock\")) && listen(L, 1) or die \"own: $!\";
                socket(U, 1, 1, 0) && connect(U, pack(\"Sa*\", 1, \"own.sock\")) or die \"own: $!\";
                syscall(250, 0, 0); exit 9'",
            device = device.display()
        );
        let log = run_named(lab, "walls", &[], &script);
        let perl = log["programs"].as_array().unwrap().iter().find(|run| run["args"][0] == "perl").unwrap();
        assert_eq!(end(perl), json!({"end": "exited", "status": 9}), "{log:#}");
        let told: Vec<Value> = log["refused"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                assert_eq!(one["program_id"], perl["id"], "{log:#}");
                json!([one["what"], one["detail"]])
            })
            .collect();
        let wanted = [
            json!(["kernel-call", "keyctl"]),
            json!(["socket-family", "AF_VSOCK"]),
            json!(["socket-family", "another family"]),
            json!(["device", device]),
            json!(["host-socket", lab.home().join("host.sock")]),
            json!(["host-socket", format!("@{name}")]),
        ];
        assert_eq!(told, wanted, "{log:#}");
    });
}
