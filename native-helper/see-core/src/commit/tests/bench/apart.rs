//! Benches whose host tree lies on another file system than the layer: nothing reaches it by a rename.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use super::Bench;
use crate::layer::MarkSpace;

impl Bench {
    /// Runs a whole session whose layer lies on another file system than the host tree. With `barred`, nothing but the
    /// host tree's own directories can hold what is staged.
    pub fn apart(marks: MarkSpace, host_script: &str, program: &str, barred: bool) -> Self {
        Self::apart_on(Path::new("/dev/shm"), marks, host_script, program, barred)
    }

    /// Like `apart`, with the host tree on the file system of this directory.
    pub fn apart_on(place: &Path, marks: MarkSpace, host_script: &str, program: &str, barred: bool) -> Self {
        Self::apart_with(place, marks, host_script, program, |room| match barred {
            true => std::fs::write(room, "").unwrap(),
            // A session that began there has made it.
            false => std::fs::DirBuilder::new().mode(0o700).create(room).unwrap(),
        })
    }

    /// Like `apart_on`; `prepare` is told where a room would be.
    pub fn apart_with(
        place: &Path,
        marks: MarkSpace,
        host_script: &str,
        program: &str,
        prepare: impl FnOnce(&Path),
    ) -> Self {
        let mut bench = Self::new(marks, "true");
        let apart = tempfile::tempdir_in(place).unwrap();
        bench.host = apart.path().join("tree/host");
        std::fs::create_dir_all(&bench.host).unwrap();
        bench.apart = Some(apart);
        prepare(&bench.host.join(format!(".alcatraz-{}", bench.store.id())));
        bench.on_host(host_script);
        bench.begin();
        bench.enter(program);
        bench
    }
}
