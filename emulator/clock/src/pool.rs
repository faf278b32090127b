//! Independent jobs over worker threads, results in the order of the jobs.
//!
//! A campaign is hundreds of runs that know nothing of each other. They are computed on as many
//! threads as one likes; what comes out does not depend on how many, because each result is
//! handed over in its job's turn. At most 64 results for each thread wait for a slow job before
//! them; further jobs are not begun until then.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crossbeam_channel::{bounded, unbounded};

/// Runs `work(index, job)` for every job on `threads` threads (0 counts as 1) and hands each
/// result to `each(index, result)` on the calling thread, in the order of the jobs, as soon as it
/// and all before it are there. With one thread no thread is started.
///
/// A panic in `work` is passed on to the caller.
pub fn for_each<J, R>(
    threads: usize,
    jobs: impl IntoIterator<Item = J>,
    work: impl Fn(usize, J) -> R + Sync,
    mut each: impl FnMut(usize, R),
) where
    J: Send,
    R: Send,
{
    let mut jobs = jobs.into_iter().enumerate();
    if threads <= 1 {
        jobs.for_each(|(index, job)| each(index, work(index, job)));
        return;
    }
    let ahead = threads * 64;
    std::thread::scope(|scope| {
        let (to_work, work_list) = bounded::<(usize, J)>(ahead);
        let (to_caller, results) = unbounded::<(usize, std::thread::Result<R>)>();
        for _ in 0..threads {
            let (work_list, to_caller) = (work_list.clone(), to_caller.clone());
            let work = &work;
            scope.spawn(move || {
                for (index, job) in work_list {
                    let result = catch_unwind(AssertUnwindSafe(|| work(index, job)));
                    // Nobody listens any more after a panic.
                    if to_caller.send((index, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop((work_list, to_caller));
        let mut to_work = Some(to_work);
        // Results of jobs begun, from the job whose turn is next.
        let mut waiting: VecDeque<Option<R>> = VecDeque::new();
        let mut turn = 0;
        loop {
            while waiting.len() < ahead
                && let Some(list) = &to_work
            {
                match jobs.next() {
                    Some(job) => {
                        list.send(job).expect("workers that wait for jobs");
                        waiting.push_back(None);
                    }
                    None => to_work = None,
                }
            }
            if waiting.is_empty() {
                break;
            }
            let (index, result) = results.recv().expect("workers that answer every job");
            let result = result.unwrap_or_else(|panic| resume_unwind(panic));
            waiting[index - turn] = Some(result);
            while let Some(result) = waiting.front_mut().and_then(Option::take) {
                waiting.pop_front();
                each(turn, result);
                turn += 1;
            }
        }
    });
}

/// Runs `work(index, job)` for every job on `threads` threads and returns the results in the
/// order of the jobs.
pub fn map<J: Send, R: Send>(
    threads: usize,
    jobs: impl IntoIterator<Item = J>,
    work: impl Fn(usize, J) -> R + Sync,
) -> Vec<R> {
    let mut results = Vec::new();
    for_each(threads, jobs, work, |_, result| results.push(result));
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_jobs_for_any_number_of_threads() {
        // Early jobs are the slow ones, so that a pool without order would show it.
        let work = |index: usize, job: u64| {
            let mut x = job;
            for _ in 0..(200 - index as u64) * 2000 {
                x = x.wrapping_mul(6364136223846793005).wrapping_add(1);
            }
            (index, x)
        };
        let one = map(1, 0..200u64, work);
        assert!(one.iter().enumerate().all(|(n, (index, _))| n == *index));
        assert_eq!(map(2, 0..200u64, work), one);
        assert_eq!(map(7, 0..200u64, work), one);
        assert_eq!(map(0, 0..200u64, work), one);
        assert_eq!(map(3, 0..0u64, work), []);
    }

    #[test]
    fn a_panic_is_passed_on_and_nothing_hangs() {
        for threads in [1, 2, 5] {
            let caught = std::panic::catch_unwind(|| {
                map(threads, 0..1000u32, |_, job| assert_ne!(job, 40, "job 40"))
            });
            assert!(caught.is_err());
        }
    }
}
