//! Discovery of chains, and what is missing from it.

mod absences;
mod folders;
