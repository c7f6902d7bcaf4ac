//! A field for a path: typed, chosen in the dialog of the OS, or dropped onto the window. Says
//! what the path leads to, and asks before a file is replaced. Opens and writes nothing.

use std::path::PathBuf;

use egui::{Button, Id, TextEdit, Ui};

use crate::session::{
    Command, FieldName, FileKind, PathCommand, PathLook, PathState, PathWish, Purpose, There,
};

use super::context::{Context, bytes};
use super::theme;
use super::widgets::{check_box, complaint, remark};

/// Room for the button beside the field.
const BROWSE_WIDTH: f32 = 96.0;

/// The field and what is typed into it.
pub(super) struct PathField {
    name: FieldName,
    purpose: Purpose,
    text: String,
    /// The last choice of a dialog that was taken over.
    taken: u64,
    /// The text whose file may be replaced.
    replace: Option<String>,
}

impl PathField {
    /// An empty field. Of each name there is one at a time.
    pub(super) fn new(name: FieldName, purpose: Purpose) -> Self {
        Self {
            name,
            purpose,
            text: String::new(),
            taken: 0,
            replace: None,
        }
    }

    /// What is typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Types this.
    pub(super) fn set_text(&mut self, text: impl Into<String>) {
        self.text = text.into();
    }

    /// Types a name in the folder that was used last.
    pub(super) fn suggest(&mut self, cx: &Context<'_>, name: &str) {
        let folder = cx.model.paths().last_folder();
        let path = folder.map_or_else(|| PathBuf::from("~"), std::path::Path::to_owned);
        self.text = path.join(name).display().to_string();
    }

    /// Asks for something else from now on.
    pub(super) fn set_purpose(&mut self, purpose: Purpose) {
        self.purpose = purpose;
    }

    /// The path, if it can be used for its purpose; a file that would be replaced only once that
    /// was agreed to.
    pub(super) fn ready(&self, cx: &Context<'_>) -> Option<PathBuf> {
        let look = self.look(cx)?;
        let usable = match (self.purpose, &look.found) {
            (Purpose::Open, There::File(_)) => true,
            (Purpose::Save, There::File(_)) => self.replaces(),
            (Purpose::Save, There::Nothing) => true,
            (Purpose::Folder, There::Folder | There::Nothing) => true,
            _ => false,
        };
        usable.then(|| look.path.clone())
    }

    /// Whether a file that is there may be replaced.
    pub(super) fn replaces(&self) -> bool {
        self.replace.as_ref() == Some(&self.text)
    }

    /// The same for whoever goes on with it: the next dialog begins in its folder.
    pub(super) fn take(&self, cx: &mut Context<'_>) -> Option<PathBuf> {
        let path = self.ready(cx)?;
        cx.command(Command::Paths(PathCommand::Used(path.clone())));
        Some(path)
    }

    /// Nothing is known of it any more; for when the field is closed.
    pub(super) fn close(&self, cx: &mut Context<'_>) {
        cx.command(Command::Paths(PathCommand::Forget(self.name)));
    }

    fn state<'a>(&self, cx: &Context<'a>) -> Option<&'a PathState> {
        cx.model.paths().field(self.name)
    }

    fn look<'a>(&self, cx: &Context<'a>) -> Option<&'a PathLook> {
        self.state(cx)?.look_at(&self.text)
    }

    /// The field with its label above it and its verdict below. `title` stands above the dialog,
    /// which offers `kinds`.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        label: &str,
        title: &str,
        kinds: &[FileKind],
    ) -> egui::Response {
        self.take_choice(cx);
        let t = cx.texts;
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        let above = ui.label(theme::label(ui.ctx(), label));
        let response = ui
            .horizontal(|ui| {
                let width = ui.available_width() - BROWSE_WIDTH;
                let edit = TextEdit::singleline(&mut self.text)
                    .font(theme::mono())
                    .desired_width(width)
                    .hint_text(theme::hint("~/…"));
                let response = ui.add(edit).labelled_by(above.id);
                let browsing = self.state(cx).is_some_and(|state| state.browsing);
                let size = egui::Vec2::new(BROWSE_WIDTH - theme::GAP, 0.0);
                let button = Button::new(t.get("path-browse")).min_size(size);
                if ui.add_enabled(!browsing, button).clicked() {
                    let wish = PathWish {
                        field: self.name,
                        purpose: self.purpose,
                        title: title.to_owned(),
                        kinds: kinds.to_vec(),
                        typed: self.text.clone(),
                    };
                    cx.command(Command::Paths(PathCommand::Browse(Box::new(wish))));
                }
                response
            })
            .inner;
        self.take_dropped(ui, &response);
        if !self.text.trim().is_empty() && !cx.model.paths().is_asked(self.name, &self.text) {
            let look = PathCommand::Look(self.name, self.text.clone());
            cx.command(Command::Paths(look));
        }
        self.verdict_ui(ui, cx);
        response
    }

    /// Takes over what was chosen in the dialog.
    fn take_choice(&mut self, cx: &Context<'_>) {
        let chosen = self.state(cx).and_then(|state| state.chosen.as_ref());
        if let Some((choice, path)) = chosen.filter(|(choice, _)| *choice > self.taken) {
            self.taken = *choice;
            self.text = path.display().to_string();
            // The dialog has asked.
            self.replace = Some(self.text.clone());
        }
    }

    /// A file that is dropped onto the window goes into the field that is typed into, or else
    /// into any that there is.
    fn take_dropped(&mut self, ui: &Ui, response: &egui::Response) {
        let last = Id::unique("path field with the keyboard");
        let ctx = ui.ctx();
        if response.has_focus() {
            ctx.data_mut(|data| data.insert_temp(last, response.id));
        }
        let typed_into: Option<Id> = ctx
            .data(|data| data.get_temp(last))
            .filter(|id| ctx.memory(|memory| memory.focused()) == Some(*id));
        if typed_into.is_some_and(|id| id != response.id) {
            return;
        }
        let dropped = ctx.input_mut(|input| {
            let files = std::mem::take(&mut input.raw.dropped_files);
            files.first().map(|file| file.path().to_owned())
        });
        if let Some(path) = dropped {
            self.text = path.display().to_string();
        }
    }

    /// What the path leads to, where that is not what one would expect.
    fn verdict_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let (t, p) = (cx.texts, cx.palette);
        if self.state(cx).is_some_and(|state| state.no_dialog) {
            remark(ui, t.get("path-no-dialog"), p.soon);
        }
        let Some(look) = self.look(cx).filter(|_| !self.text.trim().is_empty()) else {
            return;
        };
        let folder = look.path.parent().unwrap_or(&look.path).display();
        match (&look.found, self.purpose) {
            (There::Unreadable(why), _) => {
                let why = [("why", why.as_str().into())];
                complaint(ui, &t.format("path-unreadable", &why), p);
            }
            (There::Nothing | There::NoFolder, Purpose::Open) => {
                complaint(ui, t.get("path-nothing"), p);
            }
            (There::NoFolder, _) => {
                let folder = [("folder", folder.to_string().into())];
                complaint(ui, &t.format("path-no-folder", &folder), p);
            }
            (There::Folder, Purpose::Open | Purpose::Save) => {
                complaint(ui, t.get("path-is-folder"), p);
            }
            (There::File(_), Purpose::Folder) => complaint(ui, t.get("path-is-file"), p),
            (There::File(size), Purpose::Save) => {
                let size = bytes(usize::try_from(*size).unwrap_or(usize::MAX));
                let text = t.format("path-replace", &[("size", size.into())]);
                let mut replaces = self.replaces();
                if ui.add(check_box(&mut replaces, text)).changed() {
                    self.replace = replaces.then(|| self.text.clone());
                }
            }
            // Where a short form leads.
            _ if look.path.as_os_str() != self.text.trim() => {
                remark(ui, &look.path.display().to_string(), p.dim);
            }
            _ => {}
        }
    }
}
