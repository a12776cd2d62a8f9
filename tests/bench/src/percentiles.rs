//! Percentiles of what was measured.

use std::time::Duration;

/// The value that so many thousandths of `times` are not above; zero when there is none.
#[must_use]
pub fn permille(times: &mut [Duration], thousandths: usize) -> Duration {
    times.sort_unstable();
    let place = (times.len() * thousandths).div_ceil(1000);
    times.get(place.saturating_sub(1)).copied().unwrap_or_default()
}
