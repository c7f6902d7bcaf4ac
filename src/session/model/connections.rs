//! What the model does about the list of connections and their keys.

use crate::config::ConnectionProfile;
use crate::protocol::Timestamp;

use super::{Connection, EditOutcome, KeysState, Model};
use crate::session::say::Say;
use crate::session::{ConnectionId, Job};

impl Model {
    pub(super) fn select(&mut self, id: ConnectionId) -> Option<Job> {
        let job = self.look_for_keys(&id);
        self.connection(&id)?;
        self.selected = id;
        job
    }

    pub(super) fn look_for_keys(&self, id: &ConnectionId) -> Option<Job> {
        match (&self.connection(id)?.keys, id) {
            (KeysState::Unknown, ConnectionId::Profile(profile)) => {
                Some(Job::FindKeys(profile.clone()))
            }
            _ => None,
        }
    }

    pub(super) fn delete_connection(&mut self, id: ConnectionId, now: Timestamp) -> Option<Job> {
        let ConnectionId::Profile(profile) = &id else {
            return None;
        };
        if self.is_in_use(&id) {
            self.notices.warn(
                Say::new("connection-busy"),
                String::new(),
                Say::new("connection-busy-next"),
                now,
            );
            return None;
        }
        self.deleted.insert(profile.clone());
        self.figures.forget(&id);
        let job = Job::DeleteConnection(profile.clone());
        self.connections.retain(|c| c.id != id);
        if self.selected == id {
            self.selected = ConnectionId::Sandbox;
        }
        Some(job)
    }

    pub(super) fn connection_saved(
        &mut self,
        profile: &ConnectionProfile,
        failed: Option<String>,
        keys: Option<KeysState>,
        now: Timestamp,
    ) {
        // Only a form that is still open has an outcome, and only then is its profile selected: a
        // keyring that answers late must not lead the next publish elsewhere.
        let open = self.edit.as_ref().is_some_and(|(id, _)| *id == profile.id);
        let outcome = match failed {
            Some(why) => EditOutcome::Failed(why),
            None => EditOutcome::Saved,
        };
        let saved = outcome == EditOutcome::Saved;
        if open {
            self.edit = Some((profile.id.clone(), outcome));
        }
        if !saved || self.deleted.contains(&profile.id) {
            return;
        }
        let id = ConnectionId::Profile(profile.id.clone());
        let known = self.connection(&id).is_some();
        self.show_profile(profile.clone());
        if !known {
            // Its keys are on their way, if there are any.
            self.set_keys(&profile.id, KeysState::Missing);
        }
        if open {
            self.selected = id;
        }
        if let Some(keys) = keys {
            if let KeysState::SessionOnly(why) = &keys {
                self.notices.warn(
                    Say::new("notice-no-keyring"),
                    why.clone(),
                    Say::new("notice-no-keyring-next"),
                    now,
                );
            }
            self.set_keys(&profile.id, keys);
        }
    }

    /// A profile in the list as it is now. What is known of its keys stays.
    pub(super) fn show_profile(&mut self, profile: ConnectionProfile) {
        let id = ConnectionId::Profile(profile.id.clone());
        if profile.read_only {
            self.views.lock(&id);
        }
        match self.connections.iter_mut().find(|c| c.id == id) {
            Some(connection) => connection.profile = profile,
            None => self.connections.push(Connection {
                id,
                profile,
                keys: KeysState::Unknown,
            }),
        }
    }

    pub(super) fn set_keys(&mut self, profile: &str, keys: KeysState) {
        let id = ConnectionId::Profile(profile.to_owned());
        if let Some(connection) = self.connections.iter_mut().find(|c| c.id == id) {
            connection.keys = keys;
        }
    }
}
