//! The behaviour of the sandbox over HTTP once more, with everything kept on disk. The tests are
//! those of `sandbox.rs`; crashes are `durability`'s business.

#[path = "sandbox.rs"]
mod sandbox;
