//! The keys of one connection, as a value that wipes itself and never prints itself.
//! Where they are kept is `secrets.rs`.

use std::fmt;

use secrecy::SecretString;

/// AK, SK and what may go with them.
#[derive(Clone)]
pub struct Credentials {
    /// AccessKeyId. Not secret by itself (it travels in every request), but nobody's business.
    pub access_key: String,
    /// AccessKeySecret.
    pub secret_key: SecretString,
    /// STS token (`security-token`), sent along but never signed.
    pub security_token: Option<SecretString>,
    /// What opens the admin API of a sandbox; goes there and nowhere else.
    pub admin_token: Option<SecretString>,
}

impl Credentials {
    /// Keys as somebody pasted them: white space at the ends is trimmed, an empty token is none.
    pub fn from_pasted(access_key: &str, secret_key: &str, security_token: &str) -> Self {
        let security_token = security_token.trim();
        Self {
            access_key: access_key.trim().to_owned(),
            secret_key: secret_key.trim().into(),
            security_token: (!security_token.is_empty()).then(|| security_token.into()),
            admin_token: None,
        }
    }

    /// The same with the token of a sandbox's admin API, as pasted; an empty one is none.
    #[must_use]
    pub fn with_admin_token(mut self, token: &str) -> Self {
        let token = token.trim();
        self.admin_token = (!token.is_empty()).then(|| token.into());
        self
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn pasted_white_space_is_trimmed_and_nothing_is_printed() {
        let keys = Credentials::from_pasted(" my-ak\n", "\tmy-sk ", "  ");
        assert_eq!(keys.access_key, "my-ak");
        assert_eq!(keys.secret_key.expose_secret(), "my-sk");
        assert!(keys.security_token.is_none());
        let printed = format!("{keys:?}");
        assert!(!printed.contains("my-"), "{printed}");
    }
}
