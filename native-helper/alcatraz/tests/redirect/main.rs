//! Ports that lead in and connections that go elsewhere, on the host's real loopback; and attacks with the sockets that
//! are handed in, each first shown to work natively.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(missing_docs, reason = "tests")]

#[path = "../engine_lab/mod.rs"]
mod engine_lab;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine_lab::ports::free_port;
use engine_lab::{Lab, Mode, both, finish, finish_child, wait_until};

/// A server of the host's that greets everybody and counts them.
struct Canary {
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Canary {
    fn new() -> Self {
        Self::at("127.0.0.1")
    }

    fn at(address: &str) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let visits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&visits);
        std::thread::spawn(move || {
            for visitor in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = visitor.unwrap().write_all(b"canary\n");
            }
        });
        Self { port, visits }
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}

/// Answers one connection after the other with what it thinks its own address is.
const SERVER: &str = include_str!("server.py");

fn serve(lab: &Lab, name: &str, options: &[&str], address: &str, port: u16) -> Child {
    std::fs::write(lab.home().join("server.py"), SERVER).unwrap();
    let port = port.to_string();
    let program = ["--", "python3", "server.py", address, &port];
    let arguments = [&["run", "--keep", "-q", "--name", name], options, &program].concat();
    let mut child = lab.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut heard = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut heard, &mut line).unwrap();
    assert_eq!(line, format!("port {port}\n"));
    child
}

fn ask(address: &str, port: u16) -> std::io::Result<String> {
    let mut answer = String::new();
    TcpStream::connect((address, port))?.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_port_leads_in() {
    both(|lab| {
        for (address, reached) in
            [("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "127.0.0.1")]
        {
            let (outside, inside) = (free_port(), if lab.mode == Mode::System { 80 } else { 81 });
            let redirect = format!("{outside}:{inside}");
            let name = format!("server{outside}");
            let mut child = serve(lab, &name, &["--redirect", &redirect], address, inside);
            assert_eq!(ask(reached, outside).unwrap(), format!("inside {inside}\n"), "{address}");
            // Only there, and only on the loopback.
            assert!(ask("127.0.0.1", inside).is_err());
            assert_eq!(lab.run(&["stop", &name]).status, 0);
            child.wait().unwrap();
            wait_until("the port is free again", || ask(reached, outside).is_err());
        }
    });
}

#[test]
fn an_address_of_the_host_can_be_chosen() {
    both(|lab| {
        let outside = free_port();
        let redirect = format!("[::1]:{outside}:8080");
        let mut child = serve(lab, "six", &["--redirect", &redirect], "::", 8080);
        assert_eq!(ask("::1", outside).unwrap(), "inside 8080\n");
        assert!(ask("127.0.0.1", outside).is_err());
        assert_eq!(lab.run(&["stop", "six"]).status, 0);
        child.wait().unwrap();
    });
}

#[test]
fn a_port_that_was_accepted_as_taken_is_an_error_of_the_program() {
    both(|lab| {
        std::fs::write(lab.home().join("server.py"), SERVER).unwrap();
        let serve = |redirect: &str| {
            let words = ["run", "--keep", "-q", "--accept", "ports", "--redirect", redirect, "--"];
            lab.run(&[&words[..], &["python3", "server.py", "127.0.0.1", "8080"]].concat())
        };
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let outcome = serve(&format!("{}:8080", taken.local_addr().unwrap().port()));
        assert!(outcome.stderr.contains("Address already in use"), "{outcome:?}");
        // A port that only root may take is as forbidden as ever.
        if lab.mode == Mode::User {
            let outcome = serve("81:8080");
            assert!(outcome.stderr.contains("Permission denied"), "{outcome:?}");
        }
    });
}

#[test]
fn a_server_of_the_host_keeps_its_connections() {
    both(|lab| {
        // It lets other servers of its user share its port, as many do.
        let shared = |port: u16| {
            let script = format!(
                "import socket,time\ns = socket.socket()\ns.setsockopt(1, 15, 1)\ns.bind(('127.0.0.1', {port}))\n\
                 s.listen(16)\nprint('listens', flush=True)\ntime.sleep(1000)"
            );
            let mut command = lab.as_user("/usr/bin/python3".as_ref());
            command.args(["-c", &script]).stdout(Stdio::piped()).stderr(Stdio::null());
            command.spawn().unwrap()
        };
        let said = |child: &mut Child| {
            let mut line = String::new();
            let mut heard = std::io::BufReader::new(child.stdout.take().unwrap());
            std::io::BufRead::read_line(&mut heard, &mut line).unwrap();
            line
        };
        let end = |mut child: Child| {
            child.kill().unwrap();
            child.wait().unwrap();
        };
        // Natively the port is shared, so an attack would work.
        let port = free_port();
        let (mut first, mut second) = (shared(port), shared(port));
        assert_eq!((said(&mut first).as_str(), said(&mut second).as_str()), ("listens\n", "listens\n"));
        end(second);
        let redirect = format!("{port}:8080");
        let bind = "import socket\ns = socket.socket()\ns.setsockopt(1, 15, 1)\ns.bind(('127.0.0.1', 8080))\nprint('bound')";
        let run = |options: &[&str]| {
            let words = [
                &["run", "--keep", "-q", "--redirect", &redirect],
                options,
                &["--", "/usr/bin/python3", "-c", bind],
            ];
            lab.run(&words.concat())
        };
        let refused = run(&[]);
        assert!(refused.status == 125 && refused.stderr.contains("another program has it"), "{refused:?}");
        let accepted = run(&["--accept", "ports"]);
        assert!(!accepted.stdout.contains("bound") && accepted.stderr.contains("in use"), "{accepted:?}");
        end(first);
        // Two servers inside share it as they would natively.
        let pair = "import socket\ndef server():\n s = socket.socket()\n s.setsockopt(1, 15, 1)\n s.bind(('127.0.0.1', 8080))\n \
                    s.listen(1)\n return s\na, b = server(), server()\nprint('both')\nc = socket.socket()\nc.bind(('127.0.0.1', 8080))";
        let outcome =
            lab.run(&["run", "--keep", "-q", "--redirect", &redirect, "--", "/usr/bin/python3", "-c", pair]);
        assert!(outcome.stdout == "both\n" && outcome.stderr.contains("in use"), "{outcome:?}");
    });
}

#[test]
fn connections_go_elsewhere() {
    both(|lab| {
        let (canary, six) = (Canary::new(), Canary::at("::1"));
        let connect = format!("192.0.2.77:5432=127.0.0.1:{}", canary.port);
        let connect_six = format!("[2001:db8::77]:5432=[::1]:{}", six.port);
        let client = "\
import asyncio, socket
print(socket.create_connection(('192.0.2.77', 5432)).recv(100))
s = socket.socket(); s.settimeout(5); s.connect(('192.0.2.77', 5432)); print(s.recv(100))
async def main():
    reader, writer = await asyncio.open_connection('192.0.2.77', 5432)
    print(await reader.readline())
asyncio.run(main())
print(socket.create_connection(('2001:db8::77', 5432)).recv(100))
for address in (('192.0.2.77', 5433), ('192.0.2.78', 5432), ('127.0.0.1', 5432), ('2001:db8::78', 5432), ('::1', 5432)):
    try:
        socket.create_connection(address, 2)
        print('reached', address)
    except OSError:
        print('kept away')
try:
    s.connect(('127.0.0.1', %d))
except OSError as error:
    print(error.strerror)
";
        std::fs::write(lab.home().join("client.py"), client.replace("%d", &canary.port.to_string())).unwrap();
        let outcome = lab.run(&[
            "run",
            "--keep",
            "-q",
            "--name",
            "goes",
            "--connect",
            &connect,
            "--connect",
            &connect_six,
            "--",
            "python3",
            "client.py",
        ]);
        let expected = "b'canary\\n'\n".repeat(4) + &"kept away\n".repeat(5) + "Operation not permitted\n";
        assert_eq!(outcome.stdout, expected, "{outcome:?}");
        assert_eq!((canary.visits(), six.visits()), (3, 1));
        let log: serde_json::Value =
            serde_json::from_str(&lab.run(&["log", "goes", "--json"]).stdout).unwrap();
        let redirected: Vec<_> = log["network"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|tried| tried["verdict"] == "redirected")
            .map(|tried| (tried["address"].as_str().unwrap(), tried["instead"].as_str().unwrap()))
            .collect();
        let (four, six) = (format!("127.0.0.1:{}", canary.port), format!("[::1]:{}", six.port));
        assert_eq!(redirected, [("192.0.2.77", four.as_str()), ("2001:db8::77", six.as_str())], "{log}");
    });
}

/// Tries to get out with a socket that was handed in: directly, disguised, with its first bytes, and in a race with the
/// look that is taken at the call. Prints what it reached.
const ATTACK: &str = include_str!("attack.py");

#[test]
fn what_is_handed_in_opens_no_way_out() {
    both(|lab| {
        std::fs::write(lab.home().join("attack.py"), ATTACK).unwrap();
        let canary = Canary::new();
        let port = canary.port.to_string();
        // Natively each of them gets there; where the socket is an ordinary one, so that nothing has to be let go first.
        let mut native = lab.as_user("/usr/bin/env".as_ref());
        native.args(["python3", "attack.py", &port, "0"]);
        let outcome = finish(native);
        let native: Vec<&str> = outcome.stdout.lines().filter(|line| line.ends_with("reached")).collect();
        assert!(native.len() >= 8, "{outcome:?}");
        let visits = canary.visits();
        let outside = free_port();
        let redirect = format!("{outside}:8080");
        let mut command = lab.command(&[
            "run",
            "--keep",
            "-q",
            "--redirect",
            &redirect,
            "--",
            "python3",
            "attack.py",
            &port,
            "1",
        ]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut heard = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut lines = Vec::new();
        let mut visitor = None;
        loop {
            let mut line = String::new();
            if std::io::BufRead::read_line(&mut heard, &mut line).unwrap() == 0 {
                break;
            }
            match line.trim() {
                "visit me" => visitor = Some(TcpStream::connect(("127.0.0.1", outside)).unwrap()),
                told => lines.push(told.to_owned()),
            }
        }
        drop(visitor);
        let outcome = finish_child(child);
        assert_eq!(lines.len(), 9, "{lines:?} {outcome:?}");
        assert!(lines.iter().all(|line| !line.ends_with("reached")), "{lines:?}");
        assert_eq!(canary.visits(), visits, "{lines:?}");
    });
}

#[test]
fn the_record_says_what_was_tried() {
    both(|lab| {
        let script = "\
import socket
for kind, host, port in ((socket.SOCK_STREAM, '192.0.2.1', 25), (socket.SOCK_STREAM, '192.0.2.1', 25),
                         (socket.SOCK_STREAM, '127.0.0.1', 9), (socket.SOCK_STREAM, '2001:db8::1', 443)):
    s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, kind)
    try: s.connect((host, port))
    except OSError: pass
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try: u.sendto(b'x', ('192.0.2.2', 53))
except OSError: pass
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(('127.0.0.1', 5353))
";
        std::fs::write(lab.home().join("tries.py"), script).unwrap();
        let outcome = lab.run(&["run", "--keep", "-q", "--name", "tries", "--", "python3", "tries.py"]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let log: serde_json::Value =
            serde_json::from_str(&lab.run(&["log", "tries", "--json"]).stdout).unwrap();
        assert_eq!(log["complete"], true);
        let told: Vec<String> = log["network"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tried| {
                assert!(tried["program"].as_str().unwrap().contains("python3"), "{tried}");
                let word = |name: &str| tried[name].as_str().unwrap().to_owned();
                format!(
                    "{} {} {} {} {}",
                    word("action"),
                    word("protocol"),
                    word("address"),
                    tried["port"],
                    word("verdict")
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "connect tcp 192.0.2.1 25 refused",
                "connect tcp 127.0.0.1 9 local",
                "connect tcp 2001:db8::1 443 refused",
                "send udp 192.0.2.2 53 refused",
                "bind udp 127.0.0.1 5353 local",
            ]
        );
        let text = lab.run(&["log", "tries"]).stdout;
        assert!(text.contains("192.0.2.1:25") && text.contains("refused"), "{text}");
        let empty = lab.see("true");
        assert_eq!(empty.status, 0);
    });
}

#[test]
fn sockets_of_the_sessions_own_connect_as_ever() {
    both(|lab| {
        let script = "\
import os, socket, struct, threading
for name in ('sock', os.getcwd() + '/link/sock2', '\\0abstract'):
    os.path.islink('link') or os.symlink(os.getcwd(), 'link')
    server = socket.socket(socket.AF_UNIX)
    server.bind(name)
    server.listen(1)
    for wait in (None, 0):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(wait)
        client.connect(name)
        conn, _ = server.accept()
        pid, uid, gid = struct.unpack('iii', conn.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        print(uid == os.getuid(), gid == os.getgid())
open('plain', 'w').close()
listener = socket.create_server(('127.0.0.1', 0))
socket.create_connection(listener.getsockname()).close()
for name, word in (('missing', 'No such file or directory'), ('plain', 'Connection refused')):
    try:
        socket.socket(socket.AF_UNIX).connect(name)
    except OSError as error:
        print(error.strerror == word)
";
        std::fs::write(lab.home().join("tries.py"), script).unwrap();
        let redirect = format!("{}:8080", free_port());
        let outcome = lab.run(&["run", "--keep", "-q", "--redirect", &redirect, "--", "python3", "tries.py"]);
        assert_eq!(outcome.stdout, "True True\n".repeat(6) + &"True\n".repeat(2), "{outcome:?}");
    });
}
