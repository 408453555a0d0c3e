//! The laws of the schedule: whatever order moves end in, each begins only when what it waits for is over.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use snapdeploy::core::Address;
use snapdeploy::core::moves::{Does, Move, Stage};
use snapdeploy::core::portable::needs;
use snapdeploy::core::schedule::Schedule;

use crate::order_laws::{Node, arranged, fake, node, nodes, wishes};

/// The most moves that are made at once, and of one call.
const AT_ONCE: usize = 16;
const OF_A_CALL: usize = 4;

/// When each move began and ended, in steps; `None` if it did not.
#[derive(Clone, Debug)]
struct Execution {
    spans: Vec<Option<(usize, usize)>>,
    finished: bool,
}

/// Makes the moves that `over` does not hold. `choices` decide who ends next, and after how many moves it breaks off.
fn execute(moves: &[Move], over: &BTreeSet<usize>, choices: &[usize], stop_after: usize) -> Execution {
    let driver = fake();
    let mut schedule = Schedule::new(moves, &driver, &BTreeMap::new(), |i| over.contains(&i));
    let mut spans = vec![None; moves.len()];
    let (mut busy, mut step): (Vec<(usize, usize)>, usize) = (Vec::new(), 0);
    for turn in 0..stop_after {
        let choice = choices[turn % choices.len()];
        // Not everything that may begin does at once.
        for _ in 0..=choice % 7 {
            let Some(i) = schedule.begin() else { break };
            assert!(!over.contains(&i) && spans[i].is_none(), "{i} is made twice");
            assert!(busy.iter().all(|(j, _)| *j != i), "{i} is begun twice");
            step += 1;
            busy.push((i, step));
            let same = busy.iter().filter(|(j, _)| moves[*j].call == moves[i].call).count();
            assert!(busy.len() <= AT_ONCE && same <= OF_A_CALL, "{} at once, {same} of a call", busy.len());
        }
        if busy.is_empty() {
            break;
        }
        let (i, began) = busy.swap_remove(choice / 7 % busy.len());
        step += 1;
        spans[i] = Some((began, step));
        schedule.over(i);
    }
    Execution { spans, finished: busy.is_empty() && schedule.is_over() }
}

/// Returns which stretch each move belongs to, as the plan orders them: what is new, what changes what is there, the
/// switch, and each that takes something away.
fn stretches(moves: &[Move]) -> Vec<usize> {
    let made: BTreeSet<&Address> =
        moves.iter().filter(|m| m.does == Does::Create).map(|m| &m.address).collect();
    let mut stretch = 0;
    let mut last: Option<&Move> = None;
    let mut all = Vec::new();
    for m in moves {
        let new = |m: &Move| made.contains(&m.address);
        if last.is_some_and(|l| l.stage != m.stage || new(l) != new(m) || m.stage == Stage::Clean) {
            stretch += 1;
        }
        all.push(stretch);
        last = Some(m);
    }
    all
}

/// Checks `execution` of those of `moves` that were not `over` before.
fn check(moves: &[Move], over: &BTreeSet<usize>, execution: &Execution) {
    let stretch = stretches(moves);
    for (j, later) in moves.iter().enumerate() {
        let Some((begins, _)) = execution.spans[j] else { continue };
        for (i, earlier) in moves[..j].iter().enumerate().filter(|(i, _)| !over.contains(i)) {
            let ended = execution.spans[i].is_some_and(|(_, end)| end < begins);
            let together =
                format!("{} {} and {} {}", earlier.call, earlier.address, later.call, later.address);
            assert!(ended || earlier.address != later.address, "the same address: {together}");
            assert!(ended || !needs(&later.args).contains(&earlier.address), "refers to: {together}");
            assert!(ended || !needs(&earlier.args).contains(&later.address), "is referred to: {together}");
            assert!(ended || stretch[i] == stretch[j], "two stretches: {together}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn no_order_of_endings_lets_a_move_begin_too_early(
        nodes in nodes(14),
        choices in prop::collection::vec(0usize..1000, 1..40),
        broken_off in 0usize..20,
    ) {
        let Ok(moves) = arranged(&wishes(&nodes)) else { return Ok(()) };
        let nothing = BTreeSet::new();
        let whole = execute(&moves, &nothing, &choices, usize::MAX);
        prop_assert!(whole.finished, "not all moves were made");
        prop_assert!(whole.spans.iter().all(Option::is_some));
        check(&moves, &nothing, &whole);
        // Broken off somewhere, the rest is made by the next process, in an order of its own.
        let part = execute(&moves, &nothing, &choices, broken_off);
        let over: BTreeSet<usize> = (0..moves.len()).filter(|i| part.spans[*i].is_some()).collect();
        let turned: Vec<usize> = choices.iter().rev().copied().collect();
        let rest = execute(&moves, &over, &turned, usize::MAX);
        prop_assert!(rest.finished);
        prop_assert!((0..moves.len()).all(|i| over.contains(&i) != rest.spans[i].is_some()));
        check(&moves, &over, &rest);
    }
}

#[test]
fn moves_that_do_not_wait_for_each_other_are_made_together() {
    let nodes: Vec<_> = (0..40).map(|_| node(true, false, &[])).collect();
    let moves = arranged(&wishes(&nodes)).unwrap();
    let driver = fake();
    let mut schedule = Schedule::new(&moves, &driver, &BTreeMap::new(), |_| false);
    let begun = std::iter::from_fn(|| schedule.begin()).count();
    assert_eq!(begun, OF_A_CALL);
}

/// Checks an execution in which each move begins before any has ended.
fn check_all_at_once(nodes: &[Node], expected: usize) {
    let moves = arranged(&wishes(nodes)).unwrap();
    assert_eq!(moves.len(), expected);
    let spans = (0..moves.len()).map(|i| Some((i, moves.len() + i))).collect();
    check(&moves, &BTreeSet::new(), &Execution { spans, finished: true });
}

#[test]
#[should_panic(expected = "refers to: Create")]
fn the_check_sees_a_move_that_refers_to_what_is_not_there() {
    check_all_at_once(&[node(false, false, &[1]), node(false, false, &[])], 2);
}

#[test]
#[should_panic(expected = "the same address: Create")]
fn the_check_sees_two_moves_of_one_address() {
    check_all_at_once(&[node(true, false, &[0])], 2);
}

#[test]
#[should_panic(expected = "two stretches: Create")]
fn the_check_sees_two_stretches_that_are_mixed() {
    check_all_at_once(&[node(true, true, &[0]), node(true, false, &[])], 2);
}
