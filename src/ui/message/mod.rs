//! The details of the message in focus: its body in every way to look at it, its deliveries,
//! times and properties. Asks the session to make texts ready and shows what is ready; nothing
//! here looks at a whole body in a frame.

mod alike;
mod copy;
mod damaged;
mod deliveries;
mod diff;
mod facts;
mod find;
mod hex;
mod ink;
mod lines;
mod sheet;
mod strip;
mod tree;

use std::sync::Arc;

use egui::{Label, RichText, ScrollArea, Ui};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::explained::json_syntax::broken_json;
use crate::i18n::Texts;
use crate::session::body::{MAX_DECODED, Opened, TreeError, Trouble};
use crate::session::{Against, Command, Message, Paper, ReadCommand, Row, SubscriptionId, Wanted};

use super::actions::Action;
use super::arranged::{Kept, Sizes};
use super::context::{Context, bytes};
use super::empty::Empty;
use super::pane::{Pane, Side};
use super::regions::saw_right;

use super::theme;
use super::theme::icons;
use super::widgets::{icon_button, icon_toggle, link_button, named, named_choice, segmented_tabs};
use alike::{SameBodies, alike_ui};
use damaged::damaged_ui;
use deliveries::Timeline;
use facts::{properties_ui, times_ui};
use find::Find;
use ink::Ink;
use lines::{LinesView, Marks, Selection, columns_in};
use tree::TreeView;

/// How the body is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Look {
    /// A tree of values.
    Json,
    /// Indented.
    Xml,
    /// As it came, or decoded.
    Text,
    /// Its bytes.
    Hex,
    /// The XML of the whole message.
    Raw,
    /// Compared with another.
    Diff,
}

impl Look {
    /// The text that is shown and searched. A tree and bytes are those of the body.
    fn paper(self) -> Paper {
        match self {
            Look::Xml => Paper::Xml,
            Look::Raw => Paper::Raw,
            Look::Json | Look::Text | Look::Hex | Look::Diff => Paper::Text,
        }
    }
}

/// The details pane.
pub(super) struct MessagePane {
    /// What was chosen, as long as the message can be shown so.
    look: Option<Look>,
    /// Whether what a body is wrapped into is undone.
    decode: bool,
    wrap: bool,
    against: Against,
    find: Find,
    selection: Selection,
    tree: Option<TreeView>,
    /// What was wrong with a damaged message has been brought into sight.
    damage_shown: bool,
    /// Where to go as soon as the text is there.
    go: Option<usize>,
    searched: Option<Paper>,
    timeline: Timeline,
    same_bodies: SameBodies,
}

impl Default for MessagePane {
    fn default() -> Self {
        Self {
            look: None,
            decode: true,
            wrap: true,
            against: Against::Delivery,
            find: Find::default(),
            selection: Selection::default(),
            tree: None,
            damage_shown: false,
            go: None,
            searched: None,
            timeline: Timeline::default(),
            same_bodies: SameBodies::default(),
        }
    }
}

impl MessagePane {
    /// With the way to look at a body of an earlier run.
    pub(super) fn restored(kept: &Kept<'_>) -> Self {
        let first = Self::default();
        Self {
            look: kept.get("look"),
            decode: kept.get("decode").unwrap_or(first.decode),
            wrap: kept.get("wrap").unwrap_or(first.wrap),
            ..first
        }
    }

    /// Opens the search in the body.
    pub(super) fn open_find(&mut self) {
        self.find.open();
    }

    /// The same, to be kept.
    pub(super) fn to_keep(&self) -> [(&'static str, Value); 3] {
        let look = serde_json::to_value(self.look).unwrap_or_default();
        [
            ("look", look),
            ("decode", self.decode.into()),
            ("wrap", self.wrap.into()),
        ]
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, sizes: &mut Sizes) {
        let model = cx.model;
        let focus = model
            .shown_view()
            .and_then(|view| Some((view.id, view.rows.get(view.focused?)?)));
        let Some((view, row)) = focus else {
            let rows = model.shown_view().is_some_and(|view| !view.rows.is_empty());
            let empty = Empty::new(icons::INFO, "details-empty");
            let next = match rows {
                true => "details-empty-next",
                false => "details-empty-none-next",
            };
            empty.next(next).ui(ui, cx);
            return;
        };
        let side = (ui.available_width() * 0.34).clamp(220.0, 360.0);
        let pane = Pane {
            id: "deliveries",
            name: cx.texts.get("details-deliveries"),
            side: Side::Right,
            first: side,
            limits: 200.0..=(ui.available_width() - 240.0).max(200.0),
            frame: theme::panel_frame(ui.ctx()),
        };
        let panel = pane.show(ui, cx.texts, sizes, |ui, _| {
            ScrollArea::vertical()
                .id_salt("deliveries")
                .auto_shrink(false)
                .show(ui, |ui| {
                    alike_ui(ui, cx, view, row, &mut self.same_bodies);
                    self.timeline.ui(ui, cx, view, row);
                    if let Some(message) = row.message() {
                        times_ui(ui, cx, message);
                        properties_ui(ui, cx, message);
                    }
                });
        });
        saw_right(ui.ctx(), panel.response.rect);
        theme::panel_frame(ui.ctx()).show(ui, |ui| self.content_ui(ui, cx, view, row));
    }

    fn content_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, view: SubscriptionId, row: &Row) {
        let reader = cx.model.reader();
        let wanted = Wanted {
            view,
            row: row.number,
            deliveries: row.deliveries().len(),
            decode: self.decode,
        };
        if reader.wanted() != Some(&wanted) {
            self.selection = Selection::default();
            self.go = None;
            self.damage_shown = false;
            self.find.restart();
            cx.command(Command::Read(ReadCommand::Open(wanted)));
            // What is ready is another message's.
            return;
        }
        self.shortcuts_ui(ui);
        if let Some(message) = row.message() {
            self.body_ui(ui, cx, row, message);
        } else if let Some(damaged) = row.damaged() {
            let damage = reader.damage().map(|damage| &**damage);
            damaged_ui(ui, cx, view, row, damaged, damage);
            if let Some(damage) = damage.filter(|_| !self.damage_shown) {
                self.damage_shown = true;
                self.go = damage.place.as_ref().map(|place| place.byte);
            }
            self.bar_ui(ui, cx, row, None, Look::Raw);
            self.find_ui(ui, cx, Look::Raw);
            self.lines_ui(ui, cx, Look::Raw);
        }
        if reader.is_refused() {
            ui.horizontal(|ui| {
                let t = cx.texts;
                ui.label(RichText::new(t.get("viewer-busy")).color(cx.palette.soon));
                if link_button(ui, t.get("viewer-again"), cx.palette).clicked()
                    && let Some(wanted) = reader.wanted()
                {
                    cx.command(Command::Read(ReadCommand::Open(wanted.clone())));
                }
            });
        }
    }

    /// The search opens by the keyboard while one is in the pane.
    fn shortcuts_ui(&mut self, ui: &Ui) {
        let here = ui.ui_contains_pointer()
            || ["body-lines", "json-tree", "body-hex", "find-in-body"]
                .iter()
                .any(|id| ui.memory(|memory| memory.has_focus(egui::Id::unique(*id))));
        if here && Action::FindInBody.taken_in_field(ui) {
            self.find.open();
        }
    }

    fn body_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, row: &Row, message: Message<'_>) {
        let reader = cx.model.reader();
        let Some(opened) = reader.opened() else {
            if !reader.is_refused() {
                ui.label(theme::dim(ui.ctx(), cx.texts.get("viewer-opening")));
            }
            return;
        };
        let look = self.look_ui(ui, cx, row, message, opened);
        notes_ui(ui, cx, opened, look);
        self.find_ui(ui, cx, look);
        match look {
            Look::Json => self.tree_ui(ui, cx, opened),
            Look::Text | Look::Xml | Look::Raw => self.lines_ui(ui, cx, look),
            Look::Hex => self.hex_ui(ui, cx, opened),
            Look::Diff => diff::ui(ui, cx, &mut self.against, message.key().is_some()),
        }
    }

    /// The ways to look at it that there are, and what is known of it. Which way holds.
    fn look_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        row: &Row,
        message: Message<'_>,
        opened: &Arc<Opened>,
    ) -> Look {
        let t = cx.texts;
        let all = [
            (Look::Json, t.get("look-json"), opened.json.is_ok()),
            (Look::Xml, t.get("look-xml"), opened.xml.is_some()),
            (Look::Text, t.get("look-text"), true),
            (Look::Hex, t.get("look-hex"), true),
            (Look::Raw, t.get("look-raw"), true),
            (Look::Diff, t.get("look-diff"), true),
        ];
        let there: Vec<(Look, &str)> = all
            .into_iter()
            .filter(|(_, _, there)| *there)
            .map(|(look, name, _)| (look, name))
            .collect();
        let first = match opened.is_text() {
            true => there.first().map_or(Look::Text, |(look, _)| *look),
            false => Look::Hex,
        };
        let chosen = self
            .look
            .filter(|look| there.iter().any(|(one, _)| one == look));
        let mut look = chosen.unwrap_or(first);
        let before = look;
        ui.horizontal_wrapped(|ui| {
            segmented_tabs(ui, t.get("look-tabs"), &mut look, &there);
            if look != before {
                self.look = Some(look);
                self.selection = Selection::default();
            }
            self.buttons_ui(ui, cx, row, Some(message), look);
            let view = cx.model.shown_view().map(|view| view.id);
            if let Some(view) = view
                && ui.button(cx.texts.get("send-again")).clicked()
            {
                cx.command(Command::SendAgain(view, row.number));
            }
            self.steps_ui(ui, cx, opened);
            md5_ui(ui, cx, message, opened);
        });
        look
    }

    fn bar_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Context<'_>,
        row: &Row,
        message: Option<Message<'_>>,
        look: Look,
    ) {
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::label(ui.ctx(), cx.texts.get("details-raw")));
            self.buttons_ui(ui, cx, row, message, look);
        });
    }

    fn buttons_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Context<'_>,
        row: &Row,
        message: Option<Message<'_>>,
        look: Look,
    ) {
        let t = cx.texts;
        if look != Look::Diff && find_button(ui, t).clicked() {
            self.find.open();
        }
        match look {
            Look::Json => {
                if icon_button(ui, icons::UNFOLD_ALL, t.get("viewer-unfold-all")).clicked() {
                    self.fold_all(true);
                }
                if icon_button(ui, icons::FOLD_ALL, t.get("viewer-fold-all")).clicked() {
                    self.fold_all(false);
                }
            }
            Look::Text | Look::Xml | Look::Raw => {
                let name = t.get("viewer-wrap");
                if icon_toggle(ui, icons::WRAP, self.wrap, name).clicked() {
                    self.wrap = !self.wrap;
                }
            }
            Look::Hex | Look::Diff => {}
        }
        copy::ui(ui, cx, row, message);
    }

    fn fold_all(&mut self, open: bool) {
        if let Some(tree) = &mut self.tree {
            tree.fold_all(open);
        }
    }

    /// What the body was wrapped into, to be undone or left.
    fn steps_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, opened: &Opened) {
        if opened.steps.is_empty() {
            return;
        }
        let t = cx.texts;
        let steps: Vec<&str> = opened.steps.iter().map(|step| step.name()).collect();
        let steps = [("steps", steps.join(" → ").into())];
        let text = match self.decode {
            true => t.format("viewer-decoded", &steps),
            false => t.format("viewer-decode", &steps),
        };
        let face = egui::Button::selectable(self.decode, text.as_str());
        let button = ui.add(face).on_hover_text(t.get("viewer-decode-why"));
        if button.clicked() {
            self.decode = !self.decode;
        }
        named_choice(ui, button, egui::Role::Button, self.decode, &text);
    }

    fn find_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, look: Look) {
        if look == Look::Diff {
            return;
        }
        let paper = look.paper();
        if self.searched != Some(paper) {
            self.searched = Some(paper);
            self.find.restart();
        }
        let Some(place) = self.find.ui(ui, cx, paper) else {
            return;
        };
        match &mut self.tree {
            Some(tree) if look == Look::Json => tree.go_to(place),
            _ => self.go = Some(place),
        }
    }

    fn tree_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, opened: &Arc<Opened>) {
        let Ok(tree) = &opened.json else { return };
        let known = self.tree.take().filter(|known| known.is_of(opened));
        let mut view = known.unwrap_or_else(|| TreeView::new(opened, tree));
        view.keys_ui(ui);
        view.ui(ui, cx, &self.find.marks(cx, Paper::Text));
        self.tree = Some(view);
    }

    fn lines_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, look: Look) {
        let t = cx.texts;
        let paper = look.paper();
        let reader = cx.model.reader();
        let columns = columns_in(ui, ui.available_width(), self.wrap);
        if reader.laid() != Some((paper, columns)) && !reader.is_refused() {
            cx.command(Command::Read(ReadCommand::Lay(paper, columns)));
        }
        let Some(doc) = reader.doc(paper) else { return };
        if doc.wrapped() > 0 && !self.wrap {
            let n = [("n", doc.wrapped().into()), ("columns", columns.into())];
            ui.label(RichText::new(t.format("viewer-wrapped", &n)).color(cx.palette.soon));
        }
        let opened = reader.opened();
        let marks = match (self.find.marks(cx, paper), reader.damage()) {
            (Marks { hits: None, .. }, Some(damage)) => Marks {
                hits: Some(&damage.mark),
                current: Some(0),
            },
            (marks, _) => marks,
        };
        let view = LinesView {
            doc,
            ink: match paper {
                Paper::Xml | Paper::Raw => Ink::Xml,
                Paper::Text if opened.is_some_and(|o| o.json.is_ok()) => Ink::Json,
                Paper::Text if opened.is_some_and(|o| o.xml.is_some()) => Ink::Xml,
                Paper::Text => Ink::Plain,
            },
            name: match look {
                Look::Raw => t.get("details-raw"),
                _ => t.get("field-body"),
            },
            marks,
            go: self.go.take(),
        };
        view.ui(ui, cx.palette, &mut self.selection);
    }

    fn hex_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, opened: &Opened) {
        let all = opened.bytes();
        // Places in a text that is not UTF-8 are not those of its bytes.
        let marks = match opened.is_text() {
            true => self.find.marks(cx, Paper::Text),
            false => Marks {
                hits: None,
                current: None,
            },
        };
        hex::ui(ui, cx, all, &marks, self.go.take());
    }
}

/// Opens the search; says which keys do.
fn find_button(ui: &mut Ui, t: &Texts) -> egui::Response {
    let hint = Action::FindInBody.hint(ui.ctx(), t);
    let face = egui::Button::new(icons::FIND).frame_when_inactive(false);
    let button = ui.add(face).on_hover_text(hint);
    named(ui, button, egui::Role::Button, t.get("viewer-find-open"))
}

/// Whether the body is the one that the broker's digest speaks of, and how large it is.
fn md5_ui(ui: &mut Ui, cx: &Context<'_>, message: Message<'_>, opened: &Opened) {
    let (t, p) = (cx.texts, cx.palette);
    let intact = opened.md5.eq_ignore_ascii_case(&message.body_md5());
    let (text, verdict, mark, ink) = match intact {
        true => (t.get("md5"), t.get("md5-good"), icons::DONE, p.ok),
        false => (t.get("md5-bad"), t.get("md5-bad"), icons::WARNING, p.bad),
    };
    let both = [
        ("expected", message.body_md5().into()),
        ("computed", opened.md5.as_str().into()),
    ];
    // In one piece, on the next line if there is no room.
    let face = (mark.colored(ink), RichText::new(text).color(ink));
    let response = egui::WidgetAtom::new(face)
        .gap(theme::GAP_SMALL)
        .show(ui)
        .response;
    named(ui, response, egui::Role::Label, verdict)
        .on_hover_text(t.format("viewer-md5-both", &both));
    let received = bytes(opened.received_bytes);
    let shown = opened.bytes().len();
    let size = match shown == opened.received_bytes {
        true => received,
        false => format!("{received} → {}", bytes(shown)),
    };
    ui.add(egui::Label::new(theme::dim(ui.ctx(), size)).extend());
}

/// What is not as it seems: limits that held, things that look like what they are not.
fn notes_ui(ui: &mut Ui, cx: &Context<'_>, opened: &Opened, look: Look) {
    let t = cx.texts;
    let mut notes = Vec::new();
    match &opened.trouble {
        Some(Trouble::TooLarge) => {
            let size = [("size", bytes(MAX_DECODED).into())];
            notes.push(t.format("viewer-too-large", &size));
        }
        Some(Trouble::Broken(why)) => {
            notes.push(t.format("viewer-torn", &[("why", why.as_str().into())]));
        }
        None => {}
    }
    match &opened.json {
        Err(TreeError::Broken(why)) => {
            notes.push(cx.say(&broken_json(why)));
        }
        Err(TreeError::TooMany) => notes.push(t.get("viewer-too-many").to_owned()),
        _ => {}
    }
    if !opened.is_text() && look == Look::Text {
        notes.push(t.get("viewer-not-text").to_owned());
    }
    if look == Look::Raw {
        ui.label(theme::dim(ui.ctx(), t.get("viewer-rebuilt")));
    }
    for note in notes {
        ui.add(Label::new(theme::inked(note, cx.palette.soon)).wrap());
    }
}
