//! mqscope: look into message queues that speak the RocketMQ HTTP protocol.
//!
//! The map, in reading order:
//!
//! 1. [`protocol`]: requests, replies, faults, signatures. Pure: no I/O, no clock.
//! 2. [`clock`]: the only reader of the time of day, real or moved by hand.
//! 3. [`client`]: speaks the protocol to a broker over HTTP.
//! 4. [`sandbox`]: an embedded broker that speaks the same protocol. Never sees the client.
//! 5. [`credentials`]: keys as values that do not print themselves; [`config`] and [`secrets`]:
//!    what is kept between runs, secrets in the OS keyring only; [`files`]: replaced in one step.
//! 6. [`session`]: the application without a window. No egui.
//! 7. [`i18n`] and [`ui`]: the window. No I/O, no async.
//! 8. [`code`]: programs for the official SDKs that do what a form says. Pure.
//! 9. [`doctor`]: what is wrong between here and a broker, step by step.
//! 10. [`cards`]: what a failure means, what causes it, what to do about it.
//! 11. [`explained`]: what is known about a signature, put into words.
//! 12. [`cli`]: the same library for scripts.
//!
//! [`guide`] is for the users of all this: a chapter for each job.
//!
//! Who may use whom is held by `tests/layers.rs`.

pub mod cards;
pub mod cli;
pub mod client;
pub mod clock;
pub mod code;
pub mod config;
pub mod credentials;
pub mod doctor;
pub mod explained;
pub mod files;
pub mod guide;
pub mod i18n;
pub mod protocol;
pub mod sandbox;
pub mod secrets;
pub mod session;
pub mod ui;
