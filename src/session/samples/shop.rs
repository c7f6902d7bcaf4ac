//! What a small shop would have in its queues on an ordinary morning, as steps that any client of a
//! sandbox could make. Values only: nothing is sent here.

use std::time::Duration;

use crate::protocol::{ConsumeMode, MessageParts, Timestamp};

/// Topics of the shop. Names of their own, so that nothing of the user's is ever among them.
pub(super) const TOPICS: [&str; 4] = [ORDERS, PAYMENTS, PARCELS, MEDIA];

const ORDERS: &str = "shop-orders";
const PAYMENTS: &str = "shop-payments";
const PARCELS: &str = "shop-parcels";
const MEDIA: &str = "shop-media";

/// The group whose message ends as a dead letter.
pub(super) const BILLING: &str = "GID_shop-billing";
const MAIL: &str = "GID_shop-mail";
const WAREHOUSE: &str = "GID_shop-warehouse";

/// Where to look once all is there.
pub(in crate::session) const VIEW_TOPIC: &str = ORDERS;
/// The group to look as: nobody else's.
pub(in crate::session) const VIEW_GROUP: &str = "GID_shop-desk";

/// Deliveries of the message that nobody could handle so far.
const DELIVERIES: u32 = 4;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// Publish a message.
    Publish(&'static str, Box<MessageParts>),
    /// Take a group's messages, so many at most, and ack them.
    Ack(Place, ConsumeMode, u32),
    /// Deliver the message of this tag so often without an ack.
    Redeliver(Place, &'static str, u32),
    /// Deliver it until it is a dead letter.
    Kill(Place, &'static str),
}

/// A topic and a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) topic: &'static str,
    pub(super) group: &'static str,
}

/// All steps in their order. `now`: what time it is in the sandbox.
pub(super) fn steps(now: Timestamp) -> Vec<Step> {
    let mut steps = orders(now);
    steps.extend(payments());
    steps.extend(parcels());
    steps.extend(media());
    let at = |topic, group| Place { topic, group };
    steps.extend([
        Step::Ack(at(ORDERS, MAIL), ConsumeMode::Plain, 12),
        Step::Ack(at(PARCELS, WAREHOUSE), ConsumeMode::Ordered, 4),
        Step::Redeliver(at(PAYMENTS, BILLING), "refund", DELIVERIES),
        Step::Kill(at(PAYMENTS, BILLING), "chargeback"),
    ]);
    steps
}

fn publish(topic: &'static str, parts: MessageParts) -> Step {
    Step::Publish(topic, Box::new(parts))
}

/// A message with a tag, a key and properties.
fn message(body: String, tag: &str, key: String, properties: &[(&str, &str)]) -> MessageParts {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    MessageParts {
        body,
        tag: Some(tag.to_owned()),
        key: Some(key),
        properties: properties.iter().map(owned).collect(),
        ..MessageParts::default()
    }
}

/// Name, city, region, and what they order with.
const PEOPLE: [(&str, &str, &str, &str); 8] = [
    ("李雷", "上海", "cn-east", "app"),
    ("Ada Okafor", "Lagos", "af-west", "web"),
    ("韩梅梅", "深圳", "cn-south", "app"),
    ("Jonas Weber", "Berlin", "eu-central", "web"),
    ("Priya Nair", "Kochi", "ap-south", "app"),
    ("王小明", "北京", "cn-north", "phone"),
    ("Lucía Gómez", "Sevilla", "eu-west", "web"),
    ("Sam Lee", "Singapore", "ap-southeast", "app"),
];

/// Number, name, and price in cents.
type Goods = (&'static str, &'static str, u32);

const GOODS: [Goods; 7] = [
    ("TEA-250", "Longjing tea, 250 g · 龙井茶", 8_800),
    ("MUG-017", "Mug, blue", 1_490),
    ("POT-003", "Teapot · 紫砂壶", 32_900),
    ("BOOK-42", "The art of queueing", 2_450),
    ("GIFT-01", "Gift wrap 🎁", 300),
    ("LAMP-08", "Desk lamp", 5_995),
    ("CUP-SET", "Six cups · 茶杯六件套", 4_200),
];

const STATUS: [&str; 6] = ["created", "paid", "paid", "shipped", "created", "cancelled"];

/// Number of the first order.
const FIRST: usize = 20_401;
const ORDER_COUNT: usize = 24;

fn cents(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn orders(now: Timestamp) -> Vec<Step> {
    let mut steps: Vec<Step> = (0..ORDER_COUNT).map(order).collect();
    let reminder = |number: usize, after: Duration| {
        let body = format!(
            "{{\"order\": {number}, \"reminder\": \"Your order is not paid yet · 您的订单尚未支付\"}}"
        );
        let properties = [("channel", "mail")];
        let parts = message(body, "reminder", format!("order-{number}"), &properties);
        publish(
            ORDERS,
            MessageParts {
                deliver_at: Some(now + after),
                ..parts
            },
        )
    };
    steps.push(reminder(FIRST, Duration::from_secs(120)));
    steps.push(reminder(FIRST + 4, Duration::from_secs(24 * 3_600)));
    steps
}

/// The two things of an order, and how many of the first.
fn items(index: usize) -> (Goods, u32, Goods) {
    let count = 1 + u32::try_from(index % 3).unwrap_or_default();
    let first = GOODS[(index * 3) % GOODS.len()];
    (first, count, GOODS[(index * 5 + 1) % GOODS.len()])
}

/// What an order costs.
fn total(index: usize) -> String {
    let ((.., price), count, (.., other)) = items(index);
    cents(count * price + other)
}

fn order(index: usize) -> Step {
    let (name, city, region, channel) = PEOPLE[index % PEOPLE.len()];
    let ((sku, title, price), count, (other, other_title, other_price)) = items(index);
    let status = STATUS[index % STATUS.len()];
    let (number, total) = (FIRST + index, total(index));
    let body = format!(
        r#"{{
  "order": {number},
  "status": "{status}",
  "customer": {{ "name": "{name}", "city": "{city}" }},
  "items": [
    {{ "sku": "{sku}", "title": "{title}", "count": {count}, "price": {} }},
    {{ "sku": "{other}", "title": "{other_title}", "count": 1, "price": {} }}
  ],
  "total": {total},
  "currency": "CNY"
}}"#,
        cents(price),
        cents(other_price),
    );
    let properties = [("region", region), ("channel", channel)];
    publish(
        ORDERS,
        message(body, status, format!("order-{number}"), &properties),
    )
}

/// Payments come from another system, in XML.
fn payments() -> Vec<Step> {
    let mut steps: Vec<Step> = (0..6)
        .map(|index| {
            let method = ["wechat", "alipay", "card"][index % 3];
            let tag = ["captured", "captured", "authorised"][index % 3];
            payment(index * 4, tag, method)
        })
        .collect();
    steps.push(payment(2, "refund", "card"));
    steps.push(payment(7, "chargeback", "card"));
    let (number, half) = (FIRST + 21, 60);
    let body = format!("{{\"order\": {number}, \"reserve\": 329.00, \"of\": \"gift card\"}}");
    let parts = message(
        body,
        "reserve",
        format!("pay-{number}"),
        &[("method", "gift")],
    );
    steps.push(publish(
        PAYMENTS,
        MessageParts {
            check_after_secs: Some(half),
            ..parts
        },
    ));
    steps
}

fn payment(index: usize, tag: &str, method: &str) -> Step {
    let (name, ..) = PEOPLE[index % PEOPLE.len()];
    let order = FIRST + index;
    let body = format!(
        r#"<?xml version="1.0"?>
<payment id="pay-{order}" state="{tag}">
  <order>{order}</order>
  <payer>{name}</payer>
  <method>{method}</method>
  <amount currency="CNY">{}</amount>
</payment>"#,
        total(index)
    );
    let properties = [("method", method), ("format", "xml")];
    publish(
        PAYMENTS,
        message(body, tag, format!("pay-{order}"), &properties),
    )
}

/// What happens to a parcel happens in this order, and is told in it.
const WAY: [&str; 5] = ["packed", "collected", "sorted", "out", "delivered"];

fn parcels() -> Vec<Step> {
    let parcel = |index: usize, step: usize| {
        let (_, city, ..) = PEOPLE[index];
        let parcel = format!("SF10327{index}");
        let body = format!(
            r#"{{"parcel": "{parcel}", "step": {}, "state": "{}", "to": "{city}"}}"#,
            step + 1,
            WAY[step]
        );
        let properties = [("carrier", "SF")];
        let parts = message(body, WAY[step], parcel.clone(), &properties);
        publish(
            PARCELS,
            MessageParts {
                sharding_key: Some(parcel),
                ..parts
            },
        )
    };
    // The ways of four parcels run beside each other.
    let all = (0..WAY.len()).flat_map(|step| (0..4).map(move |index| (index, step)));
    all.map(|(index, step)| parcel(index, step)).collect()
}

/// A picture of 16 × 16 points, as the protocol carries it.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAQklEQVR42mP4TyJgQOF9PI8dYdcAk36a6AtHmHoYkFUjK8WiDaEBr2o0PeRqwK8aoWcwa6B1KJEcceQkDXISH3EAACq1UDdsAo00AAAAAElFTkSuQmCC";

/// A list of orders, packed with gzip.
const PACKED: &str = "H4sIAAAAAAAC/13Tu0qDQRiE4XvZOhm+055yK2IhaCcEYhoJuXcFi3+cbmHe4uOBfbT3t+92aWExzu7n8HZq19v7x+2rXV4ef892CSuzU7tf72+fv/WGWXue/s1+zDXQU/c49pWwoXseu4ehbw2Kgj7hoUGnYBdG12AcQaTDlwaTgrEwXYN1BGkdURpsCiowpwROijk3Uh2dHH1gqaOTY0+kOjo5bsNSRmfGmChldGYcha2MzozmKGV0ZswFU0YnxpgdXRmdGT1gyhjMWBtDGYMYcw24OkbwkRjqGOQ4DK6OQY57YipjMGMWQhmDGH06pjIGM9pCKmMwY3UsZQxijBVIZUxm9I2tjMmMfaCUMYkxd2KrYyZ/GZQ6JjmOCVPHZEcrdHVMdiyHqWNOhl4Y6pjs6B2ujsmOPTB+HV+fP4zmfLI7BQAA";

/// Lines of the large one.
const CATALOGUE: usize = 3_000;

fn media() -> Vec<Step> {
    let typed = |kind| [("content-type", kind), ("encoding", "base64")];
    let note = "Please ring twice 🔔\n请放在门口，谢谢！\n\n— order 20409".to_owned();
    vec![
        publish(
            MEDIA,
            message(
                PICTURE.to_owned(),
                "thumbnail",
                "POT-003".to_owned(),
                &typed("image/png"),
            ),
        ),
        publish(
            MEDIA,
            message(
                PACKED.to_owned(),
                "report",
                "day-2026-11-21".to_owned(),
                &typed("application/gzip"),
            ),
        ),
        publish(
            MEDIA,
            message(catalogue(), "catalogue", "catalogue-48".to_owned(), &[]),
        ),
        publish(
            MEDIA,
            message(note, "note", "order-20409".to_owned(), &[("lang", "zh")]),
        ),
    ]
}

fn catalogue() -> String {
    let mut body = String::from("{\"catalogue\": 48, \"goods\": [\n");
    for index in 0..CATALOGUE {
        let (sku, title, price) = GOODS[index % GOODS.len()];
        let comma = if index + 1 < CATALOGUE { "," } else { "" };
        body.push_str(&format!(
            "  {{\"sku\": \"{sku}-{index:04}\", \"title\": \"{title}\", \"price\": {}, \"stock\": {}}}{comma}\n",
            cents(price),
            (index * 37) % 211
        ));
    }
    body.push_str("]}");
    body
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::HashSet;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::protocol::{GroupId, Profile, TopicName};

    const NOW: Timestamp = Timestamp::from_millis(1_795_342_447_000);

    fn messages() -> Vec<(&'static str, MessageParts)> {
        let published = steps(NOW).into_iter().filter_map(|step| match step {
            Step::Publish(topic, parts) => Some((topic, *parts)),
            _ => None,
        });
        published.collect()
    }

    #[test]
    fn a_sandbox_takes_all_of_it() {
        for (topic, parts) in messages() {
            assert!(topic.parse::<TopicName>().is_ok() && TOPICS.contains(&topic));
            let key = parts.key.clone();
            let checked = parts.checked(&Profile::Sandbox.limits(), NOW);
            assert!(checked.is_ok(), "{key:?}: {checked:?}");
        }
        for group in [BILLING, MAIL, WAREHOUSE, VIEW_GROUP] {
            assert!(group.parse::<GroupId>().is_ok());
        }
    }

    #[test]
    fn there_is_something_of_everything() {
        let all = messages();
        let json = |(topic, parts): &&(&str, MessageParts)| {
            *topic == ORDERS && serde_json::from_str::<serde_json::Value>(&parts.body).is_ok()
        };
        assert_eq!(all.iter().filter(json).count(), ORDER_COUNT + 2);
        let has = |what: &dyn Fn(&MessageParts) -> bool| all.iter().any(|(_, parts)| what(parts));
        assert!(has(&|p| p.body.starts_with("<?xml")));
        assert!(has(&|p| p.body.contains("龙井茶")) && has(&|p| p.body.contains('🎁')));
        assert!(has(&|p| p.body.len() > 200 << 10));
        assert!(has(&|p| p.deliver_at > Some(NOW)));
        assert!(has(&|p| p.check_after_secs.is_some()));
        let shards = all.iter().filter_map(|(_, p)| p.sharding_key.as_deref());
        assert_eq!(shards.collect::<HashSet<_>>().len(), 4);
        for (packed, begin) in [(PICTURE, &b"\x89PNG"[..]), (PACKED, &b"\x1f\x8b"[..])] {
            assert!(STANDARD.decode(packed).unwrap().starts_with(begin));
            assert!(has(&|p| p.body == packed));
        }
    }

    /// Otherwise more than the one message would be taken.
    #[test]
    fn what_is_delivered_again_and_again_has_a_tag_of_its_own() {
        for step in steps(NOW) {
            if let Step::Redeliver(place, tag, _) | Step::Kill(place, tag) = step {
                let same = |(topic, parts): &&(&str, MessageParts)| {
                    *topic == place.topic && parts.tag.as_deref() == Some(tag)
                };
                assert_eq!(messages().iter().filter(same).count(), 1, "{tag}");
            }
        }
    }
}
