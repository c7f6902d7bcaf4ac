//! What a body is wrapped into, and what is inside: base64, hex and gzip in any order. Bounded:
//! a few wrappings, and a limit on what comes out. Guesses only where a guess is rarely wrong;
//! whoever does not want it sees the body as it came.

use std::io::Read as _;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::MultiGzDecoder;

/// Bytes that unpacking may give; more is left out, and said.
pub const MAX_DECODED: usize = 64 << 20;

/// Wrappings that are undone one after the other.
const MAX_STEPS: usize = 4;

/// Shorter texts are taken for words or numbers.
const LEAST: usize = 16;

/// A wrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Base64, of either alphabet.
    Base64,
    /// Two digits a byte.
    Hex,
    /// gzip.
    Gzip,
}

impl Step {
    /// Its name, the same in every language.
    pub fn name(self) -> &'static str {
        match self {
            Step::Base64 => "base64",
            Step::Hex => "hex",
            Step::Gzip => "gzip",
        }
    }
}

/// Why the innermost wrapping was not wholly undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// More than [`MAX_DECODED`] bytes would come out; the first of them are there.
    TooLarge,
    /// It breaks off or is broken; what came before is there. Says what is wrong.
    Broken(String),
}

/// A body unwrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Outermost first.
    pub steps: Vec<Step>,
    /// What is inside; `None` where nothing was undone.
    pub bytes: Option<Vec<u8>>,
    /// What went wrong with the last step.
    pub trouble: Option<Trouble>,
}

/// Undoes what a body is wrapped into.
pub fn decode(body: &str) -> Decoded {
    let mut decoded = Decoded {
        steps: Vec::new(),
        bytes: None,
        trouble: None,
    };
    while decoded.steps.len() < MAX_STEPS && decoded.trouble.is_none() {
        let bytes = decoded.bytes.as_deref().unwrap_or(body.as_bytes());
        let Some((step, inside, trouble)) = unwrap(bytes) else {
            break;
        };
        decoded.steps.push(step);
        decoded.bytes = Some(inside);
        decoded.trouble = trouble;
    }
    decoded
}

fn unwrap(bytes: &[u8]) -> Option<(Step, Vec<u8>, Option<Trouble>)> {
    if is_gzip(bytes) {
        let (inside, trouble) = gunzip(bytes);
        // A header that nothing follows is no archive.
        return (!inside.is_empty() || trouble.is_none()).then_some((Step::Gzip, inside, trouble));
    }
    let text = std::str::from_utf8(bytes).ok()?.trim();
    if text.len() < LEAST || text.starts_with(['{', '[', '<', '"']) {
        return None;
    }
    // Digits alone are a number.
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if let Ok(inside) = hex::decode(text) {
        // Ids and digests are hex too, and nothing can be read in them.
        return (is_gzip(&inside) || is_readable(&inside)).then_some((Step::Hex, inside, None));
    }
    let inside = base64_of(text)?;
    let looks_like_it = is_gzip(&inside) || is_readable(&inside) || !is_word(text);
    looks_like_it.then_some((Step::Base64, inside, None))
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b, 8])
}

/// Text without control characters but white space.
fn is_readable(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        !text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
    })
}

/// Whether letters and digits may be a name rather than base64 of something binary.
fn is_word(text: &str) -> bool {
    let has = |wanted: fn(&u8) -> bool| text.bytes().any(|b| wanted(&b));
    let mixed =
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    let signs = text.ends_with('=') || (text.contains('+') || text.contains('/')) && mixed;
    !(signs || mixed && text.len() >= 64)
}

fn base64_of(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = match text.contains(['-', '_']) {
        true => alphabet::URL_SAFE,
        false => alphabet::STANDARD,
    };
    let engine = GeneralPurpose::new(&alphabet, config);
    // Mail and command lines break base64 into lines.
    let packed: Vec<u8> = text
        .bytes()
        .filter(|b| !matches!(b, b'\n' | b'\r'))
        .collect();
    engine.decode(packed).ok()
}

fn gunzip(bytes: &[u8]) -> (Vec<u8>, Option<Trouble>) {
    let mut inside = Vec::new();
    let limit = MAX_DECODED as u64 + 1;
    let read = MultiGzDecoder::new(bytes)
        .take(limit)
        .read_to_end(&mut inside);
    let trouble = match read {
        _ if inside.len() > MAX_DECODED => {
            inside.truncate(MAX_DECODED);
            Some(Trouble::TooLarge)
        }
        Ok(_) => None,
        Err(error) => Some(Trouble::Broken(error.to_string())),
    };
    (inside, trouble)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        assert!(encoder.write_all(bytes).is_ok());
        encoder.finish().unwrap_or_default()
    }

    #[test]
    fn what_is_wrapped_is_found() {
        let check = |body: &str, steps: &[Step], inside: Option<&[u8]>| {
            let decoded = decode(body);
            assert_eq!(decoded.steps, steps, "{body}");
            assert_eq!(decoded.bytes.as_deref(), inside, "{body}");
        };
        let text = "order 4711 was paid 你好".as_bytes();
        check(&STANDARD.encode(text), &[Step::Base64], Some(text));
        check(&URL_SAFE_NO_PAD.encode(text), &[Step::Base64], Some(text));
        check(&hex::encode(text), &[Step::Hex], Some(text));
        check(
            &STANDARD.encode(gzip(text)),
            &[Step::Base64, Step::Gzip],
            Some(text),
        );
        check(
            &hex::encode(gzip(text)),
            &[Step::Hex, Step::Gzip],
            Some(text),
        );
        let binary = [0_u8, 255, 1, 254, 2, 253, 3, 252, 4, 251, 5, 250, 6];
        check(&STANDARD.encode(binary), &[Step::Base64], Some(&binary));
        let nested = STANDARD.encode(STANDARD.encode(text));
        check(&nested, &[Step::Base64, Step::Base64], Some(text));
    }

    #[test]
    fn what_only_looks_wrapped_is_left_alone() {
        for body in [
            "",
            "hello",
            "HelloWorldHelloWorld",
            "1234567890123456",
            "d41d8cd98f00b204e9800998ecf8427e",
            "C0A8010A00002A9F0000000000003E44",
            "{\"a\": 1}",
            "<a>text</a>",
            "\"eyJhIjogMX0gICAg\"",
            "order-created-2026-11-24",
        ] {
            assert_eq!(decode(body).steps, [], "{body}");
        }
    }

    #[test]
    fn a_bomb_and_a_torn_archive_say_so() {
        let bomb = STANDARD.encode(gzip(&vec![b'a'; MAX_DECODED + 10]));
        let decoded = decode(&bomb);
        assert_eq!(decoded.trouble, Some(Trouble::TooLarge));
        assert_eq!(decoded.bytes.map(|bytes| bytes.len()), Some(MAX_DECODED));

        let whole = gzip(b"one two three four five six seven");
        let torn = STANDARD.encode(&whole[..whole.len() - 9]);
        assert!(matches!(decode(&torn).trouble, Some(Trouble::Broken(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&String::from_utf8_lossy(&bytes));
            let mut archive = vec![0x1f, 0x8b, 8];
            archive.extend(&bytes);
            let _ = decode(&STANDARD.encode(archive));
        }

        #[test]
        fn text_comes_back(text in "[a-z ]{20,60}") {
            let decoded = decode(&STANDARD.encode(gzip(text.as_bytes())));
            prop_assert_eq!(decoded.bytes, Some(text.into_bytes()));
        }
    }
}
