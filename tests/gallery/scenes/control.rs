//! The control room: counts, messages without consuming them, dialogs, faults, a moved clock,
//! statistics, refused requests.

use egui::Key;
use mqscope::client::{Client, ClientSettings};
use mqscope::credentials::Credentials;
use mqscope::i18n::Lang;

use crate::album::Album;
use crate::outside::{consume, set_faults};
use crate::scenes::order;
use crate::stage::Stage;

pub(crate) fn a_room_with_everything(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    for place in 0..4 {
        stage.arrives(order(place));
    }
    consume(&stage.window, "GID_audit");
    stage.stop();
    stage.open_room();
    for place in 4..8 {
        crate::outside::publish(&stage.window, order(place));
    }
    let group = stage.t_with(
        "control-peek-group",
        &[("topic", "orders"), ("group", "GID_audit")],
    );
    stage
        .window
        .until("both groups", |window| window.has(&group));
    stage.paint("control-topics");
    stage.click_with(
        "control-peek-group",
        &[("topic", "orders"), ("group", "GID_debug")],
    );
    let title = [("topic", "orders"), ("group", "GID_debug")];
    stage.until_with("control-peek-title-group", &title);
    stage.until_text("\"order\": 1047");
    stage.paint("control-peek");
    stage.click_with("control-actions", &[("place", "orders · GID_debug")]);
    stage.paint("control-menu");
    stage.click("control-reset-group");
    stage.paint("control-reset");
    stage.window.press(Key::Escape);
    stage.click_with("control-actions", &[("place", "orders")]);
    stage.click("control-purge");
    stage.paint("control-purge");
    stage.click("cancel");
    stage.click("control-peek-close");

    set_faults(
        &stage.window,
        &[
            "publish:orders:drop-after:next=1",
            "consume:*:latency=1s",
            "ack:*:partial-ack:p=0.5",
        ],
    );
    let remove = stage.t_with("control-remove-fault", &[("id", "3")]);
    stage
        .window
        .until_in_time("the faults", |window| window.has(&remove));
    stage.click("control-5-minutes");
    stage.until_moved(300);
    stage.paint("control-faults-and-time");
    set_faults(&stage.window, &[]);

    refuse(&stage);
    let refusals = stage.t_with("refusals-count", &[("n", "2")]);
    stage
        .window
        .until_in_time("the refusals", |window| window.has(&refusals));
    stage.click_with("refusals-count", &[("n", "2")]);
    stage.paint("control-refusals");
}

/// Two requests with a secret that the sandbox does not know.
fn refuse(stage: &Stage<'_>) {
    let endpoint = format!("http://{}", stage.window.sandbox_addr());
    let keys = Credentials::from_pasted("sandbox", "not-the-secret", "");
    let settings = ClientSettings::new(endpoint.parse().unwrap(), keys);
    let client = Client::new(settings, stage.window.clock().clone()).unwrap();
    let now = stage.window.clock().now();
    let limits = mqscope::protocol::Profile::Sandbox.limits();
    let message = order(3).checked(&limits, now).unwrap();
    for topic in ["orders", "payments"] {
        let topic = topic.parse().unwrap();
        let publish = client.publish(&topic, &message);
        assert!(stage.window.runtime().block_on(publish).is_err());
    }
}
