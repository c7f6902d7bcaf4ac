//! What of the model comes back after a restart.

use super::Model;
use crate::session::Job;
use crate::session::draft::Draft;
use crate::session::subscription::{Polling, Subscription};
use crate::session::workspace::{SavedView, Workspace};

impl Model {
    pub(super) fn keep_workspace(
        &mut self,
        draft: Option<Draft>,
        layout: Option<serde_json::Value>,
    ) -> Option<Job> {
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
            draft,
            last_folder: self.paths.last_folder().map(Into::into),
            layout,
        };
        if workspace == self.workspace {
            return None;
        }
        self.workspace = workspace.clone();
        Some(Job::SaveWorkspace(Box::new(workspace)))
    }
}
