//! What stands in an `Authorization` header, however it is written: the access key, and the digest
//! out of every form that people give it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;

use super::cause::CauseKind;
use super::trial::Hash;
use crate::protocol::sign;

/// The one scheme of this protocol. [wire]
const SCHEME: &str = "MQ";

/// An `Authorization` header, taken apart with good will.
pub(super) struct Authorization<'a> {
    pub(super) access_key: &'a str,
    pub(super) signature: &'a str,
    /// Why a server cannot read it, if it cannot: the mistake, and the word in front.
    pub(super) flaw: Option<(CauseKind, &'a str)>,
}

impl<'a> Authorization<'a> {
    pub(super) fn read(header: &'a str) -> Self {
        if let Some((access_key, signature)) = sign::split_authorization(header)
            && !signature.contains(char::is_whitespace)
        {
            return Self {
                access_key,
                signature,
                flaw: None,
            };
        }
        let header = header.trim().trim_matches(['"', '\'']);
        let (scheme, rest) = match header.split_once([' ', '\t']) {
            Some((scheme, rest)) if !scheme.contains(':') => (scheme, rest.trim()),
            _ => ("", header),
        };
        let (access_key, signature) = rest
            .rsplit_once([':', '：'])
            .or_else(|| rest.rsplit_once([' ', ',']))
            .unwrap_or((rest, ""));
        let kind = if scheme.is_empty() || scheme == SCHEME {
            CauseKind::AuthorizationForm
        } else {
            CauseKind::AuthorizationScheme
        };
        Self {
            access_key: access_key.trim(),
            signature: signature.trim(),
            flaw: Some((kind, scheme)),
        }
    }
}

/// A signature's digest, and what is unusual about how it is written.
pub(super) struct Digest {
    pub(super) bytes: Vec<u8>,
    pub(super) hash: Hash,
    /// Mistakes in how it is written; none for plain base64 of HMAC-SHA1.
    pub(super) flaws: Vec<CauseKind>,
}

impl Digest {
    /// `None` if nothing of it looks like an HMAC.
    pub(super) fn read(signature: &str) -> Option<Self> {
        let mut flaws = Vec::new();
        let mut text = Cow::Borrowed(signature);
        if text.contains('%') {
            flaws.push(CauseKind::UrlEncodedSignature);
            text = Cow::Owned(
                percent_decode_str(signature)
                    .decode_utf8_lossy()
                    .into_owned(),
            );
        }
        let bytes = match hex_of_digest(text.as_bytes()) {
            Some(bytes) => {
                flaws.push(CauseKind::HexSignature);
                bytes
            }
            None => {
                let bytes = from_base64(&text, &mut flaws)?;
                match hex_of_digest(&bytes) {
                    Some(bytes) => {
                        flaws.push(CauseKind::HexSignature);
                        bytes
                    }
                    None => bytes,
                }
            }
        };
        let hash = match bytes.len() {
            20 => Hash::Sha1,
            32 => {
                flaws.push(CauseKind::Sha256);
                Hash::Sha256
            }
            _ => return None,
        };
        Some(Self { bytes, hash, flaws })
    }
}

/// The digest that hexadecimal digits write, if they are as many as a digest has.
fn hex_of_digest(text: &[u8]) -> Option<Vec<u8>> {
    matches!(text.len(), 40 | 64)
        .then(|| hex::decode(text).ok())
        .flatten()
}

fn from_base64(text: &str, flaws: &mut Vec<CauseKind>) -> Option<Vec<u8>> {
    if let Ok(bytes) = STANDARD.decode(text) {
        return Some(bytes);
    }
    flaws.push(CauseKind::Base64Variant);
    // Blanks are what became of `+` on its way through a form decoder.
    let text = text.replace(' ', "+");
    let text = text.trim_end_matches('=');
    STANDARD_NO_PAD
        .decode(text)
        .or_else(|_| URL_SAFE_NO_PAD.decode(text))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_signature_is_read() {
        let digest = [0xfb; 20];
        let base64 = STANDARD.encode(digest);
        let check = |text: &str, flaws: &[CauseKind]| {
            let read = Digest::read(text).map(|read| (read.bytes, read.flaws));
            assert_eq!(read, Some((digest.to_vec(), flaws.to_vec())), "{text}");
        };
        check(&base64, &[]);
        check(&hex::encode(digest), &[CauseKind::HexSignature]);
        check(&hex::encode_upper(digest), &[CauseKind::HexSignature]);
        check(
            &STANDARD.encode(hex::encode(digest)),
            &[CauseKind::HexSignature],
        );
        check(
            &base64
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace('=', "%3D"),
            &[CauseKind::UrlEncodedSignature],
        );
        check(&URL_SAFE_NO_PAD.encode(digest), &[CauseKind::Base64Variant]);
        check(base64.trim_end_matches('='), &[CauseKind::Base64Variant]);
        let sha256 = Digest::read(&STANDARD.encode([7; 32])).map(|read| read.flaws);
        assert_eq!(sha256, Some(vec![CauseKind::Sha256]));
        for nothing in ["", "abc", "%", "not a signature at all"] {
            assert!(Digest::read(nothing).is_none(), "{nothing}");
        }
    }

    #[test]
    fn an_authorization_is_taken_apart_with_good_will() {
        let check = |header: &str, flaw: Option<(CauseKind, &str)>| {
            let read = Authorization::read(header);
            assert_eq!(
                (read.access_key, read.signature),
                ("ak", "c2ln"),
                "{header}"
            );
            assert_eq!(read.flaw, flaw, "{header}");
        };
        check("MQ ak:c2ln", None);
        for (header, scheme) in [
            ("MNS ak:c2ln", "MNS"),
            ("mq ak:c2ln", "mq"),
            ("AWS ak:c2ln", "AWS"),
        ] {
            check(header, Some((CauseKind::AuthorizationScheme, scheme)));
        }
        for (header, scheme) in [
            ("ak:c2ln", ""),
            ("MQ ak: c2ln", "MQ"),
            ("\"MQ ak:c2ln\"", "MQ"),
            ("MQ ak：c2ln", "MQ"),
            ("MQ ak c2ln", "MQ"),
        ] {
            check(header, Some((CauseKind::AuthorizationForm, scheme)));
        }
    }
}
