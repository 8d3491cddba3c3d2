//! What a program finds in its environment when the app's person, whose rights are others than the helper's, says what that is.
//! The variables are data for the program: nothing of ours reads them.

use std::collections::BTreeMap;

use see_core::engine::pkexec_person;
use see_core::engine::request::RunSpec;
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::policy::Display;

/// Variables by name.
pub type Variables = BTreeMap<String, String>;

/// The most bytes that they may take up, each with its name. The kernel takes some more from a program's caller.
pub const LARGEST: usize = 1024 * 1024;

/// Of what a person has, a program of another user's gets what tells of terminal, language and display.
const OF_THE_SEAT: [&str; 8] =
    ["TERM", "COLORTERM", "LANG", "LANGUAGE", "TZ", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY"];

/// Gives a program these variables. They add to this process's own; where pkexec has started it for a person, whose
/// environment it took away, the person's program has the person's, and another user's what sudo would leave of it.
pub fn give(spec: &mut RunSpec, variables: Variables) -> Result<()> {
    check(&variables)?;
    let is_behind_pkexec = pkexec_person().is_some();
    let is_persons = is_behind_pkexec && spec.run_as.is_none();
    let has_display = spec.policy.display != Display::None;
    let is_seats =
        |name: &[u8]| std::str::from_utf8(name).is_ok_and(|name| is_of_the_seat(name, has_display));
    if is_persons {
        spec.env.retain(|(name, _)| name == b"PATH");
    } else if is_behind_pkexec {
        // pkexec passes on some of it, as those that it was itself started with: an LC_ALL of ours would count for all of the person's.
        spec.env.retain(|(name, _)| !is_seats(name));
    }
    for (name, value) in variables {
        if is_behind_pkexec && !is_persons && !is_seats(name.as_bytes()) {
            continue;
        }
        let name = name.into_bytes();
        spec.env.retain(|(known, _)| *known != name);
        spec.env.push((name, value.into_bytes()));
    }
    Ok(())
}

fn is_of_the_seat(name: &str, has_display: bool) -> bool {
    OF_THE_SEAT.contains(&name)
        || name.starts_with("LC_")
        // Where the socket of a Wayland display lies.
        || has_display && name == "XDG_RUNTIME_DIR"
}

fn check(variables: &Variables) -> Result<()> {
    let refused = |why: &str| {
        Err(SeeError::new(
            ErrorCode::BadRequest,
            format!("The environment of the program cannot be used: {why}."),
            "Unset the variable that it is about, then try again.",
        ))
    };
    if variables.keys().any(|name| name.is_empty() || name.contains(['=', '\0'])) {
        return refused("a variable's name is empty, or holds = or a zero byte");
    }
    if variables.values().any(|value| value.contains('\0')) {
        return refused("a variable holds a zero byte");
    }
    let bytes: usize = variables.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    match bytes > LARGEST {
        true => refused(&format!("it is larger than {LARGEST} bytes")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(variables: &[(&str, &str)]) -> Option<String> {
        let variables =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        give(&mut RunSpec::new(vec![b"true".to_vec()]), variables).err().map(|error| error.message)
    }

    #[test]
    fn what_no_program_could_be_given_is_refused() {
        assert_eq!(refusal(&[("TERM", "dumb"), ("EMPTY", "")]), None);
        for bad in [("", "x"), ("A=B", "x"), ("A\0", "x"), ("A", "x\0")] {
            assert!(refusal(&[bad]).is_some(), "{bad:?}");
        }
        assert!(refusal(&[("A", &"x".repeat(LARGEST))]).unwrap().contains("larger"));
    }

    #[test]
    fn they_take_the_place_of_our_own() {
        let mut spec = RunSpec::new(vec![b"true".to_vec()]);
        spec.env = vec![(b"TERM".to_vec(), b"ours".to_vec()), (b"PATH".to_vec(), b"/bin".to_vec())];
        give(&mut spec, [("TERM".to_owned(), "theirs".to_owned())].into()).unwrap();
        spec.env.sort();
        let wanted = [("PATH", "/bin"), ("TERM", "theirs")];
        assert_eq!(spec.env, wanted.map(|(name, value)| (name.into(), value.into())));
    }

    #[test]
    fn of_a_person_another_users_program_gets_what_tells_of_the_seat() {
        for name in ["TERM", "LC_TIME", "DISPLAY"] {
            assert!(is_of_the_seat(name, false), "{name}");
        }
        for name in ["PATH", "LD_PRELOAD", "HOME", "PYTHONPATH", "XDG_RUNTIME_DIR"] {
            assert!(!is_of_the_seat(name, false), "{name}");
        }
        assert!(is_of_the_seat("XDG_RUNTIME_DIR", true));
    }
}
