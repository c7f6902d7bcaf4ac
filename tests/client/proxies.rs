//! Through which proxy the program goes, from its settings to the wire: the one of the connection, the
//! one of all of them, the system's, or none. The servers here are the proxies; there is no broker.

use std::process::{Command, Output};

use super::*;

/// Nobody has this name: it is reached through a proxy or not at all.
const BROKER: &str = "http://broker.invalid:8080";

const MADE_UP: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// `mqscope publish` with a file of settings, where the environment names `system` as the proxy.
async fn publish(config: String, system: String, options: &'static [&'static str]) -> Output {
    let run = move || {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mqscope"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_lowercase();
            if text.starts_with("mqscope_") || text.ends_with("_proxy") {
                command.env_remove(name);
            }
        }
        command
            .args(["publish", "--profile", "desk", "--topic", "orders"])
            .args(options)
            .arg("hello")
            .env("HOME", home.path())
            .env("LC_ALL", "C")
            .env("MQSCOPE_CONFIG_DIR", home.path())
            .env("MQSCOPE_ACCESS_KEY", ACCESS_KEY)
            .env("MQSCOPE_SECRET_KEY", SECRET_KEY)
            // The keys of the environment are taken where there is no keyring.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
            .envs(MADE_UP.map(|name| (name, system.as_str())))
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn config(of_all: &str, own: &str, endpoint: &str) -> String {
    format!(
        "[preferences]\nproxy = '{of_all}'\n[[profiles]]\nid = 'desk'\nname = 'desk'\n\
         endpoint = '{endpoint}'\nproxy = '{own}'\n"
    )
}

#[tokio::test]
async fn a_request_goes_through_the_proxy_that_is_set_and_no_other() {
    let servers = [
        Server::always(receipt()).await,
        Server::always(receipt()).await,
        Server::always(receipt()).await,
    ];
    let [system, of_all, own] = servers.each_ref().map(Server::url);
    let seen = || servers.each_ref().map(|server| server.seen().len());
    let none = String::new();
    for (setting, of_it, expected) in [
        ("system", &none, [1, 0, 0]),
        ("none", &none, [0, 0, 0]),
        (of_all.as_str(), &none, [0, 1, 0]),
        ("system", &own, [0, 0, 1]),
        ("none", &own, [0, 0, 1]),
        (of_all.as_str(), &own, [0, 0, 1]),
    ] {
        let before = seen();
        let text = config(setting, of_it, BROKER);
        let output = publish(text, system.clone(), &[]).await;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let after = seen();
        let found = [0, 1, 2].map(|at| after[at] - before[at]);
        assert_eq!(found, expected, "{setting} {of_it}: {told}");
        // Without a proxy, the name is asked for here, where nobody knows it.
        let code = if expected == [0, 0, 0] { 4 } else { 0 };
        assert_eq!(
            output.status.code(),
            Some(code),
            "{setting} {of_it}: {told}"
        );
    }
    for server in &servers {
        let requests = server.seen();
        assert!(!requests.is_empty());
        for request in requests {
            // As one writes to a proxy: with the broker's whole address.
            assert!(request.target.starts_with(BROKER), "{}", request.target);
            assert_eq!(request.header("host"), "broker.invalid:8080");
        }
    }
}

#[tokio::test]
async fn a_broker_on_this_machine_is_reached_without_the_proxies_that_are_meant_for_all() {
    let broker = Server::always(receipt()).await;
    let proxy = Server::always(receipt()).await;
    for (n, setting) in ["system", "none", &proxy.url()].into_iter().enumerate() {
        let text = config(setting, "", &broker.url());
        let output = publish(text, proxy.url(), &[]).await;
        assert!(output.status.success(), "{setting}: {output:?}");
        assert_eq!((broker.seen().len(), proxy.seen().len()), (n + 1, 0));
        assert!(broker.seen().iter().all(server::Seen::is_signed));
    }
}

#[tokio::test]
async fn a_name_in_the_settings_that_means_nothing_is_told_and_everything_else_holds() {
    let broker = Server::always(receipt()).await;
    let file = config("none", "", &broker.url());
    let text = file.replace(
        "[[profiles]]",
        "them = 'dark'\n[[profiles]]\nendpiont = 'x'",
    );
    let told = async |options| {
        let output = publish(text.clone(), broker.url(), options).await;
        assert!(output.status.success(), "{output:?}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert_eq!(stdout.lines().count(), 1, "the result alone: {stdout}");
        String::from_utf8(output.stderr).unwrap()
    };
    let stderr = told(&[]).await;
    let [first, second] = stderr.lines().collect::<Vec<_>>()[..] else {
        panic!("two warnings: {stderr}");
    };
    for part in ["config.toml", "“them”", "“theme”", "ine 3, column 1"] {
        assert!(first.contains(part), "{part}: {first}");
    }
    for part in ["“endpiont”", "“endpoint”", "ine 5, column 1"] {
        assert!(second.contains(part), "{part}: {second}");
    }
    let stderr = told(&["--lang", "zh-CN"]).await;
    assert!(stderr.contains("第 3 行第 1 列"), "{stderr}");
}
