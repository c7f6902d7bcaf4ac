//! Has a connection examined, and tells the window of every check as soon as it is made.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::cards::{Card, Doing};
use crate::client::ClientSettings;
use crate::doctor::{self, Check, Patient};

use super::Event;
use super::checkup::{CheckupEvent, ExamineOrder};
use super::say::Trouble;
use super::shared::{Shared, blocking, unusable};

pub(super) async fn run(shared: Arc<Shared>, number: u64, order: ExamineOrder) {
    let failed = examine(&shared, number, order).await.err();
    let ended = CheckupEvent::Ended(number, failed);
    shared.emit(Event::Checkup(Box::new(ended))).await;
}

async fn examine(
    shared: &Arc<Shared>,
    number: u64,
    order: ExamineOrder,
) -> Result<(), Box<Trouble>> {
    let patient = patient(shared, order).await?;
    let (tell, mut told) = mpsc::channel(Check::ALL.len());
    let clock = shared.clock.clone();
    let work = async move {
        // There is room for every check, and somebody listens until the last one.
        let examined = doctor::examine(&patient, &clock, |finding| drop(tell.try_send(finding)));
        examined.await
    };
    let pass_on = async {
        while let Some(finding) = told.recv().await {
            let found = CheckupEvent::Found(number, finding);
            shared.emit(Event::Checkup(Box::new(found))).await;
        }
    };
    let (examined, ()) = tokio::join!(work, pass_on);
    examined.map_err(|error| Box::new(Card::of_error(&error, Doing::Examine).into()))
}

async fn patient(shared: &Arc<Shared>, order: ExamineOrder) -> Result<Patient, Box<Trouble>> {
    let ExamineOrder {
        profile,
        keys,
        consume,
    } = order;
    let named = |text: &str| text.trim().to_owned();
    let (topic, group) = (named(&profile.topic), named(&profile.group));
    let kind = profile.kind;
    let asked = Arc::clone(shared);
    let settings: Option<Result<ClientSettings, _>> =
        blocking(move || asked.settings_with(&profile, keys)).await;
    Ok(Patient {
        settings: settings.unwrap_or_else(|| Err(unusable("trouble-keyring", String::new())))?,
        kind: Some(kind),
        topic: topic.parse().ok(),
        group: group.parse().ok(),
        consume,
    })
}
