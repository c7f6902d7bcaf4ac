//! Access keys and what each of them may use. Pure; checks no signature (that is
//! `crate::protocol::sign`) and knows no topic.

use std::fmt;
use std::str::FromStr;

use secrecy::SecretString;

use crate::protocol::{GroupId, TopicName};

/// One access key, its secret, and what it opens.
#[derive(Clone)]
pub struct AccessRule {
    /// AccessKeyId.
    pub access_key: String,
    /// AccessKeySecret.
    pub secret_key: SecretString,
    /// Topics that it may use; empty: all of them.
    pub topics: Vec<NamePattern>,
    /// Groups that it may use; empty: all of them.
    pub groups: Vec<NamePattern>,
}

impl AccessRule {
    /// A key that may use everything.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<SecretString>) -> Self {
        Self {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            topics: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// Whether this key may publish to, consume from and ack in a topic.
    pub fn may_use_topic(&self, topic: &TopicName) -> bool {
        may_use(&self.topics, topic.as_str())
    }

    /// Whether this key may consume and ack for a group.
    pub fn may_use_group(&self, group: &GroupId) -> bool {
        may_use(&self.groups, group.as_str())
    }
}

fn may_use(patterns: &[NamePattern], name: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name))
}

impl fmt::Debug for AccessRule {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessRule")
            .field("topics", &self.topics)
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}

/// Names of topics or groups: `orders`, or with `*` for any characters: `pay-*`. [us]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(String);

/// A pattern that fits no name at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} fits no name; use letters, digits, - _ % and * for any of them")]
pub struct InvalidPattern(String);

impl NamePattern {
    /// Whether it fits a name.
    pub fn matches(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        // `split` gives at least one piece, so the fallback never counts.
        let Some(mut rest) = name.strip_prefix(pieces.next().unwrap_or_default()) else {
            return false;
        };
        let Some(last) = pieces.next_back() else {
            return rest.is_empty();
        };
        // Each piece at its first place leaves the most for the others.
        for piece in pieces {
            match rest.find(piece) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

impl FromStr for NamePattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '%' | '*');
        if text.is_empty() || !text.chars().all(fits) {
            return Err(InvalidPattern(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_names() {
        let check = |pattern: &str, name: &str, fits: bool| {
            let pattern: NamePattern = pattern.parse().unwrap();
            assert_eq!(pattern.matches(name), fits, "{pattern} {name}");
        };
        check("orders", "orders", true);
        check("orders", "orders2", false);
        check("orders", "my-orders", false);
        check("pay-*", "pay-", true);
        check("pay-*", "pay-in", true);
        check("pay-*", "xpay-in", false);
        check("*-in", "pay-in", true);
        check("*-in", "pay-in2", false);
        check("a*a", "a", false);
        check("a*a", "aa", true);
        check("a*b*c", "a-b-b-c", true);
        check("a*b*c", "a-c-b", false);
        check("*", "anything", true);
        check("%DLQ%*", "%DLQ%G", true);
        check("**", "x", true);
        for wrong in ["", "a b", "a.b", "ü"] {
            assert!(wrong.parse::<NamePattern>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_list_means_everything() {
        let mut rule = AccessRule::new("ak", "sk");
        let (orders, group) = ("orders".parse().unwrap(), "G".parse().unwrap());
        assert!(rule.may_use_topic(&orders) && rule.may_use_group(&group));
        rule.topics = vec!["pay-*".parse().unwrap()];
        assert!(!rule.may_use_topic(&orders) && rule.may_use_group(&group));
        rule.groups = vec!["H".parse().unwrap()];
        assert!(!rule.may_use_group(&group));
        assert!(!format!("{rule:?}").contains("sk"));
    }
}
