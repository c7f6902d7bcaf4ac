//! What the window can ask the model: its parts, one by one, and a few questions about several.

use crate::code::Order;
use crate::protocol::{Limits, Profile, Timestamp};

use super::{Connection, EditOutcome, Model, PublishState, SandboxState};
use crate::session::again::Offer;
use crate::session::announcements::Announcements;
use crate::session::archive::Archive;
use crate::session::checkup::Checkup;
use crate::session::control::Control;
use crate::session::debugger::Debugger;
use crate::session::figures::Figures;
use crate::session::folders::Folders;
use crate::session::halves::Halves;
use crate::session::history::History;
use crate::session::letters::Letters;
use crate::session::outbox::Outbox;
use crate::session::paths::Paths;
use crate::session::program::Filled;
use crate::session::reader::Reader;
use crate::session::say::Notice;
use crate::session::subscription::{Subscription, SubscriptionId};
use crate::session::traffic::Traffic;
use crate::session::workspace::Workspace;
use crate::session::{ConnectionId, TopicContent};

impl Model {
    /// Connections; the sandbox is the first.
    pub fn connections(&self) -> &[Connection] {
        &self.connections
    }

    /// The connection one works with.
    pub fn selected(&self) -> &Connection {
        // The sandbox is always there.
        self.connection(&self.selected)
            .unwrap_or(&self.connections[0])
    }

    /// A connection by its id.
    pub fn connection(&self, id: &ConnectionId) -> Option<&Connection> {
        self.connections.iter().find(|c| &c.id == id)
    }

    /// What the selected connection's server takes.
    pub fn limits(&self) -> Limits {
        self.selected().profile.kind.limits()
    }

    /// What the server of a connection takes.
    pub fn limits_of(&self, id: &ConnectionId) -> Limits {
        let kind = self
            .connection(id)
            .map_or(Profile::Sandbox, |c| c.profile.kind);
        kind.limits()
    }

    /// What came back from an earlier run, or was last kept in this one.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// How many messages all views hold together, and when the first and the last of them return.
    pub fn held(&self) -> Option<(usize, Timestamp, Timestamp)> {
        self.views.held()
    }

    /// The embedded broker.
    pub fn sandbox(&self) -> &SandboxState {
        &self.sandbox
    }

    /// Topics and groups of the sandbox.
    pub fn sandbox_content(&self) -> &[TopicContent] {
        &self.content
    }

    /// Consume views, in the order of their tabs.
    pub fn views(&self) -> &[Subscription] {
        self.views.list()
    }

    /// Whether there is something to work off in the next frames, though nothing happens.
    pub fn is_behind(&self) -> bool {
        let behind = |view: &Subscription| view.table.is_busy() || view.rows.is_expiring();
        self.views.list().iter().any(behind)
            || self.views.is_letting_go()
            || self.archive.is_collecting()
            || self.traffic.is_searching()
    }

    /// The view that is shown.
    pub fn shown_view(&self) -> Option<&Subscription> {
        self.views.shown()
    }

    /// A view by its id.
    pub fn view(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.views.get(id)
    }

    /// How publishing goes.
    pub fn publish(&self) -> &PublishState {
        &self.publish
    }

    /// The examination of the connection whose form is open.
    pub fn checkup(&self) -> &Checkup {
        &self.checkup
    }

    /// The signature debugger, and what the embedded sandbox refused.
    pub fn debugger(&self) -> &Debugger {
        &self.debugger
    }

    /// What a program is to be shown for.
    pub fn code(&self) -> Option<&Order> {
        self.code.as_deref()
    }

    /// What became of the variables in that.
    pub fn code_filled(&self) -> Filled {
        self.code_filled
    }

    /// Many messages at once, files of them, templates.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// How saving the profile of this id goes.
    pub fn edit_outcome(&self, profile: &str) -> Option<&EditOutcome> {
        let (id, outcome) = self.edit.as_ref()?;
        (id == profile).then_some(outcome)
    }

    /// Whether a view listens to this connection or holds messages of it: then it can neither be
    /// deleted nor led elsewhere, or the handles would be lost.
    pub fn is_in_use(&self, id: &ConnectionId) -> bool {
        let publishes = self
            .outbox
            .running()
            .is_some_and(|run| run.connection == *id);
        publishes || self.views.use_connection(id)
    }

    /// Notices, newest first.
    pub fn notices(&self) -> impl ExactSizeIterator<Item = &Notice> {
        self.notices.iter()
    }

    /// The same with what tells them apart, whatever comes above them.
    pub fn numbered_notices(&self) -> impl ExactSizeIterator<Item = (u64, &Notice)> {
        self.notices.numbered()
    }

    /// Notices that nobody has looked at yet.
    pub fn unseen_notices(&self) -> usize {
        self.notices.unseen()
    }

    /// What somebody who does not see the window has to be told.
    pub fn announcements(&self) -> &Announcements {
        &self.announcements
    }

    /// The message in the details pane.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// What was published before.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Dead letters that are sent again.
    pub fn letters(&self) -> &Letters {
        &self.letters
    }

    /// Half messages that were published from here.
    pub fn halves(&self) -> &Halves {
        &self.halves
    }

    /// What was last offered to the publish form.
    pub fn offer(&self) -> Option<&Offer> {
        self.offers.newest()
    }

    /// The inside of the sandbox that is looked into.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Exports and replays.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// What went over the wire.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Paths that are typed or chosen.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Where things are kept, as far as somebody asked.
    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    /// What came and went lately, in numbers.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Bytes that the messages of all views may take, and those that they do.
    pub fn memory(&self) -> (usize, usize) {
        self.views.memory()
    }
}
