//! Places with nothing in them: each says what it is and what to do next.

use egui::Key;
use mqscope::i18n::Lang;
use mqscope::protocol::Profile;

use crate::album::Album;
use crate::outside::publish;
use crate::scenes::order;
use crate::stage::{Stage, start};
use crate::support::{Place, Window};

pub(crate) fn places_with_nothing(lang: Lang, album: &Album) {
    let start = start(lang).with("desk", Profile::Tdmq, "http://127.0.0.1:9");
    let mut stage = Stage::begin(lang, album, start);
    stage.click("view-pause");
    stage.until("empty-paused");
    stage.paint("empty-paused");
    stage.click("view-resume");
    stage.stop();
    stage.click("traffic-open");
    stage.window.settle();
    stage.click("traffic-clear");
    stage.until("traffic-none");
    stage.paint("empty-traffic");
    stage.click_with("notices-count", &[("n", "0")]);
    stage.until("notices-none");
    stage.paint("empty-notices");
    stage.click_figures();
    stage.window.settle();
    stage.paint("empty-plots");
    stage.click_room();
    stage.window.settle();
    stage.paint("empty-room");
    stage.click_room();

    stage.click_with("connection-use", &[("name", "desk")]);
    stage.click("view-new");
    stage.until("empty-keys");
    stage.paint("empty-keys");
    let path = stage.window.make_file("nothing.jsonl", "");
    stage.click("open-menu");
    stage.fill(Place::Only, "open-file", &path);
    let open = stage.t("open-yes");
    stage
        .window
        .until("it is found", |window| window.is_on(&open));
    stage.click("open-yes");
    stage.until("empty-file");
    stage.paint("empty-file");
}

/// No half message any more, nothing found in the history, in the traffic and in the palette.
pub(crate) fn nothing_found(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    stage.click("publish-more-half");
    stage.click("field-half");
    stage.fill(Place::Form, "field-check-after", "10s");
    stage.click("publish-button");
    stage.until("halves-to-decide");
    stage.click_row("half-rollback-row");
    let over = stage.t("half-rolled-back");
    stage.click("publish-more-half");
    stage.click_with("halves-count", &[("n", "0")]);
    stage.window.until_shown(&over);
    stage.click("halves-forget");
    stage.until("halves-none");
    stage.paint("empty-halves");
    stage.stop();
    stage.click("history-open");
    stage.until_history(1);
    stage.fill(Place::Only, "history-filter", "quince");
    stage.until("history-not-found");
    stage.paint("history-not-found");
    stage.click("traffic-open");
    stage.fill(Place::Only, "traffic-filter", "quince");
    stage.until("traffic-not-found");
    stage.paint("traffic-not-found");
    stage.fill(Place::Only, "traffic-filter", "");
    publish(&stage.window, order(0));
    stage.window.leave_fields();
    stage.window.press_with_command(Key::K);
    stage.window.write("quince");
    stage.until("palette-nothing");
    stage.paint("palette-nothing");
}

/// A sandbox that could not start.
pub(crate) fn no_sandbox(lang: Lang, album: &Album) {
    let mut start = start(lang);
    // Not an address of this machine.
    start.listen = "192.0.2.1:8080".parse().unwrap();
    let mut stage = Stage::on(lang, album, Window::start(start));
    stage.until("empty-sandbox");
    stage.paint("empty-sandbox");
    stage.click_with("notices-count", &[("n", "1")]);
    stage.paint("empty-sandbox-notice");
}
