//! The window as a screen reader has it: the whole main job done by what AccessKit offers alone, with
//! no pointer and no key; what is announced on the way; and that the audit that every state of every
//! test goes through sees what is wrong. What each view is called is checked wherever one is drawn.

use std::time::Duration;

use egui::accesskit::{Action, ActionData, ActionRequest, Role};
use egui_kittest::kittest::NodeT as _;
use egui_kittest::{Harness, Node};
use mqscope::config::LanguageChoice;
use mqscope::i18n::Lang;

use crate::scripted::{FLOOD, Scripted};
use crate::support::audit::{flaws, foreign, things, unsaid};
use crate::support::{Start, Window, en, en_with, say};

const LEASE: Duration = Duration::from_secs(300);

/// What a screen reader does: finds things by role, name and place, and asks them to do something.
struct Reader {
    window: Window,
}

impl Reader {
    /// The one thing of this role whose name fits, in a place of this name; anywhere if that is empty.
    #[track_caller]
    fn find(&self, role: Role, place: &str, fits: impl Fn(&str) -> bool) -> Node<'_> {
        let root = self.window.root();
        let found = root.children_recursive().find(|node| {
            let inner = node.accesskit_node();
            is_role(inner.role(), role)
                && fits(&inner.label().unwrap_or_default())
                && (place.is_empty() || lies_in(*node, place))
        });
        match found {
            Some(node) => node,
            None => panic!("no {role:?} in {place:?}:\n{}", self.window.tree()),
        }
    }

    #[track_caller]
    fn ask(
        &mut self,
        role: Role,
        place: &str,
        name: &str,
        action: Action,
        data: Option<ActionData>,
    ) {
        let node = self.find(role, place, |known| known.trim_end_matches('…') == name);
        let inner = node.accesskit_node();
        assert!(!inner.is_disabled(), "{name:?} is off");
        let offered = inner.data().supports_action(action);
        assert!(offered, "{name:?} offers no {action:?}");
        let (target_node, target_tree) = inner.locate();
        self.window.request(ActionRequest {
            action,
            target_tree,
            target_node,
            data,
        });
    }

    #[track_caller]
    fn click(&mut self, role: Role, place: &str, name: &str) {
        self.ask(role, place, name, Action::Click, None);
    }

    #[track_caller]
    fn press(&mut self, place: &str, name: &str) {
        self.click(Role::Button, place, name);
    }

    /// Puts a text into a field that has the keyboard then, and reads it back.
    #[track_caller]
    fn write(&mut self, place: &str, name: &str, text: &str) {
        let role = Role::TextInput;
        self.ask(role, place, name, Action::Focus, None);
        let data = ActionData::Value(text.into());
        self.ask(role, place, name, Action::SetValue, Some(data));
        let field = self.find(role, place, |known| known == name);
        assert!(field.is_focused(), "{name:?} has no focus");
        if field.accesskit_node().role() != Role::PasswordInput {
            assert_eq!(field.value().unwrap_or_default(), text);
        }
    }

    #[track_caller]
    fn hears(&mut self, words: &str) {
        self.window
            .until(&format!("{words:?} is announced"), |window| {
                window.announced().iter().any(|text| text.contains(words))
            });
    }

    /// The names of the rows of messages.
    fn rows(&self) -> Vec<String> {
        let all = things(self.window.root()).into_iter();
        let rows = all.filter(|thing| thing.role == Role::Row);
        rows.map(|row| row.name).collect()
    }
}

/// A field for secrets is a field too.
fn is_role(found: Role, wanted: Role) -> bool {
    found == wanted || (found == Role::PasswordInput && wanted == Role::TextInput)
}

fn lies_in(node: Node<'_>, place: &str) -> bool {
    let mut around = node.parent();
    while let Some(one) = around {
        if one.accesskit_node().label().as_deref() == Some(place) {
            return true;
        }
        around = one.parent();
    }
    false
}

#[test]
fn the_whole_main_job_is_done_by_a_screen_reader_alone() {
    let mut reader = Reader {
        window: Window::start(Start::default()),
    };
    reader.window.until_running();
    let endpoint = format!("http://{}", reader.window.sandbox_addr());
    let root = reader.window.root();
    assert_eq!(root.accesskit_node().label().as_deref(), Some("mqscope"));

    // A connection.
    let form = en("connection-new-title");
    let add = en("connection-add");
    let add = add.trim_start_matches("+ ").trim_end_matches('…');
    let name = reader
        .find(Role::Button, &en("connections-title"), |name| {
            name.contains(add)
        })
        .accesskit_node()
        .label()
        .unwrap_or_default();
    reader.press(&en("connections-title"), name.trim_end_matches('…'));
    reader.press(&form, &en("kind-sandbox"));
    reader.write(&form, &en("connection-name"), "desk");
    reader.write(&form, &en("connection-endpoint"), &endpoint);
    for (key, secret) in [
        ("keys-ak-sandbox", "sandbox"),
        ("keys-sk-sandbox", "sandbox-secret"),
    ] {
        reader.write(&form, &en(key), secret);
    }
    reader.write(&form, &en("connection-topic"), "orders");
    reader.write(&form, &en("connection-group"), "GID_reader");
    reader.press(&form, &en("save"));
    reader.hears(&en_with("announce-saved", &[("name", "desk")]));
    reader.press("", &en_with("connection-use", &[("name", "desk")]));

    // A view of it that listens.
    reader.press("", &en("view-new"));
    let start = reader.find(Role::Button, "", |name| name.ends_with(&en("view-start")));
    let start = start.accesskit_node().label().unwrap_or_default();
    reader.press("", &start);
    reader
        .window
        .until("the group is there", |window| window.has("GID_reader"));

    // A message, which is announced and read.
    let publish = en("publish-title");
    reader.write(&publish, &en("field-key"), "by-reader");
    reader.press(&publish, &en("publish-button"));
    reader.hears("published");
    reader.hears("One message arrived in orders for GID_reader");
    let rows = reader.rows();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].contains("5 minutes left"), "{rows:?}");
    assert!(rows[0].contains("key by-reader"), "{rows:?}");
    let id = rows[0].split(',').next().unwrap_or_default().to_owned();
    reader.click(Role::Row, &en("table-name"), &rows[0]);
    reader.window.until("the body is there", |window| {
        let all = things(window.root());
        all.iter()
            .any(|thing| thing.role == Role::TreeItem && thing.name.contains("1043"))
    });

    // Not acked, it comes again, which is told before and after.
    reader.window.advance(LEASE - Duration::from_secs(30));
    reader.hears("about to return");
    reader.window.advance(Duration::from_secs(31));
    reader.hears("arrived again");
    let rows = reader.rows();
    assert!(rows[0].contains("delivered 2 times"), "{rows:?}");

    let ack = en_with("ack-row", &[("id", &id)]);
    reader.press(&rows[0], &ack);
    reader.hears("acked for GID_reader");
    let rows = reader.rows();
    assert!(rows[0].contains(&en("state-acked")), "{rows:?}");
    assert_eq!(
        crate::outside::waiting(&reader.window, "GID_reader"),
        (0, 0)
    );
}

#[test]
fn a_flood_is_announced_now_and_then() {
    let broker = Scripted::endless();
    let mut window = broker.window();
    let mut heard: Vec<String> = Vec::new();
    // Twelve seconds of it.
    for _ in 0..12 {
        let before = broker.polls();
        window.until("more comes", |_| broker.polls() > before);
        window.advance(Duration::from_millis(1_000));
        for text in window.announced() {
            if !heard.contains(&text) {
                heard.push(text);
            }
        }
    }
    let arrived: Vec<&String> = heard
        .iter()
        .filter(|text| text.contains("arrived"))
        .collect();
    assert!(!arrived.is_empty() && arrived.len() <= 3, "{heard:?}");
    assert!(broker.polls() * FLOOD > 100);
}

#[test]
fn what_is_announced_speaks_the_language_of_the_window() {
    let mut start = Start::default();
    start.config.preferences.language = LanguageChoice::ZhCn;
    let mut window = Window::start(start);
    window.until_running();
    window.click(&say(Lang::ZhCn, "publish-button"));
    window.until("it is announced", |window| {
        window
            .announced()
            .iter()
            .any(|text| text.contains("收到 1 条消息"))
    });
    let all = things(window.root());
    let english = foreign(&all);
    assert!(english.is_empty(), "{english:#?}");
}

/// The flaws of a window that is drawn like this.
fn flaws_of(add: impl FnMut(&mut egui::Ui)) -> Vec<String> {
    let mut harness = Harness::builder()
        .with_accessibility_check(false)
        .build_ui(add);
    harness.run();
    flaws(&things(harness.root()))
}

#[test]
fn the_audit_sees_what_is_wrong() {
    let check = |expected: &str, found: Vec<String>| {
        assert!(
            found.iter().any(|flaw| flaw.starts_with(expected)),
            "{expected}: {found:#?}"
        );
    };
    assert_eq!(
        flaws_of(|ui| {
            ui.button("Save").on_hover_text("why").clicked();
            ui.label("Save");
        }),
        Vec::<String>::new()
    );
    check("no name", flaws_of(|ui| drop(ui.button("?"))));
    check(
        "a sign in the name",
        flaws_of(|ui| {
            let more = ui.button("More");
            let name = |node: &mut egui::accesskit::Node| node.set_label("▸ More");
            ui.ctx().accesskit_node_builder(more.id, name);
        }),
    );
    check(
        "two of one name",
        flaws_of(|ui| {
            let _ = ui.button("Save");
            ui.push_id(1, |ui| drop(ui.button("Save")));
        }),
    );
    check(
        "no role",
        flaws_of(|ui| {
            ui.allocate_response(egui::vec2(9.0, 9.0), egui::Sense::click());
        }),
    );
    check(
        "no name",
        flaws_of(|ui| {
            ui.text_edit_singleline(&mut String::new());
        }),
    );
    check(
        "neither selected nor not",
        flaws_of(|ui| {
            let tab = ui.button("Tab");
            ui.ctx()
                .accesskit_node_builder(tab.id, |node| node.set_role(Role::Tab));
        }),
    );
    let mut harness = Harness::builder()
        .with_accessibility_check(false)
        .build_ui(|ui| {
            let history = ui.button("History");
            let name = |node: &mut egui::accesskit::Node| node.set_label("What was published");
            ui.ctx().accesskit_node_builder(history.id, name);
            // What lies over it is all that is seen.
            let below = ui.button("Traffic").rect;
            let cover = ui.visuals().panel_fill;
            ui.painter().rect_filled(below, 0.0, cover);
            ui.put(below, egui::Button::new("All").frame(false));
        });
    harness.run();
    let unsaid = unsaid(harness.root(), &harness.output().shapes);
    assert_eq!(unsaid.len(), 1, "{unsaid:#?}");
    check("seen and not said: \"History\"", unsaid);
    let mut harness = Harness::builder()
        .with_accessibility_check(false)
        .build_ui(|ui| {
            ui.label("Publish something");
        });
    harness.run();
    assert!(!foreign(&things(harness.root())).is_empty());
}
