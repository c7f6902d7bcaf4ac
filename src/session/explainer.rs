//! Explains requests for the debugger, with keys out of the keyring where it says so, and has a
//! sandbox explain what it refused. No key leaves this file.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use crate::cards::{Card, Doing};
use crate::credentials::Credentials;
use crate::protocol::explain::paste::{self, Pasted};
use crate::protocol::explain::{self, Keys, Moment};

use super::debugger::{
    DebuggerEvent, DebuggerJob, DebuggerTrouble, ExplainOrder, Explained, KeysFrom, RequestFrom,
};
use super::say::Trouble;
use super::shared::{Shared, blocking, unusable};
use super::{ConnectionId, Event};

pub(super) async fn run(shared: Arc<Shared>, job: DebuggerJob) {
    let (number, outcome) = match job {
        DebuggerJob::Explain(number, order) => (number, pasted(&shared, *order).await),
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
        Ok(explained(&pasted, keys.as_ref(), moment))
    };
    let failed = || DebuggerTrouble::Other(unusable("trouble-keyring", String::new()));
    blocking(work).await.unwrap_or_else(|| Err(failed()))
}

/// Takes a while: thousands of ways to sign it are tried.
fn explained(pasted: &Pasted, keys: Option<&Credentials>, moment: Moment) -> Explained {
    let keys = keys.map(|keys| Keys {
        access_key: &keys.access_key,
        secret_key: keys.secret_key.expose_secret(),
        security_token: keys
            .security_token
            .as_ref()
            .map(|token| token.expose_secret()),
    });
    let answer = pasted.answer.as_ref();
    Explained {
        from: RequestFrom::Pasted(pasted.form),
        with_keys: keys.is_some_and(|keys| !keys.secret_key.is_empty()),
        explanation: explain::explain(&pasted.request, answer, keys, moment),
    }
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
