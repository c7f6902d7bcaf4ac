//! Consume views: the first one, leases in every state, what the table can do, several side by
//! side, and views that cannot consume.

use egui::{Pos2, vec2};
use mqscope::i18n::Lang;

use crate::album::Album;
use crate::outside::set_faults;
use crate::scenes::order;
use crate::stage::{Stage, start};
use crate::support::Place;

pub(crate) fn first_start(lang: Lang, album: &Album) {
    let mut start = start(lang);
    start.config.preferences.first_minute_seen = false;
    let mut stage = Stage::begin(lang, album, start);
    stage.paint("first-minute");
    stage.click("first-minute-close");
    stage.wait(3);
    stage.paint("first-start");
    stage.stop();
    stage.click("help");
    stage.paint("help");
    stage.click("help-about");
    stage.paint("about");
    drop(stage);

    let mut stage = Stage::open(lang, album);
    stage.click("publish-button");
    stage
        .window
        .until("it arrives", |window| window.rows().len() == 1);
    stage.paint("first-message");
}

/// What can be done, and by which keys.
pub(crate) fn by_keyboard(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    stage.arrives(order(0));
    stage.stop();
    stage.window.leave_fields();
    stage.window.press_with_command(egui::Key::K);
    stage.paint("palette");
    stage.window.press(egui::Key::Escape);
    stage.window.leave_fields();
    stage.window.press(egui::Key::Questionmark);
    stage.until("place-table");
    stage.paint("shortcuts");
}

/// Plenty of time, about to end, over; acked; come again.
pub(crate) fn leases_in_every_state(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    let again = stage.arrives(order(0));
    stage.pass_to(300);
    stage.wait_for("2", &again);
    stage.arrives(order(1));
    stage.pass_to(350);
    stage.arrives(order(2));
    let acked = stage.arrives(order(3));
    stage.pass_to(560);
    for place in 4..8 {
        stage.arrives(order(place));
    }
    let also_acked = stage.window.rows()[1].clone();
    stage.ack(&acked);
    stage.ack(&also_acked);
    // The first ones have 25 seconds left, the next 75.
    stage.pass_to(575);
    stage.paint("leases");
    stage.wait(3);
    stage.look_into(&again);
    stage.paint("leases-details");
    stage.stop();
    stage.window.set_time(Stage::at(612));
    stage.paint("leases-returned");
}

/// Filter, selection, columns, pause, and two views.
pub(crate) fn table(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    let ids: Vec<String> = (0..16).map(|place| stage.arrives(order(place))).collect();
    stage.click("view-pause");
    stage.paint("table-paused");
    stage.click("view-resume");
    stage.stop();
    stage.fill(Place::Only, "filter-name", "tag:paid amount -alipay");
    stage.paint("table-filtered");
    stage.fill(Place::Only, "filter-name", "tag:paid /(a|b/");
    stage.paint("table-filter-wrong");
    stage.fill(Place::Only, "filter-name", "quince");
    stage.paint("table-filter-nothing");
    stage.fill(Place::Only, "filter-name", "");
    for id in &ids[10..14] {
        stage.click_with("select-row", &[("id", id)]);
    }
    stage.paint("table-selected");
    stage.click("table-columns");
    stage.paint("table-columns");
    stage.window.press(egui::Key::Escape);
    let at = stage.window.beside_check_box(&ids[12]);
    stage.window.open_menu_at(at);
    stage.paint("table-row-menu");
    stage.window.press(egui::Key::Escape);
    stage.click("view-new");
    stage.paint("view-new");
    stage.fill(Place::Head, "field-group", "GID_audit");
    stage.click("view-start");
    stage
        .window
        .until("its own messages", |window| window.rows().len() > 8);
    let first = stage.t_with("view-title", &[("topic", "orders"), ("group", "GID_debug")]);
    let first = format!("{first} · {}", stage.t("view-is-stopped"));
    let from = stage.middle(&first);
    stage
        .window
        .drag(from, Pos2::new(930.0, from.y) + vec2(0.0, 300.0));
    stage.paint("views-side-by-side");
}

/// Nothing is there, the server is in trouble, the server refuses.
pub(crate) fn troubles(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    let title = stage.t("card-empty");
    stage.click_with("card-why-empty-of", &[("title", &title)]);
    stage.paint("inbox-empty-why");
    stage.click_with("card-why-empty-of", &[("title", &title)]);
    set_faults(&stage.window, &["consume:*:503-text"]);
    stage.arrives(order(3));
    let next = stage.t("card-next-broker-up");
    stage
        .window
        .until_in_time("the banner", |window| window.shows(&next));
    stage.paint("inbox-trouble");
    set_faults(&stage.window, &["consume:*:403"]);
    let start = stage.t("view-start");
    stage
        .window
        .until_in_time("the refusal", |window| window.shows(&start));
    let title = stage.t("card-denied-consume");
    stage.click_topmost_with("card-why-of", &[("title", &title)]);
    stage.paint("inbox-refused");
}
