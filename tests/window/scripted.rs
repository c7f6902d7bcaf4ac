//! A broker that hands out what a test says, when it says so, or messages without end: what no
//! sandbox would send. Takes every ack.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mqscope::credentials::Credentials;
use mqscope::protocol::properties::Properties;
use mqscope::protocol::{
    MessageList, Profile, ReceiptHandle, ReceivedMessage, Reply, Timestamp, body_md5,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::server::{http, read_request, reply};
use crate::support::{BEGIN, Start, Window};

/// Messages of a poll of the broker that never runs out.
pub(crate) const FLOOD: usize = 16;

/// How long messages are held.
pub(crate) const LEASE_MILLIS: i64 = 300_000;

/// What it hands out.
enum Store {
    /// What the test says.
    Told(tokio::sync::Mutex<mpsc::Receiver<Vec<u8>>>),
    /// [`FLOOD`] new messages for every poll.
    Endless,
}

#[derive(Default)]
struct Seen {
    polls: AtomicUsize,
    acks: Mutex<String>,
}

pub(crate) struct Scripted {
    url: String,
    replies: mpsc::Sender<Vec<u8>>,
    seen: Arc<Seen>,
    _runtime: Runtime,
}

/// A message as a broker hands it out at the beginning of a test.
pub(crate) fn message(number: usize, times: u32, body: &str) -> ReceivedMessage {
    ReceivedMessage {
        message_id: format!("{number:032X}"),
        body_md5: body_md5(body),
        body: body.to_owned(),
        receipt_handle: ReceiptHandle::new(&format!("handle-{number}-{times}")).unwrap(),
        publish_time: BEGIN,
        first_consume_time: BEGIN,
        next_consume_time: BEGIN.offset_millis(LEASE_MILLIS),
        consumed_times: times,
        tag: None,
        properties: Properties::decode("KEYS:order-1|"),
    }
}

fn list(messages: Vec<ReceivedMessage>) -> Reply {
    Reply::Messages(MessageList {
        messages,
        damaged: Vec::new(),
    })
}

impl Scripted {
    /// One that waits to be told what to hand out.
    pub(crate) fn told() -> Self {
        let (replies, told) = mpsc::channel(8);
        Self::start(Store::Told(tokio::sync::Mutex::new(told)), replies)
    }

    /// One that has messages for every poll.
    pub(crate) fn endless() -> Self {
        Self::start(Store::Endless, mpsc::channel(1).0)
    }

    fn start(store: Store, replies: mpsc::Sender<Vec<u8>>) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (store, seen) = (Arc::new(store), Arc::<Seen>::default());
        let (served, noted) = (Arc::clone(&store), Arc::clone(&seen));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&served), Arc::clone(&noted)));
            }
        });
        Self {
            url,
            replies,
            seen,
            _runtime: runtime,
        }
    }

    /// The next poll brings these.
    pub(crate) fn hand_out(&self, messages: Vec<ReceivedMessage>) {
        self.send(reply(&list(messages)));
    }

    /// The next poll brings these, with one text in the XML replaced by another.
    pub(crate) fn hand_out_spoilt(&self, messages: Vec<ReceivedMessage>, old: &str, new: &str) {
        let (status, xml) = list(messages).encode();
        assert!(xml.contains(old));
        self.send(http(status, "", xml.replace(old, new).as_bytes()));
    }

    fn send(&self, bytes: Vec<u8>) {
        self.replies.try_send(bytes).unwrap();
    }

    /// How many polls it answered.
    pub(crate) fn polls(&self) -> usize {
        self.seen.polls.load(Ordering::SeqCst)
    }

    /// How many messages were published to it; it takes none of them.
    pub(crate) fn published(&self) -> usize {
        self.seen.acks.lock().unwrap().matches("<Message ").count()
    }

    /// Whether this handle was acked.
    pub(crate) fn acked(&self, handle: &str) -> bool {
        let acks = self.seen.acks.lock().unwrap();
        acks.contains(&format!(">{handle}<"))
    }

    /// A window with a view that listens there.
    pub(crate) fn window(&self) -> Window {
        self.window_with(|_| {})
    }

    /// The same, with something else about how it starts.
    pub(crate) fn window_with(&self, change: impl FnOnce(&mut Start)) -> Window {
        let mut start = Start::default().with("desk", Profile::Tdmq, &self.url);
        change(&mut start);
        let keys = Credentials::from_pasted("ak", "sk", "");
        start.secrets.store("desk", &keys);
        let mut window = Window::start(start);
        window.until_running();
        window.click("Use desk");
        window.click("New consume view");
        window.click("Start");
        window
    }
}

async fn serve(mut stream: TcpStream, store: Arc<Store>, seen: Arc<Seen>) {
    use tokio::io::AsyncWriteExt as _;
    while let Some(request) = read_request(&mut stream).await {
        let bytes = match request.method.as_str() {
            "GET" => match &*store {
                Store::Told(replies) => match replies.lock().await.recv().await {
                    Some(bytes) => bytes,
                    None => return,
                },
                Store::Endless => {
                    let poll = seen.polls.load(Ordering::SeqCst);
                    let numbers = poll * FLOOD..(poll + 1) * FLOOD;
                    let messages = numbers.map(|number| message(number, 1, "x")).collect();
                    reply(&list(messages))
                }
            },
            _ => {
                let text = String::from_utf8(request.body).unwrap();
                seen.acks.lock().unwrap().push_str(&text);
                reply(&Reply::Acked)
            }
        };
        if request.method == "GET" {
            seen.polls.fetch_add(1, Ordering::SeqCst);
        }
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// The same message, come again at this time.
pub(crate) fn again(number: usize, times: u32, body: &str, now: Timestamp) -> ReceivedMessage {
    ReceivedMessage {
        next_consume_time: now.offset_millis(LEASE_MILLIS),
        ..message(number, times, body)
    }
}
