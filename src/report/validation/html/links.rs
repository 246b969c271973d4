//! Where on the page a chain is, and how the page shows its name.

use std::collections::HashMap;

use crate::report::validation::presentation::Presentation;
use crate::report::validation::v1::Chain;

/// The places of what the page shows, and the names of accounts.
pub(super) struct Links<'a> {
    pub presentation: &'a Presentation,
    chains: HashMap<String, usize>,
    cells: HashMap<(String, String), String>,
}

/// A chain as the page shows its name.
pub(super) struct NamedChain {
    /// The name of its place, if the page shows the chain.
    pub place: Option<String>,
    /// Its id, and its organization where another chain has the same id.
    pub name: String,
    /// The name of its account, if one was given.
    pub account: Option<String>,
}

impl<'a> Links<'a> {
    pub(super) fn of(presentation: &'a Presentation) -> Self {
        Links {
            presentation,
            chains: HashMap::new(),
            cells: HashMap::new(),
        }
    }

    /// Adds a chain that the page shows as number `n`. Chains are added worst first: a cell of the table of
    /// accounts links to its worst chain.
    pub(super) fn add_chain(&mut self, chain: &Chain, n: usize) {
        self.chains.insert(chain.name(), n);
        self.add_cell(&chain.account, &chain.region, format!("c{n}"));
    }

    /// Adds a place that explains a cell of the table of accounts, unless the cell has one.
    pub(super) fn add_cell(&mut self, account: &str, region: &str, place: String) {
        let cell = (account.to_owned(), region.to_owned());
        self.cells.entry(cell).or_insert(place);
    }

    /// The place that explains a cell of the table of accounts.
    pub(super) fn cell(&self, account: &str, region: &str) -> Option<&str> {
        let cell = (account.to_owned(), region.to_owned());
        self.cells.get(&cell).map(String::as_str)
    }

    /// A chain by its name.
    pub(super) fn chain(&self, name: String) -> NamedChain {
        let account = name.split('/').next().unwrap_or_default();
        NamedChain {
            place: self.chains.get(&name).map(|n| format!("c{n}")),
            account: self.name_of(account),
            name,
        }
    }

    /// The name of an account, if one was given.
    pub(super) fn name_of(&self, account: &str) -> Option<String> {
        self.presentation.name_of(account).map(str::to_owned)
    }
}
