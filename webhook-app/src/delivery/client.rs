//! The HTTP client that reaches targets: HTTP/1.1 over TCP or TLS, with connections that are used again.
//! Follows no redirect, reads no proxy's variables, decides nothing.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// How long a connection may take to be made, TLS not counted.
const CONNECT_TIME: Duration = Duration::from_secs(3);

/// How long a connection that nobody uses is kept. Shorter than servers keep theirs, so that none closes on a webhook.
const IDLE_TIME: Duration = Duration::from_secs(4);

/// A client of one target.
pub type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client that trusts the public certificate authorities, and those in the PEM file `authorities`.
///
/// # Errors
/// When `authorities` cannot be read, or holds no certificate.
pub fn new(authorities: Option<&Path>) -> Result<HttpClient> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = authorities {
        add(&mut roots, path).with_context(|| format!("--delivery-ca-file {}", path.display()))?;
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIME));
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIME)
        .build(connector))
}

fn add(roots: &mut RootCertStore, path: &Path) -> Result<()> {
    let mut found = 0;
    for certificate in CertificateDer::pem_file_iter(path)? {
        roots.add(certificate?)?;
        found += 1;
    }
    ensure!(
        found > 0,
        "holds no certificate: write at least one in PEM form into it"
    );
    Ok(())
}
