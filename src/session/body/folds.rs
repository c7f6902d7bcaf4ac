//! Which values of a tree are folded, and which can be seen. Keeps what somebody turned, not a list
//! of values: opening everything costs the same however large the tree is, and so does finding the
//! value in a row.

use std::collections::BTreeSet;

use super::Tree;

/// Trees up to this size are open at first.
const OPEN_UP_TO: usize = 200;

/// What is folded.
#[derive(Debug, Clone)]
pub struct Folds {
    /// Whether a value is open that nobody turned.
    open: bool,
    turned: BTreeSet<usize>,
    /// From the top, without a gap; there is at least one.
    runs: Vec<Run>,
    len: usize,
}

/// Values that can be seen one below the other.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// The row of the first.
    row: usize,
    /// The first.
    node: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// All values from the first on, in the order of the text.
    All,
    /// The values of this one, from the first on, each of them folded or empty but the last.
    Of(usize),
}

impl Folds {
    /// A small tree is open, a large one shows its outermost values.
    pub fn new(tree: &Tree) -> Self {
        let mut folds = Self {
            open: false,
            turned: BTreeSet::new(),
            runs: Vec::new(),
            len: 0,
        };
        folds.set_all(tree, tree.len() <= OPEN_UP_TO);
        folds
    }

    /// How many values can be seen.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none can, which never is so.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value in a row.
    pub fn node_at(&self, tree: &Tree, row: usize) -> Option<usize> {
        if row >= self.len {
            return None;
        }
        let next = self.runs.partition_point(|run| run.row <= row);
        let run = self.runs.get(next.checked_sub(1)?)?;
        let further = row - run.row;
        match run.kind {
            Kind::All => Some(run.node + further),
            Kind::Of(parent) => tree.value_of(parent, tree.index(run.node) + further),
        }
    }

    /// The row that shows a value.
    pub fn row_of(&self, tree: &Tree, node: usize) -> Option<usize> {
        let next = self.runs.partition_point(|run| run.node <= node);
        let run = self.runs.get(next.checked_sub(1)?)?;
        let further = match run.kind {
            Kind::All => node - run.node,
            Kind::Of(parent) if tree.parent(node) == Some(parent) => {
                tree.index(node) - tree.index(run.node)
            }
            Kind::Of(_) => return None,
        };
        // What follows the last value of a run is folded away.
        let end = self.runs.get(next).map_or(self.len, |next| next.row);
        Some(run.row + further).filter(|&row| row < end)
    }

    /// Whether a value shows what is in it.
    pub fn is_open(&self, node: usize) -> bool {
        self.open != self.turned.contains(&node)
    }

    /// Opens or folds one value.
    pub fn set(&mut self, tree: &Tree, node: usize, open: bool) {
        if self.turn(tree, node, open) {
            self.lay(tree);
        }
    }

    fn turn(&mut self, tree: &Tree, node: usize, open: bool) -> bool {
        if self.is_open(node) == open || tree.count(node) == 0 {
            return false;
        }
        if !self.turned.remove(&node) {
            self.turned.insert(node);
        }
        true
    }

    /// Opens or folds everything; the outermost value stays open.
    pub fn set_all(&mut self, tree: &Tree, open: bool) {
        self.open = open;
        self.turned.clear();
        self.turn(tree, 0, true);
        self.lay(tree);
    }

    /// Opens all that a value is in. Its row is the answer.
    pub fn reveal(&mut self, tree: &Tree, node: usize) -> Option<usize> {
        let mut at = node;
        let mut turned = false;
        while let Some(parent) = tree.parent(at) {
            turned |= self.turn(tree, parent, true);
            at = parent;
        }
        if turned {
            self.lay(tree);
        }
        self.row_of(tree, node)
    }

    /// Puts the runs together anew.
    fn lay(&mut self, tree: &Tree) {
        self.runs.clear();
        self.len = 0;
        match self.open {
            true => self.lay_open(tree),
            false => self.lay_folded(tree),
        }
    }

    fn add(&mut self, node: usize, kind: Kind, rows: usize) {
        if rows > 0 {
            self.runs.push(Run {
                row: self.len,
                node,
                kind,
            });
            self.len += rows;
        }
    }

    /// Everything, but what is inside of those that are folded.
    fn lay_open(&mut self, tree: &Tree) {
        let folded: Vec<usize> = self.turned.iter().copied().collect();
        let mut from = 0;
        for node in folded {
            // It may be inside of one that was before it.
            if node >= from {
                self.add(from, Kind::All, node + 1 - from);
                from = tree.after(node);
            }
        }
        self.add(from, Kind::All, tree.len() - from);
    }

    /// The outermost value, and the values of those that are open and in an open one.
    fn lay_folded(&mut self, tree: &Tree) {
        let opened: Vec<usize> = self.turned.iter().copied().collect();
        self.add(0, Kind::All, 1);
        // Those that are open around the place that was come to, and how many of the values of each
        // are there.
        let mut around: Vec<(usize, usize)> = Vec::new();
        for node in opened {
            while let Some(&(inner, done)) = around.last()
                && tree.after(inner) <= node
            {
                self.values_of(tree, inner, done, tree.count(inner));
                around.pop();
            }
            if let Some(parent) = tree.parent(node) {
                let Some((inner, done)) = around.last_mut().filter(|(inner, _)| *inner == parent)
                else {
                    // It is in one that is folded.
                    continue;
                };
                let (inner, from) = (*inner, *done);
                *done = tree.index(node) + 1;
                self.values_of(tree, inner, from, tree.index(node) + 1);
            }
            around.push((node, 0));
        }
        while let Some((inner, done)) = around.pop() {
            self.values_of(tree, inner, done, tree.count(inner));
        }
    }

    fn values_of(&mut self, tree: &Tree, parent: usize, from: usize, to: usize) {
        if let Some(node) = tree.value_of(parent, from) {
            self.add(node, Kind::Of(parent), to - from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::body::tree::tests::json;
    use proptest::prelude::*;

    fn large() -> Tree {
        let items: Vec<String> = (0..1000)
            .map(|n| format!("{{\"n\": {n}, \"l\": [1, 2]}}"))
            .collect();
        match Tree::new(format!("{{\"items\": [{}]}}", items.join(",")).into()) {
            Ok(tree) => tree,
            Err(error) => unreachable!("{error:?}"),
        }
    }

    /// The values that can be seen, from the top.
    fn rows(folds: &Folds, tree: &Tree) -> Vec<usize> {
        let node_at = |row| folds.node_at(tree, row);
        (0..folds.len()).filter_map(node_at).collect()
    }

    #[test]
    fn a_large_tree_opens_step_by_step() {
        let tree = large();
        let mut folds = Folds::new(&tree);
        assert_eq!(rows(&folds, &tree), [0, 1]);
        folds.set(&tree, 1, true);
        assert_eq!(folds.len(), 1002);
        folds.set(&tree, 2, true);
        assert_eq!(&rows(&folds, &tree)[..6], [0, 1, 2, 3, 4, 7]);
        let deep = tree.len() - 1;
        assert_eq!(folds.row_of(&tree, deep), None);
        assert_eq!(folds.reveal(&tree, deep), Some(folds.len() - 1));
        folds.set_all(&tree, true);
        assert_eq!(folds.len(), tree.len());
        folds.set_all(&tree, false);
        assert_eq!(rows(&folds, &tree), [0, 1]);
    }

    proptest! {
        #[test]
        fn the_rows_are_those_whose_parents_are_all_open(
            value in json(),
            begin in any::<bool>(),
            toggles in proptest::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..20),
            revealed in any::<Option<prop::sample::Index>>(),
        ) {
            let text = value.to_string();
            let Ok(tree) = Tree::new(text.as_str().into()) else { unreachable!() };
            let mut folds = Folds::new(&tree);
            folds.set_all(&tree, begin);
            for (which, open) in toggles {
                folds.set(&tree, which.index(tree.len()), open);
            }
            if let Some(node) = revealed.map(|which| which.index(tree.len())) {
                let row = folds.reveal(&tree, node);
                prop_assert_eq!(row.and_then(|row| folds.node_at(&tree, row)), Some(node));
            }
            let seen: Vec<usize> = (0..tree.len())
                .filter(|&node| {
                    let mut at = node;
                    while let Some(parent) = tree.parent(at) {
                        if !folds.is_open(parent) {
                            return false;
                        }
                        at = parent;
                    }
                    true
                })
                .collect();
            prop_assert_eq!(&rows(&folds, &tree), &seen);
            prop_assert_eq!(folds.node_at(&tree, folds.len()), None);
            for node in 0..tree.len() {
                prop_assert_eq!(folds.row_of(&tree, node), seen.iter().position(|&n| n == node));
            }
        }
    }
}
