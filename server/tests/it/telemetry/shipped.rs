//! `dashboard.json` and `alerts.yml`: what they ask for is what is exported, and each alarm is explained.

use std::collections::BTreeSet;

use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

use super::{MANUAL, families, queries};
use crate::world::World;

fn dashboard() -> Value {
    serde_json::from_str(include_str!("../../../dashboard.json")).unwrap()
}

/// The panels that ask for something; rows are headings.
fn panels(dashboard: &Value) -> Vec<&Value> {
    let all = dashboard["panels"].as_array().unwrap().iter();
    all.filter(|it| it["type"] != "row").collect()
}

#[tokio::test]
async fn the_dashboard_asks_for_what_is_exported() {
    let world = World::new().await;
    let families = families(&world).await;
    let dashboard = dashboard();
    let mut asked = 0;
    for panel in panels(&dashboard) {
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            queries::check(query, &families).unwrap();
            asked += 1;
        }
    }
    assert!(20 < asked);
}

#[test]
fn the_dashboard_can_be_imported() {
    let dashboard = dashboard();
    // Without an id: Grafana gives it one. https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model
    assert_eq!(dashboard["id"], Value::Null);
    for key in ["title", "uid"] {
        assert!(!dashboard[key].as_str().unwrap().is_empty(), "{key}");
    }
    assert!(36 <= dashboard["schemaVersion"].as_u64().unwrap());
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let source = variables.iter().find(|it| it["name"] == "datasource");
    let source = source.unwrap();
    assert_eq!(
        (&source["type"], &source["query"]),
        (&"datasource".into(), &"prometheus".into())
    );
    let mut ids = BTreeSet::new();
    let mut titles = BTreeSet::new();
    let mut places = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let title = panel["title"].as_str().unwrap();
        assert!(titles.insert(title), "{title} comes twice");
        let at = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        assert!(at("x") + at("w") <= 24, "{title} is wider than the page");
        for x in at("x")..at("x") + at("w") {
            for y in at("y")..at("y") + at("h") {
                assert!(places.insert((x, y)), "{title} covers another panel");
            }
        }
    }
    for panel in panels(&dashboard) {
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
        assert!(!panel["description"].as_str().unwrap().is_empty());
        let targets = panel["targets"].as_array().unwrap();
        let names: BTreeSet<_> = targets.iter().map(|it| it["refId"].to_string()).collect();
        assert_eq!(names.len(), targets.len(), "{panel}");
    }
}

/// The rules of `alerts.yml`.
fn rules() -> Vec<Yaml> {
    let documents = YamlLoader::load_from_str(include_str!("../../../alerts.yml")).unwrap();
    let groups = documents[0]["groups"].as_vec().unwrap();
    let rules = groups.iter().flat_map(|it| it["rules"].as_vec().unwrap());
    rules.cloned().collect()
}

#[tokio::test]
async fn the_alert_rules_ask_for_what_is_exported() {
    let world = World::new().await;
    let families = families(&world).await;
    for rule in rules() {
        let query = rule["expr"].as_str().unwrap();
        queries::check(query, &families).unwrap();
    }
}

#[test]
fn each_alarm_says_what_it_means_and_the_manual_what_to_do() {
    let rules = rules();
    assert!(10 < rules.len());
    let mut names = BTreeSet::new();
    for rule in &rules {
        let name = rule["alert"].as_str().unwrap();
        assert!(names.insert(name.to_owned()), "{name} comes twice");
        let severity = rule["labels"]["severity"].as_str().unwrap();
        assert!(matches!(severity, "page" | "ticket"), "{name}: {severity}");
        for key in ["summary", "description"] {
            let text = rule["annotations"][key].as_str().unwrap_or_default();
            assert!(text.ends_with('.'), "{name}: {key} is no sentence");
        }
        let place = rule["annotations"]["runbook"].as_str().unwrap_or_default();
        let expected = format!("docs/operating.md#{}", name.to_ascii_lowercase());
        assert_eq!(place, expected, "{name}");
    }
    let explained: BTreeSet<_> = MANUAL
        .lines()
        .filter_map(|it| it.strip_prefix("#### "))
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(names, explained, "docs/operating.md explains other alarms");
}
