//! A picture of every view of the window, in both themes, both languages and two scales:
//!
//!     cargo test --test gallery -- --ignored
//!
//! puts them into `target/gallery/`, with an `index.html` to leaf through;
//! `MQSCOPE_GALLERY=message` makes only those of acts that begin so. Without `--ignored` every view
//! is reached and painted once, and nothing is kept. What stands in a view is the business of
//! `tests/window`; nothing here compares pictures, people look at them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod album;
#[path = "../window/outside.rs"]
#[allow(dead_code, reason = "made for the tests of the window")]
mod outside;
mod scenes;
mod stage;
#[path = "../support/window.rs"]
mod support;

use std::env;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use album::Album;
use mqscope::i18n::Lang;
use scenes::{ACTS, Act};

/// Names the acts that are wanted, by how they begin; all where it is not set.
const WANTED: &str = "MQSCOPE_GALLERY";

#[test]
#[ignore = "makes the pictures, which takes minutes"]
fn pictures() {
    let begin = Instant::now();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let wanted = env::var(WANTED).unwrap_or_default();
    let album = Album::in_folder(target.join("gallery"), wanted.is_empty());
    let acts = ACTS.iter().filter(|(name, _)| name.starts_with(&wanted));
    play(
        acts.flat_map(|act| Lang::ALL.map(|lang| (lang, act))),
        &album,
    );
    println!(
        "{} pictures in {} s: {}",
        album.count(),
        begin.elapsed().as_secs(),
        album.finish().display()
    );
}

/// Plays acts, as many at a time as there are processors. One that fails does not keep the others
/// from their pictures.
fn play<'a>(acts: impl Iterator<Item = (Lang, &'a Act)> + Send, album: &Album) {
    let waiting = Mutex::new(acts);
    let failed = Mutex::new(Vec::new());
    let hands = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().next();
                    let Some((lang, (name, act))) = next else {
                        return;
                    };
                    if std::panic::catch_unwind(|| act(lang, album)).is_err() {
                        let name = format!("{name} in {}", lang.tag());
                        failed.lock().unwrap().push(name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "not played to the end: {failed:?}");
}
