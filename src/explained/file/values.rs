//! What is wrong with a value that is a name, an address, a length of time or a rule of faults, by the
//! sentences of our own types.

use crate::explained::refused;
use crate::i18n::Say;

/// What such a sentence means, if it is known.
pub(super) fn known(sentence: &str) -> Option<Say> {
    let quoted = |text: &str| text.trim_matches(['"', '\'']).to_owned();
    if let Some((found, _)) = sentence.split_once(" is not a length of time; ") {
        return Some(Say::new("file-wants-time").with("found", quoted(found)));
    }
    if let Some(found) = sentence.strip_suffix(" is negative") {
        return Some(Say::new("file-wants-time").with("found", quoted(found)));
    }
    if sentence == "it must be at least one millisecond" {
        return Some(Say::new("file-time-too-short"));
    }
    if sentence.starts_with("write it as 127.0.0.1") {
        return Some(Say::new("file-wants-address"));
    }
    if let Some((found, _)) = sentence.split_once(" fits no name; ") {
        return Some(Say::new("file-pattern").with("found", quoted(found)));
    }
    fault(sentence).or_else(|| name(sentence))
}

/// `the topic holds ' '; use letters…`
fn name(sentence: &str) -> Option<Say> {
    let rest = sentence.strip_prefix("the ")?;
    let what = match () {
        () if rest.starts_with("topic") => "topic",
        () if rest.contains("group") => "group",
        () if rest.starts_with("instance") => "instance",
        () => return None,
    };
    let say = if rest.ends_with(" is empty") {
        Say::new("problem-name-empty")
    } else if let Some((_, lengths)) = rest.split_once(" has ") {
        let (len, max) = lengths.split_once(" characters, at most ")?;
        let (max, _) = max.split_once(' ')?;
        Say::new("problem-name-long")
            .with("len", len)
            .with("max", max)
    } else {
        let (_, found) = rest.split_once(" holds ")?;
        if what == "instance" {
            return Some(Say::new("problem-instance"));
        }
        let (found, _) = found.rsplit_once("; use ")?;
        let found = found.strip_prefix('\'')?.strip_suffix('\'')?;
        refused::character(found.to_owned())
    };
    Some(say.with("what", what))
}

/// Sentences about rules of faults: how they begin, how they go on behind what was found.
const FAULTS: [(&str, &str, &str); 7] = [
    (
        "a fault is OPERATION:TOPIC:FAULT or OPERATION:TOPIC:FAULT:WHEN, not ",
        "",
        "cli-wrong-fault-shape",
    ),
    ("the operation is ", "; use ", "cli-wrong-fault-operation"),
    ("the fault ", " is not known", "cli-wrong-fault-kind"),
    ("", " is a fault of ", "cli-wrong-fault-other"),
    ("the pause ", " is not such as ", "cli-wrong-fault-pause"),
    (
        "the probability ",
        " is not from 0 to 1",
        "cli-wrong-fault-probability",
    ),
    ("the condition ", " is neither ", "cli-wrong-fault-when"),
];

fn fault(sentence: &str) -> Option<Say> {
    if sentence.ends_with("; use * for any topic") {
        return Some(Say::new("cli-wrong-fault-topic"));
    }
    FAULTS.iter().find_map(|(before, behind, key)| {
        let rest = sentence.strip_prefix(before)?;
        let found = match *behind {
            "" => rest,
            behind => rest.split_once(behind)?.0,
        };
        Some(Say::new(key).with("found", found.trim_matches('"')))
    })
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use std::fmt::Display;

    use super::super::mistake;
    use crate::i18n::{Lang, Texts};
    use crate::protocol::faults::FaultRule;
    use crate::protocol::{GroupId, InstanceId, TopicName, span};

    fn check<T, E: Display>(read: Result<T, E>, english: &str) {
        let Some(error) = read.err() else {
            panic!("{english}: read");
        };
        let say = mistake(&error.to_string());
        assert_ne!(say.key, "file-says", "{error}");
        let [told, chinese] = Lang::ALL.map(|lang| Texts::of(lang).say(&say));
        assert!(told.contains(english), "{error}: {told}");
        assert!(chinese.chars().any(|c| c > '\u{4e00}'), "{chinese}");
    }

    #[test]
    fn whatever_our_own_types_refuse_is_told_in_both_languages() {
        check(span::parse("10 parsecs"), "10 parsecs");
        check(span::parse("-5s"), "-5s");
        check(span::parse_positive("0s"), "one millisecond");
        check("".parse::<TopicName>(), "topic");
        check("a b".parse::<TopicName>(), "blanks");
        check("a".repeat(500).parse::<GroupId>(), "500");
        check("组".parse::<GroupId>(), "“组”");
        check("a\u{200b}b".parse::<TopicName>(), "200b");
        check("a b".parse::<InstanceId>(), "instance");
        for (rule, part) in [
            ("publish", "publish"),
            ("eat:*:403", "eat"),
            ("publish:a b:403", "*"),
            ("publish:t:never", "never"),
            ("publish:t:partial-ack", "partial-ack"),
            ("publish:t:latency=year", "year"),
            ("publish:t:403:p=2", "2"),
            ("publish:t:403:often", "often"),
        ] {
            check(rule.parse::<FaultRule>(), part);
        }
    }
}
