//! `changes.origins`: which package owns each change and when it was made, page by page: the list of a large session is
//! longer than a line may be.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use see_core::error::Result;
use see_core::origins::{Origin, Origins, Package};
use serde::{Deserialize, Serialize};

use super::envelope::{bad_request, how_many_fit};

/// The most rows of one answer.
const ROWS: usize = 20_000;

/// So many lists are told at once; who began one before asks anew.
const LISTS: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginsParams {
    pub session: String,
    /// What to go on with; otherwise everything is looked at anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextPage>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextPage {
    list: u64,
    /// How many of its rows are known already.
    from: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginsResult {
    list: u64,
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

/// The lists that are being told, by their numbers: each window has its own.
#[derive(Default)]
pub struct OriginLists(Mutex<Lists>);

#[derive(Default)]
struct Lists {
    count: u64,
    begun: VecDeque<(u64, Arc<Origins>)>,
}

impl OriginLists {
    /// Returns a page of a list; `look` makes a new one. With its last page a list is forgotten.
    pub fn page(
        &self,
        next: Option<NextPage>,
        look: impl FnOnce() -> Result<Origins>,
    ) -> Result<OriginsResult> {
        let (list, from, all) = match next {
            None => {
                let all = Arc::new(look()?);
                (self.lists().begin(&all), 0, all)
            }
            Some(NextPage { list, from }) => {
                let all = self.lists().get(list);
                let all = all.ok_or_else(|| bad_request("its list is not being told: ask anew"))?;
                (list, from, all)
            }
        };
        let page = || all.rows.iter().skip(from).take(ROWS).map(WireOrigin::from);
        // A page without a row would be the last.
        let rows: Vec<_> = page().take(how_many_fit(page()).max(1)).collect();
        let packages = if next.is_none() { all.packages.clone() } else { Vec::new() };
        if from.saturating_add(rows.len()) >= all.rows.len() {
            self.lists().end(list);
        }
        Ok(OriginsResult { list, packages, rows, total: all.rows.len() })
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lists {
    fn begin(&mut self, all: &Arc<Origins>) -> u64 {
        self.count += 1;
        self.begun.push_back((self.count, Arc::clone(all)));
        if self.begun.len() > LISTS {
            self.begun.pop_front();
        }
        self.count
    }

    fn get(&self, list: u64) -> Option<Arc<Origins>> {
        self.begun.iter().find(|(number, _)| *number == list).map(|(_, all)| Arc::clone(all))
    }

    fn end(&mut self, list: u64) {
        self.begun.retain(|(number, _)| *number != list);
    }
}

#[cfg(test)]
mod tests {
    use see_core::path::HostPath;

    use super::*;

    fn origins(name: &str) -> Result<Origins> {
        let row = |i| {
            let path = HostPath::new(format!("/{name}/{i}").as_bytes()).unwrap();
            Origin { path, package: None, time: None }
        };
        Ok(Origins { packages: Vec::new(), rows: (0..ROWS + 1).map(row).collect() })
    }

    #[test]
    fn a_page_is_of_the_list_that_was_begun_whoever_begins_another() {
        let lists = OriginLists::default();
        let first = lists.page(None, || origins("a")).unwrap();
        let second = lists.page(None, || origins("b")).unwrap();
        assert_eq!((first.rows.len(), first.total), (ROWS, ROWS + 1));
        for (page, name) in [(first, "a"), (second, "b")] {
            let next = Some(NextPage { list: page.list, from: page.rows.len() });
            let rest = lists.page(next, || origins("nobody")).unwrap();
            assert_eq!(
                rest.rows.iter().map(|row| &*row.path).collect::<Vec<_>>(),
                [format!("/{name}/{ROWS}")]
            );
            assert!(lists.page(next, || origins("nobody")).is_err(), "it was told whole");
        }
    }
}
