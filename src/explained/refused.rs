//! What is wrong with a message or a name, in words: for the forms of the window and for the
//! arguments of the command line. Judges nothing itself: that is the protocol's business.

use super::visible;
use crate::i18n::Say;
use crate::protocol::lint::Field;
use crate::protocol::{InvalidName, Problem};

/// What is wrong with a name; `what` is what the name is for: `topic`, `group`, `instance`.
pub fn name(what: &'static str, error: &InvalidName) -> Say {
    let say = match error {
        InvalidName::Empty { .. } => Say::new("problem-name-empty"),
        InvalidName::TooLong { len, max, .. } => Say::new("problem-name-long")
            .with("len", len)
            .with("max", max),
        InvalidName::Character { .. } if what == "instance" => return Say::new("problem-instance"),
        InvalidName::Character { found, .. } => character(visible::character(*found)),
    };
    say.with("what", what)
}

/// A name cannot hold this, which is in sight unless it is a blank; what the name is for is still to
/// be said.
pub(super) fn character(found: String) -> Say {
    match found.as_str() {
        " " => Say::new("problem-name-blank"),
        _ => Say::new("problem-name-character").with("found", found),
    }
}

/// What texts call a field: two of them may stand side by side above what is wrong with one.
fn name_of(field: Field) -> &'static str {
    match field {
        Field::Key => "key",
        Field::ShardingKey => "sharding-key",
        Field::Tag => "tag",
        Field::Property(_) => "property",
        Field::Body | Field::DeliverAt | Field::Check => "value",
    }
}

/// What is wrong with a message, in words.
pub fn problem(problem: &Problem) -> Say {
    match problem {
        Problem::EmptyBody => Say::new("problem-body-empty"),
        Problem::BodyTooLarge { bytes, max } => Say::new("problem-body-large")
            .with("bytes", bytes)
            .with("max", max),
        Problem::NotXml { found, at, .. } => Say::new("problem-not-xml")
            .with("code", format!("U+{:04X}", u32::from(*found)))
            .with("at", at + 1),
        Problem::TagTooLong { chars, max } => Say::new("problem-tag-long")
            .with("len", chars)
            .with("max", max),
        Problem::TagHoldsBars => Say::new("problem-tag-bars"),
        Problem::BlankEnds { field } => {
            Say::new("problem-blank-ends").with("where", name_of(*field))
        }
        Problem::Forbidden { field, found } => Say::new("problem-forbidden")
            .with("found", found)
            .with("where", name_of(*field)),
        Problem::EmptyPropertyKey { .. } => Say::new("problem-property-no-key"),
        Problem::ReservedPropertyKey { .. } => Say::new("problem-property-reserved"),
        Problem::DuplicatePropertyKey { .. } => Say::new("problem-property-twice"),
        Problem::DelayTooLong { max } => {
            Say::new("problem-delay-long").with("days", max.as_secs() / 86_400)
        }
        Problem::DelayInThePast => Say::new("problem-delay-past"),
        Problem::OrderedNotOffered => Say::new("problem-ordered"),
        Problem::HalfNotOffered => Say::new("problem-half"),
        Problem::CheckOutOfRange { secs } => Say::new("problem-check").with("secs", secs),
    }
}
