//! What is known about a signature, put into words: as text for people, as JSON for scripts, and
//! with every character in sight. The command line and the window say it in the same way. Finds
//! nothing out itself: that is `protocol::explain`. And what is wrong with XML, JSON and a file of
//! settings, by the words of what read them.

pub mod damage;
pub mod file;
pub mod json;
pub mod json_syntax;
pub mod keyring;
pub mod refused;
pub mod sandbox;
pub mod text;
pub mod visible;

use crate::i18n::{Say, Texts, Value};
use crate::protocol::explain::paste::{Form, PasteError};
use crate::protocol::explain::{Cause, Certainty, Explanation, Sdk, Verdict};

/// What a sentence of a parser means, by how it begins; `None` if it is not known.
fn by_beginning(sentences: &[(&str, &'static str)], sentence: &str) -> Option<Say> {
    let known = sentences
        .iter()
        .find(|(begin, _)| sentence.starts_with(begin));
    known.map(|(_, key)| Say::new(key))
}

/// What a server says to the request, in words.
pub fn verdict(texts: &Texts, found: &Explanation) -> String {
    match &found.verdict {
        Verdict::Good => texts.get("explain-good").to_owned(),
        Verdict::WouldBeRefused { code } => {
            texts.format("explain-refused", &[("code", code.as_str().into())])
        }
        Verdict::Unknown => texts.get("explain-unknown").to_owned(),
    }
}

/// What happened, in words.
pub fn explanation(texts: &Texts, cause: &Cause) -> String {
    let values: Vec<(&'static str, Value<'_>)> = cause
        .values
        .iter()
        .map(|(name, value)| (*name, value.as_str().into()))
        .collect();
    texts.format(cause.kind.text_key(), &values)
}

/// What to do about it.
pub fn fix<'t>(texts: &'t Texts, cause: &Cause) -> &'t str {
    texts.get(cause.kind.fix_key())
}

/// How sure it is, in a word.
pub fn certainty(texts: &Texts, certainty: Certainty) -> &str {
    match certainty {
        Certainty::Proven => texts.get("explain-proven"),
        Certainty::Likely => texts.get("explain-likely"),
        Certainty::Possible => texts.get("explain-possible"),
    }
}

/// What an SDK is called.
pub fn sdk_name(sdk: Sdk) -> &'static str {
    match sdk {
        Sdk::Java => "Java",
        Sdk::Go => "Go",
        Sdk::Php => "PHP",
        Sdk::CSharp => "C#",
        Sdk::Cpp => "C++",
        Sdk::Node => "Node",
        Sdk::Python => "Python",
    }
}

/// Why a text is no request.
pub fn paste_error(t: &Texts, error: &PasteError) -> String {
    let with = |key, what: &str| t.format(key, &[("what", what.into())]);
    match error {
        PasteError::Empty => t.get("debugger-paste-empty").to_owned(),
        PasteError::Unknown => t.get("debugger-paste-unknown").to_owned(),
        PasteError::OpenQuote => t.get("debugger-paste-open-quote").to_owned(),
        PasteError::NoUrl => t.get("debugger-paste-no-url").to_owned(),
        PasteError::Url(url) => with("debugger-paste-url", url),
        PasteError::Unexpanded(header) => with("debugger-paste-unexpanded", header),
        PasteError::Incomplete(what) => with("debugger-paste-incomplete", what),
    }
}

/// What a pasted text is called.
pub fn form_name(texts: &Texts, form: Form) -> &str {
    match form {
        Form::Http => texts.get("explain-form-http"),
        Form::Curl => texts.get("explain-form-curl"),
        Form::CurlVerbose => "curl -v",
        Form::JavaWire => "Apache HttpClient (Java)",
        Form::NodeDebug => "DEBUG=mq:client (Node)",
        Form::PythonSend => "http.client (Python)",
        Form::PythonLog => "mq_http_sdk (Python)",
        Form::CSharp => "HttpRequestMessage (C#)",
        Form::Quoted => texts.get("explain-form-quoted"),
    }
}

/// A time that has passed, roughly.
pub fn age(millis: i64) -> String {
    let minutes = millis / 60_000;
    match minutes {
        0..=120 => format!("{minutes} min"),
        121..=2880 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    }
}
