//! HTTP checks: what is sent, and what the answer has to be.

use std::collections::BTreeMap;
use std::time::Duration;

use snapdeploy::aws::http::{Ask, ask};
use snapdeploy::core::ErrorKind;

use super::place::{line, shop, shown};
use crate::cli::shell::Said;
use crate::http::{Listener, answer};

const TOKEN: &str = "Bearer tr0ub4dor-and-3";

/// Ships the image `2` with the variable that the gate's header is from.
fn shipped(gates: &str, token: Option<&str>) -> (crate::ecs::back::Shop, Said) {
    let shop = shop(gates);
    let artifact = format!("ecs/service/main/web={}", crate::ecs::scene::image("2"));
    let mut command = shop.shell.command(&["deploy", "--to", "prod", "--artifact", &artifact, "--yes"]);
    command.envs(token.map(|token| ("SMOKE_TOKEN", token)));
    let said = Said::from(shop.aside(|| command.output().unwrap()));
    (shop, said)
}

fn gate(url: &str, more: &str) -> String {
    format!(
        "[environments.prod.gates.up]\nat = \"after\"\nhttp = {{ url = \"{url}/{{run}}\", \
         send_from = {{ Authorization = \"SMOKE_TOKEN\" }}{more} }}\n"
    )
}

#[test]
fn an_answer_passes_and_the_header_from_the_environment_is_nowhere() {
    // What it echoes is the secret itself.
    let listener = Listener::new(&[&answer(200, &format!("ok {TOKEN}"))]);
    let (shop, said) = shipped(&gate(&listener.url, ", contains = \"ok\""), Some(TOKEN));
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    let request = listener.requests.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(request.head.contains(&format!("authorization: {}", TOKEN.to_lowercase())), "{}", request.head);
    assert!(request.head.starts_with("get /hook/s3cr3t/"), "{}", request.head);
    let shown = shown(&shop);
    assert!(shown.contains("gate up passed: 127.0.0.1"), "{shown}");
    for text in [&said.out, &said.err, &shown] {
        assert!(!text.contains("tr0ub4dor"), "{text}");
    }
    let mut folders = vec![shop.shell.directory.path().join(".snapdeploy")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&entry).unwrap();
            assert!(!bytes.windows(9).any(|part| part == b"tr0ub4dor"), "{}", entry.display());
        }
    }
    assert!(files > 0, "the store was looked through");
}

#[test]
fn a_wrong_answer_takes_the_deployment_back() {
    let listener = Listener::new(&[&answer(503, "down")]);
    let (shop, said) = shipped(&gate(&listener.url, ""), Some(TOKEN));
    assert_eq!(said.code, 6, "{}\n{}", said.out, said.err);
    assert!(said.err.contains("503") && said.err.contains("not 200..299"), "{}", said.err);
    assert!(!said.err.contains("s3cr3t"), "only the host is named: {}", said.err);
    assert!(shown(&shop).contains("gate up failed"));
}

#[test]
fn a_header_whose_variable_is_not_set_is_said_before() {
    let (_, said) = shipped(&gate("https://acme.test", ""), None);
    assert_eq!(said.code, 13, "{}\n{}", said.out, said.err);
    assert!(said.err.contains("SMOKE_TOKEN, which is not set"), "{}", said.err);
}

#[tokio::test]
async fn an_answer_is_read_whatever_it_is_and_a_redirect_is_not_followed() {
    let headers = [("x-version".to_string(), "7".to_string())];
    let asked = async |url: &str, limit| {
        ask(&Ask { url, method: "GET", headers: &headers, limit: Duration::from_millis(limit) }).await
    };
    let moved = "HTTP/1.1 302 X\r\nLocation: http://elsewhere.test/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let listener = Listener::new(&[moved, &answer(418, &"x".repeat(2 << 20)), ""]);
    let told = asked(&listener.url, 5000).await.unwrap();
    assert_eq!(told.status, 302);
    let header: BTreeMap<String, String> = told.headers.into_iter().collect();
    assert_eq!(header["location"], "http://elsewhere.test/");
    assert!(listener.requests.recv().unwrap().head.contains("x-version: 7"));
    let long = asked(&listener.url, 5000).await.unwrap();
    assert_eq!((long.status, long.body.len(), long.whole), (418, 1 << 20, false));
    let silent = asked(&listener.url, 200).await.unwrap_err();
    assert_eq!(silent.kind, ErrorKind::Unavailable);
    assert!(silent.message.contains("within 200 ms"), "{silent}");
}

#[test]
fn a_gate_that_pauses_names_the_way_on() {
    let gates = "[environments.prod.gates.plan]\nat = \"after\"\ncommand = \"test -e go || exit 2\"\nundecided_codes = [2]\n";
    let shop = shop(gates);
    let said = shop.ship(3, "2");
    assert!(said.err.contains("the gate plan is inconclusive: the command ended with 2"), "{}", said.err);
    let resume = line(&said, "Resume: ");
    assert_eq!(resume[..2], ["deploy", "--resume"]);
    std::fs::write(shop.shell.directory.path().join("go"), "").unwrap();
    let resumed = shop.run(0, &["deploy", "--resume", &resume[2], "--yes"]);
    assert!(resumed.out.contains("Deployed 1 change to prod"), "{}", resumed.out);
    let shown = shown(&shop);
    assert!(shown.contains("gate plan is inconclusive") && shown.contains("gate plan passed"), "{shown}");
}

/// A command has the environment of the process, and may print it.
#[test]
fn what_a_command_prints_of_the_environments_secrets_is_nowhere() {
    let gates = "[environments.prod.gates.smoke]\nat = \"after\"\ncommand = \"echo sent $SMOKE_TOKEN\"\n";
    let (shop, said) = shipped(gates, Some(TOKEN));
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    let shown = shown(&shop);
    assert!(shown.contains("gate smoke passed: the command ended with 0: sent [secret]"), "{shown}");
    for text in [&said.out, &said.err, &shown] {
        assert!(!text.contains("tr0ub4dor"), "{text}");
    }
}
