//! The signature debugger: what is pasted is explained by the keys that are chosen, what the sandbox
//! refused is explained by the sandbox, and no secret is to be seen anywhere. That the explanations
//! are right is the business of `tests/explain`.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use egui::Key;
use egui::accesskit::Role;
use mqscope::credentials::Credentials;
use mqscope::protocol::explain::CauseKind;
use mqscope::protocol::{Profile, date, sign};

use crate::support::{BEGIN, Place, Start, Window, en, en_with};

const ACCESS_KEY: &str = "LabAccessKeyId";
const SECRET_KEY: &str = "LabAccessKeySecret0123";

/// A request as somebody sends it, and what of it is signed.
#[derive(Clone)]
struct Sent {
    access_key: String,
    secret: String,
    content_type: String,
    date: String,
    target: String,
    /// `name: value` of more headers.
    more: String,
    body: String,
}

impl Sent {
    fn new() -> Self {
        Self {
            access_key: ACCESS_KEY.to_owned(),
            secret: SECRET_KEY.to_owned(),
            content_type: "text/xml;charset=UTF-8".to_owned(),
            date: date::format_http_date(BEGIN),
            target: "/topics/orders/messages?consumer=g&numOfMessages=1&tag=a%7Cb".to_owned(),
            more: String::new(),
            body: String::new(),
        }
    }

    fn text(&self) -> String {
        sign::string_to_sign(&sign::SignedParts {
            method: "POST",
            content_md5: "",
            content_type: &self.content_type,
            date: &self.date,
            mq_headers: vec![("x-mq-version", "2015-06-06")],
            resource: &self.target,
        })
    }

    fn signature(&self) -> String {
        sign::signature(&self.secret, &self.text())
    }

    fn headers(&self, signature: &str) -> String {
        format!(
            "Authorization: MQ {}:{signature}\r\nDate: {}\r\nContent-Type: {}\r\n\
             x-mq-version: 2015-06-06\r\nContent-Length: {}\r\n{}",
            self.access_key,
            self.date,
            self.content_type,
            self.body.len(),
            self.more
        )
    }

    /// As it goes over the wire, with this signature.
    fn http(&self, signature: &str) -> String {
        let headers = self.headers(signature);
        format!(
            "POST {} HTTP/1.1\r\nHost: h\r\n{headers}\r\n{}",
            self.target, self.body
        )
    }

    /// Signed as `of` is.
    fn signed_like(&self, of: &Sent) -> String {
        self.http(&of.signature())
    }
}

/// A window with a connection that has the lab's keys, and the debugger open with them.
fn debugger() -> Window {
    let start = Start::default().with("desk", Profile::Tdmq, "http://127.0.0.1:9");
    let keys = Credentials::from_pasted(ACCESS_KEY, SECRET_KEY, "");
    start.secrets.store("desk", &keys);
    let mut window = Window::start(start);
    window.until_running();
    window.stop();
    open(&mut window);
    choose_keys(
        &mut window,
        &en_with("debugger-keys-of", &[("name", "desk")]),
    );
    window
}

fn open(window: &mut Window) {
    window.click("Tools");
    window.click(&en("debugger-open"));
    window.assert_shows(&en("debugger-nothing-yet"));
}

fn choose_keys(window: &mut Window, choice: &str) {
    let menu = window.button_with(&format!("{} · ", en("debugger-keys")));
    window.click(&menu);
    window.click(choice);
}

fn paste(window: &mut Window, text: &str) {
    // The field keeps line ends as they are, and the reader takes both.
    let text = text.replace("\r\n", "\n");
    window.fill(Place::Only, &en("debugger-request"), &text);
}

/// The kind of the first cause, as the JSON that can be copied has it.
fn first_cause(window: &mut Window) -> (String, serde_json::Value) {
    window.click(&en("debugger-copy-json"));
    let report: serde_json::Value = serde_json::from_str(&window.copied()).unwrap();
    let kind = report["causes"][0]["kind"].as_str().unwrap_or_default();
    (kind.to_owned(), report)
}

/// No secret can be read in the window or was copied.
#[track_caller]
fn assert_no_secret(window: &Window, secrets: &[&str]) {
    for (role, text) in window.things() {
        // What somebody pasted stands where it was pasted.
        if role != Role::MultilineTextInput && role != Role::TextRun {
            for secret in secrets {
                assert!(!text.contains(secret), "{secret}: {text}");
            }
        }
    }
}

#[test]
fn each_mistake_that_is_pasted_comes_first() {
    let mut window = debugger();
    let right = Sent::new();
    let signed = |change: fn(&mut Sent)| {
        let mut other = right.clone();
        change(&mut other);
        right.signed_like(&other)
    };
    let swapped = Sent {
        access_key: SECRET_KEY.to_owned(),
        secret: ACCESS_KEY.to_owned(),
        ..right.clone()
    };
    let slow = Sent {
        date: "Sun, 22 Nov 2026 10:54:07 GMT".to_owned(),
        ..right.clone()
    };
    let other_key = Sent {
        access_key: "AnotherAccessKey".to_owned(),
        ..right.clone()
    };
    let curl = {
        let sent = right.signed_like(&Sent {
            target: right.target.replace("%7C", "|"),
            ..right.clone()
        });
        let headers: Vec<String> = sent
            .lines()
            .skip(2)
            .filter(|line| !line.is_empty())
            .map(|line| format!("-H '{}'", line.trim_end()))
            .collect();
        format!(
            "curl -X POST {} 'http://h{}'",
            headers.join(" "),
            right.target
        )
    };
    let no_scheme = right.signed_like(&right).replace("MQ ", "");
    let hex = right.http(&"0123456789abcdef0123".repeat(2));
    let cases: Vec<(&str, String, CauseKind)> = vec![
        (
            "swapped",
            swapped.signed_like(&swapped),
            CauseKind::SwappedKeys,
        ),
        (
            "line break",
            signed(|s| s.secret.push('\n')),
            CauseKind::WhiteSpaceInSecret,
        ),
        (
            "quoted",
            signed(|s| s.secret = format!("\"{}\"", s.secret)),
            CauseKind::QuotedSecret,
        ),
        (
            "wrong",
            signed(|s| s.secret = "something-else".to_owned()),
            CauseKind::WrongSecret,
        ),
        ("clock", slow.signed_like(&slow), CauseKind::Clock),
        (
            "type",
            signed(|s| s.content_type = "text/xml; charset=utf-8".to_owned()),
            CauseKind::ContentTypeSpelling,
        ),
        (
            "no type",
            signed(|s| s.content_type.clear()),
            CauseKind::ContentTypeNotSigned,
        ),
        (
            "order",
            signed(|s| {
                s.target = "/topics/orders/messages?numOfMessages=1&consumer=g&tag=a%7Cb".to_owned()
            }),
            CauseKind::QueryOrder,
        ),
        ("encoding", curl, CauseKind::QueryEncoding),
        (
            "path only",
            signed(|s| s.target = "/topics/orders/messages".to_owned()),
            CauseKind::QueryNotSigned,
        ),
        (
            "prefix",
            signed(|s| s.target = format!("/gateway{}", s.target)),
            CauseKind::PathPrefix,
        ),
        (
            "full url",
            signed(|s| s.target = format!("http://h{}", s.target)),
            CauseKind::FullUrl,
        ),
        (
            "other key",
            other_key.signed_like(&other_key),
            CauseKind::OtherAccessKey,
        ),
        ("scheme", no_scheme, CauseKind::AuthorizationForm),
        ("hex", hex, CauseKind::HexSignature),
    ];
    for (what, text, expected) in cases {
        paste(&mut window, &text);
        // Pasting is asking.
        window.until(what, |window| !window.shows(&en("debugger-pending")));
        let found = first_cause(&mut window);
        assert_eq!(found.0, expected.id(), "{what}: {:#}", found.1);
        assert!(!found.1.to_string().contains(SECRET_KEY), "{what}");
        assert_no_secret(&window, &[SECRET_KEY]);
        window.click(&en("debugger-copy-text"));
        assert!(window.copied().contains(&en("explain-causes")));
        assert!(!window.copied().contains(SECRET_KEY), "{what}");
    }
    paste(&mut window, &right.signed_like(&right));
    window.until_shown(&en("explain-good"));
}

#[test]
fn a_request_with_a_body_of_megabytes_is_explained_and_shown_in_parts() {
    let mut window = debugger();
    let sent = Sent {
        body: "<Message>".to_owned() + &"0123456789".repeat(400_000),
        ..Sent::new()
    };
    let text = sent.signed_like(&Sent {
        secret: "another".to_owned(),
        ..sent.clone()
    });
    let field = en("debugger-request");
    window.paste_into(Place::Only, &field, &text.replace("\r\n", "\n"));
    window.until("it is explained", |window| {
        window.has(&en("debugger-copy-json"))
    });
    let (kind, report) = first_cause(&mut window);
    assert_eq!(kind, CauseKind::WrongSecret.id(), "{report}");
    let shown = window.value(Place::Only, &field);
    assert!(shown.len() < 20_000, "{} bytes are laid out", shown.len());
    window.assert_shows("Part ");
}

#[test]
fn what_differs_is_in_sight_and_each_sdk_has_its_own_way() {
    let mut window = debugger();
    let right = Sent::new();
    let other = Sent {
        content_type: "text/xml; charset=utf-8".to_owned(),
        ..right.clone()
    };
    paste(&mut window, &right.signed_like(&other));
    window.until_shown(&en_with("debugger-differ", &[("parts", "Content-Type")]));
    assert!(window.has("text/xml;charset=UTF-8\\n"), "{}", window.tree());
    assert!(
        window.has("text/xml;·charset=utf-8\\n"),
        "{}",
        window.tree()
    );
    assert!(window.has(&en("debugger-ours")) && window.has(&en("debugger-theirs")));
    for sdk in ["Java", "Go", "PHP", "C#", "C++", "Node", "Python"] {
        window.click(sdk);
        window.assert_shows(&en_with("debugger-sdk-string", &[("sdk", sdk)]));
    }
    window.click("Go");
    assert!(
        window.count("text/xml;charset=utf-8\\n") == 1,
        "{}",
        window.tree()
    );
}

#[test]
fn typed_keys_are_wiped_and_what_was_pasted_stays() {
    let mut window = debugger();
    let request = Sent::new();
    let text = request.signed_like(&request).replace("\r\n", "\n");
    choose_keys(&mut window, &en("debugger-keys-typed"));
    window.fill(Place::Only, &en("debugger-sk"), SECRET_KEY);
    paste(&mut window, &text);
    window.until_shown(&en("explain-good"));
    assert_no_secret(&window, &[SECRET_KEY]);

    window.click("Close");
    window.assert_not_shown(&en("debugger-title"));
    window.click("Tools");
    window.click(&en("debugger-open"));
    assert_eq!(window.value(Place::Only, &en("debugger-request")), text);
    window.press_with_command(Key::Enter);
    window.until_shown(&en("debugger-no-keys"));
    assert_eq!(window.value(Place::Only, &en("debugger-sk")), "");
    let kept = format!("{:?}", window.kept_workspace());
    assert!(!kept.contains(SECRET_KEY) && !kept.contains(ACCESS_KEY));
    assert!(!window.config_text().contains(SECRET_KEY));
}

#[test]
fn what_is_no_request_says_so_and_stays() {
    let mut window = debugger();
    for (text, error) in [
        ("not a request", en("debugger-paste-unknown")),
        ("curl -H 'Date: x", en("debugger-paste-open-quote")),
        ("curl -X POST", en("debugger-paste-no-url")),
    ] {
        paste(&mut window, text);
        window.until_shown(&error);
        assert_eq!(window.value(Place::Only, &en("debugger-request")), text);
    }
    // Keys that are not there are said as well.
    let mut window = Window::start(Start::default().with("empty", Profile::Tdmq, "http://h"));
    window.until_running();
    open(&mut window);
    choose_keys(
        &mut window,
        &en_with("debugger-keys-of", &[("name", "empty")]),
    );
    let request = Sent::new();
    paste(&mut window, &request.signed_like(&request));
    window.until_shown(&en("trouble-no-keys"));
}

#[test]
fn an_old_date_counts_only_if_it_was_sent_just_now() {
    let mut window = debugger();
    let old = Sent {
        date: "Sun, 22 Nov 2026 08:00:07 GMT".to_owned(),
        ..Sent::new()
    };
    paste(&mut window, &old.signed_like(&old));
    window.until_shown(&en("explain-good"));
    window.click(&en("debugger-just-now"));
    window.assert_shows(&en("debugger-stale"));
    window.click(&en("debugger-explain"));
    window.until_shown("134 minutes");
    assert_eq!(first_cause(&mut window).0, CauseKind::Clock.id());
}

/// Sends a request to the sandbox past the window, and returns once it was refused.
fn send(window: &Window, request: &str) {
    let mut stream = TcpStream::connect(window.sandbox_addr()).unwrap();
    let request = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}

/// A request of another program that the sandbox refuses for its signature.
fn foreign() -> Sent {
    Sent {
        access_key: "sandbox".to_owned(),
        secret: "not-the-secret".to_owned(),
        target: "/topics/orders/messages".to_owned(),
        more: "User-Agent: mq-go-sdk/1.0.3\r\n".to_owned(),
        body: "<Message><MessageBody>x</MessageBody></Message>".to_owned(),
        ..Sent::new()
    }
}

/// Sends it, and waits until the window knows.
pub(crate) fn refused_request(window: &mut Window) {
    let sent = foreign();
    send(window, &sent.signed_like(&sent));
    window.until_shown(" refused");
}

#[test]
fn a_foreign_request_that_the_sandbox_refused_is_listed_and_explained() {
    let mut window = Window::open();
    window.stop();
    let sent = foreign();
    send(&window, &sent.signed_like(&sent));
    let values = [
        ("agent", "mq-go-sdk/1.0.3"),
        ("code", "SignatureDoesNotMatch"),
    ];
    window.until_shown(&en_with("notice-refused", &values));
    window.until_shown(" · 1 refused");

    window.click(&window.button_with("Sandbox http://"));
    window.until_shown("Refused · 1");
    window.click("Refused · 1");
    let values = [
        ("code", "SignatureDoesNotMatch"),
        ("request", "POST /topics/orders/messages"),
        ("client", "Go SDK"),
    ];
    window.click(&en_with("refusals-explain", &values));
    window.until_shown(&en_with("cause-wrong-secret", &[("tried", "yes")]));
    window.assert_shows("Sent by the official SDK for Go");
    window.assert_shows(&en("debugger-sandbox-signs"));
    let shown = window.value(Place::Only, &en("debugger-request-shown"));
    assert!(shown.contains("MQ sandbox:[signature]"), "{shown}");
    let all = format!("{}{shown}", window.tree());
    assert!(
        !all.contains(&sent.signature()) && !all.contains("sandbox-secret"),
        "{all}"
    );
    let (kind, report) = first_cause(&mut window);
    assert_eq!(kind, CauseKind::WrongSecret.id(), "{report:#}");
    assert_eq!(report["form"], serde_json::Value::Null);

    // Back to pasting, and the list can be emptied; it has been looked at.
    window.click(&en("debugger-paste-instead"));
    window.assert_shows(&en("debugger-nothing-yet"));
    window.click("Close");
    let status = window.button_with("Sandbox http://");
    assert!(!status.contains("refused"), "{status}");
    window.click_topmost(&en("refusals-clear"));
    window.until_shown("Refused · 0");
    window.assert_shows(&en("refusals-none"));
}

/// Publishes with a secret that the sandbox does not know.
fn publish_in_vain() -> Window {
    let mut window = Window::open();
    window.stop();
    let endpoint = format!("http://{}", window.sandbox_addr());
    window.click("Add connection…");
    window.click("Sandbox");
    window.fill(Place::Only, "Name", "wrong");
    window.fill(Place::Only, &en("connection-endpoint"), &endpoint);
    window.fill(Place::Only, &en("keys-ak-sandbox"), "sandbox");
    window.fill(Place::Only, &en("keys-sk-sandbox"), "a-wrong-secret");
    window.click("Save");
    window.until("it is saved", |window| {
        !window.has(&en("connection-new-title"))
    });
    window.fill(Place::Form, "Topic", "orders");
    window.click("Publish");
    window.until_shown(&en("card-signature"));
    window
}

/// Looks at the newest exchange of this kind in the traffic, and has its signature explained.
fn explain_exchange(window: &mut Window, kind: &str) {
    window.click(&en("traffic-open"));
    let is_it = |name: &String| name.contains(", attempt ") && name.contains(kind);
    window.until("the exchange", |window| {
        window.texts_with("Exchange ").iter().any(is_it)
    });
    let mut rows = window.texts_with("Exchange ");
    rows.retain(is_it);
    window.click(&rows[0]);
    window.click(&en("traffic-explain"));
}

#[test]
fn an_exchange_is_explained_by_the_keys_of_its_connection() {
    let mut window = Window::open();
    window.publish_and_see();
    explain_exchange(&mut window, ", Publish,");
    window.until_shown(&en("explain-good"));
    let shown = window.value(Place::Only, &en("debugger-request-shown"));
    assert!(
        shown.starts_with("POST /topics/orders/messages HTTP/1.1\n"),
        "{shown}"
    );
    assert!(shown.contains("<MessageBody>"), "{shown}");
    assert!(!shown.contains("sandbox-secret"), "{shown}");
    window.click("Close");

    // The server says what it signed, and that is what was signed here.
    let mut window = publish_in_vain();
    explain_exchange(&mut window, ", Publish,");
    window.until_shown(&en("cause-server-has-other-secret"));
    let (kind, report) = first_cause(&mut window);
    assert_eq!(kind, CauseKind::ServerHasOtherSecret.id(), "{report:#}");
    assert_eq!(report["causes"][0]["certainty"], "proven");
    window.click("Close");
    // The card of what failed leads there as well.
    window.click(&window.texts_with("Why: ").swap_remove(0));
    window.click(&en("debugger-open"));
    window.until_shown(&en("cause-server-has-other-secret"));
    assert_no_secret(&window, &["a-wrong-secret", "sandbox-secret"]);
}

#[test]
fn it_opens_from_the_form_of_a_connection_with_its_keys() {
    let mut window = debugger();
    window.click("Close");
    window.click("Edit desk…");
    window.click_topmost(&en("debugger-open"));
    let menu = format!("{} · ", en("debugger-keys"));
    let chosen = window.button_with(&menu);
    assert!(
        chosen.ends_with(&en_with("debugger-keys-of", &[("name", "desk")])),
        "{chosen}"
    );
    let request = Sent::new();
    paste(&mut window, &request.signed_like(&request));
    window.until_shown(&en("explain-good"));
    // The form is still there.
    window.click("Close");
    window.assert_shows(&en("connection-edit-title"));
}

#[test]
fn our_own_refused_publish_is_explained_by_the_sandbox() {
    let mut window = publish_in_vain();
    // One's own mistakes are said where they are made; nothing tells them again.
    window.assert_not_shown("The sandbox refused");
    window.click("Use Local sandbox");
    window.click(&window.button_with("Sandbox http://"));
    window.until_shown("Refused · 1");
    let status = window.button_with("Sandbox http://");
    assert!(!status.contains("refused"), "{status}");
    window.click("Refused · 1");
    window.click(&window.button_with("Explain SignatureDoesNotMatch"));
    window.until_shown(&en_with("cause-wrong-secret", &[("tried", "yes")]));
    assert_eq!(first_cause(&mut window).0, CauseKind::WrongSecret.id());
    assert_no_secret(&window, &["a-wrong-secret", "sandbox-secret"]);
}
