//! Which tests show which scenario: the rows of `docs/browsers.md`.
//!
//! Tests are named as the test runner names them. One that no run has made is an error of the table, so that a test that was
//! renamed or removed cannot leave its row behind.

/// A row: a scenario, or a situation that the widget comes through.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// `S1` and so on; empty for a situation.
    pub id: &'static str,
    /// What happens.
    pub what: &'static str,
    /// The tests that show it.
    pub tests: &'static [&'static str],
    /// What is shown elsewhere, or not at all.
    pub note: &'static str,
}

const fn row(
    id: &'static str,
    what: &'static str,
    tests: &'static [&'static str],
    note: &'static str,
) -> Row {
    Row {
        id,
        what,
        tests,
        note,
    }
}

/// The scenarios, in order.
pub const SCENARIOS: [Row; 20] = [
    row(
        "S1",
        "the ordinary payment: tab, return, closed tab, event, words",
        &[
            "paying::a_paid_order_turns_the_page_to_paid_and_closes_the_checkout_tab",
            "paying::a_payment_that_fails_on_the_providers_page_is_told_and_can_be_tried_again",
            "paying::two_clicks_open_one_tab_and_initiate_once",
            "telling::a_payment_by_the_keyboard_says_each_change_once_and_ends_with_the_focus_on_its_outcome",
        ],
        "",
    ),
    row(
        "S2",
        "popup blocker on, initiate takes 0.1, 0.9, 4, 8, 12 s; a press 6 s before the WebAssembly",
        &[
            "opening::a_tab_opens_when_initiate_takes_a_tenth_of_a_second",
            "opening::a_tab_opens_when_initiate_takes_nine_tenths_of_a_second",
            "opening::a_tab_opens_when_initiate_takes_four_seconds",
            "opening::a_tab_opens_when_initiate_takes_eight_seconds",
            "opening::a_tab_opens_when_initiate_takes_twelve_seconds",
            "opening::a_press_six_seconds_before_the_wasm_opens_one_tab_and_pays",
            "opening::a_press_in_the_moment_in_which_the_wasm_comes_pays",
        ],
        "",
    ),
    row(
        "S3",
        "popups forbidden",
        &[
            "opening::a_browser_told_to_block_popups_opens_the_tab_of_a_click_and_pays",
            "opening::a_tab_refused_by_the_popup_blocker_shows_a_link_that_pays",
            "opening::a_page_without_window_open_shows_a_link_that_pays",
        ],
        "",
    ),
    row(
        "S4",
        "opener policies (COOP) of the provider's page and of the shop's",
        &[
            "paying::a_checkout_page_that_cuts_the_tab_off_by_coop_is_never_taken_for_cancelled",
            "coop::a_checkout_page_pays_whatever_its_opener_policy",
            "coop::a_shop_pays_whatever_its_opener_policy",
        ],
        "",
    ),
    row(
        "S5",
        "the payment tab closed before and after paying",
        &[
            "paying::a_tab_closed_before_paying_is_reopened_and_paid",
            "closing::a_tab_closed_after_paying_is_asked_about_at_once",
        ],
        "",
    ),
    row(
        "S6",
        "the shop's tab hidden for 1, 6 and 12 minutes, paid meanwhile",
        &[
            "hidden::a_shop_hidden_for_a_minute_tells_of_paying_by_the_stream_before_its_next_poll",
            "hidden::a_shop_hidden_for_six_minutes_tells_within_four_seconds_of_paying_on_the_poll_alone",
            "hidden::a_shop_hidden_for_twelve_minutes_tells_within_four_seconds_of_paying_on_the_poll_alone",
        ],
        "",
    ),
    row(
        "S7",
        "frozen for 30 s, paid meanwhile",
        &["pausing::a_page_frozen_while_it_is_paid_tells_when_it_thaws"],
        "",
    ),
    row(
        "S8",
        "reload in each state, crash, a session restored, a tab duplicated or discarded",
        &[
            "reloading::a_page_reloaded_while_it_asks_for_the_payment_asks_with_the_same_key",
            "reloading::a_page_reloaded_before_the_wasm_of_its_press_leaves_no_blank_tab",
            "reloading::a_page_reloaded_before_the_link_was_followed_offers_the_checkout_page",
            "surviving::a_page_reloaded_while_waiting_resumes_and_does_not_initiate",
            "surviving::a_press_after_a_reload_and_before_the_wasm_goes_on_with_the_payment",
            "reloading::a_page_reloaded_after_it_failed_asks_for_nothing_and_can_pay",
            "reloading::a_page_reloaded_after_the_deadline_still_learns_that_it_is_paid",
            "reloading::a_page_reloaded_after_it_was_cancelled_says_no_wrong_word_and_can_pay",
            "reloading::a_page_reloaded_after_it_was_paid_begins_nothing",
            "reloading::a_tab_duplicated_while_it_waits_resumes_and_both_tell",
            "discarded::a_tab_that_was_discarded_while_it_was_paid_tells_when_it_is_looked_at",
            "restored::a_browser_that_was_killed_and_restores_its_tabs_goes_on_with_the_payment",
            "returning::a_shopper_whose_shop_tab_is_gone_comes_back_to_a_page_that_tells_paid",
        ],
        "after its crash Chromium is told that it ended in order (`exit_type`), as if the shopper had pressed \"Restore\": by itself it gives no tabs back",
    ),
    row(
        "S9",
        "back and forward, with the browser's cache of pages",
        &[
            "leaving::a_shop_left_and_come_back_to_tells_what_happened_meanwhile",
            "leaving::a_shopper_who_goes_back_from_the_checkout_page_sees_how_it_stands",
            "leaving::a_shopper_who_paid_and_went_back_is_told_so",
        ],
        "",
    ),
    row(
        "S10",
        "offline for a minute, another network, sleep",
        &[
            "pausing::a_page_that_was_offline_for_a_minute_tells_when_it_is_online",
            "pausing::a_backend_out_of_reach_for_a_minute_ends_nothing",
            "reloading::a_reload_while_the_backend_is_away_goes_on_waiting",
            "pausing::a_phone_that_changes_networks_goes_on",
            "pausing::a_computer_that_slept_while_it_was_paid_tells_when_it_wakes",
        ],
        "sleep is the browser stopped for 30 s (SIGSTOP); its clock goes on, and does not jump by hours",
    ),
    row(
        "S11",
        "eight shop tabs over HTTP/1.1, which has six connections",
        &["crowded::eight_tabs_that_wait_keep_none_from_asking"],
        "HTTP/2, which has a hundred, is not run",
    ),
    row(
        "S12",
        "two tabs pay one order",
        &[
            "surviving::two_shop_tabs_on_one_order_share_one_checkout_page",
            "surviving::an_order_paid_already_is_told_without_another_checkout_page",
        ],
        "two attempts that are both paid: the backend's tests (`make conformance`)",
    ),
    row(
        "S13",
        "in frames: another site's, without third-party cookies, sandboxed",
        &[
            "frames::a_button_in_another_sites_frame_opens_a_tab_and_learns_the_outcome",
            "frames::a_button_in_another_sites_frame_without_cookies_pays",
            "frames::a_button_in_a_sandbox_that_allows_popups_pays",
            "frames::a_button_in_a_sandbox_without_popups_leads_the_whole_page_by_the_link",
            "frames::a_button_in_another_sites_sandbox_without_popups_leads_the_whole_page_by_the_link",
            "frames::a_frame_where_a_tab_is_refused_shows_a_link_that_pays",
        ],
        "a sandbox that allows neither popups nor top navigation lets nothing in it pay",
    ),
    row(
        "S14",
        "browsers inside apps: by what they say, and by what their `window.open` does",
        &[
            "in_app::an_android_webview_goes_there_and_back_in_its_one_tab",
            "in_app::facebooks_browser_goes_there_and_back_in_its_one_tab",
            "in_app::a_browser_whose_open_gives_nothing_shows_a_link_that_pays",
            "in_app::a_browser_whose_open_gives_this_very_window_shows_a_link_that_pays",
            "in_app::a_browser_whose_open_throws_shows_a_link_that_pays",
            "in_app::a_browser_without_any_open_goes_there_and_back_in_its_one_tab",
        ],
        "the apps themselves are not driven",
    ),
    row(
        "S15",
        "strict CSP with Trusted Types, no `wasm-unsafe-eval`, a wrong integrity, scripts that do not come",
        &[
            "trouble::a_page_with_a_strict_policy_and_trusted_types_pays_without_one_violation",
            "without_wasm::a_policy_without_wasm_unsafe_eval_is_enough",
            "package::an_entry_that_is_pinned_pays_also_from_another_origin",
            "package::wasm_that_was_exchanged_is_not_run_and_the_form_pays",
            "denied::a_script_that_is_not_the_pinned_one_leaves_the_form_which_pays",
            "denied::a_script_that_does_not_come_leaves_the_form_which_pays",
            "denied::a_script_that_breaks_off_leaves_the_form_which_pays",
            "denied::a_policy_that_refuses_every_script_leaves_the_form_which_pays",
            "trouble::the_form_pays_where_scripts_are_off",
            "opening::wasm_that_fails_to_load_closes_the_tab_and_the_next_press_loads_it_again",
        ],
        "",
    ),
    row(
        "S16",
        "storage that throws or is full, cookies blocked, a private window",
        &[
            "denied::a_page_whose_storage_throws_pays",
            "denied::a_full_storage_pays",
            "denied::a_browser_that_blocks_all_cookies_pays",
            "denied::a_private_window_pays_and_survives_a_reload",
        ],
        "",
    ),
    row(
        "S17",
        "keyboard, screen reader, zoom, 320 px, forced colours, right to left",
        &[
            "languages::arabic_runs_from_right_to_left",
            "languages::a_swahili_page_has_a_swahili_button_from_the_first_word_to_the_last",
        ],
        "the rest is looked at in Chromium alone, in every state, theme and language (`make a11y`)",
    ),
    row(
        "S18",
        "a slow phone (CPU 6 times slower) on slow 3G",
        &["slow::a_slow_phone_on_a_slow_network_pays"],
        "without loss of packets, which no driver makes",
    ),
    row(
        "S19",
        "200 buttons that come and go, 50 payments on one page",
        &[
            "lasting::two_hundred_buttons_that_came_and_went_leave_no_listener_and_no_timer",
            "lasting::two_hundred_buttons_that_came_and_went_leave_no_memory",
            "lasting::ten_payments_on_one_page_leave_no_record",
            "lasting::fifty_payments_on_one_page_leave_no_memory",
        ],
        "",
    ),
    row(
        "S20",
        "old engines: no fetch streams, no BroadcastChannel, no style sheets by script, no WebAssembly",
        &[
            "denied::an_engine_without_streams_broadcastchannel_and_style_sheets_pays",
            "denied::a_browser_without_broadcastchannel_closes_the_tab_by_the_storage_event",
            "without_wasm::a_browser_without_webassembly_pays",
        ],
        "",
    ),
];

/// What has no scenario of its own.
pub const SITUATIONS: [Row; 6] = [
    row(
        "",
        "the modes: popup, redirect, link, what `auto` takes, and one attempt in two of them",
        &[
            "modes::a_popup_is_asked_for_in_the_middle_of_the_shops_window_and_pays",
            "opening::redirect_mode_takes_the_whole_page_there_and_back",
            "modes::a_frame_that_may_open_tabs_opens_one_by_its_link",
            "modes::a_frame_that_may_open_no_tabs_sends_the_whole_page_and_one_order_is_begun",
            "modes::an_attempt_begun_in_a_tab_goes_on_with_the_whole_page",
        ],
        "",
    ),
    row(
        "",
        "the return page and `<pay-status>`",
        &[
            "returning::a_status_page_tells_the_outcome_and_takes_the_keys_out_of_its_address",
            "returning::a_tab_that_may_not_close_itself_says_that_the_shopper_can_go_back",
            "returning::a_shopper_who_walks_away_from_the_checkout_page_can_come_back_and_pay",
        ],
        "",
    ),
    row(
        "",
        "a page with `<base href>`",
        &["placed::a_page_with_a_base_address_asks_and_comes_back_where_it_should"],
        "",
    ),
    row(
        "",
        "inside other shadow roots",
        &["placed::a_button_inside_other_shadow_roots_pays_and_its_events_come_out"],
        "",
    ),
    row(
        "",
        "moved in the page, or taken out and put back",
        &[
            "placed::a_button_moved_while_it_waits_keeps_its_attempt",
            "placed::a_button_taken_out_while_it_waits_and_put_back_resumes",
        ],
        "",
    ),
    row(
        "",
        "a backend on another origin",
        &["returning::a_backend_on_another_origin_brings_the_shopper_back_to_the_shops_tab"],
        "",
    ),
];

/// Every test of the catalogue, once; of WebKitGTK, those that it is held to.
#[must_use]
pub fn tests(in_webkit: bool) -> Vec<&'static str> {
    let rows = SCENARIOS.iter().chain(&SITUATIONS);
    let mut all: Vec<_> = rows.flat_map(|it| it.tests.iter().copied()).collect();
    all.retain(|it| !in_webkit || IN_WEBKIT.contains(it));
    all.sort_unstable();
    all.dedup();
    all
}

/// What WebKitGTK is held to; it can do more than its driver can show.
pub const IN_WEBKIT: [&str; 5] = [
    "paying::a_paid_order_turns_the_page_to_paid_and_closes_the_checkout_tab",
    "opening::a_page_without_window_open_shows_a_link_that_pays",
    "opening::a_tab_refused_by_the_popup_blocker_shows_a_link_that_pays",
    "opening::redirect_mode_takes_the_whole_page_there_and_back",
    "surviving::a_page_reloaded_while_waiting_resumes_and_does_not_initiate",
];
