//! The limits that a session is near to or has run into, in the words of the command line.

use see_core::session::{Near, Scarce, Session, SessionState};

use crate::table::human_size;

use super::text::count_text;

/// Returns what to say of a session's limits, a line for each, with what can be done.
pub fn near_lines(session: &Session) -> Vec<String> {
    let handle = session.handle();
    let is_live = matches!(session.state, SessionState::Starting | SessionState::Running);
    let told = session.near.iter().filter(|near| is_live || near.hits > 0);
    told.map(|near| format!("{handle}: {}. {}", words(near), mend(near, handle, is_live))).collect()
}

/// Returns the same of what a session has run into alone.
pub fn ran_out_lines(session: &Session) -> Vec<String> {
    near_lines(&Session { near: session.ran_out().cloned().collect(), ..session.clone() })
}

fn words(near: &Near) -> String {
    let Near { what, used, limit, place, hits, .. } = near;
    let (size, place) = (human_size(*limit), place.as_deref().unwrap_or("a disk"));
    match (what, hits) {
        (Scarce::Quota, _) => format!("its changes hold most of their quota, {size}"),
        (Scarce::Disk, _) => {
            format!(
                "only {} are free for {place}, and it is frozen when less than {size} are",
                human_size(*used)
            )
        }
        (Scarce::Inodes, _) => {
            format!("only {used} more files fit on {place}, and it is frozen when less than {limit} do")
        }
        (Scarce::Memory, 0) => format!("its programs use most of the memory that they may, {size}"),
        (Scarce::Memory, hits) => format!(
            "it ran out of the memory it was allowed, {size}, and the kernel ended {}",
            count_text(*hits, "program")
        ),
        (Scarce::Processes, 0) => format!("it has most of the {limit} processes that it may"),
        (Scarce::Processes, hits) => format!(
            "it ran out of the {limit} processes it was allowed, and {hits} more could not be started"
        ),
    }
}

fn mend(near: &Near, handle: &str, is_live: bool) -> String {
    let option = match near.what {
        Scarce::Quota => "--quota SIZE",
        Scarce::Disk | Scarce::Inodes => return "Make room there.".to_owned(),
        Scarce::Memory => "--memory SIZE",
        Scarce::Processes => "--processes COUNT",
    };
    match is_live {
        true => format!("Allow it more: alcatraz resume {handle} {option}"),
        false => format!("Run it once more with more: alcatraz retry {handle} {option}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_and_what_ran_out_are_said_with_what_can_be_done() {
        let near = |what, hits| Near {
            what,
            used: 1 << 20,
            limit: 64 << 20,
            place: None,
            hits,
            since: "2026-01-31T12:00:00Z".to_owned(),
        };
        assert_eq!(
            words(&near(Scarce::Memory, 0)),
            "its programs use most of the memory that they may, 64.0 MiB"
        );
        assert_eq!(
            words(&near(Scarce::Memory, 2)),
            "it ran out of the memory it was allowed, 64.0 MiB, and the kernel ended 2 programs"
        );
        assert!(words(&near(Scarce::Disk, 0)).starts_with("only 1.0 MiB are free for a disk"));
        assert_eq!(
            mend(&near(Scarce::Memory, 0), "trial", true),
            "Allow it more: alcatraz resume trial --memory SIZE"
        );
        assert_eq!(
            mend(&near(Scarce::Memory, 1), "trial", false),
            "Run it once more with more: alcatraz retry trial --memory SIZE"
        );
    }
}
