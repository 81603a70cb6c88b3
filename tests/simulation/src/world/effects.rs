//! What a button wants done, done as a browser does it.

use malipo::checkout::{Body, Effect, Input, Request, RequestKind, Wake};

use super::World;
use super::event::{Event, From, Message};
use super::network::word;
use crate::mix::Fault;
use crate::provider::path;
use crate::shopper::Stay;

impl World {
    /// A tab takes an input, and everything that comes of it.
    pub(super) fn say(&mut self, tab: usize, input: Input) {
        let page = &mut self.tabs[tab];
        if !page.is_there {
            return;
        }
        if page.frozen {
            // Pieces of a stream are lost while a page is frozen: the stream is silently dead afterwards.
            if !matches!(input, Input::Streamed { .. }) {
                page.held_back.push(input);
            }
            return;
        }
        if self.shows(tab, &input) {
            self.tabs[tab].acted_at = Some(self.now);
        }
        let mut inputs = vec![input];
        while let Some(input) = (!inputs.is_empty()).then(|| inputs.remove(0)) {
            self.story
                .tell(|| format!("tab {tab} is told {}", short(&format!("{input:?}"))));
            let (page, now) = (&mut self.tabs[tab], self.now);
            let before = page.checkout.state();
            let device = &self.devices[page.shopper];
            let effects = page.say(device, now, input);
            let state = page.checkout.state();
            self.story
                .stepped(state as u64 ^ (effects.len() as u64) << 8);
            self.checks.widget_stepped();
            if before != state {
                self.story
                    .tell(|| format!("  tab {tab}: {} -> {}", before.as_str(), state.as_str()));
            }
            for effect in effects {
                inputs.extend(self.carry_out(tab, effect));
            }
        }
        let page = &mut self.tabs[tab];
        let device = &self.devices[page.shopper];
        if let Some((delay, number)) = page.arm(device, self.now) {
            let (load, is_hidden) = (page.load, page.hidden);
            let late = self.rng.below(16);
            // A hidden tab's timers run on the second.
            let delay = if is_hidden {
                delay.div_ceil(1_000) * 1_000
            } else {
                delay
            };
            let delay = device.drift.until(delay) + late;
            self.after(delay, Event::Timer { tab, load, number });
        }
    }

    /// Whether the one server sees by the page's stream that its shopper is there.
    fn shows(&self, tab: usize, input: &Input) -> bool {
        let is_act = matches!(
            input,
            Input::Woke(Wake::Visible | Wake::PageShown | Wake::Online)
        );
        let stream = self.tabs[tab].stream.filter(|_| self.servers.len() == 1);
        let flight = stream.and_then(|it| self.flights.get(&it.1));
        is_act && flight.is_some_and(|it| it.server.is_some())
    }

    /// A timer fires, unless another one was armed meanwhile.
    pub(super) fn timer(&mut self, tab: usize, load: u32, number: u64) {
        let page = &mut self.tabs[tab];
        if page.load != load || page.timer.is_none_or(|it| it.1 != number) {
            return;
        }
        page.timer = None;
        self.say(tab, Input::TimerFired);
    }

    fn carry_out(&mut self, tab: usize, effect: Effect) -> Option<Input> {
        match effect {
            Effect::OpenTab { .. } => return Some(self.open_tab(tab)),
            Effect::OpenCheckout { url, .. } => {
                let answer = self.open_tab(tab);
                if answer == Input::TabOpened {
                    self.go_to(tab, &url);
                }
                return Some(answer);
            }
            Effect::Navigate { url } => {
                if self.tabs[tab].stay.is_none() {
                    return Some(Input::NavigationFailed);
                }
                self.go_to(tab, &url);
            }
            Effect::Redirect { url } => self.leave(tab, &url),
            Effect::CloseTab => self.tabs[tab].stay = None,
            Effect::Send(request) => self.send_off(tab, *request),
            Effect::Abort { epoch } => self.abort(tab, epoch),
            Effect::OpenStream { epoch, url, token } => {
                let message = Message {
                    token,
                    ..Message::get(path(&url))
                };
                let load = self.tabs[tab].load;
                let from = From::Tab {
                    tab,
                    load,
                    epoch,
                    kind: None,
                };
                let number = self.send(from, message);
                self.tabs[tab].stream = Some((epoch, number));
            }
            Effect::CloseStream => {
                if let Some((_, number)) = self.tabs[tab].stream.take() {
                    self.hang_up(number);
                }
            }
            Effect::Emit(event) => {
                let order = &self.tabs[tab].offer.order;
                self.story
                    .tell(|| format!("  tab {tab} says {} for {order}", event.name.as_str()));
                self.checks.event(&event, order, &self.disk, &self.ledger);
            }
            Effect::Save { name, record } => {
                if !self.hits(Fault::NoStorage) {
                    self.tabs[tab].storage.insert(name, *record);
                }
            }
            Effect::Forget { name } => {
                self.tabs[tab].storage.remove(&name);
            }
            Effect::Checked(_) | Effect::Settle(_) | Effect::FocusTab | Effect::Warn(_) => {}
        }
        None
    }

    fn open_tab(&mut self, tab: usize) -> Input {
        if self.hits(Fault::PopupBlocked) {
            self.tabs[tab].stay = None;
            return Input::TabRefused;
        }
        self.tabs[tab].stay = Some(Stay::default());
        Input::TabOpened
    }

    /// The shopper follows the link in the button's panel, sooner or later.
    pub(super) fn follow(&mut self, tab: usize, url: &str) {
        let delay = self.rng.between(500, 8_000);
        let load = self.tabs[tab].load;
        let input = Box::new(Input::LinkFollowed);
        self.after(delay, Event::Say { tab, load, input });
        if let Some(payment) = self.ledger.behind(url) {
            self.after(delay + 500, Event::Visit { tab, payment });
        }
    }

    /// The opened tab shows the checkout page.
    fn go_to(&mut self, tab: usize, url: &str) {
        let Some(payment) = self.ledger.behind(url) else {
            panic!("B9: a shopper is sent to {url}, which is no checkout page of the provider");
        };
        let delay = self.rng.between(200, 3_000);
        self.after(delay, Event::Visit { tab, payment });
        self.tabs[tab].hidden = true;
        if self.hits(Fault::ReadsClosed) {
            if let Some(stay) = &mut self.tabs[tab].stay {
                stay.reads_closed = true;
            }
            self.look_later(tab, delay);
        }
    }

    /// The button looks once a second whether the tab reads as closed.
    pub(super) fn look_later(&mut self, tab: usize, delay: u64) {
        let load = self.tabs[tab].load;
        let late = self.rng.below(1_000);
        let input = Box::new(Input::TabClosed);
        self.after(delay + late, Event::Say { tab, load, input });
    }

    /// The whole page goes to the checkout page; it comes back by the return page, or by the back button.
    fn leave(&mut self, tab: usize, url: &str) {
        let Some(payment) = self.ledger.behind(url) else {
            panic!("B9: a shopper is sent to {url}, which is no checkout page of the provider");
        };
        self.tabs[tab].is_there = false;
        self.tabs[tab].load += 1;
        self.hang_up_all(tab);
        let delay = self.rng.between(200, 3_000);
        self.after(delay, Event::Visit { tab, payment });
        let back = delay + self.rng.between(5_000, 90_000);
        self.after(back, Event::Load(tab));
    }

    fn send_off(&mut self, tab: usize, request: Request) {
        let (kind, epoch) = (request.kind, request.epoch);
        let body = match &request.body {
            Body::Initiate(body) => {
                let order = &self.tabs[tab].offer.order;
                self.checks
                    .wishes(order, body.amount.as_deref(), body.currency.as_deref());
                serde_json::to_string(body)
            }
            Body::Order(body) => serde_json::to_string(body),
        };
        let message = Message {
            key: request.key,
            body: body.ok(),
            ..Message::get(path(&request.url))
        };
        let load = self.tabs[tab].load;
        let from = From::Tab {
            tab,
            load,
            epoch,
            kind: Some(kind),
        };
        let number = self.send(from, message);
        self.story
            .tell(|| format!("  tab {tab} sends {} (#{number})", word(kind)));
        if kind != RequestKind::Cancel {
            self.tabs[tab].requests.push((epoch, number));
        }
    }

    fn abort(&mut self, tab: usize, epoch: u32) {
        let requests = &mut self.tabs[tab].requests;
        let found = requests.iter().position(|it| it.0 == epoch);
        let Some((_, number)) = found.map(|it| requests.swap_remove(it)) else {
            return;
        };
        // Now and then the reply is in the page already: the machine must not mind.
        if self.rng.percent(80) {
            self.hang_up(number);
        }
    }

    /// Nobody waits for this any more; the server may notice, or not.
    pub(super) fn hang_up(&mut self, number: u64) {
        let Some(flight) = self.flights.get_mut(&number) else {
            return;
        };
        flight.from = From::Nobody;
        if let Some(server) = flight.server {
            self.flights.remove(&number);
            if let Some(process) = &mut self.servers[server].process {
                process.drop_handler(number);
            }
        }
    }

    pub(super) fn hang_up_all(&mut self, tab: usize) {
        let page = &mut self.tabs[tab];
        let mut numbers: Vec<u64> = page.requests.drain(..).map(|it| it.1).collect();
        numbers.extend(page.stream.take().map(|it| it.1));
        for number in numbers {
            self.hang_up(number);
        }
    }
}

fn short(text: &str) -> String {
    let end = text.char_indices().nth(90).map(|it| it.0);
    end.map_or_else(|| text.to_owned(), |end| format!("{}...", &text[..end]))
}
