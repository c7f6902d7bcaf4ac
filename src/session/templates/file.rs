//! The file of the templates: one text in TOML, which people can read and write too. A damaged one
//! is set aside, never written over. Each change is made to what is on disk then, so that two
//! windows do not undo each other's.

use std::path::Path;
use std::{fs, io};

use crate::files;
use crate::session::Event;
use crate::session::outbox::OutboxEvent;

use super::{TemplateChange, Templates};

/// Its name, in the window's data folder.
pub(crate) const FILE: &str = "templates.toml";

/// What is kept there, or what happened instead.
pub(in crate::session) fn load(dir: Option<&Path>) -> (Templates, Option<Event>) {
    let Some(path) = dir.map(|dir| dir.join(FILE)) else {
        return (Templates::default(), None);
    };
    let why = match fs::read_to_string(&path) {
        Ok(text) => match toml::from_str::<Templates>(&text) {
            Ok(templates) => return (templates.in_order(), None),
            Err(error) => error.to_string(),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return (Templates::default(), None);
        }
        Err(error) => error.to_string(),
    };
    let kept = files::set_aside(&path).unwrap_or(path);
    let damaged = OutboxEvent::TemplatesDamaged(kept.display().to_string(), why);
    (Templates::default(), Some(Event::Outbox(Box::new(damaged))))
}

/// Changes what is kept. Tells what there is then, or why it could not be kept.
pub(in crate::session) fn change(dir: &Path, change: &TemplateChange) -> Vec<Event> {
    let (mut templates, damaged) = load(Some(dir));
    let mut events: Vec<Event> = damaged.into_iter().collect();
    // What another window has made impossible meanwhile is not done; the list shows it.
    if templates.apply(change).is_ok()
        && let Err(why) = write(&dir.join(FILE), &templates)
    {
        let lost = OutboxEvent::TemplatesNotKept(why);
        events.push(Event::Outbox(Box::new(lost)));
        return events;
    }
    let there = OutboxEvent::Templates(templates);
    events.push(Event::Outbox(Box::new(there)));
    events
}

fn write(path: &Path, templates: &Templates) -> Result<(), String> {
    let text = toml::to_string_pretty(templates).map_err(|error| error.to_string())?;
    files::replace(path, text.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::session::draft::{Deliver, Draft, SeqFrom};
    use crate::session::templates::{Template, TemplatePath};

    fn template(path: &str, draft: Draft) -> Template {
        Template {
            path: path.parse::<TemplatePath>().unwrap(),
            draft,
        }
    }

    fn templates_of(events: &[Event]) -> &Templates {
        let [Event::Outbox(event)] = events else {
            panic!("{events:?}");
        };
        let OutboxEvent::Templates(templates) = &**event else {
            panic!("{event:?}");
        };
        templates
    }

    #[test]
    fn bodies_can_be_read_in_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let draft = Draft {
            topic: "orders".to_owned(),
            body: "{\n  \"id\": \"{{uuid}}\"\n}".to_owned(),
            properties: vec![("region".to_owned(), "gz".to_owned())],
            variables: true,
            ..Draft::default()
        };
        let save = TemplateChange::Save(Box::new(template("orders/paid", draft)));
        change(dir.path(), &save);
        let text = fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(text.contains("path = \"orders/paid\""), "{text}");
        assert!(text.contains("\n  \"id\": \"{{uuid}}\"\n}"), "{text}");
    }

    #[test]
    fn two_windows_do_not_undo_each_other() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["a", "b"] {
            let save = TemplateChange::Save(Box::new(template(path, Draft::default())));
            change(dir.path(), &save);
        }
        let delete = TemplateChange::Delete("a".parse().unwrap());
        let events = change(dir.path(), &delete);
        assert_eq!(templates_of(&events).list().len(), 1);
        // The other window does not know that it is gone.
        let events = change(dir.path(), &delete);
        assert_eq!(templates_of(&events).list().len(), 1);
        assert_eq!(load(Some(dir.path())).0, *templates_of(&events));
        assert_eq!(load(None).0, Templates::default());
    }

    #[test]
    fn a_damaged_file_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        for damage in [
            &b"[[template]]\npath ="[..],
            b"\xff",
            b"template = 3",
            b"[[template]]\npath = \"/\"\n[template.draft]\n",
        ] {
            fs::write(&path, damage).unwrap();
            let (templates, event) = load(Some(dir.path()));
            assert_eq!(templates, Templates::default());
            let Some(Event::Outbox(event)) = event else {
                panic!("nobody is told");
            };
            let OutboxEvent::TemplatesDamaged(kept, _) = *event else {
                panic!("{event:?}");
            };
            assert_eq!(fs::read(kept).unwrap(), damage);
            assert!(!path.exists());
        }
        let by_hand = "later = 1\n[[template]]\npath = \"b\"\ndraft = {}\n\
                       [[template]]\npath = \"a\"\ndraft = { topic = \"t\", later = 2 }\n";
        fs::write(&path, by_hand).unwrap();
        let (templates, event) = load(Some(dir.path()));
        assert!(event.is_none());
        assert_eq!(templates.list()[0].draft.topic, "t");
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let save = TemplateChange::Save(Box::new(template("a", Draft::default())));
        let events = change(&file, &save);
        let last = format!("{:?}", events.last().unwrap());
        assert!(last.contains("TemplatesNotKept"), "{last}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_draft_comes_back_as_it_was(
            path in "[a-z你\"'.]{1,8}(/[a-z #\\\\]{1,5}[a-z])?",
            body in "(\\PC|[\r\n\t\"'\\\\\u{0}\u{7f}]){0,40}",
            key in ".{0,10}",
            pairs in proptest::collection::vec((".{0,5}", ".{0,5}"), 0..3),
            seq in 0..i64::MAX as u64,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let draft = Draft {
                body, key,
                properties: pairs,
                deliver: Deliver::After,
                seq_from: SeqFrom(seq),
                ..Draft::default()
            };
            let one = template(&path, draft);
            let events = change(dir.path(), &TemplateChange::Save(Box::new(one.clone())));
            prop_assert_eq!(templates_of(&events).list(), std::slice::from_ref(&one));
            let (kept, _) = load(Some(dir.path()));
            prop_assert_eq!(kept.list(), [one]);
        }
    }
}
