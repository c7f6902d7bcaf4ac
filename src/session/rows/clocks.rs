//! The server's clock against ours, once messages are held: either may be set meanwhile, and a
//! sandbox's time is moved at will. What is held returns by the server's clock, so its leases
//! follow; in steps, as very many may be held.

use super::Rows;

/// What is known of the clocks, and what of it the rows have not followed yet.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    /// The difference that the rows follow, or have followed.
    skew_millis: Option<i64>,
    following: Option<Following>,
}

#[derive(Debug, Clone, Copy)]
struct Following {
    skew_millis: i64,
    blur_millis: u64,
    /// The first row that was not looked at.
    from: u64,
}

impl Rows {
    /// The server's clock is ahead of ours by `skew_millis`, known to within `blur_millis`: leases that
    /// were reckoned by a difference further off are reckoned anew, in the next calls of
    /// [`Rows::expire`].
    pub fn clocks_differ(&mut self, skew_millis: i64, blur_millis: u64) {
        let known = self.clocks.skew_millis;
        let is_news = known.is_none_or(|known| known.abs_diff(skew_millis) > blur_millis);
        // A difference that grows is followed to its end before it is looked at again; whoever tells
        // of it will tell again.
        if !is_news || self.is_following_clocks() {
            return;
        }
        self.clocks.skew_millis = Some(skew_millis);
        self.clocks.following = Some(Following {
            skew_millis,
            blur_millis,
            from: 0,
        });
    }

    /// Whether there are leases that were not compared with the clocks yet.
    pub(super) fn is_following_clocks(&self) -> bool {
        self.clocks.following.is_some()
    }

    /// Goes on with at most so many rows.
    pub(super) fn follow_clocks(&mut self, most: usize) {
        let Some(following) = self.clocks.following.filter(|_| most > 0) else {
            return;
        };
        let Following {
            skew_millis,
            blur_millis,
            from,
        } = following;
        let looked_at: Vec<u64> = self
            .rows
            .iter_from(from)
            .map(|(number, _)| number)
            .take(most)
            .collect();
        self.clocks.following = looked_at
            .last()
            .filter(|_| looked_at.len() == most)
            .map(|last| Following {
                from: last + 1,
                ..following
            });
        for number in looked_at {
            let lease = self.get(number).and_then(|row| row.newest().lease);
            let off = lease.is_some_and(|l| l.skew_millis().abs_diff(skew_millis) > blur_millis);
            if off && self.held.contains(number) {
                self.change(number, |row| {
                    if let Some(lease) = &mut row.newest_mut().lease {
                        *lease = lease.reckoned_by(skew_millis);
                    }
                });
            }
        }
    }
}
