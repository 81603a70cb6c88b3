//! The main paths in Firefox.

use std::time::Duration;

use malipo_e2e::story;
use malipo_e2e::world::in_firefox;

#[test]
fn firefox_tells_of_a_payment_that_failed_and_pays_the_next() {
    in_firefox(async |world| story::fails_and_pays_the_next(world, "ORDER-0910").await);
}

#[test]
fn firefox_reopens_a_tab_that_was_closed_before_paying() {
    in_firefox(async |world| story::reopens_a_closed_tab(world, "ORDER-0911").await);
}

#[test]
fn firefox_opens_a_tab_though_initiate_takes_eight_seconds() {
    in_firefox(async |world| {
        let time = Duration::from_secs(8);
        story::opens_though_initiate_takes(world, time, "ORDER-0912").await;
    });
}

#[test]
fn firefox_opens_a_tab_for_a_press_six_seconds_before_the_wasm() {
    in_firefox(async |world| story::opens_before_the_wasm(world, "ORDER-0913").await);
}

#[test]
fn firefox_loads_wasm_that_failed_again_at_the_next_press() {
    in_firefox(async |world| story::loads_the_wasm_again(world, "ORDER-0914").await);
}

#[test]
fn firefox_that_refuses_a_tab_shows_a_link_that_pays() {
    in_firefox(async |world| story::pays_where_the_tab_is_refused(world, "ORDER-0915").await);
}

#[test]
fn firefox_never_takes_a_tab_cut_off_by_coop_for_cancelled() {
    in_firefox(async |world| story::never_takes_coop_for_cancelled(world, "ORDER-0916").await);
}

#[test]
fn firefox_resumes_after_a_reload_without_a_second_initiate() {
    in_firefox(async |world| story::resumes_after_a_reload(world, "ORDER-0917").await);
}

#[test]
fn firefox_asks_again_with_the_same_key_when_answers_are_lost() {
    in_firefox(async |world| story::takes_the_same_key_again(world, "ORDER-0918").await);
}
