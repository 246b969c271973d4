//! README and the manual: what they say is tried.
//!
//! - `documents`: their code blocks, and what a block's first line may say of it.
//! - `examples`: every command runs against AWS on loopback and a copy; what it prints is what they show.
//! - `facts`: policies, events, alerts and accepted findings that they show are what the program takes.
//! - `pages`: topics on a terminal, as man pages, and their links.
//! - `security`: each claim of SECURITY.md has a test, and the test exists.

pub mod documents;
#[cfg(feature = "aws")]
mod examples;
mod facts;
mod pages;
#[cfg(feature = "aws")]
mod scene;
mod security;
