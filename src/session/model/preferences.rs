//! What the preferences mean for the model: whose time zone, how much memory, what a new view begins
//! with, and what is asked about first. What only the window draws by, it reads itself.

use jiff::tz::TimeZone;

use crate::config::{ConnectionProfile, NewViews, Preferences, Question, UnknownName};

use super::Model;
use crate::explained::file::unknown_name;
use crate::protocol::{MAX_HANDLES, Profile, Timestamp};
use crate::session::acking::AckCommand;
use crate::session::form::ConsumeForm;
use crate::session::halves::HalfCommand;
use crate::session::say::{Level, Notice, Say};
use crate::session::settings::{ConfigEvent, ConfigTrouble, SettingsFile};
use crate::session::{Command, ConnectionId, Desktop, Job, SandboxCommand};

/// Names without a meaning that are told in notices of their own; the settings show all.
const MOST_UNKNOWN: usize = 8;

impl Model {
    /// Theme, language and the like.
    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// What the desktop asks of every window.
    pub fn desktop(&self) -> Desktop {
        self.desktop
    }

    /// Whether anything may move by itself.
    pub fn moves(&self) -> bool {
        self.desktop.lets_move(self.preferences.motion)
    }

    /// The time zone that times are shown and typed in.
    pub fn zone(&self) -> &TimeZone {
        self.outbox.zone()
    }

    /// Whether this is asked about before it is done.
    pub fn asks(&self, question: Question) -> bool {
        self.preferences.ask_before.asks(question)
    }

    /// The head of a view of this connection, as its profile would have it.
    pub fn form_for(&self, id: &ConnectionId) -> ConsumeForm {
        let profile = self.connection(id).map(|connection| &connection.profile);
        ConsumeForm {
            connection: id.clone(),
            topic: profile.map(|p| p.topic.clone()).unwrap_or_default(),
            group: profile.map(|p| p.group.clone()).unwrap_or_default(),
            ..begun_with(self.preferences.new_views)
        }
    }

    /// What is to be asked about before a command is carried out, if anything is.
    pub fn question_about(&self, command: &Command) -> Option<Question> {
        let (question, there) = match command {
            Command::Acking(id, AckCommand::Selected)
            | Command::Half(HalfCommand::DecideSelected(id, _)) => {
                let view = self.view(*id)?;
                let profile = &self.connection(view.connection())?.profile;
                let elsewhere = profile.kind != Profile::Sandbox && !profile.read_only;
                let many = view.rows.selected().len() > MAX_HANDLES;
                (Question::AckMany, elsewhere && many)
            }
            Command::Sandbox(SandboxCommand::Restore) => {
                let lost = self.makeshift().is_some() && self.only_in_memory() > 0;
                (Question::Destroy, lost)
            }
            _ => return None,
        };
        (there && self.asks(question)).then_some(question)
    }

    /// Keeps what somebody chose, and goes by it from now on.
    pub(super) fn change_preferences(&mut self, preferences: Preferences) -> Job {
        self.go_by(preferences.clone());
        Job::SavePreferences(preferences)
    }

    /// From now on these hold.
    pub(super) fn go_by(&mut self, preferences: Preferences) {
        if self.preferences.memory_mb != preferences.memory_mb {
            self.set_memory(bytes(&preferences));
        }
        let zone = preferences.time_zone.zone(&self.local);
        self.outbox.set_zone(zone);
        self.preferences = preferences;
    }

    /// The file that they are kept in.
    pub fn settings(&self) -> &SettingsFile {
        &self.settings
    }

    /// Takes in what became of the file.
    pub(super) fn config_told(&mut self, event: ConfigEvent, now: Timestamp) {
        match event {
            ConfigEvent::Same => self.settings.mended(),
            ConfigEvent::Reloaded(config) => {
                self.settings.mended();
                self.go_by(config.preferences);
                self.follow_profiles(config.profiles);
            }
            ConfigEvent::Unknown(names) => {
                for name in self.settings.take_unknown(names).iter().take(MOST_UNKNOWN) {
                    self.notices.push(unknown(name, now));
                }
            }
            ConfigEvent::Waits => {
                if self.settings.wait() {
                    self.notices.warn(
                        Say::new("notice-settings-wait"),
                        String::new(),
                        Say::new("notice-settings-wait-next"),
                        now,
                    );
                }
            }
            ConfigEvent::CaughtUp => self.settings.caught_up(),
            ConfigEvent::Broken(trouble) => {
                self.notices.push(broken(&trouble, now));
                self.settings.broke(trouble);
            }
            ConfigEvent::NotOpened(why) => self.fail(
                "notice-settings-not-opened",
                why,
                "notice-settings-not-opened-next",
                now,
            ),
        }
    }

    /// The connections are those of the file. One that is in use stays until it is not: what is held
    /// of it can still be acked.
    fn follow_profiles(&mut self, profiles: Vec<ConnectionProfile>) {
        let gone: Vec<ConnectionId> = self
            .connections
            .iter()
            .map(|connection| connection.id.clone())
            .filter(|id| match id {
                ConnectionId::Sandbox => false,
                ConnectionId::Profile(id) => profiles.iter().all(|profile| profile.id != *id),
            })
            .filter(|id| !self.is_in_use(id))
            .collect();
        for id in gone {
            self.figures.forget(&id);
            self.connections.retain(|connection| connection.id != id);
            if self.selected == id {
                self.selected = ConnectionId::Sandbox;
            }
        }
        for profile in profiles {
            self.deleted.remove(&profile.id);
            self.show_profile(profile);
        }
    }

    /// Bytes that the messages of all views may take from now on.
    pub fn set_memory(&mut self, bytes: usize) {
        self.views.set_budget(bytes);
    }
}

fn unknown(name: &UnknownName, now: Timestamp) -> Notice {
    Notice {
        at: now,
        level: Level::Warning,
        summary: unknown_name(name),
        detail: String::new(),
        next_step: Some(Say::new("notice-settings-unknown-next")),
        card: None,
    }
}

fn broken(trouble: &ConfigTrouble, now: Timestamp) -> Notice {
    let summary = match trouble.at {
        Some((line, column)) => Say::new("notice-settings-broken")
            .with("line", line)
            .with("column", column),
        None => Say::new("notice-settings-unreadable"),
    };
    Notice {
        at: now,
        level: Level::Error,
        summary,
        detail: String::new(),
        next_step: Some(trouble.what.clone()),
        card: None,
    }
}

/// What the messages of all views may take.
pub(super) fn bytes(preferences: &Preferences) -> usize {
    let megabytes = usize::try_from(preferences.memory_mb.get()).unwrap_or(usize::MAX);
    megabytes.saturating_mul(1 << 20)
}

/// An empty head of a view.
pub(super) fn begun_with(new: NewViews) -> ConsumeForm {
    ConsumeForm {
        batch: new.batch.get(),
        wait_secs: new.wait_secs.get(),
        ..ConsumeForm::default()
    }
}
