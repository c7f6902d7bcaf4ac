//! What a message was like in the delivery before its newest, to be compared with it. Keeps the
//! body only if it was another one: a redelivery nearly always brings the same.

use crate::protocol::ReceivedMessage;

/// The delivery before.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// Without its body if that is the newest one's too.
    message: ReceivedMessage,
    same_body: bool,
}

impl Earlier {
    /// Keeps what `newest` replaces.
    pub(super) fn new(mut message: ReceivedMessage, newest: &ReceivedMessage) -> Self {
        let same_body = message.body == newest.body;
        if same_body {
            message.body = String::new();
        }
        Self { message, same_body }
    }

    /// The message as it was, given the one that replaced it.
    pub(super) fn whole(&self, newest: &ReceivedMessage) -> ReceivedMessage {
        let mut message = self.message.clone();
        if self.same_body {
            message.body.clone_from(&newest.body);
        }
        message
    }

    /// Bytes of its texts.
    pub(super) fn bytes(&self) -> usize {
        let properties = self.message.properties.iter();
        let properties: usize = properties.map(|(k, v)| k.len() + v.len()).sum();
        self.message.body.len() + properties
    }
}
