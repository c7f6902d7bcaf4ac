//! The signature debugger: empty, with a mistake that is found, and with keys that explain nothing.

use mqscope::credentials::Credentials;
use mqscope::i18n::Lang;
use mqscope::protocol::{Profile, date, sign};

use crate::album::Album;
use crate::stage::{Stage, start};
use crate::support::{BEGIN, Place};

const ACCESS_KEY: &str = "LabAccessKeyId";
const SECRET_KEY: &str = "LabAccessKeySecret0123";
const TARGET: &str = "/topics/orders/messages?consumer=g&numOfMessages=1&tag=a%7Cb";

/// A poll whose signature was made by these keys and over this target.
fn request(access_key: &str, secret: &str, signed: &str) -> String {
    let date = date::format_http_date(BEGIN);
    let text = sign::string_to_sign(&sign::SignedParts {
        method: "GET",
        content_md5: "",
        content_type: "text/xml;charset=UTF-8",
        date: &date,
        mq_headers: vec![("x-mq-version", "2015-06-06")],
        resource: signed,
    });
    let signature = sign::signature(secret, &text);
    format!(
        "GET {TARGET} HTTP/1.1\nHost: mq.example\nAuthorization: MQ {access_key}:{signature}\n\
         Date: {date}\nContent-Type: text/xml;charset=UTF-8\nx-mq-version: 2015-06-06\n\n"
    )
}

pub(crate) fn explanations(lang: Lang, album: &Album) {
    let start = start(lang).with("lab", Profile::Tdmq, "http://127.0.0.1:9");
    let keys = Credentials::from_pasted(ACCESS_KEY, SECRET_KEY, "");
    start.secrets.store("lab", &keys);
    let mut stage = Stage::begin(lang, album, start);
    stage.stop();
    stage.click("tools");
    stage.paint("tools");
    stage.click("debugger-open");
    stage.paint("debugger");
    stage.click_begins("debugger-keys");
    stage.click_with("debugger-keys-of", &[("name", "lab")]);
    let mistakes = [
        ("debugger-swapped", request(SECRET_KEY, ACCESS_KEY, TARGET)),
        (
            "debugger-bytes",
            request(ACCESS_KEY, SECRET_KEY, &TARGET.replace("%7C", "|")),
        ),
        ("debugger-good", request(ACCESS_KEY, SECRET_KEY, TARGET)),
        ("debugger-unknown", request(ACCESS_KEY, "another", TARGET)),
    ];
    for (view, request) in mistakes {
        stage.fill(Place::Only, "debugger-request", &request);
        stage.click("debugger-explain");
        let pending = stage.t("debugger-pending");
        let copy = stage.t("debugger-copy-json");
        stage.window.until("it is explained", |window| {
            !window.shows(&pending) && window.has(&copy)
        });
        stage.paint(view);
    }
}
