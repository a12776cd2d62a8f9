//! What HTTP asks of a request's head beyond what the parser sees to. Pure.
//!
//! Sources: RFC 9112 §3.2 on targets and `Host`, §6.1 on transfer codings.

use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Version};

use crate::answer::Refusal;

/// Whether the head is one that can be answered.
///
/// # Errors
/// [`Refusal::Malformed`] and [`Refusal::UnknownCoding`]. After both it is not certain where the next request begins, or
/// whom this one was meant for.
pub fn check<B>(request: &Request<B>) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_host(host.as_bytes()) => {}
        (None, None) if request.version() < Version::HTTP_11 => {}
        (None, None) => return Err(Refusal::Malformed("the request has no Host header")),
        _ => {
            return Err(Refusal::Malformed(
                "the request must have one Host header, of a host and perhaps a port",
            ));
        }
    }
    let path = request.uri().path();
    if !path.starts_with('/') && path != "*" && request.method() != Method::CONNECT {
        return Err(Refusal::Malformed("the target must begin with a slash"));
    }
    let mut codings = request.headers().get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        _ => Err(Refusal::UnknownCoding),
    }
}

fn is_host(host: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.' || *byte == b'-';
    // Nearly all are; the rest need a closer look, for a port or an address in brackets.
    host.iter().all(is_name)
        || Authority::try_from(host).is_ok_and(|authority| {
            let rest = authority.as_str().strip_prefix(authority.host());
            !host.contains(&b'@')
                && rest.is_some_and(|port| port.is_empty() || authority.port_u16().is_some() || port == ":")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_and_without_ports() {
        for good in [
            "",
            "a",
            "a.b-c",
            "a:80",
            "a:",
            "[::1]",
            "[::1]:5000",
            "1.2.3.4:5",
            "a_b",
        ] {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in [
            "a b", "a/b", "u@a", "a:b", "a:99999", "a:80:80", "[::1", "a?b", "a#b", "\u{e9}",
        ] {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }
}
