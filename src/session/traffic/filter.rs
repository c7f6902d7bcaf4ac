//! Which exchanges are shown: by connection, operation and status, and by a text in the syntax of the
//! table's filter (`session/filter.rs`), here about exchanges.
//!
//! | term | matches an exchange |
//! |---|---|
//! | `word`, `"two words"`, `/pattern/` | with this anywhere: request line, id, code, headers, bodies |
//! | `method:x` `path:x` `status:x` `code:x` `body:x` `header:x` | with this there |
//! | `id:x` | with this in the request's id, or in that of a message it is about |
//! | `is:failed` | that failed or was refused; `retried`: beyond the first attempt; `empty`: a poll that brought nothing; `slow`: that took a second or more, the wait of a poll left out; `reused`; `cut`: a body is not kept as a whole; or an operation: `publish`, `consume`, … |
//! | `-term` | that the term does not match |

use std::borrow::Cow;
use std::time::Duration;

use regex::Regex;

use crate::client::{ConnectionUse, Exchange, ExchangeKind, Kept, SentValue};
use crate::session::ConnectionId;
use crate::session::filter::{FilterError, FilterProblem, Reader, problem, terms};

use super::Seen;

/// What takes at least so long is slow.
const SLOW: Duration = Duration::from_secs(1);

/// Which exchanges are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrafficFilter {
    /// Of this connection.
    pub connection: Option<ConnectionId>,
    /// Of this operation.
    pub kind: Option<ExchangeKind>,
    /// With such a status.
    pub class: Option<Class>,
    /// And what is typed.
    pub text: String,
}

/// Kinds of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// 2xx.
    Good,
    /// 3xx.
    Redirect,
    /// 4xx.
    Refused,
    /// 5xx.
    Server,
    /// There was no reply.
    None,
}

impl Class {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Good,
        Self::Redirect,
        Self::Refused,
        Self::Server,
        Self::None,
    ];

    fn holds(self, status: Option<u16>) -> bool {
        let hundreds = status.map(|status| status / 100);
        match self {
            Class::Good => matches!(hundreds, Some(1 | 2)),
            Class::Redirect => hundreds == Some(3),
            Class::Refused => hundreds == Some(4),
            Class::Server => hundreds.is_some_and(|hundreds| hundreds >= 5),
            Class::None => status.is_none(),
        }
    }
}

/// What a filter's text says, parsed.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<(bool, Test)>);

#[derive(Debug)]
enum Test {
    Anywhere(Regex),
    Method(Regex),
    Path(Regex),
    Status(Regex),
    Code(Regex),
    Id(Regex),
    Header(Regex),
    Body(Regex),
    Is(Is),
}

#[derive(Debug, Clone, Copy)]
enum Is {
    Failed,
    Retried,
    Empty,
    Slow,
    Reused,
    Cut,
    Kind(ExchangeKind),
}

impl TrafficFilter {
    /// Whether everything is let through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the menus let it through, and what the text says.
    pub(super) fn lets(&self, seen: &Seen, words: &Words) -> bool {
        let exchange = &seen.exchange;
        self.connection
            .as_ref()
            .is_none_or(|id| *id == seen.connection)
            && self.kind.is_none_or(|kind| kind == exchange.kind)
            && self
                .class
                .is_none_or(|class| class.holds(exchange.status()))
            && words
                .0
                .iter()
                .all(|(negated, test)| test.holds(exchange) != *negated)
    }
}

impl Words {
    pub(super) fn parse(text: &str) -> Result<Self, FilterError> {
        let is_field = |name: &str| {
            [
                "method", "path", "status", "code", "id", "header", "body", "is",
            ]
            .contains(&name)
        };
        terms(text, is_field, Test::read).map(Self)
    }
}

impl Test {
    fn read(reader: &mut Reader, field: Option<&str>) -> Result<Self, FilterError> {
        if field == Some("is") {
            return Is::read(reader).map(Test::Is);
        }
        let regex = reader.regex()?;
        Ok(match field {
            Some("method") => Test::Method(regex),
            Some("path") => Test::Path(regex),
            Some("status") => Test::Status(regex),
            Some("code") => Test::Code(regex),
            Some("id") => Test::Id(regex),
            Some("header") => Test::Header(regex),
            Some("body") => Test::Body(regex),
            _ => Test::Anywhere(regex),
        })
    }

    fn holds(&self, exchange: &Exchange) -> bool {
        let request = &exchange.request;
        match self {
            Test::Anywhere(regex) => {
                // Bodies are the longest: last.
                regex.is_match(request.method)
                    || regex.is_match(&request.target)
                    || regex.is_match(&request.origin)
                    || regex.is_match(exchange.kind.name())
                    || status(exchange, regex)
                    || code(exchange, regex)
                    || id(exchange, regex)
                    || header(exchange, regex)
                    || body(exchange, regex)
            }
            Test::Method(regex) => regex.is_match(request.method),
            Test::Path(regex) => regex.is_match(&request.target),
            Test::Status(regex) => status(exchange, regex),
            Test::Code(regex) => code(exchange, regex),
            Test::Id(regex) => id(exchange, regex),
            Test::Header(regex) => header(exchange, regex),
            Test::Body(regex) => body(exchange, regex),
            Test::Is(is) => is.holds(exchange),
        }
    }
}

impl Is {
    fn read(reader: &mut Reader) -> Result<Self, FilterError> {
        let at = reader.at();
        let word = reader.word();
        let kind = || {
            ExchangeKind::ALL
                .into_iter()
                .find(|kind| kind.name() == word)
        };
        match word.as_str() {
            "" => Err(problem(at, FilterProblem::NoValue)),
            "failed" => Ok(Is::Failed),
            "retried" => Ok(Is::Retried),
            "empty" => Ok(Is::Empty),
            "slow" => Ok(Is::Slow),
            "reused" => Ok(Is::Reused),
            "cut" => Ok(Is::Cut),
            _ => kind()
                .map(Is::Kind)
                .ok_or_else(|| problem(at, FilterProblem::Exchange(word.clone()))),
        }
    }

    fn holds(self, exchange: &Exchange) -> bool {
        match self {
            Is::Failed => exchange.failure.is_some() || exchange.refused > 0,
            Is::Retried => exchange.attempt > 1,
            Is::Empty => exchange.is_empty_poll(),
            // A long poll waits because it was asked to.
            Is::Slow => exchange.kind != ExchangeKind::Consume && exchange.timing.total >= SLOW,
            Is::Reused => exchange.timing.connection == ConnectionUse::Reused,
            Is::Cut => {
                let reply = exchange.reply.as_ref();
                exchange.request.body.cut() > 0 || reply.is_some_and(|reply| reply.body.cut() > 0)
            }
            Is::Kind(kind) => exchange.kind == kind,
        }
    }
}

fn status(exchange: &Exchange, regex: &Regex) -> bool {
    exchange
        .status()
        .is_some_and(|status| regex.is_match(&status.to_string()))
}

fn code(exchange: &Exchange, regex: &Regex) -> bool {
    let failure = exchange.failure.as_ref();
    failure.is_some_and(|failure| {
        let code = failure.code.as_deref();
        code.is_some_and(|code| regex.is_match(code)) || regex.is_match(&failure.what)
    })
}

fn id(exchange: &Exchange, regex: &Regex) -> bool {
    let ids = exchange.message_ids.iter().chain(&exchange.handles);
    exchange
        .request_id()
        .into_iter()
        .any(|id| regex.is_match(id))
        || ids.into_iter().any(|id| regex.is_match(id))
}

/// The signature cannot be searched for.
fn header(exchange: &Exchange, regex: &Regex) -> bool {
    let sent = exchange.request.headers.iter().any(|(name, value)| {
        regex.is_match(name)
            || match value {
                SentValue::Text(text) => regex.is_match(text),
                SentValue::Signed { access_key, .. } => regex.is_match(access_key),
                SentValue::Withheld(_) => false,
            }
    });
    let reply = exchange.reply.as_ref();
    sent || reply.is_some_and(|reply| {
        let mut headers = reply.headers.iter();
        headers.any(|(name, value)| regex.is_match(name) || regex.is_match(value))
    })
}

fn body(exchange: &Exchange, regex: &Regex) -> bool {
    let text = |kept: &Kept| -> bool {
        let text: Cow<'_, str> = String::from_utf8_lossy(&kept.bytes);
        regex.is_match(&text)
    };
    let reply = exchange.reply.as_ref();
    text(&exchange.request.body) || reply.is_some_and(|reply| text(&reply.body))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::state::tests::{exchange, seen};
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Seen {
        let mut exchange = exchange(7);
        exchange.attempt = 2;
        let body = "<MessageBody>héllo</MessageBody>";
        exchange.request.body = Kept {
            bytes: body.into(),
            size: body.len(),
        };
        exchange.message_ids = vec!["C0A8".to_owned()];
        seen(exchange)
    }

    #[test]
    fn each_term_looks_where_it_says() {
        let check = |text: &str, expected: bool| {
            let words = Words::parse(text).unwrap();
            let filter = TrafficFilter::default();
            assert_eq!(filter.lets(&sample(), &words), expected, "{text}");
        };
        for all in [
            "",
            "POST",
            "orders",
            "201",
            "héllo",
            "c0a8",
            "REQ-7",
            "x-mq-version",
        ] {
            check(all, true);
        }
        check("method:post path:/topics/ status:201 is:publish", true);
        check("method:get", false);
        check("status:/^20.$/ -status:5", true);
        check("id:req-7 id:c0a8", true);
        check("body:HÉLLO -body:\"201\"", true);
        check("header:x-mq", true);
        check("is:retried -is:failed -is:empty -is:cut", true);
        check("http://nowhere", false);
        // Neither the signature nor a secret is there to be found.
        check("c2lnbmF0dXJl", false);
    }

    #[test]
    fn the_menus_add_to_the_text() {
        let words = Words::default();
        let check = |filter: TrafficFilter, expected: bool| {
            assert_eq!(filter.lets(&sample(), &words), expected, "{filter:?}");
        };
        let base = TrafficFilter::default();
        check(
            TrafficFilter {
                kind: Some(ExchangeKind::Publish),
                ..base.clone()
            },
            true,
        );
        check(
            TrafficFilter {
                kind: Some(ExchangeKind::Ack),
                ..base.clone()
            },
            false,
        );
        check(
            TrafficFilter {
                class: Some(Class::Good),
                ..base.clone()
            },
            true,
        );
        check(
            TrafficFilter {
                class: Some(Class::None),
                ..base.clone()
            },
            false,
        );
        let other = Some(ConnectionId::Profile("x".to_owned()));
        check(
            TrafficFilter {
                connection: other,
                ..base.clone()
            },
            false,
        );
        check(
            TrafficFilter {
                connection: Some(ConnectionId::Sandbox),
                ..base
            },
            true,
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let error = Words::parse("a is:gone").unwrap_err();
        assert_eq!(error.at, 5);
        assert_eq!(error.what, FilterProblem::Exchange("gone".to_owned()));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "(\\PC|[-:/\"\\\\ .is]){0,40}") {
            let _ = Words::parse(&text);
        }
    }
}
