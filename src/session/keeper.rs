//! Changes what is kept on disk and in the keyring, one job after the other: of two changes to
//! one thing the later one holds.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use tokio::sync::mpsc::Receiver;

use crate::files;
use crate::protocol::Timestamp;

use super::outbox::OutboxEvent;
use super::say::{Level, Notice, Say};
use super::settings::ConfigJob;
use super::shared::{Shared, blocking};
use super::templates::file;
use super::workspace::Workspace;
use super::{Event, Job};

/// Name of the file of what comes back after a restart, in the window's data folder.
pub const WORKSPACE_FILE: &str = "workspace.json";

/// What was there when the last window closed. A damaged file never stops a start; it is moved
/// aside, and the notice says so. Blocks on the disk.
pub fn load_workspace(data_dir: Option<&Path>, now: Timestamp) -> (Workspace, Option<Notice>) {
    let Some(path) = data_dir.map(|dir| dir.join(WORKSPACE_FILE)) else {
        return (Workspace::default(), None);
    };
    let why = match fs::read_to_string(&path) {
        Ok(text) => match Workspace::from_json(&text) {
            Ok(workspace) => return (workspace, None),
            Err(error) => error.to_string(),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return (Workspace::default(), None);
        }
        Err(error) => error.to_string(),
    };
    let kept = files::set_aside(&path).unwrap_or(path);
    let notice = Notice {
        at: now,
        level: Level::Warning,
        summary: Say::new("notice-workspace-damaged").with("path", kept.display()),
        detail: why,
        next_step: Some(Say::new("notice-workspace-damaged-next")),
        card: None,
    };
    (Workspace::default(), Some(notice))
}

/// Keeps until nobody can ask for it any more, and nothing is left to do.
pub(super) async fn run(shared: Arc<Shared>, mut jobs: Receiver<Job>) {
    let worker = Arc::clone(&shared);
    if let Some((templates, damaged)) = blocking(move || file::load(worker.data_dir())).await {
        let there = OutboxEvent::Templates(templates);
        let there = Event::Outbox(Box::new(there));
        for event in damaged.into_iter().chain([there]) {
            shared.emit(event).await;
        }
    }
    while let Some(job) = jobs.recv().await {
        let worker = Arc::clone(&shared);
        for event in blocking(move || keep(&worker, job))
            .await
            .unwrap_or_default()
        {
            shared.emit(event).await;
        }
    }
}

fn keep(shared: &Shared, job: Job) -> Vec<Event> {
    let event = match job {
        Job::ChangeTemplates(change) => {
            let kept = shared.data_dir().map(|dir| file::change(dir, &change));
            return kept.unwrap_or_default();
        }
        Job::SaveConnection(profile, keys) => Some(shared.save_connection(profile, keys)),
        Job::DeleteConnection(id) => shared.delete_connection(&id),
        Job::Config(ConfigJob::Look) => return shared.look_at_config(),
        Job::Config(ConfigJob::Open) => shared.open_config(),
        Job::SavePreferences(preferences) => return shared.save_preferences(preferences),
        Job::SaveWorkspace(workspace) => {
            let saved = shared.data_dir().map(|dir| save_workspace(dir, &workspace));
            saved.and_then(Result::err).map(Event::WorkspaceNotWritten)
        }
        Job::FindKeys(id) => {
            let state = shared.find_keys(&id);
            Some(Event::KeysFound(id, state))
        }
        Job::Publish(..)
        | Job::Examine(..)
        | Job::Ack(_)
        | Job::History(_)
        | Job::Half(_)
        | Job::Resend(_)
        | Job::StartPolling(_)
        | Job::StopPolling(_)
        | Job::PausePolling(..)
        | Job::Read(_)
        | Job::Traffic(_)
        | Job::Paths(_)
        | Job::Archive(_)
        | Job::Debugger(_)
        | Job::Watch(_)
        | Job::Outbox(_)
        | Job::Samples(_)
        | Job::Folders(_)
        | Job::Sandbox(_)
        | Job::Admin(..) => None,
    };
    event.into_iter().collect()
}

fn save_workspace(dir: &Path, workspace: &Workspace) -> Result<(), String> {
    let text = workspace.to_json().map_err(|error| error.to_string())?;
    let path = dir.join(WORKSPACE_FILE);
    files::replace(&path, text.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_workspace_is_set_aside_and_the_window_starts_afresh() {
        let dir = tempfile::tempdir().unwrap();
        let now = Timestamp::default();
        assert_eq!(load_workspace(None, now), (Workspace::default(), None));
        let none_yet = load_workspace(Some(dir.path()), now);
        assert_eq!(none_yet, (Workspace::default(), None));

        let path = dir.path().join(WORKSPACE_FILE);
        for damage in [&b"{\"views\": [{"[..], b"\xff\xfe", b"", b"[1]"] {
            fs::write(&path, damage).unwrap();
            let (workspace, notice) = load_workspace(Some(dir.path()), now);
            assert_eq!(workspace, Workspace::default());
            let kept = notice.unwrap().summary.values.swap_remove(0).1;
            assert_eq!(fs::read(kept).unwrap(), damage);
            assert!(!path.exists());
        }
        save_workspace(dir.path(), &Workspace::default()).unwrap();
        let (_, notice) = load_workspace(Some(dir.path()), now);
        assert_eq!(notice, None);
    }
}
