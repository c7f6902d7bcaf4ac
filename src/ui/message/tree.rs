//! JSON as a tree that folds, by pointer and by keyboard; the path and the value of what is
//! selected can be copied. Lays out the rows in sight and nothing else.

use std::sync::Arc;

use egui::accesskit::Action as AccessAction;
use egui::text::LayoutJob;
use egui::{Button, Id, Label, Rect, Role, Sense, Ui, pos2, vec2};

use crate::session::body::{Folds, NodeKind, Opened, Tree};
use crate::ui::actions::Action;
use crate::ui::context::Context;
use crate::ui::spoken;
use crate::ui::theme;
use crate::ui::widgets::{fold_icon, named};

use super::ink::format;
use super::lines::Marks;
use super::sheet::{Go, LINE, Sheet};

/// Characters of a value that a row shows; how many there are is said.
const SHOWN_CHARS: usize = 400;

/// Levels that are indented.
const MAX_INDENT: usize = 60;

/// With less room than this the rows have it all, and the path of what is selected is not shown.
const PATH_FROM: f32 = 4.0 * LINE;

/// What is folded and selected.
pub(super) struct TreeView {
    of: Arc<Opened>,
    folds: Folds,
    selected: usize,
    path: String,
    go: Option<Go>,
    /// Right end of the widest row that was seen, from the left edge of all.
    widest: f32,
}

/// A row as it was drawn.
struct Drawn {
    /// Whether it was opened or folded.
    toggled: Option<bool>,
    width: f32,
}

impl TreeView {
    /// A tree as it is when nobody touched it.
    pub(super) fn new(of: &Arc<Opened>, tree: &Tree) -> Self {
        Self {
            of: Arc::clone(of),
            folds: Folds::new(tree),
            selected: 0,
            path: tree.path(0),
            go: None,
            widest: 0.0,
        }
    }

    /// Whether it is about this body.
    pub(super) fn is_of(&self, opened: &Arc<Opened>) -> bool {
        Arc::ptr_eq(&self.of, opened)
    }

    /// Opens everything, or folds everything.
    pub(super) fn fold_all(&mut self, open: bool) {
        if let Ok(tree) = &self.of.json {
            self.folds.set_all(tree, open);
            if self.folds.row_of(tree, self.selected).is_none() {
                self.selected = 0;
                self.path = tree.path(0);
            }
        }
    }

    /// Shows and selects the value at a place of the text.
    pub(super) fn go_to(&mut self, place: usize) {
        let opened = Arc::clone(&self.of);
        if let Ok(tree) = &opened.json {
            let node = tree.at(place);
            self.go = self.folds.reveal(tree, node).map(Go::To);
            self.select(tree, node);
        }
    }

    fn select(&mut self, tree: &Tree, node: usize) {
        if self.selected != node {
            self.selected = node;
            self.path = tree.path(node);
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &Context<'_>, marks: &Marks<'_>) {
        let opened = Arc::clone(&self.of);
        let Ok(tree) = &opened.json else { return };
        if ui.available_height() >= PATH_FROM {
            egui::Panel::bottom("json path")
                .resizable(false)
                .show_separator_line(false)
                .frame(egui::Frame::NONE)
                .show(ui, |ui| self.path_ui(ui, cx, tree));
        }
        let mut clicked = None;
        let mut toggled = None;
        let sheet = Sheet {
            id: "json-tree",
            name: cx.texts.get("viewer-tree"),
            rows: self.folds.len(),
            width: self.widest,
            go: self.go.take(),
        };
        let mut spoken_to = None;
        let mut widest = self.widest;
        let shown = sheet.show(ui, |ui, row, rect| {
            let Some(node) = self.folds.node_at(tree, row) else {
                return;
            };
            let id = Id::unique(("json-row", row_id(node)));
            if ui.input(|input| input.has_accesskit_action_request(id, AccessAction::Click)) {
                spoken_to = Some(node);
            }
            let drawn = self.row_ui(ui, cx, tree, node, rect, marks);
            widest = widest.max(drawn.width);
            if let Some(open) = drawn.toggled {
                toggled = Some((node, open));
            }
        });
        if widest > self.widest {
            self.widest = widest;
            ui.ctx().request_repaint();
        }
        spoken::tell(&shown.area, |node| node.set_role(Role::Tree));
        clicked = clicked.or(spoken_to);
        if shown.area.clicked()
            && toggled.is_none()
            && let Some(pos) = shown.area.interact_pointer_pos()
        {
            clicked = self.folds.node_at(tree, shown.row_at(pos.y));
        }
        if shown.area.double_clicked()
            && let Some(node) = clicked
        {
            toggled = Some((node, !self.folds.is_open(node)));
        }
        if let Some(node) = clicked {
            self.select(tree, node);
        }
        if let Some((node, open)) = toggled {
            self.folds.set(tree, node, open);
        }
    }

    /// What the keyboard does while the tree has the focus. Before the tree is shown, so that the
    /// keys do not scroll as well.
    pub(super) fn keys_ui(&mut self, ui: &Ui) {
        let focused = ui.memory(|memory| memory.has_focus(Id::unique("json-tree")));
        let opened = Arc::clone(&self.of);
        let Ok(tree) = &opened.json else { return };
        if !focused {
            return;
        }
        let row = self.folds.row_of(tree, self.selected).unwrap_or_default();
        let at = |row| self.folds.node_at(tree, row);
        let open = self.folds.is_open(self.selected) && tree.count(self.selected) > 0;
        let mut next = None;
        if Action::ListNext.taken(ui) {
            next = at(row + 1);
        } else if Action::ListPrevious.taken(ui) {
            next = row.checked_sub(1).and_then(at);
        } else if Action::ListFirst.taken(ui) {
            next = at(0);
        } else if Action::ListLast.taken(ui) {
            next = at(self.folds.len() - 1);
        } else if Action::Fold.taken(ui) {
            match open {
                true => self.folds.set(tree, self.selected, false),
                false => next = tree.parent(self.selected),
            }
        } else if Action::Unfold.taken(ui) {
            match open {
                true => next = at(row + 1),
                false => self.folds.set(tree, self.selected, true),
            }
        } else if Action::ToggleFold.taken(ui) {
            self.folds.set(tree, self.selected, !open);
        }
        if let Some(node) = next {
            self.select(tree, node);
            self.go = self.folds.row_of(tree, node).map(Go::See);
        }
        if ui.input(|input| input.events.contains(&egui::Event::Copy)) {
            ui.ctx().copy_text(tree.value(self.selected));
        }
    }

    /// One row.
    fn row_ui(
        &self,
        ui: &Ui,
        cx: &Context<'_>,
        tree: &Tree,
        node: usize,
        rect: Rect,
        marks: &Marks<'_>,
    ) -> Drawn {
        let p = cx.palette;
        let painter = ui.painter();
        if self.selected == node {
            painter.rect_filled(rect, 0.0, p.selected);
        }
        let indent = tree.depth(node).min(MAX_INDENT) as f32 * theme::PAD;
        let mark = Rect::from_min_size(pos2(rect.left() + indent, rect.top()), vec2(LINE, LINE));
        let (job, text) = row_job(cx, tree, node);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let left = pos2(mark.right(), rect.top());
        if let Some(current) = found_in(tree, node, marks) {
            let color = if current { p.accent_bg } else { p.soon_bg };
            let ground = Rect::from_min_size(left, vec2(galley.size().x, LINE));
            painter.rect_filled(ground, theme::RADIUS_SMALL, color);
        }
        let width = left.x + galley.size().x + theme::PAD - rect.left();
        painter.galley(left, galley, p.text);
        self.item_ui(ui, tree, node, rect.with_min_x(left.x), &text);
        if tree.count(node) == 0 {
            let toggled = None;
            return Drawn { toggled, width };
        }
        let open = self.folds.is_open(node);
        fold_icon(open).paint(painter, mark.center(), theme::ICON_SIZE_SMALL, p.dim);
        let what = [("path", short_path(tree, node).into())];
        let name = match open {
            true => cx.texts.format("viewer-fold", &what),
            false => cx.texts.format("viewer-unfold", &what),
        };
        let response = ui.interact(mark, Id::unique(("json mark", node)), Sense::click());
        let clicked = response.clicked();
        named(ui, response, Role::Button, &name);
        let toggled = clicked.then_some(!open);
        Drawn { toggled, width }
    }

    /// The row for a screen reader: how deep it lies, and whether it is open.
    fn item_ui(&self, ui: &Ui, tree: &Tree, node: usize, rect: Rect, text: &str) {
        let id = Id::unique(("json-row", row_id(node)));
        let response = ui.interact(rect.intersect(ui.clip_rect()), id, Sense::hover());
        let response = named(ui, response, Role::TreeItem, text);
        spoken::tell(&response, |item| {
            item.set_level(tree.depth(node) + 1);
            item.set_selected(self.selected == node);
            item.add_action(AccessAction::Click);
            if tree.count(node) > 0 {
                item.set_expanded(self.folds.is_open(node));
            }
        });
    }

    fn path_ui(&self, ui: &mut Ui, cx: &Context<'_>, tree: &Tree) {
        let t = cx.texts;
        ui.horizontal(|ui| {
            if ui.add(small(t.get("viewer-copy-path"))).clicked() {
                ui.ctx().copy_text(self.path.clone());
            }
            if ui.add(small(t.get("viewer-copy-value"))).clicked() {
                ui.ctx().copy_text(tree.value(self.selected));
            }
            let text = theme::code(first_chars(&self.path, SHOWN_CHARS)).color(cx.palette.dim);
            ui.add(Label::new(text).truncate());
        });
    }
}

fn small(text: &str) -> Button<'_> {
    Button::new(text).small()
}

/// Rows of a screen reader are told apart by their value, which keeps its number when rows move.
fn row_id(node: usize) -> usize {
    node
}

/// Whether something was found in a row, and whether that is the current place.
fn found_in(tree: &Tree, node: usize, marks: &Marks<'_>) -> Option<bool> {
    let hits = &marks.hits?.spans;
    let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    let key = tree.raw_key(node).map_or(0, |key| key.len() + 1);
    let start = tree.start(node).saturating_sub(key);
    let end = match tree.count(node) {
        0 => tree.start(node) + tree.raw(node).len(),
        _ => tree.start(node),
    };
    let first = hits.partition_point(|&(_, to)| place(to) <= start);
    // A long text may hold very many of them.
    let last = hits.partition_point(|&(from, _)| place(from) < end);
    (first < last).then(|| {
        marks
            .current
            .is_some_and(|current| (first..last).contains(&current))
    })
}

/// The path, or only the end of one that is very long.
fn short_path(tree: &Tree, node: usize) -> String {
    match tree.depth(node) {
        0..100 => tree.path(node),
        _ => tree
            .key(node)
            .unwrap_or_else(|| tree.index(node).to_string()),
    }
}

fn row_job(cx: &Context<'_>, tree: &Tree, node: usize) -> (LayoutJob, String) {
    let p = cx.palette;
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    match (tree.raw_key(node), tree.parent(node)) {
        (Some(key), _) => {
            let key = key.trim_matches('"');
            job.append(first_chars(key, SHOWN_CHARS), 0.0, format(p.tag));
            job.append(": ", 0.0, format(p.dim));
        }
        (None, Some(_)) => {
            let index = format!("{}: ", tree.index(node));
            job.append(&index, 0.0, format(p.dim));
        }
        (None, None) => {}
    }
    let raw = tree.raw(node);
    let kind = tree.kind(node);
    let (value, color) = match kind {
        NodeKind::Object => (format!("{{{}}}", tree.count(node)), p.dim),
        NodeKind::Array => (format!("[{}]", tree.count(node)), p.dim),
        NodeKind::Text => (first_chars(raw, SHOWN_CHARS).to_owned(), p.ok),
        NodeKind::Number | NodeKind::Word => (first_chars(raw, SHOWN_CHARS).to_owned(), p.soon),
    };
    job.append(&value, 0.0, format(color));
    let container = matches!(kind, NodeKind::Object | NodeKind::Array);
    if !container && value.len() < raw.len() {
        let size = crate::ui::context::bytes(raw.len());
        let more = cx
            .texts
            .format("viewer-long-value", &[("size", size.into())]);
        job.append(&more, theme::GAP, format(p.soon));
    }
    let text = job.text.clone();
    (job, text)
}

/// So many characters at most. Looks at no more than those.
fn first_chars(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most);
    end.map_or(text, |(at, _)| &text[..at])
}
