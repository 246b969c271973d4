//! What a trail cannot have logged, by its selectors.

use trailproof::cloudtrail::selectors::{
    Advanced, Basic, DataResource, ReadWrite, SelectorField, Selectors, sentences, unasked,
};
use trailproof::cloudtrail::trail::TrailConfig;

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
const TODAY: &str =
    "always logged what it logs now: its selectors are those of today, not those of the window";

fn config() -> TrailConfig {
    TrailConfig {
        arn: ARN.parse().expect("an ARN"),
        bucket: "logs".into(),
        prefix: String::new(),
        organization: false,
        multi_region: true,
        validation: true,
        global_events: true,
        kms_key: None,
    }
}

fn selectors(basic: Vec<Basic>, advanced: Vec<Advanced>) -> Selectors {
    Selectors {
        basic,
        advanced,
        insights: Ok(vec!["ApiCallRateInsight".into()]),
    }
}

/// What is lacking, without the common beginning of every sentence and without the last sentence.
fn lacking(config: &TrailConfig, selectors: &Selectors) -> Vec<String> {
    let mut lacks = sentences(config, selectors);
    let last = lacks.pop().expect("the last");
    assert_eq!(last, format!("that {ARN} {TODAY}"));
    let start = format!("what {ARN} does not log: ");
    let strip = |s: String| s.strip_prefix(&start).expect("the start").to_owned();
    lacks.into_iter().map(strip).collect()
}

fn basic(selectors_of: Vec<Basic>) -> Vec<String> {
    lacking(&config(), &selectors(selectors_of, Vec::new()))
}

fn advanced(selectors_of: Vec<Advanced>) -> Vec<String> {
    lacking(&config(), &selectors(Vec::new(), selectors_of))
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|v| (*v).to_owned()).collect()
}

fn data(kind: &str, values: &[&str]) -> DataResource {
    DataResource::new(kind.into(), &texts(values))
}

fn equals(name: &str, values: &[&str]) -> SelectorField {
    SelectorField {
        name: name.into(),
        equals: texts(values),
        ..SelectorField::default()
    }
}

fn not_equals(name: &str, values: &[&str]) -> SelectorField {
    SelectorField {
        name: name.into(),
        not_equals: texts(values),
        ..SelectorField::default()
    }
}

fn starts_with(name: &str, values: &[&str]) -> SelectorField {
    SelectorField {
        name: name.into(),
        starts_with: texts(values),
        ..SelectorField::default()
    }
}

fn management(more: Vec<SelectorField>) -> Advanced {
    let mut fields = vec![equals("eventCategory", &["Management"])];
    fields.extend(more);
    Advanced { fields }
}

fn of_type(kind: &str, more: Vec<SelectorField>) -> Advanced {
    let mut fields = vec![
        equals("eventCategory", &["Data"]),
        equals("resources.type", &[kind]),
    ];
    fields.extend(more);
    Advanced { fields }
}

#[test]
fn a_trail_as_it_is_made_lacks_data_events() {
    assert_eq!(basic(vec![Basic::default()]), ["data events"]);
    assert_eq!(advanced(vec![management(Vec::new())]), ["data events"]);
    // A trail without selectors logs this by default.
    assert_eq!(basic(Vec::new()), ["data events"]);
}

#[test]
fn a_trail_that_logs_everything_lacks_nothing_but_the_past() {
    let every = Advanced {
        fields: vec![equals("eventCategory", &["Data"])],
    };
    assert!(advanced(vec![management(Vec::new()), every]).is_empty());
}

#[test]
fn basic_selectors_of_data_events_show_types_and_what_they_leave_out() {
    let resources = vec![
        data(
            "AWS::S3::Object",
            &["arn:aws:s3:::one/", "arn:aws:s3:::two/a"],
        ),
        data("AWS::Lambda::Function", &["arn:aws:lambda"]),
        data("AWS::DynamoDB::Table", &[]),
    ];
    let selector = Basic {
        data: resources,
        ..Basic::default()
    };
    assert_eq!(
        basic(vec![selector.clone()]),
        [
            "data events of resource types other than AWS::Lambda::Function, AWS::S3::Object",
            "data events of AWS::S3::Object other than those where resources.ARN begins with \
             arn:aws:s3:::one/, arn:aws:s3:::two/a",
        ]
    );
    // All resources, in any partition.
    for all_of_s3 in ["arn:aws:s3", "arn:aws:s3:::", "arn:aws-us-gov:s3:::"] {
        let rest = Basic {
            data: vec![data("AWS::S3::Object", &["arn:aws:s3:::one/", all_of_s3])],
            ..Basic::default()
        };
        assert_eq!(basic(vec![selector.clone(), rest]).len(), 1, "{all_of_s3}");
    }
}

#[test]
fn basic_selectors_narrow_to_reading_or_writing() {
    let of = |read_write| {
        basic(vec![Basic {
            read_write,
            data: vec![data("AWS::S3::Object", &["arn:aws:s3:::"])],
            ..Basic::default()
        }])
    };
    let others = "data events of resource types other than AWS::S3::Object";
    assert_eq!(
        of(ReadWrite::Write),
        [
            "read management events",
            others,
            "read data events of AWS::S3::Object"
        ]
    );
    assert_eq!(
        of(ReadWrite::Read),
        [
            "write management events",
            others,
            "write data events of AWS::S3::Object"
        ]
    );
    assert_eq!(of(ReadWrite::All), [others]);
    // Two selectors that cover everything together.
    let side = |read_write| Basic {
        read_write,
        ..Basic::default()
    };
    let both = vec![side(ReadWrite::Read), side(ReadWrite::Write)];
    assert_eq!(basic(both), ["data events"]);
}

#[test]
fn management_events_are_left_out_entirely_or_by_service() {
    let none = Basic {
        management: false,
        data: vec![data("AWS::S3::Object", &["arn:aws:s3"])],
        ..Basic::default()
    };
    let others = "data events of resource types other than AWS::S3::Object";
    assert_eq!(basic(vec![none]), ["management events", others]);

    let sources = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];
    let without = Basic {
        excluded: texts(&sources),
        ..Basic::default()
    };
    let services = "management events of AWS KMS (kms.amazonaws.com), the RDS Data API \
                    (rdsdata.amazonaws.com)";
    assert_eq!(basic(vec![without.clone()]), [services, "data events"]);
    let by_field = management(vec![not_equals("eventSource", &sources)]);
    assert_eq!(advanced(vec![by_field.clone()]), [services, "data events"]);

    // What one selector leaves out, another may include in part or in full.
    let writes = Basic {
        read_write: ReadWrite::Write,
        ..Basic::default()
    };
    let reads = "read management events of AWS KMS (kms.amazonaws.com), the RDS Data API \
                 (rdsdata.amazonaws.com)";
    assert_eq!(basic(vec![without, writes]), [reads, "data events"]);
    let kms = management(vec![equals("eventSource", &["kms.amazonaws.com"])]);
    assert_eq!(
        advanced(vec![by_field.clone(), kms]),
        [
            "management events of the RDS Data API (rdsdata.amazonaws.com)",
            "data events"
        ]
    );
    let some = management(vec![
        equals("eventSource", &["kms.amazonaws.com"]),
        equals("eventName", &["DisableKey"]),
    ]);
    assert_eq!(
        advanced(vec![by_field, some])[0],
        "management events other than those where eventSource is kms.amazonaws.com and eventName is \
         DisableKey, or where eventSource is not kms.amazonaws.com, rdsdata.amazonaws.com"
    );
}

#[test]
fn advanced_selectors_of_data_events_narrow_by_any_field() {
    let writes = || vec![equals("readOnly", &["false"])];
    let selectors_of = vec![
        management(vec![equals("readOnly", &["true"])]),
        of_type("AWS::S3::Object", writes()),
        of_type("AWS::DynamoDB::Table", writes()),
        of_type(
            "AWS::Lambda::Function",
            vec![
                equals("eventName", &["Invoke"]),
                starts_with("resources.ARN", &["arn:aws:lambda:eu-west-1:"]),
            ],
        ),
        of_type("AWS::SNS::Topic", Vec::new()),
        Advanced {
            fields: vec![equals("eventCategory", &["NetworkActivity"])],
        },
    ];
    assert_eq!(
        advanced(selectors_of),
        [
            "write management events",
            "data events of resource types other than AWS::DynamoDB::Table, AWS::Lambda::Function, \
             AWS::S3::Object, AWS::SNS::Topic",
            "data events of AWS::Lambda::Function other than those where eventName is Invoke and \
             resources.ARN begins with arn:aws:lambda:eu-west-1:",
            "read data events of AWS::DynamoDB::Table, AWS::S3::Object",
        ]
    );
}

#[test]
fn one_region_missing_global_services_and_insights_are_reported() {
    let small = TrailConfig {
        multi_region: false,
        global_events: false,
        ..config()
    };
    let all = Advanced {
        fields: vec![equals("eventCategory", &["Data"])],
    };
    let mut of = selectors(Vec::new(), vec![management(Vec::new()), all]);
    assert_eq!(
        lacking(&small, &of),
        [
            "events of regions other than eu-west-1: it is not a multi-region trail",
            "events of global services, such as IAM, STS and CloudFront",
        ]
    );
    of.insights = Ok(Vec::new());
    let lacks = sentences(&config(), &of);
    assert_eq!(
        lacks,
        [format!("that {ARN} {TODAY}; it logs no Insights events")]
    );
    of.insights = Err("access was denied (so it is)".into());
    let lacks = sentences(&config(), &of);
    let why =
        "; it could not be looked up whether it logs Insights events: access was denied (so it is)";
    assert_eq!(lacks, [format!("that {ARN} {TODAY}{why}")]);
    assert_eq!(
        unasked(&config().arn, "access was denied (so it is)"),
        format!(
            "what {ARN} does not log: its event selectors could not be looked up: access was denied (so it is)"
        )
    );
}

#[test]
fn the_sentence_stays_short_however_many_selectors_there_are() {
    let long = "x".repeat(5_000);
    let many = (0..400).map(|n| {
        let name = format!("AWS::Some{n}::Thing{long}");
        let start = format!("arn:{n}:{long}");
        let field = starts_with("resources.ARN", &[start.as_str(); 40]);
        of_type(&name, vec![field])
    });
    let lacks = advanced(many.collect());
    assert!(lacks.len() < 20, "{}", lacks.len());
    assert!(lacks.iter().all(|s| s.len() < 2_500), "{lacks:#?}");
    assert!(lacks[1].contains(" and 395 more"), "{}", lacks[1]);
    let last = lacks.last().expect("the rest");
    assert_eq!(last, "data events that 390 more such limits exclude");
}
