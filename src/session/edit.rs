//! A connection while it is being filled in: free text, checked as one types.

use secrecy::SecretString;

use crate::client::{Endpoint, InvalidEndpoint};
use crate::config::{ConnectionProfile, ProxyUrl};
use crate::credentials::Credentials;
use crate::protocol::address::read_address;
use crate::protocol::{GroupId, InstanceId, InvalidName, Profile, TopicName};

use super::Command;
use super::checkup::{CheckupCommand, ExamineOrder};
use super::draft::FieldProblem;
use super::say::{Level, Say};

/// The connection form. Has no `Debug`: it holds secrets while they are typed.
pub struct ConnectionEdit {
    /// Everything but the keys.
    pub profile: ConnectionProfile,
    /// AK as typed; empty to leave the kept keys alone.
    pub access_key: String,
    /// SK as typed.
    pub secret_key: String,
    /// STS token as typed; empty for none.
    pub security_token: String,
    /// Token of a sandbox's admin API as typed; empty for none.
    pub admin_token: String,
    /// Whether keys are kept already, as far as is known: then the admin token may come alone.
    pub keys_kept: bool,
}

/// What becomes of the keys of a connection.
#[derive(Debug, Clone)]
pub enum KeysEdit {
    /// They are left alone.
    Keep,
    /// All of them are new.
    Replace(Credentials),
    /// Those that are kept get this token of a sandbox's admin API.
    AdminToken(SecretString),
}

/// A field of the connection form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionField {
    /// Name.
    Name,
    /// Endpoint.
    Endpoint,
    /// Instance id.
    Instance,
    /// Default topic.
    Topic,
    /// Default group.
    Group,
    /// AK or SK.
    Keys,
    /// Proxy.
    Proxy,
}

impl ConnectionEdit {
    /// A form for a new connection, or for a known one.
    pub fn of(profile: Option<&ConnectionProfile>) -> Self {
        Self {
            profile: profile
                .cloned()
                .unwrap_or_else(|| ConnectionProfile::new("", Profile::Tdmq)),
            access_key: String::new(),
            secret_key: String::new(),
            security_token: String::new(),
            admin_token: String::new(),
            keys_kept: profile.is_some(),
        }
    }

    /// What is wrong, field by field.
    pub fn problems(&self) -> Vec<FieldProblem<ConnectionField>> {
        let profile = &self.profile;
        let mut problems = Vec::new();
        let mut refuse = |field, say| problems.push(FieldProblem::error(field, say));
        if profile.name.trim().is_empty() {
            refuse(ConnectionField::Name, Say::new("problem-connection-name"));
        }
        if let Err(error) = profile.endpoint.parse::<Endpoint>() {
            refuse(ConnectionField::Endpoint, of_endpoint(&error));
        }
        let mut name = |field, what, error: Option<InvalidName>| {
            if let Some(error) = error {
                refuse(field, Say::name(what, &error));
            }
        };
        let optional = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let instance = optional(&profile.instance).map(|text| text.parse::<InstanceId>());
        let topic = optional(&profile.topic).map(|text| text.parse::<TopicName>());
        let group = optional(&profile.group).map(|text| text.parse::<GroupId>());
        name(
            ConnectionField::Instance,
            "instance",
            instance.and_then(Result::err),
        );
        name(ConnectionField::Topic, "topic", topic.and_then(Result::err));
        name(ConnectionField::Group, "group", group.and_then(Result::err));
        if typed(&profile.proxy) && profile.proxy.parse::<ProxyUrl>().is_err() {
            refuse(ConnectionField::Proxy, Say::new("problem-proxy"));
        }
        let both = typed(&self.access_key) && typed(&self.secret_key);
        let alone = self.has_only_admin_token() && self.keys_kept;
        if self.has_keys() && !both && !alone {
            refuse(ConnectionField::Keys, Say::new("problem-half-keys"));
        }
        problems
    }

    /// What may be wrong, field by field: it can be saved all the same.
    pub fn doubts(&self) -> Vec<FieldProblem<ConnectionField>> {
        let mut doubts = Vec::new();
        let mut doubt = |field, say| {
            doubts.push(FieldProblem {
                field,
                level: Level::Warning,
                say,
            });
        };
        if let Some(address) = read_address(&self.profile.endpoint) {
            let other = address.vendor.filter(|vendor| *vendor != self.profile.kind);
            if let Some(say) = address.doubt() {
                doubt(ConnectionField::Endpoint, say);
            } else if other.is_some() {
                doubt(ConnectionField::Endpoint, Say::new("doubt-other-vendor"));
            }
        }
        if self.looks_swapped() {
            doubt(ConnectionField::Keys, Say::new("doubt-keys-swapped"));
        }
        let inside = |text: &String| text.trim().contains(char::is_whitespace);
        if inside(&self.access_key) || inside(&self.secret_key) {
            doubt(ConnectionField::Keys, Say::new("doubt-keys-blank"));
        }
        doubts
    }

    /// Keys tell by how they begin which of the two they are: those of Aliyun with `LTAI`, the key
    /// of a role of TDMQ with `eyJ`, as tokens do.
    fn looks_swapped(&self) -> bool {
        let begin = match self.profile.kind {
            Profile::Aliyun => "LTAI",
            Profile::Tdmq => "eyJ",
            Profile::Sandbox => return false,
        };
        let is_one = |text: &str| text.trim().starts_with(begin);
        is_one(&self.secret_key) && !is_one(&self.access_key)
    }

    /// Takes over what the endpoint says of itself, as far as nothing else was filled in: called
    /// when it was typed or pasted.
    pub fn take_address(&mut self) {
        let Some(address) = read_address(&self.profile.endpoint) else {
            return;
        };
        if let Some(vendor) = address.vendor {
            self.profile.kind = vendor;
        }
        let fill = |text: &mut String, found: Option<String>| {
            if text.trim().is_empty()
                && let Some(found) = found
            {
                *text = found;
            }
        };
        fill(&mut self.profile.name, address.name());
        fill(&mut self.profile.instance, address.instance);
    }

    /// Whether any of the keys or the token was typed.
    pub fn has_keys(&self) -> bool {
        [
            &self.access_key,
            &self.secret_key,
            &self.security_token,
            &self.admin_token,
        ]
        .iter()
        .any(|text| typed(text))
    }

    /// Whether the admin token was typed and nothing that requests are signed with.
    fn has_only_admin_token(&self) -> bool {
        let signing = [&self.access_key, &self.secret_key, &self.security_token];
        typed(&self.admin_token) && !signing.iter().any(|text| typed(text))
    }

    /// Whether saving it would make requests go elsewhere or be signed otherwise than by `old`.
    pub fn leads_elsewhere(&self, old: &ConnectionProfile) -> bool {
        let new = &self.profile;
        (self.has_keys() && !self.has_only_admin_token())
            || new.endpoint.trim() != old.endpoint
            || new.instance.trim() != old.instance
            || new.proxy.trim() != old.proxy
            || new.ca_file.trim() != old.ca_file
    }

    /// The command that saves it.
    pub fn command(&self) -> Command {
        let (profile, keys) = self.filled_in();
        Command::SaveConnection(Box::new(profile), keys)
    }

    /// The command that examines it, saved or not.
    pub fn examine(&self, consume: bool) -> Command {
        let (profile, keys) = self.filled_in();
        let order = ExamineOrder {
            profile,
            keys,
            consume,
        };
        Command::Checkup(CheckupCommand::Examine(Box::new(order)))
    }

    /// Profile and keys, with white space at the ends of what was pasted trimmed.
    fn filled_in(&self) -> (ConnectionProfile, KeysEdit) {
        let mut profile = self.profile.clone();
        for text in [
            &mut profile.name,
            &mut profile.endpoint,
            &mut profile.instance,
            &mut profile.topic,
            &mut profile.group,
            &mut profile.proxy,
            &mut profile.ca_file,
        ] {
            *text = text.trim().to_owned();
        }
        let keys = if self.has_only_admin_token() {
            KeysEdit::AdminToken(self.admin_token.trim().into())
        } else if self.has_keys() {
            KeysEdit::Replace(
                Credentials::from_pasted(&self.access_key, &self.secret_key, &self.security_token)
                    .with_admin_token(&self.admin_token),
            )
        } else {
            KeysEdit::Keep
        };
        (profile, keys)
    }
}

fn typed(text: &str) -> bool {
    !text.trim().is_empty()
}

fn of_endpoint(error: &InvalidEndpoint) -> Say {
    match error {
        InvalidEndpoint::Empty | InvalidEndpoint::NotAUrl { .. } => Say::new("problem-endpoint"),
        InvalidEndpoint::Scheme { .. } => Say::new("problem-endpoint-scheme"),
        InvalidEndpoint::UserInfo => Say::new("problem-endpoint-keys"),
        InvalidEndpoint::Extra { .. } => Say::new("problem-endpoint-path"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_fills_in_what_it_says_and_nothing_that_was_typed() {
        let mut edit = ConnectionEdit::of(None);
        edit.profile.endpoint = "http://12.mqrest.cn-hangzhou.aliyuncs.com".to_owned();
        edit.take_address();
        assert_eq!(edit.profile.kind, Profile::Aliyun);
        assert_eq!(edit.profile.name, "aliyun cn-hangzhou");
        assert!(edit.doubts().is_empty());
        edit.profile.endpoint = "MQ_INST_1_a.mq.cn-hangzhou.aliyuncs.com:80".to_owned();
        edit.profile.name = "mine".to_owned();
        edit.take_address();
        assert_eq!(edit.profile.instance, "MQ_INST_1_a");
        assert_eq!(edit.profile.name, "mine");
        let doubts = |edit: &ConnectionEdit| -> Vec<&'static str> {
            edit.doubts().iter().map(|doubt| doubt.say.key).collect()
        };
        assert_eq!(doubts(&edit), ["doubt-tcp-aliyun"]);
        edit.profile.endpoint = "http://x.rocketmq.gz.public.tencenttdmq.com".to_owned();
        edit.secret_key = " LTAI5t".to_owned();
        edit.access_key = "a b".to_owned();
        let all = [
            "doubt-other-vendor",
            "doubt-keys-swapped",
            "doubt-keys-blank",
        ];
        assert_eq!(doubts(&edit), all);
    }

    #[test]
    fn each_field_gets_its_own_problem() {
        let check = |change: &dyn Fn(&mut ConnectionEdit), expected: &[ConnectionField]| {
            let mut edit = ConnectionEdit::of(None);
            edit.profile.name = "staging".to_owned();
            edit.profile.endpoint = " http://127.0.0.1:8080 ".to_owned();
            change(&mut edit);
            let found: Vec<_> = edit.problems().iter().map(|p| p.field).collect();
            assert_eq!(found, expected);
        };
        check(&|_| (), &[]);
        check(&|e| e.profile.name = " ".into(), &[ConnectionField::Name]);
        check(
            &|e| e.profile.endpoint = "ftp://x".into(),
            &[ConnectionField::Endpoint],
        );
        check(
            &|e| e.profile.topic = "a b".into(),
            &[ConnectionField::Topic],
        );
        check(
            &|e| e.profile.group = "组".into(),
            &[ConnectionField::Group],
        );
        for wrong in ["host:nowhere", "socks5://host:1080", "http://"] {
            check(
                &|e| e.profile.proxy = wrong.into(),
                &[ConnectionField::Proxy],
            );
        }
        check(&|e| e.profile.proxy = " host:3128 ".into(), &[]);
        check(&|e| e.access_key = "ak".into(), &[ConnectionField::Keys]);
        check(
            &|e| e.security_token = "sts".into(),
            &[ConnectionField::Keys],
        );
        // To what should it be added?
        check(
            &|e| e.admin_token = "token".into(),
            &[ConnectionField::Keys],
        );
        let kept = |e: &mut ConnectionEdit| {
            e.keys_kept = true;
            e.admin_token = "token".into();
        };
        check(&kept, &[]);
        check(
            &|e| {
                kept(e);
                e.secret_key = "sk".into();
            },
            &[ConnectionField::Keys],
        );
    }
}
