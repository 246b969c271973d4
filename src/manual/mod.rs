//! Floor 2: the manual. Each topic is one Markdown file in this folder, and its only source.
//!
//! ```text
//! gaps.md ──> document ──> text   `trailproof help gaps`, fitted to a width
//!                      └─> page   trailproof-gaps.7, a man page
//! ```
//!
//! Links between topics are paths of files, so that they work where Markdown is shown. In text they become the
//! command that prints the topic, in a man page the page's name and section.

mod document;
mod page;
mod table;
mod text;

pub use page::to_roff;
pub use text::to_text;

/// A topic of the manual.
#[derive(Clone, Copy)]
pub struct Topic {
    /// The word that selects it.
    pub name: &'static str,
    /// Its source.
    pub markdown: &'static str,
}

macro_rules! topics {
    ($($name:literal)*) => {
        /// Every topic, in the order in which they are listed.
        pub const TOPICS: &[Topic] = &[$(Topic {
            name: $name,
            markdown: include_str!(concat!($name, ".md")),
        }),*];
    };
}

topics! {
    "install" "in-s3" "on-disk" "options" "validate-logs"
    "trails" "explain" "events" "timeline" "doctor" "history" "watchlist"
    "evidence" "proof" "gaps" "changes" "lookup" "codes" "words"
    "formats" "json" "terminal"
    "scheduling" "state" "alerts" "lambda" "shards" "performance" "bounds"
    "library" "building" "trials"
}

impl Topic {
    /// The topic of a name.
    pub fn of(name: &str) -> Option<Topic> {
        TOPICS.iter().copied().find(|topic| topic.name == name)
    }

    /// Its heading.
    pub fn title(&self) -> &'static str {
        let first = self.markdown.lines().next().unwrap_or_default();
        first.trim_start_matches("# ")
    }

    /// The file name of its man page.
    pub fn file_name(&self) -> String {
        format!("trailproof-{}.7", self.name)
    }
}
