//! Hears what the desktop asks for, now and whenever that changes: on Linux from the settings portal,
//! elsewhere from the OS. Where nobody answers, nothing is said and everything stays as it is.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt as _, stream};
use mundy::{ColorScheme, Interest, Preferences, ReducedMotion};
use tokio::sync::watch;

use crate::session::Event;
use crate::session::shared::Shared;

use super::{Desktop, Shade};

/// Who tells what the desktop asks for.
#[derive(Debug, Clone)]
pub enum DesktopSource {
    /// The OS.
    Native,
    /// Nobody.
    Nobody,
    /// Nobody is asked: this is what it asks for, each time that it changes.
    Told(watch::Receiver<Desktop>),
}

/// What the desktop asks for, the newest last.
pub(in crate::session) type Wishes = Pin<Box<dyn Stream<Item = Desktop> + Send>>;

/// Begins to listen. On macOS only the thread of the window may do that, once there is a window.
pub(in crate::session) fn open(source: DesktopSource) -> Wishes {
    match source {
        DesktopSource::Native => {
            let interest = Interest::ColorScheme | Interest::ReducedMotion;
            Preferences::stream(interest)
                .map(|asked| read(&asked))
                .boxed()
        }
        DesktopSource::Nobody => stream::empty().boxed(),
        DesktopSource::Told(told) => stream::unfold((told, true), |(mut told, first)| async move {
            if !first {
                told.changed().await.ok()?;
            }
            let desktop = *told.borrow_and_update();
            Some((desktop, (told, false)))
        })
        .boxed(),
    }
}

/// Passes it on to the window, as long as there is something to hear.
pub(in crate::session) async fn run(shared: Arc<Shared>, mut wishes: Wishes) {
    while let Some(desktop) = wishes.next().await {
        shared.emit(Event::Desktop(desktop)).await;
    }
}

fn read(asked: &Preferences) -> Desktop {
    Desktop {
        shade: match asked.color_scheme {
            ColorScheme::NoPreference => None,
            ColorScheme::Light => Some(Shade::Light),
            ColorScheme::Dark => Some(Shade::Dark),
        },
        reduced_motion: asked.reduced_motion == ReducedMotion::Reduce,
    }
}
