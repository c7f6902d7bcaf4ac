//! A text in Markdown as what it is made of: headings, paragraphs, lists, programs and tables. Knows what
//! the guide uses and no more; whatever else there is comes as the text that it holds. Draws nothing.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::Page;

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading, and how deep it is, from 1.
    Heading(u8, Vec<Span>),
    /// Some sentences.
    Paragraph(Vec<Span>),
    /// Items below each other.
    List {
        /// Whether they are counted.
        numbered: bool,
        /// What each one says.
        items: Vec<Vec<Span>>,
    },
    /// Commands or a program, to be copied as they are.
    Code(String),
    /// A table.
    Table {
        /// What its columns are.
        head: Vec<Vec<Span>>,
        /// Its rows, cell by cell.
        rows: Vec<Vec<Vec<Span>>>,
    },
}

/// A piece of a sentence that looks the same all along.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// What it says.
    pub text: String,
    /// Whether it is to be stressed.
    pub strong: bool,
    /// Whether it is something to be typed or read as it is.
    pub code: bool,
    /// Where it leads.
    pub link: Option<Page>,
}

impl Block {
    /// What it says, in pieces none of which goes beyond a cell or an item.
    pub fn texts(&self) -> Vec<String> {
        let text = |spans: &Vec<Span>| spans.iter().map(|span| span.text.as_str()).collect();
        match self {
            Self::Heading(_, spans) | Self::Paragraph(spans) => vec![text(spans)],
            Self::List { items, .. } => items.iter().map(text).collect(),
            Self::Code(code) => vec![code.clone()],
            Self::Table { head, rows } => {
                let rows = rows.iter().flatten();
                head.iter().chain(rows).map(text).collect()
            }
        }
    }
}

/// What a text is made of.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut builder = Builder::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        builder.take(event);
    }
    builder.blocks
}

/// What was read so far.
#[derive(Default)]
struct Builder {
    blocks: Vec<Block>,
    /// The sentence that is being read.
    spans: Vec<Span>,
    /// How its next piece looks.
    style: Span,
    /// The program that is being read.
    code: Option<String>,
    /// The items of the list that is being read, and how many lists are open.
    items: Vec<Vec<Span>>,
    lists: usize,
    numbered: bool,
    /// Cells of the row, and the rows, that are being read.
    cells: Vec<Vec<Span>>,
    rows: Vec<Vec<Vec<Span>>>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                self.style.code = true;
                self.text(&text);
                self.style.code = false;
            }
            Event::SoftBreak | Event::HardBreak => self.text("\n"),
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.style.strong = true,
            Tag::Link { dest_url, .. } => self.style.link = Page::linked(&dest_url),
            Tag::CodeBlock(_) => self.code = Some(String::new()),
            Tag::List(first) => {
                self.end_item();
                if self.lists == 0 {
                    self.numbered = first.is_some();
                }
                self.lists += 1;
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.style.strong = false,
            TagEnd::Link => self.style.link = None,
            TagEnd::Heading(level) => {
                let spans = self.sentence();
                self.blocks.push(Block::Heading(depth(level), spans));
            }
            TagEnd::Paragraph if self.lists == 0 => {
                let spans = self.sentence();
                self.blocks.push(Block::Paragraph(spans));
            }
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                let code = code.trim_end().to_owned();
                self.blocks.push(Block::Code(code));
            }
            TagEnd::Item => self.end_item(),
            TagEnd::List(_) => self.end_list(),
            TagEnd::TableCell => {
                let cell = self.sentence();
                self.cells.push(cell);
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                self.rows.push(std::mem::take(&mut self.cells));
            }
            TagEnd::Table => self.end_table(),
            _ => {}
        }
    }

    fn end_item(&mut self) {
        let item = self.sentence();
        if !item.is_empty() {
            self.items.push(item);
        }
    }

    fn end_list(&mut self) {
        self.lists = self.lists.saturating_sub(1);
        if self.lists == 0 {
            self.blocks.push(Block::List {
                numbered: self.numbered,
                items: std::mem::take(&mut self.items),
            });
        }
    }

    fn end_table(&mut self) {
        let mut rows = std::mem::take(&mut self.rows).into_iter();
        self.blocks.push(Block::Table {
            head: rows.next().unwrap_or_default(),
            rows: rows.collect(),
        });
    }

    fn text(&mut self, text: &str) {
        if let Some(code) = &mut self.code {
            code.push_str(text);
            return;
        }
        match self.spans.last_mut() {
            Some(last) if is_alike(last, &self.style) => last.text.push_str(text),
            _ => self.spans.push(Span {
                text: text.to_owned(),
                ..self.style.clone()
            }),
        }
    }

    /// The sentence that was read, in one line.
    fn sentence(&mut self) -> Vec<Span> {
        let mut spans = std::mem::take(&mut self.spans);
        for at in 0..spans.len() {
            let (earlier, rest) = spans.split_at_mut(at);
            let Some((span, later)) = rest.split_first_mut() else {
                break;
            };
            if !span.text.contains('\n') {
                continue;
            }
            let before = earlier.last().and_then(|span| span.text.chars().last());
            let after = later.first().and_then(|span| span.text.chars().next());
            span.text = in_one_line(&span.text, before, after);
        }
        spans
    }
}

fn is_alike(one: &Span, other: &Span) -> bool {
    (one.strong, one.code, one.link) == (other.strong, other.code, other.link)
}

/// Lines of a paragraph as one, between the characters that stand around it. Between two Chinese
/// characters, and beside Chinese punctuation, a line that ends leaves no blank.
fn in_one_line(text: &str, before: Option<char>, after: Option<char>) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut line = String::with_capacity(text.len());
    for (at, &c) in chars.iter().enumerate() {
        if c != '\n' {
            line.push(c);
            continue;
        }
        let left = line.chars().last().or(before);
        let right = chars.get(at + 1).copied().or(after);
        let (Some(left), Some(right)) = (left, right) else {
            continue;
        };
        let joined = is_chinese(left) && is_chinese(right);
        if !joined && !is_full_width(left) && !is_full_width(right) {
            line.push(' ');
        }
    }
    line
}

fn is_chinese(c: char) -> bool {
    is_full_width(c) || ('\u{3400}'..='\u{9fff}').contains(&c)
}

/// Punctuation that brings its own room along.
fn is_full_width(c: char) -> bool {
    ('\u{3000}'..='\u{303f}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c)
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Span {
        Span {
            text: text.to_owned(),
            ..Span::default()
        }
    }

    #[test]
    fn a_text_is_taken_apart() {
        let text = "See **it**\nwork, see [`ack`](super::ack).\n\n# Many\n\n1. `one`\n2. two\n   more\n\n\
            ```sh\na  # b\n\nc\n```\n\n| a | b |\n|---|---|\n| 1 | `2|` |\n";
        let code = |text: &str| Span {
            code: true,
            ..plain(text)
        };
        let expected = [
            Block::Paragraph(vec![
                plain("See "),
                Span {
                    strong: true,
                    ..plain("it")
                },
                plain(" work, see "),
                Span {
                    link: Some(Page::Ack),
                    ..code("ack")
                },
                plain("."),
            ]),
            Block::Heading(1, vec![plain("Many")]),
            Block::List {
                numbered: true,
                items: vec![vec![code("one")], vec![plain("two more")]],
            },
            Block::Code("a  # b\n\nc".to_owned()),
            Block::Table {
                head: vec![vec![plain("a")], vec![plain("b")]],
                rows: vec![vec![vec![plain("1")], vec![code("2|")]]],
            },
        ];
        assert_eq!(blocks(&text.replace("2|", "2\\|")), expected);
    }

    #[test]
    fn a_line_that_ends_between_chinese_characters_leaves_no_blank() {
        let check = |text: &str, expected: &str| {
            let told: Vec<String> = blocks(text).iter().flat_map(Block::texts).collect();
            assert_eq!(told, [expected]);
        };
        check("沙箱会\n记住", "沙箱会记住");
        check("可以，\nmqscope", "可以，mqscope");
        check("用\n`--explain`，好", "用 --explain，好");
        check("one\ntwo", "one two");
    }
}
