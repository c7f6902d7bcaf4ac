//! `mqscope sandbox`: the sandbox broker without a window, for test suites in any language.
//! Writes nothing to disk.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use super::exit::{Exit, Failure, Outcome};
use super::span;
use super::stop::Stop;
use crate::clock::Clock;
use crate::sandbox::{Sandbox, SandboxSettings};

const ACCESS_KEY: &str = "MQSCOPE_SANDBOX_ACCESS_KEY";
const SECRET_KEY: &str = "MQSCOPE_SANDBOX_SECRET_KEY";

const EXAMPLES: &str = "\
Prints `listening on http://ADDR` on stdout once it takes requests, and ends cleanly on SIGINT
and SIGTERM. Topics and groups are created on first use; everything is gone when it ends.

Clients sign with the keys in MQSCOPE_SANDBOX_ACCESS_KEY and MQSCOPE_SANDBOX_SECRET_KEY, by
default `sandbox` and `sandbox-secret`. The default keys are no secret, so with them it listens
on this machine only.

Examples:
  mqscope sandbox
  mqscope sandbox --listen 127.0.0.1:0 --invisible-time 2s
  mqscope sandbox --max-deliveries 3
  MQSCOPE_SANDBOX_SECRET_KEY=… mqscope sandbox --listen 0.0.0.0:8080

Exit codes:
  0  stopped by SIGINT or SIGTERM
  2  wrong usage
  4  the address cannot be taken, for example because something else listens there";

/// Arguments of `mqscope sandbox`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeSandbox {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = parse_address)]
    listen: SocketAddr,
    /// How long a consumed message is invisible to its group
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = span::parse_positive)]
    invisible_time: Duration,
    /// The same for messages consumed in order
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = span::parse_positive)]
    order_invisible_time: Duration,
    /// Deliveries without an ack after which a message goes to %DLQ%{group}
    #[arg(long, value_name = "N", default_value_t = 288, value_parser = clap::value_parser!(u32).range(1..))]
    max_deliveries: u32,
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    // Not asked of the resolver: that would let a hosts file open us to the network.
    let address = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    address
        .parse()
        .map_err(|_| "write it as 127.0.0.1:8080 or [::1]:8080".to_owned())
}

impl ServeSandbox {
    pub(super) async fn run(self, clock: Clock) -> Outcome {
        let settings = self.settings(|name| std::env::var(name).ok())?;
        let mut stop = Stop::listen()?;
        let listen = settings.listen;
        let sandbox = Sandbox::bind(settings, clock).await.map_err(|error| {
            let message = if error.is_address_in_use() {
                format!(
                    "{listen} is in use by another program; stop that one, or choose another port \
                     with --listen (port 0 picks a free one)"
                )
            } else {
                error.to_string()
            };
            Failure::new(Exit::NoConnection, "listen", message)
        })?;
        announce(sandbox.addr());
        sandbox
            .run(async move { stop.requested().await })
            .await
            .map_err(|error| Failure::new(Exit::Refused, "sandbox", error.to_string()))?;
        Ok(Exit::Done)
    }

    fn settings(&self, get: impl Fn(&str) -> Option<String>) -> Result<SandboxSettings, Failure> {
        let given = |name: &str| {
            let value = get(name)?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let default = SandboxSettings::default();
        let default_secret = default.secret_key.expose_secret().to_owned();
        let secret_key = given(SECRET_KEY).unwrap_or_else(|| default_secret.clone());
        if secret_key == default_secret && !self.listen.ip().to_canonical().is_loopback() {
            return Err(Failure::usage(
                "keys",
                format!(
                    "{} can be reached from other machines, and the default keys are known to \
                     everybody; set {SECRET_KEY} (and {ACCESS_KEY}), or listen on 127.0.0.1",
                    self.listen
                ),
            ));
        }
        Ok(SandboxSettings {
            listen: self.listen,
            access_key: given(ACCESS_KEY).unwrap_or(default.access_key),
            secret_key: SecretString::from(secret_key),
            invisible_time: self.invisible_time,
            order_invisible_time: self.order_invisible_time,
            max_deliveries: self.max_deliveries,
        })
    }
}

/// Says where it listens, as plain text: the line that scripts wait for.
fn announce(address: SocketAddr) {
    use std::io::Write as _;
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
        let settings = parse("").unwrap().settings(|_| None).unwrap();
        let default = SandboxSettings::default();
        assert_eq!(settings.listen, default.listen);
        assert_eq!(settings.access_key, default.access_key);
        assert_eq!(settings.invisible_time, default.invisible_time);
        assert_eq!(settings.order_invisible_time, default.order_invisible_time);
        assert_eq!(settings.max_deliveries, default.max_deliveries);
    }

    #[test]
    fn the_default_keys_stay_on_this_machine() {
        let check = |listen: &str, secret: Option<&str>, good: bool| {
            let settings = parse(&format!("--listen {listen}"))
                .unwrap()
                .settings(|name| (name == SECRET_KEY).then(|| secret.map(str::to_owned))?);
            assert_eq!(settings.is_ok(), good, "{listen} {secret:?}");
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
    fn wrong_arguments_are_refused() {
        for wrong in [
            "--listen 8080",
            "--invisible-time 0s",
            "--listen host:1",
            "--max-deliveries 0",
        ] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong}");
        }
    }
}
