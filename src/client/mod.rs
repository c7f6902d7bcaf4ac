//! Speaks the protocol to a broker over HTTP: publish, consume, ack, commit, roll back.
//!
//! The map: [`Endpoint`] and [`ClientSettings`] say where and as whom; `connect.rs` builds the
//! HTTP client underneath; `exchange.rs` signs, sends and reads once; `reading.rs` says what came;
//! [`ClientError`] says what went wrong and [`Evidence`] what was seen of it, found out by
//! `diagnose.rs`; `raw.rs` and `sniff.rs` keep what came instead of an answer. An [`Observer`] is told
//! of every [`Exchange`], which `watch.rs` and `marks.rs` write down. This file is the calls, and
//! when one is tried again.
//!
//! Keeps nothing between calls but connections: leases, subscriptions and histories live above.
//! Knows nothing of the sandbox, except that [`AdminClient`] speaks the API beside the protocol
//! that only the sandbox has.

mod admin;
mod answer;
mod connect;
mod diagnose;
mod endpoint;
mod error;
mod exchange;
mod knock;
mod marks;
mod raw;
mod reading;
mod reason;
mod record;
mod settings;
mod sniff;
mod watch;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use crate::clock::Clock;
use crate::protocol::{
    AckAction, AckFailure, Call, ConsumeMode, GroupId, HandleList, MessageList, NewMessage,
    Operation, PublishReceipt, Reply, TagFilter, TopicName,
};

pub use admin::AdminClient;
pub use answer::Answer;
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use error::{ClientError, ErrorKind};
pub use knock::Knock;
pub use reason::{Evidence, RawAnswer, Reason};
#[cfg(test)]
pub(crate) use record::sample_exchange;
pub use record::{
    ConnectionUse, Exchange, ExchangeKind, Failure, FailureKind, KEPT_BYTES, Kept, SeenReply,
    SentRequest, SentValue, Signature, Timing,
};
pub use settings::ClientSettings;
pub use watch::Observer;

use exchange::{Outgoing, exchange};

/// Longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A client of one broker. Clones share its connections; calls may run side by side.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    settings: ClientSettings,
    clock: Clock,
}

/// What to consume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consume {
    /// For which group.
    pub group: GroupId,
    /// Most messages at once, 1 to 16. [doc]
    pub count: u32,
    /// How long the server may wait for a message, 0 to 30 seconds. [doc]
    pub wait_secs: u32,
    /// Which tags.
    pub tag: TagFilter,
    /// Plain, ordered, or half messages to check.
    pub mode: ConsumeMode,
}

impl Client {
    /// Builds a client. Reads the CA file, if there is one; connects to nothing yet.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`]: the CA file or the proxy cannot be used.
    pub fn new(settings: ClientSettings, clock: Clock) -> Result<Self, ClientError> {
        let http = connect::http_client(&settings)?;
        Ok(Self(Arc::new(Inner {
            http,
            settings,
            clock,
        })))
    }

    /// What it was made from.
    pub fn settings(&self) -> &ClientSettings {
        &self.0.settings
    }

    /// Publishes one message. Sent once: only connecting is tried again.
    ///
    /// # Errors
    /// Any [`ErrorKind`]; [`ClientError::outcome_unknown`] says whether it may be stored
    /// nonetheless.
    pub async fn publish(
        &self,
        topic: &TopicName,
        message: &NewMessage,
    ) -> Result<Answer<PublishReceipt>, ClientError> {
        let operation = Operation::Publish(message.parts().clone());
        let (reply, answer) = self.call(topic, operation).await?.split();
        match reply {
            Reply::Published(receipt) => Ok(answer.with(receipt)),
            _ => Err(self.off_topic(answer)),
        }
    }

    /// Takes messages for a group. An empty poll is an empty list. A message that arrived
    /// damaged, or not whole because the connection broke, stands in `damaged`.
    ///
    /// A call whose answer was lost is made again: messages that the lost answer held come back
    /// after their invisible time.
    ///
    /// # Errors
    /// Any [`ErrorKind`].
    pub async fn consume(
        &self,
        topic: &TopicName,
        what: &Consume,
    ) -> Result<Answer<MessageList>, ClientError> {
        let operation = Operation::Consume {
            group: what.group.clone(),
            count: what.count,
            wait_secs: what.wait_secs,
            tag: what.tag.clone(),
            mode: what.mode,
        };
        let (reply, answer) = self.call(topic, operation).await?.split();
        match reply {
            Reply::Messages(list) => Ok(answer.with(list)),
            _ => Err(self.off_topic(answer)),
        }
    }

    /// Ends deliveries. The value holds the handles that were refused; empty: all are done.
    ///
    /// If the answer to an ack is lost, it is sent again, and the second answer may refuse with
    /// `MessageNotExist` what the first had done: [`Answer::attempts`] tells.
    ///
    /// # Errors
    /// Any [`ErrorKind`].
    pub async fn ack(
        &self,
        topic: &TopicName,
        group: &GroupId,
        handles: &HandleList,
    ) -> Result<Answer<Vec<AckFailure>>, ClientError> {
        self.end(topic, Some(group), handles, AckAction::Ack).await
    }

    /// Makes half messages visible. A producer that does so with the handle of its publish
    /// names no group. Otherwise as [`Client::ack`].
    ///
    /// # Errors
    /// Any [`ErrorKind`].
    pub async fn commit(
        &self,
        topic: &TopicName,
        group: Option<&GroupId>,
        handles: &HandleList,
    ) -> Result<Answer<Vec<AckFailure>>, ClientError> {
        self.end(topic, group, handles, AckAction::Commit).await
    }

    /// Drops half messages. Otherwise as [`Client::commit`].
    ///
    /// # Errors
    /// Any [`ErrorKind`].
    pub async fn rollback(
        &self,
        topic: &TopicName,
        group: Option<&GroupId>,
        handles: &HandleList,
    ) -> Result<Answer<Vec<AckFailure>>, ClientError> {
        self.end(topic, group, handles, AckAction::Rollback).await
    }

    async fn end(
        &self,
        topic: &TopicName,
        group: Option<&GroupId>,
        handles: &HandleList,
        action: AckAction,
    ) -> Result<Answer<Vec<AckFailure>>, ClientError> {
        let operation = Operation::Ack {
            group: group.cloned(),
            handles: handles.clone(),
            action,
        };
        let (reply, answer) = self.call(topic, operation).await?.split();
        match reply {
            Reply::Acked => Ok(answer.with(Vec::new())),
            // Whoever is not named was acked: a reply about other handles tells nothing.
            Reply::AckRefused(failures)
                if failures
                    .iter()
                    .all(|failure| handles.as_slice().contains(&failure.handle)) =>
            {
                Ok(answer.with(failures))
            }
            _ => Err(self.off_topic(answer)),
        }
    }

    /// Makes a call, and makes it again where that can help. Every attempt is signed anew, as
    /// the signature holds the date.
    async fn call(
        &self,
        topic: &TopicName,
        operation: Operation,
    ) -> Result<Answer<Reply>, ClientError> {
        let Inner {
            http,
            settings,
            clock,
        } = &*self.0;
        let kind = operation.kind();
        let started = clock.now();
        let outgoing = Outgoing::new(
            &Call {
                instance: settings.instance.clone(),
                topic: topic.clone(),
                operation,
            },
            settings,
        )?;
        // Read while an attempt is made, written between two of them.
        let attempts = AtomicU32::new(1);
        let pauses = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(settings.pause)
            .with_max_delay(LONGEST_PAUSE.max(settings.pause))
            .with_max_times(settings.attempts.saturating_sub(1) as usize);
        let outcome = (|| async {
            let attempt = attempts.load(Ordering::Relaxed);
            exchange(http, &outgoing, attempt, settings, clock)
                .await
                .map_err(|error| error.during(kind))
        })
        .retry(pauses)
        .when(ClientError::is_retried)
        .notify(|_, _| {
            attempts.fetch_add(1, Ordering::Relaxed);
        })
        .await;
        let attempts = attempts.into_inner();
        let exchanged = outcome.map_err(|error| error.after(attempts))?;
        Ok(Answer {
            value: exchanged.reply,
            request_id: exchanged.request_id,
            received_at: exchanged.received_at,
            clock_skew_millis: exchanged.clock_skew_millis,
            attempts,
            elapsed: clock.now().since(started),
        })
    }

    /// A reply of this protocol, but to another question. `Reply::decode` never makes one; this
    /// keeps the calls total.
    fn off_topic(&self, answer: Answer<()>) -> ClientError {
        ClientError::new(
            Reason::OtherQuestion,
            format!("{} answered another question", self.0.settings.endpoint),
        )
        .at(&self.0.settings.endpoint)
        .with_request_id(answer.request_id)
        .after(answer.attempts)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}
