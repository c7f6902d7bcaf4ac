//! What a person does in the window, with the pointer and with keys.

use std::path::Path;
use std::sync::Arc;

use egui::accesskit::{Role, Toggled};
use egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, TouchPhase, Vec2,
};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{Dropped, LONG, Place, Window, is_inert, name_of};

impl Window {
    /// Clicks with the pointer, as a person does: something that lies under something else or
    /// outside the window cannot be clicked.
    #[track_caller]
    pub(crate) fn click(&mut self, name: &str) {
        self.settle();
        self.the(name).scroll_to_me();
        self.settle();
        assert!(self.is_on(name), "{name:?} is off:\n{}", self.tree());
        self.click_at(self.middle(name));
    }

    /// The same where several have that name: the one that is highest.
    #[track_caller]
    pub(crate) fn click_topmost(&mut self, name: &str) {
        self.click_least(name, |middle| middle.y);
    }

    /// The one that is furthest on the right.
    #[track_caller]
    pub(crate) fn click_rightmost(&mut self, name: &str) {
        self.click_least(name, |middle| -middle.x);
    }

    #[track_caller]
    pub(super) fn click_least(&mut self, name: &str, of: impl Fn(Pos2) -> f32) {
        let middles = self
            .harness
            .query_all_by_label(name)
            .filter(|node| !is_inert(node.accesskit_node().role()))
            .map(|node| node.rect().center());
        let least = middles.min_by(|a, b| of(*a).total_cmp(&of(*b)));
        let Some(least) = least else {
            panic!("there is no {name:?}:\n{}", self.tree());
        };
        self.click_at(least);
    }

    pub(super) fn click_at(&mut self, pos: Pos2) {
        self.harness.hover_at(pos);
        for pressed in [true, false] {
            self.harness.event(Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::default(),
            });
        }
        self.settle();
        // A pointer that stays would bring up a tooltip with the same name.
        self.harness.remove_cursor();
        self.settle();
    }

    /// Opens the menu of the right button on something that more than one thing may be called.
    #[track_caller]
    pub(crate) fn open_menu_at(&mut self, pos: Pos2) {
        self.harness.hover_at(pos);
        for pressed in [true, false] {
            self.harness.event(Event::PointerButton {
                pos,
                button: PointerButton::Secondary,
                pressed,
                modifiers: Modifiers::default(),
            });
        }
        self.settle();
    }

    /// Turns the wheel over a place, so that what is there moves by so many points.
    pub(crate) fn turn_wheel(&mut self, at: Pos2, points: f32) {
        self.harness.hover_at(at);
        self.settle();
        self.harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: Vec2::new(0.0, points),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::default(),
        });
        // It is spread over some frames.
        for _ in 0..10 {
            self.settle();
        }
        self.harness.remove_cursor();
        self.settle();
    }

    /// Moves the pointer over a place and leaves it there.
    pub(crate) fn hover(&mut self, pos: Pos2) {
        self.harness.hover_at(pos);
        self.settle();
    }

    /// Presses at one place, moves to another and lets go there.
    pub(crate) fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.harness.drag_at(from);
        self.settle();
        for part in [0.1, 0.5, 1.0] {
            self.harness.hover_at(from + (to - from) * part);
            self.settle();
        }
        self.harness.drop_at(to);
        self.settle();
        self.harness.remove_cursor();
        self.settle();
    }

    /// Asks the window to close, as the system does; whether it lets itself be closed.
    pub(crate) fn asks_to_close(&mut self) -> bool {
        let viewport = self
            .harness
            .input_mut()
            .viewports
            .entry(egui::ViewportId::ROOT);
        viewport
            .or_default()
            .events
            .push(egui::ViewportEvent::Close);
        self.harness.step();
        let commands = &self.harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
        let held_back = commands.contains(&egui::ViewportCommand::CancelClose);
        self.settle();
        !held_back
    }

    /// Clicks on the one of this role, where others have its name too.
    #[track_caller]
    pub(crate) fn click_role(&mut self, role: Role, name: &str) {
        let named = self.harness.query_all_by_label(name);
        let middle = named
            .filter(|node| node.accesskit_node().role() == role)
            .map(|node| node.rect().center())
            .next();
        let Some(middle) = middle else {
            panic!("no {role:?} {name:?}:\n{}", self.tree());
        };
        self.click_at(middle);
    }

    /// Clicks where nothing is, so that no field has the keyboard.
    pub(crate) fn leave_fields(&mut self) {
        self.harness
            .ctx
            .memory_mut(|memory| memory.stop_text_input());
        self.settle();
    }

    /// Whether the keyboard writes into this field.
    #[track_caller]
    pub(crate) fn is_typed_into(&self, name: &str) -> bool {
        self.field(Place::Only, name).is_focused()
    }

    /// Replaces what is in a field.
    #[track_caller]
    pub(crate) fn fill(&mut self, place: Place, name: &str, text: &str) {
        self.paste_into(place, name, text);
        if self.field(place, name).accesskit_node().role() != Role::PasswordInput {
            self.assert_holds(place, name, text);
        }
    }

    /// The same, whatever the field makes of it.
    #[track_caller]
    pub(crate) fn paste_into(&mut self, place: Place, name: &str, text: &str) {
        self.settle();
        self.field(place, name).focus();
        self.settle();
        assert!(
            self.field(place, name).is_focused(),
            "{name:?} cannot be typed into:\n{}",
            self.tree()
        );
        self.harness
            .key_combination_modifiers(Modifiers::COMMAND, &[Key::A]);
        if text.is_empty() {
            self.harness.key_press(Key::Backspace);
        } else {
            self.harness.event(Event::Paste(text.to_owned()));
        }
        self.settle();
    }

    /// Types another number into a field of numbers.
    #[track_caller]
    pub(crate) fn type_number(&mut self, name: &str, number: &str) {
        self.settle();
        self.field(Place::Only, name).scroll_to_me();
        self.field(Place::Only, name).focus();
        self.settle();
        self.harness
            .key_combination_modifiers(Modifiers::COMMAND, &[Key::A]);
        self.harness.event(Event::Paste(number.to_owned()));
        self.settle();
        self.harness.key_press(Key::Enter);
        self.settle();
    }

    /// Fails unless a field holds this; of a long body, a part of it.
    #[track_caller]
    pub(crate) fn assert_holds(&self, place: Place, name: &str, text: &str) {
        let value = self.value(place, name);
        let part = text.len() > LONG && !value.is_empty() && text.contains(&value);
        assert!(part || value == text, "{value:?} in {name:?}");
    }

    /// What was last copied.
    #[track_caller]
    pub(crate) fn copied(&self) -> String {
        let copied = self.copied.lock().expect("nobody panics with it");
        copied.clone().expect("something was copied")
    }

    /// Presses a key with Ctrl, or what stands for it.
    pub(crate) fn press_with_command(&mut self, key: Key) {
        self.harness
            .key_combination_modifiers(Modifiers::COMMAND, &[key]);
        self.settle();
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.settle();
    }

    /// Presses a key with these modifiers.
    pub(crate) fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Presses a key that writes a sign, as the system tells it: the key and the text.
    pub(crate) fn type_sign(&mut self, key: Key, sign: &str) {
        self.harness.key_press(key);
        self.harness.event(Event::Text(sign.to_owned()));
        self.settle();
    }

    /// Types a text into whatever has the keyboard.
    pub(crate) fn write(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.settle();
    }

    /// Whether any of this role and name can be used now.
    pub(crate) fn can_be_used(&self, role: Role, name: &str) -> bool {
        let mut nodes = self.nodes();
        nodes.any(|node| {
            let inner = node.accesskit_node();
            inner.role() == role && !inner.is_disabled() && name_of(&node) == name
        })
    }

    /// What has the keyboard: its role and its name.
    pub(crate) fn focused(&self) -> Option<(Role, String)> {
        let mut nodes = self.nodes();
        let node = nodes.find(|node| node.is_focused())?;
        Some((node.accesskit_node().role(), name_of(&node)))
    }

    /// The line of a list that is chosen.
    #[track_caller]
    pub(crate) fn chosen_option(&self) -> String {
        let mut nodes = self.nodes();
        let chosen = nodes.find(|node| {
            let node = node.accesskit_node();
            node.role() == Role::ListBoxOption && node.toggled() == Some(Toggled::True)
        });
        name_of(&chosen.unwrap_or_else(|| panic!("no line is chosen:\n{}", self.tree())))
    }

    /// Whether one of this role and name is told to be the one that is selected.
    pub(crate) fn is_selected(&self, role: Role, name: &str) -> bool {
        let mut nodes = self.nodes();
        nodes.any(|node| {
            let inner = node.accesskit_node();
            inner.role() == role && inner.is_selected() == Some(true) && name_of(&node) == name
        })
    }

    /// Whether a button of several is the one that holds.
    #[track_caller]
    pub(crate) fn is_pressed(&self, name: &str) -> bool {
        self.the(name).accesskit_node().toggled() == Some(Toggled::True)
    }

    /// Drops a file onto the window.
    pub(crate) fn drop_file(&mut self, path: &Path) {
        let file = Arc::new(Dropped(path.to_owned()));
        self.harness.input_mut().dropped_files.push(file);
        self.settle();
    }

    /// Gives the window another size.
    pub(crate) fn resize(&mut self, size: [f32; 2]) {
        self.harness.set_size(size.into());
        self.settle();
    }

    /// Asks for what is in the form to be published, and draws nothing yet.
    pub(crate) fn begin_to_publish(&mut self) {
        self.harness
            .key_combination_modifiers(Modifiers::COMMAND, &[Key::Enter]);
    }

    /// Publishes what is in the form and waits for the answer.
    #[track_caller]
    pub(crate) fn publish(&mut self) {
        let before = self.published();
        self.click("Publish");
        self.until_published(&before);
    }

    /// What the form says of the message that was published last.
    pub(crate) fn published(&self) -> Vec<String> {
        self.texts_with("Published ")
    }

    /// Waits for the form to tell of a message that it did not tell of before.
    #[track_caller]
    pub(crate) fn until_published(&mut self, before: &[String]) {
        self.until("the message is published", |window| {
            let now = window.published();
            !now.is_empty() && now != before
        });
    }

    /// Publishes what is in the form and waits for its row. Gives the message's id.
    #[track_caller]
    pub(crate) fn publish_and_see(&mut self) -> String {
        let before = self.rows();
        self.publish();
        self.until_row_beside(&before)
    }

    /// Waits for a row that is not among these. Gives the message's id.
    #[track_caller]
    pub(crate) fn until_row_beside(&mut self, before: &[String]) -> String {
        self.until("the message arrives", |window| {
            window.rows().len() > before.len()
        });
        let rows = self.rows();
        let mut new = rows.into_iter().filter(|id| !before.contains(id));
        new.next().expect("there are more than before")
    }

    /// The ids of the messages in the table, newest first, in any language.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.things()
            .into_iter()
            .filter(|(role, _)| *role == Role::CheckBox)
            .filter_map(|(_, name)| Some(name.split(' ').next_back()?.to_owned()))
            .filter(|word| word.len() == 32 && word.chars().all(|c| c.is_ascii_hexdigit()))
            .collect()
    }

    /// Clicks on the row of a message, so that its details are shown.
    #[track_caller]
    pub(crate) fn look_into(&mut self, id: &str) {
        self.click_at(self.beside_check_box(id));
    }

    /// A place in a row of the table. The check box has a click of its own, so it is beside that.
    #[track_caller]
    pub(crate) fn beside_check_box(&self, id: &str) -> Pos2 {
        let mut boxes = self.things();
        boxes.retain(|(role, name)| *role == Role::CheckBox && name.ends_with(id));
        assert_eq!(boxes.len(), 1, "rows of {id}:\n{}", self.tree());
        let at = self.middle(&boxes[0].1);
        Pos2::new(at.x + 190.0, at.y)
    }
}
