//! Reads the header of a signature into the signatures it presents. Pure, bounded, and strict: what a sender's own library
//! would not have written is malformed.

use data_encoding::{BASE64, HEXLOWER};

use super::scheme::{Algorithm, Encoding, Form};

/// The most signatures that one header may present: as many as a sender that rotates keys could need.
const MOST: usize = 16;

/// What a header presents.
#[derive(Debug, PartialEq, Eq)]
pub struct Presented<'a> {
    /// The signatures of known versions, at least one.
    pub signatures: Vec<Signature<'a>>,
    /// The time of signing, where the header carries it.
    pub stamp: Option<&'a str>,
}

/// One presented proof.
#[derive(Debug, PartialEq, Eq)]
pub enum Signature<'a> {
    /// The bytes of a signature, as many as its function gives.
    Made {
        /// The function.
        by: Algorithm,
        /// The bytes; what is beyond [`Algorithm::length`] is 0.
        bytes: [u8; 64],
    },
    /// The secret itself.
    Token(&'a str),
}

/// The header is not written as its form asks.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

/// Reads `value`, which is written in `form`.
///
/// # Errors
/// [`Malformed`], also when every signature is of an unknown version: there is nothing that could be checked.
pub fn read<'a>(form: &Form, value: &'a str) -> Result<Presented<'a>, Malformed> {
    let presented = match form {
        Form::Plain {
            prefix,
            algorithm,
            encoding,
        } => {
            let text = value.strip_prefix(prefix.as_str()).ok_or(Malformed)?;
            Presented {
                signatures: vec![decode(text, *algorithm, *encoding)?],
                stamp: None,
            }
        }
        Form::Token { prefix } => Presented {
            signatures: vec![Signature::Token(value.strip_prefix(prefix.as_str()).ok_or(Malformed)?)],
            stamp: None,
        },
        Form::Versions => versions(value)?,
        Form::Fields => fields(value)?,
    };
    if presented.signatures.is_empty() {
        return Err(Malformed);
    }
    Ok(presented)
}

fn versions(value: &str) -> Result<Presented<'_>, Malformed> {
    let mut signatures = Vec::new();
    for (count, one) in value.split(' ').enumerate() {
        let (version, text) = one.split_once(',').ok_or(Malformed)?;
        let algorithm = match version {
            _ if count >= MOST => return Err(Malformed),
            "v1" => Algorithm::HmacSha256,
            "v1a" => Algorithm::Ed25519,
            _ => continue,
        };
        signatures.push(decode(text, algorithm, Encoding::Base64)?);
    }
    Ok(Presented {
        signatures,
        stamp: None,
    })
}

fn fields(value: &str) -> Result<Presented<'_>, Malformed> {
    let (mut signatures, mut stamp) = (Vec::new(), None);
    for (count, field) in value.split(',').enumerate() {
        match field.split_once('=').ok_or(Malformed)? {
            _ if count > MOST => return Err(Malformed),
            ("t", time) if stamp.is_none() => stamp = Some(time),
            ("t", _) => return Err(Malformed),
            ("v1", text) => signatures.push(decode(text, Algorithm::HmacSha256, Encoding::Hex)?),
            // Stripe's `v0` is a decoy, and what else may come is not ours to judge.
            _ => {}
        }
    }
    Ok(Presented { signatures, stamp })
}

fn decode(text: &str, by: Algorithm, encoding: Encoding) -> Result<Signature<'static>, Malformed> {
    let encoding = match encoding {
        Encoding::Hex => &HEXLOWER,
        Encoding::Base64 => &BASE64,
    };
    // Room for the longest, and what base64 counts as room for its padding.
    let mut room = [0; 66];
    let length = encoding.decode_len(text.len()).map_err(|_| Malformed)?;
    let space = room.get_mut(..length).ok_or(Malformed)?;
    let written = encoding.decode_mut(text.as_bytes(), space).map_err(|_| Malformed)?;
    if written != by.length() {
        return Err(Malformed);
    }
    let mut bytes = [0; 64];
    bytes[..written].copy_from_slice(&room[..written]);
    Ok(Signature::Made { by, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex_after(prefix: &str) -> Form {
        Form::Plain {
            prefix: prefix.to_owned(),
            algorithm: Algorithm::HmacSha256,
            encoding: Encoding::Hex,
        }
    }

    #[test]
    fn a_plain_signature_is_its_prefix_and_exactly_its_bytes() {
        let good = format!("sha256={}", "0a".repeat(32));
        let read_it = read(&hex_after("sha256="), &good).unwrap();
        let mut bytes = [0; 64];
        bytes[..32].fill(10);
        let by = Algorithm::HmacSha256;
        assert_eq!(read_it.signatures, [Signature::Made { by, bytes }]);
        for bad in [
            "",
            "sha256=",
            "sha1=0a",
            &good.to_uppercase(),
            &good.replace("0a", "0A"),
            &good[..good.len() - 2],
            &good[..good.len() - 1],
            &format!("{good}00"),
            &format!(" {good}"),
            &format!("{good} "),
            &format!("sha256={}", "g".repeat(64)),
            &format!("sha256={}", "0a".repeat(20)),
        ] {
            assert_eq!(read(&hex_after("sha256="), bad), Err(Malformed), "{bad}");
        }
    }

    #[test]
    fn lists_keep_what_is_known_and_refuse_what_is_broken() {
        let (hmac, key) = (BASE64.encode(&[1; 32]), BASE64.encode(&[2; 64]));
        let count = |value: &str| read(&Form::Versions, value).map(|presented| presented.signatures.len());
        assert_eq!(count(&format!("v1,{hmac} v1a,{key} v2,what v1,{hmac}")), Ok(3));
        let many = vec![format!("v1,{hmac}"); MOST + 1].join(" ");
        let double = format!("v1,{hmac}  v1,{hmac}");
        let swapped = format!("v1,{key}");
        for bad in [
            "",
            "v1",
            "v1,",
            ",,",
            "v2,what",
            &hmac,
            &many,
            &double,
            &swapped,
            &format!("v1,{}", hmac.trim_end_matches('=')),
        ] {
            assert_eq!(count(bad), Err(Malformed), "{bad}");
        }
    }

    #[test]
    fn fields_have_one_time_and_any_number_of_signatures() {
        let hex = "0b".repeat(32);
        let good = format!("t=12,v1={hex},v0=decoy,v1={hex}");
        let presented = read(&Form::Fields, &good).unwrap();
        assert_eq!((presented.stamp, presented.signatures.len()), (Some("12"), 2));
        for bad in [
            "",
            "t=",
            "t,v1=",
            "t=1",
            "t=1,v0=00",
            ",,",
            "v1=",
            &format!("t=1,t=2,v1={hex}"),
            &format!("t=1,v1={}", &hex[..8]),
        ] {
            assert_eq!(read(&Form::Fields, bad), Err(Malformed), "{bad}");
        }
        assert_eq!(read(&Form::Fields, &format!("v1={hex}")).unwrap().stamp, None);
    }
}
