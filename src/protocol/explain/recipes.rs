//! How each of the seven official SDKs would have signed the same call: which headers it sends, in
//! which order it puts the parameters, and what it signs.
//!
//! From recorded requests [wire]; the order of the parameters of C# and C++, of which there are no
//! recordings, from their published source. Bodies are not written anew: a digest is of the body
//! that was sent.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest as _, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::request::SentRequest;
use crate::protocol::sign::{SignedParts, string_to_sign};
use crate::protocol::{VERSION, VERSION_HEADER};

/// An official SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are those of the languages")]
pub enum Sdk {
    Java,
    Go,
    Php,
    CSharp,
    Cpp,
    Node,
    Python,
}

/// What an SDK would have sent and signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Which SDK.
    pub sdk: Sdk,
    /// Path and query on the request line.
    pub target: String,
    /// The headers that are signed, as it spells them.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// What it signs. Not always what a server signs: see [`Sdk::Node`] and `'`.
    pub string_to_sign: String,
}

/// What `encodeURIComponent` leaves as it is.
const JS_COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What RFC 3986 leaves as it is.
const RFC_3986: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What Python's `quote` leaves as it is.
const PYTHON_QUOTE: &AsciiSet = &RFC_3986.remove(b'/');

impl Sdk {
    /// All of them.
    pub const ALL: [Sdk; 7] = [
        Sdk::Java,
        Sdk::Go,
        Sdk::Php,
        Sdk::CSharp,
        Sdk::Cpp,
        Sdk::Node,
        Sdk::Python,
    ];

    /// Its name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Sdk::Java => "java",
            Sdk::Go => "go",
            Sdk::Php => "php",
            Sdk::CSharp => "csharp",
            Sdk::Cpp => "cpp",
            Sdk::Node => "node",
            Sdk::Python => "python",
        }
    }

    /// The SDK that a `User-Agent` names, such as `mq-go-sdk/1.0.3`. [wire]
    pub fn of_user_agent(user_agent: &str) -> Option<Self> {
        let name = user_agent.trim().to_ascii_lowercase();
        let named = |sdk: Self| match sdk {
            Sdk::Node => "mq-nodejs-sdk",
            Sdk::Java => "mq-java-sdk",
            Sdk::Go => "mq-go-sdk",
            Sdk::Php => "mq-php-sdk",
            Sdk::CSharp => "mq-csharp-sdk",
            Sdk::Cpp => "mq-cpp-sdk",
            Sdk::Python => "mq-python-sdk",
        };
        Self::ALL
            .into_iter()
            .find(|&sdk| name.starts_with(named(sdk)))
    }

    fn content_type(self, method: &str) -> &'static str {
        match self {
            Sdk::Java | Sdk::Cpp => "text/xml;charset=UTF-8",
            Sdk::Go | Sdk::Node => "text/xml;charset=utf-8",
            Sdk::Php | Sdk::CSharp => "text/xml",
            Sdk::Python if method == "GET" => "",
            Sdk::Python => "text/xml;charset=UTF-8",
        }
    }

    fn sends_digest(self, method: &str) -> bool {
        match self {
            Sdk::Go => true,
            Sdk::Node => method != "GET",
            _ => false,
        }
    }

    fn encode(self, value: &str) -> String {
        match self {
            Sdk::Java => form_urlencoded::byte_serialize(value.as_bytes()).collect(),
            // These leave `~` and escape `*`, unlike forms.
            Sdk::Go => utf8_percent_encode(value, RFC_3986)
                .to_string()
                .replace("%20", "+"),
            Sdk::Php | Sdk::Cpp => utf8_percent_encode(value, RFC_3986)
                .to_string()
                .replace('~', "%7E")
                .replace("%20", "+"),
            Sdk::CSharp => utf8_percent_encode(value, RFC_3986).to_string(),
            Sdk::Node => utf8_percent_encode(value, JS_COMPONENT).to_string(),
            Sdk::Python => utf8_percent_encode(value, PYTHON_QUOTE).to_string(),
        }
    }

    /// The parameters of a call in its order; those that a call does not have are left out.
    fn parameters(self, half: bool, ordered: bool) -> &'static [&'static str] {
        match self {
            Sdk::Java => &[
                "numOfMessages",
                "consumer",
                "ns",
                "tag",
                "waitseconds",
                "trans",
            ],
            Sdk::Go if ordered => &[
                "consumer",
                "trans",
                "ns",
                "numOfMessages",
                "waitseconds",
                "tag",
            ],
            Sdk::Go if half => &[
                "consumer",
                "ns",
                "numOfMessages",
                "trans",
                "waitseconds",
                "tag",
            ],
            Sdk::Go => &[
                "consumer",
                "ns",
                "numOfMessages",
                "waitseconds",
                "tag",
                "trans",
            ],
            Sdk::Php => &[
                "numOfMessages",
                "consumer",
                "ns",
                "waitseconds",
                "tag",
                "trans",
            ],
            Sdk::CSharp => &[
                "consumer",
                "ns",
                "numOfMessages",
                "tag",
                "trans",
                "waitseconds",
            ],
            Sdk::Node if half => &[
                "consumer",
                "ns",
                "trans",
                "numOfMessages",
                "waitseconds",
                "tag",
            ],
            Sdk::Node => &[
                "consumer",
                "ns",
                "tag",
                "numOfMessages",
                "waitseconds",
                "trans",
            ],
            Sdk::Cpp | Sdk::Python => &[
                "consumer",
                "numOfMessages",
                "ns",
                "waitseconds",
                "tag",
                "trans",
            ],
        }
    }
}

/// How each SDK would have signed this call.
pub(super) fn recipes(request: &SentRequest) -> Vec<Recipe> {
    Sdk::ALL
        .into_iter()
        .map(|sdk| recipe(sdk, request))
        .collect()
}

fn recipe(sdk: Sdk, request: &SentRequest) -> Recipe {
    let method = request.method.to_ascii_uppercase();
    let signed_target = target(sdk, request);
    let sent_target = match sdk {
        // Its URL library escapes the quote behind the signature's back. [wire]
        Sdk::Node => signed_target.replace('\'', "%27"),
        _ => signed_target.clone(),
    };
    let date = request.header("date").unwrap_or_default().to_owned();
    let content_type = sdk.content_type(&method);
    let digest = sdk.sends_digest(&method).then(|| {
        let body = match method.as_str() {
            "GET" => &[],
            _ => request.body.as_deref().unwrap_or_default(),
        };
        BASE64.encode(hex::encode(Md5::digest(body)))
    });
    let string_to_sign = string_to_sign(&SignedParts {
        method: &method,
        content_md5: digest.as_deref().unwrap_or_default(),
        content_type,
        date: &date,
        mq_headers: vec![(VERSION_HEADER, VERSION)],
        resource: &signed_target,
    });
    let mut headers = Vec::new();
    let mut header = |name, value| headers.push((Cow::Borrowed(name), value));
    if !content_type.is_empty() {
        header("Content-Type", content_type.to_owned());
    }
    if let Some(digest) = digest {
        header("Content-MD5", digest);
    }
    header("Date", date);
    header(VERSION_HEADER, VERSION.to_owned());
    Recipe {
        sdk,
        target: sent_target,
        headers,
        string_to_sign,
    }
}

/// Path and query as this SDK signs them. Parameters that no SDK knows are left out.
fn target(sdk: Sdk, request: &SentRequest) -> String {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let path = match path.find(super::mistakes::ROOT) {
        Some(at) => &path[at..],
        None => path,
    };
    let path = path.trim_end_matches('/');
    let given: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let value = |name: &str| {
        let (_, value) = given.iter().find(|(key, _)| key == name)?;
        (!value.is_empty()).then_some(value.as_str())
    };
    let trans = value("trans");
    let order = sdk.parameters(trans == Some("pop"), trans == Some("order"));
    let query: Vec<String> = order
        .iter()
        .filter_map(|name| {
            let value = value(name)?;
            Some(match *name {
                "tag" => format!("tag={}", sdk.encode(value)),
                name => format!("{name}={value}"),
            })
        })
        .collect();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sdk_is_known_by_its_user_agent() {
        assert_eq!(Sdk::of_user_agent("mq-go-sdk/1.0.3"), Some(Sdk::Go));
        assert_eq!(
            Sdk::of_user_agent("mq-python-sdk/1.0.3(Linux/6.1;3.11)"),
            Some(Sdk::Python)
        );
        assert_eq!(Sdk::of_user_agent("curl/8.5.0"), None);
    }
}
