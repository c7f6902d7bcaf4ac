//! Messages out to files and back: export of what is shown, selected or everything, opened again in
//! a window that knows nothing of them; files that are damaged.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::Key;
use egui::accesskit::Role;
use mqscope::config::TimeFormat;
use mqscope::session::Model;
use tempfile::TempDir;

use crate::fixtures;
use crate::support::{BEGIN, Place, Start, Window, en, en_with};

/// Publishes messages with these keys and bodies; their ids, in that order.
fn publish(window: &mut Window, messages: &[(&str, &str)]) -> Vec<String> {
    let publish_one = |(key, body): &(&str, &str)| {
        window.fill(Place::Form, "Key", key);
        window.fill(Place::Form, "Body", body);
        window.publish_and_see()
    };
    messages.iter().map(publish_one).collect()
}

const MESSAGES: [(&str, &str); 3] = [
    ("one", "{\"fruit\": \"apple\"}"),
    ("two", "pear 🍐, \"quoted\"\nand 二行"),
    ("=three", "<fruit>apple</fruit>"),
];

/// Opens the form of an export.
fn ask_to_export(window: &mut Window) {
    window.click(&en("archive-more"));
    window.click(&en("archive-export"));
}

/// Fills in where to and begins.
fn export_to(window: &mut Window, field: &str, path: &Path) {
    window.fill(Place::Only, &en(field), &path.display().to_string());
    window.until("the path is known", |window| {
        window.is_on(&en("export-yes"))
    });
    window.click(&en("export-yes"));
}

fn exported(window: &mut Window, n: usize) {
    let words = match n {
        1 => "Exported one message".to_owned(),
        n => format!("Exported {n} messages"),
    };
    window.until_shown(&words);
    window.click(&en("archive-dismiss"));
    window.assert_not_shown("Exported");
}

/// The values of a field on the lines of a file that are messages.
fn values(path: &Path, field: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter_map(|line: serde_json::Value| Some(line.get(field)?.as_str()?.to_owned()))
        .collect()
}

/// Opens a file by its path.
fn open(window: &mut Window, path: &Path) {
    window.click(&en("open-menu"));
    window.fill(Place::Only, &en("open-file"), &path.display().to_string());
    window.until("the path is known", |window| window.is_on(&en("open-yes")));
    window.click(&en("open-yes"));
}

/// A window with three messages, and a folder.
fn with_messages() -> (Window, Vec<String>, TempDir) {
    let mut window = Window::open();
    let ids = publish(&mut window, &MESSAGES);
    (window, ids, tempfile::tempdir().unwrap())
}

#[test]
fn what_is_shown_selected_or_everything_is_exported() {
    let (mut window, ids, folder) = with_messages();
    let path = |name: &str| folder.path().join(name);
    window.fill(Place::Only, "Filter", "apple");
    window.leave_fields();
    ask_to_export(&mut window);
    assert!(window.is_chosen(&en_with("archive-shown", &[("n", "2")])));
    export_to(&mut window, "export-file", &path("shown.jsonl"));
    exported(&mut window, 2);
    // As they are shown: the newest first.
    let ids_of = |name: &str| values(&path(name), "id");
    assert_eq!(ids_of("shown.jsonl"), [ids[2].clone(), ids[0].clone()]);

    window.click(&format!("Select {}", ids[0]));
    ask_to_export(&mut window);
    assert!(window.is_chosen(&en_with("archive-selected", &[("n", "1")])));
    export_to(&mut window, "export-file", &path("selected.jsonl"));
    exported(&mut window, 1);
    assert_eq!(ids_of("selected.jsonl"), [ids[0].clone()]);

    ask_to_export(&mut window);
    window.click(&en_with("archive-all", &[("n", "3")]));
    export_to(&mut window, "export-file", &path("all.jsonl"));
    exported(&mut window, 3);
    assert_eq!(ids_of("all.jsonl"), ids);
    assert_eq!(
        values(&path("all.jsonl"), "body"),
        MESSAGES.map(|(_, body)| body)
    );
    let text = std::fs::read_to_string(path("all.jsonl")).unwrap();
    assert!(text.starts_with("{\"format\":\"mqscope-messages\",\"version\":1,"));
    assert!(text.contains("\"topic\":\"orders\",\"group\":\"GID_debug\""));
    assert!(text.ends_with("{\"end\":3}\n"), "{text}");
    assert!(!text.to_lowercase().contains("handle"), "{text}");
}

#[test]
fn a_file_that_is_there_is_replaced_only_by_agreement() {
    let (mut window, _, folder) = with_messages();
    let path = folder.path().join("there.jsonl");
    std::fs::write(&path, "old").unwrap();
    ask_to_export(&mut window);
    window.fill(Place::Only, &en("export-file"), &path.display().to_string());
    let replace = en_with("path-replace", &[("size", "3 B")]);
    window.until("it is asked", |window| window.has(&replace));
    assert!(!window.is_on(&en("export-yes")));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    window.click(&replace);
    window.click(&en("export-yes"));
    exported(&mut window, 3);
    assert_eq!(values(&path, "id").len(), 3);

    // A folder that is not there is said at once.
    ask_to_export(&mut window);
    let nowhere = folder.path().join("no").join("x.jsonl");
    window.fill(
        Place::Only,
        &en("export-file"),
        &nowhere.display().to_string(),
    );
    window.until("it is said", |window| window.shows("There is no folder"));
    assert!(!window.is_on(&en("export-yes")));
}

#[test]
fn csv_is_safe_for_spreadsheets_unless_that_is_not_wanted() {
    let (mut window, ids, folder) = with_messages();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        move |name: &str| {
            let place = header.iter().position(|column| column == name).unwrap();
            rows.iter()
                .map(|row| row[place].to_owned())
                .collect::<Vec<_>>()
        }
    };
    let mut export = |name: &str, click: &[&str]| {
        let path = folder.path().join(name);
        ask_to_export(&mut window);
        window.click("CSV");
        for name in click {
            window.click(&en(name));
        }
        export_to(&mut window, "export-file", &path);
        exported(&mut window, 3);
        path
    };
    let safe = export("safe.csv", &[]);
    assert!(
        std::fs::read_to_string(&safe)
            .unwrap()
            .starts_with('\u{feff}')
    );
    let column = read(&safe);
    assert_eq!(column("key"), ["'=three", "two", "one"]);
    assert_eq!(column("id"), [&*ids[2], &ids[1], &ids[0]]);
    assert_eq!(column("body")[1], MESSAGES[1].1);
    assert_eq!(column("state"), ["held"; 3]);

    let column = read(&export(
        "plain.csv",
        &["export-csv-safe", "export-csv-columns"],
    ));
    assert_eq!(column("key"), ["=three", "two", "one"]);
    assert_eq!(column("age_secs"), ["0"; 3]);
}

#[test]
fn csv_is_opened_again_with_all_that_it_holds_and_other_tables_say_what_they_lack() {
    let (mut window, ids, folder) = with_messages();
    window.click(&format!("Ack {}", ids[0]));
    window.until_shown("1 acked");
    let path = folder.path().join("out.csv");
    ask_to_export(&mut window);
    window.click("CSV");
    export_to(&mut window, "export-file", &path);
    exported(&mut window, 3);
    window.drop_file(&path);
    window.until("the messages of the file", |window| {
        window.rows().len() == 3 && window.shows("3 messages")
    });
    for id in &ids {
        assert!(window.rows().contains(id), "{id}\n{}", window.tree());
    }
    assert!(window.has("=three"), "not kept from being a formula here");
    assert!(window.has(&en("state-acked")));
    window.look_into(&ids[1]);
    window.until_shown(&en("md5-good"));

    let other = folder.path().join("other.csv");
    std::fs::write(&other, "message_body,price\nhello,7\n").unwrap();
    window.drop_file(&other);
    window.until_shown("Columns passed over: price");
    assert_eq!(window.count("hello"), 1);
    std::fs::write(&other, "amount,price\n1,7\n").unwrap();
    window.drop_file(&other);
    window.until_shown("amount, price are no columns of messages");
}

#[test]
fn times_of_a_table_without_a_zone_are_of_the_zone_of_the_settings_which_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("times.csv");
    let mut start = Start::default();
    start.config.preferences.time_zone = "Asia/Kolkata".parse().unwrap();
    start.config.preferences.time_format = TimeFormat::Full;
    let mut window = Window::start(start);
    window.until_running();
    let said = en_with("archive-csv-zone", &[("zone", "Asia/Kolkata")]);

    let ids = [1, 2, 3].map(|n| format!("{n:032}"));
    let table = format!("id,body,published\n{},said,2026-11-20T08:00:00Z\n", ids[0]);
    std::fs::write(&path, table).unwrap();
    window.drop_file(&path);
    window.until("its message", |window| window.rows() == ids[..1]);
    window.assert_not_shown(&said);

    let table = format!(
        "id,body,published\n{},said,2026-11-20T08:00:00Z\n{},not said,2026-11-20 08:00:00\n",
        ids[1], ids[2]
    );
    std::fs::write(&path, table).unwrap();
    window.drop_file(&path);
    window.until("its messages", |window| window.rows().len() == 2);
    window.assert_shows(&said);
    window.look_into(&ids[2]);
    window.until_shown("2026-11-20 08:00:00.000 +05:30");
}

#[test]
fn bodies_alone_become_files_and_none_is_replaced() {
    let (mut window, ids, folder) = with_messages();
    let bodies = folder.path().join("bodies");
    let there = |bodies: &Path| {
        let names = std::fs::read_dir(bodies).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    for _ in 0..2 {
        ask_to_export(&mut window);
        window.click(&en("export-bodies"));
        export_to(&mut window, "export-folder", &bodies);
        exported(&mut window, 3);
    }
    let mut expected = Vec::new();
    for (begin, id, ending) in [
        ("_three", &ids[2], "xml"),
        ("one", &ids[0], "json"),
        ("two", &ids[1], "txt"),
    ] {
        expected.push(format!("{begin}_{id}-2.{ending}"));
        expected.push(format!("{begin}_{id}.{ending}"));
    }
    assert_eq!(there(&bodies), expected);
    let pear = bodies.join(format!("two_{}.txt", ids[1]));
    assert_eq!(std::fs::read_to_string(pear).unwrap(), MESSAGES[1].1);
}

#[test]
fn an_exported_file_opens_in_a_window_that_knows_nothing_of_it() {
    let (mut window, ids, folder) = with_messages();
    window.click(&format!("Ack {}", ids[1]));
    window.until("it is acked", |window| window.shows("Acked"));
    let path = folder.path().join("session.jsonl");
    ask_to_export(&mut window);
    export_to(&mut window, "export-file", &path);
    exported(&mut window, 3);
    window.close();

    let mut window = Window::open();
    open(&mut window, &path);
    window.until_shown("3 messages");
    assert!(window.has("File session.jsonl"));
    window.assert_shows(&en("file-what"));
    window.assert_shows("orders as GID_debug got it");
    // The order of the file, which was that of the table; nothing is held, nothing can be acked.
    assert_eq!(window.rows(), [&*ids[2], &ids[1], &ids[0]]);
    assert!(
        !window
            .things()
            .contains(&(Role::Button, format!("Ack {}", ids[0])))
    );
    assert!(!window.has("Stop") && !window.has("Start"));
    window.assert_not_shown("You hold");

    window.fill(Place::Only, "Filter", "state:acked");
    assert_eq!(window.rows(), [ids[1].clone()]);
    window.leave_fields();
    window.look_into(&ids[1]);
    window.until_shown("acked");
    window.assert_shows("and 二行");
    window.fill(Place::Only, "Filter", "");
    window.leave_fields();

    // What was opened is exported again: the same lines.
    let again = folder.path().join("again.jsonl");
    ask_to_export(&mut window);
    export_to(&mut window, "export-file", &again);
    exported(&mut window, 3);
    let lines = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&again), lines(&path));
    assert!(window.asks_to_close(), "nothing is held that could be lost");
}

#[test]
fn what_is_damaged_in_a_file_is_told_and_the_rest_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.jsonl");
    let text = concat!(
        "{\"format\":\"mqscope-messages\",\"version\":7,\"exported\":1795342440000,\"topic\":\"orders\"}\n",
        "{\"id\":\"0123456789ABCDEF0123456789ABCDEF\",\"body\":\"good\"}\n",
        "{\"id\":\"cut sho\n",
        "\n",
        "[1, 2]\n",
        "{\"body\":\"also good\"}\n",
    );
    std::fs::write(&path, text).unwrap();
    let mut window = Window::open();
    window.drop_file(&path);
    window.until_shown("2 messages");
    window.assert_shows("also good");
    window.assert_shows(&en_with("file-newer", &[("version", "7")]));
    window.assert_shows(&en("file-cut"));
    window.assert_shows("2 lines could not be read");
    window.assert_not_shown("Line 3");
    window.click(&en("file-bad-show"));
    window.assert_shows("Line 3: not JSON at character 14: it ends too early");
    window.assert_shows("Line 5: not a JSON object");
    window.click(&en("file-bad-hide"));
    window.assert_not_shown("Line 3");
}

#[test]
fn a_file_comes_back_after_a_restart_and_says_so_if_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later.jsonl");
    std::fs::write(&path, "{\"body\":\"still here\"}\n").unwrap();
    let mut window = Window::open();
    open(&mut window, &path);
    window.until_shown("still here");
    window.advance(std::time::Duration::from_secs(2));
    window.until_outside("the file is kept", |window| {
        let kept = window.kept_workspace();
        kept.is_some_and(|kept| kept.views.iter().any(|view| view.file.is_some()))
    });
    let workspace = window.kept_workspace().unwrap();
    assert_eq!(workspace.last_folder.as_deref(), Some(folder.path()));
    window.close();

    let start = || Start {
        workspace: workspace.clone(),
        ..Start::default()
    };
    let mut window = Window::start(start());
    window.until_shown("still here");
    window.close();

    std::fs::remove_file(&path).unwrap();
    let mut window = Window::start(start());
    let gone = path.display().to_string();
    window.until_shown(&en_with("archive-open-failed", &[("path", &gone)]));
    window.assert_shows(&en("archive-open-missing-next"));
    std::fs::write(&path, "{\"body\":\"back again\"}\n").unwrap();
    window.click(&en("file-again"));
    window.until_shown("back again");
}

#[test]
fn many_and_large_messages_go_in_pieces_and_come_out_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (path, again) = (
        folder.path().join("many.jsonl"),
        folder.path().join("again.jsonl"),
    );
    let mut window = Window::open();
    // Written as it is written back, so that the lines can be compared.
    let mut text = String::from("{\"format\":\"mqscope-messages\",\"version\":1,\"exported\":1}\n");
    for n in 0..4_500 {
        let body = match n % 1_500 {
            7 => "x".repeat(1_500_000),
            n => format!("body {n}"),
        };
        text.push_str(&format!(
            "{{\"id\":\"{n:032}\",\"published\":{n},\"md5\":\"?\",\"body\":\"{body}\",\"first_consumed\":{n},\"next_visible\":{n},\"times\":1,\"deliveries\":[{{\"received\":{n},\"times\":1}}]}}\n"
        ));
    }
    text.push_str("{\"end\":4500}\n");
    std::fs::write(&path, &text).unwrap();
    open(&mut window, &path);
    window.until_shown("4500 messages");
    ask_to_export(&mut window);
    window.click(&en_with("archive-all", &[("n", "4500")]));
    export_to(&mut window, "export-file", &again);
    exported(&mut window, 4_500);
    let written = std::fs::read_to_string(&again).unwrap();
    assert!(written.lines().skip(1).eq(text.lines().skip(1)));
}

/// So many messages in the first view, as polls bring them.
const MANY: usize = 60_000;

fn deliver_many(model: &mut Model) {
    let ends = BEGIN.offset_millis(300_000);
    let arrival = |number: usize| fixtures::arrival(number as u64, "x".to_owned(), BEGIN, ends);
    for first in (0..MANY).step_by(5_000) {
        let event = fixtures::polled((first..first + 5_000).map(arrival), BEGIN);
        model.absorb(event, BEGIN);
        model.tick(BEGIN);
    }
}

/// The worker writes what each frame hands it, and there are many more to come than frames go by
/// until somebody has clicked.
#[test]
fn an_export_that_is_stopped_leaves_no_file_and_the_old_one_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::start(Start {
        before: deliver_many,
        ..Start::default()
    });
    window.until_running();
    let old = folder.path().join("old.jsonl");
    std::fs::write(&old, "old").unwrap();
    let new = folder.path().join("new.jsonl");
    for path in [&new, &old] {
        ask_to_export(&mut window);
        window.fill(Place::Only, &en("export-file"), &path.display().to_string());
        if *path == old {
            let replace = en_with("path-replace", &[("size", "3 B")]);
            window.until("it is asked", |window| window.has(&replace));
            window.click(&replace);
        }
        window.until("the path is known", |window| {
            window.is_on(&en("export-yes"))
        });
        window.click(&en("export-yes"));
        window.assert_shows("Exporting");
        window.click(&en("archive-stop-export"));
        window.until_shown(&en("export-stopped"));
        window.click(&en("archive-dismiss"));
        window.assert_not_shown(&en("export-stopped"));
    }
    let there: Vec<PathBuf> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(
        there,
        std::slice::from_ref(&old),
        "no half of a file either"
    );
    assert_eq!(std::fs::read_to_string(&old).unwrap(), "old");

    // Bodies are files of their own: those that are written stay, and are counted.
    let bodies = folder.path().join("bodies");
    ask_to_export(&mut window);
    window.click(&en("export-bodies"));
    export_to(&mut window, "export-folder", &bodies);
    window.click(&en("archive-stop-export"));
    window.until_shown("Export stopped, ");
    let there = std::fs::read_dir(&bodies).map_or(0, |names| names.count());
    assert!(there < MANY);
    let said = match there {
        1 => "Export stopped, one body was written".to_owned(),
        n => format!("Export stopped, {n} bodies were written"),
    };
    window.assert_shows(&said);
}

#[test]
fn a_file_that_is_stopped_shows_what_was_read_and_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.jsonl");
    let lines = 120_000;
    let text: String = (0..lines)
        .map(|n| format!("{{\"id\":\"{n:032X}\",\"body\":\"body {n}\"}}\n"))
        .collect();
    std::fs::write(&path, text).unwrap();
    let mut window = Window::open();
    open(&mut window, &path);
    window.click(&en("archive-stop-reading"));
    window.until_shown("Stopped after ");
    let said = window.texts_with("Stopped after ").swap_remove(0);
    let read: u64 = said
        .split(' ')
        .nth(2)
        .unwrap()
        .trim_end_matches(',')
        .parse()
        .unwrap();
    assert!(read < lines, "{said}");
    window.assert_not_shown(" lines could not be read");
    window.assert_not_shown(&en("file-cut"));
    // What was read is there and stays, as nothing more comes.
    if read > 0 {
        window.assert_shows("body 0");
    }
    window.advance(Duration::from_secs(5));
    assert_eq!(window.texts_with("Stopped after ").swap_remove(0), said);

    window.click(&en("file-again"));
    window.until_shown(&format!("{lines} messages"));
    window.assert_not_shown("Stopped after ");
    window.leave_fields();
    window.press(Key::End);
    window.assert_shows(&format!("body {}", lines - 1));
    assert_eq!(window.rows().last(), Some(&format!("{:032X}", lines - 1)));
}

/// Each way to write, of each scope.
#[test]
fn tables_and_bodies_are_of_what_is_shown_selected_or_everything_too() {
    let (mut window, ids, folder) = with_messages();
    window.fill(Place::Only, "Filter", "apple");
    window.leave_fields();
    window.click(&format!("Select {}", ids[2]));
    let scopes = [
        ("archive-shown", "2", vec![&ids[2], &ids[0]]),
        ("archive-selected", "1", vec![&ids[2]]),
        ("archive-all", "3", vec![&ids[0], &ids[1], &ids[2]]),
    ];
    for (scope, n, expected) in scopes {
        let path = folder.path().join(format!("{scope}.csv"));
        ask_to_export(&mut window);
        window.click(&en_with(scope, &[("n", n)]));
        window.click("CSV");
        export_to(&mut window, "export-file", &path);
        exported(&mut window, expected.len());
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let place = reader
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "id");
        let written: Vec<String> = reader
            .records()
            .map(|row| row.unwrap()[place.unwrap()].to_owned())
            .collect();
        assert!(
            written.iter().eq(expected.iter().copied()),
            "{scope}: {written:?}"
        );

        let bodies = folder.path().join(scope);
        ask_to_export(&mut window);
        window.click(&en_with(scope, &[("n", n)]));
        window.click(&en("export-bodies"));
        export_to(&mut window, "export-folder", &bodies);
        exported(&mut window, expected.len());
        let mut written: Vec<String> = std::fs::read_dir(&bodies)
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        written.sort();
        let body_of = |id: &&String| {
            let place = ids.iter().position(|known| known == *id).unwrap();
            MESSAGES[place].1.to_owned()
        };
        let mut expected: Vec<String> = expected.iter().map(body_of).collect();
        expected.sort();
        assert_eq!(written, expected, "{scope}");
    }
}
