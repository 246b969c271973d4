//! A random organization, validated in one run and in shards.

mod believed;
mod equal;
mod lost;
mod organization;
mod same;
mod site;
