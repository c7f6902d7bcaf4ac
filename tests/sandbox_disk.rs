//! The behaviour of the sandbox over HTTP once more, with everything kept on disk. The tests are
//! those of `sandbox`; crashes are `durability`'s business.

#[path = "sandbox/main.rs"]
mod sandbox;
