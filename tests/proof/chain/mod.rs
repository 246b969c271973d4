//! Chains of digests: forks, links and missing digests.

mod fork;
mod missing;
