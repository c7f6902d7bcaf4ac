//! Finds out how a request was signed: right, with one known mistake, or with two of them.

use super::cause::CauseKind;
use super::mistakes::{Change, Evidence, PARTS, signed_at_another_time};
use super::signature::Digest;
use super::trial::{KeyRing, Trial};

/// Most variants of one part that are combined with those of the others: thousands of orders of
/// many parameters, each with each key, would take longer than anybody waits.
const MAX_COMBINED: usize = 130;

/// How a request was signed.
pub(super) struct Found {
    /// The mistakes that lead there, each enough by itself; none if it is signed right.
    pub(super) alone: Vec<CauseKind>,
    /// A second mistake that was needed along with the first.
    pub(super) together_with: Option<CauseKind>,
    pub(super) trial: Trial,
}

/// `None` if no known mistake, nor two of them, explains the digest.
pub(super) fn how_signed(evidence: &Evidence<'_>, digest: &Digest) -> Option<Found> {
    let right = Trial::of(evidence.request);
    let ring = KeyRing::new(digest.hash, evidence.suspects.keys());
    let fits = |trial: &Trial, text: &str| ring.fits(trial.key, text, &digest.bytes);
    let right_text = right.text();
    if fits(&right, &right_text) {
        return Some(Found {
            alone: Vec::new(),
            together_with: None,
            trial: right,
        });
    }
    let parts: Vec<Vec<Change>> = PARTS
        .iter()
        .map(|mistakes| mistakes(&right, evidence))
        .collect();
    let hits: Vec<&Change> = parts
        .iter()
        .flatten()
        .filter(|(_, trial)| fits(trial, &trial.text()))
        .collect();
    if let Some((_, trial)) = hits.first() {
        let mut alone: Vec<CauseKind> = hits.iter().map(|(kind, _)| *kind).collect();
        alone.sort_unstable();
        alone.dedup();
        if alone.contains(&CauseKind::NodeQuote) {
            // The same, said less precisely.
            alone.retain(|kind| *kind != CauseKind::QueryEncoding);
        }
        return Some(Found {
            alone,
            together_with: None,
            trial: trial.clone(),
        });
    }
    signed_at_another_time(&right)
        .into_iter()
        .find(|(_, trial)| fits(trial, &trial.text()))
        .map(|(kind, trial)| Found {
            alone: vec![kind],
            together_with: None,
            trial,
        })
        .or_else(|| two_mistakes(&parts, evidence, &right_text, &fits))
}

fn two_mistakes(
    parts: &[Vec<Change>],
    evidence: &Evidence<'_>,
    right_text: &str,
    fits: &impl Fn(&Trial, &str) -> bool,
) -> Option<Found> {
    let (keys, others) = parts.split_first()?;
    for (index, part) in others.iter().enumerate() {
        for (kind, trial) in part.iter().take(MAX_COMBINED) {
            let text = trial.text();
            if text == right_text {
                continue;
            }
            // Another key for the same text: the text need not be built again.
            for (second, with_key) in keys {
                if fits(with_key, &text) {
                    let key = with_key.key;
                    return Some(found(
                        *kind,
                        *second,
                        Trial {
                            key,
                            ..trial.clone()
                        },
                    ));
                }
            }
            for mistakes in PARTS.iter().skip(index + 2) {
                for (second, both) in mistakes(trial, evidence).into_iter().take(MAX_COMBINED) {
                    if fits(&both, &both.text()) {
                        return Some(found(*kind, second, both));
                    }
                }
            }
        }
    }
    None
}

/// The more telling mistake first.
fn found(one: CauseKind, other: CauseKind, trial: Trial) -> Found {
    Found {
        alone: vec![one.min(other)],
        together_with: Some(one.max(other)),
        trial,
    }
}
