//! Requests that the sandbox refused, of whatever client: which of them are kept, what is told of
//! them, and that nothing of it opens anything.

use super::*;
use mqscope::protocol::admin::RefusedRequest;
use mqscope::protocol::explain::{CauseKind, Sdk, Verdict};
use mqscope::protocol::faults::FaultRule;
use mqscope::protocol::{FaultCode, date, sign};
use mqscope::sandbox::AccessRule;

const SECRET: &str = "sandbox-secret";
const TARGET: &str = "/topics/orders/messages";
const BODY: &str = "<Message><MessageBody>hello</MessageBody></Message>";

/// A request as a client of one's own would send it, with one thing wrong in each test.
struct Raw {
    method: &'static str,
    target: String,
    access_key: String,
    secret: String,
    date: String,
    headers: String,
    body: String,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            method: "POST",
            target: TARGET.to_owned(),
            access_key: "sandbox".to_owned(),
            secret: SECRET.to_owned(),
            date: date::format_http_date(Timestamp::from_millis(START_MILLIS)),
            headers: String::new(),
            body: BODY.to_owned(),
        }
    }
}

impl Raw {
    fn signature(&self) -> String {
        let text = sign::string_to_sign(&sign::SignedParts {
            method: self.method,
            content_md5: "",
            content_type: "text/xml",
            date: &self.date,
            mq_headers: vec![("x-mq-version", "2015-06-06")],
            resource: &self.target,
        });
        sign::signature(&self.secret, &text)
    }

    async fn send(&self, bench: &Bench) -> u16 {
        let headers = format!(
            "Date: {}\r\nContent-Type: text/xml\r\nx-mq-version: 2015-06-06\r\n\
             User-Agent: mq-go-sdk/1.0.3\r\nAuthorization: MQ {}:{}\r\n{}",
            self.date,
            self.access_key,
            self.signature(),
            self.headers
        );
        let line = format!("{} {}", self.method, self.target);
        bench.raw(&line, &headers, &self.body).await.0
    }
}

async fn refused(bench: &Bench) -> Vec<RefusedRequest> {
    bench.admin.refusals(0).await.unwrap().refusals
}

#[tokio::test]
async fn a_foreign_clients_request_is_kept_and_explained() {
    let (bench, _hand) = Bench::manual().await;
    let raw = Raw {
        secret: "another-secret".to_owned(),
        headers: "security-token: a-token-of-sts\r\n".to_owned(),
        ..Raw::default()
    };
    assert_eq!(raw.send(&bench).await, 403);
    let told = bench.admin.refusals(0).await.unwrap();
    assert_eq!(told.count, 1);
    let [request] = &told.refusals[..] else {
        panic!("{told:?}");
    };
    assert_eq!(
        (request.number, request.code.as_str()),
        (1, "SignatureDoesNotMatch")
    );
    assert_eq!(request.at.millis(), START_MILLIS);
    assert!(request.client.starts_with("127.0.0.1:"), "{request:?}");
    assert_eq!(request.sdk, Some(Sdk::Go));
    assert_eq!(request.user_agent.as_deref(), Some("mq-go-sdk/1.0.3"));
    assert!(!request.is_our_own());
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", TARGET)
    );
    assert_eq!(
        (request.body.as_str(), request.has_whole_body()),
        (BODY, true)
    );
    assert!(!request.request_id.is_empty());
    assert!(
        request
            .string_to_sign
            .ends_with("x-mq-version:2015-06-06\n/topics/orders/messages")
    );
    let authorization = (
        "authorization".to_owned(),
        "MQ sandbox:[signature]".to_owned(),
    );
    assert!(request.headers.contains(&authorization), "{request:?}");

    let explained = bench.admin.explain_refusal(1).await.unwrap();
    assert_eq!(&explained.request, request);
    assert!(explained.with_keys);
    let found = &explained.explanation;
    assert_eq!(found.causes[0].kind, CauseKind::WrongSecret);
    assert_eq!(found.ours, request.string_to_sign);
    assert_eq!(found.recipes.len(), 7);
    bench.end().await;
}

#[tokio::test]
async fn each_refusal_has_its_code_and_its_likeliest_cause() {
    let (clock, _hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
    let narrow = AccessRule {
        topics: vec!["pay-*".parse().unwrap()],
        ..AccessRule::new("narrow", "narrow-secret")
    };
    let settings = SandboxSettings {
        admin_token: Some(TOKEN.into()),
        keys: vec![AccessRule::new("sandbox", SECRET), narrow],
        ..SandboxSettings::default()
    };
    let bench = Bench::with(settings, clock.clone(), clock).await;
    let mut number = 0;
    let mut check = async |raw: Raw, code: FaultCode, cause: Option<CauseKind>| {
        let status = raw.send(&bench).await;
        assert_eq!(status, code.status(), "{code}");
        number += 1;
        let explained = bench.admin.explain_refusal(number).await.unwrap();
        assert_eq!(explained.request.code, code.as_str());
        let found = explained.explanation;
        assert_eq!(
            found.causes.first().map(|cause| cause.kind),
            cause,
            "{found:#?}"
        );
        match cause {
            None => assert_eq!(found.verdict, Verdict::Good, "{code}"),
            Some(_) => assert_eq!(found.verdict, Verdict::WouldBeRefused { code }),
        }
        let json = serde_json::to_string(&(explained.request, found)).unwrap();
        for hidden in [
            SECRET,
            "narrow-secret",
            "a-production-secret",
            &raw.signature(),
        ] {
            assert!(!json.contains(hidden), "{hidden}: {json}");
        }
    };
    let raw = Raw::default;
    let swapped = Raw {
        access_key: SECRET.to_owned(),
        secret: "sandbox".to_owned(),
        ..raw()
    };
    let kind = CauseKind::SwappedKeys;
    check(swapped, FaultCode::InvalidAccessKeyId, Some(kind)).await;
    let hour_late =
        date::format_http_date(Timestamp::from_millis(START_MILLIS - 50 * MINUTE_MILLIS));
    let late = Raw {
        date: hour_late,
        ..raw()
    };
    check(late, FaultCode::TimeExpired, Some(CauseKind::Clock)).await;
    let line_break = Raw {
        secret: format!("{SECRET}\n"),
        ..raw()
    };
    let kind = CauseKind::WhiteSpaceInSecret;
    check(line_break, FaultCode::SignatureDoesNotMatch, Some(kind)).await;
    let unsigned = Raw {
        headers: "x-mq-more: 1\r\n".to_owned(),
        ..raw()
    };
    let kind = CauseKind::MqHeaderNotSigned;
    check(unsigned, FaultCode::SignatureDoesNotMatch, Some(kind)).await;
    let digest = Raw {
        headers: "Content-MD5: YWJj\r\n".to_owned(),
        ..raw()
    };
    let kind = CauseKind::ContentMd5NotSigned;
    check(digest, FaultCode::SignatureDoesNotMatch, Some(kind)).await;
    // Signed well, and refused for something else.
    let no_xml = Raw {
        body: "hello".to_owned(),
        ..raw()
    };
    check(no_xml, FaultCode::MalformedXML, None).await;
    let path = Raw {
        target: "/topics/orders/message".to_owned(),
        ..raw()
    };
    check(path, FaultCode::InvalidRequestURL, None).await;
    let denied = Raw {
        access_key: "narrow".to_owned(),
        secret: "narrow-secret".to_owned(),
        ..raw()
    };
    check(denied, FaultCode::AccessDenied, None).await;
    bench.end().await;
}

#[tokio::test]
async fn a_key_of_somebody_else_is_not_told() {
    let (clock, _hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
    let settings = SandboxSettings {
        admin_token: Some(TOKEN.into()),
        keys: vec![
            AccessRule::new("a", "secret-of-a"),
            AccessRule::new("b", "secret-of-b"),
        ],
        ..SandboxSettings::default()
    };
    let bench = Bench::with(settings, clock.clone(), clock).await;
    let raw = Raw {
        access_key: "a-production-secret".to_owned(),
        ..Raw::default()
    };
    assert_eq!(raw.send(&bench).await, 403);
    let explained = bench.admin.explain_refusal(1).await.unwrap();
    assert!(!explained.with_keys);
    let json = serde_json::to_string(&explained).unwrap();
    assert!(!json.contains("a-production-secret"), "{json}");
    assert!(
        json.contains("MQ a-pr…(19 characters):[signature]"),
        "{json}"
    );
    let missing = bench.raw(&format!("POST {TARGET}"), "", BODY).await;
    assert_eq!(missing.0, 400);
    let explained = bench.admin.explain_refusal(2).await.unwrap();
    let first = &explained.explanation.causes[0];
    assert_eq!(first.kind, CauseKind::MissingAuthorization);
    bench.end().await;
}

#[tokio::test]
async fn empty_polls_late_acks_and_injected_faults_are_not_kept() {
    let (bench, hand) = Bench::manual().await;
    bench.publish(text("a")).await;
    let given = bench.consume(0).await;
    assert!(bench.consume(0).await.is_empty());
    hand.advance(HOUR);
    assert_eq!(bench.ack(&given[0]).await.len(), 1);
    let rule: FaultRule = "publish:*:signature-does-not-match".parse().unwrap();
    bench.admin.add_fault(&rule).await.unwrap();
    let limits: Limits = Profile::Sandbox.limits();
    let message = text("b")
        .checked(&limits, bench.broker.clock().now())
        .unwrap();
    assert!(bench.client.publish(&topic(), &message).await.is_err());
    assert!(refused(&bench).await.is_empty());
    bench.end().await;
}

#[tokio::test]
async fn only_the_last_are_kept_and_all_can_be_forgotten() {
    let (bench, _hand) = Bench::manual().await;
    let long = format!(
        "<Message><MessageBody>{}</MessageBody></Message>",
        "x".repeat(100_000)
    );
    let raw = Raw {
        secret: "another-secret".to_owned(),
        body: long.clone(),
        ..Raw::default()
    };
    for _ in 0..70 {
        assert_eq!(raw.send(&bench).await, 403);
    }
    let told = bench.admin.refusals(0).await.unwrap();
    assert_eq!((told.count, told.refusals.len()), (70, 64));
    assert_eq!(told.refusals[0].number, 7);
    let newest = &told.refusals[63];
    assert_eq!(newest.number, 70);
    assert_eq!(
        (newest.body_bytes, newest.body.len()),
        (long.len() as u64, 2_048)
    );
    assert!(!newest.has_whole_body());
    let newer = bench.admin.refusals(68).await.unwrap();
    assert_eq!((newer.count, newer.refusals.len()), (70, 2));

    bench.admin.forget_refusals().await.unwrap();
    let told = bench.admin.refusals(0).await.unwrap();
    assert_eq!((told.count, told.refusals.len()), (70, 0));
    let gone = bench.admin.explain_refusal(70).await.unwrap_err();
    assert_eq!(
        (gone.status(), code(&gone).as_str()),
        (Some(404), "NotFound")
    );
    raw.send(&bench).await;
    assert_eq!(refused(&bench).await[0].number, 71);
    bench.end().await;
}
