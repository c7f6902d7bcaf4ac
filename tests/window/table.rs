//! The live table: filtering, sorting, pinning, choosing columns, pausing, keys, and staying where
//! one looks while messages arrive.

use egui::Key;
use egui::accesskit::Role;

use crate::support::{Place, Window, en};

/// Publishes messages with these keys and bodies; their ids, in that order.
fn publish(window: &mut Window, messages: &[(&str, &str)]) -> Vec<String> {
    let publish_one = |(key, body): &(&str, &str)| {
        window.fill(Place::Form, "Key", key);
        window.fill(Place::Form, "Body", body);
        window.publish_and_see()
    };
    messages.iter().map(publish_one).collect()
}

#[test]
fn a_filter_holds_for_what_is_there_and_for_what_arrives() {
    let mut window = Window::open();
    let ids = publish(
        &mut window,
        &[("one", "apple"), ("two", "pear"), ("three", "APPLE pie")],
    );
    window.fill(Place::Only, "Filter", "apple");
    assert_eq!(window.rows(), [ids[2].clone(), ids[0].clone()]);
    window.assert_shows("2 of 3 shown");

    // What arrives is filtered as well.
    window.fill(Place::Form, "Key", "four");
    window.fill(Place::Form, "Body", "plum");
    window.publish();
    window.until_shown("2 of 4 shown");
    window.fill(Place::Form, "Body", "pineapple");
    window.publish();
    window.until_shown("3 of 5 shown");

    window.fill(Place::Only, "Filter", "key:/^t/ -body:pear");
    assert_eq!(window.rows(), [ids[2].clone()]);
    window.fill(Place::Only, "Filter", "quince");
    assert!(window.rows().is_empty());
    window.assert_shows("Nothing matches the filter");
    window.fill(Place::Only, "Filter", "");
    assert_eq!(window.rows().len(), 5);
    window.assert_not_shown("shown");
}

#[test]
fn a_filter_that_is_wrong_says_where_and_the_last_good_one_holds() {
    let mut window = Window::open();
    let ids = publish(&mut window, &[("one", "apple"), ("two", "pear")]);
    window.fill(Place::Only, "Filter", "pear");
    assert_eq!(window.rows(), [ids[1].clone()]);
    window.fill(Place::Only, "Filter", "pear /a(b/");
    window.assert_shows("At character 6: not a valid regular expression");
    assert_eq!(window.rows(), [ids[1].clone()]);
    window.fill(Place::Only, "Filter", "state:lost");
    window.assert_shows("lost is nothing that a message can be");
    window.fill(Place::Only, "Filter", "state:held");
    assert_eq!(window.rows().len(), 2);
    window.assert_not_shown("At character");
}

#[test]
fn what_the_filter_hides_is_not_acked_with_what_is_selected() {
    let mut window = Window::open();
    let ids = publish(
        &mut window,
        &[("one", "apple"), ("two", "pear"), ("three", "apple")],
    );
    window.click(&en("select-all"));
    window.assert_shows("Ack selected (3)");
    window.fill(Place::Only, "Filter", "apple");
    window.assert_shows("Ack selected (2)");
    window.click("Ack selected (2)");
    window.until_shown("3 received · 2 acked");
    window.fill(Place::Only, "Filter", "state:held");
    assert_eq!(window.rows(), [ids[1].clone()]);
}

#[test]
fn a_column_sorts_both_ways_and_then_the_newest_is_first_again() {
    let mut window = Window::open();
    let ids = publish(&mut window, &[("b", "1"), ("c", "2"), ("a", "3")]);
    let order = |places: [usize; 3]| places.map(|place| ids[place].clone());
    assert_eq!(window.rows(), order([2, 1, 0]));
    window.click_role(Role::ColumnHeader, "Key");
    assert_eq!(window.rows(), order([2, 0, 1]));
    assert!(window.has("Key, smallest first"));
    window.click("Key, smallest first");
    assert_eq!(window.rows(), order([1, 0, 2]));
    window.click("Key, largest first");
    assert_eq!(window.rows(), order([2, 1, 0]));
}

#[test]
fn columns_come_and_go_and_properties_can_be_some() {
    let mut window = Window::open();
    publish(&mut window, &[("one", "apple")]);
    assert!(!window.has("5 B"));
    window.click("Columns");
    window.click_role(Role::CheckBox, "Size");
    window.click_role(Role::CheckBox, "region");
    window.press(Key::Escape);
    assert!(window.has("5 B"));
    assert!(window.has("ap-guangzhou"));
    window.click("Columns");
    window.click_role(Role::CheckBox, "Size");
    window.press(Key::Escape);
    assert!(!window.has("5 B"));
}

#[test]
fn a_paused_view_takes_nothing_and_goes_on_where_it_was() {
    let mut window = Window::open();
    window.click("Pause");
    assert!(window.has("Consume orders · GID_debug · paused"));
    // The poll in flight may still bring what comes now; the next message finds nobody.
    let first = window.publish_and_see();
    window.publish();
    window.publish();
    assert_eq!(window.rows(), [first]);
    window.click("Resume");
    window.until("the others", |window| window.rows().len() == 3);
    assert!(window.has("Consume orders · GID_debug · running"));
    window.click("Pause");
    window.stop();
}

#[test]
fn keys_move_select_pin_and_ack() {
    let mut window = Window::open();
    let ids = publish(&mut window, &[("one", "1"), ("two", "2"), ("three", "3")]);
    window.leave_fields();
    window.press(Key::ArrowDown);
    window.press(Key::ArrowDown);
    // The details follow.
    assert!(window.shows(&ids[1]));
    window.press(Key::Space);
    window.assert_shows("Ack selected (1)");
    window.press(Key::End);
    window.press(Key::P);
    assert_eq!(
        window.rows(),
        [ids[0].clone(), ids[2].clone(), ids[1].clone()]
    );
    window.press(Key::A);
    window.until_shown("3 received · 1 acked");
    window.press(Key::P);
    assert_eq!(
        window.rows(),
        [ids[2].clone(), ids[1].clone(), ids[0].clone()]
    );
    window.press_with_command(Key::A);
    window.assert_shows("Ack selected (2)");
    window.press(Key::Slash);
    assert!(window.is_typed_into("Filter"));
}

#[test]
fn what_one_looks_at_stays_while_messages_arrive_and_the_newest_is_one_click_away() {
    let mut window = Window::open();
    let mut ids = vec![window.publish_and_see()];
    for n in 2..=24 {
        // Not all of them fit into the window, so the count tells.
        window.publish();
        window.until_shown(&format!("{n} received"));
    }
    ids.extend(window.rows().into_iter().next());
    window.leave_fields();
    window.press(Key::End);
    let seen = window.rows();
    assert!(seen.contains(&ids[0]), "the oldest is in sight");
    assert!(!seen.contains(&ids[1]), "the newest is not");
    window.publish();
    window.until_shown("one new");
    assert!(window.rows().contains(&ids[0]), "it stays in sight");
    assert!(!window.rows().contains(&ids[1]));
    window.click("one new");
    window.settle();
    assert!(window.rows().contains(&ids[1]));
    window.assert_not_shown("one new");
}
