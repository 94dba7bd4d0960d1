//! The ceiling: the same server that only answers, always the same, as much as the service does. What the service is
//! slower than this is its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use crate::process::Running;

/// Answers of these sizes: a contact, a page, a new contact. Says where it listens, and serves until it is ended.
pub(crate) fn serve([contact, page, create]: [usize; 3]) -> Result<()> {
    let answer = |size: usize| {
        let body =
            Bytes::from(format!("{{\"code\":0,\"data\":\"{}\"}}", "a".repeat(size.saturating_sub(21))));
        ([(CONTENT_TYPE, "application/json")], body)
    };
    let (contact, page, create) = (answer(contact), answer(page), answer(create));
    let calls = Router::new()
        .route("/api/sales/contacts/", post(async move |_: Bytes| page))
        .route("/api/sales/contacts/contact", get(async move || contact).post(async move |_: Bytes| create));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, calls.into_make_service_with_connect_info::<SocketAddr>()).await?)
    })
}

/// The ceiling as a process.
pub(crate) struct Ceiling {
    _running: Running,
    pub(crate) base: String,
}

impl Ceiling {
    pub(crate) fn start(sizes: [usize; 3]) -> Result<Self> {
        let mut program = std::process::Command::new(std::env::current_exe()?);
        program.arg("ceiling").args(sizes.map(|size| size.to_string())).stdout(Stdio::piped());
        let mut running = Running::start(&mut program)?;
        let mut base = String::new();
        BufReader::new(running.child().stdout.take().context("the ceiling says nothing")?)
            .read_line(&mut base)?;
        Ok(Self { _running: running, base: base.trim().to_owned() })
    }
}
