//! The widget: a pay button as a state machine and its browser shell.
