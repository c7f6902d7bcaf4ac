//! The ways to look at a body in the details: that each shows what is in it, finds what is
//! searched for, and says what is wrong. How bodies are read is the business of the library.

use std::io::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mqscope::protocol::MessageParts;

use crate::outside::{publish, set_faults};
use crate::support::{Place, Window, en};

/// A window whose details show a message with this body.
fn opened(body: &str) -> Window {
    let mut window = Window::open();
    look_at(&mut window, None, body);
    window
}

/// Publishes a body and opens its details.
fn look_at(window: &mut Window, key: Option<&str>, body: &str) -> String {
    let before = window.rows();
    let parts = MessageParts {
        body: body.to_owned(),
        key: key.map(str::to_owned),
        ..MessageParts::default()
    };
    let id = publish(window, parts);
    let there = window.until_row_beside(&before);
    assert_eq!(there, id);
    window.look_into(&id);
    window.until("the body is open", |window| window.shows("MD5 "));
    id
}

/// Whether a line of the body is this, indentation aside.
fn has_line(window: &Window, line: &str) -> bool {
    window
        .texts_with(line)
        .iter()
        .any(|text| text.trim() == line)
}

#[test]
fn json_is_a_tree_that_folds() {
    let mut window = opened(r#"{"order":{"id":7,"items":[1,2,3]},"note":"x"}"#);
    window.click("Fold $.order.items");
    assert!(window.has("Unfold $.order.items"));
    window.click("Fold all");
    assert!(!window.has("Unfold $.order.items"), "{}", window.tree());
    window.click("Unfold all");
    assert!(window.has("Fold $.order") && window.has("Fold $.order.items"));
}

#[test]
fn xml_is_indented_and_the_text_is_as_it_came() {
    let body = "<a><b>1</b><c/></a>";
    let mut window = opened(body);
    window.click("XML");
    window.until("its lines", |window| has_line(window, "<b>1</b>"));
    window.click("Text");
    window.until("the text", |window| !has_line(window, "<b>1</b>"));
    assert_eq!(window.count(body), 2, "in the row and in the details");
}

#[test]
fn bytes_can_be_read_as_hex() {
    let mut window = opened("hello");
    window.click("Hex");
    window.assert_shows("68 65 6c 6c 6f");
    window.assert_shows("|hello|");
}

#[test]
fn bytes_fill_the_room_and_never_go_sideways() {
    let mut window = opened("0123456789abcdefhi");
    window.click("Hex");
    for (size, places) in [
        ([1680.0, 900.0], ["00000000", "00000010"].as_slice()),
        ([1280.0, 800.0], &["00000000", "00000008", "00000010"]),
    ] {
        window.resize(size);
        window.settle();
        let mut rows = window.texts_with("000000");
        rows.retain(|row| row.contains("  "));
        let seen: Vec<&str> = rows.iter().filter_map(|row| row.get(..8)).collect();
        assert_eq!(seen, places, "{size:?}");
    }
}

#[test]
fn what_was_packed_is_shown_unpacked_or_as_it_came() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(br#"{"what":"unpacked"}"#).unwrap();
    let body = BASE64_STANDARD.encode(gzip.finish().unwrap());
    let mut window = opened(&body);
    window.assert_shows("unpacked");
    let decoded = window.button_with("Decoded from ");
    window.click(&decoded);
    window.until("as it came", |window| !window.shows("unpacked"));
    let decode = window.button_with("Decode ");
    window.until("the body again", |window| window.count(&body) == 2);
    window.click(&decode);
    window.until_shown("unpacked");
}

#[test]
fn what_is_searched_for_is_counted_and_gone_through() {
    let mut window = opened("one two one\nONE");
    window.click("Find in body");
    window.fill(Place::Only, "Find in body", "one");
    window.until("three", |window| window.has("1/3"));
    window.click("Next match");
    assert!(window.has("2/3"));
    window.click("Previous match");
    window.click("Previous match");
    assert!(window.has("3/3"), "round the end");
    window.click(&en("viewer-find-case"));
    window.until("two", |window| window.has("1/2"));
    window.fill(Place::Only, "Find in body", "three");
    window.until("none", |window| window.has("No match"));
    window.click("Regular expression");
    window.fill(Place::Only, "Find in body", "t(.o");
    window.until_shown("Not an expression");
    window.fill(Place::Only, "Find in body", "t.o");
    window.until("one", |window| window.has("1/1"));
}

#[test]
fn a_body_is_compared_with_its_delivery_before_and_the_message_before_it() {
    let mut window = Window::open();
    look_at(&mut window, Some("order-1"), "status: paid\namount: 42");
    window.assert_shows("MD5 matches");
    look_at(&mut window, Some("order-1"), "status: shipped\namount: 42");
    window.click("Diff");
    window.click("Previous delivery");
    window.until_shown("this is the first that came here");
    window.click("Previous with this key");
    window.until("the difference", |window| {
        window.has("+1") && window.has("−1")
    });
    assert!(window.has("− status: paid") && window.has("+ status: shipped"));
    assert!(window.has("  amount: 42"));
    window.click("Previous delivery");
    window.advance(Duration::from_secs(300));
    window.until_shown("The bodies are identical");
}

#[test]
fn a_body_of_four_megabytes_opens_and_nothing_of_it_is_cut() {
    let item = r#"{"name":"something to fill a line with","n":1},"#;
    let many = item.repeat(4_000_000 / item.len());
    let body = format!(r#"[{many}"the very end"]"#);
    let mut window = opened(&body);
    window.assert_shows("3.8 MB");
    window.assert_shows("MD5 matches");
    window.click("Text");
    window.click("Find in body");
    window.fill(Place::Only, "Find in body", "the very end");
    window.until("the only one", |window| window.has("1/1"));
    window.until("the end is in sight", |window| {
        window
            .texts_with("the very end")
            .iter()
            .any(|line| line.ends_with(r#""the very end"]"#))
    });
}

#[test]
fn a_damaged_message_shows_what_is_wrong_and_where_and_can_be_acked() {
    let mut window = Window::open();
    // The poll in flight would bring it whole.
    window.stop();
    set_faults(&window, &["consume:*:illegal-character:next=1"]);
    let parts = MessageParts {
        body: "some text".to_owned(),
        ..MessageParts::default()
    };
    let id = publish(&window, parts);
    window.click("Start");
    window.until_row_beside(&[]);
    window.look_into(&id);
    window.until_shown("Byte ");
    assert!(
        window.texts_with("Byte ")[0].contains(" · U+00"),
        "which character"
    );
    window.click("Ack this message");
    window.until_shown("1 received · 1 acked");
    assert!(!window.is_on("Ack this message"));
}
