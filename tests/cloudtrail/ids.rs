//! Identifiers: what is one, and what a region and a chain say.

use trailproof::cloudtrail::ids::{
    AccountId, ChainId, NotAn, OrganizationId, Region, TrailArn, TrailName,
};

const CHAIN: &str = "111111111111/eu-west-1/us-east-1/main";
const ARN: &str = "arn:aws:cloudtrail:us-east-1:111111111111:trail/main";

#[test]
fn an_account_has_twelve_digits() {
    assert!("012345678901".parse::<AccountId>().is_ok());
    for text in [
        "",
        "01234567890",
        "0123456789012",
        "01234567890a",
        "٠12345678901",
    ] {
        assert!(text.parse::<AccountId>().is_err(), "{text}");
    }
}

#[test]
fn a_region_has_lower_case_letters_digits_and_a_hyphen() {
    let long = format!("a-{}1", "b".repeat(29));
    for text in ["eu-central-1", "us-gov-west-1", "a-bcd1", &long] {
        assert!(text.parse::<Region>().is_ok(), "{text}");
    }
    let longer = format!("a-{}1", "b".repeat(30));
    for text in [
        "",
        "a-bc1",
        &longer,
        "1-bcde1",
        "eu-west-a",
        "euwest1",
        "EU-west-1",
        "eu_west-1",
    ] {
        assert!(text.parse::<Region>().is_err(), "{text}");
    }
}

#[test]
fn an_organization_begins_with_its_letter() {
    let (shortest, longest) = ("o-a1b2c3d4e5", format!("o-{}", "a".repeat(32)));
    for text in [shortest, &longest] {
        assert!(text.parse::<OrganizationId>().is_ok(), "{text}");
    }
    let longer = format!("o-{}", "a".repeat(33));
    for text in [
        "",
        "o-a1b2c3d4e",
        &longer,
        "x-a1b2c3d4e5",
        "o-A1b2c3d4e5",
        "o-a1b2c3d4-5",
    ] {
        assert!(text.parse::<OrganizationId>().is_err(), "{text}");
    }
}

#[test]
fn a_trail_has_a_name_of_up_to_128_characters() {
    for text in ["a", "A.b_c-9", &"a".repeat(128)] {
        assert!(text.parse::<TrailName>().is_ok(), "{text}");
    }
    for text in ["", &"a".repeat(129), "a/b", "a b", "ä"] {
        assert!(text.parse::<TrailName>().is_err(), "{text}");
    }
    let error = "".parse::<TrailName>().expect_err("no name");
    assert!(
        error.to_string().starts_with("expected a trail name"),
        "{error}"
    );
    assert_eq!(NotAn("a file").to_string(), "expected a file");
}

#[test]
fn the_partition_follows_from_the_name_of_a_region() {
    for (region, partition, organizations, is_on) in [
        ("eu-west-1", "aws", Some("us-east-1"), true),
        ("us-west-2", "aws", Some("us-east-1"), true),
        ("eu-south-1", "aws", Some("us-east-1"), false),
        ("cn-north-1", "aws-cn", Some("cn-northwest-1"), true),
        ("us-gov-east-1", "aws-us-gov", Some("us-gov-west-1"), true),
        ("us-iso-east-1", "aws-iso", None, true),
        ("us-isob-east-1", "aws-iso-b", None, true),
        ("eu-isoe-west-1", "aws-iso-e", None, true),
        ("us-isof-south-1", "aws-iso-f", None, true),
        ("eusc-de-east-1", "aws-eusc", None, true),
    ] {
        let of: Region = region.parse().expect("a region");
        assert_eq!(of.partition(), partition, "{region}");
        assert_eq!(of.is_on_by_default(), is_on, "{region}");
        let other = of.of_organizations();
        assert_eq!(
            other.as_ref().map(Region::as_str),
            organizations,
            "{region}"
        );
    }
}

#[test]
fn a_chain_has_four_parts() {
    let chain: ChainId = CHAIN.parse().expect("a chain");
    assert_eq!(chain.to_string(), CHAIN);
    assert_eq!(chain.home_region.as_str(), "us-east-1");
    for text in [
        "",
        "111111111111/eu-west-1/us-east-1",
        &format!("{CHAIN}/more"),
    ] {
        assert!(text.parse::<ChainId>().is_err(), "{text}");
    }
    for other in [
        "222222222222/eu-west-1/us-east-1/main",
        "111111111111/eu-west-2/us-east-1/main",
        "111111111111/eu-west-1/us-east-2/main",
        "111111111111/eu-west-1/us-east-1/other",
    ] {
        let other: ChainId = other.parse().expect("a chain");
        assert!(!chain.is_called_like(&other), "{other}");
    }
    let organization = "o-a1b2c3d4e5".parse().ok();
    let shared = chain.clone().in_organization(organization.clone());
    assert_eq!(shared.organization, organization);
    assert!(shared != chain && shared.is_called_like(&chain));
}

#[test]
fn an_arn_has_the_partition_of_its_region() {
    let arn: TrailArn = ARN.parse().expect("an ARN");
    assert_eq!(arn.to_string(), ARN);
    let home = arn.home_chain();
    assert_eq!(home.to_string(), "111111111111/us-east-1/us-east-1/main");
    assert_eq!(home.organization, None);
    for text in [
        "",
        "arn:aws-cn:cloudtrail:us-east-1:111111111111:trail/main",
        "arn:aws:s3:us-east-1:111111111111:trail/main",
        "arm:aws:cloudtrail:us-east-1:111111111111:trail/main",
        "arn:aws:cloudtrail:us-east-1:111111111111:eventdatastore/main",
        "arn:aws:cloudtrail:us-east-1:111111111111",
        "arn:aws:cloudtrail:us-east-1:111111111111:trail/",
    ] {
        assert!(text.parse::<TrailArn>().is_err(), "{text}");
    }
}

#[test]
fn identifiers_are_stored_as_they_are_printed() {
    let arn: TrailArn = serde_json::from_value(ARN.into()).expect("an ARN");
    assert_eq!(serde_json::to_value(&arn).expect("JSON"), ARN);
    let account: AccountId = serde_json::from_str("\"111111111111\"").expect("an account");
    assert_eq!(
        serde_json::to_value(&account).expect("JSON"),
        "111111111111"
    );
    assert!(serde_json::from_str::<Region>("\"EU\"").is_err());
    assert!(serde_json::from_str::<TrailName>("5").is_err());
}
