//! Answers, good and bad, from a server that speaks for Prometheus.

#![allow(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

use std::io;

use axum::Router;
use axum::extract::RawQuery;
use axum::routing::get;
use tokio::net::TcpListener;

use super::*;

/// Serves `answer` to our query alone, under a path as Prometheus' `--web.route-prefix` gives it one.
async fn serve(answer: &'static str) -> io::Result<Client> {
    let query = move |RawQuery(query): RawQuery| async move {
        let asked = query.unwrap_or_default();
        let asked: Vec<_> = form_urlencoded::parse(asked.as_bytes()).collect();
        if asked == [("query".into(), QUERY.into())] {
            answer
        } else {
            "{}"
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/prometheus", listener.local_addr()?);
    let router = Router::new().route("/prometheus/api/v1/query", get(query));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(client(url.parse().unwrap()).unwrap())
}

fn place(namespace: &str, name: &str) -> Place {
    (namespace.into(), name.into())
}

#[tokio::test]
async fn a_service_is_up_when_one_of_its_targets_is() {
    let answer = r#"{"status": "success", "data": {"resultType": "vector", "result": [
        {"metric": {"namespace": "shop", "service": "orders", "up": "0"}, "value": [1, "1"]},
        {"metric": {"namespace": "shop", "service": "orders", "up": "1"}, "value": [1, "2"]},
        {"metric": {"namespace": "shop", "service": "stock", "up": "0"}, "value": [1, "2"]},
        {"metric": {"service": "elsewhere", "up": "1"}, "value": [1, "1"]}
    ]}}"#;
    let all = ask(&serve(answer).await.unwrap()).await.unwrap();
    assert_eq!(
        all,
        HashMap::from([
            (place("shop", "orders"), true),
            (place("shop", "stock"), false),
            (place("", "elsewhere"), true)
        ])
    );
}

#[tokio::test]
async fn what_is_no_answer_is_told() {
    for (answer, expected) in [
        (
            r#"{"status": "error", "errorType": "execution", "error": "too many samples"}"#,
            "it says: too many samples",
        ),
        (
            "<html>",
            "its answer is none of a Prometheus: expected value at line 1 column 1",
        ),
        (
            r#"{"status": "success", "data": {"resultType": "scalar", "result": [1, "1"]}}"#,
            "its answer is none of a Prometheus: unknown variant `scalar`, expected `vector`",
        ),
    ] {
        let told = ask(&serve(answer).await.unwrap()).await.unwrap_err();
        assert_eq!(told, expected, "{answer}");
    }
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let told = ask(&client(url.parse().unwrap()).unwrap()).await.unwrap_err();
    assert!(told.contains("refused"), "{told}");
}

#[test]
fn only_what_is_news_is_told_of() {
    let targets = Targets::default();
    let answered =
        |all: &[(&str, bool)]| Known::Answered(all.iter().map(|(name, up)| (place("shop", name), *up)).collect());
    let news = |now: Known| {
        let mut news = targets.learn(now);
        if let Some(all) = &mut news {
            all.sort();
        }
        news
    };
    assert_eq!(targets.of("shop", "orders"), Scrape::Unasked);
    assert_eq!(news(Known::Pending), None);
    assert_eq!(targets.of("shop", "orders"), Scrape::Pending);
    assert_eq!(
        news(answered(&[("orders", true), ("stock", true)])),
        None,
        "all objects have waited for it"
    );
    assert_eq!(news(answered(&[("orders", true), ("stock", true)])), Some(vec![]));
    let changed = answered(&[("orders", false), ("new", true)]);
    assert_eq!(
        news(changed),
        Some(vec![
            place("shop", "new"),
            place("shop", "orders"),
            place("shop", "stock")
        ])
    );
    assert_eq!(targets.of("shop", "orders"), Scrape::Down);
    assert_eq!(targets.of("shop", "new"), Scrape::Up);
    assert_eq!(targets.of("shop", "stock"), Scrape::Absent);
    assert_eq!(news(Known::Unanswered("no".to_owned())), None);
    assert_eq!(news(Known::Unanswered("no".to_owned())), Some(vec![]));
    assert_eq!(targets.of("shop", "orders"), Scrape::Unanswered("no".to_owned()));
}
