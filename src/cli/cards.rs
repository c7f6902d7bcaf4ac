//! The card of a failure, as text for people, after the fault itself. Only where it is asked for: a
//! script reads stderr line by line.

use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;

use super::language::texts;
use crate::cards::Card;

/// Whether cards are wanted.
#[derive(Debug, Clone, Copy, Args)]
pub struct Cards {
    #[arg(long)]
    explain: bool,
}

impl Cards {
    /// Prints a card, if it is asked for; at a terminal, that it can be.
    pub(super) fn tell(self, card: &Card) {
        let mut stderr = io::stderr().lock();
        let text = match self.explain {
            true => format!("\n{}\n", card.to_text(texts())),
            false if stderr.is_terminal() => format!("{}\n", texts().get("cli-say-explain")),
            false => return,
        };
        // Where stderr is closed there is nobody left to tell.
        let _ = stderr.write_all(text.as_bytes());
    }

    /// The same for what is no failure: nothing is said of it unless it is asked for.
    pub(super) fn tell_asked(self, card: &Card) {
        if self.explain {
            self.tell(card);
        }
    }

    /// Prints the cards of failures that are many of a few kinds: one of each kind.
    pub(super) fn tell_kinds(self, cards: impl Iterator<Item = Card>) {
        let mut told: Vec<&'static str> = Vec::new();
        for card in cards {
            if !told.contains(&card.title.key) {
                told.push(card.title.key);
                self.tell(&card);
            }
        }
    }
}
