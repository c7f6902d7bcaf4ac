//! What an exchange and its parts are called, and what came of it: shape, colour, words.

use std::time::Duration;

use egui::Color32;

use crate::session::{
    Class, ConnectionId, ErrorKind, Exchange, ExchangeKind, Failure, FailureKind,
};

use crate::i18n::Texts;

use super::super::connections::connection_name;
use super::super::context::Context;
use super::super::widgets::Dot;

pub(super) fn kind(kind: ExchangeKind) -> &'static str {
    match kind {
        ExchangeKind::Publish => "traffic-publish",
        ExchangeKind::Consume => "traffic-consume",
        ExchangeKind::Ack => "traffic-ack",
        ExchangeKind::Commit => "traffic-commit",
        ExchangeKind::Rollback => "traffic-rollback",
        ExchangeKind::Knock => "traffic-knock",
        ExchangeKind::Admin => "traffic-admin",
    }
}

pub(super) fn class(class: Class) -> &'static str {
    match class {
        Class::Good => "traffic-2xx",
        Class::Redirect => "traffic-3xx",
        Class::Refused => "traffic-4xx",
        Class::Server => "traffic-5xx",
        Class::None => "traffic-no-reply",
    }
}

/// What came of it.
pub(super) fn outcome(cx: &Context<'_>, exchange: &Exchange) -> (Dot, Color32, String) {
    let (t, p) = (cx.texts, cx.palette);
    if let Some(failure) = &exchange.failure {
        return failed(cx, failure);
    }
    if exchange.is_empty_poll() {
        return (Dot::Ring, p.dim, t.get("traffic-empty").to_owned());
    }
    if exchange.refused > 0 {
        let n = [("n", exchange.refused.into())];
        return (Dot::Cross, p.bad, t.format("traffic-handles-refused", &n));
    }
    let text = match exchange.kind {
        ExchangeKind::Publish => t.get("outcome-stored").to_owned(),
        ExchangeKind::Consume => {
            let n = [("n", exchange.message_ids.len().into())];
            t.format("traffic-messages", &n)
        }
        ExchangeKind::Ack | ExchangeKind::Commit | ExchangeKind::Rollback => {
            let n = [("n", exchange.handles.len().into())];
            t.format("traffic-handles-done", &n)
        }
        ExchangeKind::Knock | ExchangeKind::Admin => t.get("traffic-answered").to_owned(),
    };
    (Dot::Tick, p.ok, text)
}

fn failed(cx: &Context<'_>, failure: &Failure) -> (Dot, Color32, String) {
    let (t, p) = (cx.texts, cx.palette);
    if let Some(code) = &failure.code {
        return (Dot::Cross, p.bad, code.clone());
    }
    let key = match failure.kind {
        FailureKind::Abandoned => {
            return (Dot::Half, p.dim, t.get("traffic-abandoned").to_owned());
        }
        FailureKind::Error(kind) => match kind {
            ErrorKind::Settings => "traffic-not-sent",
            ErrorKind::Connect => "traffic-no-connection",
            ErrorKind::Tls => "traffic-no-tls",
            ErrorKind::Timeout => "traffic-timeout",
            ErrorKind::Interrupted => "traffic-interrupted",
            ErrorKind::Refused => "traffic-refused",
            ErrorKind::NotThisProtocol => "traffic-foreign",
            ErrorKind::Damaged => "traffic-damaged",
        },
    };
    (Dot::Cross, p.bad, t.get(key).to_owned())
}

/// What its connection is called; its id if it is not there any more.
pub(super) fn connection(cx: &Context<'_>, id: &ConnectionId) -> String {
    match (cx.model.connection(id), id) {
        (Some(connection), _) => connection_name(cx, connection),
        (None, ConnectionId::Profile(id)) => id.clone(),
        (None, ConnectionId::Sandbox) => cx.texts.get("sandbox-name").to_owned(),
    }
}

/// A short time, with as many places as tell something: `0.4 ms`, `12 ms`, `1.53 s`.
pub(super) fn duration(t: &Texts, time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    let (key, n) = match millis {
        0.0..9.95 => ("plot-millis", format!("{millis:.1}")),
        9.95..999.5 => ("plot-millis", format!("{millis:.0}")),
        _ => ("age-seconds", format!("{:.2}", time.as_secs_f64())),
    };
    t.format(key, &[("n", n.into())])
}
