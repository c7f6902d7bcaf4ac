//! Who may use what: keys with their topics and groups, instances, names that must be there
//! before they are used, kinds of topics.

use crate::bench::{Bench, KEYS, message};

const CONFIG: &str = "
[[keys]]
access-key = 'sandbox'
secret-key = 'sandbox-secret'
[[keys]]
access-key = 'shop'
secret-key = 'of the shop'
topics = ['orders', 'pay-*']
groups = ['GID_shop']
";

const SHOP: (&str, &str) = ("shop", "of the shop");

fn target(topic: &str, query: &str) -> String {
    format!("/topics/{topic}/messages{query}")
}

fn take(group: &str) -> String {
    format!("?consumer={group}&numOfMessages=1")
}

const HANDLES: &str = "<ReceiptHandles><ReceiptHandle>x</ReceiptHandle></ReceiptHandles>";

#[tokio::test]
async fn a_key_opens_only_its_topics_and_groups() {
    let bench = Bench::new(CONFIG).await;
    let check = async |keys, method, topic: &str, query: &str, expected: &str| {
        let body = match method {
            "POST" => message("a"),
            "DELETE" => HANDLES.to_owned(),
            _ => String::new(),
        };
        let answer = bench
            .ask_as(keys, method, &target(topic, query), &body)
            .await;
        assert_eq!(
            answer.code(),
            expected,
            "{method} {topic} {query}: {answer:?}"
        );
    };
    check(SHOP, "POST", "orders", "", "201").await;
    check(SHOP, "POST", "pay-in", "", "201").await;
    check(SHOP, "POST", "orders2", "", "AccessDenied").await;
    check(SHOP, "GET", "orders", &take("GID_shop"), "200").await;
    check(SHOP, "GET", "orders", &take("GID_other"), "AccessDenied").await;
    check(SHOP, "GET", "stock", &take("GID_shop"), "AccessDenied").await;
    check(
        SHOP,
        "GET",
        "%25DLQ%25GID_shop",
        &take("GID_shop"),
        "AccessDenied",
    )
    .await;
    // The handle is no handle: whoever is told so was let in.
    let ack = "?consumer=GID_shop";
    check(SHOP, "DELETE", "orders", ack, "404").await;
    check(
        SHOP,
        "DELETE",
        "orders",
        "?consumer=GID_other",
        "AccessDenied",
    )
    .await;
    check(SHOP, "DELETE", "stock", ack, "AccessDenied").await;
    // Committing a half message needs no group.
    check(SHOP, "DELETE", "orders", "?trans=commit", "404").await;
    check(SHOP, "DELETE", "stock", "?trans=commit", "AccessDenied").await;
    check(KEYS, "POST", "stock", "", "201").await;
    check(KEYS, "GET", "orders", &take("GID_other"), "200").await;
    // Each key with its own secret only.
    check(
        ("shop", KEYS.1),
        "POST",
        "orders",
        "",
        "SignatureDoesNotMatch",
    )
    .await;
    check(
        (KEYS.0, SHOP.1),
        "POST",
        "orders",
        "",
        "SignatureDoesNotMatch",
    )
    .await;
    check(
        ("nobody", KEYS.1),
        "POST",
        "orders",
        "",
        "InvalidAccessKeyId",
    )
    .await;
    // What was refused has made nothing.
    let overview = bench.broker.overview();
    let topics: Vec<&str> = overview.topics.iter().map(|t| t.topic.as_str()).collect();
    assert_eq!(topics, ["orders", "pay-in", "stock"]);
}

#[tokio::test]
async fn without_auto_create_only_what_is_named_is_there() {
    let config = "auto-create = false\n[[topics]]\nname = 't'\n[[groups]]\nname = 'G'\n";
    let bench = Bench::new(config).await;
    let check = async |method: &str, topic: &str, query: &str, expected: &str| {
        let body = match method {
            "POST" => message("a"),
            "DELETE" => HANDLES.to_owned(),
            _ => String::new(),
        };
        let answer = bench.ask(method, &target(topic, query), &body).await;
        assert_eq!(
            answer.code(),
            expected,
            "{method} {topic} {query}: {answer:?}"
        );
    };
    check("POST", "t", "", "201").await;
    check("POST", "u", "", "TopicNotExist").await;
    check("GET", "t", &take("G"), "200").await;
    check("GET", "u", &take("G"), "TopicNotExist").await;
    check("GET", "t", &take("H"), "AccessDenied").await;
    check("GET", "u", &take("H"), "TopicNotExist").await;
    check("DELETE", "t", "?consumer=H", "AccessDenied").await;
    check("DELETE", "u", "?consumer=G", "TopicNotExist").await;
    check("DELETE", "t", "?consumer=G", "404").await;
    // A group that is named has its dead letters.
    check("GET", "%25DLQ%25G", &take("G"), "MessageNotExist").await;
    check("GET", "%25DLQ%25H", &take("G"), "TopicNotExist").await;
    assert_eq!(bench.broker.overview().topics.len(), 2);
}

#[tokio::test]
async fn only_the_instances_that_are_named_are_there() {
    let bench = Bench::new("instances = ['MQ_INST_1', 'MQ_INST_2']").await;
    for (query, expected) in [
        ("?ns=MQ_INST_1", "201"),
        ("?ns=MQ_INST_2", "201"),
        ("?ns=MQ_INST_3", "TopicNotExist"),
        ("?ns=", "TopicNotExist"),
        ("", "TopicNotExist"),
    ] {
        let answer = bench.ask("POST", &target("t", query), &message("a")).await;
        assert_eq!(answer.code(), expected, "{query:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_topic_of_one_kind_refuses_messages_of_another() {
    let config = "
        [[topics]]\nname = 'normal'\nkind = 'normal'
        [[topics]]\nname = 'fifo'\nkind = 'fifo'
        [[topics]]\nname = 'delay'\nkind = 'delay'
        [[topics]]\nname = 'transaction'\nkind = 'transaction'
        [[topics]]\nname = 'any'
    ";
    let bench = Bench::new(config).await;
    let special = [
        ("fifo", "__SHARDINGKEY:k|"),
        ("delay", "__STARTDELIVERTIME:1795342448000|"),
        ("transaction", "__TransCheckT:10|"),
    ];
    for topic in ["normal", "fifo", "delay", "transaction", "any", "not-named"] {
        let plain = bench.ask("POST", &target(topic, ""), &message("a")).await;
        assert_eq!(plain.code(), "201", "{topic}");
        for (kind, properties) in special {
            let good = [kind, "any", "not-named"].contains(&topic);
            let expected = if good { "201" } else { "InvalidArgument" };
            let body = format!(
                "<Message><MessageBody>a</MessageBody><Properties>{properties}</Properties></Message>"
            );
            let answer = bench.ask("POST", &target(topic, ""), &body).await;
            assert_eq!(answer.code(), expected, "{kind} to {topic}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn limits_are_those_of_the_file() {
    let config = "[limits]\nmax-body = 10\nmax-tag = 3\n";
    let bench = Bench::new(config).await;
    let tagged = |tag: &str| {
        format!("<Message><MessageBody>a</MessageBody><MessageTag>{tag}</MessageTag></Message>")
    };
    for (body, expected) in [
        (message(&"x".repeat(10)), "201"),
        (message(&"x".repeat(11)), "InvalidArgument"),
        (tagged("abc"), "201"),
        (tagged("abcd"), "InvalidArgument"),
    ] {
        let answer = bench.ask("POST", "/topics/t/messages", &body).await;
        assert_eq!(answer.code(), expected, "{body}: {answer:?}");
    }
}

#[tokio::test]
async fn groups_and_topics_have_the_rules_of_the_file() {
    let config = "[[topics]]\nname = 't'\nretention = '1h'\n\
                  [[groups]]\nname = 'G'\ninvisible-time = '3s'\nmax-deliveries = 2\n\
                  [[groups]]\nname = 'L'\nstart = 'latest'\n";
    let bench = Bench::new(config).await;
    let poll = async |topic: &str, group: &str, expected: &str| {
        let answer = bench.ask("GET", &target(topic, &take(group)), "").await;
        assert_eq!(answer.code(), expected, "{topic} {group}: {answer:?}");
    };
    let published = bench.ask("POST", &target("t", ""), &message("a")).await;
    assert_eq!(published.code(), "201");
    poll("t", "L", "MessageNotExist").await;
    for _ in 0..2 {
        poll("t", "G", "200").await;
        poll("t", "G", "MessageNotExist").await;
        bench.hand.advance(std::time::Duration::from_secs(3));
    }
    poll("t", "G", "MessageNotExist").await;
    poll("%25DLQ%25G", "H", "200").await;
    // Another group may still have the message, as long as its topic keeps it.
    poll("t", "H", "200").await;
    bench.hand.advance(std::time::Duration::from_secs(3_600));
    poll("t", "I", "MessageNotExist").await;
}
