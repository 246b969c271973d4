//! Whether selectors admit a management event.

use super::{Advanced, Basic, ReadWrite, SelectorField, Selectors};

/// A management event, as far as selectors depend on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SelectedEvent<'e> {
    /// `eventSource`.
    pub source: &'e str,
    /// `eventName`.
    pub name: &'e str,
    /// `eventType`, if the record has it.
    pub kind: Option<&'e str>,
    /// `readOnly`, if the record has it.
    pub read_only: Option<bool>,
    /// `userIdentity.arn`, if the record has it.
    pub actor: Option<&'e str>,
}

impl Selectors {
    /// Whether they certainly admit a management event. Of conditions on what the event does not show, they may
    /// not.
    pub fn admit(&self, event: &SelectedEvent<'_>) -> bool {
        if self.basic.is_empty() && self.advanced.is_empty() {
            return Basic::default().admits(event);
        }
        let basic = self.basic.iter().any(|basic| basic.admits(event));
        basic || self.advanced.iter().any(|advanced| advanced.admits(event))
    }
}

impl Basic {
    fn admits(&self, event: &SelectedEvent<'_>) -> bool {
        let side = match self.read_write {
            ReadWrite::All => true,
            ReadWrite::Read => event.read_only == Some(true),
            ReadWrite::Write => event.read_only == Some(false),
        };
        let is_excluded = self.excluded.iter().any(|source| source == event.source);
        self.management && side && !is_excluded
    }
}

impl Advanced {
    fn admits(&self, event: &SelectedEvent<'_>) -> bool {
        let is_management = |field: &SelectorField| {
            field.name == "eventCategory" && field.equals.iter().any(|c| c == "Management")
        };
        let meets = |field: &SelectorField| {
            let value = match field.name.as_str() {
                "eventCategory" => Some("Management"),
                "eventSource" => Some(event.source),
                "eventName" => Some(event.name),
                "eventType" => event.kind,
                "readOnly" => event.read_only.map(|is| if is { "true" } else { "false" }),
                "userIdentity.arn" => event.actor,
                _ => None,
            };
            value.is_some_and(|value| field.admits(value))
        };
        self.fields.iter().any(is_management) && self.fields.iter().all(meets)
    }
}

impl SelectorField {
    /// Whether a value meets all of its conditions.
    fn admits(&self, value: &str) -> bool {
        let one_of = |list: &[String], meets: fn(&str, &str) -> bool| {
            list.is_empty() || list.iter().any(|condition| meets(value, condition))
        };
        let none_of = |list: &[String], meets: fn(&str, &str) -> bool| {
            !list.iter().any(|condition| meets(value, condition))
        };
        let is = |value: &str, condition: &str| value == condition;
        let begins = |value: &str, condition: &str| value.starts_with(condition);
        let ends = |value: &str, condition: &str| value.ends_with(condition);
        one_of(&self.equals, is)
            && none_of(&self.not_equals, is)
            && one_of(&self.starts_with, begins)
            && none_of(&self.not_starts_with, begins)
            && one_of(&self.ends_with, ends)
            && none_of(&self.not_ends_with, ends)
    }
}

#[cfg(test)]
mod tests {
    use super::SelectedEvent;
    use crate::cloudtrail::selectors::{Advanced, Basic, ReadWrite, SelectorField, Selectors};

    const KMS: SelectedEvent<'_> = SelectedEvent {
        source: "kms.amazonaws.com",
        name: "Decrypt",
        kind: Some("AwsApiCall"),
        read_only: Some(true),
        actor: None,
    };

    fn of(basic: Vec<Basic>, advanced: Vec<Advanced>) -> Selectors {
        Selectors {
            basic,
            advanced,
            insights: Ok(Vec::new()),
        }
    }

    #[test]
    fn a_trail_without_selectors_logs_all_management_events() {
        assert!(of(Vec::new(), Vec::new()).admit(&KMS));
    }

    #[test]
    fn basic_selectors_admit_a_side_and_all_sources_but_some() {
        let basic = |read_write, excluded: &[&str]| {
            let basic = Basic {
                read_write,
                excluded: excluded.iter().map(|s| (*s).to_owned()).collect(),
                ..Basic::default()
            };
            of(vec![basic], Vec::new())
        };
        let unknown = SelectedEvent {
            read_only: None,
            ..KMS
        };
        assert!(basic(ReadWrite::All, &[]).admit(&unknown));
        assert!(basic(ReadWrite::Read, &[]).admit(&KMS));
        assert!(!basic(ReadWrite::Read, &[]).admit(&unknown));
        assert!(!basic(ReadWrite::Write, &[]).admit(&KMS));
        assert!(!basic(ReadWrite::Write, &[]).admit(&unknown));
        assert!(!basic(ReadWrite::All, &["kms.amazonaws.com"]).admit(&KMS));
        assert!(basic(ReadWrite::All, &["rdsdata.amazonaws.com"]).admit(&KMS));
        let none = Basic {
            management: false,
            ..Basic::default()
        };
        assert!(!of(vec![none], Vec::new()).admit(&KMS));
    }

    #[test]
    fn advanced_selectors_admit_what_meets_all_conditions_of_one() {
        let field = |name: &str, equals: &[&str], not_equals: &[&str]| {
            let list = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
            SelectorField {
                name: name.into(),
                equals: list(equals),
                not_equals: list(not_equals),
                ..SelectorField::default()
            }
        };
        let admits =
            |fields: Vec<SelectorField>| of(Vec::new(), vec![Advanced { fields }]).admit(&KMS);
        let management = || field("eventCategory", &["Management"], &[]);
        assert!(admits(vec![management()]));
        assert!(!admits(vec![field("eventCategory", &["Data"], &[])]));
        assert!(!admits(Vec::new()));
        let kms = "kms.amazonaws.com";
        assert!(!admits(vec![
            management(),
            field("eventSource", &[], &[kms])
        ]));
        assert!(admits(vec![
            management(),
            field("eventSource", &[kms], &[])
        ]));
        assert!(!admits(vec![
            management(),
            field("readOnly", &["false"], &[])
        ]));
        assert!(admits(vec![
            management(),
            field("readOnly", &["true"], &[])
        ]));
        // Without the category it is no selector of management events.
        assert!(!admits(vec![field("eventSource", &[kms], &[])]));
        assert!(!admits(vec![field("eventName", &["Management"], &[])]));
        assert!(!admits(vec![field(
            "eventName",
            &["Management", "Decrypt"],
            &[]
        )]));
        assert!(!admits(vec![field("eventCategory", &[], &["Data"])]));
        for (kind, is_admitted) in [("AwsApiCall", true), ("AwsServiceEvent", false)] {
            let fields = vec![management(), field("eventType", &[kind], &[])];
            assert_eq!(admits(fields), is_admitted, "{kind}");
        }
        let alice = SelectedEvent {
            actor: Some("arn:aws:iam::111111111111:user/alice"),
            ..KMS
        };
        let by = |arn: &str| {
            let fields = vec![management(), field("userIdentity.arn", &[arn], &[])];
            of(Vec::new(), vec![Advanced { fields }]).admit(&alice)
        };
        assert!(by("arn:aws:iam::111111111111:user/alice"));
        assert!(!by("arn:aws:iam::111111111111:user/bob"));
        // What the event does not show may keep it out.
        assert!(!admits(vec![
            management(),
            field("userIdentity.arn", &[], &["x"])
        ]));
        assert!(!admits(vec![
            management(),
            field("sessionCredentialFromConsole", &["true"], &[])
        ]));
        let begins = SelectorField {
            name: "eventName".into(),
            starts_with: vec!["Dec".into()],
            not_ends_with: vec!["ed".into()],
            ..SelectorField::default()
        };
        assert!(admits(vec![management(), begins]));
    }
}
