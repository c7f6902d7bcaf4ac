//! What the sandbox takes under load, through real sockets on this machine, always beside
//! something else in the same run. Prints figures and ratios; asserts nothing, for a busy machine is
//! no mistake. Load and servers share the machine's cores, so rates are not those of a server
//! that has them to itself.
//!
//! - Publishing by 64 connections, in memory, beside a bare axum handler that reads the same body
//!   and sends a reply of the same size. Where the system tells (Linux), the time that the
//!   threads of either server were busy is told too: it leaves out what the load costs.
//! - Publishing by 64 connections to disk, beside the least that a durable HTTP server does: the
//!   bare handler, whose replies wait until a loop has written and synced the bodies of whoever
//!   waits, in the same folder. It understands nothing and keeps nothing that could be read back.
//!   Told too: the rate in memory, and the bound that syncing alone sets, were requests free: 64
//!   clients that wait for their answers cannot have more than 64 of them for one sync. Where a
//!   sync takes less time than 64 requests, no HTTP server here could come near that.
//! - Consume and ack by one connection, with 10^6 messages waiting beside 10^3.
//! - Publish, consume and ack by one connection and by 64, beside moto's SQS server with
//!   SendMessage, ReceiveMessage and DeleteMessage, if `benches/moto.sh` has installed it, and
//!   beside three requests to the bare handler: with one connection the time of all is mostly that
//!   in which one side wakes the other, which is what they have in common.
//!
//! `cargo bench --bench load -- disk` runs one part; the others are `bare`, `backlog` and `moto`.
//!
//! What is compared takes turns, several of each, so that both get their share of what else goes on
//! in the machine. `MQSCOPE_BENCH_DIR` names the folder for files, should the one for temporary
//! files be in memory. Without `--bench` (as `cargo test --benches` has it) everything is tried
//! only briefly, and moto not at all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot run fails by panicking"
)]

#[path = "support/wire.rs"]
mod wire;

use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::iter;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use mqscope::clock::Clock;
use mqscope::protocol::{
    self, AckAction, Call, ConsumeMode, HandleList, MessageParts, Operation, Profile,
    PublishReceipt, ReceiptHandle, Reply, TagFilter, body_md5,
};
use mqscope::sandbox::queue::TopicKey;
use mqscope::sandbox::{Broker, Sandbox, SandboxSettings};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, LocalSet};
use wire::{Connection, request, signed};

/// As the program does; the bare handlers have it too.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: usize = 64;
const BODY_BYTES: usize = 1024;
const PATH: &str = "/topics/{topic}/messages";
const KEYS: (&str, &str) = ("sandbox", "sandbox-secret");

type Part = fn(&Runtime, &Effort);

/// How much of everything.
struct Effort {
    /// Turns of each side of a comparison.
    turns: u32,
    turn: Duration,
    large_backlog: u64,
    moto: bool,
}

fn main() {
    let effort = match std::env::args().any(|argument| argument == "--bench") {
        true => Effort {
            turns: 3,
            turn: Duration::from_millis(1_500),
            large_backlog: 1_000_000,
            moto: true,
        },
        false => Effort {
            turns: 1,
            turn: Duration::from_millis(50),
            large_backlog: 2_000,
            moto: false,
        },
    };
    // One thread makes the load, so that the server has the rest of the machine.
    let load = Builder::new_current_thread().enable_all().build().unwrap();
    let parts: [(&str, Part); 4] = [
        ("bare", beside_bare_handler),
        ("disk", beside_syncs),
        ("backlog", beside_small_backlog),
        ("moto", beside_moto),
    ];
    let asked = |part: &str| std::env::args().any(|argument| argument == part);
    let all = !parts.iter().any(|(part, _)| asked(part));
    for (part, run) in parts {
        if all || asked(part) {
            run(&load, &effort);
        }
    }
}

fn beside_bare_handler(load: &Runtime, effort: &Effort) {
    let (sandbox, bare) = (Served::sandbox("sandbox", None), bare_handler("bare"));
    let (mut sandbox_load, mut bare_load) = (Load::on(&sandbox), Load::on(&bare));
    for _ in 0..effort.turns {
        bare_load.publish(load, effort.turn);
        sandbox_load.publish(load, effort.turn);
    }
    println!("publish, {CONNECTIONS} connections, {BODY_BYTES} bytes, in memory");
    println!("  sandbox:      {sandbox_load}");
    println!("  bare handler: {bare_load}");
    let ratio = sandbox_load.per_sec() / bare_load.per_sec();
    println!("  ratio: {ratio:.2} (wanted: 0.5 or more)");
}

fn beside_syncs(load: &Runtime, effort: &Effort) {
    let folder = match std::env::var_os("MQSCOPE_BENCH_DIR") {
        Some(dir) => TempDir::new_in(dir).unwrap(),
        None => TempDir::new().unwrap(),
    };
    let durable = Served::sandbox("durable", Some(&folder.path().join("data")));
    let bare = durable_handler("bare", File::create(folder.path().join("bare")).unwrap());
    let memory = Served::sandbox("memory", None);
    let (mut durable_load, mut memory_load) = (Load::on(&durable), Load::on(&memory));
    let mut bare_load = Load::on(&bare);
    let body = publish_call().body().unwrap();
    let bytes = body.repeat(CONNECTIONS).into_bytes();
    let mut log = File::create(folder.path().join("log")).unwrap();
    let (mut syncs, mut syncing) = (0, Duration::ZERO);
    for _ in 0..effort.turns {
        let start = Instant::now();
        while start.elapsed() < effort.turn {
            write_and_sync(&mut log, &bytes);
            syncs += 1;
        }
        syncing += start.elapsed();
        bare_load.publish(load, effort.turn);
        durable_load.publish(load, effort.turn);
        memory_load.publish(load, effort.turn);
    }
    let syncs_per_sec = f64::from(syncs) / syncing.as_secs_f64();
    let bound = syncs_per_sec * CONNECTIONS as f64;
    println!("publish, {CONNECTIONS} connections, {BODY_BYTES} bytes, on disk");
    println!("  sandbox:      {durable_load}");
    println!("  bare handler that syncs: {bare_load}");
    println!("  sandbox in memory: {memory_load}");
    println!(
        "  {CONNECTIONS} for each sync, requests being free: {bound:.0}/s, for {syncs_per_sec:.0} syncs/s"
    );
    let ratio = durable_load.per_sec() / bare_load.per_sec();
    println!("  ratio to the bare handler that syncs: {ratio:.2} (wanted: 0.7 or more)");
    let ratio = durable_load.per_sec() / memory_load.per_sec();
    println!("  ratio to the rate in memory: {ratio:.2}");
    let ratio = durable_load.per_sec() / bound;
    println!("  ratio to {CONNECTIONS} for each sync: {ratio:.2}");
}

/// The messages are put in without HTTP, and so are those that take the place of the consumed ones.
fn beside_small_backlog(load: &Runtime, effort: &Effort) {
    let fill = |name, backlog| {
        let served = Served::sandbox(name, None);
        served.put(backlog);
        served
    };
    let (small, large) = (fill("small", 1_000), fill("large", effort.large_backlog));
    let (mut small_load, mut large_load) = (Load::on(&small), Load::on(&large));
    for _ in 0..effort.turns * 4 {
        for load_of in [&mut small_load, &mut large_load] {
            load_of.consume_and_ack(load, effort.turn / 4);
        }
    }
    println!("consume and ack, one connection, in memory");
    println!("  backlog {}: {large_load}", effort.large_backlog);
    println!("  backlog 1000: {small_load}");
    let ratio = small_load.per_sec() / large_load.per_sec();
    println!("  ratio of times: {ratio:.2} (wanted: 1.3 or less)");
}

fn beside_moto(load: &Runtime, effort: &Effort) {
    let server = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/target/bench/moto/bin/moto_server"
    );
    if !effort.moto {
        return;
    }
    if !Path::new(server).exists() {
        println!("moto is left out: benches/moto.sh installs it");
        return;
    }
    let moto = load.block_on(Moto::start(server));
    for connections in [1, CONNECTIONS] {
        let (sandbox, bare) = (Served::sandbox("sandbox", None), bare_handler("bare"));
        let (mut sandbox_load, mut bare_load) = (Load::on(&sandbox), Load::on(&bare));
        let (mut moto_made, mut moto_took) = (0, Duration::ZERO);
        for _ in 0..effort.turns {
            sandbox_load.round_trips(load, connections, effort.turn);
            bare_load.three_requests(load, connections, effort.turn);
            let start = Instant::now();
            moto_made += load.block_on(moto.round_trips(connections, effort.turn));
            moto_took += start.elapsed();
        }
        let moto_per_sec = moto_made as f64 / moto_took.as_secs_f64();
        println!(
            "rounds of three requests, {connections} connections, {BODY_BYTES} bytes, in memory"
        );
        println!("  sandbox (publish, consume, ack): {sandbox_load}");
        println!("  bare handler (three times the same): {bare_load}");
        println!("  moto's SQS (send, receive, delete): {moto_per_sec:.1}/s");
        let ratio = sandbox_load.per_sec() / moto_per_sec;
        println!("  ratio of sandbox to moto: {ratio:.0} (wanted: 100 or more)");
        let ratio = bare_load.per_sec() / moto_per_sec;
        println!("  ratio of bare handler to moto: {ratio:.0}");
    }
}

/// A server with threads of its own, and their names.
struct Served {
    addr: SocketAddr,
    threads: Vec<&'static str>,
    broker: Option<Arc<Broker>>,
    /// Keeps it running.
    _runtime: Runtime,
}

impl Served {
    fn runtime(name: &'static str) -> Runtime {
        Builder::new_multi_thread()
            .thread_name(name)
            .enable_all()
            .build()
            .unwrap()
    }

    fn sandbox(name: &'static str, data_dir: Option<&Path>) -> Self {
        let settings = SandboxSettings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data_dir: data_dir.map(Path::to_owned),
            ..SandboxSettings::default()
        };
        let runtime = Self::runtime(name);
        let sandbox = runtime
            .block_on(Sandbox::bind(settings, Clock::system()))
            .unwrap();
        let (addr, broker) = (sandbox.addr(), Some(sandbox.broker()));
        runtime.spawn(sandbox.run(std::future::pending()));
        let of_store = data_dir.map_or(&[][..], |_| &["mqscope-log", "mqscope-store"]);
        Self {
            addr,
            threads: [&[name], of_store].concat(),
            broker,
            _runtime: runtime,
        }
    }

    fn put(&self, count: u64) {
        let Operation::Publish(parts) = small_message().operation else {
            return;
        };
        let topic = TopicKey {
            instance: None,
            topic: small_message().topic,
        };
        let broker = self.broker.as_ref().unwrap();
        let limits = Profile::Sandbox.limits();
        self._runtime.block_on(async {
            let message = parts.checked(&limits, broker.clock().now()).unwrap();
            for _ in 0..count {
                broker.publish(&topic, message.clone()).await.unwrap();
            }
        });
    }

    /// How long its threads have been busy; `None` where the system does not tell.
    fn busy(&self) -> Option<Duration> {
        let mut busy = Duration::ZERO;
        for thread in fs::read_dir("/proc/self/task").ok()? {
            let thread = thread.ok()?.path();
            let name = fs::read_to_string(thread.join("comm")).ok()?;
            if self.threads.contains(&name.trim()) {
                let times = fs::read_to_string(thread.join("schedstat")).ok()?;
                let nanos = times.split_whitespace().next()?.parse().ok()?;
                busy += Duration::from_nanos(nanos);
            }
        }
        Some(busy)
    }
}

/// The same server software and an answer as large, made once and for all.
fn bare_handler(name: &'static str) -> Served {
    let answer = answer();
    // Taking the body as a text makes the handler read it, as a broker has to.
    let handler = async move |_: String| answer.clone();
    serve(name, Router::new().route(PATH, post(handler)))
}

/// The same, but for the answer, which waits until the body is on disk.
fn durable_handler(name: &'static str, file: File) -> Served {
    let answer = answer();
    let (bodies, waiting) = mpsc::sync_channel(CONNECTIONS);
    let syncing = thread::Builder::new().name(name.to_owned());
    syncing
        .spawn(move || sync_whoever_waits(file, &waiting))
        .unwrap();
    let handler = async move |body: String| {
        let (done, synced) = oneshot::channel();
        bodies.send((body, done)).unwrap();
        synced.await.unwrap();
        answer.clone()
    };
    serve(name, Router::new().route(PATH, post(handler)))
}

fn sync_whoever_waits(mut file: File, waiting: &mpsc::Receiver<(String, oneshot::Sender<()>)>) {
    let mut bytes = Vec::new();
    while let Ok(first) = waiting.recv() {
        let group: Vec<_> = iter::once(first).chain(waiting.try_iter()).collect();
        bytes.clear();
        for (body, _) in &group {
            bytes.extend_from_slice(body.as_bytes());
        }
        write_and_sync(&mut file, &bytes);
        for (_, done) in group {
            // A connection may be gone at the end of a turn.
            let _ = done.send(());
        }
    }
}

/// As the sandbox does, begins anew after so much: a file that does not grow is synced faster.
fn write_and_sync(file: &mut File, bytes: &[u8]) {
    const MOST_BYTES: u64 = 16 << 20;
    if file.stream_position().unwrap() > MOST_BYTES {
        file.rewind().unwrap();
    }
    file.write_all(bytes).unwrap();
    file.sync_data().unwrap();
}

/// As long as that of a sandbox.
fn answer() -> impl IntoResponse + Clone + Send + Sync {
    let receipt = PublishReceipt {
        message_id: "76CC0949E79F90B30000000000000000".to_owned(),
        body_md5: body_md5(&"x".repeat(BODY_BYTES)),
        receipt_handle: None,
    };
    let (status, body) = Reply::Published(receipt).encode();
    (
        StatusCode::from_u16(status).unwrap(),
        [
            (header::CONTENT_TYPE, protocol::CONTENT_TYPE),
            (
                HeaderName::from_static(protocol::VERSION_HEADER),
                protocol::VERSION,
            ),
            (
                HeaderName::from_static(protocol::REQUEST_ID_HEADER),
                "76CC0949E79F90B30000000000000000",
            ),
        ],
        body,
    )
}

fn serve(name: &'static str, router: Router) -> Served {
    let runtime = Served::runtime(name);
    let listener = runtime
        .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .unwrap();
    let addr = listener.local_addr().unwrap();
    // As the sandbox does.
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    runtime.spawn(async move { axum::serve(listener, router).await });
    Served {
        addr,
        threads: vec![name],
        broker: None,
        _runtime: runtime,
    }
}

/// What was asked of a server, and how long it took.
struct Load<'a> {
    on: &'a Served,
    made: u64,
    took: Duration,
    busy: Option<Duration>,
}

impl<'a> Load<'a> {
    fn on(on: &'a Served) -> Self {
        Self {
            on,
            made: 0,
            took: Duration::ZERO,
            busy: Some(Duration::ZERO),
        }
    }

    fn per_sec(&self) -> f64 {
        self.made as f64 / self.took.as_secs_f64()
    }

    fn turn(&mut self, load: &Runtime, work: impl AsyncFnOnce() -> u64) {
        let (busy, start) = (self.on.busy(), Instant::now());
        self.made += load.block_on(work());
        self.took += start.elapsed();
        self.busy = self
            .busy
            .zip(self.on.busy().zip(busy))
            .map(|(before, (end, start))| before + (end - start));
    }

    fn publish(&mut self, load: &Runtime, limit: Duration) {
        let addr = self.on.addr;
        let request: Arc<[u8]> = signed(&publish_call(), addr, KEYS).into();
        self.turn(load, async || {
            at_once(CONNECTIONS, addr, limit, async move |connection| {
                connection.exchange(&request).await;
            })
            .await
        });
    }

    fn consume_and_ack(&mut self, load: &Runtime, limit: Duration) {
        // As many are put back at a time.
        const SOME: u64 = 100;
        let addr = self.on.addr;
        let mut connection = Connection::to(addr);
        let consume = signed(&consume_call(), addr, KEYS);
        let start = Instant::now();
        while start.elapsed() < limit {
            self.turn(load, async || {
                for _ in 0..SOME {
                    take_one(&mut connection, &consume, addr).await;
                }
                SOME
            });
            self.on.put(SOME);
        }
    }

    fn three_requests(&mut self, load: &Runtime, connections: usize, limit: Duration) {
        let addr = self.on.addr;
        let request: Arc<[u8]> = signed(&publish_call(), addr, KEYS).into();
        self.turn(load, async || {
            at_once(connections, addr, limit, async move |connection| {
                for _ in 0..3 {
                    connection.exchange(&request).await;
                }
            })
            .await
        });
    }

    fn round_trips(&mut self, load: &Runtime, connections: usize, limit: Duration) {
        let addr = self.on.addr;
        let publish: Arc<[u8]> = signed(&publish_call(), addr, KEYS).into();
        let consume: Arc<[u8]> = signed(&consume_call(), addr, KEYS).into();
        self.turn(load, async || {
            at_once(connections, addr, limit, async move |connection| {
                connection.exchange(&publish).await;
                take_one(connection, &consume, addr).await;
            })
            .await
        });
    }
}

/// Makes a turn again and again over each connection, until the time is over; returns how many.
async fn at_once(
    connections: usize,
    addr: SocketAddr,
    limit: Duration,
    turn: impl AsyncFn(&mut Connection) + Clone + 'static,
) -> u64 {
    let start = Instant::now();
    let all = LocalSet::new();
    let each = (0..connections).map(|_| {
        let turn = turn.clone();
        all.spawn_local(async move {
            let mut connection = Connection::to(addr);
            let mut made = 0;
            while start.elapsed() < limit {
                turn(&mut connection).await;
                made += 1;
            }
            made
        })
    });
    let each: Vec<JoinHandle<u64>> = each.collect();
    all.await;
    let mut made = 0;
    for one in each {
        made += one.await.unwrap();
    }
    made
}

impl std::fmt::Display for Load<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.0}/s", self.per_sec())?;
        match self.busy {
            Some(busy) => write!(
                f,
                ", {:.1} µs of its threads each",
                busy.as_secs_f64() * 1e6 / self.made as f64
            ),
            None => Ok(()),
        }
    }
}

async fn take_one(connection: &mut Connection, consume: &[u8], addr: SocketAddr) {
    let given = connection.exchange(consume).await;
    let (_, rest) = given.split_once("<ReceiptHandle>").unwrap();
    let (handle, _) = rest.split_once('<').unwrap();
    let ack = ack_call(ReceiptHandle::new(handle).unwrap());
    connection.exchange(&signed(&ack, addr, KEYS)).await;
}

fn call(operation: Operation) -> Call {
    Call {
        instance: None,
        topic: "orders".parse().unwrap(),
        operation,
    }
}

fn publish_call() -> Call {
    call(Operation::Publish(MessageParts {
        body: "x".repeat(BODY_BYTES),
        ..MessageParts::default()
    }))
}

/// Small: a million of them have to be kept.
fn small_message() -> Call {
    call(Operation::Publish(MessageParts {
        body: "hello".to_owned(),
        ..MessageParts::default()
    }))
}

fn consume_call() -> Call {
    call(Operation::Consume {
        group: "GID_bench".parse().unwrap(),
        count: 1,
        wait_secs: 0,
        tag: TagFilter::All,
        mode: ConsumeMode::Plain,
    })
}

fn ack_call(handle: ReceiptHandle) -> Call {
    call(Operation::Ack {
        group: Some("GID_bench".parse().unwrap()),
        handles: HandleList::new(vec![handle]).unwrap(),
        action: AckAction::Ack,
    })
}

/// moto's server as a process, with a queue. Ends with its owner.
struct Moto {
    process: Child,
    addr: SocketAddr,
    queue: String,
}

impl Moto {
    async fn start(server: &str) -> Self {
        // A port that was free a moment ago; moto has to be told one.
        let addr = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .unwrap();
        let process = Command::new(server)
            .args(["-H", "127.0.0.1", "-p", &addr.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut moto = Self {
            process,
            addr,
            queue: String::new(),
        };
        moto.wait_for_it().await;
        let mut connection = Connection::to(addr);
        let made = ask(&mut connection, "CreateQueue", r#"{"QueueName":"orders"}"#).await;
        let queue = made["QueueUrl"].as_str().unwrap();
        queue.clone_into(&mut moto.queue);
        moto
    }

    async fn wait_for_it(&self) {
        let start = Instant::now();
        while tokio::net::TcpStream::connect(self.addr).await.is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "moto is not there"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn round_trips(&self, connections: usize, limit: Duration) -> u64 {
        let queue = self.queue.clone();
        let send = format!(
            r#"{{"QueueUrl":"{queue}","MessageBody":"{}"}}"#,
            "x".repeat(BODY_BYTES)
        );
        let receive = format!(r#"{{"QueueUrl":"{queue}","MaxNumberOfMessages":1}}"#);
        at_once(connections, self.addr, limit, async move |connection| {
            ask(connection, "SendMessage", &send).await;
            let given = ask(connection, "ReceiveMessage", &receive).await;
            let handle = given["Messages"][0]["ReceiptHandle"].as_str().unwrap();
            let delete = serde_json::json!({"QueueUrl": queue, "ReceiptHandle": handle});
            ask(connection, "DeleteMessage", &delete.to_string()).await;
        })
        .await
    }
}

/// Asks moto. Not signed: it looks only at which service this is for.
async fn ask(connection: &mut Connection, action: &str, body: &str) -> serde_json::Value {
    let target = format!("AmazonSQS.{action}");
    let headers = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", target.as_str()),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=bench/20261122/us-east-1/sqs/aws4_request, \
             SignedHeaders=host, Signature=0",
        ),
    ];
    let request = request("POST", "/", connection.addr(), &headers, Some(body));
    serde_json::from_str(connection.exchange(&request).await).unwrap_or_default()
}

impl Drop for Moto {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
