//! A merge to look at before it is chosen.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use serde::{Deserialize, Serialize};

use crate::changes::found::Found;
use crate::commit::view::View;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::session::Session;
use crate::store::Store;

use super::How;
use super::file::{Mergeable, Of, look};
use super::three_way::Hunk;

/// Of what was appended, so much is shown, in bytes.
const SHOWN: u64 = 256 * 1024;
/// Of what was there before, so much is shown.
const CONTEXT: u64 = 2048;

/// What a merge would make of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// How it can be merged.
    pub how: How,
    /// Which state of the host's file this is made of; a text made by hand must name it.
    pub stamp: String,
    /// The text. With `append`, only the end of it, for looking: other bytes than UTF-8 are replaced.
    pub hunks: Vec<Hunk>,
    /// Bytes before the first hunk.
    pub omitted: u64,
}

/// Returns what a merge would make of a change's file. Fails with `bad-request` when it cannot be merged.
pub fn preview(store: &Store, session: &Session, found: &Found) -> Result<Preview> {
    let path = &found.change.path;
    let mergeable = look(store, &mut View::new(session), found)?.ok_or_else(|| {
        SeeError::new(
            ErrorCode::BadRequest,
            format!("{} cannot be merged.", path.display()),
            "Only text that the host and the session both changed can be merged. Choose skip, overwrite or both.",
        ).because(Reason::NotMergeable)
        .with_path(path)
    })?;
    let (how, stamp) = (mergeable.how(), mergeable.stamp());
    let Mergeable { of, .. } = mergeable;
    match of {
        Of::Lines(hunks) => Ok(Preview { how, stamp, hunks, omitted: 0 }),
        Of::Tails { base, host, session, files } => {
            let (theirs, ours) = &*files;
            let start = base.saturating_sub(CONTEXT);
            let read = |file: &File, from: u64, to: u64| {
                text(file, from, to).map_err(|error| {
                    let errno = rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO);
                    SeeError::os("reading", path, errno)
                })
            };
            let hunks = vec![
                Hunk::Same { text: read(ours, start, base)? },
                Hunk::Host { base: String::new(), host: read(theirs, base, host)? },
                Hunk::Session { base: String::new(), session: read(ours, base, session)? },
            ];
            Ok(Preview { how, stamp, hunks, omitted: start })
        }
    }
}

/// Returns a stretch of a file as text, cut when it is long.
fn text(file: &File, from: u64, to: u64) -> std::io::Result<String> {
    let length = usize::try_from((to - from).min(SHOWN)).unwrap_or(0);
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, from)?;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if to - from > SHOWN {
        text.push_str("…\n");
    }
    Ok(text)
}
