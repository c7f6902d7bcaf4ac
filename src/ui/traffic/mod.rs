//! The drawer of the traffic: every exchange of every connection, newest first, with filters; the
//! exchange that is looked at beside it. Asks for nothing of the network.

mod copy;
mod exchange;
mod list;
mod save;
mod summary;
mod words;

use egui::{Button, RichText, TextEdit, Ui};

use crate::session::{Class, Command, ConnectionId, ExchangeKind, TrafficCommand, TrafficFilter};

use super::arranged::Sizes;
use super::connections::connection_name;
use super::context::{Context, bytes};
use super::empty::Empty;
use super::pane::{Pane, Side};
use super::regions::saw_right;
use super::theme;
use super::theme::icons;
use super::toolbar::filter_problem;
use super::widgets::{choice_menu, complaint, from_the_right, named};

use exchange::ExchangePane;
pub(super) use list::LIST;
use save::SaveForm;

/// Width of the details.
const DETAILS: std::ops::RangeInclusive<f32> = 320.0..=760.0;

/// What the details leave the list, which has columns that get no narrower.
const LIST_LEAST: f32 = 480.0;

/// Width of the filter's text.
const FILTER: f32 = 200.0;

/// What the drawer keeps.
#[derive(Default)]
pub(super) struct TrafficPane {
    exchange: ExchangePane,
    save: Option<SaveForm>,
}

impl TrafficPane {
    /// What goes on the line of the drawer's tabs.
    pub(super) fn head_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let mut filter = cx.model.traffic().filter().clone();
        text_ui(ui, cx, &mut filter);
        menus_ui(ui, cx, &mut filter);
        if filter != *cx.model.traffic().filter() {
            ask(cx, TrafficCommand::Filter(Box::new(filter)));
        }
        from_the_right(ui, |ui| {
            let t = cx.texts;
            let traffic = cx.model.traffic();
            let any = !traffic.is_empty() || traffic.focused().is_some();
            let button = Button::new(t.get("traffic-clear"));
            if ui.add_enabled(any, button).clicked() {
                ask(cx, TrafficCommand::Clear);
            }
            let (face, pause) = match traffic.is_paused() {
                true => (t.get("traffic-resume"), false),
                false => (t.get("traffic-pause"), true),
            };
            if ui.button(face).clicked() {
                ask(cx, TrafficCommand::Pause(pause));
            }
            let save = Button::new(t.get("traffic-save"));
            if ui.add_enabled(any && !traffic.is_saving(), save).clicked() {
                self.save = Some(SaveForm::new(cx));
            }
        });
    }

    /// List and details; an id to look for in the history, if that was asked for.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        sizes: &mut Sizes,
    ) -> Option<String> {
        if self.save.as_mut().is_some_and(|form| form.ui(ui, cx)) {
            self.save = None;
        }
        let mut sought = None;
        if cx.model.traffic().focused().is_some() {
            let room = ui.available_width();
            let most = (room - LIST_LEAST).clamp(*DETAILS.start(), *DETAILS.end());
            let width = (room * 0.46).clamp(*DETAILS.start(), most);
            let pane = Pane {
                id: "exchange",
                name: cx.texts.get("pane-exchange"),
                side: Side::Right,
                first: width,
                limits: *DETAILS.start()..=most,
                frame: theme::panel_frame(ui.ctx()),
            };
            let panel = pane.show(ui, cx.texts, sizes, |ui, _| self.exchange.ui(ui, cx));
            saw_right(ui.ctx(), panel.response.rect);
            sought = panel.inner;
        }
        notes_ui(ui, cx);
        if cx.model.traffic().shown() == 0 {
            empty_ui(ui, cx);
        } else {
            list::ui(ui, cx);
        }
        sought
    }
}

fn ask(cx: &mut Context<'_>, command: TrafficCommand) {
    cx.command(Command::Traffic(command));
}

fn text_ui(ui: &mut Ui, cx: &Context<'_>, filter: &mut TrafficFilter) {
    let t = cx.texts;
    let edit = TextEdit::singleline(&mut filter.text)
        .id_salt("traffic filter")
        .desired_width(FILTER)
        .hint_text(theme::hint(t.get("traffic-filter-hint")));
    let response = ui.add(edit);
    let response = named(ui, response, egui::Role::TextInput, t.get("traffic-filter"));
    response.on_hover_text(t.get("traffic-filter-help"));
}

fn menus_ui(ui: &mut Ui, cx: &Context<'_>, filter: &mut TrafficFilter) {
    let t = cx.texts;
    let connections = cx.model.connections();
    if connections.len() > 1 {
        let names: Vec<String> = connections
            .iter()
            .map(|connection| connection_name(cx, connection))
            .collect();
        let mut choices = vec![(None, t.get("traffic-all-connections"))];
        choices.extend((0..).map(Some).zip(names.iter().map(String::as_str)));
        let place = |id: &ConnectionId| connections.iter().position(|c| c.id == *id);
        let mut chosen = filter.connection.as_ref().and_then(place);
        choice_menu(ui, t.get("field-connection"), &mut chosen, &choices);
        filter.connection = chosen.map(|place| connections[place].id.clone());
    }
    let mut kinds = vec![(None, t.get("traffic-all-kinds"))];
    kinds.extend(ExchangeKind::ALL.map(|kind| (Some(kind), t.get(words::kind(kind)))));
    choice_menu(ui, t.get("traffic-kind"), &mut filter.kind, &kinds);
    let mut classes = vec![(None, t.get("traffic-all-statuses"))];
    classes.extend(Class::ALL.map(|class| (Some(class), t.get(words::class(class)))));
    choice_menu(ui, t.get("traffic-status"), &mut filter.class, &classes);
}

/// What is not as one might think, and how much there is.
fn notes_ui(ui: &mut Ui, cx: &Context<'_>) {
    let (t, p) = (cx.texts, cx.palette);
    let traffic = cx.model.traffic();
    if let Some(problem) = traffic.problem() {
        complaint(ui, &filter_problem(cx, problem), p);
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let values = [
            ("shown", traffic.shown().into()),
            ("all", traffic.len().into()),
            ("size", bytes(traffic.bytes()).into()),
        ];
        let count = match traffic.filter().is_empty() {
            true => t.format("traffic-count", &values[1..]),
            false => t.format("traffic-shown", &values),
        };
        ui.label(theme::dim(ui.ctx(), count));
        for (key, n) in [
            ("traffic-evicted", traffic.evicted()),
            ("traffic-missed", traffic.missed()),
        ] {
            if n > 0 {
                let text = t.format(key, &[("n", n.into())]);
                ui.label(RichText::new(text).color(p.soon));
            }
        }
        if traffic.is_paused() {
            ui.label(RichText::new(t.get("traffic-paused")).color(p.soon));
        }
        match traffic.saved() {
            Some(Ok(saved)) => {
                let values = [
                    ("n", saved.count.into()),
                    ("path", saved.path.display().to_string().into()),
                ];
                ui.label(RichText::new(t.format("traffic-saved", &values)).color(p.ok));
            }
            Some(Err(trouble)) => {
                let text = format!(
                    "{} · {} · {}",
                    cx.say(&trouble.what),
                    trouble.detail,
                    cx.say(&trouble.next)
                );
                ui.label(RichText::new(text).color(p.bad));
            }
            None => {}
        }
        if traffic.is_searching() {
            ui.label(theme::dim(ui.ctx(), t.get("traffic-searching")));
        }
    });
}

fn empty_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let traffic = cx.model.traffic();
    let empty = match (traffic.is_empty(), traffic.is_searching()) {
        (true, _) => Empty::new(icons::TRAFFIC, "traffic-none").next("traffic-none-next"),
        (false, true) => return,
        (false, false) => Empty::new(icons::FILTER, "traffic-not-found").action("traffic-show-all"),
    };
    if empty.ui(ui, cx) {
        ask(cx, TrafficCommand::Filter(Box::default()));
    }
}
