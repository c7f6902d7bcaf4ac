//! Keys that do something, and how they are written. Which action they are of is the registry's.
//!
//! Modifiers are matched exactly: Ctrl+Alt is how some keyboards write characters. Only for signs
//! that are typed with Shift on one keyboard and without it on another, Shift does not count.

use egui::os::OperatingSystem;
use egui::{Event, InputState, Key, KeyboardShortcut, Modifiers};

use crate::i18n::Texts;

/// A key alone.
pub(super) const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

/// With Shift.
pub(super) const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

/// With Alt.
pub(super) const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

/// With Ctrl, or with Cmd on a Mac.
pub(super) const fn command(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

/// With both.
pub(super) const fn command_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

/// Whether the keys mean something while somebody types: with Ctrl, or a key that writes nothing.
pub(super) fn works_while_typing(keys: &KeyboardShortcut) -> bool {
    keys.modifiers.command || keys.modifiers.ctrl || is_function_key(keys.logical_key)
}

fn is_function_key(key: Key) -> bool {
    matches!(
        key,
        Key::F1 | Key::F2 | Key::F5 | Key::F6 | Key::F8 | Key::F9 | Key::F10
    )
}

/// Takes the keys out of the input, if they were pressed.
pub(super) fn take(input: &mut InputState, keys: &KeyboardShortcut) -> bool {
    let mut taken = false;
    input.events.retain(|event| {
        let hit = matches!(event, Event::Key { key, modifiers, pressed: true, .. }
            if *key == keys.logical_key && fits(*modifiers, keys));
        taken |= hit;
        !hit
    });
    if taken && let Some(text) = written_by(keys) {
        // The same press also writes the sign.
        input
            .events
            .retain(|event| *event != Event::Text(text.to_owned()));
    }
    taken
}

fn fits(pressed: Modifiers, keys: &KeyboardShortcut) -> bool {
    let mut wanted = keys.modifiers;
    if written_by(keys).is_some() {
        wanted.shift = pressed.shift;
    }
    pressed.matches_exact(wanted)
}

/// The sign that a key without modifiers is for.
fn written_by(keys: &KeyboardShortcut) -> Option<&'static str> {
    match keys.logical_key {
        _ if keys.modifiers.any() => None,
        Key::Slash => Some("/"),
        Key::Questionmark => Some("?"),
        _ => None,
    }
}

/// How keys are written: `Ctrl+Enter`, `Cmd+K`.
pub(super) fn words(keys: &KeyboardShortcut, os: OperatingSystem, t: &Texts) -> String {
    joined(keys, os, t, key_name(keys.logical_key, t))
}

/// The same to be spoken: signs are read as anything but the key that they stand on.
pub(super) fn spoken(keys: &KeyboardShortcut, os: OperatingSystem, t: &Texts) -> String {
    let key = match keys.logical_key {
        Key::ArrowUp => t.get("key-arrow-up"),
        Key::ArrowDown => t.get("key-arrow-down"),
        Key::ArrowLeft => t.get("key-arrow-left"),
        Key::ArrowRight => t.get("key-arrow-right"),
        Key::Plus => t.get("key-plus"),
        Key::Minus => t.get("key-minus"),
        Key::Comma => t.get("key-comma"),
        Key::Slash => t.get("key-slash"),
        Key::Questionmark => t.get("key-question-mark"),
        other => key_name(other, t),
    };
    joined(keys, os, t, key)
}

fn joined(keys: &KeyboardShortcut, os: OperatingSystem, t: &Texts, key: &str) -> String {
    let mac = os.is_mac();
    let Modifiers {
        alt,
        ctrl,
        shift,
        command,
        ..
    } = keys.modifiers;
    let mut parts = Vec::new();
    if ctrl || (command && !mac) {
        parts.push(t.get("key-ctrl"));
    }
    if command && mac {
        parts.push(t.get("key-cmd"));
    }
    if alt {
        parts.push(t.get(if mac { "key-option" } else { "key-alt" }));
    }
    if shift {
        parts.push(t.get("key-shift"));
    }
    parts.push(key);
    parts.join("+")
}

/// As it stands on the key.
fn key_name(key: Key, t: &Texts) -> &str {
    match key {
        Key::ArrowUp => "↑",
        Key::ArrowDown => "↓",
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::Plus => "+",
        Key::Minus => "-",
        Key::Equals => "=",
        Key::Comma => ",",
        Key::Slash => "/",
        Key::Questionmark => "?",
        Key::Enter => t.get("key-enter"),
        Key::Space => t.get("key-space"),
        Key::Tab => t.get("key-tab"),
        Key::Home => t.get("key-home"),
        Key::End => t.get("key-end"),
        Key::Menu => t.get("key-menu"),
        Key::Escape => t.get("key-escape"),
        Key::PageUp => t.get("key-page-up"),
        Key::PageDown => t.get("key-page-down"),
        other => other.name(),
    }
}

#[cfg(test)]
mod tests {
    use crate::i18n::Lang;

    use super::*;

    fn pressed(key: Key, modifiers: Modifiers, text: Option<&str>) -> InputState {
        let mut events = vec![Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        }];
        events.extend(text.map(|text| Event::Text(text.to_owned())));
        let mut input = InputState::default();
        input.events = events;
        input
    }

    #[test]
    fn modifiers_count_but_for_signs() {
        let check = |keys: KeyboardShortcut, key, modifiers, expected: bool| {
            let mut input = pressed(key, modifiers, None);
            assert_eq!(take(&mut input, &keys), expected, "{keys:?} {modifiers:?}");
            assert!(!take(&mut input, &keys), "taken once");
        };
        let ctrl = Modifiers {
            ctrl: true,
            command: true,
            ..Modifiers::NONE
        };
        check(command(Key::K), Key::K, ctrl, true);
        check(command(Key::K), Key::K, ctrl | Modifiers::ALT, false);
        check(command(Key::K), Key::K, ctrl | Modifiers::SHIFT, false);
        check(command(Key::K), Key::K, Modifiers::NONE, false);
        check(plain(Key::A), Key::A, Modifiers::SHIFT, false);
        check(shift(Key::F6), Key::F6, Modifiers::SHIFT, true);
        check(plain(Key::F6), Key::F6, Modifiers::SHIFT, false);
        check(plain(Key::Slash), Key::Slash, Modifiers::SHIFT, true);
        check(
            plain(Key::Questionmark),
            Key::Questionmark,
            Modifiers::SHIFT,
            true,
        );
        check(plain(Key::Slash), Key::Slash, ctrl, false);
    }

    #[test]
    fn a_sign_that_was_taken_is_not_written_as_well() {
        let mut input = pressed(Key::Slash, Modifiers::NONE, Some("/"));
        assert!(take(&mut input, &plain(Key::Slash)));
        assert!(input.events.is_empty());
    }

    #[test]
    fn they_are_written_as_the_system_does() {
        let t = Texts::of(Lang::En);
        let check = |keys: KeyboardShortcut, mac: &str, other: &str| {
            assert_eq!(words(&keys, OperatingSystem::Mac, t), mac);
            assert_eq!(words(&keys, OperatingSystem::Nix, t), other);
        };
        check(command(Key::K), "Cmd+K", "Ctrl+K");
        check(
            command_shift(Key::PageUp),
            "Cmd+Shift+Page Up",
            "Ctrl+Shift+Page Up",
        );
        check(shift(Key::ArrowDown), "Shift+↓", "Shift+↓");
        check(plain(Key::Questionmark), "?", "?");
        let aloud = |keys| spoken(&keys, OperatingSystem::Nix, t);
        assert_eq!(aloud(shift(Key::ArrowDown)), "Shift+Down arrow");
        assert_eq!(aloud(command(Key::K)), "Ctrl+K");
    }
}
