//! A page of the guide, part by part: what was found in it is marked, what leads on is a link, and
//! programs can be copied. Tables are `table.rs`' business.

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, Frame, Label, Layout, RichText, Stroke, Ui, UiBuilder};

use crate::guide::{Block, Page, Span};
use crate::i18n::Texts;
use crate::ui::spoken::tell;
use crate::ui::theme::{self, Palette, icons};
use crate::ui::widgets::icon_button;

use super::found::places;
use super::table;

/// Room for the mark of an item.
const MARK: f32 = 20.0;

/// The longest line that is pleasant to read.
const WIDEST: f32 = 720.0;

/// What all parts of a page are drawn with.
pub(super) struct Sheet<'a> {
    pub(super) palette: &'a Palette,
    pub(super) texts: &'a Texts,
    /// What is looked for.
    pub(super) wanted: &'a str,
}

impl Sheet<'_> {
    /// The page; the one that a link was followed to. The part of number `go` comes into sight.
    pub(super) fn ui<'b>(
        &self,
        ui: &mut Ui,
        title: &str,
        blocks: impl Iterator<Item = &'b Block>,
        go: Option<usize>,
    ) -> Option<Page> {
        ui.set_max_width(ui.available_width().min(WIDEST));
        ui.spacing_mut().item_spacing.y = theme::PAD;
        let response = ui.add(
            Label::new(theme::page_title(title))
                .wrap()
                .selectable(false),
        );
        heading(&response, 1);
        let mut followed = None;
        for (place, block) in blocks.enumerate() {
            let part = ui.push_id(place, |ui| self.block_ui(ui, block));
            followed = followed.or(part.inner);
            if go == Some(place) {
                ui.scroll_to_rect(part.response.rect, Some(Align::Center));
            }
        }
        ui.add_space(theme::PAD);
        followed
    }

    fn block_ui(&self, ui: &mut Ui, block: &Block) -> Option<Page> {
        match block {
            Block::Heading(depth, spans) => {
                ui.add_space(theme::GAP);
                let text: String = spans.iter().map(|span| span.text.as_str()).collect();
                let job = self.line(&text, theme::semibold(theme::HEADING_SIZE));
                let response = ui.add(Label::new(job).wrap().selectable(false));
                heading(&response, usize::from(*depth) + 1);
                None
            }
            Block::Paragraph(spans) => self.sentence_ui(ui, spans),
            Block::List { numbered, items } => self.list_ui(ui, *numbered, items),
            Block::Code(code) => {
                self.code_ui(ui, code);
                None
            }
            Block::Table { head, rows } => {
                table::ui(ui, self, head, rows);
                None
            }
        }
    }

    fn list_ui(&self, ui: &mut Ui, numbered: bool, items: &[Vec<Span>]) -> Option<Page> {
        let mut followed = None;
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        for (place, item) in items.iter().enumerate() {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                let mark = match numbered {
                    true => format!("{}.", place + 1),
                    false => "•".to_owned(),
                };
                let room = egui::vec2(MARK, theme::BODY_LINE);
                let down = Layout::left_to_right(Align::Min);
                ui.allocate_ui_with_layout(room, down, |ui| {
                    ui.set_min_size(room);
                    ui.label(theme::dim(ui.ctx(), mark));
                });
                ui.vertical(|ui| followed = followed.or(self.sentence_ui(ui, item)));
            });
        }
        followed
    }

    /// Sentences, as one text for those who hear them unless a link is among them.
    fn sentence_ui(&self, ui: &mut Ui, spans: &[Span]) -> Option<Page> {
        if spans.iter().all(|span| span.link.is_none()) {
            ui.add(Label::new(self.job(spans)).wrap());
            return None;
        }
        let mut followed = None;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
            ui.spacing_mut().interact_size.y = theme::BODY_LINE;
            for part in spans.chunk_by(|one, next| one.link.is_none() && next.link.is_none()) {
                let Some(page) = part.first().and_then(|span| span.link) else {
                    ui.label(self.job(part));
                    continue;
                };
                // The name of a chapter's file says little beside its title.
                let text = match part {
                    [span] if span.code => self.texts.get(super::title(page)).to_owned(),
                    _ => part.iter().map(|span| span.text.as_str()).collect(),
                };
                let text = RichText::new(text)
                    .font(theme::body())
                    .line_height(Some(theme::BODY_LINE))
                    .color(self.palette.accent);
                if ui.link(text).clicked() {
                    followed = Some(page);
                }
            }
        });
        followed
    }

    /// Commands as they are typed, what is said about them in a quiet colour, and a way to copy them.
    fn code_ui(&self, ui: &mut Ui, code: &str) {
        let builder = UiBuilder::new()
            .accessibility_role(Role::Code)
            .accessibility_label(self.texts.get("guide-commands"));
        ui.scope_builder(builder, |ui| {
            Frame::NONE
                .fill(self.palette.bg)
                .stroke(theme::hairline(ui.ctx()))
                .corner_radius(theme::RADIUS)
                .inner_margin(theme::GAP)
                .show(ui, |ui| {
                    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                        let name = self.texts.get("guide-copy");
                        if icon_button(ui, icons::COPY, name).clicked() {
                            ui.ctx().copy_text(code.to_owned());
                        }
                        ui.with_layout(Layout::top_down(Align::Min), |ui| {
                            ui.add(Label::new(self.code(code)).wrap());
                        });
                    });
                });
        });
    }

    /// Pieces of a sentence as they look, what is looked for marked.
    pub(super) fn job(&self, spans: &[Span]) -> LayoutJob {
        let mut job = LayoutJob::default();
        for span in spans {
            let font = match (span.code, span.strong) {
                (true, _) => theme::mono(),
                (false, true) => theme::semibold(theme::BODY_SIZE),
                (false, false) => theme::body(),
            };
            let ground = match span.code {
                true => self.palette.raised,
                false => Color32::TRANSPARENT,
            };
            self.append(&mut job, &span.text, font, self.palette.text, ground);
        }
        job
    }

    /// A text in one font.
    pub(super) fn line(&self, text: &str, font: egui::FontId) -> LayoutJob {
        let mut job = LayoutJob::default();
        self.append(
            &mut job,
            text,
            font,
            self.palette.text,
            Color32::TRANSPARENT,
        );
        job
    }

    fn code(&self, code: &str) -> LayoutJob {
        let mut job = LayoutJob::default();
        let (p, none) = (self.palette, Color32::TRANSPARENT);
        for (place, line) in code.lines().enumerate() {
            if place > 0 {
                self.append(&mut job, "\n", theme::mono(), p.text, none);
            }
            let said = match line.starts_with('#') {
                true => 0,
                false => line.find(" # ").unwrap_or(line.len()),
            };
            let (command, said) = line.split_at(said);
            // What is said stands in a column of its own, for which there is no room here.
            let beside = if said.is_empty() || command.is_empty() {
                ""
            } else {
                " "
            };
            let command = command.trim_end().to_owned() + beside;
            self.append(&mut job, &command, theme::mono(), p.text, none);
            self.append(&mut job, said, theme::mono(), p.dim, none);
        }
        job
    }

    fn append(
        &self,
        job: &mut LayoutJob,
        text: &str,
        font: egui::FontId,
        ink: Color32,
        ground: Color32,
    ) {
        let format = |background| TextFormat {
            line_height: Some(theme::BODY_LINE),
            background,
            valign: Align::Center,
            ..TextFormat::simple(font.clone(), ink)
        };
        let mut done = 0;
        for place in places(text, self.wanted) {
            job.append(&text[done..place.start], 0.0, format(ground));
            job.append(&text[place.clone()], 0.0, format(self.palette.soon_bg));
            done = place.end;
        }
        job.append(&text[done..], 0.0, format(ground));
    }

    /// The hairline between what belongs together.
    pub(super) fn line_stroke(&self) -> Stroke {
        Stroke::new(theme::HAIRLINE, self.palette.line)
    }
}

fn heading(response: &egui::Response, level: usize) {
    tell(response, |node| {
        let text = node.value().unwrap_or_default().to_owned();
        node.clear_value();
        node.set_role(Role::Heading);
        node.set_label(text);
        node.set_level(level);
    });
}
