//! `mqscope sandbox`: the sandbox broker without a window, for test suites in any language.
//! Settings come from flags, then the environment (keys only), then a file, then the defaults.
//! Writes nothing to disk unless it gets a folder for that.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;

use super::exit::{Exit, Failure, Outcome};
use super::language::{file_at, texts};
use super::output;
use super::stop::Stop;
use super::values;
use crate::clock::Clock;
use crate::explained::sandbox::{exposed, obstacle};
use crate::protocol::faults::FaultRule;
use crate::sandbox::queue::GroupStart;
use crate::sandbox::{
    AccessRule, DEFAULT_CONFIG, Exposure, Sandbox, SandboxError, SandboxErrorKind, SandboxSettings,
    parse_config,
};

/// Names where the sandbox of the window listens, instead of the usual place.
pub const LISTEN_VARIABLE: &str = "MQSCOPE_SANDBOX_LISTEN";

const ACCESS_KEY: &str = "MQSCOPE_SANDBOX_ACCESS_KEY";
const SECRET_KEY: &str = "MQSCOPE_SANDBOX_SECRET_KEY";
/// What opens the admin API of a sandbox, and what `mqscope admin` opens it with.
pub(super) const ADMIN_TOKEN: &str = "MQSCOPE_SANDBOX_ADMIN_TOKEN";

const EXAMPLES: &str = "  mqscope sandbox
  mqscope sandbox --listen 127.0.0.1:0 --invisible-time 2s
  mqscope sandbox --fault publish:orders:500:next=3 --fault 'any:*:latency=10ms..200ms:p=0.2'
  mqscope sandbox --data-dir ./sandbox-data
  mqscope sandbox --print-config > sandbox.toml
  mqscope sandbox --config sandbox.toml
  mqscope sandbox --max-deliveries 3
  MQSCOPE_SANDBOX_SECRET_KEY=… mqscope sandbox --listen 0.0.0.0:8080";

/// Arguments of `mqscope sandbox`. Each has its key in the file.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeSandbox {
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[arg(long, exclusive = true)]
    print_config: bool,
    #[arg(long, value_name = "ADDR", value_parser = SandboxSettings::parse_listen)]
    listen: Option<SocketAddr>,
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    auto_create: Option<bool>,
    #[arg(long, value_name = "TIME", value_parser = values::positive_time)]
    invisible_time: Option<Duration>,
    #[arg(long, value_name = "TIME", value_parser = values::positive_time)]
    order_invisible_time: Option<Duration>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_deliveries: Option<u32>,
    #[arg(long, value_name = "TIME", value_parser = values::positive_time)]
    retention: Option<Duration>,
    #[arg(long, value_name = "oldest|latest", value_parser = group_start)]
    group_start: Option<GroupStart>,
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    data_dir: Option<PathBuf>,
    #[arg(long = "fault", value_name = "RULE", value_parser = values::fault)]
    faults: Vec<FaultRule>,
    #[arg(long, value_name = "N")]
    fault_seed: Option<u64>,
}

impl ServeSandbox {
    pub(super) async fn run(self, clock: Clock) -> Outcome {
        if self.print_config {
            return print_config();
        }
        let file = self.config.as_deref().map(read).transpose()?;
        let settings = self.settings(file.as_deref(), |name| std::env::var(name).ok())?;
        let mut stop = Stop::listen()?;
        let listen = settings.listen;
        let sandbox =
            Sandbox::bind(settings, clock.movable())
                .await
                .map_err(|error| match error.kind() {
                    SandboxErrorKind::Store => Failure::new(Exit::Refused, "store", told(&error)),
                    SandboxErrorKind::AddressInUse => {
                        let address = [("address", listen.to_string().into())];
                        let message = texts().format("cli-say-address", &address);
                        Failure::new(Exit::NoConnection, "listen", message)
                    }
                    _ => Failure::new(Exit::NoConnection, "listen", told(&error)),
                })?;
        announce(sandbox.addr());
        if let Some(now) = sandbox.moved_time() {
            let now = [("now", now.to_string().into())];
            output::notice(&texts().format("cli-say-time-moved", &now));
        }
        sandbox
            .run(async move { stop.requested().await })
            .await
            .map_err(|error| Failure::new(Exit::Refused, "sandbox", told(&error)))?;
        Ok(Exit::Done)
    }

    fn settings(
        &self,
        file: Option<&str>,
        get: impl Fn(&str) -> Option<String>,
    ) -> Result<SandboxSettings, Failure> {
        let path = self.config.as_deref().unwrap_or(Path::new(""));
        let mut settings = parse_config(file.unwrap_or_default(), &get).map_err(|error| {
            let at = (error.line, error.column);
            Failure::usage("config", file_at(path, at, &error.message))
        })?;
        // A path in a file is meant from where the file is; `join` leaves an absolute one alone.
        let beside = |dir: PathBuf| path.parent().map_or(dir.clone(), |folder| folder.join(dir));
        settings.data_dir = self.data_dir.clone().or(settings.data_dir.map(beside));
        settings.listen = self.listen.unwrap_or(settings.listen);
        settings.auto_create = self.auto_create.unwrap_or(settings.auto_create);
        settings.invisible_time = self.invisible_time.unwrap_or(settings.invisible_time);
        settings.order_invisible_time = self
            .order_invisible_time
            .unwrap_or(settings.order_invisible_time);
        settings.max_deliveries = self.max_deliveries.unwrap_or(settings.max_deliveries);
        settings.retention = self.retention.unwrap_or(settings.retention);
        settings.group_start = self.group_start.unwrap_or(settings.group_start);
        settings.faults.seed = self.fault_seed.unwrap_or(settings.faults.seed);
        if !self.faults.is_empty() {
            settings.faults.rules.clone_from(&self.faults);
        }
        let token = get(ADMIN_TOKEN).map(|token| token.trim().to_owned());
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            settings.admin_token = Some(token.into());
        }
        if let Some(rule) = rule_of_environment(&settings, get) {
            settings.keys = vec![rule];
        }
        settings.check_exposure().map_err(refused)?;
        Ok(settings)
    }
}

/// Where the sandbox of the window listens: where [`LISTEN_VARIABLE`] says, or else at the usual place.
///
/// # Errors
/// What stands in the variable is no address; so says this, in the language of this process.
pub fn window_listen(variable: impl Fn(&str) -> Option<String>) -> Result<SocketAddr, String> {
    let typed = variable(LISTEN_VARIABLE).unwrap_or_default();
    if typed.trim().is_empty() {
        return Ok(SandboxSettings::default().listen);
    }
    SandboxSettings::parse_listen(&typed).map_err(|_| {
        let values = [("name", LISTEN_VARIABLE.into()), ("typed", typed.into())];
        texts().format("cli-say-listen-variable", &values)
    })
}

/// What is in its way, with the words of whoever found it behind it.
fn told(error: &SandboxError) -> String {
    let (say, said) = obstacle(error);
    let say = texts().say(&say);
    match said {
        Some(said) => {
            let values = [("what", say.into()), ("words", said.into())];
            texts().format("cli-say-with-words", &values)
        }
        None => say,
    }
}

fn refused(exposure: Exposure) -> Failure {
    let why = texts().say(&exposed(&exposure));
    match exposure {
        Exposure::DefaultKeys { .. } => Failure::usage(
            "keys",
            texts().format(
                "cli-say-set-keys",
                &[
                    ("why", why.into()),
                    ("secret", SECRET_KEY.into()),
                    ("access", ACCESS_KEY.into()),
                ],
            ),
        ),
        _ => Failure::usage("token", why),
    }
}

fn group_start(text: &str) -> Result<GroupStart, String> {
    match text {
        "oldest" => Ok(GroupStart::Oldest),
        "latest" => Ok(GroupStart::Latest),
        _ => Err(texts().get("cli-wrong-group-start").to_owned()),
    }
}

/// The key of the environment, which may use everything. What it leaves out is that of the first
/// key that would count without it.
fn rule_of_environment(
    settings: &SandboxSettings,
    get: impl Fn(&str) -> Option<String>,
) -> Option<AccessRule> {
    let given = |name: &str| {
        let value = get(name)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    let (access_key, secret_key) = (given(ACCESS_KEY), given(SECRET_KEY));
    if access_key.is_none() && secret_key.is_none() {
        return None;
    }
    let first = settings.client_keys()?;
    Some(AccessRule::new(
        access_key.unwrap_or(first.access_key),
        secret_key.map_or(first.secret_key, SecretString::from),
    ))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let values = [
            ("name", path.display().to_string().into()),
            ("why", error.to_string().into()),
        ];
        Failure::usage("config", texts().format("cli-say-file", &values))
    })
}

fn print_config() -> Outcome {
    let mut stdout = std::io::stdout().lock();
    // Whoever closes the pipe has seen enough.
    let _ = stdout
        .write_all(DEFAULT_CONFIG.as_bytes())
        .and_then(|()| stdout.flush());
    Ok(Exit::Done)
}

/// Says where it listens, as plain text: the line that scripts wait for.
fn announce(address: SocketAddr) {
    let mut stdout = std::io::stdout().lock();
    // It serves whether or not somebody reads this.
    let _ = writeln!(stdout, "listening on http://{address}").and_then(|()| stdout.flush());
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::{Arguments, Command};
    use super::*;
    use clap::Parser as _;

    fn parse(arguments: &str) -> Result<ServeSandbox, clap::Error> {
        let line = format!("mqscope sandbox {arguments}");
        match Arguments::try_parse_from(line.split_whitespace())?.command {
            Some(Command::Sandbox(sandbox)) => Ok(sandbox),
            _ => unreachable!(),
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        let settings = parse("").unwrap().settings(None, |_| None).unwrap();
        let default = SandboxSettings::default();
        assert_eq!(format!("{settings:?}"), format!("{default:?}"));
        assert_eq!(settings.keys[0].access_key, default.keys[0].access_key);
    }

    #[test]
    fn the_window_listens_where_the_variable_says() {
        let at = |typed: &'static str| {
            window_listen(move |name| (name == "MQSCOPE_SANDBOX_LISTEN").then(|| typed.to_owned()))
        };
        let usual = SandboxSettings::default().listen;
        assert_eq!(window_listen(|_| None), Ok(usual));
        assert_eq!(at(" "), Ok(usual));
        assert_eq!(at("localhost:0"), Ok(([127, 0, 0, 1], 0).into()));
        assert_eq!(at("[::1]:9000"), Ok("[::1]:9000".parse().unwrap()));
        for wrong in ["8080", "here", "127.0.0.1:70000"] {
            let why = at(wrong).unwrap_err();
            assert!(why.contains(wrong) && why.contains("MQSCOPE_SANDBOX_LISTEN"));
        }
    }

    /// The help says what the defaults are, for the flags have none of their own.
    #[test]
    fn the_help_names_the_defaults() {
        use crate::protocol::span;
        let mut command = super::super::command(crate::i18n::Lang::En);
        let sandbox = command.find_subcommand_mut("sandbox").unwrap();
        let help = sandbox.render_long_help().to_string();
        let default = SandboxSettings::default();
        for (flag, expected) in [
            ("--listen", default.listen.to_string()),
            ("--auto-create", default.auto_create.to_string()),
            ("--max-deliveries", default.max_deliveries.to_string()),
        ] {
            let (_, rest) = help.split_once(flag).unwrap();
            assert!(rest.contains(&format!("[default: {expected}]")), "{flag}");
        }
        for (text, expected) in [
            ("5m", default.invisible_time),
            ("1m", default.order_invisible_time),
            ("3d", default.retention),
        ] {
            assert!(help.contains(&format!("[default: {text}]")));
            assert_eq!(span::parse(text), Ok(expected));
        }
    }

    #[test]
    fn faults_are_taken_in_their_order() {
        let arguments = "--fault publish:t:500:next=3 --fault-seed 7 --fault any:*:latency=1ms";
        let settings = parse(arguments).unwrap().settings(None, |_| None).unwrap();
        let rules = settings.faults.rules.iter().map(ToString::to_string);
        assert_eq!(settings.faults.seed, 7);
        assert_eq!(
            rules.collect::<Vec<_>>(),
            ["publish:t:internal-error:next=3", "any:*:latency=1ms"]
        );
    }

    #[test]
    fn the_default_keys_stay_on_this_machine() {
        let check = |listen: &str, secret: Option<&str>, good: bool| {
            let get = |name: &str| (name == SECRET_KEY).then(|| secret.map(str::to_owned))?;
            let flag = parse(&format!("--listen {listen}")).unwrap();
            assert_eq!(
                flag.settings(None, get).is_ok(),
                good,
                "{listen} {secret:?}"
            );
            let file = format!("listen = '{listen}'");
            let settings = parse("").unwrap().settings(Some(&file), get);
            assert_eq!(settings.is_ok(), good, "{file} {secret:?}");
        };
        check("127.0.0.1:0", None, true);
        check("127.0.0.2:1", None, true);
        check("localhost:1", None, true);
        check("[::1]:0", None, true);
        check("[::ffff:127.0.0.1]:0", None, true);
        check("0.0.0.0:0", None, false);
        check("[::]:0", None, false);
        check("10.0.0.1:80", Some("sandbox-secret"), false);
        check("10.0.0.1:80", Some(" "), false);
        check("10.0.0.1:80", Some("mine"), true);
    }

    #[test]
    fn one_default_secret_among_many_keys_is_enough_to_be_refused() {
        let keys = |secret: &str| {
            format!(
                "listen = '0.0.0.0:1'\n[[keys]]\naccess-key = 'a'\nsecret-key = 'mine'\n\
                 [[keys]]\naccess-key = 'b'\nsecret-key = '{secret}'\n"
            )
        };
        let settings = |file: &str| parse("").unwrap().settings(Some(file), |_| None);
        assert!(settings(&keys("sandbox-secret")).is_err());
        assert!(settings(&keys("mine too")).is_ok());
    }

    #[test]
    fn flags_and_environment_win_over_the_file() {
        let file = "listen = '127.0.0.1:1'\nauto-create = true\ninvisible-time = '1s'\n\
                    order-invisible-time = '2s'\ndata-dir = 'here'\nmax-deliveries = 3\nretention = '4s'\n\
                    group-start = 'oldest'\nfaults = ['any:*:qps']\nfault-seed = 1\n\
                    [[keys]]\naccess-key = 'a'\nsecret-key = 'b'\n";
        let flags = "--listen 127.0.0.1:2 --auto-create false --invisible-time 3s \
                     --order-invisible-time 4s --max-deliveries 5 --retention 6s --data-dir there \
                     --group-start latest --fault publish:t:500 --fault ack:*:403 --fault-seed 2";
        let faults = |settings: &SandboxSettings| {
            let rules = settings.faults.rules.iter().map(ToString::to_string);
            (rules.collect::<Vec<_>>(), settings.faults.seed)
        };
        let none = parse("").unwrap().settings(Some(file), |_| None).unwrap();
        assert_eq!(none.listen.port(), 1);
        assert_eq!(none.keys[0].access_key, "a");
        assert_eq!(none.data_dir, Some("here".into()));
        assert_eq!(none.group_start, GroupStart::Oldest);
        assert_eq!(
            faults(&none),
            (vec!["any:*:qps-limit-exceeded".to_owned()], 1)
        );
        let elsewhere = parse("--config /etc/mq/sandbox.toml").unwrap();
        let beside = elsewhere.settings(Some(file), |_| None).unwrap();
        assert_eq!(beside.data_dir, Some("/etc/mq/here".into()));
        let get = |name: &str| (name == ACCESS_KEY).then(|| "mine".to_owned());
        let won = parse(flags).unwrap().settings(Some(file), get).unwrap();
        assert_eq!(won.listen.port(), 2);
        assert!(!won.auto_create);
        assert_eq!(won.invisible_time, Duration::from_secs(3));
        assert_eq!(won.order_invisible_time, Duration::from_secs(4));
        assert_eq!(won.max_deliveries, 5);
        assert_eq!(won.retention, Duration::from_secs(6));
        assert_eq!(won.data_dir, Some("there".into()));
        assert_eq!(won.group_start, GroupStart::Latest);
        let rules = ["publish:t:internal-error", "ack:*:access-denied"];
        assert_eq!(faults(&won), (rules.map(str::to_owned).to_vec(), 2));
        assert_eq!(won.keys.len(), 1);
        assert_eq!(won.keys[0].access_key, "mine");
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for wrong in [
            "--listen 8080",
            "--invisible-time 0s",
            "--listen host:1",
            "--auto-create maybe",
            "--max-deliveries 0",
            "--fault publish:t:partial-ack",
            "--fault-seed x",
            "--retention 0s",
            "--print-config --listen 127.0.0.1:1",
        ] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong}");
        }
    }
}
