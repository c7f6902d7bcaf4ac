//! What is wrong with a window for somebody who uses it through a screen reader: what can be used and
//! has no role or no name, or a name of signs; names that two things of one place share; inputs and
//! choices whose value is not told; dialogs, menus and tables without a name.
//!
//! Looks at what AccessKit is given, and not at what is painted.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use egui::accesskit::{Action, Role};
use egui::epaint::ClippedShape;
use egui::{Rect, Shape};
use egui_kittest::Node;
use egui_kittest::kittest::NodeT as _;

/// One thing of the tree, as a screen reader has it.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    /// What it is.
    pub(crate) role: Role,
    /// What it is called; a text is its own name.
    pub(crate) name: String,
    /// The named things that it lies in, the outermost first.
    pub(crate) path: String,
    /// Whether one can do something with it.
    pub(crate) usable: bool,
    /// Whether it is only there to be announced.
    pub(crate) live: bool,
    /// What is read after the name.
    more: String,
    place: usize,
    trouble: Option<&'static str>,
}

/// Everything in the tree below a node.
pub(crate) fn things(root: Node<'_>) -> Vec<Thing> {
    let mut walk = Walk::default();
    walk.children(root, 0, &mut Vec::new());
    walk.things
}

/// What is wrong with them, each in a line.
pub(crate) fn flaws(things: &[Thing]) -> Vec<String> {
    let mut flaws = Vec::new();
    let mut seen: HashMap<(usize, &str, &str), usize> = HashMap::new();
    for thing in things {
        let mut say = |what: &str| {
            let Thing {
                role, name, path, ..
            } = thing;
            flaws.push(format!("{what}: {role:?} {name:?} in {path}"));
        };
        if thing.usable && matches!(thing.role, Role::GenericContainer | Role::Unknown) {
            say("no role");
            continue;
        }
        if thing.usable && thing.role == Role::Label {
            say("a text that can be used");
        }
        let must = thing.usable || is_place(thing.role) && thing.role != Role::Pane;
        if must && thing.role != Role::Tooltip {
            if !thing.name.chars().any(char::is_alphanumeric) {
                say("no name");
            } else if thing.name.chars().any(is_sign) {
                say("a sign in the name");
            }
        }
        if let Some(trouble) = thing.trouble {
            say(trouble);
        }
        // Values of a tree are told apart by what they lie in.
        let told = thing.live || thing.role == Role::TreeItem;
        if thing.usable && !thing.name.is_empty() && !told {
            let others = seen
                .entry((thing.place, &thing.name, &thing.more))
                .or_default();
            *others += 1;
            if *others == 2 {
                say("two of one name");
            }
        }
    }
    flaws
}

/// What holds other things and is told from its like by its name.
pub(crate) fn is_place(role: Role) -> bool {
    matches!(
        role,
        Role::Pane
            | Role::Dialog
            | Role::AlertDialog
            | Role::Menu
            | Role::Table
            | Role::Grid
            | Role::Row
            | Role::List
            | Role::ListItem
            | Role::ListBox
            | Role::Tree
            | Role::TabList
            | Role::TabPanel
            | Role::Group
            | Role::Form
            | Role::Region
            | Role::Tooltip
            | Role::Window
    )
}

/// Signs that are drawn for the eye: a screen reader says “black right-pointing small triangle”.
fn is_sign(c: char) -> bool {
    matches!(c as u32,
        0x2190..=0x21FF | 0x2300..=0x23FF | 0x25A0..=0x27BF | 0x2900..=0x2BFF
        | 0xE000..=0xF8FF | 0x1F000..=0x1FAFF)
        // Words are joined by an arrow now and then, and it is read as one.
        && c != '→'
}

/// Words that stand on something and are no part of its name: whoever says what they see to the
/// machine, or hears what somebody else sees, does not find it by them.
pub(crate) fn unsaid(root: Node<'_>, shapes: &[ClippedShape]) -> Vec<String> {
    let mut seen = seen_texts(shapes);
    // What is a text of its own there is read as one.
    let texts: HashSet<String> = root
        .children_recursive()
        .filter(|node| node.accesskit_node().role() == Role::Label)
        .filter_map(|node| node.accesskit_node().value())
        .collect();
    seen.retain(|(_, text)| !texts.contains(text));
    let field = |role| {
        matches!(
            role,
            Role::TextInput | Role::MultilineTextInput | Role::PasswordInput | Role::SpinButton
        )
    };
    let worded = |role| {
        field(role)
            || matches!(
                role,
                Role::Button | Role::CheckBox | Role::RadioButton | Role::Link | Role::Tab
            )
    };
    // What stands in a field is its value, or a hint.
    let says =
        |node: &Node<'_>, text: &str| field(node.accesskit_node().role()) || says(node, text);
    let nodes: Vec<Node<'_>> = root
        .children_recursive()
        .filter(|node| worded(node.accesskit_node().role()) && !node.accesskit_node().is_hidden())
        .collect();
    let mut found = Vec::new();
    for (rect, text) in seen {
        // What is scrolled away lies over others: it is enough if one of them says it.
        let on = nodes
            .iter()
            .filter(|node| node.rect().expand(1.0).contains_rect(rect));
        let on: Vec<&Node<'_>> = on.collect();
        if !on.is_empty() && !on.iter().any(|node| says(node, &text)) {
            let name = on[0].accesskit_node().label().unwrap_or_default();
            found.push(format!("seen and not said: {text:?} on {name:?}"));
        }
    }
    found
}

/// Whether the words are in the name, or in what is read after it. Parts may be told apart by more words; keys are written with
/// signs, and told in words.
fn says(node: &Node<'_>, text: &str) -> bool {
    let inner = node.accesskit_node();
    let more = inner.description().unwrap_or_default();
    let name = plain(&inner.label().unwrap_or_default()) + &plain(&more);
    let keys = inner.data().keyboard_shortcut().unwrap_or_default();
    // A countdown in a name would be read out every second.
    let runs = |part: &&str| {
        part.trim()
            .split(':')
            .all(|part| part.parse::<u32>().is_ok())
    };
    let parts = text.split('·').filter(|part| !runs(part));
    let mut parts = parts.map(plain);
    !keys.is_empty() || parts.all(|part| name.contains(&part))
}

/// Letters and digits alone.
fn plain(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The texts in sight and where they stand: without what something else lies on, or what is cut off.
fn seen_texts(shapes: &[ClippedShape]) -> Vec<(Rect, String)> {
    let mut seen = Vec::new();
    for clipped in shapes {
        look_at(&clipped.shape, clipped.clip_rect, &mut seen);
    }
    seen
}

fn look_at(shape: &Shape, clip: Rect, seen: &mut Vec<(Rect, String)>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|one| look_at(one, clip, seen)),
        Shape::Rect(shape) if shape.fill.is_opaque() => {
            let cover = shape.rect.intersect(clip);
            seen.retain(|(rect, _)| !cover.contains_rect(*rect));
        }
        Shape::Text(shape) => {
            let rect = shape.visual_bounding_rect();
            if !plain(shape.galley.text()).is_empty() && clip.contains(rect.center()) {
                seen.push((rect, shape.galley.text().to_owned()));
            }
        }
        _ => {}
    }
}

#[derive(Default)]
struct Walk {
    things: Vec<Thing>,
    places: usize,
}

impl Walk {
    fn children(&mut self, node: Node<'_>, place: usize, path: &mut Vec<String>) {
        for child in node.children() {
            self.node(child, place, path);
        }
    }

    fn node(&mut self, node: Node<'_>, mut place: usize, path: &mut Vec<String>) {
        let inner = node.accesskit_node();
        let data = inner.data();
        let role = inner.role();
        if role == Role::TextRun || inner.is_hidden() {
            return;
        }
        let name = match role {
            Role::Label => inner.value(),
            _ => inner.label(),
        };
        let name = name.unwrap_or_default();
        let acts = [
            Action::Click,
            Action::Focus,
            Action::SetValue,
            Action::Increment,
        ];
        // Texts, bare places and the bars of scrolled areas can be clicked to select, to catch
        // clicks and to scroll, which a screen reader does in its own ways; what the keyboard gets
        // to is there to be used.
        let quiet = matches!(role, Role::Label | Role::GenericContainer | Role::ScrollBar);
        let can = |action: &Action| data.supports_action(*action);
        let usable = match quiet {
            true => can(&Action::Focus),
            false => egui::accessibility::is_input(role) || acts.iter().any(can),
        };
        let live = data.live().is_some();
        let things = Thing {
            role,
            path: path.join(" / "),
            usable,
            live,
            more: inner.description().unwrap_or_default(),
            place,
            trouble: trouble(role, node),
            name: name.clone(),
        };
        self.things.push(things);
        let here = is_place(role) || !usable && !name.is_empty() && role != Role::Label;
        if here {
            self.places += 1;
            place = self.places;
            path.push(format!("{role:?} {name:?}"));
        }
        self.children(node, place, path);
        if here {
            path.pop();
        }
    }
}

/// What is not told of it though it has to be.
fn trouble(role: Role, node: Node<'_>) -> Option<&'static str> {
    let inner = node.accesskit_node();
    let data = inner.data();
    match role {
        Role::TextInput | Role::MultilineTextInput | Role::PasswordInput => {
            data.value().is_none().then_some("no value")
        }
        Role::ScrollBar if !data.supports_action(Action::Focus) => None,
        Role::SpinButton | Role::Slider | Role::ScrollBar | Role::ProgressIndicator => {
            data.numeric_value().is_none().then_some("no value")
        }
        Role::CheckBox | Role::Switch | Role::RadioButton => match data.toggled() {
            Some(_) => None,
            None => Some("neither on nor off"),
        },
        Role::Tab => {
            let told = data.is_selected().is_some();
            (!told).then_some("neither selected nor not")
        }
        Role::TreeItem => data.level().is_none().then_some("no level"),
        Role::Unknown => (!inner.label().unwrap_or_default().is_empty()).then_some("no role"),
        _ => None,
    }
}

/// Names and texts of a Chinese window with English in them that is the interface's own: a word that
/// stands in `en.ftl` and nowhere in `zh-CN.ftl`. What people typed, and what servers and systems
/// say in their own words, has words of its own.
pub(crate) fn foreign(things: &[Thing]) -> Vec<String> {
    static WORDS: OnceLock<HashSet<String>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let chinese = words_of(include_str!("../../../assets/i18n/zh-CN.ftl"));
        let english = words_of(include_str!("../../../assets/i18n/en.ftl"));
        let data = DATA.iter().map(|&word| word.to_owned());
        let known: HashSet<String> = chinese.into_iter().chain(data).collect();
        english.difference(&known).cloned().collect()
    });
    let strange = |thing: &&Thing| {
        // A path, XML, JSON, a server's own words: what is shown as it is.
        let marks = thing.name.contains(['/', '<', '=', '{', '"']) || thing.name.contains("(HTTP ");
        let raw = thing.role == Role::Label && marks;
        let quotes = SAID.iter().any(|said| thing.name.contains(said));
        // The tree of a body.
        let raw = raw || quotes || thing.role == Role::TreeItem;
        let typed = raw || !thing.usable && TYPED.iter().any(|place| thing.path.contains(place));
        !typed && split(&thing.name).any(|word| words.contains(&word))
    };
    let found = things.iter().filter(strange);
    found
        .map(|thing| {
            format!(
                "English: {:?} {:?} in {}",
                thing.role, thing.name, thing.path
            )
        })
        .collect()
}

/// What messages of the tests are made of, and names that are the same everywhere: of languages,
/// of keys, of what systems say.
const DATA: &[&str] = &[
    "orders",
    "order",
    "amount",
    "currency",
    "note",
    "desk",
    "debug",
    "key",
    "text",
    "body",
    "paid",
    "created",
    "region",
    "english",
    "java",
    "python",
    "node",
    "shell",
    "enter",
    "escape",
    "space",
    "secret",
    "service",
    "connection",
    "refused",
    "error",
    // A connection of the scenes.
    "production",
];

/// What is quoted: a refusal in the sandbox's own words, what stands in a file of settings.
const SAID: [&str; 3] = [
    "the signature is not the one computed here",
    "system / dark / light",
    "“later”",
];

/// Where texts are shown as they are: bodies, what went over the wire, commands; and actions that were
/// looked for by their names in the other language.
const TYPED: [&str; 4] = ["Document", "请求详情", "Code", "可执行的操作"];

/// Words of the messages of a Fluent file.
fn words_of(source: &str) -> HashSet<String> {
    let lines = source.lines().filter(|line| !line.starts_with('#'));
    let texts = lines.map(|line| match line.split_once(" = ") {
        Some((_, text)) if !line.starts_with(' ') => text,
        _ => line,
    });
    texts
        .flat_map(|text| {
            // Without what is put in, and the names of plurals.
            let text = text.split('{').map(|part| part.split('}').next_back());
            text.flatten().flat_map(split).collect::<Vec<_>>()
        })
        .collect()
}

fn split(text: &str) -> impl Iterator<Item = String> {
    let apart = |c: char| !c.is_ascii_alphanumeric() && !"-/_.".contains(c);
    // What is joined by such marks is one word: `read-only`, as well as names, paths and versions.
    let words = text
        .split(apart)
        .map(|word| word.trim_matches(['-', '/', '_', '.']));
    words
        .filter(|word| word.len() > 3 && word.contains(|c: char| c.is_ascii_lowercase()))
        .filter(|word| word.chars().skip(1).all(|c| !c.is_ascii_uppercase()))
        .map(str::to_ascii_lowercase)
}
