//! A server that shows what a client really sends, byte by byte, and answers as the test says,
//! broken answers included. No HTTP library, so nothing is tidied up on the way.

#![allow(dead_code, reason = "each test crate uses its own part of this module")]

use std::sync::{Arc, Mutex};

use mqscope::protocol::sign::{self, SignedParts};
use mqscope::protocol::{Reply, message};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

pub(crate) const ACCESS_KEY: &str = "ak-1234";
pub(crate) const SECRET_KEY: &str = "sk-hunter2";

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Whether it is signed with the test's keys, over the raw target.
    pub(crate) fn is_signed(&self) -> bool {
        let text = sign::string_to_sign(&SignedParts {
            method: &self.method,
            content_md5: self.header("content-md5"),
            content_type: self.header("content-type"),
            date: self.header("date"),
            mq_headers: self
                .headers
                .iter()
                .filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-mq-"))
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            resource: &self.target,
        });
        sign::split_authorization(self.header("authorization")).is_some_and(
            |(access_key, signature)| {
                access_key == ACCESS_KEY && sign::verify(SECRET_KEY, &text, signature)
            },
        )
    }
}

/// What to do with a request.
pub(crate) enum Answer {
    /// These bytes, and stay.
    Bytes(Vec<u8>),
    /// These bytes, and hang up.
    ThenHangUp(Vec<u8>),
    /// Nothing, ever.
    Silence,
}

/// A whole HTTP reply.
pub(crate) fn http(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A reply of the protocol.
pub(crate) fn reply(reply: &Reply) -> Vec<u8> {
    let (status, body) = reply.encode();
    http(status, "x-mq-request-id: REQ-1\r\n", body.as_bytes())
}

/// A running server; it ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<Mutex<u32>>,
}

impl Server {
    /// Answers by the number of the request, which begins with 0.
    pub(crate) async fn start(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_with(answer, None).await
    }

    /// The same over TLS.
    pub(crate) async fn start_with(
        answer: impl Fn(usize) -> Answer + Send + Sync + 'static,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            seen: Arc::default(),
            connections: Arc::default(),
        };
        let (seen, connections) = (server.seen.clone(), server.connections.clone());
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *connections.lock().unwrap() += 1;
                let (seen, answer, tls) = (seen.clone(), answer.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, seen, &*answer).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, seen, &*answer).await;
                            }
                        }
                    }
                });
            }
        });
        server
    }

    /// Always the same reply.
    pub(crate) async fn always(answer: Reply) -> Self {
        Self::start(move |_| Answer::Bytes(reply(&answer))).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> u32 {
        *self.connections.lock().unwrap()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: &(impl Fn(usize) -> Answer + ?Sized),
) {
    while let Some(request) = read_request(&mut stream).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request);
            seen.len() - 1
        };
        match answer(number) {
            Answer::Bytes(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Answer::ThenHangUp(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Answer::Silence => std::future::pending().await,
        }
    }
}

/// The next request of a connection, unless it is over.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Seen> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(bytes).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let mut request = Seen {
        method: first.next().unwrap().to_owned(),
        target: first.next().unwrap().to_owned(),
        headers: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: Vec::new(),
    };
    let length = request.header("content-length").parse().unwrap_or(0);
    request.body = vec![0; length];
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}

/// A message as a broker hands it out.
pub(crate) fn received(n: u32, body: &str) -> message::ReceivedMessage {
    message::ReceivedMessage {
        message_id: format!("ID{n}"),
        body_md5: message::body_md5(body),
        body: body.to_owned(),
        receipt_handle: message::ReceiptHandle::new(&format!("h-{n}")).unwrap(),
        publish_time: message::Timestamp::from_millis(1),
        first_consume_time: message::Timestamp::from_millis(2),
        next_consume_time: message::Timestamp::from_millis(300_002),
        consumed_times: 1,
        tag: None,
        properties: Default::default(),
    }
}
