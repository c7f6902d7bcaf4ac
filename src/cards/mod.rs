//! What a failure means to whoever asked, what causes it, likeliest first, and what to do about it:
//! one card for each, for the window and for the command line. What is said of which failure stands
//! in one table, `table.rs`; the words are in `assets/i18n`.
//!
//! Asks nobody and tries nothing: a card is made from what the client saw.

mod table;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

pub use crate::client::{Evidence, RawAnswer, Reason};

use crate::client::ClientError;
use crate::i18n::{Lang, Say, Texts};
use crate::protocol::{AckAction, AckFailure, ConsumeMode, OperationKind};

/// What was asked of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doing {
    /// Publish a message.
    Publish,
    /// Take messages.
    Consume,
    /// Take half messages, to decide on them.
    CheckHalves,
    /// Ack deliveries.
    Ack,
    /// Commit half messages.
    Commit,
    /// Roll half messages back.
    Rollback,
    /// Look into a sandbox.
    Look,
    /// Change something in a sandbox.
    Change,
    /// Examine a connection.
    Examine,
}

impl Doing {
    /// All of them.
    pub const ALL: [Doing; 9] = [
        Doing::Publish,
        Doing::Consume,
        Doing::CheckHalves,
        Doing::Ack,
        Doing::Commit,
        Doing::Rollback,
        Doing::Look,
        Doing::Change,
        Doing::Examine,
    ];

    /// A call of the client's; of the admin API if it names no operation of the protocol.
    pub fn of_call(operation: Option<OperationKind>) -> Self {
        match operation {
            Some(OperationKind::Publish) => Doing::Publish,
            Some(OperationKind::Consume) => Doing::Consume,
            Some(OperationKind::Ack) => Doing::Ack,
            None => Doing::Look,
        }
    }
}

impl From<ConsumeMode> for Doing {
    fn from(mode: ConsumeMode) -> Self {
        match mode {
            ConsumeMode::Half => Doing::CheckHalves,
            ConsumeMode::Plain | ConsumeMode::Ordered => Doing::Consume,
        }
    }
}

impl From<AckAction> for Doing {
    fn from(action: AckAction) -> Self {
        match action {
            AckAction::Ack => Doing::Ack,
            AckAction::Commit => Doing::Commit,
            AckAction::Rollback => Doing::Rollback,
        }
    }
}

/// How much it matters, which is the colour of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// No failure at all.
    Calm,
    /// It passes by itself, or may have worked.
    Passing,
    /// It will not work like this.
    Bad,
}

/// What is said of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// How much it matters.
    pub tone: Tone,
    /// What it means here.
    pub title: Say,
    /// What became of what was asked.
    pub effect: Say,
    /// What causes it, likeliest first.
    pub causes: Vec<Say>,
    /// What to do, first things first.
    pub next: Vec<Say>,
    /// What was seen.
    pub evidence: Evidence,
}

impl Card {
    /// The card of a call that failed.
    pub fn of_error(error: &ClientError, doing: Doing) -> Self {
        Self::of(error.evidence(), doing)
    }

    /// The card of a handle that was refused alone; `repeated` if the ack was sent more than once.
    pub fn of_handle(failure: &AckFailure, doing: Doing, repeated: bool) -> Self {
        let evidence = Evidence {
            status: Some(failure.code.status()),
            repeated,
            ..Evidence::of_code(failure.code.as_str(), &failure.message)
        };
        Self::of(evidence, doing)
    }

    /// The card of what was seen.
    pub fn of(evidence: Evidence, doing: Doing) -> Self {
        let row = table::row(&evidence, doing);
        let say = |&key: &&'static str| filled(key, &evidence);
        Self {
            tone: row.tone,
            title: say(&row.title),
            effect: say(&row.effect),
            causes: row.causes.iter().map(say).collect(),
            next: row.next.iter().map(say).collect(),
            evidence,
        }
    }

    /// The failure in the server's own words, or the network's, on one line.
    pub fn words(&self) -> String {
        let seen = &self.evidence;
        match (&seen.code, seen.status) {
            (Some(code), Some(status)) => format!("{code} (HTTP {status}): {}", seen.words),
            (Some(code), None) => format!("{code}: {}", seen.words),
            (None, _) => seen.words.clone(),
        }
    }

    /// Bytes that it takes in memory, about: the answer is most of it.
    pub fn bytes(&self) -> usize {
        let answer = self.evidence.answer.as_ref();
        let answer = answer.map_or(0, |answer| {
            let headers = answer.headers.iter();
            let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
            headers + answer.body.len()
        });
        let texts = self.causes.len() + self.next.len();
        size_of::<Self>() + texts * size_of::<Say>() + self.evidence.words.len() + answer
    }

    /// The first thing to do.
    pub fn first_step(&self) -> Say {
        self.next.first().unwrap_or(&self.effect).clone()
    }

    /// The answer as it came, masked: status line, headers, body. Where nothing came, the network's
    /// words.
    pub fn raw(&self) -> String {
        let seen = &self.evidence;
        let Some(answer) = &seen.answer else {
            return self.raw_words();
        };
        let mut text = String::new();
        if let Some(status) = answer.status {
            // Writing to a string does not fail.
            let _ = writeln!(text, "HTTP {status}");
        }
        for (name, value) in &answer.headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        if !text.is_empty() && !answer.body.is_empty() {
            text.push('\n');
        }
        text.push_str(&answer.body);
        if answer.cut {
            let _ = write!(text, "\n… ({} bytes)", answer.bytes);
        }
        text
    }

    /// What is known of an answer of which only that is kept.
    fn raw_words(&self) -> String {
        let seen = &self.evidence;
        let status = seen.status.map(|status| format!("HTTP {status}"));
        let id = seen.request_id.as_ref();
        let id = id.map(|id| format!("x-mq-request-id: {id}"));
        let said = match (&seen.code, seen.words.as_str()) {
            // Nothing came: it is the meaning of the code alone.
            (Some(_), "") if status.is_none() => None,
            (Some(code), "") => Some(code.clone()),
            (Some(code), words) => Some(format!("{code}: {words}")),
            (None, words) => (!words.is_empty()).then(|| words.to_owned()),
        };
        let lines: Vec<String> = [status, id, said].into_iter().flatten().collect();
        lines.join("\n")
    }

    /// All of it as text, for a terminal, a ticket or a chat.
    pub fn to_text(&self, texts: &Texts) -> String {
        let mut text = format!("{}\n{}\n", texts.say(&self.title), texts.say(&self.effect));
        let lists = [
            ("card-causes", &self.causes, false),
            ("card-next", &self.next, true),
        ];
        for (heading, list, numbered) in lists {
            if list.is_empty() {
                continue;
            }
            // Writing to a string does not fail.
            let _ = writeln!(text, "\n{}", texts.get(heading));
            for (place, line) in list.iter().enumerate() {
                let line = texts.say(line);
                let _ = match numbered {
                    true => writeln!(text, "  {}. {line}", place + 1),
                    false => writeln!(text, "  - {line}"),
                };
            }
        }
        let raw = self.raw();
        if !raw.is_empty() {
            let _ = writeln!(text, "\n{}", texts.get("card-raw"));
            for line in raw.lines() {
                let _ = writeln!(text, "{}", format!("  {line}").trim_end());
            }
        }
        text
    }
}

/// A text with all that was seen to fill it with.
fn filled(key: &'static str, seen: &Evidence) -> Say {
    // Mostly there is nothing to fill in.
    if Texts::of(Lang::En).is_plain(key) {
        return Say::new(key);
    }
    let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    let skew = seen.skew_secs.map(i64::unsigned_abs);
    let status = seen.status.map(|status| status.to_string());
    let mut say = Say::new(key);
    let values = [
        ("endpoint", seen.endpoint.clone()),
        ("about", seen.about.clone().unwrap_or_default()),
        ("code", seen.code.clone().unwrap_or_default()),
        ("status", status.unwrap_or_default()),
        ("id", seen.request_id.clone().unwrap_or_default()),
        ("secs", number(seen.waited_secs)),
        ("skew", number(skew)),
    ];
    for (name, value) in values {
        if !value.is_empty() {
            say = say.with(name, value);
        }
    }
    say
}

#[cfg(test)]
mod tests;
