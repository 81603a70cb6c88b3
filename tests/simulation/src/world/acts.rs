//! What shoppers and their browsers do.

use malipo::checkout::{Input, PressTab, StateName, Wake};

use super::World;
use super::event::Event;
use crate::mix::Fault;

impl World {
    /// A shopper does something in a tab, and will do something else later.
    pub(super) fn act(&mut self, tab: usize) {
        let pause = self.rng.between(200, 5_000);
        if !self.mix.is_healed() {
            self.after(pause, Event::Act(tab));
        }
        let page = &self.tabs[tab];
        if !page.is_there || page.frozen {
            return;
        }
        if page.is_busy() {
            self.act_while_busy(tab);
        } else if page.checkout.state() == StateName::Success {
            self.act_when_paid(tab);
        } else if self.rng.percent(60) {
            self.press(tab);
        } else {
            self.wake(tab);
        }
        self.browser_acts(tab);
    }

    fn act_while_busy(&mut self, tab: usize) {
        if self.hits(Fault::Cancelled) {
            self.say(tab, Input::CancelRequested);
            return;
        }
        let view = self.tabs[tab].checkout.view();
        if view.has_link
            && let Some(link) = view.page
            && self.rng.percent(50)
        {
            return self.follow(tab, &link);
        }
        match self.rng.below(8) {
            0 => self.say(tab, Input::CheckRequested),
            1 => self.say(tab, Input::ReopenRequested),
            2 => self.press(tab),
            _ => self.wake(tab),
        }
    }

    fn act_when_paid(&mut self, tab: usize) {
        match self.rng.below(8) {
            0 => self.press(tab),
            1 => self.say(tab, Input::CheckRequested),
            _ => self.wake(tab),
        }
    }

    pub(super) fn press(&mut self, tab: usize) {
        if self.draws(Fault::PriceChanged) {
            let order = self.tabs[tab].order;
            let price = self.prices[order];
            let draw = self.mix.stream(Fault::PriceChanged);
            let other = draw.pick(&[price, price, price + 1, 1]);
            if self.tabs[tab].set_price(other) {
                self.happened(Fault::PriceChanged);
            }
        }
        let entropy = u128::from(self.rng.next_u64()) << 64 | u128::from(self.rng.next_u64());
        let how = match self.rng.below(12) {
            0 => PressTab::Given,
            1 => PressTab::Refused,
            _ => PressTab::None,
        };
        if how == PressTab::Given {
            self.tabs[tab].stay = Some(crate::shopper::Stay::default());
        }
        self.story
            .tell(|| format!("the shopper presses in tab {tab}"));
        let press = self.tabs[tab].press(entropy, how);
        self.say(tab, press);
    }

    /// A wake-up that a browser brings.
    fn wake(&mut self, tab: usize) {
        let wake = match self.rng.below(7) {
            0 => Wake::PageShown,
            1 => Wake::Focused,
            2 => Wake::Online,
            3 => Wake::PageHidden,
            _ => Wake::Visible,
        };
        self.tabs[tab].hidden = wake == Wake::PageHidden;
        self.say(tab, Input::Woke(wake));
    }

    /// What happens to pages whatever the shopper does.
    fn browser_acts(&mut self, tab: usize) {
        if !self.tabs[tab].is_there {
            return;
        }
        if self.hits(Fault::ForgedHint) {
            self.forge_hints(tab);
        }
        let load = self.tabs[tab].load;
        if self.hits(Fault::Frozen) {
            self.tabs[tab].frozen = true;
            let ms = self.mix.stream(Fault::Frozen).delay(20_000);
            self.story
                .tell(|| format!("tab {tab} is frozen for {ms} ms"));
            self.after(ms, Event::Thaw(tab, load));
        } else if self.hits(Fault::Reloaded) {
            self.after(0, Event::Load(tab));
        } else if self.hits(Fault::Destroyed) {
            self.say(tab, Input::Destroyed);
            self.hang_up_all(tab);
            self.after(5_000, Event::Load(tab));
        } else if self.hits(Fault::Offline) {
            let shopper = self.tabs[tab].shopper;
            self.devices[shopper].offline = true;
            let ms = self.mix.stream(Fault::Offline).delay(10_000);
            self.story
                .tell(|| format!("device {shopper} has no network for {ms} ms"));
            self.say(tab, Input::Woke(Wake::Offline));
            self.after(ms, Event::Online(shopper));
        } else if self.hits(Fault::DeviceClock) {
            let shopper = self.tabs[tab].shopper;
            let draw = self.mix.stream(Fault::DeviceClock);
            let hours = draw.pick(&[1, 1, 24, 24 * 365 * 10]);
            let ahead = if draw.percent(50) { 1 } else { -1 };
            let off = &mut self.devices[shopper].off_ms;
            *off = if *off == 0 {
                ahead * hours * 3_600_000
            } else {
                0
            };
            let off = *off;
            self.story
                .tell(|| format!("device {shopper}'s clock is {off} ms off"));
        }
    }

    /// Word of news from whoever can write to the page's channel.
    fn forge_hints(&mut self, tab: usize) {
        let draw = self.mix.stream(Fault::ForgedHint);
        let many = draw.pick(&[1, 1, 3, 40]);
        let own = draw.percent(50);
        let order_id = if own {
            self.tabs[tab].offer.order.clone()
        } else {
            "SOMEBODY-ELSE".to_owned()
        };
        for _ in 0..many {
            let order_id = order_id.clone();
            self.say(tab, Input::Woke(Wake::Returned { order_id }));
        }
    }

    /// A frozen page runs again: the wake-up first, then what waited.
    pub(super) fn thaw(&mut self, tab: usize, load: u32) {
        let page = &mut self.tabs[tab];
        if page.load != load || !page.frozen {
            return;
        }
        page.frozen = false;
        let held_back = std::mem::take(&mut page.held_back);
        self.say(tab, Input::Woke(Wake::Visible));
        for input in held_back {
            self.say(tab, input);
        }
    }

    /// A device has its network back.
    pub(super) fn online(&mut self, device: usize) {
        self.devices[device].offline = false;
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].shopper == device {
                self.say(tab, Input::Woke(Wake::Online));
            }
        }
    }

    /// A page is loaded, and takes up what it finds in its storage.
    pub(super) fn load(&mut self, tab: usize) {
        self.hang_up_all(tab);
        let page = &mut self.tabs[tab];
        page.reload(&self.devices[page.shopper], self.now);
        self.story.tell(|| format!("tab {tab} is loaded"));
        if let Some(resume) = self.tabs[tab].resume() {
            self.say(tab, resume);
        }
    }
}
