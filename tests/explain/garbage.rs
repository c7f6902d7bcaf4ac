//! Whatever is pasted, nothing panics; and what is written as HTTP is read back.

use mqscope::protocol::explain::{Moment, SentRequest, explain, paste};
use mqscope::protocol::{Timestamp, sign};
use proptest::prelude::*;

use crate::vectors::{KEYS, SECRET_KEY, Signed};

/// Pieces that the readers look for, so that random texts get somewhere.
fn pieces() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(vec![
        "POST /topics/t/messages?ns=1 HTTP/1.1\r\n",
        "Authorization: MQ ak:sig\r\n",
        "curl ",
        "-H ",
        "-d ",
        "'",
        "\"",
        "$'",
        "\\",
        "^",
        "\n",
        "\r\n\r\n",
        "send: b'",
        "Method: ",
        "Uri: ",
        "\nHeader: ",
        "Data: ",
        "> ",
        "http-outgoing-0 >> \"",
        "[0xff]",
        "[\\r][\\n]\"",
        "request headers: {",
        "url: http://h",
        "method: GET",
        ", RequestUri: '",
        "string to sign: POST\n",
        "<Code>",
        "%",
        "%2",
        "?",
        "&",
        "=",
        ":",
        "Content-Length: 9999\n",
        "Date: Sun, 22 Nov 2026 10:14:07 GMT\n",
        "中",
        "\u{1f600}",
        "\0",
    ]);
    let piece = prop_oneof![3 => known.prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

fn requests() -> impl Strategy<Value = SentRequest> {
    let value = "([!-~]([ -~]{0,20}[!-~])?)?";
    let headers = proptest::collection::vec(("[A-Za-z][A-Za-z0-9-]{0,12}", value), 0..6);
    (
        "GET|POST|DELETE|PUT",
        "/[!-~]{0,60}",
        headers,
        any::<String>(),
    )
        .prop_map(|(method, target, mut headers, body)| {
            headers.retain(|(name, _): &(String, String)| {
                !name.to_lowercase().starts_with("content-length")
            });
            headers.push(("Content-Length".to_owned(), body.len().to_string()));
            SentRequest {
                method,
                target: target.replace("://", ":"),
                headers,
                body: Some(body.into_bytes()),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn garbage_is_read_without_a_panic(text in pieces()) {
        if let Ok(pasted) = paste::read(&text) {
            let moment = Moment::Now(Timestamp::from_millis(1_795_342_447_000));
            let _ = explain(&pasted.request, pasted.answer.as_ref(), None, moment);
        }
    }

    #[test]
    fn what_is_written_is_read_back(request in requests()) {
        // A request whose own text looks like the log of a tool is read as that log.
        let pasted = paste::read(&request.to_http()).unwrap();
        prop_assume!(pasted.form == paste::Form::Http);
        prop_assert_eq!(pasted.request, request);
    }

    #[test]
    fn a_sound_request_is_good_whatever_stands_in_it(request in requests()) {
        let mut signed = Signed::of(request);
        signed.drop("content-md5");
        signed.set("Date", "Sun, 22 Nov 2026 10:14:07 GMT");
        let mut signed = Signed::of(signed.request);
        let text = signed.request.string_to_sign();
        signed.seal_with(&sign::signature(SECRET_KEY, &text));
        let found = explain(&signed.request, None, Some(KEYS), Moment::At(signed.at));
        prop_assert_eq!(found.verdict, mqscope::protocol::explain::Verdict::Good, "{:?}", found.causes);
    }
}
