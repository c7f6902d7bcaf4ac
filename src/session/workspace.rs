//! What comes back after a restart or a crash: the views with what was typed into their heads,
//! the draft, where everything lay. Never a message, a handle or a secret.
//!
//! A value that is compared and kept; when and where is the business of others. Keys that this
//! version does not know are passed over, missing ones have defaults.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ConnectionId;
use super::draft::Draft;
use super::form::ConsumeForm;
use super::subscription::SubscriptionId;
use super::table::SavedTable;

/// Everything that comes back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Workspace {
    /// The connection one worked with.
    pub selected: ConnectionId,
    /// The consume views, in the order in which they were opened.
    pub views: Vec<SavedView>,
    /// The view that was shown, by its id.
    pub shown: Option<SubscriptionId>,
    /// The publish form; `None` for the one of a first start.
    pub draft: Option<Draft>,
    /// The folder of the file that was written or read last.
    pub last_folder: Option<PathBuf>,
    /// How the tabs lay, as the window writes it down.
    pub layout: Option<serde_json::Value>,
    /// How everything around them was arranged, in the same way.
    pub around: Option<serde_json::Value>,
}

/// What only the window knows of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WindowPart {
    /// The publish form; `None` if it is too large to be kept.
    pub draft: Option<Draft>,
    /// How the tabs lie.
    pub layout: Option<serde_json::Value>,
    /// How everything around them is arranged.
    pub around: Option<serde_json::Value>,
}

/// A consume view without its messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its id, which the layout names.
    pub id: SubscriptionId,
    /// Its head.
    #[serde(default)]
    pub form: ConsumeForm,
    /// Whether it listened. Only the sandbox is listened to again by itself: elsewhere looking
    /// takes messages away from somebody.
    #[serde(default)]
    pub running: bool,
    /// The file that it shows, if it shows one. It is read once somebody looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// How its table is set up.
    #[serde(default)]
    pub table: SavedTable,
}

impl Workspace {
    /// Reads what [`Workspace::to_json`] wrote.
    ///
    /// # Errors
    /// When it is not such a text.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// As text, readable by people too.
    ///
    /// # Errors
    /// None is known.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_and_gaps_are_filled() {
        let workspace = Workspace {
            selected: ConnectionId::Profile("a".to_owned()),
            views: vec![SavedView {
                id: SubscriptionId(7),
                form: ConsumeForm {
                    connection: ConnectionId::Profile("a".to_owned()),
                    topic: "orders".to_owned(),
                    ..ConsumeForm::default()
                },
                running: true,
                file: Some(PathBuf::from("/x/y.jsonl")),
                table: SavedTable {
                    filter: "tag:\"".to_owned(),
                    ..SavedTable::default()
                },
            }],
            shown: Some(SubscriptionId(7)),
            draft: Some(Draft {
                body: "你好".to_owned(),
                ..Draft::default()
            }),
            last_folder: Some(PathBuf::from("/x")),
            layout: Some(serde_json::json!({"a": [1, 2]})),
            around: Some(serde_json::json!({"b": 3})),
        };
        let text = workspace.to_json().unwrap();
        assert_eq!(Workspace::from_json(&text).unwrap(), workspace);
        assert_eq!(Workspace::from_json("{}").unwrap(), Workspace::default());
        let later = r#"{"views": [{"id": 3, "shape": 1}], "later": {}}"#;
        let read = Workspace::from_json(later).unwrap();
        assert_eq!(read.views[0].form, ConsumeForm::default());
        assert!(Workspace::from_json("{\"views\": 3}").is_err());
    }
}
