//! Puts together what each look at a request found: the first refusal, in the order in which a
//! server checks, and all causes.

use super::cause::{Cause, CauseKind, Certainty};
use super::clock::{self, ClockVerdict, Moment};
use super::difference::between;
use super::hints::{COMMONEST, hints};
use super::mistakes::{Evidence, Suspects, digest_in, is_invisible, without_invisible};
use super::recipes::{Sdk, recipes};
use super::request::SentRequest;
use super::search::{Found, how_signed};
use super::signature::{Authorization, Digest};
use super::trial::Trial;
use super::{Explanation, Keys, ServerAnswer, Verdict};
use crate::protocol::SECURITY_TOKEN_HEADER;
use crate::protocol::date::parse_http_date;
use crate::protocol::fault::FaultCode;
use crate::protocol::sign::content_md5_matches;

/// A key shorter than this is not looked for in texts: it would be found everywhere.
const MIN_SCRUBBED: usize = 6;

/// What has been found so far.
#[derive(Default)]
struct Judgement {
    code: Option<FaultCode>,
    causes: Vec<Cause>,
    theirs: Option<String>,
    /// Whether the signature was checked and is right.
    signed: bool,
}

impl Judgement {
    fn refuse(&mut self, code: FaultCode, cause: Cause) {
        self.code.get_or_insert(code);
        self.causes.push(cause);
    }
}

fn proven(kind: CauseKind) -> Cause {
    Cause::new(kind, Certainty::Proven)
}

fn likely(kind: CauseKind) -> Cause {
    Cause::new(kind, Certainty::Likely)
}

pub(super) fn judge(
    request: &SentRequest,
    answer: Option<&ServerAnswer>,
    keys: Option<Keys<'_>>,
    moment: Moment,
) -> Explanation {
    let ours = request.string_to_sign();
    let sdk = request.header("user-agent").and_then(Sdk::of_user_agent);
    let mut judgement = Judgement::default();
    let authorization = request
        .header("authorization")
        .filter(|header| !header.trim().is_empty())
        .map(Authorization::read);
    judgement.authorization(authorization.as_ref());
    let clock = judgement.date(request, answer, moment);
    if let Some(authorization) = &authorization {
        judgement.signature(request, authorization, keys, sdk);
    }
    judgement.digest(request);
    judgement.answer(&ours, answer);

    let secrets = Scrubber::new(request, keys);
    let server = answer
        .and_then(|answer| answer.string_to_sign.as_deref())
        .map(|text| secrets.scrub(text));
    let theirs = judgement.theirs.map(|text| secrets.scrub(&text));
    let mut causes = judgement.causes;
    for (_, value) in causes.iter_mut().flat_map(|cause| &mut cause.values) {
        *value = secrets.scrub(value);
    }
    causes.sort_by_key(rank);
    causes.dedup_by_key(|cause| cause.kind);
    let verdict = match (judgement.code, judgement.signed) {
        (Some(code), _) => Verdict::WouldBeRefused { code },
        (None, true) => Verdict::Good,
        (None, false) => Verdict::Unknown,
    };
    let compared = theirs.as_ref().or(server.as_ref());
    Explanation {
        verdict,
        difference: compared.map_or_else(Vec::new, |other| between(&ours, other)),
        ours,
        theirs,
        server,
        causes,
        clock,
        sdk,
        recipes: recipes(request),
    }
}

fn rank(cause: &Cause) -> (Certainty, CauseKind) {
    let certainty = match cause.kind {
        // It says where a proven difference of the clocks comes from.
        CauseKind::LocalTimeAsGmt => Certainty::Proven,
        _ => cause.certainty,
    };
    (certainty, cause.kind)
}

impl Judgement {
    fn authorization(&mut self, authorization: Option<&Authorization<'_>>) {
        match authorization {
            None => self.refuse(
                FaultCode::MissingAuthorizationHeader,
                proven(CauseKind::MissingAuthorization),
            ),
            Some(Authorization {
                flaw: Some((kind, scheme)),
                ..
            }) => self.refuse(
                FaultCode::InvalidAuthorizationHeader,
                proven(*kind).with("scheme", scheme),
            ),
            Some(_) => {}
        }
    }

    fn date(
        &mut self,
        request: &SentRequest,
        answer: Option<&ServerAnswer>,
        moment: Moment,
    ) -> ClockVerdict {
        let Some(date) = request.header("date") else {
            self.refuse(FaultCode::MissingDateHeader, proven(CauseKind::MissingDate));
            return ClockVerdict::Unknown;
        };
        let at = parse_http_date(date);
        if at.is_none() {
            let cause = proven(CauseKind::InvalidDate).with("sent", date);
            self.refuse(FaultCode::InvalidDateHeader, cause);
        }
        let reply = answer.and_then(|answer| answer.date);
        let code = answer.and_then(|answer| answer.code.as_ref());
        let verdict = clock::judge(at, moment, reply, code == Some(&FaultCode::TimeExpired));
        if let ClockVerdict::Off(ahead) = verdict {
            for cause in clock::causes(ahead) {
                self.refuse(FaultCode::TimeExpired, cause);
            }
        }
        verdict
    }

    fn signature(
        &mut self,
        request: &SentRequest,
        authorization: &Authorization<'_>,
        keys: Option<Keys<'_>>,
        sdk: Option<Sdk>,
    ) {
        let sent = authorization.access_key;
        self.invisible(sent);
        let digest = Digest::read(authorization.signature);
        let keys = keys.filter(|keys| !keys.secret_key.is_empty());
        let (Some(keys), Some(digest)) = (keys, &digest) else {
            match &digest {
                None => self.refuse(
                    FaultCode::SignatureDoesNotMatch,
                    proven(CauseKind::AuthorizationForm).with("scheme", "MQ"),
                ),
                Some(digest) => self.flaws(digest),
            }
            self.guess(request, sdk);
            return;
        };
        let token = request
            .header(SECURITY_TOKEN_HEADER)
            .or(keys.security_token);
        let suspects = Suspects::new(keys.access_key, keys.secret_key, token, sent);
        let evidence = Evidence {
            request,
            token: token.filter(|token| !token.is_empty()),
            suspects: &suspects,
        };
        let found = how_signed(&evidence, digest);
        self.access_key(sent, keys, found.as_ref());
        self.flaws(digest);
        match found {
            Some(found) => {
                self.signed = found.alone.is_empty() && digest.flaws.is_empty();
                self.found(&evidence, found);
            }
            None => {
                // Each of them was tried with this key, so it can only add to another mistake.
                let hints = hints(request, sdk).into_iter().map(|hint| Cause {
                    certainty: Certainty::Possible,
                    ..hint
                });
                self.causes.extend(hints);
                self.refuse(
                    FaultCode::SignatureDoesNotMatch,
                    likely(CauseKind::WrongSecret).with("tried", "yes"),
                );
            }
        }
    }

    /// What cannot be seen in the access key.
    fn invisible(&mut self, sent: &str) {
        if sent.chars().any(is_invisible) {
            let what: String = sent.chars().filter(|&c| is_invisible(c)).collect();
            let cause = proven(CauseKind::WhiteSpaceInAccessKey).with("what", shown(&what));
            self.refuse(FaultCode::InvalidAccessKeyId, cause);
        }
    }

    fn access_key(&mut self, sent: &str, keys: Keys<'_>, found: Option<&Found>) {
        let (sent, secret) = (without_invisible(sent), without_invisible(keys.secret_key));
        let right = without_invisible(keys.access_key);
        if right.is_empty() || sent == right {
            return;
        }
        let matches = found.is_some();
        if sent == secret {
            match found {
                // It was used to sign, whatever else went wrong: the cause is told below.
                Some(found) if found.alone.contains(&CauseKind::SwappedKeys) => {
                    self.code.get_or_insert(FaultCode::InvalidAccessKeyId);
                }
                Some(_) => self.refuse(
                    FaultCode::InvalidAccessKeyId,
                    proven(CauseKind::SecretSentAsAccessKey),
                ),
                None => self.refuse(
                    FaultCode::InvalidAccessKeyId,
                    likely(CauseKind::SwappedKeys),
                ),
            }
        } else if matches {
            self.refuse(
                FaultCode::InvalidAccessKeyId,
                proven(CauseKind::OtherAccessKey),
            );
        } else {
            self.refuse(
                FaultCode::SignatureDoesNotMatch,
                likely(CauseKind::OtherAccessKey),
            );
        }
    }

    /// What is wrong with how the signature is written.
    fn flaws(&mut self, digest: &Digest) {
        for kind in &digest.flaws {
            self.refuse(FaultCode::SignatureDoesNotMatch, proven(*kind));
        }
    }

    fn found(&mut self, evidence: &Evidence<'_>, found: Found) {
        let right = Trial::of(evidence.request);
        for kind in found.alone {
            let mut cause = proven(kind);
            cause.together_with = found.together_with;
            cause.values = values(kind, &right, &found.trial, evidence);
            self.refuse(FaultCode::SignatureDoesNotMatch, cause);
        }
        if let Some(kind) = found.together_with {
            let mut cause = proven(kind);
            cause.values = values(kind, &right, &found.trial, evidence);
            self.causes.push(cause);
        }
        self.theirs = Some(found.trial.text());
    }

    /// Without a secret key: what can be seen, and else what goes wrong most.
    fn guess(&mut self, request: &SentRequest, sdk: Option<Sdk>) {
        self.causes.extend(hints(request, sdk));
        let common = COMMONEST.map(|kind| {
            Cause::new(kind, Certainty::Possible)
                .with("what", "…")
                .with("place", "end")
                .with("tried", "no")
        });
        self.causes.extend(common);
    }

    /// Whether `Content-MD5` speaks of the body.
    fn digest(&mut self, request: &SentRequest) {
        let (Some(header), Some(body)) = (request.header("content-md5"), &request.body) else {
            return;
        };
        if content_md5_matches(header, body) {
            return;
        }
        let same = digest_in(header).is_some_and(|digest| {
            use md5::Digest as _;
            digest[..] == md5::Md5::digest(body)[..]
        });
        let kind = if same {
            CauseKind::ContentMd5Form
        } else {
            CauseKind::BodyChanged
        };
        let cause = proven(kind).with("signed", header).with("sent", header);
        self.refuse(FaultCode::InvalidDigest, cause);
    }

    /// What the server's own words add.
    fn answer(&mut self, ours: &str, answer: Option<&ServerAnswer>) {
        let Some(answer) = answer else {
            return;
        };
        let refused = answer.code == Some(FaultCode::SignatureDoesNotMatch);
        let printed = answer.string_to_sign.as_deref();
        if let Some(printed) = printed
            && printed.trim_end() != ours.trim_end()
        {
            let part = between(ours, printed)
                .first()
                .map_or("", |first| first.part.id());
            let cause = proven(CauseKind::ChangedOnTheWay).with("part", part);
            self.refuse(FaultCode::SignatureDoesNotMatch, cause);
        } else if self.signed && refused {
            let certainty = if printed.is_some() {
                Certainty::Proven
            } else {
                Certainty::Likely
            };
            let cause = Cause::new(CauseKind::ServerHasOtherSecret, certainty);
            self.refuse(FaultCode::SignatureDoesNotMatch, cause);
        }
        if let (Some(code), false) = (&answer.code, self.signed)
            && is_about_signatures(code)
        {
            self.code.get_or_insert(code.clone());
        }
    }
}

fn is_about_signatures(code: &FaultCode) -> bool {
    matches!(
        code,
        FaultCode::SignatureDoesNotMatch
            | FaultCode::InvalidAccessKeyId
            | FaultCode::InvalidAuthorizationHeader
            | FaultCode::MissingAuthorizationHeader
            | FaultCode::InvalidDateHeader
            | FaultCode::MissingDateHeader
            | FaultCode::InvalidDigest
            | FaultCode::TimeExpired
    )
}

/// Values for the text about a mistake.
fn values(
    kind: CauseKind,
    right: &Trial,
    signed: &Trial,
    evidence: &Evidence<'_>,
) -> Vec<(&'static str, String)> {
    use CauseKind as K;
    let both =
        |signed: &str, sent: &str| vec![("signed", signed.to_owned()), ("sent", sent.to_owned())];
    match kind {
        K::ContentTypeNotSigned
        | K::ContentTypeNotSent
        | K::ContentTypeSpelling
        | K::ContentTypeChanged => both(&signed.content_type, &right.content_type),
        K::ContentMd5NotSigned | K::ContentMd5NotSent | K::ContentMd5Form => {
            both(&signed.content_md5, &right.content_md5)
        }
        K::DateForm | K::DateChanged => both(&signed.date, &right.date),
        K::MethodCase | K::OtherMethod => both(&signed.method, &right.method),
        K::HeaderCasing | K::HeaderOrder | K::MqHeaderNotSigned | K::VersionNotSent => {
            both(&names(signed), &names(right))
        }
        K::WhiteSpaceInSecret => {
            let (what, place) = evidence.suspects.clinging(signed.key);
            vec![("what", shown(what)), ("place", place.to_owned())]
        }
        _ if signed.resource != right.resource => both(&signed.resource, &right.resource),
        _ => Vec::new(),
    }
}

fn names(trial: &Trial) -> String {
    let names: Vec<&str> = trial
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.join(", ")
}

/// Characters that cannot be seen, by their code points.
fn shown(what: &str) -> String {
    let codes: Vec<String> = what
        .chars()
        .map(|c| format!("U+{:04X}", u32::from(c)))
        .collect();
    codes.join(" ")
}

/// Takes keys and tokens out of texts, wherever they came from.
struct Scrubber(Vec<(String, &'static str)>);

impl Scrubber {
    fn new(request: &SentRequest, keys: Option<Keys<'_>>) -> Self {
        let tokens = request
            .header(SECURITY_TOKEN_HEADER)
            .into_iter()
            .chain(keys.and_then(|keys| keys.security_token))
            .map(|token| (token.to_owned(), "[security-token]"));
        let secret = keys
            .map(|keys| (keys.secret_key.to_owned(), "[secret key]"))
            .filter(|(secret, _)| secret.len() >= MIN_SCRUBBED);
        let hidden = tokens.chain(secret).filter(|(text, _)| !text.is_empty());
        Self(hidden.collect())
    }

    fn scrub(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (hidden, shown)| {
                text.replace(hidden, shown)
            })
    }
}
