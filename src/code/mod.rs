//! Programs that do what a form says, for whoever takes over from there: complete, runnable, for
//! the official SDKs, and a shell script that signs for itself. Pure; runs nothing.
//!
//! A program reads its keys from the environment and never holds one. What trips people with an
//! SDK is dealt with in its template, or said in a comment where the message at hand asks for it.

mod literal;
mod shell;
mod traps;

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};

use crate::protocol::{
    ConsumeMode, GroupId, InstanceId, MessageParts, TagFilter, Timestamp, TopicName,
};

/// Most bytes of a body that stands in the program itself: Java takes no literal of 64 KiB, and
/// nobody reads one. A longer one is read from [`BODY_FILE`].
const LITERAL_BYTES: usize = 16 << 10;

/// Where a program looks for a body that is too long to stand in it.
pub const BODY_FILE: &str = "body.txt";

/// Group of a program for half messages where none is known.
const SOME_GROUP: &str = "GID_producer";

/// What a program is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Java.
    #[default]
    Java,
    /// Go.
    Go,
    /// Node.js.
    Node,
    /// Python 3.
    Python,
    /// PHP.
    Php,
    /// C#.
    CSharp,
    /// bash with curl and openssl, without an SDK.
    Shell,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 7] = [
        Language::Java,
        Language::Go,
        Language::Node,
        Language::Python,
        Language::Php,
        Language::CSharp,
        Language::Shell,
    ];

    /// Its name, the same in every language of people.
    pub fn name(self) -> &'static str {
        match self {
            Language::Java => "Java",
            Language::Go => "Go",
            Language::Node => "Node.js",
            Language::Python => "Python",
            Language::Php => "PHP",
            Language::CSharp => "C#",
            Language::Shell => "Shell",
        }
    }

    fn file_name(self, task: &Task) -> &'static str {
        match (self, task) {
            (Language::Java, Task::Publish(_)) => "Publish.java",
            (Language::Java, Task::Consume(_)) => "Consume.java",
            (Language::Go, Task::Publish(_)) => "publish.go",
            (Language::Go, Task::Consume(_)) => "consume.go",
            (Language::Node, Task::Publish(_)) => "publish.mjs",
            (Language::Node, Task::Consume(_)) => "consume.mjs",
            (Language::Python, Task::Publish(_)) => "publish.py",
            (Language::Python, Task::Consume(_)) => "consume.py",
            (Language::Php, Task::Publish(_)) => "publish.php",
            (Language::Php, Task::Consume(_)) => "consume.php",
            (Language::CSharp, Task::Publish(_)) => "Publish.cs",
            (Language::CSharp, Task::Consume(_)) => "Consume.cs",
            (Language::Shell, Task::Publish(_)) => "publish.sh",
            (Language::Shell, Task::Consume(_)) => "consume.sh",
        }
    }

    fn template(self, task: &Task) -> &'static str {
        match (self, task) {
            (Language::Java, Task::Publish(_)) => "java-publish.java.j2",
            (Language::Java, Task::Consume(_)) => "java-consume.java.j2",
            (Language::Go, Task::Publish(_)) => "go-publish.go.j2",
            (Language::Go, Task::Consume(_)) => "go-consume.go.j2",
            (Language::Node, Task::Publish(_)) => "node-publish.mjs.j2",
            (Language::Node, Task::Consume(_)) => "node-consume.mjs.j2",
            (Language::Python, Task::Publish(_)) => "python-publish.py.j2",
            (Language::Python, Task::Consume(_)) => "python-consume.py.j2",
            (Language::Php, Task::Publish(_)) => "php-publish.php.j2",
            (Language::Php, Task::Consume(_)) => "php-consume.php.j2",
            (Language::CSharp, Task::Publish(_)) => "csharp-publish.cs.j2",
            (Language::CSharp, Task::Consume(_)) => "csharp-consume.cs.j2",
            (Language::Shell, Task::Publish(_)) => "shell-publish.sh.j2",
            (Language::Shell, Task::Consume(_)) => "shell-consume.sh.j2",
        }
    }

    /// Longest long poll that its client outlasts, in seconds. [wire]
    fn longest_wait_secs(self) -> u32 {
        match self {
            // Whatever is asked for, it gives up after 3 s.
            Language::CSharp => 2,
            _ => 30,
        }
    }

    /// How its SDK calls a consume.
    fn consume_call(self, mode: ConsumeMode) -> &'static str {
        let (plain, ordered, half) = match self {
            Language::Python => (
                "consume_message",
                "consume_message_orderly",
                "consume_half_message",
            ),
            Language::Go | Language::CSharp => (
                "ConsumeMessage",
                "ConsumeMessageOrderly",
                "ConsumeHalfMessage",
            ),
            Language::Java | Language::Node | Language::Php | Language::Shell => (
                "consumeMessage",
                "consumeMessageOrderly",
                "consumeHalfMessage",
            ),
        };
        match mode {
            ConsumeMode::Plain => plain,
            ConsumeMode::Ordered => ordered,
            ConsumeMode::Half => half,
        }
    }
}

/// What a program is to do, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The broker, such as `http://127.0.0.1:8080`.
    pub endpoint: String,
    /// Instance, where clients name one.
    pub instance: Option<InstanceId>,
    /// The topic.
    pub topic: TopicName,
    /// What to do there.
    pub task: Task,
}

/// What a program is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Publish one message.
    Publish(Publish),
    /// Consume and ack until somebody ends it.
    Consume(Consume),
}

/// A message for a program to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    /// The message.
    pub parts: MessageParts,
    /// Milliseconds from the run of the program to the delivery; goes before `deliver_at`.
    pub delay_millis: Option<u64>,
    /// The group that half messages are checked by.
    pub group: Option<GroupId>,
}

/// What a program is to consume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consume {
    /// For which group.
    pub group: GroupId,
    /// Most messages at once, 1 to 16.
    pub count: u32,
    /// Long poll, 0 to 30 seconds.
    pub wait_secs: u32,
    /// Which tags.
    pub tag: TagFilter,
    /// Plain, ordered, or half messages to check.
    pub mode: ConsumeMode,
}

/// A program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The name that its file should have.
    pub file_name: &'static str,
    /// The file.
    pub text: String,
    /// Whether it reads the body of the message from [`BODY_FILE`].
    pub reads_body_file: bool,
}

/// A template that cannot be filled in, which is a fault of mqscope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the program cannot be written: {0}")]
pub struct CodeError(String);

/// The program that does what is asked for.
///
/// # Errors
/// None is known.
pub fn program(language: Language, order: &Order) -> Result<Program, CodeError> {
    let place = context! {
        about => about(order),
        file => language.file_name(&order.task),
        traps => traps::of(language, order),
        endpoint => order.endpoint.trim_end_matches('/'),
        instance => order.instance.as_ref().map_or("", InstanceId::as_str),
        topic => order.topic.as_str(),
    };
    let (task, reads_body_file) = match &order.task {
        Task::Publish(publish) => {
            let in_file = publish.parts.body.len() > LITERAL_BYTES;
            (publishing(language, order, publish, in_file), in_file)
        }
        Task::Consume(consume) => (consuming(language, order, consume), false),
    };
    let failed = |error: &minijinja::Error| CodeError(format!("{error:#}"));
    let text = TEMPLATES
        .as_ref()
        .map_err(failed)?
        .get_template(language.template(&order.task))
        .and_then(|template| template.render(context! { ..task, ..place }))
        .map_err(|error| failed(&error))?;
    Ok(Program {
        file_name: language.file_name(&order.task),
        text,
        reads_body_file,
    })
}

/// A shell script that sends one request once more, signed afresh.
///
/// # Errors
/// None is known.
pub fn request_script(
    origin: &str,
    method: &str,
    target: &str,
    body: &str,
) -> Result<String, CodeError> {
    let failed = |error: &minijinja::Error| CodeError(format!("{error:#}"));
    let values = context! {
        traps => [] as [&str; 0],
        endpoint => origin,
        method,
        target,
        body,
        max_time => shell::LONGEST_SECS,
    };
    TEMPLATES
        .as_ref()
        .map_err(failed)?
        .get_template("shell-request.sh.j2")
        .and_then(|template| template.render(values))
        .map_err(|error| failed(&error))
}

/// A text as one word of the shell, whatever is in it.
pub fn shell_word(text: &str) -> String {
    literal::shell(text)
}

fn about(order: &Order) -> String {
    let topic = &order.topic;
    match &order.task {
        Task::Publish(_) => format!("Publishes one message to {topic}."),
        Task::Consume(Consume { group, mode, .. }) => match mode {
            ConsumeMode::Plain => format!("Consumes {topic} for {group}, and acks."),
            ConsumeMode::Ordered => format!("Consumes {topic} for {group} in order, and acks."),
            ConsumeMode::Half => format!("Checks half messages of {topic} for {group}."),
        },
    }
}

fn publishing(
    language: Language,
    order: &Order,
    publish: &Publish,
    in_file: bool,
) -> minijinja::Value {
    let parts = &publish.parts;
    let group = publish.group.as_ref().map_or(SOME_GROUP, GroupId::as_str);
    let common = context! {
        body => if in_file { "" } else { parts.body.as_str() },
        body_file => in_file.then_some(BODY_FILE),
        tag => parts.tag.as_deref().unwrap_or_default(),
        key => &parts.key,
        properties => &parts.properties,
        delay_millis => publish.delay_millis,
        deliver_at => parts.deliver_at.map(Timestamp::millis),
        deliver_at_text => parts.deliver_at.map(|at| at.to_string()),
        sharding_key => &parts.sharding_key,
        check_after_secs => parts.check_after_secs,
        group,
    };
    match language {
        Language::Shell => context! { ..shell::publishing(order, publish), ..common },
        _ => common,
    }
}

fn consuming(language: Language, order: &Order, consume: &Consume) -> minijinja::Value {
    let wait_secs = consume.wait_secs.min(language.longest_wait_secs());
    let common = context! {
        group => consume.group.as_str(),
        count => consume.count,
        wait_secs,
        mode => match consume.mode {
            ConsumeMode::Plain => "plain",
            ConsumeMode::Ordered => "ordered",
            ConsumeMode::Half => "half",
        },
        tag_filter => consume.tag.expression().unwrap_or_default(),
        consume_call => language.consume_call(consume.mode),
    };
    match language {
        Language::Shell => context! { ..shell::consuming(order, consume), ..common },
        _ => common,
    }
}

/// All templates; each has only to be filled in.
static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            // `{#` is the shell's.
            .comment_delimiters("{*", "*}")
            .build()?,
    );
    // A name that is misspelled in a template must not pass for something empty.
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // Programs are no HTML, whatever their names end in: each literal says how it is quoted.
    templates.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    templates.add_filter("json", literal::json);
    templates.add_filter("php", literal::php);
    templates.add_filter("sh", literal::shell);
    for (name, text) in SOURCES {
        templates.add_template(name, text)?;
    }
    Ok(templates)
});

macro_rules! sources {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("templates/", $name)))),+]
    };
}

const SOURCES: &[(&str, &str)] = sources![
    "csharp-consume.cs.j2",
    "csharp-publish.cs.j2",
    "go-consume.go.j2",
    "go-publish.go.j2",
    "java-consume.java.j2",
    "java-publish.java.j2",
    "node-consume.mjs.j2",
    "node-publish.mjs.j2",
    "php-consume.php.j2",
    "php-publish.php.j2",
    "python-consume.py.j2",
    "python-publish.py.j2",
    "shell-consume.sh.j2",
    "shell-head.sh.j2",
    "shell-publish.sh.j2",
    "shell-request.sh.j2",
];
