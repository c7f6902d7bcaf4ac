//! From nothing to a message that is published, looked at and acked, and the end of it all.

use std::net::{TcpListener, TcpStream};

use egui::Key;

use crate::support::{Place, Start, Window, en, en_with};

#[test]
fn everything_is_ready_on_a_first_start() {
    let mut window = Window::open();
    window.assert_shows("running · 127.0.0.1:");
    assert_ne!(window.sandbox_addr().port(), 0);
    window.assert_shows("Notices 0");

    // The form only waits to be sent.
    for (field, text) in [
        ("Topic", "orders"),
        ("Tag", "TagA"),
        ("Key", "order-1043"),
        ("Key of property 1", "region"),
    ] {
        assert_eq!(window.value(Place::Form, field), text);
    }
    assert!(window.value(Place::Form, "Body").contains("\"你好\""));
    window.assert_shows("Valid JSON");

    // The view listens already, and cannot be aimed elsewhere while it does.
    assert!(window.has("Consume orders · GID_debug · running"));
    assert!(window.is_on("Stop"));
    assert!(window.is_on("Pause"));
    assert!(!window.has("Consumer group"));
    window.assert_shows("Looking consumes");
    window.assert_shows("Waiting for messages");

    window.publish_and_see();
    assert!(window.has("orders") && window.has("GID_debug"));
    window.assert_not_shown("Waiting for messages");
}

#[test]
fn a_published_message_arrives_is_looked_at_and_acked() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    for text in ["TagA", "order-1043", "5:00", "1"] {
        assert!(window.has(text), "{text:?} in\n{}", window.tree());
    }
    window.assert_shows("{ \"order\": 1043, \"amount\": 42.00,");
    window.assert_shows("You hold 1, next returns in 5:00");
    window.assert_shows("1 received · 0 acked");

    window.look_into(&id);
    for text in ["Delivery 1", "MD5 matches", "ap-guangzhou", "region", &id] {
        assert!(window.has(text), "{text:?} in\n{}", window.tree());
    }

    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");
    assert!(window.has("Acked"));
    assert!(!window.has(&format!("Ack {id}")));
    window.assert_shows("You hold 0");
    window.assert_shows(" acked");
}

#[test]
fn ctrl_enter_publishes_from_wherever_one_types() {
    let mut window = Window::open();
    window.fill(Place::Form, "Key", "order-7");
    window.press_with_command(Key::Enter);
    window.until_row_beside(&[]);
    assert!(window.has("order-7"));
    assert_eq!(window.value(Place::Form, "Key"), "order-7");

    // In the body it must not write a line break either.
    window.fill(Place::Form, "Body", "你好 <&> 🎉");
    let before = window.rows();
    window.press_with_command(Key::Enter);
    window.until_row_beside(&before);
    assert_eq!(window.value(Place::Form, "Body"), "你好 <&> 🎉");
    assert!(window.has("你好 <&> 🎉"));
}

#[test]
fn a_port_that_is_taken_is_told_with_both_addresses() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let wished = other.local_addr().unwrap();
    let mut window = Window::start(Start {
        listen: wished,
        ..Start::default()
    });
    window.until_running();
    let addr = window.sandbox_addr();
    assert_ne!(addr, wished);
    let text = format!("Another program listens on {wished}, so the sandbox took {addr}");
    window.assert_shows(&text);
    window.assert_shows("Notices 1");
    window.click("Notices 1");
    window.assert_shows("Point your SDKs at the new address");
    window.publish_and_see();
}

#[test]
fn a_sandbox_that_cannot_run_leaves_a_window_that_says_so() {
    // Not an address of this machine.
    let mut window = Window::start(Start {
        listen: "192.0.2.1:8080".parse().unwrap(),
        ..Start::default()
    });
    window.until_shown("not running");
    window.assert_shows("Sandbox not running");
    window.click("Publish");
    window.until_shown(&en("trouble-sandbox-down-next"));
    assert_eq!(window.value(Place::Form, "Key"), "order-1043");
}

#[test]
fn a_sandbox_that_could_not_run_is_started_once_the_reason_is_gone() {
    // Not an address of this machine.
    let elsewhere = "192.0.2.1:8080".parse().unwrap();
    let here = "127.0.0.1:0".parse().unwrap();
    for way in ["the view", "the list", "the palette"] {
        let mut window = Window::start(Start {
            listen: elsewhere,
            ..Start::default()
        });
        window.until_shown(&en("empty-sandbox"));
        window.assert_shows("Notices 1");
        // While the reason is there, it fails once more, and says so.
        start_sandbox(&mut window, way);
        window.until("it failed again", |window| window.shows("Notices 2"));
        window.assert_shows(&en("empty-sandbox"));
        window.assert_shows(&en("sandbox-failed"));

        window.sandbox_may_listen(here);
        start_sandbox(&mut window, way);
        window.until_running();
        assert!(window.sandbox_addr().ip().is_loopback());
        assert!(!window.has(&en("sandbox-start")), "{}", window.tree());
        let id = window.publish_and_see();
        window.click(&format!("Ack {id}"));
        window.until_shown("1 received · 1 acked");
    }
}

/// By the button in the empty view, by the one below its name, or by name.
fn start_sandbox(window: &mut Window, way: &str) {
    let name = en("sandbox-start");
    match way {
        "the view" => window.click_rightmost(&name),
        "the list" => window.click_topmost(&name),
        _ => {
            window.press_with_command(Key::K);
            window.write(&name);
            window.press(Key::Enter);
        }
    }
}

#[test]
fn a_sandbox_that_keeps_its_messages_has_them_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let start = || Start {
        data_dir: Some(data.path().join("sandbox")),
        ..Start::default()
    };
    let mut window = Window::start(start());
    window.until_running();
    let id = window.publish_and_see();
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");
    drop(window.close());

    let mut window = Window::start(start());
    window.until_running();
    window.assert_shows("Notices 0");
    window.until_shown("GID_debug");
    // The first one was acked: the second is the only one that comes.
    let second = window.publish_and_see();
    assert_ne!(second, id);
    window.assert_shows("1 received · 0 acked");
}

#[test]
fn a_sandbox_whose_file_is_damaged_runs_in_memory_and_leaves_it_alone() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("sandbox.redb");
    std::fs::write(&file, "not a database").unwrap();
    let mut window = Window::start(Start {
        data_dir: Some(data.path().to_owned()),
        ..Start::default()
    });
    window.until_running();
    window.assert_shows(&en("notice-sandbox-in-memory"));
    window.assert_shows("Notices 1");
    window.click("Notices 1");
    let path = file.display().to_string();
    window.assert_shows(&en_with("obstacle-damaged", &[("path", &path)]));
    window.publish_and_see();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "not a database");
}

#[test]
fn closing_the_window_ends_everything_behind_it() {
    let mut window = Window::open();
    window.publish_and_see();
    let addr = window.sandbox_addr();
    // Without a window a poll is parked and a message held: neither may hold up the end.
    let runtime = window.close();
    assert!(TcpStream::connect(addr).is_err(), "{addr} still answers");
    TcpListener::bind(addr).unwrap();
    drop(runtime);
}
