//! Which methods wait for which: each weight has threads of its own.

/// How long the work of a method may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Answers at once, or at least without reading whole layers.
    Quick,
    /// Speaks with a session's supervisor: to stop it or allow it less must wait for nothing but that.
    Control,
    /// May take minutes, or waits for what does.
    Long,
}

impl Weight {
    /// Tells how long a method may take.
    pub fn of(method: &str) -> Self {
        match method {
            "sessions.run" | "sessions.stop" | "sessions.tighten" | "sessions.abort" | "sessions.retry"
            | "sessions.resume" | "sessions.terminals" => Self::Control,
            "changes.discard" | "changes.origins" | "changes.edit" | "changes.viruses"
            | "sessions.compare" | "check" | "commit" | "history.undo" | "history.drop" | "history.limit"
            | "history.changes" => Self::Long,
            _ => Self::Quick,
        }
    }
}
