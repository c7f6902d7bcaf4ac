//! What .NET prints of an `HttpRequestMessage`:
//! `Method: POST, RequestUri: 'http://…', Version: 1.1, Content: …, Headers:` and a block of them.

use super::{PasteError, http, split_url};
use crate::protocol::explain::SentRequest;

pub(super) fn read(text: &str) -> Option<Result<SentRequest, PasteError>> {
    let at = text.rfind(", RequestUri: '")?;
    let (above, below) = text.split_at(at);
    let (_, method) = above.rsplit_once("Method: ")?;
    let (url, rest) = below.strip_prefix(", RequestUri: '")?.split_once('\'')?;
    let block = rest
        .split_once('{')
        .map(|(_, block)| block.split("\n}").next().unwrap_or_default())
        .unwrap_or_default();
    let headers = block
        .lines()
        .filter_map(|line| http::header(line.trim()))
        .collect();
    let (host, target) = match split_url(url) {
        Ok(parts) => parts,
        Err(error) => return Some(Err(error)),
    };
    let mut request = SentRequest {
        method: method.trim().to_owned(),
        target,
        headers,
        // It prints the type of the content, not the content.
        body: None,
    };
    if rest.split("Headers:").next()?.contains("Content: <null>") {
        request.body = Some(Vec::new());
    }
    if request.header("host").is_none() {
        request.headers.push(("Host".to_owned(), host));
    }
    Some(Ok(request))
}
