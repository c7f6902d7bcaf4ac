//! Why does it not work, and how would a program do it: the examination of a connection in its form,
//! and programs for what is filled in.

use mqscope::protocol::Profile;
use mqscope::sandbox::{AccessRule, Sandbox, SandboxSettings};

use crate::support::{Place, Start, Window, en, en_with};

const SK: &str = "Secret key (SK) – the role’s name";
const AK: &str = "Access key (AK) – the role’s key";

/// A window with a connection to a server that is there.
fn beside_a_server() -> (Window, tokio::sync::oneshot::Sender<()>) {
    let mut window = Window::open();
    let settings = SandboxSettings {
        listen: ([127, 0, 0, 1], 0).into(),
        keys: vec![AccessRule::new("ak-desk", "sk-desk")],
        ..SandboxSettings::default()
    };
    let bind = Sandbox::bind(settings, window.clock().clone());
    let server = window.runtime().block_on(bind).unwrap();
    let addr = server.addr();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    window.runtime().spawn(server.run(async move {
        let _ = stopped.await;
    }));
    window.click("Add connection…");
    window.fill(Place::Only, "Name", "desk");
    window.fill(
        Place::Only,
        &en("connection-endpoint"),
        &format!("http://{addr}"),
    );
    window.fill(Place::Only, AK, "ak-desk");
    (window, stop)
}

#[test]
fn a_connection_is_examined_before_it_is_saved() {
    let (mut window, _stop) = beside_a_server();
    // Nothing is sent while something is missing.
    window.click("Check connection");
    window.assert_not_shown(&en("checkup-title"));
    window.assert_shows(&en("problem-half-keys"));

    window.fill(Place::Only, SK, "not the secret");
    window.click("Check connection");
    window.until_shown(&en("checkup-bad"));
    let wrong = format!("Signature: {}", en("doctor-signature-wrong"));
    window.assert_shows(&wrong);
    window.assert_shows(&en_with("doctor-signature-wrong-next", &[("kind", "tdmq")]));
    assert!(
        window.has("Signature: wrong") && window.has("HTTP: well"),
        "{}",
        window.tree()
    );
    // Of what was not checked there is one line.
    assert!(window.has("Topic, Consumer group: not checked"));
    window.assert_not_shown("not the secret");

    window.fill(Place::Only, SK, "sk-desk");
    window.click("Check connection");
    window.until_shown(&en("checkup-good"));
    window.assert_not_shown(&wrong);
    // Nothing of it is left for the next form.
    window.click("Cancel");
    window.click("Add connection…");
    window.assert_not_shown(&en("checkup-title"));
}

#[test]
fn an_examination_consumes_only_if_it_may() {
    let (mut window, _stop) = beside_a_server();
    window.fill(Place::Only, SK, "sk-desk");
    let consume = en("checkup-consume");
    assert!(!window.has(&consume));
    window.fill(Place::Only, &en("connection-topic"), "orders");
    window.fill(Place::Only, &en("connection-group"), "GID_desk");
    window.click("Check connection");
    window.until_shown(&en("checkup-good"));
    let careful = en_with("doctor-group-good", &[("group", "GID_desk")]);
    assert!(window.texts_with(&careful).len() == 1, "{}", window.tree());
    window.click(&consume);
    window.click("Check connection");
    window.until("the group is proved", |window| {
        let proved = en_with("doctor-group-empty", &[("group", "GID_desk")]);
        !window.texts_with(&proved).is_empty()
    });
}

#[test]
fn a_program_is_shown_for_the_form_and_for_a_view() {
    let mut window = Window::open();
    window.click("Code…");
    window.assert_shows(&en("code-publish-title"));
    let program = |window: &Window, name: &str| window.value(Place::Only, name);
    let java = program(&window, "Publish.java");
    assert!(java.contains("new TopicMessage(body, \"TagA\")") && java.contains("order-1043"));
    window.click("Shell");
    let shell = program(&window, "publish.sh");
    assert!(shell.contains("openssl") && shell.contains("127.0.0.1"));
    assert!(!shell.contains("sandbox-secret"));
    window.click("Close");
    window.assert_not_shown(&en("code-publish-title"));

    window.click(&en("code-consume-title"));
    assert!(program(&window, "consume.sh").contains("consumer=GID_debug"));
    window.click("Node.js");
    assert!(program(&window, "consume.mjs").contains("consumeMessage(batch, waitSecs)"));
    window.click("Close");

    // What could not be published has no program: the form says why.
    window.fill(Place::Form, "Topic", "or ders");
    window.click("Code…");
    window.assert_not_shown(&en("code-publish-title"));
}

#[test]
fn a_saved_connection_is_examined_with_its_kept_keys() {
    let start = Start::default().with("desk", Profile::Tdmq, "http://127.0.0.1:9");
    start.secrets.store(
        "desk",
        &mqscope::credentials::Credentials::from_pasted("ak", "sk", ""),
    );
    let mut window = Window::start(start);
    window.until_running();
    window.click(&en_with("connection-edit", &[("name", "desk")]));
    window.click("Check connection");
    window.until_shown(&en("checkup-bad"));
    assert!(window.has("TCP: wrong"), "{}", window.tree());
}
