//! Reads what an auditor adds to a report: the title, the note, and the names of accounts. Files are read before
//! the work begins. Names from AWS are looked up while it goes on.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use super::args::shared::presentation::{NamesFrom, PresentationArgs};
use super::diagnose::note;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::text::decode;
use crate::cloudtrail::member::MemberAccount;
use crate::report::Format;
use crate::report::validation::presentation::{Presentation, names};
use crate::source::GetError;
use crate::source::key_files::read_bounded;

/// The names of accounts by their ids, from AWS Organizations.
pub type AccountNames = BTreeMap<String, String>;
/// Looks up the accounts of the organization; blocks until AWS answers.
pub type FindMembers = Box<dyn FnOnce() -> Result<Vec<MemberAccount>, GetError> + Send>;

/// Reads the files that are given.
///
/// # Errors
/// If one cannot be read, or does not hold what it must.
pub fn read(args: &PresentationArgs, limits: &Limits) -> Result<Presentation, Error> {
    let note = args.note.as_deref().map(|path| read_note(path, limits));
    let names = match &args.names {
        Some(NamesFrom::File(path)) => read_names(path, limits)?,
        Some(NamesFrom::Organizations) | None => AccountNames::new(),
    };
    Ok(Presentation {
        title: args.title.clone(),
        note: note.transpose()?,
        names,
    })
}

fn read_note(path: &Path, limits: &Limits) -> Result<String, Error> {
    let text = read_bounded(path, limits.note)?;
    let text = decode(&text).map_err(|why| {
        let message = format!("{} is not a valid --note file", path.display());
        let error = Error::new(ErrorKind::Input, message).because(why);
        error.hint("save it as UTF-8 text")
    })?;
    Ok(text.into_owned())
}

fn read_names(path: &Path, limits: &Limits) -> Result<AccountNames, Error> {
    names::parse(&read_bounded(path, limits.side_file)?).map_err(|why| {
        let message = format!("{} is not a valid --names file", path.display());
        Error::new(ErrorKind::Input, message).because(why).hint(
            "write it with: aws organizations list-accounts --output json > names.json; or give \
             {\"111122223333\": \"NAME\"}, or lines of ACCOUNT,NAME",
        )
    })
}

/// Notes that no format shows what was given, unless standard error belongs to the report.
pub fn note_unused(args: &PresentationArgs, formats: &[Format]) {
    let given = args.given();
    let is_shown = formats.iter().any(|format| format.is_presented());
    if given.is_empty() || is_shown || formats.contains(&Format::AwsCli) {
        return;
    }
    let has = if given.len() == 1 { "has" } else { "have" };
    note(&format!(
        "{} {has} no effect: only --format html and --format markdown show a title, a note and names",
        given.join(", ")
    ));
}

/// The error of `--names organizations` where no request to AWS is made or signed.
pub fn needs_aws(why: &str) -> Error {
    let message = format!("--names organizations needs AWS: {why}");
    Error::new(ErrorKind::Usage, message).hint(
        "save the names with: aws organizations list-accounts --output json > names.json; then give --names \
         names.json",
    )
}

/// The names of accounts that have one.
fn names_of(members: Vec<MemberAccount>) -> AccountNames {
    let named = members.into_iter();
    let named = named.filter_map(|member| Some((member.id.to_string(), member.name?)));
    named.collect()
}

/// A look-up of names under way, in a thread of its own: it delays no validation.
pub struct NamesLookup(Receiver<Result<AccountNames, GetError>>);

impl NamesLookup {
    /// Starts the look-up.
    pub fn start(find: FindMembers) -> Self {
        let (sender, receiver) = mpsc::channel();
        let look_up = move || {
            // Nobody receives the answer if the run failed first.
            let _ = sender.send(find().map(names_of));
        };
        // Without a thread there is no answer, which a note says.
        let _ = thread::Builder::new().name("names".into()).spawn(look_up);
        NamesLookup(receiver)
    }

    /// The names, once AWS has answered; how long that may take is bounded as for each request. Without an
    /// answer there are none, and a note says why.
    pub fn wait(self) -> AccountNames {
        let answer = self.0.recv();
        let answer =
            answer.unwrap_or_else(|_| Err(GetError::Io("no thread could be started".into())));
        answer.unwrap_or_else(|error| {
            note(&format!(
                "the names of accounts could not be looked up; the report shows account ids only: {}; run with a \
                 profile of the management account or of a delegated administrator that may call \
                 organizations:ListAccounts, or give --names FILE",
                error.detail()
            ));
            AccountNames::new()
        })
    }
}
