//! A network of the test's own: a host with neighbours, and beyond its router servers with names. All of it in name
//! spaces that are gone with the test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::{Lab, Mode};

const FAR: &str = include_str!("internet.py");
const PROBE: &str = include_str!("probe.py");

/// Addresses of a server beyond the router.
pub const FAR_V4: &str = "203.0.113.10";
pub const FAR_V6: &str = "2001:db8:1::10";
/// The router, a neighbour of the host.
pub const NEAR_V4: &str = "10.11.0.1";
pub const NEAR_V6: &str = "fd11::1";
/// The host, as its neighbours know it, and an address that it has besides.
pub const HOST_V4: &str = "10.11.0.2";
pub const HOST_TOO: &str = "198.51.100.7";

/// A process that holds name spaces, and ends when it hears the end of its input.
struct Holder {
    child: Child,
    input: Option<ChildStdin>,
}

impl Holder {
    /// Starts `script` in new name spaces, and waits until it says that it is ready.
    fn start(unshare: &[&str], script: &str) -> Self {
        let mut child = Command::new("unshare")
            .args(unshare)
            .args(["/bin/sh", "-ec", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "{script}");
        let input = child.stdin.take();
        Self { child, input }
    }

    fn run(&self, script: &str) {
        let done = Command::new("nsenter")
            .args(["-n", "-m", "-t", &self.child.id().to_string(), "/bin/sh", "-ec", script])
            .output()
            .unwrap();
        assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.input = None;
        self.child.wait().unwrap();
    }
}

/// The network. Commands of a lab run on its host.
pub struct Internet {
    host: Holder,
    _router: Holder,
    servers: Vec<Holder>,
    probe: String,
}

impl Internet {
    pub fn new(lab: &Lab) -> Self {
        let held = "ip link set lo up; echo ready; exec cat >/dev/null";
        let host = Holder::start(&["--net", "--mount", "--propagation", "private"], held);
        let router = Holder::start(&["--net", "--mount", "--propagation", "private"], held);
        let pids = [&host, &router].map(|holder| holder.child.id());
        let [host_pid, router_pid] = pids;
        let cable = format!("ip link add up0 netns {host_pid} type veth peer name down0 netns {router_pid}");
        assert!(Command::new("sh").args(["-ec", &cable]).status().unwrap().success());
        router.run(&format!(
            "ip addr add {NEAR_V4}/24 dev down0; ip addr add {NEAR_V6}/64 dev down0 nodad; ip link set down0 up; \
             for far in {FAR_V4}/32 203.0.113.53/32; do ip addr add $far dev lo; done; \
             ip addr add {FAR_V6}/128 dev lo nodad; ip route add {HOST_TOO}/32 via {HOST_V4}"
        ));
        host.run(&format!(
            "ip addr add {HOST_V4}/24 dev up0; ip addr add fd11::2/64 dev up0 nodad; ip link set up0 up; \
             ip route add default via {NEAR_V4}; ip -6 route add default via {NEAR_V6}; \
             ip link add own0 type veth peer name own1; ip link set own1 up; ip addr add {HOST_TOO}/32 dev own0; ip link set own0 up"
        ));
        let names = lab.dir().join("resolv.conf");
        std::fs::write(&names, "nameserver 203.0.113.53\noptions timeout:2\n").unwrap();
        host.run(&format!("mount --bind {} /etc/resolv.conf", names.display()));
        if lab.mode == Mode::User {
            // As on every desktop; a bare test machine may keep it for root.
            host.run("mount -t tmpfs none /dev/net; mknod -m 666 /dev/net/tun c 10 200");
        }
        let probe = lab.dir().join("probe.py");
        std::fs::write(&probe, PROBE).unwrap();
        let mut internet =
            Self { host, _router: router, servers: Vec::new(), probe: probe.display().to_string() };
        internet.serve_far(lab);
        internet
    }

    fn serve_far(&mut self, lab: &Lab) {
        let mut specs = vec!["dns,203.0.113.53,53,names".to_owned()];
        for (address, name) in [(FAR_V4, "far"), (FAR_V6, "far"), (NEAR_V4, "near"), (NEAR_V6, "near")] {
            for port in [80, 7000] {
                specs.push(format!("tcp,{address},{port},{name}"));
            }
            specs.push(format!("udp,{address},7000,{name}"));
        }
        let router = self._router.child.id();
        self.serve(lab, router, &specs);
    }

    /// Servers on the host itself: on its loopback, and on its other addresses.
    pub fn serve_host(&mut self, lab: &Lab) {
        self.serve_host_at(lab, &["127.0.0.1", "::1", HOST_V4, HOST_TOO]);
    }

    /// The same on these of its addresses.
    pub fn serve_host_at(&mut self, lab: &Lab, addresses: &[&str]) {
        let mut specs = Vec::new();
        for address in addresses {
            specs.push(format!("tcp,{address},7000,host"));
            specs.push(format!("tcp,{address},80,host"));
            specs.push(format!("udp,{address},7000,host"));
        }
        let host = self.host.child.id();
        self.serve(lab, host, &specs);
    }

    /// A name server on the host's loopback, as systemd-resolved is one.
    pub fn serve_loopback_names(&mut self, lab: &Lab) {
        let host = self.host.child.id();
        self.serve(lab, host, &["dns,127.0.0.53,53,names".to_owned()]);
    }

    fn serve(&mut self, lab: &Lab, namespaces: u32, specs: &[String]) {
        let program = lab.dir().join("internet.py");
        std::fs::write(&program, FAR).unwrap();
        let mut child = Command::new("nsenter")
            .args(["-n", "-t", &namespaces.to_string(), "python3"])
            .arg(&program)
            .args(specs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        let input = child.stdin.take();
        self.servers.push(Holder { child, input });
    }

    /// The same command, on the network's host.
    pub fn on_host(&self, command: &Command) -> Command {
        let mut inside = Command::new("nsenter");
        inside.args(["-n", "-m", "-t", &self.host.child.id().to_string()]);
        if let Some(dir) = command.get_current_dir() {
            let mut wd = std::ffi::OsString::from("--wd=");
            wd.push(dir);
            inside.arg(wd);
        }
        inside.arg("--").arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => inside.env(name, value),
                None => inside.env_remove(name),
            };
        }
        inside.stdin(Stdio::null());
        inside
    }

    /// Runs a script as root on the host, which is made for it.
    pub fn prepare_host(&self, script: &str) {
        self.host.run(script);
    }

    /// A command line that tries to reach these places (kind,host,port).
    pub fn probe(&self, places: &[&str]) -> String {
        format!("python3 {} {}", self.probe, places.join(" "))
    }

    /// What the host itself reaches, as the lab's user.
    pub fn natively(&self, lab: &Lab, places: &[&str]) -> String {
        let mut command = lab.as_user("/bin/sh".as_ref());
        command.args(["-c", &self.probe(places)]);
        super::finish(self.on_host(&command)).stdout
    }

    /// What a program in a new SEE reaches, started with these options.
    pub fn in_see(&self, lab: &Lab, options: &[&str], script: &str) -> super::Outcome {
        let arguments = [&["run", "--keep", "-q"], options, &["--", "/bin/sh", "-c", script]].concat();
        super::finish(self.on_host(&lab.command(&arguments)))
    }

    /// How many pasta processes run on this host.
    pub fn carriers(&self) -> usize {
        let network = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/net")).ok();
        let own = network(&self.host.child.id().to_string());
        let all = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = all.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let is_pasta = |pid: &String| {
            std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with("pas"))
        };
        pids.filter(|pid| is_pasta(pid) && network(pid) == own).count()
    }

    /// Types a line into a child.
    pub fn tell(child: &mut Child, line: &str) {
        child.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
    }
}
