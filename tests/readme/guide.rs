//! The user guide: what its chapters tell people to run is run, chapter by chapter, each beside a sandbox of
//! its own; what they tell people to press is there.

use std::fs;
use std::path::PathBuf;

use crate::shell::Shell;
use crate::text::{assert_names_are_there, blocks, commands};
use crate::{CHINESE_WORDS, WORDS};

/// The chapters in a folder beside the English ones, by the names of their files.
fn chapters(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/guide")
        .join(folder);
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
    for (name, text) in chapters("") {
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
    let english = include_str!("../../src/guide/mod.rs");
    let chinese = include_str!("../../src/guide/zh_cn.rs");
    for (folder, map, words) in [("", english, WORDS), ("zh-CN/", chinese, CHINESE_WORDS)] {
        for (name, text) in chapters(folder) {
            let shown = format!("include_str!(\"{folder}{name}.md\")");
            assert!(map.contains(&shown), "{name} is nowhere");
            assert!(
                map.contains(&format!("| [`{name}`] |")),
                "{name} is not in the map"
            );
            assert_names_are_there(&text, words);
        }
    }
}

/// A script holds words of its own, so only its commands are the same.
#[test]
fn both_languages_tell_to_run_the_same() {
    for ((name, english), (other, chinese)) in chapters("").into_iter().zip(chapters("zh-CN")) {
        assert_eq!(name, other);
        assert_eq!(commands(&english), commands(&chinese), "{name}");
        let scripts = |text: &str| -> Vec<String> {
            let blocks = blocks(text).into_iter();
            let lines = blocks.filter(|block| block.language == "bash");
            let lines = lines.flat_map(|block| block.lines);
            let code = |line: &str| {
                line.split(" # ")
                    .next()
                    .unwrap_or_default()
                    .trim_end()
                    .to_owned()
            };
            let lines = lines.filter(|line| !line.starts_with('#'));
            lines.map(code).collect()
        };
        assert_eq!(scripts(&english), scripts(&chinese), "{name}");
    }
}
