//! What the model does about the sandbox of this process: whether it runs, whether as it was wished,
//! and what would be lost if it were started anew.

use std::net::SocketAddr;

use crate::protocol::Timestamp;

use super::{Model, SandboxState};
use crate::session::Job;
use crate::session::sandbox::{Makeshift, SandboxCommand, SandboxEvent};
use crate::session::say::{Level, Notice, Say, Trouble};

/// The sandbox while it runs.
#[derive(Debug, Default)]
pub(super) struct Running {
    makeshift: Option<Makeshift>,
    /// What it holds is in files.
    keeps: bool,
    /// Somebody asked for it to be as it was wished.
    restoring: bool,
}

impl Model {
    /// What the sandbox has to make do with, where it does not run as it was wished.
    pub fn makeshift(&self) -> Option<&Makeshift> {
        match self.sandbox {
            SandboxState::Running(_) => self.running.makeshift.as_ref(),
            SandboxState::Starting | SandboxState::Failed => None,
        }
    }

    /// Whether it is being brought back to what was wished.
    pub fn restores_sandbox(&self) -> bool {
        self.running.restoring
    }

    /// How many messages are gone once the sandbox is started anew.
    pub fn only_in_memory(&self) -> u64 {
        match self.running.keeps {
            true => 0,
            false => self.content.iter().map(|topic| topic.messages).sum(),
        }
    }

    pub(super) fn do_with_sandbox(&mut self, command: SandboxCommand) -> Option<Job> {
        match command {
            SandboxCommand::Start => {
                if self.sandbox != SandboxState::Failed {
                    return None;
                }
                self.sandbox = SandboxState::Starting;
            }
            SandboxCommand::Restore => {
                if self.makeshift().is_none() || self.running.restoring {
                    return None;
                }
                self.running.restoring = true;
            }
        }
        Some(Job::Sandbox(command))
    }

    /// The worker did not hear of it.
    pub(super) fn sandbox_not_asked(&mut self, command: SandboxCommand) {
        match command {
            SandboxCommand::Start => self.sandbox = SandboxState::Failed,
            SandboxCommand::Restore => self.running.restoring = false,
        }
    }

    pub(super) fn sandbox_told(&mut self, event: SandboxEvent, now: Timestamp) {
        match event {
            SandboxEvent::Started {
                addr,
                makeshift,
                keeps,
            } => self.sandbox_started(addr, makeshift, keeps, now),
            SandboxEvent::InMemory(why) => {
                self.warn_of_sandbox("notice-sandbox-in-memory", *why, now);
            }
            SandboxEvent::TimeMoved(what) => self.notices.warn(
                Say::new("notice-sandbox-time"),
                what,
                Say::new("notice-sandbox-time-next"),
                now,
            ),
            SandboxEvent::Failed(why) => {
                self.sandbox = SandboxState::Failed;
                self.running = Running::default();
                self.notices.fail(&why, now);
            }
            SandboxEvent::NotRestored(why) => {
                self.running.restoring = false;
                self.warn_of_sandbox("notice-sandbox-not-restored", *why, now);
            }
        }
    }

    fn warn_of_sandbox(&mut self, what: &'static str, why: Trouble, now: Timestamp) {
        self.notices.warn(Say::new(what), why.detail, why.next, now);
    }

    /// Views that wait for the sandbox are started by [`Model::next_job`].
    fn sandbox_started(
        &mut self,
        addr: SocketAddr,
        makeshift: Makeshift,
        keeps: bool,
        now: Timestamp,
    ) {
        self.sandbox = SandboxState::Running(addr);
        self.connections[0].profile.endpoint = format!("http://{addr}");
        if let Some(wished) = makeshift.wished {
            let what = Say::new("notice-port-taken").with("wished", wished);
            let next = Say::new("notice-port-taken-next");
            let what = what.with("addr", addr);
            self.notices.warn(what, String::new(), next, now);
        }
        let restored = self.running.restoring && !makeshift.is_one();
        self.running = Running {
            makeshift: Some(makeshift).filter(Makeshift::is_one),
            keeps,
            restoring: false,
        };
        if restored {
            self.notices.push(Notice {
                at: now,
                level: Level::Info,
                summary: Say::new("notice-sandbox-restored").with("addr", addr),
                detail: String::new(),
                next_step: None,
                card: None,
            });
        }
    }
}
