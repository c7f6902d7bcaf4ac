//! Every failure of every operation has its words, in both languages, and its own.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::client::ErrorKind;
use crate::protocol::FaultCode;
use crate::protocol::admin::AdminCode;

/// Rows for what nobody has heard of; a known failure is never put there.
const GENERIC: [&str; 3] = ["card-other", "card-other-server", "card-refused"];

const LANGS: [Lang; 2] = Lang::ALL;

/// What the client sees of such a failure at least.
fn seen(reason: Reason) -> Evidence {
    let status = match (reason.kind(), reason) {
        (_, Reason::NotHttp | Reason::RocketMqTcp | Reason::Http2) => None,
        (ErrorKind::NotThisProtocol, _) => Some(502),
        _ => None,
    };
    let about = match reason {
        Reason::BadKey => Some("access key"),
        Reason::BadCaFile | Reason::WrongCaFile => Some("/etc/ca.pem"),
        Reason::ProxyUnreachable => Some("127.0.0.1:3128"),
        _ => None,
    };
    Evidence {
        endpoint: "http://h:1".to_owned(),
        words: "because".to_owned(),
        about: about.map(str::to_owned),
        status,
        ..Evidence::new(reason)
    }
}

/// Everything that can fail, for every operation; each with all and with the least that is known.
fn all() -> Vec<(Evidence, Doing)> {
    let mut failures: Vec<Evidence> = FaultCode::KNOWN
        .iter()
        .map(|code| Evidence::of_code(code.as_str(), "because"))
        .collect();
    let reasons = Reason::ALL.iter().filter(|&&r| r != Reason::Fault);
    failures.extend(reasons.map(|&reason| seen(reason)));
    let rich = failures.clone().into_iter().map(|failure| Evidence {
        endpoint: "http://h:1".to_owned(),
        about: failure.about.clone().or(Some("about".to_owned())),
        status: failure.status.or(Some(400)),
        request_id: Some("REQ".to_owned()),
        waited_secs: Some(15),
        skew_secs: Some(-1_000),
        repeated: true,
        in_doubt: true,
        ..failure
    });
    failures.extend(rich.collect::<Vec<_>>());
    failures
        .into_iter()
        .flat_map(|failure| Doing::ALL.map(|doing| (failure.clone(), doing)))
        .collect()
}

fn name(evidence: &Evidence, doing: Doing) -> String {
    let code = evidence.code.as_deref().unwrap_or_default();
    format!("{:?} {code} × {doing:?}", evidence.reason)
}

/// All texts of a card.
fn says(card: &Card) -> Vec<&Say> {
    let lists = card.causes.iter().chain(&card.next);
    [&card.title, &card.effect]
        .into_iter()
        .chain(lists)
        .collect()
}

#[test]
fn every_failure_of_every_operation_has_its_words() {
    let mut wrong = Vec::new();
    for (evidence, doing) in all() {
        let name = name(&evidence, doing);
        let card = Card::of(evidence, doing);
        if GENERIC.contains(&card.title.key) {
            wrong.push(format!("{name} has no row of its own"));
        }
        if card.causes.is_empty() || card.next.is_empty() {
            wrong.push(format!("{name} has no cause, or nothing to do"));
        }
        let keys: HashSet<_> = says(&card).iter().map(|say| say.key).collect();
        if keys.len() != says(&card).len() {
            wrong.push(format!("{name} says something twice"));
        }
        for lang in LANGS {
            for say in says(&card) {
                let text = Texts::of(lang).say(say);
                // A message that is not there is its key; a value that is not there, its name.
                if text.trim().is_empty() || text == say.key || text.contains("{$") {
                    wrong.push(format!("{name} in {lang:?}: {} says {text:?}", say.key));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_two_kinds_of_failure_have_the_same_title() {
    // The ones that are the same to whoever reads of them.
    let alike = [
        ["InternalError", "InternalServerError"],
        ["MissingReceiptHandle", "ReceiptHandleError"],
    ];
    let mut titles: HashMap<(&str, Doing), String> = HashMap::new();
    for (evidence, doing) in all() {
        let what = match &evidence.code {
            Some(code) => code.clone(),
            None => format!("{:?}", evidence.reason),
        };
        let title = Card::of(evidence, doing).title.key;
        let before = titles.entry((title, doing)).or_insert(what.clone());
        let is_alike = alike
            .iter()
            .any(|pair| pair.contains(&before.as_str()) && pair.contains(&what.as_str()));
        let is_port = title == "card-rocketmq-port";
        assert!(
            *before == what || is_alike || is_port,
            "{before}, {what}: {title}"
        );
    }
}

#[test]
fn a_code_means_what_it_means_to_the_operation() {
    let title = |code: &str, doing| Card::of(Evidence::of_code(code, ""), doing).title.key;
    for code in [
        "AccessDenied",
        "InvalidArgument",
        "MalformedXML",
        "TopicNotExist",
        "MessageNotExist",
        "QpsLimitExceeded",
        "InternalError",
    ] {
        let ways = [Doing::Publish, Doing::Consume, Doing::Ack, Doing::Look];
        let titles: HashSet<_> = ways.map(|doing| title(code, doing)).into();
        assert_eq!(titles.len(), ways.len(), "{code}: {titles:?}");
    }
    assert_eq!(title("MessageNotExist", Doing::Ack), "card-late-ack");
    assert_eq!(
        title("MessageNotExist", Doing::Commit),
        "card-late-decision"
    );
}

#[test]
fn an_empty_poll_alone_is_calm() {
    for (evidence, doing) in all() {
        let polls = matches!(doing, Doing::Consume | Doing::CheckHalves);
        let empty = evidence.code.as_deref() == Some("MessageNotExist") && polls;
        let name = name(&evidence, doing);
        let card = Card::of(evidence, doing);
        assert_eq!(card.tone == Tone::Calm, empty, "{name}");
        assert_eq!(card.effect.key == "card-effect-empty", empty, "{name}");
    }
}

#[test]
fn every_code_of_the_admin_api_has_a_row() {
    for code in [
        AdminCode::MissingToken,
        AdminCode::WrongToken,
        AdminCode::AdminOff,
        AdminCode::NoSuchCall,
        AdminCode::InvalidArgument,
        AdminCode::NotFound,
        AdminCode::InternalError,
    ] {
        for doing in [Doing::Look, Doing::Change] {
            let mut evidence = Evidence::of_code(code.as_str(), "because");
            evidence.status = Some(code.status());
            let title = Card::of(evidence, doing).title.key;
            assert!(!GENERIC.contains(&title), "{code:?}: {title}");
        }
    }
}

#[test]
fn a_code_that_nobody_knows_is_shown_as_it_is() {
    let mut evidence = Evidence::of_code("BrokerOnFire", "help");
    evidence.status = Some(400);
    let card = Card::of(evidence, Doing::Publish);
    let text = card.to_text(Texts::of(Lang::En));
    assert!(text.contains("with BrokerOnFire"), "{text}");
    assert!(text.contains("BrokerOnFire: help"), "{text}");
}

#[test]
fn a_repeated_ack_names_the_lost_answer_first() {
    let refused = |repeated| {
        let handle = crate::protocol::ReceiptHandle::new("h");
        let failure = handle.map(|handle| AckFailure {
            handle,
            code: FaultCode::MessageNotExist,
            message: String::new(),
        });
        let card = failure.map(|failure| Card::of_handle(&failure, Doing::Ack, repeated));
        card.map(|card| card.causes[0].key)
    };
    assert_eq!(refused(true), Some("card-cause-ack-lost"));
    assert_eq!(refused(false), Some("card-cause-ack-late"));
}

#[test]
fn a_card_as_text_has_all_of_it() {
    let evidence = Evidence {
        endpoint: "http://h:1".to_owned(),
        about: Some("Sign in".to_owned()),
        status: Some(200),
        answer: Some(RawAnswer {
            status: Some(200),
            headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            body: "<html>\n<title>Sign in</title>".to_owned(),
            bytes: 9_000,
            cut: true,
        }),
        ..Evidence::new(Reason::LoginPage)
    };
    let card = Card::of(evidence, Doing::Consume);
    let text = card.to_text(Texts::of(Lang::En));
    let expected = "\
A page to log in answered, not a broker: “Sign in”
No message was taken from the group

Likely causes, likeliest first
  - The network wants a login first: a hotel's, a company's, a VPN that ran out
  - A single sign-on stands before it
  - It is the address of a console or of another web application

What to do
  1. Open any web page in a browser, log in to the network, then try again
  2. Use the HTTP endpoint of the console; the TCP one and web pages do not work

Raw answer
  HTTP 200
  content-type: text/html

  <html>
  <title>Sign in</title>
  … (9000 bytes)
";
    assert_eq!(text, expected);
}

#[test]
fn evidence_is_read_back_as_it_was_written() {
    for (evidence, _) in all() {
        let written = serde_json::to_string(&evidence).unwrap_or_default();
        let read = serde_json::from_str::<Evidence>(&written).ok();
        assert_eq!(read.as_ref(), Some(&evidence), "{written}");
    }
}
