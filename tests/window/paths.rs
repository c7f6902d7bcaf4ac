//! A path that is typed, chosen in a dialog or dropped onto the window, in the form of a
//! connection as an example.

use mqscope::session::Dialogs;

use super::support::{Place, Start, Window, en};

fn form(start: Start) -> Window {
    let mut window = Window::start(start);
    window.until_running();
    window.click(&en("connection-add"));
    window
}

fn ca() -> String {
    en("connection-ca")
}

#[test]
fn a_typed_path_says_what_it_leads_to() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "x").unwrap();
    let mut window = form(Start::default());
    let check = |window: &mut Window, path: &std::path::Path, said: Option<&str>| {
        window.fill(Place::Only, &ca(), &path.display().to_string());
        match said {
            Some(said) => window.until("it is said", |window| window.shows(&en(said))),
            None => window.until("nothing is said", |window| {
                !window.shows(&en("path-nothing")) && !window.shows(&en("path-is-folder"))
            }),
        }
    };
    check(
        &mut window,
        &folder.path().join("cb.pem"),
        Some("path-nothing"),
    );
    check(&mut window, &file, None);
    check(&mut window, folder.path(), Some("path-is-folder"));
    check(&mut window, &file, None);
}

#[test]
fn where_there_is_no_dialog_one_is_told_to_type() {
    let mut window = form(Start::default());
    window.fill(Place::Only, &ca(), "/x/ca.pem");
    window.click(&en("path-browse"));
    window.until("it is said", |window| window.shows(&en("path-no-dialog")));
    assert_eq!(window.value(Place::Only, &ca()), "/x/ca.pem");
    assert!(window.is_on(&en("path-browse")));
}

#[test]
fn what_is_chosen_in_the_dialog_or_dropped_is_in_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let (chosen, dropped) = (folder.path().join("a.pem"), folder.path().join("b.pem"));
    std::fs::write(&dropped, "x").unwrap();
    let mut window = form(Start {
        dialogs: Dialogs::Always(chosen.clone()),
        ..Start::default()
    });
    window.click(&en("path-browse"));
    let text = chosen.display().to_string();
    window.until("it is chosen", |window| {
        window.value(Place::Only, &ca()) == text
    });
    window.until("it is said", |window| window.shows(&en("path-nothing")));

    window.drop_file(&dropped);
    assert_eq!(
        window.value(Place::Only, &ca()),
        dropped.display().to_string()
    );

    // A name is looked for in the folder of the last choice.
    window.fill(Place::Only, &ca(), "b.pem");
    window.until("it leads there", |window| {
        window.has(&dropped.display().to_string())
    });
    window.fill(Place::Only, &ca(), "c/d.pem");
    window.until("it is said", |window| window.shows(&en("path-nothing")));
}
