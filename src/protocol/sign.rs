//! Signatures: the string to sign, the `Authorization` header, its check.
//!
//! Knows nothing of clocks (who checks the `Date` does that) nor of where a secret comes from.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha1::Sha1;

/// Most texts to sign are not longer.
const USUAL_BYTES: usize = 256;

/// What is longer than this in base64 is neither a signature nor a digest, which have at most 32
/// bytes; decoding counts a few more at first.
const MAX_DECODED: usize = 48;

/// What is signed of a request. An absent header is an empty text. [wire]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedParts<'a> {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'a str,
    /// `Content-MD5` as sent.
    pub content_md5: &'a str,
    /// `Content-Type` as sent, spelling and blanks included.
    pub content_type: &'a str,
    /// `Date` as sent.
    pub date: &'a str,
    /// Every `x-mq-*` header, in any order, names in any case.
    pub mq_headers: Vec<(&'a str, &'a str)>,
    /// Path and query exactly as they stand on the request line.
    pub resource: &'a str,
}

/// The text that both sides sign.
pub fn string_to_sign(parts: &SignedParts<'_>) -> String {
    let mut headers: Vec<(String, &str)> = parts
        .mq_headers
        .iter()
        .map(|&(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    headers.sort();
    let mut text = String::with_capacity(USUAL_BYTES);
    for part in [
        parts.method,
        parts.content_md5,
        parts.content_type,
        parts.date,
    ] {
        text.extend([part, "\n"]);
    }
    for (name, value) in headers {
        text.extend([name.as_str(), ":", value, "\n"]);
    }
    text.push_str(parts.resource);
    text
}

/// `base64(hmac_sha1(secret, string_to_sign))`.
pub fn signature(secret_key: &str, string_to_sign: &str) -> String {
    BASE64.encode(mac(secret_key, string_to_sign).finalize().into_bytes())
}

/// Whether a signature is the one for this text, compared in constant time.
pub fn verify(secret_key: &str, string_to_sign: &str, signature: &str) -> bool {
    let mut given = [0; MAX_DECODED];
    BASE64
        .decode_slice(signature, &mut given)
        .is_ok_and(|length| {
            let mac = mac(secret_key, string_to_sign);
            mac.verify_slice(&given[..length]).is_ok()
        })
}

fn mac(secret_key: &str, text: &str) -> Hmac<Sha1> {
    // HMAC takes keys of any length, so the empty fallback is never used; it keeps this total.
    let mut mac = Hmac::<Sha1>::new_from_slice(secret_key.as_bytes())
        .unwrap_or_else(|_| Hmac::<Sha1>::new(&Default::default()));
    mac.update(text.as_bytes());
    mac
}

/// The `Authorization` header: `MQ {AccessKeyId}:{signature}`. [wire]
pub fn authorization(access_key: &str, signature: &str) -> String {
    format!("MQ {access_key}:{signature}")
}

/// Splits an `Authorization` header into access key and signature; `None` if it is not one.
pub fn split_authorization(header: &str) -> Option<(&str, &str)> {
    let (access_key, signature) = header.strip_prefix("MQ ")?.rsplit_once(':')?;
    (!access_key.is_empty() && !signature.is_empty()).then_some((access_key, signature))
}

/// Whether a `Content-MD5` speaks of this body: base64 of the lower-case hexadecimal digest, as
/// the official SDKs write it [wire], or of the digest itself, as RFC 1864 has it [us].
pub fn content_md5_matches(header: &str, body: &[u8]) -> bool {
    let digest = Md5::digest(body);
    let mut given = [0; MAX_DECODED];
    BASE64
        .decode_slice(header.trim(), &mut given)
        .is_ok_and(|length| {
            let given = &given[..length];
            given == hex::encode(digest).as_bytes() || given == &digest[..]
        })
}
