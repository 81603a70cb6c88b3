//! The bugs that are planted on purpose, of the widget and of the server, as one list.

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// In the widget.
    Widget(malipo::planted::Bug),
    /// In the server.
    Server(malipo_server::simulation::Bug),
}

impl Planted {
    /// Every bug: its name, and what it does.
    #[must_use]
    pub fn all() -> Vec<(Self, &'static str, &'static str)> {
        let widget = malipo::planted::Bug::ALL.iter();
        let server = malipo_server::simulation::Bug::ALL.iter();
        widget
            .map(|it| (Self::Widget(it.0), it.1, it.2.trim()))
            .chain(server.map(|it| (Self::Server(it.0), it.1, it.2.trim())))
            .collect()
    }

    /// Plants a bug in this thread, in place of the one before.
    pub fn plant(planted: Option<Self>) {
        let (widget, server) = match planted {
            None => (None, None),
            Some(Self::Widget(it)) => (Some(it), None),
            Some(Self::Server(it)) => (None, Some(it)),
        };
        malipo::planted::plant(widget);
        malipo_server::simulation::plant(server);
    }
}
