//! What Python prints: `debuglevel` of `http.client`, and the logger of the SDK.

use super::literal::literal;
use super::{PasteError, http};
use crate::protocol::explain::SentRequest;

/// `send: b'POST /topics/… HTTP/1.1\r\n…'`, with the body in the next `send:`.
pub(super) fn sent(text: &str) -> Option<Result<SentRequest, PasteError>> {
    let mut requests: Vec<Vec<u8>> = Vec::new();
    for (at, mark) in text.match_indices("send: ") {
        let rest = text.get(at + mark.len()..).unwrap_or_default();
        let Some((bytes, _)) = literal(rest.strip_prefix('b').unwrap_or(rest)) else {
            continue;
        };
        let starts = bytes
            .split(|&byte| byte == b'\r')
            .next()
            .unwrap_or_default();
        if String::from_utf8_lossy(starts).contains(" HTTP/1.") {
            requests.push(bytes);
        } else if let Some(request) = requests.last_mut() {
            request.extend(bytes);
        }
    }
    let request = requests.pop()?;
    http::read(&String::from_utf8_lossy(&request))
}

/// `SendRequest Method: …`, `Uri: …`, `Header: …` line by line, `Data: …`.
pub(super) fn logged(text: &str) -> Option<Result<SentRequest, PasteError>> {
    let (_, text) = text.rsplit_once("Method: ").filter(|(_, text)| {
        let mut lines = text.lines().skip(1);
        lines.next().is_some_and(|line| line.starts_with("Uri: "))
    })?;
    let (method, rest) = text.split_once('\n')?;
    let (uri, rest) = rest.strip_prefix("Uri: ")?.split_once('\n')?;
    let headers = rest.strip_prefix("Header: ").unwrap_or(rest);
    let (headers, data) = match headers.split_once("\nData: ") {
        Some((headers, data)) => (headers, data),
        None => (headers.strip_prefix("Data: ").map_or(headers, |_| ""), ""),
    };
    let (headers, _) = http::headers_and_body(headers);
    let mut request = SentRequest {
        method: method.trim().to_owned(),
        target: uri.trim().to_owned(),
        headers,
        body: None,
    };
    // The logger ends each request with a line break of its own, and the log goes on below. The
    // header that says how long the body is comes from a lower layer and is not in the log.
    let data = data.split("\nGetResponse").next().unwrap_or_default();
    let data = data.trim_end_matches(['\r', '\n']);
    let data = data
        .strip_prefix("b'")
        .and_then(|_| literal(&data[1..]))
        .map_or_else(|| data.as_bytes().to_vec(), |(bytes, _)| bytes);
    let is_one_line = !data.contains(&b'\n');
    request.body = is_one_line.then_some(data);
    Some(Ok(request))
}
