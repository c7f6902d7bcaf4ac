//! Writes exchanges to a file, as an HTTP Archive or as text. Blocks on the disk, so it is called
//! where blocking is allowed.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use crate::files;
use crate::session::Event;
use crate::session::say::{Say, Trouble};
use crate::session::shared::{Shared, blocking};

use super::har::Har;
use super::{SaveAs, SaveOrder, Saved, TrafficEvent, text};

pub(in crate::session) async fn run(shared: Arc<Shared>, order: SaveOrder) {
    let path = order.path.clone();
    let (count, written) = (order.seen.len(), blocking(move || save(&order)).await);
    let saved = match written {
        Some(Ok(())) => Ok(Saved { path, count }),
        Some(Err(error)) => Err(trouble(&error)),
        None => Err(trouble(&io::Error::other("it cannot be written down"))),
    };
    shared
        .emit(Event::Traffic(TrafficEvent::Saved(saved)))
        .await;
}

fn save(order: &SaveOrder) -> io::Result<()> {
    let contents = contents(order)?;
    match order.replace {
        true => files::replace(&order.path, &contents),
        false => files::create(&order.path, &contents),
    }
}

fn contents(order: &SaveOrder) -> io::Result<Vec<u8>> {
    let named = order
        .seen
        .iter()
        .map(|(seen, name)| (&**seen, name.clone()));
    match order.format {
        SaveAs::Har => serde_json::to_vec_pretty(&Har::of(named)).map_err(io::Error::other),
        SaveAs::Text => {
            let mut out = String::new();
            for (seen, name) in named {
                let _ = writeln!(out, "{}", text::text(seen, &name));
            }
            Ok(out.into_bytes())
        }
    }
}

fn trouble(error: &io::Error) -> Box<Trouble> {
    let next = match error.kind() {
        io::ErrorKind::AlreadyExists => "traffic-not-saved-there",
        _ => "traffic-not-saved-next",
    };
    Box::new(Trouble::new(
        Say::new("traffic-not-saved"),
        Say::new(next),
        error.to_string(),
    ))
}

#[cfg(test)]
mod tests;
