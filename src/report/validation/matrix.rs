//! The worst verdict of each account in each region: it shows where to look first among many chains.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use super::absent::{absent_chains, absent_verdict};
use super::v1::Report;
use crate::base::text::{counts, escape, plural};
use crate::proof::finding::Verdict;

/// How many rows and columns are shown. With more regions, only those that are not verified are shown.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    /// With fewer accounts, or with fewer regions, nothing is shown.
    pub least: usize,
    pub accounts: usize,
    pub regions: usize,
}

/// The size in the text report.
const TEXT: Most = Most {
    least: 2,
    accounts: 50,
    regions: 12,
};
/// Characters of a line in the text report. Regions that do not fit are shown in a further block.
const WIDTH: usize = 100;

/// The part of a matrix that is shown.
pub(crate) struct Table<'a> {
    /// What the cells say.
    pub title: &'static str,
    /// The regions shown; none if everything is verified.
    pub columns: Vec<&'a str>,
    /// The accounts, worst first, with the verdict in each region; `None` where there is no chain.
    pub rows: Vec<(&'a str, Vec<Option<Verdict>>)>,
    /// The accounts and regions that are not shown, counted by verdict.
    pub more: Vec<String>,
}

/// The worst verdict of each account in each region.
#[derive(Default)]
pub(crate) struct Matrix<'a> {
    cells: BTreeMap<(&'a str, &'a str), Verdict>,
}

impl<'a> Matrix<'a> {
    /// The matrix of a report, with the chains that are missing.
    pub(crate) fn of(report: &'a Report) -> Self {
        let mut matrix = Matrix::default();
        for chain in &report.chains {
            matrix.add(&chain.account, &chain.region, chain.verdict);
        }
        for ((id, _), worst) in absent_chains(report) {
            let mut id = id.split('/');
            if let (Some(account), Some(region)) = (id.next(), id.next()) {
                matrix.add(account, region, absent_verdict(worst));
            }
        }
        matrix
    }

    fn add(&mut self, account: &'a str, region: &'a str, verdict: Verdict) {
        let cell = self.cells.entry((account, region)).or_insert(verdict);
        *cell = verdict.max(*cell);
    }

    /// The worst verdict of each account, or of each region.
    fn worst(&self, of: fn(&(&'a str, &'a str)) -> &'a str) -> BTreeMap<&'a str, Verdict> {
        let mut worst = BTreeMap::new();
        for (place, verdict) in &self.cells {
            let worst = worst.entry(of(place)).or_insert(*verdict);
            *worst = (*worst).max(*verdict);
        }
        worst
    }

    /// The part that is shown. `None` if there are too few accounts or regions.
    pub(crate) fn table(&self, most: Most) -> Option<Table<'a>> {
        let mut accounts: Vec<_> = self.worst(|(account, _)| account).into_iter().collect();
        let regions: Vec<_> = self.worst(|(_, region)| region).into_iter().collect();
        if accounts.len() < most.least || regions.len() < most.least {
            return None;
        }
        accounts.sort_by_key(|(_, verdict)| Reverse(*verdict));
        let title = "Worst verdict per account and region (ok = verified, - = no chain)";
        let (columns, hidden) = columns(regions, most.regions);
        let (shown, others) = accounts.split_at(accounts.len().min(most.accounts));
        let cell = |account, region: &&'a str| self.cells.get(&(account, *region)).copied();
        let row = |account: &'a str| {
            let cells = columns.iter().map(|region| cell(account, region));
            (account, cells.collect())
        };
        let (mut rows, mut more) = (Vec::new(), Vec::new());
        if !columns.is_empty() {
            rows = shown.iter().map(|(account, _)| row(account)).collect();
            more.extend(rest(others, "account"));
            more.extend(rest(&hidden, "region"));
        }
        Some(Table {
            title,
            columns,
            rows,
            more,
        })
    }

    /// Writes it as text, if there is more than one account and more than one region.
    ///
    /// # Errors
    /// When writing fails.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(table) = self.table(TEXT) else {
            return Ok(());
        };
        writeln!(out, "\n{}", table.title)?;
        if table.columns.is_empty() {
            return writeln!(out, "  all verified");
        }
        let mut left = 0;
        for names in blocks(&table.columns) {
            block(&table, left..left + names.len(), out)?;
            left += names.len();
        }
        table
            .more
            .iter()
            .try_for_each(|more| writeln!(out, "  {more}"))
    }
}

/// Writes the columns of some regions side by side.
fn block(table: &Table<'_>, regions: Range<usize>, out: &mut dyn Write) -> io::Result<()> {
    let names = &table.columns[regions.clone()];
    let mut row = |head: &str, cells: &mut dyn Iterator<Item = String>| {
        let mut line = format!("  {head:<12}");
        for (cell, region) in cells.zip(names) {
            line.push_str(&format!("  {cell:<0$}", width(region)));
        }
        writeln!(out, "{}", line.trim_end())
    };
    row("", &mut names.iter().map(|name| escape(name).into_owned()))?;
    for (account, cells) in &table.rows {
        let word = |cell: &Option<Verdict>| match cell {
            Some(Verdict::Verified) => "ok".to_owned(),
            Some(other) => other.as_str().to_uppercase(),
            None => "-".to_owned(),
        };
        row(
            &escape(account),
            &mut cells[regions.clone()].iter().map(word),
        )?;
    }
    Ok(())
}

/// The width of a region's column: that of its name, or of the longest word below it.
fn width(region: &str) -> usize {
    escape(region).chars().count().max("UNPROVEN".len())
}

/// The regions that are shown, by name, and the others. If there are too many, the worst are shown, and none
/// that is verified.
fn columns(mut regions: Vec<(&str, Verdict)>, most: usize) -> (Vec<&str>, Vec<(&str, Verdict)>) {
    let mut others = Vec::new();
    if regions.len() > most {
        regions.sort_by_key(|(_, verdict)| Reverse(*verdict));
        let trouble = regions.partition_point(|(_, verdict)| *verdict > Verdict::Verified);
        others = regions.split_off(trouble.min(most));
    }
    let mut names: Vec<&str> = regions.into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    (names, others)
}

/// The regions in blocks that fit into one line.
fn blocks<'b, 'a>(mut regions: &'b [&'a str]) -> Vec<&'b [&'a str]> {
    let mut blocks = Vec::new();
    while !regions.is_empty() {
        let mut taken = 14;
        let fit = regions.iter().take_while(|region| {
            taken += 2 + width(region);
            taken <= WIDTH
        });
        let (block, rest) = regions.split_at(fit.count().max(1));
        blocks.push(block);
        regions = rest;
    }
    blocks
}

/// How many accounts or regions are not shown, by verdict.
fn rest(others: &[(&str, Verdict)], what: &str) -> Option<String> {
    if others.is_empty() {
        return None;
    }
    let verdicts = [
        Verdict::Failed,
        Verdict::Unproven,
        Verdict::Gaps,
        Verdict::Verified,
    ];
    let count = |verdict| others.iter().filter(|(_, v)| *v == verdict).count() as u64;
    let verdicts = if count(Verdict::Verified) == others.len() as u64 {
        "all verified".to_owned()
    } else {
        let by_verdict = verdicts.map(|verdict| (count(verdict), verdict.as_str()));
        counts(by_verdict).unwrap_or_default()
    };
    let more = plural(others.len(), &format!("more {what}"));
    Some(format!("and {more}: {verdicts}"))
}

#[cfg(test)]
mod tests {
    use super::Matrix;
    use crate::proof::finding::Verdict;
    use crate::proof::finding::Verdict::{Failed, Gaps, Unproven, Verified};

    fn written(cells: &[(&str, &str, Verdict)]) -> String {
        let mut matrix = Matrix::default();
        for (account, region, verdict) in cells {
            matrix.add(account, region, *verdict);
        }
        let mut out = Vec::new();
        matrix.write(&mut out).expect("written");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn one_account_or_one_region_needs_no_matrix() {
        let one = [
            ("111111111111", "eu-west-1", Failed),
            ("111111111111", "us-east-1", Gaps),
        ];
        assert_eq!(written(&one), "");
        let one = [
            ("111111111111", "eu-west-1", Failed),
            ("222222222222", "eu-west-1", Gaps),
        ];
        assert_eq!(written(&one), "");
    }

    #[test]
    fn the_worst_of_several_trails_counts_and_the_worst_account_is_first() {
        let cells = [
            ("111111111111", "eu-west-1", Verified),
            ("111111111111", "us-east-1", Gaps),
            ("222222222222", "us-east-1", Verified),
            ("222222222222", "us-east-1", Failed),
            ("222222222222", "us-east-1", Unproven),
            ("333333333333", "eu-west-1", Unproven),
        ];
        let expected = "
Worst verdict per account and region (ok = verified, - = no chain)
                eu-west-1  us-east-1
  222222222222  -          FAILED
  333333333333  UNPROVEN   -
  111111111111  ok         GAPS
";
        assert_eq!(written(&cells), expected);
    }

    #[test]
    fn many_accounts_and_regions_stay_bounded() {
        let accounts: Vec<String> = (0..500).map(|n| format!("{:012}", 7 * n)).collect();
        let regions: Vec<String> = (0..34).map(|n| format!("ap-southeast-{n}")).collect();
        let all = |bad: &dyn Fn(usize, usize) -> Verdict| {
            let mut cells = Vec::new();
            for (a, account) in accounts.iter().enumerate() {
                for (r, region) in regions.iter().enumerate() {
                    cells.push((account.as_str(), region.as_str(), bad(a, r)));
                }
            }
            written(&cells)
        };
        let verified = all(&|_, _| Verified);
        assert_eq!(verified.lines().count(), 3, "{verified}");
        assert!(verified.ends_with("  all verified\n"), "{verified}");

        let one = all(&|a, r| {
            if (a, r) == (400, 30) {
                Failed
            } else {
                Verified
            }
        });
        assert_eq!(one.lines().count(), 2 + 1 + 50 + 2, "{one}");
        let first = format!("  {}  FAILED", accounts[400]);
        assert_eq!(one.lines().nth(3), Some(first.as_str()), "{one}");
        assert!(
            one.contains("  and 450 more accounts: all verified\n"),
            "{one}"
        );
        assert!(
            one.contains("  and 33 more regions: all verified\n"),
            "{one}"
        );

        let most = all(&|a, r| if (a + r) % 2 == 0 { Failed } else { Gaps });
        assert!(most.lines().count() < 200, "{}", most.lines().count());
        assert!(most.lines().all(|line| line.len() <= 100), "{most}");
        assert!(
            most.contains("  and 22 more regions: 22 failed\n"),
            "{most}"
        );
    }
}
