//! Server-sent events, as the HTML standard reads them, and a client that holds one stream.

use std::mem::take;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// `event:`; empty where the server names none.
    pub(crate) name: String,
    /// `data:`, several lines joined by line feeds.
    pub(crate) data: String,
}

/// Reads messages out of a stream that comes in pieces, cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    after_return: bool,
    name: String,
    data: Option<String>,
}

impl Parser {
    /// The messages that this piece completes.
    pub(crate) fn feed(&mut self, piece: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in piece {
            // Lines end with \r\n, \n or \r.
            let after_return = take(&mut self.after_return);
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    let line = take(&mut self.line);
                    events.extend(self.line(&String::from_utf8_lossy(&line)));
                }
                _ => self.line.push(*byte),
            }
        }
        events
    }

    /// An empty line ends a message; one without data is none.
    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let name = take(&mut self.name);
            let data = self.data.take()?;
            return Some(Event { name, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                none => *none = Some(value.to_owned()),
            },
            // Comments, `id` and `retry` are for those who come back.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    #[track_caller]
    fn check(stream: &str, expected: &[Event]) {
        // Cut at every place, and into single bytes.
        for at in 0..stream.len() {
            let (left, right) = stream.as_bytes().split_at(at);
            let mut parser = Parser::default();
            let mut read = parser.feed(left);
            read.extend(parser.feed(right));
            assert_eq!(read, expected, "cut at {at}");
        }
        let mut parser = Parser::default();
        let bytes = stream.as_bytes().chunks(1);
        let read: Vec<_> = bytes.flat_map(|it| parser.feed(it)).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn the_servers_own_messages_are_read_however_they_are_cut() {
        check(
            "retry: 3000\nevent: status\nid: pending\ndata: {\"status\":\"pending\"}\n\nevent: heartbeat\ndata: {}\n\n",
            &[
                event("status", "{\"status\":\"pending\"}"),
                event("heartbeat", "{}"),
            ],
        );
    }

    #[test]
    fn every_end_of_line_comment_and_second_line_of_data_counts_as_the_standard_says() {
        check(
            ": hello\r\n\r\ndata: one\r\ndata:two\r\n\r\n",
            &[event("", "one\ntwo")],
        );
        check(
            "event: a\rdata\r\rdata: b\n\n",
            &[event("a", ""), event("", "b")],
        );
        // Without data it is no message, and its name is forgotten; what is not ended is not told.
        check("event: lost\n\ndata: é\n\ndata: half", &[event("", "é")]);
    }
}
