//! From status and body to what the call gets: which refusals are results, what is left of an
//! answer that ends early. Reads nothing from the network.

use crate::protocol::{
    AckFailure, DamagedMessage, DecodeError, FaultCode, MessageList, OperationKind, ReceiptHandle,
    Reply,
};

use super::diagnose;
use super::error::ClientError;
use super::raw;
use super::reason::Reason;
use super::settings::ClientSettings;

/// What came for a request.
pub(super) struct Received<'a> {
    pub(super) asked: OperationKind,
    /// The handles that an ack was about.
    pub(super) handles: &'a [ReceiptHandle],
    pub(super) status: u16,
    pub(super) content_type: &'a str,
    pub(super) body: &'a [u8],
    pub(super) ending: Ending,
    pub(super) clock_skew_millis: i64,
}

/// How the body ended.
pub(super) enum Ending {
    /// As the server meant it to.
    Whole,
    /// Before that, and why.
    Early(ClientError),
}

/// What it means: a reply that answers the question, or why there is none.
pub(super) fn understand(
    received: Received<'_>,
    settings: &ClientSettings,
) -> Result<Reply, ClientError> {
    let Received {
        asked,
        handles,
        status,
        content_type,
        body,
        ending,
        clock_skew_millis,
    } = received;
    let foreign =
        |what: String| diagnose::not_this_protocol(status, content_type, body, what, settings);
    let early = match ending {
        Ending::Whole => None,
        Ending::Early(problem) => Some(problem),
    };
    match (Reply::decode(asked, status, body), early) {
        (Ok(Reply::Acked), None) if status != 204 && !is_blank(body) => {
            // A page for logging in, say: it would be wrong to believe that something was acked.
            Err(foreign(format!(
                "HTTP {status} with text where an ack has none"
            )))
        }
        (Ok(Reply::Messages(mut list)), Some(problem)) => {
            note_missing_rest(&mut list, body, &problem);
            Ok(Reply::Messages(list))
        }
        (Ok(Reply::Fault(fault)), _) => match (asked, &fault.code) {
            (OperationKind::Consume, FaultCode::MessageNotExist) => {
                Ok(Reply::Messages(MessageList::default()))
            }
            // One fault for the whole list: every handle came too late.
            (OperationKind::Ack, FaultCode::MessageNotExist) => Ok(Reply::AckRefused(
                handles
                    .iter()
                    .map(|handle| AckFailure {
                        handle: handle.clone(),
                        code: fault.code.clone(),
                        message: fault.message.clone(),
                    })
                    .collect(),
            )),
            _ => Err(diagnose::refused(fault, clock_skew_millis, settings)),
        },
        (Ok(Reply::AckRefused(failures)), _)
            if asked != OperationKind::Ack || failures.is_empty() =>
        {
            Err(ClientError::new(
                Reason::OtherQuestion,
                format!(
                    "{} refused with HTTP {status} and a list that names nothing of the request",
                    settings.endpoint
                ),
            )
            .at(&settings.endpoint))
        }
        (Ok(reply), _) => Ok(reply),
        (Err(_), Some(problem)) => Err(problem),
        (Err(problem @ DecodeError::NotThisProtocol { .. }), None) => {
            Err(foreign(problem.to_string()))
        }
        // Few pages are XML.
        (Err(problem), None) if raw::is_foreign(status, content_type, body) => {
            Err(foreign(format!("HTTP {status} with {problem}")))
        }
        (Err(problem), None) => Err(ClientError::new(
            Reason::Unreadable,
            format!(
                "the answer of {} cannot be read: {problem}",
                settings.endpoint
            ),
        )
        .at(&settings.endpoint)),
    }
}

/// The messages that were cut off are leased like the others; if none of them is left in
/// pieces, the list still has to say that there was more.
fn note_missing_rest(list: &mut MessageList, body: &[u8], problem: &ClientError) {
    let last = |mark: &[u8]| body.windows(mark.len()).rposition(|window| window == mark);
    let ends_inside_a_message = last(b"<Message>") > last(b"</Message>");
    let is_complete = last(b"</Messages>").is_some();
    if ends_inside_a_message || is_complete {
        return;
    }
    list.damaged.push(DamagedMessage {
        message_id: None,
        receipt_handle: None,
        next_consume_time: None,
        problem: DecodeError::NotXml {
            at: body.len() as u64,
            what: format!("the rest is missing: {}", problem.summary()),
        },
        raw: String::new(),
    });
}

fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}
