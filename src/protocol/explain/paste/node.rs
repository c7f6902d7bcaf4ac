//! What the Node SDK prints with `DEBUG=mq:client`.

use serde_json::Value;

use super::{PasteError, split_url};
use crate::protocol::explain::SentRequest;

/// `url: …`, `method: …`, `request headers: {…}`, `request body: …`, each behind `mq:client`.
pub(super) fn read(text: &str) -> Option<Result<SentRequest, PasteError>> {
    const HEADERS: &str = "request headers: ";
    let at = text.rfind(HEADERS)?;
    let (above, below) = text.split_at(at);
    let headers = headers(below.strip_prefix(HEADERS)?)?;
    let value = |name: &str| {
        let (_, rest) = above.rsplit_once(name)?;
        rest.split_whitespace().next()
    };
    let (Some(url), Some(method)) = (value("url: "), value("method: ")) else {
        return Some(Err(PasteError::Incomplete(
            "request without its URL and method",
        )));
    };
    let (host, target) = match split_url(url) {
        Ok(parts) => parts,
        Err(error) => return Some(Err(error)),
    };
    let mut request = SentRequest {
        method: method.to_owned(),
        target,
        headers,
        body: None,
    };
    request.headers.push(("Host".to_owned(), host));
    request.body = body(below, &request);
    Some(Ok(request))
}

/// The first JSON object of a text, as headers in their order.
fn headers(text: &str) -> Option<Vec<(String, String)>> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let Some(Ok(Value::Object(object))) = values.next() else {
        return None;
    };
    let headers = object.into_iter().map(|(name, value)| match value {
        Value::String(value) => (name, value),
        other => (name, other.to_string()),
    });
    Some(headers.collect())
}

fn body(text: &str, request: &SentRequest) -> Option<Vec<u8>> {
    let (_, body) = text.split_once("request body: ")?;
    let length = request.header("content-length");
    let length: usize = length.map_or(Some(0), |length| length.trim().parse().ok())?;
    let body = body.as_bytes();
    (length <= body.len()).then(|| body[..length].to_vec())
}
