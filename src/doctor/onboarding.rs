//! How to come by a token that can do what a scan needs and nothing else.

use clap::ValueEnum as _;

use crate::region::Region;

/// The steps, in order.
pub(super) fn steps() -> Vec<String> {
    [
        "Sign in to Intercom, open Settings > Integrations > Developer Hub and create an app for this workspace",
        "Open the app's Authentication page and choose to edit its permissions: a new app starts with all of them",
        "Untick everything except \"Read admins\" and \"Read admin activity logs\", then save",
        "Regenerate the access token: the one the app was created with keeps the permissions it started with",
        "Copy the new token into the environment variable INTERCOM_ACCESS_TOKEN, or into a file that only you may \
         read and name it with --token-file; it does not go on the command line",
        "Run intercom-harden doctor again, with the --region that the table names",
    ]
    .map(str::to_owned)
    .into()
}

/// Where people sign in, the option that goes with it, and the API's address, region by region.
pub(super) fn regions() -> Vec<[String; 3]> {
    let row = |region: &Region| {
        [region.web_origin(), &format!("--region {}", region.into_str()), region.api_origin()]
            .map(str::to_owned)
    };
    Region::value_variants().iter().map(row).collect()
}
