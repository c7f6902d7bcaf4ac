//! What can be wrong with a signature, as data: each kind with its name for scripts and the keys
//! of the texts about it. The texts themselves are in `assets/i18n`.

use serde::{Deserialize, Serialize};

use super::json;

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $text:literal, $fix:literal;)+) => {
        /// A mistake that makes a server refuse a signature. The order is the one in which equally
        /// certain causes are told: what happens most, and what explains most, comes first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum CauseKind {
            $($(#[$doc])* #[serde(rename = $id)] $name,)+
        }

        impl CauseKind {
            /// Every kind.
            pub const ALL: &'static [CauseKind] = &[$(CauseKind::$name),+];

            /// Its name in JSON.
            pub fn id(self) -> &'static str {
                match self {
                    $(CauseKind::$name => $id,)+
                }
            }

            /// Key of the text that says what happened; its values are [`Cause::values`].
            pub fn text_key(self) -> &'static str {
                match self {
                    $(CauseKind::$name => $text,)+
                }
            }

            /// Key of the text that says what to do; it takes no values.
            pub fn fix_key(self) -> &'static str {
                match self {
                    $(CauseKind::$name => $fix,)+
                }
            }
        }
    };
}

causes! {
    /// No `Authorization` header.
    MissingAuthorization = "missing_authorization", "cause-missing-authorization", "cause-missing-authorization-fix";
    /// Another word than `MQ` in front: `MNS`, `AWS`, `Bearer` …
    AuthorizationScheme = "authorization_scheme", "cause-authorization-scheme", "cause-authorization-scheme-fix";
    /// Not `MQ {AccessKeyId}:{signature}` in another way.
    AuthorizationForm = "authorization_form", "cause-authorization-form", "cause-authorization-form-fix";
    /// No `Date` header.
    MissingDate = "missing_date", "cause-missing-date", "cause-missing-date-fix";
    /// The `Date` header is not a date of RFC 9110.
    InvalidDate = "invalid_date", "cause-invalid-date", "cause-invalid-date-fix";
    /// `Date` is the local time, labelled GMT.
    LocalTimeAsGmt = "local_time_as_gmt", "cause-local-time-as-gmt", "cause-local-time-as-gmt-fix";
    /// The clocks of the two sides differ by more than 15 minutes. [doc]
    Clock = "clock", "cause-clock", "cause-clock-fix";
    /// The access key is where the secret key should be, and the other way round.
    SwappedKeys = "swapped_keys", "cause-swapped-keys", "cause-swapped-keys-fix";
    /// The secret key is sent as the access key, and used as the secret key as well.
    SecretSentAsAccessKey = "secret_sent_as_access_key", "cause-secret-sent-as-access-key", "cause-secret-sent-as-access-key-fix";
    /// White space, or something as invisible, in the access key.
    WhiteSpaceInAccessKey = "white_space_in_access_key", "cause-white-space-in-access-key", "cause-white-space-in-access-key-fix";
    /// White space, or something as invisible, in the secret key.
    WhiteSpaceInSecret = "white_space_in_secret", "cause-white-space-in-secret", "cause-white-space-in-secret-fix";
    /// Quotation marks became part of the secret key.
    QuotedSecret = "quoted_secret", "cause-quoted-secret", "cause-quoted-secret-fix";
    /// The secret key was empty.
    EmptySecret = "empty_secret", "cause-empty-secret", "cause-empty-secret-fix";
    /// Signed with the access key; the right access key was sent.
    AccessKeyAsSecret = "access_key_as_secret", "cause-access-key-as-secret", "cause-access-key-as-secret-fix";
    /// Signed with the STS token.
    TokenAsSecret = "token_as_secret", "cause-token-as-secret", "cause-token-as-secret-fix";
    /// `&` behind the secret key, as other APIs of the vendors want it.
    AmpersandSecret = "ampersand_secret", "cause-ampersand-secret", "cause-ampersand-secret-fix";
    /// The secret key in other letters: decoded, encoded, upper or lower case.
    SecretEncoding = "secret_encoding", "cause-secret-encoding", "cause-secret-encoding-fix";
    /// Key and text of the HMAC exchanged.
    HmacArguments = "hmac_arguments", "cause-hmac-arguments", "cause-hmac-arguments-fix";
    /// HMAC-SHA256 instead of HMAC-SHA1.
    Sha256 = "sha256", "cause-sha256", "cause-sha256-fix";
    /// The signature is hexadecimal, or base64 of hexadecimal.
    HexSignature = "hex_signature", "cause-hex-signature", "cause-hex-signature-fix";
    /// The signature is percent-encoded.
    UrlEncodedSignature = "url_encoded_signature", "cause-url-encoded-signature", "cause-url-encoded-signature-fix";
    /// The signature is base64 of another alphabet, or without its padding.
    Base64Variant = "base64_variant", "cause-base64-variant", "cause-base64-variant-fix";
    /// The Node SDK signs `'` where it sends `%27`. [wire]
    NodeQuote = "node_quote", "cause-node-quote", "cause-node-quote-fix";
    /// The Node SDK with a slash behind the endpoint sends `//topics` and signs `///topics`. [wire]
    NodeSlashes = "node_slashes", "cause-node-slashes", "cause-node-slashes-fix";
    /// A `Content-Type` was sent but not signed.
    ContentTypeNotSigned = "content_type_not_signed", "cause-content-type-not-signed", "cause-content-type-not-signed-fix";
    /// A `Content-Type` was signed but not sent.
    ContentTypeNotSent = "content_type_not_sent", "cause-content-type-not-sent", "cause-content-type-not-sent-fix";
    /// The same `Content-Type`, spelt differently: case, blanks, quotation marks.
    ContentTypeSpelling = "content_type_spelling", "cause-content-type-spelling", "cause-content-type-spelling-fix";
    /// Another `Content-Type` was signed.
    ContentTypeChanged = "content_type_changed", "cause-content-type-changed", "cause-content-type-changed-fix";
    /// A `Content-MD5` was sent but not signed.
    ContentMd5NotSigned = "content_md5_not_signed", "cause-content-md5-not-signed", "cause-content-md5-not-signed-fix";
    /// A `Content-MD5` was signed but not sent.
    ContentMd5NotSent = "content_md5_not_sent", "cause-content-md5-not-sent", "cause-content-md5-not-sent-fix";
    /// The digest in another form: raw, hexadecimal, upper case.
    ContentMd5Form = "content_md5_form", "cause-content-md5-form", "cause-content-md5-form-fix";
    /// `Content-MD5` speaks of another body.
    BodyChanged = "body_changed", "cause-body-changed", "cause-body-changed-fix";
    /// The query parameters were signed in another order.
    QueryOrder = "query_order", "cause-query-order", "cause-query-order-fix";
    /// The query was signed encoded in another way, or not at all.
    QueryEncoding = "query_encoding", "cause-query-encoding", "cause-query-encoding-fix";
    /// The escapes were signed in the other case: `%2f`, `%2F`.
    EscapeCase = "escape_case", "cause-escape-case", "cause-escape-case-fix";
    /// A parameter without a value was signed but not sent, or sent but not signed.
    EmptyParameter = "empty_parameter", "cause-empty-parameter", "cause-empty-parameter-fix";
    /// Only the path was signed.
    QueryNotSigned = "query_not_signed", "cause-query-not-signed", "cause-query-not-signed-fix";
    /// `ns` was sent but not signed.
    InstanceNotSigned = "instance_not_signed", "cause-instance-not-signed", "cause-instance-not-signed-fix";
    /// Another parameter was sent but not signed.
    ParameterNotSigned = "parameter_not_signed", "cause-parameter-not-signed", "cause-parameter-not-signed-fix";
    /// The path in front of `/topics` was sent but not signed, or signed but not sent.
    PathPrefix = "path_prefix", "cause-path-prefix", "cause-path-prefix-fix";
    /// The whole URL, or host and path, was signed.
    FullUrl = "full_url", "cause-full-url", "cause-full-url-fix";
    /// A slash behind the path on one side only.
    TrailingSlash = "trailing_slash", "cause-trailing-slash", "cause-trailing-slash-fix";
    /// Two slashes in front on one side, one or none on the other.
    LeadingSlash = "leading_slash", "cause-leading-slash", "cause-leading-slash-fix";
    /// The path was signed encoded in another way.
    PathEncoding = "path_encoding", "cause-path-encoding", "cause-path-encoding-fix";
    /// Names of `x-mq-` headers were not signed in lower case.
    HeaderCasing = "header_casing", "cause-header-casing", "cause-header-casing-fix";
    /// `x-mq-` headers were not signed sorted by name.
    HeaderOrder = "header_order", "cause-header-order", "cause-header-order-fix";
    /// A blank was signed behind the colon of a header.
    HeaderBlank = "header_blank", "cause-header-blank", "cause-header-blank-fix";
    /// `x-mq-version`, or another such header, was sent but not signed.
    MqHeaderNotSigned = "mq_header_not_signed", "cause-mq-header-not-signed", "cause-mq-header-not-signed-fix";
    /// `x-mq-version` was signed but not sent.
    VersionNotSent = "version_not_sent", "cause-version-not-sent", "cause-version-not-sent-fix";
    /// The STS token was signed.
    SecurityTokenSigned = "security_token_signed", "cause-security-token-signed", "cause-security-token-signed-fix";
    /// The method was not signed in upper case.
    MethodCase = "method_case", "cause-method-case", "cause-method-case-fix";
    /// Another method was signed.
    OtherMethod = "other_method", "cause-other-method", "cause-other-method-fix";
    /// The lines end in something else than one LF.
    LineEnds = "line_ends", "cause-line-ends", "cause-line-ends-fix";
    /// A backslash and an `n` stand where a line should end.
    LiteralNewlines = "literal_newlines", "cause-literal-newlines", "cause-literal-newlines-fix";
    /// A line is missing, or there is one too many.
    EmptyLines = "empty_lines", "cause-empty-lines", "cause-empty-lines-fix";
    /// The lines stand in another order.
    FieldOrder = "field_order", "cause-field-order", "cause-field-order-fix";
    /// The date was signed as another text, or not at all.
    DateForm = "date_form", "cause-date-form", "cause-date-form-fix";
    /// Another point in time was signed.
    DateChanged = "date_changed", "cause-date-changed", "cause-date-changed-fix";
    /// The server saw another request than the one that was sent.
    ChangedOnTheWay = "changed_on_the_way", "cause-changed-on-the-way", "cause-changed-on-the-way-fix";
    /// The access key of the request is another one than the one given.
    OtherAccessKey = "other_access_key", "cause-other-access-key", "cause-other-access-key-fix";
    /// The signature fits, but the server refused it: it knows another secret key.
    ServerHasOtherSecret = "server_has_other_secret", "cause-server-has-other-secret", "cause-server-has-other-secret-fix";
    /// Nothing else fits: most likely the secret key is another one.
    WrongSecret = "wrong_secret", "cause-wrong-secret", "cause-wrong-secret-fix";
}

/// How sure a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Shown: with this mistake, and only with it, the signature comes out as it was sent; or it
    /// is plain to see.
    Proven,
    /// Something in the request speaks for it.
    Likely,
    /// Nothing speaks against it.
    Possible,
}

impl Certainty {
    /// Its name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Certainty::Proven => "proven",
            Certainty::Likely => "likely",
            Certainty::Possible => "possible",
        }
    }
}

/// Why a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The mistake.
    pub kind: CauseKind,
    /// How sure that is.
    pub certainty: Certainty,
    /// Another mistake without which this one does not explain the signature.
    pub together_with: Option<CauseKind>,
    /// Values for the text of [`CauseKind::text_key`]; never a key, a token or a signature.
    #[serde(with = "json::values")]
    pub values: Vec<(&'static str, String)>,
}

impl Cause {
    pub(super) fn new(kind: CauseKind, certainty: Certainty) -> Self {
        Self {
            kind,
            certainty,
            together_with: None,
            values: Vec::new(),
        }
    }

    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_cause_go_together() {
        for kind in CauseKind::ALL {
            let key = format!("cause-{}", kind.id().replace('_', "-"));
            assert_eq!(kind.text_key(), key);
            assert_eq!(kind.fix_key(), format!("{key}-fix"));
        }
    }
}
