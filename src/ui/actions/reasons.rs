//! When an action is possible, and if it is not, why. Says so before anybody tries: the palette
//! shows the reason beside the name, keys that do nothing say it aloud.

use crate::session::{
    ConnectionId, ConsumeField, Level, Polling, Row, RowState, SandboxState, Subscription, WorkKind,
};

use super::super::context::Context;
use super::Action;

/// What only the window knows.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::ui) struct Around {
    /// How many tabs there are.
    pub(in crate::ui) tabs: usize,
    /// Whether the keyboard is in a panel that can be made larger.
    pub(in crate::ui) resizes: bool,
    /// Whether the window is wide enough for the publish form beside the views.
    pub(in crate::ui) wide: bool,
}

/// Key of why this is not possible just now; nothing if it is.
pub(in crate::ui) fn reason(
    action: Action,
    cx: &Context<'_>,
    around: Around,
) -> Option<&'static str> {
    if let Some(tab) = action.tab() {
        return (tab >= around.tabs).then_some("reason-no-tab");
    }
    let view = cx.model.shown_view();
    match action {
        Action::EditConnection => match cx.model.selected().id {
            ConnectionId::Sandbox => Some("reason-sandbox"),
            ConnectionId::Profile(_) => None,
        },
        Action::StartSandbox => match cx.model.sandbox() {
            SandboxState::Failed => None,
            SandboxState::Starting | SandboxState::Running(_) => Some("reason-sandbox-runs"),
        },
        Action::RestoreSandbox if cx.model.restores_sandbox() => Some("reason-sandbox-restores"),
        Action::RestoreSandbox if cx.model.makeshift().is_none() => Some("reason-sandbox-wished"),
        Action::NextTab
        | Action::PreviousTab
        | Action::MoveTabLeft
        | Action::MoveTabRight
        | Action::SplitTab
        | Action::JoinTabs => (around.tabs < 2).then_some("reason-one-tab"),
        Action::ToggleForm => (!around.wide).then_some("reason-narrow"),
        Action::GrowPanel | Action::ShrinkPanel => (!around.resizes).then_some("reason-no-panel"),
        Action::Publish => of_publish(cx),
        Action::PublishMany | Action::PublishFile => is_publishing(cx),
        Action::FindNext | Action::FindPrevious | Action::SelectBody => Some("reason-in-body"),
        Action::ListNext
        | Action::ListPrevious
        | Action::ListFirst
        | Action::ListLast
        | Action::ListPageDown
        | Action::ListPageUp
        | Action::ListMenu
        | Action::Fold
        | Action::Unfold
        | Action::ToggleFold => Some("reason-in-list"),
        Action::EdgeLeft
        | Action::EdgeRight
        | Action::EdgeUp
        | Action::EdgeDown
        | Action::EdgeLeast
        | Action::EdgeMost => Some("reason-on-edge"),
        Action::ColumnLeft | Action::ColumnRight | Action::ColumnNarrower | Action::ColumnWider => {
            Some("reason-in-columns")
        }
        Action::DialogMain | Action::Confirm | Action::CloseDialog => Some("reason-in-dialog"),
        _ => of_view(action, cx, view?),
    }
}

fn is_publishing(cx: &Context<'_>) -> Option<&'static str> {
    let busy = cx.model.publish().pending || cx.model.outbox().running().is_some();
    busy.then_some("reason-publishing")
}

fn of_publish(cx: &Context<'_>) -> Option<&'static str> {
    match cx.model.selected().profile.read_only {
        true => Some("reason-read-only"),
        false => is_publishing(cx),
    }
}

/// What depends on the view that is shown.
fn of_view(action: Action, cx: &Context<'_>, view: &Subscription) -> Option<&'static str> {
    let is_file = view.file.is_some();
    match action {
        Action::Start | Action::Stop | Action::Pause | Action::Resume | Action::AutoAck
            if is_file =>
        {
            Some("reason-file")
        }
        Action::Start => of_start(cx, view),
        Action::Stop => match view.polling {
            Polling::Stopped => Some("reason-stopped"),
            Polling::Stopping => Some("reason-stopping"),
            Polling::Running | Polling::Paused | Polling::Failing(..) => None,
        },
        Action::Pause => match view.polling {
            Polling::Running | Polling::Failing(..) => None,
            Polling::Paused => Some("reason-paused"),
            Polling::Stopped | Polling::Stopping => Some("reason-stopped"),
        },
        Action::Resume => match view.polling {
            Polling::Paused => None,
            _ => Some("reason-not-paused"),
        },
        Action::AutoAck if !view.takes_acks() => Some("reason-half"),
        Action::AutoAck if !view.acking.is_auto() && is_locked(cx, view) => {
            Some("reason-read-only")
        }
        Action::CloseView => match cx.model.views().len() {
            0 | 1 => Some("reason-last-view"),
            _ if !view.polling.is_stopped() => Some("reason-runs"),
            _ => None,
        },
        Action::Letters => view
            .letters_topic()
            .is_none()
            .then_some("reason-no-letters"),
        Action::Replay if is_replaying(cx) => Some("reason-publishing"),
        Action::ClearFilter => view
            .table
            .filter_text()
            .is_empty()
            .then_some("reason-no-filter"),
        _ => of_rows(action, cx, view),
    }
}

fn of_start(cx: &Context<'_>, view: &Subscription) -> Option<&'static str> {
    if !view.polling.is_stopped() {
        return Some("reason-running");
    }
    let limits = cx.model.limits_of(&view.form.connection);
    let problems = view.form.check(&limits).err()?;
    let wrong = problems
        .iter()
        .find(|problem| problem.level == Level::Error)?;
    Some(match wrong.field {
        ConsumeField::Topic => "reason-topic",
        ConsumeField::Group => "reason-group",
    })
}

fn is_locked(cx: &Context<'_>, view: &Subscription) -> bool {
    let connection = cx.model.connection(view.connection());
    connection.is_some_and(|connection| connection.profile.read_only)
}

fn is_replaying(cx: &Context<'_>) -> bool {
    let work = cx.model.at_work();
    work.iter()
        .any(|work| matches!(work.kind, WorkKind::Replay))
}

/// What depends on its rows.
fn of_rows(action: Action, cx: &Context<'_>, view: &Subscription) -> Option<&'static str> {
    let shown = !view.table.arrangement().is_empty();
    match action {
        Action::NextRow
        | Action::PreviousRow
        | Action::PageDown
        | Action::PageUp
        | Action::FirstRow
        | Action::LastRow
        | Action::ExtendDown
        | Action::ExtendUp
        | Action::SelectAll
        | Action::Newest
        | Action::BackToTable => (!shown).then_some("reason-no-rows"),
        Action::Export | Action::Replay => view.rows.is_empty().then_some("reason-no-rows"),
        Action::SelectNone => (view.rows.selected().len() == 0).then_some("reason-none-selected"),
        Action::Ack if view.checks_halves() => Some("reason-half"),
        Action::Commit | Action::RollBack if !view.checks_halves() => Some("reason-no-half"),
        Action::Ack | Action::Commit | Action::RollBack => of_deed(cx, view),
        Action::Select
        | Action::Pin
        | Action::SendAgain
        | Action::CopyId
        | Action::CopyBody
        | Action::RowMenu
        | Action::Details
        | Action::FindInBody => of_row(action, view),
        _ => None,
    }
}

fn row(view: &Subscription) -> Option<&Row> {
    view.rows.get(view.focused?)
}

fn of_row(action: Action, view: &Subscription) -> Option<&'static str> {
    let Some(row) = row(view) else {
        return Some("reason-no-row");
    };
    let damaged = match action {
        Action::SendAgain | Action::CopyBody => row.message().is_none(),
        Action::CopyId => row.message_id().is_none(),
        _ => false,
    };
    damaged.then_some("reason-damaged")
}

/// Acking, or deciding on, what is selected, or else the row in focus.
fn of_deed(cx: &Context<'_>, view: &Subscription) -> Option<&'static str> {
    if view.file.is_some() {
        return Some("reason-file");
    }
    if is_locked(cx, view) {
        return Some("reason-read-only");
    }
    if view.rows.selected().len() > 0 {
        return view.acking.is_running().then_some("reason-acking");
    }
    let Some(row) = row(view) else {
        return Some("reason-no-row");
    };
    match row.state(cx.now) {
        _ if row.can_ack(cx.now) => None,
        RowState::Acked => Some("reason-acked"),
        RowState::Returned => Some("reason-returned"),
        _ => Some("reason-cannot-ack"),
    }
}
