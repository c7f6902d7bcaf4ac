//! `<Properties>`: `k:v|k:v|`, and the keys that the system itself uses.

/// Message key. [wire]
pub const KEYS: &str = "KEYS";
/// Absolute delivery time in Unix milliseconds. [wire]
pub const START_DELIVER_TIME: &str = "__STARTDELIVERTIME";
/// Sharding key of an ordered message. [wire]
pub const SHARDING_KEY: &str = "__SHARDINGKEY";
/// Seconds to the first check of a half message. [wire]
pub const TRANS_CHECK_T: &str = "__TransCheckT";

/// Keys that carry the protocol's own meaning and cannot be a user's property.
pub const SYSTEM_KEYS: [&str; 4] = [KEYS, START_DELIVER_TIME, SHARDING_KEY, TRANS_CHECK_T];

/// Characters that neither a key nor a value may hold. [doc]
pub const FORBIDDEN: [char; 7] = ['"', '\'', '&', '<', '>', ':', '|'];

/// Properties of a message, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Properties(Vec<(String, String)>);

impl Properties {
    /// Reads `k:v|k:v|`; the last `|` may be missing (PHP, Node). A value keeps further colons,
    /// and a piece without a colon becomes a key with an empty value, so that nothing is lost.
    pub fn decode(text: &str) -> Self {
        Self(
            text.split('|')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (key, value) = pair.split_once(':').unwrap_or((pair, ""));
                    (key.to_owned(), value.to_owned())
                })
                .collect(),
        )
    }

    /// Writes `k:v|k:v|`, with the last `|` (C++ drops the last pair otherwise). [wire]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        for (key, value) in &self.0 {
            text.push_str(key);
            text.push(':');
            text.push_str(value);
            text.push('|');
        }
        text
    }

    /// The value of a key; the last one if it stands twice.
    pub fn get(&self, key: &str) -> Option<&str> {
        let pair = self.0.iter().rev().find(|(k, _)| k == key)?;
        Some(pair.1.as_str())
    }

    /// Pairs in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the pairs out.
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

impl From<Vec<(String, String)>> for Properties {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_bar_may_be_missing() {
        assert_eq!(
            Properties::decode("a:1|b:2"),
            Properties::decode("a:1|b:2|")
        );
        assert_eq!(Properties::decode(""), Properties::default());
        assert_eq!(Properties::decode("a:b:c|").get("a"), Some("b:c"));
        assert_eq!(Properties::decode("odd|").get("odd"), Some(""));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            pairs in proptest::collection::vec(("[^\"'&<>:|]{1,8}", "[^\"'&<>:|]{0,8}"), 0..6)
        ) {
            let properties = Properties::from(pairs);
            prop_assert_eq!(Properties::decode(&properties.encode()), properties);
        }
    }
}
