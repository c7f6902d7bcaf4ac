//! The details of a message, in every way to look at it.

use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mqscope::i18n::Lang;

use crate::album::Album;
use crate::outside::{publish, set_faults};
use crate::scenes::{order, text};
use crate::stage::Stage;
use crate::support::Place;

pub(crate) fn every_viewer(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    let first = stage.arrives(order(0));
    let xml = stage.arrives(order(5));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(order(0).body.as_bytes()).unwrap();
    let packed = BASE64_STANDARD.encode(packed.finish().unwrap());
    let packed = stage.arrives(text(&packed));
    let mut changed = order(0);
    for (old, new) in [
        ("129.00", "119.00"),
        ("\"n\": 2", "\"n\": 1"),
        ("null", "\"SAVE10\""),
    ] {
        changed.body = changed.body.replace(old, new);
    }
    let changed = stage.arrives(changed);
    stage.stop();
    stage.look_into(&first);
    stage.paint("message-json");
    stage.click("viewer-copy");
    stage.paint("message-copy-menu");
    stage.window.press(egui::Key::Escape);
    for (key, view) in [
        ("look-text", "message-text"),
        ("look-hex", "message-hex"),
        ("look-raw", "message-raw"),
    ] {
        stage.click(key);
        stage.paint(view);
    }
    stage.click("look-text");
    stage.click("viewer-find-open");
    stage.fill(Place::Only, "viewer-find", "sku");
    stage.until_text("1/2");
    stage.paint("message-find");
    stage.click("viewer-find-close");

    stage.look_into(&xml);
    stage.click("look-xml");
    stage.paint("message-xml");

    stage.look_into(&packed);
    stage.click("look-json");
    stage.paint("message-decoded");

    stage.look_into(&changed);
    stage.click("look-diff");
    stage.click("viewer-diff-key");
    let with = stage.t_with("viewer-diff-with", &[("id", &first)]);
    let short = with.split(&first).next().unwrap_or_default().to_owned();
    stage.until_text(&short);
    stage.window.settle();
    stage.paint("message-diff");

    // Twice more: a timeline of three deliveries, of which two ended without an ack.
    stage.click("look-json");
    stage.click("view-start");
    for (at, here, expired) in [(310, "2", "1"), (620, "3", "2")] {
        stage.pass_to(at);
        stage.until_with("deliveries-counts", &[("here", here), ("expired", expired)]);
    }
    stage.paint("message-timeline");
}

pub(crate) fn a_damaged_one(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    stage.stop();
    set_faults(&stage.window, &["consume:*:illegal-character:next=1"]);
    let id = publish(&stage.window, order(3));
    stage.click("view-start");
    stage
        .window
        .until("it arrives", |window| window.rows().contains(&id));
    stage.window.look_into(&id);
    stage.until_text("U+00");
    stage.paint("message-damaged");
}
