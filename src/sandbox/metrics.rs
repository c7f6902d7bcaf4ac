//! The counts of a sandbox in Prometheus' text format, version 0.0.4. Made anew for each look, from
//! values: nothing is registered anywhere.
//!
//! Gauges say what is there; counters begin at 0 with each start of the process, as Prometheus
//! expects of them.
//!
//! By hand, as the format is three kinds of lines; the crates for it want their own counters
//! kept, and prometheus-client 0.24 does not escape labels.

use std::fmt::{Display, Write as _};

use crate::protocol::admin::{ClockState, Overview, Statistics};

/// The content type that goes with the text.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

const PREFIX: &str = "mqscope_sandbox_";

/// The whole text.
pub(super) fn render(overview: &Overview, statistics: &Statistics, clock: &ClockState) -> String {
    let mut page = Page(String::new());
    page.topics(overview);
    page.groups(overview);
    page.family(
        "parked_polls",
        "gauge",
        "Long polls that wait for a message",
    );
    page.sample("parked_polls", &[], overview.parked_polls);
    page.counters(statistics);
    let offset = "clock_offset_milliseconds";
    page.family(
        offset,
        "gauge",
        "How far the sandbox's time is ahead of the real one",
    );
    page.sample(offset, &[], clock.offset_millis);
    page.0
}

struct Page(String);

impl Page {
    /// What the samples that follow mean. `help` holds neither a backslash nor a line break.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a `String` does not fail, here and below.
        let _ = writeln!(self.0, "# HELP {PREFIX}{name} {help}");
        let _ = writeln!(self.0, "# TYPE {PREFIX}{name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let _ = write!(self.0, "{PREFIX}{name}");
        for (index, (label, text)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let text = text
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            let _ = write!(self.0, "{before}{label}=\"{text}\"");
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    fn topics(&mut self, overview: &Overview) {
        let name = "topic_messages";
        self.family(name, "gauge", "Messages of a topic");
        for topic in &overview.topics {
            let instance = topic.instance.as_ref().map_or("", |name| name.as_str());
            for (state, count) in [
                ("visible", topic.messages),
                ("delayed", topic.delayed),
                ("half", topic.half),
            ] {
                let labels = [
                    ("instance", instance),
                    ("topic", topic.topic.as_str()),
                    ("state", state),
                ];
                self.sample(name, &labels, count);
            }
        }
    }

    fn groups(&mut self, overview: &Overview) {
        let name = "group_messages";
        self.family(name, "gauge", "Messages of a topic as a group has them");
        for topic in &overview.topics {
            let instance = topic.instance.as_ref().map_or("", |name| name.as_str());
            for group in &topic.groups {
                for (state, count) in [
                    ("ready", group.ready),
                    ("invisible", group.invisible),
                    ("acked", group.acked),
                    ("dead", group.dead),
                ] {
                    let labels = [
                        ("instance", instance),
                        ("topic", topic.topic.as_str()),
                        ("group", group.group.as_str()),
                        ("state", state),
                    ];
                    self.sample(name, &labels, count);
                }
            }
        }
    }

    fn counters(&mut self, statistics: &Statistics) {
        for (name, help, count) in [
            (
                "published_total",
                "Messages stored since the start of the process, where all counters begin at 0",
                statistics.published,
            ),
            (
                "delivered_total",
                "Messages handed out",
                statistics.delivered,
            ),
            (
                "redelivered_total",
                "Messages handed out to a group that had them before",
                statistics.redelivered,
            ),
            (
                "empty_polls_total",
                "Consumes that found nothing",
                statistics.empty_polls,
            ),
            ("acked_total", "Handles acked", statistics.acked),
            (
                "committed_total",
                "Half messages committed",
                statistics.committed,
            ),
            (
                "rolled_back_total",
                "Half messages rolled back",
                statistics.rolled_back,
            ),
            (
                "handles_refused_total",
                "Handles refused, mostly for coming too late",
                statistics.handles_refused,
            ),
        ] {
            self.family(name, "counter", help);
            self.sample(name, &[], count);
        }
        let name = "requests_refused_total";
        self.family(
            name,
            "counter",
            "Requests refused as a whole, by their code",
        );
        for (code, count) in &statistics.requests_refused {
            self.sample(name, &[("code", code)], count);
        }
        let name = "dead_total";
        self.family(
            name,
            "counter",
            "Messages that became dead letters since the start of the process, by topic and group",
        );
        for dead in &statistics.dead {
            let labels = [
                (
                    "instance",
                    dead.instance.as_ref().map_or("", |i| i.as_str()),
                ),
                ("topic", dead.topic.as_str()),
                ("group", dead.group.as_str()),
            ];
            self.sample(name, &labels, dead.count);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::protocol::Timestamp;
    use crate::protocol::admin::{DeadCount, GroupCounts, TopicCounts};

    #[test]
    fn every_count_has_its_line() {
        let overview = Overview {
            now: Timestamp::from_millis(1),
            parked_polls: 2,
            topics: vec![TopicCounts {
                instance: Some("a\"b\\c".parse().unwrap()),
                topic: "orders".parse().unwrap(),
                messages: 3,
                delayed: 4,
                half: 5,
                groups: vec![GroupCounts {
                    group: "GID_a".parse().unwrap(),
                    ready: 6,
                    invisible: 7,
                    acked: 8,
                    dead: 11,
                    oldest_ready: None,
                }],
            }],
        };
        let statistics = Statistics {
            published: 9,
            requests_refused: [("TimeExpired".to_owned(), 10)].into(),
            dead: vec![DeadCount {
                instance: Some("a\"b\\c".parse().unwrap()),
                topic: "orders".parse().unwrap(),
                group: "GID_a".parse().unwrap(),
                count: 12,
            }],
            ..Statistics::default()
        };
        let clock = ClockState {
            now: Timestamp::from_millis(1),
            real_now: Timestamp::from_millis(2),
            frozen: true,
            offset_millis: -1,
        };
        let text = render(&overview, &statistics, &clock);
        let topic = r#"instance="a\"b\\c",topic="orders""#;
        for line in [
            format!("mqscope_sandbox_topic_messages{{{topic},state=\"half\"}} 5"),
            format!("mqscope_sandbox_group_messages{{{topic},group=\"GID_a\",state=\"ready\"}} 6"),
            format!("mqscope_sandbox_dead_total{{{topic},group=\"GID_a\"}} 12"),
            "mqscope_sandbox_parked_polls 2".to_owned(),
            "mqscope_sandbox_published_total 9".to_owned(),
            "mqscope_sandbox_requests_refused_total{code=\"TimeExpired\"} 10".to_owned(),
            "mqscope_sandbox_clock_offset_milliseconds -1".to_owned(),
            "# TYPE mqscope_sandbox_published_total counter".to_owned(),
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
