//! The rules tried out: what breaks one is found, and what keeps them all is not complained about.

use super::Source;

/// Files, and what is tried in each of them.
type Trials<T> = (&'static [&'static str], &'static [T]);

/// Code that breaks one rule, and what the complaint has in it.
const BROKEN: &[Trials<(&str, &str)>] = &[
    // Who may use whom.
    (
        &["src/protocol/xml.rs"],
        &[
            ("use crate::clock::Clock;", "crate::clock::Clock"),
            (
                "async fn f() { tokio::task::yield_now().await }",
                "tokio::task",
            ),
            ("use std::{fs, io};", "std::fs"),
            ("use std::net::IpAddr;", "std::net"),
        ],
    ),
    (
        &["src/clock.rs"],
        &[
            ("use crate::config::Preferences;", "crate::config"),
            ("use crate::protocol::sign;", "crate::protocol::sign"),
        ],
    ),
    (
        &["src/credentials.rs"],
        &[("use crate::protocol::Timestamp;", "crate::protocol")],
    ),
    (
        &["src/client/mod.rs"],
        &[
            ("use crate::sandbox::Sandbox;", "crate::sandbox"),
            ("type A = axum::Router;", "axum::Router"),
        ],
    ),
    (
        &["src/sandbox/http.rs"],
        &[
            (
                "fn f(c: &crate::client::Client) {}",
                "crate::client::Client",
            ),
            ("use reqwest::Url;", "reqwest::Url"),
        ],
    ),
    (
        &["src/sandbox/queue/log.rs"],
        &[("use crate::clock::Clock;", "crate::clock")],
    ),
    (
        &["src/sandbox/queue.rs"],
        &[
            ("use std::sync::Mutex;", "std::sync::Mutex"),
            ("use super::store::Store;", "crate::sandbox::store"),
        ],
    ),
    (
        &["src/secrets.rs"],
        &[("use crate::config::Config;", "crate::config")],
    ),
    (
        &["src/config.rs"],
        &[("use crate::secrets::Secrets;", "crate::secrets")],
    ),
    (
        &["src/i18n.rs"],
        &[("use crate::protocol::Timestamp;", "crate::protocol")],
    ),
    (
        &[
            "src/session/mod.rs",
            "src/session/model.rs",
            "src/session/lease.rs",
            "src/session/rows.rs",
            "src/session/draft.rs",
            "src/session/form.rs",
            "src/session/edit.rs",
            "src/session/say.rs",
            "src/session/subscription.rs",
        ],
        &[
            ("use tokio::sync::mpsc;", "tokio::sync::mpsc"),
            ("use egui::Ui;", "egui::Ui"),
            ("use reqwest::Url;", "reqwest::Url"),
            ("fn f() { std::fs::read(\"x\"); }", "std::fs::read"),
            (
                "use crate::client::{Client, Consume};",
                "crate::client::Client",
            ),
            (
                "use crate::config::ConfigFile;",
                "crate::config::ConfigFile",
            ),
            ("use crate::clock::Clock;", "crate::clock::Clock"),
            ("use crate::secrets::Secrets;", "crate::secrets"),
            (
                "use std::net::{SocketAddr, TcpStream};",
                "std::net::TcpStream",
            ),
        ],
    ),
    (
        &["src/session/history.rs"],
        &[(
            "use super::worker::Shared;",
            "crate::session::worker::Shared",
        )],
    ),
    (
        &["src/session/worker.rs"],
        &[("use egui::Context;", "egui::Context")],
    ),
    (
        &["src/session/poller.rs"],
        &[("use crate::ui::App;", "crate::ui::App")],
    ),
    (
        &["src/session/link.rs"],
        &[("use crate::cli::Exit;", "crate::cli::Exit")],
    ),
    (
        &["src/ui/mod.rs", "src/ui/inbox.rs"],
        &[
            ("use crate::client::Consume;", "crate::client"),
            ("use crate::sandbox::Overview;", "crate::sandbox"),
            ("use crate::secrets::Kept;", "crate::secrets"),
            (
                "use crate::config::ConfigFile;",
                "crate::config::ConfigFile",
            ),
            (
                "use crate::protocol::request::Call;",
                "crate::protocol::request",
            ),
            ("use tokio::sync::watch;", "tokio::sync"),
            ("use reqwest::Url;", "reqwest"),
            ("use std::fs::File;", "std::fs"),
            ("use std::net::SocketAddr;", "std::net"),
        ],
    ),
    (
        &["src/ui/inbox.rs"],
        &[("use crate::clock::Clock;", "crate::clock")],
    ),
    (
        &["src/cli/publish.rs"],
        &[
            ("use crate::session::Model;", "crate::session"),
            ("use crate::ui::App;", "crate::ui"),
            ("type F = eframe::Frame;", "eframe"),
        ],
    ),
    (&["src/brand_new.rs"], &[("", "no layer")]),
    // However it is written.
    (
        &["src/ui/inbox.rs"],
        &[
            (
                "mod m { fn f() { super::super::super::client::f() } }",
                "crate::client::f",
            ),
            (
                "use crate as root; type C = root::client::Client;",
                "crate::client",
            ),
            (
                "fn f() { vec![1, crate::client::ONE] }",
                "crate::client::ONE",
            ),
            ("fn f() { { use crate::client as c; } }", "crate::client"),
            ("#[derive(tokio::Magic)] struct A;", "tokio::Magic"),
            (
                "#[cfg(test)] mod tests { use super::*; use tokio::test; }",
                "tokio::test",
            ),
            ("pub use ::tokio::spawn;", "tokio::spawn"),
        ],
    ),
    (
        &["src/protocol/xml.rs"],
        &[
            ("use std::net::*;", "std::net::*"),
            ("use crate::*;", "crate::*"),
            ("fn f() -> impl Fn(tokio::Runtime) {}", "tokio::Runtime"),
        ],
    ),
    // What holds everywhere.
    (
        &["src/client/mod.rs"],
        &[
            ("use std::time::SystemTime;", "ask the time"),
            ("fn f() { std::time::Instant::now(); }", "ask the time"),
            (
                "use std::time; fn f() { time::Instant::now(); }",
                "ask the time",
            ),
            ("fn f() { tokio::time::Instant::now(); }", "ask the time"),
        ],
    ),
    (
        &["src/cli/span.rs"],
        &[
            ("fn f() { dbg!(jiff::Zoned::now()) }", "ask the time"),
            ("fn f() { jiff::Timestamp::now() }", "ask the time"),
        ],
    ),
    (
        &["src/window.rs"],
        &[("use std::time::UNIX_EPOCH;", "ask the time")],
    ),
    (
        &["src/session/worker.rs"],
        &[("fn f() -> anyhow::Result<()> {}", "anyhow::Result")],
    ),
    (
        &["src/ui/inbox.rs"],
        &[
            ("fn f() { egui::Color32::from_rgb(1, 2, 3) }", "ui/theme"),
            (
                "use egui::Color32; const C: Color32 = Color32::RED;",
                "ui/theme",
            ),
        ],
    ),
    (
        &["src/window.rs"],
        &[(
            "const C: egui::Color32 = egui::hex_color!(\"0f0\");",
            "ui/theme",
        )],
    ),
    (
        &["src/ui/inbox.rs"],
        &[("const C: &str = \"#00ff7f\";", "ui/theme")],
    ),
    (
        &["src/cli/mod.rs"],
        &[
            ("fn f() { todo!() }", "todo!"),
            ("fn f() { vec![std::unimplemented!()] }", "unimplemented!"),
        ],
    ),
    (
        &["tests/cli.rs"],
        &[
            ("#[test] #[ignore] fn f() {}", "ignored"),
            ("#[test] #[ignore = \"slow\"] fn f() {}", "ignored"),
            ("#[test] #[cfg_attr(unix, ignore)] fn f() {}", "ignored"),
        ],
    ),
    (
        &["src/ui/inbox.rs"],
        &[
            ("fn f(ui: U) { ui.label(\"nothing here yet\"); }", "i18n"),
            ("fn f(ui: U) { ui.button(\"Publish\"); }", "i18n"),
            ("fn f(n: u8) { format!(\"{n} messages left\"); }", "i18n"),
            (
                "fn f(u: U) { u.push_id(1, |u| u.label(\"Not an id\")); }",
                "i18n",
            ),
        ],
    ),
];

/// Code that may stand there.
const ALLOWED: &[Trials<&str>] = &[
    (
        &["src/protocol/xml.rs"],
        &[
            "use super::Timestamp; use quick_xml::Reader;",
            "// use tokio::spawn;\n/// [`crate::client`] and todo!()\nfn f() {}",
            "const A: &str = \"crate::client\"; fn f(tokio: u8) { g(tokio) }",
        ],
    ),
    (
        &["src/clock.rs"],
        &["use std::time::SystemTime; use crate::protocol::Timestamp;"],
    ),
    (
        &["src/sandbox/mod.rs"],
        &["mod http; fn f() { http::Site::new() }"],
    ),
    (
        &["src/client/mod.rs"],
        &["use std::time::Duration; fn f(c: C) { c.now() }"],
    ),
    (
        &["src/session/edit.rs"],
        &["use crate::client::Endpoint; use super::draft::Draft;"],
    ),
    (
        &["src/session/model.rs"],
        &["use std::net::SocketAddr; use crate::config::Preferences;"],
    ),
    (
        &["src/session/mod.rs"],
        &["mod worker; pub use worker::start;"],
    ),
    (
        &["src/session/worker.rs"],
        &["use crate::sandbox::Sandbox; use tokio::spawn; use std::fs;"],
    ),
    (
        &["src/ui/mod.rs"],
        &["use crate::clock::Clock; use crate::session::Model;"],
    ),
    (
        &["src/ui/inbox.rs"],
        &[
            "use egui::Color32; fn f(c: Color32) { g(Color32::TRANSPARENT) }",
            "fn f(x: X) { x.get(\"view-new\"); y.id_salt(\"body text\"); }",
            "fn f() { \"{hours}:{minutes:02}\"; \"TagA\"; g(\"view-new\"); h(\"max_rows\"); }",
            "#[cfg(test)] mod tests { fn f() { g(\"Two words\") } }",
        ],
    ),
    (
        &["src/ui/theme/style.rs"],
        &["const C: C = egui::Color32::from_rgb(1, 2, 3);"],
    ),
    (
        &["src/cli/mod.rs"],
        &["use anyhow::Context; pub(crate) fn f() {}"],
    ),
    (
        &["src/main.rs"],
        &["mod window; use mqscope::ui; use tokio::runtime::Runtime;"],
    ),
    (
        &["tests/cli.rs"],
        &["use tokio::spawn; fn f() { std::time::Instant::now(); }"],
    ),
];

/// The complaints about a file that opens as it should and holds this code.
fn complaints(file: &str, code: &str) -> Vec<String> {
    let text = format!("//! A file.\n{code}");
    Source { file, text: &text }.complaints()
}

#[test]
fn every_broken_rule_is_found() {
    for (files, trials) in BROKEN {
        for (file, (code, expected)) in each(files, trials) {
            let found = complaints(file, code);
            let one = matches!(&found[..], [only] if only.contains(expected));
            assert!(
                one,
                "{file}: {code}\nexpected: {expected}\nfound: {found:#?}"
            );
        }
    }

    let bare = Source {
        file: "src/cli/mod.rs",
        text: "// A file.\n",
    }
    .complaints();
    assert!(
        matches!(&bare[..], [only] if only.contains("does not open")),
        "{bare:?}"
    );
    let broken = complaints("src/cli/mod.rs", "fn f( {}");
    assert_eq!(broken.len(), 1, "{broken:?}");
}

#[test]
fn what_is_allowed_is_not_complained_about() {
    for (files, trials) in ALLOWED {
        for (file, code) in each(files, trials) {
            let found = complaints(file, code);
            assert!(found.is_empty(), "{file}: {code}\nfound: {found:#?}");
        }
    }
}

/// Each file with each trial.
fn each<'a, T>(files: &'a [&str], trials: &'a [T]) -> impl Iterator<Item = (&'a str, &'a T)> {
    files
        .iter()
        .flat_map(move |file| trials.iter().map(move |trial| (*file, trial)))
}
