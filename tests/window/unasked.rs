//! Questions that somebody has switched off: what would have been asked about is done at once. Each
//! beside the same with the question, where the test of the thing itself does not show that.

use egui::accesskit::Role;
use mqscope::config::Question;

use crate::control::{choose, quiet_with};
use crate::letters::with_letters;
use crate::outbox::repeat;
use crate::replay::{ask_to_replay, replay_to};
use crate::scripted::{Scripted, message};
use crate::support::{Start, Window, en, en_with};

/// What the questions of this kind are switched to.
fn asking(question: Question, asks: bool) -> Start {
    let mut start = Start::default();
    *start.config.preferences.ask_before.switch(question) = asks;
    start
}

/// Whether a question lies on top of the window.
fn is_asked(window: &Window) -> bool {
    let things = window.things();
    things.iter().any(|(role, _)| *role == Role::Dialog)
}

#[test]
fn dead_letters_are_sent_again_after_a_question_or_at_once() {
    for asks in [true, false] {
        let mut window = with_letters(2, asking(Question::Resend, asks));
        window.click(&en("select-all"));
        window.click("Send selected again (2)…");
        assert_eq!(is_asked(&window), asks);
        if asks {
            assert!(!window.shows("2 of 2 stored"));
            window.click("Send 2 again");
        }
        window.until_shown("2 of 2 stored, 0 failed");
        window.until_shown("received · 2 acked");
    }
}

#[test]
fn a_topic_is_emptied_and_deleted_after_a_question_or_at_once() {
    for asks in [true, false] {
        let mut window = quiet_with(asking(Question::Destroy, asks));
        window.publish();
        for (place, menu, yes, done) in [
            ("orders", "Purge…", "Purge", "orders is empty"),
            (
                "orders · GID_debug",
                "Delete group…",
                "Delete group",
                "Deleted GID_debug",
            ),
            ("orders", "Delete topic…", "Delete topic", "Deleted orders"),
        ] {
            choose(&mut window, place, menu);
            assert_eq!(is_asked(&window), asks, "{menu}");
            if asks {
                assert!(!window.shows(done), "{menu}");
                window.click(yes);
            }
            window.until_shown(done);
        }
    }
}

/// A window at a server that is no sandbox, with these questions asked or not.
fn at_a_server(broker: &Scripted, question: Question, asks: bool) -> Window {
    broker.window_with(|start| {
        *start.config.preferences.ask_before.switch(question) = asks;
    })
}

#[test]
fn messages_are_replayed_to_a_server_after_they_are_agreed_to_or_at_once() {
    for asks in [true, false] {
        let broker = Scripted::told();
        let mut window = at_a_server(&broker, Question::Replay, asks);
        broker.hand_out(vec![message(1, 1, "first")]);
        window.until_shown("1 received");
        ask_to_replay(&mut window);
        window.click(&format!("{} · Local sandbox", en("replay-connection")));
        window.click("desk");
        let sure = en_with("replay-sure", &[("name", "desk")]);
        assert_eq!(window.has(&sure), asks);
        assert_eq!(window.is_on(&en("replay-yes")), !asks);
        if asks {
            window.click(&sure);
        }
        assert_eq!(broker.published(), 0);
        replay_to(&mut window, "replayed");
        window.until_outside("it is there", |_| broker.published() == 1);
    }
}

#[test]
fn many_messages_are_published_to_a_server_after_a_question_or_at_once() {
    for asks in [true, false] {
        let broker = Scripted::told();
        let mut window = at_a_server(&broker, Question::PublishMany, asks);
        repeat(&mut window, "3", None);
        window.click("Publish 3 times");
        assert_eq!(is_asked(&window), asks);
        if asks {
            assert_eq!(broker.published(), 0);
            window.click("Publish them");
        }
        // It takes none of them.
        window.until_outside("the first is there", |_| broker.published() > 0);
    }
}
