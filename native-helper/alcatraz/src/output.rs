//! Where words go: answers to stdout, all else to stderr. Text that came out of a SEE must be escaped before it gets here.

use std::io::{BufWriter, IsTerminal as _, Write};

use see_core::error::{Result, SeeError};
use serde::Serialize;

use crate::args::Global;
use crate::present::conflicts::{conflict_lines, need_lines};
use crate::shown_json;

/// The caller's wishes about output.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// One JSON document instead of text.
    pub json: bool,
    quiet: bool,
    verbose: bool,
    colored: bool,
}

/// A colour or weight of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Dim,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

impl Output {
    /// Colours are for terminals only, and only where nobody asked for none.
    pub fn new(global: &Global) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self {
            json: global.json,
            quiet: global.quiet,
            verbose: global.verbose,
            colored: wanted && std::io::stdout().is_terminal(),
        }
    }

    /// Tells whether the person wants to hear of errors only.
    pub fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Tells whether the person wants to know more than usual.
    pub fn is_verbose(self) -> bool {
        self.verbose
    }

    /// Prints an answer as one JSON document.
    pub fn json(self, answer: &impl Serialize) -> Result<()> {
        self.print(|out| {
            shown_json::write(out, answer)?;
            out.write_all(b"\n")
        })
    }

    /// Prints an answer with `write`. A reader that goes away early is no failure.
    pub fn print(self, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
        let mut out = BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
        match write(&mut out).and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => {
                // The buffer still holds what nobody reads; do not try to write it again when it is dropped.
                let _ = out.into_parts();
                Ok(())
            }
            Err(e) => Err(SeeError::new(
                see_core::error::ErrorCode::Io,
                format!("The answer cannot be printed: {e}."),
                "Look at where stdout goes.",
            )),
        }
    }

    /// Says a line to the person, unless they want quiet or are a program.
    pub fn say(self, line: &str) {
        if !self.quiet && !self.json {
            to_stderr(line);
        }
    }

    /// Says a line only to a person who wants to know more.
    pub fn detail(self, line: &str) {
        if self.verbose && !self.json {
            to_stderr(line);
        }
    }

    /// Tells an error.
    pub fn error(self, error: &SeeError) {
        if self.json {
            json_error(error);
            return;
        }
        let mut lines = vec![format!("Error: {}", error.message)];
        lines.extend(conflict_lines(&error.conflicts));
        lines.extend(need_lines(&error.needs));
        lines.push(format!("Hint: {}", error.hint));
        for line in lines {
            // Names are escaped where they enter a message; this keeps a forgotten one from reaching the terminal.
            to_stderr(&line.replace(char::is_control, "\u{fffd}"));
        }
    }

    /// Returns `text` in this style, when colours are wanted.
    pub fn paint(self, style: Style, text: &str) -> String {
        if !self.colored {
            return text.to_owned();
        }
        let code = match style {
            Style::Dim => 2,
            Style::Red => 31,
            Style::Green => 32,
            Style::Yellow => 33,
            Style::Blue => 34,
            Style::Magenta => 35,
            Style::Cyan => 36,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// Writes what a program wants to know where stdout is another program's.
pub fn json_aside(value: &impl Serialize) {
    to_stderr(&shown_json::text(value));
}

/// Writes an error as the one JSON document of stderr.
pub fn json_error(error: &SeeError) {
    to_stderr(&shown_json::text(&serde_json::json!({ "error": error })));
}

/// Writes a line to stderr. When nobody can read it, there is nobody to tell.
fn to_stderr(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
