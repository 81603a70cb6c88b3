//! What was found, a line a check.

use serde_json::json;

use super::checks::{Finding, Judgement};
use super::subject::Subject;
use crate::cli::output::{clean, print as write};

pub(super) fn print(subject: &Subject, findings: &[Finding], json: bool) -> anyhow::Result<()> {
    if json {
        return write(&format!("{:#}", as_json(subject, findings)));
    }
    let width = findings
        .iter()
        .map(|it| it.id.len())
        .max()
        .unwrap_or_default();
    for it in findings {
        let (word, sentence) = parts(&it.judgement);
        write(&format!(
            "{word:<14}  {:<width$}  {}",
            it.id,
            clean(sentence)
        ))?;
    }
    Ok(())
}

fn as_json(subject: &Subject, findings: &[Finding]) -> serde_json::Value {
    let checks: Vec<_> = findings
        .iter()
        .map(|it| {
            let (word, sentence) = parts(&it.judgement);
            json!({"check": it.id, "result": word.replace(' ', "_"), "sentence": clean(sentence)})
        })
        .collect();
    json!({
        "initiate_url": subject.options.initiate_url,
        "verify_url": subject.options.verify_url,
        "origin": subject.origin,
        "wrong": findings.iter().filter(|it| it.is_wrong()).count(),
        "checks": checks,
    })
}

fn parts(judgement: &Judgement) -> (&'static str, &str) {
    match judgement {
        Judgement::Good(sentence) => ("ok", sentence),
        Judgement::Wrong(sentence) => ("wrong", sentence),
        Judgement::NotApplicable(sentence) => ("not applicable", sentence),
    }
}
