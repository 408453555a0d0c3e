//! The HTTP server of one sandbox: its own thread, its own port, gone when dropped.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;

use super::answer::{Answer, Fail};
use super::call::{Call, parse_pairs};
use super::cloudwatch::AlarmState;
use super::fault::{Armed, Fault, FaultKind, Hold};
use super::lambda::Handling;
use super::record::CallRecord;
use super::seed::Scenario;
use super::storm::{Raging, Storm};
use super::switch::SwitchError;
use super::world::World;
use super::{cloudfront, control, identity, ids, lex, route, s3, state};

/// What the server and its owner share.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    pub(crate) released: Notify,
}

impl Shared {
    /// The state. A panic in a handler is a defect, and does not make the state unreadable for the others.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A simulated AWS, running until it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    pub(super) shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts on a free port of 127.0.0.1.
    pub fn start(scenario: Scenario) -> std::io::Result<Sandbox> {
        Sandbox::start_on(scenario, 0)
    }

    /// Starts on a port of 127.0.0.1; 0 takes a free one.
    pub fn start_on(scenario: Scenario, port: u16) -> std::io::Result<Sandbox> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shared = Arc::new(Shared { world: Mutex::new(scenario.into_world()), released: Notify::new() });
        let (stop, stopped) = oneshot::channel();
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("sandbox".into()).spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = accept(listener, for_thread) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Sandbox { shared, address, stop: Some(stop), thread: Some(thread) })
    }

    /// The endpoint for SDKs: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until the server ends, which it does only when its thread fails.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    /// The whole state, sorted: `{ACCOUNT: {connect, lex, dynamodb, s3}}`.
    pub fn state(&self) -> Value {
        state::all(&self.shared.world())
    }

    /// The Connect configuration of an account: no times, no counters, ids included.
    pub fn connect_state(&self, account: &str) -> Value {
        state::connect(&self.shared.world(), account)
    }

    /// The calls so far, in order.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.shared.world().calls.clone()
    }

    /// What nobody else is to see, each as what it is and its text: secret keys and tokens of the sessions that it
    /// gave, passwords of the users that it made, signatures of presigned URLs.
    pub fn told(&self) -> Vec<(&'static str, String)> {
        self.shared.world().told.all()
    }

    /// Forgets the calls so far; their numbers go on.
    pub fn clear_calls(&self) {
        self.shared.world().calls.clear();
    }

    /// Arms a fault.
    pub fn fault(&self, fault: Fault) {
        self.shared.world().faults.push(Armed::new(fault));
    }

    /// Disarms all faults, those by chance too.
    pub fn clear_faults(&self) {
        let mut world = self.shared.world();
        world.faults.clear();
        world.storms.clear();
    }

    /// Lets faults meet calls by chance, until they are disarmed.
    pub fn storm(&self, storm: Storm) {
        self.shared.world().storms.push(Raging::new(storm));
    }

    /// Makes matching calls wait until [`Sandbox::release`].
    pub fn hold(&self, hold: Hold) {
        self.shared.world().holds.push(hold);
    }

    /// How many calls are waiting.
    pub fn held(&self) -> usize {
        self.shared.world().held
    }

    /// Lets all waiting calls go on, and holds no more.
    pub fn release(&self) {
        self.shared.world().holds.clear();
        self.shared.released.notify_waiters();
    }

    /// Applies now every call that a `Late` fault has kept back.
    pub fn deliver_late(&self) {
        self.shared.world().deliver_late();
    }

    /// Moves the sandbox's clock forward: sessions expire, quotas refill. HTTP dates stay real.
    pub fn advance(&self, by: Duration) {
        self.shared.world().clock.advance(by);
    }

    /// The next build of a locale of a Lex bot of the account fails, for these reasons.
    ///
    /// Errors: there is no such account or bot.
    pub fn fail_next_build(
        &self,
        account: &str,
        bot: &str,
        locale: &str,
        reasons: &[&str],
    ) -> Result<(), String> {
        lex::fail_next_build(&mut self.shared.world(), account, bot, locale, reasons)
    }

    /// A version of a Lex bot goes inactive, as one does that nobody used for six months.
    ///
    /// Errors: there is no such account, bot or version.
    pub fn deactivate_bot_version(&self, account: &str, bot: &str, version: u64) -> Result<(), String> {
        lex::deactivate_version(&mut self.shared.world(), account, bot, version)
    }

    /// An alarm of the account is as it is told, as if its metric had made it so.
    ///
    /// Errors: there is no such account or alarm.
    pub fn set_alarm(
        &self,
        account: &str,
        region: &str,
        name: &str,
        state: AlarmState,
    ) -> Result<(), String> {
        self.shared.world().set_alarm(account, region, name, state)
    }

    /// A version of a function, there already or still to be published, does as it is told when it is invoked.
    ///
    /// Errors: there is no such account or function.
    pub fn set_handling(
        &self,
        place: (&str, &str),
        version: (&str, &str),
        handling: Handling,
    ) -> Result<(), String> {
        self.shared.world().set_handling(place, version, handling)
    }

    /// Puts `bytes` in the place of what the bucket holds under `key`, as a disk does that goes bad: nobody is asked.
    ///
    /// Errors: there is no such object.
    pub fn spoil(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), String> {
        self.shared.world().spoil(bucket, key, bytes)
    }

    /// Where the website endpoint of a bucket is emulated: plain HTTP, without a signature.
    pub fn site(&self, bucket: &str) -> String {
        format!("{}/_site/{bucket}", self.endpoint())
    }

    /// Where a distribution is read: plain HTTP, and from its cache where that has it.
    pub fn distribution(&self, id: &str) -> String {
        format!("{}/_cdn/{id}", self.endpoint())
    }

    /// Sets a switch (see [`super::SWITCHES`]).
    pub fn set_switch(&self, name: &str, value: &str) -> Result<(), SwitchError> {
        self.shared.world().switches.set(name, value)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let _ = stream.set_nodelay(true);
                let shared = Arc::clone(&shared);
                connections.spawn(async move {
                    let service = service_fn(move |request| serve(Arc::clone(&shared), request));
                    // A call that has arrived is carried out even when its client goes away meanwhile.
                    let mut http = hyper::server::conn::http1::Builder::new();
                    http.half_close(true);
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// The connection is closed without an answer, on purpose.
#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

async fn serve(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Closed> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    let mut call = Call {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parse_pairs(parts.uri.query().unwrap_or_default(), false),
        headers: parts.headers,
        body,
        ..Call::default()
    };
    let answer = if call.path.starts_with("/_sandbox") {
        control::answer(&shared, &call)
    } else if call.path.starts_with("/_site/") {
        s3::serve(&shared.world(), &call)
    } else if call.path.starts_with("/_cdn/") {
        cloudfront::serve(&mut shared.world(), &call)
    } else if let Err(fail) = identity::read_signature(&mut call) {
        fail.answer(&call.service)
    } else {
        match answer(&shared, &mut call).await {
            Some(answer) => answer,
            None => return Err(Closed),
        }
    };
    let head = call.method == "HEAD";
    let Ok(response) = respond(answer, head, &call.service);
    Ok(response)
}

async fn answer(shared: &Arc<Shared>, call: &mut Call) -> Option<Answer> {
    route::identify(call);
    let known = {
        let mut world = shared.world();
        match identity::check_date(&world, call).and_then(|()| identity::caller(&world, call)) {
            Ok(caller) => {
                call.caller = caller;
                Ok(())
            }
            Err(fail) => {
                let answer = fail.answer(&call.service);
                world.record(call, Some(&answer), false, None);
                Err(answer)
            }
        }
    };
    if let Err(answer) = known {
        return Some(answer);
    }
    wait_for_release(shared, call).await;
    let fault = shared.world().meet_fault(call);
    if let Some(FaultKind::Slow { ms }) = fault {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    if let Some(FaultKind::LateBy { ms }) = fault {
        let (shared, call) = (Arc::clone(shared), call.clone());
        #[expect(clippy::disallowed_methods, reason = "it arrives when nobody waits for it any more")]
        let arriving = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            shared.world().arrive(&call);
        });
        drop(arriving);
    }
    shared.world().perform(call, fault)
}

async fn wait_for_release(shared: &Shared, call: &Call) {
    loop {
        let released = shared.released.notified();
        tokio::pin!(released);
        // Listen before looking, so that a release in between is not missed.
        released.as_mut().enable();
        {
            let mut world = shared.world();
            if !world.holds(call) {
                return;
            }
            world.held += 1;
        }
        let waiting = Waiting(shared);
        released.await;
        drop(waiting);
    }
}

/// Counts down when the wait ends, also when the client goes away.
struct Waiting<'a>(&'a Shared);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.world().held -= 1;
    }
}

fn respond(answer: Answer, head: bool, service: &str) -> Result<Response<Full<Bytes>>, Infallible> {
    // hyper adds the Date header, from the machine's clock.
    let request_id = if service == "s3" { "x-amz-request-id" } else { "x-amzn-requestid" };
    let mut builder = Response::builder().status(answer.status).header(request_id, ids::random_uuid());
    for (name, value) in &answer.headers {
        builder = builder.header(name, value);
    }
    let body = if head { Bytes::new() } else { answer.body };
    Ok(builder.body(Full::new(body)).unwrap_or_else(|_| {
        let fail = Fail::new(500, "InternalFailure", "the sandbox built a header that HTTP does not allow");
        Response::new(Full::new(fail.answer(service).body))
    }))
}
