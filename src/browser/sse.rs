//! Server-sent events out of bytes that may be split anywhere. Pure.
//!
//! Follows "9.2.6 Interpreting an event stream" of the HTML standard: lines end with LF, CR or CRLF, a BOM at the start is
//! dropped, a blank line dispatches, and what is not dispatched at the end is lost. `id` and `retry` mean nothing here: each
//! stream begins with the state as it is now, and the machine decides when to come back.

use malipo_wire::cut;

/// The most bytes that one event may have; the longest that the backend sends is below 1 KB.
pub const EVENT_MOST: usize = 64 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Its name; empty where it has none.
    pub event: String,
    /// Its data, lines joined by LF.
    pub data: String,
}

/// Reads a stream piece by piece.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    message: Message,
    has_data: bool,
    /// The last byte was a CR: an LF right after it belongs to the same line end.
    after_cr: bool,
    past_first_line: bool,
}

/// An event longer than [`EVENT_MOST`]: this is not our stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Parser {
    /// Takes the next bytes and gives back the events that they complete.
    ///
    /// # Errors
    /// [`TooLong`]; the parser is of no use afterwards.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Message>, TooLong> {
        let mut messages = Vec::new();
        for &byte in bytes {
            let ends_crlf = byte == b'\n' && core::mem::take(&mut self.after_cr);
            if ends_crlf {
                continue;
            }
            self.after_cr = byte == b'\r';
            if matches!(byte, b'\r' | b'\n') {
                if let Some(message) = self.end_line() {
                    messages.push(message);
                }
            } else {
                self.line.push(byte);
            }
            if EVENT_MOST < self.line.len() + self.message.data.len() {
                return Err(TooLong);
            }
        }
        Ok(messages)
    }

    fn end_line(&mut self) -> Option<Message> {
        let bytes = core::mem::take(&mut self.line);
        let mut line: &[u8] = &bytes;
        if !core::mem::replace(&mut self.past_first_line, true) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if line.is_empty() {
            let message = core::mem::take(&mut self.message);
            return core::mem::take(&mut self.has_data).then_some(message);
        }
        let text = String::from_utf8_lossy(line);
        let (field, value) = cut(&text, b':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.message.event = value.into(),
            "data" => {
                if core::mem::replace(&mut self.has_data, true) {
                    self.message.data.push('\n');
                }
                self.message.data.push_str(value);
            }
            // A comment (no name), or a field that means nothing here.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(event: &str, data: &str) -> Message {
        Message {
            event: event.into(),
            data: data.into(),
        }
    }

    /// Reads `text` whole, byte by byte, and split at every place: the events must be the same.
    #[track_caller]
    fn check(text: &[u8], expected: &[Message]) {
        let read = |pieces: &[&[u8]]| {
            let mut parser = Parser::default();
            let mut all = Vec::new();
            for piece in pieces {
                all.extend(parser.push(piece).unwrap());
            }
            all
        };
        assert_eq!(read(&[text]), expected, "whole");
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(read(&bytes), expected, "byte by byte");
        for at in 0..text.len() {
            let (head, tail) = text.split_at(at);
            assert_eq!(read(&[head, tail]), expected, "split at {at}");
            assert_eq!(read(&[head, b"", tail]), expected, "empty piece at {at}");
        }
    }

    #[test]
    fn an_event_has_a_name_and_data() {
        check(
            b"event: status\ndata: {\"status\":\"success\"}\n\n",
            &[message("status", "{\"status\":\"success\"}")],
        );
        check(b"data: x\n\n", &[message("", "x")]);
        check(b"data:x\ndata: y\ndata\n\n", &[message("", "x\ny\n")]);
    }

    #[test]
    fn lines_end_with_lf_cr_or_crlf() {
        let expected = [message("status", "1"), message("heartbeat", "2")];
        for end in ["\n", "\r", "\r\n"] {
            let text = [
                "event: status",
                "data: 1",
                "",
                "event:heartbeat",
                "data:2",
                "",
                "",
            ]
            .join(end);
            check(text.as_bytes(), &expected);
        }
    }

    #[test]
    fn a_byte_order_mark_is_dropped_at_the_start_only() {
        check(b"\xef\xbb\xbfdata: 1\n\n", &[message("", "1")]);
        check(
            "data: 1\n\n\u{feff}data: 2\n\n".as_bytes(),
            &[message("", "1")],
        );
    }

    #[test]
    fn comments_unknown_fields_and_events_without_data_are_nothing() {
        check(
            b": hello\nid: 7\nretry: 100\n\nevent: status\n\ndata: 1\n\n",
            &[message("", "1")],
        );
    }

    #[test]
    fn what_is_not_dispatched_is_lost() {
        check(b"data: 1\n\ndata: 2", &[message("", "1")]);
        check(b"data: 1\n\ndata: 2\n", &[message("", "1")]);
    }

    #[test]
    fn letters_of_several_bytes_may_be_split() {
        check("data: né😀\n\n".as_bytes(), &[message("", "né😀")]);
        check(b"data: \xff\n\n", &[message("", "\u{fffd}")]);
    }

    #[test]
    fn an_endless_line_or_event_is_refused() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(&[b'x'; EVENT_MOST]), Ok(Vec::new()));
        assert_eq!(parser.push(b"x"), Err(TooLong));
        let mut parser = Parser::default();
        let line = ["data: ", &"x".repeat(1000), "\n"].concat();
        let refused = (0..100).any(|_| parser.push(line.as_bytes()).is_err());
        assert!(refused);
    }
}
