//! Every bound on what hostile input can cost, with its default and why it is that.

/// Bounds on memory and time. What exceeds one is reported as not checked, never as modified.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest digest that is parsed, in inflated bytes. 100,000 logs are some 37 MB, so this is some 700,000
    /// logs in one hour. What one lists waits in a temporary file, of some 100 bytes a log, until it is proven,
    /// so this bounds room on disk and not in memory.
    pub digest_inflated: u64,
    /// Largest object that is inflated and hashed to its end, in inflated bytes. CloudTrail's logs
    /// are tens of megabytes at most. They are not kept in memory, so this bounds time only.
    pub log_inflated: u64,
    /// Largest text of a log that is not proven and whose records are read, in inflated bytes. It is in memory, one
    /// at a time, and whoever made it decides how much it inflates to.
    pub unproven_text: u64,
    /// Objects that no digest lists whose records are read. Their names are kept in memory: some 20 MB.
    pub unreferenced_logs: usize,
    /// Largest `KEY.head.json`, in bytes.
    pub head_json: u64,
    /// Largest key, `--expect` or `--accept` file, in bytes.
    pub side_file: u64,
    /// Largest `--note` file, in bytes: some 10,000 words.
    pub note: u64,
    /// Largest file of rules for `--watchlist`, in bytes. All public Sigma rules for CloudTrail are some 200 KB.
    pub rule_file: u64,
    /// Files of rules in the folders of one `--watchlist`. All public Sigma rules are some 4,000.
    pub rule_files: usize,
    /// Depth of folders with rules below the given one.
    pub rule_depth: usize,
    /// Rules of one watchlist.
    pub rules: usize,
    /// Memory that the patterns of all rules may take once they are compiled, in bytes. Most take 32 KiB at most.
    pub rule_patterns: u64,
    /// Largest saved report that is read again, in bytes. 100,000 findings with their events are some
    /// 200 MB.
    pub saved_report: u64,
    /// Largest state of a scheduled check, in bytes: some 20 KB for each of 3,000 chains, of which a quiet one has 2.
    pub state: u64,
    /// Largest plan of shards, in bytes: 170,000 accounts and regions with a chain each are some 60 MB.
    pub plan: u64,
    /// Shards, accounts and regions, and chains in one plan. They are kept in memory: a million are some 400 MB.
    pub plan_entries: usize,
    /// Findings of one code in one chain before they collapse into one with a count.
    pub findings_per_code: usize,
    /// Findings of all chains together, before fewer of one code in one chain collapse: 100,000 are
    /// some 200 MB.
    pub findings: usize,
    /// Folders searched for `AWSLogs` before giving up: an archive has a handful.
    pub folders: usize,
    /// Depth of folders before `AWSLogs`. S3 keys have at most 1,024 bytes.
    pub depth: usize,
    /// Chains in the folder of one account and region. An account may have five trails a region, and
    /// organizations add theirs.
    pub chains_in_folder: usize,
    /// Names of one folder kept in memory at a time; those of a larger folder are sorted in a temporary file.
    pub names_at_once: usize,
    /// Largest temporary file for the names of one folder, in bytes. A hundred million names of logs are some
    /// 8 GB.
    pub names_spooled: u64,
    /// Names of listed logs kept in memory to know which exist, in bytes: 16 for each log, so 8 million logs. Folders
    /// that were listed first are forgotten first. Of a folder with more names nothing is known.
    pub presence_names: u64,
    /// Pages of one listing, of a thousand names each, before it is taken for endless.
    pub pages: u64,
    /// Digests fetched ahead of the one being linked.
    pub digests_ahead: usize,
    /// Inflated bytes of digests fetched ahead: large digests are fetched fewer at a time.
    pub ahead_bytes: u64,
    /// Digests of one chain that no listing shows and that are asked for by name before they count as
    /// missing. So many of them in a row are no slip of a listing.
    pub inferred_digests: usize,
    /// Predecessors followed by link alone, beyond what listing showed, in one chain.
    pub unlisted_links: usize,
    /// Events kept as evidence on gaps and damage.
    pub events: usize,
    /// Logs of unproven digests that are read for leads around gaps. Such a digest may list what it likes: a
    /// few digests near each gap list some hundred logs.
    pub lead_logs: usize,
    /// Records that one shard keeps because they may explain a gap or damage in another. They go to its part, some
    /// kilobytes each.
    pub explaining_records: u64,
    /// Logs of the last hours of a window that no digest in it lists. They are kept until later digests
    /// are read; beyond this number they are judged by the digests of the window.
    pub unnamed_late: usize,
    /// Folders among the logs that are no year, month or day, listed one by one: real log folders have
    /// none.
    pub odd_folders: usize,
    /// Objects read to learn whether they are litter of a copy: a copy has a handful.
    pub litter: usize,
    /// Files of an archive, or of a folder that is not laid out as a bucket. Their names are kept in memory:
    /// half a million are some 200 MB.
    pub loose_files: usize,
    /// Largest size of all files of an archive together, in inflated bytes. An inflated `.tar.gz` takes as
    /// much room among the temporary files.
    pub archive_inflated: u64,
    /// How many times its size an archive may inflate to, beyond 64 MiB. Logs are compressed already, and
    /// inflated ones are some 15 times as large.
    pub archive_ratio: u64,
    /// Inflated bytes of all files together that are neither named like a digest nor like a log, and are read
    /// to see whether they are a digest.
    pub unnamed_inflated: u64,
    /// Missing or altered objects whose versions are searched for the original. Ten thousand take some 20,000
    /// requests, which cost some 5 cents and take some minutes; the others are counted.
    pub recoveries: usize,
    /// Pages of the versions of one object, of a thousand each, that are listed for its original. CloudTrail
    /// writes an object once, so anything more than a few versions is somebody's attempt to hide it.
    pub version_pages: usize,
    /// Versions of one object that are read for its original, the oldest first: CloudTrail wrote it before
    /// anybody could overwrite it.
    pub versions_read: usize,
    /// Longest line of the manifest of a bundle, in bytes. A key has at most 1,024 bytes and appears twice, and JSON
    /// writes a byte in at most six.
    pub manifest_line: usize,
    /// Files of a bundle that are known to differ from its manifest. Beyond that all of its files count as such.
    /// With paths of 4 KiB they are some 80 MB.
    pub bundle_differences: usize,
    /// Listings of a bundle whose questions are kept in memory, to answer one that was asked in other words:
    /// 100,000 are some 50 MB.
    pub bundle_listings: usize,
    /// Ranges of time for which a bundle has public keys: each region asks for a few.
    pub bundle_key_ranges: usize,
    /// Largest answer of CloudTrail in a bundle, in bytes: ten thousand events are some 20 MB.
    pub bundle_answer: u64,
    /// Largest answer in a part of a sharded validation, in bytes: what larger objects and listings answer is stored
    /// in blocks.
    pub part_answer: u64,
    /// Largest manifest of an S3 Inventory, in bytes: some 200 bytes for each of its files, of which a billion objects
    /// have some thousands.
    pub inventory_manifest: u64,
    /// Largest file of an S3 Inventory, in inflated bytes. Those of S3 have some gigabytes.
    pub inventory_file: u64,
    /// Largest temporary file for the rows of an S3 Inventory, in bytes. A billion objects are some 80 GB.
    pub inventory_spooled: u64,
    /// Objects listed in one sentence of `not_proven`; the others are counted.
    pub named: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            digest_inflated: 256 << 20,
            log_inflated: 4 << 30,
            unproven_text: 256 << 20,
            unreferenced_logs: 100_000,
            head_json: 64 << 10,
            side_file: 16 << 20,
            note: 64 << 10,
            rule_file: 4 << 20,
            rule_files: 20_000,
            rule_depth: 16,
            rules: 5_000,
            rule_patterns: 256 << 20,
            saved_report: 1 << 30,
            state: 64 << 20,
            plan: 256 << 20,
            plan_entries: 1_000_000,
            findings_per_code: 10_000,
            findings: 100_000,
            folders: 100_000,
            depth: 64,
            chains_in_folder: 1_000,
            names_at_once: 50_000,
            names_spooled: 16 << 30,
            presence_names: 128 << 20,
            pages: 1_000_000,
            digests_ahead: 16,
            ahead_bytes: 4 << 20,
            inferred_digests: 200,
            unlisted_links: 100_000,
            events: 50_000,
            lead_logs: 1_000,
            explaining_records: 1 << 20,
            unnamed_late: 1_000_000,
            odd_folders: 1_000,
            litter: 100,
            loose_files: 500_000,
            archive_inflated: 256 << 30,
            archive_ratio: 100,
            unnamed_inflated: 1 << 30,
            recoveries: 10_000,
            version_pages: 10,
            versions_read: 20,
            manifest_line: 64 << 10,
            bundle_differences: 20_000,
            bundle_listings: 100_000,
            bundle_key_ranges: 100_000,
            bundle_answer: 256 << 20,
            part_answer: 256 << 20,
            inventory_manifest: 64 << 20,
            inventory_file: 64 << 30,
            inventory_spooled: 512 << 30,
            named: 5,
        }
    }
}
