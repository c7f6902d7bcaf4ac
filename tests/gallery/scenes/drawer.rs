//! The drawer at the bottom and what ends a window: notices, history, plots, the question before
//! quitting.

use mqscope::i18n::Lang;

use crate::album::Album;
use crate::outside::{publish, set_faults};
use crate::scenes::order;
use crate::stage::Stage;
use crate::support::Place;

pub(crate) fn history_and_plots(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    stage.stop();
    stage.click("history-open");
    stage.until("history-none");
    stage.paint("history-none");
    for n in 0..5 {
        stage.fill(Place::Form, "field-key", &format!("order-{}", 1043 + n));
        if n == 3 {
            set_faults(&stage.window, &["publish:*:qps:next=1"]);
        }
        stage.click("publish-button");
        stage.until_history(n + 1);
    }
    stage.paint("history");
    stage.click_history("order-1044");
    stage.until("fact-request");
    stage.paint("history-details");

    stage.click("view-start");
    // Half a minute of arrivals, and acks now and then.
    for second in 0..30_u64 {
        for n in 0..(second * 7 % 5) {
            publish(&stage.window, order((second + n) as usize));
        }
        stage.wait(1);
        if second % 4 == 3 {
            let newest = stage.window.rows()[0].clone();
            stage.ack_if_held(&newest);
        }
    }
    stage.click_figures();
    stage.window.settle();
    stage.paint("plots");
    stage.click("plots-all");
    stage.paint("plots-all");
    stage.click_begins("notices-title");
    stage.paint("notices");
}

pub(crate) fn quitting(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    for place in 0..3 {
        stage.arrives(order(place));
    }
    assert!(!stage.window.asks_to_close());
    stage.paint("quit");
}
