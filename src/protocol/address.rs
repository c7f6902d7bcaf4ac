//! What an address says of itself: whose cluster it leads to, in which region, and whether it is the
//! one for HTTP at all. Reads names only, as the vendors' consoles show them; asks no network.

use super::Profile;

/// What is known of an address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// Whose it is, if its name says so.
    pub vendor: Option<Profile>,
    /// Region, as the vendor writes it.
    pub region: Option<String>,
    /// Account at Aliyun.
    pub account: Option<String>,
    /// Instance that the name begins with, where it does.
    pub instance: Option<String>,
    /// Reached from inside of the vendor's network only.
    pub private: bool,
    /// It is that of the TCP protocol.
    pub tcp: bool,
}

/// What people paste: a whole address, with or without scheme, port and path.
pub fn read_address(text: &str) -> Option<Address> {
    let text = text.trim();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', ';']).next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse::<u16>().ok()),
        None => (authority, None),
    };
    let labels: Vec<&str> = host.split('.').collect();
    let lower = host.to_ascii_lowercase();
    let known = if lower.ends_with(".aliyuncs.com") {
        aliyun(&labels)
    } else if lower.ends_with(".tencenttdmq.com") || lower.ends_with(".tencentyun.com") {
        Some(tencent(&labels, port))
    } else {
        None
    };
    let tcp = port.is_some_and(is_tcp_port);
    match known {
        Some(address) => Some(Address {
            tcp: address.tcp || tcp,
            ..address
        }),
        None => tcp.then(|| Address {
            tcp,
            ..Address::default()
        }),
    }
}

/// Whether RocketMQ's name servers (9876) and brokers (10911, with 10909 and 10912 beside it) speak
/// their own protocol on this port. [doc]
pub fn is_tcp_port(port: u16) -> bool {
    matches!(port, 9_876 | 10_909 | 10_911 | 10_912)
}

/// `{account}.mqrest.{region}.aliyuncs.com` is HTTP; the names of instances are TCP. [doc]
fn aliyun(labels: &[&str]) -> Option<Address> {
    let second = labels.get(1)?.to_ascii_lowercase();
    let region = |label: &str| {
        let label = label.to_ascii_lowercase();
        let (name, inside) = match label.strip_suffix("-internal") {
            Some(name) => (name.to_owned(), true),
            None => (label, false),
        };
        let is_region = name.contains('-') && !name.starts_with("mq");
        is_region.then_some((name, inside))
    };
    let found = labels.iter().skip(1).find_map(|label| region(label));
    let inside = labels
        .iter()
        .any(|l| l.contains("-internal") || *l == "vpc");
    let address = Address {
        vendor: Some(Profile::Aliyun),
        region: found.as_ref().map(|(name, _)| name.clone()),
        private: inside || found.is_some_and(|(_, inside)| inside),
        ..Address::default()
    };
    if second == "mqrest" {
        let account = (*labels.first()?).to_owned();
        return Some(Address {
            account: Some(account).filter(|id| id.bytes().all(|b| b.is_ascii_digit())),
            ..address
        });
    }
    let first = *labels.first()?;
    let upper = first.to_ascii_uppercase();
    let is_instance = upper.starts_with("MQ_INST_") || upper.starts_with("RMQ-CN-");
    let is_queue = |label: &&str| {
        let label = label.to_ascii_lowercase();
        label == "mq" || label == "rmq" || label.starts_with("mq-")
    };
    (is_instance || labels.iter().any(is_queue)).then(|| Address {
        instance: upper.starts_with("MQ_INST_").then(|| first.to_owned()),
        tcp: true,
        ..address
    })
}

/// `{cluster}.rocketmq.{region}.[public.]tencenttdmq.com`; a cluster of 5.x is `rmq-…`, whose port
/// 8080 is the one of the SDKs that speak no HTTP of this kind.
fn tencent(labels: &[&str], port: Option<u16>) -> Address {
    let place = labels
        .iter()
        .position(|l| l.eq_ignore_ascii_case("rocketmq"));
    let region = place.and_then(|place| labels.get(place + 1));
    let first = labels.first().copied().unwrap_or_default();
    let new = first.to_ascii_lowercase().starts_with("rmq-");
    Address {
        vendor: Some(Profile::Tdmq),
        region: region.map(|region| (*region).to_owned()),
        private: !labels.iter().any(|l| l.eq_ignore_ascii_case("public")),
        tcp: new && matches!(port, Some(8_080 | 8_081)),
        ..Address::default()
    }
}

impl Address {
    /// A name for a connection to it.
    pub fn name(&self) -> Option<String> {
        let vendor = match self.vendor? {
            Profile::Aliyun => "aliyun",
            _ => "tdmq",
        };
        Some(match &self.region {
            Some(region) => format!("{vendor} {region}"),
            None => vendor.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str) -> Address {
        read_address(text).unwrap_or_default()
    }

    #[test]
    fn addresses_of_aliyun_tell_account_region_and_network() {
        let http = |text: &str, region: &str, private: bool| {
            let address = read(text);
            assert_eq!(address.vendor, Some(Profile::Aliyun), "{text}");
            assert_eq!(address.region.as_deref(), Some(region), "{text}");
            assert_eq!(
                address.account.as_deref(),
                Some("1380156306793859"),
                "{text}"
            );
            assert_eq!((address.private, address.tcp), (private, false), "{text}");
        };
        let account = "1380156306793859";
        http(
            &format!(" http://{account}.mqrest.cn-hangzhou.aliyuncs.com\n"),
            "cn-hangzhou",
            false,
        );
        http(
            &format!("{account}.mqrest.ap-southeast-1.aliyuncs.com"),
            "ap-southeast-1",
            false,
        );
        http(
            &format!("https://{account}.mqrest.cn-chengdu-internal.aliyuncs.com/topics"),
            "cn-chengdu",
            true,
        );
    }

    #[test]
    fn the_addresses_of_tcp_are_told_from_those_of_http() {
        let tcp = |text: &str, vendor: Option<Profile>, instance: Option<&str>| {
            let address = read(text);
            assert!(address.tcp, "{text}");
            assert_eq!(address.vendor, vendor, "{text}");
            assert_eq!(address.instance.as_deref(), instance, "{text}");
        };
        let aliyun = Some(Profile::Aliyun);
        let id = "MQ_INST_138015630679_BAAy1Hac";
        for rest in [
            ".cn-chengdu.mq-internal.aliyuncs.com:8080",
            ".mq.cn-chengdu.aliyuncs.com:80",
            ".mq-internet-access.mq-internet.aliyuncs.com:80",
        ] {
            tcp(&format!("http://{id}{rest}"), aliyun, Some(id));
        }
        tcp(
            "rmq-cn-2r42.cn-hangzhou.rmq.aliyuncs.com:8080",
            aliyun,
            None,
        );
        let tencent = Some(Profile::Tdmq);
        tcp(
            "rocketmq-x.rocketmq.ap-gz.public.tencenttdmq.com:9876",
            tencent,
            None,
        );
        tcp(
            "rmq-1.rocketmq.gz.qcloud.tencenttdmq.com:8080",
            tencent,
            None,
        );
        tcp("10.0.0.7:9876", None, None);
        tcp("broker.example:10911", None, None);
    }

    #[test]
    fn addresses_of_tencent_tell_their_region() {
        let address = read("http://rocketmq-x.rocketmq.ap-gz.public.tencenttdmq.com");
        assert_eq!(address.vendor, Some(Profile::Tdmq));
        assert_eq!(address.region.as_deref(), Some("ap-gz"));
        assert!(!address.private && !address.tcp);
        assert_eq!(address.name().as_deref(), Some("tdmq ap-gz"));
    }

    #[test]
    fn of_other_addresses_nothing_is_known() {
        for text in [
            "",
            "http://127.0.0.1:8080",
            "localhost:8080",
            "http://mq.example:8080",
            "oss-cn-hangzhou.aliyuncs.com",
            "http://[::1]:9",
        ] {
            assert_eq!(read_address(text), None, "{text}");
        }
    }
}
