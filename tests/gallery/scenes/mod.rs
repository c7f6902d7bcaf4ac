//! The acts: each leads a window of its own through some views and has them painted on the way.

mod connections;
mod control;
mod debugger;
mod drawer;
mod empty;
mod extremes;
mod files;
mod inbox;
mod letters;
mod message;
mod publish;
mod samples;
mod settings;
mod traffic;

use mqscope::i18n::Lang;
use mqscope::protocol::MessageParts;

use crate::album::Album;

/// A test for each act.
macro_rules! acts {
    ($($module:ident::$act:ident),* $(,)?) => {
        $(#[test]
        fn $act() {
            play($module::$act);
        })*
    };
}

acts![
    message::every_viewer,
    message::a_damaged_one,
    inbox::first_start,
    inbox::by_keyboard,
    inbox::leases_in_every_state,
    inbox::table,
    inbox::troubles,
    letters::halves,
    letters::dead_letters,
    letters::an_order,
    publish::forms,
    publish::runs,
    connections::from_the_form_to_the_doctor,
    control::a_room_with_everything,
    traffic::exchanges,
    debugger::explanations,
    drawer::history_and_plots,
    drawer::quitting,
    files::out_and_in,
    settings::settings,
    samples::sample_data,
    empty::places_with_nothing,
    empty::nothing_found,
    empty::no_sandbox,
    extremes::compact,
    extremes::narrow,
    extremes::long_names,
    extremes::a_great_many,
    extremes::many_topics,
];

/// Plays an act in each language that is wanted.
fn play(act: fn(Lang, &Album)) {
    let album = Album::wanted();
    for &lang in album.languages() {
        act(lang, &album);
    }
    album.finish();
}

/// Messages as an order service sends them: number, tag, body.
pub(crate) const ORDERS: [(u32, &str, &str); 8] = [
    (
        1040,
        "created",
        r#"{ "order": 1040, "amount": 129.00, "buyer": "李雷", "items": [{ "sku": "A-17", "n": 2 }, { "sku": "C-03", "n": 1 }], "gift": false, "coupon": null }"#,
    ),
    (
        1041,
        "paid",
        r#"{ "order": 1041, "amount": 12.50, "channel": "wxpay" }"#,
    ),
    (
        1042,
        "refund",
        r#"{ "order": 1042, "amount": -8.00, "why": "到货破损 📦" }"#,
    ),
    (
        1043,
        "paid",
        r#"{ "order": 1043, "amount": 42.00, "note": "你好" }"#,
    ),
    (
        1044,
        "shipped",
        r#"{ "order": 1044, "carrier": "SF", "no": "SF1418273645" }"#,
    ),
    (
        1045,
        "paid",
        r#"<order id="1045"><amount>77.10</amount></order>"#,
    ),
    (
        1046,
        "created",
        "plain text <1046>, as legacy producers make it",
    ),
    (
        1047,
        "paid",
        r#"{ "order": 1047, "amount": 5.20, "channel": "alipay" }"#,
    ),
];

/// One of [`ORDERS`].
pub(crate) fn order(place: usize) -> MessageParts {
    let (number, tag, body) = ORDERS[place % ORDERS.len()];
    MessageParts {
        tag: Some(tag.to_owned()),
        key: Some(format!("order-{number}")),
        properties: vec![("region".to_owned(), "ap-guangzhou".to_owned())],
        ..text(body)
    }
}

/// A message that is nothing but a body.
pub(crate) fn text(body: &str) -> MessageParts {
    MessageParts {
        body: body.to_owned(),
        ..MessageParts::default()
    }
}
