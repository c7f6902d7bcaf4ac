//! Connections: several of them, the form of each kind, its mistakes, and what the doctor finds.

use mqscope::config::ProfileColor;
use mqscope::credentials::Credentials;
use mqscope::i18n::Lang;
use mqscope::protocol::Profile;

use crate::album::Album;
use crate::stage::{Stage, start};
use crate::support::Place;

pub(crate) fn from_the_form_to_the_doctor(lang: Lang, album: &Album) {
    let mut start = start(lang)
        .with(
            "staging",
            Profile::Tdmq,
            "http://rocketmq-x4k.ap-gz.public.tencenttdmq.com",
        )
        .with(
            "production",
            Profile::Aliyun,
            "http://1234.mqrest.cn-hangzhou.aliyuncs.com",
        )
        .with("ci", Profile::Sandbox, "http://127.0.0.1:9");
    for (place, color) in [ProfileColor::Amber, ProfileColor::Red, ProfileColor::Blue]
        .into_iter()
        .enumerate()
    {
        start.config.profiles[place].color = color;
    }
    start.config.profiles[1].read_only = true;
    let keys = Credentials::from_pasted("sandbox", "not-the-secret", "");
    start.secrets.store("staging", &keys);
    let mut stage = Stage::begin(lang, album, start);
    stage.paint("connections");
    stage.stop();
    stage.click("connection-add");
    stage.paint("connection-form");
    stage.click("save");
    stage.fill(Place::Only, "connection-endpoint", "ftp://mq");
    stage.fill(Place::Only, "connection-topic", "or ders");
    stage.paint("connection-mistakes");
    for (key, view) in [
        ("kind-aliyun", "connection-aliyun"),
        ("kind-sandbox", "connection-sandbox"),
    ] {
        stage.click(key);
        stage.paint(view);
    }
    stage.click("cancel");

    // A broker that knows the access key, and another secret.
    let endpoint = format!("http://{}", stage.window.sandbox_addr());
    stage.click_with("connection-edit", &[("name", "staging")]);
    stage.fill(Place::Only, "connection-endpoint", &endpoint);
    examine(&mut stage, "checkup-bad");
    stage.paint("doctor-wrong");
    stage.fill(Place::Only, "keys-ak-tdmq", "sandbox");
    stage.fill(Place::Only, "keys-sk-tdmq", "sandbox-secret");
    examine(&mut stage, "checkup-good");
    stage.paint("doctor-well");
    stage.click("delete");
    stage.paint("connection-delete");
    stage.click("cancel");

    // The other kinds say it in words of their own.
    stage.click_with("connection-edit", &[("name", "production")]);
    stage.fill(Place::Only, "connection-endpoint", &endpoint);
    stage.fill(Place::Only, "keys-ak-aliyun", "LTAI5tNobodyHasThisKey");
    stage.fill(Place::Only, "keys-sk-aliyun", "not-the-secret");
    examine(&mut stage, "checkup-bad");
    stage.paint("doctor-aliyun-wrong");
    stage.fill(Place::Only, "keys-ak-aliyun", "sandbox");
    stage.fill(Place::Only, "keys-sk-aliyun", "sandbox-secret");
    examine(&mut stage, "checkup-good");
    stage.paint("doctor-aliyun-well");
    stage.click("cancel");
    stage.click_with("connection-edit", &[("name", "ci")]);
    stage.fill(Place::Only, "keys-ak-sandbox", "sandbox");
    stage.fill(Place::Only, "keys-sk-sandbox", "sandbox-secret");
    examine(&mut stage, "checkup-bad");
    stage.paint("doctor-sandbox-wrong");
    stage.fill(Place::Only, "connection-endpoint", &endpoint);
    examine(&mut stage, "checkup-good");
    stage.paint("doctor-sandbox-well");
}

/// Asks the doctor and waits for this verdict of a check that has ended.
fn examine(stage: &mut Stage<'_>, verdict: &str) {
    stage.click("checkup-button");
    let (verdict, running) = (stage.t(verdict), stage.t("checkup-running"));
    stage.window.until("the doctor is done", |window| {
        window.shows(&verdict) && !window.shows(&running)
    });
}
