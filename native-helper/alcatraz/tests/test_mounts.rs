//! Mounts of the host that lie in the way of a session, or go away under it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::process::{Command, Stdio};

use crate::support::{Lab, Outcome};

mod support;

/// Runs a shell script where it may mount and nothing is left mounted. `$1` is the mount point; `alcatraz` is the binary,
/// run as the lab's user.
fn apart(lab: &Lab, script: &str) -> Outcome {
    assert!(rustix::process::geteuid().is_root(), "these tests make mounts: run them as root");
    let binary = lab.command::<_, &str>([]);
    let mut command = Command::new("unshare");
    command.args(["-m", "--propagation", "private", "/bin/sh", "-ec"]);
    command.arg(format!("point=$1; shift; binary=\"$*\"; alcatraz() {{ $binary \"$@\"; }}; {script}"));
    command.arg("sh").arg(lab.work().join("place/mounted")).arg(binary.get_program()).args(binary.get_args());
    for (name, value) in binary.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.current_dir(lab.work()).stdin(Stdio::null()).output().unwrap().into()
}

#[test]
fn one_mount_that_cannot_map_ids_does_not_take_the_shift_from_all_others() {
    let lab = Lab::new();
    // What a container that runs has; only a session that begins in it needs it as it is.
    let script = "mkdir -p place/mounted low up wk; echo host > low/file; \
                  mount -t overlay -o lowerdir=low,upperdir=up,workdir=wk o $point; \
                  alcatraz run --keep -q --name beside -- /bin/sh -ec 'read inside outside rest < /proc/self/uid_map; \
                  echo beside $inside $outside; cat $0/file; ! touch $0/file $0/new 2> /dev/null; echo new > mine' $point; \
                  cd $point; \
                  alcatraz run --keep -q --name within -- /bin/sh -ec 'read inside outside rest < /proc/self/uid_map; \
                  echo within $inside $outside; echo changed > file'; \
                  cd ../..; alcatraz commit -q beside; \
                  alcatraz enter within -- /bin/sh -c 'read inside outside rest < /proc/self/uid_map; \
                  echo again $inside $outside $(cat $0/file)' $point; \
                  test $(cat $point/file) = host";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let told = outcome.text();
    for words in ["beside 0 2147483648\nhost\n", "within 0 0\n", "again 0 0 changed\n"] {
        assert!(told.contains(words), "{words}: {outcome:?}");
    }
    assert_eq!(lab.read("mine"), "new\n");
    let list = lab.json(["list"]);
    let beside =
        list["sessions"].as_array().unwrap().iter().find(|session| session["name"] == "beside").unwrap();
    let point = lab.work().join("place/mounted").display().to_string();
    let limits = beside["limits"].as_array().unwrap();
    assert!(limits.iter().any(|limit| limit["path"] == point.as_str()), "{beside}");
}

#[test]
fn what_lies_in_a_directory_that_cannot_be_listed_is_committed_whole() {
    let lab = Lab::ordinary();
    let script = "mkdir -p place/mounted place/closed/mine; chmod 711 place/closed; \
                  chown --reference=. place/closed/mine; mount -t tmpfs x $point; \
                  alcatraz run --keep -q --name one -- /bin/sh -ec \
                  '! ls place/closed 2> /dev/null; echo new > place/closed/mine/new'; \
                  alcatraz commit -q one";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(lab.read("place/closed/mine/new"), "new\n");
    assert_eq!(lab.state("one"), "committed");
}

#[test]
fn a_file_system_that_went_away_matters_only_when_something_was_changed_there() {
    let lab = Lab::new();
    let script = "mkdir -p place/mounted; \
                  mount -t tmpfs -o mode=755 x $point; \
                  alcatraz run --keep -q --name idle -- /bin/sh -ec 'echo one > idle'; \
                  umount --lazy $point; alcatraz commit -q idle; \
                  mount -t tmpfs -o mode=755 x $point; \
                  alcatraz run --keep -q --name busy -- /bin/sh -ec 'echo two > busy; echo > $0/lost' $point; \
                  umount --lazy $point; \
                  alcatraz commit --json busy || echo status $?; \
                  alcatraz commit -q --skip $point busy";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!((lab.read("idle"), lab.state("idle")), ("one\n".to_owned(), "committed".to_owned()));
    assert!(outcome.text().contains("status 3"), "{outcome:?}");
    let conflicts = outcome.error()["conflicts"].clone();
    let point = lab.work().join("place/mounted");
    assert_eq!(conflicts[0]["path"], point.to_str().unwrap(), "{conflicts}");
    assert_eq!(conflicts[0]["reason"], "name-vanished");
    assert_eq!(conflicts[0]["choices"], serde_json::json!(["skip"]));
    assert_eq!((lab.read("busy"), lab.state("busy")), ("two\n".to_owned(), "finished".to_owned()));
    assert!(!lab.exists("place/mounted/lost"));
}

#[test]
fn a_file_system_that_went_away_while_the_session_ran_does_not_matter_when_nothing_was_changed_there() {
    let lab = Lab::new();
    let script = "mkdir -p place/mounted; mount -t tmpfs -o mode=700,uid=4 x $point; mkfifo go; \
                  alcatraz run --keep -q --name one -- /bin/sh -ec 'echo one > one; echo runs; read line' \
                  < go > said & exec 3> go; until grep -q runs said; do :; done; umount --lazy $point; rmdir $point; \
                  echo >&3; wait; alcatraz commit -q one";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!((lab.read("one"), lab.state("one")), ("one\n".to_owned(), "committed".to_owned()));
}

#[test]
fn a_layer_that_went_away_with_its_file_system_while_the_session_ran_counts_by_what_was_put_into_it() {
    let lab = Lab::new();
    // The top is one's own: the layer lies on the file system that goes.
    let script = "mkdir -p place/mounted; mkfifo go; for name in idle busy; do \
                  mount -t tmpfs -o mode=755 x $point; \
                  alcatraz run --keep -q --name $name -- /bin/sh -ec \
                  'echo $1 > $1; test $1 = idle || echo > $0/lost; echo runs $1; read line' $point $name \
                  < go > said & exec 3> go; until grep -qs \"runs $name\" said; do :; done; umount --lazy $point; \
                  echo >&3; wait; done; \
                  alcatraz commit -q idle; alcatraz commit --json busy || echo status $?";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!((lab.read("idle"), lab.state("idle")), ("idle\n".to_owned(), "committed".to_owned()));
    assert!(outcome.text().contains("status 3"), "{outcome:?}");
    assert_eq!(outcome.error()["conflicts"][0]["reason"], "name-vanished");
}

#[test]
fn what_lies_beneath_or_instead_of_a_file_system_that_went_away_is_never_written() {
    let lab = Lab::new();
    // Of a file system whose top belongs to somebody else the store keeps the layer: it stays when that one goes.
    let script = "mkdir -p place/mounted; echo beneath > $point/file; \
                  mount -t tmpfs -o mode=755,uid=4 first $point; echo first > $point/file; \
                  alcatraz run --keep -q --name idle -- /bin/sh -ec 'echo one > idle'; \
                  alcatraz run --keep -q --name busy -- /bin/sh -ec 'echo two > busy; cd $0; echo new > made; \
                  echo changed > file' $point; \
                  mkdir place/aside; mount --move $point place/aside; \
                  alcatraz commit -q idle; \
                  alcatraz commit --json busy || echo gone $?; \
                  alcatraz inspect busy -- /bin/sh -c 'echo looked at $(cat /session$0/file)' $point; \
                  mount -t tmpfs -o mode=755,uid=4 second $point; echo second > $point/file; \
                  alcatraz commit --json busy || echo other $?; \
                  alcatraz enter busy -- /bin/sh -c 'cat $0/file; echo lost > $0/lost' $point || echo entered; \
                  alcatraz commit -q --skip $point busy; \
                  test $(cat $point/file) = second; test $(ls $point | wc -l) = 1; \
                  umount --lazy $point; test $(cat $point/file) = beneath; test $(ls $point | wc -l) = 1; \
                  mount --move place/aside $point; \
                  alcatraz commit -q busy; test $(cat $point/file) = changed; test $(cat $point/made) = new";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    for words in ["gone 3", "looked at beneath", "other 3", "second\nentered"] {
        assert!(outcome.text().contains(words), "{words}: {outcome:?}");
    }
    assert_eq!(outcome.stderr.matches("name-vanished").count(), 2, "{outcome:?}");
    let point = lab.work().join("place/mounted");
    let lost = format!("Not shown: what the session changed below {}.", point.display());
    assert_eq!(outcome.stderr.matches(&lost).count(), 1, "{outcome:?}");
    assert_eq!((lab.read("idle"), lab.read("busy")), ("one\n".to_owned(), "two\n".to_owned()));
    assert_eq!((lab.state("idle"), lab.state("busy")), ("committed".to_owned(), "committed".to_owned()));
}

#[test]
fn an_undo_never_writes_beneath_a_file_system_that_went_away() {
    let lab = Lab::new();
    // Its top belongs to somebody else, so the backup is in the store and stays when the file system goes.
    let script = "mkdir -p place/mounted place/aside; mount -t tmpfs -o mode=755,uid=4 first $point; \
                  echo first > $point/file; echo host > both; \
                  alcatraz run --keep -q --name one -- /bin/sh -ec \
                  'rm $0/file; echo made > $0/made; echo see > both' $point; \
                  alcatraz commit -q one; test ! -e $point/file; \
                  commit=$(alcatraz history --json | sed -n 's/.*\"id\":\"\\([^\"]*\\).*/\\1/p'); \
                  mount --move $point place/aside; \
                  alcatraz undo --json $commit || echo gone $?; test -z \"$(ls -A $point)\"; \
                  mount -t tmpfs -o mode=755,uid=4 second $point; \
                  alcatraz undo --json $commit || echo other $?; test -z \"$(ls $point)\"; \
                  umount --lazy $point; test $(cat both) = see; test -z \"$(ls -A $point)\"; \
                  alcatraz undo -q --resolve $point=skip $commit; test -z \"$(ls -A $point)\"; \
                  test $(cat both) = host; \
                  mount --move place/aside $point; test $(cat $point/made) = made; test ! -e $point/file";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    for words in ["gone 3", "other 3"] {
        assert!(outcome.text().contains(words), "{words}: {outcome:?}");
    }
    assert_eq!(outcome.stderr.matches("name-vanished").count(), 2, "{outcome:?}");
}

#[test]
fn a_room_goes_with_the_last_that_lies_in_it_and_the_doctor_names_those_whose_store_is_gone() {
    let lab = Lab::new();
    let script = "mkdir -p place/mounted; mount -t tmpfs -o mode=755 x $point; \
                  made() { alcatraz run --keep -q --name one -- /bin/sh -ec 'echo new > $0/new' $point; }; \
                  made; test -d $point/.alcatraz-*/layers; alcatraz abort -q one; test -z \"$(ls -A $point)\"; \
                  made; alcatraz commit -q one > /dev/null; test -d $point/.alcatraz-*/commits; \
                  alcatraz history --json | grep -o '\"id\":\"[^\"]*' | cut -d '\"' -f 4 | xargs $binary drop -q; \
                  test \"$(ls -A $point)\" = new; alcatraz doctor --json | grep -c \"behind: $point\" || true; \
                  alcatraz run --keep -q -- /bin/sh -ec 'rm $0/new' $point; rm -r $ALCATRAZ_STORE; alcatraz doctor --json";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let text = outcome.text();
    let (before, rows) = text.split_once('\n').unwrap();
    assert_eq!(before, "0");
    let rows: serde_json::Value = serde_json::from_str(rows).unwrap();
    let point = lab.work().join("place/mounted");
    let room = format!("{}/.alcatraz-", point.display());
    let row =
        rows["rows"].as_array().unwrap().iter().find(|row| row["feature"].as_str().unwrap().contains(&room));
    let row = row.unwrap_or_else(|| panic!("{rows}"));
    assert!(row["why"].as_str().unwrap().contains(lab.store().to_str().unwrap()), "{row}");
    assert!(row["mend"].as_str().unwrap().contains(&format!("rm -r {room}")), "{row}");
    assert!(!lab.store().exists(), "the doctor makes no store");
}

/// What a directory above such a place says of itself is the mask's, which lies in memory as the host's does here; also in a session
/// that is mounted again, when nothing is kept out of sight there any more.
#[test]
fn above_a_place_that_is_kept_out_of_sight_a_directory_is_not_taken_for_another_one() {
    let lab = Lab::new();
    let script = "mkdir -p place/mounted; mount -t tmpfs -o mode=755 x $point; mkdir $point/d; \
                  for name in f g h; do echo host > $point/d/$name; done; alcatraz hidden -q $point/d/none; \
                  alcatraz run --keep -q --name it -- /bin/sh -ec 'echo own > $0/d/own; rm $0/d/f' $point; \
                  alcatraz check -q it; alcatraz hidden -q --remove $point/d/none; \
                  alcatraz enter it -- /bin/sh -ec 'rm $0/d/g' $point; alcatraz commit -q it; ls $point/d";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(outcome.text().ends_with("\nh\nown\n"), "{outcome:?}");
}

#[test]
fn what_is_shown_read_only_is_recorded_as_the_hosts() {
    for lab in [Lab::new(), Lab::ordinary()] {
        let script = "mkdir -p place/mounted back; echo one > back/file; mount --bind back $point; \
                      mount -o remount,bind,ro $point; \
                      alcatraz run --keep -q --name it -- /bin/sh -ec 'cat $0/file > copy; ! touch $0/new 2> /dev/null' $point; \
                      echo two > back/file; set +e; alcatraz check it; echo status $?";
        let outcome = apart(&lab, script);
        let file = lab.work().join("place/mounted/file").display().to_string();
        let told = outcome.text();
        assert!(told.contains(&file) && told.ends_with("status 3\n"), "{outcome:?}");
    }
}

/// Root inside may mount, in the session's own name space or in one of a program's, and change root directories.
#[test]
fn what_is_reached_by_mounts_of_the_programs_is_recorded_as_the_hosts() {
    let lab = Lab::new();
    std::fs::create_dir_all(lab.work().join("kept")).unwrap();
    lab.write("kept/file", "kept");
    let open = "perl -e 'chroot $ARGV[0] or die; open F, \"<\", $ARGV[1] or die; print <F>'";
    let bound = "mkdir -p at && mount --bind kept at";
    let ways = [
        format!("{bound} && cat at/file"),
        "mkdir -p at && touch at/one && mount --bind kept/file at/one && cat at/one".to_owned(),
        format!("{open} kept /file"),
        format!("unshare -m {open} kept /file"),
        format!("{bound} && {open} . /at/file"),
        format!(
            "unshare -m sh -c \"{bound} && exec {}\"",
            format!("{open} at /file").replace('"', "\\\"").replace('$', "\\$")
        ),
    ];
    for way in ways {
        let id = lab.see(&way);
        let reads = lab.json(["reads", &id]);
        let file = lab.work().join("kept/file").display().to_string();
        let is_there = reads["reads"].as_array().unwrap().iter().any(|read| read["path"] == file.as_str());
        assert!(is_there && reads.get("missing").is_none(), "{way}: {reads}");
        assert_eq!(lab.run(["abort", &id]).status, 0);
    }
}

/// What an overlay of a program's own shows, or a mount that no path leads to, nobody can say.
#[test]
fn what_cannot_be_told_behind_a_mount_makes_the_record_incomplete() {
    let lab = Lab::new();
    std::fs::create_dir_all(lab.work().join("kept")).unwrap();
    lab.write("kept/file", "kept");
    let layered = "mkdir at top; mount -t tmpfs top top; mkdir top/up top/work; \
                   mount -t overlay -o lowerdir=kept,upperdir=top/up,workdir=top/work layered at; cat at/file";
    // open_tree_attr, as `open_tree` with a copy; kernels before 6.15 do not have it.
    let detached = "perl -e '$p = \"kept\"; $a = pack \"Q4\"; $d = syscall 467, -100, $p, 1, $a, 0; exit if $d < 0; \
                    open F, \"<\", \"/proc/self/fd/$d/file\" or die'";
    for way in [layered, detached] {
        let id = lab.see(way);
        assert_eq!(lab.json(["reads", &id])["missing"], "blind", "{way}");
        assert_eq!(lab.run(["abort", &id]).status, 0);
    }
}
