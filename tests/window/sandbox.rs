//! The sandbox of the window that could not run as it was meant, and how it comes back to that.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;
use std::time::Duration;

use egui::Key;
use mqscope::config::{Config, LanguageChoice};
use mqscope::i18n::{Lang, Texts};

use crate::support::{Place, Start, Window, en, en_with};

/// A port that somebody else has, and a window whose sandbox wanted it.
fn beside_another(data: Option<&Path>) -> (TcpListener, SocketAddr, Window) {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let wished = other.local_addr().unwrap();
    let mut window = Window::start(Start {
        listen: wished,
        data_dir: data.map(Into::into),
        ..Start::default()
    });
    window.until_running();
    assert_ne!(window.sandbox_addr(), wished);
    (other, wished, window)
}

/// By the link below its name, by the one of the notice, or by name.
fn bring_back(window: &mut Window, way: &str) {
    let name = en("sandbox-restore");
    match way {
        "the list" => window.click_topmost(&name),
        "the notice" => {
            window.click(&window.button_with("Notices "));
            window.click_rightmost(&name);
        }
        _ => {
            window.press_with_command(Key::K);
            window.write(&name);
            window.press(Key::Enter);
        }
    }
}

fn until_at(window: &mut Window, wished: SocketAddr) {
    let back = en_with("notice-sandbox-restored", &[("addr", &wished.to_string())]);
    window.until_shown(&back);
    assert_eq!(window.sandbox_addr(), wished);
    assert!(!window.has(&en("sandbox-restore")), "{}", window.tree());
}

/// Whoever listens goes on at the new place: after an empty poll, or a failed one, in a moment.
fn polls_again(window: &mut Window) {
    window.advance(Duration::from_secs(2));
}

#[test]
fn a_sandbox_comes_back_to_its_port_once_that_is_free() {
    for way in ["the list", "the notice", "the palette"] {
        let (other, wished, mut window) = beside_another(None);
        // While the reason is there, nothing changes.
        let makeshift = window.sandbox_addr();
        bring_back(&mut window, way);
        window.until_shown(&en("notice-sandbox-not-restored"));
        assert_eq!(window.sandbox_addr(), makeshift);
        if way == "the notice" {
            let why = [("listen", wished.to_string())];
            let why = why.each_ref().map(|(name, value)| (*name, value.as_str()));
            window.assert_shows(&en_with("obstacle-address-in-use", &why));
            window.click(&window.button_with("Notices "));
        }
        drop(other);
        bring_back(&mut window, way);
        until_at(&mut window, wished);
        polls_again(&mut window);
        let id = window.publish_and_see();
        window.click(&format!("Ack {id}"));
        window.until_shown("1 received · 1 acked");
    }
}

#[test]
fn messages_that_are_in_memory_only_are_asked_about_before_they_are_lost() {
    let (other, wished, mut window) = beside_another(None);
    window.publish_and_see();
    drop(other);
    let makeshift = window.sandbox_addr();
    // Beside its topic and its group in the list, and how often it came in its row.
    window.until("the message is counted", |window| window.count("1") >= 3);
    bring_back(&mut window, "the list");
    window.assert_shows("One message is in its memory only, and is gone then");
    window.click(&en("cancel"));
    assert_eq!(window.sandbox_addr(), makeshift);
    bring_back(&mut window, "the list");
    window.click(&en("sandbox-restore-yes"));
    until_at(&mut window, wished);
    polls_again(&mut window);
    let rows = window.rows();
    window.publish();
    window.until_row_beside(&rows);
}

#[test]
fn messages_in_files_stay_where_only_the_port_changes() {
    let data = tempfile::tempdir().unwrap();
    let (other, wished, mut window) = beside_another(Some(&data.path().join("sandbox")));
    let id = window.publish_and_see();
    drop(other);
    bring_back(&mut window, "the list");
    // Nothing is lost, so nobody asks.
    until_at(&mut window, wished);
    // The handle is as good as before.
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");
}

#[test]
fn a_sandbox_comes_back_to_its_data_once_they_can_be_used() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("sandbox.redb");
    std::fs::write(&file, "not a database").unwrap();
    let start = || Start {
        data_dir: Some(data.path().to_owned()),
        ..Start::default()
    };
    let mut window = Window::start(start());
    window.until_running();
    window.until_shown(&en("notice-sandbox-in-memory"));
    bring_back(&mut window, "the notice");
    window.until_shown(&en("notice-sandbox-not-restored"));
    let path = file.display().to_string();
    window.assert_shows(&en_with("obstacle-damaged", &[("path", &path)]));
    std::fs::rename(&file, data.path().join("aside")).unwrap();
    bring_back(&mut window, "the list");
    window.until("it is back", |window| {
        !window.texts_with("The sandbox is back").is_empty()
    });
    assert!(!window.has(&en("sandbox-restore")));
    polls_again(&mut window);
    window.publish_and_see();
    drop(window.close());

    let mut window = Window::start(start());
    window.until_running();
    window.assert_shows("Notices 0");
    window.until_shown("orders");
}

#[test]
fn what_is_in_the_way_is_told_in_chinese_too() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("sandbox.redb");
    std::fs::write(&file, "not a database").unwrap();
    let mut config = Config::default();
    config.preferences.language = LanguageChoice::ZhCn;
    let mut window = Window::start(Start {
        data_dir: Some(data.path().to_owned()),
        config,
        ..Start::default()
    });
    window.until_running();
    let t = Texts::of(Lang::ZhCn);
    window.until_shown(t.get("notice-sandbox-in-memory"));
    window.click(&window.button_with("通知 "));
    let path = [("path", file.display().to_string().into())];
    window.assert_shows(&t.format("obstacle-damaged", &path));
    assert!(
        window.count(t.get("sandbox-restore")) == 2,
        "{}",
        window.tree()
    );
}

/// Says to a test that it runs in a process of its own.
#[cfg(target_os = "linux")]
const ALONE: &str = "MQSCOPE_TEST_ALONE";

/// No file of this process may be longer than this.
#[cfg(target_os = "linux")]
fn limit_files(bytes: &str) {
    let process = std::process::id().to_string();
    let limit = format!("--fsize={bytes}:unlimited");
    let set = Command::new("prlimit")
        .args(["--pid", &process, &limit])
        .status();
    assert!(set.unwrap().success());
}

/// The system refuses every write, as it does on a disk that is full.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fails_is_told_and_the_sandbox_comes_back_with_all_that_was_answered() {
    if std::env::var_os(ALONE).is_none() {
        let this = "sandbox::a_disk_that_fails_is_told_and_the_sandbox_comes_back_with_all_that_was_answered";
        // What the system would otherwise end the process with.
        let output = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", this])
            .env(ALONE, "1")
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{printed}");
        assert!(printed.contains("1 passed"), "{printed}");
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let mut window = Window::start(Start {
        data_dir: Some(data.path().join("sandbox")),
        ..Start::default()
    });
    window.until_running();
    let kept = window.publish_and_see();
    window.fill(Place::Form, "Key", "not-kept");
    limit_files("1");
    window.begin_to_publish();
    window.until_shown(&en("sandbox-failed"));
    window.until_shown(&en("card-server-publish"));
    assert_eq!(window.value(Place::Form, "Key"), "not-kept");
    window.click(&window.button_with("Notices "));
    window.assert_shows(&en("obstacle-disk"));

    // While the disk is full, it runs in memory at best, and says so.
    window.click_topmost(&en("sandbox-start"));
    window.until_shown(&en("notice-sandbox-in-memory"));
    window.until_shown("running · 127.0.0.1:");
    limit_files("unlimited");
    bring_back(&mut window, "the list");
    window.until("it is back", |window| {
        !window.texts_with("The sandbox is back").is_empty()
    });
    window.click(&format!("Ack {kept}"));
    window.until_shown("1 acked");
}
