//! The menu of templates above the publish form: load, save, rename, move, delete. Whatever it
//! replaces or removes can be had back, so it never asks first.

use std::collections::HashSet;

use egui::{Button, ScrollArea, TextEdit, Ui};

use crate::session::outbox::OutboxCommand;
use crate::session::templates::{Template, TemplateChange, TemplatePath, Templates};
use crate::session::{Command, Draft, Say};

use super::actions::Action;
use super::again::Refill;
use super::context::Context;
use super::theme;
use super::theme::icons;
use super::widgets::{
    AtTheEdge, complaint, expandable, fold_icon, from_the_right, icon_button, link_button,
    menu_face, named, popover, remark,
};

const WIDTH: f32 = 320.0;
const LIST_HEIGHT: f32 = 280.0;
const INDENT: f32 = 14.0;

/// The menu, and what it knows of the draft in the form.
#[derive(Default)]
pub(super) struct TemplatesMenu {
    search: String,
    /// The path under which the draft would be saved.
    save_as: String,
    /// The template that the draft was loaded from or saved as, and how it was then.
    origin: Option<(TemplatePath, Draft)>,
    /// What is being renamed, and to what.
    renaming: Option<(TemplatePath, String)>,
    deleted: Option<(TemplatePath, Vec<Template>)>,
    closed: HashSet<String>,
}

/// What a line of the list asks for.
enum Asked {
    Load(TemplatePath),
    Delete(TemplatePath),
}

impl TemplatesMenu {
    /// The button that opens it.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        draft: &mut Draft,
        refill: &mut Refill,
    ) {
        let name = cx.texts.get("templates");
        let size = (WIDTH, AtTheEdge::Beside);
        popover(ui, menu_face(name), name, size, |ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
            self.menu_ui(ui, cx, draft, refill);
        });
    }

    fn menu_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        draft: &mut Draft,
        refill: &mut Refill,
    ) {
        let t = cx.texts;
        let Some(templates) = cx.model.outbox().templates() else {
            ui.label(theme::dim(ui.ctx(), t.get("templates-loading")));
            return;
        };
        let edit = TextEdit::singleline(&mut self.search)
            .desired_width(f32::INFINITY)
            .hint_text(theme::hint(t.get("templates-search")));
        let response = ui.add(edit);
        named(
            ui,
            response,
            egui::Role::TextInput,
            t.get("templates-search"),
        );
        let asked = ScrollArea::vertical()
            .id_salt("templates")
            .max_height(LIST_HEIGHT)
            .auto_shrink([false, true])
            .show(ui, |ui| self.list_ui(ui, cx, templates))
            .inner;
        self.deleted_ui(ui, cx);
        ui.separator();
        self.save_ui(ui, cx, templates, draft);
        match asked {
            Some(Asked::Load(path)) => {
                if let Some(template) = templates.get(&path) {
                    self.load(template, draft, refill);
                }
                ui.close();
            }
            Some(Asked::Delete(path)) => self.delete(cx, templates, path),
            None => {}
        }
    }

    /// The tree, or what a search found.
    fn list_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        templates: &Templates,
    ) -> Option<Asked> {
        let t = cx.texts;
        let searched = !self.search.trim().is_empty();
        let mut asked = None;
        let mut open: Vec<String> = Vec::new();
        let mut any = false;
        for template in templates.search(&self.search) {
            any = true;
            let mut depth = 0;
            if !searched {
                match self.folders_ui(ui, cx, template, &mut open) {
                    Ok(all) => depth = all,
                    Err(wish) => {
                        asked = asked.or(wish);
                        continue;
                    }
                }
            }
            let name = match searched {
                true => template.path.as_str(),
                false => template.path.name(),
            };
            asked = self.line_ui(ui, cx, template, name, depth).or(asked);
        }
        if !any {
            let text = match searched {
                true => t.get("templates-not-found"),
                false => t.get("templates-none"),
            };
            ui.label(theme::dim(ui.ctx(), text));
        }
        asked
    }

    /// The folders above a template, as far as they are not drawn yet; how many there are, or that
    /// one of them is closed.
    fn folders_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        template: &Template,
        open: &mut Vec<String>,
    ) -> Result<usize, Option<Asked>> {
        let mut asked = None;
        let mut path = String::new();
        for (depth, folder) in template.path.folders().enumerate() {
            if depth > 0 {
                path.push('/');
            }
            path.push_str(folder);
            if open.get(depth) != Some(&path) {
                open.truncate(depth);
                open.push(path.clone());
                asked = self.folder_ui(ui, cx, &path, folder, depth).or(asked);
            }
            if self.closed.contains(&path) {
                return Err(asked);
            }
        }
        let depth = template.path.folders().count();
        open.truncate(depth);
        match asked {
            // The line itself is drawn in the next frame again.
            Some(asked) => Err(Some(asked)),
            None => Ok(depth),
        }
    }

    fn folder_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        path: &str,
        name: &str,
        depth: usize,
    ) -> Option<Asked> {
        let whole: TemplatePath = path.parse().ok()?;
        if self.renaming_ui(ui, cx, &whole) {
            return None;
        }
        let closed = self.closed.contains(path);
        ui.horizontal(|ui| {
            ui.add_space(INDENT * depth as f32);
            let face = (fold_icon(!closed).small(), name);
            let button = Button::new(face).gap(theme::GAP_SMALL);
            let response = ui.add(button.frame_when_inactive(false));
            let named_path = [("path", path.into())];
            let spoken = cx.texts.format("templates-folder", &named_path);
            let response = named(ui, response, egui::Role::Button, &spoken);
            if expandable(ui, response, !closed).clicked() && !self.closed.remove(path) {
                self.closed.insert(path.to_owned());
            }
            self.change_ui(ui, cx, &whole)
        })
        .inner
    }

    fn line_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        template: &Template,
        name: &str,
        depth: usize,
    ) -> Option<Asked> {
        if self.renaming_ui(ui, cx, &template.path) {
            return None;
        }
        let loaded = self
            .origin
            .as_ref()
            .is_some_and(|(path, _)| *path == template.path);
        ui.horizontal(|ui| {
            ui.add_space(INDENT * depth as f32);
            let button = Button::selectable(loaded, name)
                .frame_when_inactive(loaded)
                .truncate();
            let response = ui.add(button).on_hover_text(&template.draft.topic);
            let path = [("path", template.path.as_str().into())];
            let spoken = cx.texts.format("templates-load", &path);
            let load = named(ui, response, egui::Role::Button, &spoken).clicked();
            let change = self.change_ui(ui, cx, &template.path);
            let load = load.then(|| Asked::Load(template.path.clone()));
            load.or(change)
        })
        .inner
    }

    /// The buttons behind a template or a folder.
    fn change_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, path: &TemplatePath) -> Option<Asked> {
        let t = cx.texts;
        let named = [("path", path.as_str().into())];
        from_the_right(ui, |ui| {
            let delete =
                icon_button(ui, icons::DELETE, &t.format("templates-delete", &named)).clicked();
            if icon_button(ui, icons::EDIT, &t.format("templates-rename", &named)).clicked() {
                self.renaming = Some((path.clone(), path.to_string()));
            }
            delete.then(|| Asked::Delete(path.clone()))
        })
    }

    /// The field of what is being renamed, in place of its line. Whether it is this one.
    fn renaming_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, path: &TemplatePath) -> bool {
        let Some((from, text)) = self.renaming.as_mut().filter(|(from, _)| from == path) else {
            return false;
        };
        let t = cx.texts;
        let edit = TextEdit::singleline(text).desired_width(f32::INFINITY);
        let response = ui.add(edit);
        let name = t.get("templates-new-path");
        let response = named(ui, response, egui::Role::TextInput, name);
        let problem = match moved(cx, from, text) {
            Ok(change) => {
                let enter = Action::Confirm.left(&response);
                let go = ui.button(t.get("templates-move")).clicked();
                if enter || go {
                    self.do_rename(cx, change);
                    return true;
                }
                None
            }
            Err(say) => Some(say),
        };
        if let Some(say) = problem {
            complaint(ui, &cx.say(&say), cx.palette);
        }
        if ui.button(t.get("cancel")).clicked() {
            self.renaming = None;
        }
        true
    }

    fn do_rename(&mut self, cx: &mut Context<'_>, change: Option<TemplateChange>) {
        self.renaming = None;
        let Some(change) = change else { return };
        if let (TemplateChange::Move(from, to), Some((origin, _))) = (&change, &mut self.origin)
            && from == origin
        {
            *origin = to.clone();
            self.save_as = to.to_string();
        }
        cx.command(command(change));
    }

    fn delete(&mut self, cx: &mut Context<'_>, templates: &Templates, path: TemplatePath) {
        let gone = templates.within(&path).cloned().collect();
        cx.command(command(TemplateChange::Delete(path.clone())));
        self.deleted = Some((path, gone));
    }

    fn deleted_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let Some((path, gone)) = &self.deleted else {
            return;
        };
        let t = cx.texts;
        let path = [("path", path.as_str().into())];
        let text = t.format("templates-deleted", &path);
        let undo = ui.horizontal(|ui| {
            remark(ui, &text, cx.palette.dim);
            link_button(ui, t.get("templates-undo-delete"), cx.palette).clicked()
        });
        if undo.inner {
            cx.command(command(TemplateChange::PutBack(gone.clone())));
            self.deleted = None;
        }
    }

    fn save_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, templates: &Templates, draft: &Draft) {
        let t = cx.texts;
        let label = ui.label(theme::label(ui.ctx(), t.get("templates-save-as")));
        let path: Result<TemplatePath, Say> = self.save_as.parse();
        let replaces = path
            .as_ref()
            .is_ok_and(|path| templates.get(path).is_some());
        ui.horizontal(|ui| {
            let text = match replaces {
                true => t.get("templates-replace"),
                false => t.get("templates-save"),
            };
            let button = from_the_right(ui, |ui| {
                let clicked = ui.add_enabled(path.is_ok(), Button::new(text)).clicked();
                let edit = TextEdit::singleline(&mut self.save_as)
                    .desired_width(ui.available_width())
                    .hint_text(theme::hint("orders/paid"));
                let response = ui.add(edit).labelled_by(label.id);
                let enter = Action::Confirm.left(&response);
                clicked || enter
            });
            if button && let Ok(path) = &path {
                self.save(cx, path.clone(), draft);
            }
        });
        // Before one is typed it is not worth a word.
        if let Err(say) = path
            && !self.save_as.trim().is_empty()
        {
            complaint(ui, &cx.say(&say), cx.palette);
        }
    }

    fn save(&mut self, cx: &mut Context<'_>, path: TemplatePath, draft: &Draft) {
        self.save_as = path.to_string();
        self.origin = Some((path.clone(), draft.clone()));
        let draft = draft.clone();
        let template = Box::new(Template { path, draft });
        cx.command(command(TemplateChange::Save(template)));
    }

    /// Puts a template into the form. What was there is kept, unless it is a template itself.
    fn load(&mut self, template: &Template, draft: &mut Draft, refill: &mut Refill) {
        let origin = self.origin.as_ref();
        let saved = origin.is_some_and(|(_, then)| then.is_like(draft));
        refill.load(draft, template, !saved);
        self.save_as = template.path.to_string();
        self.origin = Some((template.path.clone(), template.draft.clone()));
    }
}

fn command(change: TemplateChange) -> Command {
    Command::Outbox(OutboxCommand::Template(Box::new(change)))
}

/// The change that a new path means, nothing if it is the old one; or what is wrong with it.
fn moved(cx: &Context<'_>, from: &TemplatePath, text: &str) -> Result<Option<TemplateChange>, Say> {
    let to: TemplatePath = text.parse()?;
    if to == *from {
        return Ok(None);
    }
    let change = TemplateChange::Move(from.clone(), to);
    if let Some(templates) = cx.model.outbox().templates() {
        templates.clone().apply(&change)?;
    }
    Ok(Some(change))
}
