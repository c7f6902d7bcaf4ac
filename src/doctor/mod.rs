//! What is wrong between here and a broker: one check after the other, each with a verdict, what it
//! was seen by, and what to do next. Consumes nothing unless it is asked to.
//!
//! In the order of the checks: `network` (name, TCP), `tls`, `door` (is it HTTP, is it this protocol,
//! do the clocks agree) and `keys` (signature, topic, group). A check that cannot be made because an
//! earlier one failed is said to be skipped.

mod door;
mod keys;
mod network;
mod tls;

use std::time::Duration;

use serde::Serialize;

use crate::client::{Client, ClientError, ClientSettings};
use crate::clock::Clock;
use crate::i18n::{Say, Texts};
use crate::protocol::{GroupId, Profile, TopicName};

/// How long a single step of the network may take. Real time.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is checked, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Whether the host's name is known.
    Name,
    /// Whether something takes connections there.
    Tcp,
    /// Whether the connection can be trusted.
    Tls,
    /// Whether it speaks HTTP at all: the TCP endpoint of the same cluster does not.
    Http,
    /// Whether it speaks this protocol.
    Protocol,
    /// Whether the clocks agree: a request that is dated 15 minutes off is refused.
    Clock,
    /// Whether the keys are right.
    Signature,
    /// Whether the topic is there, and may be used.
    Topic,
    /// Whether the group may be used.
    Group,
}

impl Check {
    /// All of them, in their order.
    pub const ALL: [Check; 9] = [
        Check::Name,
        Check::Tcp,
        Check::Tls,
        Check::Http,
        Check::Protocol,
        Check::Clock,
        Check::Signature,
        Check::Topic,
        Check::Group,
    ];

    /// Its name.
    pub fn title(self) -> Say {
        Say::new(match self {
            Check::Name => "doctor-name",
            Check::Tcp => "doctor-tcp",
            Check::Tls => "doctor-tls",
            Check::Http => "doctor-http",
            Check::Protocol => "doctor-protocol",
            Check::Clock => "doctor-clock",
            Check::Signature => "doctor-signature",
            Check::Topic => "doctor-topic",
            Check::Group => "doctor-group",
        })
    }
}

/// How a check ended. The later ones are worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was not made: there is nothing to check, or an earlier one failed.
    Skipped,
    /// All is well.
    Good,
    /// It works, but look at it.
    Attention,
    /// It does not work.
    Bad,
}

/// A check that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub check: Check,
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen.
    pub evidence: Say,
    /// What to do, if anything.
    pub next: Option<Say>,
    /// An error in its own words; empty if there is none.
    pub detail: String,
}

impl Finding {
    /// What was checked and what was seen, on one line.
    pub fn line(&self, texts: &Texts) -> String {
        let title = texts.say(&self.check.title());
        self.line_with(texts, &title)
    }

    /// The same under a title that names other checks too, of which as much is to be said.
    pub fn line_with(&self, texts: &Texts, title: &str) -> String {
        let values = [
            ("title", title.into()),
            ("evidence", texts.say(&self.evidence).into()),
        ];
        texts.format("doctor-line", &values)
    }

    fn new(check: Check, verdict: Verdict, evidence: Say) -> Self {
        Self {
            check,
            verdict,
            evidence,
            next: None,
            detail: String::new(),
        }
    }

    fn good(check: Check, evidence: Say) -> Self {
        Self::new(check, Verdict::Good, evidence)
    }

    fn skipped(check: Check, evidence: Say) -> Self {
        Self::new(check, Verdict::Skipped, evidence)
    }

    fn attention(check: Check, evidence: Say, next: &'static str) -> Self {
        Self::new(check, Verdict::Attention, evidence).advise(next)
    }

    fn bad(check: Check, evidence: Say, next: &'static str) -> Self {
        Self::new(check, Verdict::Bad, evidence).advise(next)
    }

    fn advise(mut self, next: &'static str) -> Self {
        self.next = Some(Say::new(next));
        self
    }

    fn because(mut self, detail: impl ToString) -> Self {
        self.detail = detail.to_string();
        self
    }
}

/// What is examined.
#[derive(Debug, Clone)]
pub struct Patient {
    /// Where the broker is, and as whom.
    pub settings: ClientSettings,
    /// Whose server it is, if somebody knows: keys have other names there.
    pub kind: Option<Profile>,
    /// A topic that should be there.
    pub topic: Option<TopicName>,
    /// A group that should be allowed to use it.
    pub group: Option<GroupId>,
    /// Whether to consume one message in the end: only that proves the group. It is away from the
    /// group until its invisible time is over.
    pub consume: bool,
}

/// What requests are about: something has to be named, even where nobody named it.
struct Place {
    topic: TopicName,
    group: GroupId,
}

impl Place {
    fn of(patient: &Patient) -> Option<Self> {
        let (topic, group) = (patient.topic.clone(), patient.group.clone());
        Some(Self {
            topic: topic.or_else(|| "mqscope-doctor".parse().ok())?,
            group: group.or_else(|| "GID_mqscope-doctor".parse().ok())?,
        })
    }
}

/// Makes all checks and gives each of them to `tell` as soon as it is made. Ends when it is
/// dropped.
///
/// # Errors
/// When the client cannot be set up: proxy, CA file, a key that no header can carry. Nothing was
/// sent then.
pub async fn examine(
    patient: &Patient,
    clock: &Clock,
    mut tell: impl FnMut(Finding) + Send,
) -> Result<(), ClientError> {
    let settings = ClientSettings {
        // What is wrong is to be seen, not to be smoothed over.
        attempts: 1,
        margin: PATIENCE,
        ..patient.settings.clone()
    };
    let client = Client::new(settings.clone(), clock.clone())?;
    let Some(place) = Place::of(patient) else {
        return Ok(());
    };
    let mut told = Told {
        tell: &mut tell,
        made: 0,
        goes_on: true,
    };
    let (name, addresses) = network::name(&settings).await;
    told.take(name);
    if told.goes_on {
        told.take(network::tcp(&settings, &addresses, clock).await);
    }
    if told.goes_on {
        told.take(tls::tls(&settings, &client, &place, clock).await);
    }
    if told.goes_on {
        told.take_all(door::knock(&client, &place).await);
    }
    if told.goes_on {
        told.take_all(keys::try_keys(patient, &client, &place).await);
    }
    told.skip_the_rest();
    Ok(())
}

/// What was told already.
struct Told<'a> {
    tell: &'a mut (dyn FnMut(Finding) + Send),
    made: usize,
    /// Whether later checks can say anything.
    goes_on: bool,
}

impl Told<'_> {
    fn take(&mut self, finding: Finding) {
        self.made += 1;
        self.goes_on &= finding.verdict != Verdict::Bad;
        (self.tell)(finding);
    }

    fn take_all(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            self.take(finding);
        }
    }

    fn skip_the_rest(self) {
        for check in Check::ALL.into_iter().skip(self.made) {
            (self.tell)(Finding::skipped(check, Say::new("doctor-not-reached")));
        }
    }
}
