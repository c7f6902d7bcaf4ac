//! The user guide inside the window: its pages beside a list of them, searched while one types. What the
//! pages say is `guide`'s business; how they are drawn, that of `page.rs`.

mod found;
mod page;
mod table;

use egui::accesskit::Role;
use egui::{
    Button, EventFilter, Id, Layout, Rect, ScrollArea, Sense, TextEdit, Ui, UiBuilder, vec2,
};

use crate::guide::{Block, Page, blocks};
use crate::i18n::Lang;

use super::actions::Action;
use super::context::Context;
use super::dialog;
use super::spoken::{name_place, tell};
use super::theme;
use super::widgets::{from_the_right, named};

use found::Found;

const SIZE: egui::Vec2 = vec2(940.0, 720.0);
/// What is left of the window around it.
const AROUND: egui::Vec2 = vec2(64.0, 96.0);
/// Width of the list of pages.
const PAGES: f32 = 184.0;
/// What the title takes.
const HEAD: f32 = 40.0;
/// No page is higher.
const LONGEST: f32 = 100_000.0;

/// Every page in a language, with what it is made of.
type Read = (Lang, Vec<(Page, Vec<Block>)>);

/// The window, if it is open, and where in the guide one is.
pub(super) struct GuideWindow {
    open: bool,
    page: Page,
    /// What is looked for.
    wanted: String,
    /// What every page is made of, in the language that it was last drawn in.
    read: Option<Read>,
    found: Found,
    /// The page is to begin at its top, with the keyboard in it.
    fresh: bool,
}

impl Default for GuideWindow {
    fn default() -> Self {
        Self {
            open: false,
            page: Page::FirstMinute,
            wanted: String::new(),
            read: None,
            found: Found::default(),
            fresh: false,
        }
    }
}

fn field_id() -> Id {
    Id::unique("guide-search")
}

/// Key of the title of a page.
fn title(page: Page) -> &'static str {
    match page {
        Page::FirstMinute => "guide-first-minute",
        Page::Connect => "guide-connect",
        Page::Publish => "guide-publish",
        Page::Look => "guide-look",
        Page::Ack => "guide-ack",
        Page::Refused => "guide-refused",
        Page::Testing => "guide-testing",
        Page::FaultsAndTime => "guide-faults-and-time",
        Page::Scripts => "guide-scripts",
        Page::Troubleshooting => "action-troubleshooting",
    }
}

impl GuideWindow {
    /// Opens it, at a page or where one was.
    pub(super) fn open(&mut self, page: Option<Page>) {
        self.open = true;
        self.wanted.clear();
        self.found = Found::default();
        self.turn_to(page.unwrap_or(self.page));
    }

    fn turn_to(&mut self, page: Page) {
        self.page = page;
        self.fresh = true;
    }

    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &mut Context<'_>) {
        if !self.open {
            return;
        }
        let lang = cx.texts.lang();
        if !matches!(&self.read, Some((read, _)) if *read == lang) {
            let pages = Page::ALL.map(|page| (page, blocks(page.text(lang))));
            self.read = Some((lang, pages.into()));
            self.look_for();
        }
        let size = SIZE.min(ctx.content_rect().size() - AROUND);
        let (done, left) = dialog::show(ctx, "guide", |ui| {
            ui.set_width(size.x);
            self.content_ui(ui, cx, size.y - HEAD)
        });
        if done || left {
            self.open = false;
        }
    }

    /// Draws it; whether it is done with.
    fn content_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, height: f32) -> bool {
        let t = cx.texts;
        name_place(ui, t.get("action-guide"));
        let done = ui
            .horizontal(|ui| {
                ui.label(theme::title(t.get("action-guide")));
                from_the_right(ui, |ui| dialog::is_pressed(t, ui.button(t.get("close"))))
            })
            .inner;
        ui.add_space(theme::GAP);
        let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let (list, page) = whole.split_left_right_at_x(whole.left() + PAGES);
        let page = page.with_min_x(page.left() + theme::PAD + theme::GAP);
        self.list_ui(&mut ui.new_child(UiBuilder::new().max_rect(list)), cx);
        let between = list.right() + theme::PAD;
        let hairline = theme::hairline(ui.ctx());
        ui.painter().vline(between, whole.y_range(), hairline);
        self.page_ui(ui, cx, page);
        done
    }

    /// What is looked for, and the pages that say it.
    fn list_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let search = t.get("guide-search");
        let edit = TextEdit::singleline(&mut self.wanted)
            .id(field_id())
            .hint_text(theme::hint(search))
            .desired_width(PAGES);
        let field = ui.add(edit);
        let field = named(ui, field, Role::TextInput, search);
        if field.changed() {
            self.look_for();
        }
        if Action::Confirm.left(&field) {
            self.found.step(&mut self.page);
            field.request_focus();
        }
        if Action::Filter.taken(ui) {
            field.request_focus();
        }
        ui.add_space(theme::GAP_SMALL);
        if self.found.is_nothing() {
            ui.label(theme::dim(ui.ctx(), t.get("guide-nothing")));
        }
        let down = Layout::top_down_justified(egui::Align::Min);
        let builder = UiBuilder::new()
            .layout(down)
            .accessibility_role(Role::TabList)
            .accessibility_label(t.get("guide-pages"));
        let clicked = ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing.y = theme::HAIRLINE;
            let pages = Page::ALL.into_iter();
            let clicked = pages.filter(|page| self.entry_ui(ui, cx, *page));
            clicked.last()
        });
        if let Some(page) = clicked.inner {
            self.turn_to(page);
            self.found.begin(page);
        }
    }

    /// A page in the list; whether it was clicked.
    fn entry_ui(&self, ui: &mut Ui, cx: &Context<'_>, page: Page) -> bool {
        let t = cx.texts;
        let hits = match self.found.on(page) {
            Some(0) => return false,
            hits => hits,
        };
        let holds = page == self.page;
        let count = hits.map(|n| n.to_string()).unwrap_or_default();
        let count = theme::label(ui.ctx(), count);
        let face = Button::selectable(holds, t.get(title(page))).shortcut_text(count);
        let response = ui.add(face);
        let response = named(ui, response, Role::Tab, t.get(title(page)));
        tell(&response, |node| {
            node.set_selected(holds);
            if let Some(n) = hits {
                node.set_description(t.format("guide-hits", &[("n", n.into())]));
            }
        });
        response.clicked()
    }

    /// The page that is read.
    fn page_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, rect: Rect) {
        let (t, page) = (cx.texts, self.page);
        let builder = UiBuilder::new()
            .scope_id(Id::unique("guide-page"))
            .max_rect(rect)
            .sense(Sense::focusable_noninteractive())
            .accessibility_role(Role::Document)
            .accessibility_label(t.get(title(page)));
        let go = self.found.take_wish(page);
        let fresh = std::mem::take(&mut self.fresh);
        let mut ui = ui.new_child(builder);
        let place = ui.response();
        // Whoever searches goes on typing.
        let searches = ui.memory(|memory| memory.focused() == Some(field_id()));
        if fresh && !searches {
            place.request_focus();
        }
        let mut area = ScrollArea::vertical()
            .id_salt(page)
            .max_height(rect.height())
            .content_margin(theme::PAD)
            .auto_shrink(false);
        if fresh && go.is_none() {
            area = area.vertical_scroll_offset(0.0);
        }
        let blocks = self.read.iter().flat_map(|(_, pages)| pages);
        let blocks = blocks.filter(|(of, _)| *of == page);
        let blocks = blocks.flat_map(|(_, blocks)| blocks);
        let followed = area.show(&mut ui, |ui| {
            keys_ui(ui, &place, rect.height());
            let sheet = page::Sheet {
                palette: cx.palette,
                texts: t,
                wanted: &self.wanted,
            };
            sheet.ui(ui, t.get(title(page)), blocks, go)
        });
        if let Some(page) = followed.inner {
            self.turn_to(page);
        }
    }

    fn look_for(&mut self) {
        if let Some((_, pages)) = &self.read {
            self.found = Found::new(pages, &self.wanted);
            self.found.step(&mut self.page);
        }
    }
}

/// Scrolls by the keyboard, unless that is in the list or in the field, which have a use of their own for
/// the keys.
fn keys_ui(ui: &Ui, page: &egui::Response, height: f32) {
    let elsewhere = ui.memory(|memory| memory.focused().is_some_and(|id| id != page.id));
    if elsewhere {
        return;
    }
    if page.has_focus() {
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(page.id, filter));
    }
    let line = 2.0 * theme::BODY_LINE;
    let page = height - line;
    for (action, by) in [
        (Action::ListNext, -line),
        (Action::ListPrevious, line),
        (Action::ListPageDown, -page),
        (Action::ListPageUp, page),
        (Action::ListFirst, LONGEST),
        (Action::ListLast, -LONGEST),
    ] {
        if action.taken(ui) {
            ui.scroll_with_delta(vec2(0.0, by));
        }
    }
}
