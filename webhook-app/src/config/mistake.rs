//! What to say of a mistake on the command line: one line, with what is wrong, where, and what to write instead.

use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::{ContextKind, ErrorKind};

use super::Config;

/// One line about what is wrong, where, and what to write instead; `None` when `error` only carries help or the version.
#[must_use]
pub fn mistake(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return None;
    }
    let context = |kind| error.get(kind).map(ToString::to_string);
    let argument = context(ContextKind::InvalidArg).unwrap_or_default();
    let value = context(ContextKind::InvalidValue).unwrap_or_default();
    let place = place(argument.split(' ').next().unwrap_or_default(), arguments);
    let line = match error.kind() {
        ErrorKind::ValueValidation => {
            let advice = std::error::Error::source(error).map(ToString::to_string);
            format!("{place}: {value:?} cannot be used: {}", advice.unwrap_or_default())
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{place}: a value is missing: write one after it"),
        ErrorKind::InvalidValue => {
            let known = context(ContextKind::ValidValue).unwrap_or_default();
            format!("{place}: {value:?} cannot be used: write one of {known}")
        }
        ErrorKind::UnknownArgument => format!("{place}: there is no such flag: write one that --help lists"),
        ErrorKind::InvalidSubcommand => {
            let word = context(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("{word}: there is no such flag or command: write one that --help lists")
        }
        ErrorKind::MissingRequiredArgument => format!("{argument} is missing: write it, as --help shows"),
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            format!("{}: see --help", first.trim_start_matches("error: "))
        }
    };
    Some(line)
}

/// The flag as it was written, or the variable behind it when the command line does not name it.
fn place(flag: &str, arguments: &[OsString]) -> String {
    let is_written = |argument: &OsString| argument.to_string_lossy().split('=').next() == Some(flag);
    if arguments.iter().any(is_written) {
        return flag.to_owned();
    }
    let command = Config::command();
    let of_flag = command
        .get_arguments()
        .find(|known| known.get_long() == flag.strip_prefix("--"));
    let variable = of_flag.and_then(|known| known.get_env());
    variable.map_or_else(|| flag.to_owned(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::LogFormat;
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Config, String> {
        let arguments: Vec<OsString> = ["webhook-app"].iter().chain(arguments).map(Into::into).collect();
        Config::read(&arguments).map_err(|error| mistake(&error, &arguments).unwrap_or_default())
    }

    #[test]
    fn the_defaults() {
        let config = parsed(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "0.0.0.0:5000");
        assert_eq!(config.metrics_listen, None);
        assert_eq!(config.path, "/webhook");
        assert_eq!(config.max_payload_bytes, 1_048_576);
        assert_eq!(config.max_concurrent_requests, 512);
        assert_eq!(config.request_timeout, Duration::from_secs(10));
        assert_eq!(config.drain_delay, Duration::from_secs(5));
        assert_eq!(config.log_format, LogFormat::Json);
    }

    #[test]
    fn a_mistake_is_one_line_with_what_where_and_what_to_write() {
        let path =
            "write a path that starts with '/' and holds only letters, digits and . _ ~ / -, for example /webhook";
        let address = "write an IP address and a port, for example 0.0.0.0:5000 or [::]:5000";
        let bytes = "write a whole number of bytes from 1 to 104857600";
        let unit = "write a number and its unit, for example 500ms, 10s or 1m";
        for (arguments, line) in [
            (&["--path", "hook"][..], format!("--path: \"hook\" cannot be used: {path}")),
            (&["--path=/a b"], format!("--path: \"/a b\" cannot be used: {path}")),
            (
                &["--path", "/metrics"],
                "--path: \"/metrics\" cannot be used: /metrics, /healthz and /readyz are taken: write another path, for example /webhook".to_owned(),
            ),
            (&["--listen", "5000"], format!("--listen: \"5000\" cannot be used: {address}")),
            (&["--max-payload-bytes", "0"], format!("--max-payload-bytes: \"0\" cannot be used: {bytes}")),
            (&["--max-payload-bytes", "1MB"], format!("--max-payload-bytes: \"1MB\" cannot be used: {bytes}")),
            (
                &["--max-concurrent-requests", "0"],
                "--max-concurrent-requests: \"0\" cannot be used: write a whole number of requests from 1 to 1000000".to_owned(),
            ),
            (&["--request-timeout", "10"], format!("--request-timeout: \"10\" cannot be used: {unit}")),
            (
                &["--request-timeout", "0s"],
                "--request-timeout: \"0s\" cannot be used: write a time longer than nothing, for example 10s".to_owned(),
            ),
            (&["--drain-delay", "2h"], "--drain-delay: \"2h\" cannot be used: write at most 1h".to_owned()),
            (&["--log-format", "xml"], "--log-format: \"xml\" cannot be used: write one of json, text".to_owned()),
            (&["--path"], "--path: a value is missing: write one after it".to_owned()),
            (&["--paht", "/a"], "--paht: there is no such flag: write one that --help lists".to_owned()),
            (
                &["send", "localhost:5000"],
                "<URL>: \"localhost:5000\" cannot be used: write the target's URL, for example http://orders.shop.svc/events".to_owned(),
            ),
            (
                &["explain", "--headers-file", "h"],
                "--body-file <FILE>, --secret-file <FILE> is missing: write it, as --help shows".to_owned(),
            ),
            (&["stray"], "stray: there is no such flag or command: write one that --help lists".to_owned()),
        ] {
            assert_eq!(parsed(arguments).unwrap_err(), line, "{arguments:?}");
        }
        let twice = parsed(&["--path", "/a", "--path", "/b"]).unwrap_err();
        assert!(!twice.contains('\n') && twice.contains("--path"), "{twice}");
    }

    #[test]
    fn help_and_version_are_no_mistakes() {
        for flag in ["--help", "--version"] {
            assert_eq!(parsed(&[flag]).unwrap_err(), "", "{flag}");
        }
    }
}
