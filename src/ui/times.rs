//! Instants in words: the only place that writes one, in the time zone and the format of the
//! settings. How long something takes or has left is a countdown's or an age's business.

use egui::{Color32, Label, Response, RichText, Ui};
use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::config::TimeFormat;
use crate::protocol::Timestamp;

use super::context::Context;

/// Width of a column of times: of those of a day, and with all that there is of an instant.
const COLUMN: f32 = 70.0;
const COLUMN_FULL: f32 = 206.0;

impl Context<'_> {
    /// An instant that stands by itself, as in a column.
    pub(super) fn time(&self, at: Timestamp) -> String {
        match self.model.preferences().time_format {
            TimeFormat::Relative => self.relative(at),
            TimeFormat::Absolute | TimeFormat::Full => self.clock_time(at),
        }
    }

    /// What [`Context::time`] leaves out, for whoever points at it.
    pub(super) fn with_all_of(&self, response: Response, at: Timestamp) -> Response {
        match self.model.preferences().time_format {
            TimeFormat::Full => response,
            TimeFormat::Absolute | TimeFormat::Relative => {
                response.on_hover_ui(|ui| drop(ui.label(in_full(at, self.model.zone()))))
            }
        }
    }

    /// The cell of a table with an instant in it.
    pub(super) fn time_cell(&self, ui: &mut Ui, at: Timestamp, ink: Color32) {
        let text = RichText::new(self.time(at)).color(ink);
        let whole = self.model.preferences().time_format == TimeFormat::Full;
        let label = Label::new(text).truncate().selectable(false);
        self.with_all_of(ui.add(label.show_tooltip_when_elided(whole)), at);
    }

    /// An instant inside of a sentence, which says itself whether it is over.
    pub(super) fn clock_time(&self, at: Timestamp) -> String {
        let zone = self.model.zone();
        match self.model.preferences().time_format {
            TimeFormat::Full => in_full(at, zone),
            TimeFormat::Absolute | TimeFormat::Relative => of_day(at, self.now, zone),
        }
    }

    /// Room that a column of times wants.
    pub(super) fn time_width(&self) -> f32 {
        match self.model.preferences().time_format {
            TimeFormat::Full => COLUMN_FULL,
            TimeFormat::Absolute | TimeFormat::Relative => COLUMN,
        }
    }

    fn relative(&self, at: Timestamp) -> String {
        let t = self.texts;
        let (key, age) = match at.cmp(&self.now) {
            std::cmp::Ordering::Less => ("time-ago", self.age(at)),
            std::cmp::Ordering::Equal => return t.get("time-now").to_owned(),
            std::cmp::Ordering::Greater => ("time-ahead", self.span(at.since(self.now))),
        };
        t.format(key, &[("age", age.into())])
    }
}

fn zoned(at: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    let at = jiff::Timestamp::from_millisecond(at.millis()).ok()?;
    Some(at.to_zoned(zone.clone()))
}

/// Time of day, or the date as well if it is not today's.
fn of_day(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let Some(then) = zoned(at, zone) else {
        return at.millis().to_string();
    };
    let today = zoned(now, zone).is_some_and(|now| now.date() == then.date());
    let format = if today {
        "%H:%M:%S"
    } else {
        "%Y-%m-%d %H:%M:%S"
    };
    then.strftime(format).to_string()
}

/// Date, time to the millisecond, and offset from UTC.
fn in_full(at: Timestamp, zone: &TimeZone) -> String {
    match zoned(at, zone) {
        Some(then) => then.strftime("%Y-%m-%d %H:%M:%S%.3f %:z").to_string(),
        None => at.millis().to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_the_zone_that_was_chosen() {
        let utc = TimeZone::UTC;
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        // Sun, 22 Nov 2026 23:30:00.042 GMT, already Monday in Shanghai.
        let at = Timestamp::from_millis(1_795_390_200_042);
        assert_eq!(of_day(at, at, &utc), "23:30:00");
        assert_eq!(of_day(at, at, &shanghai), "07:30:00");
        let later = at.offset_millis(3_600_000);
        assert_eq!(of_day(at, later, &utc), "2026-11-22 23:30:00");
        assert_eq!(of_day(at, later, &shanghai), "07:30:00");
        assert_eq!(in_full(at, &utc), "2026-11-22 23:30:00.042 +00:00");
        assert_eq!(in_full(at, &shanghai), "2026-11-23 07:30:00.042 +08:00");
    }
}
