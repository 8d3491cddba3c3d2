//! The network of a SEE: what it may reach, the programs that connect it, and who decides calls about addresses.

mod address;
mod caller;
mod calls;
mod detour;
pub mod doors;
mod hands;
pub mod host;
mod host_sockets;
mod news;
pub mod plumber;
pub mod policy;
pub mod reach;
pub mod resolver;
mod rules;
mod standin;
pub mod switchboard;
pub mod trial;
pub mod uplink;

pub use calls::reported;
pub use host_sockets::HostSockets;
