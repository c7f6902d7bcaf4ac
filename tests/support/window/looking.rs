//! What can be seen in the window, found by accessible names as a screen reader finds it.

use egui::accesskit::{Role, Toggled};
use egui::{Event, Pos2, Rect};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{Place, Window, audit, is_field, is_inert, name_of};

impl Window {
    /// Everything that has a name or is a text, with its role, in the order of the tree.
    pub(crate) fn things(&self) -> Vec<(Role, String)> {
        self.nodes()
            .map(|node| (node.accesskit_node().role(), name_of(&node)))
            .filter(|(_, name)| !name.is_empty())
            .collect()
    }

    /// What is in the tree, but for what is only there to be announced.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let all = self.harness.root().children_recursive();
        all.filter(|node| {
            let data = node.accesskit_node();
            data.data().live().is_none() || data.data().bounds().is_some()
        })
    }

    /// All of the tree, as a screen reader is given it.
    pub(crate) fn root(&self) -> Node<'_> {
        self.harness.root()
    }

    /// Asks something of a node, as a screen reader does.
    pub(crate) fn request(&mut self, request: egui::accesskit::ActionRequest) {
        self.harness.event(Event::AccessKitActionRequest(request));
        self.settle();
    }

    /// The announcements that are there.
    pub(crate) fn announced(&self) -> Vec<String> {
        let all = audit::things(self.harness.root());
        let live = all.into_iter().filter(|thing| thing.live);
        live.map(|thing| thing.name).collect()
    }

    /// The tree, for somebody who looks for the reason of a failure.
    pub(crate) fn tree(&self) -> String {
        self.nodes()
            .filter(|node| node.accesskit_node().role() != Role::TextRun)
            .filter_map(|node| {
                let inner = node.accesskit_node();
                let (name, value) = (name_of(&node), inner.value().unwrap_or_default());
                (!name.is_empty() || !value.is_empty()).then(|| {
                    let off = if inner.is_disabled() { " (off)" } else { "" };
                    format!("  {:?}{off} {name:?} = {value:?}\n", inner.role())
                })
            })
            .collect()
    }

    /// Things of these roles with their names, and whether they are said to be neither on nor off.
    pub(crate) fn usable(&self, roles: &[Role]) -> Vec<(Role, String, bool)> {
        self.nodes()
            .filter(|node| roles.contains(&node.accesskit_node().role()))
            .map(|node| {
                let inner = node.accesskit_node();
                let mixed = inner.toggled() == Some(Toggled::Mixed);
                (inner.role(), name_of(&node), mixed)
            })
            .collect()
    }

    /// The name of the one button, or row that can be pressed as one, whose name holds this.
    #[track_caller]
    pub(crate) fn button_with(&self, part: &str) -> String {
        let mut found = self.things();
        let is_button = |role: Role| matches!(role, Role::Button | Role::Row);
        found.retain(|(role, name)| is_button(*role) && name.contains(part));
        assert_eq!(found.len(), 1, "buttons with {part:?}:\n{}", self.tree());
        found.swap_remove(0).1
    }

    /// Whether something has exactly this name or text.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.count(name) > 0
    }

    /// How many things have exactly this name or text.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.harness.query_all_by_label(name).count()
    }

    /// Whether this can be read, perhaps as a part of a longer text.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.things().iter().any(|(_, name)| name.contains(text))
    }

    /// The texts that hold all of these.
    pub(crate) fn texts_with(&self, part: &str) -> Vec<String> {
        self.things()
            .into_iter()
            .map(|(_, name)| name)
            .filter(|name| name.contains(part))
            .collect()
    }

    /// Fails unless this can be read.
    #[track_caller]
    pub(crate) fn assert_shows(&self, text: &str) {
        assert!(self.shows(text), "{text:?} is not shown:\n{}", self.tree());
    }

    /// Fails if this can be read.
    #[track_caller]
    pub(crate) fn assert_not_shown(&self, text: &str) {
        assert!(!self.shows(text), "{text:?} is shown:\n{}", self.tree());
    }

    /// The one thing of this name that is more than a text.
    #[track_caller]
    pub(super) fn the<'a>(&'a self, name: &'a str) -> Node<'a> {
        let mut found = self
            .harness
            .query_all_by_label(name)
            .filter(|node| !is_inert(node.accesskit_node().role()));
        let Some(node) = found.next() else {
            panic!("there is no {name:?}:\n{}", self.tree());
        };
        let more = found.count();
        assert!(more == 0, "{more} more {name:?}:\n{}", self.tree());
        node
    }

    #[track_caller]
    pub(super) fn field<'a>(&'a self, place: Place, name: &'a str) -> Node<'a> {
        let mut found: Vec<_> = self
            .harness
            .query_all_by_label(name)
            .filter(|node| is_field(node.accesskit_node().role()))
            .collect();
        found.sort_by(|a, b| a.rect().min.x.total_cmp(&b.rect().min.x));
        assert!(!found.is_empty(), "no field {name:?}:\n{}", self.tree());
        match place {
            Place::Only => {
                assert!(found.len() == 1, "several {name:?}:\n{}", self.tree());
                found.swap_remove(0)
            }
            Place::Head => found.swap_remove(0),
            Place::Form => found.swap_remove(found.len() - 1),
        }
    }

    /// Where the middle of something is.
    #[track_caller]
    pub(crate) fn middle(&self, name: &str) -> Pos2 {
        self.the(name).rect().center()
    }

    /// Where the middle of a text is that is shown once.
    #[track_caller]
    pub(crate) fn middle_of_text(&self, text: &str) -> Pos2 {
        let mut found = self.harness.query_all_by_label(text);
        let Some(node) = found.next() else {
            panic!("there is no {text:?}:\n{}", self.tree());
        };
        assert!(found.next().is_none(), "more than one {text:?}");
        node.rect().center()
    }

    /// The place that something takes.
    #[track_caller]
    pub(crate) fn rect(&self, name: &str) -> Rect {
        self.the(name).rect()
    }

    /// What a place of this name takes, such as a card with its texts and buttons.
    #[track_caller]
    pub(crate) fn rect_of_place(&self, name: &str) -> Rect {
        let mut found = self.harness.query_all_by_label(name);
        let place = found.find(|node| audit::is_place(node.accesskit_node().role()));
        let Some(place) = place else {
            panic!("there is no place {name:?}:\n{}", self.tree());
        };
        place.rect()
    }

    /// Where the middle of a field is.
    #[track_caller]
    pub(crate) fn middle_of_field(&self, place: Place, name: &str) -> Pos2 {
        self.field(place, name).rect().center()
    }

    /// What is typed into a field.
    #[track_caller]
    pub(crate) fn value(&self, place: Place, name: &str) -> String {
        self.field(place, name).value().unwrap_or_default()
    }

    /// Whether a field has the keyboard.
    #[track_caller]
    pub(crate) fn has_keyboard(&self, name: &str) -> bool {
        self.field(Place::Only, name).is_focused()
    }

    /// Whether something can be used now.
    #[track_caller]
    pub(crate) fn is_on(&self, name: &str) -> bool {
        !self.the(name).accesskit_node().is_disabled()
    }

    /// Whether a check box or a choice is on.
    #[track_caller]
    pub(crate) fn is_chosen(&self, name: &str) -> bool {
        self.the(name).accesskit_node().toggled() == Some(Toggled::True)
    }

    /// Whether the check box of many things says that some of them are chosen.
    #[track_caller]
    pub(crate) fn is_half_chosen(&self, name: &str) -> bool {
        self.the(name).accesskit_node().toggled() == Some(Toggled::Mixed)
    }

    /// Whether a field is the one that something is wrong with.
    #[track_caller]
    pub(crate) fn is_wrong(&self, name: &str) -> bool {
        let field = self.field(Place::Only, name);
        field.accesskit_node().data().invalid().is_some()
    }
}
