//! Which methods wait for which: each weight has threads of its own.

/// How long the work of a method may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Answers at once, or at least without reading whole layers.
    Quick,
    /// Speaks with a session's supervisor: to stop it or allow it less must wait for nothing but that.
    Control,
    /// Reads a file of the session or of the host, which may lie on a disk that hangs.
    Reading,
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
            "describe" | "content" | "versions" | "merge.preview" | "history.versions"
            | "history.content" => Self::Reading,
            _ => Self::Quick,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::methods::NAMES;
    use super::*;

    #[test]
    fn what_may_wait_for_a_disk_holds_up_nothing_that_answers_at_once() {
        let of = |weight| NAMES.iter().filter(move |name| Weight::of(name) == weight);
        assert!(of(Weight::Quick).all(|name| !name.contains("content") && !name.contains("describe")));
        // Each name above is one that there is.
        assert_eq!(of(Weight::Reading).count(), 6);
        assert_eq!(
            [Weight::of("sessions.list"), Weight::of("sessions.stop")],
            [Weight::Quick, Weight::Control]
        );
    }
}
