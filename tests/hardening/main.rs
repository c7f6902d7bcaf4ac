//! The sandbox against clients that may not, cannot or will not behave: over raw sockets, with
//! limits so small that nothing has to be waited for. What a good client gets is in `sandbox`.
//!
//! Where a test waits for something not to happen, a busy machine can only make it pass.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod access;
mod bench;
mod connections;
mod requests;
