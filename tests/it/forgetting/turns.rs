//! Two who work on one store, call by call in a given order.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use snapdeploy::core::Result;
use snapdeploy::core::objects::{Created, Key, Objects, Page, Weighed};
use tokio::sync::{mpsc, oneshot};

/// Somebody who wants to make a call: told when it may, and tells when it is over.
struct Ask {
    go: oneshot::Sender<()>,
    over: oneshot::Receiver<()>,
}

/// A store that makes each call when its turn has come.
pub struct Turns<'a> {
    inner: &'a dyn Objects,
    asks: mpsc::UnboundedSender<Ask>,
}

impl Turns<'_> {
    async fn turn<T>(&self, call: impl Future<Output = T>) -> T {
        let ((go, may), (tell, over)) = (oneshot::channel(), oneshot::channel());
        let _ = self.asks.send(Ask { go, over });
        let _ = may.await;
        let out = call.await;
        let _ = tell.send(());
        out
    }
}

#[async_trait]
impl Objects for Turns<'_> {
    async fn create(&self, key: &Key, body: Bytes) -> Result<Created> {
        self.turn(self.inner.create(key, body)).await
    }
    async fn read(&self, key: &Key) -> Result<Bytes> {
        self.turn(self.inner.read(key)).await
    }
    async fn has(&self, key: &Key) -> Result<bool> {
        self.turn(self.inner.has(key)).await
    }
    async fn link(&self, key: &Key, ttl: Duration) -> Result<Option<String>> {
        self.turn(self.inner.link(key, ttl)).await
    }
    async fn list(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Key>> {
        self.turn(self.inner.list(prefix, after)).await
    }
    async fn weigh(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Weighed>> {
        self.turn(self.inner.weigh(prefix, after)).await
    }
    async fn delete(&self, key: &Key) -> Result<()> {
        self.turn(self.inner.delete(key)).await
    }
    fn place(&self) -> String {
        self.inner.place()
    }
}

/// Lets `a` and `b` work on one store, each by its own way, each call in its turn: `true` is one of `a`. Once one of them has ended, or the order
/// has, the other goes on alone.
pub async fn in_turns<'o, A, B>(
    (of_a, of_b): (&'o dyn Objects, &'o dyn Objects),
    order: &[bool],
    a: impl AsyncFnOnce(Turns<'o>) -> A,
    b: impl AsyncFnOnce(Turns<'o>) -> B,
) -> (A, B) {
    let ((ask_a, mut asks_a), (ask_b, mut asks_b)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    let referee = async {
        let (mut ended, mut next) = ([false, false], order.iter());
        while ended != [true, true] {
            let first = next.next().copied().unwrap_or(!ended[0]);
            let is_a = if ended[usize::from(!first)] { !first } else { first };
            let asks = if is_a { &mut asks_a } else { &mut asks_b };
            match asks.recv().await {
                Some(Ask { go, over }) => {
                    let _ = go.send(());
                    let _ = over.await;
                }
                None => ended[usize::from(!is_a)] = true,
            }
        }
    };
    let a = a(Turns { inner: of_a, asks: ask_a });
    let b = b(Turns { inner: of_b, asks: ask_b });
    let (a, b, ()) = futures::join!(a, b, referee);
    (a, b)
}
