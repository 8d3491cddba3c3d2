//! Services of the host that tell when anybody reached them, a conversation to listen to, and the settings of its network.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Canary, Facts};

/// What two programs of the host say to each other.
const TALK: &str = "between-two-of-the-host";

pub struct Network {
    tcp: [TcpListener; 2],
    metadata: TcpListener,
    udp: UdpSocket,
    names: UdpSocket,
    talks: Arc<AtomicBool>,
    talk: Option<JoinHandle<()>>,
}

impl Network {
    /// For a machine of the test's own: it gets addresses.
    pub fn open() -> Self {
        settle();
        let every = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = every.local_addr().unwrap().port();
        let six = TcpListener::bind(SocketAddr::new("::1".parse().unwrap(), port)).unwrap();
        let metadata = TcpListener::bind("169.254.169.254:0").unwrap();
        for listener in [&every, &six, &metadata] {
            listener.set_nonblocking(true).unwrap();
        }
        let (udp, names) =
            (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.53:0").unwrap());
        for socket in [&udp, &names] {
            socket.set_nonblocking(true).unwrap();
        }
        let talks = Arc::new(AtomicBool::new(true));
        let talk = std::thread::spawn({
            let talks = Arc::clone(&talks);
            let (one, other) =
                (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
            let place = other.local_addr().unwrap();
            move || {
                while talks.load(Ordering::Relaxed) {
                    one.send_to(TALK.as_bytes(), place).unwrap();
                    other.recv(&mut [0; 64]).unwrap();
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        });
        Self { tcp: [every, six], metadata, udp, names, talks, talk: Some(talk) }
    }
}

/// The machine's addresses and rules as they are before an attack.
fn settle() {
    for address in ["169.254.169.254/32", "192.0.2.1/32"] {
        tool("ip", &["address", "replace", address, "dev", "lo"]);
    }
    // What the attempt before did.
    tool("nft", &["flush", "ruleset"]);
    if tool("ip", &["-o", "address"]).contains("192.0.2.77") {
        tool("ip", &["address", "delete", "192.0.2.77/32", "dev", "lo"]);
    }
}

fn tool(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

impl Canary for Network {
    fn env(&self) -> Vec<(&'static str, String)> {
        let port = |address: std::io::Result<SocketAddr>| address.unwrap().port().to_string();
        vec![
            ("TCP_PORT", port(self.tcp[0].local_addr())),
            ("METADATA_PORT", port(self.metadata.local_addr())),
            ("UDP_PORT", port(self.udp.local_addr())),
            ("NAMES_PORT", port(self.names.local_addr())),
            ("TALK", TALK.to_owned()),
        ]
    }

    fn tell(&self, facts: &mut Facts) {
        let mut heard = |name: &str, reached: bool| {
            facts.insert(format!("heard/{name}"), reached.to_string());
        };
        heard("TCP", self.tcp.iter().any(|listener| listener.accept().is_ok()));
        heard("METADATA", self.metadata.accept().is_ok());
        heard("UDP", self.udp.recv(&mut [0; 64]).is_ok());
        heard("NAMES", self.names.recv(&mut [0; 64]).is_ok());
        facts.insert("network/addresses".to_owned(), tool("ip", &["-o", "address"]));
        facts.insert("network/rules".to_owned(), tool("nft", &["list", "ruleset"]));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.talks.store(false, Ordering::Relaxed);
        self.talk.take().into_iter().for_each(|talk| talk.join().unwrap());
    }
}
