//! What recording costs: the same work natively, on a bare overlay, and recorded. Prints a table; run with
//! `cargo bench -p see-core --bench tracking [-- open|grep|find|build]`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../tests/tracking/mod.rs"]
mod tracking;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use see_core::interpose::calls::Level;
use tracking::{See, compile};

const ROUNDS: usize = 5;

const LOOP: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int main(int c, char **v) {
    int n = atoi(v[2]);
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < n; i++) { int f = open(v[1], O_RDONLY); if (f < 0) return 1; close(f); }
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("us %.3f\n", ((b.tv_sec - a.tv_sec) * 1e9 + b.tv_nsec - a.tv_nsec) / n / 1000);
}
"#;

fn main() {
    if std::env::var_os("SEE_TEST_INSIDE").is_some() {
        tracking::inside();
        return;
    }
    let only = std::env::args().nth(1).filter(|word| !word.starts_with('-'));
    let wants = |what: &str| only.as_deref().is_none_or(|only| only == what);
    if wants("open") {
        open_loop("/etc/hosts");
        open_loop("../etc-hosts");
    }
    if wants("grep") || wants("find") {
        let own = std::env::args().nth(2).is_none().then(tree);
        let path =
            own.map_or_else(|| std::env::args().nth(2).unwrap(), |tree| tree.keep().display().to_string());
        let path = path.as_str();
        if wants("grep") {
            compare("grep -r over 40,000 files", &["grep", "-rq", "no such text", path]);
        }
        if wants("find") {
            compare("find over 40,000 files", &["find", path, "-name", "none"]);
        }
    }
    if wants("build") {
        build();
    }
}

fn open_loop(path: &str) {
    let see = See::new();
    let program = compile(&see.host(), "loop", LOOP, &[]);
    std::fs::write(see.dir.path().join("etc-hosts"), "").unwrap();
    let command = [program.to_str().unwrap(), path, "200000"];
    let figure = |output: &str| output.trim().rsplit(' ').next().unwrap().parse::<f64>().unwrap();
    let mut best = [f64::MAX; 3];
    for _ in 0..ROUNDS {
        let native = Command::new(command[0]).args(&command[1..]).current_dir(see.host()).output().unwrap();
        best[0] = best[0].min(figure(std::str::from_utf8(&native.stdout).unwrap()));
        best[1] = best[1].min(figure(&see.run(None, &command).output));
        best[2] = best[2].min(figure(&see.run(Some(Level::Opens), &command).output));
    }
    println!(
        "open+close {path}: native {:.2} us, overlay {:.2} us, recorded {:.2} us",
        best[0], best[1], best[2]
    );
}

fn tree() -> tempfile::TempDir {
    let tree = tempfile::tempdir_in("/var/tmp").unwrap();
    for d in 0..2000 {
        let dir = tree.path().join(format!("d{}/e{}", d / 50, d % 50));
        std::fs::create_dir_all(&dir).unwrap();
        for f in 0..20 {
            std::fs::write(dir.join(format!("file{f}.c")), "int x; /* some text */\n".repeat(30)).unwrap();
        }
    }
    tree
}

fn compare(what: &str, command: &[&str]) {
    let mut best = [Duration::MAX; 4];
    let mut entries = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        Command::new(command[0]).args(&command[1..]).stdout(Stdio::null()).status().unwrap();
        best[0] = best[0].min(start.elapsed());
        best[1] = best[1].min(See::new().run(None, command).took);
        let ran = See::new().run(Some(Level::Opens), command);
        entries = ran.reads.entries().len();
        best[2] = best[2].min(ran.took);
        best[3] = best[3].min(See::new().run(Some(Level::Lookups), command).took);
    }
    println!(
        "{what}: native {:.0?}, overlay {:.0?}, opens {:.0?} ({:.2}x overlay), lookups {:.0?}; {entries} entries",
        best[0],
        best[1],
        best[2],
        best[2].as_secs_f64() / best[1].as_secs_f64(),
        best[3],
    );
}

fn build() {
    let dir = tempfile::tempdir_in("/var/tmp").unwrap();
    let mut makefile = String::from("all:");
    (0..60).for_each(|i| makefile += &format!(" f{i}.o"));
    makefile += "\n%.o: %.c\n\tgcc -O1 -Iinclude -I../none -c -o $@ $<\n";
    std::fs::write(dir.path().join("Makefile"), makefile).unwrap();
    for i in 0..60 {
        let text = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n#include <pthread.h>\n\
                    int f(int x) { for (int i = 0; i < x; i++) printf(\"%d\", i); return strlen(\"x\"); }\n";
        std::fs::write(dir.path().join(format!("f{i}.c")), text).unwrap();
    }
    let path = dir.path().to_str().unwrap();
    compare("build of 60 C files, make -j2", &["make", "-s", "-B", "-j2", "-C", path]);
}
