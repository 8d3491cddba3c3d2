//! A host that is itself an overlay, as in every container and on every live medium: what is changed there first gets another
//! inode beneath, and yet is the same.

use std::path::Path;

use super::bench::{Bench, assert_same, is_inside, run_in};
use crate::error::ErrorCode;
use crate::layer::MarkSpace;

const HOST: &str =
    "echo a > f; echo g > g; mkdir -p d/e; echo k > d/k; echo x > d/e/x; ln -s f l; chmod 640 g";

/// Runs a session over an overlay whose lower directory has all that there is.
fn session(program: &str) -> Bench {
    Bench::apart_with(Path::new("/dev/shm"), MarkSpace::Trusted, "true", program, |room| {
        let host = room.parent().unwrap();
        let tree = host.parent().unwrap();
        run_in(tree, &format!("mkdir lower upper work; cd lower; {HOST}"));
        let mount =
            "mount -t overlay over -o lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=off host";
        run_in(tree, &format!("{mount}; mkdir -m 700 {}", room.display()));
    })
}

fn leave(bench: &Bench) {
    run_in(bench.host.parent().unwrap(), "umount host");
}

#[test]
fn a_commit_and_its_undo_go_where_the_host_is_an_overlay() {
    if !is_inside("on_overlay::a_commit_and_its_undo_go_where_the_host_is_an_overlay") {
        return;
    }
    for program in [
        "echo b > f; echo more >> d/k",
        "rm g d/e/x; mv f h; echo n > n",
        "chmod 600 f; setfattr -n user.t -v 1 d/k; chmod 700 d",
        "mkdir -p n/m; echo n > n/m/f; mv d/k n/k; ln -sf g l; mv g d/g",
        "mv f t; mv g f; mv t g; echo s >> d/e/x",
    ] {
        let mut bench = session(program);
        let (before, seen) = (bench.has(), bench.seen());
        let outcome = bench.commit();
        let after = bench.has();
        let undone = outcome.as_ref().map(|outcome| bench.undo(&outcome.id));
        let back = bench.has();
        leave(&bench);
        outcome.as_ref().unwrap_or_else(|error| panic!("{program}: {error:?}"));
        assert_same(program, &after, &seen);
        undone.unwrap().unwrap_or_else(|error| panic!("undo: {program}: {error:?}"));
        assert_same(&format!("undo: {program}"), &back, &before);
    }
}

#[test]
fn a_directory_that_such_a_host_cannot_move_stops_a_commit() {
    if !is_inside("on_overlay::a_directory_that_such_a_host_cannot_move_stops_a_commit") {
        return;
    }
    for program in ["rm -r d; echo b > f", "mv d n; echo b > f"] {
        let bench = session(program);
        let before = bench.has();
        let error = bench.commit().map(|_| ());
        let after = bench.has();
        leave(&bench);
        let error = error.expect_err(program);
        assert_eq!(error.code, ErrorCode::RolledBack, "{program}: {error:?}");
        assert_same(program, &after, &before);
    }
}
