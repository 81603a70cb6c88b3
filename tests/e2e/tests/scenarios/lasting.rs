//! Pages that stay for long: many buttons come and go, many payments are made, and nothing is left behind.

use std::collections::BTreeMap;
use std::time::Duration;

use malipo_e2e::browser::all_without_wasm;
use malipo_e2e::fault::Answer;
use malipo_e2e::quote::quote;
use malipo_e2e::shop::{Button, Shop, page};
use malipo_e2e::tab::Tab;
use malipo_e2e::world::{Setup, World, run};
use serde_json::{Value, json};

/// What a page holds, after everything that can be forgotten is.
#[derive(Clone, Debug)]
struct Held {
    heap: i64,
    nodes: i64,
    listeners: i64,
    /// How many objects of the page are alive of each kind: closures, promises, events among them.
    objects: BTreeMap<String, i64>,
    wasm_pages: i64,
}

impl Held {
    async fn by(tab: &Tab) -> Self {
        let pages = tab.script(
            "return window.memory ? memory.buffer.byteLength / 65536 : 0",
            vec![],
        );
        let wasm_pages = pages.await.as_i64().unwrap();
        assert!(
            all_without_wasm() || wasm_pages > 0,
            "the wasm's memory was not found"
        );
        // Twice: what the first round finalises is freed in the second.
        for _ in 0..2 {
            tab.devtools("HeapProfiler.collectGarbage", json!({})).await;
        }
        tab.devtools("Performance.enable", json!({})).await;
        let all = tab.devtools("Performance.getMetrics", json!({})).await;
        let value = |name: &str| {
            let all = all["metrics"].as_array().unwrap();
            let one = all.iter().find(|it| it["name"] == name).unwrap();
            // Whole numbers, written as floats.
            one["value"]
                .to_string()
                .split('.')
                .next()
                .unwrap()
                .parse()
                .unwrap()
        };
        let objects = objects(tab).await;
        Self {
            objects,
            heap: value("JSHeapUsedSize"),
            nodes: value("Nodes"),
            listeners: value("JSEventListeners"),
            wasm_pages,
        }
    }

    /// How many objects are the page's, and not the driver's.
    fn ours(&self) -> i64 {
        let all = self.objects.iter().filter(|it| it.0 != OF_THE_DRIVER);
        all.map(|it| it.1).sum()
    }

    /// Says what came on top of `before`, and holds it to less than one thing a round: a leak is one or more of something in
    /// each. No listener and no page of wasm memory may come at all.
    ///
    /// Of one kind half an object a round is a leak as well, which the others' noise could hide in the whole. `kib_a_round` is
    /// what the heap may grow by: the least that an object with its strings takes, beside what the driver keeps.
    fn grew(&self, world: &World, before: &Self, rounds: i64, kib_a_round: i64) {
        let kib = (self.heap - before.heap) / 1024;
        let (nodes, objects) = (self.nodes - before.nodes, self.ours() - before.ours());
        let listeners = self.listeners - before.listeners;
        let wasm_pages = self.wasm_pages - before.wasm_pages;
        world.saw(format!(
            "heap {kib:+} KiB, objects {objects:+}, nodes {nodes:+}, listeners {listeners:+}, wasm pages {wasm_pages:+} over {rounds} rounds"
        ));
        assert_eq!((listeners, wasm_pages), (0, 0), "{before:?} {self:?}");
        assert!(nodes < rounds, "a node a round: {before:?} {self:?}");
        let more = |(kind, count): (&String, &i64)| {
            let more = count - before.objects.get(kind).copied().unwrap_or_default();
            (kind != OF_THE_DRIVER && rounds / 2 <= more).then(|| format!("{more} more of {kind}"))
        };
        let more: Vec<_> = self.objects.iter().filter_map(more).collect();
        assert!(more.is_empty(), "objects left behind: {more:#?}");
        assert!(objects < rounds, "an object a round: {before:?} {self:?}");
        assert!(
            kib < rounds * kib_a_round,
            "{kib_a_round} KiB a round: {before:?} {self:?}"
        );
    }
}

/// The objects of the page that are alive, counted by what they look like.
async fn objects(tab: &Tab) -> BTreeMap<String, i64> {
    let id = |answer: &Value, name: &str| answer[name]["objectId"].as_str().unwrap().to_owned();
    let all = json!({ "expression": "Object.prototype", "objectGroup": "count" });
    let prototype = tab.devtools("Runtime.evaluate", all).await;
    let of = json!({ "prototypeObjectId": id(&prototype, "result"), "objectGroup": "count" });
    let found = tab.devtools("Runtime.queryObjects", of).await;
    let count = json!({ "objectId": id(&found, "objects"), "functionDeclaration": BY_KIND, "returnByValue": true });
    let count = tab.devtools("Runtime.callFunctionOn", count).await;
    let group = json!({ "objectGroup": "count" });
    tab.devtools("Runtime.releaseObjectGroup", group).await;
    serde_json::from_value(count["result"]["value"].clone()).unwrap()
}

/// The kind of what the driver holds: what the tests handed to their scripts, and what these gave.
const OF_THE_DRIVER: &str = "the driver's";

/// Lists of any contents are one kind, by their length: a list that stays behind in each round has other contents in each.
const BY_KIND: &str = r##"function() {
  const drivers = ['["#pay","button"]', '["pay-success"]', '["{\\"status\\":0,\\"value\\":'];
  const near = (length) => (length < 8 ? length : 2 ** Math.ceil(Math.log2(length)));
  const list = (it) => {
    const text = JSON.stringify(it);
    return drivers.some((its) => text.startsWith(its)) ? "the driver's" : `Array of ${near(it.length)}`;
  };
  const all = {};
  for (const it of this) {
    let kind = 'unknown';
    try {
      if (typeof it === 'function') kind = String(it).slice(0, 60);
      else if (Array.isArray(it)) kind = list(it);
      else kind = `${Object.prototype.toString.call(it)} ${Object.keys(it).slice(0, 6)}`;
    } catch {
      // another window's
    }
    all[kind] = (all[kind] ?? 0) + 1;
  }
  return all;
}"##;

/// Keeps the wasm's memory where a test finds it.
const KEEP: &str = r"<script>
const { instantiate, instantiateStreaming } = WebAssembly ?? {};
const find = (it) => Object.values((it.instance ?? it).exports).find((it) => it instanceof WebAssembly.Memory);
const kept = (made) => made.then((it) => ((window.memory = find(it)), it));
if (instantiate) WebAssembly.instantiate = (...all) => kept(instantiate(...all));
if (instantiateStreaming) WebAssembly.instantiateStreaming = (...all) => kept(instantiateStreaming(...all));
</script>";

/// Notes which listeners and intervals the page's targets have.
const COUNT: &str = r"<script>
window.left = {};
for (const [name, target] of Object.entries({ window, document })) {
  const { addEventListener: add, removeEventListener: remove } = target;
  const on = [];
  const at = (kind, act) => on.findIndex((it) => it.kind === kind && it.act === act);
  target.addEventListener = (kind, act, how) => { if (at(kind, act) < 0) on.push({ kind, act }); add.call(target, kind, act, how); };
  target.removeEventListener = (kind, act, how) => { if (0 <= at(kind, act)) on.splice(at(kind, act), 1); remove.call(target, kind, act, how); };
  Object.defineProperty(left, name, { enumerable: true, get: () => on.map((it) => it.kind) });
}
const intervals = new Set();
const { setInterval: begin, clearInterval: end } = window;
window.setInterval = (...all) => { const id = begin(...all); intervals.add(id); return id; };
window.clearInterval = (id) => { intervals.delete(id); end(id); };
Object.defineProperty(left, 'intervals', { enumerable: true, get: () => intervals.size });
</script>";

/// A page that is watched by one of these.
async fn watched(world: &World, watch: &str, body: &str) -> Shop {
    let mut answer: Answer = page(body);
    answer.body = answer.body.replacen(
        "<script src=\"/recorder.js\">",
        &format!("{watch}<script src=\"/recorder.js\">"),
        1,
    );
    world.shop_page(answer).await
}

/// Puts buttons into the page and takes them out again, each when its Rust half is there.
async fn come_and_go(shop: &Shop, times: usize) {
    let html = Button::for_order("ORDER-2900").html().replace('`', "");
    let body = format!(
        "const html = `{html}`; await customElements.whenDefined('pay-button'); \
         for (let at = 0; at < {times}; at += 1) {{ \
           const place = document.body.appendChild(document.createElement('div')); place.innerHTML = html; \
           const pay = place.firstChild; await pay.ready; \
           if (at % 2) pay.destroy(); \
           place.remove(); await new Promise((done) => setTimeout(done)); \
         }} \
         seen.events = []; return document.querySelectorAll('pay-button').length"
    );
    assert_eq!(shop.0.run(&body).await, json!(0));
}

const ROUNDS: i64 = 200;

#[test]
fn two_hundred_buttons_that_came_and_went_leave_no_listener_and_no_timer() {
    run(
        Setup::default().within(Duration::from_secs(180)),
        async |world| {
            let shop = watched(world, COUNT, "").await;
            let left = async || shop.0.script("return JSON.stringify(left)", vec![]).await;
            let before = left().await;
            for _ in 0..20 {
                come_and_go(&shop, 10).await;
            }
            assert_eq!(left().await, before);
            // It is not the counting that fails: one that stays is seen.
            let stays = format!(
                "document.body.insertAdjacentHTML('beforeend', `{}`); await document.querySelector('#pay').ready; return 0",
                Button::for_order("ORDER-2901").html()
            );
            shop.0.run(&stays).await;
            assert_ne!(left().await, before);
        },
    );
}

#[test]
fn two_hundred_buttons_that_came_and_went_leave_no_memory() {
    let why = "no driver but Chromium's collects garbage and counts what is left";
    let setup = Setup::default()
        .only_chromium(why)
        .within(Duration::from_secs(180));
    run(setup, async |world| {
        let shop = watched(world, KEEP, "").await;
        for _ in 0..4 {
            come_and_go(&shop, 10).await;
        }
        let before = Held::by(&shop.0).await;
        for _ in 0..20 {
            come_and_go(&shop, 10).await;
        }
        Held::by(&shop.0).await.grew(world, &before, ROUNDS, 1);
    });
}

/// Pays this many orders with the one button of the page, each in a checkout tab of its own.
async fn pays(world: &World, shop: &Shop, first: usize, count: usize) {
    for number in first..first + count {
        let next = quote(&format!("ORDER-29-{number}"), "25000", "UGX");
        let change = "document.querySelector('#pay').quote = arguments[0]; seen.events = []";
        shop.0.script(change, vec![next.into()]).await;
        shop.press().await;
        world.pay(shop).await;
        world.only_the_shop_is_open(shop).await;
    }
}

#[test]
fn fifty_payments_on_one_page_leave_no_memory() {
    let why = "no driver but Chromium's collects garbage and counts what is left";
    let setup = Setup::default()
        .only_chromium(why)
        .within(Duration::from_secs(600));
    run(setup, async |world| {
        let shop = watched(world, KEEP, &Button::for_order("ORDER-29").html()).await;
        pays(world, &shop, 0, 10).await;
        let before = Held::by(&shop.0).await;
        pays(world, &shop, 10, 50).await;
        // chromedriver keeps every script that it ran, and what it handed to it: 2 to 3 KiB a payment, which is no page's.
        Held::by(&shop.0).await.grew(world, &before, 50, 4);
        assert_eq!(world.stack.ledger().await.len(), 60);
    });
}

#[test]
fn ten_payments_on_one_page_leave_no_record() {
    run(
        Setup::default().within(Duration::from_secs(240)),
        async |world| {
            let shop = watched(world, COUNT, &Button::for_order("ORDER-29").html()).await;
            pays(world, &shop, 0, 1).await;
            let left = "return JSON.stringify([left, sessionStorage.length, localStorage.length])";
            let before = shop.0.script(left, vec![]).await;
            pays(world, &shop, 1, 9).await;
            assert_eq!(shop.0.script(left, vec![]).await, before);
            let records = shop.0.script("return sessionStorage.length", vec![]).await;
            assert_eq!(records, Value::from(0));
        },
    );
}
