//! Topics and groups that the settings name are there before anybody uses them.

use super::*;
use mqscope::sandbox::parse_config;

const CONFIG: &str = "
    [[topics]]\nname = 'orders'
    [[topics]]\nname = 'stock'
    [[groups]]\nname = 'GID_a'
    [[groups]]\nname = 'GID_late'\nstart = 'latest'
";

/// Instance, topic and groups of all topics.
async fn there(bench: &Bench) -> Vec<String> {
    let overview = bench.admin.overview().await.unwrap();
    let shown = overview.topics.iter().map(|topic| {
        let instance = topic.instance.as_ref().map_or("-", |name| name.as_str());
        let groups: Vec<&str> = topic.groups.iter().map(|g| g.group.as_str()).collect();
        format!("{instance} {} {}", topic.topic, groups.join(","))
    });
    shown.collect()
}

#[tokio::test]
async fn what_is_named_is_there_from_the_start_and_once_only() {
    for on_disk in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let settings = |config: &str| SandboxSettings {
            admin_token: Some(TOKEN.into()),
            data_dir: on_disk.then(|| folder.path().to_owned()),
            ..parse_config(config, |_| None).unwrap()
        };
        let (clock, _hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
        let bench = Bench::with(settings(CONFIG), clock.clone(), clock.clone()).await;
        let named = ["- orders GID_a", "- stock GID_a"];
        assert_eq!(there(&bench).await, named);
        bench.publish(text("a")).await;
        assert_eq!(bench.consume(0).await.len(), 1);
        bench.end().await;

        let bench = Bench::with(settings(CONFIG), clock.clone(), clock.clone()).await;
        assert_eq!(there(&bench).await, named);
        assert_eq!(bench.counts().await.invisible, u64::from(on_disk));
        bench.end().await;

        let config = format!("instances = ['MQ_1', 'MQ_2']\n{CONFIG}");
        let bench = Bench::with(settings(&config), clock.clone(), clock.clone()).await;
        let in_each = [
            "MQ_1 orders GID_a",
            "MQ_2 orders GID_a",
            "MQ_1 stock GID_a",
            "MQ_2 stock GID_a",
        ];
        let found = there(&bench).await;
        let found: Vec<&String> = found
            .iter()
            .filter(|topic| !topic.starts_with('-'))
            .collect();
        assert_eq!(found, in_each);
        bench.end().await;
    }
}

/// The first consume of such a group says where it begins, so the start must not.
#[tokio::test]
async fn a_group_that_begins_with_the_latest_begins_with_its_first_consume() {
    let (clock, _hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
    let settings = SandboxSettings {
        admin_token: Some(TOKEN.into()),
        ..parse_config(&CONFIG.replace("GID_a", "GID_b"), |_| None).unwrap()
    };
    let settings = SandboxSettings {
        group_start: mqscope::sandbox::queue::GroupStart::Latest,
        ..settings
    };
    let bench = Bench::with(settings, clock.clone(), clock).await;
    assert_eq!(there(&bench).await, ["- orders ", "- stock "]);
    bench.publish(text("before")).await;
    assert!(bench.consume(0).await.is_empty());
    bench.publish(text("after")).await;
    assert_eq!(bench.consume(0).await[0].body, "after");
    bench.end().await;
}
