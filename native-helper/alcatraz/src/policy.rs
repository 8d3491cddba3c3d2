//! What the options of `run` say about a session's walls, put into its policy. Decides nothing.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use see_core::error::{ErrorCode, Result, SeeError};
use see_core::path::{HostPath, PathRef, escape_for_display};
use see_core::policy::{Clipboard, Device, Display, Policy, Promise};

use crate::args::{ClipboardArg, DeviceArg, DisplayArg, Engine, PromiseArg, WallArgs};

/// Puts the options into the policy.
pub fn apply(args: &WallArgs, policy: &mut Policy) -> Result<()> {
    policy.hide = places(&args.hide)?;
    policy.show = places(&args.show)?;
    policy.quota = args.quota;
    policy.floor = args.floor;
    policy.processes = args.processes;
    policy.memory = args.memory;
    policy.display = match args.display {
        DisplayArg::Auto => Display::Auto,
        DisplayArg::None => Display::None,
        DisplayArg::Nested => Display::Nested,
        DisplayArg::Host => Display::Host,
    };
    policy.clipboard = match args.clipboard {
        ClipboardArg::None => Clipboard::None,
        ClipboardArg::In => Clipboard::In,
        ClipboardArg::Out => Clipboard::Out,
        ClipboardArg::Both => Clipboard::Both,
    };
    policy.devices = args
        .devices
        .iter()
        .map(|device| match device {
            DeviceArg::Gpu => Device::Gpu,
            DeviceArg::Sound => Device::Sound,
            DeviceArg::Camera => Device::Camera,
        })
        .collect();
    policy.accept = args
        .accept
        .iter()
        .map(|promise| match promise {
            PromiseArg::Memory => Promise::Memory,
            PromiseArg::Processes => Promise::Processes,
            PromiseArg::Display => Promise::Display,
            PromiseArg::Devices => Promise::Devices,
            PromiseArg::Ports => Promise::Ports,
            PromiseArg::Floor => Promise::Floor,
        })
        .collect();
    Ok(())
}

/// Refuses the engine of a later version: who asks for it wants to do without name spaces or root.
pub fn engine(engine: Engine) -> Result<()> {
    match engine {
        Engine::Auto | Engine::Overlay => Ok(()),
        Engine::Interpose => Err(SeeError::new(
            ErrorCode::BadRequest,
            "The engine without name spaces and mounts (interpose) is not in this version.",
            "Leave out --engine: the one that there is needs no root. `alcatraz doctor` says what it lacks here, and the mend.",
        )),
    }
}

fn places(paths: &[PathBuf]) -> Result<Vec<PathRef>> {
    paths.iter().map(|path| place(path)).collect()
}

/// Returns a path as it is from the working directory, for a list of text.
pub fn absolute(path: &Path) -> Result<String> {
    let place = place(path)?;
    match place.path_bytes {
        None => Ok(place.path),
        Some(_) => Err(SeeError::new(
            ErrorCode::BadRequest,
            format!("This path is no text: {}", place.path),
            "Name a directory above it, or give it to each run: --hide",
        )),
    }
}

/// Returns a path as it is from the working directory.
fn place(path: &Path) -> Result<PathRef> {
    let absolute = std::path::absolute(path).ok();
    let place = absolute.and_then(|path| HostPath::new(path.as_os_str().as_bytes()));
    place.map(|place| place.to_ref()).ok_or_else(|| {
        let shown = escape_for_display(path.as_os_str().as_bytes());
        SeeError::new(
            ErrorCode::BadRequest,
            format!("This is no path of a file or directory: {shown}"),
            "Give a path that exists.",
        )
    })
}
