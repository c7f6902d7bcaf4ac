//! The binary: reads the arguments, owns the tokio runtime, and opens the window or runs a
//! command. Everything else is the library's.

mod window;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use mqscope::cli::{self, Arguments, Exit, display};
use tokio::runtime::{Handle, Runtime};

/// Bodies are freed on other threads than they are made on, which glibc's allocator is slow at.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::language(std::env::args_os(), |name| std::env::var(name).ok()).choose();
    let arguments = match cli::parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    match start(arguments) {
        Ok(exit) => exit.into(),
        Err(error) => {
            complain(&format!("mqscope: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: Arguments) -> anyhow::Result<Exit> {
    let runtime = Runtime::new().context("cannot start the async runtime")?;
    let exit = match arguments.command {
        Some(command) => Ok(runtime.block_on(cli::run(command))),
        None => window(runtime.handle()),
    };
    // A blocking read of stdin, or a keyring that never answers, must not hold us back.
    runtime.shutdown_background();
    exit
}

/// Opens the window, or says why that cannot be here.
fn window(runtime: &Handle) -> anyhow::Result<Exit> {
    let listen = match cli::window_listen(|name| std::env::var(name).ok()) {
        Ok(listen) => listen,
        Err(why) => {
            complain(&why);
            return Ok(Exit::Usage);
        }
    };
    let opened =
        display::look_for_display().and_then(|()| display::guard(|| window::open(runtime, listen)));
    match opened {
        Ok(Ok(())) => Ok(Exit::Done),
        Ok(Err(error)) => Err(error),
        Err(obstacle) => {
            complain(&cli::explain(&obstacle));
            Ok(Exit::Usage)
        }
    }
}

fn complain(text: &str) {
    // `eprintln!` panics where stderr is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}
