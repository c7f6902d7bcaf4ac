//! Recorded requests of the official SDKs, and ways to sign them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mqscope::protocol::date::parse_http_date;
use mqscope::protocol::explain::{Explanation, Keys, Moment, SentRequest, explain};
use mqscope::protocol::{Timestamp, sign};
use serde::Deserialize;

pub(crate) const ACCESS_KEY: &str = "LabAccessKeyId";
pub(crate) const SECRET_KEY: &str = "LabAccessKeySecret0123";
pub(crate) const TOKEN: &str = "STS.a-token+of/its=own";

#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) sdk: String,
    pub(crate) case: String,
    method: String,
    request_target: String,
    pub(crate) resource_is_raw_request_target: bool,
    pub(crate) string_to_sign: String,
    headers_as_sent: Vec<(String, String)>,
    body_base64: Option<String>,
}

pub(crate) fn vectors() -> Vec<Vector> {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../signature-vectors.json")).unwrap();
    assert_eq!(vectors.len(), 80);
    vectors
}

impl Vector {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.sdk, self.case)
    }

    /// As it was recorded.
    pub(crate) fn request(&self) -> SentRequest {
        let body = self.body_base64.as_deref().unwrap_or_default();
        SentRequest {
            method: self.method.clone(),
            target: self.request_target.clone(),
            headers: self.headers_as_sent.clone(),
            body: Some(BASE64.decode(body).unwrap()),
        }
    }

    /// As it would be without the quirk of the Node SDK: signed over what was sent.
    pub(crate) fn sound(&self) -> Signed {
        let mut signed = Signed::of(self.request());
        signed.seal();
        signed
    }
}

/// A request, and what is signed of it: both can be changed, one behind the other's back.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) request: SentRequest,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) method: String,
    pub(crate) content_md5: String,
    pub(crate) content_type: String,
    pub(crate) date: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) resource: String,
    /// When the server gets it.
    pub(crate) at: Timestamp,
}

impl Signed {
    pub(crate) fn of(request: SentRequest) -> Self {
        let value = |name| request.header(name).unwrap_or_default().to_owned();
        let mut headers: Vec<(String, String)> = request
            .headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.clone()))
            .filter(|(name, _)| name.starts_with("x-mq-"))
            .collect();
        headers.sort();
        Self {
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
            method: request.method.clone(),
            content_md5: value("content-md5"),
            content_type: value("content-type"),
            date: value("date"),
            headers,
            resource: request.target.clone(),
            at: parse_http_date(&value("date")).unwrap_or_default(),
            request,
        }
    }

    /// What is signed, in the way of the protocol.
    pub(crate) fn text(&self) -> String {
        let headers: String = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        format!(
            "{}\n{}\n{}\n{}\n{headers}{}",
            self.method, self.content_md5, self.content_type, self.date, self.resource
        )
    }

    pub(crate) fn seal(&mut self) {
        let text = self.text();
        self.seal_text(&text);
    }

    pub(crate) fn seal_text(&mut self, text: &str) {
        let signature = sign::signature(&self.secret_key, text);
        self.seal_with(&signature);
    }

    pub(crate) fn seal_with(&mut self, signature: &str) {
        let access_key = self.access_key.clone();
        self.set("Authorization", &format!("MQ {access_key}:{signature}"));
    }

    /// Changes a header of the request, or adds it, and nothing of what was signed.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let found = self
            .request
            .headers
            .iter_mut()
            .find(|(given, _)| given.eq_ignore_ascii_case(name));
        match found {
            Some((_, old)) => value.clone_into(old),
            None => self
                .request
                .headers
                .push((name.to_owned(), value.to_owned())),
        }
    }

    pub(crate) fn drop(&mut self, name: &str) {
        self.request
            .headers
            .retain(|(given, _)| !given.eq_ignore_ascii_case(name));
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.request.header(name).unwrap_or_default().to_owned()
    }

    pub(crate) fn signature(&self) -> String {
        let header = self.header("authorization");
        header.rsplit(':').next().unwrap_or_default().to_owned()
    }

    pub(crate) fn explained(&self) -> Explanation {
        explain(&self.request, None, Some(KEYS), Moment::At(self.at))
    }
}

/// The right keys, as the debugger gets them.
pub(crate) const KEYS: Keys<'static> = Keys {
    access_key: ACCESS_KEY,
    secret_key: SECRET_KEY,
    security_token: None,
};
