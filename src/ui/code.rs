//! The program that does what a form says, in the language of one's choice, to be copied. Writes no
//! program itself.

use egui::{Frame, ScrollArea, TextEdit, Ui};

use crate::code::{self, BODY_FILE, Language, Order, Program, Task};
use crate::session::{CodeCommand, Command, Filled};

use super::context::Context;
use super::dialog;
use super::spoken::title_ui;
use super::theme;
use super::widgets::{code_layout, complaint, from_the_right, named, remark, segmented};

/// Most of the window that it takes.
const SIZE: egui::Vec2 = egui::vec2(860.0, 640.0);

/// Room for its title, languages and buttons.
const AROUND: f32 = 150.0;

/// What is shown, and in which language.
#[derive(Default)]
pub(super) struct CodeWindow {
    language: Language,
    /// As it was last written.
    written: Option<(Language, Order, Result<Program, String>)>,
}

impl CodeWindow {
    /// The window, if a program is asked for.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &mut Context<'_>) {
        let Some(order) = cx.model.code() else {
            self.written = None;
            return;
        };
        let size = SIZE.min(ctx.content_rect().size() - egui::vec2(64.0, 64.0));
        let (done, left) = dialog::show(ctx, "code", |ui| {
            ui.set_width(size.x);
            self.content_ui(ui, cx, order, size.y - AROUND)
        });
        if done || left {
            cx.command(Command::Code(CodeCommand::Close));
        }
    }

    /// Draws it; whether it is done with.
    fn content_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        order: &Order,
        height: f32,
    ) -> bool {
        let t = cx.texts;
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let title = match &order.task {
            Task::Publish(_) => t.get("code-publish-title"),
            Task::Consume(_) => t.get("code-consume-title"),
        };
        let done = ui
            .horizontal(|ui| {
                title_ui(ui, title);
                from_the_right(ui, |ui| ui.button(t.get("close")).clicked())
            })
            .inner;
        ui.horizontal(|ui| {
            let choices = Language::ALL.map(|language| (language, language.name()));
            segmented(ui, &mut self.language, &choices);
        });
        remark(ui, t.get("code-keys"), cx.palette.dim);
        match cx.model.code_filled() {
            Filled::No => {}
            Filled::AsNext => remark(ui, t.get("code-filled"), cx.palette.soon),
            Filled::AsFirstLine => remark(ui, t.get("code-filled-row"), cx.palette.soon),
        }
        let program = match self.program(order) {
            Ok(program) => program,
            Err(why) => {
                complaint(ui, why, cx.palette);
                return done;
            }
        };
        // The frame stands still around what is scrolled.
        program_ui(ui, program, height);
        if program.reads_body_file {
            let values = [("file", BODY_FILE.into())];
            remark(ui, &t.format("code-body-file", &values), cx.palette.soon);
        }
        ui.horizontal(|ui| {
            if dialog::is_pressed(t, ui.button(t.get("code-copy"))) {
                ui.ctx().copy_text(program.text.clone());
            }
            if let (true, Task::Publish(publish)) = (program.reads_body_file, &order.task)
                && ui.button(t.get("copy-body")).clicked()
            {
                ui.ctx().copy_text(publish.parts.body.clone());
            }
            ui.label(theme::dim(ui.ctx(), program.file_name));
        });
        done
    }

    /// The program, written anew only if it is another one.
    fn program(&mut self, order: &Order) -> Result<&Program, &str> {
        let language = self.language;
        let known = matches!(&self.written, Some((l, o, _)) if *l == language && o == order);
        if !known {
            self.written = None;
        }
        let (_, _, written) = self.written.get_or_insert_with(|| {
            let program = code::program(language, order).map_err(|error| error.to_string());
            (language, order.clone(), program)
        });
        written.as_ref().map_err(String::as_str)
    }
}

/// Text that can be selected, and not be changed.
fn program_ui(ui: &mut Ui, program: &Program, height: f32) {
    let id = ui.scope_id().with("program-text");
    let line = match ui.memory(|memory| memory.has_focus(id)) {
        true => ui.visuals().selection.stroke,
        false => theme::hairline(ui.ctx()),
    };
    Frame::NONE
        .fill(ui.visuals().extreme_bg_color)
        .stroke(line)
        .corner_radius(theme::RADIUS)
        .inner_margin(theme::GAP_SMALL)
        .show(ui, |ui| {
            ScrollArea::both()
                .id_salt("program")
                .max_height(height)
                .min_scrolled_height(height)
                .auto_shrink(false)
                .show(ui, |ui| {
                    let mut layout = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
                        code_layout(ui, text.as_str(), false, f32::INFINITY)
                    };
                    let mut text = program.text.as_str();
                    let edit = TextEdit::multiline(&mut text)
                        .id(id)
                        .font(theme::mono())
                        .layouter(&mut layout)
                        .frame(Frame::NONE)
                        .desired_width(f32::INFINITY);
                    let response = ui.add(edit);
                    let name = program.file_name;
                    named(ui, response, egui::Role::MultilineTextInput, name);
                });
        });
}
