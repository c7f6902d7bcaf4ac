//! Reads a request out of whatever somebody pasted: the request itself, a curl command, or the log
//! of an SDK. Which of them it is, is found out here; nobody has to say.
//!
//! Of a log with several requests the last one counts: that is where people stop copying.

mod answer;
mod csharp;
mod curl;
mod http;
mod lines;
mod literal;
mod node;
mod python;

use std::sync::LazyLock;

use regex::Regex;

use super::{SentRequest, ServerAnswer};

/// What was pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// An HTTP request as it goes over the wire; also what Go's `DumpRequestOut` prints.
    Http,
    /// A curl command.
    Curl,
    /// `curl -v`, and what builds on it: Guzzle's `debug` (PHP), libcurl (C++).
    CurlVerbose,
    /// The wire log of Apache HttpClient (Java).
    JavaWire,
    /// `DEBUG=mq:client` of the Node SDK.
    NodeDebug,
    /// `debuglevel` of Python's `http.client`.
    PythonSend,
    /// The logger of the Python SDK.
    PythonLog,
    /// `HttpRequestMessage` of .NET, as text (C#).
    CSharp,
    /// A request in quotation marks, as Go's `%q` prints it.
    Quoted,
}

impl Form {
    /// Its name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Form::Http => "http",
            Form::Curl => "curl",
            Form::CurlVerbose => "curl_verbose",
            Form::JavaWire => "java_wire",
            Form::NodeDebug => "node_debug",
            Form::PythonSend => "python_send",
            Form::PythonLog => "python_log",
            Form::CSharp => "csharp",
            Form::Quoted => "quoted",
        }
    }
}

/// A request that was pasted, with what the server said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted {
    /// What it was read from.
    pub form: Form,
    /// The request.
    pub request: SentRequest,
    /// The answer, if it stands in the same text.
    pub answer: Option<ServerAnswer>,
}

/// Why a text cannot be read as a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    /// Nothing is there.
    #[error("there is nothing to read; paste a request, a curl command or the log of an SDK")]
    Empty,
    /// None of the forms.
    #[error(
        "this is no request that can be read; give an HTTP request (it begins with a line such as \
         \"POST /topics/orders/messages HTTP/1.1\"), a curl command, or the log of an SDK"
    )]
    Unknown,
    /// The command ends inside of quotation marks.
    #[error("the curl command cannot be read: a quotation mark is not closed")]
    OpenQuote,
    /// A curl command without a URL.
    #[error("the curl command has no URL")]
    NoUrl,
    /// A URL that is none.
    #[error("{0:?} is not the URL of a request")]
    Url(String),
    /// Variables of a shell that only the shell can fill in.
    #[error(
        "the {0} header of the curl command is not filled in: run it with -v and paste what that \
         prints, the shell has put the values in there"
    )]
    Unexpanded(String),
    /// A request without a target.
    #[error("the log names a {0}, but it is not complete")]
    Incomplete(&'static str),
}

/// Reads a pasted text.
///
/// # Errors
/// What is wrong with it, for whoever pasted it.
pub fn read(text: &str) -> Result<Pasted, PasteError> {
    let text = without_colours(text.trim_matches('\u{feff}'));
    if text.chars().all(|c| c.is_whitespace() || c == '\u{feff}') {
        return Err(PasteError::Empty);
    }
    let (form, request) = recognise(&text)?;
    Ok(Pasted {
        form,
        request,
        answer: answer::read(&text),
    })
}

/// Reads what a server answered; nothing if it says nothing about signatures.
pub fn answer(text: &str) -> Option<ServerAnswer> {
    answer::read(text)
}

type Reader = fn(&str) -> Option<Result<SentRequest, PasteError>>;

/// The readers, those that are surest about their own form first.
const READERS: &[(Form, Reader)] = &[
    (Form::JavaWire, lines::java_wire),
    (Form::NodeDebug, node::read),
    (Form::PythonSend, python::sent),
    (Form::PythonLog, python::logged),
    (Form::CSharp, csharp::read),
    (Form::CurlVerbose, lines::curl_verbose),
    (Form::Curl, curl::read),
    (Form::Quoted, literal::quoted_request),
    (Form::Http, http::read),
];

fn recognise(text: &str) -> Result<(Form, SentRequest), PasteError> {
    for (form, reader) in READERS {
        if let Some(request) = reader(text) {
            return request.map(|request| (*form, request));
        }
    }
    Err(PasteError::Unknown)
}

/// A text without the colours of a terminal.
fn without_colours(text: &str) -> String {
    static COLOUR: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new("\x1b\\[[0-9;]*[A-Za-z]").ok());
    match COLOUR.as_ref() {
        Some(colour) => colour.replace_all(text, "").into_owned(),
        None => text.to_owned(),
    }
}

/// Path and query of a URL, as a client puts them on the request line, and its host.
fn split_url(url: &str) -> Result<(String, String), PasteError> {
    let wrong = || PasteError::Url(url.to_owned());
    let rest = match url.split_once("://") {
        Some((scheme, rest))
            if matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") =>
        {
            rest
        }
        Some(_) => return Err(wrong()),
        None => url,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(at);
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() {
        return Err(wrong());
    }
    let target = if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    };
    Ok((host.to_owned(), target))
}

/// Whether a word is the method of a request.
fn is_method(word: &str) -> bool {
    (3..=7).contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphabetic())
}
