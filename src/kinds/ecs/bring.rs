//! Bringing: the images of a service that comes from another environment, out of that environment's own registry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::artifact::here;
use super::copy::{Copy, Whole, short, shown_size, tags};
use super::driver::Services;
use super::images::{Image, Repository};
use super::registry::unsent;
use super::state::Content;
use crate::aws::{Account, Elsewhere, Failure, Fate};
use crate::core::driver::{Change, Reply, Sending};
use crate::core::finding::{Finding, Weight};
use crate::core::moves::{Does, Move, Stage};
use crate::core::preflight::{Line, Outcome};
use crate::core::template::escape;
use crate::core::{Address, Error, ErrorKind, Pin, Result};

/// Puts an image into a registry, with all that it consists of.
pub const PUT: &str = "PutImage";

/// An image in a registry of ECR.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    owner: String,
    region: String,
    repository: String,
}

impl Place {
    fn of(image: &Image) -> Option<Place> {
        let (owner, region, repository) = image.in_ecr()?;
        Some(Place { owner: owner.into(), region: region.into(), repository: repository.into() })
    }

    fn read(args: &Value) -> Place {
        let text = |member: &str| args[member].as_str().unwrap_or_default().to_string();
        Place { owner: text("registryId"), region: text("region"), repository: text("repositoryName") }
    }

    fn written(&self) -> Value {
        json!({
            "registryId": escape(&self.owner), "region": escape(&self.region),
            "repositoryName": escape(&self.repository),
        })
    }

    fn seen_by<'a>(&'a self, account: &'a Account) -> Repository<'a> {
        Repository { account, owner: &self.owner, region: &self.region, name: &self.repository }
    }
}

/// Returns the images of `change` that are in the own registry of the environment that is asked and were in that of `from`,
/// by their digest: where each is, and where it is to be.
fn wanted(services: &Services, change: &Change<'_>, from: &Pin) -> BTreeMap<(String, Place), Place> {
    let images = change.to.map(|to| Content::of(to).images()).unwrap_or_default();
    let one = |text: &Value| {
        let text = text.as_str()?;
        let (there, here) = (Image::of(&here(text, from)), Image::of(&here(text, &services.pin)));
        let (from, to) = (Place::of(&there)?, Place::of(&here)?);
        (from != to).then_some(((here.digest?, to), from))
    };
    images.values().filter_map(one).collect()
}

/// Returns the moves that copy the images of `change` that the registry lacks from that of `from`, and what is to be said.
pub async fn bring(
    services: &Services,
    change: &Change<'_>,
    from: &Pin,
) -> Result<(Vec<Move>, Vec<Finding>)> {
    let (mut moves, mut said) = (Vec::new(), Vec::new());
    for ((digest, to), from) in wanted(services, change, from) {
        let about = |weight, message: String| Finding::new(weight, Some(change.address), message);
        let image = format!("{}@{}", to.repository, short(&digest));
        let target = to.seen_by(&services.calls.account);
        match target.manifests(std::slice::from_ref(&digest)).await {
            Ok(there) if !there.is_empty() => continue,
            Ok(_) => {}
            Err(e) if e.code.as_deref() == Some("RepositoryNotFoundException") => {
                let Place { owner, region, repository } = &to;
                let message = format!("runs {image}, and {owner} has no repository {repository} in {region}");
                said.push(about(Weight::Block, message).hint(format!(
                    "aws ecr create-repository --registry-id {owner} --region {region} --repository-name {repository}"
                )));
                continue;
            }
            Err(e) if e.kind == ErrorKind::Denied => {
                let message = format!("runs {image}, and whether {} has it cannot be seen: {e}", to.owner);
                said.push(about(Weight::Warning, message));
                continue;
            }
            Err(e) => return Err(e.context(format!("cannot look for {image}"))),
        }
        match look(services, &from, &to, &digest).await {
            Ok(found) => {
                let (platforms, size) = (found.platforms, shown_size(found.size));
                let many = if platforms == 1 { "" } else { "s" };
                let owner = &from.owner;
                let message = format!("copies {image} from {owner} ({platforms} platform{many}, {size})");
                said.push(about(Weight::Note, message));
                said.extend(found.taken.iter().map(|(tag, other)| {
                    let message =
                        format!("the tag {tag} of {} there is {}, and stays so", to.repository, short(other));
                    about(Weight::Note, message)
                }));
                services.brought.images().insert((to.clone(), digest.clone()));
                moves.push(put(change.address, &digest, &from, &to, &found.tags));
            }
            Err(e) if matches!(e.kind, ErrorKind::Unavailable | ErrorKind::Bug) => {
                return Err(e.context(format!("cannot look at {image} of {}", from.owner)));
            }
            Err(e) => {
                let message = format!("runs {image}, which cannot be copied: {e}");
                let mut block = about(Weight::Block, message);
                block.hint = e.hint;
                said.push(block);
            }
        }
    }
    Ok((moves, said))
}

/// What is known of an image that is to be copied.
struct Found {
    platforms: usize,
    /// How many bytes the target lacks.
    size: u64,
    /// The tags that it gets.
    tags: Vec<String>,
    /// Its tags that other images have in the target.
    taken: BTreeMap<String, String>,
}

async fn look(services: &Services, from: &Place, to: &Place, digest: &str) -> Result<Found> {
    let source = reader(services, from).await;
    let (there, here) = (from.seen_by(&source.account), to.seen_by(&services.calls.account));
    let whole = Whole::read(&there, digest).await.map_err(|e| source.explained(e))?;
    let blobs = whole.blobs();
    let lacking = here.lacking(blobs.keys()).await?;
    let size = lacking.iter().filter_map(|d| blobs.get(d)).sum();
    let tags = tags(&there, digest).await;
    let taken = match tags.is_empty() {
        true => BTreeMap::new(),
        false => here.digests(&tags.iter().collect::<Vec<_>>()).await?,
    };
    let free = tags.into_iter().filter(|tag| !taken.contains_key(tag)).collect();
    Ok(Found { platforms: whole.platforms(), size, tags: free, taken })
}

fn put(address: &Address, digest: &str, from: &Place, to: &Place, tags: &[String]) -> Move {
    let mut args = to.written();
    args["imageDigest"] = json!(escape(digest));
    args["imageTags"] = json!(tags.iter().map(|tag| escape(tag)).collect::<Vec<_>>());
    args["from"] = from.written();
    Move {
        address: address.clone(),
        stage: Stage::Bring,
        does: Does::Prepare,
        call: PUT.into(),
        facet: Vec::new(),
        args,
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    }
}

/// Copies the image that `args`, the arguments of a move of `address`, name.
pub async fn send(services: &Services, address: &Address, args: &Value, with: &Sending<'_>) -> Reply {
    let (from, to) = (Place::read(&args["from"]), Place::read(args));
    let digest = args["imageDigest"].as_str().unwrap_or_default();
    let tags = args["imageTags"].as_array().into_iter().flatten();
    let tags = tags.filter_map(Value::as_str).map(String::from).collect();
    let sent = if to.owner != services.pin.account {
        let message = format!("{} is not the account of {}", to.owner, services.pin);
        Err(unsent(Error::bug(message)))
    } else {
        let source = reader(services, &from).await;
        let (there, here) = (from.seen_by(&source.account), to.seen_by(&services.calls.account));
        let copy = Copy { address, from: there, to: here, digest, tags };
        copy.make(with).await.map_err(|f| Failure { error: source.explained(f.error), ..f })
    };
    let image = format!("{}@{}", to.repository, short(digest));
    let context = |e: Error| e.context(format!("cannot copy {image} from {}", from.owner));
    match sent {
        Ok(()) => Reply::Done(None),
        Err(Failure { error, fate: Fate::Refused }) => Reply::Refused(context(error)),
        Err(Failure { error, fate: Fate::Later }) => Reply::Later(context(error)),
        Err(Failure { error, fate: Fate::Unknown }) => Reply::Unknown(context(error)),
    }
}

/// Who reads a registry.
struct Reader {
    account: Account,
    /// Why it is not who looks after the environment there.
    instead: Option<String>,
}

impl Reader {
    fn explained(&self, error: Error) -> Error {
        match &self.instead {
            Some(why) if error.kind == ErrorKind::Denied => {
                error.context(format!("the environment there cannot be looked into ({why}), and without it"))
            }
            _ => error,
        }
    }
}

/// Returns who reads the registry of `place`: who reads the environment that is there, else who asks, whom the policy of the
/// repository may let in.
async fn reader(services: &Services, place: &Place) -> Reader {
    let own = &services.calls.account;
    if place.owner == own.account {
        return Reader { account: own.clone(), instead: None };
    }
    match services.brought.elsewhere.account(&place.owner, &place.region).await {
        Ok(Some(account)) => Reader { account, instead: None },
        Ok(None) => Reader { account: own.clone(), instead: None },
        Err(e) => Reader { account: own.clone(), instead: Some(e.message) },
    }
}

/// What is brought from elsewhere.
#[derive(Default)]
pub struct Brought {
    /// From where.
    elsewhere: Elsewhere,
    /// Images that the plan brings: they are not there yet, and need not be.
    images: Mutex<BTreeSet<(Place, String)>>,
}

impl Brought {
    /// Returns what brings from the environments that are `elsewhere`.
    pub fn among(elsewhere: Elsewhere) -> Brought {
        Brought { elsewhere, ..Brought::default() }
    }

    fn images(&self) -> MutexGuard<'_, BTreeSet<(Place, String)>> {
        self.images.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the lines of the preflight of `change` as they are once the images are there that the plan brings: none of
    /// them forbids it since it is missing.
    pub fn passing(&self, change: &Change<'_>, pin: &Pin, lines: Vec<Line>) -> Vec<Line> {
        let images = change.to.map(|to| Content::of(to).images()).unwrap_or_default();
        let brought = |asked: &str| {
            let text = images.get(&escape(asked.strip_prefix("image ")?))?.as_str()?;
            let image = Image::of(&here(text, pin));
            self.images().contains(&(Place::of(&image)?, image.digest.clone()?)).then_some(image)
        };
        let passed = |line: Line| match brought(&line.asked).filter(|_| line.outcome == Outcome::Block) {
            Some(image) => {
                let detail = format!("{} is copied there first", short(&image.digest.unwrap_or_default()));
                Line::new(&line.address, &line.asked, Outcome::Pass, detail)
            }
            None => line,
        };
        lines.into_iter().map(passed).collect()
    }
}
