//! Servers: they start, run, die, and their clocks are wrong.

use malipo_server::provider::{HttpResponse, ProviderError};

use super::World;
use super::event::Event;
use crate::backend::Process;
use crate::mix::Fault;
use crate::provider::{Ask, Kind};
use crate::store::Line;

impl World {
    /// A server starts, or tries again in a second where its store fails.
    pub(super) fn start(&mut self, server: usize) {
        if self.servers[server].process.is_some() {
            return;
        }
        let line = Line::new(self.rng.next_u64(), 1 < self.servers.len());
        if !self.mix.is_healed() {
            line.fail(self.mix.rate(Fault::StoreFails) as u32 * 65);
        }
        let wall = self.wall(server);
        let counted = self.servers[server].drift.counted(self.now);
        let process = Process::start(&self.setting, &self.disk, line, counted, wall);
        self.checks.disturbed(self.now);
        let is_up = process.is_some();
        self.story.tell(|| {
            format!(
                "server {server} {}",
                if is_up { "is up" } else { "fails to start" }
            )
        });
        self.story.stepped(u64::from(is_up));
        if !is_up {
            self.after(1_000, Event::Start(server));
            return;
        }
        self.servers[server].process = process;
        if !self.servers[server].ticks {
            self.servers[server].ticks = true;
            self.after(500, Event::Tick(server));
        }
        self.run_server(server);
    }

    /// A server's own timers: they run twice a second, and late as on a busy machine.
    pub(super) fn tick(&mut self, server: usize) {
        if TIMERS_MS < self.now - self.servers[server].ticked_at {
            // No server sleeps so long: it is the world that left out what was quiet.
            self.checks.disturbed(self.now);
        }
        self.servers[server].ticked_at = self.now;
        let pause = self.pause(server);
        let late = self.rng.below(40);
        self.after(pause + late, Event::Tick(server));
        self.run_server(server);
        self.checks.notices(&self.disk, &self.setting, self.now);
        self.check_promises();
    }

    /// Servers whose timers the world leaves out, because it is quiet, run on while a look-up is expected of them.
    pub(super) fn keep_awake(&mut self) {
        for server in 0..self.servers.len() {
            if !self.servers[server].is_kept_awake {
                self.servers[server].is_kept_awake = true;
                self.after(500, Event::Round(server));
            }
        }
    }

    pub(super) fn round(&mut self, server: usize) {
        self.servers[server].ticked_at = self.now;
        self.run_server(server);
        self.checks.notices(&self.disk, &self.setting, self.now);
        self.servers[server].is_kept_awake = self.checks.awaits_look_up();
        if self.servers[server].is_kept_awake {
            self.after(500, Event::Round(server));
        }
    }

    /// Lets a server run until it waits, and takes what it has brought forth.
    pub(super) fn run_server(&mut self, server: usize) {
        let wall = self.wall(server);
        let counted = self.servers[server].drift.counted(self.now);
        let Some(process) = &mut self.servers[server].process else {
            return;
        };
        let outs = process.run(counted, wall);
        let panics = crate::live::take_panics();
        assert!(panics.is_empty(), "a server's task panicked: {panics:?}");
        let is_dead = process.line().is_dead();
        let failed = process.line().take_failed();
        let shop_takes = process.is_taken_by_shop();
        self.mix.count(Fault::StoreFails, u64::from(failed));
        if 0 < failed {
            self.checks.disturbed(self.now);
        }
        self.check_records(Some(server));
        let weight = outs.answers.len() + 8 * outs.calls.len() + 64 * outs.pieces.len();
        self.story.stepped(weight as u64);
        for told in outs.told {
            self.story.tell(|| {
                format!(
                    "the shop is told {} of {}",
                    told.event.kind, told.event.data.order_id
                )
            });
            self.checks.told(&told, &self.disk, &self.ledger);
            self.mix.count(Fault::ShopDown, u64::from(!shop_takes));
        }
        for call in outs.calls {
            self.call(server, call);
        }
        if is_dead {
            // What it wanted to say died with it.
            self.story
                .tell(|| format!("server {server} dies in the middle of a write"));
            self.happened(Fault::KilledInWrite);
            self.kill(server);
            return;
        }
        for (number, answer) in outs.answers {
            self.answered(number, answer);
        }
        for (number, piece) in outs.pieces {
            self.piece(number, piece.as_deref());
        }
    }

    /// The answer to a call comes to the server that made it, if that is still there.
    pub(super) fn call_answered(
        &mut self,
        number: u64,
        result: Result<HttpResponse, ProviderError>,
    ) {
        let Some((server, call)) = self.calls.remove(&number) else {
            return;
        };
        self.story.tell(|| {
            let what = match &result {
                Ok(it) => format!("{} {}", it.status, String::from_utf8_lossy(&it.body)),
                Err(error) => error.to_string(),
            };
            format!("server {server} gets the answer to call {number}: {what}")
        });
        if !call.answer.is_closed() {
            let ask = Ask::read(call.kind, &call.request);
            let response = result.as_ref().ok();
            let mut about = ask.asks_about(call.kind, &self.ledger);
            if matches!(ask, Ask::List { .. }) {
                let disk = self.disk.look();
                // What the records have the provider's name of is asked about by that.
                about.retain(|it| disk.named(it).is_some_and(|it| it.provider_ref.is_none()));
            }
            let it = (call.kind, &ask, about.as_slice());
            self.checks
                .answer_comes(server, number, it, response, self.now);
        }
        // A process that has died since does not hear of it.
        if call.answer.send(result).is_ok() {
            self.run_server(server);
        }
    }

    /// A server is killed, where it lives.
    pub(super) fn killed(&mut self, server: usize) {
        if self.servers[server].process.is_some() {
            self.happened(Fault::Killed);
            self.kill(server);
        }
    }

    fn kill(&mut self, server: usize) {
        if self.servers[server].process.take().is_none() {
            return;
        }
        self.checks.died(server, self.now);
        self.story.tell(|| format!("server {server} is dead"));
        self.cut_off(server);
        let pause = self.rng.between(200, 10_000);
        self.after(pause, Event::Start(server));
    }

    /// How far the servers' clocks are apart now, in milliseconds.
    pub(super) fn clocks_apart_ms(&self) -> u64 {
        let walls = || (0..self.servers.len()).map(|it| self.wall(it));
        let (first, last) = (walls().min(), walls().max());
        last.zip(first)
            .map_or(0, |(last, first)| last.abs_diff(first))
    }

    /// In how many milliseconds the provider's limit for a minute is kept: in a whole minute, less what the servers' clocks have
    /// drifted apart; in none where one was set wrong.
    pub(super) fn minute_ms(&self) -> Option<u64> {
        let mut offs = self.servers.iter().map(|it| it.off_ms);
        let first = offs.next().unwrap_or_default();
        let long_ago = |it: u64| it + 60_000 <= self.now;
        let is_agreed = offs.all(|it| it == first) && self.jumped_at.is_none_or(long_ago);
        let apart = self.clocks_apart_ms().saturating_sub(COUNTED_MS);
        is_agreed.then(|| 60_000_u64.saturating_sub(apart))
    }

    /// Once a second: trouble that nobody causes.
    pub(super) fn trouble(&mut self) {
        if self.mix.is_healed() {
            return;
        }
        self.after(1_000, Event::Trouble);
        let server = self.rng.below(self.servers.len() as u64) as usize;
        if self.draws(Fault::Killed) {
            let soon = self.mix.stream(Fault::Killed).below(1_000);
            self.after(soon, Event::Kill(server));
        }
        if self.draws(Fault::KilledInWrite)
            && let Some(process) = &self.servers[server].process
        {
            let draw = self.mix.stream(Fault::KilledInWrite);
            process
                .line()
                .die_at(draw.between(1, 12) as u32, draw.percent(50));
        }
        if self.hits(Fault::ServerClock) {
            let draw = self.mix.stream(Fault::ServerClock);
            let by = draw.pick(&[2_000, 60_000, 3_600_000]);
            let by = if draw.percent(50) { by } else { -by };
            let off = &mut self.servers[server].off_ms;
            *off = if *off == 0 { by } else { 0 };
            let off = *off;
            self.jumped_at = Some(self.now);
            self.checks.clock_jumps();
            self.story
                .tell(|| format!("server {server}'s clock is {off} ms off"));
        }
        if self.draws(Fault::NoticeForged) {
            self.after(0, Event::Forge);
        }
        if self.draws(Fault::NoticeReplayed) {
            self.after(0, Event::Replay);
        }
        if self.draws(Fault::TokenRefused) && self.setting.providers.contains(&Kind::Jenga) {
            self.mix.count_at(Fault::TokenRefused, Kind::Jenga);
            self.ledger.revoke_tokens();
        }
        if self.mix.has(Fault::ShopDown) {
            let takes = !self.draws(Fault::ShopDown);
            for server in &self.servers {
                if let Some(process) = &server.process {
                    process.shop_takes(takes);
                }
            }
        }
    }
}

/// How long a server's timers are still when it is not quiet, and some.
const TIMERS_MS: u64 = 2_000;
/// Servers count calls for two seconds more than a minute; to a clock that runs fast ([`crate::drift`]) those are 1,386 ms.
const COUNTED_MS: u64 = 1_380;
