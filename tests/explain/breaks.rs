//! Every mistake with every recorded request.

use mqscope::protocol::explain::{CauseKind as K, Certainty, Verdict};

use crate::tables::*;
use crate::vectors::{ACCESS_KEY, SECRET_KEY, Signed, TOKEN, vectors};

fn check_all(breaks: &[Break]) {
    let vectors = vectors();
    let (mut skipped, mut too_few) = (0, Vec::new());
    for case in breaks {
        let mut tested = 0;
        for vector in &vectors {
            let Some(broken) = (case.make)(vector.sound()) else {
                skipped += 1;
                continue;
            };
            tested += 1;
            check(case.what, &vector.name(), &broken, case.cause);
        }
        if tested < case.at_least {
            too_few.push((case.what, tested));
        }
    }
    assert!(too_few.is_empty(), "made with too few: {too_few:?}");
    let all = breaks.len() * vectors.len();
    assert!(skipped * 2 < all, "{skipped} of {all} are skipped");
}

fn check(what: &str, name: &str, broken: &Signed, cause: K) {
    let found = broken.explained();
    let context = || {
        format!(
            "{what} with {name}: {:?} {:#?}",
            found.verdict, found.causes
        )
    };
    assert_eq!(
        found.causes.first().map(|first| first.kind),
        Some(cause),
        "{}",
        context()
    );
    let refused = matches!(found.verdict, Verdict::WouldBeRefused { .. });
    assert!(refused, "{}", context());
    let said = format!("{found:?}");
    for secret in [SECRET_KEY, TOKEN, ACCESS_KEY, &broken.signature()] {
        // A signature that is missing is everywhere.
        assert!(
            secret.is_empty() || !said.contains(secret),
            "{secret}: {}",
            context()
        );
    }
}

#[test]
fn mistakes_with_the_keys_are_found() {
    check_all(KEY_BREAKS);
}

#[test]
fn mistakes_with_the_signature_are_found() {
    check_all(SIGNATURE_BREAKS);
}

#[test]
fn mistakes_with_the_date_are_found() {
    check_all(DATE_BREAKS);
}

#[test]
fn mistakes_with_the_lines_are_found() {
    check_all(FIELD_BREAKS);
}

#[test]
fn mistakes_with_the_headers_are_found() {
    check_all(HEADER_BREAKS);
}

#[test]
fn mistakes_with_path_and_query_are_found() {
    check_all(RESOURCE_BREAKS);
}

#[test]
fn a_wrong_secret_is_what_is_left() {
    check_all(&[broken("wrong secret", K::WrongSecret, 80, |s| {
        with_secret(s, "AnotherSecretKey")
    })]);
}

#[test]
fn two_mistakes_at_once_are_found() {
    type Made = fn(Signed) -> Option<Signed>;
    let pairs: &[(K, K, Made)] = &[
        (
            K::WhiteSpaceInSecret,
            K::ContentTypeSpelling,
            |mut signed| {
                signed.secret_key.push('\n');
                signed.seal();
                on_the_way(signed, |signed| {
                    signed.set("content-type", "text/xml; charset=UTF-8")
                })
                .filter(|signed| signed.content_type == "text/xml;charset=UTF-8")
            },
        ),
        (K::SwappedKeys, K::LineEnds, |mut signed| {
            signed.access_key = SECRET_KEY.to_owned();
            signed.secret_key = ACCESS_KEY.to_owned();
            text_as(signed, |text| text.replace('\n', "\r\n"))
        }),
        (K::ContentTypeNotSigned, K::QueryOrder, |signed| {
            if signed.content_type.is_empty() {
                return None;
            }
            parameters_as(signed, |p| p.reverse())
                .and_then(|signed| signed_as(signed, |s| s.content_type.clear()))
        }),
        (K::HeaderCasing, K::MethodCase, |mut signed| {
            signed.method = signed.method.to_lowercase();
            text_as(signed, |text| {
                text.replace("x-mq-", "X-MQ-").replace("version", "Version")
            })
        }),
    ];
    for (first, second, make) in pairs {
        let mut tested = 0;
        for vector in vectors().iter().step_by(5) {
            let Some(broken) = make(vector.sound()) else {
                continue;
            };
            tested += 1;
            let found = broken.explained();
            let context = format!(
                "{first:?} and {second:?}: {}: {:#?}",
                vector.name(),
                found.causes
            );
            let cause = &found.causes[0];
            assert_eq!(
                (cause.kind, cause.together_with),
                (*first, Some(*second)),
                "{context}"
            );
            assert_eq!(cause.certainty, Certainty::Proven, "{context}");
        }
        assert!(tested > 3, "{first:?} and {second:?}: {tested}");
    }
}

#[test]
fn what_was_signed_is_shown_byte_by_byte() {
    for vector in vectors() {
        let Some(broken) = signed_as(vector.sound(), |signed| {
            signed.content_type = signed.content_type.replace(';', "; ");
        }) else {
            continue;
        };
        let found = broken.explained();
        assert_eq!(found.theirs, Some(broken.text()), "{}", vector.name());
        assert_eq!(found.difference.len(), 1, "{}", vector.name());
        let place = &found.difference[0];
        assert!(place.ours.is_empty(), "{}", vector.name());
        assert_eq!(
            &broken.text()[place.theirs.clone()],
            " ",
            "{}",
            vector.name()
        );
    }
}

#[test]
fn sound_requests_are_good_and_the_quirk_of_the_node_sdk_is_known() {
    let mut quirks = 0;
    for vector in vectors() {
        let found = vector.sound().explained();
        assert_eq!(
            found.verdict,
            Verdict::Good,
            "{}: {:?}",
            vector.name(),
            found.causes
        );
        assert!(
            found.causes.is_empty() && found.difference.is_empty(),
            "{}",
            vector.name()
        );
        assert_eq!(
            found.theirs.as_deref(),
            Some(found.ours.as_str()),
            "{}",
            vector.name()
        );

        let recorded = Signed {
            request: vector.request(),
            ..vector.sound()
        };
        if vector.resource_is_raw_request_target {
            assert_eq!(
                recorded.explained().verdict,
                Verdict::Good,
                "{}",
                vector.name()
            );
        } else {
            quirks += 1;
            check("recorded", &vector.name(), &recorded, K::NodeQuote);
            assert_eq!(recorded.explained().theirs, Some(vector.string_to_sign));
        }
    }
    assert_eq!(quirks, 1);
}
