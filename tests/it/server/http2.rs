//! The same over HTTP/2, whose streams and connections can end in ways of their own.

use std::error::Error;
use std::io::Cursor;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use h2::RecvStream;
use h2::server::SendResponse;
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Behaviour, Seen, Shared};

type Ended = Result<(), Box<dyn Error + Send + Sync>>;

/// A GOAWAY frame with this text as its debug data.
pub(crate) fn go_away(reason: h2::Reason, text: &str) -> Vec<u8> {
    let length = u32::try_from(8 + text.len()).unwrap().to_be_bytes();
    // Length, type, flags, no stream; then the last stream that counts (none), the reason and the text.
    let head = [&length[1..], &[7, 0, 0, 0, 0, 0], &[0; 4], &u32::from(reason).to_be_bytes()];
    [&head.concat(), text.as_bytes()].concat()
}

pub(super) fn serve(listener: TcpListener, tls: Arc<ServerConfig>, shared: Arc<Shared>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        while let Ok((stream, _)) = listener.accept().await {
            // A client that disconnects ends only the task of its connection.
            let (acceptor, shared) = (TlsAcceptor::from(Arc::clone(&tls)), Arc::clone(&shared));
            tokio::spawn(async move { drop(converse(stream, acceptor, shared).await) });
        }
    });
}

async fn converse(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) -> Ended {
    let tls = acceptor.accept(stream).await?;
    let (near, far) = tokio::io::duplex(1 << 16);
    let (end, ends) = unbounded_channel();
    tokio::spawn(async move { drop(relay(tls, far, ends).await) });
    let mut connection = h2::server::Builder::new().handshake::<_, Cursor<Vec<u8>>>(near).await?;
    while let Some(request) = connection.accept().await {
        let (request, respond) = request?;
        let (shared, end) = (Arc::clone(&shared), end.clone());
        tokio::spawn(async move { drop(answer(request, respond, &shared, &end).await) });
    }
    Ok(())
}

/// Hands on what both sides send, until the connection is to end with other bytes.
async fn relay(
    mut tls: TlsStream<TcpStream>,
    mut far: DuplexStream,
    mut ends: UnboundedReceiver<Vec<u8>>,
) -> Ended {
    let (mut received, mut sent) = (vec![0; 1 << 14], vec![0; 1 << 14]);
    loop {
        tokio::select! {
            biased;
            length = far.read(&mut sent) => match length? {
                0 => return Ok(tls.shutdown().await?),
                length => {
                    tls.write_all(&sent[..length]).await?;
                    tls.flush().await?;
                }
            },
            length = tls.read(&mut received) => match length? {
                0 => return Ok(()),
                length => far.write_all(&received[..length]).await?,
            },
            Some(last) = ends.recv() => {
                tls.write_all(&last).await?;
                return Ok(tls.shutdown().await?);
            }
        }
    }
}

async fn answer(
    request: http::Request<RecvStream>,
    mut respond: SendResponse<Cursor<Vec<u8>>>,
    shared: &Shared,
    end: &UnboundedSender<Vec<u8>>,
) -> Ended {
    let (parts, mut body) = request.into_parts();
    let mut received = Vec::new();
    while let Some(chunk) = body.data().await {
        received.extend(chunk?);
    }
    let url = url::Url::parse(&parts.uri.to_string())?;
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let seen = Seen {
        method: parts.method.to_string(),
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: serde_json::from_slice(&received).unwrap_or_default(),
    };
    let behaviour = shared.behaviour(&seen.path);
    let answer = shared.api.answer(seen);
    match behaviour {
        None => {
            let mut response = http::Response::builder().status(answer.status);
            response = response.header("content-type", answer.content_type);
            for (name, value) in &answer.headers {
                response = response.header(name, value);
            }
            respond.send_response(response.body(())?, false)?.send_data(Cursor::new(answer.body), true)?;
            shared.answered.fetch_add(1, Ordering::SeqCst);
        }
        Some(Behaviour::ResetStream(reason)) => respond.send_reset(*reason),
        Some(Behaviour::ResetStreamMidBody) => {
            let response = http::Response::builder().header("content-type", "application/json");
            let mut body = respond.send_response(response.body(())?, false)?;
            body.send_data(Cursor::new(b"{\"type\":".to_vec()), false)?;
            // What is sent already arrives before this.
            tokio::time::sleep(Duration::from_millis(20)).await;
            body.send_reset(h2::Reason::INTERNAL_ERROR);
        }
        Some(Behaviour::EndWith(others, last)) => {
            while !shared.has_answered(*others) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            // Answers that are given already are sent before this.
            tokio::time::sleep(Duration::from_millis(20)).await;
            end.send(last.clone())?;
        }
        Some(other) => panic!("{other:?} needs HTTP/1.1"),
    }
    Ok(())
}
