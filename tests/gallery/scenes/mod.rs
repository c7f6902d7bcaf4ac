//! The acts: each leads a window of its own through some views and has them painted on the way.

mod connections;
mod control;
mod debugger;
mod drawer;
mod files;
mod inbox;
mod letters;
mod message;
mod publish;
mod traffic;

use mqscope::i18n::Lang;
use mqscope::protocol::MessageParts;

use crate::album::Album;

/// What leads a window through its scenes, and what it is called.
pub(crate) type Act = (&'static str, fn(Lang, &Album));

/// Names every act once: for the gallery, and as a test of its own.
macro_rules! acts {
    ($($module:ident::$act:ident),* $(,)?) => {
        pub(crate) const ACTS: &[Act] = &[
            $((concat!(stringify!($module), "::", stringify!($act)), $module::$act)),*
        ];

        /// Each is played in Chinese, which no other test of the window speaks all through.
        mod plays {
            $(#[test]
            fn $act() {
                super::$module::$act(mqscope::i18n::Lang::ZhCn, &crate::album::Album::of_nothing());
            })*
        }
    };
}

// The longest first, so that nobody waits for one at the end.
acts![
    message::every_viewer,
    inbox::leases_in_every_state,
    control::a_room_with_everything,
    publish::forms,
    inbox::table,
    publish::runs,
    traffic::exchanges,
    debugger::explanations,
    connections::from_the_form_to_the_doctor,
    letters::halves,
    letters::dead_letters,
    letters::an_order,
    drawer::history_and_plots,
    files::out_and_in,
    message::a_damaged_one,
    inbox::first_start,
    inbox::troubles,
    drawer::quitting,
];

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
        "plain text, as some producers still send it",
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
