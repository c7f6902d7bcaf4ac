//! Every view of the window is reached and painted. With `MQSCOPE_GALLERY=1` the pictures are kept, of
//! each view in both themes, both languages and at two scales:
//!
//!     MQSCOPE_GALLERY=1 cargo test --test gallery
//!
//! puts them into `target/gallery/`, with an `index.html` to leaf through; a name behind it, such as
//! `letters`, makes only some, and so does `MQSCOPE_GALLERY=dark-en-1x,light-zh-CN-1x` of each. Otherwise nothing is kept, and each view is painted once. What stands in
//! a view is the business of `tests/window`; nothing here compares pictures, people look at them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod album;
#[path = "../window/outside.rs"]
#[allow(dead_code, reason = "made for the tests of the window")]
mod outside;
mod scenes;
mod stage;
#[path = "../support/window/mod.rs"]
mod support;
