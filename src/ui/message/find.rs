//! The search in what is shown: word or expression, which of how many, on and back. Searching
//! itself is the worker's.

use egui::{Button, Id, RichText, TextEdit, Ui};

use crate::session::body::{Hits, Query};
use crate::session::{Command, Found, Paper, ReadCommand};
use crate::ui::actions::Action;
use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{icon_button, named, named_choice};

use super::lines::Marks;

/// What the buttons beside the field take.
const BESIDE_FIELD: f32 = 250.0;

/// What is searched for, and where one is in what was found.
#[derive(Default)]
pub(super) struct Find {
    open: bool,
    focus: bool,
    query: Query,
    current: usize,
    /// What was asked of the worker has not been gone to.
    fresh: bool,
}

impl Find {
    /// Opens the search, or puts the caret into it.
    pub(super) fn open(&mut self) {
        self.open = true;
        self.focus = true;
    }

    /// Another text is shown: the place in the old one means nothing.
    pub(super) fn restart(&mut self) {
        self.current = 0;
        self.fresh = true;
    }

    /// What to mark.
    pub(super) fn marks<'a>(&self, cx: &Context<'a>, paper: Paper) -> Marks<'a> {
        let hits = self.hits(cx, paper);
        Marks {
            hits,
            current: hits.map(|_| self.current),
        }
    }

    fn found<'a>(&self, cx: &Context<'a>, paper: Paper) -> Option<&'a Found> {
        let (of, query, found) = cx.model.reader().hits()?;
        let ours = self.open && of == paper && *query == self.query;
        found.filter(|_| ours)
    }

    fn hits<'a>(&self, cx: &Context<'a>, paper: Paper) -> Option<&'a Hits> {
        self.found(cx, paper)?.as_ref().ok().map(|hits| &**hits)
    }

    /// The field and what belongs to it. Where to go, in bytes of the text, if that is to be
    /// somewhere else now.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, paper: Paper) -> Option<usize> {
        if !self.open {
            return None;
        }
        let t = cx.texts;
        let mut step = 0_isize;
        ui.horizontal(|ui| {
            let id = Id::unique("find-in-body");
            let width = (ui.available_width() - BESIDE_FIELD).clamp(60.0, 220.0);
            let field = ui.add(
                TextEdit::singleline(&mut self.query.needle)
                    .id(id)
                    .hint_text(theme::hint(t.get("viewer-find")))
                    .desired_width(width),
            );
            if std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            if Action::FindPrevious.left(&field) {
                step = -1;
            } else if Action::FindNext.left(&field) {
                step = 1;
            }
            if step != 0 {
                field.request_focus();
            }
            let escape = Action::CloseDialog.left(&field);
            named(ui, field, egui::Role::TextInput, t.get("viewer-find"));
            for (flag, face, name) in [
                (&mut self.query.case, "Aa", t.get("viewer-find-case")),
                (&mut self.query.regex, ".*", t.get("viewer-find-regex")),
            ] {
                let button = ui.add(Button::selectable(*flag, face)).on_hover_text(name);
                if button.clicked() {
                    *flag = !*flag;
                }
                named_choice(ui, button, egui::Role::Button, *flag, name);
            }
            if icon_button(ui, icons::PREVIOUS, t.get("viewer-find-previous")).clicked() {
                step = -1;
            }
            if icon_button(ui, icons::NEXT, t.get("viewer-find-next")).clicked() {
                step = 1;
            }
            self.state_ui(ui, cx, paper);
            if icon_button(ui, icons::CLOSE, t.get("viewer-find-close")).clicked() || escape {
                self.open = false;
            }
        });
        self.ask(cx, paper);
        self.go(cx, paper, step)
    }

    fn state_ui(&self, ui: &mut Ui, cx: &Context<'_>, paper: Paper) {
        let (t, p) = (cx.texts, cx.palette);
        let (text, color) = match self.found(cx, paper) {
            None => return,
            Some(Err(why)) => {
                let why = [("why", why.as_str().into())];
                (t.format("viewer-find-broken", &why), p.bad)
            }
            Some(Ok(hits)) if hits.spans.is_empty() => {
                (t.get("viewer-find-none").to_owned(), p.soon)
            }
            Some(Ok(hits)) => {
                let more = if hits.more { "+" } else { "" };
                let (n, all) = (self.current + 1, hits.spans.len());
                (format!("{n}/{all}{more}"), p.dim)
            }
        };
        ui.label(RichText::new(text).color(color));
    }

    fn ask(&mut self, cx: &mut Context<'_>, paper: Paper) {
        let reader = cx.model.reader();
        let asked = match reader.hits() {
            Some((of, query, _)) => of == paper && *query == self.query,
            None => self.query.needle.is_empty(),
        };
        let ready = match paper {
            Paper::Raw => reader.doc(paper).is_some(),
            Paper::Text | Paper::Xml => reader.opened().is_some(),
        };
        if !asked && ready && !reader.is_refused() {
            self.restart();
            let query = self.query.clone();
            cx.command(Command::Read(ReadCommand::Search(paper, query)));
        }
    }

    fn go(&mut self, cx: &Context<'_>, paper: Paper, step: isize) -> Option<usize> {
        let spans = &self.hits(cx, paper)?.spans;
        if spans.is_empty() || (step == 0 && !self.fresh) {
            return None;
        }
        let count = spans.len();
        self.current = match step {
            _ if self.fresh => 0,
            step if step < 0 => self.current.checked_sub(1).unwrap_or(count - 1),
            _ => (self.current + 1) % count,
        };
        self.fresh = false;
        let (start, _) = spans.get(self.current)?;
        usize::try_from(*start).ok()
    }
}
