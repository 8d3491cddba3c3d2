//! What the review asks beside the changes themselves: where they come from.
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
    let answer = client.ask("changes.origins", json!({ "session": id, "from": 0 }));
    assert_eq!(answer["total"], 2);
    let unix = before.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let year = 1970 + unix / 31_556_952;
    for row in answer["rows"].as_array().unwrap() {
        // Not the time that the program gave the file: when it was really written.
        let time = row["time"].as_str().unwrap_or_else(|| panic!("{row}"));
        assert!(time.starts_with(&year.to_string()), "{time}");
    }
    let rest = client.ask("changes.origins", json!({ "session": id, "from": 2 }));
    assert_eq!(rest, json!({ "packages": [], "rows": [], "total": 2 }));
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
    let answer = Client::new(&lab).ask("changes.origins", json!({ "session": id, "from": 0 }));
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

fn ordinary_user_owns_nothing(lab: &Lab) {
    let id = lab.see("echo x > made");
    let answer = Client::new(lab).ask("changes.origins", json!({ "session": id, "from": 0 }));
    assert!(owners(&answer).iter().all(|(_, package)| package.is_none()));
}
