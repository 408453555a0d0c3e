//! Granting wishes: what a plan makes of what somebody wishes, as far as it can be had.

use super::driver::Driver;
use super::finding::Finding;
use super::plan::Wish;
use super::run::RunKind;

/// Returns the wishes as a plan of this kind grants them: a deployment takes the ladders of the configuration.
pub(super) fn granted(
    wishes: &[Wish],
    kind: RunKind,
    driver: &dyn Driver,
    findings: &mut Vec<Finding>,
) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = wishes.iter().map(|w| attainable(w, driver, findings)).collect();
    for wish in wishes.iter_mut().filter(|_| kind == RunKind::Deploy) {
        let on_ladder = |to| driver.on_ladder(&wish.address, wish.from.as_ref(), to);
        wish.to = wish.to.take().map(on_ladder);
    }
    wishes
}

/// Returns the wish as far as it can be granted.
pub fn attainable(wish: &Wish, driver: &dyn Driver, findings: &mut Vec<Finding>) -> Wish {
    let mut wish = wish.clone();
    for document in [&mut wish.from, &mut wish.to].into_iter().flatten() {
        driver.arrange(&wish.address, document);
    }
    let (to, said) = driver.attainable(&wish.address, wish.from.as_ref(), wish.to.as_ref());
    wish.to = to;
    findings.extend(said);
    wish
}
