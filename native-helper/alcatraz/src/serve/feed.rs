//! The change feeds that the app has open: one thread each.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use see_core::error::Result;
use see_core::store::Store;

use super::writer::Writer;

/// The open feeds, by number.
pub struct Feeds {
    store: Arc<Store>,
    writer: Writer,
    last: AtomicU64,
    open: Mutex<HashMap<u64, Arc<AtomicBool>>>,
}

impl Feeds {
    pub fn new(store: Arc<Store>, writer: Writer) -> Self {
        Self { store, writer, last: AtomicU64::new(0), open: Mutex::default() }
    }

    /// Ends a feed. One that is not open is no error: it may have ended by itself.
    pub fn end(&self, watch: u64) {
        if let Some(ended) = self.open().remove(&watch) {
            ended.store(true, Ordering::Relaxed);
        }
    }

    /// Ends all feeds.
    pub fn end_all(&self) {
        for (_, ended) in self.open().drain() {
            ended.store(true, Ordering::Relaxed);
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<AtomicBool>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
