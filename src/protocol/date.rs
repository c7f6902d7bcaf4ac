//! Times as people and headers write them: the `Date` header (RFC 9110) and lengths of time such
//! as `1h 30m`. Never reads a clock.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

use super::message::Timestamp;

/// Reads a length of time: `10s`, `5m`, `1h 30m`, `2 days`; a day has 24 hours. `None` if it is
/// none, or negative.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let span: Span = text.trim().parse().ok()?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(length).ok()
}

/// Writes `Sun, 22 Nov 2026 10:14:07 GMT`.
///
/// Times outside the years 0 to 9999 are written as the start of the Unix epoch.
pub fn format_http_date(at: Timestamp) -> String {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    printer
        .timestamp_to_rfc9110_string(&at)
        .unwrap_or_else(|_| "Thu, 01 Jan 1970 00:00:00 GMT".to_owned())
}

/// Reads a `Date` header; `None` if it is not a date of RFC 9110 or RFC 2822.
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    let at = parser.parse_timestamp(text.trim()).ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read() {
        let check = |text: &str, millis: Option<u64>| {
            assert_eq!(
                parse_duration(text),
                millis.map(Duration::from_millis),
                "{text}"
            );
        };
        check("10s", Some(10_000));
        check(" 1h 30m ", Some(5_400_000));
        check("2 days", Some(172_800_000));
        check("1d", Some(86_400_000));
        check("-5s", None);
        check("soon", None);
        check("", None);
    }

    #[test]
    fn writes_and_reads_the_date_that_the_sdks_send() {
        let text = "Sun, 22 Nov 2026 10:14:07 GMT";
        let at = parse_http_date(text);
        assert_eq!(at, Some(Timestamp::from_millis(1_795_342_447_000)));
        assert_eq!(at.map(format_http_date).as_deref(), Some(text));
        assert_eq!(parse_http_date("yesterday"), None);
    }
}
