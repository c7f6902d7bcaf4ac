//! The publish form: what it says of mistakes, previews, templates, programs, and many messages at
//! once.

use egui::Key;
use mqscope::i18n::Lang;
use mqscope::protocol::Profile;

use crate::album::Album;
use crate::outside::set_faults;
use crate::scenes::order;
use crate::stage::{Stage, start};
use crate::support::Place;

pub(crate) fn forms(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    stage.arrives(order(0));
    stage.stop();
    stage.fill(Place::Form, "field-topic", "or ders");
    stage.fill(Place::Form, "field-tag", "a||b");
    stage.fill(Place::Form, "field-key", "order:1043");
    stage.click("deliver-after");
    stage.fill(Place::Form, "deliver-after-name", "soon");
    stage.fill(Place::Form, "field-body", "{ \"order\": 1043,");
    stage.click("publish-button");
    stage.paint("publish-mistakes");

    stage.fill(Place::Form, "field-topic", "orders");
    stage.fill(Place::Form, "field-tag", "paid");
    stage.fill(Place::Form, "deliver-after-name", "1h 30m");
    stage.click("variables");
    stage.fill(Place::Form, "field-key", "order-{{seq}}");
    stage.fill(
        Place::Form,
        "field-body",
        "{\n  \"order\": {{seq}},\n  \"at\": \"{{now}}\",\n  \"amount\": {{random 1 100}}\n}",
    );
    stage.click("preview");
    stage.paint("publish-preview");
    stage.click("preview");
    stage.click("deliver-at");
    stage.fill(Place::Form, "deliver-at-name", "2026-11-23 09:00");
    stage.click("publish-more-half");
    stage.fill(Place::Form, "field-sharding-key", "shop-17");
    stage.paint("publish-more");

    for path in ["orders/paid", "orders/refund", "ping"] {
        stage.click("templates");
        stage.fill(Place::Only, "templates-save-as", path);
        stage.click("templates-save");
        stage.window.press(Key::Escape);
    }
    stage.click("templates");
    let load = stage.t_with("templates-load", &[("path", "ping")]);
    stage
        .window
        .until("they are there", |window| window.has(&load));
    stage.paint("publish-templates");
    stage.window.press(Key::Escape);
    stage.click("code-open");
    stage.paint("publish-code");
    stage.click("close");

    // A refusal is told where one published.
    stage.click("deliver-now");
    stage.click("publish-more-half");
    set_faults(&stage.window, &["publish:*:403:next=1"]);
    stage.click("publish-button");
    stage.until("card-denied-publish");
    stage.paint("publish-refused");
    let title = stage.t("card-denied-publish");
    stage.click_topmost_with("card-why-of", &[("title", &title)]);
    stage.click("card-raw");
    stage.until_text("<Code>");
    stage.paint("publish-refused-card");
}

pub(crate) fn runs(lang: Lang, album: &Album) {
    let mut start = start(lang).with("production", Profile::Aliyun, "http://127.0.0.1:9");
    start.config.profiles[0].color = mqscope::config::ProfileColor::Red;
    let mut stage = Stage::begin(lang, album, start);
    stage.click("variables");
    stage.fill(Place::Form, "field-key", "order-{{seq}}");
    stage.click("outbox-repeat");
    stage.number("outbox-times", "50");
    stage.number("outbox-rate", "10");
    stage.paint("run-form");
    stage.click_with("outbox-publish-times", &[("n", "50")]);
    stage.until_text("1 ");
    for _ in 0..2 {
        stage.wait(1);
        stage
            .window
            .until("more are there", |window| window.rows().len() > 5);
    }
    stage.until_with("run-progress", &[("done", "21"), ("total", "50")]);
    stage.paint("run-goes-on");
    stage.click("run-stop");
    let done = stage.t("run-dismiss");
    stage
        .window
        .until("it has stopped", |window| window.has(&done));
    stage.paint("run-stopped");
    stage.click("run-dismiss");
    stage.click("outbox-once");

    let lines = "{\"key\":\"o-1\",\"tag\":\"paid\",\"body\":{\"order\":1}}\n\
                 {\"key\":\"o-2\",\"body\":\"x\"}\n{\"key\":\"o-3\"}\nnothing\n\
                 {\"key\":\"o-5\",\"body\":\"y\",\"propertys\":{}}\n";
    let path = stage.window.make_file("orders.jsonl", lines);
    stage.click("outbox-file");
    stage.fill(Place::Only, "outbox-file-label", &path);
    let look = stage.t("outbox-look");
    stage.window.until("it is found", |window| {
        window.has(&look) && window.is_on(&look)
    });
    stage.click("outbox-look");
    let publish = stage.t_with("outbox-publish-lines", &[("n", "3")]);
    stage
        .window
        .until("it is looked at", |window| window.has(&publish));
    stage.paint("run-file");
    stage.click("outbox-once");

    stage.click_with("connection-use", &[("name", "production")]);
    stage.click("outbox-repeat");
    stage.click_with("outbox-publish-times", &[("n", "50")]);
    stage.until("outbox-sure-yes");
    stage.paint("run-sure");
}
