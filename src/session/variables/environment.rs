//! Variables of the environment as a value. Whoever starts the application reads them; keys of
//! mqscope itself are left out, and none is ever printed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The environment that `{{env NAME}}` reads. Clones share it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(Arc<BTreeMap<String, String>>);

impl Environment {
    /// These variables, without those that hold a key.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter();
        Self(Arc::new(
            variables.filter(|(name, _)| !is_secret(name)).collect(),
        ))
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Others keep tokens in the environment too.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({} variables)", self.0.len())
    }
}

/// Whether this is the name of a variable that mqscope reads a key from.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.starts_with("MQSCOPE_")
        && ["KEY", "TOKEN", "SECRET", "PASSWORD"]
            .iter()
            .any(|word| name.contains(word))
}
