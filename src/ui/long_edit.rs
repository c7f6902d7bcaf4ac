//! A field for a text that may be very long, such as a body. One that is short is a field like any
//! other; of a long one a part is laid out at a time, as laying out all of it at each letter would
//! hold up the window. What is typed, pasted or taken out goes into the whole text at once. Does not
//! know what it may hold.

use std::any::TypeId;
use std::ops::Range;

use egui::text::{CCursor, CCursorRange, CharIndex};
use egui::text_edit::TextEditState;
use egui::{Event, Id, Key, Modifiers, ScrollArea, Slider, TextBuffer, TextEdit, Ui};

use super::context::{Context, bytes};
use super::theme::{self, icons};
use super::widgets::{code_layout, icon_button, named, remark};

/// Bytes of a body that is laid out in one piece.
const WHOLE: usize = 12 << 10;

/// Bytes of a part, and the most that one may grow to.
const PART: usize = 6 << 10;
const MOST_OF_PART: usize = 2 * PART;

/// Bodies that were replaced by a paste and can be gone back to.
const KEPT: usize = 3;

/// Height of the line that leads from part to part.
const PARTS_LINE: f32 = theme::CONTROL_HEIGHT + theme::GAP;

/// The fields of this kind.
pub(super) const BODY: &str = "publish-body";
pub(super) const REQUEST: &str = "debugger-request";

/// Whether the keyboard is in one of them.
pub(super) fn has_keyboard(ctx: &egui::Context) -> bool {
    let focused = ctx.memory(|memory| memory.focused());
    focused.is_some_and(|focused| [BODY, REQUEST].map(Id::unique).contains(&focused))
}

/// What a field for a long text looks like.
pub(super) struct Face<'a> {
    /// The text that names it.
    pub(super) label: Id,
    /// What an empty one says.
    pub(super) hint: &'a str,
    pub(super) is_json: bool,
    /// With the line that leads from part to part.
    pub(super) height: f32,
}

/// Where one edits.
pub(super) struct LongEdit {
    /// Which field of the window it is.
    name: &'static str,
    /// The part that is edited, in bytes; none where that is the whole body.
    part: Option<Range<usize>>,
    /// What is selected of the body, or where the cursor is.
    selected: Range<usize>,
    /// The cursor goes there with the next frame.
    go: Option<usize>,
    /// A long body is selected from end to end.
    all: bool,
    before: Vec<String>,
    /// The body as it was left: where it lies and how long it is.
    left: (usize, usize),
}

/// The part of a body that a field edits.
struct Part<'a> {
    body: &'a mut String,
    range: &'a mut Range<usize>,
}

impl Part<'_> {
    fn byte(&self, index: CharIndex) -> usize {
        self.range.start + byte_of(self.as_str(), index)
    }
}

fn byte_of(text: &str, index: CharIndex) -> usize {
    let found = text.char_indices().nth(index.0);
    found.map_or(text.len(), |(at, _)| at)
}

impl TextBuffer for Part<'_> {
    fn is_mutable(&self) -> bool {
        true
    }

    fn as_str(&self) -> &str {
        self.body.get(self.range.clone()).unwrap_or_default()
    }

    fn insert_text(&mut self, text: &str, char_index: CharIndex) -> usize {
        let at = self.byte(char_index);
        self.body.insert_str(at, text);
        self.range.end += text.len();
        text.chars().count()
    }

    fn delete_char_range(&mut self, char_range: Range<CharIndex>) {
        let bytes = self.byte(char_range.start)..self.byte(char_range.end);
        self.range.end -= bytes.len();
        self.body.drain(bytes);
    }

    fn type_id(&self) -> TypeId {
        TypeId::of::<Part<'static>>()
    }
}

/// The beginning of a line there or shortly before, or else the beginning of a character.
fn boundary(body: &str, at: usize) -> usize {
    let at = body.floor_char_boundary(at);
    let from = body.floor_char_boundary(at.saturating_sub(PART / 4));
    match body[from..at].rfind('\n') {
        Some(line) if at < body.len() => from + line + 1,
        _ => at,
    }
}

impl LongEdit {
    /// The field of this name.
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            part: None,
            selected: 0..0,
            go: None,
            all: false,
            before: Vec::new(),
            left: (0, 0),
        }
    }

    /// The field, and the way from part to part. Whether the text was changed.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &Context<'_>,
        body: &mut String,
        mut face: Face<'_>,
    ) -> bool {
        let id = Id::unique(self.name);
        if self.left != place_of(body) {
            // It was filled in from elsewhere.
            *self = Self::new(self.name);
        }
        self.settle(body);
        let mut changed = false;
        if ui.memory(|memory| memory.has_focus(id)) {
            changed = self.keys_ui(ui, body, id);
            self.settle(body);
        }
        if self.part.is_some() {
            face.height = (face.height - PARTS_LINE).max(theme::CONTROL_HEIGHT);
            face.is_json = false;
            self.parts_ui(ui, cx, body);
        }
        changed |= self.field_ui(ui, body, &face, id);
        self.left = place_of(body);
        changed
    }

    /// Puts another body in the place of this one, which can be gone back to.
    pub(super) fn put(&mut self, body: &mut String, new: &str) {
        self.exchange(body, new);
        self.turn_to_end_of(body, 0);
        self.left = place_of(body);
    }

    fn field_ui(&mut self, ui: &mut Ui, body: &mut String, face: &Face<'_>, id: Id) -> bool {
        let height = face.height;
        let mut area = ScrollArea::vertical().id_salt(id).max_height(height);
        let mut range = self.part.clone().unwrap_or(0..body.len());
        if let Some(at) = self.go.take() {
            let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
            // What could be undone was another part.
            state.clear_undoer();
            let chars = body
                .get(range.start..at)
                .map_or(0, |text| text.chars().count());
            let cursor = CCursorRange::one(CCursor::new(chars));
            state.cursor.set_char_range(Some(cursor));
            state.store(ui.ctx(), id);
            if at == range.start {
                area = area.vertical_scroll_offset(0.0);
            }
        }
        let all = self.all;
        let mut layout = |ui: &Ui, text: &dyn TextBuffer, width: f32| {
            code_layout(ui, text.as_str(), face.is_json, width)
        };
        let mut part = Part {
            body,
            range: &mut range,
        };
        let output = area
            .show(ui, |ui| {
                if all {
                    let chosen = ui.visuals().selection.bg_fill;
                    ui.visuals_mut().text_edit_bg_color = Some(chosen);
                }
                let output = TextEdit::multiline(&mut part)
                    .id(id)
                    .font(theme::mono())
                    .layouter(&mut layout)
                    .desired_width(f32::INFINITY)
                    .min_size(egui::vec2(0.0, height))
                    .hint_text(theme::hint(face.hint))
                    .show(ui);
                output.response.response.clone().labelled_by(face.label);
                output
            })
            .inner;
        if let Some(cursor) = output.cursor_range {
            let [from, to] = cursor.sorted_cursors();
            self.selected = part.byte(from.index)..part.byte(to.index);
        }
        if self.part.is_some() {
            self.part = Some(range);
        }
        output.response.response.changed()
    }

    /// The whole body as long as it is short; of a long one the part around the cursor, if there is
    /// none yet or it has grown too long.
    fn settle(&mut self, body: &str) {
        match &self.part {
            None if body.len() > WHOLE => self.turn_to(body, self.selected.end),
            Some(_) if body.len() <= PART => {
                self.part = None;
                self.all = false;
                self.go = Some(self.selected.end.min(body.len()));
            }
            Some(part) if part.len() > MOST_OF_PART || part.is_empty() => {
                self.turn_to(body, self.selected.end);
            }
            _ => {}
        }
    }

    /// Edits the part around a place of the body.
    fn turn_to(&mut self, body: &str, at: usize) {
        let at = body.floor_char_boundary(at);
        let from = boundary(
            body,
            at.saturating_sub(PART / 2)
                .min(body.len().saturating_sub(PART)),
        );
        self.show(body, from, at);
    }

    /// Edits the part that begins there, with the cursor at a place in it.
    fn show(&mut self, body: &str, from: usize, at: usize) {
        let to = boundary(body, (from + PART).min(body.len())).max(at);
        self.part = Some(from..to);
        self.selected = at..at;
        self.go = Some(at);
    }

    fn next(&mut self, body: &str) {
        if let Some(part) = self.part.clone().filter(|part| part.end < body.len()) {
            self.show(body, part.end, part.end);
        }
    }

    fn previous(&mut self, body: &str, at_its_end: bool) {
        let Some(part) = self.part.clone().filter(|part| part.start > 0) else {
            return;
        };
        let from = boundary(body, part.start.saturating_sub(PART));
        self.part = Some(from..part.start);
        let at = if at_its_end { part.start } else { from };
        self.selected = at..at;
        self.go = Some(at);
    }

    /// Where one is, and how to get elsewhere.
    fn parts_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, body: &str) {
        let t = cx.texts;
        let Some(part) = self.part.clone() else {
            return;
        };
        if self.all {
            let size = [("size", bytes(body.len()).into())];
            remark(ui, &t.format("body-all", &size), cx.palette.accent);
            return;
        }
        ui.horizontal(|ui| {
            let count = body.len().div_ceil(PART).max(1);
            let number = match part.end == body.len() {
                true => count,
                false => (part.start / PART + 1).min(count),
            };
            if icon_button(ui, icons::PREVIOUS, t.get("body-part-before")).clicked() {
                self.previous(body, false);
            }
            if icon_button(ui, icons::NEXT, t.get("body-part-after")).clicked() {
                self.next(body);
            }
            let values = [("n", number.into()), ("all", count.into())];
            let text = t.format("body-part", &values);
            let mut chosen = number;
            let slider = Slider::new(&mut chosen, 1..=count).show_value(false);
            let slider = ui.add(slider).on_hover_text(t.get("body-part-why"));
            named(ui, slider, egui::Role::Slider, &text);
            ui.label(theme::dim(ui.ctx(), text));
            if chosen != number {
                let from = boundary(body, (chosen - 1) * PART);
                self.show(body, from, from);
            }
        });
    }

    /// What the field itself cannot do with a part, or not fast enough. Whether it changed the text.
    fn keys_ui(&mut self, ui: &Ui, body: &mut String, id: Id) -> bool {
        let before = place_of(body);
        let mut pasted = false;
        let long = self.part.is_some();
        let select_all = |key: &Event| is_key(key, Key::A, Modifiers::COMMAND);
        let undo = |key: &Event| is_key(key, Key::Z, Modifiers::COMMAND);
        let events = ui.input_mut(|input| std::mem::take(&mut input.events));
        let mut left = Vec::with_capacity(events.len());
        for event in events {
            let taken = match &event {
                event if long && select_all(event) => {
                    self.all = true;
                    true
                }
                event if undo(event) && self.has_nothing_to_undo(ui, body, id) => self.undo(body),
                event if self.all => self.with_all(ui, body, event),
                Event::Paste(text) if text.len() > PART => {
                    pasted = true;
                    self.keep(body.clone());
                    let at = self.selected.start;
                    self.replace(body, text);
                    self.turn_to_end_of(body, at + text.len());
                    true
                }
                event if long => self.beyond(body, event),
                _ => false,
            };
            if !taken {
                left.push(event);
            }
        }
        ui.input_mut(|input| input.events = left);
        pasted || place_of(body) != before
    }

    fn turn_to_end_of(&mut self, body: &str, at: usize) {
        self.selected = at..at;
        match body.len() > WHOLE {
            true => self.turn_to(body, at),
            false => self.go = Some(at),
        }
    }

    /// Puts a text where something is selected.
    fn replace(&mut self, body: &mut String, text: &str) {
        let from = body.floor_char_boundary(self.selected.start);
        let to = body.floor_char_boundary(self.selected.end).max(from);
        body.replace_range(from..to, text);
    }

    /// An event while all of a long body is selected. Whether it was about that.
    fn with_all(&mut self, ui: &Ui, body: &mut String, event: &Event) -> bool {
        let text = match event {
            Event::Copy => {
                ui.ctx().copy_text(body.clone());
                return true;
            }
            Event::Cut => {
                ui.ctx().copy_text(body.clone());
                ""
            }
            Event::Text(text) | Event::Paste(text) => text,
            Event::Key {
                key: Key::Backspace | Key::Delete,
                pressed: true,
                ..
            } => "",
            Event::Key { pressed: true, .. } | Event::PointerButton { pressed: true, .. } => {
                self.all = false;
                return false;
            }
            _ => return false,
        };
        self.exchange(body, text);
        self.turn_to_end_of(body, text.len());
        true
    }

    /// A key that leads out of a part, or takes out what is beside it. Whether it did.
    fn beyond(&mut self, body: &mut String, event: &Event) -> bool {
        let Some(part) = self.part.clone() else {
            return false;
        };
        let key = |key, modifiers| is_key(event, key, modifiers);
        let (first, last) = (
            self.selected == (part.start..part.start),
            self.selected == (part.end..part.end),
        );
        let (more_before, more_after) = (part.start > 0, part.end < body.len());
        if key(Key::Home, Modifiers::COMMAND) {
            self.show(body, 0, 0);
        } else if key(Key::End, Modifiers::COMMAND) {
            self.turn_to(body, body.len());
        } else if key(Key::PageDown, Modifiers::NONE) {
            self.next(body);
        } else if key(Key::PageUp, Modifiers::NONE) {
            self.previous(body, false);
        } else if last
            && more_after
            && (key(Key::ArrowDown, Modifiers::NONE) || key(Key::ArrowRight, Modifiers::NONE))
        {
            self.next(body);
        } else if first
            && more_before
            && (key(Key::ArrowUp, Modifiers::NONE) || key(Key::ArrowLeft, Modifiers::NONE))
        {
            self.previous(body, true);
        } else if first && more_before && key(Key::Backspace, Modifiers::NONE) {
            let from = body.floor_char_boundary(part.start - 1);
            body.drain(from..part.start);
            self.turn_to(body, from);
        } else if last && more_after && key(Key::Delete, Modifiers::NONE) {
            let to = body.ceil_char_boundary(part.end + 1);
            body.drain(part.end..to);
            self.turn_to(body, part.end);
        } else {
            return false;
        }
        true
    }

    /// Whether the field itself has nothing to undo.
    fn has_nothing_to_undo(&self, ui: &Ui, body: &str, id: Id) -> bool {
        let Some(state) = TextEditState::load(ui.ctx(), id) else {
            return true;
        };
        let range = self.part.clone().unwrap_or(0..body.len());
        let text = body.get(range).unwrap_or_default().to_owned();
        let cursor = state.cursor.char_range().unwrap_or_default();
        !self.before.is_empty() && !state.undoer().has_undo(&(cursor, text))
    }

    /// Another body takes the place of this one, which is kept.
    fn exchange(&mut self, body: &mut String, new: &str) {
        // Not copied: megabytes of new memory are felt.
        self.keep(std::mem::replace(body, new.to_owned()));
        self.all = false;
        self.part = None;
    }

    fn keep(&mut self, body: String) {
        self.before.push(body);
        if self.before.len() > KEPT {
            self.before.remove(0);
        }
    }

    /// Goes back to the body before the last paste. Whether there was one.
    fn undo(&mut self, body: &mut String) -> bool {
        let Some(before) = self.before.pop() else {
            return false;
        };
        *body = before;
        self.all = false;
        self.part = None;
        self.turn_to_end_of(body, 0);
        true
    }
}

/// Where a body lies and how long it is: another one that was filled in is elsewhere.
fn place_of(body: &str) -> (usize, usize) {
    (body.as_ptr() as usize, body.len())
}

fn is_key(event: &Event, wanted: Key, with: Modifiers) -> bool {
    matches!(
        event,
        Event::Key { key, pressed: true, modifiers, .. }
            if *key == wanted && modifiers.matches_exact(with)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body() -> impl Strategy<Value = String> {
        let piece = prop_oneof!["[a-z ]{0,400}", "[你好😀\n]{0,90}", Just("\n".to_owned())];
        proptest::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn parts_are_bounded_and_follow_one_another(body in body(), at in 0..60_000_usize) {
            let mut edit = LongEdit::new(BODY);
            let at = body.floor_char_boundary(at.min(body.len()));
            edit.selected = at..at;
            edit.settle(&body);
            let Some(part) = edit.part.clone() else {
                prop_assert!(body.len() <= WHOLE);
                return Ok(());
            };
            prop_assert!(part.start <= at && at <= part.end);
            prop_assert!(part.len() <= MOST_OF_PART);
            // From the first to the last, nothing is left out.
            edit.show(&body, 0, 0);
            let mut whole = String::new();
            while let Some(part) = edit.part.clone() {
                prop_assert!(!part.is_empty() && part.len() <= PART);
                prop_assert_eq!(part.start, whole.len());
                whole.push_str(&body[part.clone()]);
                if part.end == body.len() {
                    break;
                }
                edit.next(&body);
            }
            prop_assert_eq!(&whole, &body);
            // And back.
            while let Some(part) = edit.part.clone().filter(|part| part.start > 0) {
                edit.previous(&body, true);
                let before = edit.part.clone().unwrap_or_default();
                prop_assert_eq!(before.end, part.start);
                prop_assert!(!before.is_empty() && before.len() <= MOST_OF_PART);
            }
        }

        #[test]
        fn what_is_typed_into_a_part_is_typed_into_the_body(
            body in body(),
            part in (0..40_000_usize, 0..9_000_usize),
            at in 0..500_usize,
            gone in 0..30_usize,
            text in "[a你\n]{0,9}",
        ) {
            let from = body.floor_char_boundary(part.0.min(body.len()));
            let to = body.floor_char_boundary((from + part.1).min(body.len()));
            let mut expected: Vec<char> = body[from..to].chars().collect();
            let (mut whole, mut range) = (body.clone(), from..to);
            let mut edited = Part { body: &mut whole, range: &mut range };
            let at = at.min(expected.len());
            let gone = at..(at + gone).min(expected.len());
            edited.delete_char_range(CharIndex(gone.start)..CharIndex(gone.end));
            expected.drain(gone);
            prop_assert_eq!(edited.insert_text(&text, CharIndex(at)), text.chars().count());
            expected.splice(at..at, text.chars());
            let expected: String = expected.into_iter().collect();
            prop_assert_eq!(edited.as_str(), &expected);
            prop_assert_eq!(whole, format!("{}{expected}{}", &body[..from], &body[to..]));
        }
    }
}
