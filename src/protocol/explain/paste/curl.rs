//! A curl command as people copy it from a shell, a browser or a page of documentation.

mod shell;

use super::{PasteError, split_url};
use crate::protocol::explain::SentRequest;

/// Options with a value that say nothing about what is signed.
const IGNORED_LONG: &[&str] = &[
    "--output",
    "--proxy",
    "--max-time",
    "--connect-timeout",
    "--cacert",
    "--cert",
    "--key",
    "--resolve",
    "--retry",
    "--retry-delay",
    "--write-out",
    "--cookie-jar",
    "--dump-header",
    "--config",
    "--limit-rate",
    "--ciphers",
    "--interface",
    "--stderr",
    "--trace",
    "--trace-ascii",
    "--proxy-user",
    "--user",
    "--form",
    "--upload-file",
    "--range",
    "--expect100-timeout",
    "--connect-to",
    "--tls-max",
    "--noproxy",
    "--keepalive-time",
    "--aws-sigv4",
];
const IGNORED_SHORT: &str = "oxmEwcDKyYCFTruzQtP";

/// What a command is made of, before it becomes a request.
#[derive(Default)]
struct Command {
    method: Option<String>,
    url: Option<String>,
    headers: Vec<(String, String)>,
    data: Vec<String>,
    /// Data that stands in a file, which is not here.
    in_file: bool,
    as_query: bool,
    head: bool,
    json: bool,
}

pub(super) fn read(text: &str) -> Option<Result<SentRequest, PasteError>> {
    let command = shell::command(text)?;
    Some(shell::words(&command).and_then(|words| Command::parse(&words)?.into_request()))
}

impl Command {
    fn parse(words: &[String]) -> Result<Self, PasteError> {
        let mut command = Self::default();
        let mut words = words.iter().map(String::as_str).skip(1);
        while let Some(word) = words.next() {
            if shell::ends_command(word) {
                break;
            }
            let mut value = || words.next().unwrap_or_default();
            match word.strip_prefix('-') {
                None | Some("") => command.set_url(word),
                Some(long) if long.starts_with('-') => match word.split_once('=') {
                    Some((name, given)) if name.len() > 2 => command.long(name, &mut || given),
                    _ => command.long(word, &mut value),
                },
                Some(short) => command.short(short, &mut value),
            }
        }
        Ok(command)
    }

    fn set_url(&mut self, url: &str) {
        self.url.get_or_insert_with(|| url.to_owned());
    }

    /// Short options, several in one word, the last one perhaps with its value.
    fn short<'a>(&mut self, word: &'a str, value: &mut impl FnMut() -> &'a str) {
        for (at, option) in word.char_indices() {
            let rest = word.get(at + option.len_utf8()..).unwrap_or_default();
            let takes_value = "XHdAeb".contains(option) || IGNORED_SHORT.contains(option);
            if takes_value {
                let value = if rest.is_empty() { value() } else { rest };
                let long = match option {
                    'X' => "--request",
                    'H' => "--header",
                    'd' => "--data",
                    'A' => "--user-agent",
                    'e' => "--referer",
                    'b' => "--cookie",
                    _ => return,
                };
                self.long(long, &mut || value);
                return;
            }
            match option {
                'G' => self.as_query = true,
                'I' => self.head = true,
                _ => {}
            }
        }
    }

    fn long<'a>(&mut self, option: &str, value: &mut impl FnMut() -> &'a str) {
        match option {
            "--request" => self.method = Some(value().to_owned()),
            "--url" => self.set_url(value()),
            "--header" => self.header(value()),
            "--data" | "--data-ascii" | "--data-binary" => self.data(value(), true),
            "--data-raw" => self.data(value(), false),
            "--data-urlencode" => self.encoded(value()),
            "--json" => {
                self.json = true;
                self.data(value(), true);
            }
            "--get" => self.as_query = true,
            "--head" => self.head = true,
            "--user-agent" => self.named("User-Agent", value()),
            "--referer" => self.named("Referer", value()),
            "--cookie" => self.named("Cookie", value()),
            ignored if IGNORED_LONG.contains(&ignored) => drop(value()),
            _ => {}
        }
    }

    fn named(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    fn header(&mut self, text: &str) {
        // `Name;` sends the header empty; `Name:` takes away one that curl would send.
        match text.split_once(':') {
            Some((name, value)) => {
                let value = value.trim_matches([' ', '\t']);
                self.headers
                    .push((name.trim().to_owned(), value.to_owned()));
            }
            None => {
                if let Some(name) = text.strip_suffix(';') {
                    self.headers
                        .push((format!("{};", name.trim()), String::new()));
                }
            }
        }
    }

    fn data(&mut self, text: &str, may_be_file: bool) {
        if may_be_file && text.starts_with('@') {
            self.in_file = true;
        } else {
            self.data.push(text.to_owned());
        }
    }

    /// `name=text`, `=text` or `text`, with the text encoded.
    fn encoded(&mut self, text: &str) {
        if text.contains('@') && !text.contains('=') {
            self.in_file = true;
            return;
        }
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, UNRESERVED).to_string();
        self.data.push(match text.split_once('=') {
            Some(("", text)) => encode(text),
            Some((name, text)) => format!("{name}={}", encode(text)),
            None => encode(text),
        });
    }

    fn into_request(self) -> Result<SentRequest, PasteError> {
        let url = self.url.as_deref().ok_or(PasteError::NoUrl)?;
        let (host, mut target) = split_url(url)?;
        let has_data = self.in_file || !self.data.is_empty();
        let data = self.data.join("&");
        let method = match (&self.method, has_data && !self.as_query) {
            (Some(method), _) => method.clone(),
            (None, _) if self.head => "HEAD".to_owned(),
            (None, true) => "POST".to_owned(),
            (None, false) => "GET".to_owned(),
        };
        if self.as_query && !data.is_empty() {
            target.push(if target.contains('?') { '&' } else { '?' });
            target.push_str(&data);
        }
        let given = |name: &str| {
            self.headers
                .iter()
                .any(|(given, _)| given.eq_ignore_ascii_case(name))
        };
        let mut headers = Vec::new();
        let mut default = |name: &str, value: &str| {
            if !given(name) {
                headers.push((name.to_owned(), value.to_owned()));
            }
        };
        default("Host", &host);
        if has_data && !self.as_query {
            // curl's own, which surprises who signs without it.
            let content_type = if self.json {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            default("Content-Type", content_type);
        }
        for (name, value) in self.headers {
            match name.strip_suffix(';') {
                Some(name) => headers.push((name.to_owned(), String::new())),
                None if value.is_empty() => {}
                None => headers.push((name, value)),
            }
        }
        let body = (!self.in_file).then(|| match self.as_query {
            true => Vec::new(),
            false => data.into_bytes(),
        });
        let request = SentRequest {
            method,
            target,
            headers,
            body,
        };
        unexpanded(&request).map_or(Ok(request.clone()), Err)
    }
}

/// What `--data-urlencode` leaves as it is.
const UNRESERVED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A header in which a variable still stands.
fn unexpanded(request: &SentRequest) -> Option<PasteError> {
    ["Authorization", "Date", "Content-MD5"]
        .into_iter()
        .find(|name| {
            request
                .header(name)
                .is_some_and(|value| value.contains('$') || value.contains('`'))
        })
        .map(|name| PasteError::Unexpanded(name.to_owned()))
}
