//! What every panel gets: the model to read, the time, words and colours, and a list for what
//! the person asks for. Panels change nothing themselves.

use std::time::Duration;

use crate::i18n::Texts;
use crate::protocol::Timestamp;
use crate::session::{Command, Model, Say, SubscriptionId};

use super::actions::Action;
use super::theme::{Palette, Sizes};

/// One frame's view of the application.
pub(super) struct Context<'a> {
    /// What is known.
    pub(super) model: &'a Model,
    /// The time of this frame.
    pub(super) now: Timestamp,
    /// Words in the chosen language.
    pub(super) texts: &'static Texts,
    /// Colours of the chosen theme.
    pub(super) palette: &'static Palette,
    /// Sizes of the chosen density.
    pub(super) sizes: &'static Sizes,
    /// What the person asked for in this frame.
    pub(super) commands: &'a mut Vec<Command>,
    /// Actions of the registry that it asked for.
    pub(super) actions: &'a mut Vec<Action>,
}

impl Context<'_> {
    /// Asks for something.
    pub(super) fn command(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Whether this view is the one that one works with: its details are shown, its keys taken.
    pub(super) fn is_shown(&self, view: SubscriptionId) -> bool {
        self.model.shown_view().map(|shown| shown.id) == Some(view)
    }

    /// Whether anything may move by itself.
    pub(super) fn moves(&self) -> bool {
        self.model.moves()
    }

    /// Asks for an action of the registry.
    pub(super) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Puts what the session says into words.
    pub(super) fn say(&self, say: &Say) -> String {
        self.texts.say(say)
    }

    /// Time since an instant, in one rounded unit: `8 s`, `2 min`, `3 h`, `4 d`.
    pub(super) fn age(&self, since: Timestamp) -> String {
        self.span(self.now.since(since))
    }

    /// A length of time, in one rounded unit.
    pub(super) fn span(&self, length: Duration) -> String {
        let secs = length.as_secs();
        let texts = self.texts;
        let n = |n: u64| [("n", n.into())];
        match secs {
            0..60 => texts.format("age-seconds", &n(secs)),
            60..3_600 => texts.format("age-minutes", &n(secs / 60)),
            3_600..86_400 => texts.format("age-hours", &n(secs / 3_600)),
            _ => texts.format("age-days", &n(secs / 86_400)),
        }
    }
}

/// Time left, as a clock counts it down: `4:52`, `1:04:52`. Rounded up, so that 0:00 means gone.
pub(super) fn countdown(left: Duration) -> String {
    let secs = left.as_millis().div_ceil(1000);
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{secs:02}")
    } else {
        format!("{minutes}:{secs:02}")
    }
}

/// A number of bytes: `84 B`, `1.5 KB`, `4.0 MB`.
pub(super) fn bytes(n: usize) -> String {
    const KB: f64 = 1024.0;
    let size = n as f64;
    if size < KB {
        format!("{n} B")
    } else if size < KB * KB {
        format!("{:.1} KB", size / KB)
    } else {
        format!("{:.1} MB", size / KB / KB)
    }
}

/// Characters of an id that is as short as it is wished.
const ID_CHARS: usize = 13;

/// A long id with its middle left out; ids differ at both ends.
pub(super) fn short_id(id: &str) -> String {
    shortened_id(id, ID_CHARS)
}

/// The same in so many characters, at the cost of its beginning: ids of one broker differ at the end
/// before they do at the beginning.
pub(super) fn shortened_id(id: &str, most: usize) -> String {
    match id.chars().count() <= ID_CHARS + 1 {
        true => id.to_owned(),
        false => cut_in_the_middle(id, most.min(ID_CHARS)),
    }
}

/// At most so many characters of a text, more of its end than of its beginning.
pub(super) fn cut_in_the_middle(text: &str, most: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= most {
        return text.to_owned();
    }
    let shown = most.saturating_sub(1);
    let head = shown / 3;
    let tail = &chars[chars.len() - (shown - head)..];
    let head = &chars[..head];
    head.iter().chain(&['…']).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortened_id_keeps_its_end() {
        let id = "C0A8010A2B1718B4AAC2000000000017";
        for (most, expected) in [
            (40, "C0A8…00000017"),
            (13, "C0A8…00000017"),
            (9, "C0…000017"),
            (4, "C…17"),
        ] {
            assert_eq!(shortened_id(id, most), expected);
        }
        assert_eq!(shortened_id("order-10430001", 4), "order-10430001");
        assert_eq!(cut_in_the_middle("order-1043", 7), "or…1043");
        assert_eq!(cut_in_the_middle("order-1043", 10), "order-1043");
    }

    #[test]
    fn a_countdown_shows_zero_only_when_it_is_over() {
        let check = |millis, expected: &str| {
            assert_eq!(countdown(Duration::from_millis(millis)), expected);
        };
        check(0, "0:00");
        check(1, "0:01");
        check(60_000, "1:00");
        check(299_001, "5:00");
        check(3_600_000, "1:00:00");
    }
}
