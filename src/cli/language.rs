//! Which language the command line speaks: that of `--lang`, else of `MQSCOPE_LANG`, else of the
//! system. Only texts for people follow it; what scripts read is the same in every language.

use std::ffi::OsString;
use std::path::Path;

use crate::explained::file::mistake;
use crate::i18n::{Lang, Texts};

const VARIABLE: &str = "MQSCOPE_LANG";

/// The language asked for, before the arguments are read: what is wrong with them is told in it.
/// None asked for is the system's. A name that is none is left to the arguments to refuse.
pub fn language(
    arguments: impl IntoIterator<Item = OsString>,
    get: impl Fn(&str) -> Option<String>,
) -> Lang {
    from_arguments(arguments)
        .or_else(|| get(VARIABLE).and_then(|name| parse(&name).ok()))
        .unwrap_or_else(|| Lang::system(get))
}

fn from_arguments(arguments: impl IntoIterator<Item = OsString>) -> Option<Lang> {
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let argument = argument.to_str()?;
        let name = match argument.strip_prefix("--lang") {
            Some("") => arguments.next()?.into_string().ok()?,
            Some(rest) => match rest.strip_prefix('=') {
                Some(name) => name.to_owned(),
                None => continue,
            },
            // Behind it stand values only.
            None if argument == "--" => return None,
            None => continue,
        };
        return parse(&name).ok();
    }
    None
}

/// Reads `en` or `zh-CN`; also as locales spell them, such as `zh_CN.UTF-8`.
pub(super) fn parse(name: &str) -> Result<Lang, String> {
    let language = name.trim().split(['-', '_', '.', '@']).next();
    match language.unwrap_or_default().to_ascii_lowercase().as_str() {
        "en" | "zh" => Ok(Lang::from_locale(name.trim())),
        _ => Err(texts().get("cli-wrong-lang").to_owned()),
    }
}

/// The texts in the language of this process; English unless [`Lang::choose`] was called.
pub(super) fn texts() -> &'static Texts {
    Texts::of(Lang::chosen().unwrap_or_default())
}

/// Where in a file something is wrong, and what.
pub(super) fn file_at(path: &Path, (line, column): (usize, usize), what: &str) -> String {
    let texts = texts();
    let what = texts.say(&mistake(what));
    let values = [
        ("path", path.display().to_string().into()),
        ("line", line.into()),
        ("column", column.into()),
        ("what", what.into()),
    ];
    texts.format("file-at", &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_wins_over_the_variable() {
        let check = |line: &str, variable: Option<&str>, expected: Lang| {
            let arguments = line.split_whitespace().map(OsString::from);
            let get = |name: &str| (name == VARIABLE).then(|| variable.map(str::to_owned))?;
            assert_eq!(language(arguments, get), expected, "{line} {variable:?}");
        };
        check("mqscope --lang zh-CN", Some("en"), Lang::ZhCn);
        check("mqscope publish --lang=en -", Some("zh-CN"), Lang::En);
        check("mqscope publish --lang zh_CN.UTF-8", None, Lang::ZhCn);
        check("mqscope publish", Some("zh-CN"), Lang::ZhCn);
        check("mqscope publish -- --lang=en", Some("zh-CN"), Lang::ZhCn);
        check("mqscope --language en", Some("zh"), Lang::ZhCn);
        check("mqscope --lang klingon", Some("zh"), Lang::ZhCn);
        assert!(parse("klingon").is_err());
    }
}
