//! Targets behind TLS: only one whose certificate is vouched for, and is its own, gets a webhook.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "wire/program.rs"]
mod program;
mod wire;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use program::Program;
use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use wire::{ask, request};

/// A target for `localhost` with a certificate of an authority of its own, whose certificate is in the file.
fn target() -> (u16, PathBuf) {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authority.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let own_key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let own = own.signed_by(&own_key, &Issuer::new(params, key)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![own.der().clone()],
            PrivateKeyDer::Pkcs8(own_key.serialize_der().into()),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            let (mut seen, mut space) = (Vec::new(), [0; 1024]);
            // A client that does not like the certificate ends it here.
            while let Ok(length @ 1..) = stream.read(&mut space) {
                seen.extend_from_slice(&space[..length]);
                if seen.ends_with(b"{}") {
                    let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
                }
            }
        }
    });
    (port, file)
}

fn status(host: &str, port: u16, authorities: Option<&Path>) -> u16 {
    let url = format!("https://{host}:{port}/");
    let mut arguments = vec!["--delivery-http-url", &url, "--delivery-attempts", "1"];
    let file = authorities.map(|path| path.to_string_lossy().into_owned());
    arguments.extend(file.iter().flat_map(|file| ["--delivery-ca-file", file]));
    let program = Program::start(&arguments);
    ask(
        program.address,
        &request("POST", "/webhook", Some("application/json"), b"{}"),
    )
    .status
}

#[test]
fn only_a_target_with_a_certificate_of_its_own_that_is_vouched_for() {
    let (port, authority) = target();
    assert_eq!(status("localhost", port, Some(&authority)), 200);
    assert_eq!(status("localhost", port, None), 502, "nobody vouches for it");
    assert_eq!(
        status("127.0.0.1", port, Some(&authority)),
        502,
        "the certificate is another's"
    );
}
