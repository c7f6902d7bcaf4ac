//! What the server said, if it stands in the pasted text as well: its code, its time, and the
//! string to sign, which some servers print into the message of the error.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::protocol::date::parse_http_date;
use crate::protocol::explain::ServerAnswer;
use crate::protocol::fault::FaultCode;

/// The answer in a text; `None` if there is none.
pub(super) fn read(text: &str) -> Option<ServerAnswer> {
    let answer = ServerAnswer {
        code: code(text),
        string_to_sign: string_to_sign(text),
        date: date(text),
    };
    (answer != ServerAnswer::default()).then_some(answer)
}

/// `<Code>…</Code>`, `ErrorCode: …` or `"code":"…"`. Only codes that are known count.
fn code(text: &str) -> Option<FaultCode> {
    static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i)(?:<Code>|\bErrorCode\W{1,3}|"code"\s*:\s*"|\bCode[:=]\s*)([A-Za-z]+)"#)
            .ok()
    });
    CODE.as_ref()?
        .captures_iter(text)
        .filter_map(|found| found.get(1))
        .map(|found| FaultCode::from(found.as_str()))
        .filter(|code| !matches!(code, FaultCode::Other(_)))
        .last()
}

/// The first method behind words such as “string to sign here is:”, and all up to where the
/// message ends.
fn string_to_sign(text: &str) -> Option<String> {
    static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)string[\s_-]*to[\s_-]*sign\b[^\n]{0,40}?[:>=]\s*(['\x22`]?)((?:GET|POST|DELETE|PUT)(?:\\r|\\n|\r|\n|&#))")
            .ok()
    });
    let found = MARK.as_ref()?.captures_iter(text).last()?;
    let rest = text.get(found.get(2)?.start()..)?;
    let quote = found.get(1).map(|quote| quote.as_str()).unwrap_or_default();
    let end = if quote.is_empty() {
        ["</", "\",\"", "\"}"]
            .iter()
            .filter_map(|end| rest.find(end))
            .min()
    } else {
        rest.find(quote)
    };
    let printed = rest.get(..end.unwrap_or(rest.len()))?;
    Some(
        unescaped(printed)
            .trim_end_matches(['\r', '\n', ' ', '"', '\''])
            .to_owned(),
    )
}

/// As the server meant it: out of XML, or out of JSON and logs, which write line ends as `\n`.
fn unescaped(printed: &str) -> String {
    let text = quick_xml::escape::unescape(printed).unwrap_or(Cow::Borrowed(printed));
    if text.contains('\n') {
        text.replace("\r\n", "\n")
    } else {
        text.replace("\\r\\n", "\n").replace("\\n", "\n")
    }
}

/// The `Date` below a status line.
fn date(text: &str) -> Option<crate::protocol::Timestamp> {
    static STATUS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"HTTP/[0-9.]+ [1-5][0-9][0-9]").ok());
    static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\bdate\W{1,4}([A-Za-z]{3}, [0-9]{2} [A-Za-z]{3} [0-9]{4} [0-9:]{8} GMT)")
            .ok()
    });
    let status = STATUS.as_ref()?.find_iter(text).last()?.end();
    let found = DATE.as_ref()?.captures(text.get(status..)?)?;
    parse_http_date(found.get(1)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRING: &str =
        "POST\n\ntext/xml\nSun\nx-mq-version:2015-06-06\n/topics/t/messages?ns=1&tag=a";

    #[test]
    fn a_printed_string_to_sign_is_found() {
        let escaped = STRING.replace('&', "&amp;");
        let json = STRING.replace('\n', "\\n");
        for text in [
            format!("<Error><Message>the string to sign here is: {escaped}</Message></Error>"),
            format!(
                "{{\"message\":\"the string to sign here is: {json}\",\"code\":\"SignatureDoesNotMatch\"}}"
            ),
            format!("<StringToSign>{escaped}</StringToSign>"),
            format!("server StringToSign is:'{STRING}'"),
            format!("Server string to sign is: {STRING}\n"),
        ] {
            let found = read(&text).and_then(|answer| answer.string_to_sign);
            assert_eq!(found.as_deref(), Some(STRING), "{text}");
        }
    }

    #[test]
    fn code_and_time_of_an_answer_are_found() {
        let text = "POST / HTTP/1.1\nDate: Sun, 22 Nov 2026 09:00:00 GMT\n\nHTTP/1.1 403 Forbidden\n\
                    Date: Sun, 22 Nov 2026 10:14:07 GMT\n\n<Error><Code>SignatureDoesNotMatch</Code>";
        let answer = read(text);
        let date = parse_http_date("Sun, 22 Nov 2026 10:14:07 GMT");
        assert_eq!(
            answer,
            Some(ServerAnswer {
                code: Some(FaultCode::SignatureDoesNotMatch),
                string_to_sign: None,
                date,
            })
        );
        assert_eq!(
            read("POST / HTTP/1.1\nDate: Sun, 22 Nov 2026 09:00:00 GMT\n"),
            None
        );
    }
}
