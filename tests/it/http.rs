//! Plain HTTP against a listener of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use snapdeploy::aws::http::{get, post_json};
use snapdeploy::core::{ErrorKind, Result};

/// A request as it came in.
pub struct Request {
    /// Its first line and headers, in lower case.
    pub head: String,
    /// What it carried.
    pub body: String,
}

/// Something that answers on 127.0.0.1, each connection with the next of its answers, and then with none.
pub struct Listener {
    pub url: String,
    pub requests: Receiver<Request>,
}

impl Listener {
    /// Listens. An empty answer is none at all: the connection stays open and silent.
    pub fn new(answers: &[&str]) -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook/s3cr3t", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        let answers: Vec<String> = answers.iter().map(ToString::to_string).collect();
        thread::spawn(move || {
            let mut open = Vec::new();
            for answer in answers {
                let Ok((mut stream, _)) = listener.accept() else { return };
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut head, mut line) = (String::new(), String::new());
                while reader.read_line(&mut line).is_ok_and(|n| n > 0) && line != "\r\n" {
                    head.push_str(&line.to_lowercase());
                    line.clear();
                }
                let length = head.split("content-length: ").nth(1).and_then(|l| l.lines().next());
                let mut body = vec![0; length.map_or(0, |l| l.trim().parse().unwrap())];
                reader.read_exact(&mut body).unwrap();
                let _ = sender.send(Request { head, body: String::from_utf8(body).unwrap() });
                let _ = stream.write_all(answer.as_bytes());
                if answer.is_empty() {
                    open.push(stream);
                }
            }
            // Silent connections stay open until the sender is given up.
            while !open.is_empty()
                && sender.send(Request { head: String::new(), body: String::new() }).is_ok()
            {
                thread::sleep(Duration::from_millis(50));
            }
        });
        Listener { url, requests }
    }
}

/// Returns an answer with this status and body.
pub fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn a_url_is_read_and_what_it_answers_is_told_apart() {
    let listener = Listener::new(&[&answer(200, "RIFF audio")]);
    assert_eq!(wait(get(&listener.url)).unwrap(), "RIFF audio");
    let request = listener.requests.recv().unwrap();
    assert!(request.head.starts_with("get /hook/s3cr3t http/1.1"), "{}", request.head);
    assert!(request.head.contains("user-agent: snapdeploy/"), "{}", request.head);
    for (status, kind) in [
        (403, ErrorKind::Denied),
        (404, ErrorKind::NotFound),
        (503, ErrorKind::Unavailable),
        (429, ErrorKind::Unavailable),
        (302, ErrorKind::Failed),
        (400, ErrorKind::Failed),
    ] {
        let listener = Listener::new(&[&answer(status, "no")]);
        let error = wait(get(&listener.url)).unwrap_err();
        assert_eq!(error.kind, kind, "{status}");
        assert!(error.message.contains(&status.to_string()) && !error.message.contains("s3cr3t"), "{error}");
    }
}

#[test]
fn nothing_there_and_half_an_answer_are_worth_another_attempt() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = wait(get(&format!("http://{gone}/s3cr3t"))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.contains(&gone.to_string()) && !error.message.contains("s3cr3t"), "{error}");
    let listener = Listener::new(&["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"]);
    assert_eq!(wait(get(&listener.url)).unwrap_err().kind, ErrorKind::Unavailable);
}

#[test]
fn a_post_carries_json_and_gives_up_in_time() {
    let listener = Listener::new(&[&answer(204, "")]);
    wait(post_json(&listener.url, "{\"a\":1}".into(), Duration::from_secs(10))).unwrap();
    let request = listener.requests.recv().unwrap();
    assert!(request.head.starts_with("post /") && request.head.contains("content-type: application/json"));
    assert_eq!(request.body, "{\"a\":1}");

    let silent = Listener::new(&[""]);
    let began = Instant::now();
    let error = wait(post_json(&silent.url, "{}".into(), Duration::from_millis(300))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
