//! What attacks are aimed at. Everything here was made by the test itself and is thrown away.

pub mod again;
pub mod disk;
pub mod files;
pub mod ipc;
pub mod kernel;
pub mod mounts;
pub mod network;
pub mod private;
pub mod screen;
pub mod services;
pub mod sockets;
pub mod terminal;
pub mod victim;

use std::collections::BTreeMap;

/// Facts about the host, by name. Two of these from before and after are compared.
pub type Facts = BTreeMap<String, String>;

/// One thing that can be harmed. Removed when dropped.
pub trait Canary {
    /// What the attacker knows of it.
    fn env(&self) -> Vec<(&'static str, String)>;
    /// Adds how it is now.
    fn tell(&self, facts: &mut Facts);
}
