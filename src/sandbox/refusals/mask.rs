//! Takes out of a refused request whatever opens something, before anybody sees it: the signature,
//! tokens, the secret keys of the sandbox wherever they turn up, and an access key that is not
//! one of the sandbox's, as who swaps the two sends a secret there.

use secrecy::ExposeSecret as _;

use crate::protocol::explain::SentRequest;
use crate::protocol::sign;
use crate::sandbox::access::AccessRule;

/// A text shorter than this is not looked for in others: it would be found everywhere.
const MIN_MASKED: usize = 6;

/// So much of an access key that is not known is shown, if it is long enough to stay unknown.
const SHOWN_CHARS: usize = 4;

/// Texts, and what is shown in their place.
pub(super) struct Mask(Vec<(String, String)>);

impl Mask {
    pub(super) fn of(request: &SentRequest, rules: &[AccessRule]) -> Self {
        let mut hidden = Vec::new();
        let mut hide = |text: &str, shown: String| {
            if text.len() >= MIN_MASKED {
                hidden.push((text.to_owned(), shown));
            }
        };
        for rule in rules {
            hide(rule.secret_key.expose_secret(), "[secret key]".to_owned());
        }
        for (name, value) in &request.headers {
            if is_token(name) {
                hide(value, "[token]".to_owned());
            }
        }
        let header = request.header("authorization").unwrap_or_default();
        if let Some((access_key, signature)) = sign::split_authorization(header) {
            hide(signature, "[signature]".to_owned());
            if !is_known(access_key, rules) {
                hide(access_key, beginning(access_key));
            }
        }
        Self(hidden)
    }

    /// A text without them.
    pub(super) fn apply(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (hidden, shown)| {
                text.replace(hidden, shown)
            })
    }

    /// The headers without them. A header that is to identify somebody is hidden wholly if it is
    /// not of the form that is known.
    pub(super) fn headers(&self, request: &SentRequest) -> Vec<(String, String)> {
        let shown = |name: &str, value: &str| match name {
            "authorization" => match sign::split_authorization(value) {
                Some((access_key, _)) => format!("MQ {}:[signature]", self.apply(access_key)),
                None => "[hidden]".to_owned(),
            },
            "proxy-authorization" | "cookie" => "[hidden]".to_owned(),
            name if is_token(name) => "[token]".to_owned(),
            _ => self.apply(value),
        };
        let headers = request.headers.iter();
        headers
            .map(|(name, value)| (name.clone(), shown(name, value)))
            .collect()
    }
}

fn is_token(name: &str) -> bool {
    ["token", "secret", "password"]
        .iter()
        .any(|word| name.contains(word))
}

fn is_known(access_key: &str, rules: &[AccessRule]) -> bool {
    let mut rules = rules.iter();
    rules.any(|rule| rule.access_key == access_key.trim())
}

fn beginning(access_key: &str) -> String {
    let count = access_key.chars().count();
    let shown: String = match count > 3 * SHOWN_CHARS {
        true => access_key.chars().take(SHOWN_CHARS).collect(),
        false => String::new(),
    };
    format!("{shown}…({count} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(authorization: &str) -> SentRequest {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        SentRequest {
            method: "GET".to_owned(),
            target: "/topics/t/messages".to_owned(),
            headers: vec![
                header("authorization", authorization),
                header("x-mq-security-token", "a long token"),
                header("cookie", "session=1"),
                header("date", "today"),
            ],
            body: None,
        }
    }

    #[test]
    fn nothing_that_opens_anything_is_shown() {
        let rules = [AccessRule::new("known", "the secret key")];
        let check = |authorization: &str, expected: &str| {
            let request = request(authorization);
            let mask = Mask::of(&request, &rules);
            let headers = mask.headers(&request);
            let shown: Vec<&str> = headers.iter().map(|(_, value)| value.as_str()).collect();
            assert_eq!(shown, [expected, "[token]", "[hidden]", "today"]);
            let all = format!("{authorization} the secret key a long token");
            let masked = mask.apply(&all);
            for hidden in ["the secret key", "a long token", "c2lnbmF0dXJl"] {
                assert!(!masked.contains(hidden), "{masked}");
            }
        };
        check("MQ known:c2lnbmF0dXJl", "MQ known:[signature]");
        check("MQ known :c2lnbmF0dXJl", "MQ known :[signature]");
        check(
            "MQ the secret key:c2lnbmF0dXJl",
            "MQ [secret key]:[signature]",
        );
        check(
            "MQ LTAI5tSomebodyElse:c2lnbmF0dXJl",
            "MQ LTAI…(18 characters):[signature]",
        );
        check("MQ stranger:c2lnbmF0dXJl", "MQ …(8 characters):[signature]");
    }

    #[test]
    fn what_is_not_understood_is_hidden_wholly() {
        let request = request("Bearer something");
        let mask = Mask::of(&request, &[]);
        assert_eq!(mask.headers(&request)[0].1, "[hidden]");
    }
}
