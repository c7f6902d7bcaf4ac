//! Names in the file that mean nothing, most likely misspelt: where they stand, and what was most likely
//! meant. The names that do mean something are those that are written. Changes nothing.

use toml_edit::{Document, Item, TableLike};

use super::document::written;
use super::{ConnectionProfile, Preferences, position_in};

/// A name that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// The name as it is written.
    pub name: String,
    /// The one that was meant, most likely.
    pub nearest: Option<String>,
    /// Line and column, both from 1.
    pub at: (usize, usize),
}

/// The names in a text that mean nothing, in their order. None of a text that cannot be read, which is
/// told otherwise.
pub(super) fn unknown_names(text: &str) -> Vec<UnknownName> {
    let (Ok(document), Ok(preferences), Ok(profile)) = (
        Document::parse(text),
        written(&Preferences::default()),
        written(&ConnectionProfile::default()),
    ) else {
        return Vec::new();
    };
    let mut found = Found {
        text,
        names: Vec::new(),
    };
    let root = document.as_table();
    found.among(root, &["preferences", "profiles"]);
    if let Some(table) = root.get("preferences").and_then(Item::as_table_like) {
        found.in_table(table, preferences.as_table());
    }
    let profiles = root.get("profiles");
    let blocks = profiles.and_then(Item::as_array_of_tables).into_iter();
    for block in blocks.flat_map(|blocks| blocks.iter()) {
        found.in_table(block, profile.as_table());
    }
    let lines = profiles.and_then(Item::as_array).into_iter();
    let lines = lines.flat_map(|lines| lines.iter());
    for line in lines.filter_map(|line| line.as_inline_table()) {
        found.in_table(line, profile.as_table());
    }
    found.names.sort_by_key(|name| name.at);
    found.names
}

struct Found<'a> {
    text: &'a str,
    names: Vec<UnknownName>,
}

impl Found<'_> {
    /// What is unknown in a table whose known names are those of `known`, in the tables inside too.
    fn in_table(&mut self, table: &dyn TableLike, known: &dyn TableLike) {
        let names: Vec<&str> = known.iter().map(|(name, _)| name).collect();
        self.among(table, &names);
        for (name, item) in known.iter() {
            let inner = table.get(name).and_then(Item::as_table_like);
            if let (Some(inner), Some(known)) = (inner, item.as_table_like()) {
                self.in_table(inner, known);
            }
        }
    }

    fn among(&mut self, table: &dyn TableLike, known: &[&str]) {
        for (name, item) in table.iter() {
            if known.contains(&name) {
                continue;
            }
            let key = table.key(name).and_then(|key| key.span());
            let at = key.or(item.span()).map_or(0, |span| span.start);
            self.names.push(UnknownName {
                name: name.to_owned(),
                nearest: nearest(name, known),
                at: position_in(self.text, at),
            });
        }
    }
}

/// The name that differs least, if it differs by no more than a slip of the fingers.
fn nearest(name: &str, known: &[&str]) -> Option<String> {
    // Some are written with hyphens, others with underscores.
    let plain = |name: &str| name.to_lowercase().replace(['_', ' '], "-");
    let far = |other: &&str| strsim::damerau_levenshtein(&plain(name), &plain(other));
    let nearest = known.iter().copied().min_by_key(far)?;
    let slips = (nearest.chars().count() / 3).clamp(1, 3);
    (far(&nearest) <= slips).then(|| nearest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::document::TEMPLATE;
    use super::*;

    fn told(text: &str) -> Vec<(String, Option<String>, (usize, usize))> {
        let names = unknown_names(text).into_iter();
        names
            .map(|name| (name.name, name.nearest, name.at))
            .collect()
    }

    #[test]
    fn what_mqscope_writes_itself_is_all_known() {
        assert_eq!(told(TEMPLATE), []);
        assert_eq!(told(""), []);
        assert_eq!(told("[preferences"), [], "told otherwise");
    }

    #[test]
    fn a_name_that_means_nothing_is_found_with_the_one_that_was_meant() {
        let text = "\
later = 1
[preferences]
them = 'dark' # at night
time_zone = 'utc'
[preferences.new-views]
  bacth = 3
[preferences.ask-befor]
quit = true
[[profiles]]
name = 'a'
read-only = true
[[profiles]]
colour = 'red'
shape = 'round'
";
        let some = |name: &str| Some(name.to_owned());
        let expected = [
            ("later", None, (1, 1)),
            ("them", some("theme"), (3, 1)),
            ("time_zone", some("time-zone"), (4, 1)),
            ("bacth", some("batch"), (6, 3)),
            ("ask-befor", some("ask-before"), (7, 14)),
            ("read-only", some("read_only"), (11, 1)),
            ("colour", some("color"), (13, 1)),
            ("shape", None, (14, 1)),
        ];
        let expected = expected.map(|(name, nearest, at)| (name.to_owned(), nearest, at));
        assert_eq!(told(text), expected);
        let inline = "profiles = [{ name = 'a', endpiont = 'b' }]\npreferences = { themes = 1 }\n";
        let expected = [
            ("endpiont".to_owned(), some("endpoint"), (1, 27)),
            ("themes".to_owned(), some("theme"), (2, 17)),
        ];
        assert_eq!(told(inline), expected);
    }
}
