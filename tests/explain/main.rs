//! The signature debugger: every known mistake made with every recorded request, and the right
//! cause found; every form of log read; nothing secret in what it says.
//!
//! The mistakes are made here anew, not with the debugger's own code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod answers;
mod breaks;
mod command;
mod forms;
mod garbage;
mod recipes;
#[path = "../support/mod.rs"]
mod support;
mod tables;
mod vectors;
