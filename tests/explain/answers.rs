//! What the server's answer adds, and what can be said without keys.

use mqscope::protocol::explain::{
    CauseKind, Certainty, ClockVerdict, Keys, Moment, Part, ServerAnswer, Verdict, explain,
};
use mqscope::protocol::{FaultCode, Timestamp};

use crate::vectors::{ACCESS_KEY, KEYS, SECRET_KEY, Signed, vectors};

fn first() -> Signed {
    vectors()[0].sound()
}

fn refused(printed: Option<&str>) -> ServerAnswer {
    ServerAnswer {
        code: Some(FaultCode::SignatureDoesNotMatch),
        string_to_sign: printed.map(str::to_owned),
        date: None,
    }
}

#[test]
fn a_server_that_saw_another_request_gives_the_proxy_away() {
    let signed = first();
    let printed = signed.text().replace("charset=UTF-8", "charset=utf-8");
    let answer = refused(Some(&printed));
    let found = explain(
        &signed.request,
        Some(&answer),
        Some(KEYS),
        Moment::At(signed.at),
    );
    assert_eq!(found.causes[0].kind, CauseKind::ChangedOnTheWay);
    assert_eq!(
        found.causes[0].values,
        [("part", "content_type".to_owned())]
    );
    assert!(matches!(found.verdict, Verdict::WouldBeRefused { .. }));
    assert_eq!(found.server.as_deref(), Some(printed.as_str()));

    // Without keys as well, and with the difference.
    let found = explain(&signed.request, Some(&answer), None, Moment::At(signed.at));
    assert_eq!(found.causes[0].kind, CauseKind::ChangedOnTheWay);
    assert_eq!(found.difference[0].part, Part::ContentType);
}

#[test]
fn a_server_that_refuses_a_good_signature_has_another_secret() {
    let signed = first();
    for (printed, certainty) in [
        (Some(signed.text()), Certainty::Proven),
        (None, Certainty::Likely),
    ] {
        let answer = refused(printed.as_deref());
        let found = explain(
            &signed.request,
            Some(&answer),
            Some(KEYS),
            Moment::At(signed.at),
        );
        assert_eq!(found.causes[0].kind, CauseKind::ServerHasOtherSecret);
        assert_eq!(found.causes[0].certainty, certainty);
        assert!(matches!(found.verdict, Verdict::WouldBeRefused { .. }));
    }
}

#[test]
fn an_old_log_is_no_proof_of_a_wrong_clock() {
    let signed = first();
    let day = 24 * 60 * 60 * 1000;
    let check = |now: i64, answer: Option<ServerAnswer>, clock: ClockVerdict, good: bool| {
        let moment = Moment::Now(signed.at.offset_millis(now));
        let found = explain(&signed.request, answer.as_ref(), Some(KEYS), moment);
        assert_eq!(found.clock, clock);
        assert_eq!(found.verdict == Verdict::Good, good, "{:?}", found.causes);
        let named = found
            .causes
            .iter()
            .any(|cause| cause.kind == CauseKind::Clock);
        assert_eq!(named, !good);
    };
    check(0, None, ClockVerdict::Right, true);
    check(day, None, ClockVerdict::Old(day), true);
    // A log out of the future: that clock was wrong.
    check(-day, None, ClockVerdict::Off(day), false);
    let at = |date: Timestamp| ServerAnswer {
        date: Some(date),
        ..ServerAnswer::default()
    };
    check(day, Some(at(signed.at)), ClockVerdict::Right, true);
    check(
        day,
        Some(at(signed.at.offset_millis(day))),
        ClockVerdict::Off(-day),
        false,
    );
    let expired = ServerAnswer {
        code: Some(FaultCode::TimeExpired),
        ..ServerAnswer::default()
    };
    check(day, Some(expired), ClockVerdict::Off(-day), false);
}

#[test]
fn without_a_secret_it_says_what_can_be_seen() {
    let signed = first();
    let check = |signed: &Signed, verdict: &Verdict, cause: CauseKind| {
        for keys in [
            None,
            Some(Keys {
                access_key: ACCESS_KEY,
                secret_key: "",
                security_token: None,
            }),
        ] {
            let found = explain(&signed.request, None, keys, Moment::At(signed.at));
            assert_eq!(&found.verdict, verdict, "{cause:?}");
            assert_eq!(found.causes[0].kind, cause);
            assert_eq!(found.theirs, None);
        }
    };
    check(&signed, &Verdict::Unknown, CauseKind::SwappedKeys);

    let mut form = signed.clone();
    form.set("content-type", "application/x-www-form-urlencoded");
    check(&form, &Verdict::Unknown, CauseKind::ContentTypeChanged);

    let mut blank = signed.clone();
    let header = blank.header("authorization").replace(':', "\u{200b}:");
    blank.set("authorization", &header);
    let refused = |code| Verdict::WouldBeRefused { code };
    check(
        &blank,
        &refused(FaultCode::InvalidAccessKeyId),
        CauseKind::WhiteSpaceInAccessKey,
    );

    let mut hex = signed.clone();
    hex.seal_with(&"0f".repeat(20));
    check(
        &hex,
        &refused(FaultCode::SignatureDoesNotMatch),
        CauseKind::HexSignature,
    );

    let mut hidden = signed;
    hidden.seal_with("***");
    check(
        &hidden,
        &refused(FaultCode::SignatureDoesNotMatch),
        CauseKind::AuthorizationForm,
    );
}

#[test]
fn keys_do_not_print_themselves() {
    let signed = first();
    let printed = format!("{:?} {:?}", KEYS, signed.request);
    for secret in [ACCESS_KEY, SECRET_KEY, &signed.signature()] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
