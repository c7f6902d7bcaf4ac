//! Bytes: what replies look like, what is refused and with which code, and what real SDKs send.

use base64::Engine as _;
use mqscope::protocol::{FaultCode, date};
use mqscope::sandbox::{AccessRule, SandboxSettings};
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::bench::{
    Answer, Bench, Headers, POLL, SECS, bodies, read_answer, read_head, tagged, text,
};

#[tokio::test]
async fn replies_have_the_shape_that_all_sdks_parse() {
    let bench = Bench::new().await;
    let headers = bench.headers();
    let check = |answer: &Answer, status: u16, root: &str| {
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers["content-type"], "text/xml;charset=UTF-8");
        assert_eq!(answer.headers["x-mq-version"], "2015-06-06");
        assert_eq!(answer.headers.get("date"), headers.date.as_ref());
        let id = &answer.headers["x-mq-request-id"];
        assert_eq!(id.len(), 32);
        assert_eq!(id, &id.to_uppercase());
        let start = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://mq.aliyuncs.com/doc/v1\">"
        );
        if status == 204 {
            assert_eq!(answer.body, "");
        } else {
            assert!(answer.body.starts_with(&start), "{}", answer.body);
        }
        assert!(!answer.body.contains("CDATA"));
    };
    let message = "<Message><MessageBody>a\r\nb&#13;</MessageBody>\
                   <Properties>KEYS:k|a:b</Properties></Message>";
    let target = "/topics/t/messages";
    let published = bench.raw(&headers, "POST", target, message).await;
    check(&published, 201, "Message");
    let get = "/topics/t/messages?consumer=G&numOfMessages=1";
    let consumed = bench.raw(&headers, "GET", get, "").await;
    check(&consumed, 200, "Messages");
    assert!(
        consumed
            .body
            .contains("<MessageBody>a\nb&#13;</MessageBody>"),
        "{}",
        consumed.body
    );
    assert!(
        consumed
            .body
            .contains("<Properties>a:b|KEYS:k|</Properties>")
    );
    let handle = consumed.body.split("<ReceiptHandle>").nth(1).unwrap();
    let handle = handle.split('<').next().unwrap();
    let delete = "/topics/t/messages?consumer=G";
    let body = format!("<ReceiptHandles><ReceiptHandle>{handle}</ReceiptHandle></ReceiptHandles>");
    let acked = bench.raw(&headers, "DELETE", delete, &body).await;
    check(&acked, 204, "");
    let late = bench.raw(&headers, "DELETE", delete, &body).await;
    check(&late, 404, "Errors");
    for element in ["ErrorCode", "ErrorMessage", "ReceiptHandle"] {
        assert_eq!(late.body.matches(&format!("<{element}>")).count(), 1);
    }
    let empty = bench.raw(&headers, "GET", get, "").await;
    check(&empty, 404, "Error");
    assert_eq!(empty.fault().0, FaultCode::MessageNotExist);
}

#[tokio::test]
async fn every_reason_to_refuse_has_its_code() {
    let bench = Bench::new().await;
    let good = bench.headers();
    let target = "/topics/t/messages?consumer=G&numOfMessages=1";
    let check = async |headers: Headers, expected: FaultCode| {
        assert_eq!(bench.fault(&headers, "GET", target, "").await, expected);
    };
    let with = |change: fn(&mut Headers)| {
        let mut headers = good.clone();
        change(&mut headers);
        headers
    };
    use FaultCode::*;
    check(
        with(|h| h.authorization = Some(None)),
        MissingAuthorizationHeader,
    )
    .await;
    for wrong in ["Basic abc", "MQ sandbox", "MQ :x", "MQ"] {
        let mut headers = good.clone();
        headers.authorization = Some(Some(wrong.to_owned()));
        check(headers, InvalidAuthorizationHeader).await;
    }
    check(with(|h| h.date = None), MissingDateHeader).await;
    check(
        with(|h| h.date = Some("yesterday".to_owned())),
        InvalidDateHeader,
    )
    .await;
    check(
        with(|h| h.access_key = "nobody".to_owned()),
        InvalidAccessKeyId,
    )
    .await;
    check(
        with(|h| h.secret_key = "wrong".to_owned()),
        SignatureDoesNotMatch,
    )
    .await;
    check(
        with(|h| h.content_md5 = Some("bm90IGl0".to_owned())),
        InvalidDigest,
    )
    .await;
    // A token comes along and means nothing.
    let mut token = good.clone();
    token.more = vec![("security-token", "CAIS".to_owned())];
    check(token, MessageNotExist).await;
    // Fifteen minutes either way are fine.
    for (secs, expected) in [
        (900, MessageNotExist),
        (-900, MessageNotExist),
        (901, TimeExpired),
        (-901, TimeExpired),
    ] {
        let mut headers = good.clone();
        let at = bench.clock.now().offset_millis(secs * 1_000);
        headers.date = Some(date::format_http_date(at));
        check(headers, expected).await;
    }
    let wrong = with(|h| h.secret_key = "wrong".to_owned());
    let (_, message) = bench.raw(&wrong, "GET", target, "").await.fault();
    let date = good.date.as_deref().unwrap();
    let expected =
        format!("GET\n\ntext/xml;charset=UTF-8\n{date}\nx-mq-version:2015-06-06\n{target}");
    assert!(message.ends_with(&expected), "{message}");
}

#[tokio::test]
async fn every_malformed_request_has_its_code() {
    use FaultCode::*;
    let bench = Bench::new().await;
    let check = async |method: &str, target: &str, body: &str, expected: FaultCode| {
        let code = bench.fault(&bench.headers(), method, target, body).await;
        assert_eq!(code, expected, "{method} {target} {body}");
    };
    let base = "/topics/t/messages?consumer=G";
    let long = format!("{base}&numOfMessages=1&tag={}", "x".repeat(1_000));
    check("GET", &long, "", InvalidRequestURL).await;
    check("GET", "/", "", InvalidRequestURL).await;
    check("GET", "/topics/t/other", "", InvalidRequestURL).await;
    check("PUT", base, "", InvalidRequestURL).await;
    check("OPTIONS", base, "", InvalidRequestURL).await;
    for query in ["", "&numOfMessages=0", "&numOfMessages=17"] {
        check("GET", &format!("{base}{query}"), "", InvalidArgument).await;
    }
    let wait = format!("{base}&numOfMessages=1&waitseconds=31");
    check("GET", &wait, "", InvalidArgument).await;
    // PHP and Node say so when they will not wait.
    let no_wait = format!("{base}&numOfMessages=1&waitseconds=-1");
    check("GET", &no_wait, "", MessageNotExist).await;
    let post = "/topics/t/messages";
    check("POST", post, "", MalformedXML).await;
    check(
        "POST",
        post,
        "<Message><MessageBody>a]]></Message>",
        MalformedXML,
    )
    .await;
    check(
        "POST",
        post,
        "<Message><MessageBody/></Message>",
        InvalidArgument,
    )
    .await;
    let huge = format!(
        "<Message><MessageBody>{}</MessageBody></Message>",
        "x".repeat((4 << 20) + 1)
    );
    check("POST", post, &huge, InvalidArgument).await;
    let too_long = format!(
        "<Message><MessageBody>a</MessageBody><MessageTag>{}</MessageTag></Message>",
        "x".repeat(65)
    );
    check("POST", post, &too_long, InvalidArgument).await;
    check("DELETE", base, "", MalformedXML).await;
    check("DELETE", base, "<ReceiptHandles/>", MissingReceiptHandle).await;
    // A reply to HEAD has no body, but it has a status.
    let mut stream = bench.connect().await;
    let head = bench.bytes(&bench.headers(), "HEAD", base, "");
    stream.write_all(&head).await.unwrap();
    assert_eq!(read_head(&mut stream).await.0, 400);
    assert!(bench.broker.overview().topics.len() <= 1);
}

#[tokio::test]
async fn a_body_of_4_mb_travels() {
    let bench = Bench::new().await;
    let body = "\"".repeat(1 << 20) + &"x".repeat(3 << 20);
    bench.publish("t", text(&body)).await;
    assert!(bench.poll("t", POLL).await[0].body == body);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let bench = Bench::new().await;
    let mut stream = bench.connect().await;
    let body = "x".repeat((8 << 20) + 1);
    let request = bench.bytes(&bench.headers(), "POST", "/topics/t/messages", &body);
    let (mut reading, mut writing) = stream.split();
    // The sandbox stops reading, so the write may fail; the reply must be there all the same.
    let (answer, _) = tokio::join!(
        async {
            let mut bytes = vec![0; 512];
            let read = reading.read(&mut bytes).await.unwrap();
            String::from_utf8_lossy(&bytes[..read]).into_owned()
        },
        writing.write_all(&request)
    );
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn raw_characters_in_a_query_are_taken_as_they_are() {
    let bench = Bench::new().await;
    for tag in ["a", "b'", "c!()*~"] {
        bench.publish("t", tagged(tag, tag)).await;
    }
    let target = "/topics/t/messages?tag=a||b'||c!()*~&numOfMessages=16&consumer=G";
    let answer = bench.raw(&bench.headers(), "GET", target, "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body.matches("<MessageBody>").count(), 3);
}

#[tokio::test]
async fn stray_bodies_of_gets_leave_the_connection_usable() {
    let bench = Bench::new().await;
    let mut stream = bench.connect().await;
    let target = "/topics/t/messages?consumer=G&numOfMessages=1";
    for body in ["a", "<ReceiptHandles>stale bytes of C++", ""] {
        let request = bench.bytes(&bench.headers(), "GET", target, body);
        stream.write_all(&request).await.unwrap();
        let answer = read_answer(&mut stream).await;
        assert_eq!(answer.fault().0, FaultCode::MessageNotExist);
    }
}

#[tokio::test]
async fn expect_100_continue_is_answered_before_the_body() {
    let bench = Bench::new().await;
    let mut headers = bench.headers();
    headers.more = vec![("Expect", "100-continue".to_owned())];
    let body = "<Message><MessageBody>a</MessageBody></Message>";
    let request = bench.bytes(&headers, "POST", "/topics/t/messages", body);
    let (head, body) = request.split_at(request.len() - body.len());
    let mut stream = bench.connect().await;
    stream.write_all(head).await.unwrap();
    assert_eq!(read_head(&mut stream).await.0, 100);
    stream.write_all(body).await.unwrap();
    assert_eq!(read_answer(&mut stream).await.status, 201);
}

#[tokio::test]
async fn bodies_are_read_as_the_sdks_write_them() {
    let bench = Bench::new().await;
    let check = async |xml: &str, expected: &str| {
        let target = "/topics/t/messages";
        let answer = bench.raw(&bench.headers(), "POST", target, xml).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let given = bench.poll("t", POLL).await;
        assert_eq!(bodies(&given), [expected]);
        assert!(given[0].body_is_intact());
    };
    check(
        "<Message><MessageBody>&#128512;&#34;&#xA;</MessageBody></Message>",
        "😀\"\n",
    )
    .await;
    check(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <Message xmlns=\"http://mq.aliyuncs.com/doc/v1/\"><MessageBody>中</MessageBody></Message>\n",
        "中",
    )
    .await;
    check(
        "<Message><MessageBody><![CDATA[<a>&]]></MessageBody><Properties><![CDATA[]]></Properties></Message>",
        "<a>&",
    )
    .await;
    // Handles come in CDATA too.
    bench.publish("t", text("x")).await;
    let given = bench.poll("t", POLL).await;
    let xml = format!(
        "<ReceiptHandles><ReceiptHandle><![CDATA[{}]]></ReceiptHandle></ReceiptHandles>",
        given[0].receipt_handle
    );
    let target = "/topics/t/messages?consumer=G&ns=";
    let answer = bench.raw(&bench.headers(), "DELETE", target, &xml).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
}

#[derive(Deserialize)]
struct Recorded {
    sdk: String,
    case: String,
    method: String,
    request_target: String,
    resource_is_raw_request_target: bool,
    access_key_id: String,
    access_key_secret: String,
    date: String,
    headers_as_sent: Vec<(String, String)>,
    body_base64: Option<String>,
}

#[tokio::test]
async fn every_recorded_request_of_the_sdks_is_let_in() {
    let recorded: Vec<Recorded> =
        serde_json::from_str(include_str!("../signature-vectors.json")).unwrap();
    let bench = Bench::with(SandboxSettings {
        keys: vec![AccessRule::new(
            recorded[0].access_key_id.clone(),
            recorded[0].access_key_secret.clone(),
        )],
        ..SandboxSettings::default()
    })
    .await;
    for request in recorded {
        bench
            .hand
            .set(date::parse_http_date(&request.date).unwrap());
        let mut bytes = format!("{} {} HTTP/1.1\r\n", request.method, request.request_target);
        for (name, value) in &request.headers_as_sent {
            bytes.push_str(&format!("{name}: {value}\r\n"));
        }
        bytes.push_str("\r\n");
        let mut bytes = bytes.into_bytes();
        let body = request.body_base64.as_deref().unwrap_or_default();
        let engine = base64::engine::general_purpose::STANDARD;
        bytes.extend(engine.decode(body).unwrap());
        let mut stream = bench.connect().await;
        stream.write_all(&bytes).await.unwrap();
        let answered = async {
            loop {
                let answer = read_answer(&mut stream).await;
                if answer.status != 100 {
                    break answer;
                }
            }
        };
        // Some of them wait for messages; nobody sends any.
        let time_passes = async {
            loop {
                bench.until_parked(1).await;
                bench.hand.advance(SECS(30));
                bench.until_parked(0).await;
            }
        };
        let answer = tokio::select! {
            answer = answered => answer,
            () = time_passes => unreachable!(),
        };
        let name = format!("{} {}: {answer:?}", request.sdk, request.case);
        let expected: &[u16] = match request.method.as_str() {
            "POST" => &[201],
            _ => &[200, 404],
        };
        // Node signs an apostrophe where it sends %27: no server that checks what it got agrees.
        if request.resource_is_raw_request_target {
            assert!(expected.contains(&answer.status), "{name}");
        } else {
            assert_eq!(answer.fault().0, FaultCode::SignatureDoesNotMatch, "{name}");
        }
    }
}
