//! The user guide: what its chapters tell people to run is run, chapter by chapter, each beside a sandbox of
//! its own; what they tell people to press is there.

use std::fs;
use std::path::PathBuf;

use crate::WORDS;
use crate::shell::Shell;
use crate::text::{assert_names_are_there, blocks};

/// The chapters by the names of their files.
fn chapters() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/guide");
    let mut chapters: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    chapters.sort();
    assert!(chapters.len() >= 9, "{chapters:?}");
    chapters
}

#[test]
fn every_command_of_every_chapter_ends_as_it_is_said_to() {
    for (name, text) in chapters() {
        let mut shell = Shell::new();
        let mut run = 0;
        for block in blocks(&text) {
            match block.language {
                "sh" => {
                    for line in block.commands() {
                        shell.run(&line);
                        run += 1;
                    }
                }
                "bash" => {
                    shell.run_script(&block.lines);
                    run += block.lines.len();
                }
                other => panic!("{name}: who runs {other:?}?"),
            }
        }
        assert!(run >= 4, "only {run} commands in {name}");
    }
}

#[test]
fn every_chapter_is_shown_and_names_what_is_in_the_window() {
    let map = include_str!("../../src/guide/mod.rs");
    for (name, text) in chapters() {
        assert!(
            map.contains(&format!("include_str!(\"{name}.md\")")),
            "{name}"
        );
        assert!(map.contains(&format!("| [`{name}`] |")), "{name}");
        assert_names_are_there(&text, WORDS);
    }
}
