//! The settings: from top to bottom, what is typed and does not hold yet, and a file with a mistake.

use egui::{Key, pos2};
use mqscope::i18n::Lang;

use crate::album::Album;
use crate::stage::{Stage, start};
use crate::support::Place;

/// More than there is to scroll.
const TO_THE_END: f32 = -4_000.0;

pub(crate) fn settings(lang: Lang, album: &Album) {
    let mut stage = Stage::begin(lang, album, start(lang));
    stage.stop();
    stage.window.press_with_command(Key::Comma);
    stage.until("settings-title");
    stage.paint("settings");
    let name = stage.t("settings-zone");
    let place = stage.t("settings-zone-place");
    stage.window.click(&format!("{name} · {place}"));
    stage.fill(Place::Only, "settings-zone-place", "america/s");
    let name = stage.t("settings-proxy");
    let address = stage.t("settings-proxy-address");
    stage.window.click(&format!("{name} · {address}"));
    stage.fill(Place::Only, "settings-proxy-address", "ftp://proxy:3128");
    stage.paint("settings-typed");
    stage.click("settings-ask-quit");
    stage.window.turn_wheel(pos2(640.0, 400.0), TO_THE_END);
    stage.paint("settings-end");
    stage.window.write_config("[preferences]\ntheme = 'pink'\n");
    let at = [("line", "2"), ("column", "9")];
    stage.until_with("notice-settings-broken", &at);
    stage.paint("settings-broken");
}
