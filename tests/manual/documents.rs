//! The code blocks of README and of the manual.
//!
//! The first word after the fence is the language. Further words say how a block is tried:
//!
//! | block | how it is tried |
//! | --- | --- |
//! | `sh` | it runs, and ends with exit status 0 |
//! | `sh exit=N` | it runs, and ends with exit status N |
//! | `sh needs=PROGRAM` | it runs where the program is installed |
//! | `sh not-run=REASON` | it does not run; it may hold no command of ours |
//! | `text output` | the block before it prints this; a last line `…` stands for the rest |
//! | `text message=CASE` | the gap's message in the expected report of that folder of `testdata/` |
//! | `json sample=POINTER fields=A,B` | that part of the sample's report |
//! | others | see `facts`; `rust` is compiled as documentation of the library |

use std::fs;
use std::path::PathBuf;

use crate::support::program::root;

/// A code block.
#[derive(Debug, Clone)]
pub struct CodeBlock {
    /// The line of its first fence, counted from 0.
    pub line: usize,
    /// What stands after the fence.
    pub info: String,
    pub text: String,
}

impl CodeBlock {
    /// The value of `name=VALUE` after the fence.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut words = self.info.split(' ');
        words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

/// README, then every topic.
pub fn all() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("src/manual")).expect("the manual");
    let paths = folder.map(|entry| entry.expect("an entry").path());
    let mut topics: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    topics.sort();
    std::iter::once(root().join("README.md"))
        .chain(topics)
        .collect()
}

/// The code blocks of a text.
pub fn blocks(text: &str) -> Vec<CodeBlock> {
    let mut blocks = Vec::new();
    let mut open: Option<CodeBlock> = None;
    for (line, content) in text.lines().enumerate() {
        match (content.strip_prefix("```"), open.take()) {
            (Some(info), None) => {
                open = Some(CodeBlock {
                    line,
                    info: info.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.text.push_str(content);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed: {open:?}");
    blocks
}

/// Every block, with the name of its file.
pub fn all_blocks() -> Vec<(String, CodeBlock)> {
    let mut all_blocks = Vec::new();
    for path in all() {
        let name = path.file_name().expect("a name").to_str().expect("UTF-8");
        let text = fs::read_to_string(&path).expect("a document");
        all_blocks.extend(blocks(&text).into_iter().map(|b| (name.to_owned(), b)));
    }
    all_blocks
}

/// The one block after whose fence this stands.
pub fn block(file: &str, info: &str) -> String {
    let mut found = all_blocks().into_iter();
    let block = found.find(|(name, block)| name == file && block.info == info);
    block.unwrap_or_else(|| panic!("{file}: no {info}")).1.text
}

#[test]
fn every_block_is_of_a_kind_that_is_tried() {
    for (file, block) in all_blocks() {
        let (language, rest) = block.info.split_once(' ').unwrap_or((&block.info, ""));
        let known = match language {
            "sh" => rest.split(' ').all(|word| {
                word.is_empty()
                    || ["exit", "needs", "not-run"]
                        .iter()
                        .any(|n| word.starts_with(&format!("{n}=")))
            }),
            "text" => rest == "output" || rest == "drawing" || block.value("message").is_some(),
            "json" => ["policy", "event"].contains(&rest) || block.value("sample").is_some(),
            "toml" => ["accept", "ended", "watchlist"].contains(&rest),
            "yaml" => ["action", "alert", "sigma"].contains(&rest),
            "rust" => rest.is_empty() && file == "library.md",
            _ => false,
        };
        assert!(known, "{file}: {}", block.info);
        if block.value("not-run").is_some() {
            for line in block.text.lines() {
                assert!(
                    !line.trim_start().starts_with("trailproof "),
                    "{file}: {line}"
                );
            }
        }
    }
}
