//! Draws what the machine shows, into the panel below the button. Text nodes only.

use web_sys::{Document, Element};

use crate::checkout::{Line, StateName, Text, View};

/// The panel and what is in it. The nodes stay as long as the widget, so that the focus and the live region do.
#[derive(Debug)]
pub struct Panel {
    root: Element,
    /// The live region: its text changes once per headline, and is said once.
    status: Element,
    hints: Element,
    link: Element,
    actions: Element,
    check: Element,
    reopen: Element,
    cancel: Element,
    detail: Element,
    badge: Element,
    drawn: Option<View>,
}

impl Panel {
    /// Fills an empty panel; `status` is the live region in it. `None` where the page has broken its own DOM.
    #[must_use]
    pub fn new(root: Element, status: Element) -> Option<Self> {
        let document = root.owner_document()?;
        let add = |parent: &Element, tag, part| add(&document, parent, tag, part);
        let link = add(&root, "a", "link")?;
        for (name, value) in [("target", "_blank"), ("rel", "noopener noreferrer")] {
            link.set_attribute(name, value).ok()?;
        }
        let hints = add(&root, "div", "hints")?;
        root.insert_before(&hints, Some(&link)).ok()?;
        let actions = add(&root, "div", "actions")?;
        let action = |part, text: Text| {
            let button = add(&actions, "button", part)?;
            button.set_attribute("type", "button").ok()?;
            button.set_text_content(Some(text.english()));
            Some(button)
        };
        // In the order in which they help: a shopper whose tab is gone needs the page first.
        let (reopen, check, cancel) = (
            action("reopen", Text::Reopen)?,
            action("check", Text::CheckNow)?,
            action("cancel", Text::Cancel)?,
        );
        let detail = add(&root, "p", "detail")?;
        let badge = add(&root, "span", "badge")?;
        badge.set_text_content(Some(Text::Test.english()));
        Some(Self {
            root,
            status,
            hints,
            link,
            actions,
            check,
            reopen,
            cancel,
            detail,
            badge,
            drawn: None,
        })
    }

    /// Draws what has changed.
    pub fn draw(&mut self, view: &View) {
        if self.drawn.as_ref() == Some(view) {
            return;
        }
        // One attribute for the style: which state, and with it whether there is anything to see.
        let _ = self.root.set_attribute("data-state", view.state.as_str());
        let headline = view.headline.as_ref().map(words).unwrap_or_default();
        if self.status.text_content().as_deref() != Some(&headline) {
            self.status.set_text_content(Some(&headline));
        }
        let is_over = !view.busy && view.state != StateName::Idle;
        let _ = self
            .root
            .set_attribute("part", if is_over { "panel outcome" } else { "panel" });
        let mut hints: Vec<String> = view.hints.iter().map(words).collect();
        if view.fees_added {
            hints.push(capitalised(Text::PlusFees.english()));
        }
        // One paragraph a hint, by the style's `pre-line`.
        set_text(&self.hints, &hints.join("\n"));
        let (url, text) = view.link.as_ref().map_or_else(Default::default, |it| {
            let line = Line {
                text: Text::OpenHost,
                value: it.host.clone(),
            };
            (it.url.as_str(), words(&line))
        });
        if url.is_empty() {
            let _ = self.link.remove_attribute("href");
        } else {
            let _ = self.link.set_attribute("href", url);
        }
        set_text(&self.link, &text);
        set_text(&self.detail, view.detail.as_deref().unwrap_or_default());
        show(&self.check, view.can_check);
        show(&self.reopen, view.can_reopen);
        show(&self.cancel, view.can_cancel);
        show(
            &self.actions,
            view.can_check || view.can_reopen || view.can_cancel,
        );
        show(&self.badge, view.test);
        self.drawn = Some(view.clone());
    }

    /// Empties the panel.
    pub fn clear(&self) {
        for node in [
            &self.hints,
            &self.link,
            &self.actions,
            &self.detail,
            &self.badge,
        ] {
            node.remove();
        }
        self.status.set_text_content(None);
        let _ = self.root.remove_attribute("data-state");
    }
}

/// A line in the shopper's language; translations come in here.
fn words(line: &Line) -> String {
    let text = line.text.english();
    match text.split_once("{}") {
        Some((before, after)) => [before, &line.value, after].concat(),
        None => text.into(),
    }
}

fn capitalised(text: &str) -> String {
    let (first, rest) = text.split_at_checked(1).unwrap_or((text, ""));
    [&first.to_ascii_uppercase(), rest, "."].concat()
}

fn add(document: &Document, parent: &Element, tag: &str, part: &str) -> Option<Element> {
    let element = document.create_element(tag).ok()?;
    element.set_attribute("part", part).ok()?;
    show(&element, false);
    parent.append_child(&element).ok()?;
    Some(element)
}

fn set_text(element: &Element, text: &str) {
    element.set_text_content(Some(text));
    show(element, !text.is_empty());
}

fn show(element: &Element, shown: bool) {
    let _ = element.toggle_attribute_with_force("hidden", !shown);
}
