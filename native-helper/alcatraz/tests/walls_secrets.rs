//! Hidden places: nothing inside reads them under any name, as root and as an ordinary user.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod engine_lab;

use std::process::{Command, Stdio};

use engine_lab::{Lab, Mode, Outcome, both, finish, wait_until};

/// What must not be read inside.
const SECRET: &str = "attack-at-dawn";

/// Puts secrets into the lab's home: a directory and a file.
fn with_secrets(lab: &Lab) {
    let script = format!(
        "mkdir -p place/keys && chmod 700 place/keys && echo {SECRET} > place/keys/id && echo {SECRET} > token && \
         ln -s place/keys shortcut"
    );
    let mut command = lab.as_user("/bin/sh".as_ref());
    command.args(["-ec", &script]);
    assert_eq!(finish(command).status, 0);
}

/// Runs a script with both secrets hidden.
fn see(lab: &Lab, script: &str) -> Outcome {
    lab.run(&["run", "--keep", "-q", "--hide", "shortcut", "--hide", "token", "--", "/bin/sh", "-c", script])
}

#[test]
fn a_hidden_place_is_empty_and_stays_so() {
    both(|lab| {
        with_secrets(lab);
        let native = finish({
            let mut command = lab.as_user("/bin/cat".as_ref());
            command.args(["shortcut/id", "token"]);
            command
        });
        assert_eq!(native.stdout, format!("{SECRET}\n{SECRET}\n"));
        let inside = see(lab, "ls -A place/keys; cat token; ls -A shortcut/; stat -c %F place/keys token");
        assert_eq!(inside.stdout, "directory\nregular empty file\n", "{inside:?}");
        for attempt in [
            "touch place/keys/id",
            "echo x > token",
            "echo x >> token",
            "rm -rf place",
            "mv place/keys away",
            "mv token away",
            "ln token other",
            "chmod 777 token",
            "umount token",
            "umount -l place/keys",
            "mount -o remount,bind,rw place/keys && touch place/keys/id",
        ] {
            let outcome = see(lab, attempt);
            assert_ne!(outcome.status, 0, "{attempt}: {outcome:?}");
        }
    });
}

/// Ways around a cover. Each prints what it finds; `$0` is the home directory.
const WAYS: &[(&str, &str)] = &[
    ("bind", "mkdir b; mount --bind place b && cat b/keys/id"),
    ("recursive bind", "mkdir b; mount --rbind place b && umount -l b/keys && cat b/keys/id"),
    ("bind of the home", "mkdir /tmp/b$$; mount --bind . /tmp/b$$ && cat /tmp/b$$/token"),
    ("private mounts", "unshare -m sh -c 'umount -l place/keys token; cat place/keys/id token'"),
    ("nested user", "unshare -Urm sh -c 'umount -l place/keys token; cat place/keys/id token'"),
    (
        "nested bind",
        "unshare -Urm sh -c 'mkdir b; mount --bind place b && cat b/keys/id; mount --bind . b && cat b/token'",
    ),
    (
        "nested overlay",
        "unshare -Urm sh -c 'mkdir u w m; mount -t tmpfs t m; mkdir m/u m/w m/m; \
         mount -t overlay -o userxattr,lowerdir=$0,upperdir=m/u,workdir=m/w o m/m && cat m/m/token m/m/place/keys/id' \"$0\"",
    ),
    ("read-only overlay", "mkdir m; mount -t overlay -o lowerdir=$0/place:$0 o m && cat m/token m/keys/id"),
    ("moving under a bind", "mkdir a b; mount --bind a b && mv place a/place && cat b/place/keys/id"),
    (
        "moving under a nested bind",
        "mkdir a b; unshare -Urm sh -c 'mount --bind a b && mv place a/place && cat b/place/keys/id'",
    ),
    (
        "moving under an overlay",
        "mkdir a m; mount -t overlay -o lowerdir=$0/a:$0/m o m && mv place a/p && cat m/p/keys/id",
    ),
    (
        "moving the home",
        "mkdir /tmp/a$$ /tmp/b$$; mount --bind /tmp/a$$ /tmp/b$$ && mv $0 /tmp/a$$/h && cat /tmp/b$$/h/token",
    ),
    (
        "roots",
        "for r in /proc/[0-9]*/root /proc/[0-9]*/cwd /proc/[0-9]*/fd/*; do cat $r$0/token $r/token; done",
    ),
    (
        "exchange",
        "mkdir other; echo mine > other/id; mv --exchange place/keys other; cat place/keys/id other/id",
    ),
    (
        "disk",
        "for d in /dev/vda /dev/sda /dev/nvme0n1 /dev/dm-0; do head -c 1 $d; done; debugfs -R \"cat $0/token\" /dev/vda",
    ),
    ("whiteout", "rm -f token; mknod token c 0 0; cat token; rmdir place/keys; cat place/keys/id"),
    (
        "pivot",
        "unshare -m sh -c 'mkdir n; mount --bind . n; cd n; mkdir o; pivot_root . o; cat /token o/$0/token'",
    ),
    ("chroot", "chroot . /bin/cat /token; chroot $0/place cat keys/id"),
];

#[test]
fn no_way_leads_around_the_cover() {
    both(|lab| {
        with_secrets(lab);
        let home = lab.home().display().to_string();
        for (name, way) in WAYS {
            let arguments = [
                "run",
                "--abort",
                "-q",
                "--hide",
                "place/keys",
                "--hide",
                "token",
                "--",
                "/bin/sh",
                "-c",
                way,
                &home,
            ];
            let outcome = lab.run(&arguments);
            let told = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(!told.contains(SECRET), "{name}: {outcome:?}");
        }
        // The ways are real ones: without the option what lies there can be read.
        let outcome = lab.run(&["run", "--abort", "-q", "--", "/bin/sh", "-c", "cat place/keys/id"]);
        assert_eq!(outcome.stdout, format!("{SECRET}\n"));
    });
}

#[test]
fn moving_a_directory_works_for_root_and_shows_nothing() {
    let lab = Lab::new(Mode::System);
    with_secrets(&lab);
    let hide = ["run", "--keep", "-q", "--name", "mover", "--hide", "place/keys", "--"];
    let script = "mkdir a b && mount --bind a b && mv place a/place && ls -A b/place/keys && echo moved";
    let outcome = lab.run(&[&hide[..], &["/bin/sh", "-ec", script]].concat());
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "moved\n"), "{outcome:?}");
    // Later too, when no cover finds its place any more.
    let outcome = lab.run(&["enter", "mover", "--", "sh", "-c", "ls -A a/place/keys; test -d a/place/keys"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, ""), "{outcome:?}");
}

#[test]
fn a_hidden_place_is_hidden_under_its_other_names() {
    both(|lab| {
        with_secrets(lab);
        let other = lab.dir().join("other");
        std::fs::create_dir(&other).unwrap();
        let mount = |arguments: &[&std::ffi::OsStr]| {
            Command::new("mount").args(arguments).status().unwrap().success()
        };
        assert!(mount(&["--bind".as_ref(), lab.home().join("place").as_os_str(), other.as_os_str()]));
        let read = |options: &[&str]| {
            let path = other.join("keys/id").display().to_string();
            let mut arguments = vec!["run", "--abort", "-q"];
            arguments.extend(options);
            arguments.extend(["--", "cat", &path]);
            lab.run(&arguments)
        };
        let seen = read(&[]);
        let hidden = read(&["--hide", "place/keys"]);
        // Lazily: a session that another test starts meanwhile may hold the mount for a moment while it copies the tree.
        assert!(Command::new("umount").arg("--lazy").arg(&other).status().unwrap().success());
        assert_eq!(seen.stdout, format!("{SECRET}\n"), "{seen:?}");
        assert!(hidden.status != 0 && !hidden.stdout.contains(SECRET), "{hidden:?}");
    });
}

#[test]
fn what_is_hidden_is_told_and_never_a_change() {
    both(|lab| {
        with_secrets(lab);
        let hide = ["run", "--keep", "-q", "--name", "told", "--hide", "place/keys", "--hide", "token", "--"];
        let outcome =
            lab.run(&[&hide[..], &["/bin/sh", "-c", "echo new > place/new; touch token place"]].concat());
        assert_ne!(outcome.status, 125, "{outcome:?}");
        let session = lab.session("told").unwrap();
        let home = lab.home().canonicalize().unwrap();
        let hidden: Vec<_> =
            session["policy"]["hidden"].as_array().unwrap().iter().map(|p| p["path"].clone()).collect();
        for name in ["place/keys", "token"] {
            assert!(hidden.contains(&home.join(name).display().to_string().into()), "{hidden:?}");
        }
        let changes: serde_json::Value =
            serde_json::from_str(&lab.run(&["changes", "told", "--json"]).stdout).unwrap();
        let paths: Vec<_> =
            changes["changes"].as_array().unwrap().iter().map(|c| c["path"].clone()).collect();
        assert_eq!(paths, [serde_json::json!(home.join("place/new").display().to_string())]);
        assert_eq!(lab.run(&["commit", "told"]).status, 0);
        assert_eq!(std::fs::read_to_string(lab.home().join("place/keys/id")).unwrap(), format!("{SECRET}\n"));
        assert_eq!(std::fs::read_to_string(lab.home().join("token")).unwrap(), format!("{SECRET}\n"));
    });
}

#[test]
fn what_is_not_there_cannot_be_hidden() {
    let lab = Lab::new(Mode::System);
    let outcome = lab.run(&["run", "--hide", "no-such-place", "--", "true"]);
    assert_eq!(outcome.status, 125, "{outcome:?}");
    assert!(outcome.stderr.contains("nothing to hide"), "{outcome:?}");
}

#[test]
fn with_a_network_the_usual_secrets_are_hidden() {
    // An ordinary user needs a machine that lets it have a network at all; which places are hidden does not depend on it.
    let lab = Lab::new(Mode::System);
    let script = format!("mkdir -m 700 .ssh .aws && echo {SECRET} | tee .ssh/id > .aws/credentials");
    let mut command = lab.as_user("/bin/sh".as_ref());
    command.args(["-ec", &script]);
    assert_eq!(finish(command).status, 0);
    let read = |options: &[&str]| {
        let fixed = ["--", "sh", "-c", "cat .ssh/id; cat .aws/credentials; echo ran"];
        lab.run(&[&["run", "--abort", "-q"], options, &fixed].concat()).stdout
    };
    assert_eq!(read(&[]), format!("{SECRET}\n{SECRET}\nran\n"));
    assert_eq!(read(&["--net", "web"]), "ran\n");
    assert_eq!(read(&["--net", "web", "--show", ".aws"]), format!("{SECRET}\nran\n"));
    let part = lab.run(&["run", "--net", "web", "--show", ".ssh/id", "--", "true"]);
    assert!(part.status == 125 && part.stderr.contains("--show"), "{part:?}");
}

#[test]
fn what_root_sees_of_others_sessions_and_of_the_machines_own_keys_is_hidden() {
    let lab = Lab::new(Mode::System);
    // A store and a room that are not this one's, and an /etc that has secrets.
    let machine = format!(
        "mkdir room etc; mount -t tmpfs x room; mkdir -m 700 room/.alcatraz-0badcafe; echo {SECRET} > room/.alcatraz-0badcafe/layer; \
         mount -t tmpfs x /var/lib; mkdir -m 700 /var/lib/alcatraz; echo {SECRET} > /var/lib/alcatraz/record; \
         cp -a /etc/. etc; mkdir -p etc/wireguard etc/ssh; \
         for key in wireguard/wg0.conf krb5.keytab ssh/ssh_host_test_key; do echo {SECRET} > etc/$key; done; \
         echo {SECRET} > etc/ssh/ssh_host_test_key.pub; mount --bind etc /etc; "
    );
    let stores = "cat room/.alcatraz-*/layer /var/lib/alcatraz/record";
    let keys =
        "cat /etc/wireguard/* /etc/krb5.keytab /etc/ssh/ssh_host_test_key etc/wireguard/* etc/krb5.keytab";
    let public = "cat /etc/ssh/ssh_host_test_key.pub";
    let tries = format!("{{ {stores}; {keys}; }} 2> why; echo tried; {public}");
    let run = |wrap: &str| {
        let mut command = Command::new("unshare");
        let script = format!("{machine}{wrap} -c \"$0\"");
        command
            .args(["-m", "--propagation", "private", "sh", "-ec", &script, &tries])
            .current_dir(lab.home());
        command.env("ALCATRAZ", lab.binary()).env("ALCATRAZ_STORE", lab.store()).env_remove("SUDO_UID");
        let outcome = finish(command);
        std::fs::remove_dir_all(lab.home().join("etc")).unwrap();
        std::fs::remove_dir(lab.home().join("room")).unwrap();
        outcome
    };
    let native = run("sh");
    assert_eq!(native.stdout.matches(SECRET).count(), 8, "{native:?}");
    let inside = run("\"$ALCATRAZ\" run --abort -q --net web -- sh");
    assert_eq!(inside.stdout, format!("tried\n{SECRET}\n"), "{inside:?}");
    // Without a network only what belongs to sessions is.
    let inside = run("\"$ALCATRAZ\" run --abort -q -- sh");
    assert_eq!(inside.stdout.matches(SECRET).count(), 6, "{inside:?}");
}

#[test]
fn what_is_always_hidden_is_empty_unless_it_is_shown_for_one_run() {
    both(|lab| {
        with_secrets(lab);
        let hidden = |words: &[&str]| lab.run(&[&["hidden"], words].concat());
        assert_eq!(hidden(&[]).stdout, "");
        let (keys, token) = (lab.home().join("place/keys"), lab.home().join("token"));
        let list = format!("{}\n{}\n", lab.home().join("shortcut").display(), token.display());
        assert_eq!(hidden(&["shortcut", "token"]).stdout, list);
        let read = |options: &[&str]| {
            let words =
                [&["run", "--keep", "-q"], options, &["--", "/bin/sh", "-c", "ls -A place/keys; cat token"]];
            lab.run(&words.concat()).stdout
        };
        assert_eq!(read(&[]), "");
        assert_eq!(read(&["--show", "token"]), format!("{SECRET}\n"));
        assert_eq!(read(&["--show", keys.to_str().unwrap()]), "id\n");
        let part = lab.run(&["run", "--show", "place/keys/id", "--", "true"]);
        assert!(part.status == 125 && part.stderr.contains("--show"), "{part:?}");
        // What is not there any more needs no hiding.
        assert_eq!(hidden(&["gone", "--remove", "shortcut"]).status, 0);
        assert_eq!(read(&[]), "id\n");
        for wrong in [&["--remove", "never"][..], &["/"]] {
            assert_eq!(hidden(wrong).status, 2, "{wrong:?}");
        }
    });
}

#[test]
fn what_the_host_makes_later_at_a_hidden_place_is_not_seen() {
    both(|lab| {
        let places = ["later", ".config/tool/key"];
        assert_eq!(
            finish_as(lab, "mkdir .config && echo kept > .config/kept && chmod 750 .config").status,
            0
        );
        assert_eq!(lab.run(&["hidden", places[0], places[1]]).status, 0);
        let wait = "touch .started; exec sleep 1000";
        let run = |name: &str, options: &[&str]| {
            let words = [&["run", "--keep", "-q", "--name", name], options, &["--", "/bin/sh", "-c", wait]];
            let child = lab.command(&words.concat()).stdout(Stdio::null()).spawn().unwrap();
            wait_until("it runs", || lab.run(&["enter", name, "--", "test", "-e", ".started"]).status == 0);
            child
        };
        let mut sessions = [run("open", &["--show", places[0], "--show", places[1]]), run("shut", &[])];
        let make =
            format!("mkdir later .config/tool; echo {SECRET} > later/id; echo {SECRET} > .config/tool/key");
        assert_eq!(finish_as(lab, &make).status, 0);
        let look = "cat later/id .config/tool/key; ls -A . .config; cat .config/kept; stat -c %a .config";
        let seen = |name: &str| lab.run(&["enter", name, "--", "/bin/sh", "-c", look]).stdout;
        // It can be read where nothing hides it.
        let open = seen("open");
        assert_eq!(open.matches(SECRET).count(), 2, "{open}");
        let shut = seen("shut");
        assert!(!shut.contains(SECRET) && !shut.contains("later") && !shut.contains("tool"), "{shut}");
        assert!(shut.ends_with("kept\nkept\n750\n"), "{shut}");
        // What the session makes there is its own, and a change like any other.
        let own =
            "mkdir later && echo own > later/id && cat later/* && ls later && rm -r later && ! test -e later";
        assert_eq!(lab.run(&["enter", "shut", "--", "/bin/sh", "-ec", own]).stdout, "own\nid\n");
        for (name, child) in ["open", "shut"].iter().zip(&mut sessions) {
            assert_eq!(lab.run(&["stop", name]).status, 0);
            child.wait().unwrap();
        }
        // By then it is there, and hidden like all that is.
        assert!(!seen("shut").contains(SECRET));
        let kept = finish_as(lab, "cat later/id").stdout;
        assert_eq!(kept, format!("{SECRET}\n"));
    });
}

fn finish_as(lab: &Lab, script: &str) -> Outcome {
    let mut command = lab.as_user("/bin/sh".as_ref());
    command.args(["-ec", script]);
    finish(command)
}

/// An access list that gives one more user a right: what `setfacl -m u:65534:rx` makes of mode 0755.
fn access_list() -> Vec<u8> {
    let entry = |tag: u16, rights: u16, id: u32| {
        [tag.to_le_bytes().as_slice(), &rights.to_le_bytes(), &id.to_le_bytes()].concat()
    };
    let nobody = u32::MAX;
    let entries = [(1, 7, nobody), (2, 5, 65534), (4, 5, nobody), (16, 5, nobody), (32, 5, nobody)]
        .map(|(t, r, i)| entry(t, r, i));
    [2_u32.to_le_bytes().to_vec(), entries.concat()].concat()
}

#[test]
fn a_directory_above_a_hidden_place_keeps_its_access_list() {
    const ACCESS: &str = "system.posix_acl_access";
    both(|lab| {
        with_secrets(lab);
        let dir = lab.home().join("place");
        let list = access_list();
        rustix::fs::setxattr(&dir, ACCESS, &list, rustix::fs::XattrFlags::empty()).unwrap();
        for reads in ["opens", "off"] {
            let write = format!("echo x > place/{reads}");
            let hide = ["run", "--commit", "-q", "--reads", reads, "--hide", "place/keys"];
            let outcome = lab.run(&[&hide[..], &["--", "/bin/sh", "-c", &write]].concat());
            assert_eq!(outcome.status, 0, "{outcome:?}");
            assert!(dir.join(reads).exists(), "{outcome:?}");
            let mut held = [0_u8; 256];
            let length = rustix::fs::getxattr(&dir, ACCESS, &mut held[..]).unwrap();
            assert_eq!(&held[..length], list, "{reads}");
        }
    });
}
