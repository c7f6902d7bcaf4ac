//! Connections: the form and what it refuses, where keys go, servers that cannot be reached, and
//! those that may only be looked at.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use egui::{Color32, Key, Rect, Shape};
use mqscope::config::{ConfigFile, Question};
use mqscope::credentials::Credentials;
use mqscope::protocol::Profile;
use mqscope::sandbox::{AccessRule, Sandbox, SandboxSettings};
use mqscope::ui::theme;
use tokio::sync::oneshot;

use crate::support::{Place, Start, Window, en, en_with};

const ACCESS_KEY: &str = "ak-of-the-desk";
const SECRET_KEY: &str = "sk-nobody-may-see";

const AK: &str = "Access key (AK) – the role’s key";
const SK: &str = "Secret key (SK) – the role’s name";
const TOKEN: &str = "STS token (optional)";

/// A server with keys of its own. Ends with the returned sender.
fn server(window: &Window, listen: SocketAddr) -> (SocketAddr, oneshot::Sender<()>) {
    let settings = SandboxSettings {
        listen,
        keys: vec![AccessRule::new(ACCESS_KEY, SECRET_KEY)],
        ..SandboxSettings::default()
    };
    let bind = Sandbox::bind(settings, window.clock().clone());
    let server = window.runtime().block_on(bind).unwrap();
    let addr = server.addr();
    let (stop, stopped) = oneshot::channel();
    window.runtime().spawn(server.run(async move {
        let _ = stopped.await;
    }));
    (addr, stop)
}

fn free_port() -> SocketAddr {
    // Closed again at once: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// A start that knows one connection and its keys.
fn start_with(addr: SocketAddr) -> Start {
    let start = Start::default().with("desk", Profile::Tdmq, &format!("http://{addr}"));
    let keys = Credentials::from_pasted(ACCESS_KEY, SECRET_KEY, "");
    start.secrets.store("desk", &keys);
    start
}

/// The same for somebody who publishes to production without being asked.
fn unasked(mut start: Start) -> Start {
    let question = Question::PublishProduction;
    *start.config.preferences.ask_before.switch(question) = false;
    start
}

/// Fails if a secret is anywhere in the configuration's folder.
#[track_caller]
fn assert_no_secret_on_disk(window: &Window) {
    let folder = window.config_path();
    for entry in fs::read_dir(folder.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for secret in [ACCESS_KEY, SECRET_KEY, "token-nobody-may-see"] {
            assert!(!text.contains(secret), "{secret} in {}", path.display());
        }
    }
}

#[test]
fn each_field_of_the_form_says_what_is_wrong_and_nothing_is_saved() {
    let mut window = Window::open();
    let untouched = window.config_text();
    window.click("Add connection…");
    let no_name = en("problem-connection-name");
    window.assert_not_shown(&no_name);
    window.click("Save");
    window.assert_shows(&no_name);
    window.assert_shows(&en("problem-endpoint"));
    assert!(window.is_wrong("Name") && window.is_wrong("HTTP endpoint"));
    assert!(!window.is_wrong("Instance ID"));

    window.fill(Place::Only, "Name", "desk");
    window.assert_not_shown(&no_name);
    assert!(!window.is_wrong("Name"));
    for (typed, why) in [
        ("ftp://mq", "problem-endpoint-scheme"),
        ("http://", "problem-endpoint"),
        ("http://mq/path", "problem-endpoint-path"),
        ("http://me:hush@mq", "problem-endpoint-keys"),
    ] {
        window.fill(Place::Only, "HTTP endpoint", typed);
        window.assert_shows(&en(why));
        window.click("Save");
        assert_eq!(window.value(Place::Only, "HTTP endpoint"), typed);
    }
    window.fill(Place::Only, "HTTP endpoint", " http://mq.example:8080 ");
    window.assert_not_shown(&en("problem-endpoint"));

    let name = |what| en_with("problem-name-blank", &[("what", what)]);
    for (field, remark) in [
        ("Instance ID", en("problem-instance")),
        ("Default topic", name("topic")),
        ("Default consumer group", name("group")),
    ] {
        window.fill(Place::Only, field, "a b");
        window.assert_shows(&remark);
        window.click("Save");
        assert_eq!(window.value(Place::Only, field), "a b");
        window.fill(Place::Only, field, "");
        window.assert_not_shown(&remark);
    }

    let proxy = en("connection-proxy");
    window.fill(Place::Only, &proxy, "host:nowhere");
    window.assert_shows(&en("problem-proxy"));
    window.click("Save");
    assert_eq!(window.value(Place::Only, &proxy), "host:nowhere");
    window.fill(Place::Only, &proxy, "host:3128");
    window.assert_not_shown(&en("problem-proxy"));
    window.fill(Place::Only, &proxy, "");

    let half = en("problem-half-keys");
    window.fill(Place::Only, AK, ACCESS_KEY);
    window.click("Save");
    window.assert_shows(&half);
    window.fill(Place::Only, AK, "");
    window.fill(Place::Only, SK, SECRET_KEY);
    window.assert_shows(&half);
    window.click("Save");
    assert_eq!(window.value(Place::Only, "Name"), "desk");
    assert!(window.has("New connection"), "the form has closed");
    assert_eq!(window.config_text(), untouched);

    window.fill(Place::Only, AK, ACCESS_KEY);
    window.assert_not_shown(&half);
    window.click("Save");
    window.until("it is saved", |window| window.has("Use desk"));
    assert!(!window.has("New connection"));
    assert!(window.config_text().contains("\"http://mq.example:8080\""));
    assert_no_secret_on_disk(&window);
}

#[test]
fn a_connection_is_added_and_works_and_its_keys_are_nowhere_on_disk() {
    let mut window = Window::start(unasked(Start::default()));
    window.until_running();
    let (addr, _server) = server(&window, "127.0.0.1:0".parse().unwrap());
    let endpoint = format!("http://{addr}");
    window.click("Add connection…");
    window.assert_shows(&en("keys-where"));
    window.fill(Place::Only, "Name", "订单 desk");
    window.fill(Place::Only, "HTTP endpoint", &endpoint);
    // As it comes from a console, with blanks around it.
    window.fill(Place::Only, AK, &format!(" {ACCESS_KEY}\t"));
    window.fill(Place::Only, SK, &format!("{SECRET_KEY} "));
    window.fill(Place::Only, TOKEN, "token-nobody-may-see");
    window.fill(Place::Only, "Default topic", "orders");
    window.fill(Place::Only, "Default consumer group", "GID_desk");
    window.click("Red");
    assert!(window.is_chosen("Red") && !window.is_chosen("Grey"));
    for secret in [ACCESS_KEY, SECRET_KEY, "token-nobody-may-see"] {
        assert!(!window.tree().contains(secret), "{}", window.tree());
    }
    window.click("Save");
    window.until("it is in the list", |window| window.has("Use 订单 desk"));

    // In the file, but for its keys; and there is no keyring here, which is said.
    let text = window.config_text();
    for part in ["订单 desk", &endpoint, "GID_desk", "red"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert_no_secret_on_disk(&window);
    window.assert_shows("The keys are kept until mqscope closes");
    window.click("Notices 1");
    window.assert_shows("Install and unlock one (gnome-keyring, KWallet)");
    window.assert_shows("no keyring is used in this run");

    // It is the one in use now, and its keys are good.
    assert!(window.is_chosen("Use 订单 desk"));
    window.publish();
    window.click("New consume view");
    assert_eq!(window.value(Place::Head, "Consumer group"), "GID_desk");
    window.click("Start");
    let id = window.until_row_beside(&[]);
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");

    // The keys are never shown again, only where they are.
    window.click("Edit 订单 desk…");
    window.assert_shows("Keys are kept until mqscope closes, as there is no keyring");
    for field in [AK, SK, TOKEN] {
        assert_eq!(window.value(Place::Only, field), "");
    }
    assert_eq!(window.value(Place::Only, "HTTP endpoint"), endpoint);

    // Saved without new ones, it keeps the old ones.
    window.fill(Place::Only, "Name", "desk 2");
    window.click("Save");
    window.until("it has its new name", |window| window.has("Use desk 2"));
    assert!(!window.has("Use 订单 desk"));
    window.publish();
}

#[test]
fn keys_that_are_there_from_before_are_said_to_be() {
    let mut window = Window::start(start_with(free_port()));
    window.until_running();
    window.click("Edit desk…");
    // What a store holds that nobody filled in this run comes from the keyring.
    window.until_shown(&en("keys-in-keyring"));
    window.click("Cancel");
    window.click("Use desk");
    window.click("Edit desk…");
    window.assert_shows(&en("keys-in-keyring"));
}

#[test]
fn escape_closes_a_form_only_where_nothing_would_be_lost() {
    let mut window = Window::open();
    window.click("Add connection…");
    window.fill(Place::Only, SK, SECRET_KEY);
    // The first one leaves the field, the second would close the form.
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert!(window.has("New connection"));
    window.fill(Place::Only, SK, "");
    window.fill(Place::Only, "Name", "desk");
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert!(window.has("New connection"));
    window.fill(Place::Only, "Name", "");
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert!(!window.has("New connection"));
}

#[test]
fn a_connection_is_deleted_only_after_a_second_look() {
    let start = start_with(free_port());
    let secrets = start.secrets.clone();
    let mut window = Window::start(start);
    window.until_running();
    window.click("Edit desk…");
    window.click("Delete…");
    window.click("Cancel");
    assert!(window.has("Use desk"));
    assert!(window.config_text().contains("name = \"desk\""));
    assert!(secrets.load("desk").unwrap().is_some());

    window.click("Edit desk…");
    assert!(!window.has("Delete desk and its keys"), "asked for already");
    window.click("Delete…");
    window.click("Delete desk and its keys");
    assert!(!window.has("Use desk") && !window.has("Edit connection"));
    window.until_outside("it is gone from the file, and its keys too", |window| {
        !window.config_text().contains("name = \"desk\"") && secrets.load("desk").unwrap().is_none()
    });
}

#[test]
fn what_cannot_be_saved_stays_in_the_form() {
    let mut window = Window::open();
    window.click("Add connection…");
    window.fill(Place::Only, "Name", "desk");
    window.fill(Place::Only, "HTTP endpoint", "http://mq.example");
    // A file where the folder should be: nobody can write there, whatever their rights.
    let path = window.config_path();
    let folder = path.parent().unwrap();
    fs::remove_dir_all(folder).unwrap();
    fs::write(folder, "").unwrap();
    window.click("Save");
    window.until_shown("Not saved: ");
    assert_eq!(window.value(Place::Only, "Name"), "desk");
    assert!(!window.has("Use desk"));

    fs::remove_file(folder).unwrap();
    window.click("Save");
    window.until("it is saved", |window| window.has("Use desk"));
    let saved = ConfigFile::at(folder).load().unwrap();
    assert_eq!(saved.profiles[0].name, "desk");
}

#[test]
fn an_endpoint_that_does_not_answer_is_told_with_what_to_do_and_tried_again() {
    let addr = free_port();
    let mut window = Window::start(start_with(addr));
    window.until_running();
    window.click("Use desk");
    window.fill(Place::Form, "Key", "order-9");
    window.click("Publish");
    let what = en_with(
        "card-nothing-here",
        &[("endpoint", &format!("http://{addr}"))],
    );
    window.until_shown(&what);
    window.assert_shows(&en("card-next-start-sandbox"));
    assert!(window.is_on("Publish"));
    assert_eq!(window.value(Place::Form, "Key"), "order-9");

    window.click("New consume view");
    window.click("Start");
    window.until("the banner", |window| window.shows(&format!("{what} · ")));
    window.assert_shows("Next try in 0:01");
    window.assert_shows("Cannot consume");
    assert!(window.has("desk · Consume orders · GID_debug · failing"));
    assert!(window.is_on("Stop"));

    // Each try comes later than the one before.
    window.advance(Duration::from_secs(1));
    window.until_shown("Next try in 0:02");

    let (_, _server) = server(&window, addr);
    window.advance(Duration::from_secs(2));
    window.click("Publish");
    let id = window.until_row_beside(&[]);
    assert!(!window.shows("Next try in"));
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");
}

#[test]
fn wrong_keys_end_the_polling_with_the_reason_and_right_ones_mend_it() {
    let mut window = Window::start(Start::default());
    window.until_running();
    let (addr, _server) = server(&window, "127.0.0.1:0".parse().unwrap());
    window.click("Add connection…");
    window.fill(Place::Only, "Name", "desk");
    window.fill(Place::Only, "HTTP endpoint", &format!("http://{addr}"));
    window.fill(Place::Only, "Default topic", "orders");
    window.fill(Place::Only, "Default consumer group", "GID_desk");
    window.click("Save");
    window.until("it is saved", |window| window.has("Use desk"));

    window.click("Publish");
    window.until_shown(&en("trouble-no-keys-next"));

    window.click("Edit desk…");
    window.fill(Place::Only, AK, ACCESS_KEY);
    window.fill(Place::Only, SK, "not-the-secret");
    window.click("Save");
    window.until("it is saved", |window| !window.has("Edit connection"));
    window.click("Publish");
    window.until_shown(&en("card-next-copy-keys"));
    window.click("New consume view");
    window.click("Start");
    window.until("it has given up", |window| {
        window.has("Start") && window.has(&en("card-signature"))
    });

    window.click("Edit desk…");
    window.fill(Place::Only, AK, ACCESS_KEY);
    window.fill(Place::Only, SK, SECRET_KEY);
    window.click("Save");
    window.until("it is saved", |window| !window.has("Edit connection"));
    window.publish();
    window.click("Start");
    window.until_row_beside(&[]);
}

#[test]
fn a_connection_that_is_read_only_publishes_and_acks_nothing() {
    let mut window = Window::open();
    let (addr, _server) = server(&window, "127.0.0.1:0".parse().unwrap());
    window.click("Add connection…");
    window.fill(Place::Only, "Name", "desk");
    window.fill(Place::Only, "HTTP endpoint", &format!("http://{addr}"));
    window.fill(Place::Only, AK, ACCESS_KEY);
    window.fill(Place::Only, SK, SECRET_KEY);
    window.fill(Place::Only, "Default topic", "orders");
    window.fill(Place::Only, "Default consumer group", "GID_desk");
    window.click("Save");
    window.until("it is saved", |window| window.has("Use desk"));
    window.publish();
    let published = window.published();

    let lock = en("connection-lock");
    window.click("Edit desk…");
    window.click(&lock);
    assert!(window.is_chosen(&lock));
    window.click("Save");
    window.until_shown("not connected · read-only");

    window.click("Publish");
    window.assert_shows(&en("notice-read-only"));
    assert_eq!(window.published(), published);
    window.click("New consume view");
    window.click("Start");
    let id = window.until_row_beside(&[]);
    window.click(&format!("Ack {id}"));
    assert!(window.is_on(&format!("Ack {id}")));
    window.click(&format!("Select {id}"));
    window.click("Ack selected (1)");
    assert!(window.is_on("Ack selected (1)"));
    assert!(!window.is_on(&en("auto-ack")));
    window.click("Notices 4");
    assert_eq!(window.texts_with(&en("notice-read-only-next")).len(), 3);
    window.assert_shows("1 received · 0 acked");
}

/// Ctrl+Enter belongs to the form on top, not to the draft behind it.
#[test]
fn typing_in_the_form_publishes_nothing_behind_it() {
    let mut window = Window::open();
    window.click("Add connection…");
    window.fill(Place::Only, "Name", "desk");
    window.press_with_command(Key::Enter);
    window.click("Cancel");
    let id = window.publish_and_see();
    assert_eq!(window.rows(), [id]);
    window.assert_shows("1 received · 0 acked");
}

/// What is below the sandbox in the list is the sandbox's, whichever connection was in use.
#[test]
fn a_click_in_the_sandboxs_tree_goes_back_to_the_sandbox() {
    let addr = free_port();
    let mut window = Window::start(start_with(addr));
    window.until_running();
    window.until("the topic is in the tree", |window| window.has("orders"));
    window.click("Use desk");
    assert!(window.has(&format!("http://{addr}")));
    window.click("orders");
    assert!(!window.has(&format!("http://{addr}")));
    window.publish_and_see();
}

/// A circle as it is painted.
#[derive(Debug, PartialEq)]
enum Paint {
    Filled(Color32),
    Ring(Color32),
}

/// The circles in the place of something.
fn dots(window: &Window, name: &str) -> Vec<Paint> {
    fn look(shape: &Shape, place: Rect, found: &mut Vec<Paint>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| look(shape, place, found)),
            Shape::Circle(circle) if place.contains(circle.center) => {
                found.push(match circle.fill == Color32::TRANSPARENT {
                    true => Paint::Ring(circle.stroke.color),
                    false => Paint::Filled(circle.fill),
                });
            }
            _ => {}
        }
    }
    let place = window.rect(name);
    let mut found = Vec::new();
    for clipped in window.shapes() {
        look(&clipped.shape, place, &mut found);
    }
    found
}

/// The colours that a person gives to connections, in either theme.
#[test]
fn each_colour_of_a_connection_is_that_of_its_tab() {
    let start = Start::default();
    let colors = ["Green", "Blue", "Amber", "Red", "Purple", "Grey"];
    let mut window = Window::start(start);
    window.until_running();
    for name in colors {
        window.click("Add connection…");
        window.fill(Place::Only, "Name", name);
        window.fill(Place::Only, "HTTP endpoint", "http://127.0.0.1:1");
        window.fill(Place::Only, "Default topic", "orders");
        window.fill(Place::Only, "Default consumer group", "GID");
        window.click(name);
        window.click("Save");
        let there = format!("Use {name}");
        window.until("it is saved", |window| window.has(&there));
        window.click(&there);
        window.click("New consume view");
    }
    for theme in ["Light theme", "Dark theme"] {
        window.click(theme);
        let p = theme::palette(window.context());
        let paints = [p.ok, p.accent, p.soon, p.bad, p.tag, p.faint];
        for (name, color) in colors.iter().zip(paints) {
            let tab = format!("{name} · Consume orders · GID · stopped");
            assert_eq!(dots(&window, &tab), [Paint::Ring(color)], "{name}");
        }
        // No two of them are the same.
        let mut told_apart = paints.map(|color| color.to_array()).to_vec();
        told_apart.sort_unstable();
        told_apart.dedup();
        assert_eq!(told_apart.len(), paints.len());
    }
}

/// Each view is a task of its own: one that cannot connect and one that waits hold up nobody.
#[test]
fn several_connections_are_listened_to_at_once_and_told_apart() {
    let start = unasked(start_with(free_port()));
    let mut window = Window::start(start);
    window.until_running();
    let (addr, _server) = server(&window, "127.0.0.1:0".parse().unwrap());
    window.click("Add connection…");
    window.fill(Place::Only, "Name", "prod");
    window.fill(Place::Only, "HTTP endpoint", &format!("http://{addr}"));
    window.fill(Place::Only, AK, ACCESS_KEY);
    window.fill(Place::Only, SK, SECRET_KEY);
    window.fill(Place::Only, "Default topic", "orders");
    window.fill(Place::Only, "Default consumer group", "GID_prod");
    window.click("Red");
    window.click("Save");
    window.until("it is saved", |window| window.has("Use prod"));
    window.click("New consume view");
    window.click("Start");
    window.until("it listens", |window| {
        window.has("prod · Consume orders · GID_prod · running")
    });
    window.click("Use desk");
    window.click("New consume view");
    window.click("Start");
    window.until("it fails", |window| {
        window.has("desk · Consume orders · GID_debug · failing")
    });
    // Each tab has the colour of its connection; one that fails looks like that instead.
    let palette = theme::palette(window.context());
    for (tab, color) in [
        ("Consume orders · GID_debug · running", palette.ok),
        ("prod · Consume orders · GID_prod · running", palette.bad),
    ] {
        assert_eq!(dots(&window, tab), [Paint::Filled(color)], "{tab}");
    }
    let fails = dots(&window, "desk · Consume orders · GID_debug · failing");
    assert_eq!(fails.len(), 2, "half of it is filled: {fails:?}");

    // The same topic at two servers: what is published here arrives here.
    window.click("Use prod");
    window.fill(Place::Form, "Key", "to production");
    window.publish();
    window.click("prod · Consume orders · GID_prod · running");
    let there = window.until_row_beside(&[]);
    window.click("Consume orders · GID_debug · running");
    assert!(window.rows().is_empty());
    window.click("Use Local sandbox");
    window.fill(Place::Form, "Key", "to the sandbox");
    let here = window.publish_and_see();
    assert!(window.has("to the sandbox") && !window.has("to production"));
    window.click(&format!("Ack {here}"));
    window.until_shown("2 received · 1 acked");

    window.click("prod · Consume orders · GID_prod · running");
    window.assert_shows("2 received · 1 acked");
    window.stop();
    window.click(&format!("Ack {there}"));
    window.until_shown("2 received · 2 acked");
    // A ring, once it does not listen.
    let stopped = dots(&window, "prod · Consume orders · GID_prod · stopped");
    assert_eq!(stopped, [Paint::Ring(palette.bad)]);
    // The others go on.
    assert!(window.has("Consume orders · GID_debug · running"));
    assert!(window.has("desk · Consume orders · GID_debug · failing"));
}
