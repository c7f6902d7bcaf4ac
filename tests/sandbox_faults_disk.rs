//! The faults of the sandbox once more, with everything kept on disk. The tests are those of
//! `sandbox_faults.rs`.

#[path = "sandbox_faults.rs"]
mod sandbox_faults;
