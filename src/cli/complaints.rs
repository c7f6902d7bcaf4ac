//! What is wrong with the arguments, in the language of whoever wrote them. clap finds out what it
//! is; its own sentences are English only.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::i18n::{Texts, Value};

/// The sentence for what clap refused, with usage and a hint, as it goes to stderr. `None` if this
/// is help or the version, or something rare that clap has to say itself.
pub(super) fn complaint(error: &Error, t: &Texts) -> Option<String> {
    let what = what(error, t)?;
    let mut parts = vec![t.format("cli-wrong", &[("what", what.into())])];
    for similar in [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ] {
        if let Some(value) = text(error, similar) {
            parts.push(t.format("cli-wrong-similar", &[("value", value.into())]));
        }
    }
    if let Some(usage) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let usage = usage.strip_prefix("Usage:").unwrap_or(&usage).trim();
        parts.push(format!("{}: {usage}", t.get("cli-heading-usage")));
    }
    parts.push(t.get("cli-wrong-help").to_owned());
    Some(parts.join("\n\n") + "\n")
}

fn what(error: &Error, t: &Texts) -> Option<String> {
    let of = |key: &str, values: &[(&'static str, ContextKind)]| {
        let values: Option<Vec<(&'static str, Value<'static>)>> = values
            .iter()
            .map(|(name, kind)| Some((*name, text(error, *kind)?.into())))
            .collect();
        Some(t.format(key, &values?))
    };
    let argument = ("argument", ContextKind::InvalidArg);
    let value = ("value", ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument => of("cli-wrong-unknown", &[argument]),
        ErrorKind::InvalidSubcommand => of(
            "cli-wrong-command",
            &[("command", ContextKind::InvalidSubcommand)],
        ),
        ErrorKind::MissingSubcommand => of(
            "cli-wrong-no-command",
            &[("command", ContextKind::InvalidSubcommand)],
        ),
        ErrorKind::MissingRequiredArgument => {
            let ContextValue::Strings(names) = error.get(ContextKind::InvalidArg)? else {
                return None;
            };
            let names: String = names.iter().map(|name| format!("\n  {name}")).collect();
            Some(format!("{}{names}", t.get("cli-wrong-missing")))
        }
        ErrorKind::InvalidValue if text(error, value.1)?.is_empty() => {
            of("cli-wrong-no-value", &[argument])
        }
        ErrorKind::InvalidValue => {
            let mut what = of("cli-wrong-value", &[argument, value])?;
            if let Some(values) = text(error, ContextKind::ValidValue).filter(|v| !v.is_empty()) {
                what.push_str("\n  ");
                what.push_str(&t.format("cli-values", &[("values", values.into())]));
            }
            Some(what)
        }
        ErrorKind::ValueValidation => match std::error::Error::source(error) {
            Some(why) => {
                let values = [
                    (argument.0, text(error, argument.1)?.into()),
                    (value.0, text(error, value.1)?.into()),
                    ("why", why.to_string().into()),
                ];
                Some(t.format("cli-wrong-value-why", &values))
            }
            None => of("cli-wrong-value", &[argument, value]),
        },
        ErrorKind::TooManyValues => of("cli-wrong-value-more", &[argument, value]),
        ErrorKind::ArgumentConflict => conflict(error, t),
        ErrorKind::InvalidUtf8 => Some(t.get("cli-wrong-utf8").to_owned()),
        // Help, the version, and what these arguments cannot run into.
        _ => None,
    }
}

fn conflict(error: &Error, t: &Texts) -> Option<String> {
    let argument = text(error, ContextKind::InvalidArg)?;
    let other = text(error, ContextKind::PriorArg)?;
    if argument == other {
        return Some(t.format("cli-wrong-twice", &[("argument", argument.into())]));
    }
    let values = [("argument", argument.into()), ("other", other.into())];
    Some(t.format("cli-wrong-conflict", &values))
}

/// What clap tells of an error, as text; lists with commas.
fn text(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::help;
    use super::*;
    use crate::i18n::Lang;

    fn check(line: &str, english: &str, chinese: &str) {
        for (lang, expected) in [(Lang::En, english), (Lang::ZhCn, chinese)] {
            let arguments = line.split(' ').map(str::to_owned);
            let error = help::command(lang).try_get_matches_from(arguments);
            let said = complaint(&error.unwrap_err(), Texts::of(lang)).unwrap();
            assert!(said.contains(expected), "{line}\n{said}");
            assert!(said.contains("mqscope") || !said.contains("用法"), "{said}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_both_languages() {
        check(
            "mqscope publish --topik t",
            "error: unexpected argument '--topik' found",
            "错误：没有参数“--topik”",
        );
        check(
            "mqscope publish --topik t",
            "tip: a similar one exists: --topic",
            "提示：是否想写 --topic",
        );
        check(
            "mqscope publsh",
            "unrecognized subcommand 'publsh'",
            "没有命令“publsh”",
        );
        check(
            "mqscope consume --endpoint http://h --topic t",
            "not provided:\n  --group <GROUP>",
            "缺少必填参数：\n  --group <GROUP>",
        );
        check(
            "mqscope consume --endpoint http://h --topic t --group g --batch 17",
            "invalid value '17' for '--batch <N>'",
            "“--batch <N>”的取值“17”无效",
        );
        check(
            "mqscope admin --endpoint http://h peek --topic t --state no",
            "[possible values: ready, invisible, acked, delayed, half]",
            "[可选值：ready, invisible, acked, delayed, half]",
        );
        check(
            "mqscope publish --topic",
            "a value is required for '--topic <TOPIC>'",
            "“--topic <TOPIC>”缺少取值",
        );
        check(
            "mqscope publish --endpoint http://h --profile p --topic t x",
            "cannot be used with",
            "不能与“",
        );
        check(
            "mqscope publish --endpoint http://h --topic t --topic t x",
            "cannot be used multiple times",
            "不能重复指定",
        );
    }

    #[test]
    fn help_is_no_complaint() {
        for line in [
            "mqscope --help",
            "mqscope --version",
            "mqscope help publish",
        ] {
            let error = help::command(Lang::ZhCn).try_get_matches_from(line.split(' '));
            assert!(complaint(&error.unwrap_err(), Texts::of(Lang::ZhCn)).is_none());
        }
    }
}
