//! What a server takes: limits per vendor. What breaks them is found in `lint.rs`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Tencent TDMQ RocketMQ.
    Tdmq,
    /// Aliyun RocketMQ 4.x.
    Aliyun,
    /// The broker inside mqscope.
    #[default]
    Sandbox,
}

impl Profile {
    /// Every profile, in the order of a menu.
    pub const ALL: [Profile; 3] = [Profile::Tdmq, Profile::Aliyun, Profile::Sandbox];

    /// Its limits.
    pub fn limits(self) -> Limits {
        let day = Duration::from_secs(24 * 3600);
        let base = Limits {
            max_body_bytes: 4 << 20,
            max_timed_body_bytes: 4 << 20,
            max_delay: 40 * day,
            max_tag_chars: 64,
            max_batch: 16,
            max_wait_secs: 30,
            ordered: true,
            half: true,
        };
        match self {
            Profile::Sandbox => base,
            // Ordered messages came to TDMQ's page after its first edition; half ones never did.
            Profile::Tdmq => Limits {
                half: false,
                ..base
            },
            Profile::Aliyun => Limits {
                max_timed_body_bytes: 64 << 10,
                max_delay: 3 * day,
                ..base
            },
        }
    }
}

/// Limits of one server. [doc]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a body.
    pub max_body_bytes: usize,
    /// Most bytes of the body of a timed or half message.
    pub max_timed_body_bytes: usize,
    /// Furthest delivery time ahead.
    pub max_delay: Duration,
    /// Most characters of a tag.
    pub max_tag_chars: usize,
    /// Most messages of one consume and handles of one ack.
    pub max_batch: u32,
    /// Longest long poll, seconds.
    pub max_wait_secs: u32,
    /// Whether ordered messages are served over HTTP.
    pub ordered: bool,
    /// Whether half messages are served over HTTP.
    pub half: bool,
}

/// Allowed seconds to the first check of a half message. [wire]
pub const CHECK_SECS: std::ops::RangeInclusive<u32> = 10..=300;
