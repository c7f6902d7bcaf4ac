//! Bytes to a server and back, for load: a connection that is kept, requests signed before they
//! are sent. Understands of HTTP what it takes to find the end of a reply with a length; no
//! client library, whose costs would stand in front of the server's.

use std::net::SocketAddr;

use mqscope::protocol::date::format_http_date;
use mqscope::protocol::sign::{self, SignedParts};
use mqscope::protocol::{self, Call, Timestamp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Ends a head.
const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// A connection, opened when there is something to send. A server that closes after each reply
/// gets a new one for each request.
pub(crate) struct Connection {
    addr: SocketAddr,
    stream: Option<TcpStream>,
    received: Vec<u8>,
}

impl Connection {
    pub(crate) fn to(addr: SocketAddr) -> Self {
        Self {
            addr,
            stream: None,
            received: Vec::new(),
        }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Sends a request, returns the body of the reply. Any status but 2xx is a failed bench.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> &str {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            empty => {
                let stream = TcpStream::connect(self.addr).await.unwrap();
                stream.set_nodelay(true).unwrap();
                empty.insert(stream)
            }
        };
        stream.write_all(request).await.unwrap();
        self.received.clear();
        let head = loop {
            let read = stream.read_buf(&mut self.received).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            if let Some(at) = find(&self.received, BLANK_LINE) {
                break Head::read(&self.received[..at]);
            }
        };
        assert!(
            head.success,
            "{}",
            String::from_utf8_lossy(&self.received).into_owned()
        );
        let end = head.bytes + head.body_bytes;
        while self.received.len() < end {
            let read = stream.read_buf(&mut self.received).await.unwrap();
            assert!(read > 0, "the server closed the connection");
        }
        if head.closes {
            self.stream = None;
        }
        std::str::from_utf8(&self.received[head.bytes..end]).unwrap()
    }
}

struct Head {
    success: bool,
    closes: bool,
    /// With the blank line.
    bytes: usize,
    body_bytes: usize,
}

impl Head {
    fn read(head: &[u8]) -> Self {
        let text = std::str::from_utf8(head).unwrap();
        let mut lines = text.split("\r\n");
        let status = lines.next().unwrap();
        let value_of = |name: &str| {
            lines.clone().find_map(|line| {
                let (given, value) = line.split_once(':')?;
                given.eq_ignore_ascii_case(name).then(|| value.trim())
            })
        };
        Self {
            success: status.as_bytes().get(9) == Some(&b'2'),
            closes: status.starts_with("HTTP/1.0")
                || value_of("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")),
            bytes: head.len() + BLANK_LINE.len(),
            // A 204 has none.
            body_bytes: value_of("content-length").map_or(0, |length| length.parse().unwrap()),
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// The bytes of a call, signed now: good for a quarter of an hour.
pub(crate) fn signed(call: &Call, addr: SocketAddr, keys: (&str, &str)) -> Vec<u8> {
    let method = call.operation.kind().method();
    let (resource, date) = (call.target(), format_http_date(now()));
    let text = sign::string_to_sign(&SignedParts {
        method,
        content_md5: "",
        content_type: protocol::CONTENT_TYPE,
        date: &date,
        mq_headers: vec![(protocol::VERSION_HEADER, protocol::VERSION)],
        resource: &resource,
    });
    let authorization = sign::authorization(keys.0, &sign::signature(keys.1, &text));
    let headers = [
        ("date", date.as_str()),
        ("content-type", protocol::CONTENT_TYPE),
        (protocol::VERSION_HEADER, protocol::VERSION),
        ("authorization", &authorization),
    ];
    request(method, &resource, addr, &headers, call.body().as_deref())
}

/// The bytes of a request.
pub(crate) fn request(
    method: &str,
    target: &str,
    addr: SocketAddr,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nhost: {addr}\r\n");
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    if let Some(body) = body {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body.unwrap_or_default());
    text.into_bytes()
}

fn now() -> Timestamp {
    mqscope::clock::Clock::system().now()
}
