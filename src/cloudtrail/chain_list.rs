//! A list of chains as `--expect` gives it: one per line, and comments (pure).

use super::ids::ChainId;

/// The chains of a list. Empty lines, and those that begin with `#`, say nothing.
///
/// # Errors
/// Which line is not a chain, and why.
///
/// ```
/// # use trailproof::cloudtrail::chain_list::parse;
/// let chains = parse("# ours\n111111111111/eu-west-1/us-east-1/main\n").unwrap();
/// assert_eq!(chains[0].trail.as_str(), "main");
/// assert!(parse("\nmain").unwrap_err().starts_with("line 2: "));
/// ```
pub fn parse(text: &str) -> Result<Vec<ChainId>, String> {
    let lines = text.lines().map(str::trim).enumerate();
    let chains = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let chain = |(at, line): (usize, &str)| {
        let chain = line.parse();
        chain.map_err(|why| format!("line {}: {why}", at + 1))
    };
    chains.map(chain).collect()
}
