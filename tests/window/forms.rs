//! What the publish form and the head of a consume view say about each field, and that nothing
//! that was typed is lost over it.

use mqscope::protocol::Profile;

use crate::support::{Place, Start, Window, en, en_with};

/// Types something wrong into one field, tries to publish, and looks for the remark. Then the
/// field is put right again.
#[track_caller]
fn refused(window: &mut Window, field: &str, typed: &str, remark: &str) {
    let right = window.value(Place::Form, field);
    window.assert_not_shown(remark);
    window.fill(Place::Form, field, typed);
    window.click("Publish");
    // What is wrong with a long body is found out beside the window.
    window.until_shown(remark);
    window.assert_holds(Place::Form, field, typed);
    assert!(window.has("Publish"), "it is being published");
    window.fill(Place::Form, field, &right);
    window.assert_not_shown(remark);
}

/// Nothing was published before, and what is in the form now can be.
#[track_caller]
fn assert_only_now_published(window: &mut Window) {
    assert!(window.published().is_empty());
    window.publish_and_see();
    let counts = window.texts_with("0 acked");
    assert_eq!(counts.len(), 1);
    assert!(counts[0].starts_with("1 received · 0 acked"), "{counts:?}");
}

#[test]
fn each_field_of_the_publish_form_says_what_is_wrong_and_nothing_is_sent() {
    let mut window = Window::open();
    let topic = ("what", "topic");
    let check = &mut |field: &str, typed: &str, remark: &str| {
        refused(&mut window, field, typed, remark);
    };
    check("Topic", "", &en_with("problem-name-empty", &[topic]));
    check("Topic", "a b", &en_with("problem-name-blank", &[topic]));
    check(
        "Topic",
        "订单",
        &en_with("problem-name-character", &[topic, ("found", "订")]),
    );
    let long = mqscope::protocol::TopicName::MAX_CHARS + 1;
    check(
        "Topic",
        &"t".repeat(long),
        &en_with(
            "problem-name-long",
            &[
                topic,
                ("len", &long.to_string()),
                ("max", &(long - 1).to_string()),
            ],
        ),
    );
    let tag = [("len", "65"), ("max", "64")];
    check("Tag", &"t".repeat(65), &en_with("problem-tag-long", &tag));
    check(
        "Key",
        "a:b",
        &en_with("problem-forbidden", &[("found", ":"), ("where", "key")]),
    );
    check(
        "Value of property 1",
        "x|y",
        &en_with(
            "problem-forbidden",
            &[("found", "|"), ("where", "property")],
        ),
    );
    check("Key of property 1", "", &en("problem-property-no-key"));
    check(
        "Key of property 1",
        "KEYS",
        &en("problem-property-reserved"),
    );
    check("Body", "", &en("problem-body-empty"));
    assert_only_now_published(&mut window);
}

#[test]
fn what_xml_cannot_carry_is_refused_with_its_place() {
    // The character has no glyph, by its nature.
    let mut window = Window::start(Start {
        missing_glyphs: true,
        ..Start::default()
    });
    window.until_running();
    let remark = en_with("problem-not-xml", &[("at", "3"), ("code", "U+FFFE")]);
    for field in ["Tag", "Body"] {
        refused(&mut window, field, "ab\u{fffe}", &remark);
    }
    assert_only_now_published(&mut window);
}

#[test]
fn delays_and_times_that_make_no_sense_are_refused() {
    let mut window = Window::open();
    window.click("After…");
    for typed in ["", "soon", "10", "-5s"] {
        refused(&mut window, "Delay", typed, &en("problem-delay"));
    }
    let days = en_with("problem-delay-long", &[("days", "40")]);
    refused(&mut window, "Delay", "1000h", &days);

    window.click("At…");
    window.fill(Place::Form, "Delivery time", "2026-11-22T10:14:07Z");
    refused(&mut window, "Delivery time", "", &en("problem-time"));
    refused(
        &mut window,
        "Delivery time",
        "tomorrow",
        &en("problem-time"),
    );
    refused(&mut window, "Delivery time", "2027-11-22 10:14", &days);

    window.click("Now");
    assert_only_now_published(&mut window);
}

#[test]
fn the_sharding_key_has_rules_too() {
    let mut window = Window::open();
    window.click("Sharding key, half message…");
    let remark = en_with(
        "problem-forbidden",
        &[("found", "&"), ("where", "sharding-key")],
    );
    refused(&mut window, "Sharding key", "a&b", &remark);
    // Folded away, the remark is still there to say why nothing is published.
    window.fill(Place::Form, "Sharding key", "a&b");
    window.click("Sharding key, half message…");
    window.assert_shows(&remark);
    window.click("Sharding key, half message…");
    assert_eq!(window.value(Place::Form, "Sharding key"), "a&b");
    window.fill(Place::Form, "Sharding key", "");
    assert_only_now_published(&mut window);
}

#[test]
fn a_timed_body_that_is_too_large_for_the_server_is_refused_before_it_is_sent() {
    let start = Start::default().with("aliyun", Profile::Aliyun, "http://127.0.0.1:9");
    let mut window = Window::start(start);
    window.until_running();
    window.click("Use aliyun");
    window.click("After…");
    let bytes = (64 << 10) + 1;
    let remark = en_with(
        "problem-body-large",
        &[("bytes", &bytes.to_string()), ("max", "65536")],
    );
    let lines = format!("{}\n", "x".repeat(63)).repeat(1024) + "x";
    refused(&mut window, "Body", &lines, &remark);
    assert!(window.published().is_empty());

    // The sandbox takes it.
    window.fill(Place::Form, "Body", &lines);
    window.until_shown(&remark);
    window.click("Use Local sandbox");
    window.until("it is checked again", |window| !window.shows(&remark));
    window.click("Now");
    assert_only_now_published(&mut window);
}

#[test]
fn what_only_surprises_is_a_remark_and_does_not_hold_up() {
    let mut window = Window::open();
    window.fill(Place::Form, "Tag", "TagA||TagB");
    window.assert_shows(&en("problem-tag-bars"));
    window.publish_and_see();

    window.fill(Place::Form, "Tag", " TagA");
    window.assert_shows(&en_with("problem-blank-ends", &[("where", "tag")]));
    window.publish_and_see();
    window.fill(Place::Form, "Tag", "TagA");

    window.click("Add property");
    window.fill(Place::Form, "Key of property 2", "region");
    window.fill(Place::Form, "Value of property 2", "elsewhere");
    window.assert_shows(&en("problem-property-twice"));
    window.publish_and_see();
    window.click("Remove property 2");
    window.assert_not_shown(&en("problem-property-twice"));

    window.click("At…");
    window.fill(Place::Form, "Delivery time", "1970-01-02T00:00:00Z");
    window.assert_shows(&en("problem-delay-past"));
    window.publish_and_see();
    window.assert_shows("4 received");
}

#[test]
fn an_empty_form_is_not_wrong_before_somebody_tries_to_send_it() {
    let mut window = Window::open();
    let no_topic = en_with("problem-name-empty", &[("what", "topic")]);
    window.fill(Place::Form, "Topic", "");
    window.fill(Place::Form, "Body", "");
    window.assert_not_shown(&no_topic);
    window.assert_not_shown(&en("problem-body-empty"));
    window.press_with_command(egui::Key::Enter);
    window.assert_shows(&no_topic);
    window.assert_shows(&en("problem-body-empty"));
    assert!(window.published().is_empty());
}

#[test]
fn properties_come_and_go_and_json_is_put_in_shape() {
    let mut window = Window::open();
    window.click("Add property");
    window.fill(Place::Form, "Key of property 2", "shop");
    window.fill(Place::Form, "Value of property 2", "17");
    window.click("Remove property 1");
    assert_eq!(window.value(Place::Form, "Key of property 1"), "shop");
    assert!(!window.has("Key of property 2"));

    let compact = "{\"z\":1.50,\"a\":12345678901234567890123}";
    window.fill(Place::Form, "Body", compact);
    window.click("Format");
    let pretty = "{\n  \"z\": 1.50,\n  \"a\": 12345678901234567890123\n}";
    assert_eq!(window.value(Place::Form, "Body"), pretty);
    window.fill(Place::Form, "Body", "no JSON: {");
    window.click("Format");
    assert_eq!(window.value(Place::Form, "Body"), "no JSON: {");
    window.assert_shows("Text");

    let id = window.publish_and_see();
    window.look_into(&id);
    assert!(window.has("shop") && window.has("17"));
    assert!(!window.has("region"));
}

#[test]
fn a_body_that_begins_like_json_and_is_none_is_told_where_it_breaks() {
    let mut window = Window::open();
    let why = en("json-cut");
    let place = [("why", why.as_str()), ("line", "1"), ("column", "15")];
    let broken = en_with("json-broken-at", &place);
    window.assert_not_shown(&broken);
    window.fill(Place::Form, "Body", "{ \"order\": 1043");
    window.until_shown(&broken);
    // It can be what somebody means.
    assert_only_now_published(&mut window);
}

#[test]
fn the_head_of_a_view_says_what_is_wrong_and_keeps_what_was_typed() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.stop();
    let check = &mut |field: &str, typed: &str, remark: &str| {
        let right = window.value(Place::Head, field);
        window.fill(Place::Head, field, typed);
        window.click("Start");
        window.assert_shows(remark);
        assert_eq!(window.value(Place::Head, field), typed);
        assert!(window.has("Start"), "it is running:\n{}", window.tree());
        window.fill(Place::Head, field, &right);
        window.assert_not_shown(remark);
    };
    let (topic, group) = (("what", "topic"), ("what", "group"));
    let slash = ("found", "/");
    check(
        "Topic",
        "a/b",
        &en_with("problem-name-character", &[topic, slash]),
    );
    check("Topic", "", &en_with("problem-name-empty", &[topic]));
    check(
        "Consumer group",
        "",
        &en_with("problem-name-empty", &[group]),
    );
    check(
        "Consumer group",
        "a/b",
        &en_with("problem-name-character", &[group, slash]),
    );
    assert_eq!(window.rows(), [id]);
    window.click("Start");
    assert!(window.has("Stop"));
}

#[test]
fn megabytes_pasted_where_a_line_is_meant_are_held_back_and_said_to_be() {
    let mut window = Window::open();
    window.fill(Place::Form, "Key", "order-7");
    let megabytes = "x".repeat(4_000_000);
    window.paste_into(Place::Form, "Key", &megabytes);
    assert_eq!(window.value(Place::Form, "Key"), "order-7");
    window.assert_shows("Not pasted: the clipboard holds 3.8 MB");
    // As much as anybody means to paste there is taken.
    let long = "x".repeat(2_000);
    window.fill(Place::Form, "Key", &long);
    // And a body is a body.
    window.paste_into(Place::Form, "Body", &megabytes);
    window.until_shown("3.8 MB");
    window.assert_shows("Part ");
}
