//! The row that says whether the receivers are up. From what Prometheus knows of its own targets, and the receivers' own counters.

use super::frame::Row;
use super::panel::{Judgement, Panel, unit};
use super::query::{RECEIVERS, series};

pub(super) fn row() -> Row {
    let up = series("up", RECEIVERS);
    let (count, build) = (
        "webhook_processing_time_seconds_count",
        series("webhook_build_info", RECEIVERS),
    );
    Row {
        title: "Are the receivers up?",
        panels: vec![
            Panel::number("Up", unit::COUNT, Judgement::GoodFrom(1.0), "Receivers that answered Prometheus' last scrape.")
                .asks(format!("sum({up})"), "up"),
            Panel::number("Down", unit::COUNT, Judgement::BadFrom(1.0), "Receivers that Prometheus knows of and that did not answer its last scrape: still starting, or gone wrong.")
                .asks(format!("count({up} == 0) or vector(0)"), "down"),
            Panel::number("Restarts", unit::COUNT, Judgement::BadFrom(1.0), "How often a receiver's container began anew in the shown time, as its counter of requests shows: of one that had no request before, it shows nothing.")
                .asks(format!("sum(resets({}[$__range]))", series(count, RECEIVERS)), "restarts"),
            Panel::number("Versions", unit::COUNT, Judgement::BadFrom(2.0), "Different versions of the receiver at work; more than one only while they are replaced.")
                .asks(format!("count(count by (version) ({build}))"), "versions"),
        ],
    }
}
