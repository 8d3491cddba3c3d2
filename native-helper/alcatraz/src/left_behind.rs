//! What programs in the background still write when the program that the user waited for is over. Natively they hold its
//! output: the shell goes on, and whoever reads a pipe has its end when the last writer is gone. So a process of its own
//! passes it on.

use std::os::fd::{AsFd as _, AsRawFd as _};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::stdio::{stderr, stdout};
use see_core::engine::client::{Client, Event};
use see_core::engine::request::{Ask, Channel};
use see_core::error::{Result, SeeError};
use see_sys::process::{close_all_but, exit_now, fork};
use see_sys::signals::SignalQueue;

use crate::sink::Sink;

/// Leaves a process behind that passes on what still comes, to where `shown` went. The connection is its own from then on.
pub fn pass_on(client: &mut Client, signals: &SignalQueue, shown: [Sink; 2]) -> Result<()> {
    let forked = fork(0).map_err(|errno| {
        SeeError::internal(format!("What is left of the output cannot be passed on: {errno}."))
    })?;
    if forked.is_none() {
        let ready = signals.unblock().and_then(|()| close_all_but(&[client.as_fd().as_raw_fd()]));
        let told = ready.map_or(1, |()| i32::from(tell(client, shown).is_err()));
        exit_now(told);
    }
    Ok(())
}

/// Passes on until nobody writes or nobody reads any more.
fn tell(client: &mut Client, shown: [Sink; 2]) -> Result<()> {
    let channels = client.channels();
    let [mut output, mut error] = shown;
    loop {
        client.push();
        let mut flags = PollFlags::IN;
        flags.set(PollFlags::OUT, client.has_unsent());
        match poll(&mut [PollFd::from_borrowed_fd(client.as_fd(), flags)], None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(SeeError::internal(format!("A wait failed: {errno}."))),
        }
        for event in client.pull()? {
            match event {
                Event::Output(bytes) if shows_on_error(channels) => error.add(&bytes),
                Event::Output(bytes) | Event::StandardOutput(bytes) => output.add(&bytes),
                Event::StandardError(bytes) => error.add(&bytes),
                Event::ClipboardEnded => {
                    output.keep_from_clipboard();
                    error.keep_from_clipboard();
                }
                Event::Closed => return Ok(()),
                Event::Exited(_)
                | Event::Failed(_)
                | Event::Suspended
                | Event::Continued(_)
                | Event::Stopped
                | Event::Frozen(_)
                | Event::Resumed => {}
            }
        }
        if output.flush(stdout()) {
            client.ask(&Ask::CloseOutput { error: false })?;
        }
        if error.flush(stderr()) {
            client.ask(&Ask::CloseOutput { error: true })?;
        }
        // A terminal inside goes on without anybody who looks.
        let is_blind =
            |sink: &Sink, place: usize| sink.closed && channels.get(place) == Some(&Channel::Terminal);
        if is_blind(&output, 1) || is_blind(&error, 2) {
            return Ok(());
        }
    }
}

/// Tells whether a program's terminal shows on stderr: one that none of ours stands for shows on stdout.
pub fn shows_on_error(channels: [Channel; 3]) -> bool {
    channels[1] == Channel::Pipe && channels[2] == Channel::Terminal
}
