//! What of the model comes back after a restart.

use super::Model;
use crate::session::Job;
use crate::session::subscription::{Polling, Subscription};
use crate::session::workspace::{SavedView, WindowPart, Workspace};

impl Model {
    pub(super) fn keep_workspace(&mut self, part: WindowPart) -> Option<Job> {
        let saved = |view: &Subscription| SavedView {
            id: view.id,
            form: view.form.clone(),
            running: self.waiting.contains(&view.id)
                || !matches!(view.polling, Polling::Stopped | Polling::Paused),
            file: view.file.as_ref().map(|file| file.path.clone()),
            table: view.table.saved().clone(),
        };
        let workspace = Workspace {
            selected: self.selected.clone(),
            views: self.views.list().iter().map(saved).collect(),
            shown: self.views.shown().map(|view| view.id),
            draft: part.draft,
            last_folder: self.paths.last_folder().map(Into::into),
            layout: part.layout,
            around: part.around,
        };
        if workspace == self.workspace {
            return None;
        }
        self.workspace = workspace.clone();
        Some(Job::SaveWorkspace(Box::new(workspace)))
    }
}
