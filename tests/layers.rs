//! Who may use whom (the rules are [`LAYERS`] and [`house_rules`]), held by reading the sources:
//! every path in the code counts, not only `use` lines, tests at the foot of a file included.
//!
//! It deliberately sees text only: `tests/layers/names.rs` says what that leaves out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "layers/names.rs"]
mod names;
#[path = "layers/words.rs"]
mod words;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use names::{Named, names_of};

/// What some modules may use. Names of modules start below the crate's root, those of other
/// crates with the crate; each covers what is inside it.
struct Layer {
    /// `a::b` is that one file, `a::b::*` every module below it. The longest that fits decides.
    modules: &'static [&'static str],
    /// Modules of this crate. The layer's own first module is always among them.
    may: &'static [&'static str],
    /// Exceptions from `may`, and what is forbidden of other crates.
    never: &'static [&'static [&'static str]],
}

const WINDOW: &[&str] = &[
    "egui",
    "eframe",
    "egui_extras",
    "egui_plot",
    "egui_tiles",
    "accesskit",
];
const ASYNC: &[&str] = &["tokio", "backon"];
const HTTP_CLIENT: &[&str] = &["reqwest"];
const HTTP_SERVER: &[&str] = &[
    "axum",
    "hyper::server",
    "hyper_util::rt",
    "hyper_util::server",
    "hyper_util::service",
];
const OS: &[&str] = &[
    "std::fs",
    "std::process",
    "std::thread",
    "std::env",
    "keyring",
    "tempfile",
    "directories",
];
const SOCKETS: &[&str] = &[
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::ToSocketAddrs",
    "std::net::UdpSocket",
];
/// The wire: whoever is not an end of it deals in values.
const WIRE: &[&str] = &[
    "crate::protocol::request",
    "crate::protocol::response",
    "crate::protocol::sign",
    "crate::protocol::xml",
];
const CONFIG_FILE: &[&str] = &["crate::config::ConfigFile"];
const WORKERS: &[&str] = &[
    "crate::session::admin",
    "crate::session::archive::desk",
    "crate::session::archive::loader",
    "crate::session::archive::replayer",
    "crate::session::archive::sink",
    "crate::session::archive::writer",
    "crate::session::chooser",
    "crate::session::desktop::listener",
    "crate::session::embedded",
    "crate::session::examiner",
    "crate::session::explainer",
    "crate::session::history_file",
    "crate::session::keeper",
    "crate::session::link",
    "crate::session::opener",
    "crate::session::outbox::desk",
    "crate::session::outbox::runner",
    "crate::session::outbox::scanner",
    "crate::session::poller",
    "crate::session::publishing",
    "crate::session::samples::filler",
    "crate::session::shared",
    "crate::session::templates::file",
    "crate::session::traffic::saver",
    "crate::session::traffic::tap",
    "crate::session::worker",
];
/// What looks at all of a body: the worker's, for a body may be of megabytes and a frame is short.
const WHOLE_BODY: &[&str] = &[
    "crate::session::body::Damage::new",
    "crate::session::body::Doc::new",
    "crate::session::body::Opened::new",
    "crate::session::body::Tree::new",
    "crate::session::body::compare",
    "crate::session::body::decode",
    "crate::session::body::indented_xml",
    "crate::session::body::search",
    "crate::protocol::body_md5",
];
const EVERYTHING: &[&str] = &[
    "cards",
    "cli",
    "client",
    "clock",
    "code",
    "config",
    "credentials",
    "doctor",
    "explained",
    "files",
    "guide",
    "i18n",
    "protocol",
    "sandbox",
    "secrets",
    "session",
    "ui",
];
/// The values that a session's model is made of.
const VALUES: &[&str] = &[
    "cards",
    "client::Consume",
    "client::ConnectionUse",
    "client::Endpoint",
    "client::ErrorKind",
    "client::Exchange",
    "client::ExchangeKind",
    "client::Failure",
    "client::FailureKind",
    "client::InvalidEndpoint",
    "client::Kept",
    "client::SeenReply",
    "client::SentRequest",
    "client::SentValue",
    "client::Timing",
    "client::sample_exchange",
    "config",
    "credentials",
    "code",
    "doctor::Check",
    "doctor::Finding",
    "doctor::Verdict",
    "i18n::Say",
    "protocol",
    "explained::refused",
];

const LAYERS: &[Layer] = &[
    Layer {
        modules: &["protocol", "protocol::*"],
        may: &[],
        never: &[
            WINDOW,
            ASYNC,
            HTTP_CLIENT,
            HTTP_SERVER,
            OS,
            &["hyper", "std::net"],
            &["std::time::Instant", "std::time::SystemTime"],
        ],
    },
    Layer {
        // Nothing but text.
        modules: &["guide", "guide::*"],
        may: &["i18n"],
        never: &[WINDOW, ASYNC, HTTP_CLIENT, HTTP_SERVER, OS, SOCKETS],
    },
    Layer {
        modules: &["clock"],
        may: &["protocol"],
        never: &[WINDOW, WIRE, HTTP_CLIENT, HTTP_SERVER, OS, SOCKETS],
    },
    Layer {
        modules: &["credentials"],
        may: &[],
        never: &[WINDOW, ASYNC, HTTP_CLIENT, HTTP_SERVER, OS, SOCKETS],
    },
    Layer {
        modules: &["code", "code::*"],
        may: &["protocol"],
        never: &[
            WINDOW,
            ASYNC,
            HTTP_CLIENT,
            HTTP_SERVER,
            OS,
            SOCKETS,
            &["std::time::Instant", "std::time::SystemTime"],
        ],
    },
    Layer {
        modules: &["explained", "explained::*"],
        may: &["i18n", "protocol"],
        never: &[
            WINDOW,
            ASYNC,
            HTTP_CLIENT,
            HTTP_SERVER,
            OS,
            SOCKETS,
            &["std::time::Instant", "std::time::SystemTime"],
        ],
    },
    Layer {
        modules: &["client", "client::*"],
        may: &["protocol", "clock", "credentials"],
        never: &[WINDOW, HTTP_SERVER],
    },
    Layer {
        modules: &["cards", "cards::*"],
        may: &["client", "i18n", "protocol"],
        never: &[
            WINDOW,
            ASYNC,
            HTTP_CLIENT,
            HTTP_SERVER,
            OS,
            SOCKETS,
            WIRE,
            &["std::time::Instant", "std::time::SystemTime"],
        ],
    },
    Layer {
        modules: &["doctor", "doctor::*"],
        may: &["client", "clock", "i18n", "protocol"],
        never: &[WINDOW, WIRE, HTTP_CLIENT, HTTP_SERVER],
    },
    Layer {
        modules: &["sandbox", "sandbox::*"],
        may: &["protocol", "clock", "credentials"],
        never: &[WINDOW, HTTP_CLIENT],
    },
    Layer {
        modules: &["sandbox::queue", "sandbox::queue::*"],
        may: &["protocol"],
        never: &[
            WINDOW,
            ASYNC,
            HTTP_CLIENT,
            HTTP_SERVER,
            OS,
            SOCKETS,
            &["std::sync::Mutex", "std::sync::RwLock"],
            &["crate::sandbox::broker", "crate::sandbox::http"],
            &["crate::sandbox::server", "crate::sandbox::store"],
        ],
    },
    Layer {
        modules: &["files"],
        may: &[],
        never: &[WINDOW, ASYNC, HTTP_CLIENT, HTTP_SERVER, SOCKETS],
    },
    Layer {
        modules: &["secrets", "secrets::*", "config", "config::*"],
        may: &["protocol", "credentials", "files"],
        never: &[WINDOW, WIRE, HTTP_CLIENT, HTTP_SERVER],
    },
    Layer {
        modules: &["i18n", "i18n::*"],
        may: &[],
        never: &[WINDOW, ASYNC, HTTP_CLIENT, HTTP_SERVER, OS, SOCKETS],
    },
    Layer {
        // The file that names the others.
        modules: &["session"],
        may: VALUES,
        never: &[
            WINDOW,
            ASYNC,
            HTTP_CLIENT,
            HTTP_SERVER,
            OS,
            SOCKETS,
            WIRE,
            CONFIG_FILE,
        ],
    },
    Layer {
        modules: &["session::*"],
        may: VALUES,
        never: &[
            WINDOW,
            ASYNC,
            HTTP_CLIENT,
            HTTP_SERVER,
            OS,
            SOCKETS,
            WIRE,
            CONFIG_FILE,
            WORKERS,
        ],
    },
    Layer {
        modules: &[
            "session::admin",
            "session::archive::desk",
            "session::archive::loader",
            "session::archive::replayer",
            "session::archive::sink",
            "session::archive::writer",
            "session::chooser",
            "session::desktop::listener",
            "session::embedded",
            "session::examiner",
            "session::explainer",
            "session::history_file",
            "session::keeper",
            "session::link",
            "session::opener",
            "session::outbox::desk",
            "session::outbox::runner",
            "session::outbox::scanner",
            "session::poller",
            "session::poller::*",
            "session::publishing",
            "session::samples::filler",
            "session::shared",
            "session::templates::file",
            "session::traffic::saver",
            "session::traffic::saver::*",
            "session::traffic::tap",
            "session::worker",
            "session::worker::*",
        ],
        may: &[
            "cards",
            "client",
            "clock",
            "config",
            "credentials",
            "doctor",
            "explained",
            "files",
            "i18n",
            "protocol",
            "sandbox",
            "secrets",
        ],
        never: &[WINDOW],
    },
    Layer {
        modules: &["ui"],
        may: &[
            "session",
            "i18n",
            "protocol",
            "config",
            "credentials",
            "clock",
        ],
        never: &[
            ASYNC,
            HTTP_CLIENT,
            HTTP_SERVER,
            OS,
            WIRE,
            CONFIG_FILE,
            &["std::net"],
        ],
    },
    Layer {
        modules: &["ui::*"],
        may: &[
            "cards",
            "session",
            "i18n",
            "protocol",
            "config",
            "credentials",
            "code",
            "doctor::Check",
            "doctor::Finding",
            "doctor::Verdict",
            "explained",
            "guide",
        ],
        never: &[
            WHOLE_BODY,
            ASYNC,
            HTTP_CLIENT,
            HTTP_SERVER,
            OS,
            WIRE,
            CONFIG_FILE,
            &["std::net"],
        ],
    },
    Layer {
        modules: &["cli", "cli::*"],
        may: &[
            "cards",
            "client",
            "clock",
            "config",
            "credentials",
            "doctor",
            "explained",
            "i18n",
            "protocol",
            "sandbox",
            "secrets",
        ],
        never: &[WINDOW],
    },
    // The map of the library, and the binary, which puts everything together.
    Layer {
        modules: &["", "main", "window", "window::*"],
        may: EVERYTHING,
        never: &[],
    },
];

/// A source file: its path below the package, with `/`.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    /// `session::model` for `src/session/model.rs`, nothing for `src/lib.rs`; `None` outside src.
    fn module(&self) -> Option<String> {
        let path = self.file.strip_prefix("src/")?.strip_suffix(".rs")?;
        let path = path.strip_suffix("/mod").unwrap_or(path);
        Some(match path {
            "lib" => String::new(),
            path => path.replace('/', "::"),
        })
    }

    fn complaints(&self) -> Vec<String> {
        let module = self.module();
        let segments: Vec<String> = std::iter::once("crate")
            .chain(module.iter().flat_map(|module| module.split("::")))
            .filter(|segment| !segment.is_empty())
            .map(str::to_owned)
            .collect();
        let named = match names_of(self.text, &segments, externs()) {
            Ok(named) => named,
            Err(error) => return vec![format!("{}: {error}", self.file)],
        };
        let mut found = Vec::new();
        if let Some(module) = &module {
            self.check_layer(module, &named, &mut found);
        }
        house_rules(self, module.as_deref(), &named, &mut found);
        found.sort();
        found.dedup();
        found
            .into_iter()
            .map(|(line, what)| format!("{}:{line}: {what}", self.file))
            .collect()
    }

    fn check_layer(&self, module: &str, named: &Named, found: &mut Vec<(usize, String)>) {
        let Some(layer) = layer_of(module) else {
            found.push((
                1,
                "no layer of tests/layers.rs holds this module".to_owned(),
            ));
            return;
        };
        let own = module.split("::").next().unwrap_or_default();
        for name in &named.paths {
            let inside = name.path.strip_prefix("crate::");
            let strange = inside.is_some_and(|path| {
                !own.is_empty()
                    && !covers(own, path)
                    && !layer.may.iter().any(|allowed| covers(allowed, path))
            });
            let forbidden = layer
                .never
                .iter()
                .flat_map(|list| list.iter())
                .any(|forbidden| covers(forbidden, &name.path) || globs(&name.path, forbidden));
            if strange || forbidden {
                found.push((name.line, format!("may not use {}", name.path)));
            }
        }
    }
}

/// Whether `path` is `outer` or something inside it.
fn covers(outer: &str, path: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether `path` is `…::*` and brings `wanted` with it.
fn globs(path: &str, wanted: &str) -> bool {
    path.strip_suffix("::*")
        .is_some_and(|outer| outer != wanted && covers(outer, wanted))
}

fn layer_of(module: &str) -> Option<&'static Layer> {
    let fits = |pattern: &str| match pattern.strip_suffix("::*") {
        Some(outer) => module != outer && covers(outer, module),
        None => module == pattern,
    };
    let longest = |layer: &&Layer| {
        layer
            .modules
            .iter()
            .filter(|pattern| fits(pattern))
            .map(|pattern| {
                (
                    pattern.trim_end_matches("::*").len(),
                    !pattern.ends_with('*'),
                )
            })
            .max()
    };
    LAYERS
        .iter()
        .filter(|layer| longest(layer).is_some())
        .max_by_key(longest)
}

/// What holds wherever one is, with the few places that are the exception.
fn house_rules(
    source: &Source<'_>,
    module: Option<&str>,
    named: &Named,
    found: &mut Vec<(usize, String)>,
) {
    if !source.text.starts_with("//!") {
        found.push((1, "does not open with `//!`".to_owned()));
    }
    for name in &named.macros {
        if matches!(name.path.as_str(), "todo" | "unimplemented") {
            found.push((name.line, format!("{}! is not finished", name.path)));
        }
    }
    for line in &named.ignored {
        found.push((*line, "an ignored test proves nothing".to_owned()));
    }
    let Some(module) = module else { return };
    for name in &named.paths {
        let path = &name.path;
        if module != "clock" && reads_time(path) {
            found.push((name.line, format!("only clock.rs may ask the time: {path}")));
        }
        let outermost = ["main", "window", "cli"]
            .iter()
            .any(|at| covers(at, module));
        if !outermost && covers("anyhow", path) {
            found.push((
                name.line,
                format!("an error of a kind nobody can match: {path}"),
            ));
        }
        if !covers("ui::theme", module) && makes_color(path) {
            found.push((name.line, format!("colours are in ui/theme: {path}")));
        }
    }
    if !covers("ui::theme", module) {
        for name in &named.macros {
            if name.path == "hex_color" {
                found.push((name.line, "colours are in ui/theme: hex_color!".to_owned()));
            }
        }
        for literal in &named.literals {
            if is_hex_color(&literal.text) {
                let what = format!("colours are in ui/theme: {:?}", literal.text);
                found.push((literal.line, what));
            }
        }
        if covers("ui", module) {
            texts_are_translated(named, found);
        }
    }
}

fn reads_time(path: &str) -> bool {
    let parts: Vec<&str> = path.split("::").collect();
    parts.contains(&"SystemTime")
        || path == "std::time::UNIX_EPOCH"
        || globs(path, "std::time::SystemTime")
        || matches!(parts[..], [.., "Instant" | "Timestamp" | "Zoned", "now"])
}

/// Whether it is a colour of its own: not the type, and not one of the two that are none.
fn makes_color(path: &str) -> bool {
    let mut parts = path
        .split("::")
        .skip_while(|part| !matches!(*part, "Color32" | "Rgba"));
    parts
        .nth(1)
        .is_some_and(|what| !matches!(what, "TRANSPARENT" | "PLACEHOLDER"))
}

fn is_hex_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 4 | 6 | 8) && digits.chars().all(|c| c.is_ascii_hexdigit())
    })
}

/// What a person reads comes from assets/i18n.
fn texts_are_translated(named: &Named, found: &mut Vec<(usize, String)>) {
    for literal in &named.literals {
        if words::is_untranslated(literal) {
            let what = format!("belongs into assets/i18n: {:?}", literal.text);
            found.push((literal.line, what));
        }
    }
}

/// What a path can begin with: the dependencies, and what every crate has.
fn externs() -> &'static HashSet<String> {
    static EXTERNS: std::sync::OnceLock<HashSet<String>> = std::sync::OnceLock::new();
    EXTERNS.get_or_init(|| {
        let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
        ["dependencies", "dev-dependencies"]
            .iter()
            .flat_map(|table| manifest[*table].as_table().unwrap().keys().cloned())
            .map(|package| match package.as_str() {
                "md-5" => "md5".to_owned(),
                package => package.replace('-', "_"),
            })
            .chain(["std", "core", "alloc", "mqscope", "accesskit"].map(str::to_owned))
            .collect()
    })
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// Rust files below `folder`, by their paths below the package.
fn rust_files(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files.extend(rust_files(&path));
        } else if path.ends_with(".rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn the_sources_keep_the_rules() {
    let files: Vec<String> = ["src", "tests", "benches"]
        .iter()
        .flat_map(|folder| rust_files(folder))
        .collect();
    for expected in ["src/lib.rs", "src/ui/mod.rs", "src/session/model.rs"] {
        assert!(files.iter().any(|file| file == expected), "{expected}");
    }
    let complaints: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let text = read(file);
            Source { file, text: &text }.complaints()
        })
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_layer_is_about_a_module_that_exists() {
    let modules: HashSet<String> = rust_files("src")
        .iter()
        .filter_map(|file| Source { file, text: "" }.module())
        .collect();
    let known = |path: &str| modules.contains(path.split("::").next().unwrap_or_default());
    for layer in LAYERS {
        for path in layer.modules.iter().chain(layer.may) {
            assert!(known(path), "{path}");
        }
        for path in layer.never.iter().flat_map(|list| list.iter()) {
            let first = path.split("::").next().unwrap();
            match path.strip_prefix("crate::") {
                Some(path) => assert!(known(path), "{path}"),
                None => assert!(externs().contains(first) || first == "tempfile", "{path}"),
            }
        }
    }
}

/// The complaints about a file that opens as it should and holds this code.
fn complaints(file: &str, code: &str) -> Vec<String> {
    let text = format!("//! A file.\n{code}");
    Source { file, text: &text }.complaints()
}

#[test]
fn every_broken_rule_is_found() {
    let check = |file: &str, code: &str, expected: &str| {
        let found = complaints(file, code);
        let one = matches!(&found[..], [only] if only.contains(expected));
        assert!(
            one,
            "{file}: {code}\nexpected: {expected}\nfound: {found:#?}"
        );
    };

    // Who may use whom.
    check(
        "src/protocol/xml.rs",
        "use crate::clock::Clock;",
        "crate::clock::Clock",
    );
    check(
        "src/protocol/xml.rs",
        "async fn f() { tokio::task::yield_now().await }",
        "tokio::task",
    );
    check("src/protocol/xml.rs", "use std::{fs, io};", "std::fs");
    check("src/protocol/xml.rs", "use std::net::IpAddr;", "std::net");
    check(
        "src/clock.rs",
        "use crate::config::Preferences;",
        "crate::config",
    );
    check(
        "src/clock.rs",
        "use crate::protocol::sign;",
        "crate::protocol::sign",
    );
    check(
        "src/credentials.rs",
        "use crate::protocol::Timestamp;",
        "crate::protocol",
    );
    check(
        "src/client/mod.rs",
        "use crate::sandbox::Sandbox;",
        "crate::sandbox",
    );
    check(
        "src/client/mod.rs",
        "type A = axum::Router;",
        "axum::Router",
    );
    check(
        "src/sandbox/http.rs",
        "fn f(c: &crate::client::Client) {}",
        "crate::client::Client",
    );
    check("src/sandbox/http.rs", "use reqwest::Url;", "reqwest::Url");
    check(
        "src/sandbox/queue/log.rs",
        "use crate::clock::Clock;",
        "crate::clock",
    );
    check(
        "src/sandbox/queue.rs",
        "use std::sync::Mutex;",
        "std::sync::Mutex",
    );
    check(
        "src/sandbox/queue.rs",
        "use super::store::Store;",
        "crate::sandbox::store",
    );
    check(
        "src/secrets.rs",
        "use crate::config::Config;",
        "crate::config",
    );
    check(
        "src/config.rs",
        "use crate::secrets::Secrets;",
        "crate::secrets",
    );
    check(
        "src/i18n.rs",
        "use crate::protocol::Timestamp;",
        "crate::protocol",
    );
    for file in [
        "mod",
        "model",
        "lease",
        "rows",
        "draft",
        "form",
        "edit",
        "say",
        "subscription",
    ] {
        let file = format!("src/session/{file}.rs");
        check(&file, "use tokio::sync::mpsc;", "tokio::sync::mpsc");
        check(&file, "use egui::Ui;", "egui::Ui");
        check(&file, "use reqwest::Url;", "reqwest::Url");
        check(&file, "fn f() { std::fs::read(\"x\"); }", "std::fs::read");
        check(
            &file,
            "use crate::client::{Client, Consume};",
            "crate::client::Client",
        );
        check(
            &file,
            "use crate::config::ConfigFile;",
            "crate::config::ConfigFile",
        );
        check(&file, "use crate::clock::Clock;", "crate::clock::Clock");
        check(&file, "use crate::secrets::Secrets;", "crate::secrets");
        check(
            &file,
            "use std::net::{SocketAddr, TcpStream};",
            "std::net::TcpStream",
        );
    }
    check(
        "src/session/history.rs",
        "use super::worker::Shared;",
        "crate::session::worker::Shared",
    );
    check(
        "src/session/worker.rs",
        "use egui::Context;",
        "egui::Context",
    );
    check(
        "src/session/poller.rs",
        "use crate::ui::App;",
        "crate::ui::App",
    );
    check(
        "src/session/link.rs",
        "use crate::cli::Exit;",
        "crate::cli::Exit",
    );
    for file in ["src/ui/mod.rs", "src/ui/inbox.rs"] {
        check(file, "use crate::client::Consume;", "crate::client");
        check(file, "use crate::sandbox::Overview;", "crate::sandbox");
        check(file, "use crate::secrets::Kept;", "crate::secrets");
        check(
            file,
            "use crate::config::ConfigFile;",
            "crate::config::ConfigFile",
        );
        check(
            file,
            "use crate::protocol::request::Call;",
            "crate::protocol::request",
        );
        check(file, "use tokio::sync::watch;", "tokio::sync");
        check(file, "use reqwest::Url;", "reqwest");
        check(file, "use std::fs::File;", "std::fs");
        check(file, "use std::net::SocketAddr;", "std::net");
    }
    check(
        "src/ui/inbox.rs",
        "use crate::clock::Clock;",
        "crate::clock",
    );
    check(
        "src/cli/publish.rs",
        "use crate::session::Model;",
        "crate::session",
    );
    check("src/cli/publish.rs", "use crate::ui::App;", "crate::ui");
    check("src/cli/publish.rs", "type F = eframe::Frame;", "eframe");
    check("src/brand_new.rs", "", "no layer");

    // However it is written.
    check(
        "src/ui/inbox.rs",
        "mod m { fn f() { super::super::super::client::f() } }",
        "crate::client::f",
    );
    check(
        "src/ui/inbox.rs",
        "use crate as root; type C = root::client::Client;",
        "crate::client",
    );
    check(
        "src/ui/inbox.rs",
        "fn f() { vec![1, crate::client::ONE] }",
        "crate::client::ONE",
    );
    check(
        "src/ui/inbox.rs",
        "fn f() { { use crate::client as c; } }",
        "crate::client",
    );
    check(
        "src/ui/inbox.rs",
        "#[derive(tokio::Magic)] struct A;",
        "tokio::Magic",
    );
    check(
        "src/ui/inbox.rs",
        "#[cfg(test)] mod tests { use super::*; use tokio::test; }",
        "tokio::test",
    );
    check("src/ui/inbox.rs", "pub use ::tokio::spawn;", "tokio::spawn");
    check("src/protocol/xml.rs", "use std::net::*;", "std::net::*");
    check("src/protocol/xml.rs", "use crate::*;", "crate::*");
    check(
        "src/protocol/xml.rs",
        "fn f() -> impl Fn(tokio::Runtime) {}",
        "tokio::Runtime",
    );

    // What holds everywhere.
    check(
        "src/client/mod.rs",
        "use std::time::SystemTime;",
        "ask the time",
    );
    check(
        "src/client/mod.rs",
        "fn f() { std::time::Instant::now(); }",
        "ask the time",
    );
    check(
        "src/client/mod.rs",
        "use std::time; fn f() { time::Instant::now(); }",
        "ask the time",
    );
    check(
        "src/client/mod.rs",
        "fn f() { tokio::time::Instant::now(); }",
        "ask the time",
    );
    check(
        "src/cli/span.rs",
        "fn f() { dbg!(jiff::Zoned::now()) }",
        "ask the time",
    );
    check(
        "src/cli/span.rs",
        "fn f() { jiff::Timestamp::now() }",
        "ask the time",
    );
    check(
        "src/window.rs",
        "use std::time::UNIX_EPOCH;",
        "ask the time",
    );
    check(
        "src/session/worker.rs",
        "fn f() -> anyhow::Result<()> {}",
        "anyhow::Result",
    );
    check(
        "src/ui/inbox.rs",
        "fn f() { egui::Color32::from_rgb(1, 2, 3) }",
        "ui/theme",
    );
    check(
        "src/ui/inbox.rs",
        "use egui::Color32; const C: Color32 = Color32::RED;",
        "ui/theme",
    );
    check(
        "src/window.rs",
        "const C: egui::Color32 = egui::hex_color!(\"0f0\");",
        "ui/theme",
    );
    check(
        "src/ui/inbox.rs",
        "const C: &str = \"#00ff7f\";",
        "ui/theme",
    );
    check("src/cli/mod.rs", "fn f() { todo!() }", "todo!");
    check(
        "src/cli/mod.rs",
        "fn f() { vec![std::unimplemented!()] }",
        "unimplemented!",
    );
    check("tests/cli.rs", "#[test] #[ignore] fn f() {}", "ignored");
    check(
        "tests/cli.rs",
        "#[test] #[ignore = \"slow\"] fn f() {}",
        "ignored",
    );
    check(
        "tests/cli.rs",
        "#[test] #[cfg_attr(unix, ignore)] fn f() {}",
        "ignored",
    );
    check(
        "src/ui/inbox.rs",
        "fn f(ui: U) { ui.label(\"nothing here yet\"); }",
        "i18n",
    );
    check(
        "src/ui/inbox.rs",
        "fn f(ui: U) { ui.button(\"Publish\"); }",
        "i18n",
    );
    check(
        "src/ui/inbox.rs",
        "fn f(n: u8) { format!(\"{n} messages left\"); }",
        "i18n",
    );
    check(
        "src/ui/inbox.rs",
        "fn f(u: U) { u.push_id(1, |u| u.label(\"Not an id\")); }",
        "i18n",
    );

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
    let check = |file: &str, code: &str| {
        let found = complaints(file, code);
        assert!(found.is_empty(), "{file}: {code}\nfound: {found:#?}");
    };
    check(
        "src/protocol/xml.rs",
        "use super::Timestamp; use quick_xml::Reader;",
    );
    check(
        "src/protocol/xml.rs",
        "// use tokio::spawn;\n/// [`crate::client`] and todo!()\nfn f() {}",
    );
    check(
        "src/protocol/xml.rs",
        "const A: &str = \"crate::client\"; fn f(tokio: u8) { g(tokio) }",
    );
    check(
        "src/clock.rs",
        "use std::time::SystemTime; use crate::protocol::Timestamp;",
    );
    check(
        "src/sandbox/mod.rs",
        "mod http; fn f() { http::Site::new() }",
    );
    check(
        "src/client/mod.rs",
        "use std::time::Duration; fn f(c: C) { c.now() }",
    );
    check(
        "src/session/edit.rs",
        "use crate::client::Endpoint; use super::draft::Draft;",
    );
    check(
        "src/session/model.rs",
        "use std::net::SocketAddr; use crate::config::Preferences;",
    );
    check("src/session/mod.rs", "mod worker; pub use worker::start;");
    check(
        "src/session/worker.rs",
        "use crate::sandbox::Sandbox; use tokio::spawn; use std::fs;",
    );
    check(
        "src/ui/mod.rs",
        "use crate::clock::Clock; use crate::session::Model;",
    );
    check(
        "src/ui/inbox.rs",
        "use egui::Color32; fn f(c: Color32) { g(Color32::TRANSPARENT) }",
    );
    check(
        "src/ui/inbox.rs",
        "fn f(x: X) { x.get(\"view-new\"); y.id_salt(\"body text\"); }",
    );
    check(
        "src/ui/inbox.rs",
        "fn f() { \"{hours}:{minutes:02}\"; \"TagA\"; g(\"view-new\"); h(\"max_rows\"); }",
    );
    check(
        "src/ui/inbox.rs",
        "#[cfg(test)] mod tests { fn f() { g(\"Two words\") } }",
    );
    check(
        "src/ui/theme/style.rs",
        "const C: C = egui::Color32::from_rgb(1, 2, 3);",
    );
    check(
        "src/cli/mod.rs",
        "use anyhow::Context; pub(crate) fn f() {}",
    );
    check(
        "src/main.rs",
        "mod window; use mqscope::ui; use tokio::runtime::Runtime;",
    );
    check(
        "tests/cli.rs",
        "use tokio::spawn; fn f() { std::time::Instant::now(); }",
    );
}
