//! Calls to other services over HTTP, which are few: the keys of an issuer, traces for a collector.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// What makes calls, each of which may take so long. Certificates are checked against the authorities that the system
/// trusts.
pub fn agent(patience: Duration) -> Agent {
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots = roots.iter().map(|root| Certificate::from_der(root).to_owned());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::from(roots))
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .build();
    Agent::config_builder().timeout_global(Some(patience)).tls_config(tls).build().into()
}
