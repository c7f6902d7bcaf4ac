//! Mistakes in the first four lines of the text, and in how its lines stand together.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::tz::TimeZone;
use md5::{Digest as _, Md5};

use super::{Change, Evidence, changed};
use crate::protocol::date::{format_http_date, parse_http_date};
use crate::protocol::explain::cause::CauseKind;
use crate::protocol::explain::trial::{Layout, Trial};
use crate::protocol::{Timestamp, VERSION_HEADER};

/// What clients send as `Content-Type`: the official SDKs [wire], and what libraries put there by
/// themselves.
const CONTENT_TYPES: &[&str] = &[
    "text/xml;charset=UTF-8",
    "text/xml;charset=utf-8",
    "text/xml",
    "text/xml; charset=UTF-8",
    "text/xml; charset=utf-8",
    "text/xml;charset=\"utf-8\"",
    "text/xml; charset=\"utf-8\"",
    "text/xml;charset=utf8",
    "text/xml;utf-8",
    "text/xml;charset=GBK",
    "application/xml",
    "application/xml;charset=UTF-8",
    "application/xml; charset=utf-8",
    "text/plain",
    "text/plain;charset=UTF-8",
    "text/plain;charset=utf-8",
    "text/plain; charset=utf-8",
    "text/plain; charset=ISO-8859-1",
    "application/json",
    "application/json;charset=UTF-8",
    "application/json; charset=utf-8",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded;charset=UTF-8",
    "application/x-www-form-urlencoded; charset=UTF-8",
    "text/html",
    "*/*",
];

/// Another `Content-Type` was signed.
pub(super) fn content_type(trial: &Trial, _: &Evidence<'_>) -> Vec<Change> {
    let sent = trial.content_type.as_str();
    let bare = sent.split(';').next().unwrap_or_default().trim();
    let spelt = [
        String::new(),
        sent.to_lowercase(),
        sent.to_uppercase(),
        sent.replace(' ', ""),
        sent.replace("; ", ";").replace(';', "; "),
        sent.replace('"', ""),
        format!("{sent};"),
        sent.trim_end_matches(';').to_owned(),
        sent.replace("utf-8", "UTF-8"),
        sent.replace("UTF-8", "utf-8"),
        bare.to_owned(),
        format!("{bare};charset=UTF-8"),
        format!("{bare}; charset=utf-8"),
    ];
    spelt
        .into_iter()
        .chain(CONTENT_TYPES.iter().map(|&known| known.to_owned()))
        .filter(|signed| signed != sent)
        .map(|signed| {
            let kind = kind_of_type(sent, &signed);
            changed(kind, trial, |trial| trial.content_type = signed)
        })
        .collect()
}

fn kind_of_type(sent: &str, signed: &str) -> CauseKind {
    let plain = |text: &str| text.to_lowercase().replace([' ', '"', ';', '\t'], "");
    match (sent, signed) {
        (_, "") => CauseKind::ContentTypeNotSigned,
        ("", _) => CauseKind::ContentTypeNotSent,
        _ if plain(sent) == plain(signed) => CauseKind::ContentTypeSpelling,
        _ => CauseKind::ContentTypeChanged,
    }
}

/// Another `Content-MD5` was signed.
pub(super) fn content_md5(trial: &Trial, evidence: &Evidence<'_>) -> Vec<Change> {
    let sent = trial.content_md5.as_str();
    let mut digests: Vec<Vec<u8>> = Vec::new();
    digests.extend(digest_in(sent));
    if let Some(body) = &evidence.request.body {
        digests.push(Md5::digest(body).to_vec());
    }
    digests.push(Md5::digest(b"").to_vec());
    let forms = digests.iter().flat_map(|digest| {
        let hex = hex::encode(digest);
        let upper = hex.to_uppercase();
        [
            BASE64.encode(&hex),
            BASE64.encode(digest),
            BASE64.encode(&upper),
            hex,
            upper,
        ]
    });
    std::iter::once(String::new())
        .chain(forms)
        .filter(|signed| signed != sent)
        .map(|signed| {
            let kind = match (sent, signed.as_str()) {
                (_, "") => CauseKind::ContentMd5NotSigned,
                ("", _) => CauseKind::ContentMd5NotSent,
                _ => CauseKind::ContentMd5Form,
            };
            changed(kind, trial, |trial| trial.content_md5 = signed)
        })
        .collect()
}

/// The digest in a `Content-MD5` of any form.
pub(in crate::protocol::explain) fn digest_in(header: &str) -> Option<Vec<u8>> {
    let header = header.trim();
    let hex_digest = |text: &[u8]| (text.len() == 32).then(|| hex::decode(text).ok()).flatten();
    hex_digest(header.as_bytes()).or_else(|| {
        let bytes = BASE64.decode(header).ok()?;
        hex_digest(&bytes).or_else(|| (bytes.len() == 16).then_some(bytes))
    })
}

/// The date was signed as another text.
pub(super) fn date(trial: &Trial, evidence: &Evidence<'_>) -> Vec<Change> {
    let sent = trial.date.as_str();
    let mut signed = vec![
        String::new(),
        sent.replace("GMT", "UTC"),
        sent.replace("GMT", "+0000"),
        sent.replace("GMT", "Z"),
        sent.trim_end_matches("GMT").trim().to_owned(),
        sent.to_lowercase(),
        sent.to_uppercase(),
        sent.replacen(", 0", ", ", 1),
        sent.replace(',', ""),
        format!("{sent} "),
    ];
    let others = ["x-mq-date", "x-date", "x-amz-date"];
    let request = evidence.request;
    signed.extend(
        others
            .iter()
            .filter_map(|name| request.header(name))
            .map(str::to_owned),
    );
    if let Some(at) = parse_http_date(sent) {
        signed.push(format_http_date(at));
        signed.extend(other_forms(at));
    }
    signed
        .into_iter()
        .filter(|signed| signed != sent)
        .map(|signed| changed(CauseKind::DateForm, trial, |trial| trial.date = signed))
        .collect()
}

fn other_forms(at: Timestamp) -> Vec<String> {
    let Ok(instant) = jiff::Timestamp::from_millisecond(at.millis()) else {
        return Vec::new();
    };
    let utc = instant.to_zoned(TimeZone::UTC);
    let mut forms = vec![(at.millis() / 1000).to_string(), at.millis().to_string()];
    let written = [
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%S.000Z",
        "%Y-%m-%d %H:%M:%S",
        "%Y%m%dT%H%M%SZ",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    ];
    forms.extend(
        written
            .iter()
            .map(|format| utc.strftime(*format).to_string()),
    );
    forms
}

/// Farthest that a `Date` put on again behind the signature is looked for, in seconds: a retry,
/// or a library that writes the header itself.
const RETRY_SECS: i64 = 15 * 60;

/// The `Date` was written again after signing: every second around the one that was sent, and the
/// same moment in other time zones.
pub(in crate::protocol::explain) fn signed_at_another_time(trial: &Trial) -> Vec<Change> {
    let Some(at) = parse_http_date(&trial.date) else {
        return Vec::new();
    };
    let around = (1..=RETRY_SECS).flat_map(|secs| [secs, -secs]);
    let zones = (1..=28).flat_map(|halves| [halves * 1800, -halves * 1800]);
    around
        .chain(zones)
        .map(|secs| {
            changed(CauseKind::DateChanged, trial, |trial| {
                trial.date = format_http_date(at.offset_millis(secs * 1000));
            })
        })
        .collect()
}

/// Another method was signed.
pub(super) fn method(trial: &Trial, _: &Evidence<'_>) -> Vec<Change> {
    let sent = trial.method.as_str();
    let lower = sent.to_lowercase();
    let title: String = sent.chars().take(1).chain(lower.chars().skip(1)).collect();
    let spelt = [lower, title, sent.to_uppercase()]
        .into_iter()
        .map(|signed| (CauseKind::MethodCase, signed));
    let others = ["GET", "POST", "DELETE", "PUT", "HEAD", ""]
        .into_iter()
        .filter(|other| !other.eq_ignore_ascii_case(sent))
        .map(|signed| (CauseKind::OtherMethod, signed.to_owned()));
    spelt
        .chain(others)
        .filter(|(_, signed)| signed != sent)
        .map(|(kind, signed)| changed(kind, trial, |trial| trial.method = signed))
        .collect()
}

/// The lines were put together in another way.
pub(super) fn layout(trial: &Trial, evidence: &Evidence<'_>) -> Vec<Change> {
    let has_headers = evidence.request.header(VERSION_HEADER).is_some();
    let layouts = [
        (Layout::CrLf, CauseKind::LineEnds),
        (Layout::NoLines, CauseKind::LineEnds),
        (Layout::Literal, CauseKind::LiteralNewlines),
        (Layout::EndsInNewline, CauseKind::EmptyLines),
        (Layout::NoDigestLine, CauseKind::EmptyLines),
        (Layout::NoAbsentLines, CauseKind::EmptyLines),
        (Layout::NoNewlineAfterHeaders, CauseKind::EmptyLines),
        (Layout::EmptyLineBeforeResource, CauseKind::EmptyLines),
        (Layout::TypeBeforeDigest, CauseKind::FieldOrder),
        (Layout::ResourceBeforeHeaders, CauseKind::FieldOrder),
        (Layout::BlankAfterColon, CauseKind::HeaderBlank),
    ];
    layouts
        .into_iter()
        .filter(|(layout, _)| has_headers || *layout != Layout::BlankAfterColon)
        .map(|(layout, kind)| changed(kind, trial, |trial| trial.layout = layout))
        .collect()
}
