//! Scenario 4 on the real server: apache2 answers on the host while a session changes it to serve TLS and tries the new one
//! out through redirected ports; nothing of that touches the host; the logs conflict, the rest is committed, and the restarted
//! server speaks TLS.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(missing_docs, reason = "tests")]

mod engine_lab;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use engine_lab::ports::free_port;
use engine_lab::{Lab, Mode, both, finish, host, wait_until};

/// Modules of Debian's package.
const MODULES: [&str; 6] = ["mpm_event", "authz_core", "dir", "mime", "ssl", "socache_shmcb"];

struct Site {
    dir: PathBuf,
    port: u16,
    tls_port: u16,
}

impl Site {
    fn new(lab: &Lab) -> Self {
        let dir = lab.home().join("site");
        let (port, tls_port) = (free_port(), free_port());
        for name in ["", "htdocs", "logs", "run"] {
            let made = lab.as_user("/bin/mkdir".as_ref()).arg(dir.join(name)).status();
            assert!(made.unwrap().success());
        }
        let site = Self { dir, port, tls_port };
        let user = if lab.mode == Mode::System { "User www-data\nGroup www-data\n" } else { "" };
        let modules =
            MODULES.map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"));
        let dir = site.dir.display();
        let config = format!(
            "ServerRoot {dir}\nServerName localhost\nDocumentRoot {dir}/htdocs\nPidFile {dir}/run/httpd.pid\n\
             ErrorLog {dir}/logs/error.log\nLogFormat \"%h %t %r %>s\" short\nMutex file:{dir}/run\n\
             DefaultRuntimeDir {dir}/run\nTypesConfig /etc/mime.types\n{user}{}Listen 127.0.0.1:{port}\n",
            modules.concat()
        );
        // Its module of logs is built in.
        let config = format!("{config}CustomLog {dir}/logs/access.log short\n");
        lab.write("site/httpd.conf", &config);
        lab.write("site/htdocs/index.html", "the old one\n");
        site
    }

    fn apache(&self, lab: &Lab, order: &str) {
        let mut command = lab.as_user("/usr/sbin/apache2".as_ref());
        let config = self.dir.join("httpd.conf");
        command.arg("-f").arg(config).args(["-k", order]).stdout(Stdio::null());
        let outcome = finish(command);
        assert_eq!(outcome.status, 0, "apache2 -k {order}: {outcome:?}");
    }

    fn is_logged(&self, word: &str) -> bool {
        std::fs::read_to_string(self.dir.join("logs/access.log")).is_ok_and(|log| log.contains(word))
    }
}

/// What the old server writes meanwhile.
const ITS_OWN: [&str; 2] = ["site/logs/", "site/run"];

/// The server of a site, stopped when the test ends, however it does.
struct Running<'a>(&'a Lab, &'a Site);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut command = self.0.as_user("/usr/sbin/apache2".as_ref());
        command.arg("-f").arg(self.1.dir.join("httpd.conf")).args(["-k", "stop"]).stdout(Stdio::null());
        let _ = finish(command);
    }
}

fn get(url: &str) -> Option<String> {
    let output = Command::new("curl").args(["-sk", "--max-time", "10", url]).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_server_is_upgraded_beside_the_one_that_runs() {
    both(|lab| {
        let site = Site::new(lab);
        let dir = site.dir.display();
        site.apache(lab, "start");
        let running = Running(lab, &site);
        let old = format!("http://127.0.0.1:{}/", site.port);
        wait_until("the old server answers", || get(&old).is_some());

        let before = host::facts(lab, &ITS_OWN);
        // In the session: a certificate, a TLS port, another page, and the server itself.
        let (outside, outside_tls) = (free_port(), free_port());
        let script = format!(
            "cd site && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
             2>/dev/null && echo 'the new one' > htdocs/index.html && cat >> httpd.conf <<END\n\
             Listen 127.0.0.1:{tls}\n<VirtualHost *:{tls}>\nSSLEngine on\nSSLCertificateFile {dir}/cert.pem\n\
             SSLCertificateKeyFile {dir}/key.pem\n</VirtualHost>\nEND\n\
             exec /usr/sbin/apache2 -f {dir}/httpd.conf -DFOREGROUND",
            tls = site.tls_port,
        );
        let redirects = [format!("{outside}:{}", site.port), format!("{outside_tls}:{}", site.tls_port)];
        let mut session = lab
            .command(&[
                "run",
                "--keep",
                "-q",
                "--name",
                "upgrade",
                "--redirect",
                &redirects[0],
                "--redirect",
                &redirects[1],
            ])
            .args(["--", "/bin/sh", "-c", &script])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let new = format!("https://127.0.0.1:{outside_tls}/");
        wait_until("the new server answers", || get(&new).is_some());
        assert_eq!(get(&new).as_deref(), Some("the new one\n"));
        assert_eq!(get(&format!("http://127.0.0.1:{outside}/")).as_deref(), Some("the new one\n"));
        // The old one still answers, and writes its log.
        assert_eq!(
            get(&format!("{old}?meanwhile")).as_deref().map(|page| page.starts_with("the old one")),
            Some(true)
        );
        wait_until("the old server has logged it", || site.is_logged("?meanwhile"));
        assert!(get(&format!("https://127.0.0.1:{}/", site.tls_port)).is_none());
        // The record is written a moment behind the calls.
        wait_until("both ports are in the record", || {
            let log: serde_json::Value =
                serde_json::from_str(&lab.run(&["log", "upgrade", "--json"]).stdout).unwrap();
            log["network"].as_array().unwrap().iter().filter(|t| t["verdict"] == "redirected").count() == 2
        });
        assert_eq!(lab.run(&["stop", "upgrade"]).status, 0);
        session.wait().unwrap();
        host::wait_as_before(lab, &before, &ITS_OWN);

        // The logs changed on both sides; nothing else did. What both added is joined, when the running server lets it.
        let check: serde_json::Value =
            serde_json::from_str(&lab.run(&["check", "upgrade", "--json"]).stdout).unwrap();
        let told = |list: &serde_json::Value| list.as_array().cloned().unwrap_or_default();
        let conflicts: Vec<String> = [told(&check["conflicts"]), told(&check["joined"])]
            .concat()
            .iter()
            .map(|c| c["path"].as_str().unwrap().to_owned())
            .collect();
        assert!(conflicts.contains(&format!("{dir}/logs/access.log")), "{check}");
        assert!(conflicts.iter().all(|path| path.starts_with(&format!("{dir}/logs/"))), "{check}");
        assert!(!site.dir.join("key.pem").exists());
        let (logs, run) = (format!("{dir}/logs"), format!("{dir}/run"));
        let outcome = lab.run(&["commit", "upgrade", "--skip", &logs, "--skip", &run]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        assert!(site.is_logged("?meanwhile"));

        // Restarted outside, it speaks TLS.
        site.apache(lab, "restart");
        let tls = format!("https://127.0.0.1:{}/", site.tls_port);
        wait_until("TLS works", || get(&tls).as_deref() == Some("the new one\n"));
        drop(running);
    });
}
