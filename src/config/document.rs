//! Changes in the text of the file: what differs is written, and everything else stays as somebody
//! wrote it, comments and unknown keys included. A new file explains every key. Reads and writes no
//! file itself.

use serde::Serialize;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use super::password::without_password;
use super::{Config, ConfigError, ConnectionProfile};

/// A new file: every key with what it is for.
pub(super) const TEMPLATE: &str = include_str!("template.toml");

/// The text, changed from what it says to what it is to say.
pub(super) fn changed(text: &str, from: &Config, to: &Config) -> Result<String, ConfigError> {
    let mut document: DocumentMut = text.parse().map_err(ConfigError::encode)?;
    let explained: DocumentMut = TEMPLATE.parse().map_err(ConfigError::encode)?;
    let (old, new) = (written(&from.preferences)?, written(&to.preferences)?);
    if old.to_string() != new.to_string() {
        let preferences = document.entry("preferences").or_insert_with(new_table);
        let explained = explained.get("preferences");
        if let Some(table) = preferences.as_table_like_mut() {
            change_table(table, Some(old.as_table()), new.as_table(), explained);
        }
    }
    change_profiles(&mut document, &from.profiles, &to.profiles)?;
    drop_passwords(&mut document);
    Ok(document.to_string())
}

pub(super) fn written(value: &impl Serialize) -> Result<DocumentMut, ConfigError> {
    toml_edit::ser::to_document(value).map_err(ConfigError::encode)
}

fn new_table() -> Item {
    Item::Table(Table::new())
}

/// Writes the keys whose values differ. What is not there yet comes with its explanation.
fn change_table(
    target: &mut dyn TableLike,
    old: Option<&dyn TableLike>,
    new: &dyn TableLike,
    explained: Option<&Item>,
) {
    for (key, item) in new.iter() {
        let before = old.and_then(|old| old.get(key));
        if before.is_some_and(|before| before.to_string() == item.to_string()) {
            continue;
        }
        if let Some(inner) = item.as_table_like() {
            if target.get(key).is_none() {
                target.insert(key, new_table());
            }
            let explained = explained.and_then(|table| table.get(key));
            if let Some(table) = target.get_mut(key).and_then(Item::as_table_like_mut) {
                let before = before.and_then(Item::as_table_like);
                change_table(table, before, inner, explained);
            }
        } else if let Some(value) = item.as_value() {
            set(target, key, value.clone(), explained);
        }
    }
}

/// Puts a value where one was, with the comment behind it, or behind the others.
fn set(target: &mut dyn TableLike, key: &str, mut value: Value, explained: Option<&Item>) {
    if let Some(Item::Value(old)) = target.get_mut(key) {
        *value.decor_mut() = old.decor().clone();
        *old = value;
        return;
    }
    value.decor_mut().clear();
    target.insert(key, Item::Value(value));
    let prefix = explained
        .and_then(Item::as_table)
        .and_then(|table| table.key(key)?.leaf_decor().prefix()?.as_str());
    if let (Some(prefix), Some(mut key)) = (prefix, target.key_mut(key)) {
        key.leaf_decor_mut().set_prefix(prefix);
    }
}

fn change_profiles(
    document: &mut DocumentMut,
    from: &[ConnectionProfile],
    to: &[ConnectionProfile],
) -> Result<(), ConfigError> {
    if from == to {
        return Ok(());
    }
    let there = document.remove("profiles").unwrap_or_default();
    let mut blocks = there.into_array_of_tables().unwrap_or_default();
    let mut kept = ArrayOfTables::new();
    let mut tables = std::mem::take(&mut blocks).into_iter();
    for old in from {
        // The text was read just now: there is a block for each.
        let mut table = tables.next().unwrap_or_default();
        if let Some(new) = to.iter().find(|new| new.id == old.id) {
            let (before, after) = (written(old)?, written(new)?);
            change_table(&mut table, Some(before.as_table()), after.as_table(), None);
            if table.get("id").and_then(Item::as_str) != Some(new.id.as_str()) {
                set(&mut table, "id", new.id.as_str().into(), None);
            }
            kept.push(table);
        }
    }
    for new in to {
        if from.iter().all(|old| old.id != new.id) {
            let mut table = Table::new();
            change_table(&mut table, None, written(new)?.as_table(), None);
            table.decor_mut().set_prefix("\n");
            kept.push(table);
        }
    }
    if !kept.is_empty() {
        document.insert("profiles", Item::ArrayOfTables(kept));
    }
    Ok(())
}

/// A password that somebody wrote into the file by hand does not stay there.
fn drop_passwords(document: &mut DocumentMut) {
    if let Some(preferences) = document.get_mut("preferences") {
        drop_password(preferences, "proxy");
    }
    let profiles = document
        .get_mut("profiles")
        .and_then(Item::as_array_of_tables_mut);
    for table in profiles.into_iter().flat_map(ArrayOfTables::iter_mut) {
        for key in ["endpoint", "proxy"] {
            if let Some(table) = table.get_mut(key) {
                drop_password_of(table);
            }
        }
    }
}

fn drop_password(table: &mut Item, key: &str) {
    let value = table
        .as_table_like_mut()
        .and_then(|table| table.get_mut(key));
    if let Some(value) = value {
        drop_password_of(value);
    }
}

fn drop_password_of(item: &mut Item) {
    let Item::Value(value) = item else { return };
    let Some(url) = value.as_str() else { return };
    let without = without_password(url);
    if without != url {
        let decor = value.decor().clone();
        *value = without.into();
        *value.decor_mut() = decor;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::super::preferences::tests::any_preferences;
    use super::super::{Density, Preferences, TimeFormat, parse};
    use super::*;
    use crate::protocol::Profile;

    fn read(text: &str) -> Config {
        let mut config = parse(text, std::path::Path::new("a")).unwrap();
        config.repair_ids();
        config
    }

    fn edit(text: &str, change: impl FnOnce(&mut Config)) -> String {
        let from = read(text);
        let mut to = from.clone();
        change(&mut to);
        let changed = changed(text, &from, &to).unwrap();
        assert_eq!(read(&changed), to, "{changed}");
        changed
    }

    #[test]
    fn a_new_file_explains_every_key_and_says_what_holds_anyway() {
        assert_eq!(read(TEMPLATE), Config::default());
        fn explained(table: &dyn TableLike, all: &Item, keys: &mut usize) {
            for (key, item) in table.iter() {
                let there = all.get(key).unwrap();
                if let Some(inner) = item.as_table_like() {
                    explained(inner, there, keys);
                    continue;
                }
                *keys += 1;
                let key = all.as_table().unwrap().key(key).unwrap();
                let comment = key.leaf_decor().prefix().unwrap().as_str().unwrap();
                assert!(comment.trim().starts_with("# "), "{key}");
            }
        }
        let (all, mut keys) = (TEMPLATE.parse::<DocumentMut>().unwrap(), 0);
        let preferences = written(&Preferences::default()).unwrap();
        explained(preferences.as_table(), &all["preferences"], &mut keys);
        assert_eq!(keys, 21);
        let lines = TEMPLATE.lines().filter(|line| line.contains(" = ")).count();
        assert_eq!(lines, keys, "and no other");
        // Every field of a connection is named.
        let profile = written(&ConnectionProfile::default()).unwrap();
        let head = TEMPLATE.split("[preferences]").next().unwrap();
        assert!(profile.iter().all(|(key, _)| head.contains(key)));
    }

    const BY_HAND: &str = "\
# mine
later = 1 # unknown

[preferences] # looks
theme = 'dark'     # at night
font = \"x\"

# The shop.
[[profiles]]
name = 'shop'   # ours
shape = 'round'
endpoint = 'http://shop:80'

[[profiles]]
# The desk.
name = 'desk'
";

    #[test]
    fn only_what_changes_is_written_and_all_else_stays_as_it_was() {
        let text = edit(BY_HAND, |config| {
            config.preferences.density = Density::Compact;
            config.preferences.time_format = TimeFormat::Full;
        });
        let (before, after) = BY_HAND.split_once("\n# The shop.").unwrap();
        assert!(text.starts_with(before), "{text}");
        assert!(text.ends_with(after), "{text}");
        assert!(
            text.contains(
                "# How close together rows lie: comfortable or compact\ndensity = \"compact\"\n"
            ),
            "{text}"
        );

        let text = edit(BY_HAND, |config| {
            config.profiles[0].read_only = true;
            config.profiles.push(ConnectionProfile {
                id: "new".to_owned(),
                ..ConnectionProfile::new("third", Profile::Tdmq)
            });
        });
        for kept in [
            "later = 1 # unknown",
            "name = 'shop'   # ours",
            "shape = 'round'",
            "# The desk.\n",
        ] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        let text = edit(BY_HAND, |config| drop(config.profiles.remove(0)));
        assert!(
            !text.contains("shop") && text.contains("# The desk.\nname = 'desk'"),
            "{text}"
        );
        assert_eq!(edit(BY_HAND, |_| {}), BY_HAND);
    }

    #[test]
    fn profiles_written_on_one_line_are_changed_too() {
        let text = "profiles = [{ name = 'a' }, { name = 'b' }]\n";
        let text = edit(text, |config| {
            config.profiles[1].topic = "orders".to_owned()
        });
        assert!(text.contains("topic = \"orders\""), "{text}");
    }

    #[test]
    fn a_password_that_was_written_by_hand_goes_with_the_next_change() {
        let text = "[preferences]\nproxy = 'http://u:hush@p' # all\n[[profiles]]\nendpoint = 'http://u:hush@h'\n";
        let from = read(text);
        let to = Config {
            preferences: Preferences {
                density: Density::Compact,
                ..from.preferences.clone()
            },
            ..from.clone()
        };
        let text = changed(text, &from, &to).unwrap();
        assert!(!text.contains("hush") && text.contains("# all"), "{text}");
    }

    proptest! {
        #[test]
        fn whatever_is_changed_is_read_back(
            first in any_preferences(),
            then in any_preferences(),
            names in prop::collection::vec("[a-z中\"\\\\ ]{0,6}", 0..4),
            gone in any::<prop::sample::Index>(),
        ) {
            for start in [TEMPLATE, BY_HAND, ""] {
                let text = edit(start, |config| {
                    config.preferences = first.clone();
                    for name in &names {
                        config.profiles.push(ConnectionProfile::new(name, Profile::Aliyun));
                    }
                });
                edit(&text, |config| {
                    config.preferences = then.clone();
                    if !config.profiles.is_empty() {
                        let place = gone.index(config.profiles.len());
                        config.profiles.remove(place);
                    }
                    for profile in &mut config.profiles {
                        profile.topic.push('t');
                    }
                });
            }
        }
    }
}
