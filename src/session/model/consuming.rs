//! Views that start to listen, and acks, as far as other parts have a say: limits, read-only connections.

use crate::protocol::{ConsumeMode, Timestamp};

use super::Model;
use crate::session::Job;
use crate::session::acking::AckCommand;
use crate::session::cells::Column;
use crate::session::form::{ConsumeForm, Kind};
use crate::session::say::Say;
use crate::session::subscription::{Source, SubscriptionId};

impl Model {
    pub(super) fn start_consuming(&mut self, id: SubscriptionId, form: ConsumeForm) -> Option<Job> {
        let limits = self.limits_of(&form.connection);
        let (topic, consume) = form.check(&limits).ok()?;
        let source = Source {
            connection: form.connection.clone(),
            topic,
            consume,
        };
        let ordered = form.mode == Kind::Ordered;
        let was_ordered = self.view(id)?.source.as_ref();
        let was_ordered = was_ordered.is_some_and(|s| s.consume.mode == ConsumeMode::Ordered);
        let job = self.views.start(id, form, source)?;
        if let (Job::StartPolling(order), true) = (&job, ordered && !was_ordered)
            && let Some(view) = self.views.get_mut(order.subscription)
        {
            view.table.show_column(Column::ShardingKey);
        }
        Some(job)
    }

    pub(super) fn ack(&mut self, id: SubscriptionId, rows: &[u64], now: Timestamp) -> Option<Job> {
        // A half message is decided on instead.
        if self.view(id)?.checks_halves() || !self.may_ack(id, now)? {
            return None;
        }
        self.views.begin_ack(id, rows, now)
    }

    /// What is to be sent is asked for with [`Model::next_job`].
    pub(super) fn acking(
        &mut self,
        id: SubscriptionId,
        command: AckCommand,
        now: Timestamp,
    ) -> Option<()> {
        let asks_for_more = matches!(command, AckCommand::Selected | AckCommand::Auto(true));
        if asks_for_more && (self.view(id)?.checks_halves() || !self.may_ack(id, now)?) {
            return None;
        }
        let view = self.views.get_mut(id)?;
        if !view.carry_out(command) {
            self.acking_is_busy("acking-busy", now);
        }
        Some(())
    }

    pub(super) fn acking_is_busy(&mut self, what: &'static str, now: Timestamp) {
        let next = Say::new("acking-busy-next");
        self.notices.warn(Say::new(what), String::new(), next, now);
    }

    /// Whether messages of a view may be acked, which is said if not.
    pub(super) fn may_ack(&mut self, id: SubscriptionId, now: Timestamp) -> Option<bool> {
        let connection = self.view(id)?.connection();
        let may = !self.connection(connection)?.profile.read_only;
        if !may {
            self.refuse_read_only(now);
        }
        Some(may)
    }
}
