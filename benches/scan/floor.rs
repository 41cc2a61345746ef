//! The floor: the pages of the window fetched by a bare client that looks at nothing but lengths.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Fetches page 1, then the others with `concurrency` requests side by side; gives the time it took.
pub(crate) fn measure(address: &str, pages: u64, concurrency: usize) -> io::Result<Duration> {
    let started = Instant::now();
    let mut first = Connection::open(address)?;
    first.fetch(1)?;
    let next = AtomicU64::new(2);
    let read = |mut connection: Connection| -> io::Result<()> {
        loop {
            let page = next.fetch_add(1, Ordering::Relaxed);
            if page > pages {
                return Ok(());
            }
            connection.fetch(page)?;
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> =
            (1..concurrency).map(|_| scope.spawn(|| read(Connection::open(address)?))).collect();
        read(first)?;
        let failed = |_| Err(io::Error::other("a client failed"));
        others.into_iter().try_for_each(|other| other.join().unwrap_or_else(failed))
    })?;
    Ok(started.elapsed())
}

struct Connection {
    requests: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Connection {
    fn open(address: &str) -> io::Result<Self> {
        let requests = TcpStream::connect(address)?;
        requests.set_nodelay(true)?;
        let answers = BufReader::with_capacity(64 * 1024, requests.try_clone()?);
        Ok(Self { requests, answers })
    }

    fn fetch(&mut self, page: u64) -> io::Result<()> {
        let body = format!(r#"{{"page":{page},"per_page":250}}"#);
        let request = format!(
            "POST /admins/activity_logs/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.requests.write_all(request.as_bytes())?;
        let (mut line, mut length) = (String::new(), 0_usize);
        loop {
            line.clear();
            if self.answers.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        while length > 0 {
            let here = self.answers.fill_buf()?.len().min(length);
            if here == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.answers.consume(here);
            length -= here;
        }
        Ok(())
    }
}
