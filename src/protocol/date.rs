//! The `Date` header: RFC 9110 (7231) text to [`Timestamp`] and back. Never reads a clock.

use super::message::Timestamp;

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
    fn writes_and_reads_the_date_that_the_sdks_send() {
        let text = "Sun, 22 Nov 2026 10:14:07 GMT";
        let at = parse_http_date(text);
        assert_eq!(at, Some(Timestamp::from_millis(1_795_342_447_000)));
        assert_eq!(at.map(format_http_date).as_deref(), Some(text));
        assert_eq!(parse_http_date("yesterday"), None);
    }
}
