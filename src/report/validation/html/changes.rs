//! What recorded calls changed about the trails, and where such calls were searched for.

use std::io::{self, Write as _};

use askama::Template;

use super::events::Events;
use super::links::Links;
use crate::base::text::{capital, grouped, plural, sentence};
use crate::report::validation::changes::{
    by_weight, counted, effect, searched, shown, title, trail,
};
use crate::report::validation::v1::{Change, ChangesOfTrail, Report};

/// Trails shown.
const TRAILS: usize = 100;
/// Changes of one trail shown.
const CHANGES: usize = 50;
/// Bytes after which no further trail is started.
const BYTES: usize = 1 << 20;
/// Events of a change shown unfolded.
const FEW: usize = 1;

/// The section. `None` in a report without trails.
pub(super) fn section(report: &Report, links: &Links<'_>) -> io::Result<Option<Vec<u8>>> {
    if report.changes.is_empty() {
        return Ok(None);
    }
    let mut page = Vec::new();
    writeln!(
        page,
        "\n<section id=\"changes\">\n<h2>{}</h2>\n<p>Calls on a trail, on its bucket and on its KMS key that proven logs \
         record. A digest proves what was delivered, not that the trail logged everything.</p>",
        capital(title(report))
    )?;
    let trails = by_weight(report);
    let mut written = 0;
    for of in trails.iter().take(TRAILS) {
        if page.len() > BYTES {
            break;
        }
        of_trail(of, links, &mut page)?;
        written += 1;
    }
    if trails.len() > written {
        let more = plural(trails.len() - written, "more trail");
        writeln!(page, "<p>And {more}. The JSON report has them all.</p>")?;
    }
    writeln!(page, "</section>")?;
    Ok(Some(page))
}

/// A trail: how many calls changed it, where they were searched for, and each call.
fn of_trail(of: &ChangesOfTrail, links: &Links<'_>, page: &mut Vec<u8>) -> io::Result<()> {
    let (changes, more) = shown(of, CHANGES);
    let lines = counted(of).into_iter();
    let lines = lines.chain(searched(of, links.presentation));
    TrailPart {
        title: capital(&trail(of, links.presentation)),
        lines: lines.map(|line| sentence(&line)).collect(),
    }
    .write_into(page)?;
    for change in changes {
        ChangePart::of(change).write_into(page)?;
    }
    match more {
        0 => Ok(()),
        more => {
            let more = plural(more, "more change");
            writeln!(
                page,
                "<p>And {more}. The JSON report lists the first 200.</p>"
            )
        }
    }
}

/// What is said of a trail before its changes.
#[derive(Template)]
#[template(
    source = r#"
<h3>{{ title }}</h3>
{% for line in lines %}
<p>{{ line }}</p>
{% endfor %}
"#,
    ext = "html",
    config = "src/report/validation/html/askama.toml"
)]
struct TrailPart {
    title: String,
    lines: Vec<String>,
}

/// One call.
#[derive(Template)]
#[template(
    path = "changes.html",
    config = "src/report/validation/html/askama.toml"
)]
struct ChangePart {
    reduces: bool,
    effect: String,
    what: String,
    time: String,
    sentence: String,
    events: Events,
}

impl ChangePart {
    fn of(change: &Change) -> Self {
        ChangePart {
            reduces: change.reduces,
            effect: effect(change).to_lowercase(),
            what: change.what.word().into_owned(),
            time: change.evidence.event_time.to_string(),
            sentence: sentence(&change.sentence),
            events: Events::of([&change.evidence], 0),
        }
    }
}
