//! The sandbox over a real socket, with a clock that is moved by hand. Requests are signed here,
//! byte by byte where it matters; our own client has its own tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bench;
mod life;
mod semantics;
mod wire;
