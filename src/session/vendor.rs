//! What is said of an address: whose cluster it leads to, and what may be wrong with it.
//! What it tells is read in `protocol::address`.

use crate::protocol::Profile;
use crate::protocol::address::Address;

use super::say::Say;

impl Address {
    /// What is known, in one line; nothing where the name says nothing of a vendor.
    pub fn said(&self) -> Option<Say> {
        let key = match (self.vendor?, self.private) {
            (Profile::Aliyun, false) => "address-aliyun",
            (Profile::Aliyun, true) => "address-aliyun-private",
            (_, false) => "address-tdmq",
            (_, true) => "address-tdmq-private",
        };
        let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
        let say = Say::new(key).with("region", or(&self.region));
        Some(match self.vendor {
            Some(Profile::Aliyun) => say.with("account", or(&self.account)),
            _ => say,
        })
    }

    /// What to look for instead, if it is the address of another protocol.
    pub fn doubt(&self) -> Option<Say> {
        let key = match self.vendor {
            Some(Profile::Aliyun) => "doubt-tcp-aliyun",
            Some(_) => "doubt-tcp-tdmq",
            None => "doubt-tcp",
        };
        self.tcp.then(|| Say::new(key))
    }
}
