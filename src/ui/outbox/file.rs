//! A file to publish: which, what its lines are, from which line on; and what a look at it found.
//! Nothing is published from a file that nobody has looked at.

use egui::{ScrollArea, Ui};

use crate::protocol::Limits;
use crate::session::outbox::{BadLine, Each, FileSource, Findings, Format, OutboxCommand, Scan};
use crate::session::{Command, Draft, FileKind, Purpose};
use crate::ui::context::{Context, bytes};
use crate::ui::path_field::PathField;
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{complaint, marked_remark, remark, segmented};

use super::pace::{PaceForm, number_ui};
use super::preview;
use super::report::bar_ui;

/// Furthest line that one may begin with.
const LAST_LINE: u64 = 1_000_000_000;
/// Height of the list of lines that are no messages.
const ERRORS_HEIGHT: f32 = 96.0;

/// What is filled in.
pub(super) struct FileForm {
    path: PathField,
    pub(super) each: Each,
    /// Whether somebody chose what lines are, so that it is not guessed any more.
    chosen: bool,
    from_line: u64,
}

impl Default for FileForm {
    fn default() -> Self {
        Self {
            path: PathField::new("outbox-file", Purpose::Open),
            each: Each::default(),
            chosen: false,
            from_line: 1,
        }
    }
}

impl FileForm {
    /// The file as it is filled in; its path is empty until it leads to a file.
    pub(super) fn source(&self, cx: &Context<'_>) -> FileSource {
        FileSource {
            path: self.path.ready(cx).unwrap_or_default(),
            each: self.each,
            from_line: self.from_line,
        }
    }

    fn scan<'a>(&self, cx: &Context<'a>, draft: &Draft, limits: &Limits) -> Option<&'a Scan> {
        cx.model.outbox().scan(draft, limits, &self.source(cx))
    }

    /// Whether it was looked at, as it is filled in now, and holds messages.
    pub(super) fn is_ready(&self, cx: &Context<'_>, draft: &Draft, limits: &Limits) -> bool {
        let scan = self.scan(cx, draft, limits);
        scan.is_some_and(|scan| scan.findings.ended && scan.findings.good > 0)
    }

    /// How many messages will be published, if that is known.
    pub(super) fn count(&self, cx: &Context<'_>, draft: &Draft, limits: &Limits) -> Option<u64> {
        let scan = self.scan(cx, draft, limits);
        let scan = scan.filter(|scan| scan.findings.ended && self.from_line <= 1);
        scan.map(|scan| scan.findings.good)
    }

    /// What the main button says, and whether it can be used.
    pub(super) fn button(
        &self,
        cx: &Context<'_>,
        draft: &Draft,
        limits: &Limits,
    ) -> (String, bool) {
        let t = cx.texts;
        let look = t.get("outbox-look").to_owned();
        match self.scan(cx, draft, limits).map(|scan| &scan.findings) {
            None => (look, self.path.ready(cx).is_some()),
            Some(found) if !found.ended => (t.get("outbox-looking").to_owned(), false),
            // Whoever has mended the file wants to look again.
            Some(found) if found.good == 0 => (look, true),
            Some(found) => {
                let pending = cx.model.publish().pending;
                let text = match self.from_line {
                    0..=1 => t.format("outbox-publish-lines", &[("n", found.good.into())]),
                    from => t.format("outbox-publish-from", &[("line", from.into())]),
                };
                (text, !pending)
            }
        }
    }

    /// Asks for a look at the file.
    pub(super) fn look(&self, cx: &mut Context<'_>, draft: &Draft) {
        if self.path.take(cx).is_some() {
            let look = Box::new((draft.clone(), self.source(cx)));
            cx.command(Command::Outbox(OutboxCommand::Scan(look)));
        }
    }

    /// The form is closed.
    pub(super) fn close(&mut self, cx: &mut Context<'_>) {
        self.path.close(cx);
        cx.command(Command::Outbox(OutboxCommand::DropScan));
    }

    /// Goes on with a file from a line.
    pub(super) fn resume(&mut self, source: &FileSource, line: u64) {
        self.path.set_text(source.path.display().to_string());
        self.each = source.each;
        self.chosen = true;
        self.from_line = line;
    }

    /// A form with columns in it is filled in, any other is passed over, until somebody chooses.
    pub(super) fn follow(&mut self, needs_row: bool) {
        if !self.chosen {
            self.each = if needs_row {
                Each::Fills
            } else {
                Each::Message
            };
        }
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        pace: &mut PaceForm,
        draft: &Draft,
        limits: &Limits,
    ) {
        let t = cx.texts;
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        let kinds = [FileKind {
            name: t.get("outbox-file-kind").to_owned(),
            extensions: &["jsonl", "ndjson", "json", "csv", "tsv"],
        }];
        let label = t.get("outbox-file-label");
        self.path
            .ui(ui, cx, label, t.get("outbox-file-title"), &kinds);
        ui.add_space(theme::GAP_SMALL);
        let before = self.each;
        ui.horizontal(|ui| {
            let choices = [
                (Each::Message, t.get("outbox-lines-messages")),
                (Each::Fills, t.get("outbox-lines-fill")),
            ];
            segmented(ui, &mut self.each, &choices);
        });
        self.chosen |= before != self.each;
        let why = match self.each {
            Each::Message => t.get("outbox-lines-messages-why"),
            Each::Fills => t.get("outbox-lines-fill-why"),
        };
        remark(ui, why, cx.palette.dim);
        let from = &mut self.from_line;
        pace.ui(ui, cx, |ui| {
            number_ui(ui, t.get("outbox-from-line"), from, 1..=LAST_LINE);
        });
        if let Some(scan) = self.scan(cx, draft, limits) {
            findings_ui(ui, cx, &scan.findings, self.each);
        }
    }
}

fn findings_ui(ui: &mut Ui, cx: &mut Context<'_>, found: &Findings, each: Each) {
    let (t, p) = (cx.texts, cx.palette);
    ui.add_space(theme::GAP_SMALL);
    if !found.ended {
        bar_ui(ui, cx, found.read, found.size);
        let values = [
            ("read", size(found.read).into()),
            ("size", size(found.size).into()),
            ("good", found.good.into()),
            ("bad", found.bad.into()),
        ];
        return remark(ui, &t.format("outbox-found-so-far", &values), p.dim);
    }
    if found.good > 0 {
        let kind = match found.format {
            Some(Format::Csv(_)) => "CSV",
            _ => "JSONL",
        };
        let values = [
            ("n", found.good.into()),
            ("kind", kind.into()),
            ("bytes", size(found.body_bytes).into()),
            ("largest", size(found.largest).into()),
        ];
        marked_remark(ui, icons::DONE, &t.format("outbox-found", &values), p.ok);
    }
    errors_ui(ui, cx, found);
    if !found.unused.is_empty() {
        let names: Vec<&str> = found.unused.iter().map(String::as_str).collect();
        let names = [("names", names.join(", ").into())];
        remark(ui, &t.format("outbox-unused", &names), p.dim);
    }
    // Where lines fill the form, the form itself shows the first of them.
    if let Some(message) = found.first.as_ref().filter(|_| each == Each::Message) {
        ui.label(theme::column_head(ui.ctx(), t.get("outbox-first-line")));
        preview::message_ui(ui, cx, message.parts());
    }
}

fn errors_ui(ui: &mut Ui, cx: &Context<'_>, found: &Findings) {
    let (t, p) = (cx.texts, cx.palette);
    if found.bad == 0 {
        if found.good == 0 {
            remark(ui, t.get("outbox-found-nothing"), p.soon);
        }
        return;
    }
    let whole = found.errors.iter().any(|bad| bad.line == 0);
    if !whole {
        let n = [("n", found.bad.into())];
        complaint(ui, &t.format("outbox-bad-lines", &n), p);
    }
    ScrollArea::vertical()
        .id_salt("outbox errors")
        .max_height(ERRORS_HEIGHT)
        .show(ui, |ui| {
            for bad in &found.errors {
                bad_line_ui(ui, cx, bad);
            }
            if found.unnamed() > 0 {
                let n = [("n", found.unnamed().into())];
                remark(ui, &t.format("outbox-bad-more", &n), p.dim);
            }
        });
}

fn bad_line_ui(ui: &mut Ui, cx: &Context<'_>, bad: &BadLine) {
    let what = cx.say(&bad.say);
    let text = match bad.line {
        0 => what,
        line => {
            let values = [("line", line.into()), ("what", what.into())];
            cx.texts.format("outbox-bad-line", &values)
        }
    };
    complaint(ui, &text, cx.palette);
}

fn size(n: u64) -> String {
    bytes(usize::try_from(n).unwrap_or(usize::MAX))
}
