//! Views of another kind: half messages, dead letters, messages in order.

use mqscope::i18n::Lang;

use crate::album::Album;
use crate::outside::publish;
use crate::scenes::order;
use crate::stage::{Stage, start};
use crate::support::Place;

/// Undecided, late, and handed out for a check.
pub(crate) fn halves(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    stage.click("publish-more-half");
    stage.click("field-half");
    stage.fill(Place::Form, "field-check-after", "10s");
    stage.click("publish-button");
    stage.until("halves-to-decide");
    stage.fill(Place::Form, "field-check-after", "60s");
    stage.fill(Place::Form, "field-key", "order-1044");
    stage.click("publish-button");
    stage
        .window
        .until("two are undecided", |window| window.shows("1:00"));
    stage.wait(3);
    stage.click_with("halves-count", &[("n", "2")]);
    stage.paint("halves");
    stage.wait(7);
    stage.until("half-late");
    stage.paint("halves-late");
    stage.click_row("half-check-row");
    stage.click("view-start");
    stage
        .window
        .until("it is handed out", |window| window.rows().len() == 1);
    stage.paint("halves-check");
}

pub(crate) fn dead_letters(lang: Lang, album: &Album) {
    let mut start = start(lang);
    start.max_deliveries = 1;
    let mut stage = Stage::begin(lang, album, start);
    for place in 0..5 {
        stage.arrives(order(place));
    }
    stage.pass_to(301);
    stage.click("letters-short");
    stage.click("view-start");
    stage
        .window
        .until("the letters", |window| window.rows().len() == 5);
    stage.paint("letters");
    stage.stop();
    stage.click("select-all");
    stage.click_with("letters-resend", &[("n", "5")]);
    stage.paint("letters-resend");
    stage.click_with("letters-send", &[("n", "5")]);
    let done = stage.t("letters-dismiss");
    stage
        .window
        .until("they are sent", |window| window.has(&done));
    stage.paint("letters-sent");
}

pub(crate) fn an_order(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    stage.stop();
    stage.click_begins("field-kind");
    stage.click("kind-ordered");
    for (place, shard) in ["shop-17", "shop-17", "shop-03", "shop-03"]
        .iter()
        .enumerate()
    {
        let mut message = order(place);
        message.sharding_key = Some((*shard).to_owned());
        publish(&stage.window, message);
    }
    stage.click("view-start");
    stage
        .window
        .until("the first of each", |window| window.rows().len() >= 2);
    stage.window.settle();
    stage.paint("ordered");
}
