//! The help in every language: clap's command as the arguments declare it, with all its texts put in
//! from `assets/i18n`. The declarations hold none; a text that is missing is found by a test.
//!
//! Keys follow the commands: `cli-admin-peek` says what a command does, `cli-admin-peek--limit` what
//! an argument is for. An argument that has no text of its own has that of the nearest command
//! above: `cli-admin--topic`, `cli--endpoint`.

use std::fmt::Write as _;

use clap::builder::{PossibleValue, Resettable, StyledStr};
use clap::{Arg, Command, CommandFactory as _};

use super::Arguments;
use crate::i18n::{Lang, Texts};

/// The command that clap adds.
const HELP: &str = "help";
/// Where clap puts its own flags, less one.
const LAST: usize = 998;

/// The whole command line, speaking a language.
pub fn command(lang: Lang) -> Command {
    spoken(Texts::of(lang)).0
}

/// Every key that the help asks for, whether it has a text or not.
pub fn keys() -> Vec<String> {
    spoken(Texts::of(Lang::En)).1
}

fn spoken(texts: &'static Texts) -> (Command, Vec<String>) {
    let mut speaker = Speaker {
        texts,
        path: vec!["cli".to_owned()],
        keys: Vec::new(),
    };
    // Before it is built, for then clap counts what there is to say at length; and the flag and the
    // command that show help are there only after.
    let mut command = speaker.command(Arguments::command());
    command.build();
    let command = speaker.finished(command);
    (command, speaker.keys)
}

struct Speaker {
    texts: &'static Texts,
    /// The command at hand and those above it.
    path: Vec<String>,
    keys: Vec<String>,
}

impl Speaker {
    /// With the texts of all that is declared.
    fn command(&mut self, mut command: Command) -> Command {
        let key = self.path.join("-");
        command = command.about(self.text(key.clone()));
        if let Some(long) = self.text_if_any(format!("{key}-long")) {
            command = command.long_about(long);
        }
        if let Some(examples) = command.get_after_help().map(ToString::to_string) {
            let key = format!("{key}-more");
            let examples = [("examples", examples.into())];
            command = command.after_help(self.texts.format(&key, &examples));
            self.keys.push(key);
        }
        command
            .mut_args(|argument| self.argument(argument))
            .mut_subcommands(|inner| {
                self.path.push(inner.get_name().to_owned());
                let inner = self.command(inner);
                self.path.pop();
                inner
            })
    }

    /// With the texts around those: clap's own flags and commands, headings, usage.
    fn finished(&mut self, mut command: Command) -> Command {
        let t = self.texts;
        if command.get_name() == HELP {
            command = command.about(self.text(format!("cli-{HELP}")));
        }
        let is_claps = |argument: &Arg| matches!(argument.get_id().as_str(), "help" | "version");
        command = command
            .mut_args(|argument| match is_claps(&argument) {
                true => self.argument(argument),
                false => argument,
            })
            .subcommand_help_heading(t.get("cli-heading-commands"))
            .subcommand_value_name(t.get("cli-value-command"));
        let usage = usage(&mut command, t);
        let heading = command.get_styles().get_usage();
        let heading = format!("{heading}{}:{heading:#}", t.get("cli-heading-usage"));
        let template =
            format!("{{about-with-newline}}\n{heading} {{usage}}\n\n{{all-args}}{{after-help}}");
        command
            .override_usage(usage)
            .help_template(template)
            .mut_subcommands(|inner| self.finished(inner))
    }

    fn argument(&mut self, argument: Arg) -> Arg {
        let t = self.texts;
        let key = self.key_of(&argument);
        let mut help = self.text(key.clone());
        let mut long = self.text_if_any(format!("{key}-long"));
        let takes_values = argument.get_action().takes_values();
        let defaults = argument.get_default_values();
        if takes_values && !defaults.is_empty() {
            let values: Vec<_> = defaults
                .iter()
                .map(|value| value.to_string_lossy())
                .collect();
            let values = values.join(", ");
            let default = t.format("cli-default", &[("value", values.into())]);
            // Writing to a string does not fail.
            let _ = write!(help, " {default}");
        }
        let values = argument.get_possible_values();
        if takes_values && !values.is_empty() {
            let means = self.means_of(&key, &values);
            let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
            let names = t.format("cli-values", &[("values", names.join(", ").into())]);
            match means.is_empty() {
                true => help = format!("{help} {names}"),
                false => long = Some(means),
            }
        }
        let heading = match argument.get_help_heading() {
            Some("cli-heading-connection") => t.get("cli-heading-connection"),
            _ if argument.is_positional() => t.get("cli-heading-arguments"),
            _ => t.get("cli-heading-options"),
        };
        // What every command has stands behind what is its own.
        let argument = match argument.is_global_set() {
            true => argument.display_order(LAST),
            false => argument,
        };
        let long = long.map(|long| StyledStr::from(format!("{help}\n\n{long}")));
        // Reset where there is none: the flag for help comes with one of clap's.
        let argument = argument.long_help(long.map_or(Resettable::Reset, Resettable::Value));
        let argument = argument.help(help).help_heading(heading);
        match takes_values {
            // They are in the text.
            true => argument.hide_default_value(true).hide_possible_values(true),
            false => argument,
        }
    }

    /// What each of an argument's values means, if that needs saying.
    fn means_of(&mut self, key: &str, values: &[PossibleValue]) -> String {
        let mut lines = Vec::new();
        for value in values {
            let name = value.get_name();
            let Some(means) = self.text_if_any(format!("{key}-{name}")) else {
                continue;
            };
            let line = [("value", name.to_owned().into()), ("means", means.into())];
            lines.push(self.texts.format("cli-value-means", &line));
        }
        lines.join("\n")
    }

    /// The key of an argument: its own in this command, or that of the nearest command above.
    fn key_of(&self, argument: &Arg) -> String {
        let keys = (1..=self.path.len()).rev().map(|depth| {
            let command = self.path[..depth].join("-");
            format!("{command}--{}", argument.get_id())
        });
        let mut keys: Vec<String> = keys.collect();
        let found = keys.iter().position(|key| self.texts.has(key));
        keys.swap_remove(found.unwrap_or(0))
    }

    /// The text of a key that has to have one.
    fn text(&mut self, key: String) -> String {
        let text = self.texts.get(&key).to_owned();
        self.keys.push(key);
        text
    }

    fn text_if_any(&mut self, key: String) -> Option<String> {
        self.texts.has(&key).then(|| self.text(key))
    }
}

/// The usage without its heading, which is clap's in English.
fn usage(command: &mut Command, t: &Texts) -> String {
    let usage = command.render_usage().to_string();
    let usage = usage.strip_prefix("Usage:").unwrap_or(&usage).trim();
    let options = format!("[{}]", t.get("cli-value-options"));
    usage.replace("[OPTIONS]", &options)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command below this one, itself included, with its path.
    fn all(command: Command, path: &str, found: &mut Vec<(String, Command)>) {
        if command.get_name() != HELP {
            for inner in command.get_subcommands() {
                all(
                    inner.clone(),
                    &format!("{path} {}", inner.get_name()),
                    found,
                );
            }
        }
        found.push((path.to_owned(), command));
    }

    fn commands(lang: Lang) -> Vec<(String, Command)> {
        let mut found = Vec::new();
        all(command(lang), "mqscope", &mut found);
        found
    }

    #[test]
    fn every_command_and_argument_has_its_text_in_every_language() {
        for lang in Lang::ALL {
            let (_, keys) = spoken(Texts::of(lang));
            let missing: Vec<&String> = keys
                .iter()
                .filter(|key| !Texts::of(lang).has(key))
                .collect();
            assert!(missing.is_empty(), "{lang:?}: {missing:#?}");
            // A single word of it that was overlooked would not be enough.
            assert!(keys.len() > 120, "{}", keys.len());
        }
    }

    #[test]
    fn chinese_help_is_chinese_down_to_claps_own_words() {
        let found = commands(Lang::ZhCn);
        assert!(found.len() > 25);
        for (path, mut command) in found {
            let help = command.render_long_help().to_string();
            for english in [
                "Usage",
                "Options",
                "Commands",
                "Arguments",
                "[OPTIONS]",
                "[COMMAND]",
                "default:",
                "possible values",
                "Print",
                "Examples",
                "Exit codes",
            ] {
                assert!(!help.contains(english), "{path} says {english}:\n{help}");
            }
            let values = help.contains("- ready：可以被消费");
            assert_eq!(values, path.ends_with(" peek"), "{path}:\n{help}");
            let at_length = help.contains("不带命令时打开图形界面");
            assert_eq!(at_length, path == "mqscope", "{path}:\n{help}");
            // The command for help has no options.
            let has_options = help.contains("选项:") || path.ends_with(" help");
            assert!(help.contains("用法:") && has_options, "{path}:\n{help}");
        }
    }

    /// Columns on a terminal: what is Chinese takes two.
    fn columns(line: &str) -> usize {
        line.chars()
            .map(|c| 1 + usize::from(c >= '\u{1100}' && !('\u{2010}'..='\u{2030}').contains(&c)))
            .sum()
    }

    #[test]
    fn what_stands_below_the_options_fits_a_terminal() {
        for lang in Lang::ALL {
            for (path, command) in commands(lang) {
                let more = command.get_after_help().map(ToString::to_string);
                for line in more.unwrap_or_default().lines() {
                    // A command is copied as one line.
                    let is_example = line.contains("mqscope ") && line.starts_with("  ");
                    assert!(
                        is_example || columns(line) <= 88,
                        "{path} in {lang:?}: {} columns: {line}",
                        columns(line)
                    );
                }
            }
        }
    }

    #[test]
    fn the_commands_still_parse_as_declared() {
        for lang in Lang::ALL {
            command(lang).debug_assert();
            let line = "mqscope admin --endpoint http://h peek --topic t --state ready";
            assert!(command(lang).try_get_matches_from(line.split(' ')).is_ok());
        }
    }
}
