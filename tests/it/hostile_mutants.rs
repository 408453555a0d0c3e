//! Ten thousand mutants of packages, snapshots, saved plans, configurations and ledgers: each is refused in one line, or
//! is what it was; none is taken for what it is not, and none makes anything panic or hang.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::core::archive::{pack, unpack};
use snapdeploy::core::digest::canonical;
use snapdeploy::core::package::Package;
use snapdeploy::core::saved::SavedPlan;
use snapdeploy::core::{Digest, ErrorKind, Result};

use crate::figures;
use crate::hostile_material::{Kept, configuration, kept, packages, saved_plan, toml};
use crate::mutant::{Mutator, raw};

/// How many of each sort.
const EACH: u64 = 2000;
/// A case that takes longer hangs; nothing is measured by it.
const HANG: Duration = Duration::from_secs(180);

/// What came of a mutant that was read.
pub enum Read {
    /// It is what it was before it was changed.
    Same,
    /// It is something else, whole in itself, under a name of its own.
    Other,
    /// It was taken for what it is not.
    Wrong(String),
}

/// What came of all mutants of a sort.
#[derive(Default)]
struct Outcome {
    refused: u64,
    same: u64,
    other: u64,
    wrong: Vec<String>,
}

/// Makes `EACH` cases and judges each; a case is made and read by `case`.
fn judge(sort: &str, mut case: impl FnMut(&mut Mutator) -> Result<Read>) {
    let mut outcome = Outcome::default();
    let mut over = Arc::new(AtomicBool::new(false));
    for seed in 0..EACH {
        if seed % 100 == 0 {
            over.store(true, Ordering::Relaxed);
            over = Arc::new(AtomicBool::new(false));
            watch(sort, seed, Arc::clone(&over));
        }
        let done = catch_unwind(AssertUnwindSafe(|| case(&mut Mutator::new(seed))));
        match done {
            Ok(Ok(Read::Same)) => outcome.same += 1,
            Ok(Ok(Read::Other)) => outcome.other += 1,
            Ok(Ok(Read::Wrong(why))) => outcome.wrong.push(format!("seed {seed}: {why}")),
            Ok(Err(e)) => {
                outcome.refused += 1;
                let is_clean = e.kind != ErrorKind::Bug
                    && !e.message.is_empty()
                    && !e.message.contains(char::is_control)
                    && e.message.len() < 4000;
                if !is_clean {
                    outcome.wrong.push(format!("seed {seed}: refused as {e:?}"));
                }
            }
            Err(_) => outcome.wrong.push(format!("seed {seed}: it panicked")),
        }
    }
    over.store(true, Ordering::Relaxed);
    let Outcome { refused, same, other, wrong } = outcome;
    let say =
        format!("{EACH} mutants of {sort}: {refused} refused, {same} as before, {other} something else");
    println!("hostile: {say}, {} wrongly accepted or not refused cleanly", wrong.len());
    let counts = json!({
        "mutants": EACH, "refused": refused, "same": same, "other": other, "wrong": wrong.len(),
    });
    figures::record(&format!("hostile-{}", sort.replace(' ', "-")), counts);
    assert!(wrong.is_empty(), "{} of them: {:#?}", wrong.len(), &wrong[..wrong.len().min(9)]);
    assert!(refused > EACH / 4, "{refused} refused: the mutants are too much alike");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Ends the process where a hundred cases do not come to an end.
fn watch(sort: &str, seed: u64, over: Arc<AtomicBool>) {
    let sort = sort.to_string();
    std::thread::spawn(move || {
        let step = Duration::from_secs(1);
        for _ in 0..HANG.as_secs() {
            std::thread::sleep(step);
            if over.load(Ordering::Relaxed) {
                return;
            }
        }
        println!("hostile: a mutant of {sort} from seed {seed} on hangs");
        std::process::abort();
    });
}

#[tokio::test]
async fn no_mutant_of_a_package_is_taken_for_it() {
    let all = packages().await;
    judge("packages", |m| {
        let (bytes, package) = &all[m.below(all.len())];
        let (other, _) = &all[m.below(all.len())];
        if m.below(2) == 0 {
            let mutant = m.bytes(bytes, other);
            let read = Package::from_bytes(&mutant)?;
            return Ok(match read == *package || all.iter().any(|(b, _)| *b == mutant) {
                true => Read::Same,
                false => Read::Wrong("other bytes became another package".into()),
            });
        }
        // The archive is in order, and what is in it is not.
        let (mut entries, donor) = (unpack(bytes)?, unpack(other)?);
        let name = match m.below(2) {
            0 => "manifest.json".to_string(),
            _ => entries.keys().nth(m.below(entries.len())).cloned().unwrap(),
        };
        let donor: Value = serde_json::from_slice(&donor["manifest.json"]).unwrap();
        let entry = entries.remove(&name).unwrap();
        let changed = match serde_json::from_slice::<Value>(&entry) {
            Ok(value) => m.json(&value, &donor),
            Err(_) => m.bytes(&entry, bytes),
        };
        let is_same = changed == entry;
        let changed = match serde_json::from_slice::<Value>(&changed) {
            // Such as a forger would write it.
            Ok(value) if m.below(2) == 0 => canonical(&value).into_bytes(),
            _ => changed,
        };
        let forged = name.starts_with("bodies/") && m.below(2) == 0;
        if forged {
            let digest = Digest::of(&changed).to_string();
            let manifest = String::from_utf8(entries["manifest.json"].clone()).unwrap();
            let old = &name["bodies/".len()..name.len() - ".json".len()];
            entries.insert("manifest.json".into(), manifest.replace(old, &digest).into_bytes());
            entries.insert(format!("bodies/{digest}.json"), changed);
        } else {
            entries.insert(name, changed);
        }
        let mutant = pack(&entries)?;
        let read = Package::from_bytes(&mutant)?;
        let again = unpack(&read.to_bytes()?)?;
        Ok(match (read == *package, again == entries) {
            (true, _) => Read::Same,
            // Nothing in it is left unread: it is another package, and its digest is another.
            (false, true) if !is_same && Digest::of(&mutant) != Digest::of(bytes) => Read::Other,
            _ => Read::Wrong("an entry was not read as it is".into()),
        })
    });
}

#[test]
fn no_mutant_of_a_snapshot_is_taken_for_it() {
    let runtime = runtime();
    let Kept { folder, store, snapshots, .. } = runtime.block_on(kept());
    let files: Vec<_> =
        snapshots.iter().flat_map(|(s, manifest, bodies)| [(s, manifest), (s, bodies)]).collect();
    let texts: Vec<Vec<u8>> = files.iter().map(|(_, file)| std::fs::read(file).unwrap()).collect();
    judge("snapshots", |m| {
        let (at, donor) = (m.below(files.len()), m.below(files.len()));
        let (snapshot, file) = files[at];
        let is_manifest = file.extension().is_some_and(|e| e == "json");
        let mut forged = false;
        let mutant = match serde_json::from_slice::<Value>(&texts[at]) {
            Ok(value) if is_manifest && m.below(2) == 0 => {
                let donor = serde_json::from_slice(&texts[donor]).unwrap_or_else(|_| json!([1]));
                let text = m.json(&value, &donor);
                match serde_json::from_slice::<Value>(&text) {
                    Ok(mut value) if value.is_object() && m.below(2) == 0 => {
                        forged = true;
                        value.as_object_mut().unwrap().remove("digest");
                        value["digest"] = json!(Digest::of_json(&value).to_string());
                        canonical(&value).into_bytes()
                    }
                    _ => text,
                }
            }
            _ => m.bytes(&texts[at], &texts[donor]),
        };
        std::fs::write(file, &mutant).unwrap();
        let manifest = &snapshot.manifest;
        let read = runtime.block_on(store.repository().snapshot(&manifest.pin, &manifest.id));
        std::fs::write(file, &texts[at]).unwrap();
        let read = read?;
        Ok(match read == *snapshot {
            true => Read::Same,
            // Whoever may write into the store can also seal: then it is another one, under the same id.
            false if forged && read.manifest.id == manifest.id => Read::Other,
            false => Read::Wrong(format!("{} became another", file.display())),
        })
    });
    drop(folder);
}

#[tokio::test]
async fn no_mutant_of_a_saved_plan_is_taken_for_it() {
    let (saved, bytes) = saved_plan().await;
    let whole: Value = serde_json::from_slice(&bytes).unwrap();
    judge("saved plans", |m| {
        let (mutant, forged) = match m.below(3) {
            0 => (m.bytes(&bytes, &bytes), false),
            1 => (m.json(&whole, &whole), false),
            _ => match serde_json::from_slice::<Value>(&m.json(&whole["data"], &whole)) {
                Ok(data) => {
                    let digest = Digest::of_json(&data).to_string();
                    let forged = json!({ "schema": whole["schema"], "data": data, "digest": digest });
                    (serde_json::to_vec(&forged).unwrap(), true)
                }
                Err(_) => (b"{".to_vec(), false),
            },
        };
        let read = SavedPlan::from_bytes(&mutant)?;
        let again = SavedPlan::from_bytes(&read.to_bytes()?)?;
        Ok(match read == saved {
            true => Read::Same,
            false if forged && again == read && read.plan.digest() == again.plan.digest() => Read::Other,
            false => Read::Wrong("another plan was read".into()),
        })
    });
}

#[test]
fn no_mutant_of_a_configuration_makes_it_panic() {
    let (text, value) = configuration();
    snapdeploy::cli::sound_configuration(&text).unwrap();
    snapdeploy::cli::sound_configuration(&toml(&value)).unwrap();
    judge("configurations", |m| {
        let mutant = match m.below(2) {
            0 => m.bytes(text.as_bytes(), text.as_bytes()),
            _ => raw(toml(&m.value(&value, &value))).into_bytes(),
        };
        // A file that is not UTF-8 is refused where it is read.
        let mutant = String::from_utf8_lossy(&mutant).into_owned();
        snapdeploy::cli::sound_configuration(&mutant)?;
        Ok(if mutant == text { Read::Same } else { Read::Other })
    });
}

#[test]
fn no_mutant_of_a_ledger_is_taken_for_it() {
    let runtime = runtime();
    let Kept { folder, store, told, pin, ledger, .. } = runtime.block_on(kept());
    let good = std::fs::read(&ledger).unwrap();
    let place = tempfile::tempdir().unwrap();
    let mut number = 0;
    judge("ledgers", |m| {
        number += 1;
        let file = place.path().join(format!("{number}.sqlite3"));
        std::fs::write(&file, m.bytes(&good, &good)).unwrap();
        let read = runtime.block_on(crate::hostile_material::tell(&store, &file, &pin));
        for tail in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(place.path().join(format!("{number}.sqlite3{tail}")));
        }
        let read = read?;
        Ok(match read == told {
            true => Read::Same,
            false => Read::Wrong(format!("the ledger tells something else: {}", read.beside(&told))),
        })
    });
    drop(folder);
}

#[tokio::test]
async fn what_is_accepted_is_read_by_python_as_here() {
    let all = packages().await;
    let folder = tempfile::tempdir().unwrap();
    let (mut accepted, mut refused) = (BTreeMap::new(), Vec::new());
    for seed in 0..6000 {
        let m = &mut Mutator::new(seed);
        let (bytes, _) = &all[m.below(all.len())];
        let mut mutant = bytes.clone();
        // One bit in a header, where most of what is harmless lies.
        let headers: Vec<usize> =
            mutant.windows(4).enumerate().filter(|(_, w)| w.starts_with(b"PK")).map(|w| w.0).collect();
        let at = (headers[m.below(headers.len())] + m.below(46)).min(mutant.len() - 1);
        mutant[at] ^= 1 << m.below(8);
        match unpack(&mutant) {
            Ok(entries) => {
                let digests: BTreeMap<String, String> =
                    entries.iter().map(|(n, b)| (n.clone(), Digest::of(b).to_string())).collect();
                accepted.insert(seed, digests);
            }
            Err(_) if refused.len() < 500 => refused.push(seed),
            Err(_) => continue,
        }
        std::fs::write(folder.path().join(format!("{seed}.zip")), mutant).unwrap();
    }
    for (i, (bytes, _)) in all.iter().enumerate() {
        let entries = unpack(bytes).unwrap();
        let digests = entries.iter().map(|(n, b)| (n.clone(), Digest::of(b).to_string())).collect();
        accepted.insert(100_000 + i as u64, digests);
        std::fs::write(folder.path().join(format!("{}.zip", 100_000 + i)), bytes).unwrap();
    }
    let program = "import sys, json, zipfile, hashlib, os\n\
        out = {}\n\
        for name in os.listdir(sys.argv[1]):\n    \
            try:\n        \
                with zipfile.ZipFile(os.path.join(sys.argv[1], name)) as z:\n            \
                    infos = z.infolist()\n            \
                    read = {i.filename: hashlib.sha256(z.read(i)).hexdigest() for i in infos}\n            \
                    out[name[:-4]] = read if len(read) == len(infos) else 'twice'\n    \
            except Exception as e:\n        \
                out[name[:-4]] = 'refused'\n\
        print(json.dumps(out))";
    let Ok(done) = std::process::Command::new("python3").args(["-c", program]).arg(folder.path()).output()
    else {
        return println!("skipped: there is no python3");
    };
    let told: BTreeMap<String, Value> = serde_json::from_slice(&done.stdout).unwrap();
    for (seed, digests) in &accepted {
        assert_eq!(told[&seed.to_string()], json!(digests), "seed {seed}");
    }
    let lenient = refused.iter().filter(|seed| told[&seed.to_string()].is_object()).count();
    println!(
        "hostile: {} archives that are accepted are read by Python's zipfile alike; of {} that are refused it reads {lenient}",
        accepted.len(),
        refused.len()
    );
    let counts =
        json!({ "accepted": accepted.len(), "refused": refused.len(), "refused_that_python_reads": lenient });
    figures::record("hostile-zip-beside-python", counts);
    assert!(accepted.len() > 50, "only {} were accepted", accepted.len());
}
