//! How an explanation is written in JSON, where no derive does it: helpers for
//! `#[serde(with = "…")]`. It travels from a sandbox to whoever looks into it, and holds as little
//! that is secret as the explanation itself.

/// A code, as it stands in `<Code>`.
pub(super) mod code {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::protocol::fault::FaultCode;

    pub(in super::super) fn serialize<S: Serializer>(
        code: &FaultCode,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(code.as_str())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<FaultCode, D::Error> {
        String::deserialize(deserializer).map(|code| FaultCode::from(code.as_str()))
    }
}

/// Values for a text, by the names that the texts know them by.
pub(super) mod values {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    /// Every name that a text has a value for.
    const NAMES: &[&str] = &[
        "direction",
        "hours",
        "minutes",
        "part",
        "place",
        "scheme",
        "sent",
        "signed",
        "tried",
        "what",
    ];

    type Values = Vec<(&'static str, String)>;

    pub(in super::super) fn serialize<S: Serializer>(
        values: &Values,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(values.iter().map(|(name, value)| (name, value)))
    }

    /// What no text knows, as a later version may send it, is left out.
    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Values, D::Error> {
        let mut given = BTreeMap::<String, String>::deserialize(deserializer)?;
        let known = NAMES.iter().copied();
        Ok(known
            .filter_map(|name| Some((name, given.remove(name)?)))
            .collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::protocol::Timestamp;
    use crate::protocol::explain::{Explanation, Keys, Moment, explain, paste};

    const REQUEST: &str = "GET /topics/t/messages?consumer=g&numOfMessages=1 HTTP/1.1\n\
        Authorization: MQ ak :aGVsbG8gd29ybGQsIGhlbGxvIQ==\nDate: Sun, 22 Nov 2026 18:14:07 GMT\n\n";

    #[test]
    fn an_explanation_is_read_back_as_it_was_written() {
        let at = Timestamp::from_millis(1_795_342_447_000);
        let keys = Keys {
            access_key: "other",
            secret_key: "a secret key",
            security_token: None,
        };
        let pasted = paste::read(REQUEST).unwrap();
        for keys in [None, Some(keys)] {
            let mut found = explain(&pasted.request, None, keys, Moment::At(at));
            assert!(found.causes.len() > 2, "{found:#?}");
            for cause in &mut found.causes {
                cause.values.sort();
            }
            let json = serde_json::to_string(&found).unwrap();
            let read: Explanation = serde_json::from_str(&json).unwrap();
            assert_eq!(read, found, "{json}");
        }
    }
}
