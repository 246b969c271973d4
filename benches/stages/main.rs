//! Measures the time of each stage by itself.
#![allow(
    clippy::expect_used,
    reason = "a bench without its data must fail at once"
)]

#[path = "all.rs"]
mod stages;
#[path = "../support/mod.rs"]
mod support;

use criterion::{BatchSize, Criterion, Throughput};
use stages::case::{Amount, Size};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, make) in stages::pure().chain(stages::threaded()) {
        // Made one at a time, because making the data takes longer than running some stages.
        let (group, function) = name.split_once('/').unwrap_or((name, "run"));
        let case = make(Size::REAL);
        let mut group = criterion.benchmark_group(group);
        group.throughput(match case.amount {
            Amount::Bytes(bytes) => Throughput::Bytes(bytes as u64),
            Amount::Items(items) => Throughput::Elements(items as u64),
        });
        group.bench_function(function, |bencher| {
            bencher.iter_batched(|| (case.prepare)(), |run| run(), BatchSize::SmallInput);
        });
        group.finish();
    }
    criterion.final_summary();
}
