//! Where the things lie that somebody is shown around to. Each tells its place while it is drawn, and
//! what was not drawn in this pass has none.

use egui::{Context, Id, Rect};

/// Something to be pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sight {
    /// The button that publishes.
    Publish,
    /// The tab of the publish form, where it is one.
    PublishTab,
    /// Where the first messages of the shown view stand.
    Messages,
    /// The tab of the shown view.
    ViewTab,
    /// What adds a connection.
    AddConnection,
}

impl Sight {
    fn id(self) -> Id {
        Id::unique(("sight", self))
    }
}

/// It is here.
pub(super) fn saw(ctx: &Context, sight: Sight, rect: Rect) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| data.insert_temp(sight.id(), (pass, rect)));
}

/// Where the first of these is that was drawn in this pass.
pub(super) fn find(ctx: &Context, sights: &[Sight]) -> Option<Rect> {
    let pass = ctx.cumulative_pass_nr();
    sights.iter().find_map(|sight| {
        let (seen, rect): (u64, Rect) = ctx.data(|data| data.get_temp(sight.id()))?;
        (seen == pass && rect.is_positive()).then_some(rect)
    })
}
