//! Lengths of time as people write them: `10s`, `5m`, `1h30m`, `2 days`. Points in time are
//! somebody else's business.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Reads a length of time that is not negative.
///
/// # Errors
/// What is wrong with it, for whoever wrote it.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a length of time; write it as 10s, 5m or 1h30m");
    let span: Span = text.trim().parse().map_err(|_| wrong())?;
    let length = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| wrong())?;
    Duration::try_from(length).map_err(|_| format!("{text:?} is negative"))
}

/// Reads a length of time above zero, in whole milliseconds.
///
/// # Errors
/// What is wrong with it, for whoever wrote it.
pub fn parse_positive(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        length if length < Duration::from_millis(1) => {
            Err("it must be at least one millisecond".to_owned())
        }
        length => Ok(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read() {
        let check = |text: &str, millis: Option<u64>| {
            assert_eq!(
                parse(text).ok(),
                millis.map(Duration::from_millis),
                "{text}"
            );
        };
        check("10s", Some(10_000));
        check("5m", Some(300_000));
        check("1h30m", Some(5_400_000));
        check("2 days", Some(172_800_000));
        check("1w", Some(7 * 86_400_000));
        check("500ms", Some(500));
        check("0s", Some(0));
        check(" 1.5s ", Some(1_500));
        check("10", None);
        check("-1s", None);
        check("1 month", None);
        check("soon", None);
        check("", None);
        assert!(parse_positive("0s").is_err());
        assert!(parse_positive("1us").is_err());
    }
}
