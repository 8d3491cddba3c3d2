//! What a SEE may not do, tried on canaries of the test's own, as root and as an ordinary user.
#![allow(missing_docs, reason = "tests")]

mod engine_lab;

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};

use engine_lab::{Lab, Mode, both, finish};

#[test]
fn a_program_is_who_its_user_is() {
    both(|lab| {
        let native = finish({
            let mut command = lab.as_user("/usr/bin/id".as_ref());
            command.arg("-u");
            command
        });
        assert_eq!(lab.see_ok("id -u"), native.stdout);
        assert_eq!(lab.see_ok("pwd"), format!("{}\n", lab.home().display()));
        assert_eq!(lab.see_ok("printf %s \"$HOME\""), lab.home().display().to_string());
        assert_eq!(lab.see_ok("hostname"), finish(lab.as_user("/usr/bin/hostname".as_ref())).stdout);
        let umask = lab.see_ok("umask 027; ulimit -n 333; exec sh -c 'umask; ulimit -n'");
        assert_eq!(umask, "0027\n333\n");
    });
}

#[test]
fn umask_and_limits_of_the_caller_are_kept() {
    both(|lab| {
        let mut command = lab.as_user("/bin/sh".as_ref());
        let script = "umask 077; ulimit -n 321; exec \"$0\" run --keep -q -- sh -c 'umask; ulimit -n'";
        command.args(["-c", script]).arg(lab.binary());
        assert_eq!(finish(command).stdout, "0077\n321\n");
    });
}

#[test]
fn sudo_means_the_user_who_typed_it() {
    let lab = Lab::new(Mode::System);
    let nobody = see_sys::users::by_name(c"nobody").unwrap();
    let mut command =
        lab.command(&["run", "--keep", "-q", "--", "sh", "-c", "id -u; id -g; echo $USER $HOME"]);
    command.env("SUDO_UID", nobody.uid.to_string()).current_dir("/");
    let outcome = finish(command);
    let home = nobody.home.to_string_lossy();
    assert_eq!(outcome.stdout, format!("{}\n{}\nnobody {home}\n", nobody.uid, nobody.gid), "{outcome:?}");
    let mut command = lab.command(&["run", "--keep", "-q", "--as", "root", "--", "id", "-u"]);
    command.env("SUDO_UID", nobody.uid.to_string());
    assert_eq!(finish(command).stdout, "0\n");
}

/// Devices of the host are those of a mount name space of the test's own, where a copy of `/dev/zero` poses as a sound card.
#[test]
fn devices_are_there_on_request_alone() {
    both(|lab| {
        let in_dev = |nodes: &str, words: &str| {
            let script = format!(
                "set -e; mkdir -p {0}; mount -t tmpfs none {0}; cd {0}; mkdir pts shm snd
                 for node in null zero full random urandom tty; do cp -a /dev/$node .; done
                 ln -s pts/ptmx ptmx; ln -s /proc/self/fd fd
                 {nodes}
                 mount --rbind /dev/pts pts; mount --move . /dev; cd /
                 exec $AS {words}",
                lab.dir().join("dev").display()
            );
            let run = lab.command(&[]);
            let words = std::iter::once(run.get_program()).chain(run.get_args());
            let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
            let mut command = std::process::Command::new("unshare");
            command.args(["-m", "--propagation", "private", "sh", "-c", &script]);
            let owner = std::fs::metadata(lab.home()).unwrap();
            command.env("AS", words.join(" ")).env("HOME", lab.home()).env("ALCATRAZ_STORE", lab.store());
            command
                .env("GROUP", std::os::unix::fs::MetadataExt::gid(&owner).to_string())
                .env_remove("SUDO_UID");
            finish(command)
        };
        let device = |options: &str| {
            let nodes = "mknod -m 660 snd/card c 1 5; mknod -m 666 video0 c 1 5; chgrp $GROUP snd/card";
            let look = "head -c 3 /dev/snd/card | od -An -tx1; ls /dev; stat -c %t:%T:%a /dev/snd/card; : < /dev/video0";
            in_dev(nodes, &format!("run --keep -q {options} -- sh -c '{look}'"))
        };
        let usual = device("");
        assert!(!usual.stdout.contains("snd") && !usual.stdout.contains("video"), "{usual:?}");
        let sound = device("--device sound");
        assert!(sound.stdout.starts_with(" 00 00 00\n") && sound.stdout.contains("\n1:5:660\n"), "{sound:?}");
        assert!(!sound.stdout.contains("video") && sound.status != 0, "{sound:?}");
        assert_eq!(device("--device sound --device camera").status, 0);
        // A right by an access list alone is one inside, too: it names the same user.
        let listed = in_dev(
            "mknod -m 600 snd/card c 1 5; setfacl -m u:65534:r snd/card",
            "run --keep -q --device sound -- getfacl -cnp /dev/snd/card",
        );
        if lab.mode == Mode::System {
            assert!(listed.stdout.contains("user:65534:r--"), "{listed:?}");
        } else {
            // It is the host's own node; whom the map does not have has no name.
            assert!(listed.stdout.contains(":r--"), "{listed:?}");
        }
        // What this machine does not have is said, and can be done without.
        let missing = device("--device gpu");
        assert!(missing.status == 125 && missing.stderr.contains("--accept devices"), "{missing:?}");
        assert!(device("--device gpu --accept devices --device camera").stdout.contains("video0"));
        // A device that was unplugged since keeps nobody out of the session, and is said to be gone.
        assert_eq!(device("--name film --device sound --device camera").status, 0);
        let again = in_dev("", "enter film -- sh -c 'echo in; ls /dev'");
        assert!(again.status == 0 && again.stdout.starts_with("in\n"), "{again:?}");
        assert!(!again.stdout.contains("video0") && again.stderr.contains("now: camera"), "{again:?}");
    });
}

#[test]
fn writes_stay_inside() {
    both(|lab| {
        let canary = lab.home().join("canary");
        lab.see_ok("echo changed > canary; cat canary; mv canary elsewhere; echo new > fresh");
        lab.assert_untouched();
        assert!(!lab.home().join("elsewhere").exists() && !lab.home().join("fresh").exists());
        // Through every way to a file that /proc knows.
        lab.see(&format!(
            "for way in /proc/*/root /proc/*/cwd /proc/self/task/*/root; do echo x > $way{0}; echo x > $way/canary; done; \
             for fd in /proc/*/fd/*; do echo x > $fd; done 2>&1; exec 9< canary; echo x > /proc/self/fd/9",
            canary.display()
        ));
        lab.assert_untouched();
    });
}

#[test]
fn the_kernels_settings_cannot_be_written() {
    both(|lab| {
        for place in ["/proc/sys/kernel/hostname", "/proc/sys/vm/swappiness", "/proc/sys/kernel/core_pattern"]
        {
            let before = std::fs::read(place).unwrap();
            let outcome = lab.see(&format!("cat {place} > value && cat value > {place}"));
            assert_ne!(outcome.status, 0, "{place}: {outcome:?}");
            assert_eq!(std::fs::read(place).unwrap(), before);
        }
        for place in ["/sys/kernel/uevent_helper", "/proc/sysrq-trigger", "/sys/power/state"] {
            if std::path::Path::new(place).exists() {
                // Nothing is written even if it could be opened.
                assert_ne!(lab.see(&format!(": > {place}")).status, 0, "{place}");
            }
        }
        assert_ne!(lab.see("touch /sys/here").status, 0);
        assert_ne!(lab.see("mount -o remount,bind,rw /proc/sys").status, 0);
        assert_ne!(lab.see("umount /proc/sys").status, 0);
        assert_ne!(lab.see("mount -o remount,bind,rw /sys").status, 0);
        assert_ne!(lab.see("umount -l /sys").status, 0);
        assert_ne!(lab.see("mkdir s && mount -t sysfs s s && touch s/here").status, 0);
        assert_ne!(
            lab.see("unshare -rm sh -c 'umount /proc/sys || mount -o remount,bind,rw /proc/sys'").status,
            0
        );
    });
}

#[test]
fn processes_of_the_host_are_out_of_sight_and_reach() {
    both(|lab| {
        let mut sleeper = lab.as_user("/bin/sleep".as_ref()).arg("1000").spawn().unwrap();
        let pid = sleeper.id();
        let seen = lab.see_ok("ps -eo args");
        assert!(!seen.contains("sleep 1000"), "{seen}");
        assert!(seen.lines().count() < 6, "{seen}");
        let outcome = lab
            .see(&format!("kill -9 {pid}; kill -9 -1; for p in $(seq 1 400); do kill -9 $p; done; exit 0"));
        assert!(outcome.status == 0 || outcome.status == 137, "{outcome:?}");
        assert!(sleeper.try_wait().unwrap().is_none(), "a program of the SEE killed a process of the host");
        sleeper.kill().unwrap();
        sleeper.wait().unwrap();
        // Nor the SEE's own first process, which is ours.
        assert_eq!(lab.see_ok("kill -9 1; kill -STOP 1; sleep 0.1; echo alive"), "alive\n");
        assert_ne!(
            lab.see("cat /proc/1/environ || ls /proc/1/root/ || ls -l /proc/1/exe | grep alcatraz").status,
            0
        );
    });
}

#[test]
fn no_descriptor_is_inherited() {
    both(|lab| {
        lab.write("secret", "secret\n");
        let mut command = lab.as_user("/bin/sh".as_ref());
        let script = "exec 7< secret 8>> canary; exec \"$0\" run --keep -q -- sh -c 'ls /proc/$$/fd; cat <&7; echo x >&8'";
        command.args(["-c", script]).arg(lab.binary());
        let outcome = finish(command);
        let fds: Vec<&str> = outcome.stdout.split_whitespace().collect();
        assert_eq!(fds, ["0", "1", "2"], "{outcome:?}");
        lab.assert_untouched();
    });
}

#[test]
fn a_redirected_file_is_not_handed_in() {
    both(|lab| {
        // The program's stdout ends in a file of the host. It may write there through us, but never open or truncate it.
        let mut command = lab.as_user("/bin/sh".as_ref());
        let script = "exec \"$0\" run --keep -q -- sh -c 'echo one; : > /proc/self/fd/1; readlink /proc/self/fd/1' > out";
        command.args(["-c", script]).arg(lab.binary());
        finish(command);
        let out = std::fs::read_to_string(lab.home().join("out")).unwrap();
        assert!(out.starts_with("one\npipe:"), "{out}");
    });
}

#[test]
fn the_store_and_its_rooms_are_hidden() {
    both(|lab| {
        lab.see_ok("echo private > fresh");
        let store = lab.store();
        assert_eq!(lab.see_ok(&format!("ls -A {}", store.display())), "");
        assert_ne!(lab.see(&format!("umount {}", store.display())).status, 0);
        assert_ne!(lab.see(&format!("touch {}/here", store.display())).status, 0);
        assert_ne!(lab.see(&format!("mv {0} {0}2", store.display())).status, 0);
        // Moving a directory above it, also to where another mount shows it, uncovers nothing; nor does entering again.
        if lab.mode == Mode::System {
            let above = lab.dir().display().to_string();
            let script = "mkdir /tmp/$$a /tmp/$$b && mount --bind /tmp/$$a /tmp/$$b && mv \"$0\" /tmp/$$a/lab && \
                          ls -A /tmp/$$b/lab/store && mv /tmp/$$a/lab \"$0\"2 && ls -A \"$0\"2/store";
            let arguments = ["run", "--keep", "-q", "--name", "mover", "--", "sh", "-c", script, &above];
            let outcome = lab.run(&arguments);
            assert_eq!((outcome.status, outcome.stdout.as_str()), (0, ""), "{outcome:?}");
            let moved = format!("{above}2/store");
            let mut command = lab.command(&["enter", "mover", "--", "ls", "-A", &moved]);
            command.current_dir("/");
            let outcome = finish(command);
            assert_eq!((outcome.status, outcome.stdout.as_str()), (0, ""), "{outcome:?}");
        }
    });
}

#[test]
fn sockets_of_the_host_do_not_answer() {
    both(|lab| {
        let path = lab.home().join("socket");
        let _listener = UnixListener::bind(&path).unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(&path, open).unwrap();
        let name = format!("alcatraz-test-{}", std::process::id());
        let _hidden = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        let connect = |address: &str| {
            format!(
                "perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) or exit 9; \
                 connect(S, pack_sockaddr_un({address})) and exit 0; exit 1'"
            )
        };
        // From outside both answer: the attack is a real one.
        for address in [format!("\"{}\"", path.display()), format!("\"\\0{name}\"")] {
            let script = connect(&address);
            let mut native = lab.as_user("/bin/sh".as_ref());
            native.args(["-c", &script]);
            assert_eq!(finish(native).status, 0, "{address}");
            assert_eq!(lab.see(&script).status, 1, "{address}");
        }
    });
}

#[test]
fn the_network_is_off_but_for_an_own_loopback() {
    both(|lab| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let script = format!(
            "perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0) or exit 9; \
             connect(S, pack_sockaddr_in({port}, inet_aton(\"127.0.0.1\"))) and exit 0; exit 1'"
        );
        assert_eq!(lab.see(&script).status, 1);
        let own = "perl -MSocket -e 'socket(L, PF_INET, SOCK_STREAM, 0); \
                   bind(L, pack_sockaddr_in(8123, inet_aton(\"127.0.0.1\"))) or exit 2; listen(L, 1); \
                   socket(S, PF_INET, SOCK_STREAM, 0); \
                   connect(S, pack_sockaddr_in(8123, inet_aton(\"127.0.0.1\"))) or exit 3'";
        assert_eq!(lab.see(own).status, 0);
        assert_eq!(lab.see_ok("ls /sys/class/net").trim(), "lo");
    });
}

#[test]
fn devices_are_few_and_no_others_can_be_made() {
    both(|lab| {
        let names = lab.see_ok("ls /dev");
        let expected = "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero";
        assert_eq!(names.split_whitespace().collect::<Vec<_>>().join(" "), expected);
        lab.see_ok("echo x > /dev/null; head -c 8 /dev/urandom | wc -c; head -c 4 /dev/zero > z; echo y > /dev/shm/mine");
        assert_ne!(lab.see("mknod disk b 254 0 && head -c 1 disk").status, 0);
        assert_ne!(lab.see("mknod mem c 1 1 && head -c 1 mem").status, 0);
        assert_ne!(lab.see("mknod /dev/mem c 1 1 && head -c 1 /dev/mem").status, 0);
        // A node that lies on the host's disk cannot be opened either.
        let node = lab.home().join("node");
        let made = std::process::Command::new("mknod").arg(&node).args(["c", "1", "5"]).status().unwrap();
        assert!(made.success());
        std::process::Command::new("chmod").arg("666").arg(&node).status().unwrap();
        assert_eq!(std::fs::File::open(&node).map(|_| ()).map_err(|e| e.kind()), Ok(()));
        assert_ne!(lab.see("head -c 1 node").status, 0);
        assert_ne!(lab.see("mount -o remount,bind,dev / && head -c 1 node").status, 0);
    });
}

#[test]
fn calls_past_the_name_spaces_are_refused() {
    both(|lab| {
        // Number and arguments; every one is to fail with EPERM (1).
        for call in [
            "248, $t, $t, $t, 1, -3", // add_key
            "249, $t, $t, 0, -3",     // request_key
            "250, 0, -3, 0, 0, 0",    // keyctl
            "321, 0, 0, 0",           // bpf
            "298, 0, 0, -1, -1, 0",   // perf_event_open
            "425, 1, 0",              // io_uring_setup
            "246, 0, 0, 0, 0",        // kexec_load
            "304, -100, 0, 0",        // open_by_handle_at
            "323, 0",                 // userfaultfd
            "175, 0, 0, 0",           // init_module
            "167, 0, 0",              // swapon
        ] {
            let script = format!(
                "perl -e 'my $t = \"user\"; $! = 0; my $r = syscall({call}); print $r, \" \", $! + 0'"
            );
            assert_eq!(lab.see_ok(&script), "-1 1", "{call}");
        }
        // x32: the same kernel by other numbers. And vsock, which no name space parts.
        assert_eq!(lab.see_ok("perl -e '$! = 0; syscall(0x40000000 + 39); print $! + 0'"), "38");
        assert_eq!(lab.see_ok("perl -e '$! = 0; socket(S, 40, 1, 0); print $! + 0'"), "97");
        assert_ne!(lab.see("date -s 2001-01-01").status, 0);
    });
}

#[test]
fn root_inside_works_as_root_and_is_nobody_outside() {
    let lab = Lab::new(Mode::System);
    lab.see_ok(
        "chown 1234:2345 canary && chmod 4755 canary && stat -c '%u %g %a' canary | grep '1234 2345 4755'",
    );
    assert_eq!(lab.see_ok("su -s /bin/sh nobody -c 'id -un'"), "nobody\n");
    assert_eq!(lab.see_ok("setpriv --reuid 65534 --clear-groups id -u"), "65534\n");
    // A set-id program works for an ordinary user inside.
    let script =
        "cp /usr/bin/id ./sid && chmod 4755 sid && chmod 755 . .. && su -s /bin/sh nobody -c './sid -u'";
    assert_eq!(lab.see_ok(script), "0\n");
    assert_eq!(lab.see_ok("cat /etc/shadow > copy && stat -c %u /etc/shadow"), "0\n");
    let status = std::fs::read_to_string("/proc/self/uid_map").unwrap();
    let map = lab.see_ok("cat /proc/self/uid_map");
    assert_ne!(map.split_whitespace().collect::<Vec<_>>(), status.split_whitespace().collect::<Vec<_>>());
    assert!(map.contains("2147483648"), "{map}");
    lab.assert_untouched();
}
