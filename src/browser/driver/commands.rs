//! What the page asks for: presses, `resume()`, `check()` and their like.

use std::rc::Rc;

use malipo_wire::ErrorCode;
use wasm_bindgen::JsValue;

use super::super::host::Said;
use super::super::tab::Tab;
use super::super::{random, storage, url};
use super::Driver;
use crate::checkout::{
    Detail, Input, Options, PayError, Press, PressMeaning, PressTab, Record, Resume, StateName,
};

impl Driver {
    /// Judges the options as they are now: what is wrong is said once, until it changes.
    pub fn judge(self: &Rc<Self>) {
        let judged = self.read_options(None);
        let is_paid = self.checkout.borrow().state() == StateName::Success;
        let is_settled = self.checkout.borrow().is_settled();
        let starts = judged.as_ref().is_ok_and(|it| self.starts(it));
        self.is_fresh.set(is_settled && starts);
        if self.is_busy() {
            // The options of the attempt under way are frozen.
            return;
        }
        let error = judged.err();
        if self.misconfigured.replace(error.clone()) != error {
            // An end that a verify may still raise stays: whether that payment was made is not known.
            let may_rise = self.checkout.borrow().order_id().is_some();
            match error {
                Some(error) if may_rise && !is_paid => {
                    self.emit("pay-error", &error.detail().with("terminal", true));
                }
                Some(error) => self.input(Input::Misconfigured(Box::new(error))),
                None => self.input(Input::Mended),
            }
        }
        self.refresh();
    }

    /// A press. `early`: the options of a press before wasm was there, frozen then, with its tab: `null` where the browser
    /// refused one. `false` where a listener of `pay-start` prevented it.
    pub fn press(self: &Rc<Self>, early: &JsValue, tab: &JsValue) -> bool {
        let given = Tab::new(tab.clone());
        let (is_early, is_busy) = (early.is_truthy(), self.is_busy());
        if is_busy && !is_early {
            self.focus_tab();
            return true;
        }
        // Early and busy: what a reload interrupted was taken up just before, and the tab goes to its page. Its options count.
        let mut options = self.read_options((is_early && !is_busy).then_some(early));
        if !is_early && options.as_ref().is_ok_and(|it| self.starts(it)) {
            if !self.emit("pay-start", &Detail::default()) {
                return false;
            }
            // A listener may have completed the options, or removed the widget.
            options = self.read_options(None);
        }
        let tab = match &given {
            Some(_) => PressTab::Given,
            None if is_early && tab.is_null() => PressTab::Refused,
            None => PressTab::None,
        };
        if given.is_some() {
            self.held.borrow_mut().tab = given;
        }
        match options {
            Err(error) => {
                self.misconfigured.replace(Some(error.clone()));
                self.input(Input::Misconfigured(Box::new(error)));
            }
            Ok(options) => match random::bits() {
                Some(entropy) => {
                    self.misconfigured.take();
                    self.is_fresh.set(false);
                    let stored = self.stored(&options);
                    let press = Press {
                        options,
                        entropy,
                        tab,
                        stored,
                    };
                    self.input(Input::Pressed(Box::new(press)));
                }
                None => self.input(Input::Misconfigured(Box::new(PayError::new(
                    ErrorCode::Unsupported,
                    "the browser gives no random numbers",
                )))),
            },
        }
        true
    }

    /// Takes up an attempt: that of `order_id` with `token`, where the page knows them, else the remembered one. With `only_own`
    /// nothing happens unless it is this widget's: its own order, or its own record by exact match.
    pub fn resume(
        self: &Rc<Self>,
        order_id: Option<String>,
        token: Option<String>,
        only_own: bool,
    ) {
        let options = match self.read_options(None) {
            Ok(options) => options,
            Err(error) => {
                if !only_own {
                    self.input(Input::Misconfigured(Box::new(error)));
                }
                return;
            }
        };
        let name = Record::name(&options);
        if only_own && order_id.is_none() && self.looked_for.replace(name.clone()) == name {
            // Once for each payment: what another button of this page has begun since is that button's.
            return;
        }
        let now = self.clock.now();
        let named = name.and_then(|it| storage::load(&it, now));
        let stored = named.or_else(|| {
            let nameless = (!only_own).then(|| Record::nameless(&options))?;
            storage::load(&nameless, now)
        });
        let mut record = stored.filter(|it| it.order_id.is_some());
        if order_id.is_some() {
            let is_remembered = record.as_ref().is_some_and(|it| it.order_id == order_id);
            let is_own = options.order_id == order_id;
            if !is_remembered && (!only_own || is_own) {
                record = Some(Record {
                    order_id: order_id.clone(),
                    ..Record::default()
                });
            }
            // Else the page came back from another order than this button's.
            if let Some(it) = &mut record
                && it.order_id == order_id
                && token.is_some()
            {
                it.token = token;
            }
        }
        if record.is_none() && only_own {
            return;
        }
        let record = record.unwrap_or_default();
        self.input(Input::Resumed(Box::new(Resume { options, record })));
    }

    /// Asks the backend now.
    pub fn check(self: &Rc<Self>) {
        self.input(Input::CheckRequested);
    }

    /// Brings the checkout page back; `false` where there is none, or the browser refused.
    pub fn reopen(self: &Rc<Self>) -> bool {
        self.came_forward.set(false);
        self.look_at_tab();
        self.input(Input::ReopenRequested);
        self.came_forward.get()
    }

    /// The shopper followed the link to the checkout page.
    pub fn followed(self: &Rc<Self>) {
        self.input(Input::LinkFollowed);
    }

    /// Gives the payment up.
    pub fn cancel(self: &Rc<Self>) {
        self.input(Input::CancelRequested);
    }

    pub(super) fn read_options(&self, early: Option<&JsValue>) -> Result<Options, PayError> {
        let said = match early {
            Some(early) => early.clone(),
            None => self.host.options().unwrap_or_default(),
        };
        let read = Said::read(&said, self.camel_case, self.status_only);
        let options = Options::parse(&read.raw, &read.page, url::parse)?;
        if !self.is_busy() {
            self.held.borrow_mut().manner = said;
        }
        Ok(options)
    }

    pub(super) fn stored(&self, options: &Options) -> Option<Record> {
        let name = Record::name(options).unwrap_or_else(|| Record::nameless(options));
        storage::load(&name, self.clock.now())
    }

    /// A press with these options begins an attempt.
    pub(super) fn starts(&self, options: &Options) -> bool {
        self.checkout.borrow().press_meaning(options) == PressMeaning::Start
    }
}
