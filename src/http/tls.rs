//! TLS by the service itself: a certificate and its key, read again when the files change.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const OFTEN: Duration = Duration::from_secs(10);

/// How often the log says that they are still no good: nobody else sees it before the old certificate is over.
const REMINDER: Duration = Duration::from_secs(60 * 60);

/// Where a certificate and its key are, in PEM.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// The certificate of the service, and behind it those of the authorities between it and one that clients know.
    pub chain: PathBuf,
    /// The private key of the service.
    pub key: PathBuf,
}

/// What a service proves itself with. While this is there, the files are looked at.
pub struct Certificate {
    current: watch::Receiver<Arc<ServerConfig>>,
    reader: JoinHandle<()>,
}

impl Certificate {
    /// Reads the files; the error says which of them is no good, and why. When they change, new connections get what they
    /// say then; while that is no good, what they said before.
    pub async fn read(files: CertificateFiles) -> anyhow::Result<Self> {
        let mut used = Content::read(&files)?;
        let (sender, current) = watch::channel(used.config(&files)?);
        let reader = tokio::spawn(async move {
            let mut complaint: Option<(String, Instant)> = None;
            loop {
                tokio::time::sleep(OFTEN).await;
                let read = Content::read(&files).and_then(|now| {
                    let config = (now != used).then(|| now.config(&files)).transpose()?;
                    Ok(config.map(|config| (now, config)))
                });
                match read {
                    Ok(None) => complaint = None,
                    Ok(Some((now, config))) => {
                        complaint = None;
                        used = now;
                        sender.send_replace(config);
                        tracing::info!("the certificate was read again");
                    }
                    Err(error) => {
                        let error = format!("{error:#}");
                        let told = |(said, at): &(String, Instant)| *said == error && at.elapsed() < REMINDER;
                        if !complaint.as_ref().is_some_and(told) {
                            tracing::warn!(error, "the new certificate is no good; the old one stays in use");
                            complaint = Some((error, Instant::now()));
                        }
                    }
                }
            }
        });
        Ok(Self { current, reader })
    }

    /// For the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.current.borrow().clone().into()
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// What the files say.
#[derive(PartialEq)]
struct Content {
    chain: Vec<u8>,
    key: Vec<u8>,
}

impl Content {
    fn read(files: &CertificateFiles) -> anyhow::Result<Self> {
        let read = |file: &PathBuf| fs::read(file).with_context(|| format!("cannot read {}", file.display()));
        Ok(Self { chain: read(&files.chain)?, key: read(&files.key)? })
    }

    fn config(&self, files: &CertificateFiles) -> anyhow::Result<Arc<ServerConfig>> {
        let certificates = CertificateDer::pem_slice_iter(&self.chain).collect::<Result<Vec<_>, _>>();
        let chain = certificates.with_context(|| format!("{} is not in PEM", files.chain.display()))?;
        if chain.is_empty() {
            bail!("{} holds no certificate in PEM", files.chain.display());
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .with_context(|| format!("{} holds no private key in PEM", files.key.display()))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .with_context(|| {
                format!("{} and {} do not belong together", files.chain.display(), files.key.display())
            })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
