//! `changes.origins`: which package owns each change and when it was made, page by page: the list of a large session is
//! longer than a line may be.

use std::sync::{Arc, Mutex, PoisonError};

use see_core::error::Result;
use see_core::origins::{Origin, Origins, Package};
use serde::{Deserialize, Serialize};

use super::envelope::{bad_request, how_many_fit};

/// The most rows of one answer.
const ROWS: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginsParams {
    pub session: String,
    /// How many rows are known already; with 0 everything is looked at anew.
    pub from: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginsResult {
    packages: Vec<Package>,
    rows: Vec<WireOrigin>,
    total: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireOrigin {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    package: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<String>,
}

impl From<&Origin> for WireOrigin {
    fn from(origin: &Origin) -> Self {
        let path = origin.path.to_ref();
        let time = origin.time.map(see_core::timestamp::Timestamp::to_rfc3339);
        Self { path: path.path, path_bytes: path.path_bytes, package: origin.package, time }
    }
}

/// The list that is being told.
#[derive(Default)]
pub struct LastOrigins {
    last: Mutex<Option<(String, Arc<Origins>)>>,
}

impl LastOrigins {
    /// Returns a page of the list; `look` makes the list when the first page is asked for.
    pub fn page(
        &self,
        session: &str,
        from: usize,
        look: impl FnOnce() -> Result<Origins>,
    ) -> Result<OriginsResult> {
        let all = if from == 0 {
            let all = Arc::new(look()?);
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((session.to_owned(), Arc::clone(&all)));
            all
        } else {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let known = last.as_ref().filter(|(of, _)| of == session);
            known
                .map(|(_, all)| Arc::clone(all))
                .ok_or_else(|| bad_request("its list was not begun: ask from 0"))?
        };
        let page = || all.rows.iter().skip(from).take(ROWS).map(WireOrigin::from);
        // A page without a row would be the last.
        let rows = page().take(how_many_fit(page()).max(1)).collect();
        let packages = if from == 0 { all.packages.clone() } else { Vec::new() };
        Ok(OriginsResult { packages, rows, total: all.rows.len() })
    }
}
