//! Makes a corpus, unless it exists, and prints its contents as JSON.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool of the benches"
)]

mod support;

use std::path::PathBuf;

use clap::Parser;
use support::corpus;
use support::spec::{Spec, named, names};

/// Makes a corpus, unless it is there
#[derive(Parser)]
struct Args {
    /// Its folder
    #[arg(long)]
    dir: PathBuf,
    /// A corpus that has a name; what it holds can then not be chosen
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(names()))]
    name: Option<String>,
    #[command(flatten)]
    spec: Spec,
    /// `cargo bench` gives it
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    let spec = args.name.and_then(|name| named(&name));
    let facts = corpus::make(&spec.unwrap_or(args.spec), &args.dir);
    println!(
        "{}",
        serde_json::to_string_pretty(&facts).expect("plain data")
    );
}
