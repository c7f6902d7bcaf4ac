//! How much is worked off in a frame of what concerns very many rows: what takes a few milliseconds
//! here and now, whatever the machine, the filter and the length of the bodies. Knows no clock.

use std::time::Duration;

/// What may be spent in a frame on events, and on what they and commands left to do. A frame of 60 Hz
/// has 16 milliseconds, and the layout of a large window takes its part of them.
pub(super) const EVENTS: Duration = Duration::from_millis(4);
const WORK: Duration = Duration::from_millis(4);

/// Rows that are looked at in one frame: the fewest, so that it ends at some time; and the most.
const FEWEST: usize = 1_024;
const MOST: usize = 16_384;

/// Rows of the next frame.
#[derive(Debug)]
pub(super) struct Pace {
    rows: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { rows: 4 * FEWEST }
    }
}

impl Pace {
    /// How many rows to look at.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// So many rows took that long. Only what was all that could be done tells something.
    pub(super) fn took(&mut self, time: Duration) {
        if time > WORK {
            self.rows = (self.rows / 2).max(FEWEST);
        } else if time < WORK / 2 {
            self.rows = (self.rows + FEWEST).min(MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_slows_down_at_once_and_speeds_up_by_and_by() {
        let mut pace = Pace::default();
        let before = pace.rows();
        pace.took(WORK * 2);
        assert_eq!(pace.rows(), before / 2);
        pace.took(WORK / 3);
        assert_eq!(pace.rows(), before / 2 + FEWEST);
        for _ in 0..100 {
            pace.took(WORK * 100);
        }
        assert_eq!(pace.rows(), FEWEST);
        for _ in 0..100 {
            pace.took(Duration::ZERO);
        }
        assert_eq!(pace.rows(), MOST);
    }
}
