//! Where the keyboard is: the panels in the order in which one reads them, the way of Tab through
//! them, the steps of F6 from one to the next, and the way back from what lay on top.
//!
//! egui goes through widgets in the order in which they are drawn, and panels at the edges are
//! drawn before what is in the middle. Here they are gone through as they are read. Draws nothing.

use egui::{Context, Event, FocusDirection, Id, LayerId, Order, Pos2, Rect, WidgetRect};

use super::focusable::{
    along_lines, bring_into_sight, focusable, give_back, in_sight, tab_step, widget,
};
use super::grid::Grid;

/// A part of the window that one steps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Region {
    /// The line at the top.
    Top,
    /// The connections.
    Side,
    /// Tabs, consume views.
    Work,
    /// The message in focus.
    Details,
    /// The publish form, at the side.
    Publish,
    /// The drawer.
    Drawer,
    /// The line at the foot.
    Foot,
}

impl Region {
    const COUNT: usize = 7;

    /// Those that F6 steps to: the two lines are reached by Tab.
    const STEPS: [Self; 5] = [
        Self::Side,
        Self::Work,
        Self::Details,
        Self::Publish,
        Self::Drawer,
    ];
}

/// A place in one panel.
#[derive(Debug, Clone, Copy, Default)]
struct Spot {
    /// Where the panel is; nowhere if it is not shown.
    rect: Option<Rect>,
    /// It was drawn in this frame.
    fresh: bool,
    /// What had the keyboard there last.
    last: Option<Id>,
    /// What gets the keyboard first.
    first: Option<Id>,
}

/// Something on top of the window, and what had the keyboard before it came.
#[derive(Debug, Clone, Copy)]
struct Above {
    layer: LayerId,
    before: Option<Id>,
    /// Whether it has been given the keyboard.
    entered: bool,
}

/// Where the keyboard is, and where it is to go.
#[derive(Debug, Default)]
pub(super) struct Regions {
    spots: [Spot; Region::COUNT],
    /// The panel that the keyboard was in last.
    current: Option<Region>,
    target: Option<Region>,
    /// What a panel was entered for and has yet to be drawn, as a list that is still being read, and
    /// what has the keyboard for so long.
    awaited: Option<[Id; 2]>,
    tables: Vec<Grid>,
    /// Columns that are drawn first and read last.
    rights: Vec<Rect>,
    above: Vec<Above>,
    /// What had the keyboard, before it was nowhere.
    held: Option<Id>,
    /// Where that was, unless it was on top of the window.
    place: Option<Pos2>,
    /// What had the keyboard before a menu opened.
    before_menu: Option<Id>,
}

impl Regions {
    /// The next panel that is shown, or the one before.
    pub(super) fn step(&mut self, by: isize) {
        let shown: Vec<Region> = Region::STEPS
            .into_iter()
            .filter(|region| self.spot(*region).rect.is_some())
            .collect();
        let count = shown.len() as isize;
        let at = self
            .current
            .and_then(|current| shown.iter().position(|one| *one == current));
        let next = match at {
            Some(at) => (at as isize + by).rem_euclid(count.max(1)),
            None if by < 0 => count - 1,
            None => 0,
        };
        self.target = usize::try_from(next)
            .ok()
            .and_then(|next| shown.get(next).copied());
    }

    /// The keyboard goes to this panel as soon as it is there.
    pub(super) fn go(&mut self, region: Region) {
        self.target = Some(region);
    }

    /// A panel was drawn here; `first` gets the keyboard before anything else in it.
    pub(super) fn saw(&mut self, region: Region, rect: Rect, first: Option<Id>) {
        let spot = &mut self.spots[region as usize];
        spot.rect = Some(rect);
        spot.fresh = true;
        spot.first = first;
    }

    /// Where in the window the keyboard is, or was last.
    pub(super) fn place(&self) -> Option<Pos2> {
        self.place
    }

    /// Whether a menu is open, or was when this frame began: then it gives the keyboard back.
    pub(super) fn is_in_menu(&self) -> bool {
        self.before_menu.is_some()
    }

    /// A table was drawn.
    pub(super) fn saw_table(&mut self, table: Grid) {
        self.tables.push(table);
    }

    fn spot(&self, region: Region) -> &Spot {
        &self.spots[region as usize]
    }

    /// Before anything is drawn: Tab goes on as one reads.
    pub(super) fn begin(&mut self, ctx: &Context) {
        match egui::Popup::is_any_open(ctx) {
            false => self.tab(ctx),
            true => self.tab_in_menu(ctx),
        }
        for spot in &mut self.spots {
            spot.fresh = false;
        }
        self.tables.clear();
    }

    fn tab(&self, ctx: &Context) {
        let Some(step) = tab_step(ctx) else { return };
        let order = match self.above.last() {
            None => self.order(ctx),
            Some(above) => {
                let mut inside = focusable(ctx, above.layer);
                along_lines(&mut inside, |widget| widget.rect);
                inside.into_iter().map(|widget| widget.id).collect()
            }
        };
        let focused = ctx.memory(|memory| memory.focused());
        let at = focused.and_then(|id| order.iter().position(|one| *one == id));
        let next = match at {
            _ if order.is_empty() => return,
            Some(at) => (at as isize + step).rem_euclid(order.len() as isize) as usize,
            None if focused.is_none() && step > 0 => 0,
            None if focused.is_none() => order.len() - 1,
            // What is on top of what is known, such as a menu, goes its own way.
            None => return,
        };
        ctx.memory_mut(|memory| {
            memory.move_focus(FocusDirection::None);
            memory.request_focus(order[next]);
        });
        bring_into_sight(ctx, order[next]);
    }

    /// In a menu Tab stays in it, as in a dialog; from elsewhere it goes its own way.
    fn tab_in_menu(&self, ctx: &Context) {
        let focused = ctx.memory(|memory| memory.focused());
        let Some(here) = focused.and_then(|id| widget(ctx, id)) else {
            return;
        };
        let above = self.above.last().map(|above| above.layer);
        if here.layer_id.order != Order::Foreground || Some(here.layer_id) == above {
            return;
        }
        let Some(step) = tab_step(ctx) else { return };
        let mut inside = focusable(ctx, here.layer_id);
        along_lines(&mut inside, |widget| widget.rect);
        let Some(at) = inside.iter().position(|one| one.id == here.id) else {
            return;
        };
        let next = inside[(at as isize + step).rem_euclid(inside.len() as isize) as usize].id;
        ctx.memory_mut(|memory| {
            memory.move_focus(FocusDirection::None);
            memory.request_focus(next);
        });
        bring_into_sight(ctx, next);
    }

    /// What can have the keyboard, as one reads it.
    fn order(&self, ctx: &Context) -> Vec<Id> {
        let mut all: Vec<(usize, bool, WidgetRect)> = focusable(ctx, LayerId::background())
            .into_iter()
            .filter(|widget| self.takes_part(widget))
            .map(|widget| {
                let at = in_sight(&widget);
                let region = self.region_of(at).map_or(usize::MAX, |one| one as usize);
                let right = self.rights.iter().any(|right| right.contains(at));
                (region, right, widget)
            })
            .collect();
        // Stable: within a panel it is the order in which it was drawn.
        all.sort_by_key(|(region, right, _)| (*region, *right));
        let panels = all.chunk_by_mut(|one, other| (one.0, one.1) == (other.0, other.1));
        panels.for_each(|panel| along_lines(panel, |(_, _, widget)| widget.rect));
        all.into_iter().map(|(_, _, widget)| widget.id).collect()
    }

    /// Rows are gone through by the arrows: of what is in them only the row in focus takes part.
    fn takes_part(&self, widget: &WidgetRect) -> bool {
        let at = in_sight(widget);
        let seen = widget.interact_rect;
        self.tables.iter().all(|table| {
            let in_row = table.row.is_some_and(|row| row.contains(at));
            // The edge of a pane beside the table lies over the edge of its rows.
            let juts_out = seen.is_positive() && !table.rows.expand(1.0).contains_rect(seen);
            widget.id == table.area || !table.rows.contains(at) || in_row || juts_out
        })
    }

    fn region_of(&self, at: Pos2) -> Option<Region> {
        const ALL: [Region; Region::COUNT] = [
            Region::Top,
            Region::Side,
            Region::Work,
            Region::Details,
            Region::Publish,
            Region::Drawer,
            Region::Foot,
        ];
        let mut found = ALL.into_iter();
        found.find(|region| {
            self.spot(*region)
                .rect
                .is_some_and(|rect| rect.contains(at))
        })
    }

    /// After everything is drawn: sees where the keyboard is, and gives it to whom it belongs.
    pub(super) fn end(&mut self, ctx: &Context) {
        self.rights = ctx
            .data_mut(|data| data.remove_temp(rights()))
            .unwrap_or_default();
        self.above_ui(ctx);
        self.menus(ctx);
        if !self.above.is_empty() && ctx.input(|input| !input.events.is_empty()) {
            // It may have been closed by that: then it is gone in the next frame, and the keys are
            // everybody's again.
            ctx.request_repaint();
        }
        let focused = ctx.memory(|memory| memory.focused());
        if self.above.is_empty() {
            let below = focused.and_then(|id| widget(ctx, id));
            // What has just come to lie on top does not count: it is not known as such yet.
            if let Some(widget) = below.filter(|w| w.layer_id == LayerId::background()) {
                self.held = Some(widget.id);
                self.place = Some(in_sight(&widget));
                if let Some(region) = self.region_of(widget.rect.center()) {
                    self.current = Some(region);
                    self.spots[region as usize].last = Some(widget.id);
                }
            }
            match self.target.take() {
                Some(region) => self.enter(ctx, region),
                None => self.enter_awaited(ctx, focused),
            }
        }
    }

    /// Gives a panel the keyboard: where it was last, or its first place.
    fn enter(&mut self, ctx: &Context, region: Region) {
        let spot = *self.spot(region);
        let Some(rect) = spot.rect else {
            return;
        };
        let there = focusable(ctx, LayerId::background());
        let is_there = |id: &Id| {
            there
                .iter()
                .any(|w| w.id == *id && rect.contains(w.rect.center()))
        };
        // The edge of a panel beside it juts out.
        let mut inside: Vec<WidgetRect> = there
            .iter()
            .filter(|w| w.interact_rect.is_positive() && rect.contains_rect(w.interact_rect))
            .copied()
            .collect();
        along_lines(&mut inside, |w| w.interact_rect);
        let first = inside.first().map(|w| w.id);
        // Going to the work means going to its table.
        let wanted = match region {
            Region::Work => [spot.first, spot.last],
            _ => [spot.last, spot.first],
        };
        let wanted = wanted
            .into_iter()
            .flatten()
            .find(|id| is_there(id))
            .or(first);
        self.awaited = None;
        if let Some(id) = wanted {
            if let Some(first) = spot.first.filter(|first| !is_there(first)) {
                self.awaited = Some([first, id]);
            }
            self.current = Some(region);
            self.place = widget(ctx, id).map(|widget| in_sight(&widget));
            ctx.memory_mut(|memory| memory.request_focus(id));
            ctx.request_repaint();
        }
    }

    /// What a panel was entered for gets the keyboard when it comes, unless somebody has gone on.
    fn enter_awaited(&mut self, ctx: &Context, focused: Option<Id>) {
        let Some([awaited, here]) = self.awaited else {
            return;
        };
        let gone_on = ctx.input(|input| {
            input.events.iter().any(|event| match event {
                Event::Key { pressed, .. } | Event::PointerButton { pressed, .. } => *pressed,
                _ => false,
            })
        });
        if gone_on || focused != Some(here) {
            self.awaited = None;
        } else if widget(ctx, awaited).is_some() {
            self.awaited = None;
            ctx.memory_mut(|memory| memory.request_focus(awaited));
            ctx.request_repaint();
        }
    }

    /// What lies on top gets the keyboard when it comes, and gives it back when it goes.
    fn above_ui(&mut self, ctx: &Context) {
        let top = ctx.memory(|memory| memory.top_modal_layer());
        let known = self.above.iter().position(|above| Some(above.layer) == top);
        match (top, known) {
            (Some(layer), None) => self.above.push(Above {
                layer,
                before: self.held,
                entered: false,
            }),
            (Some(_), Some(place)) => self.leave(ctx, place + 1),
            (None, _) => self.leave(ctx, 0),
        }
        let Some(above) = self.above.last_mut() else {
            return;
        };
        let inside = focusable(ctx, above.layer);
        let focused = ctx.memory(|memory| memory.focused());
        let has = focused.is_some_and(|id| inside.iter().any(|widget| widget.id == id));
        if has {
            self.held = focused;
            above.entered = true;
        } else if !above.entered
            && let Some(first) = inside.first()
        {
            above.entered = true;
            ctx.memory_mut(|memory| memory.request_focus(first.id));
            ctx.request_repaint();
        }
    }

    fn leave(&mut self, ctx: &Context, most: usize) {
        while self.above.len() > most {
            let Some(gone) = self.above.pop() else { return };
            self.held = gone.before;
            give_back(ctx, gone.before);
        }
    }

    /// A menu that closes gives the keyboard back to what opened it.
    fn menus(&mut self, ctx: &Context) {
        match (egui::Popup::is_any_open(ctx), self.before_menu) {
            (true, None) => self.before_menu = self.held,
            (false, Some(before)) => {
                self.before_menu = None;
                // What was pressed in it is gone in the next frame, and the keyboard would be, too.
                let focused = ctx.memory(|memory| memory.focused());
                let above = self.above.last().map(|above| above.layer);
                let was_in_it = focused.and_then(|id| widget(ctx, id)).filter(|widget| {
                    widget.layer_id.order == Order::Foreground && Some(widget.layer_id) != above
                });
                if let Some(widget) = was_in_it {
                    ctx.memory_mut(|memory| memory.surrender_focus(widget.id));
                }
                give_back(ctx, Some(before));
            }
            _ => {}
        }
    }
}

fn rights() -> Id {
    Id::unique("columns at the right")
}

/// A column at the right of a panel, which egui draws before what stands to its left.
pub(super) fn saw_right(ctx: &Context, rect: Rect) {
    ctx.data_mut(|data| {
        let known: &mut Vec<Rect> = data.get_temp_mut_or_default(rights());
        known.push(rect);
    });
}
