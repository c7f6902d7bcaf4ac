//! Publishing as a tool: variables, templates, the same message many times, files line by line.
//! Against the embedded sandbox, under a clock that stands still: what goes out when is the
//! test's to say.

use std::time::Duration;

use egui::Key;
use mqscope::protocol::Profile;
use mqscope::session::outbox::Surroundings;
use mqscope::session::variables::Environment;

use crate::support::{Place, Start, Window, en, en_with};

const SECOND: Duration = Duration::from_secs(1);

/// Types a number and leaves its field.
#[track_caller]
fn number(window: &mut Window, name: &str, value: &str) {
    window.fill(Place::Only, name, value);
    window.press(Key::Enter);
    window.leave_fields();
}

/// Opens the fold for many times the same.
#[track_caller]
pub(crate) fn repeat(window: &mut Window, times: &str, rate: Option<&str>) {
    window.click("Repeat…");
    number(window, "Times", times);
    match rate {
        Some(rate) => number(window, "Per second", rate),
        None => window.click("As fast as possible"),
    }
}

/// Has the sandbox do this to the next publish.
#[track_caller]
fn next_publish(window: &mut Window, fault: &str) {
    window.click("Fault · 500 InternalError");
    window.click(fault);
    window.click("Add fault");
    window.until_shown(&format!("{fault} · next 1"));
    window.click(&format!("Fault · {fault}"));
    window.click("500 InternalError");
}

/// A window that looks into its sandbox, and consumes nothing.
#[track_caller]
fn with_room() -> Window {
    let mut window = Window::open();
    window.stop();
    window.click(&window.button_with("Sandbox http://"));
    window.until("the counts", |window| window.has("Look into orders"));
    window
}

/// Opens the fold for a file and looks into this one.
#[track_caller]
fn check_file(window: &mut Window, name: &str, contents: &str) {
    let path = window.make_file(name, contents);
    window.click("From file…");
    window.fill(Place::Only, "JSONL or CSV file", &path);
    window.until("the file is found", |window| window.is_on("Check file"));
    window.click("Check file");
}

// ---------------------------------------------------------------- variables

#[test]
fn variables_are_text_until_they_are_turned_on() {
    let mut window = Window::open();
    window.fill(Place::Form, "Key", "order-{{seq}}");
    let asleep = en_with("variables-asleep", &[("variable", "{{seq}}")]);
    window.assert_shows(&asleep);
    window.publish_and_see();
    assert!(window.has("order-{{seq}}"), "{}", window.tree());

    window.click("Variables");
    window.assert_not_shown(&asleep);
    window.click("Preview");
    assert!(window.has("order-1") && window.has("order-2"));
    // Looking has used up nothing.
    let id = window.publish_and_see();
    window.look_into(&id);
    window.assert_shows("order-1");
    assert_eq!(window.value(Place::Only, "Next number"), "2");
    number(&mut window, "Next number", "41");
    assert!(window.has("order-41") && window.has("order-42"));
    window.publish_and_see();
    assert!(window.count("order-41") > 0, "{}", window.tree());
}

#[test]
fn a_program_holds_what_the_variables_stand_for() {
    let mut window = Window::open();
    window.click("Variables");
    window.fill(Place::Form, "Key", "order-{{seq}}");
    window.fill(Place::Form, "Body", r"n {{seq}}, \{{seq}} as it is");
    window.click(&en("code-open"));
    let program = window.value(Place::Only, "Publish.java");
    assert!(program.contains("\"order-1\""), "{program}");
    assert!(program.contains("n 1, {{seq}} as it is"), "{program}");
    window.assert_shows(&en("code-filled"));
    window.press(Key::Escape);
    // What is the same in every message is what the message holds, too.
    window.fill(Place::Form, "Key", "");
    window.fill(Place::Form, "Body", r"\{{seq}}");
    window.click(&en("code-open"));
    let program = window.value(Place::Only, "Publish.java");
    assert!(program.contains("\"{{seq}}\""), "{program}");
    window.assert_not_shown(&en("code-filled"));
    window.press(Key::Escape);
    // What cannot be filled in is no program: why stands at the field.
    window.fill(Place::Form, "Body", "{{row.id}}");
    window.click(&en("code-open"));
    window.assert_not_shown(&en("code-publish-title"));
    window.assert_shows(&en_with("problem-variable-no-row", &[("at", "1")]));
}

#[test]
fn what_the_preview_shows_is_what_is_sent() {
    let mut window = Window::open();
    window.click("Variables");
    window.fill(Place::Form, "Key", "{{uuid}}");
    window.fill(Place::Form, "Body", "{{now:millis}} {{random hex 8}}");
    window.click("Preview");
    let shown = |window: &Window| -> Vec<String> {
        let texts = window.texts_with("-4");
        texts.into_iter().filter(|text| text.len() == 36).collect()
    };
    let ahead = shown(&window);
    assert_eq!(ahead.len(), 2, "{}", window.tree());
    let body = window.texts_with("1795342447000 ").swap_remove(0);
    window.publish_and_see();
    // The table has it, and the preview goes on to others.
    assert!(window.count(&ahead[0]) > 0, "{}", window.tree());
    window.assert_shows(&body);
    assert_ne!(shown(&window).pop().as_ref(), Some(&ahead[1]));
}

#[test]
fn a_variable_that_is_wrong_says_so_under_its_field() {
    let mut window = Window::start(Start {
        surroundings: Surroundings {
            environment: Environment::new([("SHOP".to_owned(), "17".to_owned())]),
            ..Surroundings::default()
        },
        ..Start::default()
    });
    window.until_running();
    window.click("Variables");
    let check = &mut |field: &str, typed: &str, remark: &str| {
        let right = window.value(Place::Form, field);
        window.fill(Place::Form, field, typed);
        window.assert_shows(remark);
        window.click("Publish");
        assert!(window.published().is_empty());
        assert_eq!(window.value(Place::Form, field), typed);
        window.fill(Place::Form, field, &right);
        window.assert_not_shown(remark);
    };
    let like = [("at", "3"), ("name", "uid"), ("like", "{{uuid}}")];
    check(
        "Key",
        "a-{{uid}}",
        &en_with("problem-variable-unknown-like", &like),
    );
    let unclosed = en_with("problem-variable-unclosed", &[("at", "2:3")]);
    check("Body", "{\n  {{seq", &unclosed);
    let gone = [("at", "1"), ("name", "NOT_THERE")];
    let gone = en_with("problem-variable-environment", &gone);
    check("Value of property 1", "{{env NOT_THERE}}", &gone);
    let secret = [("at", "1"), ("name", "MQSCOPE_SECRET_KEY")];
    let secret = en_with("problem-variable-secret", &secret);
    check("Tag", "{{env MQSCOPE_SECRET_KEY}}", &secret);
    let no_row = en_with("problem-variable-no-row", &[("at", "1")]);
    check("Tag", "{{row.id}}", &no_row);
    // What they stand for has to keep the rules of its field too.
    check(
        "Key",
        "{{now}}",
        &en_with("problem-forbidden", &[("found", ":"), ("where", "key")]),
    );

    window.fill(Place::Form, "Tag", "shop-{{env SHOP}}");
    window.publish_and_see();
    assert!(window.has("shop-17"));
}

// ---------------------------------------------------------------- templates

/// Saves what is in the form under a path.
#[track_caller]
fn save_as(window: &mut Window, path: &str) {
    window.click("Templates");
    window.fill(Place::Only, "Save this draft as", path);
    window.click("Save");
    window.press(Key::Escape);
}

#[test]
fn a_draft_is_kept_in_a_folder_and_comes_back() {
    let mut window = Window::open();
    window.click("Templates");
    window.assert_shows(&en("templates-none"));
    window.press(Key::Escape);
    window.fill(Place::Form, "Key", "first");
    save_as(&mut window, "orders/paid");
    window.fill(Place::Form, "Key", "second");
    save_as(&mut window, " ping ");
    window.until_outside("both are on disk", |window| {
        window
            .data_text("templates.toml")
            .contains("path = \"ping\"")
    });
    let kept = window.data_text("templates.toml");
    assert!(kept.contains("path = \"orders/paid\""), "{kept}");
    window.close();

    let mut window = Window::start(Start {
        files: vec![("templates.toml", kept)],
        ..Start::default()
    });
    window.until_running();
    window.click("Templates");
    window.until("they are read", |window| window.has("Load orders/paid"));
    // A folder can be closed, and a search looks into it all the same.
    window.click("Folder orders");
    assert!(!window.has("Load orders/paid") && window.has("Load ping"));
    window.fill(Place::Only, "Search templates", "PAID");
    assert!(window.has("Load orders/paid") && !window.has("Load ping"));
    window.click("Load orders/paid");
    assert_eq!(window.value(Place::Form, "Key"), "first");
    // What was in the form then is a first start's draft, which is nowhere else.
    window.assert_shows("Loaded orders/paid");
    window.click(&en("again-undo"));
    assert_eq!(window.value(Place::Form, "Key"), "order-1043");
    window.assert_not_shown("Loaded orders/paid");
}

#[test]
fn nothing_typed_is_lost_over_a_template() {
    let mut window = Window::open();
    window.fill(Place::Form, "Key", "one");
    save_as(&mut window, "one");
    window.fill(Place::Form, "Key", "two");
    save_as(&mut window, "two");
    let load = &mut |window: &mut Window, path: &str| {
        window.click("Templates");
        window.click(&format!("Load {path}"));
    };
    // As it was saved: nothing is lost.
    load(&mut window, "one");
    assert_eq!(window.value(Place::Form, "Key"), "one");
    assert!(!window.has(&en("again-undo")));
    load(&mut window, "two");
    assert!(!window.has(&en("again-undo")));
    // Changed since then.
    window.fill(Place::Form, "Key", "typed");
    load(&mut window, "one");
    assert_eq!(window.value(Place::Form, "Key"), "one");
    window.click(&en("again-undo"));
    assert_eq!(window.value(Place::Form, "Key"), "typed");
}

#[test]
fn templates_are_moved_and_removed_and_put_back() {
    let mut window = Window::open();
    for path in ["orders/paid", "orders/refund", "ping"] {
        save_as(&mut window, path);
    }
    window.click("Templates");
    window.click("Rename or move ping");
    window.fill(Place::Only, "New path", "orders/paid");
    window.assert_shows(&en("problem-template-taken"));
    window.fill(Place::Only, "New path", "tests/ping");
    window.click("Move");
    window.until("it is moved", |window| window.has("Load tests/ping"));
    // A folder goes with all that is in it.
    window.click("Rename or move orders");
    window.fill(Place::Only, "New path", "old/orders");
    window.click("Move");
    window.until("it is moved", |window| window.has("Load old/orders/refund"));
    window.click("Delete old");
    window.until("it is gone", |window| !window.has("Load old/orders/paid"));
    window.assert_shows("Deleted old");
    window.click("Undo delete");
    window.until("it is back", |window| window.has("Load old/orders/paid"));
    window.until_outside("it is on disk", |window| {
        window
            .data_text("templates.toml")
            .contains("path = \"old/orders/paid\"")
    });
}

#[test]
fn a_damaged_file_of_templates_stops_nothing() {
    let mut window = Window::start(Start {
        files: vec![("templates.toml", "[[template]]\npath =".to_owned())],
        ..Start::default()
    });
    window.until_running();
    window.until_shown("The templates could not be read. They are kept as ");
    save_as(&mut window, "new");
    window.until_outside("it is on disk", |window| {
        window
            .data_text("templates.toml")
            .contains("path = \"new\"")
    });
    assert!(!window.data_text("templates.toml.damaged-1").is_empty());
}

// ---------------------------------------------------------------- many times the same

#[test]
fn fifty_messages_go_out_ten_a_second() {
    let mut window = Window::open();
    window.click("Variables");
    window.fill(Place::Form, "Key", "order-{{seq}}");
    repeat(&mut window, "50", Some("10"));
    window.click("Publish 50 times");
    for done in [1, 11, 21, 31, 41] {
        window.until_shown(&format!("Publishing to Local sandbox · {done} of 50"));
        window.until_shown(&format!("{done} received"));
        window.advance(SECOND);
    }
    window.until_shown("50 published in 5 s");
    window.assert_shows("10 per second · p50 ");
    window.until_shown("50 received");
    assert!(window.has("order-50"), "{}", window.tree());
    assert!(!window.shows("Publishing to"));
    // One line of the history stands for all of them.
    window.click(&en("history-open"));
    window.until_shown("50 of 50 stored");
    window.click(&en("history-open"));
    // The numbers go on where they ended.
    window.click("Close the summary");
    window.assert_not_shown("50 published");
    assert_eq!(window.value(Place::Only, "Next number"), "51");
    window.click("Publish once");
    window.publish();
    window.until_shown("51 received");
    assert!(window.has("order-51"));
}

#[test]
fn stop_ends_it_at_once_at_any_rate() {
    let mut window = Window::open();
    repeat(&mut window, "100", Some("10"));
    window.click("Publish 100 times");
    window.until_shown("1 of 100");
    window.advance(SECOND);
    window.until_shown("11 of 100");
    assert!(!window.asks_to_close(), "what goes on is asked about");
    window.assert_shows("Publishing the form again and again: 11 of 100 are through");
    window.click("Stay");
    window.click("Stop publishing");
    window.until_shown("Stopped: 11 of 100 published in 1 s");
    window.advance(10 * SECOND);
    window.until_shown("11 received");

    number(&mut window, "Times", "1000000");
    window.click("As fast as possible");
    number(&mut window, "In parallel", "16");
    window.assert_shows(&en("outbox-unordered"));
    window.click("Publish 1000000 times");
    window.until("some are through", |window| {
        window.shows(" of 1000000") && !window.has("0 of 1000000")
    });
    // From the foot of the window, where it is in sight whatever is shown above.
    window.click("Stop the run");
    window.until_shown("Stopped: ");
    window.assert_not_shown("perhaps published");
}

#[test]
fn failures_are_counted_by_kind_and_nothing_is_sent_twice() {
    let mut window = with_room();
    next_publish(&mut window, "Dropped, but done");
    next_publish(&mut window, "403 AccessDenied");
    repeat(&mut window, "5", None);
    window.click("Stop at the first error");
    window.click("Publish 5 times");
    window.until_shown("3 of 5 published");
    // The figures have all of them.
    window.assert_shows("2 errors");
    window.click(&window.button_with("received · "));
    window.click("All");
    window.advance(SECOND);
    window.assert_shows("Messages per second: Published 3/s");
    window.assert_shows("Publish latency: p50 <1 ms");
    window.click(&window.button_with("Sandbox http://"));
    let endpoint = format!("http://{}", window.sandbox_addr());
    let broke = en_with("card-closed", &[("endpoint", &endpoint)]);
    window.assert_shows(&format!("1 perhaps published: {broke}"));
    window.assert_shows(&format!("1 not published: {}", en("card-denied-publish")));
    window.assert_shows("Messages 1, 2");
    // The one that nobody knew of is there, once.
    window.until_shown("4 published · 0 delivered");
    window.assert_shows("3 messages were published; 1 were not, and of 1 nobody knows");
}

#[test]
fn the_first_error_ends_it_if_that_is_wanted() {
    let mut window = with_room();
    next_publish(&mut window, "403 AccessDenied");
    repeat(&mut window, "5", None);
    window.click("Publish 5 times");
    window.until_shown("Stopped at the first error: 0 of 5 published");
    window.assert_shows("1 not published");
}

#[test]
fn many_messages_to_a_server_are_asked_about_and_a_lock_refuses_them() {
    let mut start = Start::default().with("prod", Profile::Aliyun, "http://127.0.0.1:9");
    start.config.profiles[0].read_only = false;
    let mut window = Window::start(start);
    window.until_running();
    window.click("Use prod");
    repeat(&mut window, "3", None);
    window.click("Publish 3 times");
    window.assert_shows("Publish 3 messages to prod");
    window.assert_shows("topic orders at http://127.0.0.1:9");
    window.click("Cancel");
    window.assert_not_shown("Publish 3 messages to prod");
    window.click("Publish 3 times");
    window.click("Publish them");
    // There are no keys for it: it cannot even begin, and says what to do.
    window.until_shown("It could not go on: 0 of 3 published");
    window.assert_shows(&en("trouble-no-keys"));
    window.close();

    let mut start = Start::default().with("prod", Profile::Aliyun, "http://127.0.0.1:9");
    start.config.profiles[0].read_only = true;
    let mut window = Window::start(start);
    window.until_running();
    window.click("Use prod");
    repeat(&mut window, "3", None);
    window.click("Publish 3 times");
    window.assert_shows(&en("notice-read-only"));
    window.assert_not_shown("could not go on");
}

// ---------------------------------------------------------------- files

#[test]
fn a_dry_run_says_which_lines_are_messages_and_the_others_are_left_out() {
    let mut window = Window::open();
    let lines = "{\"body\": \"b1\", \"key\": \"k1\", \"message_id\": \"x\"}\n\
                 not json\n\
                 {\"tag\": \"t\"}\n\
                 \n\
                 {\"body\": {\"n\": 5}, \"properties\": {\"region\": \"gz\"}}\n\
                 {\"body\": \"x\", \"key\": \"a:b\"}\n";
    check_file(&mut window, "messages.jsonl", lines);
    window.until_shown("2 messages · JSONL · bodies 9 B, largest 7 B");
    window.assert_shows("3 lines are no messages and will be left out");
    window.assert_shows("Line 2: Not JSON at character 2: ");
    window.assert_shows(&format!("Line 3: {}", en("problem-row-body")));
    let colon = en_with("problem-forbidden", &[("found", ":"), ("where", "key")]);
    window.assert_shows(&format!("Line 6: {colon}"));
    window.assert_shows("Not used: message_id");
    window.assert_shows("First message");
    assert!(window.has("b1") && window.has("k1"));
    assert!(window.rows().is_empty(), "nothing is published by looking");

    window.click("As fast as possible");
    window.click("Publish 2 messages");
    window.until_shown("2 of 5 published");
    window.assert_shows("1 not sent: There is no body");
    window.assert_shows("Lines 2, 3, 6");
    window.until_shown("2 received");
    window.assert_shows("{\"n\":5}");
}

#[test]
fn a_file_goes_on_where_it_stopped() {
    let mut window = with_room();
    let lines = "{\"body\": \"b1\"}\n{\"body\": \"b2\"}\n{\"body\": \"b3\"}\n";
    check_file(&mut window, "messages.jsonl", lines);
    window.until_shown("3 messages");
    number(&mut window, "Per second", "1");
    window.click("Publish 3 messages");
    window.until_shown("1 of 3");
    next_publish(&mut window, "403 AccessDenied");
    window.advance(SECOND);
    window.until_shown("Stopped at the first error: 1 of 3 published");
    window.click("Go on from line 2…");
    assert_eq!(window.value(Place::Only, "From line"), "2");
    window.click("Publish from line 2");
    window.until_shown("1 published");
    window.advance(SECOND);
    window.until_shown("2 published in 1 s");
    window.until_shown("3 published · 0 delivered");
}

#[test]
fn lines_of_a_table_fill_the_form() {
    let mut window = Window::open();
    window.click("Variables");
    window.fill(Place::Form, "Key", "order-{{row.id}}");
    window.fill(
        Place::Form,
        "Body",
        "{\"n\":{{seq}},\"region\":\"{{row.region}}\"}",
    );
    let no_row = en_with("problem-variable-no-row", &[("at", "7")]);
    window.assert_shows(&no_row);
    let table = "id,region\n7,gz\n8\n9,\"s\"\"h\"\n";
    check_file(&mut window, "orders.csv", table);
    window.assert_not_shown(&no_row);
    window.until_shown("2 messages · CSV");
    window.assert_shows("Line 3: 1 cells under a header of 2");
    window.click("Preview");
    assert!(
        window.has("order-7") && window.has("order-9"),
        "{}",
        window.tree()
    );
    // Another draft would be other messages: they are looked at first.
    window.fill(Place::Form, "Tag", "{{row.regio}}");
    assert!(window.has("Check file") && !window.has("Publish 2 messages"));
    let like = [("at", "1"), ("name", "regio"), ("like", "region")];
    window.assert_shows(&en_with("problem-variable-column-like", &like));
    window.fill(Place::Form, "Tag", "t");
    window.click("Check file");
    window.until("it is checked", |window| window.has("Publish 2 messages"));
    window.click("As fast as possible");
    window.click("Publish 2 messages");
    window.until_shown("2 of 3 published");
    window.until_shown("2 received");
    window.assert_shows("{\"n\":1,\"region\":\"gz\"}");
}

#[test]
fn a_file_that_is_no_use_says_why() {
    let mut window = Window::open();
    check_file(&mut window, "empty.jsonl", "\n\n");
    window.until_shown(&en("outbox-found-nothing"));
    assert!(window.is_on("Check file"), "once it is mended");
    window.click("Publish once");
    check_file(&mut window, "blank.csv", ",,\n1,2,3\n");
    window.until_shown(&en("problem-row-header"));
    assert!(window.is_on("Publish once"));
}
