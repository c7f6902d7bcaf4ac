//! The settings: what each of them changes, their window, and their file, edited by other hands.

use std::time::Duration;

use egui::Key;
use mqscope::config::{
    Batch, Config, Density, LanguageChoice, MemoryMb, Motion, NewViews, Preferences, ProfileColor,
    ProxyChoice, Question, ThemeChoice, TimeFormat, WaitSecs,
};

use mqscope::i18n::Lang;
use mqscope::protocol::Profile;

use crate::fixtures;
use crate::scripted::{Scripted, message};
use crate::support::{BEGIN, Place, Start, Window, en, en_with, say};

fn start_with(change: impl FnOnce(&mut Preferences)) -> Start {
    let mut start = Start::default();
    change(&mut start.config.preferences);
    start
}

/// A window with one message, whose details are open.
fn with_details(change: impl FnOnce(&mut Preferences)) -> Window {
    let mut window = Window::start(start_with(change));
    window.until_running();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.until_shown(&en("fact-published"));
    window
}

#[test]
fn times_are_shown_in_the_zone_and_the_format_that_were_chosen() {
    let window = with_details(|_| {});
    window.assert_shows("10:14:07");
    let window = with_details(|p| p.time_zone = "Asia/Shanghai".parse().unwrap());
    window.assert_shows("18:14:07");
    window.assert_not_shown("10:14:07");
    let window = with_details(|p| {
        p.time_zone = "Asia/Kolkata".parse().unwrap();
        p.time_format = TimeFormat::Full;
    });
    window.assert_shows("2026-11-22 15:44:07.000 +05:30");
    let mut window = with_details(|p| p.time_format = TimeFormat::Relative);
    window.assert_shows(&en("time-now"));
    window.advance(Duration::from_secs(61));
    let ago = en_with("age-minutes", &[("n", "1")]);
    window.assert_shows(&en_with("time-ago", &[("age", &ago)]));
}

#[test]
fn a_new_view_begins_with_the_batch_and_the_wait_that_were_chosen() {
    let mut window = Window::start(start_with(|p| {
        p.new_views = NewViews {
            batch: Batch::nearest(4),
            wait_secs: WaitSecs::nearest(9),
        };
    }));
    window.until_running();
    window.click(&en("view-new"));
    assert_eq!(window.value(Place::Only, &en("field-batch")), "4");
    assert_eq!(window.value(Place::Only, &en("field-wait")), "9 s");
}

#[test]
fn a_message_to_production_is_asked_about_until_somebody_says_never_again() {
    let broker = Scripted::told();
    let mut window = broker.window_with(|start| {
        start.config.profiles[0].color = ProfileColor::Red;
    });
    let title = en_with("outbox-sure-one", &[("connection", "desk")]);
    window.click("Publish");
    window.assert_shows(&title);
    window.click(&en("cancel"));
    window.assert_not_shown(&title);
    assert_eq!(broker.published(), 0, "who says no publishes nothing");

    window.click("Publish");
    window.click(&en("ask-never-again"));
    window.click(&en("outbox-sure-yes-one"));
    window.until_outside("it is published", |_| broker.published() == 1);
    window.until("the answer is there", |window| window.is_on("Publish"));
    window.click("Publish");
    window.until_outside("it is published at once", |_| broker.published() == 2);
    let asked = window.until_saved(|config| {
        !config
            .preferences
            .ask_before
            .asks(Question::PublishProduction)
    });
    assert!(asked.preferences.ask_before.asks(Question::PublishMany));
}

#[test]
fn many_messages_of_a_server_are_acked_after_a_question_and_few_without() {
    let broker = Scripted::told();
    let mut window = broker.window();
    for chunk in [1..=16, 17..=20] {
        broker.hand_out(chunk.map(|n| message(n, 1, "{}")).collect());
    }
    window.until_shown("20 received");
    window.click("Select all");
    let title = en_with("ask-ack", &[("n", "20"), ("connection", "desk")]);
    window.click("Ack selected (20)");
    window.assert_shows(&title);
    window.click(&en("cancel"));
    assert!(!broker.acked("handle-1-1"));
    window.click("Ack selected (20)");
    window.click(&en("ask-ack-yes"));
    window.until_shown("Acked 20 of 20");
    assert!(broker.acked("handle-1-1") && broker.acked("handle-20-1"));

    broker.hand_out(vec![message(30, 1, "{}")]);
    window.until_shown("21 received");
    window.click("Select all");
    window.click("Ack selected (1)");
    window.until_outside("it is acked", |_| broker.acked("handle-30-1"));
}

#[test]
fn nobody_is_asked_who_does_not_want_to_be() {
    let mut window = Window::start(start_with(|p| {
        for question in Question::ALL {
            *p.ask_before.switch(question) = false;
        }
    }));
    window.until_running();
    window.click(&en("view-new"));
    window.fill(Place::Head, &en("field-group"), "GID_second");
    window.click("Start");
    window.publish_and_see();
    window.stop();
    window.click(&en("view-close"));
    assert!(!window.shows("Consume orders · GID_second"));
    assert!(window.asks_to_close(), "the window closes at once");
}

#[test]
fn what_is_deleted_and_cleared_is_so_at_once_where_nobody_wants_to_be_asked() {
    let mut window = Window::start(
        start_with(|p| {
            for question in [Question::DeleteConnection, Question::ClearHistory] {
                *p.ask_before.switch(question) = false;
            }
        })
        .with("desk", Profile::Tdmq, "http://127.0.0.1:9"),
    );
    window.until_running();
    window.publish_and_see();
    window.click(&en_with("connection-edit", &[("name", "desk")]));
    window.click(&en("delete"));
    window.until_saved(|config| config.profiles.is_empty());
    assert!(!window.has(&en_with("connection-use", &[("name", "desk")])));

    window.click(&en("history-open"));
    window.until("what was published", |window| {
        window.is_on(&en("history-clear"))
    });
    window.click(&en("history-clear"));
    window.until_shown(&en("history-none"));
}

#[test]
fn the_oldest_messages_go_when_there_is_less_memory_for_them() {
    let mut window = Window::start(Start {
        before: |model| {
            let body = |n: u64| fixtures::text_of(1 << 20, |at| format!("{n} {at} "));
            // Returned at once, so that nobody holds them.
            let all = (0..96).map(|n| fixtures::arrival(n, body(n), BEGIN, BEGIN));
            model.absorb(fixtures::polled(all, BEGIN), BEGIN);
        },
        ..Start::default()
    });
    window.settle();
    let evicted = en_with("status-evicted", &[("n", "")]);
    assert!(window.texts_with(&evicted).is_empty(), "512 MB hold them");
    open_settings(&mut window);
    window.type_number(&en("settings-memory"), "64");
    window.until_saved(|config| config.preferences.memory_mb.get() == 64);
    window.click(&en("close"));
    window.until("the oldest are gone", |window| {
        !window.texts_with(&evicted).is_empty()
    });
}

#[test]
fn a_mistake_in_the_file_is_told_in_the_language_of_the_window() {
    let mut window = Window::start(start_with(|p| p.language = LanguageChoice::ZhCn));
    window.until_running();
    window.write_config("[preferences]\nlanguage = 'zh-cn'\nmemory-mb = 1\n");
    window.press_with_command(Key::Comma);
    let t = |key, values: &[(&'static str, mqscope::i18n::Value<'_>)]| {
        mqscope::i18n::Texts::of(Lang::ZhCn).format(key, values)
    };
    let place = [("line", 3.into()), ("column", 13.into())];
    window.until_shown(&t("notice-settings-broken", &place));
    let bounds = [("min", "64".into()), ("max", "16384".into())];
    window.assert_shows(&t("file-wants-number", &bounds));
}

#[test]
fn a_connection_without_a_proxy_goes_through_the_one_of_the_settings() {
    let broker = Scripted::told();
    let mut window = broker.window_with(|start| {
        let desk = &mut start.config.profiles[0];
        // Nothing of this name can be reached but through the proxy.
        let proxy = std::mem::replace(&mut desk.endpoint, "http://broker.invalid".to_owned());
        start.config.preferences.proxy = proxy.parse().unwrap();
    });
    window.click("Publish");
    window.until_outside("the proxy has it", |_| broker.published() == 1);
}

/// A choice of a setting, as it is called.
fn choice(setting: &str, choice: &str) -> String {
    format!("{} · {}", en(setting), en(choice))
}

fn open_settings(window: &mut Window) {
    window.press_with_command(Key::Comma);
    window.assert_shows(&en("settings-title"));
}

#[test]
fn what_is_set_in_the_window_holds_at_once_and_is_in_the_file() {
    let mut window = Window::start(Start::default());
    window.until_running();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.until_shown(&en("fact-published"));
    open_settings(&mut window);
    for (setting, chosen) in [
        ("settings-theme", "settings-light"),
        ("settings-density", "settings-compact"),
        ("settings-motion", "settings-motion-reduced"),
        ("settings-format", "settings-format-full"),
        ("settings-proxy", "settings-proxy-none"),
    ] {
        window.click(&choice(setting, chosen));
        assert!(window.is_chosen(&choice(setting, chosen)), "{chosen}");
    }
    window.assert_shows("2026-11-22 10:14:07.000 +00:00");
    assert_eq!(window.context().theme(), egui::Theme::Light);
    window.click(&choice("settings-zone", "settings-zone-place"));
    let place = en("settings-zone-place");
    window.fill(Place::Only, &place, "shang");
    window.click("Asia/Shanghai");
    window.assert_shows("2026-11-22 18:14:07.000 +08:00");
    for (name, number, shown) in [
        ("settings-memory", "64", "64 MB"),
        ("settings-batch", "4", "4"),
        ("settings-wait", "9", "9 s"),
    ] {
        window.type_number(&en(name), number);
        assert_eq!(window.value(Place::Only, &en(name)), shown);
    }
    window.click(&en("settings-ask-quit"));
    let saved = window.until_saved(|config| !config.preferences.ask_before.asks(Question::Quit));
    let mut expected = Preferences {
        theme: ThemeChoice::Light,
        language: LanguageChoice::En,
        density: Density::Compact,
        motion: Motion::Reduced,
        time_zone: "Asia/Shanghai".parse().unwrap(),
        time_format: TimeFormat::Full,
        memory_mb: MemoryMb::nearest(64),
        proxy: ProxyChoice::None,
        new_views: NewViews {
            batch: Batch::nearest(4),
            wait_secs: WaitSecs::nearest(9),
        },
        ..saved.preferences.clone()
    };
    *expected.ask_before.switch(Question::Quit) = false;
    assert_eq!(saved.preferences, expected);
    assert!(window.asks_to_close(), "nobody is asked");

    // Each finds its way back.
    let back = |name: &str| en_with("settings-reset", &[("name", &en(name))]);
    for name in [
        "settings-theme",
        "settings-density",
        "settings-motion",
        "settings-zone",
        "settings-format",
        "settings-memory",
        "settings-batch",
        "settings-wait",
        "settings-proxy",
    ] {
        window.click(&back(name));
        assert!(!window.has(&back(name)), "{name}");
    }
    window.click(&en("settings-ask-all"));
    let begin = Preferences {
        language: LanguageChoice::En,
        first_minute_seen: saved.preferences.first_minute_seen,
        ..Preferences::default()
    };
    window.until_saved(|config| config.preferences == begin);
    window.click(&en("close"));
    window.assert_not_shown(&en("settings-file-why"));
}

#[test]
fn what_is_typed_into_the_settings_is_not_lost_when_they_close() {
    let mut window = Window::start(Start::default());
    open_settings(&mut window);
    window.click(&choice("settings-proxy", "settings-proxy-address"));
    let address = en("settings-proxy-address");
    window.fill(Place::Only, &address, "socks5://host");
    window.click(&en("close"));
    assert!(!window.has(&address));
    open_settings(&mut window);
    assert_eq!(window.value(Place::Only, &address), "socks5://host");
    window.assert_shows(&en("settings-proxy-wrong"));
    // What makes sense holds, though the field was never left.
    window.fill(Place::Only, &address, "http://host:3128");
    window.press_with_command(Key::Enter);
    let saved = window.until_saved(|config| config.preferences.proxy != ProxyChoice::System);
    assert_eq!(saved.preferences.proxy.to_string(), "http://host:3128");
}

#[test]
fn the_address_of_a_proxy_holds_once_it_makes_sense_and_its_password_stays_here() {
    let mut window = Window::start(Start::default());
    open_settings(&mut window);
    window.click(&choice("settings-proxy", "settings-proxy-address"));
    let address = en("settings-proxy-address");
    for wrong in ["socks5://host", "host:nowhere", "host:0"] {
        window.fill(Place::Only, &address, wrong);
        window.assert_shows(&en("settings-proxy-wrong"));
    }
    window.fill(Place::Only, &address, "http://me:hush@host:3128");
    window.assert_shows(&en("connection-password-not-kept"));
    window.press(Key::Enter);
    let saved = window.until_saved(|config| config.preferences.proxy != ProxyChoice::System);
    assert_eq!(saved.preferences.proxy.to_string(), "http://me@host:3128");
    assert!(!window.config_text().contains("hush"));
}

#[test]
fn a_file_edited_by_other_hands_takes_effect_and_their_words_stay() {
    let mut window = Window::start(Start::default().with("desk", Profile::Tdmq, "http://a:1"));
    window.until_running();
    let mine = "# mine\n[preferences]\nlanguage = 'zh-cn' # for us\nlater = 1\n\n# the shop\n[[profiles]]\nid = 'shop'\nname = 'shop'\nendpoint = 'http://b:2'\n";
    window.write_config(mine);
    window.until_shown(&say(Lang::ZhCn, "publish-title"));
    window.until_shown("shop");
    window.assert_not_shown("desk");
    // What is changed here now leaves all of that as it is written.
    window.click(&say(Lang::ZhCn, "theme-light"));
    window.until_saved(|config| config.preferences.theme == ThemeChoice::Light);
    let text = window.config_text();
    for line in mine.lines() {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn a_broken_file_is_told_by_line_and_column_and_left_alone() {
    let mut window = Window::start(Start::default().with("desk", Profile::Tdmq, "http://a:1"));
    window.until_running();
    let broken = "[preferences]\nlanguage = 'en'\ntheme = 'pink'\n";
    window.write_config(broken);
    open_settings(&mut window);
    let told = en_with("notice-settings-broken", &[("line", "3"), ("column", "9")]);
    window.until_shown(&told);
    window.assert_shows("Expected one of system / dark / light, not pink");
    // What held before still does, and what is changed holds, but nothing is written.
    window.assert_shows("desk");
    window.click(&choice("settings-format", "settings-format-full"));
    window.until_shown(&en("notice-settings-wait-next"));
    assert_eq!(window.config_text(), broken);
    // Once it is mended, that is written, and what somebody else wrote stays.
    let mended = "[preferences]\nlanguage = 'en'\ntheme = 'light' # at day\nmotion = 'reduced'\n";
    window.write_config(mended);
    window.until("it is mended", |window| !window.shows(&told));
    let saved = window.until_saved(|config| config.preferences.time_format == TimeFormat::Full);
    assert_eq!(saved.preferences.motion, Motion::Reduced);
    assert!(window.config_text().starts_with(mended));
    window.until("both hold", |window| {
        window.is_chosen(&choice("settings-motion", "settings-motion-reduced"))
    });
    assert!(window.is_chosen(&choice("settings-format", "settings-format-full")));
    assert_eq!(window.context().theme(), egui::Theme::Light);
    window.assert_not_shown(&en("notice-settings-wait-next"));
}

#[test]
fn a_change_that_crosses_one_by_other_hands_takes_nothing_of_it_back() {
    let mut window = Window::start(Start::default());
    window.until_running();
    open_settings(&mut window);
    // Written by somebody else, and not looked at here yet.
    window.write_config("[preferences]\nlanguage = 'en'\nmotion = 'reduced'\n");
    window.click(&choice("settings-format", "settings-format-full"));
    let saved = window.until_saved(|config| config.preferences.time_format == TimeFormat::Full);
    assert_eq!(saved.preferences.motion, Motion::Reduced);
    window.until("both hold", |window| {
        window.is_chosen(&choice("settings-motion", "settings-motion-reduced"))
    });
    assert!(window.is_chosen(&choice("settings-format", "settings-format-full")));
}

#[test]
fn a_misspelt_setting_is_told_with_its_place_and_the_one_that_was_meant() {
    let mut window = Window::start(Start::default());
    window.until_running();
    let mine =
        "[preferences]\nlanguage = 'en'\nthem = 'light' # mine\nmotion = 'reduced'\nlater = 1\n";
    window.write_config(mine);
    let meant = en_with(
        "notice-settings-unknown-nearest",
        &[
            ("name", "them"),
            ("nearest", "theme"),
            ("line", "3"),
            ("column", "1"),
        ],
    );
    let unknown = en_with(
        "notice-settings-unknown",
        &[("name", "later"), ("line", "5"), ("column", "1")],
    );
    window.until_shown("Notices 2");
    open_settings(&mut window);
    window.assert_shows(&meant);
    window.assert_shows(&unknown);
    // Everything else holds, and what is changed here leaves the line as it is.
    assert!(window.is_chosen(&choice("settings-motion", "settings-motion-reduced")));
    window.click(&choice("settings-format", "settings-format-full"));
    window.until_saved(|config| config.preferences.time_format == TimeFormat::Full);
    assert!(
        window.config_text().starts_with(mine),
        "{}",
        window.config_text()
    );
    window.assert_shows(&meant);

    // It is told once, and no more once it is mended.
    window.write_config(&mine.replace("them ", "theme "));
    window.until("it is mended", |window| !window.shows(&meant));
    window.assert_shows(&unknown);
    assert_eq!(window.context().theme(), egui::Theme::Light);
    window.click(&en("close"));
    window.assert_shows("Notices 2");
}

#[test]
fn a_file_that_is_broken_at_the_start_is_told_and_left_alone() {
    let broken = "preferences = 3\n";
    let mut window = Window::start(Start {
        config_text: Some(broken),
        ..Start::default()
    });
    let told = en_with("notice-settings-broken", &[("line", "1"), ("column", "15")]);
    open_settings(&mut window);
    window.until_shown(&told);
    window.click(&choice("settings-format", "settings-format-full"));
    window.until_shown(&en("notice-settings-wait-next"));
    assert_eq!(window.config_text(), broken);
    window.write_config("[preferences] # mine\n");
    window.until_saved(|config| config.preferences.time_format == TimeFormat::Full);
    assert!(window.config_text().starts_with("[preferences] # mine\n"));
}

#[test]
fn the_file_is_made_and_explains_itself_when_it_is_to_be_opened() {
    let mut window = Window::start(Start {
        config: Config::default(),
        ..Start::default()
    });
    window.press_with_command(Key::Comma);
    window.click(&en("settings-open-file"));
    window.until_outside("the file is there", |window| {
        window
            .config_text()
            .contains("# Light or dark: system, dark or light")
    });
}
