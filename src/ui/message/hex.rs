//! A body as its bytes: as many to a row as there is room for, so that a narrow pane shows digits and
//! characters without going sideways.

use egui::Ui;
use egui::text::LayoutJob;

use super::ink;
use super::lines::Marks;
use super::sheet::{Go, Sheet, row_text};
use crate::session::body::{HEX_COLUMNS, hex_row, hex_rows, hex_width};
use crate::ui::context::Context;
use crate::ui::theme;

/// Digits of a place.
const PLACE: usize = 8;

/// The bytes. `go` is a place in them to bring into sight.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    bytes: &[u8],
    marks: &Marks<'_>,
    go: Option<usize>,
) {
    let p = cx.palette;
    let room = ui.available_width();
    let width_of = |columns| hex_width(columns) as f32 * theme::mono_width(ui.ctx()) + theme::PAD;
    let [most, least] = HEX_COLUMNS;
    let columns = if width_of(most) <= room { most } else { least };
    let sheet = Sheet {
        id: "body-hex",
        name: cx.texts.get("pane-bytes"),
        rows: hex_rows(bytes.len(), columns),
        width: width_of(columns),
        go: go.map(|place| Go::To(place / columns)),
    };
    sheet.show(ui, |ui, row, rect| {
        let text = hex_row(bytes, columns, row);
        if marks.touch(row * columns..(row + 1) * columns) {
            ui.painter().rect_filled(rect, 0.0, p.soon_bg);
        }
        let mut job = LayoutJob::default();
        job.wrap.max_width = f32::INFINITY;
        let (place, rest) = text.split_at_checked(PLACE).unwrap_or((&text, ""));
        job.append(place, 0.0, ink::format(p.faint));
        job.append(rest, 0.0, ink::format(p.text));
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        ui.painter().galley(rect.left_top(), galley, p.text);
        row_text(ui, "hex-row", row, rect, &text);
    });
}
