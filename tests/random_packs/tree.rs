//! Text that remembers how it was put together, so that a pack that shows a difference can be made small.

/// What a part of a pack is; a part may be replaced by a smaller one of the same sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Yuan, never below nothing.
    Money,
    /// Yuan that may be below nothing.
    Signed,
    /// A multiple of every rounding of the pack, in yuan.
    Cap,
    /// From 0 to 1.
    Rate,
    /// Without unit.
    Plain,
    Days,
    Truth,
    Date,
    /// A part of the file that may be left out.
    Line,
    /// What stays as it is.
    Fixed,
}

impl Sort {
    fn least(self) -> Option<&'static str> {
        match self {
            Sort::Money | Sort::Signed | Sort::Cap => Some("0 yuan"),
            Sort::Rate => Some("100%"),
            Sort::Plain => Some("1"),
            Sort::Days => Some("0 days"),
            Sort::Date => Some("event_date"),
            Sort::Line => Some(""),
            Sort::Truth | Sort::Fixed => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Tree {
    sort: Sort,
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Child(Tree),
}

impl Tree {
    pub(crate) fn leaf(sort: Sort, text: impl Into<String>) -> Tree {
        Tree { sort, parts: vec![Part::Text(text.into())] }
    }

    /// The template with a child for each `@`.
    pub(crate) fn of(sort: Sort, template: &str, children: impl IntoIterator<Item = Tree>) -> Tree {
        let mut children = children.into_iter();
        let mut parts = Vec::new();
        for (place, text) in template.split('@').enumerate() {
            if place > 0 {
                parts.push(Part::Child(children.next().expect("a child for each place")));
            }
            parts.push(Part::Text(text.to_owned()));
        }
        assert!(children.next().is_none(), "a place for each child: {template}");
        Tree { sort, parts }
    }

    /// All of them one after another.
    pub(crate) fn all(sort: Sort, children: impl IntoIterator<Item = Tree>) -> Tree {
        Tree { sort, parts: children.into_iter().map(Part::Child).collect() }
    }

    pub(crate) fn text(&self) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Child(child) => child.text(),
        };
        self.parts.iter().map(text).collect()
    }

    /// Every tree that is the same but for one smaller part; the smallest first.
    pub(crate) fn smaller(&self) -> Vec<Tree> {
        let mut found = Vec::new();
        if let Some(least) = self.sort.least().filter(|least| *least != self.text()) {
            found.push(Tree::leaf(self.sort, least));
        }
        if self.sort != Sort::Fixed && self.sort != Sort::Line {
            self.inner(self.sort, &mut found);
        }
        for (place, part) in self.parts.iter().enumerate() {
            let Part::Child(child) = part else { continue };
            for smaller in child.smaller() {
                let mut parts = self.parts.clone();
                parts[place] = Part::Child(smaller);
                found.push(Tree { sort: self.sort, parts });
            }
        }
        found
    }

    fn inner(&self, sort: Sort, found: &mut Vec<Tree>) {
        for part in &self.parts {
            if let Part::Child(child) = part {
                if child.sort == sort {
                    found.push(child.clone());
                }
                child.inner(sort, found);
            }
        }
    }
}
