//! Every setting: its words, its choices, and what is typed until it makes sense.

use egui::{Key, TextEdit, Ui};

use crate::config::{
    AskBefore, Density, LanguageChoice, Motion, Preferences, ProxyChoice, Question, ThemeChoice,
    TimeFormat, TimeZoneChoice, holds_password,
};
use crate::i18n::Lang;
use crate::ui::context::{Context, bytes};
use crate::ui::theme;
use crate::ui::widgets::{check_box, complaint, link_button, mark_wrong, named, remark};

use super::rows::{choices_ui, number_ui, row_ui, section_ui};

/// Places that are offered for what is typed.
const PLACES: usize = 6;

/// What is typed and does not hold yet; `None` while the field is not there.
#[derive(Default)]
pub(super) struct Typed {
    zone: Option<String>,
    proxy: Option<String>,
    places: Option<Vec<String>>,
}

impl Typed {
    /// Whoever closes the settings has left the field: what is typed to its end holds.
    pub(super) fn take(&mut self, new: &mut Preferences) {
        if let Some(Ok(url)) = self.proxy.as_ref().map(|text| text.parse()) {
            new.proxy = ProxyChoice::Url(url);
            self.proxy = None;
        }
        // What means nothing yet is there when they are opened again.
        self.proxy.take_if(|text| text.trim().is_empty());
        self.zone
            .take_if(|text| text.trim().is_empty() || text.parse::<TimeZoneChoice>().is_ok());
    }
}

/// Which of the three kinds something is that can also be typed.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    First,
    Second,
    Typed,
}

pub(super) fn ui(ui: &mut Ui, cx: &Context<'_>, new: &mut Preferences, typed: &mut Typed) {
    let t = cx.texts;
    section_ui(ui, t.get("settings-looks"));
    looks_ui(ui, cx, new);
    section_ui(ui, t.get("settings-times"));
    zone_ui(ui, cx, &mut new.time_zone, typed);
    format_ui(ui, cx, new);
    section_ui(ui, t.get("settings-views"));
    views_ui(ui, cx, new);
    section_ui(ui, t.get("settings-connections"));
    proxy_ui(ui, cx, &mut new.proxy, &mut typed.proxy);
    section_ui(ui, t.get("settings-ask"));
    remark(ui, t.get("settings-ask-why"), cx.palette.dim);
    ask_ui(ui, cx, &mut new.ask_before);
}

fn looks_ui(ui: &mut Ui, cx: &Context<'_>, new: &mut Preferences) {
    let t = cx.texts;
    let begin = Preferences::default();
    let name = t.get("settings-theme");
    let themes = [
        (ThemeChoice::System, t.get("settings-system")),
        (ThemeChoice::Dark, t.get("settings-dark")),
        (ThemeChoice::Light, t.get("settings-light")),
    ];
    if row_ui(ui, cx, name, "", new.theme != begin.theme, |ui| {
        choices_ui(ui, name, &mut new.theme, &themes);
    }) {
        new.theme = begin.theme;
    }
    let name = t.get("settings-language");
    let languages = [
        (LanguageChoice::System, t.get("settings-system")),
        (LanguageChoice::En, Lang::En.name()),
        (LanguageChoice::ZhCn, Lang::ZhCn.name()),
    ];
    if row_ui(ui, cx, name, "", new.language != begin.language, |ui| {
        choices_ui(ui, name, &mut new.language, &languages);
    }) {
        new.language = begin.language;
    }
    let name = t.get("settings-density");
    let densities = [
        (Density::Comfortable, t.get("settings-comfortable")),
        (Density::Compact, t.get("settings-compact")),
    ];
    let why = t.get("settings-density-why");
    if row_ui(ui, cx, name, why, new.density != begin.density, |ui| {
        choices_ui(ui, name, &mut new.density, &densities);
    }) {
        new.density = begin.density;
    }
    let name = t.get("settings-motion");
    let motions = [
        (Motion::System, t.get("settings-system")),
        (Motion::Full, t.get("settings-motion-full")),
        (Motion::Reduced, t.get("settings-motion-reduced")),
    ];
    let why = t.get("settings-motion-why");
    if row_ui(ui, cx, name, why, new.motion != begin.motion, |ui| {
        choices_ui(ui, name, &mut new.motion, &motions);
    }) {
        new.motion = begin.motion;
    }
}

fn zone_ui(ui: &mut Ui, cx: &Context<'_>, zone: &mut TimeZoneChoice, typed: &mut Typed) {
    let t = cx.texts;
    let name = t.get("settings-zone");
    let why = t.get("settings-zone-why");
    let mut kind = match (&typed.zone, &zone) {
        (Some(_), _) | (None, TimeZoneChoice::Named(_)) => Kind::Typed,
        (None, TimeZoneChoice::Local) => Kind::First,
        (None, TimeZoneChoice::Utc) => Kind::Second,
    };
    let old = kind;
    let changed = *zone != TimeZoneChoice::default();
    let reset = row_ui(ui, cx, name, why, changed, |ui| {
        let kinds = [
            (Kind::First, t.get("settings-zone-local")),
            (Kind::Second, "UTC"),
            (Kind::Typed, t.get("settings-zone-place")),
        ];
        choices_ui(ui, name, &mut kind, &kinds);
        if kind == Kind::Typed {
            place_ui(ui, cx, zone, typed);
        }
    });
    if reset {
        *zone = TimeZoneChoice::default();
        typed.zone = None;
    } else if kind != old {
        match kind {
            Kind::First => *zone = TimeZoneChoice::Local,
            Kind::Second => *zone = TimeZoneChoice::Utc,
            Kind::Typed => {}
        }
        typed.zone = (kind == Kind::Typed).then(String::new);
    }
}

/// The field for a place, and those that what is typed may mean.
fn place_ui(ui: &mut Ui, cx: &Context<'_>, zone: &mut TimeZoneChoice, typed: &mut Typed) {
    let t = cx.texts;
    let text = typed.zone.get_or_insert_with(|| zone.to_string());
    let edit = TextEdit::singleline(text)
        .desired_width(240.0)
        .hint_text(theme::hint("Asia/Shanghai"));
    let response = ui.add(edit);
    named(
        ui,
        response,
        egui::Role::TextInput,
        t.get("settings-zone-place"),
    );
    if text.trim().is_empty() {
        return;
    }
    match text.parse::<TimeZoneChoice>() {
        Ok(known) => *zone = known,
        Err(_) => {
            let places = typed.places.get_or_insert_with(TimeZoneChoice::names);
            let wanted = text.trim().to_lowercase().replace(' ', "_");
            let fits = places.iter().filter(|p| p.to_lowercase().contains(&wanted));
            let fits: Vec<&String> = fits.take(PLACES).collect();
            if fits.is_empty() {
                complaint(ui, t.get("settings-zone-unknown"), cx.palette);
            }
            let mut chosen = None;
            ui.horizontal_wrapped(|ui| {
                for place in fits {
                    if link_button(ui, place, cx.palette).clicked() {
                        chosen = Some(place.clone());
                    }
                }
            });
            if let Some(place) = chosen {
                typed.zone = Some(place);
            }
        }
    }
}

fn format_ui(ui: &mut Ui, cx: &Context<'_>, new: &mut Preferences) {
    let t = cx.texts;
    let name = t.get("settings-format");
    let formats = [
        (TimeFormat::Absolute, t.get("settings-format-absolute")),
        (TimeFormat::Full, t.get("settings-format-full")),
        (TimeFormat::Relative, t.get("settings-format-relative")),
    ];
    let changed = new.time_format != TimeFormat::default();
    let why = match new.time_format {
        TimeFormat::Absolute => t.get("settings-format-absolute-why"),
        TimeFormat::Full => t.get("settings-format-full-why"),
        TimeFormat::Relative => t.get("settings-format-relative-why"),
    };
    if row_ui(ui, cx, name, why, changed, |ui| {
        choices_ui(ui, name, &mut new.time_format, &formats);
    }) {
        new.time_format = TimeFormat::default();
    }
}

fn views_ui(ui: &mut Ui, cx: &Context<'_>, new: &mut Preferences) {
    let t = cx.texts;
    let begin = Preferences::default();
    let name = t.get("settings-memory");
    let used = [("used", bytes(cx.model.memory().1).into())];
    let why = t.format("settings-memory-why", &used);
    if row_ui(ui, cx, name, &why, new.memory_mb != begin.memory_mb, |ui| {
        number_ui(ui, name, " MB", &mut new.memory_mb);
    }) {
        new.memory_mb = begin.memory_mb;
    }
    let (views, begin) = (&mut new.new_views, begin.new_views);
    let name = t.get("settings-batch");
    let why = t.get("settings-batch-why");
    if row_ui(ui, cx, name, why, views.batch != begin.batch, |ui| {
        number_ui(ui, name, "", &mut views.batch);
    }) {
        views.batch = begin.batch;
    }
    let name = t.get("settings-wait");
    let why = t.get("settings-wait-why");
    if row_ui(
        ui,
        cx,
        name,
        why,
        views.wait_secs != begin.wait_secs,
        |ui| {
            number_ui(ui, name, t.get("suffix-seconds"), &mut views.wait_secs);
        },
    ) {
        views.wait_secs = begin.wait_secs;
    }
}

fn proxy_ui(ui: &mut Ui, cx: &Context<'_>, proxy: &mut ProxyChoice, typed: &mut Option<String>) {
    let t = cx.texts;
    let name = t.get("settings-proxy");
    let mut kind = match (&typed, &proxy) {
        (Some(_), _) | (None, ProxyChoice::Url(_)) => Kind::Typed,
        (None, ProxyChoice::System) => Kind::First,
        (None, ProxyChoice::None) => Kind::Second,
    };
    let old = kind;
    let why = t.get("settings-proxy-why");
    let changed = *proxy != ProxyChoice::default();
    let reset = row_ui(ui, cx, name, why, changed, |ui| {
        let kinds = [
            (Kind::First, t.get("settings-system")),
            (Kind::Second, t.get("settings-proxy-none")),
            (Kind::Typed, t.get("settings-proxy-address")),
        ];
        choices_ui(ui, name, &mut kind, &kinds);
        if kind == Kind::Typed {
            address_ui(ui, cx, proxy, typed);
        }
    });
    if reset {
        *proxy = ProxyChoice::default();
        *typed = None;
    } else if kind != old {
        match kind {
            Kind::First => *proxy = ProxyChoice::System,
            Kind::Second => *proxy = ProxyChoice::None,
            Kind::Typed => {}
        }
        *typed = (kind == Kind::Typed).then(String::new);
    }
}

/// The field for an address, which holds once it is typed to its end.
fn address_ui(ui: &mut Ui, cx: &Context<'_>, proxy: &mut ProxyChoice, typed: &mut Option<String>) {
    let (t, p) = (cx.texts, cx.palette);
    let text = typed.get_or_insert_with(|| match proxy {
        ProxyChoice::Url(url) => url.with_password().to_owned(),
        ProxyChoice::System | ProxyChoice::None => String::new(),
    });
    let edit = TextEdit::singleline(text)
        .desired_width(280.0)
        .hint_text(theme::hint("http://host:3128"));
    let response = ui.add(edit);
    let left = response.lost_focus() || ui.input(|input| input.key_pressed(Key::Enter));
    let name = t.get("settings-proxy-address");
    let typed = named(ui, response, egui::Role::TextInput, name);
    if text.trim().is_empty() {
        return;
    }
    match text.parse().map(ProxyChoice::Url) {
        Ok(known) if left => *proxy = known,
        Ok(_) => {}
        Err(_) => {
            complaint(ui, t.get("settings-proxy-wrong"), p);
            mark_wrong(ui, &typed, p);
        }
    }
    if holds_password(text) {
        remark(ui, t.get("connection-password-not-kept"), p.soon);
    }
}

fn ask_ui(ui: &mut Ui, cx: &Context<'_>, ask: &mut AskBefore) {
    let t = cx.texts;
    for question in Question::ALL {
        let name = t.get(match question {
            Question::AckMany => "settings-ask-ack-many",
            Question::PublishProduction => "settings-ask-production",
            Question::PublishMany => "settings-ask-publish-many",
            Question::Replay => "settings-ask-replay",
            Question::Resend => "settings-ask-resend",
            Question::Destroy => "settings-ask-destroy",
            Question::CloseView => "settings-ask-close-view",
            Question::Quit => "settings-ask-quit",
            Question::ClearHistory => "settings-ask-clear-history",
            Question::DeleteConnection => "settings-ask-delete-connection",
        });
        ui.add(check_box(ask.switch(question), name));
    }
    if *ask != AskBefore::default()
        && link_button(ui, t.get("settings-ask-all"), cx.palette).clicked()
    {
        *ask = AskBefore::default();
    }
}
