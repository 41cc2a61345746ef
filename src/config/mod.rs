//! Configuration: the raw file, then the checked form. No other module reads `intercom-harden.toml`.

/// What the organization declares about itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Organization {
    /// E-mail domains teammates may have; `*.example.com` stands for subdomains.
    pub allowed_domains: Option<Vec<String>>,
    /// Networks sign-ins may come from, as CIDR ranges.
    pub approved_networks: Option<Vec<ipnet::IpNet>>,
    /// The region the workspace has to be in: `US`, `EU` or `AU`.
    pub required_region: Option<String>,
    /// E-mail addresses of people who may export data.
    pub export_approvers: Option<Vec<String>>,
}
