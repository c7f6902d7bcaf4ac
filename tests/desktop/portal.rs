//! The real window follows what the desktop asks for, as the settings portal tells it: at its start, and
//! while it runs. The portal is one of our own on the session bus of the test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mqscope::ui::theme::Palette;
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{fdo, interface};

use super::machine::{Machine, RealWindow};

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SETTINGS: &str = "org.freedesktop.portal.Settings";
const APPEARANCE: &str = "org.freedesktop.appearance";
const SCHEME: &str = "color-scheme";

/// What the portal says of the colours that are wished for.
const DARK: u32 = 1;
const LIGHT: u32 = 2;

/// The settings of a desktop that has nothing but a wish for dark or light.
struct Settings {
    scheme: Arc<AtomicU32>,
}

#[interface(name = "org.freedesktop.portal.Settings")]
impl Settings {
    fn read(&self, namespace: &str, key: &str) -> fdo::Result<OwnedValue> {
        match (namespace, key) {
            (APPEARANCE, SCHEME) => Ok(self.scheme.load(Ordering::SeqCst).into()),
            _ => Err(fdo::Error::Failed("there is no such setting".to_owned())),
        }
    }
}

struct Portal {
    scheme: Arc<AtomicU32>,
    bus: Connection,
}

impl Portal {
    fn open(machine: &Machine, scheme: u32) -> Self {
        let scheme = Arc::new(AtomicU32::new(scheme));
        let settings = Settings {
            scheme: Arc::clone(&scheme),
        };
        let bus = Builder::address(machine.bus())
            .unwrap()
            .serve_at(PATH, settings)
            .unwrap()
            .name(NAME)
            .unwrap()
            .build()
            .unwrap();
        Self { scheme, bus }
    }

    /// Somebody turns the switch of the desktop.
    fn asks_for(&self, scheme: u32) {
        self.scheme.store(scheme, Ordering::SeqCst);
        let changed = (APPEARANCE, SCHEME, Value::U32(scheme));
        let none: Option<&str> = None;
        self.bus
            .emit_signal(none, PATH, SETTINGS, "SettingChanged", &changed)
            .unwrap();
    }
}

#[track_caller]
fn until_drawn_in(machine: &Machine, window: &RealWindow, palette: &Palette) {
    let panel = palette.panel;
    let wanted = [panel.r(), panel.g(), panel.b()];
    machine.until("the window is drawn in these colours", || {
        window.ground() == wanted
    });
}

#[test]
fn the_window_follows_the_switch_of_the_desktop() {
    let Some(machine) = Machine::start() else {
        return;
    };
    let portal = Portal::open(&machine, LIGHT);
    let window = machine.open_window();
    until_drawn_in(&machine, &window, Palette::light());
    portal.asks_for(DARK);
    until_drawn_in(&machine, &window, Palette::dark());
    portal.asks_for(LIGHT);
    until_drawn_in(&machine, &window, Palette::light());
    machine.photograph("portal");
    window.close();

    // Whoever chose for themselves is not overruled.
    machine.write_config("[preferences]\ntheme = \"dark\"\nfirst-minute-seen = true\n");
    let window = machine.open_window();
    portal.asks_for(DARK);
    portal.asks_for(LIGHT);
    until_drawn_in(&machine, &window, Palette::dark());
    window.close();
}
