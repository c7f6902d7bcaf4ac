//! What mqscope asks about before it does it. Each question can be switched off; all are asked
//! unless somebody did. When a question comes up is decided where it is asked.

use serde::{Deserialize, Serialize};

/// Something that mqscope asks about before it does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// More messages are acked at once than one request takes, on a server that is no sandbox.
    AckMany,
    /// A message is published to a connection that is marked as production.
    PublishProduction,
    /// Many messages are published to a server that is no sandbox.
    PublishMany,
    /// Messages of a view or a file are published once more to a server that is no sandbox.
    Replay,
    /// Dead letters are sent again.
    Resend,
    /// A topic or a group of a sandbox is deleted or emptied.
    Destroy,
    /// A view is closed that holds messages.
    CloseView,
    /// The window is closed while messages are held or work goes on.
    Quit,
    /// What was published before is forgotten.
    ClearHistory,
    /// A connection is deleted, and its keys.
    DeleteConnection,
}

impl Question {
    /// Every question, in the order of the settings.
    pub const ALL: [Question; 10] = [
        Question::AckMany,
        Question::PublishProduction,
        Question::PublishMany,
        Question::Replay,
        Question::Resend,
        Question::Destroy,
        Question::CloseView,
        Question::Quit,
        Question::ClearHistory,
        Question::DeleteConnection,
    ];
}

/// Which questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AskBefore {
    ack_many: bool,
    publish_production: bool,
    publish_many: bool,
    replay: bool,
    resend: bool,
    destroy: bool,
    close_view: bool,
    quit: bool,
    clear_history: bool,
    delete_connection: bool,
}

impl Default for AskBefore {
    fn default() -> Self {
        Self {
            ack_many: true,
            publish_production: true,
            publish_many: true,
            replay: true,
            resend: true,
            destroy: true,
            close_view: true,
            quit: true,
            clear_history: true,
            delete_connection: true,
        }
    }
}

impl AskBefore {
    /// Whether this is asked.
    pub fn asks(mut self, question: Question) -> bool {
        *self.switch(question)
    }

    /// Whether this is to be asked.
    pub fn switch(&mut self, question: Question) -> &mut bool {
        match question {
            Question::AckMany => &mut self.ack_many,
            Question::PublishProduction => &mut self.publish_production,
            Question::PublishMany => &mut self.publish_many,
            Question::Replay => &mut self.replay,
            Question::Resend => &mut self.resend,
            Question::Destroy => &mut self.destroy,
            Question::CloseView => &mut self.close_view,
            Question::Quit => &mut self.quit,
            Question::ClearHistory => &mut self.clear_history,
            Question::DeleteConnection => &mut self.delete_connection,
        }
    }
}
