//! A whole number between two bounds, with the one it begins with.

use std::fmt;

use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A whole number from `MIN` to `MAX`; `START` unless somebody chose another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Within<const MIN: u32, const MAX: u32, const START: u32>(u32);

impl<const MIN: u32, const MAX: u32, const START: u32> Within<MIN, MAX, START> {
    /// The least it can be.
    pub const MIN: u32 = MIN;
    /// The most it can be.
    pub const MAX: u32 = MAX;

    /// This number, if it is within the bounds.
    pub fn new(number: u32) -> Option<Self> {
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }

    /// The number within the bounds that is nearest to this one.
    pub fn nearest(number: u32) -> Self {
        Self(number.clamp(MIN, MAX))
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32, const START: u32> Default for Within<MIN, MAX, START> {
    fn default() -> Self {
        const { assert!(MIN <= START && START <= MAX) };
        Self(START)
    }
}

impl<const MIN: u32, const MAX: u32, const START: u32> fmt::Display for Within<MIN, MAX, START> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: u32, const MAX: u32, const START: u32> Serialize for Within<MIN, MAX, START> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de, const MIN: u32, const MAX: u32, const START: u32> Deserialize<'de>
    for Within<MIN, MAX, START>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Bounds)
    }
}

/// Says what is expected, bounds and all, whatever is found instead.
struct Bounds<const MIN: u32, const MAX: u32, const START: u32>;

impl<const MIN: u32, const MAX: u32, const START: u32> Visitor<'_> for Bounds<MIN, MAX, START> {
    type Value = Within<MIN, MAX, START>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        u32::try_from(number)
            .ok()
            .and_then(Within::new)
            .ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        u32::try_from(number)
            .ok()
            .and_then(Within::new)
            .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}
