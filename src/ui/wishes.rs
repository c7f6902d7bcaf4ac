//! What one panel wants another to open: put down while the one is drawn, taken up when the other is,
//! in this frame or the next.

use egui::{Context, Id};

use crate::session::ConnectionId;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// The form of a new connection.
    AddConnection,
    /// The form of a connection, where its keys are typed.
    GiveKeys(ConnectionId),
}

fn id() -> Id {
    Id::unique("wish")
}

/// Puts it down.
pub(super) fn wish(ctx: &Context, wish: Wish) {
    ctx.data_mut(|data| data.insert_temp(id(), Some(wish)));
    ctx.request_repaint();
}

/// Takes it up.
pub(super) fn take(ctx: &Context) -> Option<Wish> {
    ctx.data_mut(|data| data.remove_temp::<Option<Wish>>(id()))
        .flatten()
}
