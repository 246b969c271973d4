//! Calls on several switches, and on the trail itself.

use super::*;

#[test]
fn one_switch_does_not_undo_another() {
    let rows = vec![
        row(
            "StartLogging does not switch validation on",
            vec![validation("09:59", false), stop("11:00"), start("12:00")],
            vec![("10:00", ValidationDisabled)],
        ),
        row(
            "validation does not start logging",
            vec![
                stop("09:58"),
                validation("09:59", false),
                validation("11:00", true),
            ],
            vec![("10:00", LoggingStopped)],
        ),
        row(
            "what is off second explains the rest",
            vec![stop("09:58"), validation("09:59", false), start("11:00")],
            vec![("10:00", LoggingStopped), ("11:00", ValidationDisabled)],
        ),
        row(
            "a deleted trail comes first",
            vec![stop("09:59"), delete("11:00")],
            vec![("10:00", LoggingStopped), ("11:00", TrailDeleted)],
        ),
        row(
            "a trail that is started exists",
            vec![delete("09:59"), start("11:00")],
            vec![("10:00", TrailDeleted), ("11:00", Unexplained)],
        ),
    ];
    check(&between(), &chain(HOME), rows);
}

#[test]
fn a_trail_that_was_created_anew_has_settings_of_its_own() {
    let gone = ("10:00", TrailDeleted);
    let rows = vec![
        row(
            "created only",
            vec![delete("09:59"), create("11:00", true)],
            vec![gone, ("11:00", LoggingStopped)],
        ),
        row(
            "created when the gap ends",
            vec![delete("09:59"), create("12:56", true)],
            vec![gone],
        ),
        row(
            "created when the gap may have ended, and deleted again",
            vec![delete("09:59"), create("12:56", true), delete("12:58")],
            vec![gone, ("13:00", TrailDeleted)],
        ),
        row(
            "created and started",
            vec![delete("09:59"), create("11:00", true), start("11:30")],
            vec![gone, ("11:00", LoggingStopped), ("11:30", Unexplained)],
        ),
        row(
            "created without validation, and started",
            vec![delete("09:59"), create("11:00", false), start("11:30")],
            vec![gone, ("11:00", ValidationDisabled)],
        ),
        row(
            "and validation switched on afterwards",
            vec![
                delete("09:59"),
                create("11:00", false),
                start("11:30"),
                validation("11:40", true),
            ],
            vec![gone, ("11:00", ValidationDisabled), ("11:40", Unexplained)],
        ),
        row(
            "validation switched on, but not started",
            vec![
                delete("09:59"),
                create("11:00", false),
                validation("11:40", true),
            ],
            vec![
                gone,
                ("11:00", ValidationDisabled),
                ("11:40", LoggingStopped),
            ],
        ),
        row(
            "started before it was created anew",
            vec![
                delete("09:59"),
                create("11:00", false),
                start("11:10"),
                create("11:20", false),
                validation("11:40", true),
            ],
            vec![
                gone,
                ("11:00", ValidationDisabled),
                ("11:20", ValidationDisabled),
                ("11:40", LoggingStopped),
            ],
        ),
    ];
    check(&between(), &chain(HOME), rows);
}

#[test]
fn a_trail_that_was_created_for_one_region_is_off_in_all_others() {
    let calls = |multi_region| {
        let set = TrailSettings {
            validation: Some(true),
            multi_region: Some(multi_region),
            ..TrailSettings::default()
        };
        vec![
            delete("09:59"),
            trail_call(ACCOUNT, "11:00", TrailChange::Create(set)),
            start("11:30"),
        ]
    };
    let off = vec![("10:00", TrailDeleted), ("11:00", LoggingStopped)];
    let on = [off.as_slice(), &[("11:30", Unexplained)]].concat();
    let elsewhere = vec![
        row("of one region", calls(false), off),
        row("of all regions", calls(true), on.clone()),
    ];
    check(&between(), &chain(ELSEWHERE), elsewhere);
    let at_home = vec![row("in its home region", calls(false), on)];
    check(&between(), &chain(HOME), at_home);
}

#[test]
fn a_trail_of_one_region_goes_on_in_its_home_region() {
    let calls = || vec![all_regions("09:59", false)];
    let off = vec![("10:00", LoggingStopped)];
    check(&between(), &chain(HOME), vec![row("home", calls(), vec![])]);
    let elsewhere = vec![
        row("elsewhere", calls(), off),
        row(
            "elsewhere, and on again",
            vec![all_regions("09:59", false), all_regions("11:00", true)],
            vec![("10:00", LoggingStopped), ("11:00", Unexplained)],
        ),
    ];
    check(&between(), &chain(ELSEWHERE), elsewhere);
}

#[test]
fn before_its_creation_a_trail_has_no_digests() {
    let rows = vec![
        row(
            "within minutes of the first digest",
            vec![create("12:56", false)],
            vec![("09:00", TrailCreated)],
        ),
        row(
            "earlier: a new trail is not logging until it is started",
            vec![create("11:00", true)],
            vec![("09:00", TrailCreated), ("11:00", LoggingStopped)],
        ),
        row(
            "before the window: it was not logging when the window began",
            vec![create("08:30", true)],
            vec![("09:00", TrailCreated), ("09:00", LoggingStopped)],
        ),
        row(
            "without validation",
            vec![create("11:00", false), start("11:01")],
            vec![("09:00", TrailCreated), ("11:00", ValidationDisabled)],
        ),
        row(
            "and started early: digests are missing from then on",
            vec![create("10:00", true), start("10:10")],
            vec![
                ("09:00", TrailCreated),
                ("10:00", LoggingStopped),
                ("10:10", Unexplained),
            ],
        ),
        row(
            "a call before shows that it existed",
            vec![stop("09:30"), create("12:30", true)],
            vec![("10:00", LoggingStopped), ("12:30", LoggingStopped)],
        ),
        row(
            "after the first digest",
            vec![create("13:10", true)],
            vec![],
        ),
    ];
    check(&head(), &chain(HOME), rows);
    let created = vec![
        row(
            "after a digest",
            vec![create("12:30", true)],
            vec![("12:30", LoggingStopped)],
        ),
        row(
            "before a digest, which shows that it was started",
            vec![create("09:50", true)],
            vec![],
        ),
    ];
    check(&between(), &chain(HOME), created);
}
