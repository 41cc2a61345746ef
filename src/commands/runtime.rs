//! The one place where asynchronous work is waited for, and where signals end it.

use crate::error::Error;

/// Waits for the work. Where it reads from a network, a signal ends it: Ctrl-C, or a service that cancels the job. Work
/// that never waits is ended by the signal as the system does it.
///
/// # Errors
/// Those of the work, and [`Error::Interrupted`].
pub(super) fn drive<T>(on_network: bool, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Start { what: "the network runtime", source })?;
    if !on_network {
        return runtime.block_on(work);
    }
    let done = runtime.block_on(async {
        tokio::select! {
            done = work => done,
            () = ended_by_signal() => Err(Error::Interrupted),
        }
    });
    // A name that is still being looked up would otherwise hold an interrupted scan back.
    runtime.shutdown_background();
    done
}

async fn ended_by_signal() {
    #[cfg(unix)]
    if let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
        return;
    }
    // Where the signal cannot be had, the system ends the program as it does any other.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
