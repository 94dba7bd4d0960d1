//! Calls to other services over HTTP, which are few: the keys of an issuer, traces for a collector.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// An address over HTTP. One with a user and a password is none: it would be printed and logged.
pub fn address(text: &str) -> Option<Uri> {
    let address = text.parse::<Uri>().ok()?;
    let is_http = matches!(address.scheme_str(), Some("http" | "https"));
    let names_user = address.authority().is_some_and(|authority| authority.as_str().contains('@'));
    (is_http && !names_user).then_some(address)
}

/// What makes calls to an address, each of which may take so long. Certificates are checked against the authorities that
/// the system trusts. Only what is encrypted goes through a proxy that the environment names (`HTTPS_PROXY`).
pub fn agent(address: &Uri, patience: Duration) -> Agent {
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots = roots.iter().map(|root| Certificate::from_der(root).to_owned());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::from(roots))
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .build();
    let config = Agent::config_builder().timeout_global(Some(patience)).tls_config(tls);
    let config = if address.scheme_str() == Some("https") { config } else { config.proxy(None) };
    config.build().into()
}
