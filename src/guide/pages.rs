//! The pages of the guide as the window shows them: its chapters, and what the README says to do when
//! something is wrong. Text alone; `markdown.rs` says what it is made of.

use crate::i18n::Lang;

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Page {
    /// See it work, with no account.
    FirstMinute,
    /// Reach a cluster of Tencent or Aliyun.
    Connect,
    /// Send a test message, or a million.
    Publish,
    /// See what is in a topic.
    Look,
    /// Be done with messages.
    Ack,
    /// Know why a request is refused.
    Refused,
    /// Run a test suite against a broker.
    Testing,
    /// Break things on purpose.
    FaultsAndTime,
    /// Do it from a script.
    Scripts,
    /// What one sees, most often why, and what to do.
    Troubleshooting,
}

/// The chapter of this name in both languages.
macro_rules! chapter {
    ($name:literal) => {
        [
            include_str!(concat!($name, ".md")),
            include_str!(concat!("zh-CN/", $name, ".md")),
        ]
    };
}

impl Page {
    /// Every page, in the order to read them.
    pub const ALL: [Self; 10] = [
        Self::FirstMinute,
        Self::Connect,
        Self::Publish,
        Self::Look,
        Self::Ack,
        Self::Refused,
        Self::Testing,
        Self::FaultsAndTime,
        Self::Scripts,
        Self::Troubleshooting,
    ];

    /// The page that a link of a chapter leads to.
    pub(super) fn linked(to: &str) -> Option<Self> {
        Some(match to.strip_prefix("super::")? {
            "first_minute" => Self::FirstMinute,
            "connect" => Self::Connect,
            "publish" => Self::Publish,
            "look" => Self::Look,
            "ack" => Self::Ack,
            "refused" => Self::Refused,
            "testing" => Self::Testing,
            "faults_and_time" => Self::FaultsAndTime,
            "scripts" => Self::Scripts,
            _ => return None,
        })
    }

    /// Its text in Markdown.
    pub fn text(self, lang: Lang) -> &'static str {
        let [english, chinese] = match self {
            Self::FirstMinute => chapter!("first_minute"),
            Self::Connect => chapter!("connect"),
            Self::Publish => chapter!("publish"),
            Self::Look => chapter!("look"),
            Self::Ack => chapter!("ack"),
            Self::Refused => chapter!("refused"),
            Self::Testing => chapter!("testing"),
            Self::FaultsAndTime => chapter!("faults_and_time"),
            Self::Scripts => chapter!("scripts"),
            Self::Troubleshooting => [
                section(
                    include_str!("../../README.md"),
                    "\n## When something is wrong\n",
                ),
                section(include_str!("../../README.zh-CN.md"), "\n## 出问题时\n"),
            ],
        };
        match lang {
            Lang::En => english,
            Lang::ZhCn => chinese,
        }
    }
}

/// What stands below a heading of a text, up to the next one.
fn section(text: &'static str, heading: &str) -> &'static str {
    let below = text.split_once(heading).map_or("", |(_, below)| below);
    below.split("\n## ").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Span, blocks};
    use super::*;

    fn spans(block: &Block) -> Vec<&Span> {
        match block {
            Block::Heading(_, spans) | Block::Paragraph(spans) => spans.iter().collect(),
            Block::List { items, .. } => items.iter().flatten().collect(),
            Block::Table { head, rows } => {
                let rows = rows.iter().flatten();
                head.iter().chain(rows).flatten().collect()
            }
            Block::Code(_) => Vec::new(),
        }
    }

    #[test]
    fn every_page_is_there_in_both_languages_with_nothing_of_its_markup_left() {
        for page in Page::ALL {
            for lang in Lang::ALL {
                let blocks = blocks(page.text(lang));
                assert!(!blocks.is_empty(), "{page:?} {lang:?}");
                for span in blocks.iter().flat_map(spans).filter(|span| !span.code) {
                    let left = ["**", "](", "`", "|--", "# "];
                    let left = left.iter().any(|mark| span.text.contains(mark));
                    assert!(!left, "{page:?} {lang:?}: {span:?}");
                }
                let links = page.text(lang).matches("(super::").count();
                let led = blocks.iter().flat_map(spans);
                let led = led.filter(|span| span.link.is_some()).count();
                assert_eq!(led, links, "{page:?} {lang:?}");
            }
        }
    }

    #[test]
    fn what_to_do_when_something_is_wrong_is_a_table_of_the_same_troubles() {
        let [english, chinese] = Lang::ALL.map(|lang| {
            let blocks = blocks(Page::Troubleshooting.text(lang));
            match blocks.into_iter().next() {
                Some(Block::Table { head, rows }) => (head.len(), rows.len()),
                _ => (0, 0),
            }
        });
        assert!(english.1 >= 10, "{english:?}");
        assert_eq!(english, chinese);
    }
}
