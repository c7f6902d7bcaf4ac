//! Sample data for the sandbox, wherever they are offered: the empty view, menus, and the line at the
//! foot of the window while they are made. Makes none itself.

use egui::{Button, Ui};

use crate::session::{Command, SampleCommand, SampleWork, SandboxState};

use super::context::Context;
use super::theme;
use super::widgets::{AtTheEdge, menu_face, popover, stop_button};

const WIDTH: f32 = 300.0;

/// Whether something can be asked for.
fn free(cx: &Context<'_>) -> bool {
    let runs = matches!(cx.model.sandbox(), SandboxState::Running(_));
    runs && cx.model.samples().work().is_none()
}

/// A button where somebody looks at nothing; not once they are there.
pub(super) fn offer_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    if cx.model.has_samples() && cx.model.samples().work().is_none() {
        return;
    }
    ui.add_space(theme::PAD);
    let t = cx.texts;
    let fill = ui.add_enabled(free(cx), Button::new(t.get("samples-fill")));
    if fill.on_hover_text(t.get("samples-what")).clicked() {
        cx.command(Command::Samples(SampleCommand::Fill));
    }
}

/// What can be done with them, for a menu.
pub(super) fn menu_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    let there = cx.model.has_samples();
    let text = match there {
        true => t.get("samples-refill"),
        false => t.get("samples-fill"),
    };
    let fill = ui.add_enabled(free(cx), Button::new(text));
    if fill.on_hover_text(t.get("samples-what")).clicked() {
        cx.command(Command::Samples(SampleCommand::Fill));
        ui.close();
    }
    let remove = Button::new(t.get("samples-remove"));
    let remove = ui.add_enabled(there && free(cx), remove);
    if remove.on_hover_text(t.get("samples-remove-what")).clicked() {
        cx.command(Command::Samples(SampleCommand::Remove));
        ui.close();
    }
}

/// The same behind a button of its own.
pub(super) fn button_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    let face = menu_face(t.get("samples"));
    let size = (WIDTH, AtTheEdge::Below);
    popover(ui, face, t.get("samples"), size, |ui| {
        ui.label(theme::dim(ui.ctx(), t.get("samples-what")));
        ui.add_space(theme::GAP_SMALL);
        menu_ui(ui, cx);
    });
}

/// How far it is, with a button that stops it.
pub(super) fn status_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    let (key, far) = match cx.model.samples().work() {
        None => return,
        Some(SampleWork::Filling(far)) => ("samples-filling", far),
        Some(SampleWork::Stopping(far)) => ("samples-stopping", far),
        Some(SampleWork::Removing) => {
            ui.label(t.get("samples-removing"));
            return;
        }
    };
    let values = [("done", far.done.into()), ("total", far.total.into())];
    // How much it is turns out with the first request.
    ui.label(match far.total {
        0 => t.get("samples-beginning").to_owned(),
        _ => t.format(key, &values),
    });
    if key == "samples-filling" && stop_button(ui, t.get("samples-stop"), cx.palette).clicked() {
        cx.command(Command::Samples(SampleCommand::Stop));
    }
}
