//! The menu of a row, in the live table and in lists: at the pointer, or at the row if a key asked for
//! it, with the keyboard in its first line. What stands in it is the list's business; arrows, Enter
//! and Escape in it are egui's, and the way back is kept in `regions.rs`.

use egui::{Context, Id, Popup, PopupAnchor, Rect, Response, SetOpenCommand, Ui};

use super::list_keys::Key;
use super::{focusable, spoken};

/// A menu that a key asked for, until the pointer opens another one.
#[derive(Debug, Clone, Copy)]
struct Asked<K> {
    row: K,
    /// Where the row was drawn last. In the first frame at another place of a table that is not known.
    at: Option<Rect>,
    /// It has yet to open.
    opening: bool,
    /// Its first line has yet to get the keyboard.
    enter: bool,
}

/// A key asks for the menu of this row, which has to be in sight in the next frame. `area` is what
/// has the keyboard.
pub(super) fn ask<K: Key>(ctx: &Context, area: Id, row: K) {
    let asked = Asked {
        row,
        at: None,
        opening: true,
        enter: true,
    };
    ctx.data_mut(|data| data.insert_temp(area, asked));
    ctx.request_repaint();
}

/// The menu of a row that was drawn as `drawn`, if it is open.
pub(super) fn show<K: Key>(
    drawn: &Response,
    area: &Response,
    row: K,
    name: &str,
    add: impl FnOnce(&mut Ui),
) {
    let ctx = &area.ctx;
    if drawn.secondary_clicked() {
        ctx.data_mut(|data| data.remove::<Asked<K>>(area.id));
    }
    // By the row and not by its place: it stays the menu of this one when others come above it.
    let mut popup = Popup::context_menu(drawn).id(area.id.with(("menu", row)));
    let asked: Option<Asked<K>> = ctx.data(|data| data.get_temp(area.id));
    let mut by_key = asked.filter(|asked| asked.row == row);
    if let Some(asked) = &mut by_key {
        asked.at = Some(drawn.rect).filter(Rect::is_positive).or(asked.at);
        let Some(at) = asked.at else { return };
        popup = popup
            .anchor(PopupAnchor::ParentRect(at))
            .anchor_widget(area.id);
        if std::mem::take(&mut asked.opening) {
            popup = popup.open_memory(Some(SetOpenCommand::Bool(true)));
        }
    }
    popup.show(|ui| {
        spoken::name_place(ui, name);
        add(ui);
        if let Some(asked) = by_key.as_mut().filter(|asked| asked.enter)
            && !ui.is_sizing_pass()
        {
            asked.enter = false;
            focusable::enter_first(ui.ctx(), ui.layer_id(), Rect::EVERYTHING);
        }
    });
    if let Some(asked) = by_key {
        ctx.data_mut(|data| data.insert_temp(area.id, asked));
    }
}
