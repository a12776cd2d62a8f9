//! Which cAdvisor an image holds, as far as its tag says, and what that one knows. Pure.

/// The release that first knows the metrics kind `pressure`; an older one ends at a kind that it does not know.
/// Source: cAdvisor's `container/factory.go` of v0.51 and v0.52.
const PRESSURE: (u32, u32) = (0, 52);

/// Whether this image's cAdvisor can be asked for `pressure`. One without a readable tag is taken for a present one.
pub(super) fn knows_pressure(image: &str) -> bool {
    release(image).is_none_or(|release| release >= PRESSURE)
}

/// The release's first two numbers.
fn release(image: &str) -> Option<(u32, u32)> {
    let (named, _digest) = image.split_once('@').unwrap_or((image, ""));
    // A registry's port stands before the last slash.
    let tag = named.rsplit('/').next()?.split_once(':')?.1;
    let mut numbers = tag.trim_start_matches('v').split(['.', '-', '+']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::knows_pressure;

    #[test]
    fn by_the_tag_and_present_where_there_is_none_to_read() {
        for (image, expected) in [
            // The original's own.
            ("gcr.io/cadvisor/cadvisor:v0.47.2", false),
            ("registry.example:5000/cadvisor:0.51.0", false),
            ("registry.example:5000/cadvisor:v0.49.1@sha256:0", false),
            ("ghcr.io/google/cadvisor:v0.52.0", true),
            ("ghcr.io/google/cadvisor:0.60.5-amd64", true),
            ("ghcr.io/google/cadvisor:v1.0", true),
            ("ghcr.io/google/cadvisor:latest", true),
            ("registry.example:5000/cadvisor", true),
            ("ghcr.io/google/cadvisor@sha256:0", true),
        ] {
            assert_eq!(knows_pressure(image), expected, "{image}");
        }
    }
}
