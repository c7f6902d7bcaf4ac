//! Lists, panes and columns without a pointer: through the rows of traffic and history, the sizes of
//! the panes beside them, the order and the width of columns, and tabs as those who hear them have
//! them.

use egui::accesskit::Role;
use egui::{Key, Modifiers};

use mqscope::session::Column;

use crate::support::audit::things;
use crate::support::{Start, Window, en, en_with};
use crate::workspace::kept;

impl Window {
    /// Opens a part of the drawer by its action; the keyboard is in its list.
    #[track_caller]
    pub(crate) fn open_part(&mut self, action: &str) {
        self.press_with_command(Key::K);
        self.write(&en(action));
        self.press(Key::Enter);
        self.settle();
    }

    /// Opens the history of so many messages, which are in a view, too. Its list has the keyboard as
    /// soon as it has been read.
    #[track_caller]
    pub(crate) fn go_to_history(&mut self, messages: usize) {
        self.open_part("action-show-history");
        self.until("rows", |window| {
            let all = window.things();
            let rows = all.iter().filter(|(role, _)| *role == Role::Row);
            rows.count() == 2 * messages
        });
        // However long it took to read them.
        self.settle();
        assert_eq!(self.here(), (Role::Table, en("history-title")));
    }

    /// The name of what has the keyboard.
    #[track_caller]
    pub(crate) fn here(&self) -> (Role, String) {
        let focused = self.focused();
        focused.unwrap_or_else(|| panic!("nothing has the keyboard\n{}", self.tree()))
    }

    /// Steps with Tab to this.
    #[track_caller]
    pub(crate) fn tab_till(&mut self, role: Role, name: &str) {
        for _ in 0..160 {
            self.press(Key::Tab);
            if self.focused() == Some((role, name.to_owned())) {
                return;
            }
        }
        panic!("Tab never comes to {role:?} {name:?}\n{}", self.tree());
    }

    /// The heads of the columns, from left to right.
    pub(crate) fn heads(&self) -> Vec<String> {
        let mut heads: Vec<(f32, String)> = self
            .things()
            .into_iter()
            .filter(|(role, _)| *role == Role::ColumnHeader)
            .map(|(_, name)| (self.rect_of_head(&name).left(), name))
            .collect();
        heads.sort_by(|one, other| one.0.total_cmp(&other.0));
        heads.into_iter().map(|(_, name)| name).collect()
    }

    /// Where the head of this name is; other things have it, too.
    #[track_caller]
    fn rect_of_head(&self, name: &str) -> egui::Rect {
        use egui_kittest::kittest::{NodeT as _, Queryable as _};
        let root = self.root();
        let mut found = root.query_all_by_label(name);
        let head = found.find(|node| node.accesskit_node().role() == Role::ColumnHeader);
        head.unwrap_or_else(|| panic!("no head {name:?}")).rect()
    }

    /// The size of a pane, by the edge that changes it: what a screen reader is told of it.
    #[track_caller]
    fn size_of(&self, pane: &str) -> f64 {
        use egui_kittest::kittest::{NodeT as _, Queryable as _};
        let name = en_with("splitter-name", &[("pane", pane)]);
        let root = self.root();
        let node = root.get_by_role_and_label(Role::Splitter, &name);
        let value = node.accesskit_node().numeric_value();
        value.unwrap_or_else(|| panic!("{name:?} has no size"))
    }
}

#[test]
fn the_list_of_traffic_is_gone_through_by_keys() {
    let mut window = Window::open();
    for _ in 0..3 {
        window.publish_and_see();
    }
    window.stop();
    window.open_part("action-show-traffic");
    window.until("rows", |window| window.shows("exchange"));
    assert_eq!(window.here(), (Role::Table, en("traffic-title")));
    window.press(Key::ArrowDown);
    let (role, newest) = window.here();
    assert_eq!(role, Role::Row, "the row in focus is what is read");
    window.press(Key::ArrowDown);
    let (_, second) = window.here();
    assert_ne!(newest, second);
    window.press(Key::End);
    let (_, oldest) = window.here();
    assert!(oldest != second && oldest != newest);
    window.press(Key::Home);
    assert_eq!(window.here().1, newest);
    window.press(Key::PageDown);
    assert_ne!(window.here().1, newest);
    window.press(Key::PageUp);
    assert_eq!(window.here().1, newest);
    assert!(!window.has(&en("traffic-close")), "nothing is open yet");

    // Enter opens; the next one is opened by going there; Escape closes, and one is still there.
    window.press(Key::Enter);
    window.until("it is open", |window| window.has(&en("traffic-close")));
    assert_eq!(window.here().1, newest);
    window.press(Key::ArrowDown);
    window.settle();
    assert_eq!(window.here().1, second);
    let all = things(window.root());
    let details = |part: &str| {
        let inside = |path: &str| path.contains(&en("pane-exchange"));
        all.iter()
            .any(|one| inside(&one.path) && one.name.contains(part))
    };
    assert!(details(&en("traffic-summary")), "{}", window.tree());
    // By Tab into the details, which Escape closes from there, too.
    window.tab_till(Role::Button, &en("traffic-close"));
    window.press(Key::Escape);
    window.settle();
    assert!(!window.has(&en("traffic-close")));
    assert_eq!(window.here().1, second, "back in the list");
    // What has the keys there is not the live table.
    window.press(Key::Home);
    assert_eq!(window.here().1, newest);
    window.press(Key::Escape);
    window.settle();
    let (_, at) = window.here();
    assert!(at == en("table-name") || window.rows().iter().any(|id| at.starts_with(id)));
}

#[test]
fn the_list_of_the_history_is_gone_through_by_keys() {
    let mut window = Window::open();
    for _ in 0..3 {
        window.publish_and_see();
    }
    window.go_to_history(3);
    window.press(Key::ArrowDown);
    assert_eq!(window.here().0, Role::Row);
    window.press(Key::End);
    window.press(Key::Enter);
    window.until("it is open", |window| window.has(&en("history-close")));
    window.until("all of it", |window| window.has(&en("field-body")));
    window.press(Key::Escape);
    window.settle();
    assert!(!window.has(&en("history-close")));
    assert_eq!(window.here().0, Role::Row);
}

#[test]
fn tab_stops_at_a_list_once_however_many_rows_it_has() {
    let mut window = Window::open();
    for _ in 0..4 {
        window.publish_and_see();
    }
    window.stop();
    window.open_part("action-show-traffic");
    window.until("rows", |window| window.shows("exchange"));
    window.press(Key::ArrowDown);
    let row = window.here().1;
    let mut rows = 0;
    for _ in 0..120 {
        window.press(Key::Tab);
        let at = window.here();
        if at.1 == row {
            break;
        }
        rows += usize::from(at.0 == Role::Row && at.1.contains("exchange"));
    }
    assert_eq!(window.here().1, row, "round");
    assert_eq!(rows, 0);
}

#[test]
fn every_pane_is_made_larger_by_the_arrows_on_its_edge_and_by_keys_inside() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.stop();
    window.open_part("action-show-traffic");
    window.press(Key::ArrowDown);
    window.press(Key::Enter);
    window.until("it is open", |window| window.has(&en("traffic-close")));
    for (pane, larger, smaller) in [
        (en("connections-title"), Key::ArrowRight, Key::ArrowLeft),
        (en("publish-title"), Key::ArrowLeft, Key::ArrowRight),
        (en("pane-exchange"), Key::ArrowLeft, Key::ArrowRight),
        (en("traffic-title"), Key::ArrowUp, Key::ArrowDown),
        (en("details-deliveries"), Key::ArrowLeft, Key::ArrowRight),
    ] {
        let edge = en_with("splitter-name", &[("pane", &pane)]);
        window.tab_till(Role::Splitter, &edge);
        // Where it was, it may have been as large as it gets.
        window.press(smaller);
        window.press(smaller);
        let before = window.size_of(&pane);
        window.press(larger);
        assert!(window.size_of(&pane) > before, "{pane}");
        window.press(smaller);
        let after = window.size_of(&pane);
        assert!((after - before).abs() < 0.01, "{pane}: {before} {after}");
        window.press(Key::Home);
        assert!(window.size_of(&pane) <= before, "{pane}");
        assert_eq!(window.here().1, edge, "the edge keeps the keyboard");
    }
    // From inside, the innermost is meant.
    window.tab_till(Role::Button, &en("traffic-close"));
    let (drawer, exchange) = (en("traffic-title"), en("pane-exchange"));
    let before = (window.size_of(&drawer), window.size_of(&exchange));
    window.press(Key::F8);
    assert!(window.size_of(&exchange) > before.1);
    assert_eq!(window.size_of(&drawer), before.0);
    window.press_with(Modifiers::SHIFT, Key::F8);
    assert!((window.size_of(&exchange) - before.1).abs() < 0.01);
}

#[test]
fn views_that_lie_side_by_side_have_an_edge_with_a_name_and_keys() {
    let mut window = Window::open();
    window.press_with_command(Key::T);
    window.press_with_command(Key::K);
    window.write(&en("action-split-tab"));
    window.press(Key::Enter);
    window.settle();
    let edge = en_with("splitter-name", &[("pane", "Consume orders · GID_debug")]);
    let middle = |window: &Window| window.rect(&edge).center().x;
    let before = middle(&window);
    // Once around: no stop without a name, and none that the keyboard is lost at.
    let mut stops = Vec::new();
    while stops.len() < 160 {
        window.press(Key::Tab);
        let Some((role, name)) = window.focused() else {
            panic!("lost after {stops:?}");
        };
        assert!(!name.is_empty(), "{role:?} after {:?}", stops.last());
        if stops.first() == Some(&(role, name.clone())) {
            break;
        }
        stops.push((role, name));
    }
    assert!(stops.iter().any(|(_, name)| name == "Publish"), "{stops:?}");
    window.tab_till(Role::Splitter, &edge);
    window.press(Key::ArrowRight);
    assert!((middle(&window) - before - 24.0).abs() < 2.0);
    window.press(Key::ArrowLeft);
    assert!((middle(&window) - before).abs() < 2.0);
    window.press(Key::End);
    assert!(middle(&window) > before + 48.0);
    window.press(Key::Home);
    assert!(middle(&window) < before - 48.0);
    assert_eq!(window.here().1, edge, "the edge keeps the keyboard");
    // By the pointer, too.
    let from = egui::pos2(middle(&window), 500.0);
    window.drag(from, egui::pos2(before, 500.0));
    assert!((middle(&window) - before).abs() < 2.0);
}

#[test]
fn the_panes_of_the_control_room_have_edges_and_sizes_that_come_back() {
    let mut window = Window::open();
    window.open_part("action-show-sandbox");
    let topics = en("control-topics");
    let edge = en_with("splitter-name", &[("pane", &topics)]);
    window.until("the room", |window| window.has(&edge));
    window.tab_till(Role::Splitter, &edge);
    window.press(Key::Home);
    window.press(Key::ArrowRight);
    let chosen = window.size_of(&topics);
    let workspace = kept(&mut window, "its size", |kept| {
        let around = kept.around.as_ref();
        around.is_some_and(|around| around["sizes"].get("control-topics").is_some())
    });
    let mut again = Window::start(Start {
        workspace,
        ..Start::default()
    });
    again.until("the room", |window| window.has(&edge));
    assert!((again.size_of(&topics) - chosen).abs() < 0.01);
}

#[test]
fn a_column_is_moved_and_made_wider_on_its_head() {
    let mut window = Window::open();
    window.publish_and_see();
    window.stop();
    let before = window.heads();
    let place = before.iter().position(|name| name == "Key").unwrap();
    window.tab_till(Role::ColumnHeader, "Key");
    window.press_with(Modifiers::SHIFT, Key::ArrowLeft);
    let after = window.heads();
    assert_eq!(after.iter().position(|name| name == "Key"), Some(place - 1));
    assert_eq!(window.here(), (Role::ColumnHeader, "Key".to_owned()));
    window.press_with(Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(window.heads(), before);
    for _ in 0..20 {
        window.press_with(Modifiers::SHIFT, Key::ArrowLeft);
    }
    assert_eq!(window.heads()[0], "Key");

    let next = window.heads()[1].clone();
    let begin = window.rect_of_head(&next).left();
    window.press_with(Modifiers::ALT, Key::ArrowRight);
    let wider = window.rect_of_head(&next).left();
    assert!(wider > begin);
    window.press_with(Modifiers::ALT, Key::ArrowLeft);
    assert!((window.rect_of_head(&next).left() - begin).abs() < 1.0);
    window.press_with(Modifiers::ALT, Key::ArrowRight);
    // It is so after a restart, too.
    let workspace = kept(&mut window, "the order and the width", |kept| {
        let first = &kept.views[0].table.columns[0];
        first.column == Column::Key && first.width.is_some()
    });
    let mut again = Window::start(Start {
        workspace,
        ..Start::default()
    });
    again.until("the view", |window| window.has(&en("view-start")));
    again.click(&en("view-start"));
    again.publish_and_see();
    assert_eq!(again.heads()[0], "Key");
    assert!((again.rect_of_head(&next).left() - wider).abs() < 1.0);
}

#[test]
fn the_menu_of_columns_moves_them_makes_them_wider_and_back() {
    let mut window = Window::open();
    window.publish_and_see();
    window.stop();
    let before = window.heads();
    window.click(&en("table-columns"));
    let key = [("column", "Key")];
    let left = en_with("column-move-left", &key);
    window.tab_till(Role::Button, &left);
    window.press(Key::Enter);
    window.settle();
    assert_eq!(window.here().1, left, "it can be moved on");
    let place = |heads: &[String]| heads.iter().position(|name| name == "Key");
    assert_eq!(
        place(&window.heads()),
        place(&before).map(|place| place - 1)
    );
    assert!(!window.can_be_used(
        Role::Button,
        &en_with("column-move-left", &[("column", &before[0])])
    ));
    window.type_number(&en_with("column-width", &key), "200");
    let beside = window.heads()[place(&window.heads()).unwrap() + 1].clone();
    let (from, to) = (window.rect_of_head("Key"), window.rect_of_head(&beside));
    assert!((to.left() - from.left() - 200.0).abs() < 1.0, "{from} {to}");
    window.click(&en("columns-reset"));
    assert_eq!(window.heads(), before);
    let beside = window.rect_of_head(&before[place(&before).unwrap() + 1]);
    assert!(beside.left() - window.rect_of_head("Key").left() < 120.0);
}

#[test]
fn a_column_is_dragged_by_its_head_and_by_its_edge() {
    let mut window = Window::open();
    window.publish_and_see();
    let before = window.heads();
    let place = before.iter().position(|name| name == "Tag").unwrap();
    let (tag, key) = (window.rect_of_head("Tag"), window.rect_of_head("Key"));
    // Onto the right half of the next one: behind it.
    window.drag(tag.center(), key.center() + egui::vec2(60.0, 0.0));
    let after = window.heads();
    assert_eq!(after.iter().position(|name| name == "Tag"), Some(place + 1));

    let edge = en_with("column-width", &[("column", "Tag")]);
    let grip = window.rect(&edge).center();
    let wide = |window: &Window| window.rect(&edge).right() - window.rect_of_head("Tag").left();
    let width = wide(&window);
    window.drag(grip, grip + egui::vec2(50.0, 0.0));
    assert!((wide(&window) - width - 50.0).abs() < 6.0);
    assert_eq!(window.heads(), after, "nothing was moved by that");
}

#[test]
fn tabs_lie_in_a_list_and_say_which_one_holds() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.until("the body is open", |window| window.has("MD5"));
    window.press_with_command(Key::T);
    window.press_with_command(Key::Num1);
    window.open_part("action-show-traffic");
    let all = things(window.root());
    let tabs = all.iter().filter(|one| one.role == Role::Tab);
    let lists = [en("drawer-tabs"), en("look-tabs"), en("dock-tabs")];
    let mut seen = Vec::new();
    for tab in tabs {
        let list = lists
            .iter()
            .find(|list| tab.path.ends_with(&format!("TabList {list:?}")));
        let list = list.unwrap_or_else(|| panic!("{:?} is in {}", tab.name, tab.path));
        if window.is_selected(Role::Tab, &tab.name) {
            seen.push(list);
        }
    }
    seen.sort();
    let mut expected: Vec<&String> = lists.iter().collect();
    expected.sort();
    assert_eq!(seen, expected, "one of each list holds");
}

#[test]
fn home_and_end_stay_in_the_tree_of_the_body() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.until("the body is open", |window| window.has("MD5"));
    window.tab_till(Role::Tree, &en("viewer-tree"));
    let at = |window: &Window| {
        let all = window.usable(&[Role::TreeItem]);
        let chosen = all
            .iter()
            .position(|(role, name, _)| window.is_selected(*role, name));
        (chosen, all.len())
    };
    for (key, last) in [(Key::End, true), (Key::Home, false), (Key::End, true)] {
        window.press(key);
        window.settle();
        let (chosen, count) = at(&window);
        let expected = if last { count - 1 } else { 0 };
        assert_eq!(chosen, Some(expected), "{key:?}");
        assert_eq!(window.here().0, Role::Tree);
    }
    window.press(Key::ArrowUp);
    let (chosen, count) = at(&window);
    assert_eq!(chosen, Some(count - 2));
}
