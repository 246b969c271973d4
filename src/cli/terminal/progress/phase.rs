//! The phases of a run, in order, and their names.

/// A phase of the work. The order is that of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Phase {
    /// A copy on disk is opened.
    Opening,
    /// The files of a bundle are compared with its manifest.
    CheckingBundle,
    /// The parts of a plan are read and checked.
    CheckingParts,
    /// Credentials are read or fetched.
    SigningIn,
    /// CloudTrail and S3 are asked where the trails write, and where the buckets are.
    LookingUp,
    /// The rows of an S3 Inventory are read and sorted.
    ReadingInventory,
    /// `doctor` makes its checks.
    Checking,
    /// `explain` reads the digests around an object.
    Explaining,
    /// Folders of digests are listed; how many there are is not known.
    Listing,
    /// Digests are listed, read and proven.
    Digests,
    /// Logs are read.
    Logs,
    /// Events around gaps and damage are searched.
    Causes,
    /// Objects that no digest lists are searched.
    Unreferenced,
    /// Events that AWS lists are compared with those of proven logs.
    Comparing,
    /// The proven logs are searched for records.
    Searching,
}

impl Phase {
    const ALL: [Phase; 15] = [
        Phase::Opening,
        Phase::CheckingBundle,
        Phase::CheckingParts,
        Phase::SigningIn,
        Phase::LookingUp,
        Phase::ReadingInventory,
        Phase::Checking,
        Phase::Explaining,
        Phase::Listing,
        Phase::Digests,
        Phase::Logs,
        Phase::Causes,
        Phase::Unreferenced,
        Phase::Comparing,
        Phase::Searching,
    ];

    /// The phase of a number.
    pub fn of(number: u8) -> Phase {
        let phase = Phase::ALL.get(usize::from(number)).copied();
        phase.unwrap_or(Phase::Unreferenced)
    }

    /// What is done, for people.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Opening => "opening the copy",
            Phase::CheckingBundle => "checking the files of the bundle",
            Phase::CheckingParts => "checking the parts",
            Phase::SigningIn => "signing in to AWS",
            Phase::LookingUp => "looking up trails and buckets in AWS",
            Phase::ReadingInventory => "reading the inventory",
            Phase::Checking => "checking what a validation needs",
            Phase::Explaining => "checking the digests around this object",
            Phase::Listing => "listing digests",
            Phase::Digests => "digests",
            Phase::Logs => "logs",
            Phase::Causes => "searching for the causes of gaps",
            Phase::Unreferenced => "searching for logs that no digest lists",
            Phase::Comparing => "comparing with LookupEvents",
            Phase::Searching => "searching the proven records",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Phase;

    #[test]
    fn each_phase_comes_back_from_its_number() {
        for phase in Phase::ALL {
            assert_eq!(Phase::of(phase as u8), phase);
        }
    }
}
