//! Processes that never outlive the run, and the run's own end.

#![allow(clippy::disallowed_methods, reason = "nothing here is async: what it waits for are processes")]

use std::io::{Read as _, Seek as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::signal::unix::{SignalKind, signal};

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Between two looks at a process.
const PAUSE: Duration = Duration::from_millis(1);

/// From now on Ctrl-C and SIGTERM end the run in order, so that it leaves nothing behind.
pub(crate) fn stop_in_order() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        runtime.block_on(async {
            if let (Ok(mut interrupt), Ok(mut terminate)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                STOPPED.store(true, Ordering::Relaxed);
                // The signals stay caught: a second one does not cut the tidying short.
                std::future::pending::<()>().await;
            }
        });
    });
    Ok(())
}

/// An error once the run is to stop.
pub(crate) fn go_on() -> Result<()> {
    ensure!(!STOPPED.load(Ordering::Relaxed), "stopped; nothing is left behind");
    Ok(())
}

/// Waits a moment, or fails if the run is to stop.
pub(crate) fn pause() -> Result<()> {
    thread::sleep(PAUSE);
    go_on()
}

/// A process that ends when this is dropped: as it does by itself if it is given five seconds, or at once.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).spawn().map(Self).with_context(|| format!("cannot start {name}"))
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Whether it has ended.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            pause()?;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(PAUSE);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command to its end: what it said on standard output. It must succeed. Files take what it says, because a pipe
/// that nobody reads would hold it up.
pub(crate) fn said(command: &mut Command) -> Result<String> {
    let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let status = Running::start(command.stdout(stdout.try_clone()?).stderr(stderr.try_clone()?))?.wait()?;
    let (mut out, mut err) = (String::new(), String::new());
    stdout.rewind()?;
    stdout.read_to_string(&mut out)?;
    stderr.rewind()?;
    stderr.read_to_string(&mut err)?;
    if !status.success() {
        let said: String = format!("{out}{err}").trim().chars().take(2000).collect();
        bail!("{:?} failed: {said}", command.get_program());
    }
    Ok(out.trim().to_owned())
}

/// Runs a command that shows on standard error what it does.
pub(crate) fn shown(command: &mut Command) -> Result<()> {
    let status = Running::start(command.stdout(std::io::stderr()))?.wait()?;
    ensure!(status.success(), "{:?} failed: see above", command.get_program());
    Ok(())
}
