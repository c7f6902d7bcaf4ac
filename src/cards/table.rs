//! The table: which words go with which failure of what. The only place that knows.
//!
//! Top to bottom: codes of this protocol, codes of the sandbox's admin API, failures without a code,
//! what became of what was asked. In each list the likeliest comes first. A row that fits several
//! operations says nothing of any of them; where a code means another thing to another operation, it
//! has a row of its own there.

use crate::client::{Evidence, Reason};
use crate::protocol::FaultCode;

use super::{Doing, Tone};

/// Keys of the words of a card.
pub(super) struct Row {
    pub(super) tone: Tone,
    pub(super) title: &'static str,
    pub(super) effect: &'static str,
    pub(super) causes: Vec<&'static str>,
    pub(super) next: Vec<&'static str>,
}

type Keys = &'static [&'static str];

fn say(tone: Tone, title: &'static str, causes: Keys, next: Keys) -> Row {
    Row {
        tone,
        title,
        effect: "",
        causes: causes.to_vec(),
        next: next.to_vec(),
    }
}

fn bad(title: &'static str, causes: Keys, next: Keys) -> Row {
    say(Tone::Bad, title, causes, next)
}

fn passing(title: &'static str, causes: Keys, next: Keys) -> Row {
    say(Tone::Passing, title, causes, next)
}

/// The row of what was seen.
pub(super) fn row(seen: &Evidence, doing: Doing) -> Row {
    let code = seen.code.as_deref().map(FaultCode::from);
    let mut row = match &code {
        Some(code) => of_code(code, doing, seen),
        None => of_reason(seen.reason, doing, seen),
    };
    if row.effect.is_empty() {
        row.effect = effect(doing, seen.in_doubt);
    }
    // Whatever it was: publishing again may make it two.
    const LOOK_FIRST: &str = "card-next-look-first";
    if doing == Doing::Publish && seen.in_doubt && !row.next.contains(&LOOK_FIRST) {
        row.next.insert(0, LOOK_FIRST);
    }
    row
}

fn of_code(code: &FaultCode, doing: Doing, seen: &Evidence) -> Row {
    use Doing::{Ack, Change, CheckHalves, Commit, Consume, Examine, Look, Publish, Rollback};
    match (code, doing) {
        // ---- who asks ------------------------------------------------------------------------
        (FaultCode::SignatureDoesNotMatch, _) => bad(
            "card-signature",
            &[
                "card-cause-swapped",
                "card-cause-blank",
                "card-cause-other-secret",
                "card-cause-rewritten",
            ],
            &["card-next-copy-keys", "card-next-explain"],
        ),
        (FaultCode::InvalidAccessKeyId, _) => bad(
            "card-access-key",
            &[
                "card-cause-swapped",
                "card-cause-key-gone",
                "card-cause-other-cluster",
            ],
            &["card-next-copy-keys", "card-next-key-enabled"],
        ),
        (FaultCode::AccessDenied, Publish) => bad(
            "card-denied-publish",
            &[
                "card-cause-no-produce",
                "card-cause-other-topic",
                "card-cause-account",
            ],
            &["card-next-grant-produce", "card-next-topic-instance"],
        ),
        (FaultCode::AccessDenied, Consume | CheckHalves) => bad(
            "card-denied-consume",
            &[
                "card-cause-no-consume",
                "card-cause-tcp-group",
                "card-cause-other-group",
                "card-cause-account",
            ],
            &["card-next-grant-consume", "card-next-http-group"],
        ),
        (FaultCode::AccessDenied, Ack | Commit | Rollback) => bad(
            "card-denied-ack",
            &[
                "card-cause-other-keys",
                "card-cause-right-withdrawn",
                "card-cause-other-group",
            ],
            &["card-next-same-keys", "card-next-grant-consume"],
        ),
        (FaultCode::AccessDenied, Look | Change) => bad(
            "card-denied-admin",
            &["card-cause-token-other"],
            &["card-next-token"],
        ),
        (FaultCode::AccessDenied, Examine) => bad(
            "card-denied",
            &[
                "card-cause-no-consume",
                "card-cause-tcp-group",
                "card-cause-account",
            ],
            &["card-next-grant-consume", "card-next-topic-instance"],
        ),
        (FaultCode::HTTPForbidden, Publish) => bad(
            "card-http-closed-publish",
            &["card-cause-http-off", "card-cause-public-off"],
            &["card-next-http-on"],
        ),
        (FaultCode::HTTPForbidden, _) => bad(
            "card-http-closed",
            &[
                "card-cause-tcp-group",
                "card-cause-http-off",
                "card-cause-public-off",
            ],
            &["card-next-http-group", "card-next-http-on"],
        ),
        (FaultCode::InvalidAuthorizationHeader, _) => bad(
            "card-authorization-form",
            &[
                "card-cause-key-form",
                "card-cause-header-changed",
                "card-cause-other-service",
            ],
            &["card-next-copy-keys", "card-next-around-proxy"],
        ),
        (FaultCode::MissingAuthorizationHeader, _) => bad(
            "card-authorization-missing",
            &["card-cause-header-dropped", "card-cause-redirected"],
            &["card-next-around-proxy", "card-next-headers-through"],
        ),

        // ---- when ----------------------------------------------------------------------------
        (FaultCode::TimeExpired, _) => bad(
            match seen.skew_secs {
                Some(skew) if skew > 0 => "card-clock-behind",
                Some(skew) if skew < 0 => "card-clock-ahead",
                _ => "card-clock",
            },
            &[
                "card-cause-clock-drift",
                "card-cause-clock-held",
                "card-cause-clock-sandbox",
            ],
            &["card-next-clock", "card-next-clock-sandbox"],
        ),
        (FaultCode::InvalidDateHeader, _) => bad(
            "card-date-form",
            &["card-cause-date-rewritten", "card-cause-clock-nonsense"],
            &["card-next-around-proxy", "card-next-clock"],
        ),
        (FaultCode::MissingDateHeader, _) => bad(
            "card-date-missing",
            &["card-cause-header-dropped"],
            &["card-next-around-proxy", "card-next-headers-through"],
        ),

        // ---- what is asked for ---------------------------------------------------------------
        (FaultCode::InvalidArgument, Publish) => bad(
            "card-argument-publish",
            &[
                "card-cause-property-sign",
                "card-cause-delay",
                "card-cause-body-large",
                "card-cause-half-time",
            ],
            &["card-next-server-words", "card-next-leave-out"],
        ),
        (FaultCode::InvalidArgument, Consume | CheckHalves) => bad(
            "card-argument-consume",
            &[
                "card-cause-batch-wait",
                "card-cause-group-name",
                "card-cause-trans",
            ],
            &["card-next-server-words", "card-next-batch-wait"],
        ),
        (FaultCode::InvalidArgument, Ack | Commit | Rollback) => bad(
            "card-argument-ack",
            &["card-cause-handles-many", "card-cause-group-name"],
            &["card-next-server-words", "card-next-same-keys"],
        ),
        (FaultCode::InvalidArgument, Look | Change) => bad(
            "card-argument-admin",
            &["card-cause-admin-value", "card-cause-versions"],
            &["card-next-server-words", "card-next-versions"],
        ),
        (FaultCode::InvalidArgument, Examine) => bad(
            "card-argument",
            &["card-cause-group-name", "card-cause-instance"],
            &["card-next-server-words", "card-next-topic-instance"],
        ),
        (FaultCode::InvalidDigest, _) => bad(
            "card-digest",
            &["card-cause-body-changed", "card-cause-digest-form"],
            &["card-next-around-proxy", "card-next-digest-form"],
        ),
        (FaultCode::InvalidRequestURL, _) => bad(
            "card-url",
            &[
                "card-cause-path-prefix",
                "card-cause-topic-name",
                "card-cause-other-service",
            ],
            &["card-next-endpoint-exact", "card-next-topic-instance"],
        ),
        (FaultCode::InvalidQueryString, Publish) => bad(
            "card-query-publish",
            &["card-cause-instance", "card-cause-query-rewritten"],
            &["card-next-topic-instance", "card-next-around-proxy"],
        ),
        (FaultCode::InvalidQueryString, _) => bad(
            "card-query",
            &[
                "card-cause-group-name",
                "card-cause-line-long",
                "card-cause-instance",
                "card-cause-query-rewritten",
            ],
            &["card-next-group-tag", "card-next-around-proxy"],
        ),
        (FaultCode::MalformedXML, Publish) => bad(
            "card-xml-publish",
            &["card-cause-control-character", "card-cause-request-cut"],
            &["card-next-base64", "card-next-find-character"],
        ),
        (FaultCode::MalformedXML, Consume | CheckHalves) => bad(
            "card-xml-consume",
            &["card-cause-body-added"],
            &["card-next-around-proxy"],
        ),
        (FaultCode::MalformedXML, Ack | Commit | Rollback) => bad(
            "card-xml-ack",
            &["card-cause-handle-character", "card-cause-request-cut"],
            &["card-next-handle-whole", "card-next-around-proxy"],
        ),
        (FaultCode::MalformedXML, Look | Change | Examine) => bad(
            "card-xml",
            &["card-cause-request-cut", "card-cause-other-service"],
            &["card-next-around-proxy"],
        ),
        (FaultCode::TopicNotExist, Publish) => bad(
            "card-topic-publish",
            &[
                "card-cause-topic-misspelt",
                "card-cause-instance",
                "card-cause-other-cluster",
            ],
            &["card-next-create-topic", "card-next-topic-instance"],
        ),
        (FaultCode::TopicNotExist, Consume | CheckHalves) => bad(
            "card-topic-consume",
            &[
                "card-cause-topic-misspelt",
                "card-cause-instance",
                "card-cause-no-dead-letters",
                "card-cause-other-cluster",
            ],
            &["card-next-topic-instance", "card-next-create-topic"],
        ),
        (FaultCode::TopicNotExist, Ack | Commit | Rollback) => bad(
            "card-topic-ack",
            &["card-cause-other-topic-acked", "card-cause-topic-deleted"],
            &["card-next-same-topic"],
        ),
        (FaultCode::TopicNotExist, Look | Change | Examine) => bad(
            "card-topic",
            &["card-cause-topic-deleted", "card-cause-topic-misspelt"],
            &["card-next-topic-instance"],
        ),

        // ---- handles and messages ------------------------------------------------------------
        (FaultCode::MessageNotExist, Consume | CheckHalves) => Row {
            effect: "card-effect-empty",
            ..say(
                Tone::Calm,
                match doing {
                    CheckHalves => "card-empty-halves",
                    _ => "card-empty",
                },
                match doing {
                    CheckHalves => &["card-cause-no-halves", "card-cause-half-not-due"],
                    _ => &[
                        "card-cause-all-consumed",
                        "card-cause-others-hold",
                        "card-cause-tag-filter",
                        "card-cause-not-due",
                    ],
                },
                &["card-next-nothing", "card-next-publish-one"],
            )
        },
        (FaultCode::MessageNotExist, Ack) => bad(
            "card-late-ack",
            match seen.repeated {
                true => &[
                    "card-cause-ack-lost",
                    "card-cause-ack-late",
                    "card-cause-superseded",
                    "card-cause-acked-already",
                ],
                false => &[
                    "card-cause-ack-late",
                    "card-cause-superseded",
                    "card-cause-acked-already",
                ],
            },
            &[
                "card-next-newest-handle",
                "card-next-ack-sooner",
                "card-next-idempotent",
            ],
        ),
        (FaultCode::MessageNotExist, Commit | Rollback) => bad(
            "card-late-decision",
            match seen.repeated {
                true => &[
                    "card-cause-ack-lost",
                    "card-cause-decision-late",
                    "card-cause-decided-already",
                ],
                false => &[
                    "card-cause-decision-late",
                    "card-cause-check-superseded",
                    "card-cause-decided-already",
                ],
            },
            &["card-next-check-halves", "card-next-decide-sooner"],
        ),
        (FaultCode::MessageNotExist, Publish) => bad(
            "card-not-exist-publish",
            &["card-cause-method-changed", "card-cause-other-service"],
            &["card-next-around-proxy", "card-next-endpoint-exact"],
        ),
        (FaultCode::MessageNotExist, Look | Change | Examine) => {
            bad("card-gone", &["card-cause-gone"], &["card-next-look-again"])
        }
        (FaultCode::MissingReceiptHandle, Ack | Commit | Rollback) => bad(
            "card-no-handle",
            &["card-cause-body-dropped", "card-cause-no-handles"],
            &["card-next-around-proxy", "card-next-handle-whole"],
        ),
        (FaultCode::MissingReceiptHandle, _) => bad(
            "card-taken-for-ack",
            &["card-cause-method-changed", "card-cause-other-service"],
            &["card-next-around-proxy", "card-next-endpoint-exact"],
        ),
        (FaultCode::ReceiptHandleError, Ack) => bad(
            "card-handle",
            &[
                "card-cause-handle-cut",
                "card-cause-message-id",
                "card-cause-handle-elsewhere",
            ],
            &["card-next-handle-whole", "card-next-same-topic"],
        ),
        (FaultCode::ReceiptHandleError, Commit | Rollback) => bad(
            "card-handle-half",
            &[
                "card-cause-handle-plain",
                "card-cause-handle-cut",
                "card-cause-handle-elsewhere",
            ],
            &["card-next-handle-half", "card-next-same-topic"],
        ),
        (FaultCode::ReceiptHandleError, _) => bad(
            "card-taken-for-ack",
            &["card-cause-method-changed", "card-cause-other-service"],
            &["card-next-around-proxy", "card-next-endpoint-exact"],
        ),

        // ---- the server's own ----------------------------------------------------------------
        (FaultCode::QpsLimitExceeded, Publish) => passing(
            "card-qps-publish",
            &["card-cause-qps-many", "card-cause-qps-shared"],
            &["card-next-slower", "card-next-raise-limit"],
        ),
        (FaultCode::QpsLimitExceeded, Consume | CheckHalves) => passing(
            "card-qps-consume",
            &["card-cause-qps-polls", "card-cause-qps-shared"],
            &["card-next-long-poll", "card-next-raise-limit"],
        ),
        (FaultCode::QpsLimitExceeded, Ack | Commit | Rollback) => passing(
            "card-qps-ack",
            &["card-cause-qps-single-acks", "card-cause-qps-shared"],
            &["card-next-ack-together", "card-next-raise-limit"],
        ),
        (FaultCode::QpsLimitExceeded, Look | Change | Examine) => passing(
            "card-qps",
            &["card-cause-qps-shared"],
            &["card-next-wait", "card-next-raise-limit"],
        ),
        (FaultCode::InternalError | FaultCode::InternalServerError, Publish) => passing(
            "card-server-publish",
            &["card-cause-restart", "card-cause-overload"],
            with_id(
                seen,
                &["card-next-look-first", "card-next-vendor-id"],
                &["card-next-look-first", "card-next-vendor"],
            ),
        ),
        (FaultCode::InternalError | FaultCode::InternalServerError, Consume | CheckHalves) => {
            passing(
                "card-server-consume",
                &["card-cause-restart", "card-cause-overload"],
                with_id(
                    seen,
                    &["card-next-again", "card-next-vendor-id"],
                    &["card-next-again", "card-next-vendor"],
                ),
            )
        }
        (FaultCode::InternalError | FaultCode::InternalServerError, Ack | Commit | Rollback) => {
            passing(
                "card-server-ack",
                &["card-cause-restart", "card-cause-overload"],
                with_id(
                    seen,
                    &["card-next-ack-again", "card-next-vendor-id"],
                    &["card-next-ack-again", "card-next-vendor"],
                ),
            )
        }
        (FaultCode::InternalError | FaultCode::InternalServerError, Look | Change | Examine) => {
            passing(
                "card-server",
                &["card-cause-restart", "card-cause-sandbox-disk"],
                &["card-next-again", "card-next-sandbox-log"],
            )
        }
        (FaultCode::Other(code), _) => of_other(code, doing, seen),
    }
}

/// Codes that are not this protocol's: the sandbox's admin API, and whatever else a server says.
fn of_other(code: &str, doing: Doing, seen: &Evidence) -> Row {
    match (code, doing) {
        ("MissingToken", Doing::Look | Doing::Change) => bad(
            "card-token-missing",
            &["card-cause-token-none", "card-cause-header-dropped"],
            &["card-next-token"],
        ),
        ("WrongToken", Doing::Look | Doing::Change) => bad(
            "card-token",
            &["card-cause-token-other"],
            &["card-next-token"],
        ),
        ("AdminOff", Doing::Look | Doing::Change) => bad(
            "card-admin-off",
            &["card-cause-admin-off"],
            &["card-next-admin-on"],
        ),
        ("NotFound", Doing::Look | Doing::Change) => {
            bad("card-gone", &["card-cause-gone"], &["card-next-look-again"])
        }
        ("NoSuchCall", Doing::Look | Doing::Change) => bad(
            "card-admin-call",
            &["card-cause-versions"],
            &["card-next-versions"],
        ),
        _ if seen.status.is_some_and(|status| status >= 500) => passing(
            "card-other-server",
            &["card-cause-restart", "card-cause-overload"],
            &["card-next-again", "card-next-vendor"],
        ),
        _ => bad(
            "card-other",
            &["card-cause-vendor-code"],
            &["card-next-server-words", "card-next-vendor"],
        ),
    }
}

fn of_reason(reason: Reason, doing: Doing, seen: &Evidence) -> Row {
    match reason {
        // A refusal without a code is none of this protocol.
        Reason::Fault => bad(
            "card-refused",
            &["card-cause-vendor-code"],
            &["card-next-server-words"],
        ),
        Reason::BadRequest => bad(
            "card-bad-request",
            &["card-cause-names"],
            &["card-next-form"],
        ),
        Reason::BadKey => bad(
            "card-bad-key",
            &["card-cause-key-line", "card-cause-key-foreign"],
            &["card-next-copy-keys"],
        ),
        Reason::BadProxy => bad(
            "card-bad-proxy",
            &["card-cause-proxy-form", "card-cause-proxy-kind"],
            &["card-next-proxy-form"],
        ),
        Reason::BadCaFile => bad(
            "card-bad-ca-file",
            &["card-cause-file-gone", "card-cause-file-kind"],
            &["card-next-ca-file"],
        ),
        Reason::NoHttpClient => bad(
            "card-no-client",
            &["card-cause-no-store"],
            &["card-next-store"],
        ),
        Reason::ConnectTimeout
        | Reason::UnknownHost
        | Reason::NothingListensHere
        | Reason::NothingListens
        | Reason::ProxyUnreachable
        | Reason::NotConnected => of_network(reason),
        Reason::UnknownAuthority
        | Reason::WrongCaFile
        | Reason::CertificateExpired
        | Reason::CertificateEarly
        | Reason::CertificateName
        | Reason::BadCertificate
        | Reason::PlainWhereTls
        | Reason::HandshakeEnded
        | Reason::HandshakeFailed => of_tls(reason),
        Reason::NoAnswer | Reason::StalledAnswer | Reason::ClosedUnanswered | Reason::CutOff => {
            of_broken(reason, doing, seen)
        }
        Reason::NotHttp
        | Reason::RocketMqTcp
        | Reason::TlsWherePlain
        | Reason::Http2
        | Reason::ProxyLogin
        | Reason::Redirect
        | Reason::Gateway
        | Reason::LoginPage
        | Reason::WebPage
        | Reason::JsonService
        | Reason::OtherService
        | Reason::NoAdminApi => of_foreign(reason, seen),
        Reason::Unreadable | Reason::TooLong | Reason::OtherQuestion => of_damaged(reason, doing),
    }
}

/// No connection: nothing was sent.
fn of_network(reason: Reason) -> Row {
    match reason {
        Reason::ConnectTimeout => bad(
            "card-connect-timeout",
            &[
                "card-cause-firewall",
                "card-cause-inside-address",
                "card-cause-port",
            ],
            &["card-next-security-group", "card-next-public-endpoint"],
        ),
        Reason::UnknownHost => bad(
            "card-unknown-host",
            &[
                "card-cause-host-misspelt",
                "card-cause-inside-name",
                "card-cause-dns",
            ],
            &["card-next-endpoint-exact", "card-next-public-endpoint"],
        ),
        Reason::NothingListensHere => bad(
            "card-nothing-here",
            &["card-cause-not-started", "card-cause-port"],
            &["card-next-start-sandbox", "card-next-port"],
        ),
        Reason::NothingListens => bad(
            "card-nothing-listens",
            &[
                "card-cause-port",
                "card-cause-not-started",
                "card-cause-refusing-firewall",
            ],
            &["card-next-endpoint-exact", "card-next-server-up"],
        ),
        Reason::ProxyUnreachable => bad(
            "card-proxy-unreachable",
            &["card-cause-proxy-off", "card-cause-proxy-elsewhere"],
            &["card-next-proxy"],
        ),
        _ => bad(
            "card-not-connected",
            &["card-cause-no-network", "card-cause-refusing-firewall"],
            &["card-next-network", "card-next-doctor"],
        ),
    }
}

/// No connection that can be trusted: nothing was sent.
fn of_tls(reason: Reason) -> Row {
    match reason {
        Reason::UnknownAuthority => bad(
            "card-authority",
            &[
                "card-cause-private-authority",
                "card-cause-inspecting-proxy",
                "card-cause-chain",
            ],
            &["card-next-add-ca", "card-next-not-off"],
        ),
        Reason::WrongCaFile => bad(
            "card-wrong-ca-file",
            &["card-cause-other-authority", "card-cause-inspecting-proxy"],
            &["card-next-right-ca"],
        ),
        Reason::CertificateExpired => bad(
            "card-certificate-expired",
            &["card-cause-not-renewed", "card-cause-clock-late"],
            &["card-next-renew", "card-next-clock"],
        ),
        Reason::CertificateEarly => bad(
            "card-certificate-early",
            &["card-cause-clock-early", "card-cause-new-certificate"],
            &["card-next-clock"],
        ),
        Reason::CertificateName => bad(
            "card-certificate-name",
            &["card-cause-by-address", "card-cause-other-host"],
            &["card-next-certificate-name"],
        ),
        Reason::BadCertificate => bad(
            "card-bad-certificate",
            &["card-cause-self-signed", "card-cause-inspecting-proxy"],
            &["card-next-issue", "card-next-add-ca"],
        ),
        Reason::PlainWhereTls => bad(
            "card-plain-where-tls",
            &["card-cause-plain-port", "card-cause-plain-proxy"],
            &["card-next-write-http", "card-next-tls-port"],
        ),
        Reason::HandshakeEnded => bad(
            "card-handshake-ended",
            &[
                "card-cause-plain-port",
                "card-cause-no-such-name",
                "card-cause-client-certificate",
            ],
            &["card-next-write-http", "card-next-doctor"],
        ),
        _ => bad(
            "card-handshake-failed",
            &["card-cause-tls-version", "card-cause-client-certificate"],
            &["card-next-tls-version", "card-next-doctor"],
        ),
    }
}

/// It was sent, and the answer is missing or not whole.
fn of_broken(reason: Reason, doing: Doing, seen: &Evidence) -> Row {
    let polls = matches!(doing, Doing::Consume | Doing::CheckHalves);
    let again = match doing {
        Doing::Publish => "card-next-look-first",
        Doing::Ack | Doing::Commit | Doing::Rollback => "card-next-ack-again",
        Doing::Change => "card-next-look-again",
        _ => "card-next-again",
    };
    let mut row = match reason {
        Reason::NoAnswer => say(
            Tone::Passing,
            match seen.waited_secs {
                Some(_) => "card-no-answer-within",
                None => "card-no-answer",
            },
            match polls {
                true => &[
                    "card-cause-poll-held",
                    "card-cause-overload",
                    "card-cause-tcp-waits",
                ],
                false => &["card-cause-overload", "card-cause-tcp-waits"],
            },
            match polls {
                true => &["card-next-shorter-poll", "card-next-endpoint-http"],
                false => &["card-next-endpoint-http"],
            },
        ),
        Reason::StalledAnswer => passing(
            "card-stalled",
            &["card-cause-line-lost", "card-cause-overload"],
            &["card-next-network"],
        ),
        // A port of RocketMQ's own.
        Reason::ClosedUnanswered if seen.about.is_some() => bad(
            "card-rocketmq-port",
            &["card-cause-rocketmq-port"],
            &["card-next-endpoint-http", "card-next-doctor"],
        ),
        Reason::ClosedUnanswered => passing(
            "card-closed",
            &[
                "card-cause-tcp-closes",
                "card-cause-crashed",
                "card-cause-idle",
                "card-cause-tls-wanted",
            ],
            &["card-next-endpoint-http"],
        ),
        _ => passing(
            "card-cut-off",
            &["card-cause-crashed", "card-cause-proxy-cuts"],
            &["card-next-fewer"],
        ),
    };
    row.next.insert(0, again);
    row
}

/// Something answered that is no server of this protocol.
fn of_foreign(reason: Reason, seen: &Evidence) -> Row {
    let named = seen.about.is_some();
    match reason {
        Reason::RocketMqTcp => bad(
            "card-rocketmq-port",
            &["card-cause-rocketmq-port"],
            &["card-next-endpoint-http", "card-next-doctor"],
        ),
        Reason::TlsWherePlain => bad(
            "card-tls-where-plain",
            &["card-cause-tls-port"],
            &["card-next-write-https"],
        ),
        Reason::Http2 => bad(
            "card-http2",
            &["card-cause-grpc"],
            &["card-next-endpoint-http"],
        ),
        Reason::ProxyLogin => bad(
            "card-proxy-login",
            &["card-cause-proxy-password", "card-cause-proxy-kind-login"],
            &["card-next-proxy-user", "card-next-around-proxy"],
        ),
        Reason::Redirect => bad(
            match named {
                true => "card-redirect-to",
                false => "card-redirect",
            },
            &[
                "card-cause-https-wanted",
                "card-cause-sign-on",
                "card-cause-web-address",
            ],
            &["card-next-write-https", "card-next-endpoint-http"],
        ),
        Reason::Gateway => passing(
            "card-gateway",
            &[
                "card-cause-broker-down",
                "card-cause-gateway-cuts",
                "card-cause-proxy-cannot",
            ],
            &["card-next-broker-up", "card-next-gateway-time"],
        ),
        Reason::LoginPage => bad(
            match named {
                true => "card-login-titled",
                false => "card-login",
            },
            &[
                "card-cause-captive",
                "card-cause-sign-on",
                "card-cause-console",
            ],
            &["card-next-log-in", "card-next-endpoint-http"],
        ),
        Reason::WebPage => bad(
            match named {
                true => "card-page-titled",
                false => "card-page",
            },
            &[
                "card-cause-console",
                "card-cause-web-server",
                "card-cause-captive",
            ],
            &["card-next-endpoint-http", "card-next-path-through"],
        ),
        Reason::JsonService => bad(
            "card-json",
            &["card-cause-json-service", "card-cause-api-gateway"],
            &["card-next-endpoint-http", "card-next-path-through"],
        ),
        Reason::OtherService => bad(
            "card-other-service",
            &["card-cause-web-server", "card-cause-port"],
            &["card-next-endpoint-http", "card-next-doctor"],
        ),
        Reason::NoAdminApi => bad(
            "card-no-admin",
            &["card-cause-real-broker", "card-cause-path-blocked"],
            &["card-next-sandbox-only"],
        ),
        _ => bad(
            "card-not-http",
            &[
                "card-cause-tcp-speaks",
                "card-cause-port",
                "card-cause-tls-wanted",
            ],
            &["card-next-endpoint-http", "card-next-doctor"],
        ),
    }
}

/// An answer of this protocol that cannot be used.
fn of_damaged(reason: Reason, doing: Doing) -> Row {
    match (reason, doing) {
        (Reason::TooLong, _) => bad(
            "card-too-long",
            &["card-cause-huge-bodies", "card-cause-other-service"],
            &["card-next-fewer"],
        ),
        (Reason::OtherQuestion, _) => bad(
            "card-other-question",
            &["card-cause-mixed-up"],
            &["card-next-around-proxy", "card-next-vendor"],
        ),
        (_, Doing::Publish) => passing(
            "card-unreadable-publish",
            &["card-cause-answer-cut", "card-cause-answer-changed"],
            &["card-next-look-first", "card-next-around-proxy"],
        ),
        (_, Doing::Consume | Doing::CheckHalves) => bad(
            "card-unreadable-consume",
            &[
                "card-cause-answer-cut",
                "card-cause-illegal-answer",
                "card-cause-answer-changed",
            ],
            &["card-next-fewer", "card-next-around-proxy"],
        ),
        (_, Doing::Ack | Doing::Commit | Doing::Rollback) => passing(
            "card-unreadable-ack",
            &["card-cause-answer-cut", "card-cause-answer-changed"],
            &["card-next-ack-again", "card-next-around-proxy"],
        ),
        (_, Doing::Look | Doing::Change | Doing::Examine) => bad(
            "card-unreadable",
            &["card-cause-versions", "card-cause-answer-changed"],
            &["card-next-versions"],
        ),
    }
}

/// One list where the request has a name in the server's logs, another where it has none.
fn with_id(seen: &Evidence, with: Keys, without: Keys) -> Keys {
    match seen.request_id {
        Some(_) => with,
        None => without,
    }
}

/// What became of what was asked, where nothing says so better.
fn effect(doing: Doing, in_doubt: bool) -> &'static str {
    match (doing, in_doubt) {
        (Doing::Publish, false) => "card-effect-publish",
        (Doing::Publish, true) => "card-effect-publish-doubt",
        (Doing::Consume, false) => "card-effect-consume",
        (Doing::Consume, true) => "card-effect-consume-doubt",
        (Doing::CheckHalves, false) => "card-effect-check",
        (Doing::CheckHalves, true) => "card-effect-check-doubt",
        (Doing::Ack, false) => "card-effect-ack",
        (Doing::Ack, true) => "card-effect-ack-doubt",
        (Doing::Commit, false) => "card-effect-commit",
        (Doing::Rollback, false) => "card-effect-rollback",
        (Doing::Commit | Doing::Rollback, true) => "card-effect-decide-doubt",
        (Doing::Change, true) => "card-effect-change-doubt",
        (Doing::Look, _) => "card-effect-look",
        (Doing::Change, false) => "card-effect-change",
        (Doing::Examine, _) => "card-effect-examine",
    }
}
