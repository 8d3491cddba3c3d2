//! A directory of the user's whose content nothing inside may read.

use std::path::PathBuf;

use crate::engine_lab::Lab;

use super::files::SECRET;
use super::{Canary, Facts};

pub struct Private(PathBuf);

impl Private {
    pub fn lay_out(lab: &Lab) -> Self {
        let dir = lab.home().join("private");
        // An attempt may have moved the one before.
        let _ = std::fs::create_dir(&dir);
        std::fs::write(dir.join("key"), format!("{SECRET}\n")).unwrap();
        lab.give_all_to_user("private");
        Self(dir)
    }
}

impl Canary for Private {
    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("PRIVATE", self.0.display().to_string())]
    }

    fn tell(&self, _facts: &mut Facts) {}
}
