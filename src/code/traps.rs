//! What an SDK does not do well with the message at hand, as comments for its program. What always
//! holds for an SDK stands in its template.

use super::{Consume, Language, Order, Publish, Task};

/// Of this program, one line each.
pub(super) fn of(language: Language, order: &Order) -> Vec<&'static str> {
    match &order.task {
        Task::Publish(publish) => of_publish(language, publish),
        Task::Consume(consume) => of_consume(language, consume),
    }
}

fn of_publish(language: Language, publish: &Publish) -> Vec<&'static str> {
    let parts = &publish.parts;
    let mut traps = Vec::new();
    if language == Language::Node && parts.body.contains("]]>") {
        traps.push(
            "Trap: this SDK cannot send a body with ]]> in it; the server answers MalformedXML.",
        );
    }
    if matches!(language, Language::Node | Language::Python) && parts.body.contains('\r') {
        traps.push(
            "Trap: this SDK does not escape CR, and XML turns CR and CRLF into LF on the way.",
        );
    }
    let controls = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if parts.body.contains(controls) {
        traps.push(
            "Trap: XML cannot carry the control characters of this body; send it as base64 instead.",
        );
    }
    if language == Language::Java && parts.body.len() > 1 << 20 {
        traps.push(
            "Trap: large bodies make this SDK wait for 100 Continue, which some proxies withhold.",
        );
    }
    traps
}

fn of_consume(language: Language, consume: &Consume) -> Vec<&'static str> {
    let mut traps = Vec::new();
    let filter = consume.tag.expression().unwrap_or_default();
    if language == Language::Node && filter.contains('\'') {
        traps.push("Trap: this SDK signs an apostrophe in the tag otherwise than it sends it; the server refuses.");
    }
    if consume.wait_secs > language.longest_wait_secs() {
        traps.push("Trap: this SDK gives up after 3 s, so its long poll is shorter than what was asked for.");
    }
    traps
}
