//! Paths that a person types or chooses: what is known of each, and the folder one was in last.
//! A path is typed text first; the worker (`chooser.rs`) says what it leads to, and shows the
//! file dialog of the OS to those who would rather choose. No I/O here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Job;

/// Which field of the window a path is typed into.
pub type FieldName = &'static str;

/// What a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A file to read.
    Open,
    /// A file to write.
    Save,
    /// A folder to write into.
    Folder,
}

/// Files that a dialog offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileKind {
    /// What they are called.
    pub name: String,
    /// How their names end, without the dot.
    pub extensions: &'static [&'static str],
}

/// What a file dialog is to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathWish {
    /// Who wants it.
    pub field: FieldName,
    /// What for.
    pub purpose: Purpose,
    /// What stands above the dialog.
    pub title: String,
    /// Which files it offers; all if there are none.
    pub kinds: Vec<FileKind>,
    /// What is typed so far.
    pub typed: String,
}

/// What can be asked about paths.
#[derive(Debug)]
pub enum PathCommand {
    /// Show the file dialog.
    Browse(Box<PathWish>),
    /// Say what the typed text of a field leads to.
    Look(FieldName, String),
    /// A path was used: next time, begin in its folder.
    Used(PathBuf),
    /// The field was closed.
    Forget(FieldName),
}

/// What the worker is asked about paths.
#[derive(Debug)]
pub enum PathJob {
    /// Show the file dialog, in this folder unless the typed text leads to another.
    Browse(Box<PathWish>, Option<PathBuf>),
    /// Say what the typed text of a field leads to; a relative one from this folder on.
    Look(FieldName, String, Option<PathBuf>),
}

impl PathJob {
    /// Who asks.
    pub fn field(&self) -> FieldName {
        match self {
            PathJob::Browse(wish, _) => wish.field,
            PathJob::Look(field, ..) => field,
        }
    }
}

/// What the worker says about paths.
#[derive(Debug)]
pub enum PathEvent {
    /// This was chosen in the dialog, which has asked about a file that is there already.
    Chosen(FieldName, PathBuf),
    /// The dialog was closed.
    Cancelled(FieldName),
    /// This machine shows no file dialogs.
    NoDialog(FieldName),
    /// What a typed text leads to.
    Looked(FieldName, Box<PathLook>),
}

/// What a typed text leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathLook {
    /// The text.
    pub typed: String,
    /// The whole path: `~` is the home folder, and a relative path begins in the last folder.
    pub path: PathBuf,
    /// What is there.
    pub found: There,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum There {
    /// Nothing, in a folder that is there.
    Nothing,
    /// Nothing, and the folder is not there either.
    NoFolder,
    /// A file of so many bytes.
    File(u64),
    /// A folder.
    Folder,
    /// It cannot be looked at; why.
    Unreadable(String),
}

/// What is known of one field.
#[derive(Debug, Clone, Default)]
pub struct PathState {
    /// What was chosen in the dialog, and the how manieth choice it was.
    pub chosen: Option<(u64, PathBuf)>,
    /// The dialog is open.
    pub browsing: bool,
    /// There is no dialog on this machine.
    pub no_dialog: bool,
    /// What the typed text leads to, as far as that is known.
    pub look: Option<PathLook>,
    /// The text that was asked about last.
    asked: Option<String>,
}

impl PathState {
    /// What this text leads to, if that is known.
    pub fn look_at(&self, typed: &str) -> Option<&PathLook> {
        self.look.as_ref().filter(|look| look.typed == typed)
    }
}

/// All that is known of paths.
#[derive(Debug, Default)]
pub struct Paths {
    fields: HashMap<FieldName, PathState>,
    last_folder: Option<PathBuf>,
    choices: u64,
}

impl Paths {
    /// With the folder that an earlier run used last.
    pub fn new(last_folder: Option<PathBuf>) -> Self {
        Self {
            last_folder,
            ..Self::default()
        }
    }

    /// The folder that was used last.
    pub fn last_folder(&self) -> Option<&Path> {
        self.last_folder.as_deref()
    }

    /// What is known of a field.
    pub fn field(&self, name: FieldName) -> Option<&PathState> {
        self.fields.get(name)
    }

    /// Whether a text was asked about already.
    pub fn is_asked(&self, name: FieldName, typed: &str) -> bool {
        let asked = self.fields.get(name).and_then(|f| f.asked.as_deref());
        asked == Some(typed)
    }

    pub(super) fn apply(&mut self, command: PathCommand) -> Option<Job> {
        let job = match command {
            PathCommand::Browse(wish) => {
                let field = self.fields.entry(wish.field).or_default();
                if field.browsing {
                    return None;
                }
                field.browsing = true;
                field.no_dialog = false;
                PathJob::Browse(wish, self.last_folder.clone())
            }
            PathCommand::Look(name, typed) => {
                let field = self.fields.entry(name).or_default();
                field.asked = Some(typed.clone());
                PathJob::Look(name, typed, self.last_folder.clone())
            }
            PathCommand::Used(path) => {
                self.used(path);
                return None;
            }
            PathCommand::Forget(name) => {
                self.fields.remove(name);
                return None;
            }
        };
        Some(Job::Paths(job))
    }

    /// Next time one begins where this is.
    fn used(&mut self, path: PathBuf) {
        self.last_folder = path.parent().map(Path::to_owned);
    }

    pub(super) fn absorb(&mut self, event: PathEvent) {
        match event {
            PathEvent::Chosen(name, path) => {
                self.choices += 1;
                let choice = self.choices;
                self.end_browsing(name, |field| field.chosen = Some((choice, path.clone())));
                self.used(path);
            }
            PathEvent::Cancelled(name) => self.end_browsing(name, |_| {}),
            PathEvent::NoDialog(name) => self.end_browsing(name, |field| field.no_dialog = true),
            PathEvent::Looked(name, look) => {
                if let Some(field) = self.fields.get_mut(name)
                    && field.asked.as_ref() == Some(&look.typed)
                {
                    field.look = Some(*look);
                }
            }
        }
    }

    fn end_browsing(&mut self, name: FieldName, change: impl FnOnce(&mut PathState)) {
        if let Some(field) = self.fields.get_mut(name) {
            field.browsing = false;
            change(field);
        }
    }

    /// The worker could not take a job: it can be asked again.
    pub(super) fn not_taken(&mut self, job: &PathJob) {
        self.end_browsing(job.field(), |field| field.asked = None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_an_older_text_is_dropped() {
        let mut paths = Paths::default();
        let look = |typed: &str| {
            let path = PathBuf::from(typed);
            let (typed, found) = (typed.to_owned(), There::Nothing);
            Box::new(PathLook { typed, path, found })
        };
        for typed in ["/a", "/ab"] {
            assert!(
                paths
                    .apply(PathCommand::Look("f", typed.to_owned()))
                    .is_some()
            );
        }
        paths.absorb(PathEvent::Looked("f", look("/a")));
        assert!(paths.field("f").is_some_and(|field| field.look.is_none()));
        paths.absorb(PathEvent::Looked("f", look("/ab")));
        assert!(paths.field("f").is_some_and(|f| f.look_at("/ab").is_some()));
    }

    #[test]
    fn one_dialog_at_a_time_and_the_next_begins_where_the_last_ended() {
        let mut paths = Paths::default();
        let wish = || {
            PathCommand::Browse(Box::new(PathWish {
                field: "f",
                purpose: Purpose::Save,
                title: String::new(),
                kinds: Vec::new(),
                typed: String::new(),
            }))
        };
        assert!(paths.apply(wish()).is_some());
        assert!(paths.apply(wish()).is_none());
        paths.absorb(PathEvent::Chosen("f", PathBuf::from("/x/y.jsonl")));
        assert_eq!(paths.last_folder(), Some(Path::new("/x")));
        assert!(matches!(
            paths.apply(wish()),
            Some(Job::Paths(PathJob::Browse(_, Some(folder)))) if folder == Path::new("/x")
        ));
    }
}
