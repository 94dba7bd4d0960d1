//! Requests and answers as bytes: for callers who hang up in the middle, and for those who ask before they were answered.

#![allow(dead_code, reason = "each of the test programs uses a part")]

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A request with the connection kept, as it is sent.
pub(crate) fn request(method: &str, path: &str, token: &str, id: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} /api/sales/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         x-request-id: {id}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) id: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// A connection.
pub(crate) struct Wire(BufReader<TcpStream>);

impl Wire {
    pub(crate) fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// A connection that somebody else made, for an answer of which nothing is read yet.
    pub(crate) fn over(stream: &TcpStream) -> io::Result<Self> {
        Ok(Self(BufReader::new(stream.try_clone()?)))
    }

    pub(crate) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        self.0.get_ref().write_all(bytes)
    }

    /// The next answer.
    pub(crate) fn receive(&mut self) -> io::Result<Reply> {
        let head = self.line()?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(unsound)?;
        let mut reply = Reply { status, id: String::new(), head, body: Vec::new() };
        let mut length = None;
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            reply.head += &format!("\n{line}");
            match name.to_ascii_lowercase().as_str() {
                "x-request-id" => value.trim().clone_into(&mut reply.id),
                "content-length" => length = value.trim().parse().ok(),
                _ => {}
            }
        }
        match length {
            Some(length) => reply.body = self.bytes(length)?,
            // In chunks: each with its length before it.
            None => loop {
                let length = usize::from_str_radix(&self.line()?, 16).map_err(|_| unsound())?;
                reply.body.extend(self.bytes(length)?);
                self.line()?;
                if length == 0 {
                    break;
                }
            },
        }
        Ok(reply)
    }

    /// Waits until some of the next answer is there.
    pub(crate) fn wait(&mut self) -> io::Result<()> {
        self.0.fill_buf().map(drop)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line)? {
            0 => Err(unsound()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    fn bytes(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn unsound() -> io::Error {
    io::Error::other("not an answer, or not all of it")
}
