//! The real window on a virtual display, with a real keyring, driven from outside by pointer and
//! keyboard and proven by the command line. Not what the window says: `tests/window` reads that.
//!
//! Where things are is asked of a twin: the same app without a display, in the same size, that
//! is taken through the same steps.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod machine;
mod pictures;
mod portal;
mod reader;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/window/mod.rs"]
mod twin;

use std::net::TcpStream;

use machine::{Machine, RealWindow};
use serde_json::Value;
use support::{Sandbox, run};
use twin::{Place, Start, Window};

const ACCESS_KEY: &str = "ak-of-the-desk";
const SECRET_KEY: &str = "sk-nobody-may-see";

const AK: &str = "Access key (AK) – the role’s key";
const SK: &str = "Secret key (SK) – the role’s name";

/// Somebody at the window, and the twin that knows where things are.
struct Person {
    real: RealWindow,
    twin: Window,
}

impl Person {
    fn sit_down(machine: &Machine) -> Self {
        let real = machine.open_window();
        let mut twin = Window::start(Start {
            size: real.size(),
            ..Start::default()
        });
        twin.until_running();
        Self { real, twin }
    }

    fn click(&mut self, name: &str) {
        self.real.click(self.twin.middle(name));
        self.twin.click(name);
    }

    fn fill(&mut self, place: Place, name: &str, text: &str) {
        self.fill_differently(place, name, text, text);
    }

    /// Types something else into the twin's field, where only its own will do.
    fn fill_differently(&mut self, place: Place, name: &str, text: &str, twins: &str) {
        self.real.click(self.twin.middle_of_field(place, name));
        self.real.replace(text);
        self.twin.fill(place, name, twins);
    }

    /// Closes the real window though messages are held, which it asks about. Gives the twin back.
    fn quit(self) -> Window {
        let Self { real, mut twin } = self;
        real.ask_to_close();
        assert!(!twin.asks_to_close());
        real.until_still();
        real.close_by(twin.middle("Quit"));
        twin
    }

    /// Publishes with Ctrl+Enter; both have a row more then. Gives the twin's id of it.
    fn publish(&mut self) -> String {
        self.real.press("ctrl+Return");
        let before = self.twin.rows();
        self.twin.press_with_command(egui::Key::Enter);
        self.twin.until_row_beside(&before)
    }
}

/// The one message that a command prints.
#[track_caller]
fn message(finished: &support::Finished) -> Value {
    assert_eq!(finished.status.code(), Some(0), "{finished:#?}");
    let lines: Vec<&str> = finished.stdout.lines().collect();
    assert_eq!(lines.len(), 1, "{finished:#?}");
    serde_json::from_str(lines[0]).unwrap()
}

#[test]
fn keys_are_kept_in_the_keyring_and_good_after_a_restart() {
    let Some(machine) = Machine::start() else {
        return;
    };
    // Short leases, so that what is not acked comes back while somebody waits for it.
    let server = Sandbox::start_with(&["--invisible-time", "8s"], |command| {
        command
            .env("MQSCOPE_SANDBOX_ACCESS_KEY", ACCESS_KEY)
            .env("MQSCOPE_SANDBOX_SECRET_KEY", SECRET_KEY);
    });

    let mut person = Person::sit_down(&machine);
    let twins_own = format!("http://{}", person.twin.sandbox_addr());
    person.click("Add connection…");
    person.fill(Place::Only, "Name", "desk");
    let endpoint = "HTTP endpoint";
    person.fill_differently(Place::Only, endpoint, &server.endpoint, &twins_own);
    person.fill_differently(Place::Only, AK, ACCESS_KEY, "sandbox");
    person.fill_differently(Place::Only, SK, SECRET_KEY, "sandbox-secret");
    person.fill(Place::Only, "Default topic", "orders");
    person.fill(Place::Only, "Default consumer group", "GID_desk");
    machine.photograph("connection");
    person.click("Save");
    person
        .twin
        .until("it is saved", |twin| twin.has("Use desk"));
    machine.until("the connection is in the file", || {
        machine.config_text().contains("GID_desk")
    });
    let config = machine.config_text();
    assert!(config.contains("name = \"desk\""), "{config}");
    assert!(config.contains(&server.endpoint), "{config}");
    machine.assert_not_on_disk(&[ACCESS_KEY, SECRET_KEY]);

    let Person { real, twin } = person;
    real.close();

    // Another process finds the keys, and only where the keyring is.
    let publish = |keyring| {
        let mut command = machine.mqscope(keyring);
        command.args(["publish", "--profile", "desk", "--topic", "elsewhere", "{}"]);
        run(command, b"")
    };
    message(&publish(true));
    assert_ne!(publish(false).status.code(), Some(0));

    // So does another window.
    let real = machine.open_window();
    // It works with the connection that one worked with last.
    let mut person = Person { real, twin };
    person.click("New consume view");
    person.click("Start");
    person.fill(Place::Form, "Key", "acked");
    let acked = person.publish();
    person.fill(Place::Form, "Key", "kept");
    person.publish();

    // They are there, for a group of its own.
    let consume = |group, arguments: &[&str]| {
        let mut command = machine.mqscope(true);
        command.args(["consume", "--profile", "desk", "--topic", "orders"]);
        command.args(["--group", group]).args(arguments);
        run(command, b"")
    };
    let both = consume("GID_outside", &["--wait", "20s", "--max", "2"]);
    assert_eq!(both.status.code(), Some(0), "{both:#?}");
    let keys: Vec<String> = both
        .stdout
        .lines()
        .map(|line| {
            let message: Value = serde_json::from_str(line).unwrap();
            message["key"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(keys, ["acked", "kept"]);

    person.real.until_still();
    person.click(&format!("Ack {acked}"));
    person.twin.until_shown("1 acked");
    person.real.until_still();
    machine.photograph("acked");
    drop(person.quit());

    // The lease of the acked one ended first, so it would come back first, if it came back.
    let back = message(&consume("GID_desk", &["--wait", "25s", "--max", "1"]));
    assert_eq!(back["key"], "kept", "{back:#}");
    assert!(back["consumed_times"].as_u64() > Some(1), "{back:#}");
    let more = consume("GID_desk", &["--wait", "0s"]);
    assert_eq!(more.status.code(), Some(3), "{more:#?}");
    machine.assert_not_on_disk(&[ACCESS_KEY, SECRET_KEY]);
}

#[test]
fn a_first_start_publishes_to_its_own_sandbox_and_takes_it_along_when_it_ends() {
    let Some(machine) = Machine::start() else {
        return;
    };
    let mut person = Person::sit_down(&machine);
    let addr = person.real.listens_on();
    machine.photograph("first-start");
    person.fill(Place::Form, "Key", "by-hand");
    person.publish();

    let endpoint = format!("http://{addr}");
    let mut command = machine.mqscope(false);
    command
        .env("MQSCOPE_ACCESS_KEY", support::ACCESS_KEY)
        .env("MQSCOPE_SECRET_KEY", support::SECRET_KEY)
        .args(["consume", "--endpoint", &endpoint, "--topic", "orders"])
        .args(["--group", "GID_outside", "--wait", "20s", "--max", "1"]);
    let message = message(&run(command, b""));
    assert_eq!(message["key"], "by-hand");
    assert!(message["body"].as_str().unwrap().contains("你好"));
    assert_eq!(message["consumed_times"], 1);
    person.real.until_still();
    machine.photograph("published");

    drop(person.quit());
    assert!(TcpStream::connect(addr).is_err(), "{addr} still answers");
}
