//! What the live table says that it takes in memory, against what is allocated for it.
//!
//! One test only: allocations are counted for the whole process.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/fixtures.rs"]
mod fixtures;

use std::alloc::System;

use mqscope::protocol::properties::Properties;
use mqscope::protocol::{ReceiptHandle, Timestamp};
use mqscope::session::{
    Arrival, Column, Command, DEFAULT_BUDGET, Model, Setup, Sort, SubscriptionId, TableCommand,
    Workspace,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const VIEW: SubscriptionId = SubscriptionId(0);
const BEGIN: Timestamp = Timestamp::from_millis(1_795_342_447_000);

/// The 16th part of a million: the tables of the index are as full as they are with a million.
const ROWS: u32 = 62_500;
const MILLION: u32 = 1_000_000;

/// Bytes that are allocated now.
fn allocated() -> usize {
    let stats = COUNTED.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// A small message: a body of 100 bytes, a key, a tag, a property; a handle as long as the
/// sandbox's.
fn arrival(number: u32, times: u32) -> Arrival {
    let body = format!("{number:0100}");
    let ends = BEGIN.offset_millis(300_000 + i64::from(number));
    let mut arrival = fixtures::arrival(number.into(), body, BEGIN, ends);
    let message = &mut arrival.message;
    let handle = ReceiptHandle::new(&format!("{number:026}-{times}"));
    message.receipt_handle = handle.expect("a handle");
    message.consumed_times = times;
    message.tag = Some("created".to_owned());
    let properties = format!("KEYS:order-{number:08}|region:ap-guangzhou|");
    message.properties = Properties::decode(&properties);
    arrival
}

fn deliver(model: &mut Model, numbers: impl Iterator<Item = u32>, times: u32) {
    let mut arrivals = numbers.map(|number| arrival(number, times)).peekable();
    while arrivals.peek().is_some() {
        let event = fixtures::polled(arrivals.by_ref().take(4_096), BEGIN);
        model.absorb(event, BEGIN);
        model.tick(BEGIN);
    }
    follow(model);
}

/// Until the table has followed its rows, and what has no room is gone.
fn follow(model: &mut Model) {
    while model.is_behind() {
        model.tick(BEGIN);
    }
    model.tick(BEGIN);
}

/// The account, which must be a little more than what is allocated: an allocator rounds up.
#[track_caller]
fn checked(model: &Model, before: usize, what: &str) -> usize {
    let (_, account) = model.memory();
    let real = allocated() - before;
    println!(
        "{what}: {} bytes a row by account, {} allocated",
        account / ROWS as usize,
        real / ROWS as usize
    );
    assert!(account >= real, "{what}: {account} for {real}");
    assert!(account <= real + real / 5, "{what}: {account} for {real}");
    account
}

#[test]
fn the_account_of_the_memory_is_true_and_a_million_small_messages_fit() {
    let mut model = Model::new(Setup {
        profiles: Vec::new(),
        preferences: mqscope::config::Preferences::default(),
        settings_path: None,
        workspace: Workspace::default(),
        notices: Vec::new(),
        surroundings: Default::default(),
    });
    let before = allocated();
    deliver(&mut model, 0..ROWS, 1);
    let account = checked(&model, before, "held");
    let of_a_million = account / ROWS as usize * MILLION as usize;
    assert!(of_a_million <= DEFAULT_BUDGET, "{of_a_million}");

    let sort = |column| {
        let sort = Sort {
            column: Some(column),
            descending: false,
        };
        Command::Table(VIEW, TableCommand::SortBy(sort))
    };
    for column in [Column::Age, Column::Key, Column::Body] {
        let what = format!("sorted by {column:?}");
        model.apply(sort(column), BEGIN);
        follow(&mut model);
        checked(&model, before, &what);
    }
    let sort = TableCommand::SortBy(Sort::default());
    model.apply(Command::Table(VIEW, sort), BEGIN);
    follow(&mut model);

    // One in three comes again.
    deliver(&mut model, (0..ROWS).step_by(3), 2);
    checked(&model, before, "redelivered");
    model.set_memory(account / 4);
    model.tick(BEGIN);
    follow(&mut model);
    let (budget, account) = model.memory();
    // All are held: the order of the table may come on top, but nothing is lost for it.
    assert!(account <= budget + budget / 20, "{account} of {budget}");
    checked(&model, before, "evicted");
}
