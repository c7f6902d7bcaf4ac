//! The registry of everything that can be asked for by name: what it is called, where it belongs,
//! which keys it has, when it is possible (`reasons.rs`) and what it does (`perform.rs`). Palette,
//! help, menus, tooltips and the keys themselves read it here, so they cannot disagree.
//!
//! A closed list: to add an action, add a line to it, its reason and its deed.

mod perform;
mod reasons;
mod shortcut;

use egui::{Key, KeyboardShortcut, Ui};
use serde::{Deserialize, Serialize};

use crate::i18n::Texts;

pub(super) use perform::perform;
pub(super) use reasons::{Around, reason};
use shortcut::{alt, command, command_shift, plain, shift};

/// Where an action belongs, and where its keys mean it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The whole window.
    Window,
    /// Moving between the panels and opening them.
    Panels,
    /// Consume views and their tabs.
    Views,
    /// The live table, while nobody types.
    Table,
    /// The head of a column of the live table, while it has the keyboard.
    Columns,
    /// The edge of a panel or a view, while it has the keyboard.
    Edges,
    /// The message in the details.
    Details,
    /// The publish form.
    Publish,
    /// Lists and trees, while one has the keyboard.
    Lists,
    /// Something that lies on top of the window.
    Dialogs,
}

impl Place {
    /// Every place, in the order of the help.
    pub(super) const ALL: [Self; 10] = [
        Self::Window,
        Self::Panels,
        Self::Views,
        Self::Table,
        Self::Columns,
        Self::Edges,
        Self::Details,
        Self::Publish,
        Self::Lists,
        Self::Dialogs,
    ];

    /// Key of its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Window => "place-window",
            Self::Panels => "place-panels",
            Self::Views => "place-views",
            Self::Table => "place-table",
            Self::Columns => "place-columns",
            Self::Edges => "place-edges",
            Self::Details => "place-details",
            Self::Publish => "place-publish",
            Self::Lists => "place-lists",
            Self::Dialogs => "place-dialogs",
        }
    }

    /// Whether its keys are looked at before anything is drawn. The others belong to what is drawn
    /// there, and only while the keyboard does too.
    fn is_global(self) -> bool {
        match self {
            Self::Window | Self::Panels | Self::Views | Self::Publish => true,
            Self::Table
            | Self::Columns
            | Self::Edges
            | Self::Details
            | Self::Lists
            | Self::Dialogs => false,
        }
    }
}

/// What is known of an action.
struct Spec {
    place: Place,
    name: &'static str,
    keys: &'static [KeyboardShortcut],
}

macro_rules! registry {
    ($($action:ident, $place:ident, $name:literal, [$($keys:expr),*];)*) => {
        // Everything that can be asked for. What each one is stands in its name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(super) enum Action {
            $($action,)*
        }

        impl Action {
            // Every action, in the order of the help.
            pub(super) const ALL: &[Self] = &[$(Self::$action),*];

            fn spec(self) -> &'static Spec {
                match self {
                    $(Self::$action => {
                        const SPEC: Spec = Spec {
                            place: Place::$place,
                            name: $name,
                            keys: &[$($keys),*],
                        };
                        &SPEC
                    })*
                }
            }
        }
    };
}

registry! {
    Palette,            Window,  "action-palette",            [command(Key::K)];
    Help,               Window,  "action-help",               [plain(Key::Questionmark), plain(Key::F1)];
    UserGuide,          Window,  "action-guide",              [shift(Key::F1)];
    Troubleshooting,    Window,  "action-troubleshooting",    [];
    Settings,           Window,  "action-settings",           [command(Key::Comma)];
    OpenSettingsFile,   Window,  "action-settings-file",      [];
    SwitchTheme,        Window,  "action-switch-theme",       [];
    SwitchLanguage,     Window,  "action-switch-language",    [];
    ZoomIn,             Window,  "action-zoom-in",            [command(Key::Plus), command(Key::Equals)];
    ZoomOut,            Window,  "action-zoom-out",           [command(Key::Minus)];
    ZoomReset,          Window,  "action-zoom-reset",         [command(Key::Num0)];
    AddConnection,      Window,  "action-add-connection",     [];
    EditConnection,     Window,  "action-edit-connection",    [];
    StartSandbox,       Window,  "sandbox-start",             [];
    RestoreSandbox,     Window,  "sandbox-restore",           [];
    OpenFile,           Window,  "action-open-file",          [command(Key::O)];
    OpenDebugger,       Window,  "debugger-open",             [];
    ShowAround,         Window,  "help-show-around",          [];
    About,              Window,  "help-about",                [];
    Quit,               Window,  "action-quit",               [command(Key::Q)];

    NextPanel,          Panels,  "action-next-panel",         [plain(Key::F6)];
    PreviousPanel,      Panels,  "action-previous-panel",     [shift(Key::F6)];
    ToggleSide,         Panels,  "action-toggle-side",        [command(Key::B)];
    ToggleForm,         Panels,  "action-toggle-form",        [command_shift(Key::B)];
    ToggleDrawer,       Panels,  "action-toggle-drawer",      [command(Key::J)];
    GrowPanel,          Panels,  "action-grow-panel",         [plain(Key::F8)];
    ShrinkPanel,        Panels,  "action-shrink-panel",       [shift(Key::F8)];
    ShowNotices,        Panels,  "action-show-notices",       [];
    ShowHistory,        Panels,  "action-show-history",             [];
    ShowHalves,         Panels,  "action-show-halves",        [];
    ShowTraffic,        Panels,  "action-show-traffic",             [];
    ShowPlots,          Panels,  "action-show-plots",               [];
    ShowSandbox,        Panels,  "action-show-sandbox",             [];

    NewView,            Views,   "view-new",                  [command(Key::T), command(Key::N)];
    CloseView,          Views,   "view-close",                [command(Key::W)];
    NextTab,            Views,   "action-next-tab",           [command(Key::Tab), command(Key::PageDown)];
    PreviousTab,        Views,   "action-previous-tab",       [command_shift(Key::Tab), command(Key::PageUp)];
    MoveTabLeft,        Views,   "action-move-tab-left",      [command_shift(Key::PageUp)];
    MoveTabRight,       Views,   "action-move-tab-right",     [command_shift(Key::PageDown)];
    SplitTab,           Views,   "action-split-tab",          [];
    JoinTabs,           Views,   "action-join-tabs",          [];
    Tab1,               Views,   "action-tab",                [command(Key::Num1)];
    Tab2,               Views,   "action-tab",                [command(Key::Num2)];
    Tab3,               Views,   "action-tab",                [command(Key::Num3)];
    Tab4,               Views,   "action-tab",                [command(Key::Num4)];
    Tab5,               Views,   "action-tab",                [command(Key::Num5)];
    Tab6,               Views,   "action-tab",                [command(Key::Num6)];
    Tab7,               Views,   "action-tab",                [command(Key::Num7)];
    Tab8,               Views,   "action-tab",                [command(Key::Num8)];
    Tab9,               Views,   "action-tab",                [command(Key::Num9)];
    Start,              Views,   "action-start",              [plain(Key::F5)];
    Stop,               Views,   "action-stop",               [shift(Key::F5)];
    Pause,              Views,   "action-pause",              [];
    Resume,             Views,   "action-resume",             [];
    AutoAck,            Views,   "action-auto-ack",           [];
    Export,             Views,   "archive-export",            [];
    Replay,             Views,   "archive-replay",            [];
    ConsumeCode,        Views,   "code-consume-title",        [];
    Letters,            Views,   "letters-open",              [];

    NextRow,            Table,   "action-next-row",           [plain(Key::ArrowDown)];
    PreviousRow,        Table,   "action-previous-row",       [plain(Key::ArrowUp)];
    PageDown,           Table,   "action-page-down",          [plain(Key::PageDown)];
    PageUp,             Table,   "action-page-up",            [plain(Key::PageUp)];
    FirstRow,           Table,   "action-first-row",          [plain(Key::Home)];
    LastRow,            Table,   "action-last-row",           [plain(Key::End)];
    ExtendDown,         Table,   "action-extend-down",        [shift(Key::ArrowDown)];
    ExtendUp,           Table,   "action-extend-up",          [shift(Key::ArrowUp)];
    Select,             Table,   "action-select",             [plain(Key::Space)];
    SelectAll,          Table,   "action-select-all",         [command(Key::A)];
    SelectNone,         Table,   "action-select-none",        [];
    Ack,                Table,   "action-ack",                [plain(Key::A)];
    Commit,             Table,   "action-commit",             [plain(Key::C)];
    RollBack,           Table,   "action-roll-back",          [plain(Key::R)];
    Pin,                Table,   "action-pin",                [plain(Key::P)];
    SendAgain,          Table,   "send-again",                [plain(Key::S)];
    CopyId,             Table,   "copy-id",                   [];
    CopyBody,           Table,   "copy-body",                 [];
    RowMenu,            Table,   "action-row-menu",           [plain(Key::Menu), shift(Key::F10)];
    Details,            Table,   "action-details",            [plain(Key::Enter)];
    Filter,             Table,   "action-filter",             [plain(Key::Slash), command(Key::F)];
    ClearFilter,        Table,   "action-clear-filter",       [];
    Newest,             Table,   "action-newest",             [];

    ColumnLeft,         Columns, "action-column-left",        [shift(Key::ArrowLeft)];
    ColumnRight,        Columns, "action-column-right",       [shift(Key::ArrowRight)];
    ColumnNarrower,     Columns, "action-column-narrower",    [alt(Key::ArrowLeft)];
    ColumnWider,        Columns, "action-column-wider",       [alt(Key::ArrowRight)];

    EdgeLeft,           Edges,   "action-edge-left",          [plain(Key::ArrowLeft)];
    EdgeRight,          Edges,   "action-edge-right",         [plain(Key::ArrowRight)];
    EdgeUp,             Edges,   "action-edge-up",            [plain(Key::ArrowUp)];
    EdgeDown,           Edges,   "action-edge-down",          [plain(Key::ArrowDown)];
    EdgeLeast,          Edges,   "action-edge-least",         [plain(Key::Home)];
    EdgeMost,           Edges,   "action-edge-most",          [plain(Key::End)];

    FindInBody,         Details, "viewer-find-open",          [command(Key::F)];
    SelectBody,         Details, "action-select-body",        [command(Key::A)];
    FindNext,           Details, "viewer-find-next",          [plain(Key::Enter)];
    FindPrevious,       Details, "viewer-find-previous",      [shift(Key::Enter)];
    BackToTable,        Details, "action-back-to-table",      [plain(Key::Escape)];

    Publish,            Publish, "publish-button",            [command(Key::Enter)];
    PublishForm,        Publish, "action-publish-form",       [];
    PublishMany,        Publish, "action-publish-many",       [];
    PublishFile,        Publish, "action-publish-file",       [];
    FormatBody,         Publish, "action-format-body",        [];
    AddProperty,        Publish, "action-add-property",       [];
    PublishCode,        Publish, "code-publish-title",        [];

    ListNext,           Lists,   "action-list-next",          [plain(Key::ArrowDown)];
    ListPrevious,       Lists,   "action-list-previous",      [plain(Key::ArrowUp)];
    ListFirst,          Lists,   "action-list-first",         [plain(Key::Home)];
    ListLast,           Lists,   "action-list-last",          [plain(Key::End)];
    ListPageDown,       Lists,   "action-page-down",          [plain(Key::PageDown)];
    ListPageUp,         Lists,   "action-page-up",            [plain(Key::PageUp)];
    ListMenu,           Lists,   "action-row-menu",           [plain(Key::Menu), shift(Key::F10)];
    Fold,               Lists,   "action-fold",               [plain(Key::ArrowLeft)];
    Unfold,             Lists,   "action-unfold",             [plain(Key::ArrowRight)];
    ToggleFold,         Lists,   "action-toggle-fold",        [plain(Key::Enter), plain(Key::Space)];

    DialogMain,         Dialogs, "action-dialog-main",        [command(Key::Enter)];
    Confirm,            Dialogs, "action-confirm",            [plain(Key::Enter)];
    CloseDialog,        Dialogs, "action-close-dialog",       [plain(Key::Escape)];
}

impl Action {
    /// Where it belongs.
    pub(super) fn place(self) -> Place {
        self.spec().place
    }

    /// Its keys; the first ones are shown.
    pub(super) fn keys(self) -> &'static [KeyboardShortcut] {
        self.spec().keys
    }

    /// What it is called.
    pub(super) fn name(self, t: &Texts) -> String {
        match self.tab() {
            Some(place) => t.format(self.spec().name, &[("n", (place + 1).into())]),
            None => t.get(self.spec().name).to_owned(),
        }
    }

    /// Which tab it shows, counted from 0.
    pub(super) fn tab(self) -> Option<usize> {
        Some(match self {
            Self::Tab1 => 0,
            Self::Tab2 => 1,
            Self::Tab3 => 2,
            Self::Tab4 => 3,
            Self::Tab5 => 4,
            Self::Tab6 => 5,
            Self::Tab7 => 6,
            Self::Tab8 => 7,
            Self::Tab9 => 8,
            _ => return None,
        })
    }

    /// Its keys as they are written, if it has any.
    pub(super) fn shortcut(self, ctx: &egui::Context, t: &Texts) -> Option<String> {
        let keys = self.keys().first()?;
        Some(shortcut::words(keys, ctx.os(), t))
    }

    /// The same to be spoken.
    pub(super) fn shortcut_aloud(self, ctx: &egui::Context, t: &Texts) -> Option<String> {
        let keys = self.keys().first()?;
        Some(shortcut::spoken(keys, ctx.os(), t))
    }

    /// All its keys as they are written.
    pub(super) fn shortcuts(self, ctx: &egui::Context, t: &Texts) -> Vec<String> {
        let words = |keys| shortcut::words(keys, ctx.os(), t);
        self.keys().iter().map(words).collect()
    }

    /// Its name with its keys: what a tooltip says.
    pub(super) fn hint(self, ctx: &egui::Context, t: &Texts) -> String {
        self.with_keys(ctx, t, &self.name(t))
    }

    /// Another text with its keys, where a tooltip says more than the name.
    pub(super) fn with_keys(self, ctx: &egui::Context, t: &Texts, text: &str) -> String {
        match self.shortcut(ctx, t) {
            Some(keys) => format!("{text} ({keys})"),
            None => text.to_owned(),
        }
    }

    /// Whether its keys were pressed, for whoever has the keyboard. Nobody else gets them then.
    pub(super) fn taken(self, ui: &Ui) -> bool {
        let typing = ui.text_edit_focused();
        self.taken_while(ui, typing)
    }

    /// The same in a field, for keys that mean something there.
    pub(super) fn taken_in_field(self, ctx: &egui::Context) -> bool {
        self.taken_while(ctx, false)
    }

    /// Whether its keys were what somebody left this field with.
    pub(super) fn left(self, field: &egui::Response) -> bool {
        field.lost_focus() && self.taken_in_field(&field.ctx)
    }

    fn taken_while(self, ctx: &egui::Context, typing: bool) -> bool {
        let mut keys = self.keys().iter();
        keys.any(|keys| {
            let can = !typing || (shortcut::works_while_typing(keys) && !self.is_left_to_fields());
            can && ctx.input_mut(|input| shortcut::take(input, keys))
        })
    }

    /// Whether a field has a use of its own for its keys: Ctrl+W takes away a word, Ctrl+A marks
    /// all of it.
    fn is_left_to_fields(self) -> bool {
        matches!(self, Self::CloseView | Self::SelectAll | Self::SelectBody)
    }
}

/// What was asked for by keys that mean the same everywhere. Nothing while something lies on top
/// of the window: there the keys belong to that.
pub(super) fn pressed(ctx: &egui::Context) -> Vec<Action> {
    if ctx.memory(|memory| memory.top_modal_layer().is_some()) {
        return Vec::new();
    }
    let typing = ctx.text_edit_focused();
    let everywhere = Action::ALL.iter().copied();
    everywhere
        .filter(|action| action.place().is_global())
        .filter(|action| action.taken_while(ctx, typing))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn every_action_and_every_place_has_a_name_in_both_languages() {
        for lang in Lang::ALL {
            let t = Texts::of(lang);
            let mut names = HashSet::new();
            for action in Action::ALL {
                let name = action.name(t);
                assert!(!name.starts_with("action-"), "{action:?} has no name");
                assert!(!name.is_empty() && name != action.spec().name, "{action:?}");
                // Two of one name in one place could not be told apart.
                let known = (action.place().name(), name);
                assert!(names.insert(known.clone()), "{known:?} twice");
            }
            for place in Place::ALL {
                assert_ne!(t.get(place.name()), place.name());
            }
        }
    }

    #[test]
    fn no_keys_mean_two_things_in_one_place() {
        let mut seen = HashSet::new();
        for action in Action::ALL {
            // What is looked at first must not take what somebody else waits for: the global ones
            // are one place.
            let place = match action.place().is_global() {
                true => Place::Window,
                false => action.place(),
            };
            for keys in action.keys() {
                let keys = format!("{place:?} {keys:?}");
                assert!(seen.insert(keys.clone()), "{action:?}: {keys}");
            }
        }
    }

    #[test]
    fn global_keys_are_none_that_one_types() {
        let writes = |action: &Action| {
            let mut keys = action.keys().iter();
            keys.any(|keys| !shortcut::works_while_typing(keys))
        };
        let typed: Vec<_> = Action::ALL
            .iter()
            .filter(|action| action.place().is_global() && writes(action))
            .collect();
        // The help, as everywhere; nowhere while one types.
        assert_eq!(typed, [&Action::Help]);
    }

    #[test]
    fn ids_are_stable_words() {
        let id = |action| serde_json::to_value(action).unwrap_or_default();
        assert_eq!(id(Action::SendAgain), "send-again");
        let ids: HashSet<_> = Action::ALL.iter().map(|a| id(*a).to_string()).collect();
        assert_eq!(ids.len(), Action::ALL.len());
    }
}
