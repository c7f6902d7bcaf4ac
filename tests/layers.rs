//! Who may use whom (the rules are [`LAYERS`] in `layers/rules.rs` and [`house_rules`]), held by reading the sources:
//! every path in the code counts, not only `use` lines, tests at the foot of a file included.
//!
//! It deliberately sees text only: `tests/layers/names.rs` says what that leaves out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "layers/names.rs"]
mod names;
#[path = "layers/rules.rs"]
mod rules;
#[path = "layers/trials.rs"]
mod trials;
#[path = "layers/words.rs"]
mod words;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use names::{Named, names_of};
use rules::{LAYERS, Layer};

/// A source file: its path below the package, with `/`.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    /// `session::model` for `src/session/model.rs`, nothing for `src/lib.rs`; `None` outside src.
    fn module(&self) -> Option<String> {
        let path = self.file.strip_prefix("src/")?.strip_suffix(".rs")?;
        let path = path.strip_suffix("/mod").unwrap_or(path);
        Some(match path {
            "lib" => String::new(),
            path => path.replace('/', "::"),
        })
    }

    fn complaints(&self) -> Vec<String> {
        let module = self.module();
        let segments: Vec<String> = std::iter::once("crate")
            .chain(module.iter().flat_map(|module| module.split("::")))
            .filter(|segment| !segment.is_empty())
            .map(str::to_owned)
            .collect();
        let named = match names_of(self.text, &segments, externs()) {
            Ok(named) => named,
            Err(error) => return vec![format!("{}: {error}", self.file)],
        };
        let mut found = Vec::new();
        if let Some(module) = &module {
            self.check_layer(module, &named, &mut found);
        }
        house_rules(self, module.as_deref(), &named, &mut found);
        found.sort();
        found.dedup();
        found
            .into_iter()
            .map(|(line, what)| format!("{}:{line}: {what}", self.file))
            .collect()
    }

    fn check_layer(&self, module: &str, named: &Named, found: &mut Vec<(usize, String)>) {
        let Some(layer) = layer_of(module) else {
            found.push((
                1,
                "no layer of tests/layers/rules.rs holds this module".to_owned(),
            ));
            return;
        };
        let own = module.split("::").next().unwrap_or_default();
        for name in &named.paths {
            let inside = name.path.strip_prefix("crate::");
            let strange = inside.is_some_and(|path| {
                !own.is_empty()
                    && !covers(own, path)
                    && !layer.may.iter().any(|allowed| covers(allowed, path))
            });
            let forbidden = layer
                .never
                .iter()
                .flat_map(|list| list.iter())
                .any(|forbidden| covers(forbidden, &name.path) || globs(&name.path, forbidden));
            if strange || forbidden {
                found.push((name.line, format!("may not use {}", name.path)));
            }
        }
    }
}

/// Whether `path` is `outer` or something inside it.
fn covers(outer: &str, path: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether `path` is `…::*` and brings `wanted` with it.
fn globs(path: &str, wanted: &str) -> bool {
    path.strip_suffix("::*")
        .is_some_and(|outer| outer != wanted && covers(outer, wanted))
}

fn layer_of(module: &str) -> Option<&'static Layer> {
    let fits = |pattern: &str| match pattern.strip_suffix("::*") {
        Some(outer) => module != outer && covers(outer, module),
        None => module == pattern,
    };
    let longest = |layer: &&Layer| {
        layer
            .modules
            .iter()
            .filter(|pattern| fits(pattern))
            .map(|pattern| {
                (
                    pattern.trim_end_matches("::*").len(),
                    !pattern.ends_with('*'),
                )
            })
            .max()
    };
    LAYERS
        .iter()
        .filter(|layer| longest(layer).is_some())
        .max_by_key(longest)
}

/// What holds wherever one is, with the few places that are the exception.
fn house_rules(
    source: &Source<'_>,
    module: Option<&str>,
    named: &Named,
    found: &mut Vec<(usize, String)>,
) {
    if !source.text.starts_with("//!") {
        found.push((1, "does not open with `//!`".to_owned()));
    }
    for name in &named.macros {
        if matches!(name.path.as_str(), "todo" | "unimplemented") {
            found.push((name.line, format!("{}! is not finished", name.path)));
        }
    }
    for line in &named.ignored {
        found.push((*line, "an ignored test proves nothing".to_owned()));
    }
    let Some(module) = module else { return };
    for name in &named.paths {
        let path = &name.path;
        if module != "clock" && reads_time(path) {
            found.push((name.line, format!("only clock.rs may ask the time: {path}")));
        }
        let outermost = ["main", "window", "cli"]
            .iter()
            .any(|at| covers(at, module));
        if !outermost && covers("anyhow", path) {
            found.push((
                name.line,
                format!("an error of a kind nobody can match: {path}"),
            ));
        }
        if !covers("ui::theme", module) && makes_color(path) {
            found.push((name.line, format!("colours are in ui/theme: {path}")));
        }
    }
    if !covers("ui::theme", module) {
        for name in &named.macros {
            if name.path == "hex_color" {
                found.push((name.line, "colours are in ui/theme: hex_color!".to_owned()));
            }
        }
        for literal in &named.literals {
            if is_hex_color(&literal.text) {
                let what = format!("colours are in ui/theme: {:?}", literal.text);
                found.push((literal.line, what));
            }
        }
        if covers("ui", module) {
            texts_are_translated(named, found);
        }
    }
}

fn reads_time(path: &str) -> bool {
    let parts: Vec<&str> = path.split("::").collect();
    parts.contains(&"SystemTime")
        || path == "std::time::UNIX_EPOCH"
        || globs(path, "std::time::SystemTime")
        || matches!(parts[..], [.., "Instant" | "Timestamp" | "Zoned", "now"])
}

/// Whether it is a colour of its own: not the type, and not one of the two that are none.
fn makes_color(path: &str) -> bool {
    let mut parts = path
        .split("::")
        .skip_while(|part| !matches!(*part, "Color32" | "Rgba"));
    parts
        .nth(1)
        .is_some_and(|what| !matches!(what, "TRANSPARENT" | "PLACEHOLDER"))
}

fn is_hex_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 4 | 6 | 8) && digits.chars().all(|c| c.is_ascii_hexdigit())
    })
}

/// What a person reads comes from assets/i18n.
fn texts_are_translated(named: &Named, found: &mut Vec<(usize, String)>) {
    for literal in &named.literals {
        if words::is_untranslated(literal) {
            let what = format!("belongs into assets/i18n: {:?}", literal.text);
            found.push((literal.line, what));
        }
    }
}

/// What a path can begin with: the dependencies, and what every crate has.
fn externs() -> &'static HashSet<String> {
    static EXTERNS: std::sync::OnceLock<HashSet<String>> = std::sync::OnceLock::new();
    EXTERNS.get_or_init(|| {
        let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
        ["dependencies", "dev-dependencies"]
            .iter()
            .flat_map(|table| manifest[*table].as_table().unwrap().keys().cloned())
            .map(|package| match package.as_str() {
                "md-5" => "md5".to_owned(),
                package => package.replace('-', "_"),
            })
            .chain(["std", "core", "alloc", "mqscope", "accesskit"].map(str::to_owned))
            .collect()
    })
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// Rust files below `folder`, by their paths below the package.
fn rust_files(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files.extend(rust_files(&path));
        } else if path.ends_with(".rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn the_sources_keep_the_rules() {
    let files: Vec<String> = ["src", "tests", "benches"]
        .iter()
        .flat_map(|folder| rust_files(folder))
        .collect();
    for expected in ["src/lib.rs", "src/ui/mod.rs", "src/session/model.rs"] {
        assert!(files.iter().any(|file| file == expected), "{expected}");
    }
    let complaints: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let text = read(file);
            Source { file, text: &text }.complaints()
        })
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_layer_is_about_a_module_that_exists() {
    let modules: HashSet<String> = rust_files("src")
        .iter()
        .filter_map(|file| Source { file, text: "" }.module())
        .collect();
    let known = |path: &str| modules.contains(path.split("::").next().unwrap_or_default());
    for layer in LAYERS {
        for path in layer.modules.iter().chain(layer.may) {
            assert!(known(path), "{path}");
        }
        for path in layer.never.iter().flat_map(|list| list.iter()) {
            let first = path.split("::").next().unwrap();
            match path.strip_prefix("crate::") {
                Some(path) => assert!(known(path), "{path}"),
                None => assert!(externs().contains(first) || first == "tempfile", "{path}"),
            }
        }
    }
}
