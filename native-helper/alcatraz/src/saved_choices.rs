//! The options of a profile, put before those that were typed: what is typed for one run counts more.

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _, Parser as _};
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::profiles::{Profile, Profiles};
use see_core::store::Store;

use crate::args::{Cli, Command, RunArgs};
use crate::policy;

const RUN: &str = "run";
const OPTION: &str = "--profile";

/// Returns what was typed for this run, with the options of the profile that it names.
pub fn with_profile(store: &Store, name: &str) -> Result<RunArgs> {
    let profiles = Profiles::of(store)?;
    let profile = profiles.find(name)?;
    let words = put_before(&std::env::args_os().collect::<Vec<_>>(), &profile.options);
    let last_counts = Cli::command().mut_subcommand(RUN, |run| run.args_override_self(true));
    let parsed = last_counts.try_get_matches_from(words).and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed.map(|cli| cli.command) {
        Ok(Command::Run(args)) => Ok(args),
        Ok(_) => Err(SeeError::internal("A run with a profile is no run.")),
        Err(error) => Err(unfit(profile, &error)),
    }
}

/// Refuses what cannot be saved: what is no option of `run`, and what is about one run alone.
pub fn check(profile: &Profile) -> Result<()> {
    let options = profile.options.iter().map(String::as_str);
    let words = ["alcatraz", RUN].into_iter().chain(options).chain(["--", "true"]);
    match Cli::try_parse_from(words) {
        Ok(Cli {
            global,
            command: Command::Run(RunArgs { name: None, profile: None, then, command, engine, walls, .. }),
        }) if !global.is_given() && !then.is_chosen() && command == ["true"] => {
            policy::engine(engine)?;
            match walls.hide.iter().chain(&walls.show).find(|place| !place.is_absolute()) {
                None => Ok(()),
                // In each directory it would be another place.
                Some(place) => Err(unfit(profile, &format!("{} is not a whole path", place.display()))),
            }
        }
        Ok(_) => Err(unfit(
            profile,
            &"it holds no name, no other profile, no decision, no command, and nothing that every command understands",
        )),
        Err(error) => Err(unfit(profile, &error)),
    }
}

fn unfit(profile: &Profile, why: &dyn std::fmt::Display) -> Box<SeeError> {
    let why = why.to_string();
    let why = why.lines().next().unwrap_or_default().trim_start_matches("error: ");
    SeeError::new(
        ErrorCode::BadRequest,
        format!("The options of the profile {} do not fit: {why}.", profile.name),
        "See what can be chosen with: alcatraz help run",
    )
}

/// Returns the words with options behind the word `run`, and without the word that names the profile.
fn put_before(words: &[OsString], options: &[String]) -> Vec<OsString> {
    let follows =
        |at: usize, word: &str| at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|w| w == word);
    let run =
        words.iter().enumerate().position(|(at, word)| word == RUN && at > 0 && !follows(at, "--store"));
    let (before, after) = words.split_at(run.map_or(words.len(), |run| run + 1));
    let joined = |word: &OsString| word.to_string_lossy().starts_with("--profile=");
    let named = after.iter().position(|word| word == OPTION || joined(word)).unwrap_or(after.len());
    let (left, rest) = after.split_at(named);
    let taken = if rest.first().is_some_and(joined) { 1 } else { 2 };
    let options = options.iter().map(OsString::from);
    before
        .iter()
        .cloned()
        .chain(options)
        .chain(left.iter().cloned())
        .chain(rest.iter().skip(taken).cloned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_behind_the_word_that_runs() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let options = ["--net".to_owned(), "web".to_owned()];
        for (typed, whole) in [
            ("alcatraz run --profile p ls", "alcatraz run --net web ls"),
            (
                "alcatraz --store run run --lan --profile=p ls run",
                "alcatraz --store run run --net web --lan ls run",
            ),
            ("run run --profile p -- ls --profile x", "run run --net web -- ls --profile x"),
        ] {
            assert_eq!(put_before(&words(typed), &options), words(whole), "{typed}");
        }
    }
}
