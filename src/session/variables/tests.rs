//! What can be written, what is wrong with what cannot, and that nothing else is touched.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use fastrand::Rng;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::protocol::Timestamp;
use crate::session::outbox::Row;

use super::{Environment, RowSource, Template, Values, VariableError, Wrong, place};

/// Sun, 22 Nov 2026 10:14:07.250 GMT.
const NOW: Timestamp = Timestamp::from_millis(1_795_342_447_250);

fn fill_in(text: &str, row: RowSource<'_>) -> Result<String, Vec<VariableError>> {
    let template = Template::parse(text)?;
    let environment = Environment::new([
        ("SHOP".to_owned(), "17".to_owned()),
        ("MQSCOPE_SECRET_KEY".to_owned(), "hidden".to_owned()),
    ]);
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let mut values = Values {
        now: NOW,
        zone: &zone,
        seq: 7,
        rng: Rng::with_seed(1),
        environment: &environment,
        row,
    };
    template.render(&mut values).map_err(|error| vec![error])
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let filled = fill_in(text, RowSource::Absent);
    assert_eq!(filled, Ok(expected.to_owned()), "{text}");
}

#[track_caller]
fn refuse(text: &str, at: usize, what: Wrong) {
    let refused = fill_in(text, RowSource::Absent);
    assert_eq!(refused, Err(vec![VariableError { at, what }]), "{text}");
}

#[test]
fn each_variable_is_filled_in() {
    check("order-{{seq}}", "order-7");
    check("{{ seq }}{{seq}}", "77");
    check("{{now}}", "2026-11-22T10:14:07.250Z");
    check("{{now:iso}}", "2026-11-22T10:14:07.250Z");
    check("{{now:millis}}", "1795342447250");
    check("{{now:seconds}}", "1795342447");
    check("{{now:%Y-%m-%d %H:%M %:z}}", "2026-11-22 18:14 +08:00");
    check("{{env SHOP}}", "17");
    check("{{random 5 5}}", "5");
    check("{{random -3 -3}}", "-3");
    check("{{random of one}}", "one");
}

#[test]
fn chance_keeps_to_its_bounds_and_repeats_with_its_seed() {
    let filled = |text| fill_in(text, RowSource::Absent).unwrap();
    for _ in 0..3 {
        let number: i64 = filled("{{random 1 100}}").parse().unwrap();
        assert!((1..=100).contains(&number));
    }
    let hex = filled("{{random hex 12}}");
    assert!(hex.len() == 12 && hex.chars().all(|c| c.is_ascii_hexdigit()));
    let text = filled("{{random text 9}}");
    assert!(text.len() == 9 && text.chars().all(|c| c.is_ascii_alphanumeric()));
    assert!(["a", "b"].contains(&filled("{{random of a b}}").as_str()));
    let id = uuid::Uuid::parse_str(&filled("{{uuid}}")).unwrap();
    assert_eq!(id.get_version_num(), 4);
    assert_eq!(filled("{{uuid}}"), filled("{{uuid}}"));
    let two = filled("{{uuid}} {{uuid}}");
    let (first, second) = two.split_once(' ').unwrap();
    assert_ne!(first, second);
}

#[test]
fn a_backslash_makes_braces_plain_text() {
    check(r"\{{seq}}", "{{seq}}");
    check(r"a\{{b}} {{seq}}", "a{{b}} 7");
    check(r"C:\\{{seq}}", r"C:\\7");
    check(r"C:\\\{{seq}}", r"C:\\{{seq}}");
    check(r"\{{", "{{");
    check(r"\n \ }} } {", r"\n \ }} } {");
    check(r#"{"a":{"b":{{seq}}}}"#, r#"{"a":{"b":7}}"#);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let unknown = |name: &str, like| Wrong::Unknown {
        name: name.to_owned(),
        like,
    };
    refuse("ab{{seq", 2, Wrong::Unclosed);
    refuse("{{ }}", 0, Wrong::Empty);
    refuse("x {{uid}}", 2, unknown("uid", Some("{{uuid}}")));
    refuse("{{Seq}}", 0, unknown("Seq", Some("{{seq}}")));
    refuse("{{timestamp}}", 0, unknown("timestamp", Some("{{now}}")));
    refuse(
        "{{rand 1 2}}",
        0,
        unknown("rand 1 2", Some("{{random 1 100}}")),
    );
    refuse("{{#each x}}", 0, unknown("#each x", None));
    refuse("{{seq 5}}", 0, Wrong::Usage("{{seq}}"));
    let of_now = Wrong::Usage("{{now}}, {{now:millis}}, {{now:%H:%M:%S}}");
    refuse("{{now:tomorrow}}", 0, of_now.clone());
    refuse("{{now.x}}", 0, of_now);
    for text in [
        "",
        " 1",
        " 2 1",
        " hex 0",
        " hex 5000",
        " a b",
        " of",
        ":1 2",
    ] {
        let text = format!("{{{{random{text}}}}}");
        let refused = fill_in(&text, RowSource::Absent).unwrap_err();
        assert!(matches!(refused[0].what, Wrong::Usage(_)), "{text}");
    }
    let bad_time = fill_in("{{now:%!}}", RowSource::Absent).unwrap_err();
    assert!(matches!(bad_time[0].what, Wrong::Time(_)));
    refuse("{{env}}", 0, Wrong::Usage("{{env NAME}}"));
    refuse("{{env NO}}", 0, Wrong::NotInEnvironment("NO".to_owned()));
    refuse("{{row}}", 0, Wrong::Usage("{{row.column}}"));
    refuse("{{row.a}}", 0, Wrong::NoRow);
    let all = fill_in("{{a}} {{seq}} {{", RowSource::Absent).unwrap_err();
    assert_eq!(all.iter().map(|e| e.at).collect::<Vec<_>>(), [0, 14]);
}

#[test]
fn keys_of_mqscope_cannot_be_read() {
    for name in [
        "MQSCOPE_SECRET_KEY",
        "mqscope_access_key",
        "MQSCOPE_SECURITY_TOKEN",
        "MQSCOPE_SANDBOX_ADMIN_TOKEN",
    ] {
        refuse(
            &format!("{{{{env {name}}}}}"),
            0,
            Wrong::Secret(name.to_owned()),
        );
    }
    let environment = Environment::new([
        ("MQSCOPE_SECRET_KEY".to_owned(), "hidden".to_owned()),
        ("GITHUB_TOKEN".to_owned(), "hidden".to_owned()),
    ]);
    assert_eq!(environment.get("MQSCOPE_SECRET_KEY"), None);
    assert_eq!(format!("{environment:?}"), "Environment(1 variables)");
}

#[test]
fn columns_come_from_the_line() {
    let row = Row::from_json(3, r#"{"id": 5, "shop name": "x", "a": {"b": [1]}}"#).unwrap();
    let line = RowSource::Line(&row);
    let filled = fill_in("{{row.id}}/{{row.shop name}}/{{row.a.b}}", line);
    assert_eq!(filled, Ok("5/x/[1]".to_owned()));
    let refused = fill_in("{{row.ID}}", line).unwrap_err();
    let what = Wrong::NoColumn {
        name: "ID".to_owned(),
        like: Some("id".to_owned()),
    };
    assert_eq!(refused[0].what, what);
    let awaited = fill_in("a{{row.id}}", RowSource::Awaited);
    assert_eq!(awaited, Ok("a‹id›".to_owned()));
}

#[test]
fn places_are_counted_in_characters_from_one() {
    assert_eq!(place("ab{{", 2), "3");
    assert_eq!(place("你好{{", 6), "3");
    assert_eq!(place("a\n你{{\n", 5), "2:2");
    assert_eq!(place("a", 9), "2");
}

#[test]
fn a_mention_is_found_though_the_rest_is_wrong() {
    assert_eq!(
        Template::mentioned("{{x}} a {{ now:millis }}"),
        Some("{{ now:millis }}")
    );
    assert_eq!(Template::mentioned("{{#if a}}{{name}}{{/if}}"), None);
    assert_eq!(Template::mentioned(r"\{{seq}}"), None);
}

proptest! {
    #[test]
    fn text_without_braces_comes_back_as_it_is(text in "[^{]*(\\{[^{]+)*") {
        prop_assert_eq!(fill_in(&text, RowSource::Absent), Ok(text));
    }

    #[test]
    fn nothing_panics_and_errors_stand_where_braces_open(
        text in "([a-z\\\\{}.: 你%]|\\{\\{|\\}\\}|uuid|now|random|seq|row|env){0,24}"
    ) {
        let mentioned = Template::mentioned(&text);
        prop_assert!(mentioned.is_none_or(|found| text.contains(found)));
        if let Err(errors) = fill_in(&text, RowSource::Awaited) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(text[error.at..].starts_with("{{"), "{} in {text:?}", error.at);
                prop_assert!(!place(&text, error.at).is_empty());
            }
        }
    }

    #[test]
    fn escaped_braces_come_back(before in "[a-z ]*", after in "[a-z }]*") {
        let text = format!("{before}\\{{{{{after}");
        let filled = fill_in(&text, RowSource::Absent);
        prop_assert_eq!(filled, Ok(format!("{before}{{{{{after}")));
    }
}
