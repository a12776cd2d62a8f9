//! `webhook-app explain`: says why a captured request does or does not prove its sender.

use anyhow::{Context, Result, anyhow, bail};
use hyper::HeaderMap;
use hyper::http::{HeaderName, HeaderValue};

use super::{now, print, read, scheme};
use crate::config::ExplainArgs;
use crate::verify::explain::{Case, explain};

/// Explains one request. True: it proves its sender.
///
/// # Errors
/// When the files cannot be used.
pub fn run(arguments: &ExplainArgs) -> Result<bool> {
    let Some(scheme) = scheme(&arguments.by)? else {
        bail!("--verification is missing: name the scheme by which it should be signed");
    };
    let headers = read("--headers-file", &arguments.headers_file)?;
    let headers =
        headers_of(&headers).with_context(|| format!("--headers-file {}", arguments.headers_file.display()))?;
    let secrets = arguments
        .secret_file
        .iter()
        .map(|file| Ok((file.display().to_string(), read("--secret-file", file)?)));
    let secrets = secrets.collect::<Result<Vec<_>>>()?;
    let case = Case {
        scheme: &scheme,
        tolerance: arguments.tolerance,
        headers: &headers,
        body: &read("--body-file", &arguments.body_file)?,
        secrets: &secrets,
        now: arguments.at.unwrap_or_else(now),
    };
    let finding = explain(&case).map_err(|reason| anyhow!("--secret-file: {reason}"))?;
    print(&finding.line)?;
    Ok(finding.is_proven)
}

/// Reads `Name: value` lines, as tools print them: a request line and the `>` of curl are left out.
fn headers_of(text: &[u8]) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    let text = std::str::from_utf8(text).context("it is no text")?;
    for (place, line) in text.lines().enumerate() {
        let line = line.strip_prefix("> ").unwrap_or(line).trim_end_matches('\r');
        let is_request = place == 0 && line.contains(" HTTP/");
        if line.is_empty() || line == ">" || is_request {
            continue;
        }
        let advice = || anyhow!("line {} is no header: write one Name: value in a line", place + 1);
        let (name, value) = line.split_once(':').ok_or_else(advice)?;
        let name: HeaderName = name.parse().map_err(|_| advice())?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        headers.append(name, HeaderValue::from_str(value).map_err(|_| advice())?);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::headers_of;

    #[test]
    fn headers_as_tools_print_them() {
        let text = "> POST /webhook HTTP/1.1\n> Host: a\n> X-Sig: v1=00\n> X-Sig:second\n>\n";
        let headers = headers_of(text.as_bytes()).unwrap();
        assert_eq!(headers["host"], "a");
        assert_eq!(headers.get_all("x-sig").iter().collect::<Vec<_>>(), ["v1=00", "second"]);
        let mistake = headers_of(b"Host: a\nwhat\n").unwrap_err().to_string();
        assert_eq!(mistake, "line 2 is no header: write one Name: value in a line");
    }
}
