//! A program as receiver: it is started without a shell and reads the message from standard input.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use crate::text;

/// The variables of this program that another one must not see.
const OWN_SECRETS: [&str; 2] = ["INTERCOM_ACCESS_TOKEN", "INTERCOM_HARDEN_REDACT_KEY"];
/// How many bytes of what it says are kept.
const MAX_SAID: usize = 1024;
/// How many columns of that are repeated.
const QUOTE_COLUMNS: usize = 120;
/// How long what it said last may take to arrive, after it ended.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// A program that was started. It is killed when this is dropped before it has ended.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        kill(&mut self.0);
    }
}

/// Starts the program, without these variables of the environment, hands it the message, and waits for its end.
///
/// # Errors
/// What happened, where it does not end with exit code 0.
pub(super) async fn run(
    program: &Path,
    arguments: &[String],
    hidden: &[String],
    body: &str,
) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    for name in OWN_SECRETS.into_iter().chain(hidden.iter().map(String::as_str)) {
        command.env_remove(name);
    }
    // Its children are killed with it, and a Ctrl-C is none of its business.
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
    let (mut started, mut said) = (Started(child), Vec::new());
    let outcome = match converse(&mut started.0, body, &mut said).await {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("it ended with {status}"),
        Err(error) => format!("it cannot be waited for: {error}"),
    };
    match String::from_utf8_lossy(&said).trim() {
        "" => Err(outcome),
        said => Err(format!("{outcome} ({})", text::line(said, QUOTE_COLUMNS))),
    }
}

/// Hands the message over and listens to what the program says, until it ends.
async fn converse(child: &mut Child, body: &str, said: &mut Vec<u8>) -> io::Result<ExitStatus> {
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let talk = async {
        let write = async {
            if let Some(mut stdin) = stdin {
                // A program that does not read it to the end may accept it all the same.
                let _ = stdin.write_all(body.as_bytes()).await;
            }
        };
        let listen = async {
            let Some(mut stderr) = stderr else { return };
            let mut buffer = [0; 1024];
            while let Ok(count @ 1..) = stderr.read(&mut buffer).await {
                let left = MAX_SAID.saturating_sub(said.len()).min(count);
                said.extend_from_slice(buffer.get(..left).unwrap_or_default());
            }
        };
        tokio::join!(write, listen);
    };
    tokio::pin!(talk);
    tokio::select! {
        status = child.wait() => {
            // What it left running may hold the other end for longer.
            let _ = tokio::time::timeout(LAST_WORDS, talk).await;
            status
        }
        () = &mut talk => child.wait().await,
    }
}

#[cfg(unix)]
fn kill(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    // One that has ended has no id any longer.
    if let Some(id) = id {
        let _ = kill_process_group(id, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill(child: &mut Child) {
    // It may have ended by now.
    let _ = child.start_kill();
}
