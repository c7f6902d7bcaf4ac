//! A running sandbox with settings as in a file, and requests to it as bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mqscope::clock::{Clock, ClockHand};
use mqscope::protocol::sign::{self, SignedParts};
use mqscope::protocol::{OperationKind, Reply, Timestamp, date};
use mqscope::sandbox::{Broker, Sandbox, parse_config};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Far longer than anything here takes on a busy machine; only a hang reaches it.
const LIMIT: Duration = Duration::from_secs(60);

/// Keys of the sandbox when nobody sets others.
pub(crate) const KEYS: (&str, &str) = ("sandbox", "sandbox-secret");

/// Request targets that are served.
pub(crate) const PUBLISH: &str = "/topics/t/messages";
pub(crate) const CONSUME: &str = "/topics/t/messages?consumer=G&numOfMessages=16";

/// A running sandbox.
pub(crate) struct Bench {
    pub(crate) addr: SocketAddr,
    pub(crate) broker: Arc<Broker>,
    pub(crate) hand: ClockHand,
    clock: Clock,
    running: JoinHandle<()>,
}

impl Bench {
    /// Settings are those of a file, without `listen`.
    pub(crate) async fn new(config: &str) -> Self {
        let mut settings = parse_config(config, |_| None).unwrap();
        settings.listen = ([127, 0, 0, 1], 0).into();
        let (clock, hand) = Clock::manual(Timestamp::from_millis(1_795_342_447_000));
        let sandbox = Sandbox::bind(settings, clock.clone()).await.unwrap();
        Self {
            addr: sandbox.addr(),
            broker: sandbox.broker(),
            hand,
            clock,
            running: tokio::spawn(async move {
                sandbox.run(std::future::pending()).await.unwrap();
            }),
        }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection(TcpStream::connect(self.addr).await.unwrap())
    }

    /// A signed request, its head and its body.
    pub(crate) fn parts(
        &self,
        (access_key, secret_key): (&str, &str),
        method: &str,
        target: &str,
        body: &str,
        more: &str,
    ) -> (String, String) {
        let date = date::format_http_date(self.clock.now());
        let text = sign::string_to_sign(&SignedParts {
            method,
            content_md5: "",
            content_type: "text/xml",
            date: &date,
            mq_headers: vec![("x-mq-version", "2015-06-06")],
            resource: target,
        });
        let signature = sign::signature(secret_key, &text);
        let authorization = sign::authorization(access_key, &signature);
        let length = match more.contains("Content-Length") || more.contains("Transfer-Encoding") {
            true => String::new(),
            false => format!("Content-Length: {}\r\n", body.len()),
        };
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nx-mq-version: 2015-06-06\r\n\
             Content-Type: text/xml\r\nDate: {date}\r\nAuthorization: {authorization}\r\n\
             {length}{more}\r\n",
            self.addr
        );
        (head, body.to_owned())
    }

    pub(crate) fn bytes(&self, method: &str, target: &str, body: &str) -> Vec<u8> {
        let (head, body) = self.parts(KEYS, method, target, body, "");
        (head + &body).into_bytes()
    }

    /// The answer to a request on a connection of its own.
    pub(crate) async fn ask(&self, method: &str, target: &str, body: &str) -> Answer {
        let bytes = self.bytes(method, target, body);
        self.connect().await.ask(&bytes).await
    }

    /// The same with other keys.
    pub(crate) async fn ask_as(
        &self,
        keys: (&str, &str),
        method: &str,
        target: &str,
        body: &str,
    ) -> Answer {
        let (head, body) = self.parts(keys, method, target, body, "");
        self.connect().await.ask((head + &body).as_bytes()).await
    }

    /// Whether it goes on serving.
    pub(crate) async fn assert_alive(&self) {
        assert!(!self.running.is_finished());
        let answer = self.ask("POST", PUBLISH, &message("alive")).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// The body of a publish.
pub(crate) fn message(body: &str) -> String {
    format!("<Message><MessageBody>{body}</MessageBody></Message>")
}

/// Fails when something that must happen does not.
pub(crate) async fn within_limit<T>(what: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LIMIT, what).await {
        Ok(value) => value,
        Err(_) => panic!("nothing happens"),
    }
}

pub(crate) struct Connection(pub(crate) TcpStream);

/// A reply as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Status, code and whether the connection ends here.
    pub(crate) fn code(&self) -> String {
        match Reply::decode(OperationKind::Publish, self.status, self.body.as_bytes()) {
            Ok(Reply::Fault(fault)) => fault.code.to_string(),
            _ => self.status.to_string(),
        }
    }

    pub(crate) fn closes(&self) -> bool {
        self.head.contains("connection: close")
    }
}

impl Connection {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        within_limit(self.0.write_all(bytes.as_ref()))
            .await
            .unwrap();
    }

    pub(crate) async fn ask(&mut self, bytes: &[u8]) -> Answer {
        self.send(bytes).await;
        self.answer().await
    }

    pub(crate) async fn answer(&mut self) -> Answer {
        within_limit(self.read_answer()).await
    }

    async fn read_answer(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        Answer {
            status,
            head,
            body: String::from_utf8(body).unwrap(),
        }
    }

    /// Everything up to the end of the connection, however it ends.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A reset ends it as well as an orderly close.
        let _ = within_limit(self.0.read_to_end(&mut bytes)).await;
        bytes
    }

    /// Whether nothing comes, and no end either, for as long as this.
    pub(crate) async fn is_quiet_for(&mut self, time: Duration) -> bool {
        let mut space = [0; 1];
        let read = self.0.peek(&mut space);
        tokio::time::timeout(time, read).await.is_err()
    }
}
