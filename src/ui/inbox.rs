//! A consume view: its head (where, what and for whom to consume), the banner that says that looking
//! consumes; the live table is `table.rs`. What is typed lies in the model.

use egui::{Align, Color32, DragValue, Layout, TextWrapMode, Ui};

use crate::protocol::ConsumeMode;
use crate::session::{
    Command, Connection, ConnectionId, ConsumeField, ConsumeForm, FileState, KeysState, Kind,
    Level, Polling, SandboxCommand, SandboxState, Subscription, SubscriptionId, TableCommand,
};

use super::acking;
use super::actions::Action;
use super::archive::{ArchivePanel, FileHead, More};
use super::connections::connection_name;
use super::context::{Context, countdown};
use super::empty::Empty;
use super::sights::{Sight, saw};
use super::theme::icons;
use super::toolbar::ONE_LINE_FROM;
use super::widgets::{
    choice_menu, complaint, from_the_right, labelled_edit, link_button, marked_line,
};
use super::wishes::{self, Wish};
use super::{card, letters, order, samples, table, theme, toolbar};

/// Height of what a view that waits says and offers beside that.
const MORE_WHILE_WAITING: f32 = 80.0;

/// Least and greatest width of the three fields of text in the head.
const NAMES_WIDTH: std::ops::RangeInclusive<f32> = 260.0..=620.0;

/// Width of the head beside its three fields of text: two numbers, a menu, the gaps.
const BESIDE_FIELDS: f32 = 330.0;

/// Width of a banner beside its words: the mark, the gaps, and what numbers may grow by.
const BESIDE_WORDS: f32 = 60.0;

/// Width of the check box of auto-ack.
const AUTO_WIDTH: f32 = 92.0;

/// Most width for the name of the connection there; of a longer one the beginning is shown.
const CONNECTION_WIDTH: f32 = 160.0;

/// What is typed into the heads of the views.
#[derive(Default)]
pub(super) struct Inbox {
    /// The view whose start was refused, as something in its head is missing.
    attempted: Option<SubscriptionId>,
    archive: ArchivePanel,
    file_head: FileHead,
    /// Asked to send dead letters again; asked back where to.
    resend: Option<letters::Question>,
    /// An action of the table that is shown, asked for by other ways than its keys.
    asked: Option<Action>,
    /// Where the rows of the view that is shown began when it was last drawn, if it has any.
    rows_from: Option<f32>,
}

impl Inbox {
    /// Does this with the table that is shown, as soon as it is drawn.
    pub(super) fn ask(&mut self, action: Action) {
        self.asked = Some(action);
    }

    /// Where the rows of the view that is shown begin: what stands above them has its height.
    pub(super) fn rows_from(&self) -> Option<f32> {
        self.rows_from
    }

    /// What was asked for and not drawn by now is not meant any more.
    pub(super) fn forget(&mut self) {
        self.asked = None;
    }

    /// Asks what is still open about an export or a replay of a view.
    pub(super) fn begin(&mut self, more: More, cx: &Context<'_>, view: &Subscription) {
        self.archive.begin(more, cx, view);
    }

    /// Head, banner and table of a view.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, id: SubscriptionId) {
        let model = cx.model;
        let Some(view) = model.view(id) else {
            return;
        };
        let shown = cx.is_shown(id);
        let asked = self.asked.take_if(|_| shown);
        theme::panel_frame(ui.ctx()).show(ui, |ui| {
            let mut more = None;
            match &view.file {
                Some(file) => {
                    toolbar::ui(ui, cx, view, &mut more, asked);
                    self.file_head.ui(ui, cx, view, file);
                }
                None => {
                    self.head_ui(ui, cx, view, &mut more, asked);
                    acking::progress_ui(ui, cx, view);
                    letters::ui(ui, cx, view, &mut self.resend);
                    banner_ui(ui, cx, view);
                }
            }
            if let Some(more) = more {
                self.archive.begin(more, cx, view);
            }
            self.archive.ui(ui, cx, view);
        });
        // A table that is not there yet leaves its place to words.
        if shown && !view.rows.is_empty() {
            let mut first = ui.available_rect_before_wrap();
            let height = cx.sizes.head + cx.sizes.row;
            first.set_height(height.min(first.height()));
            saw(ui.ctx(), Sight::Messages, first.shrink(theme::GAP_SMALL));
        }
        if shown {
            let top = ui.cursor().top();
            self.rows_from = (!view.rows.is_empty()).then_some(top + cx.sizes.head);
        }
        if view.rows.is_empty() {
            table::fade(ui, cx, view);
            empty_ui(ui, cx, view);
        } else if view.table.arrangement().is_empty() && view.table.arrangement().is_settled() {
            nothing_found_ui(ui, cx, view);
        } else {
            table::ui(ui, cx, view, asked);
        }
    }

    fn head_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        view: &Subscription,
        more: &mut Option<More>,
        asked: Option<Action>,
    ) {
        let mut form = view.form.clone();
        let stopped = view.polling.is_stopped();
        if stopped {
            form_ui(ui, cx, &mut form);
            ui.add_space(theme::GAP);
        }
        let start = toolbar::ui(ui, cx, view, more, asked);
        let problems = form
            .check(&cx.model.limits_of(&form.connection))
            .err()
            .unwrap_or_default();
        for problem in &problems {
            let empty = match problem.field {
                ConsumeField::Topic => form.topic.is_empty(),
                ConsumeField::Group => form.group.is_empty(),
            };
            let tried = self.attempted == Some(view.id) || start;
            if (tried || !empty) && problem.level == Level::Error {
                complaint(ui, &cx.say(&problem.say), cx.palette);
            }
        }
        if form != view.form {
            cx.command(Command::TypeHead(view.id, form.clone()));
        }
        if start {
            self.attempted = (!problems.is_empty()).then_some(view.id);
            if problems.is_empty() {
                cx.command(Command::StartConsuming(view.id, form));
            }
        }
    }
}

fn form_ui(ui: &mut Ui, cx: &Context<'_>, form: &mut ConsumeForm) {
    let beside = match cx.model.connections().len() {
        0 | 1 => BESIDE_FIELDS,
        _ => BESIDE_FIELDS + CONNECTION_WIDTH + theme::GAP,
    };
    let width = ui.available_width();
    if width < ONE_LINE_FROM.max(NAMES_WIDTH.start() + beside) {
        ui.horizontal(|ui| names_ui(ui, cx, form, width - 2.0 * theme::GAP));
        ui.horizontal(|ui| {
            connection_ui(ui, cx, form);
            polls_ui(ui, cx, form);
        });
    } else {
        let room = (width - beside).clamp(*NAMES_WIDTH.start(), *NAMES_WIDTH.end());
        ui.horizontal(|ui| {
            connection_ui(ui, cx, form);
            names_ui(ui, cx, form, room);
            polls_ui(ui, cx, form);
        });
    }
}

/// What is consumed, for whom.
fn names_ui(ui: &mut Ui, cx: &Context<'_>, form: &mut ConsumeForm, room: f32) {
    use egui::TextEdit;
    let t = cx.texts;
    for (label, text, width) in [
        (t.get("field-topic"), &mut form.topic, room * 0.36),
        (t.get("field-group"), &mut form.group, room * 0.36),
        (t.get("field-tag"), &mut form.tag, room * 0.28),
    ] {
        let edit = TextEdit::singleline(text).desired_width(width);
        let edit = if label == t.get("field-tag") {
            edit.hint_text(theme::hint("TagA||TagB"))
        } else {
            edit
        };
        labelled_edit(ui, label, edit);
    }
}

/// How it is asked for.
fn polls_ui(ui: &mut Ui, cx: &Context<'_>, form: &mut ConsumeForm) {
    let t = cx.texts;
    number_ui(
        ui,
        t.get("field-batch"),
        DragValue::new(&mut form.batch).range(1..=16),
    );
    number_ui(
        ui,
        t.get("field-wait"),
        DragValue::new(&mut form.wait_secs)
            .range(0..=30)
            .suffix(t.get("suffix-seconds")),
    );
    let kinds = [
        (Kind::Plain, t.get("kind-plain")),
        (Kind::Ordered, t.get("kind-ordered")),
        (Kind::HalfCheck, t.get("kind-half-check")),
    ];
    under_label(ui, t.get("field-kind"), |ui| {
        choice_menu(ui, t.get("field-kind"), &mut form.mode, &kinds);
    });
}

/// Where to listen; not shown while there is nothing to choose from.
fn connection_ui(ui: &mut Ui, cx: &Context<'_>, form: &mut ConsumeForm) {
    let connections = cx.model.connections();
    if connections.len() < 2 {
        return;
    }
    let names: Vec<String> = connections
        .iter()
        .map(|connection| connection_name(cx, connection))
        .collect();
    let choices: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
    let old = connections.iter().position(|c| c.id == form.connection);
    let mut chosen = old.unwrap_or(usize::MAX);
    let label = cx.texts.get("field-connection");
    under_label(ui, label, |ui| {
        ui.set_max_width(CONNECTION_WIDTH);
        ui.style_mut().wrap_mode = Some(TextWrapMode::Truncate);
        choice_menu(ui, label, &mut chosen, &choices)
    });
    if let Some(connection) = connections.get(chosen).filter(|_| Some(chosen) != old) {
        form.connection = connection.id.clone();
    }
}

fn under_label(ui: &mut Ui, label: &str, add: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        // What has too little room is seen to have, rather than folded letter by letter.
        ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
        ui.label(theme::label(ui.ctx(), label));
        add(ui);
    });
}

fn number_ui(ui: &mut Ui, label: &str, value: DragValue<'_>) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        let label = ui.label(theme::label(ui.ctx(), label));
        ui.add(value).labelled_by(label.id);
    });
}

/// Says that looking consumes, and what that means just now; or what is wrong.
fn banner_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let t = cx.texts;
    let p = cx.palette;
    if let Polling::Failing(trouble, retry_at) = &view.polling {
        let left = countdown(retry_at.since(cx.now));
        let text = format!("{} · {}", cx.say(&trouble.what), cx.say(&trouble.next));
        let right = t.format("banner-retry", &[("left", left.into())]);
        let colors = card::colors_of(trouble, p);
        strip_ui(ui, &text, Right::Words(&right), colors, 0.0, |ui| {
            card::of_trouble_ui(ui, cx, trouble);
        });
    }
    let Some(source) = &view.source else {
        return;
    };
    if let (Polling::Stopped, Some(trouble)) = (&view.polling, &view.ended_by) {
        let text = format!("{} · {}", cx.say(&trouble.what), cx.say(&trouble.next));
        let colors = card::colors_of(trouble, p);
        strip_ui(ui, &text, Right::Words(""), colors, 0.0, |ui| {
            card::of_trouble_ui(ui, cx, trouble);
        });
    }
    let (held, first) = view.rows.held();
    let looks = !view.polling.is_stopped() && !matches!(view.polling, Polling::Failing(..));
    if held == 0 && !looks {
        // Nothing is taken from anybody.
        return order::ui(ui, cx, view);
    }
    let group = source.consume.group.as_str();
    let listens = !view.polling.is_stopped();
    let auto = view.acking.is_auto() && listens;
    let what = if view.checks_halves() {
        "banner-half-check"
    } else if source.consume.mode == ConsumeMode::Ordered {
        "banner-ordered"
    } else if auto {
        "banner-auto-ack"
    } else if view.polling == Polling::Paused {
        "banner-paused"
    } else {
        "banner-consumes"
    };
    let text = t.format(what, &[("group", group.into())]);
    let right = match first {
        Some(at) => t.format(
            "banner-held-until",
            &[
                ("n", held.into()),
                ("left", countdown(at.since(cx.now)).into()),
            ],
        ),
        None => t.format("banner-held", &[("n", held.into())]),
    };
    let colors = match auto {
        true => (p.bad, p.bad_bg),
        false => (p.soon, p.soon_bg),
    };
    let beside = if listens { AUTO_WIDTH } else { 0.0 };
    let next = view.rows.next_to_return();
    let right = match next {
        Some(_) => Right::Link(&right, t.get("banner-held-show")),
        None => Right::Words(&right),
    };
    let clicked = strip_ui(ui, &text, right, colors, beside, |ui| {
        if listens {
            acking::auto_ui(ui, cx, view);
        }
    });
    if let Some(row) = next.filter(|_| clicked) {
        cx.command(Command::Focus(view.id, row));
    }
    order::ui(ui, cx, view);
}

/// From this width on, a banner with something of this width in it is one line.
fn one_line_from(ui: &Ui, text: &str, right: &str, beside: f32) -> f32 {
    let width = |text: &str| {
        let ink = Color32::PLACEHOLDER;
        let galley = ui
            .painter()
            .layout_no_wrap(text.to_owned(), theme::body(), ink);
        galley.size().x
    };
    (width(text) + width(right) + beside + BESIDE_WORDS).max(ONE_LINE_FROM)
}

/// What stands at the right of a banner.
#[derive(Clone, Copy)]
enum Right<'t> {
    Words(&'t str),
    /// Words that lead somewhere, and where.
    Link(&'t str, &'t str),
}

impl Right<'_> {
    fn words(&self) -> &str {
        match self {
            Right::Words(words) | Right::Link(words, _) => words,
        }
    }

    /// Whether it was clicked on.
    fn ui(self, ui: &mut Ui, ink: Color32) -> bool {
        let face = theme::strong(self.words()).color(ink);
        match self {
            Right::Words(_) => {
                ui.label(face);
                false
            }
            Right::Link(_, to) => ui.link(face).on_hover_text(to).clicked(),
        }
    }
}

/// A warning, a text at the right, and something to the left of that. Whether that text was clicked
/// on.
fn strip_ui(
    ui: &mut Ui,
    text: &str,
    right: Right<'_>,
    (ink, ground): (Color32, Color32),
    beside: f32,
    add: impl FnOnce(&mut Ui),
) -> bool {
    ui.add_space(theme::GAP);
    let mut clicked = false;
    theme::banner_frame(ground).show(ui, |ui| {
        ui.set_width(ui.available_width());
        if ui.available_width() < one_line_from(ui, text, right.words(), beside) {
            // Lines of text, not of controls; the second begins where the text of the first does.
            ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
            ui.spacing_mut().interact_size.y = theme::BODY_LINE;
            ui.horizontal(|ui| marked_line(ui, icons::WARNING, text, ink));
            ui.horizontal_wrapped(|ui| {
                ui.add_space(theme::ICON_SIZE + theme::GAP_SMALL - ui.spacing().item_spacing.x);
                clicked = right.ui(ui, ink);
                add(ui);
            });
            return;
        }
        ui.horizontal(|ui| {
            from_the_right(ui, |ui| {
                clicked = right.ui(ui, ink);
                add(ui);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    marked_line(ui, icons::WARNING, text, ink);
                });
            });
        });
    });
    clicked
}

/// Nothing found is not nothing there.
fn nothing_found_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let empty = Empty::new(icons::FILTER, "empty-filtered").next("empty-filtered-next");
    if empty.action("empty-show-all").ui(ui, cx) {
        let all = TableCommand::SetFilter(String::new());
        toolbar::table(cx, view, all);
    }
}

fn empty_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let empty = match view.polling {
        Polling::Stopped if view.file.is_some() => match view.file.as_ref().map(|f| &f.state) {
            Some(FileState::Ended(_)) => {
                Empty::new(icons::FILE, "empty-file").next("empty-file-next")
            }
            _ => Empty::new(icons::FILE, "empty-file-reading"),
        },
        Polling::Stopped => Empty::new(icons::INBOX, "empty-stopped").next("empty-stopped-next"),
        Polling::Failing(..) => {
            Empty::new(icons::WARNING, "empty-failing").next("empty-failing-next")
        }
        Polling::Paused => Empty::new(icons::PAUSE, "empty-paused").next("empty-paused-next"),
        Polling::Running | Polling::Stopping => {
            Empty::new(icons::INBOX, "empty-waiting").next("empty-waiting-next")
        }
    };
    let connection = cx.model.connection(view.connection());
    let lacks = connection.and_then(|connection| lack_of(cx, view, connection));
    let empty = match &lacks {
        Some(Lack::Sandbox) => {
            Empty::new(icons::SANDBOX, "empty-sandbox").next("empty-sandbox-next")
        }
        Some(Lack::Keys(_)) => Empty::new(icons::LOCKED, "empty-keys").next("empty-keys-next"),
        None => empty,
    };
    let shown = cx.is_shown(view.id);
    let empty = match shown {
        true => empty.seen_as(Sight::Messages),
        false => empty,
    };
    empty.below_ui(ui, cx, MORE_WHILE_WAITING, |ui, cx| {
        if let Some(lacks) = lacks {
            ui.add_space(theme::PAD);
            return lack_ui(ui, cx, lacks);
        }
        if !matches!(view.polling, Polling::Running) {
            return;
        }
        let mode = view.source.as_ref().map(|source| source.consume.mode);
        card::empty_ui(ui, cx, mode.unwrap_or_default().into());
        if *view.connection() == ConnectionId::Sandbox {
            samples::offer_ui(ui, cx);
        }
    });
}

/// What has to be there before anything can arrive.
enum Lack {
    /// The sandbox does not run.
    Sandbox,
    /// The connection has no keys.
    Keys(ConnectionId),
}

fn lack_of(cx: &Context<'_>, view: &Subscription, connection: &Connection) -> Option<Lack> {
    if view.file.is_some() {
        return None;
    }
    match (&connection.id, cx.model.sandbox(), &connection.keys) {
        (ConnectionId::Sandbox, SandboxState::Failed, _) => Some(Lack::Sandbox),
        (ConnectionId::Profile(_), _, KeysState::Missing) => {
            Some(Lack::Keys(connection.id.clone()))
        }
        _ => None,
    }
}

fn lack_ui(ui: &mut Ui, cx: &mut Context<'_>, lacks: Lack) {
    let t = cx.texts;
    match lacks {
        Lack::Sandbox => {
            if ui.button(t.get("sandbox-start")).clicked() {
                cx.command(Command::Sandbox(SandboxCommand::Start));
            }
            ui.add_space(theme::GAP);
            if link_button(ui, t.get("empty-add-connection"), cx.palette).clicked() {
                wishes::wish(ui.ctx(), Wish::AddConnection);
            }
        }
        Lack::Keys(id) => {
            if ui.button(t.get("empty-keys-add")).clicked() {
                wishes::wish(ui.ctx(), Wish::GiveKeys(id));
            }
        }
    }
}
