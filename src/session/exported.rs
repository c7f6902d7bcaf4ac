//! Profiles as text that people give each other: written without secrets, read with care. The text is
//! that of the configuration's file.

use crate::config::{Config, ConnectionProfile};
use crate::explained::file::mistake;

use super::say::Say;

/// The profiles of a text, each with an id of its own.
///
/// # Errors
/// Why it is not such a text.
pub fn read_profiles(text: &str) -> Result<Vec<ConnectionProfile>, Say> {
    let mut config = Config::default();
    match config.import(text.trim()) {
        Ok(0) => Err(Say::new("import-none")),
        Ok(_) => Ok(config.profiles),
        Err(error) => Err(match error.position() {
            Some((line, column)) => Say::new("import-damaged")
                .with("line", line)
                .with("column", column)
                .with_say("why", mistake(&error.what())),
            None => Say::new("import-none"),
        }),
    }
}

/// A profile as text, without id and secrets.
pub fn write_profile(profile: &ConnectionProfile) -> Option<String> {
    let config = Config {
        profiles: vec![profile.clone()],
        ..Config::default()
    };
    config.export().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::protocol::Profile;

    #[test]
    fn what_is_written_is_read_with_another_id() {
        let mut profile = ConnectionProfile::new("订单 prod", Profile::Aliyun);
        profile.endpoint = "http://1.mqrest.cn-hangzhou.aliyuncs.com".to_owned();
        profile.proxy = "http://me:hush@proxy".to_owned();
        let text = write_profile(&profile).unwrap();
        assert!(
            !text.contains("hush") && !text.contains(&profile.id),
            "{text}"
        );
        let read = read_profiles(&format!("\n {text} \n")).unwrap();
        assert_eq!(read.len(), 1);
        assert_ne!(read[0].id, profile.id);
        assert_eq!(read[0].name, profile.name);
        assert_eq!(read[0].endpoint, profile.endpoint);
    }

    #[test]
    fn what_is_no_export_is_said_to_be_none() {
        let check = |text: &str, key: &'static str| {
            assert_eq!(read_profiles(text).map_err(|say| say.key), Err(key));
        };
        check("", "import-none");
        check("a = 1", "import-none");
        check("[[profiles]]\nname = ", "import-damaged");
        check("hello", "import-damaged");
    }
}
