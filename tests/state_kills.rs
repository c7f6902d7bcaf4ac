//! Kills a worker in a loop (SIGKILL) while it writes what a window keeps: drafts and tabs, the
//! configuration, the history of what was published. Whatever the moment, the next start finds the
//! old or the new of each, and every publish that was told to be written down.
//!
//! The process that is killed is this test program itself, in another role: the worker is the
//! window's, without the window. Nothing here depends on how long anything takes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use mqscope::clock::Clock;
use mqscope::config::{Config, ConfigFile, ConnectionProfile, Preferences, ThemeChoice};
use mqscope::protocol::{MessageParts, Profile, Timestamp};
use mqscope::sandbox::SandboxSettings;
use mqscope::secrets::Secrets;
use mqscope::session::{
    self, ConnectionId, Dialogs, Draft, Event, HistoryEvent, HistoryJob, Job, Link, Page, PageWish,
    SandboxEvent, Workspace, load_workspace,
};
use support::Running;
use tokio::runtime::Runtime;
use tokio::sync::watch;

const ROUNDS: u32 = 16;
/// Publishes that are told of before a kill, at most.
const MOST: u32 = 6;
/// Large, so that writing it takes a while.
const BODY: usize = 2 << 20;
/// Profiles of the configuration, for the same reason.
const PROFILES: usize = 800;
/// Tells the process that is killed where to work, and from which number on.
const FOLDER: &str = "STATE_KILLS_FOLDER";
const FIRST: &str = "STATE_KILLS_FIRST";
const THIS_TEST: &str = "whatever_the_moment_of_a_kill_the_next_start_finds_the_old_or_the_new";
const WRITTEN: &str = "written down: ";

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// A worker as a window has it.
struct Worker {
    link: Link,
    wakes: Receiver<()>,
    _runtime: Runtime,
}

impl Worker {
    fn start(folder: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let file = ConfigFile::at(folder);
        let (waker, wakes) = mpsc::channel();
        let (link, _) = session::start(
            runtime.handle(),
            session::Start {
                clock: Clock::system(),
                config: file.load().unwrap(),
                file: Some(file),
                secrets: Secrets::session_only(),
                data_dir: Some(data(folder)),
                sandbox: watch::channel(SandboxSettings {
                    listen: (Ipv4Addr::LOCALHOST, 0).into(),
                    ..SandboxSettings::default()
                })
                .1,
                desktop: session::DesktopSource::Nobody,
                dialogs: Dialogs::Nowhere,
                wake: Arc::new(move || {
                    let _ = waker.send(());
                }),
            },
        );
        Self {
            link,
            wakes,
            _runtime: runtime,
        }
    }

    fn send(&self, job: Job) {
        assert!(self.link.send(job).is_ok(), "there is room for it");
    }

    /// Waits for an event that says this.
    fn until<T>(&mut self, wanted: impl Fn(Event) -> Option<T>) -> T {
        loop {
            while let Some(event) = self.link.next_event() {
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
            self.wakes
                .recv_timeout(support::LIMIT)
                .expect("the worker says something");
        }
    }
}

/// What a window would keep after the so-many-th change: recognisable, and whole or not.
fn workspace(number: u32) -> Workspace {
    let fill = char::from(b'a' + u8::try_from(number % 26).unwrap());
    Workspace {
        draft: Some(Draft {
            key: number.to_string(),
            body: fill.to_string().repeat(BODY),
            ..Draft::default()
        }),
        ..Workspace::default()
    }
}

/// The process that is killed: changes everything again and again.
fn change_everything(folder: &str, first: &str) -> ! {
    let mut worker = Worker::start(Path::new(folder));
    worker
        .until(|event| matches!(event, Event::Sandbox(SandboxEvent::Started { .. })).then_some(()));
    let limits = Profile::Sandbox.limits();
    let mut number: u32 = first.parse().unwrap();
    loop {
        worker.send(Job::SaveWorkspace(Box::new(workspace(number))));
        worker.send(Job::SavePreferences(Preferences {
            theme: match number % 2 {
                0 => ThemeChoice::Dark,
                _ => ThemeChoice::Light,
            },
            ..Preferences::default()
        }));
        let parts = MessageParts {
            body: "x".repeat(50_000),
            key: Some(number.to_string()),
            ..MessageParts::default()
        };
        let message = parts.checked(&limits, Timestamp::default()).unwrap();
        let topic = "orders".parse().unwrap();
        worker.send(Job::Publish(
            ConnectionId::Sandbox,
            topic,
            Box::new(message),
        ));
        worker.until(|event| {
            let Event::History(event) = event else {
                return None;
            };
            matches!(*event, HistoryEvent::Added(..)).then_some(())
        });
        println!("{WRITTEN}{number}");
        number += 1;
    }
}

/// All that is readable of the history: the keys, and how many lines are not.
fn history(folder: &Path) -> (HashSet<u32>, u64) {
    let mut worker = Worker::start(folder);
    let (mut keys, mut skipped, mut before) = (HashSet::new(), 0, None);
    loop {
        worker.send(Job::History(HistoryJob::Page(PageWish {
            list: 1,
            before,
            needle: Default::default(),
            max: 200,
        })));
        let page: Page = worker.until(|event| match event {
            Event::History(event) => match *event {
                HistoryEvent::Page(_, page) => Some(page),
                _ => None,
            },
            _ => None,
        });
        assert_eq!(page.unreadable, None);
        assert!(page.set_aside.is_empty(), "no file is given up");
        skipped += page.skipped;
        keys.extend(
            page.rows
                .iter()
                .filter_map(|row| row.key.as_ref()?.parse::<u32>().ok()),
        );
        before = page.older;
        if before.is_none() {
            return (keys, skipped);
        }
    }
}

/// The files of a folder with their sizes: a file that is begun, grows or is cut short changes that.
fn seen_in(folder: &Path) -> Vec<(OsString, u64)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut seen: Vec<(OsString, u64)> = entries
        .map(|entry| {
            let size = entry.metadata().map_or(0, |about| about.len());
            (entry.file_name(), size)
        })
        .collect();
    seen.sort();
    seen
}

fn look_at(folder: &Path, told: &HashSet<u32>, kills: u32) {
    let (kept, notice) = load_workspace(Some(&data(folder)), Timestamp::default());
    assert_eq!(notice, None, "drafts and tabs can be read");
    if let Some(draft) = kept.draft {
        let number: u32 = draft.key.parse().unwrap();
        assert!(Some(draft) == workspace(number).draft, "{number} is whole");
    }
    let config = ConfigFile::at(folder).load().unwrap();
    assert_eq!(config.profiles.len(), PROFILES);
    let (keys, torn) = history(folder);
    let lost: Vec<_> = told.difference(&keys).collect();
    assert!(lost.is_empty(), "written down and not there: {lost:?}");
    assert!(
        torn <= u64::from(kills),
        "{torn} torn lines of {kills} kills"
    );
}

#[test]
fn whatever_the_moment_of_a_kill_the_next_start_finds_the_old_or_the_new() {
    if let (Ok(folder), Ok(first)) = (std::env::var(FOLDER), std::env::var(FIRST)) {
        change_everything(&folder, &first);
    }
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("window");
    let profile = |n: usize| ConnectionProfile {
        id: n.to_string(),
        ..ConnectionProfile::new(format!("profile {n}"), Profile::Sandbox)
    };
    let config = Config {
        profiles: (0..PROFILES).map(profile).collect(),
        ..Config::default()
    };
    ConfigFile::at(&folder).save(&config).unwrap();
    let (mut told, mut next) = (HashSet::new(), 0);
    for round in 1..=ROUNDS {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", THIS_TEST, "--nocapture"])
            .env(FOLDER, &folder)
            .env(FIRST, next.to_string());
        let mut process = Running::start(command, b"");
        let wanted = fastrand::u32(0..MOST);
        let mut seen = 0;
        while seen < wanted {
            let line = process.line();
            if let Some((_, number)) = line.split_once(WRITTEN) {
                told.insert(number.parse::<u32>().unwrap());
                seen += 1;
            }
        }
        match round % 4 {
            // Somewhere in what comes next.
            0 => {
                for _ in 0..fastrand::u32(0..60_000) {
                    std::hint::black_box(folder.metadata().is_ok());
                }
            }
            // In the midst of a change: at its first sign, or a few looks later.
            place => {
                let folder = match place {
                    1 => folder.clone(),
                    _ => data(&folder),
                };
                let before = seen_in(&folder);
                let looks = std::iter::repeat_with(|| seen_in(&folder));
                let mut later = fastrand::u32(0..3);
                let end = Instant::now() + support::LIMIT;
                for seen in looks {
                    if seen != before {
                        match later.checked_sub(1) {
                            Some(left) => later = left,
                            None => break,
                        }
                    }
                    assert!(Instant::now() < end, "nothing is ever written");
                }
            }
        }
        drop(process);
        next += 2 * MOST + 1_000 * round;
        look_at(&folder, &told, round);
    }
    assert!(!told.is_empty());
    let (kept, _) = load_workspace(Some(&data(&folder)), Timestamp::default());
    assert!(kept.draft.is_some(), "some were written as a whole");
}
