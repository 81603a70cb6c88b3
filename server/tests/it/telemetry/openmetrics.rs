//! Reads OpenMetrics 1.0 and holds it to its own rules and to Prometheus's naming practices.
//!
//! Sources, read 2026-11-21: <https://prometheus.io/docs/specs/om/open_metrics_spec>,
//! <https://prometheus.io/docs/practices/naming>.

use std::collections::{BTreeMap, BTreeSet};

/// A metric family.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) kind: String,
    unit: Option<String>,
    help: String,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

impl Family {
    /// The name by which it is asked for: a histogram's is the family's.
    pub(crate) fn exposed(&self) -> String {
        match self.kind.as_str() {
            "counter" => format!("{}_total", self.name),
            "info" => format!("{}_info", self.name),
            _ => self.name.clone(),
        }
    }

    pub(crate) fn labels(&self) -> BTreeSet<String> {
        let names = self.samples.iter().flat_map(|it| it.labels.keys());
        names.filter(|it| *it != "le").cloned().collect()
    }
}

/// Reads a whole text.
///
/// The first rule that it breaks is the error.
pub(crate) fn read(text: &str) -> Result<Vec<Family>, String> {
    let body = text
        .strip_suffix("# EOF\n")
        .ok_or("the last line is not # EOF")?;
    let mut families: Vec<Family> = Vec::new();
    for line in body.lines() {
        let wrong = |why: &str| Err(format!("{why}: {line}"));
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (Some(what), Some(name), Some(rest)) = (words.next(), words.next(), words.next())
            else {
                return wrong("a comment of no known form");
            };
            if families.last().is_none_or(|it| it.name != name) {
                if families.iter().any(|it| it.name == name) {
                    return wrong("a family comes twice");
                }
                families.push(Family {
                    name: name.to_owned(),
                    ..Family::default()
                });
            }
            let Some(family) = families.last_mut() else {
                return wrong("no family");
            };
            if !family.samples.is_empty() {
                return wrong("a comment after its samples");
            }
            match what {
                "HELP" if family.help.is_empty() => family.help = rest.to_owned(),
                "TYPE" if family.kind.is_empty() => family.kind = rest.to_owned(),
                "UNIT" if family.unit.is_none() => family.unit = Some(rest.to_owned()),
                _ => return wrong("a comment that is not known, or comes twice"),
            }
        } else {
            let sample = sample(line).ok_or(format!("no sample: {line}"))?;
            let Some(family) = families.last_mut() else {
                return wrong("a sample before its family");
            };
            family.samples.push(sample);
        }
    }
    for family in &families {
        check(family).map_err(|wrong| format!("{}: {wrong}", family.name))?;
    }
    Ok(families)
}

fn sample(line: &str) -> Option<Sample> {
    let (head, value) = line.rsplit_once(' ')?;
    let (name, labels) = match head.split_once('{') {
        None => (head, ""),
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
    };
    let mut read = BTreeMap::new();
    let mut rest = labels;
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"")?;
        // No value of ours is escaped.
        let (value, after) = after.split_once('"')?;
        if value.contains('\\') || read.insert(label.to_owned(), value.to_owned()).is_some() {
            return None;
        }
        rest = match after.strip_prefix(',') {
            Some(more) if !more.is_empty() => more,
            Some(_) => return None,
            None if after.is_empty() => "",
            None => return None,
        };
    }
    Some(Sample {
        name: name.to_owned(),
        labels: read,
        value: value.parse().ok()?,
    })
}

fn check(family: &Family) -> Result<(), String> {
    let name = &family.name;
    let lower = |it: &str| {
        it.bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
    };
    if !lower(name)
        || !["malipo_", "process_"]
            .iter()
            .any(|it| name.starts_with(it))
    {
        return Err("a name is malipo_ or process_ and lower case".to_owned());
    }
    if family.help.len() < 10 || !family.help.ends_with('.') {
        return Err("HELP is a sentence".to_owned());
    }
    let suffixes: &[&str] = match family.kind.as_str() {
        "counter" => &["_total"],
        "gauge" => &[""],
        "histogram" => &["_bucket", "_sum", "_count"],
        "info" => &["_info"],
        other => return Err(format!("type {other}")),
    };
    let words: Vec<_> = name.split('_').collect();
    let odd = [
        "total",
        "sum",
        "count",
        "bucket",
        "info",
        "gauge",
        "counter",
        "histogram",
        "ms",
        "milliseconds",
        "minutes",
        "hours",
        "days",
        "millis",
        "kb",
        "mb",
        "kilobytes",
        "percent",
    ];
    if let Some(word) = words.iter().find(|it| odd.contains(it)) {
        return Err(format!("\"{word}\" is no part of a family's name"));
    }
    // A base unit stands at the end and is declared, and the reverse.
    let last = words.last().copied().unwrap_or_default();
    let base = ["seconds", "bytes"];
    match &family.unit {
        Some(unit) if unit != last || !base.contains(&last) => {
            return Err(format!("unit {unit}"));
        }
        None if base.iter().any(|it| words.contains(it)) => {
            return Err("its unit is not declared".to_owned());
        }
        Some(_) | None => {}
    }
    let mut seen = BTreeSet::new();
    for sample in &family.samples {
        let suffix = sample.name.strip_prefix(name.as_str());
        if !suffix.is_some_and(|it| suffixes.contains(&it)) {
            return Err(format!("{} is none of its samples", sample.name));
        }
        if !seen.insert((&sample.name, &sample.labels)) {
            return Err(format!("{sample:?} comes twice"));
        }
        for label in sample.labels.keys() {
            let own = label == "le" && suffix == Some("_bucket");
            if !lower(label) || (["le", "quantile", "job", "instance"].contains(&&**label) && !own)
            {
                return Err(format!("label {label}"));
            }
        }
        if sample.value < 0.0 || sample.value.is_nan() {
            return Err(format!("{sample:?} is below zero"));
        }
    }
    match family.kind.as_str() {
        "histogram" => buckets(family),
        _ => Ok(()),
    }
}

/// Buckets rise, and the last one holds everything.
fn buckets(family: &Family) -> Result<(), String> {
    let mut series: BTreeMap<BTreeMap<String, String>, Vec<(f64, f64)>> = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for sample in &family.samples {
        let mut labels = sample.labels.clone();
        let le = labels.remove("le");
        if let Some(le) = le {
            let le = le.parse().map_err(|_| format!("le {le}"))?;
            series.entry(labels).or_default().push((le, sample.value));
        } else if sample.name.ends_with("_count") {
            counts.insert(labels, sample.value);
        }
    }
    if series.is_empty() || series.len() != counts.len() {
        return Err("a histogram without buckets".to_owned());
    }
    for (labels, buckets) in series {
        let rises = buckets
            .windows(2)
            .all(|it| it[0].0 < it[1].0 && it[0].1 <= it[1].1);
        let last = buckets.last().copied();
        let all = counts.get(&labels).map(|it| (f64::INFINITY, *it));
        if !rises || last != all {
            return Err(format!("buckets of {labels:?}"));
        }
    }
    Ok(())
}

#[test]
fn what_breaks_a_rule_is_found() {
    let good = "# HELP malipo_a Something counted.\n# TYPE malipo_a counter\nmalipo_a_total{b=\"c\"} 1\n# EOF\n";
    assert_eq!(read(good).unwrap()[0].exposed(), "malipo_a_total");
    let timed = "# HELP malipo_a_seconds Something timed.\n# TYPE malipo_a_seconds histogram\n\
        # UNIT malipo_a_seconds seconds\nmalipo_a_seconds_sum 1\nmalipo_a_seconds_count 2\n\
        malipo_a_seconds_bucket{le=\"1\"} 1\nmalipo_a_seconds_bucket{le=\"+Inf\"} 2\n# EOF\n";
    assert!(read(timed).is_ok(), "{:?}", read(timed));
    for (text, from, to) in [
        (good, "# EOF\n", ""),
        (good, "# EOF\n", "# EOF\n# EOF\n"),
        (good, "malipo_a", "other_a"),
        (good, "malipo_a", "malipo_A"),
        (good, "malipo_a", "malipo_a_total"),
        (good, "malipo_a", "malipo_a_count"),
        (good, "malipo_a", "malipo_a_ms"),
        (good, "malipo_a", "malipo_a_seconds"),
        (good, "malipo_a_total", "malipo_a"),
        (good, "malipo_a_total", "malipo_b_total"),
        (good, "Something counted.", "Something"),
        (good, "# HELP malipo_a Something counted.\n", ""),
        (good, "# TYPE malipo_a counter\n", ""),
        (good, "counter\n", "gauge\n"),
        (
            good,
            "{b=\"c\"} 1",
            "{b=\"c\"} 1\nmalipo_a_total{b=\"c\"} 1",
        ),
        (good, "{b=\"c\"}", "{b=\"c\",b=\"d\"}"),
        (good, "{b=\"c\"}", "{le=\"c\"}"),
        (good, "{b=\"c\"}", "{job=\"c\"}"),
        (good, "{b=\"c\"} 1", "{b=\"c\"} -1"),
        (good, "{b=\"c\"} 1", "{b=\"c\"}"),
        (timed, "# UNIT malipo_a_seconds seconds\n", ""),
        (
            timed,
            "UNIT malipo_a_seconds seconds",
            "UNIT malipo_a_seconds ms",
        ),
        (timed, "{le=\"+Inf\"} 2", "{le=\"+Inf\"} 3"),
        (timed, "{le=\"1\"} 1", "{le=\"1\"} 3"),
        (timed, "{le=\"+Inf\"}", "{le=\"2\"}"),
    ] {
        let text = text.replace(from, to);
        assert!(read(&text).is_err(), "{text}");
    }
    let twice = good.replace(
        "# EOF\n",
        "# HELP malipo_b Another thing.\n# TYPE malipo_b gauge\nmalipo_b 1\n",
    );
    assert!(read(&format!("{twice}{good}")).is_err());
}
