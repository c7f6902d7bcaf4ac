//! Sample data: where they are asked for, while they are made, and what they fill.

use egui::Key;
use mqscope::i18n::Lang;

use crate::album::Album;
use crate::stage::{Stage, start};

pub(crate) fn sample_data(lang: Lang, album: &Album) {
    // So many deliveries before a message dies take a while to make.
    let mut slow = start(lang);
    slow.max_deliveries = 1_000_000;
    let mut stage = Stage::begin(lang, album, slow);
    stage.click("samples-fill");
    let all = stage.t_with("samples-filling", &[("done", "7"), ("total", "7")]);
    let all = all.split('7').nth(1).unwrap_or_default().to_owned();
    stage.until_text(&all);
    stage.paint("samples-going-on");
    stage.click("samples-stop");
    drop(stage);

    let mut start = start(lang);
    start.max_deliveries = 6;
    let mut stage = Stage::begin(lang, album, start);
    stage.open_room();
    stage.click("samples");
    stage.paint("samples-menu");
    stage.window.press(Key::Escape);
    stage.click("samples-fill");
    let view = [("topic", "shop-orders"), ("group", "GID_shop-desk")];
    let view = stage.t_with("view-title", &view);
    stage.until_text(&view);
    stage
        .window
        .until("orders arrive", |window| window.rows().len() >= 5);
    stage.paint("samples-room");
    stage.click_room();
    stage.stop();
    let newest = stage.window.rows()[0].clone();
    stage.window.look_into(&newest);
    stage.window.settle();
    stage.paint("samples");
}
