//! The whole window without a display, as somebody uses it: what is typed and clicked, and what
//! can be read afterwards. Not how it looks, and not the native window around it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod access;
mod access_tour;
mod acking;
mod archive;
mod cards;
mod connections;
mod control;
mod debugger;
mod dialogs;
mod far;
mod faults;
mod first_minute;
mod first_start;
#[path = "../support/fixtures.rs"]
mod fixtures;
mod forms;
mod guide;
mod halves;
mod history;
mod keyboard;
mod language;
mod leases;
mod letters;
mod lists;
mod looks;
mod outbox;
mod outside;
mod palette;
mod panes;
mod paths;
mod plots;
mod rare;
mod replay;
mod room;
mod samples;
mod sandbox;
mod scripted;
#[path = "../support/server.rs"]
mod server;
mod settings;
#[path = "../support/window/mod.rs"]
mod support;
mod table;
mod traffic;
mod unasked;
mod vendors;
mod viewers;
mod views;
mod why;
mod workspace;
