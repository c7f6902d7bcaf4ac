//! The exchanges with the brokers: the list, one of them in each of its parts, saving.

use mqscope::i18n::Lang;

use crate::album::Album;
use crate::outside::set_faults;
use crate::scenes::order;
use crate::stage::Stage;
use crate::support::Place;

pub(crate) fn exchanges(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    for place in 0..4 {
        stage.arrives(order(place));
    }
    stage.click("publish-button");
    stage
        .window
        .until("it arrives", |window| window.rows().len() == 5);
    let id = stage.window.rows()[0].clone();
    stage.ack(&id);
    set_faults(&stage.window, &["publish:*:500:next=1"]);
    stage.click("publish-button");
    stage.until("card-server-publish");
    stage.stop();
    stage.click("traffic-open");
    let publish = stage.t("traffic-publish");
    stage.until_row("traffic-publish");
    stage.paint("traffic");
    stage.fill(Place::Only, "traffic-filter", "is:publish");
    stage.window.settle();
    stage.click_exchange(&publish);
    stage.until("traffic-summary");
    stage.paint("traffic-summary");
    for (key, view) in [
        ("traffic-request", "traffic-request"),
        ("traffic-reply", "traffic-reply"),
        ("traffic-signed", "traffic-signed"),
    ] {
        stage.click(key);
        stage.paint(view);
    }
    stage.click("traffic-copy");
    stage.paint("traffic-copy");
    stage.window.press(egui::Key::Escape);
    stage.click("traffic-save");
    stage.paint("traffic-save");
}
