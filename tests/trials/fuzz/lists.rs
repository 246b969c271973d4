//! Files that users write: chains that must exist, accepted gaps, and the names of accounts.

use trailproof::cloudtrail::chain_list;
use trailproof::cloudtrail::ids::AccountId;
use trailproof::report::validation::presentation::names;
use trailproof::validate::accept::{self, Extent};

use super::outcome::Outcome;
use super::seeds::files;
use super::targets::FuzzTarget;

pub const EXPECT_FILES: FuzzTarget = FuzzTarget::new(
    "expect-files",
    expect_files,
    || {
        let own = b"# chains\n111111111111/eu-west-1/us-east-1/main\r\n\n 222222222222/us-east-1/us-east-1/a.b_c \n";
        let mut seeds = files(|path| path.contains("expect") && path.ends_with(".txt"));
        seeds.push(own.to_vec());
        seeds
    },
    &[
        "111111111111/eu-west-1/us-east-1/main",
        "\n",
        "#",
        "*",
        "\r",
        "\u{feff}",
        "\u{2028}",
    ],
);

pub const ACCEPT_FILES: FuzzTarget = FuzzTarget::new(
    "accept-files",
    accept_files,
    || {
        let own = b"[[accept]]\nchain = \"111111111111/*/*/*\"\nfrom = \"2026-03-01T00:00:00Z\"\nfollows = true\n\
            reason = \"closed\"\nwho = \"me\"\n[[accept]]\nchain = \"222222222222/eu-west-1/us-east-1/main\"\n\
            from = \"2026-03-01\"\nto = \"2026-03-02\"\nreason = '''x'''\nwho = \"\\u00fc\"\n";
        let mut seeds = files(|path| path.ends_with(".toml") && !path.ends_with("case.toml"));
        seeds.push(own.to_vec());
        seeds
    },
    &[
        "[[accept]]\n",
        "chain = ",
        "from = ",
        "to = ",
        "follows = true",
        "reason = ",
        "who = ",
        "\"\"\"",
        "'''",
        "\"111111111111/*/*/*\"",
        "\"2026-03-01T00:00:00Z\"",
        "2026-03-01",
        "\\u0000",
        "[",
        "{",
        "a.b.c.d = 1\n",
    ],
);

pub const ACCOUNT_NAMES: FuzzTarget = FuzzTarget::new(
    "account-names",
    account_names,
    || {
        let texts = [
            r#"{"111122223333": "Payroll", "222233334444": "Zürich"}"#,
            r#"{"Accounts": [{"Id": "111122223333", "Name": "Payroll", "Status": "ACTIVE"}], "NextToken": null}"#,
            r#"[{"Id": "111122223333", "Name": "a"}] [{"Id": "222233334444", "Name": "b"}]"#,
            "account,name\n111122223333,\"Pay, roll\"\n222233334444,b\n",
        ];
        texts.map(|text| text.as_bytes().to_vec()).into()
    },
    &[
        "\"Accounts\":[",
        "\"Id\":",
        "\"Name\":",
        "111122223333",
        ",",
        "\"\"",
        "\n",
        "\u{1b}",
        "\u{202e}",
        "\u{feff}",
    ],
);

fn expect_files(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let mut outcome = Outcome::default();
    match chain_list::parse(&text) {
        Ok(chains) => {
            let printed: String = chains.iter().map(|chain| format!("{chain}\n")).collect();
            assert_eq!(
                chain_list::parse(&printed).as_ref(),
                Ok(&chains),
                "{printed}"
            );
            assert!(chains.iter().all(|chain| text.contains(&chain.to_string())));
            outcome.size(chains.len());
        }
        Err(why) => {
            let number = why
                .strip_prefix("line ")
                .and_then(|rest| rest.split(':').next());
            let number: usize = number
                .and_then(|n| n.parse().ok())
                .expect("the number of a line");
            assert!((1..=text.lines().count()).contains(&number), "{why}");
            outcome.message(&why);
        }
    }
    outcome.number()
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

fn accept_files(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let mut outcome = Outcome::default();
    match accept::parse(&text) {
        Ok(accepted) => {
            let mut printed = String::new();
            for entry in &accepted {
                let extent = match entry.extent {
                    Extent::Within(time) => {
                        assert!(time.from <= time.to);
                        format!("from = \"{}\"\nto = \"{}\"", time.from, time.to)
                    }
                    Extent::Follows(from) => format!("from = \"{from}\"\nfollows = true"),
                };
                let (reason, who) = (quoted(&entry.reason), quoted(&entry.who));
                assert!(!entry.reason.trim().is_empty() && !entry.who.trim().is_empty());
                printed += &format!(
                    "[[accept]]\nchain = \"{}\"\n{extent}\nreason = {reason}\nwho = {who}\n",
                    entry.chain
                );
            }
            assert_eq!(accept::parse(&printed).as_ref(), Ok(&accepted), "{printed}");
            outcome.size(accepted.len());
            outcome.add(accepted.iter().any(|entry| entry.chain.is_pattern()));
        }
        Err(why) => drop(outcome.message(&why)),
    }
    outcome.number()
}

fn account_names(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    match names::parse(input) {
        Ok(names) => {
            for (id, name) in &names {
                assert!(id.parse::<AccountId>().is_ok(), "{id}");
                assert!(
                    (1..=names::LONGEST).contains(&name.chars().count()),
                    "{name:?}"
                );
                assert!(
                    !name.contains(trailproof::base::text::is_unsafe),
                    "{name:?}"
                );
            }
            let printed = serde_json::to_vec(&names).expect("JSON");
            assert_eq!(names::parse(&printed).as_ref(), Ok(&names));
            outcome.size(names.len());
        }
        Err(why) => drop(outcome.message(&why)),
    }
    outcome.number()
}
