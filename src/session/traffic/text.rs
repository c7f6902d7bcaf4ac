//! An exchange as text: for the window, for the clipboard, as a curl command. Whatever leaves the
//! window has no signature in it, wherever that stood: in a header, or in a reply that repeats it.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::client::{Exchange, ExchangeKind, Kept, SeenReply, SentValue};
use crate::code::{request_script, shell_word};

use super::Seen;
use super::sheet::printable;

/// Stands where something was taken out.
pub const REDACTED: &str = "[redacted]";

/// Headers that curl writes itself.
const OF_CURL: [&str; 3] = ["host", "content-length", "accept-encoding"];

/// The signature of a request, if it has one.
pub fn signature_of(exchange: &Exchange) -> Option<&str> {
    let mut headers = exchange.request.headers.iter();
    headers.find_map(|(_, value)| match value {
        SentValue::Signed { signature, .. } => Some(signature.reveal()),
        _ => None,
    })
}

/// The request line and the headers.
pub fn request_head(exchange: &Exchange, reveal: bool) -> Vec<String> {
    let request = &exchange.request;
    let line = format!("{} {} HTTP/1.1", request.method, request.target);
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| format!("{name}: {}", value_text(value, reveal)));
    std::iter::once(line).chain(headers).collect()
}

/// The status line and the headers. The reason is that of the status: which one the server wrote
/// is not told.
pub fn reply_head(reply: &SeenReply) -> Vec<String> {
    let reason = reason(reply.status);
    let line = format!("{} {} {reason}", reply.version, reply.status);
    let headers = reply.headers.iter();
    let headers = headers.map(|(name, value)| format!("{name}: {value}"));
    std::iter::once(line.trim_end().to_owned())
        .chain(headers)
        .collect()
}

pub(super) fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default()
}

pub(super) fn value_text(value: &SentValue, reveal: bool) -> String {
    match value {
        SentValue::Text(text) => text.clone(),
        SentValue::Signed {
            access_key,
            signature,
        } => {
            let signature = match reveal {
                true => signature.reveal(),
                false => REDACTED,
            };
            format!("MQ {access_key}:{signature}")
        }
        SentValue::Withheld(scheme) => format!("{scheme} {REDACTED}").trim_start().to_owned(),
    }
}

/// A text without the signature of this exchange, in whatever form it stands there.
pub fn scrub<'t>(exchange: &Exchange, text: &'t str) -> Cow<'t, str> {
    let Some(signature) = signature_of(exchange).filter(|signature| !signature.is_empty()) else {
        return Cow::Borrowed(text);
    };
    let encoded: String = form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    let slashed = signature.replace('/', "\\/");
    let mut text = Cow::Borrowed(text);
    for form in [signature, &encoded, &encoded.to_lowercase(), &slashed] {
        if text.contains(form) {
            text = Cow::Owned(text.replace(form, REDACTED));
        }
    }
    text
}

/// The whole exchange, for the clipboard and for files. `connection`: what its connection is called.
pub fn text(seen: &Seen, connection: &str) -> String {
    let exchange = &seen.exchange;
    let mut out = String::new();
    let timing = &exchange.timing;
    let _ = writeln!(
        out,
        "# {} {} attempt {} at {} to {} ({connection}), {:.1} ms",
        exchange.number,
        exchange.kind.name(),
        exchange.attempt,
        exchange.started_at,
        exchange.request.origin,
        timing.total.as_secs_f64() * 1000.0,
    );
    if let Some(failure) = &exchange.failure {
        let code = failure.code.as_deref().unwrap_or_default();
        let _ = writeln!(out, "# failed: {code} {}", failure.what);
    }
    out.push_str(&request_head(exchange, false).join("\n"));
    out.push('\n');
    push_body(&mut out, &exchange.request.body);
    if let Some(text) = &exchange.request.string_to_sign {
        let _ = writeln!(out, "\n# string to sign\n{text}");
    }
    out.push('\n');
    match &exchange.reply {
        Some(reply) => {
            out.push_str(&reply_head(reply).join("\n"));
            out.push('\n');
            push_body(&mut out, &reply.body);
        }
        None => out.push_str("# no reply\n"),
    }
    scrub(exchange, &out).into_owned()
}

fn push_body(out: &mut String, body: &Kept) {
    if body.size > 0 {
        let (text, odd) = printable(&body.bytes);
        let _ = writeln!(out, "\n{text}");
        if odd > 0 {
            let _ = writeln!(out, "# {odd} bytes are no text, and stand as \\xFF");
        }
    }
    if body.cut() > 0 {
        let _ = writeln!(out, "# {} more bytes were not kept", body.cut());
    }
}

/// The same request as a curl command; who runs it has to put a signature in, which holds for some
/// minutes only.
pub fn curl(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let url = format!("{}{}", request.origin, request.target);
    let mut lines = vec![format!(
        "curl --globoff --compressed --request {} {}",
        request.method,
        shell_word(&url)
    )];
    for (name, value) in &request.headers {
        if !OF_CURL.contains(&name.as_str()) {
            let header = format!("{name}: {}", value_text(value, false));
            lines.push(format!("--header {}", shell_word(&header)));
        }
    }
    if request.body.size > 0 {
        let body = String::from_utf8_lossy(&request.body.bytes);
        lines.push(format!("--data-binary {}", shell_word(&body)));
    }
    let mut command = lines.join(" \\\n  ");
    if request.body.cut() > 0 {
        let cut = request.body.cut();
        command = format!("# Not the whole body: {cut} more bytes of it were not kept.\n{command}");
    }
    scrub(exchange, &command).into_owned()
}

/// Whether there is a script: of what is signed, and kept as a whole.
pub fn has_script(exchange: &Exchange) -> bool {
    let signed = !matches!(exchange.kind, ExchangeKind::Admin | ExchangeKind::Knock);
    signed && exchange.request.body.cut() == 0
}

/// The same request as a shell script that signs it afresh; `None` if there is none.
pub fn script(exchange: &Exchange) -> Option<String> {
    let request = &exchange.request;
    let body = std::str::from_utf8(&request.body.bytes).ok()?;
    let whole = has_script(exchange).then_some(body)?;
    request_script(&request.origin, request.method, &request.target, whole).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::state::tests::exchange;
    use super::*;
    use crate::protocol::explain;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_curl_command_is_read_back_as_the_request(
            body in "[ -~\\n你好'\"$`\\\\]{1,40}", query in "[a-zA-Z0-9%&=+~*']{0,20}",
        ) {
            let mut exchange = exchange(1);
            exchange.request.target = format!("/topics/orders/messages?{query}");
            exchange.request.body = Kept { size: body.len(), bytes: body.clone().into() };
            let command = curl(&exchange);
            let read = explain::paste::read(&command).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(&read.request.method, "POST");
            prop_assert_eq!(&read.request.target, &exchange.request.target);
            prop_assert_eq!(read.request.header("date"), Some("Sun, 22 Nov 2026 10:14:07 GMT"));
            prop_assert_eq!(read.request.header("authorization"), Some("MQ ak:[redacted]"));
            prop_assert!(command.contains(&shell_word(&body)));
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let mut cut = exchange(1);
        cut.request.body.size += 5;
        assert!(curl(&cut).starts_with("# Not the whole body: 5 more bytes"));
        assert!(script(&cut).is_none());
        let seen = super::super::state::tests::seen(cut);
        assert!(text(&seen, "staging").contains("# 5 more bytes were not kept"));
        let mut lost = exchange(2);
        lost.reply = None;
        let seen = super::super::state::tests::seen(lost);
        assert!(text(&seen, "staging").contains("# no reply"));
        assert!(text(&seen, "staging").contains("security-token: [redacted]"));
    }
}
