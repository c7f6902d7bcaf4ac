//! The form of a connection in the vendors' words: what an address tells, what is doubted and saved
//! all the same, how what the doctor finds leads back to its field, and profiles as text.

use std::net::TcpListener;

use mqscope::protocol::Profile;

use crate::support::{Place, Start, Window, en, en_with};

const ENDPOINT: &str = "HTTP endpoint";

fn form() -> Window {
    let mut window = Window::open();
    window.click(&en("connection-add"));
    window
}

fn type_endpoint(window: &mut Window, text: &str) {
    window.fill(Place::Only, ENDPOINT, text);
}

#[test]
fn a_pasted_address_tells_whose_it_is_and_fills_in_the_rest() {
    let mut window = form();
    assert!(window.is_chosen(&en("kind-tdmq")));
    window.assert_shows(&en("where-keys-tdmq"));
    type_endpoint(
        &mut window,
        "http://1380156306793859.mqrest.cn-hangzhou.aliyuncs.com",
    );
    assert!(window.is_chosen(&en("kind-aliyun")));
    let values = [("region", "cn-hangzhou"), ("account", "1380156306793859")];
    window.assert_shows(&en_with("address-aliyun", &values));
    for place in ["endpoint", "instance", "keys", "token", "topic"] {
        window.assert_shows(&en(&format!("where-{place}-aliyun")));
    }
    window.assert_not_shown(&en("where-keys-tdmq"));
    assert_eq!(window.value(Place::Only, "Name"), "aliyun cn-hangzhou");
    // What was typed stays, whatever comes later.
    window.fill(Place::Only, "Name", "prod");
    type_endpoint(
        &mut window,
        "http://x.rocketmq.ap-gz.public.tencenttdmq.com",
    );
    assert!(window.is_chosen(&en("kind-tdmq")));
    assert_eq!(window.value(Place::Only, "Name"), "prod");
    window.assert_shows(&en_with("address-tdmq", &[("region", "ap-gz")]));
}

#[test]
fn an_address_of_tcp_is_told_and_saved_only_by_whoever_was_told() {
    let mut window = form();
    let id = "MQ_INST_138015630679_BAAy1Hac";
    type_endpoint(
        &mut window,
        &format!("http://{id}.mq.cn-chengdu.aliyuncs.com:80"),
    );
    window.assert_shows(&en("doubt-tcp-aliyun"));
    assert_eq!(window.value(Place::Only, "Instance ID"), id);
    assert!(!window.has(&en("save")));
    type_endpoint(&mut window, "10.0.0.7:9876");
    window.assert_shows(&en("doubt-tcp"));
    window.fill(Place::Only, &en("keys-ak-aliyun"), "me");
    window.fill(Place::Only, &en("keys-sk-aliyun"), "LTAI5tQw");
    window.assert_shows(&en("doubt-keys-swapped"));
    window.fill(Place::Only, "Name", "desk");
    window.click(&en("save-anyway"));
    window.until("it is saved", |window| window.has("Use desk"));
    assert!(window.config_text().contains("10.0.0.7:9876"));
}

#[test]
fn what_is_wrong_gets_the_keyboard() {
    let mut window = form();
    window.fill(Place::Only, "Name", "desk");
    window.click(&en("save"));
    assert!(window.has_keyboard(ENDPOINT));
    window.assert_shows(&en("problem-endpoint"));
}

#[test]
fn what_the_doctor_finds_leads_back_to_its_field() {
    // Closed again at once: nobody listens there.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = nobody.local_addr().unwrap();
    drop(nobody);
    let mut window = form();
    window.fill(Place::Only, "Name", "desk");
    type_endpoint(&mut window, &format!("http://{addr}"));
    window.click(&en("checkup-button"));
    window.until_shown(&en("trouble-no-keys"));
    let ak = en("keys-ak-tdmq");
    window.click(&en_with("checkup-go", &[("field", &ak)]));
    assert!(window.has_keyboard(&ak));

    window.fill(Place::Only, &ak, "ak");
    window.fill(Place::Only, &en("keys-sk-tdmq"), "sk");
    window.click(&en("checkup-button"));
    window.until_shown(&en("checkup-bad"));
    window.click(&en_with("checkup-go", &[("field", ENDPOINT)]));
    assert!(window.has_keyboard(ENDPOINT));
    assert!(
        window.has(&en("connection-new-title")),
        "the form is still open"
    );
}

#[test]
fn a_profile_is_copied_as_text_and_pasted_elsewhere() {
    let start = Start::default().with("desk", Profile::Aliyun, "http://mq.example:8080");
    let mut window = Window::start(start);
    window.until_running();
    window.click("Edit desk…");
    window.click(&en("export-profile"));
    let text = window.copied().to_owned();
    window.click(&en("cancel"));

    window.click(&en("connection-add"));
    window.click(&en("import-open"));
    let field = en("import-text");
    window.fill(Place::Only, &field, "[[profiles]]\nname = ");
    window.click(&en("import-take"));
    window.assert_shows("This text cannot be read, from line 2");
    window.fill(Place::Only, &field, &text);
    window.click(&en("import-take"));
    assert_eq!(
        window.value(Place::Only, ENDPOINT),
        "http://mq.example:8080"
    );
    assert!(window.is_chosen(&en("kind-aliyun")));
    window.fill(Place::Only, "Name", "desk 2");
    window.click(&en("save"));
    window.until("both are there", |window| {
        window.has("Use desk") && window.has("Use desk 2")
    });
}

#[test]
fn a_connection_without_keys_says_so_and_leads_to_them() {
    let start = Start::default().with("desk", Profile::Tdmq, "http://127.0.0.1:9");
    let mut window = Window::start(start);
    window.until_running();
    window.assert_not_shown(&en("connections-none"));
    window.click("Use desk");
    window.click(&en("view-new"));
    window.until_shown(&en("empty-keys"));
    window.click(&en("empty-keys-add"));
    assert!(window.has(&en("connection-edit-title")));
    assert!(window.has_keyboard(&en("keys-ak-tdmq")));
}

#[test]
fn a_sandbox_that_does_not_run_can_be_started_again() {
    // Not an address of this machine.
    let mut window = Window::start(Start {
        listen: "192.0.2.1:8080".parse().unwrap(),
        ..Start::default()
    });
    window.until_shown(&en("empty-sandbox"));
    window.assert_shows(&en("connections-none"));
    window.assert_shows("Notices 1");
    // One is beside its name, one in the view.
    window.click_topmost(&en("sandbox-start"));
    // It tried, and says again why it could not.
    window.until_shown("Notices 2");
    window.assert_shows(&en("empty-sandbox"));
    window.click(&en("empty-add-connection"));
    assert!(window.has(&en("connection-new-title")));
}
