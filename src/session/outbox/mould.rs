//! A draft whose texts may hold variables: read once, then filled in for one message after the
//! other. A draft with variables switched off is left exactly as it is.

use crate::session::draft::{Draft, DraftField, FieldProblem};
use crate::session::say::Say;
use crate::session::variables::{Template, Values, VariableError, Wrong, place};

/// Errors that are shown of one text.
const SHOWN: usize = 3;

/// A draft that is ready to be filled in.
#[derive(Debug)]
pub(super) struct Mould {
    draft: Draft,
    /// One for each text of the draft, in the order of [`Draft::visit_texts`].
    templates: Vec<Template>,
}

impl Mould {
    /// Reads the variables.
    pub(super) fn of(draft: &Draft) -> Result<Self, Vec<FieldProblem<DraftField>>> {
        let mut draft = draft.clone();
        let (mut templates, mut problems) = (Vec::new(), Vec::new());
        if draft.variables {
            draft.visit_texts(&mut |field, text| match Template::parse(text) {
                Ok(template) => templates.push(template),
                Err(errors) => {
                    let errors = errors.iter().take(SHOWN);
                    problems.extend(errors.map(|error| problem(field, text, error)));
                }
            });
        }
        if problems.is_empty() {
            Ok(Self { draft, templates })
        } else {
            Err(problems)
        }
    }

    /// The draft of one message, without variables.
    pub(super) fn fill_in(
        &self,
        values: &mut Values<'_>,
    ) -> Result<Draft, Vec<FieldProblem<DraftField>>> {
        let mut draft = self.draft.clone();
        draft.variables = false;
        let mut problems = Vec::new();
        let mut templates = self.templates.iter();
        draft.visit_texts(&mut |field, text| {
            // There is none at all where variables are off.
            let Some(template) = templates.next().filter(|t| !is_plain(t, text)) else {
                return;
            };
            match template.render(values) {
                Ok(filled) => *text = filled,
                Err(error) => problems.push(problem(field, text, &error)),
            }
        });
        if problems.is_empty() {
            Ok(draft)
        } else {
            Err(problems)
        }
    }

    /// The fields that differ from message to message.
    pub(super) fn changing_fields(&self) -> Vec<DraftField> {
        let mut fields = Vec::new();
        let mut templates = self.templates.iter();
        self.draft.clone().visit_texts(&mut |field, _| {
            if templates.next().is_some_and(|t| !t.is_constant()) && !fields.contains(&field) {
                fields.push(field);
            }
        });
        fields
    }

    /// Whether a text holds the number of the message.
    pub(super) fn counts(&self) -> bool {
        self.templates.iter().any(Template::counts)
    }

    /// Whether a text holds columns of a file.
    pub(super) fn needs_row(&self) -> bool {
        self.templates.iter().any(Template::needs_row)
    }

    pub(super) fn draft(&self) -> &Draft {
        &self.draft
    }
}

/// A text that was not changed by reading need not be copied: bodies can be large.
fn is_plain(template: &Template, text: &str) -> bool {
    template.is_constant() && !text.contains("{{")
}

fn problem(field: DraftField, text: &str, error: &VariableError) -> FieldProblem<DraftField> {
    let at = place(text, error.at);
    let say = match &error.what {
        Wrong::Unclosed => Say::new("problem-variable-unclosed"),
        Wrong::Empty => Say::new("problem-variable-empty"),
        Wrong::Unknown { name, like: None } => {
            Say::new("problem-variable-unknown").with("name", name)
        }
        Wrong::Unknown {
            name,
            like: Some(like),
        } => Say::new("problem-variable-unknown-like")
            .with("name", name)
            .with("like", like),
        Wrong::Usage(usage) => Say::new("problem-variable-usage").with("usage", usage),
        Wrong::Time(why) => Say::new("problem-variable-time").with("why", why),
        Wrong::Secret(name) => Say::new("problem-variable-secret").with("name", name),
        Wrong::NotInEnvironment(name) => {
            Say::new("problem-variable-environment").with("name", name)
        }
        Wrong::NoRow => Say::new("problem-variable-no-row"),
        Wrong::NoColumn { name, like: None } => {
            Say::new("problem-variable-column").with("name", name)
        }
        Wrong::NoColumn {
            name,
            like: Some(like),
        } => Say::new("problem-variable-column-like")
            .with("name", name)
            .with("like", like),
    };
    FieldProblem::error(field, say.with("at", at))
}
