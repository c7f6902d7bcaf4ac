//! What strains the layout: the smallest window, compact rows, names as long as they may be, and a great
//! number of connections and tabs.

use egui::Key;
use mqscope::client::Consume;
use mqscope::config::{Density, ProfileColor};
use mqscope::i18n::Lang;
use mqscope::protocol::{ConsumeMode, Profile, TagFilter};
use mqscope::ui::theme;

use crate::album::Album;
use crate::outside::{another_client, consume};
use crate::scenes::order;
use crate::stage::{Stage, start};
use crate::support::Place;

/// Rows in several states with the details of one.
fn some_rows(stage: &mut Stage<'_>) {
    for place in 0..4 {
        stage.arrives(order(place));
    }
    stage.pass_to(270);
    for place in 4..8 {
        stage.arrives(order(place));
    }
    let rows = stage.window.rows();
    stage.ack(&rows[5]);
    stage.stop();
    stage.look_into(&rows[4]);
}

pub(crate) fn compact(lang: Lang, album: &Album) {
    let mut start = start(lang).with("desk", Profile::Aliyun, "http://127.0.0.1:9");
    start.config.preferences.density = Density::Compact;
    let mut stage = Stage::begin(lang, album, start);
    some_rows(&mut stage);
    stage.paint("compact");
    stage.click("traffic-open");
    stage.until_row("traffic-ack");
    stage.paint("compact-traffic");
    stage.open_room();
    stage.paint("compact-room");
    stage.click_with("connection-edit", &[("name", "desk")]);
    stage.paint("compact-form");
}

pub(crate) fn narrow(lang: Lang, album: &Album) {
    let mut first = start(lang);
    first.size = theme::MIN_WINDOW;
    first.config.preferences.first_minute_seen = false;
    let mut stage = Stage::begin(lang, album, first);
    stage.paint("narrow-first-minute");
    stage.click("first-minute-close");
    stage.paint("narrow-empty");
    some_rows(&mut stage);
    stage.paint("narrow");
    stage.click("traffic-open");
    stage.until_row("traffic-ack");
    stage.paint("narrow-traffic");
    stage.open_room();
    stage.paint("narrow-room");
    stage.click_room();
    stage.click("tools");
    stage.click("debugger-open");
    stage.paint("narrow-debugger");
    stage.window.press(Key::Escape);
    stage.click_figures();
    stage.window.settle();
    stage.paint("narrow-plots");
    stage.click_figures();
    stage.click("publish-title");
    stage.paint("narrow-publish");
    stage.click("connection-add");
    stage.paint("narrow-form");
    stage.click("cancel");
    stage.window.leave_fields();
    stage.window.press_with_command(Key::Comma);
    stage.paint("narrow-settings");
    stage.window.press(Key::Escape);
    stage.window.press_with_command(Key::K);
    stage.paint("narrow-palette");
    stage.window.press(Key::Escape);
    stage.window.press(Key::Questionmark);
    stage.paint("narrow-shortcuts");
}

/// As long as the server takes them.
const LONG_TOPIC: &str = "billing-settlement-reconciliation-cn-hangzhou-production-v2-retry";
const LONG_GROUP: &str = "GID_billing-settlement-reconciliation-nightly-consumer-cn-hangzhou";
const LONG_TAG: &str = "settlement-reconciliation-completed-with-differences-v2-nightly";
const LONG_KEY: &str = "tenant-000000000000000042/order-2026-11-22T10.14.07.000Z-0123456789abcdef";

pub(crate) fn long_names(lang: Lang, album: &Album) {
    let start = start(lang).with(
        "Settlement + reconciliation + ledgers, production cn-hangzhou, nightshift",
        Profile::Aliyun,
        "http://1234567890123456.mqrest.cn-hangzhou-finance-internal.aliyuncs.com",
    );
    let mut stage = Stage::begin(lang, album, start);
    stage.stop();
    let mut message = order(0);
    message.tag = Some(LONG_TAG.to_owned());
    message.key = Some(LONG_KEY.to_owned());
    message.properties = vec![(
        "the-name-of-a-property-that-somebody-generates".to_owned(),
        "ap-guangzhou, ap-shanghai, ap-beijing, ap-chengdu, ap-nanjing, ap-hongkong, ap-tokyo"
            .to_owned(),
    )];
    let now = stage.window.clock().now();
    let message = message.checked(&Profile::Sandbox.limits(), now).unwrap();
    let client = another_client(&stage.window);
    let topic = LONG_TOPIC.parse().unwrap();
    for _ in 0..2 {
        let published = client.publish(&topic, &message);
        stage.window.runtime().block_on(published).unwrap();
    }
    stage.fill(Place::Head, "field-topic", LONG_TOPIC);
    stage.fill(Place::Head, "field-group", LONG_GROUP);
    stage.paint("long-head");
    stage.click("view-start");
    stage
        .window
        .until("they arrive", |window| window.rows().len() == 2);
    stage.stop();
    let id = stage.window.rows()[0].clone();
    stage.look_into(&id);
    stage.fill(Place::Form, "field-topic", LONG_TOPIC);
    stage.fill(Place::Form, "field-tag", LONG_TAG);
    stage.fill(Place::Form, "field-key", LONG_KEY);
    stage.paint("long-details");
    stage.open_room();
    stage.paint("long-room");
    let group = [("topic", LONG_TOPIC), ("group", LONG_GROUP)];
    stage.click_with("control-peek-group", &group);
    stage.until_with("control-peek-title-group", &group);
    stage.paint("long-peek");
}

pub(crate) fn a_great_many(lang: Lang, album: &Album) {
    let colors = [
        ProfileColor::Green,
        ProfileColor::Blue,
        ProfileColor::Amber,
        ProfileColor::Red,
        ProfileColor::Purple,
        ProfileColor::Grey,
    ];
    let mut start = start(lang);
    for n in 0..18 {
        let kind = [Profile::Tdmq, Profile::Aliyun, Profile::Sandbox][n % 3];
        start = start.with(&format!("cluster-{n:02}"), kind, "http://127.0.0.1:9");
        start.config.profiles[n].color = colors[n % colors.len()];
        start.config.profiles[n].read_only = n % 4 == 3;
    }
    let mut stage = Stage::begin(lang, album, start);
    for place in 0..3 {
        stage.arrives(order(place));
    }
    stage.stop();
    // Topics and groups of the sandbox, which come about as they are used.
    for n in 0..6 {
        consume(&stage.window, &format!("GID_team-{n}"));
    }
    let client = another_client(&stage.window);
    for n in 0..8 {
        let topic = format!("topic-{n}").parse().unwrap();
        let ask = Consume {
            group: "GID_debug".parse().unwrap(),
            count: 1,
            wait_secs: 0,
            tag: TagFilter::parse(""),
            mode: ConsumeMode::Plain,
        };
        let asked = client.consume(&topic, &ask);
        stage.window.runtime().block_on(asked).unwrap();
    }
    for n in 0..12 {
        stage.click("view-new");
        stage.fill(Place::Head, "field-topic", &format!("topic-{n}"));
    }
    stage.window.settle();
    stage.paint("many");
}

/// A few connections below a sandbox with many topics, which are folded away then.
pub(crate) fn many_topics(lang: Lang, album: &Album) {
    let start = start(lang)
        .with("staging", Profile::Tdmq, "http://127.0.0.1:9")
        .with("production", Profile::Aliyun, "http://127.0.0.1:9");
    let mut stage = Stage::begin(lang, album, start);
    stage.stop();
    let message = order(0);
    let now = stage.window.clock().now();
    let message = message.checked(&Profile::Sandbox.limits(), now).unwrap();
    let client = another_client(&stage.window);
    for n in 0..40 {
        let topic = format!("topic-{n:02}").parse().unwrap();
        let published = client.publish(&topic, &message);
        stage.window.runtime().block_on(published).unwrap();
    }
    stage.until_text("topic-39");
    stage.window.settle();
    stage.paint("many-topics");
    stage.click("topics-of-sandbox");
    stage.paint("many-topics-folded");
}
