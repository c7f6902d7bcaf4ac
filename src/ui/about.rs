//! What this program is: version, licence, the fonts in it with theirs, and where it keeps things.

use egui::{Context as Egui, Label, ScrollArea, Ui};

use crate::session::{Command, Folder, FolderCommand, PARTS, VERSION};

use super::context::Context;
use super::dialog;
use super::spoken::title_ui;
use super::theme;
use super::widgets::{from_the_right, link_button, named};

const WIDTH: f32 = 520.0;
/// Height of the text of a licence.
const TEXT_HEIGHT: f32 = 220.0;

/// The window, if it is open.
#[derive(Default)]
pub(super) struct About {
    open: bool,
    /// The part whose licence is shown.
    shown: Option<usize>,
}

impl About {
    /// Opens it, and has the folders looked up.
    pub(super) fn open(&mut self, cx: &mut Context<'_>) {
        self.open = true;
        self.shown = None;
        cx.command(Command::Folders(FolderCommand::Find));
    }

    pub(super) fn ui(&mut self, ctx: &Egui, cx: &mut Context<'_>) {
        if !self.open {
            return;
        }
        let (done, left) = dialog::show(ctx, "about", |ui| {
            ui.set_width(WIDTH);
            self.content_ui(ui, cx)
        });
        self.open = !(done || left);
    }

    /// All of it; whether it is done with.
    fn content_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let t = cx.texts;
        let version = [("version", VERSION.into())];
        let done = ui
            .horizontal(|ui| {
                title_ui(ui, &t.format("about-title", &version));
                from_the_right(ui, |ui| {
                    dialog::is_pressed(t, ui.button(t.get("about-close")))
                })
            })
            .inner;
        ui.label(theme::dim(ui.ctx(), t.get("about-what")));
        ui.add_space(theme::GAP);
        folders_ui(ui, cx);
        ui.add_space(theme::GAP);
        ui.label(theme::label(ui.ctx(), t.get("about-licences")));
        self.parts_ui(ui, cx);
        done
    }

    fn parts_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        for (index, part) in PARTS.iter().enumerate() {
            let shown = self.shown == Some(index);
            ui.horizontal(|ui| {
                ui.label(cx.texts.get(part.name));
                ui.label(theme::dim(ui.ctx(), part.licence));
                from_the_right(ui, |ui| {
                    let text = match shown {
                        true => cx.texts.get("about-hide-licence"),
                        false => cx.texts.get("about-show-licence"),
                    };
                    let link = ui
                        .push_id(index, |ui| link_button(ui, text, cx.palette))
                        .inner;
                    let name = format!("{text} · {}", cx.texts.get(part.name));
                    if named(ui, link, egui::Role::Button, &name).clicked() {
                        self.shown = (!shown).then_some(index);
                    }
                });
            });
            if shown {
                ScrollArea::vertical()
                    .id_salt(("licence", index))
                    .max_height(TEXT_HEIGHT)
                    .show(ui, |ui| {
                        ui.add(Label::new(theme::code(part.text)).wrap());
                    });
            }
        }
    }
}

fn folders_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let (t, model) = (cx.texts, cx.model);
    ui.label(theme::label(ui.ctx(), t.get("about-folders")));
    for (name, folder) in [
        (t.get("about-settings"), Folder::Settings),
        (t.get("about-data"), Folder::Data),
    ] {
        let Some(path) = model.folders().path(folder) else {
            continue;
        };
        ui.horizontal(|ui| {
            ui.label(name);
            from_the_right(ui, |ui| {
                ui.push_id(name, |ui| {
                    let text = t.get("about-open-folder");
                    let link = link_button(ui, text, cx.palette);
                    let called = format!("{text} · {name}");
                    if named(ui, link, egui::Role::Button, &called).clicked() {
                        cx.command(Command::Folders(FolderCommand::Open(folder)));
                    }
                });
            });
        });
        // On a line of its own, as nobody knows how long it is.
        ui.add(Label::new(theme::code(path.display().to_string()).color(cx.palette.dim)).wrap());
    }
}
