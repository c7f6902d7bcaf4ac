//! Looks into a sandbox and carries out what is asked of it, through its admin API: the embedded
//! one and remote ones alike. Nothing is tried twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::cards::{Card, Doing};
use crate::client::{AdminClient, ClientError};
use crate::protocol::admin::{ClockMove, Refusals};

use super::control::{AdminAnswer, AdminWish, Look};
use super::say::Trouble;
use super::shared::Shared;
use super::{ConnectionId, Event};

/// How often a sandbox is looked at while somebody watches.
const PACE: Duration = Duration::from_secs(1);

/// Looks again and again until `stop` is true or gone, and at once after something was done.
/// Tells only what is new.
pub(super) async fn watch(shared: Arc<Shared>, id: ConnectionId, mut stop: watch::Receiver<bool>) {
    let mut pace = tokio::time::interval(PACE);
    // A slow sandbox is not asked more often for being slow.
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told: Option<Result<Look, Box<Trouble>>> = None;
    while !*stop.borrow() {
        tokio::select! {
            _ = pace.tick() => {}
            () = shared.look_now.notified() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let seen = tokio::select! {
            seen = look(&shared, &id) => seen,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        if !told.as_ref().is_some_and(|told| is_same(told, &seen)) {
            told = Some(seen.clone());
            shared
                .emit(Event::Looked(id.clone(), seen.map(Box::new)))
                .await;
        }
    }
}

async fn look(shared: &Arc<Shared>, id: &ConnectionId) -> Result<Look, Box<Trouble>> {
    let client = shared.admin_client(id).await?;
    let seen = async {
        let clock = client.clock().await?;
        let here = shared.clock.now();
        Ok(Look {
            overview: client.overview().await?,
            skew_millis: clock.now.millis().saturating_sub(here.millis()),
            clock,
            statistics: client.statistics().await?,
            faults: client.faults().await?,
            refusals: refusals(&client).await?,
        })
    };
    seen.await.map_err(|error| told(&error, Doing::Look))
}

/// Whether the one tells nothing that the other does not. An answer may differ in its date alone.
fn is_same(one: &Result<Look, Box<Trouble>>, other: &Result<Look, Box<Trouble>>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => one == other,
        (Err(one), Err(other)) => one.what == other.what && one.detail == other.detail,
        _ => false,
    }
}

/// Sandboxes of an earlier version keep none.
async fn refusals(client: &AdminClient) -> Result<Refusals, ClientError> {
    match client.refusals(0).await {
        Err(error) if error.status() == Some(404) => Ok(Refusals::default()),
        told => told,
    }
}

/// Does what is asked, tells how it ended, and has the sandbox looked at again.
pub(super) async fn carry_out(shared: Arc<Shared>, id: ConnectionId, wish: AdminWish) {
    let peeked = matches!(wish, AdminWish::Peek(_));
    let doing = match peeked {
        true => Doing::Look,
        false => Doing::Change,
    };
    let answer = match shared.admin_client(&id).await {
        Ok(client) => ask(&client, &wish)
            .await
            .map_err(|error| told(&error, doing)),
        Err(trouble) => Err(trouble),
    };
    shared.emit(Event::Admin(id, Box::new(wish), answer)).await;
    if !peeked {
        shared.look_now.notify_one();
    }
}

async fn ask(client: &AdminClient, wish: &AdminWish) -> Result<AdminAnswer, ClientError> {
    match wish {
        AdminWish::Peek(query) => return client.peek(query).await.map(AdminAnswer::Peeked),
        AdminWish::Resend(what) => return client.resend(what).await.map(AdminAnswer::Resent),
        AdminWish::Purge(topic) => client.purge(topic).await?,
        AdminWish::ResetGroup(what) => client.reset_group(what).await?,
        AdminWish::DeleteTopic(topic) => client.delete_topic(topic).await?,
        AdminWish::DeleteGroup(group) => client.delete_group(group).await?,
        AdminWish::Expire(what) => client.expire(what).await?,
        AdminWish::MoveClock(how) => drop(client.move_clock(*how).await?),
        AdminWish::RealTime => {
            let clock = client.move_clock(ClockMove::Resume {}).await?;
            let to = clock.real_now;
            client.move_clock(ClockMove::Set { to }).await?;
        }
        AdminWish::SetFaults(plan) => drop(client.set_faults(plan).await?),
        AdminWish::AddFault(rule) => drop(client.add_fault(rule).await?),
        AdminWish::RemoveFault(id) => drop(client.remove_fault(*id).await?),
        AdminWish::ClearFaults => drop(client.clear_faults().await?),
        AdminWish::ForgetRefusals => client.forget_refusals().await?,
    }
    Ok(AdminAnswer::Done)
}

fn told(error: &ClientError, doing: Doing) -> Box<Trouble> {
    Box::new(Card::of_error(error, doing).into())
}
