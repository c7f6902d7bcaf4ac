//! The body of one request: read whole or skipped, never more of it, and never longer, than the
//! sandbox allows. Knows nothing of what is in it.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use hyper::body::Body;

use super::refusals::MAX_BODY_HEAD;

/// A body on its way in.
pub(super) struct Inbound<B> {
    body: B,
    max_bytes: usize,
    /// Real time, for all of it.
    timeout: Duration,
    seen: usize,
    ended: bool,
    /// The beginning, for whoever wants to know what was refused.
    head: Bytes,
}

/// Why a body was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body has more than {max_bytes} bytes")]
    TooLarge { max_bytes: usize },
    #[error("the body was not there after {} s", .0.as_secs_f64())]
    TooSlow(Duration),
    #[error("the body ended early, or is not framed as HTTP wants it")]
    Broken,
}

impl<B: Body<Data = Bytes> + Unpin> Inbound<B> {
    pub(super) fn new(body: B, max_bytes: usize, timeout: Duration) -> Self {
        Self {
            ended: body.is_end_stream(),
            body,
            max_bytes,
            timeout,
            seen: 0,
            head: Bytes::new(),
        }
    }

    /// Whether the next request begins where this body was left.
    pub(super) fn is_read(&self) -> bool {
        self.ended
    }

    /// Whether the length that the headers announce is one that would be read.
    pub(super) fn check_length(&self, headers: &HeaderMap) -> Result<(), BodyError> {
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok());
        let max_bytes = self.max_bytes;
        match announced.map(usize::try_from) {
            Some(Ok(bytes)) if bytes > max_bytes => Err(BodyError::TooLarge { max_bytes }),
            Some(Err(_)) => Err(BodyError::TooLarge { max_bytes }),
            _ => Ok(()),
        }
    }

    /// How many bytes came so far, and the first of them.
    pub(super) fn seen(&self) -> (u64, Bytes) {
        (self.seen as u64, self.head.clone())
    }

    /// All of it.
    pub(super) async fn read(&mut self) -> Result<Bytes, BodyError> {
        let mut first = Bytes::new();
        let mut whole = BytesMut::new();
        self.each(|piece| {
            if first.is_empty() {
                first = piece;
            } else {
                if whole.is_empty() {
                    whole.extend_from_slice(&first);
                }
                whole.extend_from_slice(&piece);
            }
        })
        .await?;
        // Most bodies come in one piece, which needs no copy.
        Ok(match whole.is_empty() {
            true => first,
            false => whole.freeze(),
        })
    }

    /// To its end, keeping nothing but its beginning.
    pub(super) async fn skip(&mut self) -> Result<(), BodyError> {
        self.each(drop).await
    }

    async fn each(&mut self, mut take: impl FnMut(Bytes)) -> Result<(), BodyError> {
        let timeout = self.timeout;
        let reading = async {
            while let Some(piece) = self.next().await? {
                take(piece);
            }
            Ok(())
        };
        match tokio::time::timeout(timeout, reading).await {
            Ok(result) => result,
            Err(_) => Err(BodyError::TooSlow(timeout)),
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        while !self.ended {
            let frame = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await;
            match frame {
                None => self.ended = true,
                Some(Err(_)) => return Err(BodyError::Broken),
                Some(Ok(frame)) => {
                    // Trailers mean nothing here.
                    let Ok(piece) = frame.into_data() else {
                        continue;
                    };
                    self.keep_head(&piece);
                    self.seen = self.seen.saturating_add(piece.len());
                    if self.seen > self.max_bytes {
                        let max_bytes = self.max_bytes;
                        return Err(BodyError::TooLarge { max_bytes });
                    }
                    return Ok(Some(piece));
                }
            }
        }
        Ok(None)
    }

    fn keep_head(&mut self, piece: &Bytes) {
        let room = MAX_BODY_HEAD - self.head.len();
        let more = piece.slice(..piece.len().min(room));
        if self.head.is_empty() {
            // Most bodies come in one piece, which needs no copy.
            self.head = more;
        } else if !more.is_empty() {
            self.head = [&self.head[..], &more[..]].concat().into();
        }
    }
}
