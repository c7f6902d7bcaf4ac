//! Which values of a tree are folded, and the list of those that can be seen, so that a frame
//! only looks at the ones in sight.

use super::Tree;

/// Trees up to this size are open at first.
const OPEN_UP_TO: usize = 200;

/// What is folded.
#[derive(Debug, Clone)]
pub struct Folds {
    open: Vec<bool>,
    rows: Vec<usize>,
}

impl Folds {
    /// A small tree is open, a large one shows its outermost values.
    pub fn new(tree: &Tree) -> Self {
        let mut folds = Self {
            open: vec![tree.len() <= OPEN_UP_TO; tree.len()],
            rows: Vec::new(),
        };
        if let Some(root) = folds.open.first_mut() {
            *root = true;
        }
        folds.rows = folds.inside(tree, 0, tree.len());
        folds
    }

    /// The values that can be seen, in the order of the text.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// The row that shows a value.
    pub fn row_of(&self, node: usize) -> Option<usize> {
        self.rows.binary_search(&node).ok()
    }

    /// Whether a value shows what is in it.
    pub fn is_open(&self, node: usize) -> bool {
        self.open.get(node).copied().unwrap_or_default()
    }

    /// Opens or folds one value.
    pub fn set(&mut self, tree: &Tree, node: usize, open: bool) {
        if self.is_open(node) == open || tree.count(node) == 0 {
            return;
        }
        let Some(row) = self.row_of(node) else {
            if let Some(flag) = self.open.get_mut(node) {
                *flag = open;
            }
            return;
        };
        let end = self.rows.partition_point(|&row| row < tree.after(node));
        if let Some(flag) = self.open.get_mut(node) {
            *flag = open;
        }
        let shown = match open {
            true => self.inside(tree, node + 1, tree.after(node)),
            false => Vec::new(),
        };
        self.rows.splice(row + 1..end, shown);
    }

    /// Opens or folds everything; the outermost value stays open.
    pub fn set_all(&mut self, tree: &Tree, open: bool) {
        self.open.fill(open);
        if let Some(root) = self.open.first_mut() {
            *root = true;
        }
        self.rows = self.inside(tree, 0, tree.len());
    }

    /// Opens all that a value is in. Its row is the answer.
    pub fn reveal(&mut self, tree: &Tree, node: usize) -> Option<usize> {
        let mut folded = Vec::new();
        let mut at = node;
        while let Some(parent) = tree.parent(at) {
            if !self.is_open(parent) {
                folded.push(parent);
            }
            at = parent;
        }
        for node in folded.into_iter().rev() {
            self.set(tree, node, true);
        }
        self.row_of(node)
    }

    /// What can be seen from `first` on.
    fn inside(&self, tree: &Tree, first: usize, end: usize) -> Vec<usize> {
        let mut rows = Vec::new();
        let mut node = first;
        while node < end {
            rows.push(node);
            node = match self.is_open(node) {
                true => node + 1,
                false => tree.after(node),
            };
        }
        rows
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

    #[test]
    fn a_large_tree_opens_step_by_step() {
        let tree = large();
        let mut folds = Folds::new(&tree);
        assert_eq!(folds.rows(), [0, 1]);
        folds.set(&tree, 1, true);
        assert_eq!(folds.rows().len(), 1002);
        folds.set(&tree, 2, true);
        assert_eq!(&folds.rows()[..6], [0, 1, 2, 3, 4, 7]);
        let deep = tree.len() - 1;
        assert_eq!(folds.row_of(deep), None);
        assert_eq!(folds.reveal(&tree, deep), Some(folds.rows().len() - 1));
        folds.set_all(&tree, true);
        assert_eq!(folds.rows().len(), tree.len());
        folds.set_all(&tree, false);
        assert_eq!(folds.rows(), [0, 1]);
    }

    proptest! {
        #[test]
        fn the_rows_are_those_whose_parents_are_all_open(
            value in json(),
            toggles in proptest::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..20),
        ) {
            let text = value.to_string();
            let Ok(tree) = Tree::new(text.as_str().into()) else { unreachable!() };
            let mut folds = Folds::new(&tree);
            for (which, open) in toggles {
                folds.set(&tree, which.index(tree.len()), open);
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
            prop_assert_eq!(folds.rows(), &seen[..]);
        }
    }
}
