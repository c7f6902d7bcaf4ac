//! The menu that copies anything of a message.

use egui::containers::menu::MenuButton;
use egui::{Role, ScrollArea, Ui};

use crate::session::{Message, NO_HANDLE, Paper, Row};
use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::widgets::{menu_face, named};

pub(super) fn ui(ui: &mut Ui, cx: &Context<'_>, row: &Row, message: Option<Message<'_>>) {
    let name = cx.texts.get("viewer-copy");
    let button = menu_face(name);
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        crate::ui::spoken::name_place(ui, name);
        // So high that it has room below its button in the smaller windows too.
        ScrollArea::vertical().max_height(232.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            items_ui(ui, cx, row, message);
        });
    });
    named(ui, response, Role::Button, name);
}

fn items_ui(ui: &mut Ui, cx: &Context<'_>, row: &Row, message: Option<Message<'_>>) {
    let t = cx.texts;
    let reader = cx.model.reader();
    // Texts are made when they are asked for: some are large.
    let item = |ui: &mut Ui, name: &str, text: &dyn Fn() -> String| {
        if ui.button(name).clicked() {
            ui.ctx().copy_text(text());
            ui.close();
        }
    };
    if let Some(message) = message {
        item(ui, t.get("copy-body"), &|| message.body().to_owned());
    }
    if let Some(opened) = reader.opened() {
        if !opened.steps.is_empty() && opened.is_text() {
            item(ui, t.get("viewer-copy-decoded"), &|| {
                opened.text.to_string()
            });
        }
        if !opened.is_text() {
            item(ui, t.get("viewer-copy-hex"), &|| {
                let digits = opened.bytes().iter().map(|byte| format!("{byte:02x}"));
                digits.collect()
            });
        }
        if opened.json.is_ok() || opened.xml.is_some() {
            item(ui, t.get("viewer-copy-formatted"), &|| {
                opened.formatted().to_string()
            });
        }
    }
    if let Some(doc) = reader.doc(Paper::Raw) {
        item(ui, t.get("viewer-copy-raw"), &|| doc.text().to_string());
    }
    if let Some(id) = row.message_id() {
        item(ui, t.get("copy-id"), &|| id.to_owned());
    }
    let handle = row.newest().handle.as_ref();
    if let Some(handle) = handle.filter(|handle| handle.as_str() != NO_HANDLE) {
        item(ui, t.get("viewer-copy-handle"), &|| {
            handle.as_str().to_owned()
        });
    }
    let Some(message) = message else { return };
    if let Some(tag) = message.tag() {
        item(ui, t.get("viewer-copy-tag"), &|| tag.to_owned());
    }
    if let Some(key) = message.key() {
        item(ui, t.get("viewer-copy-key"), &|| key.to_owned());
    }
    item(ui, t.get("viewer-copy-md5"), &|| message.body_md5());
    if message.properties().next().is_some() {
        ui.label(theme::label(ui.ctx(), t.get("properties-title")));
    }
    for (key, value) in message.properties() {
        let name = t.format("viewer-copy-property", &[("key", key.into())]);
        item(ui, &name, &|| value.to_owned());
    }
}
