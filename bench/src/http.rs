//! One HTTP/1.1 connection, kept open: what a page has, without what a whole HTTP client would cost fifteen thousand times.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpSocket;

/// A connection to one server. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body, null where it is no JSON.
    pub(crate) body: Value,
}

impl Connection {
    /// Connects, from one of this machine's own addresses where one is given: each has its own ports.
    ///
    /// # Errors
    /// Where the server is not there, or ports or file descriptors are used up.
    pub(crate) async fn open(server: SocketAddr, from: Option<Ipv4Addr>) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if let Some(from) = from {
            socket.bind((from, 0).into())?;
        }
        let stream = socket.connect(server).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        // It ends with the sender and the last answer; what breaks it is told to whoever waits for that.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self {
            sender,
            host: server.to_string(),
        })
    }

    /// Sends JSON and reads the whole answer.
    ///
    /// # Errors
    /// Where the connection broke.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> io::Result<Answer> {
        let mut request = self.request(Method::POST, path, headers);
        request = request.header("content-type", "application/json");
        let answer = self.send(request, body).await?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await;
        let body = body.map_err(io::Error::other)?.to_bytes();
        Ok(Answer {
            status,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        })
    }

    /// Asks for something that is read as it comes.
    ///
    /// # Errors
    /// Where the connection broke.
    pub(crate) async fn get(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> io::Result<Response<Incoming>> {
        let request = self.request(Method::GET, path, headers);
        self.send(request, String::new()).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> hyper::http::request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    }

    async fn send(
        &mut self,
        request: hyper::http::request::Builder,
        body: String,
    ) -> io::Result<Response<Incoming>> {
        let request = request.body(Full::new(body.into()));
        let request = request.map_err(io::Error::other)?;
        self.sender.ready().await.map_err(io::Error::other)?;
        self.sender
            .send_request(request)
            .await
            .map_err(io::Error::other)
    }
}

/// Connections to one server that are used again: as many as are in use at a time.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    server: SocketAddr,
    free: Arc<Mutex<Vec<Connection>>>,
}

impl Pool {
    /// None yet.
    #[must_use]
    pub(crate) fn new(server: SocketAddr) -> Self {
        Self {
            server,
            free: Arc::default(),
        }
    }

    /// Sends JSON over a free connection, a new one where there is none.
    ///
    /// # Errors
    /// Where the connection broke.
    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> io::Result<Answer> {
        loop {
            let (mut connection, is_new) = match self.free() {
                Some(connection) => (connection, false),
                None => (Connection::open(self.server, None).await?, true),
            };
            match connection.post(path, headers, body.clone()).await {
                // The server closed it in this moment: as every client does, on another one.
                Err(error) if !is_new && was_never_sent(&error) => {}
                Err(error) => return Err(error),
                Ok(answer) => {
                    self.free.lock().unwrap().push(connection);
                    return Ok(answer);
                }
            }
        }
    }

    /// One that the server has not closed, which it does with those that are idle for 10 s.
    fn free(&self) -> Option<Connection> {
        let mut free = self.free.lock().unwrap();
        while let Some(connection) = free.pop() {
            if !connection.sender.is_closed() {
                return Some(connection);
            }
        }
        None
    }
}

fn was_never_sent(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|it| it.downcast_ref());
    cause.is_some_and(|it: &hyper::Error| it.is_canceled() || it.is_closed())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_connection_that_the_server_closed_meanwhile_is_no_failure() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let pool = Pool::new(listener.local_addr().unwrap());
        tokio::spawn(async move {
            // One answer a connection, and no word that it is the last.
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 1024]).await.unwrap();
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(answer).await.unwrap();
            }
        });
        for _ in 0..20 {
            let answer = pool.post("/", &[], String::new()).await.unwrap();
            assert_eq!(answer.status, 200);
        }
    }

    #[tokio::test]
    async fn where_nobody_listens_there_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let pool = Pool::new(listener.local_addr().unwrap());
        drop(listener);
        assert!(pool.post("/", &[], String::new()).await.is_err());
    }
}
