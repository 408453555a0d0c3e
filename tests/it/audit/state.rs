//! What lies in a ledger, as texts: read, and written from outside as somebody would who has broken in.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use rusqlite::{Connection, params};
use snapdeploy::core::{Digest, Pin};

/// What lies in a ledger of one pin. The bodies are JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct State {
    pub(super) entries: BTreeMap<u64, String>,
    /// Number and digest.
    pub(super) head: Option<(u64, String)>,
    /// By run and part.
    pub(super) runs: BTreeMap<(String, String), String>,
    pub(super) rows: BTreeMap<(String, u32), String>,
}

impl State {
    /// Returns whether both say the same, in whatever order.
    pub(super) fn says_the_same(&self, other: &State) -> bool {
        fn said<K: Ord + Clone>(bodies: &BTreeMap<K, String>) -> BTreeMap<K, String> {
            bodies.iter().map(|(key, body)| (key.clone(), digest(body))).collect()
        }
        self.head == other.head
            && said(&self.entries) == said(&other.entries)
            && said(&self.runs) == said(&other.runs)
            && said(&self.rows) == said(&other.rows)
    }
}

/// Returns the digest of what `body` says.
pub(super) fn digest(body: &str) -> String {
    Digest::of_json(&serde_json::from_str(body).unwrap()).to_string()
}

/// Returns what is to be written, and what is to be taken away, to come from one to the other.
fn difference<'a, K: Ord, V: PartialEq>(
    from: &'a BTreeMap<K, V>,
    to: &'a BTreeMap<K, V>,
) -> (Vec<(&'a K, &'a V)>, Vec<&'a K>) {
    let written = to.iter().filter(|(k, v)| from.get(k) != Some(v)).collect();
    (written, from.keys().filter(|k| !to.contains_key(k)).collect())
}

/// The file of an embedded store.
pub(super) struct File(Connection);

impl File {
    pub(super) fn open(store: &Path) -> File {
        let connection = Connection::open(store.join("ledger.sqlite3")).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        connection.pragma_update(None, "synchronous", "OFF").unwrap();
        File(connection)
    }

    pub(super) fn read(&self, pin: &Pin) -> State {
        let all = |sql: &str| -> Vec<(String, i64, String)> {
            let mut statement = self.0.prepare(sql).unwrap();
            let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let of_pin = |table: &str, text: &str| {
            let all = all(&format!("SELECT pin, seq, {text} FROM {table}"));
            all.into_iter().filter(|row| row.0 == pin.to_string()).map(|row| (row.1 as u64, row.2))
        };
        State {
            entries: of_pin("audit", "body").collect(),
            head: of_pin("heads", "digest").next(),
            runs: all("SELECT run, 0, record FROM runs")
                .into_iter()
                .map(|(run, _, record)| ((run, "record".to_string()), record))
                .collect(),
            rows: all("SELECT run, seq, body FROM journal")
                .into_iter()
                .map(|(run, seq, body)| ((run, seq as u32), body))
                .collect(),
        }
    }

    /// Makes what lies there `to`, where `from` lies.
    pub(super) fn write(&mut self, pin: &Pin, from: &State, to: &State) {
        let pin = pin.to_string();
        let transaction = self.0.transaction().unwrap();
        let put = |sql: &str, params: &[&dyn rusqlite::ToSql]| {
            assert!(transaction.execute(sql, params).unwrap() <= 1)
        };
        let (written, gone) = difference(&from.entries, &to.entries);
        for seq in gone {
            put("DELETE FROM audit WHERE pin = ?1 AND seq = ?2", params![pin, *seq as i64]);
        }
        for (seq, body) in written {
            put("INSERT OR REPLACE INTO audit VALUES (?1, ?2, ?3)", params![pin, *seq as i64, body]);
        }
        if from.head != to.head {
            put("DELETE FROM heads WHERE pin = ?1", params![pin]);
            if let Some((seq, digest)) = &to.head {
                put("INSERT INTO heads VALUES (?1, ?2, ?3)", params![pin, *seq as i64, digest]);
            }
        }
        let (written, gone) = difference(&from.runs, &to.runs);
        for (run, _) in gone {
            put("DELETE FROM runs WHERE run = ?1", params![run]);
        }
        for ((run, _), record) in written {
            put("INSERT OR REPLACE INTO runs VALUES (?1, ?2)", params![run, record]);
        }
        let (written, gone) = difference(&from.rows, &to.rows);
        for (run, seq) in gone {
            put("DELETE FROM journal WHERE run = ?1 AND seq = ?2", params![run, seq]);
        }
        for ((run, seq), body) in written {
            put("INSERT OR REPLACE INTO journal VALUES (?1, ?2, ?3)", params![run, seq, body]);
        }
        transaction.commit().unwrap();
    }
}

/// The two tables of a shared store.
pub(super) struct Tables {
    pub(super) client: aws_sdk_dynamodb::Client,
    pub(super) audit: String,
    pub(super) leases: String,
}

impl Tables {
    async fn all(&self, table: &str, pk: &str) -> Vec<(String, String)> {
        let query = self.client.query().table_name(table).key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", AttributeValue::S(pk.into()));
        let answer = query.consistent_read(true).send().await.unwrap();
        assert!(answer.last_evaluated_key.is_none(), "more than a page: {pk}");
        let text = |item: &std::collections::HashMap<String, AttributeValue>, name: &str| {
            item.get(name).map(|value| value.as_s().unwrap().clone())
        };
        let items = answer.items.unwrap_or_default();
        items.iter().filter_map(|item| Some((text(item, "sk")?, text(item, "body")?))).collect()
    }

    pub(super) async fn read(&self, pin: &Pin, runs: &[String]) -> State {
        let mut state = State::default();
        for (sk, body) in self.all(&self.audit, &format!("PIN#{pin}")).await {
            state.entries.insert(sk.trim_start_matches("AUDIT#").parse().unwrap(), body);
        }
        let head = self.client.get_item().table_name(&self.leases).consistent_read(true);
        let head = head.key("pk", AttributeValue::S(format!("PIN#{pin}")));
        let head = head.key("sk", AttributeValue::S("HEAD".into())).send().await.unwrap().item;
        state.head = head.map(|item| {
            (item["seq"].as_n().unwrap().parse().unwrap(), item["digest"].as_s().unwrap().clone())
        });
        for run in runs {
            for (sk, body) in self.all(&self.leases, &format!("RUN#{run}")).await {
                state.runs.insert((run.clone(), sk), body);
            }
            for (sk, body) in self.all(&self.audit, &format!("RUN#{run}")).await {
                let seq = sk.trim_start_matches("ROW#").parse().unwrap();
                state.rows.insert((run.clone(), seq), body);
            }
        }
        state
    }

    /// Makes what lies there `to`, where `from` lies.
    pub(super) async fn write(&self, pin: &Pin, from: &State, to: &State) {
        let pk = format!("PIN#{pin}");
        let (written, gone) = difference(&from.entries, &to.entries);
        for seq in gone {
            self.delete(&self.audit, &pk, &format!("AUDIT#{seq:020}")).await;
        }
        for (seq, body) in written {
            self.put(&self.audit, &pk, &format!("AUDIT#{seq:020}"), body).await;
        }
        if from.head != to.head {
            match &to.head {
                None => self.delete(&self.leases, &pk, "HEAD").await,
                Some((seq, digest)) => {
                    let put = self.client.put_item().table_name(&self.leases);
                    let put = put.item("pk", AttributeValue::S(pk.clone()));
                    let put = put.item("sk", AttributeValue::S("HEAD".into()));
                    let put = put.item("seq", AttributeValue::N(seq.to_string()));
                    put.item("digest", AttributeValue::S(digest.clone())).send().await.unwrap();
                }
            }
        }
        let (written, gone) = difference(&from.runs, &to.runs);
        for (run, part) in gone {
            self.delete(&self.leases, &format!("RUN#{run}"), part).await;
        }
        for ((run, part), body) in written {
            self.put(&self.leases, &format!("RUN#{run}"), part, body).await;
        }
        let (written, gone) = difference(&from.rows, &to.rows);
        for (run, seq) in gone {
            self.delete(&self.audit, &format!("RUN#{run}"), &format!("ROW#{seq:010}")).await;
        }
        for ((run, seq), body) in written {
            self.put(&self.audit, &format!("RUN#{run}"), &format!("ROW#{seq:010}"), body).await;
        }
    }

    async fn put(&self, table: &str, pk: &str, sk: &str, body: &str) {
        let put = self.client.put_item().table_name(table).item("pk", AttributeValue::S(pk.into()));
        let put = put.item("sk", AttributeValue::S(sk.into())).item("body", AttributeValue::S(body.into()));
        put.item("parts", AttributeValue::N("0".into())).send().await.unwrap();
    }

    async fn delete(&self, table: &str, pk: &str, sk: &str) {
        let delete = self.client.delete_item().table_name(table).key("pk", AttributeValue::S(pk.into()));
        delete.key("sk", AttributeValue::S(sk.into())).send().await.unwrap();
    }
}
