//! A proxy that loses answers: it forwards a request, and lets nobody hear what came of it.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Barrier, Mutex};

/// What to do to a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Forward it, and lose the answer.
    LoseAnswer,
    /// Forward it, and break the answer off before its last bytes.
    CutAnswer,
    /// Lose it on the way.
    LoseRequest,
    /// Answer this (status, body) without forwarding it.
    Answer(u16, String),
    /// Forward it, but only once [`Gate::open`] has been called.
    HoldUp(Gate),
}

/// Holds a request up.
#[derive(Clone, Debug)]
pub struct Gate {
    reached: Arc<Barrier>,
    open: Arc<Barrier>,
}

impl Gate {
    /// Returns a gate for one request.
    pub fn new() -> Gate {
        Gate { reached: Arc::new(Barrier::new(2)), open: Arc::new(Barrier::new(2)) }
    }

    /// Waits until the request has come to the gate.
    pub async fn reached(&self) {
        wait(&self.reached).await;
    }

    /// Lets the request pass.
    pub async fn open(&self) {
        wait(&self.open).await;
    }
}

async fn wait(barrier: &Arc<Barrier>) {
    let barrier = Arc::clone(barrier);
    tokio::task::spawn_blocking(move || barrier.wait()).await.unwrap();
}

#[derive(Debug, Default)]
struct Plan {
    /// What the head of a request has to contain.
    matching: String,
    faults: Vec<Fault>,
    met: usize,
}

/// A proxy on a port of its own.
pub struct Proxy {
    /// Where it is.
    pub endpoint: String,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    /// Starts a proxy in front of `upstream` (`http://HOST:PORT`).
    pub fn start(upstream: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let upstream = upstream.trim_start_matches("http://").to_string();
        let plan = Arc::<Mutex<Plan>>::default();
        let shared = Arc::clone(&plan);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (upstream, plan) = (upstream.clone(), Arc::clone(&shared));
                std::thread::spawn(move || serve(client, &upstream, &plan));
            }
        });
        Proxy { endpoint, plan }
    }

    /// Does `faults` to the next requests whose head contains `matching`, one each.
    pub fn next(&self, matching: &str, faults: &[Fault]) {
        let faults = faults.iter().rev().cloned().collect();
        *self.plan.lock().unwrap() = Plan { matching: matching.to_ascii_lowercase(), faults, met: 0 };
    }

    /// Returns how many faults have been done since they were asked for.
    pub fn met(&self) -> usize {
        self.plan.lock().unwrap().met
    }
}

fn serve(mut client: TcpStream, upstream: &str, plan: &Mutex<Plan>) -> io::Result<()> {
    while let Some((head, body)) = request(&mut client)? {
        let fault = {
            let mut plan = plan.lock().unwrap();
            let fault = match head.to_ascii_lowercase().contains(&plan.matching) {
                true => plan.faults.pop(),
                false => None,
            };
            plan.met += usize::from(fault.is_some());
            fault
        };
        if let Some(Fault::HoldUp(gate)) = &fault {
            gate.reached.wait();
            gate.open.wait();
        }
        let answer = match &fault {
            Some(Fault::LoseRequest) => return Ok(()),
            Some(Fault::Answer(status, body)) => format!(
                "HTTP/1.1 {status} Fault\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
            _ => forward(upstream, &head, &body)?,
        };
        match fault {
            Some(Fault::LoseAnswer) => return Ok(()),
            Some(Fault::CutAnswer) => return client.write_all(&answer[..answer.len() - 2]),
            _ => client.write_all(&answer)?,
        }
        if !head.to_ascii_lowercase().contains("keep-alive") {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads one request: its head, up to and with the empty line, and its body.
fn request(client: &mut TcpStream) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    client.read_exact(&mut body)?;
    Ok(Some((head, body)))
}

/// Sends the request on a connection of its own, and returns the whole answer.
fn forward(upstream: &str, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream)?;
    let kept = head.trim_end().lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = kept.collect::<Vec<_>>().join("\r\n");
    server.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes())?;
    server.write_all(body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}
