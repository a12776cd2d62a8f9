//! How long to wait before the next attempt. Pure.

use std::time::{Duration, SystemTime};

/// The wait after the first attempt, before chance makes it shorter.
const FIRST: Duration = Duration::from_millis(100);

/// The longest wait that is our own choice.
const LONGEST: Duration = Duration::from_secs(2);

/// The wait after attempt `number`, which counts from 1: twice as long each time, and of that a part between half and all
/// by `chance` in 0..=1, so that senders which failed together do not come back together.
#[must_use]
pub fn pause(number: u32, chance: f64) -> Duration {
    let doubled = FIRST.saturating_mul(1 << number.saturating_sub(1).min(10));
    doubled.min(LONGEST).mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// Reads `Retry-After`: seconds, or a date that `now` is compared with (RFC 9110 §10.2.3).
#[must_use]
pub fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.parse().ok().map(Duration::from_secs);
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end_at_two_seconds() {
        let millis = |number, chance| pause(number, chance).as_millis();
        assert_eq!(
            [1, 2, 3, 4, 5, 6].map(|number| millis(number, 1.0)),
            [100, 200, 400, 800, 1600, 2000]
        );
        assert_eq!((millis(1, 0.0), millis(1, 0.5), millis(99, 0.0)), (50, 75, 1000));
    }

    #[test]
    fn retry_after_in_both_forms() {
        let now = httpdate::parse_http_date("Thu, 26 Nov 2026 12:00:00 GMT").unwrap();
        let seconds = |value| retry_after(value, now).map(|time| time.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds("Thu, 26 Nov 2026 12:00:09 GMT"), Some(9));
        assert_eq!(seconds("Thu, 26 Nov 2026 11:00:00 GMT"), Some(0));
        for bad in ["", "soon", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
