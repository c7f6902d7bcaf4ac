//! The mistakes, and how each of them is made.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use mqscope::protocol::explain::CauseKind as K;

use crate::vectors::{ACCESS_KEY, SECRET_KEY, Signed, TOKEN};

/// A mistake: the cause that has to come first, how many recorded requests at least it can be made
/// with, and how it is made; `None` where it changes nothing of that request.
pub(crate) struct Break {
    pub(crate) what: &'static str,
    pub(crate) cause: K,
    pub(crate) at_least: usize,
    pub(crate) make: fn(Signed) -> Option<Signed>,
}

pub(crate) const fn broken(
    what: &'static str,
    cause: K,
    at_least: usize,
    make: fn(Signed) -> Option<Signed>,
) -> Break {
    Break {
        what,
        cause,
        at_least,
        make,
    }
}

/// Signs what `change` made of the parts.
pub(crate) fn signed_as(mut signed: Signed, change: impl FnOnce(&mut Signed)) -> Option<Signed> {
    let right = signed.text();
    change(&mut signed);
    let text = signed.text();
    signed.seal();
    (text != right).then_some(signed)
}

/// Signs what `change` made of the whole text.
pub(crate) fn text_as(mut signed: Signed, change: impl FnOnce(&str) -> String) -> Option<Signed> {
    let right = signed.text();
    let text = change(&right);
    signed.seal_text(&text);
    (text != right).then_some(signed)
}

pub(crate) fn with_secret(mut signed: Signed, secret: &str) -> Option<Signed> {
    signed.secret_key = secret.to_owned();
    signed.seal();
    Some(signed)
}

pub(crate) fn with_access_key(mut signed: Signed, access_key: &str) -> Option<Signed> {
    signed.access_key = access_key.to_owned();
    signed.seal();
    Some(signed)
}

/// Another query is signed.
pub(crate) fn query_as(signed: Signed, change: impl FnOnce(&str) -> String) -> Option<Signed> {
    let (path, query) = signed.resource.split_once('?')?;
    let resource = format!("{path}?{}", change(query));
    signed_as(signed, |signed| signed.resource = resource)
}

pub(crate) fn parameters_as(signed: Signed, change: impl FnOnce(&mut Vec<&str>)) -> Option<Signed> {
    query_as(signed, |query| {
        let mut parameters: Vec<&str> = query.split('&').collect();
        change(&mut parameters);
        parameters.join("&")
    })
}

pub(crate) fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// The request is changed after it was signed.
pub(crate) fn on_the_way(mut signed: Signed, change: impl FnOnce(&mut Signed)) -> Option<Signed> {
    let before = signed.request.clone();
    change(&mut signed);
    (signed.request != before).then_some(signed)
}

pub(crate) fn with_token(mut signed: Signed) -> Signed {
    signed.set("security-token", TOKEN);
    signed
}

/// With two more headers that are signed, in the wrong order.
pub(crate) fn with_more_headers(mut signed: Signed) -> Signed {
    signed.set("x-mq-zone", "b");
    signed.set("X-MQ-App", "a");
    let mut signed = Signed::of(signed.request);
    signed.seal();
    signed
}

pub(crate) const KEY_BREAKS: &[Break] = &[
    broken("swapped keys", K::SwappedKeys, 80, |mut signed| {
        signed.access_key = SECRET_KEY.to_owned();
        with_secret(signed, ACCESS_KEY)
    }),
    broken("secret sent", K::SecretSentAsAccessKey, 80, |signed| {
        with_access_key(signed, SECRET_KEY)
    }),
    broken("secret LF", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!("{SECRET_KEY}\n"))
    }),
    broken("secret CR", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!("{SECRET_KEY}\r"))
    }),
    broken("secret CR LF", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!("{SECRET_KEY}\r\n"))
    }),
    broken("secret blank", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!("{SECRET_KEY} "))
    }),
    broken("secret tab", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!("{SECRET_KEY}\t"))
    }),
    broken("blank secret", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!(" {SECRET_KEY}"))
    }),
    broken("blanks around", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!(" {SECRET_KEY} "))
    }),
    broken("secret NBSP", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!("{SECRET_KEY}\u{a0}"))
    }),
    broken("BOM secret", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!("\u{feff}{SECRET_KEY}"))
    }),
    broken("secret ZWSP", K::WhiteSpaceInSecret, 80, |s| {
        with_secret(s, &format!("{SECRET_KEY}\u{200b}"))
    }),
    broken("key blank", K::WhiteSpaceInAccessKey, 80, |s| {
        with_access_key(s, &format!("{ACCESS_KEY} "))
    }),
    broken("blank key", K::WhiteSpaceInAccessKey, 80, |s| {
        with_access_key(s, &format!(" {ACCESS_KEY}"))
    }),
    broken("key LF", K::WhiteSpaceInAccessKey, 80, |s| {
        with_access_key(s, &format!("{ACCESS_KEY}\n"))
    }),
    broken("key NBSP", K::WhiteSpaceInAccessKey, 80, |s| {
        with_access_key(s, &format!("{ACCESS_KEY}\u{a0}"))
    }),
    broken("BOM key", K::WhiteSpaceInAccessKey, 80, |s| {
        with_access_key(s, &format!("\u{feff}{ACCESS_KEY}"))
    }),
    broken("key ZWSP", K::WhiteSpaceInAccessKey, 80, |s| {
        with_access_key(s, &format!("{ACCESS_KEY}\u{200b}"))
    }),
    broken("quoted secret", K::QuotedSecret, 80, |s| {
        with_secret(s, &format!("\"{SECRET_KEY}\""))
    }),
    broken("empty secret", K::EmptySecret, 80, |s| with_secret(s, "")),
    broken("key as secret", K::AccessKeyAsSecret, 80, |s| {
        with_secret(s, ACCESS_KEY)
    }),
    broken("token as secret", K::TokenAsSecret, 80, |s| {
        with_secret(with_token(s), TOKEN)
    }),
    broken("secret &", K::AmpersandSecret, 80, |s| {
        with_secret(s, &format!("{SECRET_KEY}&"))
    }),
    broken("lower-case secret", K::SecretEncoding, 80, |s| {
        with_secret(s, &SECRET_KEY.to_lowercase())
    }),
    broken("base64 of secret", K::SecretEncoding, 80, |s| {
        with_secret(s, &BASE64.encode(SECRET_KEY))
    }),
    broken("another access key", K::OtherAccessKey, 80, |s| {
        with_access_key(s, "AnotherAccessKey")
    }),
];

pub(crate) const SIGNATURE_BREAKS: &[Break] = &[
    broken("HMAC arguments", K::HmacArguments, 80, |mut signed| {
        let signature = mqscope::protocol::sign::signature(&signed.text(), SECRET_KEY);
        signed.seal_with(&signature);
        Some(signed)
    }),
    broken("SHA-256", K::Sha256, 80, |mut signed| {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET_KEY.as_bytes()).unwrap();
        mac.update(signed.text().as_bytes());
        signed.seal_with(&BASE64.encode(mac.finalize().into_bytes()));
        Some(signed)
    }),
    broken("hexadecimal", K::HexSignature, 80, |mut signed| {
        let digest = BASE64.decode(signed.signature()).unwrap();
        signed.seal_with(&hex::encode(digest));
        Some(signed)
    }),
    broken(
        "base64 of hexadecimal",
        K::HexSignature,
        80,
        |mut signed| {
            let digest = BASE64.decode(signed.signature()).unwrap();
            signed.seal_with(&BASE64.encode(hex::encode(digest)));
            Some(signed)
        },
    ),
    broken(
        "percent-encoded",
        K::UrlEncodedSignature,
        80,
        |mut signed| {
            let signature = signed.signature();
            let encoded: String = form_urlencoded::byte_serialize(signature.as_bytes()).collect();
            signed.seal_with(&encoded);
            Some(signed)
        },
    ),
    broken("base64url", K::Base64Variant, 80, |mut signed| {
        let digest = BASE64.decode(signed.signature()).unwrap();
        signed.seal_with(&URL_SAFE_NO_PAD.encode(digest));
        Some(signed)
    }),
    broken("MNS", K::AuthorizationScheme, 80, |mut signed| {
        let header = signed.header("authorization").replacen("MQ", "MNS", 1);
        signed.set("authorization", &header);
        Some(signed)
    }),
    broken("AWS", K::AuthorizationScheme, 80, |mut signed| {
        let header = signed.header("authorization").replacen("MQ", "AWS", 1);
        signed.set("authorization", &header);
        Some(signed)
    }),
    broken("small mq", K::AuthorizationScheme, 80, |mut signed| {
        let header = signed.header("authorization").replacen("MQ", "mq", 1);
        signed.set("authorization", &header);
        Some(signed)
    }),
    broken("no scheme", K::AuthorizationForm, 80, |mut signed| {
        let header = signed.header("authorization").replacen("MQ ", "", 1);
        signed.set("authorization", &header);
        Some(signed)
    }),
    broken(
        "blank behind the colon",
        K::AuthorizationForm,
        80,
        |mut signed| {
            let header = signed.header("authorization").replacen(':', ": ", 1);
            signed.set("authorization", &header);
            Some(signed)
        },
    ),
    broken(
        "no authorization",
        K::MissingAuthorization,
        80,
        |mut signed| {
            signed.drop("authorization");
            Some(signed)
        },
    ),
];

pub(crate) const MINUTE: i64 = 60_000;

pub(crate) const DATE_BREAKS: &[Break] = &[
    broken("clock ahead", K::Clock, 80, |mut signed| {
        signed.at = signed.at.offset_millis(-20 * MINUTE);
        Some(signed)
    }),
    broken("clock behind", K::Clock, 80, |mut signed| {
        signed.at = signed.at.offset_millis(3 * 24 * 60 * MINUTE);
        Some(signed)
    }),
    broken("time zone", K::LocalTimeAsGmt, 80, |mut signed| {
        signed.at = signed.at.offset_millis(-8 * 60 * MINUTE);
        Some(signed)
    }),
    broken("no date", K::MissingDate, 80, |mut signed| {
        signed.drop("date");
        Some(signed)
    }),
    broken("date in Chinese", K::InvalidDate, 80, |signed| {
        on_the_way(signed, |signed| {
            signed.set("date", "周日, 22 11月 2026 10:14:07 GMT")
        })
    }),
    broken("date a second later", K::DateChanged, 80, |signed| {
        shifted(signed, 1)
    }),
    broken("date minutes earlier", K::DateChanged, 80, |signed| {
        shifted(signed, -411)
    }),
    broken("UTC signed", K::DateForm, 80, |signed| {
        signed_as(signed, |signed| {
            signed.date = signed.date.replace("GMT", "UTC")
        })
    }),
    broken("no date signed", K::DateForm, 80, |signed| {
        signed_as(signed, |signed| signed.date.clear())
    }),
    broken("x-mq-date signed as Date", K::DateForm, 80, |mut signed| {
        signed.set("x-mq-date", "2026-11-22T00:00:00Z");
        signed_as(Signed::of(signed.request), |signed| {
            signed.date = "2026-11-22T00:00:00Z".to_owned();
        })
    }),
];

/// A date that was written anew so many seconds after signing.
pub(crate) fn shifted(signed: Signed, secs: i64) -> Option<Signed> {
    use mqscope::protocol::date::format_http_date;
    on_the_way(signed, |signed| {
        let date = format_http_date(signed.at.offset_millis(secs * 1000));
        signed.set("date", &date);
    })
}

pub(crate) const FIELD_BREAKS: &[Break] = &[
    broken(
        "case of the charset",
        K::ContentTypeSpelling,
        40,
        |signed| {
            on_the_way(signed, |signed| {
                let sent = signed.header("content-type");
                let other = match sent.contains("UTF-8") {
                    true => sent.replace("UTF-8", "utf-8"),
                    false => sent.replace("utf-8", "UTF-8"),
                };
                signed.set("content-type", &other);
            })
            .filter(|signed| !signed.content_type.is_empty())
        },
    ),
    broken("blank in the type", K::ContentTypeSpelling, 50, |signed| {
        let other = signed.content_type.replace(';', "; ");
        signed_as(signed, |signed| signed.content_type = other)
    }),
    broken(
        "blank put in on the way",
        K::ContentTypeSpelling,
        50,
        |signed| {
            let other = signed.content_type.replace(';', "; ");
            let known = !signed.content_type.is_empty();
            on_the_way(signed, |signed| signed.set("content-type", &other)).filter(|_| known)
        },
    ),
    broken("type not signed", K::ContentTypeNotSigned, 70, |signed| {
        signed_as(signed, |signed| signed.content_type.clear())
    }),
    broken("type not sent", K::ContentTypeNotSent, 70, |signed| {
        on_the_way(signed, |signed| signed.drop("content-type"))
    }),
    broken("charset dropped", K::ContentTypeChanged, 50, |signed| {
        let known = signed.content_type.contains(';');
        on_the_way(signed, |signed| signed.set("content-type", "text/xml")).filter(|_| known)
    }),
    broken("type of a proxy", K::ContentTypeChanged, 70, |signed| {
        let known = !signed.content_type.is_empty();
        on_the_way(signed, |signed| {
            signed.set("content-type", "application/octet-stream")
        })
        .filter(|_| known)
    }),
    broken("raw digest signed", K::ContentMd5Form, 24, |signed| {
        let digest = Md5::digest(signed.request.body.as_deref().unwrap());
        let known = !signed.content_md5.is_empty();
        signed_as(signed, |signed| signed.content_md5 = BASE64.encode(digest)).filter(|_| known)
    }),
    broken(
        "hexadecimal digest signed",
        K::ContentMd5Form,
        24,
        |signed| {
            let digest = Md5::digest(signed.request.body.as_deref().unwrap());
            let known = !signed.content_md5.is_empty();
            signed_as(signed, |signed| signed.content_md5 = hex::encode(digest)).filter(|_| known)
        },
    ),
    broken(
        "hexadecimal digest sent and signed",
        K::ContentMd5Form,
        80,
        |mut signed| {
            let digest = Md5::digest(signed.request.body.as_deref().unwrap());
            signed.set("content-md5", &hex::encode(digest));
            let mut signed = Signed::of(signed.request);
            signed.seal();
            Some(signed)
        },
    ),
    broken("digest not signed", K::ContentMd5NotSigned, 24, |signed| {
        signed_as(signed, |signed| signed.content_md5.clear())
    }),
    broken("digest not sent", K::ContentMd5NotSent, 24, |signed| {
        on_the_way(signed, |signed| signed.drop("content-md5"))
    }),
    broken("body changed", K::BodyChanged, 24, |mut signed| {
        signed.request.body = Some(b"<Message/>".to_vec());
        (!signed.content_md5.is_empty()).then_some(signed)
    }),
    broken("method in small letters", K::MethodCase, 80, |signed| {
        signed_as(signed, |signed| {
            signed.method = signed.method.to_lowercase()
        })
    }),
    broken("another method", K::OtherMethod, 80, |signed| {
        signed_as(signed, |signed| signed.method = "PUT".to_owned())
    }),
    broken("CR LF", K::LineEnds, 80, |signed| {
        text_as(signed, |text| text.replace('\n', "\r\n"))
    }),
    broken("backslash n", K::LiteralNewlines, 80, |signed| {
        text_as(signed, |text| text.replace('\n', "\\n"))
    }),
    broken("no empty lines", K::EmptyLines, 50, |signed| {
        text_as(signed, |text| {
            let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
            lines.join("\n")
        })
    }),
    broken("LF at the end", K::EmptyLines, 80, |signed| {
        text_as(signed, |text| format!("{text}\n"))
    }),
    broken(
        "empty line before the resource",
        K::EmptyLines,
        80,
        |signed| text_as(signed, |text| text.replacen("\n/topics", "\n\n/topics", 1)),
    ),
    broken("type before digest", K::FieldOrder, 70, |signed| {
        signed_as(signed, |signed| {
            std::mem::swap(&mut signed.content_type, &mut signed.content_md5);
        })
    }),
];

pub(crate) const HEADER_BREAKS: &[Break] = &[
    broken("X-Mq-Version", K::HeaderCasing, 80, |signed| {
        text_as(signed, |text| text.replace("x-mq-version", "X-Mq-Version"))
    }),
    broken("X-MQ-VERSION", K::HeaderCasing, 80, |signed| {
        text_as(signed, |text| text.replace("x-mq-version", "X-MQ-VERSION"))
    }),
    broken("order of headers", K::HeaderOrder, 80, |signed| {
        signed_as(with_more_headers(signed), |signed| signed.headers.reverse())
    }),
    broken("headers as sent", K::HeaderOrder, 80, |signed| {
        signed_as(with_more_headers(signed), |signed| {
            signed.headers.rotate_left(1)
        })
    }),
    broken("blank in a header", K::HeaderBlank, 80, |signed| {
        text_as(signed, |text| {
            text.replace("x-mq-version:", "x-mq-version: ")
        })
    }),
    broken("version not signed", K::MqHeaderNotSigned, 80, |signed| {
        signed_as(signed, |signed| signed.headers.clear())
    }),
    broken("version not sent", K::VersionNotSent, 80, |signed| {
        on_the_way(signed, |signed| signed.drop("x-mq-version"))
    }),
    broken("token signed", K::SecurityTokenSigned, 80, |signed| {
        signed_as(with_token(signed), |signed| {
            signed
                .headers
                .insert(0, ("security-token".to_owned(), TOKEN.to_owned()));
        })
    }),
    broken("token signed last", K::SecurityTokenSigned, 80, |signed| {
        signed_as(with_token(signed), |signed| {
            signed
                .headers
                .push(("security-token".to_owned(), TOKEN.to_owned()));
        })
    }),
];

pub(crate) const RESOURCE_BREAKS: &[Break] = &[
    broken("sorted query", K::QueryOrder, 30, |signed| {
        parameters_as(signed, |p| p.sort_unstable())
    }),
    broken("reversed query", K::QueryOrder, 60, |signed| {
        parameters_as(signed, |p| p.reverse())
    }),
    broken("rotated query", K::QueryOrder, 60, |signed| {
        parameters_as(signed, |p| p.rotate_left(1))
    }),
    broken("decoded query", K::QueryEncoding, 18, |signed| {
        // Where only a quote is decoded it is the quirk of the Node SDK.
        let only_quote = signed.resource.contains("%27")
            && decoded(&signed.resource) == signed.resource.replace("%27", "'");
        query_as(signed, decoded).filter(|_| !only_quote)
    }),
    broken("+ signed as %20", K::QueryEncoding, 3, |signed| {
        query_as(signed, |q| q.replace('+', "%20"))
    }),
    broken("%20 signed as +", K::QueryEncoding, 2, |signed| {
        query_as(signed, |q| q.replace("%20", "+"))
    }),
    broken("quote", K::NodeQuote, 5, |signed| {
        query_as(signed, |q| q.replace("%27", "'"))
    }),
    broken("encoded twice", K::QueryEncoding, 20, |signed| {
        query_as(signed, |q| q.replace('%', "%25"))
    }),
    broken("small escapes", K::EscapeCase, 15, |signed| {
        query_as(signed, |q| {
            q.replace("%7C", "%7c")
                .replace("%2B", "%2b")
                .replace("%E4", "%e4")
                .replace("%B8", "%b8")
                .replace("%AD", "%ad")
                .replace("%E6", "%e6")
                .replace("%A0", "%a0")
                .replace("%E7", "%e7")
                .replace("%BE", "%be")
                .replace("%AF", "%af")
                .replace("%9D", "%9d")
                .replace("%AE", "%ae")
        })
    }),
    broken("empty parameter signed", K::EmptyParameter, 50, |signed| {
        let has_trans = signed.resource.contains("trans=");
        query_as(signed, |q| format!("{q}&trans=")).filter(|_| !has_trans)
    }),
    broken("empty parameter sent", K::EmptyParameter, 70, |signed| {
        let empty = signed.resource.contains('?');
        on_the_way(signed, |signed| signed.request.target.push_str("&tag=")).filter(|_| empty)
    }),
    broken("empty ns signed", K::EmptyParameter, 5, |signed| {
        let has_query = signed.resource.contains('?');
        signed_as(signed, |signed| signed.resource.push_str("?ns=")).filter(|_| !has_query)
    }),
    broken("ns not signed", K::InstanceNotSigned, 40, |signed| {
        parameters_as(signed, |p| {
            p.retain(|parameter| !parameter.starts_with("ns="))
        })
        .filter(|signed| !signed.resource.ends_with('?'))
    }),
    broken("wait not signed", K::ParameterNotSigned, 25, |signed| {
        parameters_as(signed, |p| {
            p.retain(|parameter| !parameter.starts_with("waitseconds="))
        })
    }),
    broken("query not signed", K::QueryNotSigned, 70, |signed| {
        signed_as(signed, |signed| {
            let path = signed.resource.split('?').next().unwrap().to_owned();
            signed.resource = path;
        })
    }),
    broken("prefix sent", K::PathPrefix, 80, |signed| {
        on_the_way(signed, |signed| {
            signed.request.target.insert_str(0, "/some/gateway")
        })
    }),
    broken("prefix signed", K::PathPrefix, 80, |signed| {
        signed_as(signed, |signed| signed.resource.insert_str(0, "/rocketmq"))
    }),
    broken("trailing slash signed", K::TrailingSlash, 80, |signed| {
        signed_as(signed, |signed| {
            signed.resource = signed.resource.replacen("/messages", "/messages/", 1)
        })
    }),
    broken("trailing slash sent", K::TrailingSlash, 80, |signed| {
        on_the_way(signed, |signed| {
            signed.request.target = signed.request.target.replacen("/messages", "/messages/", 1);
        })
    }),
    broken("two slashes sent", K::LeadingSlash, 80, |signed| {
        on_the_way(signed, |signed| signed.request.target.insert(0, '/'))
    }),
    broken("two slashes signed", K::LeadingSlash, 80, |signed| {
        signed_as(signed, |signed| signed.resource.insert(0, '/'))
    }),
    broken("no slash signed", K::LeadingSlash, 80, |signed| {
        signed_as(signed, |signed| {
            signed.resource.remove(0);
        })
    }),
    broken(
        "slashes of the Node SDK",
        K::NodeSlashes,
        80,
        |mut signed| {
            signed.request.target.insert(0, '/');
            signed_as(signed, |signed| signed.resource.insert_str(0, "//"))
        },
    ),
    broken("whole URL", K::FullUrl, 80, |signed| {
        let host = signed.header("host");
        signed_as(signed, |signed| {
            signed.resource.insert_str(0, &format!("http://{host}"))
        })
    }),
    broken("topic encoded", K::PathEncoding, 80, |mut signed| {
        let target = &signed.request.target;
        signed.request.target = target.replacen("/topics/t", "/topics/%74", 1);
        let signed = Signed::of(signed.request);
        let plain = signed.resource.replacen("%74", "t", 1);
        signed_as(signed, |signed| signed.resource = plain)
    }),
];
