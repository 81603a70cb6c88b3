//! PromQL, parsed and held to what `/metrics` exports.

use std::collections::BTreeSet;

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{self, Expr, VectorSelector};
use promql_parser::util::{ExprVisitor, walk_expr};

use super::openmetrics::Family;

/// Checks a query: it parses, and each name, label and label's value in it is one that is exported.
pub(super) fn check(query: &str, families: &[Family]) -> Result<(), String> {
    // What Grafana fills in.
    let plain = query
        .replace("$__rate_interval", "5m")
        .replace("$__range", "24h");
    let parsed = parser::parse(&plain).map_err(|why| format!("{query}: {why}"))?;
    let mut names = Names {
        families,
        labels: OUTSIDE.iter().map(|it| (*it).to_owned()).collect(),
        grouped: BTreeSet::new(),
        selectors: 0,
    };
    walk_expr(&mut names, &parsed).map_err(|why| format!("{query}: {why}"))?;
    if names.selectors == 0 {
        return Err(format!("{query}: asks for nothing"));
    }
    match names.grouped.difference(&names.labels).next() {
        Some(label) => Err(format!("{query}: nothing has a label {label}")),
        None => Ok(()),
    }
}

struct Names<'a> {
    families: &'a [Family],
    labels: BTreeSet<String>,
    grouped: BTreeSet<String>,
    selectors: u32,
}

impl ExprVisitor for Names<'_> {
    type Error = String;

    fn pre_visit(&mut self, expr: &Expr) -> Result<bool, String> {
        if let Expr::VectorSelector(selector) = expr {
            self.selector(selector)?;
        }
        if let Expr::MatrixSelector(matrix) = expr {
            self.selector(&matrix.vs)?;
        }
        if let Expr::Aggregate(it) = expr {
            let labels = it.modifier.iter().flat_map(|it| it.labels().labels.iter());
            self.grouped.extend(labels.cloned());
        }
        Ok(true)
    }
}

impl Names<'_> {
    fn selector(&mut self, selector: &VectorSelector) -> Result<(), String> {
        self.selectors += 1;
        let name = selector
            .name
            .as_deref()
            .ok_or("a selector without a name")?;
        // Prometheus's own, of every target.
        if name == "up" {
            return Ok(());
        }
        let family = self
            .families
            .iter()
            .find(|it| it.samples.iter().any(|it| it.name == name))
            .ok_or(format!("{name} is not exported"))?;
        if family.kind == "histogram" && name.ends_with("_bucket") {
            self.labels.insert("le".to_owned());
        }
        self.labels.extend(family.labels());
        for matcher in &selector.matchers.matchers {
            value(family, matcher)?;
        }
        Ok(())
    }
}

/// A label that is matched is there, and where its value is one word, so is the value.
fn value(family: &Family, matcher: &Matcher) -> Result<(), String> {
    let label = &matcher.name;
    if OUTSIDE.contains(&label.as_str()) {
        return Ok(());
    }
    if !family.labels().contains(label) {
        return Err(format!("{} has no label {label}", family.name));
    }
    let values = || family.samples.iter().filter_map(|it| it.labels.get(label));
    let there = match &matcher.op {
        MatchOp::Equal | MatchOp::NotEqual => values().any(|it| *it == matcher.value),
        // A status depends on what has been asked so far.
        MatchOp::Re(_) | MatchOp::NotRe(_) if label == "status" => true,
        MatchOp::Re(regex) | MatchOp::NotRe(regex) => values().any(|it| regex.is_match(it)),
    };
    if there {
        Ok(())
    } else {
        Err(format!("{label} is never {:?}", matcher.value))
    }
}

/// What Prometheus adds to every series.
const OUTSIDE: [&str; 2] = ["job", "instance"];

#[tokio::test]
async fn what_is_not_exported_is_found() {
    let world = crate::world::World::new().await;
    let families = super::families(&world).await;
    for good in [
        "sum by (provider) (rate(malipo_provider_calls_total{outcome=\"ok\"}[$__rate_interval]))",
        "histogram_quantile(0.9, sum by (le, route) (rate(malipo_http_request_duration_seconds_bucket[5m])))",
        "up{job=\"malipo\"} == 0",
    ] {
        assert_eq!(check(good, &families), Ok(()));
    }
    for bad in [
        "sum(malipo_store_up",
        "1 + 1",
        "malipo_provider_calls",
        "malipo_nothing",
        "malipo_store_up{provider=\"joyndpay\"}",
        "malipo_provider_calls_total{outcome=\"fine\"}",
        "malipo_provider_calls_total{outcome=~\"fine|better\"}",
        "sum by (colour) (malipo_provider_calls_total)",
        "{job=\"malipo\"}",
    ] {
        assert!(check(bad, &families).is_err(), "{bad}");
    }
}
