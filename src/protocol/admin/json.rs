//! How names, handles and times are written in the JSON and the queries of the admin API: helpers
//! for `#[serde(with = "…")]`. The values themselves stay free of it.

/// Names and handles travel as text, and are checked when they are read.
pub(super) mod text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(in super::super) fn serialize<S: Serializer>(
        value: &impl Display,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(in super::super) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The same for what may be missing; empty text, as queries have it, is missing too.
pub(super) mod optional_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(in super::super) fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = Option::<String>::deserialize(deserializer)?;
        let text = text.filter(|text| !text.is_empty());
        text.map(|text| text.parse().map_err(de::Error::custom))
            .transpose()
    }
}

/// Any text that is not blank may be a handle.
pub(super) mod handle {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::protocol::ReceiptHandle;

    pub(in super::super) fn serialize<S: Serializer>(
        handle: &ReceiptHandle,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(handle.as_str())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ReceiptHandle, D::Error> {
        let text = String::deserialize(deserializer)?;
        ReceiptHandle::new(&text).ok_or_else(|| de::Error::custom("the handle is blank"))
    }
}

/// The same for a handle that may be missing.
pub(super) mod optional_handle {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::protocol::ReceiptHandle;

    pub(in super::super) fn serialize<S: Serializer>(
        handle: &Option<ReceiptHandle>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = handle.as_ref().map(ReceiptHandle::as_str);
        text.serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<ReceiptHandle>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(text.and_then(|text| ReceiptHandle::new(&text)))
    }
}

/// A point in time that may be missing.
pub(super) mod optional_millis {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::protocol::Timestamp;

    pub(in super::super) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Timestamp::millis).serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let millis = Option::<i64>::deserialize(deserializer)?;
        Ok(millis.map(Timestamp::from_millis))
    }
}

/// Points in time travel as Unix milliseconds.
pub(super) mod millis {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::protocol::Timestamp;

    pub(in super::super) fn serialize<S: Serializer>(
        at: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.millis())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_millis)
    }
}
