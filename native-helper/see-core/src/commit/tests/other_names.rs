//! Files of several names on the host: what the session wrote to comes to all of them, what it replaced to one.

use std::os::unix::fs::PermissionsExt as _;

use super::bench::{Bench, assert_same, is_inside};
use crate::layer::MarkSpace;
use crate::read_set::access::Access;

/// A program, what its record has, and what the two names are then.
type Case<'a> = (&'static str, &'a [(&'static str, Access)], [&'static str; 2]);

#[test]
fn a_file_that_was_replaced_inside_leaves_its_other_names_alone() {
    if !is_inside("other_names::a_file_that_was_replaced_inside_leaves_its_other_names_alone") {
        return;
    }
    let renamed = [("a", Access::READ), ("a", Access::TRUNCATE | Access::REPLACE)];
    let cases: [Case<'_>; 6] = [
        ("echo two > n; mv n a", &renamed, ["two 644", "one 644"]),
        ("rm a; echo two > a", &[], ["two 644", "one 644"]),
        ("cp a n; chmod 600 n; mv n a", &renamed, ["one 600", "one 644"]),
        // What wrote to the file itself wrote to all its names.
        ("echo two > a", &[("a", Access::TRUNCATE)], ["two 644", "two 644"]),
        ("chmod 600 a", &[("a", Access::WRITE)], ["one 600", "one 600"]),
        // Through a descriptor attributes change without a record.
        ("chmod 600 a", &[("a", Access::READ)], ["one 600", "one 600"]),
    ];
    for marks in [MarkSpace::Trusted, MarkSpace::User] {
        for (program, looks, expected) in cases {
            let bench = Bench::fast_session(
                marks,
                "echo one > a; chmod 644 a; ln a b; mkdir ../far; ln a ../far/c",
                program,
            );
            bench.record(looks);
            let before = bench.has();
            let outcome = bench.commit().unwrap();
            // What changes with it is told, the names beside it by name.
            let told =
                (outcome.other_names.into_iter().next()).map(|file| (file.path, file.names, file.more));
            let is_shared = expected[0] == expected[1];
            let shared = (bench.path("a"), vec![bench.path("b")], 1);
            assert_eq!(told, is_shared.then_some(shared), "{program}");
            let show = |name: &str| {
                let path = bench.host.join(name);
                let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
                format!("{} {mode:o}", std::fs::read_to_string(path).unwrap().trim())
            };
            assert_eq!([show("a"), show("b")], expected, "{program}");
            bench.undo(&outcome.id).unwrap();
            assert_same(program, &bench.has(), &before);
        }
    }
}
