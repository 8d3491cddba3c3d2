//! What a session is allowed no longer, also while it runs. Only ever less: what widens is refused.

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::net::policy::Net;

use super::{Clipboard, Policy};

/// What must stay free where nothing was chosen is at most this.
const MOST_USUAL_FLOOR: u64 = 1 << 30;

/// What a session shall be allowed no longer; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tightening {
    /// How far the network still reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<Net>,
    /// Whether it still reaches the host's neighbours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lan: Option<bool>,
    /// Whether the clipboard is still shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clipboard: Option<bool>,
    /// The most bytes that its changes may hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
    /// How many bytes must stay free on each disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<u64>,
    /// The most processes and threads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
    /// The most bytes of memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
}

impl Policy {
    /// Returns the tightened policy. Fails when something would be allowed that was not before.
    pub fn tighten(&self, to: &Tightening) -> Result<Self> {
        let Tightening { net, lan, clipboard, quota, floor, processes, memory } = to;
        let is_wider = net.is_some_and(|net| net > self.net)
            || (*lan == Some(true) && !self.lan)
            || (*clipboard == Some(true) && self.clipboard == Clipboard::None)
            || is_above(*quota, self.quota)
            || is_above(*processes, Some(self.most_processes()))
            || is_above(*memory, self.memory)
            || floor.is_some_and(|floor| floor < self.floor.unwrap_or(MOST_USUAL_FLOOR));
        if is_wider {
            return Err(SeeError::new(
                ErrorCode::BadRequest,
                "A session can be allowed less, never more than it was started with.",
                "Start a new session with what you want it to have.",
            )
            .because(Reason::NeverMore));
        }
        let policy = Self {
            net: net.unwrap_or(self.net),
            lan: lan.unwrap_or(self.lan),
            clipboard: if *clipboard == Some(false) { Clipboard::None } else { self.clipboard },
            quota: quota.or(self.quota),
            floor: floor.or(self.floor),
            processes: processes.or(self.processes),
            memory: memory.or(self.memory),
            ..self.clone()
        };
        policy.check_limits().map(|()| policy)
    }
}

/// Tells whether a new limit is above the one that holds.
fn is_above(new: Option<u64>, old: Option<u64>) -> bool {
    matches!((new, old), (Some(new), Some(old)) if new > old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_only_ever_allows_less() {
        let policy = Policy {
            net: Net::Web,
            clipboard: Clipboard::Both,
            quota: Some(100),
            floor: Some(10),
            memory: Some(50 << 20),
            ..Policy::default()
        };
        let less = Tightening {
            net: Some(Net::None),
            clipboard: Some(false),
            quota: Some(99),
            floor: Some(11),
            processes: Some(64),
            memory: Some(49 << 20),
            ..Tightening::default()
        };
        let tight = policy.tighten(&less).unwrap();
        assert_eq!((tight.net, tight.clipboard), (Net::None, Clipboard::None));
        assert_eq!((tight.quota, tight.floor), (Some(99), Some(11)));
        assert_eq!((tight.processes, tight.memory), (Some(64), Some(49 << 20)));
        assert_eq!(policy.tighten(&Tightening::default()).unwrap(), policy);
        let wider = [
            Tightening { net: Some(Net::Full), ..Tightening::default() },
            Tightening { lan: Some(true), ..Tightening::default() },
            Tightening { quota: Some(101), ..Tightening::default() },
            Tightening { floor: Some(9), ..Tightening::default() },
            Tightening { processes: Some(4097), ..Tightening::default() },
            Tightening { processes: Some(7), ..Tightening::default() },
            Tightening { memory: Some(51 << 20), ..Tightening::default() },
        ];
        for to in wider {
            assert_eq!(policy.tighten(&to).unwrap_err().code, ErrorCode::BadRequest, "{to:?}");
        }
        // Where nothing was chosen, the usual holds.
        let usual = Policy::default();
        assert!(usual.tighten(&Tightening { quota: Some(1), ..Tightening::default() }).is_ok());
        for to in [
            Tightening { floor: Some(MOST_USUAL_FLOOR - 1), ..Tightening::default() },
            Tightening { clipboard: Some(true), ..Tightening::default() },
        ] {
            assert!(usual.tighten(&to).is_err(), "{to:?}");
        }
    }
}
