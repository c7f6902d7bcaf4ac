//! The application without a window: what can be asked of it ([`Command`]), what it asks of the
//! outside ([`Job`]), what the outside answers ([`Event`]), and what is known ([`Model`]).
//!
//! No egui here, and no I/O outside `worker.rs` and what it uses (`poller.rs`, `embedded.rs`,
//! `admin.rs`, `chooser.rs`, `shared.rs`, `publishing.rs`, `history_file.rs`,
//! `templates/file.rs`, `traffic/tap.rs`, `traffic/saver.rs`, `explainer.rs`, `samples/filler.rs`,
//! `desktop/listener.rs`, `opener.rs`, and in `outbox` what the worker runs).

mod acking;
mod activity;
mod admin;
mod again;
mod announcements;
mod archive;
mod arrangement;
pub mod body;
mod budget;
pub mod cells;
mod checkup;
mod chooser;
mod control;
mod debugger;
mod decisions;
mod desktop;
mod draft;
mod edit;
mod embedded;
mod ending;
mod entry;
mod examiner;
mod explainer;
mod exported;
mod figures;
mod filter;
mod folders;
mod form;
mod halves;
mod history;
mod history_file;
mod keeper;
mod latency;
mod lease;
mod letters;
mod likeness;
mod link;
mod model;
mod notices;
mod opener;
mod order;
pub mod outbox;
mod parts;
mod paths;
mod poller;
mod program;
mod publishing;
mod reader;
mod rows;
mod samples;
mod sandbox;
mod say;
mod sent;
mod series;
mod settings;
mod shared;
mod shelves;
mod subscription;
mod table;
pub mod templates;
mod traffic;
pub mod variables;
mod vendor;
mod views;
mod worker;
mod workspace;

pub use acking::{AckCommand, AckRun, Acking, RunStop};
pub use activity::{Activity, Held};
pub use again::Offer;
pub use announcements::{Announcement, Announcements, News, Place as NewsPlace, grouped};
pub use archive::{
    Archive, ArchiveCommand, ArchiveEvent, ArchiveJob, BadLine, End, ExportFormat, ExportWish,
    FileState, FileView, Header, NO_HANDLE, REPLAY_SPEEDS, Record, Recorded, ReplayWish, Scope,
    Speed, Stage, Sum, Task, TaskId, TaskKind,
};
pub use arrangement::{Arrangement, Sort};
pub use budget::{DEFAULT_BUDGET, Lost};
pub use cells::Column;
pub use checkup::{Checkup, CheckupCommand, CheckupEvent, ExamineOrder};
pub use chooser::Dialogs;
pub use control::{ActionOutcome, AdminAnswer, AdminWish, Control, Look, PeekView, first_peek};
pub use debugger::{
    Debugger, DebuggerCommand, DebuggerEvent, DebuggerJob, DebuggerTrouble, ExplainOrder,
    Explained, KeysFrom, Opening, RequestFrom,
};
pub use decisions::Decisions;
pub use desktop::listener::DesktopSource;
pub use desktop::{Desktop, Shade};
pub use draft::{Deliver, Draft, DraftField, FieldProblem, SeqFrom, parse_instant};
pub use edit::{ConnectionEdit, ConnectionField, KeysEdit};
pub use ending::{Ending, Failed};
pub use entry::{Counts, Entry, EntryPlace, EntryRow, KEPT_BODY_BYTES, Outcome};
pub use exported::{read_profiles, write_profile};
pub use figures::{Count, Figures, Flow, FlowScope};
pub use filter::{Filter, FilterError, FilterProblem};
pub use folders::{Folder, FolderCommand, FolderEvent, Folders};
pub use form::{ConsumeField, ConsumeForm, Kind};
pub use halves::{Decision, Half, HalfCommand, HalfEvent, HalfOrder, HalfState, Halves, NewHalf};
pub use history::{History, HistoryCommand, HistoryEvent, HistoryJob, Page, PageWish};
pub use history_file::HISTORY_DIR;
pub use keeper::{WORKSPACE_FILE, load_workspace};
pub use latency::Latency;
pub use lease::{Lease, Urgency};
pub use letters::{LetterCommand, LetterEvent, LetterRun, Letters, ResendOrder, ResendWish};
pub use likeness::{Alike, Likeness};
pub use link::{Link, Wake};
pub use model::{
    Connection, EditOutcome, KeysState, Model, PublishOutcome, PublishState, SandboxState, Setup,
    Work, WorkKind,
};
pub use order::{WaitingKey, WaitingKeys};
pub use parts::{PARTS, Part, VERSION};
pub use paths::{
    FieldName, FileKind, PathCommand, PathEvent, PathJob, PathLook, PathState, PathWish, Paths,
    Purpose, There,
};
pub use program::{CodeCommand, Filled};
pub use reader::{
    Against, Compared, Found, Paper, ReadCommand, ReadEvent, ReadJob, Reader, Wanted,
};
pub use rows::{AckState, Delivery, Message, Refusal, Row, RowState, Rows};
pub use samples::{
    SampleCommand, SampleEnd, SampleEvent, SampleJob, SampleProgress, SampleWork, Samples,
};
pub use sandbox::{Makeshift, SandboxCommand, SandboxEvent};
pub use say::{Level, Notice, Say, Trouble};
pub use sent::Sent;
pub use series::{Idle, Series, Totals};
pub use settings::{ConfigEvent, ConfigJob, ConfigTrouble, SettingsFile};
pub use shared::Start;
pub use subscription::{Polling, Source, Subscription, SubscriptionId};
pub use table::{ColumnSetting, Place, SavedTable, Table, TableCommand};
pub use traffic::{
    Class, ConnectionUse, ErrorKind, Exchange, ExchangeKind, Failure, FailureKind, Kept,
    MOST_BYTES, MOST_EXCHANGES, REDACTED, SaveAs, SaveWish, Seen, SentValue, Sheet, Timing,
    Traffic, TrafficCommand, TrafficEvent, TrafficFilter, TrafficJob, WhichExchanges, signature_of,
    traffic_text,
};
pub use worker::{Worker, start};
pub use workspace::{SavedView, WindowPart, Workspace};

use outbox::{OutboxCommand, OutboxEvent, OutboxJob};
use templates::TemplateChange;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::{ConnectionProfile, Preferences};
use crate::protocol::{
    AckAction, AckFailure, DamagedMessage, GroupId, InstanceId, NewMessage, PublishReceipt,
    ReceiptHandle, ReceivedMessage, Timestamp, TopicName,
};

/// Which connection: the embedded sandbox, or a profile by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionId {
    /// The broker in this process.
    #[default]
    Sandbox,
    /// A profile of the configuration.
    Profile(String),
}

/// What a person asks for.
#[derive(Debug)]
pub enum Command {
    /// Work with this connection.
    Select(ConnectionId),
    /// See whether there are keys for this connection, if nobody looked yet.
    LookForKeys(ConnectionId),
    /// Add or change a profile, and its keys as far as new ones were typed.
    SaveConnection(Box<ConnectionProfile>, KeysEdit),
    /// The form of a connection was closed.
    GiveUpEdit,
    /// Do this about the examination of a connection.
    Checkup(CheckupCommand),
    /// Do this with the signature debugger.
    Debugger(DebuggerCommand),
    /// Do this about programs for the SDKs.
    Code(CodeCommand),
    /// Remove a profile and its keys.
    DeleteConnection(ConnectionId),
    /// Publish what the form says to the selected connection.
    Publish(Box<Draft>),
    /// Open a consume view, filled in, not started; for this place if given, or else for the
    /// selected connection.
    OpenView(Option<(ConnectionId, TopicName, GroupId)>),
    /// This was typed into the head of a view that is stopped.
    TypeHead(SubscriptionId, ConsumeForm),
    /// Start consuming as the form says.
    StartConsuming(SubscriptionId, ConsumeForm),
    /// Stop consuming; the poll in flight may still bring messages.
    StopConsuming(SubscriptionId),
    /// Show this view.
    ShowView(SubscriptionId),
    /// Close this view; it must be stopped.
    CloseView(SubscriptionId),
    /// Show this message's details.
    Focus(SubscriptionId, u64),
    /// Add the row to the selected ones, or take it out.
    ToggleSelected(SubscriptionId, u64),
    /// Do this with the table of a view.
    Table(SubscriptionId, TableCommand),
    /// Ack the newest deliveries of these rows.
    Ack(SubscriptionId, Vec<u64>),
    /// Do this with many rows of a view, or with what arrives there.
    Acking(SubscriptionId, AckCommand),
    /// Do this with the message in the details.
    Read(ReadCommand),
    /// Put this message into the publish form.
    SendAgain(SubscriptionId, u64),
    /// Do this with what was published before.
    History(HistoryCommand),
    /// Do this with dead letters.
    Letters(LetterCommand),
    /// Do this with half messages.
    Half(HalfCommand),
    /// Look into this sandbox from now on, or into none.
    Watch(Option<ConnectionId>),
    /// Ask this of the sandbox that is looked into.
    Admin(Box<AdminWish>),
    /// Do this with the outbox: many messages at once, files, templates.
    Outbox(OutboxCommand),
    /// Do this with the sandbox of this process.
    Sandbox(SandboxCommand),
    /// Say where things are kept, or show it.
    Folders(FolderCommand),
    /// Do this with sample data in the sandbox.
    Samples(SampleCommand),
    /// Show no messages of the sandbox any more.
    ClosePeek,
    /// Something about a path that is typed or chosen.
    Paths(PathCommand),
    /// Export messages, or open them again.
    Archive(ArchiveCommand),
    /// Do this with the exchanges of the connections.
    Traffic(TrafficCommand),
    /// Change theme, language and the like.
    SetPreferences(Preferences),
    /// Open the file of the settings.
    OpenSettingsFile,
    /// Keep the draft and how the window is arranged, and what is known of the views, for the next
    /// start.
    KeepWorkspace(Box<WindowPart>),
    /// Tell this to those who do not see the window.
    Announce(Say),
    /// Notices have been looked at.
    NoticesSeen,
    /// Forget all notices.
    ClearNotices,
}

/// What the worker is asked to do. Each is answered by events.
#[derive(Debug)]
pub enum Job {
    /// Keep a profile, and keys as far as there are new ones.
    SaveConnection(Box<ConnectionProfile>, KeysEdit),
    /// Examine a connection; the number of the examination comes back with all that is found.
    Examine(u64, Box<ExamineOrder>),
    /// Find out how a request was signed.
    Debugger(DebuggerJob),
    /// Remove a profile and its keys.
    DeleteConnection(String),
    /// Keep preferences.
    SavePreferences(Preferences),
    /// Something about the file of the settings.
    Config(ConfigJob),
    /// Keep what comes back after a restart.
    SaveWorkspace(Box<Workspace>),
    /// See whether there are keys for a profile.
    FindKeys(String),
    /// Publish.
    Publish(ConnectionId, TopicName, Box<NewMessage>),
    /// Consume until stopped.
    StartPolling(Box<PollOrder>),
    /// Stop after the poll in flight.
    StopPolling(SubscriptionId),
    /// Take nothing more after the poll in flight, or go on at once.
    PausePolling(SubscriptionId, bool),
    /// Ack handles, any number.
    Ack(Box<AckOrder>),
    /// Look into this sandbox again and again from now on, or into none.
    Watch(Option<ConnectionId>),
    /// Work on the text of a message.
    Read(Box<ReadJob>),
    /// Read what was published before, or forget it.
    History(HistoryJob),
    /// Send dead letters again.
    Resend(Box<ResendOrder>),
    /// Commit or roll back a half message that was published from here.
    Half(Box<HalfOrder>),
    /// Ask this of a sandbox.
    Admin(ConnectionId, Box<AdminWish>),
    /// Something about a path that is typed or chosen.
    Paths(PathJob),
    /// Publish many messages, or look at a file of them.
    Outbox(OutboxJob),
    /// Change the templates that are kept.
    ChangeTemplates(Box<TemplateChange>),
    /// Export messages, or open them again.
    Archive(ArchiveJob),
    /// Something about the exchanges of the connections.
    Traffic(TrafficJob),
    /// Do this with the sandbox of this process.
    Sandbox(SandboxCommand),
    /// Say where things are kept, or show it.
    Folders(FolderCommand),
    /// Make sample data in the sandbox, or remove them.
    Samples(SampleJob),
}

/// A subscription for the worker to serve.
#[derive(Debug, Clone)]
pub struct PollOrder {
    /// Whose events they will be.
    pub subscription: SubscriptionId,
    /// Where.
    pub connection: ConnectionId,
    /// Which topic.
    pub topic: TopicName,
    /// For whom and how many.
    pub consume: crate::client::Consume,
}

/// Handles for the worker to ack.
#[derive(Debug, Clone)]
pub struct AckOrder {
    /// Whose rows they are of.
    pub subscription: SubscriptionId,
    /// Where they came from.
    pub connection: ConnectionId,
    /// Their topic.
    pub topic: TopicName,
    /// Their group.
    pub group: GroupId,
    /// The handles.
    pub handles: Vec<ReceiptHandle>,
    /// What becomes of the messages.
    pub action: AckAction,
}

/// A message that came in, with its lease in local time.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The message.
    pub message: ReceivedMessage,
    /// How long it is ours.
    pub lease: Lease,
}

/// What happened outside.
#[derive(Debug)]
pub enum Event {
    /// What the desktop asks of every window.
    Desktop(Desktop),
    /// What happened to the sandbox of this process.
    Sandbox(SandboxEvent),
    /// What is in the sandbox.
    SandboxContent(Vec<TopicContent>),
    /// A profile is on disk, or why not; where its keys went, if there were new ones.
    ConnectionSaved {
        /// The profile.
        profile: Box<ConnectionProfile>,
        /// Why it could not be written.
        failed: Option<String>,
        /// Where the keys are now.
        keys: Option<KeysState>,
    },
    /// Preferences or the removal of a profile could not be written.
    ConfigNotWritten(String),
    /// What became of the file of the settings.
    Config(ConfigEvent),
    /// What should come back after a restart could not be written.
    WorkspaceNotWritten(String),
    /// A profile is gone, but its keys may still be in the keyring.
    KeysNotDeleted(String),
    /// What is known of a profile's keys.
    KeysFound(String, KeysState),
    /// A message was published.
    Published {
        /// Where.
        connection: ConnectionId,
        /// The server's answer.
        receipt: PublishReceipt,
        /// Name of the request in the server's logs.
        request_id: Option<String>,
        /// From request to reply.
        elapsed: Duration,
    },
    /// A message was not published, or nobody knows.
    PublishFailed {
        /// Where.
        connection: ConnectionId,
        /// Why.
        trouble: Box<Trouble>,
    },
    /// A poll was answered; often with nothing.
    Polled {
        /// Whose poll.
        subscription: SubscriptionId,
        /// Messages that could be read.
        arrivals: Vec<Arrival>,
        /// Messages that could not, with the correction of their times to local ones, in
        /// milliseconds to subtract.
        damaged: Vec<DamagedMessage>,
        /// Server clock minus ours, milliseconds.
        skew_millis: i64,
        /// When the reply came.
        at: Timestamp,
        /// From request to reply, the wait for messages included.
        elapsed: Duration,
    },
    /// A poll failed; it is tried again at `retry_at` unless that is `None`.
    PollFailed {
        /// Whose poll.
        subscription: SubscriptionId,
        /// What is wrong.
        trouble: Box<Trouble>,
        /// When the next try is.
        retry_at: Option<Timestamp>,
    },
    /// Nothing more will come from this poll loop.
    PollingEnded(SubscriptionId),
    /// These handles were answered.
    Acked {
        /// Whose rows.
        subscription: SubscriptionId,
        /// Handles that are done.
        done: Vec<ReceiptHandle>,
        /// Handles that the server refused.
        refused: Vec<AckFailure>,
        /// The ack was sent more than once, so that a refusal may follow on an ack whose answer
        /// was lost.
        repeated: bool,
        /// Server clock minus ours, milliseconds.
        skew_millis: i64,
        /// When the reply came.
        at: Timestamp,
        /// What they asked for.
        action: AckAction,
        /// From request to reply.
        elapsed: Duration,
    },
    /// What came of an examination.
    Checkup(Box<CheckupEvent>),
    /// What is known about a signature, or that requests were refused.
    Debugger(Box<DebuggerEvent>),
    /// What came of the work for the outbox.
    Outbox(Box<OutboxEvent>),
    /// What came of the work on a text.
    Read(Box<ReadEvent>),
    /// What is known of a path that is typed or chosen.
    Paths(PathEvent),
    /// Something was written down, read or forgotten.
    History(Box<HistoryEvent>),
    /// How exports and opened files go.
    Archive(ArchiveEvent),
    /// An exchange is over.
    Traffic(TrafficEvent),
    /// Dead letters were sent again, or not.
    Letters(LetterEvent),
    /// Where things are kept.
    Folders(FolderEvent),
    /// How the making of sample data goes.
    Samples(SampleEvent),
    /// A half message was published, or decided on.
    Half(Box<HalfEvent>),
    /// A sandbox as it stands, or why it cannot be looked into. Only what is new.
    Looked(ConnectionId, Result<Box<Look>, Box<Trouble>>),
    /// What a sandbox answered to a wish.
    Admin(
        ConnectionId,
        Box<AdminWish>,
        Result<AdminAnswer, Box<Trouble>>,
    ),
    /// These handles could not be acked at all.
    AckFailed {
        /// Whose rows.
        subscription: SubscriptionId,
        /// The handles.
        handles: Vec<ReceiptHandle>,
        /// Why.
        trouble: Box<Trouble>,
    },
}

impl Event {
    /// How many messages it brings.
    pub fn messages(&self) -> usize {
        match self {
            Event::Polled {
                arrivals, damaged, ..
            } => arrivals.len() + damaged.len(),
            Event::Archive(ArchiveEvent::Read(_, piece)) => piece.messages(),
            _ => 0,
        }
    }
}

/// A topic of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicContent {
    /// Its instance, where clients name one.
    pub instance: Option<InstanceId>,
    /// Its name.
    pub topic: TopicName,
    /// Messages it keeps.
    pub messages: u64,
    /// Its groups.
    pub groups: Vec<GroupContent>,
}

/// A consumer group of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupContent {
    /// Its name.
    pub group: GroupId,
    /// Messages that it could get now.
    pub ready: u64,
    /// Messages that its consumers hold.
    pub invisible: u64,
}
