//! What stays in sight where there is little room: the countdown and the ack of rows in a narrow view,
//! connections below a sandbox with many topics, rows between the drawer and the details.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mqscope::protocol::{MessageParts, Profile};
use mqscope::ui::theme;

use crate::outside::another_client;
use crate::support::{Start, Window, en, en_with};
use crate::workspace::kept;

/// Heads of the columns from left to right, without the one of the acks.
fn heads(window: &Window) -> Vec<String> {
    let mut heads: Vec<(f32, String)> = window
        .root()
        .query_all_by_role(Role::ColumnHeader)
        .map(|node| {
            (
                node.rect().left(),
                node.accesskit_node().label().unwrap_or_default(),
            )
        })
        .collect();
    heads.sort_by(|one, other| one.0.total_cmp(&other.0));
    heads.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn columns_give_way_in_a_narrow_view_and_the_ack_stays() {
    let mut window = Window::start(Start {
        size: [1280.0, 800.0],
        ..Start::default()
    });
    window.until_running();
    let id = window.publish_and_see();
    assert_eq!(heads(&window).len(), 7);
    window.press_with_command(Key::T);
    window.press_with_command(Key::K);
    window.write(&en("action-split-tab"));
    window.press(Key::Enter);
    window.settle();

    let names = ["column-returns", "column-key", "column-body"];
    assert_eq!(heads(&window), names.map(en));
    let edge = en_with("splitter-name", &[("pane", "Consume orders · GID_debug")]);
    let ack = window.rect(&en_with("ack-row", &[("id", &id)]));
    assert!(ack.right() < window.rect(&edge).left(), "{ack:?}");
    assert!(ack.width() >= 48.0, "the whole of it: {ack:?}");
    // The button of the columns says so, and its menu which ones.
    let some = en_with("table-columns-of", &[("shown", "3"), ("all", "7")]);
    window.click(&some);
    assert_eq!(window.texts_with(&en("column-no-room")).len(), 4);
    window.press(Key::Escape);
    window.click(&en_with("ack-row", &[("id", &id)]));
    window.until_shown("1 acked");

    // With room again they come back, as they were.
    window.resize([2000.0, 800.0]);
    window.settle();
    assert_eq!(heads(&window).len(), 7);
    assert!(!window.has(&some));
}

#[test]
fn many_topics_push_no_connection_out_of_sight_and_can_be_folded_away() {
    let start = || {
        let start = Start {
            size: [1280.0, 800.0],
            ..Start::default()
        };
        start.with("desk", Profile::Tdmq, "http://127.0.0.1:9")
    };
    let mut window = Window::start(start());
    window.until_running();
    let client = another_client(&window);
    let message = MessageParts {
        body: "one".to_owned(),
        ..MessageParts::default()
    };
    let now = window.clock().now();
    let message = message.checked(&Profile::Sandbox.limits(), now).unwrap();
    for n in 0..60 {
        let topic = format!("topic-{n:02}").parse().unwrap();
        let published = client.publish(&topic, &message);
        window.runtime().block_on(published).unwrap();
    }
    window.until("the topics", |window| window.has("topic-59"));
    window.settle();
    let foot = 800.0 - theme::STATUS_BAR_HEIGHT;
    let add = window.rect(&en("connection-add"));
    assert!(add.bottom() < foot, "{add:?}");
    let desk = window.rect("Use desk");
    assert!(desk.bottom() < add.top(), "{desk:?}");
    // They scroll by themselves, up to the last one.
    assert!(window.rect("topic-59").top() > desk.bottom());
    let at = window.middle("topic-03");
    window.turn_wheel(at, -10_000.0);
    window.settle();
    let last = window.rect("topic-59");
    assert!(last.bottom() <= desk.top(), "{last:?}");
    assert_eq!(window.rect("Use desk"), desk);

    let fold = en("topics-of-sandbox");
    window.click(&fold);
    window.settle();
    assert!(!window.has("topic-59") && !window.has("GID_debug"));
    assert!(window.rect("Use desk").top() < 200.0);
    let workspace = kept(&mut window, "that they are folded away", |kept| {
        let around = kept.around.as_ref();
        around.is_some_and(|around| around["topics"] == false)
    });
    window.close();

    let mut window = Window::start(Start {
        workspace,
        ..start()
    });
    window.until("it runs", |window| window.shows("running · "));
    window.until("the topics are known", |window| window.has(&fold));
    assert!(!window.has("orders"), "still folded away");
    window.click(&fold);
    window.until("they are back", |window| window.has("orders"));
}

#[test]
fn details_beside_the_drawer_leave_room_for_rows() {
    let mut window = Window::start(Start {
        size: [1280.0, 800.0],
        ..Start::default()
    });
    window.until_running();
    let id = window.publish_and_see();
    window.stop();
    window.look_into(&id);
    window.until_shown(&en("md5-good"));
    window.click(&en("traffic-open"));
    window.settle();
    // The fields of a stopped view take the room of three rows and the details.
    assert!(!window.shows(&en("md5-good")));
    let row = window.rect(&en_with("select-row", &[("id", &id)]));
    let drawer = window.rect(&en("traffic-pause"));
    assert!(row.bottom() + 2.0 * theme::ROW_HEIGHT < drawer.top());
    // Closed again, the details are back.
    window.click(&en("traffic-open"));
    window.settle();
    window.assert_shows(&en("md5-good"));
}

/// The edge of a pane, along all of it.
fn edge(window: &Window, pane: &str) -> egui::Rect {
    window.rect(&en_with("splitter-name", &[("pane", &en(pane))]))
}

#[test]
fn the_form_keeps_its_height_beside_the_drawer_where_both_have_room() {
    let mut window = Window::start(Start {
        size: [1280.0, 800.0],
        ..Start::default()
    });
    window.until_running();
    let whole = edge(&window, "publish-title");
    window.open_part("action-show-sandbox");
    let (form, drawer) = (
        edge(&window, "publish-title"),
        edge(&window, "control-title"),
    );
    assert_eq!(form, whole);
    assert!(drawer.right() <= form.right(), "{drawer:?} {form:?}");
    // In a narrower window the drawer needs all the width.
    window.resize([1180.0, 800.0]);
    window.settle();
    let (form, drawer) = (
        edge(&window, "publish-title"),
        edge(&window, "control-title"),
    );
    assert!(form.bottom() <= drawer.bottom(), "{drawer:?} {form:?}");
    assert!(drawer.right() > form.right(), "{drawer:?} {form:?}");
}

#[test]
fn the_form_is_beside_the_views_or_a_tab_as_one_likes_it_and_comes_back_so() {
    let mut window = Window::start(Start {
        size: [1280.0, 800.0],
        ..Start::default()
    });
    window.until_running();
    let tab = |window: &Window| {
        let things = window.things();
        things.contains(&(Role::Tab, en("publish-title")))
    };
    let toggle = |window: &mut Window| {
        window.press_with(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::B);
        window.settle();
    };
    assert!(!tab(&window));
    toggle(&mut window);
    assert!(tab(&window), "{}", window.tree());
    let workspace = kept(&mut window, "it is a tab", |kept| {
        let around = kept.around.as_ref();
        around.is_some_and(|around| around["form-beside"] == false)
    });
    window.close();

    let mut window = Window::start(Start {
        size: [1280.0, 800.0],
        workspace,
        ..Start::default()
    });
    window.until_running();
    assert!(tab(&window), "{}", window.tree());
    toggle(&mut window);
    assert!(!tab(&window));
    // Where there is no room beside the views it says so.
    window.resize(theme::MIN_WINDOW);
    toggle(&mut window);
    window.until_shown(&en("reason-narrow"));
}

/// What one works with in it is what it was opened for, so it may not lie over that.
#[test]
fn what_opens_at_the_right_edge_lies_in_the_window_and_not_over_its_button() {
    for size in [[1280.0, 800.0], [1440.0, 900.0]] {
        let mut window = Window::start(Start {
            size,
            ..Start::default()
        });
        window.until_running();
        let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        window.click(&en("variables"));
        for name in [en("templates"), en("variables-help")] {
            let button = window.rect(&name);
            window.click(&name);
            window.settle();
            let place = window.rect_of_place(&name);
            assert!(whole.contains_rect(place), "{name} {size:?}: {place:?}");
            assert!(!place.intersects(button), "{name} {size:?}: {place:?}");
            window.press(Key::Escape);
        }
    }
}
