//! The words of a command line, of a POSIX shell or of Windows' `cmd`. Splitting them is `shlex`;
//! here is what it does not know: `$'…'`, carets, and what stands around a command.

use super::PasteError;
use crate::protocol::explain::paste::literal::escape;

/// The command from the word `curl` on, if the text is one: behind a prompt, a `time` or the like.
pub(super) fn command(text: &str) -> Option<String> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start_matches(['$', '>', '#', '%', ' ', '\t']);
        let mut rest = words;
        for word in words.split_whitespace() {
            let start = rest.find(word).unwrap_or_default();
            let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
            if matches!(name, "curl" | "curl.exe") {
                let skipped = line.len() - words.len() + (words.len() - rest.len()) + start;
                return text.get(at + skipped..).map(str::to_owned);
            }
            let goes_before =
                matches!(word, "sudo" | "time" | "env" | "exec") || is_assignment(word);
            if !goes_before {
                break;
            }
            rest = rest.get(start + word.len()..).unwrap_or_default();
        }
        at += line.len();
    }
    None
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Whether another command begins at this word.
pub(super) fn ends_command(word: &str) -> bool {
    matches!(
        word,
        "|" | ";" | "&&" | "||" | "&" | ">" | ">>" | "2>" | "2>&1" | "<"
    )
}

/// The words of a command.
pub(super) fn words(command: &str) -> Result<Vec<String>, PasteError> {
    let command = command.replace("\r\n", "\n");
    let command = if is_windows(&command) {
        without_carets(&command)
    } else {
        command
    };
    shlex::split(one_command(&with_plain_quotes(&command)?)).ok_or(PasteError::OpenQuote)
}

/// The lines up to the first one that no backslash joins to the next, outside of quotes.
fn one_command(text: &str) -> &str {
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            ('\\', None | Some('"')) => drop(chars.next()),
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('\n', None) => return &text[..at],
            _ => {}
        }
    }
    text
}

/// Browsers copy for `cmd` with carets before quotation marks and at the ends of lines.
fn is_windows(command: &str) -> bool {
    command.contains("^\n") || command.contains("^\"")
}

fn without_carets(command: &str) -> String {
    let mut text = String::new();
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match c {
            '^' => match chars.next() {
                Some('\n') | None => text.push(' '),
                Some(c) => text.push(c),
            },
            c => text.push(c),
        }
    }
    text
}

/// Writes `$'…'` as a plain quotation, and joins lines that a backslash joins.
fn with_plain_quotes(command: &str) -> Result<String, PasteError> {
    let mut text = String::new();
    let mut rest = command;
    let mut double = false;
    while let Some(c) = rest.chars().next() {
        if !double && let Some(inner) = rest.strip_prefix("$'") {
            let (bytes, below) = ansi_quote(inner).ok_or(PasteError::OpenQuote)?;
            let word = String::from_utf8_lossy(&bytes).replace('\'', r"'\''");
            text.extend(["'", &word, "'"]);
            rest = below;
            continue;
        }
        if let Some(below) = rest.strip_prefix("\\\n") {
            rest = below;
            continue;
        }
        let length = match c {
            '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            '\'' if !double => {
                let inner = &rest[1..];
                inner.find('\'').ok_or(PasteError::OpenQuote)? + 2
            }
            _ => c.len_utf8(),
        };
        double ^= c == '"';
        let (word, below) = rest.split_at(length);
        text.push_str(word);
        rest = below;
    }
    Ok(text)
}

fn ansi_quote(text: &str) -> Option<(Vec<u8>, &str)> {
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        let c = rest.chars().next()?;
        rest = &rest[c.len_utf8()..];
        match c {
            '\'' => return Some((bytes, rest)),
            '\\' => rest = escape(rest, &mut bytes),
            c => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_does_it() {
        let check = |command: &str, expected: &[&str]| {
            assert_eq!(words(command).unwrap(), expected, "{command}");
        };
        check(
            r#"curl -H 'a: b' "c \"d\"" e\ f"#,
            &["curl", "-H", "a: b", "c \"d\"", "e f"],
        );
        check(
            "curl \\\n -X POST \\\r\n http://h/",
            &["curl", "-X", "POST", "http://h/"],
        );
        check(
            r"curl -d $'a\n\'b\u4e2d' x",
            &["curl", "-d", "a\n'b中", "x"],
        );
        check("curl ^\n -H ^\"a: b^\" x", &["curl", "-H", "a: b", "x"]);
        check(
            "curl -d 'two\nlines'\necho no",
            &["curl", "-d", "two\nlines"],
        );
        check(r#"curl "it's $'fine'""#, &["curl", "it's $'fine'"]);
        for open in ["curl 'a", "curl \"a", "curl $'a"] {
            assert_eq!(words(open), Err(PasteError::OpenQuote), "{open}");
        }
    }

    #[test]
    fn a_command_is_found_behind_what_stands_before_it() {
        for text in [
            "curl x",
            "$ curl x",
            "  time curl x",
            "AK=1 curl x",
            "# test\n> /usr/bin/curl x",
        ] {
            assert!(
                command(text).is_some_and(|found| found.ends_with("curl x")),
                "{text}"
            );
        }
        for text in ["POST /curl HTTP/1.1", "echo curl", ""] {
            assert_eq!(command(text), None, "{text}");
        }
    }
}
