//! One way to have signed a request: what was put into the text, how the text was laid out, and
//! with which key. Whether somebody did it that way is the search's business.

use hmac::{Hmac, KeyInit as _};
use sha1::Sha1;
use sha2::Sha256;

use super::request::SentRequest;

/// How the parts stand together in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// As the protocol has it.
    Standard,
    /// Lines end in CR LF.
    CrLf,
    /// Lines end in a backslash and an `n`.
    Literal,
    /// Nothing between the lines.
    NoLines,
    /// One more LF at the end.
    EndsInNewline,
    /// No line for an absent `Content-MD5`.
    NoDigestLine,
    /// No line for anything absent.
    NoAbsentLines,
    /// The resource directly behind the headers.
    NoNewlineAfterHeaders,
    /// An empty line in front of the resource.
    EmptyLineBeforeResource,
    /// `Content-Type` in front of `Content-MD5`.
    TypeBeforeDigest,
    /// The resource in front of the headers.
    ResourceBeforeHeaders,
    /// A blank behind the colon of each header.
    BlankAfterColon,
}

/// The key of the HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyUsed {
    /// One of a [`KeyRing`].
    Ring(usize),
    /// The text is the key, and the secret key is the text.
    TextAsKey,
}

/// One way to have signed.
#[derive(Clone)]
pub(super) struct Trial {
    pub(super) method: String,
    pub(super) content_md5: String,
    pub(super) content_type: String,
    pub(super) date: String,
    /// Names and values as signed, in the order signed.
    pub(super) headers: Vec<(String, String)>,
    pub(super) resource: String,
    pub(super) layout: Layout,
    pub(super) key: KeyUsed,
}

impl Trial {
    /// As the protocol wants it, with the first key of the ring.
    pub(super) fn of(request: &SentRequest) -> Self {
        let value = |name| request.header(name).unwrap_or_default().to_owned();
        let mut headers: Vec<(String, String)> = request
            .mq_headers()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        headers.sort();
        Self {
            method: request.method.clone(),
            content_md5: value("content-md5"),
            content_type: value("content-type"),
            date: value("date"),
            headers,
            resource: request.target.clone(),
            layout: Layout::Standard,
            key: KeyUsed::Ring(0),
        }
    }

    /// The text that is signed this way.
    pub(super) fn text(&self) -> String {
        let colon = match self.layout {
            Layout::BlankAfterColon => ": ",
            _ => ":",
        };
        let headers: Vec<String> = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}{colon}{value}"))
            .collect();
        let (md5, content_type) = (self.content_md5.as_str(), self.content_type.as_str());
        let mut lines = vec![self.method.as_str(), md5, content_type, self.date.as_str()];
        match self.layout {
            Layout::NoDigestLine if md5.is_empty() => drop(lines.remove(1)),
            Layout::NoAbsentLines => lines.retain(|line| !line.is_empty()),
            Layout::TypeBeforeDigest => lines.swap(1, 2),
            _ => {}
        }
        lines.extend(headers.iter().map(String::as_str));
        match self.layout {
            Layout::EmptyLineBeforeResource => lines.extend(["", &self.resource]),
            Layout::ResourceBeforeHeaders => {
                lines.insert(lines.len() - headers.len(), &self.resource);
            }
            Layout::NoNewlineAfterHeaders => {}
            _ => lines.push(&self.resource),
        }
        let end = match self.layout {
            Layout::CrLf => "\r\n",
            Layout::Literal => "\\n",
            Layout::NoLines => "",
            _ => "\n",
        };
        let mut text = lines.join(end);
        match self.layout {
            Layout::NoNewlineAfterHeaders => text.push_str(&self.resource),
            Layout::EndsInNewline => text.push('\n'),
            _ => {}
        }
        text
    }
}

/// Which hash the HMAC is made with. A signature's length says which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

/// Keys that the HMAC may have been made with, ready to use. Prints nothing of them.
pub(super) struct KeyRing {
    hash: Hash,
    keys: Vec<Vec<u8>>,
    sha1: Vec<Hmac<Sha1>>,
    sha256: Vec<Hmac<Sha256>>,
}

impl KeyRing {
    pub(super) fn new(hash: Hash, keys: Vec<Vec<u8>>) -> Self {
        // HMAC takes keys of any length, so none is left out.
        let sha1 = keys
            .iter()
            .filter_map(|key| Hmac::new_from_slice(key).ok())
            .collect();
        let sha256 = keys
            .iter()
            .filter_map(|key| Hmac::new_from_slice(key).ok())
            .collect();
        Self {
            hash,
            keys,
            sha1,
            sha256,
        }
    }

    /// Whether a text signed with one of the keys has this digest.
    pub(super) fn fits(&self, key: KeyUsed, text: &str, digest: &[u8]) -> bool {
        match (key, self.hash) {
            (KeyUsed::Ring(index), Hash::Sha1) => fits(self.sha1.get(index), text, digest),
            (KeyUsed::Ring(index), Hash::Sha256) => fits(self.sha256.get(index), text, digest),
            (KeyUsed::TextAsKey, hash) => {
                let secret = self.keys.first().map(Vec::as_slice).unwrap_or_default();
                let ring = KeyRing::new(hash, vec![text.as_bytes().to_vec()]);
                let secret = String::from_utf8_lossy(secret);
                ring.fits(KeyUsed::Ring(0), &secret, digest)
            }
        }
    }
}

fn fits<M: hmac::Mac + Clone>(key: Option<&M>, text: &str, digest: &[u8]) -> bool {
    key.is_some_and(|key| {
        let mut mac = key.clone();
        mac.update(text.as_bytes());
        mac.verify_slice(digest).is_ok()
    })
}
