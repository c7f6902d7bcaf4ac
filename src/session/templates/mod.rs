//! Drafts that are kept under a name, in folders: `orders/paid` is `paid` in the folder `orders`.
//! A folder is there as long as something is in it.
//!
//! Values only; `file.rs` keeps them. Never a message that was received, never a secret.

pub(super) mod file;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::say::Say;

/// Most characters of a path.
const MOST_CHARS: usize = 200;

/// Where a template is: names of folders and its own, none of them empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TemplatePath(String);

impl TemplatePath {
    /// The whole path, with `/` between its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders, from the outermost.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let folder = self.0.rsplit_once('/').map(|(folder, _)| folder);
        folder.into_iter().flat_map(|folder| folder.split('/'))
    }

    /// Its own name.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is this or something inside it.
    fn is_within(&self, outer: &str) -> bool {
        let rest = self.0.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Where it is once what it is in is moved.
    fn moved(&self, from: &Self, to: &Self) -> Result<Self, Say> {
        let rest = self.0.strip_prefix(from.as_str()).unwrap_or_default();
        format!("{to}{rest}").parse()
    }
}

impl fmt::Display for TemplatePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TemplatePath {
    type Err = Say;

    /// Blanks around each part go; a slash more or less means nothing.
    fn from_str(text: &str) -> Result<Self, Say> {
        let parts = text.split('/').map(str::trim);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let path = parts.join("/");
        if path.is_empty() {
            return Err(Say::new("problem-template-empty"));
        }
        if path.chars().any(char::is_control) {
            return Err(Say::new("problem-template-control"));
        }
        if path.chars().count() > MOST_CHARS {
            return Err(Say::new("problem-template-long").with("max", MOST_CHARS));
        }
        Ok(Self(path))
    }
}

impl TryFrom<String> for TemplatePath {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map_err(|say: Say| say.key)
    }
}

impl From<TemplatePath> for String {
    fn from(path: TemplatePath) -> Self {
        path.0
    }
}

/// A draft under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Where it is.
    pub path: TemplatePath,
    /// What is in it.
    pub draft: Draft,
}

/// All of them, in the order of their paths.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Templates {
    #[serde(rename = "template")]
    list: Vec<Template>,
}

/// Something that changes them.
#[derive(Debug, Clone)]
pub enum TemplateChange {
    /// Keep a draft, in place of another one of that path if there is one.
    Save(Box<Template>),
    /// Move a template, or a folder with all that is in it.
    Move(TemplatePath, TemplatePath),
    /// Remove it, or a folder with all that is in it.
    Delete(TemplatePath),
    /// Put back what was removed; what has been kept under its path since then stays.
    PutBack(Vec<Template>),
}

impl Templates {
    /// All of them.
    pub fn list(&self) -> &[Template] {
        &self.list
    }

    /// One of them.
    pub fn get(&self, path: &TemplatePath) -> Option<&Template> {
        self.list.iter().find(|template| template.path == *path)
    }

    /// This one, or all that are in this folder.
    pub fn within<'a>(&'a self, path: &'a TemplatePath) -> impl Iterator<Item = &'a Template> {
        let all = self.list.iter();
        all.filter(|template| template.path.is_within(path.as_str()))
    }

    /// Those whose path, topic, tag or key holds all of these words, whatever their case.
    pub fn search<'a>(&'a self, text: &str) -> impl Iterator<Item = &'a Template> + use<'a> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        self.list.iter().filter(move |template| {
            let Draft {
                topic, tag, key, ..
            } = &template.draft;
            let all = format!("{} {topic} {tag} {key}", template.path).to_lowercase();
            words.iter().all(|word| all.contains(word))
        })
    }

    /// Changes them.
    ///
    /// # Errors
    /// Why they are left as they are.
    pub fn apply(&mut self, change: &TemplateChange) -> Result<(), Say> {
        match change {
            TemplateChange::Save(template) => {
                self.list.retain(|other| other.path != template.path);
                self.list.push((**template).clone());
            }
            TemplateChange::Move(from, to) => self.move_to(from, to)?,
            TemplateChange::Delete(path) => {
                let there = self.list.len();
                self.list.retain(|one| !one.path.is_within(path.as_str()));
                if self.list.len() == there {
                    return Err(Say::new("problem-template-gone"));
                }
            }
            TemplateChange::PutBack(templates) => {
                for template in templates {
                    if self.get(&template.path).is_none() {
                        self.list.push(template.clone());
                    }
                }
            }
        }
        self.list.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }

    fn move_to(&mut self, from: &TemplatePath, to: &TemplatePath) -> Result<(), Say> {
        let mut moved = self.list.clone();
        let mut any = false;
        for template in &mut moved {
            if template.path.is_within(from.as_str()) {
                template.path = template.path.moved(from, to)?;
                any = true;
            }
        }
        if !any {
            return Err(Say::new("problem-template-gone"));
        }
        moved.sort_by(|a, b| a.path.cmp(&b.path));
        if moved.windows(2).any(|pair| pair[0].path == pair[1].path) {
            return Err(Say::new("problem-template-taken"));
        }
        self.list = moved;
        Ok(())
    }

    /// In order and without doubles, whoever wrote the file.
    fn in_order(mut self) -> Self {
        self.list.sort_by(|a, b| a.path.cmp(&b.path));
        self.list.dedup_by(|b, a| a.path == b.path);
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::{Draft, Say, Template, TemplateChange, TemplatePath, Templates};

    fn path(text: &str) -> TemplatePath {
        text.parse().unwrap()
    }

    fn template(at: &str, body: &str) -> Template {
        Template {
            path: path(at),
            draft: Draft {
                topic: "orders".to_owned(),
                body: body.to_owned(),
                ..Draft::default()
            },
        }
    }

    fn some() -> Templates {
        let mut templates = Templates::default();
        for at in ["orders/paid", "orders/refund/full", "ping", "ordersale"] {
            let save = TemplateChange::Save(Box::new(template(at, at)));
            assert_eq!(templates.apply(&save), Ok(()));
        }
        templates
    }

    fn paths(templates: &Templates) -> Vec<&str> {
        let all = templates.list().iter();
        all.map(|template| template.path.as_str()).collect()
    }

    #[test]
    fn a_path_has_no_empty_parts() {
        assert_eq!(path(" /orders // paid/ ").as_str(), "orders/paid");
        let deep = path("a/b/c");
        assert_eq!(deep.folders().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((deep.name(), path("x").folders().count()), ("c", 0));
        let refused = |text: &str| text.parse::<TemplatePath>().map_err(|say| say.key);
        assert_eq!(refused(" / "), Err("problem-template-empty"));
        assert_eq!(refused("a\nb"), Err("problem-template-control"));
        assert_eq!(refused(&"x".repeat(201)), Err("problem-template-long"));
    }

    #[test]
    fn saving_replaces_and_keeps_the_order() {
        let mut templates = some();
        let expected = ["orders/paid", "orders/refund/full", "ordersale", "ping"];
        assert_eq!(paths(&templates), expected);
        let save = TemplateChange::Save(Box::new(template("ping", "new")));
        assert_eq!(templates.apply(&save), Ok(()));
        assert_eq!(paths(&templates), expected);
        assert_eq!(templates.get(&path("ping")).unwrap().draft.body, "new");
    }

    #[test]
    fn folders_move_with_all_that_is_in_them() {
        let mut templates = some();
        let go = |from, to| TemplateChange::Move(path(from), path(to));
        assert_eq!(templates.apply(&go("orders", "old/orders")), Ok(()));
        let expected = [
            "old/orders/paid",
            "old/orders/refund/full",
            "ordersale",
            "ping",
        ];
        assert_eq!(paths(&templates), expected);
        assert_eq!(templates.apply(&go("ping", "old/ping")), Ok(()));
        let refused = |say: Result<(), Say>| say.unwrap_err().key;
        let taken = templates.apply(&go("ordersale", "old/ping"));
        assert_eq!(refused(taken), "problem-template-taken");
        assert_eq!(
            refused(templates.apply(&go("no", "x"))),
            "problem-template-gone"
        );
        assert_eq!(paths(&templates)[0], "old/orders/paid");
    }

    #[test]
    fn what_was_removed_can_be_put_back() {
        let mut templates = some();
        let orders = path("orders");
        let removed: Vec<Template> = templates.within(&orders).cloned().collect();
        assert_eq!(removed.len(), 2);
        let delete = TemplateChange::Delete(orders);
        assert_eq!(templates.apply(&delete), Ok(()));
        assert_eq!(paths(&templates), ["ordersale", "ping"]);
        assert!(templates.apply(&delete).is_err());
        let newer = TemplateChange::Save(Box::new(template("orders/paid", "newer")));
        assert_eq!(templates.apply(&newer), Ok(()));
        assert_eq!(templates.apply(&TemplateChange::PutBack(removed)), Ok(()));
        assert_eq!(paths(&templates).len(), 4);
        let paid = templates.get(&path("orders/paid")).unwrap();
        assert_eq!(paid.draft.body, "newer");
    }

    #[test]
    fn a_search_finds_by_all_words() {
        let templates = some();
        let found =
            |text: &str| -> Vec<&str> { templates.search(text).map(|t| t.path.as_str()).collect() };
        assert_eq!(found("").len(), 4);
        assert_eq!(found("FULL refund"), ["orders/refund/full"]);
        assert_eq!(found("full paid"), [""; 0]);
    }
}
