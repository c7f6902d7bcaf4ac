//! The card of a failure, as text for people, after the fault itself. Only where it is asked for: a
//! script reads stderr line by line.

use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;

use crate::cards::Card;
use crate::i18n::{Lang, Texts};

/// Whether cards are wanted.
#[derive(Debug, Clone, Copy, Args)]
pub struct Cards {
    /// After a failure, say on stderr what it means, what causes it, what to do, and what came
    #[arg(long)]
    explain: bool,
}

impl Cards {
    /// Prints a card, if it is asked for; at a terminal, that it can be.
    pub(super) fn tell(self, card: &Card) {
        let mut stderr = io::stderr().lock();
        let text = match self.explain {
            true => format!("\n{}\n", card.to_text(Texts::of(Lang::En))),
            false if stderr.is_terminal() => {
                "Run it with --explain to see what this means and what to do\n".to_owned()
            }
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
