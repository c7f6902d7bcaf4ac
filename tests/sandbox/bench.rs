//! A running sandbox with a clock in our hand, and requests that are signed here.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mqscope::clock::{Clock, ClockHand};
use mqscope::protocol::sign::{self, SignedParts};
use mqscope::protocol::{
    AckAction, AckFailure, Call, ConsumeMode, FaultCode, HandleList, MessageParts, Operation,
    PublishReceipt, ReceiptHandle, ReceivedMessage, Reply, TagFilter, Timestamp, date,
};
use mqscope::sandbox::{Broker, Sandbox, SandboxError, SandboxSettings};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(super) const SECS: fn(u64) -> Duration = Duration::from_secs;

/// A running sandbox.
pub(super) struct Bench {
    /// Where it keeps everything, if this suite is the one on disk.
    pub(super) _kept_in: Option<TempDir>,
    pub(super) addr: SocketAddr,
    pub(super) broker: Arc<Broker>,
    pub(super) clock: Clock,
    pub(super) hand: ClockHand,
    pub(super) stop: Option<oneshot::Sender<()>>,
    pub(super) running: JoinHandle<Result<(), SandboxError>>,
}

/// A reply as it came.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HashMap<String, String>,
    pub(super) body: String,
}

/// Headers of a request; the tests bend them.
#[derive(Debug, Clone)]
pub(super) struct Headers {
    pub(super) access_key: String,
    pub(super) secret_key: String,
    pub(super) date: Option<String>,
    pub(super) content_type: &'static str,
    pub(super) content_md5: Option<String>,
    pub(super) authorization: Option<Option<String>>,
    pub(super) more: Vec<(&'static str, String)>,
}

impl Bench {
    pub(super) async fn new() -> Self {
        Self::with(SandboxSettings::default()).await
    }

    pub(super) async fn with(settings: SandboxSettings) -> Self {
        let (clock, hand) = Clock::manual(Timestamp::from_millis(1_795_342_447_000));
        // `sandbox_disk.rs` runs these very tests once more.
        let on_disk = env!("CARGO_CRATE_NAME") == "sandbox_disk";
        let kept_in = on_disk.then(|| tempfile::tempdir().unwrap());
        let settings = SandboxSettings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: kept_in.as_ref().map(|dir| dir.path().to_owned()),
            ..settings
        };
        let sandbox = Sandbox::bind(settings, clock.clone()).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        Self {
            _kept_in: kept_in,
            addr: sandbox.addr(),
            broker: sandbox.broker(),
            clock,
            hand,
            stop: Some(stop),
            running: tokio::spawn(sandbox.run(async {
                let _ = stopped.await;
            })),
        }
    }

    pub(super) fn headers(&self) -> Headers {
        Headers {
            access_key: "sandbox".to_owned(),
            secret_key: "sandbox-secret".to_owned(),
            date: Some(date::format_http_date(self.clock.now())),
            content_type: "text/xml;charset=UTF-8",
            content_md5: None,
            authorization: None,
            more: Vec::new(),
        }
    }

    /// The bytes of a signed request.
    pub(super) fn bytes(
        &self,
        headers: &Headers,
        method: &str,
        target: &str,
        body: &str,
    ) -> Vec<u8> {
        let content_md5 = headers.content_md5.as_deref().unwrap_or_default();
        let text = sign::string_to_sign(&SignedParts {
            method,
            content_md5,
            content_type: headers.content_type,
            date: headers.date.as_deref().unwrap_or_default(),
            mq_headers: vec![("x-mq-version", "2015-06-06")],
            resource: target,
        });
        let signature = sign::signature(&headers.secret_key, &text);
        let signed = sign::authorization(&headers.access_key, &signature);
        let authorization = headers.authorization.clone().unwrap_or(Some(signed));
        let mut request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nx-mq-version: 2015-06-06\r\n",
            self.addr
        );
        let mut line = |name: &str, value: &str| {
            request.push_str(&format!("{name}: {value}\r\n"));
        };
        line("Content-Length", &body.len().to_string());
        line("Content-Type", headers.content_type);
        let all = [
            ("Date", &headers.date),
            ("Content-MD5", &headers.content_md5),
            ("Authorization", &authorization),
        ];
        for (name, value) in all {
            if let Some(value) = value {
                line(name, value);
            }
        }
        for (name, value) in &headers.more {
            line(name, value);
        }
        request.push_str("\r\n");
        request.push_str(body);
        request.into_bytes()
    }

    pub(super) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    pub(super) async fn raw(
        &self,
        headers: &Headers,
        method: &str,
        target: &str,
        body: &str,
    ) -> Answer {
        let mut stream = self.connect().await;
        let bytes = self.bytes(headers, method, target, body);
        stream.write_all(&bytes).await.unwrap();
        read_answer(&mut stream).await
    }

    pub(super) async fn fault(
        &self,
        headers: &Headers,
        method: &str,
        target: &str,
        body: &str,
    ) -> FaultCode {
        let answer = self.raw(headers, method, target, body).await;
        answer.fault().0
    }

    pub(super) async fn send(&self, topic: &str, operation: Operation) -> Reply {
        let kind = operation.kind();
        let call = Call {
            instance: None,
            topic: topic.parse().unwrap(),
            operation,
        };
        let body = call.body().unwrap_or_default();
        let answer = self
            .raw(&self.headers(), kind.method(), &call.target(), &body)
            .await;
        Reply::decode(kind, answer.status, answer.body.as_bytes()).unwrap()
    }

    pub(super) async fn publish(&self, topic: &str, message: MessageParts) -> PublishReceipt {
        match self.send(topic, Operation::Publish(message)).await {
            Reply::Published(receipt) => receipt,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn poll(&self, topic: &str, poll: Poll<'_>) -> Vec<ReceivedMessage> {
        let consume = Operation::Consume {
            group: poll.group.parse().unwrap(),
            count: poll.count,
            wait_secs: poll.wait_secs,
            tag: TagFilter::parse(poll.tag),
            mode: poll.mode,
        };
        match self.send(topic, consume).await {
            Reply::Messages(list) if list.damaged.is_empty() => list.messages,
            Reply::Fault(fault) if fault.code == FaultCode::MessageNotExist => Vec::new(),
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn finish(
        &self,
        topic: &str,
        group: &str,
        action: AckAction,
        handles: &[&ReceiptHandle],
    ) -> Vec<AckFailure> {
        let handles = handles.iter().map(|&handle| handle.clone()).collect();
        let ack = Operation::Ack {
            group: group.parse().ok(),
            handles: HandleList::new(handles).unwrap(),
            action,
        };
        match self.send(topic, ack).await {
            Reply::Acked => Vec::new(),
            Reply::AckRefused(failures) if !failures.is_empty() => failures,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn ack(&self, message: &ReceivedMessage) -> Vec<AckFailure> {
        self.finish("t", "G", AckAction::Ack, &[&message.receipt_handle])
            .await
    }

    pub(super) async fn until_parked(&self, polls: usize) {
        while self.broker.parked() != polls {
            tokio::task::yield_now().await;
        }
    }

    /// Parks a long poll, does something, and returns what the poll was answered.
    pub(super) async fn woken_by(
        &self,
        poll: Poll<'_>,
        act: impl AsyncFnOnce(),
    ) -> Vec<ReceivedMessage> {
        let (given, ()) = tokio::join!(self.poll("t", poll), async {
            self.until_parked(1).await;
            act().await;
        });
        given
    }
}

#[derive(Clone, Copy)]
pub(super) struct Poll<'a> {
    pub(super) group: &'a str,
    pub(super) count: u32,
    pub(super) wait_secs: u32,
    pub(super) tag: &'a str,
    pub(super) mode: ConsumeMode,
}

pub(super) const POLL: Poll<'static> = Poll {
    group: "G",
    count: 16,
    wait_secs: 0,
    tag: "*",
    mode: ConsumeMode::Plain,
};

pub(super) const PARK: Poll<'static> = Poll {
    wait_secs: 30,
    ..POLL
};

pub(super) const ORDERED: Poll<'static> = Poll {
    mode: ConsumeMode::Ordered,
    ..POLL
};

pub(super) const HALF: Poll<'static> = Poll {
    mode: ConsumeMode::Half,
    ..POLL
};

impl Answer {
    pub(super) fn fault(&self) -> (FaultCode, String) {
        let kind = mqscope::protocol::OperationKind::Publish;
        match Reply::decode(kind, self.status, self.body.as_bytes()) {
            Ok(Reply::Fault(fault)) => {
                assert_eq!(fault.status, fault.code.status(), "{self:?}");
                assert_eq!(Some(&fault.request_id), self.headers.get("x-mq-request-id"));
                assert!(fault.host_id.starts_with("http://127.0.0.1:"), "{self:?}");
                assert!(!fault.message.is_empty());
                (fault.code, fault.message)
            }
            other => panic!("{other:?} of {self:?}"),
        }
    }
}

pub(super) async fn read_line(stream: &mut TcpStream) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(stream.read_u8().await.expect("a reply"));
    }
    line.truncate(line.len() - 2);
    String::from_utf8(line).unwrap()
}

pub(super) async fn read_head(stream: &mut TcpStream) -> (u16, HashMap<String, String>) {
    let status = read_line(stream).await;
    let status = status.split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = HashMap::new();
    loop {
        let line = read_line(stream).await;
        let Some((name, value)) = line.split_once(": ") else {
            return (status, headers);
        };
        assert!(headers.insert(name.to_owned(), value.to_owned()).is_none());
    }
}

pub(super) async fn read_answer(stream: &mut TcpStream) -> Answer {
    let (status, headers) = read_head(stream).await;
    let length = headers.get("content-length").map_or("0", String::as_str);
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    Answer {
        status,
        headers,
        body: String::from_utf8(body).unwrap(),
    }
}

pub(super) fn text(body: &str) -> MessageParts {
    MessageParts {
        body: body.to_owned(),
        ..MessageParts::default()
    }
}

pub(super) fn tagged(body: &str, tag: &str) -> MessageParts {
    MessageParts {
        tag: Some(tag.to_owned()),
        ..text(body)
    }
}

pub(super) fn sharded(body: &str, key: &str) -> MessageParts {
    MessageParts {
        sharding_key: Some(key.to_owned()),
        ..text(body)
    }
}

pub(super) fn half(body: &str) -> MessageParts {
    MessageParts {
        check_after_secs: Some(10),
        ..text(body)
    }
}

pub(super) fn bodies(messages: &[ReceivedMessage]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.body.as_str())
        .collect()
}
