//! The user guide: a chapter for each job, in the window and from the command line.
//!
//! | you want to | chapter |
//! |---|---|
//! | see it work, with no account | [`first_minute`] |
//! | reach a cluster of Tencent or Aliyun | [`connect`] |
//! | send a test message, or a million | [`publish`] |
//! | see what is in a topic, and why a message comes again | [`look`] |
//! | be done with messages, and with those that nobody can be done with | [`ack`] |
//! | know why a request is refused | [`refused`] |
//! | run a test suite against a broker | [`testing`] |
//! | break things on purpose, and skip the waiting | [`faults_and_time`] |
//! | do it from a script | [`scripts`] |
//!
//! 中文版：[`zh_cn`].
//!
//! The text of these modules is the chapter; no code is in them. Every command in it is run by
//! `tests/readme`, line by line against a sandbox, and every name of a button is looked up there. The
//! window shows the same texts, as pages.

mod markdown;
mod pages;
pub mod zh_cn;

pub use markdown::{Block, Span, blocks};
pub use pages::Page;

pub mod first_minute {
    #![doc = include_str!("first_minute.md")]
}
pub mod connect {
    #![doc = include_str!("connect.md")]
}
pub mod publish {
    #![doc = include_str!("publish.md")]
}
pub mod look {
    #![doc = include_str!("look.md")]
}
pub mod ack {
    #![doc = include_str!("ack.md")]
}
pub mod refused {
    #![doc = include_str!("refused.md")]
}
pub mod testing {
    #![doc = include_str!("testing.md")]
}
pub mod faults_and_time {
    #![doc = include_str!("faults_and_time.md")]
}
pub mod scripts {
    #![doc = include_str!("scripts.md")]
}
