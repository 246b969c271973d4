//! What remains open where older logs are listed by an S3 Inventory.

use crate::base::text::plural;
use crate::validate::request::inventory::KnownInventory;
use crate::validate::request::{LogSelection, Request};

/// One sentence for each inventory.
pub(super) fn sentences(request: &Request) -> impl Iterator<Item = String> {
    let inventories = request.prior.inventories.iter();
    inventories.map(|inventory| sentence(request, inventory))
}

fn sentence(request: &Request, inventory: &KnownInventory) -> String {
    let KnownInventory {
        bucket,
        created,
        first_listed,
        objects,
        compared,
        ..
    } = inventory;
    let unread = match request.logs {
        LogSelection::All => "",
        _ => ", and that logs there that were not read still exist",
    };
    let sample = match compared {
        Err(why) => format!("No part of it could be compared with S3: {why}"),
        Ok(differences) if differences.wrong.count > 0 => {
            "A random sample of it differs from what S3 lists".to_owned()
        }
        Ok(differences) if differences.gone.count > 0 => format!(
            "In a random sample of it, {} that S3 does not list any more: {}",
            plural(differences.gone.count, "object"),
            differences.gone.list()
        ),
        Ok(differences) if differences.stretches == 0 => "It lists nothing".to_owned(),
        Ok(_) => "A random sample of it agrees with what S3 lists".to_owned(),
    };
    format!(
        "that no object was added among the logs of bucket {bucket} from days before {first_listed} since \
         {created}{unread}: they were not listed in S3, but taken from an S3 Inventory of that time ({}), which S3 \
         does not sign. {sample}",
        plural(*objects, "object"),
    )
}
