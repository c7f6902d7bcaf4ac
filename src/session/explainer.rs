//! Explains requests for the debugger, with keys out of the keyring where it says so, and has a
//! sandbox explain what it refused. No key leaves this file.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use crate::cards::{Card, Doing};
use crate::client::{Exchange, SeenReply, SentValue};
use crate::credentials::Credentials;
use crate::protocol::FaultCode;
use crate::protocol::explain::paste;
use crate::protocol::explain::{self, Explanation, Keys, Moment, SentRequest, ServerAnswer};

use super::debugger::{
    DebuggerEvent, DebuggerJob, DebuggerTrouble, ExplainOrder, Explained, KeysFrom, RequestFrom,
};
use super::say::Trouble;
use super::shared::{Shared, blocking, unusable};
use super::traffic::Seen;
use super::{ConnectionId, Event};

pub(super) async fn run(shared: Arc<Shared>, job: DebuggerJob) {
    let (number, outcome) = match job {
        DebuggerJob::Explain(number, order) => (number, pasted(&shared, *order).await),
        DebuggerJob::Exchange(number, seen) => {
            let found = exchanged(&shared, seen).await;
            (number, found.map_err(DebuggerTrouble::Other))
        }
        DebuggerJob::Refusal(number, sandbox, refusal) => {
            let found = refused(&shared, sandbox, refusal).await;
            (number, found.map_err(DebuggerTrouble::Other))
        }
    };
    let event = match outcome {
        Ok(found) => DebuggerEvent::Explained(number, Box::new(found)),
        Err(trouble) => DebuggerEvent::Failed(number, trouble),
    };
    shared.emit(Event::Debugger(Box::new(event))).await;
}

async fn pasted(shared: &Arc<Shared>, order: ExplainOrder) -> Result<Explained, DebuggerTrouble> {
    let now = shared.clock.now();
    let asked = Arc::clone(shared);
    let work = move || {
        // First: what is wrong with it is said without asking for the keyring's password.
        let pasted = paste::read(&order.text).map_err(DebuggerTrouble::Paste)?;
        let keys = match &order.keys {
            KeysFrom::Nowhere => None,
            KeysFrom::Connection(id) => {
                let keys = asked.keys_of(id).map_err(DebuggerTrouble::Other)?;
                Some(keys)
            }
            KeysFrom::Typed(keys) => Some(keys.clone()),
        };
        let moment = order.sent_at.map_or(Moment::Now(now), Moment::At);
        let answer = pasted.answer.as_ref();
        Ok(Explained {
            from: RequestFrom::Pasted(pasted.form),
            with_keys: keys.as_ref().is_some_and(has_secret),
            explanation: explained(&pasted.request, answer, keys.as_ref(), moment),
        })
    };
    let failed = || DebuggerTrouble::Other(unusable("trouble-keyring", String::new()));
    blocking(work).await.unwrap_or_else(|| Err(failed()))
}

fn has_secret(keys: &Credentials) -> bool {
    !keys.secret_key.expose_secret().is_empty()
}

/// Takes a while: thousands of ways to sign it are tried.
fn explained(
    request: &SentRequest,
    answer: Option<&ServerAnswer>,
    keys: Option<&Credentials>,
    moment: Moment,
) -> Explanation {
    let keys = keys.map(|keys| Keys {
        access_key: &keys.access_key,
        secret_key: keys.secret_key.expose_secret(),
        security_token: keys
            .security_token
            .as_ref()
            .map(|token| token.expose_secret()),
    });
    explain::explain(request, answer, keys, moment)
}

async fn exchanged(shared: &Arc<Shared>, seen: Arc<Seen>) -> Result<Explained, Box<Trouble>> {
    let asked = Arc::clone(shared);
    let work = move || {
        let keys = asked.keys_of(&seen.connection)?;
        let exchange = &seen.exchange;
        let answer = exchange.reply.as_ref().and_then(answer_of);
        let expired = answer.as_ref().and_then(|answer| answer.code.as_ref());
        // Our own clock is right unless the server says otherwise: its time may have been moved.
        let moment = match expired == Some(&FaultCode::TimeExpired) {
            true => Moment::Now(exchange.started_at),
            false => Moment::At(exchange.started_at),
        };
        let request = request_of(exchange);
        Ok(Explained {
            with_keys: has_secret(&keys),
            explanation: explained(&request, answer.as_ref(), Some(&keys), moment),
            from: RequestFrom::Exchange(Arc::clone(&seen)),
        })
    };
    let failed = || unusable("trouble-keyring", String::new());
    blocking(work).await.unwrap_or_else(|| Err(failed()))
}

/// The request with its signature, as it was sent.
fn request_of(exchange: &Exchange) -> SentRequest {
    let request = &exchange.request;
    let value = |value: &SentValue| match value {
        SentValue::Text(text) => text.clone(),
        SentValue::Signed {
            access_key,
            signature,
        } => format!("MQ {access_key}:{}", signature.reveal()),
        SentValue::Withheld(word) => (*word).to_owned(),
    };
    let headers = request.headers.iter();
    SentRequest {
        method: request.method.to_owned(),
        target: request.target.clone(),
        headers: headers
            .map(|(name, sent)| (name.clone(), value(sent)))
            .collect(),
        body: (request.body.cut() == 0).then(|| request.body.bytes.to_vec()),
    }
}

fn answer_of(reply: &SeenReply) -> Option<ServerAnswer> {
    let mut text = format!("{} {}\n", reply.version, reply.status);
    for (name, value) in &reply.headers {
        text.extend([name, ": ", value, "\n"]);
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(&reply.body.bytes));
    paste::answer(&text)
}

async fn refused(
    shared: &Arc<Shared>,
    sandbox: ConnectionId,
    number: u64,
) -> Result<Explained, Box<Trouble>> {
    let client = shared.admin_client(&sandbox).await?;
    let explained = client.explain_refusal(number).await;
    let explained =
        explained.map_err(|error| Box::new(Card::of_error(&error, Doing::Look).into()))?;
    Ok(Explained::by_sandbox(sandbox, explained))
}
