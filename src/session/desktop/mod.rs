//! What the desktop asks of every window. Values only: `listener.rs` hears of them, and what they
//! mean for the window is its own business.

pub(super) mod listener;

use crate::config::Motion;

/// What the desktop asks of every window. One that says nothing asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Desktop {
    /// Dark or light, if it has a wish.
    pub shade: Option<Shade>,
    /// Nothing may move by itself.
    pub reduced_motion: bool,
}

/// Dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// Dark.
    Dark,
    /// Light.
    Light,
}

impl Desktop {
    /// Whether anything may move by itself, with this setting.
    pub fn lets_move(self, motion: Motion) -> bool {
        match motion {
            Motion::System => !self.reduced_motion,
            Motion::Full => true,
            Motion::Reduced => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Desktop, Motion};

    #[test]
    fn the_setting_comes_before_what_the_desktop_asks_for() {
        let calm = Desktop {
            reduced_motion: true,
            ..Desktop::default()
        };
        for (motion, on_calm, on_lively) in [
            (Motion::System, false, true),
            (Motion::Full, true, true),
            (Motion::Reduced, false, false),
        ] {
            assert_eq!(calm.lets_move(motion), on_calm, "{motion:?}");
            assert_eq!(
                Desktop::default().lets_move(motion),
                on_lively,
                "{motion:?}"
            );
        }
    }
}
