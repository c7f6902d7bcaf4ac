//! The head of a view that shows a file: that it is one and what that means, how far it is read, and
//! which lines could not be.

use egui::{Color32, ProgressBar, ScrollArea, Ui};

use crate::session::{
    ArchiveCommand, Command, End, FileState, FileView, Subscription, SubscriptionId,
};

use super::super::context::{Context, bytes};
use super::super::theme;
use super::super::theme::icons;
use super::super::widgets::{from_the_right, link_button, marked_button, marked_line, remark};

const BAR_WIDTH: f32 = 140.0;
/// Height of the list of bad lines.
const BAD_HEIGHT: f32 = 120.0;

/// What is open in the head.
#[derive(Default)]
pub(in crate::ui) struct FileHead {
    /// The view whose bad lines are listed.
    bad_of: Option<SubscriptionId>,
}

/// What a view of a file is called.
pub(in crate::ui) fn file_title(cx: &Context<'_>, file: &FileView) -> String {
    cx.texts
        .format("file-title", &[("name", file.name().into())])
}

impl FileHead {
    pub(in crate::ui) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        view: &Subscription,
        file: &FileView,
    ) {
        let (t, p) = (cx.texts, cx.palette);
        if file.state == FileState::Waiting {
            cx.command(Command::Archive(ArchiveCommand::Load(view.id)));
        }
        if let FileState::Ended(End::Broken(trouble)) = &file.state {
            let text = format!("{} · {}", cx.say(&trouble.what), cx.say(&trouble.next));
            strip_ui(ui, p.bad_bg, |ui| {
                if ui.button(t.get("file-again")).clicked() {
                    cx.command(Command::Archive(ArchiveCommand::Load(view.id)));
                }
                marked_line(ui, icons::WARNING, &text, p.bad).on_hover_text(&trouble.detail);
            });
            return;
        }
        self.what_ui(ui, cx, view, file);
        self.warnings_ui(ui, cx, view, file);
    }

    /// That it is a file, and how far it is read.
    fn what_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription, file: &FileView) {
        let (t, p) = (cx.texts, cx.palette);
        let what = t.get("file-what").to_owned();
        let what = match file
            .header
            .as_ref()
            .filter(|header| !header.topic.is_empty() && !header.group.is_empty())
        {
            Some(header) => {
                let values = [
                    ("topic", header.topic.as_str().into()),
                    ("group", header.group.as_str().into()),
                    ("at", cx.clock_time(header.exported).into()),
                ];
                format!("{what} · {}", t.format("file-from", &values))
            }
            None => what,
        };
        strip_ui(ui, p.raised, |ui| {
            match file.state {
                FileState::Reading(task) => {
                    let face = theme::strong(t.get("archive-stop-reading"));
                    if ui.add(marked_button(icons::STOP, face, p.bad)).clicked() {
                        cx.command(Command::Archive(ArchiveCommand::Stop(task)));
                    }
                    let part = file.read as f32 / file.size.max(1) as f32;
                    ui.add(
                        ProgressBar::new(part)
                            .desired_width(BAR_WIDTH)
                            .desired_height(theme::LEASE_BAR_HEIGHT)
                            .fill(p.accent),
                    );
                    let n = [("n", file.messages.into())];
                    ui.label(theme::strong(t.format("file-reading", &n)));
                }
                FileState::Ended(End::Stopped) => {
                    if link_button(ui, t.get("file-again"), p).clicked() {
                        cx.command(Command::Archive(ArchiveCommand::Load(view.id)));
                    }
                    let values = [("n", file.messages.into())];
                    let text = t.format("file-stopped", &values);
                    ui.label(theme::strong(text).color(p.soon));
                }
                FileState::Waiting | FileState::Ended(_) => {
                    let size = usize::try_from(file.size).unwrap_or(usize::MAX);
                    let values = [("n", file.messages.into()), ("size", bytes(size).into())];
                    ui.label(theme::strong(t.format("file-holds", &values)));
                }
            }
            marked_line(ui, icons::FILE, &what, p.text)
                .on_hover_text(file.path.display().to_string());
        });
    }

    /// What is not as it should be, in one line; and which lines could not be read, if asked for.
    fn warnings_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, view: &Subscription, file: &FileView) {
        let (t, p) = (cx.texts, cx.palette);
        let mut warnings = Vec::new();
        if file.bad > 0 {
            warnings.push(t.format("file-bad", &[("n", file.bad.into())]));
        }
        warnings.extend(file.notes.iter().map(|note| cx.say(note)));
        if file.is_cut_short() {
            warnings.push(t.get("file-cut").to_owned());
        }
        if let Some(version) = file.newer_version() {
            warnings.push(t.format("file-newer", &[("version", version.into())]));
        }
        if warnings.is_empty() {
            return;
        }
        let open = self.bad_of == Some(view.id) && file.bad > 0;
        let text = warnings.join(" · ");
        strip_ui(ui, p.soon_bg, |ui| {
            let which = match open {
                true => t.get("file-bad-hide"),
                false => t.get("file-bad-show"),
            };
            if file.bad > 0 && link_button(ui, which, p).clicked() {
                self.bad_of = (!open).then_some(view.id);
            }
            marked_line(ui, icons::WARNING, &text, p.soon).on_hover_text(&text)
        });
        if !open {
            return;
        }
        ui.add_space(theme::GAP_SMALL);
        ScrollArea::vertical()
            .id_salt("bad lines")
            .max_height(BAD_HEIGHT)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for bad in &file.first_bad {
                    let values = [("line", bad.line.into()), ("what", cx.say(&bad.say).into())];
                    remark(ui, &t.format("file-bad-line", &values), p.text);
                }
                let more = file.bad - file.first_bad.len() as u64;
                if more > 0 {
                    remark(ui, &t.format("file-bad-more", &[("n", more.into())]), p.dim);
                }
            });
    }
}

/// A line with its buttons at the right.
fn strip_ui<R>(ui: &mut Ui, ground: Color32, add: impl FnOnce(&mut Ui) -> R) {
    ui.add_space(theme::GAP);
    theme::banner_frame(ground).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| from_the_right(ui, add));
    });
}
