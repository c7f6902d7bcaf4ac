//! A client's socket with an eye on the clock: connections that nobody uses, headers that dribble
//! in, replies that nobody takes and closings that nobody notices all have their end. Knows no
//! HTTP beyond where a request begins and ends, which it is told. All times are real time.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::settings::ConnectionLimits;

/// How long, and for how many bytes, a closed connection is still listened to. A socket that is
/// let go with unread bytes takes the reply on its way to the client with it.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 16 << 20;

/// Where in its requests a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Nothing of the next request has come.
    Idle,
    /// Its line and headers are coming.
    Head,
    /// It is being answered; its body has a limit of its own.
    Served,
    /// It was answered before all of it was read.
    Refused,
}

/// The phase of one connection, known to the socket and to whoever serves it.
#[derive(Debug, Clone)]
pub(super) struct Progress(Arc<AtomicU8>);

impl Progress {
    /// A connection that has to say something soon.
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU8::new(Phase::Head as u8)))
    }

    pub(super) fn set(&self, phase: Phase) {
        // Both sides are in one task, so no order with other memory is at stake.
        self.0.store(phase as u8, Ordering::Relaxed);
    }

    fn is(&self, phase: Phase) -> bool {
        self.0.load(Ordering::Relaxed) == phase as u8
    }
}

/// The socket.
pub(super) struct Watched {
    stream: TcpStream,
    progress: Progress,
    idle_timeout: Duration,
    head_timeout: Duration,
    send_timeout: Duration,
    asking: Patience,
    sending: Option<Pin<Box<Sleep>>>,
    closed: bool,
    linger: Option<Pin<Box<Sleep>>>,
    lingered: usize,
}

/// Waiting for a client that has to say something. Every request begins it anew, which costs a
/// look at the clock: the timer stays where it is and finds out when it rings that it is not time yet.
#[derive(Default)]
struct Patience {
    until: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    fn begin_anew(&mut self) {
        self.until = None;
    }

    /// Ready once it has lasted for so long, counted from the first call after it began.
    fn elapsed(&mut self, after: Duration, cx: &mut Context<'_>) -> Poll<()> {
        let until = *self
            .until
            .get_or_insert_with(|| tokio::time::sleep(after).deadline());
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        if until < timer.deadline() {
            timer.as_mut().reset(until);
        }
        ready!(timer.as_mut().poll(cx));
        while timer.deadline() < until {
            timer.as_mut().reset(until);
            ready!(timer.as_mut().poll(cx));
        }
        Poll::Ready(())
    }
}

impl Watched {
    pub(super) fn new(stream: TcpStream, progress: Progress, limits: &ConnectionLimits) -> Self {
        Self {
            stream,
            progress,
            idle_timeout: limits.idle_timeout.max(limits.head_timeout),
            head_timeout: limits.head_timeout,
            send_timeout: limits.send_timeout,
            asking: Patience::default(),
            sending: None,
            closed: false,
            linger: None,
            lingered: 0,
        }
    }

    /// Watches what became of a write: a client that takes nothing for too long is given up.
    fn sent(
        &mut self,
        cx: &mut Context<'_>,
        wrote: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if wrote.is_ready() {
            self.sending = None;
            if self.progress.is(Phase::Idle) {
                // Who takes a reply slowly has not been idle meanwhile. Waiting begins here: who
                // was told before that there is nothing to read need not ask again.
                self.asking.begin_anew();
                let _ = self.asking.elapsed(self.idle_timeout, cx);
            }
            return wrote;
        }
        ready!(elapsed(&mut self.sending, self.send_timeout, cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Takes what still comes until the client has closed as well.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut space = [0; 8 << 10];
        while self.lingered < LINGER_BYTES {
            let mut buffer = ReadBuf::new(&mut space);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    self.lingered += buffer.filled().len();
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return elapsed(&mut self.linger, LINGER, cx),
            }
        }
        Poll::Ready(())
    }
}

/// Ready once a timer that starts when it is first asked for has run out.
fn elapsed(timer: &mut Option<Pin<Box<Sleep>>>, after: Duration, cx: &mut Context<'_>) -> Poll<()> {
    let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(after)));
    timer.as_mut().poll(cx)
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() {
            if buffer.filled().len() > before && self.progress.is(Phase::Idle) {
                self.progress.set(Phase::Head);
                self.asking.begin_anew();
            }
            return read;
        }
        let limit = if self.progress.is(Phase::Idle) {
            self.idle_timeout
        } else if self.progress.is(Phase::Head) {
            self.head_timeout
        } else {
            // It is the client who waits.
            self.asking.begin_anew();
            return Poll::Pending;
        };
        ready!(self.asking.elapsed(limit, cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.sent(cx, wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.sent(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.closed {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.closed = true;
        }
        if self.progress.is(Phase::Head) || self.progress.is(Phase::Refused) {
            ready!(self.poll_linger(cx));
        }
        Poll::Ready(Ok(()))
    }
}
