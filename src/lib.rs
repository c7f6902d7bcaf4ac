//! Placeholder map of the crate.

pub mod i18n;
/// The window.
pub mod ui {
    pub mod theme;
}
