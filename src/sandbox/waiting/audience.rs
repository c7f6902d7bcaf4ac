//! Whom a change may be news for, and where those who are parked stand so that it finds them.
//! Wakes nobody.

use std::sync::Arc;

use crate::protocol::{ConsumeMode, GroupId, TagFilter};
use crate::sandbox::queue::{Change, Lease, Place, Queues, TopicKey, Want};

/// Whom a change may be news for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Audience {
    /// All who wait at a topic.
    Topic(Arc<TopicKey>),
    /// All of a group.
    Group(Arc<TopicKey>, Arc<GroupId>),
    /// Of every group, those who take any tag, or who take this one.
    Tag(Arc<TopicKey>, Option<String>),
    /// The same of one group, without those who wait for a shard.
    GroupTag(Arc<TopicKey>, Arc<GroupId>, Option<String>),
    /// Those of a group that wait for a shard.
    Ordered(Arc<TopicKey>, Arc<GroupId>),
    /// Those who check half messages, whose groups and tags mean nothing.
    Half(Arc<TopicKey>),
}

/// Where those who want this stand for as long as they are parked.
pub(super) fn of_kind(want: &Want) -> Vec<Audience> {
    let topic = Arc::new(want.topic.clone());
    let group = Arc::new(want.group.clone());
    let mut audiences = vec![
        Audience::Topic(Arc::clone(&topic)),
        Audience::Group(Arc::clone(&topic), Arc::clone(&group)),
    ];
    let tags = match &want.filter {
        TagFilter::All => vec![None],
        TagFilter::AnyOf(tags) => tags.iter().cloned().map(Some).collect(),
    };
    match want.mode {
        ConsumeMode::Half => audiences.push(Audience::Half(topic)),
        ConsumeMode::Ordered => {
            audiences.push(Audience::Ordered(Arc::clone(&topic), group));
            let of_tag = |tag| Audience::Tag(Arc::clone(&topic), tag);
            audiences.extend(tags.into_iter().map(of_tag));
        }
        ConsumeMode::Plain => {
            for tag in tags {
                let (topic, group) = (Arc::clone(&topic), Arc::clone(&group));
                audiences.push(Audience::Tag(Arc::clone(&topic), tag.clone()));
                audiences.push(Audience::GroupTag(topic, group, tag));
            }
        }
    }
    audiences
}

/// Whom a change may be news for: a message that is there, a shard that is free, or a time to
/// look that is nearer than it was. A last lease is that to those who read the dead letters.
pub(super) fn of_change(queues: &Queues, change: &Change) -> Vec<Audience> {
    match change {
        Change::Stored {
            topic,
            message,
            place,
        } => at_topic(topic, *place, message.parts.tag.as_deref()),
        Change::Moved { topic, seq, place } => {
            at_topic(topic, *place, queues.tag_at(topic, *seq, *place))
        }
        Change::Leased {
            topic,
            group,
            position,
            lease,
        } => leased(queues, topic, group, *position, lease),
        Change::Acked { topic, group, .. } => {
            vec![Audience::Ordered(Arc::clone(topic), Arc::clone(group))]
        }
        Change::GroupReset { topic, group, .. } => {
            vec![Audience::Group(Arc::clone(topic), Arc::clone(group))]
        }
        // Less is there than before. What frees a shard when it goes is noticed with the next
        // change, or at the end of the lease that would have freed it.
        Change::Discarded { .. } | Change::Removed { .. } | Change::Dropped { .. } => Vec::new(),
        Change::TopicCreated { .. } | Change::GroupCreated { .. } => Vec::new(),
        // Nothing is left to ask about.
        Change::TopicDeleted { .. } | Change::GroupDeleted { .. } => Vec::new(),
        // Whoever sleeps by the clock is woken by the clock.
        Change::ClockMoved { .. } => Vec::new(),
    }
}

fn at_topic(topic: &Arc<TopicKey>, place: Place, tag: Option<&str>) -> Vec<Audience> {
    if matches!(place, Place::Half { .. }) {
        return vec![Audience::Half(Arc::clone(topic))];
    }
    let tags = [None]
        .into_iter()
        .chain(tag.map(|tag| Some(tag.to_owned())));
    tags.map(|tag| Audience::Tag(Arc::clone(topic), tag))
        .collect()
}

/// When the lease ends, its message is there again for those who take its tag; what it holds up
/// in its shard may have others.
fn leased(
    queues: &Queues,
    topic: &Arc<TopicKey>,
    group: &Arc<GroupId>,
    position: u64,
    lease: &Lease,
) -> Vec<Audience> {
    let tag = queues.tag_in_log(topic, position);
    let mut audiences = vec![Audience::Ordered(Arc::clone(topic), Arc::clone(group))];
    for tag in [None]
        .into_iter()
        .chain(tag.map(|tag| Some(tag.to_owned())))
    {
        let (topic, group) = (Arc::clone(topic), Arc::clone(group));
        audiences.push(Audience::GroupTag(topic, group, tag));
    }
    if let Some(letters) = queues.dies_into(topic, group, lease) {
        let place = Place::Log { position };
        audiences.extend(at_topic(&Arc::new(letters), place, tag));
    }
    audiences
}
