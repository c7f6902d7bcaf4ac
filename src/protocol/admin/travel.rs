//! Where a moved clock is, as seen from the real one: a value that can be kept. Moves no clock and
//! asks none; the real time is told.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::message::Timestamp;

/// Range of a moved clock: the years 1970 to 9999. At the end of time nothing would ever be due.
const EARLIEST: Timestamp = Timestamp::from_millis(0);
const LATEST: Timestamp = Timestamp::from_millis(253_402_300_799_999);

/// Offsets below this are the time that a request takes.
const NOTHING_MILLIS: u64 = 1_000;

/// Where a moved clock is. Kept over a restart, one that runs has gone on meanwhile as far as the
/// real time has, and one that is frozen stands where it stood. [us]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Travel {
    /// It goes as fast as the real time.
    Running {
        /// So far ahead of it; negative if it is behind.
        offset_millis: i64,
    },
    /// It stands still.
    Frozen {
        /// There.
        at: Timestamp,
    },
}

impl Travel {
    /// With the real time.
    pub const REAL: Travel = Travel::Running { offset_millis: 0 };

    /// Whether it is anywhere else than the real time, by more than moving it back may take.
    pub fn is_elsewhere(self) -> bool {
        match self {
            Travel::Running { offset_millis } => offset_millis.unsigned_abs() >= NOTHING_MILLIS,
            Travel::Frozen { .. } => true,
        }
    }

    /// Its time when the real time is `real`.
    pub fn now(self, real: Timestamp) -> Timestamp {
        match self {
            Travel::Running { offset_millis } => real.offset_millis(offset_millis),
            Travel::Frozen { at } => at,
        }
    }

    /// How far it is ahead of the real time, in milliseconds; negative if it is behind.
    pub fn offset_millis(self, real: Timestamp) -> i64 {
        match self {
            Travel::Running { offset_millis } => offset_millis,
            Travel::Frozen { at } => ahead_millis(at, real),
        }
    }

    /// Jumps to another time; stands still there if it stood still before. Held inside what a
    /// date can be written for.
    #[must_use]
    pub fn jumped(self, to: Timestamp, real: Timestamp) -> Self {
        let to = to.clamp(EARLIEST, LATEST);
        match self {
            Travel::Running { .. } => Travel::Running {
                offset_millis: ahead_millis(to, real),
            },
            Travel::Frozen { .. } => Travel::Frozen { at: to },
        }
    }

    /// Jumps ahead.
    #[must_use]
    pub fn advanced(self, by: Duration, real: Timestamp) -> Self {
        self.jumped(self.now(real) + by, real)
    }

    /// Stands still where it is.
    #[must_use]
    pub fn frozen(self, real: Timestamp) -> Self {
        Travel::Frozen { at: self.now(real) }
    }

    /// Goes on from where it stands.
    #[must_use]
    pub fn resumed(self, real: Timestamp) -> Self {
        Travel::Running {
            offset_millis: self.offset_millis(real),
        }
    }
}

fn ahead_millis(at: Timestamp, of: Timestamp) -> i64 {
    at.millis().saturating_sub(of.millis())
}
